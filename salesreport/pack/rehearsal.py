"""What a process does once before it makes reports, and how it runs a notebook in itself."""

import ast
import contextlib
import gc
import importlib
from collections.abc import Iterable
from typing import Any

import nbformat
from nbformat import NotebookNode

from salesreport.language import Language
from salesreport.pack.make import Job, ReportFailed, in_words

COLLECTING = (50_000, 20, 50)
"""When a report's process looks for garbage: seldom, for drawing makes many objects and the process is soon gone.
Looking as often as usual takes a tenth of a report's time."""


def execute_here(job: Job) -> NotebookNode:
    """Run a job's notebook in this process.

    Raises:
        ReportFailed: a cell raised.
    """
    import papermill
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    from salesreport.pack.inprocess import InProcessEngine

    papermill_engines.register("salesreport", InProcessEngine)
    notebook = nbformat.reads(job.source.decode("utf-8"), as_version=4)
    running: list[NotebookNode] = []
    try:
        return papermill.execute_notebook(
            notebook,
            None,
            dict(job.parameters),
            engine_name="salesreport",
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=str(job.notebook.parent),
            running=running,
        )
    except PapermillExecutionError as error:
        raise ReportFailed(in_words(error.ename, error.evalue), running[0]) from None


def prepare(job: Job, languages: Iterable[str] = ()) -> None:
    """Do once what every report would do: imports, reading, shared figures, a chart drawn, a report exported.

    The notebook itself is not run: what its cells change would be changed for all.
    """
    gc.disable()  # what is made here stays
    import papermill  # noqa: F401 - imported for the forks

    from salesreport.pack.inprocess import new_shell

    new_shell()  # IPython loads its commands when one is made; each report makes its own
    for name in imported_by(job.source):
        with contextlib.suppress(Exception):  # a module that fails to import fails in the report, with its reason
            importlib.import_module(name)
    with contextlib.suppress(Exception):  # whatever is wrong shows in the reports themselves
        _rehearse(job.parameters)
    for code in languages:
        Language(code).load()
    # the forks' collector need not touch, and so copy, what is here; nor is it worth looking through for garbage
    gc.freeze()
    gc.enable()
    gc.set_threshold(*COLLECTING)


def _rehearse(parameters: Any) -> None:
    """Make one report of the kit's own sections, and throw it away.

    One chart is drawn: that loads the fonts and all that charts have in common. The others would gain the reports
    less than they take.
    """
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from salesreport.report.agreed import FILES
    from salesreport.report.export import to_html
    from salesreport.report.review import Review
    from salesreport.report.subject import KINDS

    about: dict[str, Any] = {kind: str(parameters[kind]) for kind in KINDS if kind in parameters}
    settings = ("compare_to", "language", "mask_names", "extensions", *FILES)
    about |= {name: parameters[name] for name in settings if name in parameters}
    review = Review(parameters["dataset"], parameters["period"], **about)
    drawn = [section for section in review.sections() if section.charts][:1]
    shown = [review._repr_mimebundle_(), *({"text/html": section._repr_html_()} for section in drawn)]
    outputs = [new_output("execute_result", data=data) for data in shown]
    to_html(new_notebook(cells=[new_code_cell("", outputs=outputs)]))


def imported_by(notebook: bytes) -> list[str]:
    """The modules that the cells of a notebook (as a file has it) import at their top level."""
    names: list[str] = []
    for cell in nbformat.reads(notebook.decode("utf-8"), as_version=4).cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # magics, or a mistake that the report will tell
            continue
        for node in tree.body:
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.append(node.module)
    return list(dict.fromkeys(names))
