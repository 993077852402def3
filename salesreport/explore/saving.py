"""A view as a pack file that makes a report of it, and as the lines of code that make the same figure."""

import os
from pathlib import Path
from typing import Any

import yaml

from salesreport.errors import ConfigError
from salesreport.explore.state import State
from salesreport.files import safe_names, write_text
from salesreport.language import text
from salesreport.pack.notebook import PACKAGE

NOTEBOOK = "conversion_review"
"""The notebook that shows the views."""

HOME = Path("salesreport") / "params" / "packs"
"""Where pack files go, within somebody's home, when the notebook runs within the installed package."""

_SETTINGS = ("period", "compare_to")
"""What a pack file says itself; the rest are parameters of the notebook."""


def pack_settings(state: State, name: str, folder: Path, language: str = "en") -> dict[str, Any]:
    """What a pack file for a view says.

    Args:
        state: the view; its period is written out. name: of the pack. folder: that of the file, to which its paths
            are relative. language: of the report.
    """
    parameters = {key: value for key, value in state.chosen.items() if key not in _SETTINGS}
    return {
        "notebook": NOTEBOOK,
        "dataset": _relative(Path(state.dataset), folder),
        "period": state.period,
        "compare_to": state.compare_to,
        "language": language,
        "output": _relative(folder.absolute().parent.parent / "outputs" / name, folder),
        "parameters": {"view": state.view, **parameters},
    }


def _relative(path: Path, folder: Path) -> str:
    """A path as seen from a folder, in a form that every system reads; absolute where it is on another drive."""
    try:
        return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()
    except ValueError:
        return path.absolute().as_posix()


def own_folder(folder: Path) -> Path:
    """A folder that people's files may go to: one within the installed package becomes one in their home.

    A notebook that is opened where it is installed has its relative paths there, and an update would remove what
    was saved.

    Args:
        folder: where pack files are meant to go.
    """
    absolute = Path(os.path.normpath(folder.expanduser().absolute()))
    return Path.home() / HOME if absolute.is_relative_to(PACKAGE) else folder


def save_pack(state: State, name: str, folder: Path, language: str = "en", replace: bool = False) -> Path:
    """Write a pack file that makes a report of a view; `salesreport pack FILE` runs it.

    Args:
        state: the view, its period written out. name: what people call it; the file's name is made from it.
        folder: where pack files are; made where missing. language: of the report.
        replace: whether a file of this name may be written over.

    Returns:
        The file.

    Raises:
        ConfigError: there is no name, there is such a file already, or it cannot be written.
    """
    if not name.strip():
        raise ConfigError(text("The pack needs a name."), key="name")
    stem = safe_names([name.strip()])[name.strip()]
    folder = own_folder(folder)
    file = folder / f"{stem}.yml"
    if file.exists() and not replace:
        raise ConfigError(text("There is such a pack file already; nothing was written."), file=file)
    settings = pack_settings(state, stem, folder, language)
    written = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=110)
    command = f"salesreport pack {_relative(file, folder.absolute().parent.parent)}"
    heading = f"# A view of the conversion explorer as a report.\n#   {command}\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(file, heading + written)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(text("The pack file cannot be written: {reason}.", reason=reason), file=file) from None
    return file


def as_code(state: State, language: str = "en") -> str:
    """Python lines that show the same view; the last one is the section.

    Examples:
        >>> print(as_code(State("data/crm", "2025-Q4", rep="R1", view="trend")))
        from salesreport.explore import State, show
        <BLANKLINE>
        show(
            State(
                dataset='data/crm',
                period='2025-Q4',
                rep='R1',
                view='trend',
            ),
        )
    """
    given = {"dataset": state.dataset, **state.chosen}
    lines = [f"        {name}={value!r}," for name, value in given.items() if name not in ("sort", "descending")]
    spoken = [] if language == "en" else [f"    language={language!r},"]
    return "\n".join(
        ["from salesreport.explore import State, show", "", "show(", "    State(", *lines, "    ),", *spoken, ")"]
    )
