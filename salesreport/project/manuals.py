"""The pages of `docs/`: listed and read, from a wheel or the checkout."""

from pathlib import Path
from typing import NamedTuple

from salesreport.errors import ConfigError, nearest
from salesreport.language import text
from salesreport.pack.notebook import project_folder


class Page(NamedTuple):
    """A page of the documentation.

    Attributes:
        name: what it is asked for by. title: its first heading. file: where it is.
    """

    name: str
    title: str
    file: Path


def pages() -> list[Page]:
    """All pages, by name."""
    return [Page(file.stem, _title(file), file) for file in sorted(project_folder("docs").glob("*.md"))]


def page(name: str) -> Page:
    """The page of a name; `.md` may stand behind it.

    Raises:
        ConfigError: there is no such page.
    """
    there = {one.name: one for one in pages()}
    wanted = name.strip().lower().removesuffix(".md").replace("-", "_")
    if wanted in there:
        return there[wanted]
    near = nearest(wanted, there)
    raise ConfigError(
        text("There is no such page."),
        key="NAME",
        found=name,
        nearest=near,
        expected=None if near else text("one of {names}", names=list(there)),
    )


def _title(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), file.stem)
