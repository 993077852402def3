"""JupyterLab on a working copy of the explorer's notebook, with the dataset in its parameters cell."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary

from salesreport.dataset import Dataset
from salesreport.errors import DataError
from salesreport.files import safe_names, write_text
from salesreport.language import text
from salesreport.memory import arrow_gives_back
from salesreport.pack.machine import ONE_THREAD
from salesreport.pack.notebook import has_parameters, project_folder, set_parameters

SAMPLE = Path("outputs") / "datasets" / "sample"
"""The dataset that is looked at by default; made where it is missing."""

COPIES = Path("outputs") / "explorer"
"""Where the working copies are."""

PACKS = Path("params") / "packs"
"""Where views are saved as pack files."""


def sample_dataset(here: Path) -> Path:
    """The sample company's dataset in a project folder; made where it is missing."""
    folder = here / SAMPLE
    if not (folder / "dataset.json").exists():
        from salesreport.sample import write_company

        write_company(folder)
    return folder


def working_copy(dataset: Path, here: Path, language: str = "en") -> Path:
    """A copy of the explorer's notebook for a dataset, trusted.

    A copy that is there already keeps the cells that people have added; only its parameters are set again.

    Args:
        dataset: folder of the dataset. here: the project folder the copy goes to. language: of the explorer.

    Returns:
        The copy's file.

    Raises:
        DataError: there is no dataset in the folder, or the copy cannot be written.
    """
    opened = Dataset.open(dataset)
    name = opened.path.absolute().name
    file = here / COPIES / f"{safe_names([name])[name]}.ipynb"
    notebook = _copy(file) or nbformat.read(
        project_folder("notebooks") / "conversion_explorer.ipynb", as_version=4
    )
    set_parameters(
        notebook,
        dataset=str(opened.path.absolute()),
        language=language,
        packs=str((here / PACKS).absolute()),
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, nbformat.writes(notebook) + "\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(text("The notebook cannot be written: {reason}.", reason=reason), file=file) from None
    NotebookNotary().sign(notebook)
    return file


def _copy(file: Path) -> NotebookNode | None:
    """The copy of an earlier time, if it can still be given parameters."""
    try:
        notebook = nbformat.read(file, as_version=4)
    except (OSError, ValueError):
        return None
    return notebook if has_parameters(notebook) else None


def open_lab(file: Path, port: int | None = None, browser: bool = True, allow_root: bool = False) -> int:
    """Run JupyterLab on a notebook until it is stopped; the address that it prints, token and all, opens it.

    Args:
        file: the notebook. port: to listen on; one that is free by default. browser: whether to open a browser.
        allow_root: whether root may run it, which JupyterLab otherwise refuses.

    Returns:
        JupyterLab's exit code; where a process can take another's place it does, and this never returns.
    """
    # the address that JupyterLab prints opens the notebook, whatever folder a configuration calls the root
    options = [
        f"--ServerApp.root_dir={file.parent.absolute()}",
        f"--LabApp.default_url=/lab/tree/{quote(file.name)}",
    ]
    options += [] if port is None else [f"--ServerApp.port={port}"]
    options += [] if browser else ["--no-browser"]
    options += ["--allow-root"] if allow_root else []
    command = [sys.executable, "-m", "jupyterlab", str(file), *options]
    arrow_gives_back()  # its kernels
    for variable in ONE_THREAD:  # comparisons solve small systems, of which threads only take more time
        os.environ.setdefault(variable, "1")
    if os.name == "posix":
        os.execv(sys.executable, command)  # noqa: S606 - it takes our place, so that what stops us stops it
    return subprocess.run(command, check=False).returncode  # noqa: S603
