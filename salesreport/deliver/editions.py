"""What of a report each reader gets: the rep all of it, the manager all but what is the rep's alone.

An edition is made of the executed notebook that the pack keeps, as the report was, so that agenda and lists fit
what is left. The notebook is believed only where it gives the report itself, byte for byte but for the report's
brand, which the edition gets, too.
"""

from collections.abc import Callable, Collection
from html.parser import HTMLParser
from pathlib import Path

import nbformat

from salesreport.deliver.ready import content_of
from salesreport.errors import DataError
from salesreport.language import text
from salesreport.pack.manifest import ReportEntry
from salesreport.report.dressed import Dress

REPS_ALONE = {"pay": "pay"}
"""Sections (by key) that are the rep's alone → the notebook's parameter without which there is none."""


def hidden_sections(managers_see_pay: bool) -> tuple[str, ...]:
    """The sections that manager's editions must not have."""
    return () if managers_see_pay else tuple(REPS_ALONE)


Export = Callable[[nbformat.NotebookNode, str], str]


def managers_edition(folder: Path, entry: ReportEntry, language: str, sections: Collection[str]) -> bytes:
    """A report without some sections, for somebody else than whom it is about.

    Args:
        folder: the pack's. entry: the report. language: its own. sections: keys of the sections to leave out.

    Returns:
        The very report where it has none of them.

    Raises:
        DataError: the report is not the one that was made, or its notebook is missing or another one.
    """
    content = content_of(folder, entry)
    if entry.subject.kind == "manager" or not _has(content, entry, sections):
        return content
    from salesreport.report.export import to_html

    return _without(folder, entry, content, language, sections, to_html)


def leaves_out(content: bytes, sections: Collection[str]) -> bool:
    """Whether a page has none of some sections."""
    return not set(sections) & _ids(content)


def _has(content: bytes, entry: ReportEntry, sections: Collection[str]) -> bool:
    given = (entry.parameters.get(REPS_ALONE[key]) for key in sections)
    return any(given) or not leaves_out(content, sections)


def _without(
    folder: Path, entry: ReportEntry, content: bytes, language: str, sections: Collection[str], export: Export
) -> bytes:
    file = folder / (entry.notebook or "")
    try:
        notebook = nbformat.read(file, as_version=4)
        dress = Dress.of(_written(export(notebook, language)).decode("utf-8"), content.decode("utf-8"))
    except Exception:  # whatever a file that is no notebook may raise
        raise _cannot(entry, file) from None
    if dress is None:
        raise _cannot(entry, file)
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [one for one in cell.outputs if _section(one) not in sections]
    made = _written(dress.put_on(export(notebook, language)))
    if not leaves_out(made, sections):
        raise _cannot(entry, file)
    return made


def _written(page: str) -> bytes:
    """A page as a pack writes it."""
    return page.encode("utf-8", "xmlcharrefreplace")


def _section(output: nbformat.NotebookNode) -> str:
    from salesreport.report.section import MIME

    return str(output.get("data", {}).get(MIME, {}).get("key", ""))


def _cannot(entry: ReportEntry, file: Path) -> DataError:
    return DataError(
        text(
            "The manager’s edition of the report on {name} cannot be made of its notebook; nothing is sent.",
            name=entry.subject.name,
        ),
        file=file,
        hint=text("Make the pack again with “{command}”.", command="salesreport pack --force"),
    )


def _ids(content: bytes) -> set[str]:
    reader = _Sections()
    reader.feed(content.decode("utf-8", "replace"))
    return reader.found


class _Sections(HTMLParser):
    """Collects the ids of sections."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            self.found.add(dict(attrs).get("id") or "")
