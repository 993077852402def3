"""The warm engine: one process imports everything and reads the data; each report is made in a fresh fork of it.

A fork starts with all the parent has (modules, shared figures, compiled templates) and gives back nothing but its
outcome, so a notebook that changes options, globals or files changes them for itself alone. The parent of the
forks is a process of its own with a single thread: forking the command itself, which draws a progress bar in a
thread, would copy locks nobody will ever open. It runs no notebook; it only prepares, forks, waits and ends what
hangs. It is itself forked from the command while that has but one thread, for what is imported there already need
not be imported again; else it is started anew.

Not the standard library's `forkserver` (with preload and `max_tasks_per_child=1`): what it preloads is fixed for
the life of the process, so the data of a second pack could not be shared, and its children import the main module
again. Measured side by side, a further report took it 1.3 to 1.5 s of wall where this takes 0.2 to 0.7 s.
"""

import ast
import contextlib
import ctypes
import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

import nbformat
from nbformat import NotebookNode

from salesreport.language import Text, ntext, text
from salesreport.pack.engine import ONE_THREAD, Watcher
from salesreport.pack.limits import DEFAULT_LIMITS, Limits
from salesreport.pack.make import Exporter, Job, Outcome, ReportFailed, default_exporter, in_words, make_report

_PR_SET_PDEATHSIG = 1

COLLECTING = (50_000, 20, 50)
"""When a report's process looks for garbage: seldom, for drawing makes many objects and the process is soon gone.
Looking as often as usual takes a tenth of a report's time."""

TRIES = 2
"""How often a report is tried whose process is killed."""


def available() -> bool:
    """Whether this system can fork safely: Windows cannot, and on macOS system libraries forbid it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


@dataclass(frozen=True)
class WarmEngine:
    """Makes each report in a fresh fork of a prepared process.

    Attributes:
        workers: reports made at a time. limits: what one report may take. export: makes a report's HTML.
    """

    workers: int = 1
    limits: Limits = DEFAULT_LIMITS
    export: Exporter = default_exporter
    name: str = "warm"

    def run(self, jobs: Sequence[Job], watcher: Watcher) -> None:
        """Make every job's report; see `Engine.run`."""
        if not jobs:
            return
        context: Any = multiprocessing.get_context("fork" if threading.active_count() == 1 else "spawn")
        mine, theirs = context.Pipe()
        nursery = context.Process(target=_nursery, args=(theirs, mine, list(jobs), self), name="salesreport-warm")
        with _environment():
            nursery.start()
        theirs.close()
        unfinished = {job.stem: job for job in jobs}
        try:
            while unfinished:
                try:
                    event, content = mine.recv()
                except (EOFError, ConnectionResetError):
                    break
                if event == "started":
                    watcher.started(unfinished[content])
                else:
                    del unfinished[content.job.stem]
                    watcher.done(content)
        finally:
            mine.close()  # the other process ends when it notices, and its forks with it
            nursery.join(5)
            if nursery.is_alive():
                nursery.kill()
                nursery.join()
        for job in unfinished.values():
            watcher.done(
                Outcome(job, text("The process that makes the reports ended (was there enough memory?)."))
            )


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """What a process must find in its environment when it starts: later is too late for numerical libraries."""
    before = dict(os.environ)
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"), MPLBACKEND="module://matplotlib_inline.backend_inline")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass
class _Child:
    """A report in the making."""

    job: Job
    process: BaseProcess
    connection: Connection
    deadline: float
    tries: int


def _nursery(events: Connection, other_end: Connection, jobs: list[Job], engine: WarmEngine) -> None:
    """The parent of the forks: prepare, fork, wait; ends when the command that started it is gone."""
    other_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command decides what Ctrl-C means
    _end_with_parent()
    if _is_orphan():  # since before it could be told
        return
    prepare(jobs[0])
    _end_with_parent(None)  # from now on there are forks to end first, and the pipe tells
    waiting = deque((job, 1) for job in jobs)
    running: list[_Child] = []
    try:
        while waiting or running:
            while waiting and len(running) < engine.workers:
                job, tries = waiting.popleft()
                if tries == 1:
                    events.send(("started", job.stem))
                running.append(_fork(job, tries, engine, events))
            for child in _finished(running, events):
                running.remove(child)
                outcome = _outcome(child, engine.limits)
                if outcome is not None:
                    events.send(("done", outcome))
                else:
                    waiting.appendleft((child.job, child.tries + 1))
    except (EOFError, OSError):
        pass  # the command is gone: nobody waits for the rest
    finally:
        for child in running:
            _kill(child)


def _fork(job: Job, tries: int, engine: WarmEngine, events: Connection) -> _Child:
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(job, engine, theirs, (mine, events)), name=f"report-{job.stem}")
    process.start()
    theirs.close()
    return _Child(job, process, mine, time.monotonic() + engine.limits.seconds, tries)


def _make(job: Job, engine: WarmEngine, result: Connection, not_mine: Sequence[Connection]) -> None:
    """In the fork: make the report, send what became of it, end."""
    os.setsid()  # what the notebook starts ends with it
    _end_with_parent()
    for connection in not_mine:
        connection.close()
    engine.limits.apply()
    result.send(make_report(job, execute_here, engine.export))


def _end_with_parent(by: signal.Signals | None = signal.SIGKILL) -> None:
    """Die when the parent does (Linux), so that a report begun for a pack that was killed is never written.

    Args:
        by: the signal to die by; None: live on.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by or 0)


def _is_orphan() -> bool:
    """Whether the process that started this one is gone."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def _finished(running: Sequence[_Child], events: Connection) -> list[_Child]:
    """The children that have said what became of them, ended without a word, or are out of time.

    Raises:
        EOFError: the command that started us is gone.
    """
    now = time.monotonic()
    patience = max(0.0, min(child.deadline for child in running) - now)
    ready = wait([events, *(child.connection for child in running)], patience)
    if events in ready:
        events.recv()  # it never sends anything, so this is its end
    now = time.monotonic()
    return [child for child in running if child.connection in ready or child.deadline <= now]


def _outcome(child: _Child, limits: Limits) -> Outcome | None:
    """What became of a report; None where its process was killed and it should be tried again."""
    said: Outcome | None = None
    if child.connection.poll():
        with contextlib.suppress(EOFError, OSError):
            said = child.connection.recv()
    out_of_time = said is None and child.deadline <= time.monotonic()
    if said is None and not out_of_time:
        child.process.join(1)  # its end of the pipe closes a moment before it is gone
    code = child.process.exitcode
    _kill(child)
    if said is not None:
        return said
    if not out_of_time and child.tries < TRIES:
        return None
    child.job.remove()
    return Outcome(child.job, _why(out_of_time, code, limits), limits.seconds if out_of_time else 0.0)


def _why(out_of_time: bool, code: int | None, limits: Limits) -> Text:
    if out_of_time:
        return ntext(
            "It took longer than {n} second and was ended.",
            "It took longer than {n} seconds and was ended.",
            n=limits.seconds,
        )
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return text("Its process was killed twice ({signal}); was there enough memory?", signal=name)
    return text("The notebook ended its own process twice (exit code {code}).", code=str(code))


def _kill(child: _Child) -> None:
    """End a fork and everything it started."""
    pid = child.process.pid
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    child.process.kill()
    child.process.join()
    child.connection.close()
    child.process.close()


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
    running: list[NotebookNode] = []
    try:
        return papermill.execute_notebook(
            read_once(job.source),
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


@lru_cache(maxsize=2)
def read_once(notebook: bytes) -> NotebookNode:
    """A notebook as a file has it, read and checked; papermill makes its own of it, so nobody changes this one."""
    return nbformat.reads(notebook.decode("utf-8"), as_version=4)


def prepare(job: Job) -> None:
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
        if not job.parameters.get("extensions"):  # nobody knows what figures of one's own depend on
            from salesreport.dataset import Dataset
            from salesreport.stored.store import keep_results

            keep_results(Dataset.open(job.parameters["dataset"]))
        _rehearse(job.parameters, attributes_in(job.source))
    # the forks' collector need not touch, and so copy, what is here; nor is it worth looking through for garbage
    gc.freeze()
    gc.enable()
    gc.set_threshold(*COLLECTING)


def _rehearse(parameters: Any, names: Collection[str]) -> None:
    """Make one report of those of the kit's own sections that have some names, and throw it away.

    One chart is drawn: that loads the fonts and all that charts have in common. The others would gain the reports
    less than they take. The templates of all sections are compiled, which takes longer than using them.
    """
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from salesreport.report.agreed import FILES
    from salesreport.report.export import to_html
    from salesreport.report.page import environment
    from salesreport.report.review import Review
    from salesreport.report.subject import KINDS

    about: dict[str, Any] = {kind: str(parameters[kind]) for kind in KINDS if kind in parameters}
    settings = ("compare_to", "language", "mask_names", "extensions", *FILES)
    about |= {name: parameters[name] for name in settings if name in parameters}
    review = Review(parameters["dataset"], parameters["period"], **about)
    sections = [getattr(review, name) for name in review.listed() if name in names] or review.sections()
    for template in dict.fromkeys(section.template for section in sections):
        environment(review.context.language).get_template(template)
    drawn = [section for section in sections if section.charts][:1]
    shown = [review._repr_mimebundle_(), *({"text/html": section._repr_html_()} for section in drawn)]
    outputs = [new_output("execute_result", data=data) for data in shown]
    to_html(new_notebook(cells=[new_code_cell("", outputs=outputs)]))


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
