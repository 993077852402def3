"""A client's folder: notebooks, settings with comments, a README; ready for the first export."""

import datetime as dt
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

import salesreport
from salesreport.config import setting_line
from salesreport.errors import ConfigError
from salesreport.files import make_folder, write_text
from salesreport.language import Language, text
from salesreport.language.readable import printable
from salesreport.pack.notebook import project_folder, set_parameters
from salesreport.period import Period
from salesreport.project.templates import filled

DATASET = "outputs/dataset"
"""Where the dataset of a client's folder is."""

SPEC = "params/source.yml"
"""Its source spec."""

EXPLORER = "conversion_explorer"
"""The notebook that is not about one period."""

NEEDS = {"managers": "manager", "teams": "team", "segments": "segment"}
"""Pack file → what an export must tell, so that there is anything to report on."""

_KEEP = ("data/.gitkeep", "outputs/.gitkeep")
_IGNORED = """\
# exports and whatever is made of them are personal data: they are no part of what is shared
/data/*
/outputs/*
!.gitkeep
*.key
.ipynb_checkpoints/
__pycache__/
"""


@dataclass(frozen=True)
class Export:
    """The files that a client's folder begins with.

    Attributes:
        root: the folder that the source spec's files are relative to. files: their paths.
        spec: the source spec's text. complete: whether nothing is missing in it. as_of: the day it is of.
        tells: of the dimensions in `NEEDS` those that it has values of.
    """

    root: Path
    files: Sequence[Path]
    spec: str
    complete: bool
    as_of: dt.date
    tells: frozenset[str] = frozenset()


def new_folder(
    folder: Path, language: Language, name: str, today: dt.date, export: Export | None = None, copy: bool = False
) -> list[Path]:
    """Write a client's folder.

    One that is there may hold other files, such as the export in `data/`; none of the new ones.

    Args:
        folder: it; made where missing. language: of its texts and reports. name: the client.
        today: without an export, the last whole quarter before it is what packs are about.
        export: files to begin with. copy: copy them to `data/`; otherwise they stay where they are.

    Returns:
        The files that were written.

    Raises:
        ConfigError: the folder holds a dataset, one of the files is there already, or the folder cannot be
            written; then nothing is.
    """
    if (folder / "dataset.json").exists():
        raise ConfigError(
            text("This folder holds a dataset, which is made anew each time; nothing was written."),
            file=folder,
            hint=text("Name another folder."),
        )
    contents = _contents(folder, language, name, today, export, copy)
    copies = _copies(export) if export is not None and copy else {}
    there = [one for one in (*contents, *copies) if (folder / one).exists() or (folder / one).is_symlink()]
    if there:
        raise ConfigError(
            text("Files of these names are there already; nothing was written."),
            file=folder,
            found=there,
            hint=text("Name another folder: what is there may have been edited."),
        )
    written: list[Path] = []
    try:
        make_folder(folder)
        for one, content in contents.items():
            (folder / one).parent.mkdir(parents=True, exist_ok=True)
            write_text(folder / one, content)
            written.append(folder / one)
        for one, file in copies.items():
            (folder / one).parent.mkdir(parents=True, exist_ok=True)
            written.append(folder / one)
            shutil.copyfile(file, folder / one)
    except OSError as error:
        for file in written:
            file.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise ConfigError(text("The folder cannot be written: {reason}.", reason=reason), file=folder) from None
    return written


def period_for(day: dt.date) -> str:
    """The last quarter that is over on a day, or is so within a week: exports end with their last deal.

    Examples:
        >>> period_for(dt.date(2025, 12, 24)), period_for(dt.date(2025, 12, 23)), period_for(dt.date(2025, 1, 2))
        ('2025-Q4', '2025-Q3', '2024-Q4')
    """
    quarter = Period.of(day, "quarter")
    return (quarter if quarter.end <= day + dt.timedelta(days=7) else quarter.previous()).name


def _contents(
    folder: Path, language: Language, name: str, today: dt.date, export: Export | None, copy: bool
) -> dict[str, str]:
    """Path in the folder → text, of everything but the copies."""
    period = period_for(today if export is None else export.as_of)
    root = None if export is None or copy else _root(export.root, folder)
    shown = printable(" ".join(name.split()))
    lacking = [] if export is None else [one for one, needed in NEEDS.items() if needed not in export.tells]
    values = {
        "name": shown,
        "title_line": setting_line("title", shown),
        "version": salesreport.__version__,
        "period": period,
        "year": period[:4],
        "language": language.code,
        "has_spec": export is not None,
        "complete": export is not None and export.complete,
        "root": None if export is None else shlex.quote(root or "data"),
        "copied": copy,
        "dataset": DATASET,
        "packs": [one for one in NEEDS if one not in lacking],
        "lacking": lacking,
    }
    contents = {
        name if name == "README.md" else f"params/{name}": content
        for name, content in filled(language, values).items()
        if Path(name).stem not in lacking
    }
    if export is not None:
        contents[SPEC] = export.spec + contents.pop("params/source_end.yml")
    else:
        del contents["params/source_end.yml"]
    contents |= {".gitignore": _IGNORED, **dict.fromkeys(_KEEP, "")}
    return contents | _notebooks(period, language)


def _root(root: Path, folder: Path) -> str:
    """The export's folder as the commands of the README name it: from the client's, where it lies within."""
    try:
        return root.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return root.resolve().as_posix()


def _copies(export: Export) -> dict[str, Path]:
    """Path in the folder → the file that is copied there."""
    return {f"data/{file.resolve().relative_to(export.root).as_posix()}": file for file in export.files}


def _notebooks(period: str, language: Language) -> dict[str, str]:
    """The notebooks as they come with the package: nothing run, and about this folder's dataset."""
    contents = {}
    for file in sorted(project_folder("notebooks").glob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        # nobody of the sample company's; the explorer begins with all times
        values = {"dataset": f"../{DATASET}", "language": language.code, "rep": "", "segment": ""}
        values |= {} if file.stem == EXPLORER else {"period": period}
        set_parameters(notebook, **values)
        contents[f"notebooks/{file.name}"] = nbformat.writes(notebook) + "\n"
    return contents
