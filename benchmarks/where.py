"""Where the CPU time of one report goes, in a fork of a warm process. Prints JSON: step → milliseconds.

The same rep's report is made several times, each time in a fork of its own, as a pack does it: nothing of one run
helps the next. Every moment is counted for one step alone, and all steps are those of one run, the middle one, so
that the rows after the first add up to it.
"""

import gc
import json
import multiprocessing
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import nbformat

from salesreport import Review
from salesreport.pack.inprocess import loaded, run_notebook, shell_ahead
from salesreport.pack.rehearsal import COLLECTING
from salesreport.report.chart import Chart
from salesreport.report.export import to_html
from salesreport.report.section import Section
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parent.parent
RUNS = 9

REST = "papermill, IPython, opening the dataset"
FIGURES = "figures and sentences of all sections"
HEAD = "the head of the report, with what to talk about"
PAGE = "tables and texts as HTML"
EXPORT = "export to HTML"


class Account:
    """CPU seconds by step; while a step is within another, only the inner one is charged."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.steps: list[str] = []
        self.since = 0.0

    def _charge(self) -> None:
        now = time.process_time()
        if self.steps:
            self.seconds[self.steps[-1]] += now - self.since
        self.since = now

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """What is done inside is charged to this step."""
        self._charge()
        self.steps.append(name)
        try:
            yield
        finally:
            self._charge()
            self.steps.pop()

    def watch(self, owner: type, method: str, name: Callable[[Any], str]) -> None:
        """Charge a method to the step that `name` tells from the object."""
        function = getattr(owner, method)

        @wraps(function)
        def watched(this: Any, *arguments: Any, **options: Any) -> Any:
            with self.step(name(this)):
                return function(this, *arguments, **options)

        setattr(owner, method, watched)


def watched() -> Account:
    """An account of a report's steps, from now on."""
    account = Account()
    shown: list[str] = []

    def page(section: Section) -> str:
        shown.append(section.topic)
        return PAGE

    account.watch(Review, "show", lambda review: FIGURES)
    account.watch(Review, "_repr_mimebundle_", lambda review: HEAD)
    account.watch(Section, "_repr_mimebundle_", page)
    account.watch(Chart, "svg", lambda chart: f"drawing “{shown[-1] if shown else chart.key}”")
    return account


def one_report(notebook: nbformat.NotebookNode, parameters: dict[str, str]) -> dict[str, float]:
    """Step → milliseconds of one report, the whole one first."""
    account = watched()
    began = time.process_time()
    with account.step(REST):
        executed = execute(notebook, parameters)
        with account.step(EXPORT):
            to_html(executed)
    whole = time.process_time() - began
    steps = {name: 1000 * seconds for name, seconds in sorted(account.seconds.items(), key=lambda one: -one[1])}
    assert abs(sum(steps.values()) - 1000 * whole) < 1, "the steps add up to the whole"
    return {"the whole report": sum(steps.values())} | {f"of which: {name}": ms for name, ms in steps.items()}


def execute(notebook: nbformat.NotebookNode, parameters: dict[str, str]) -> nbformat.NotebookNode:
    """The notebook run in this process."""
    return run_notebook(notebook, parameters)


def main() -> None:
    """Measure, and print what came out."""
    notebook = loaded((ROOT / "notebooks" / "rep_review.ipynb").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        dataset = write_company(Path(scratch) / "company")
        first, rep = dataset.table("reps")["rep_id"].tolist()[:2]
        parameters = {"dataset": str(dataset.path)}
        to_html(execute(notebook, parameters | {"rep": first}))
        # as a pack gets its process ready to be forked
        shell_ahead()
        gc.freeze()
        gc.set_threshold(*COLLECTING)
        with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
            runs = [pool.apply(one_report, (notebook, parameters | {"rep": rep})) for _ in range(RUNS)]
    middle = sorted(runs, key=lambda run: run["the whole report"])[RUNS // 2]
    print(json.dumps(middle, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
