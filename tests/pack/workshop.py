"""Notebooks, pack files and engines that the tests of packs make for themselves."""

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from salesreport.dataset import Dataset
from salesreport.pack.engine import Watcher
from salesreport.pack.make import REPORT_MIME, Exporter, Job, Outcome, make_report, what_it_shows

HOSTILE = "../../x<script>alert(1)</script>|*_["
"""A legal name of a rep."""

PARAMETERS = """\
dataset: str = ""
rep: str = "R1"
period: str = "2017-Q4"
compare_to: str = "previous"
language: str = "en"
smallest: int | None = None
share: float = 0.5
"""

SHOW = """\
import json
from pathlib import Path
from IPython.display import display

described = json.loads(Path(dataset, "dataset.json").read_text(encoding="utf-8"))
about = {
    "subject": {"kind": "rep", "id": rep, "name": rep},
    "period": period,
    "fingerprint": described["fingerprint"],
    "verdict": f"All well with {rep}",
    "figures": [{"key": "won", "label": "Deals won", "shown": "2", "value": 2, "unit": "deals", "note": "n = 3"}],
}
display({"application/vnd.salesreport.report+json": about, "text/plain": rep}, raw=True)
"""

ENDINGS = """\
import os, signal, sys
if rep == "R0":
    sys.exit(0)
if rep == "R1":
    raise SystemExit
if rep == "R2":
    os._exit(0)
if rep == "R3":
    os.kill(os.getpid(), signal.SIGKILL)
"""
"""A cell in the middle of a notebook at which it ends itself, for all reps but R4."""


def write_notebook(path: Path, cells: Sequence[str] = (SHOW,), parameters: str = PARAMETERS) -> Path:
    """A notebook with a parameters cell and further cells."""
    first = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    made = new_notebook(cells=[first, *(new_code_cell(cell) for cell in cells)])
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, path)
    return path


def write_pack(path: Path, dataset: Path, **changes: str | None) -> Path:
    """A pack file, line by line: notebook, dataset, each, period, output, then the changes; None drops a line."""
    settings: dict[str, str | None] = {
        "notebook": "tiny",
        "dataset": dataset.as_posix(),
        "each": "rep",
        "period": "2017-Q4",
        "output": "../out",
    }
    settings |= changes
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key}: {value}" for key, value in settings.items() if value is not None]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def plain_export(notebook: nbformat.NotebookNode, language: str) -> str:
    """Stands in for the report's template: what the report says about itself, and nothing else."""
    return f'<html lang="{language}"><p>{html.escape(what_it_shows(notebook).verdict)}</p></html>'


def shown(job: Job, **changes: Any) -> nbformat.NotebookNode:
    """An executed notebook as a right report of the job has it, but for the changes."""
    about: dict[str, Any] = {
        "subject": {"kind": job.subject.kind, "id": job.subject.id, "name": job.subject.name},
        "period": job.period,
        "fingerprint": job.fingerprint,
        "verdict": f"All well with {job.subject.name}",
        "figures": [
            {"key": "won", "label": "Deals won", "shown": "2", "value": 2, "unit": "deals", "note": "n = 3"}
        ],
    }  # fmt: skip
    output = new_output("display_data", {REPORT_MIME: json.loads(json.dumps(about | changes))})
    return new_notebook(cells=[new_code_cell("review", outputs=[output], execution_count=1)])


class Rehearsal:
    """An engine without kernels: every report is right at once, but those of the subjects named.

    Args:
        failing: subject id → what its notebook raises.
    """

    name = "rehearsal"

    def __init__(self, failing: dict[str, BaseException] | None = None, export: Exporter = plain_export) -> None:
        self.failing, self.export = failing or {}, export
        self.ran: list[str] = []

    def execute(self, job: Job) -> nbformat.NotebookNode:
        self.ran.append(job.subject.id)
        if job.subject.id in self.failing:
            raise self.failing[job.subject.id]
        return shown(job)

    def run(self, jobs: Sequence[Job], watcher: Watcher) -> None:
        for job in jobs:
            watcher.started(job)
            watcher.done(make_report(job, self.execute, self.export))


class Silent:
    """A watcher that only remembers."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.outcomes: dict[str, Outcome] = {}
        self.making = self.unchanged = -1
        self.to_print = 0
        self.prints: dict[str, Outcome] = {}

    def planned(self, making: int, unchanged: int) -> None:
        self.making, self.unchanged = making, unchanged

    def started(self, job: Job) -> None:
        self.begun.append(job.subject.id)

    def done(self, outcome: Outcome) -> None:
        self.outcomes[outcome.job.subject.id] = outcome

    def printing(self, reports: int) -> None:
        self.to_print = reports

    def printed(self, outcome: Outcome) -> None:
        self.prints[outcome.job.subject.id] = outcome


def strict(content: bytes) -> nbformat.NotebookNode:
    """A notebook that is JSON, without the numbers that Python alone reads, and has a notebook's form."""

    def refuse(number: str) -> float:
        raise ValueError(f"JSON knows no {number}")

    json.loads(content.decode("utf-8"), parse_constant=refuse)
    notebook: nbformat.NotebookNode = nbformat.reads(content.decode("utf-8"), as_version=4)
    nbformat.validate(notebook)
    return notebook


def job_for(dataset: Dataset, folder: Path, subject: Any, **changes: Any) -> Job:
    """A job of a pack in a folder, with the folders that it writes into."""
    for name in ("reports", "notebooks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    values: dict[str, Any] = {
        "subject": subject,
        "notebook": folder / "tiny.ipynb",
        "parameters": {"dataset": str(dataset.path), subject.kind: subject.id},
        "folder": folder,
        "stem": "one",
        "fingerprint": dataset.fingerprint,
        "period": "2017-Q4",
        "language": "en",
    }
    return Job(**(values | changes))
