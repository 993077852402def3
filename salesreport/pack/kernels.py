"""The stock engine: papermill with a kernel of its own for every report, for systems that cannot fork.

It keeps `workers` processes, each of which runs one notebook at a time. They are processes and not threads because
papermill changes the working folder while it runs a notebook, and because a process can be ended. A kernel or a
process that dies takes its report with it, and touches no other.
"""

import logging
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from salesreport import orphans
from salesreport.language import text
from salesreport.pack.engine import Watcher
from salesreport.pack.limits import DEFAULT_LIMITS, Limits
from salesreport.pack.machine import ONE_THREAD
from salesreport.pack.make import Exporter, Job, Outcome, ReportFailed, default_exporter, in_words, make_report
from salesreport.pack.sockets import STARTS, end_kernels, manager_class, never_began


@dataclass(frozen=True)
class PapermillEngine:
    """The stock engine: papermill, a fresh kernel for every report.

    Attributes:
        workers: how many reports are made at a time. limits: of these, the time limit holds, for each cell.
        export: makes a report's HTML (a function of a module, for it is called in other processes).
    """

    workers: int = 1
    limits: Limits = DEFAULT_LIMITS
    export: Exporter = default_exporter
    name: str = "papermill"

    def run(self, jobs: Sequence[Job], watcher: Watcher) -> None:
        """Make every job's report; see `Engine.run`."""
        waiting = list(reversed(jobs))
        while waiting:
            for job in self._run_pool(waiting, watcher, self.workers):
                # one of these ended its process, and nobody knows which; alone, each harms only itself
                if self._run_pool([job], watcher, workers=1):
                    watcher.done(_lost(job))

    def _run_pool(self, waiting: list[Job], watcher: Watcher, workers: int) -> list[Job]:
        """Work the list off, last job first, until it is empty or a worker process dies.

        Returns:
            The jobs that were being made when a process died.
        """
        execute = partial(execute_with_papermill, seconds=self.limits.seconds)
        before = set(multiprocessing.active_children())
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(
            max(1, min(workers, len(waiting))), context, orphans.worker, (f"{__name__}:_prepare_worker",)
        )
        running: dict[Future[Outcome], Job] = {}
        lost: list[Job] = []
        try:
            while (waiting and not lost) or running:
                while waiting and not lost and len(running) < workers:
                    job = waiting.pop()
                    watcher.started(job)
                    try:
                        running[pool.submit(make_report, job, execute, self.export)] = job
                    except BrokenProcessPool:
                        lost.append(job)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    try:
                        watcher.done(future.result())
                    except BrokenProcessPool:
                        lost.append(job)
        except BaseException:
            # Ctrl-C: nobody waits for reports that are half-way; their kernels end with their processes
            pool.shutdown(wait=False, cancel_futures=True)
            for process in set(multiprocessing.active_children()) - before:
                process.terminate()
            raise
        pool.shutdown()
        return lost


def execute_with_papermill(job: Job, seconds: float = DEFAULT_LIMITS.seconds) -> NotebookNode:
    """Run a job's notebook in a new kernel, in the notebook's own folder; no cell may take longer than `seconds`.

    Raises:
        ReportFailed: a cell raised, or the kernel died.
    """
    for _ in range(STARTS - 1):
        try:
            return _execute(job, seconds)
        except _NeverBegan:
            continue
    return _execute(job, seconds, last=True)


class _NeverBegan(Exception):
    """A kernel died before its first reply."""


def _execute(job: Job, seconds: float, last: bool = False) -> NotebookNode:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    with tempfile.TemporaryDirectory(prefix="salesreport-") as scratch:
        given, executed = Path(scratch) / "given.ipynb", Path(scratch) / "executed.ipynb"
        given.write_bytes(job.source)
        try:
            notebook = papermill.execute_notebook(
                # papermill fills {…} in paths in; these are meant as they are
                str(given).replace("{", "{{").replace("}", "}}"),
                str(executed).replace("{", "{{").replace("}", "}}"),
                dict(job.parameters),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                extra_arguments=["--log-level=40"],  # a kernel's own remarks are nobody's business
                cwd=str(job.notebook.parent),
                execution_timeout=max(1, round(seconds)),
                kernel_manager_class=manager_class(Path(scratch)),
            )
        except PapermillExecutionError as error:
            raise ReportFailed(in_words(error.ename, error.evalue), _read(executed)) from None
        except Exception as error:
            if never_began(error) and not last:
                raise _NeverBegan from None
            kind = type(error).__name__
            reason = (
                text("The notebook's kernel died while it made this report.")
                if kind == "DeadKernelError"
                else in_words(kind, str(error))
            )
            raise ReportFailed(reason, _read(executed)) from None
    return notebook


def _prepare_worker() -> None:
    """Set a worker process up before its first report."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    orphans.at_end.append(end_kernels)
    prepare_for_kernels()


def prepare_for_kernels() -> None:
    """Set a process up for starting kernels: theirs is its environment."""
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this Python's kernel, not one of the same name elsewhere
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    for name in ("papermill", "traitlets"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what went wrong stands in the outcome


def _lost(job: Job) -> Outcome:
    """The outcome of a job whose process ended before it could tell one."""
    job.remove()
    return Outcome(job, text("The process that made this report was ended (was there enough memory?)."))


def _read(executed: Path) -> NotebookNode | None:
    if not executed.is_file():
        return None
    return nbformat.read(executed, as_version=4)
