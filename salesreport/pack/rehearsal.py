"""What a process does once before it makes reports, and how it runs a notebook in itself."""

import ast
import contextlib
import gc
import importlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode

from salesreport.language import Language
from salesreport.memory import give_back
from salesreport.pack.make import Job, ReportFailed, in_words

if TYPE_CHECKING:
    from salesreport.report.review import Review
    from salesreport.report.section import Section

COLLECTING = (50_000, 20, 50)
"""When a report's process looks for garbage: seldom, for drawing makes many objects and the process is soon gone.
Looking as often as usual takes a tenth of a report's time."""


def execute_here(job: Job) -> NotebookNode:
    """Run a job's notebook in this process.

    Raises:
        ReportFailed: a cell raised.
    """
    from papermill.exceptions import PapermillExecutionError

    from salesreport.pack.inprocess import run_notebook

    running: list[NotebookNode] = []
    try:
        return run_notebook(read_once(job.source), job.parameters, str(job.notebook.parent), running)
    except PapermillExecutionError as error:
        raise ReportFailed(in_words(error.ename, error.evalue), running[0]) from None


@lru_cache(maxsize=2)
def read_once(notebook: bytes) -> NotebookNode:
    """A notebook as a file has it, read and checked; each run makes its own of it, so nobody changes this one."""
    from salesreport.pack.inprocess import loaded

    return loaded(notebook.decode("utf-8"))


def prepare(job: Job, languages: Iterable[str] = (), both: bool = False) -> None:
    """Do once what every report would do: imports, reading, shared figures, a chart drawn, a report exported.

    The notebook itself is not run: what its cells change would be changed for all.

    Args:
        job: one of the reports. languages: those that reports and index are in.
        both: whether a second process may work out a part of what all share.
    """
    gc.disable()  # what is made here stays
    load()
    for name in imported_by(job.source):
        with contextlib.suppress(Exception):  # a module that fails to import fails in the report, with its reason
            importlib.import_module(name)
    with contextlib.suppress(Exception):  # whatever is wrong shows in the reports themselves
        keep_beside(job)
        _rehearse(job.parameters, attributes_in(job.source), languages, both)
    give_back()
    # the forks' collector need not touch, and so copy, what is here; nor is it worth looking through for garbage
    gc.freeze()
    gc.enable()
    gc.set_threshold(*COLLECTING)


def keep_beside(job: Job) -> None:
    """From now on results are stored beside the dataset of a job, and looked up there."""
    if not job.parameters.get("extensions"):  # nobody knows what figures of one's own depend on
        from salesreport.dataset import Dataset
        from salesreport.stored.store import keep_results

        keep_results(Dataset.open(job.parameters["dataset"]))


def load() -> None:
    """Import what every report needs."""
    for name in ("papermill", "salesreport.report.export", "salesreport.report.review"):
        importlib.import_module(name)
    from salesreport.pack.inprocess import shell_ahead

    shell_ahead()


def _rehearse(parameters: Any, names: Collection[str], languages: Iterable[str] = (), both: bool = False) -> None:
    """Make one report of those of the kit's own sections that have some names, and throw it away.

    One chart is drawn: that loads the fonts and all that charts have in common. The others would gain the reports
    less than they take. The templates of all sections are compiled, which takes longer than using them.
    """
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from salesreport.pack.beside import work_out
    from salesreport.report.export import to_html
    from salesreport.report.page import environment

    review = review_of(parameters)
    if both:
        work_out(review, names)
    sections: Sequence[Section] = list(_made(review, names)) or review.sections()
    if "in_words" in names:  # it needs further sections
        review.in_words()
    for code in dict.fromkeys((review.context.language.code, *languages)):
        for template in dict.fromkeys(section.template for section in sections):
            environment(Language(code)).get_template(template)
    drawn = [section for section in sections if section.charts][:1]
    shown = [review._repr_mimebundle_(), *(section._repr_mimebundle_() for section in drawn)]
    outputs = [new_output("execute_result", data=data) for data in shown]
    to_html(new_notebook(cells=[new_code_cell("", outputs=outputs)]))
    review.context.facts.forget("journeys", "customers of tables")  # reports look at what was made of them


def review_of(parameters: Any) -> "Review":
    """The review that the kit's own notebooks make of their parameters."""
    from salesreport.report.agreed import FILES
    from salesreport.report.review import Review
    from salesreport.report.subject import KINDS

    about: dict[str, Any] = {kind: str(parameters[kind]) for kind in KINDS if kind in parameters}
    settings = ("compare_to", "language", "mask_names", "extensions", *FILES)
    about |= {name: parameters[name] for name in settings if name in parameters}
    return Review(parameters["dataset"], parameters["period"], **about)


def _made(review: "Review", names: Collection[str]) -> Iterator["Section"]:
    """The sections of some names; between two of them free memory is given back, of which each leaves some."""
    for name in review.listed():
        if name in names:
            yield getattr(review, name)
            give_back()


def imported_by(notebook: bytes) -> list[str]:
    """The modules that the cells of a notebook (as a file has it) import at their top level."""
    names: list[str] = []
    for tree in _cells(notebook):
        for node in tree.body:
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.append(node.module)
    return list(dict.fromkeys(names))


def attributes_in(notebook: bytes) -> set[str]:
    """The names of all attributes that the cells of a notebook (as a file has it) ask for."""
    return {node.attr for tree in _cells(notebook) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _cells(notebook: bytes) -> Iterator[ast.Module]:
    """The code of a notebook's cells; none that are no Python (magics, or a mistake that the report will tell)."""
    for cell in read_once(notebook).cells:
        if cell.cell_type == "code":
            with contextlib.suppress(SyntaxError):
                yield ast.parse(cell.source)
