"""The process that makes reports: it imports everything, reads the data, and forks itself for each report.

It has a single thread, runs no notebook, and only prepares, forks, waits and ends what hangs. What becomes of jobs
goes back through a pipe, more of them may come through it, and when its other end is gone, so is this process with
all of its forks.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

from salesreport.language import Language, Text, ntext, text
from salesreport.orphans import end_with_parent
from salesreport.pack.limits import DEFAULT_LIMITS, TRIES, Limits
from salesreport.pack.make import Exporter, Job, Outcome, default_exporter, make_report
from salesreport.pack.owner import RunIsOver, WhileRunLasts, stands
from salesreport.pack.rehearsal import execute_here, prepare

LOOKING = 30.0
"""Seconds between two looks at whether the run is over, while nobody asks for a report."""


@dataclass(frozen=True)
class Making:
    """How reports are made.

    Attributes:
        workers: reports made at a time. limits: what one report may take. export: makes a report's HTML.
        mark: of the run, where others may write into the pack's folder once it is over; see `pack/owner.py`.
    """

    workers: int = 1
    limits: Limits = DEFAULT_LIMITS
    export: Exporter = default_exporter
    mark: Path | None = None

    def make(self, job: Job) -> Outcome:
        """Make a report in this process.

        Raises:
            RunIsOver: nobody waits for it any more; no file was touched.
        """
        return make_report(job, self.in_time(execute_here), self.in_time(self.export), self.check)

    def in_time(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, whose result counts only while the run lasts."""
        return function if self.mark is None else WhileRunLasts(function, self.mark)

    @property
    def is_over(self) -> bool:
        """Whether the run is over, as far as its mark tells."""
        return self.mark is not None and not stands(self.mark)

    def check(self) -> None:
        """Go on only while the run lasts.

        Raises:
            RunIsOver: it does not.
        """
        if self.is_over:
            raise RunIsOver

    def remove(self, job: Job) -> None:
        """Remove what was made for a job, unless the folder is somebody else's by now."""
        if not self.is_over:
            job.remove()


Event = tuple[Literal["started", "over"], str] | tuple[Literal["done"], bytes]
"""What goes back: a job's stem when its turn has come, or when its run is over; or what became of it, pickled: who
only hands it on need not read it."""


@dataclass
class _Child:
    """A report in the making."""

    job: Job
    process: BaseProcess
    connection: Connection
    deadline: float
    tries: int


def attend(pipe: Connection, making: Making, jobs: Sequence[Job] = ()) -> None:
    """Make the reports of these jobs, and of those that come through a pipe, until its other end is closed."""
    waiting = deque((job, 1) for job in jobs)
    running: list[_Child] = []
    try:
        if not waiting:
            waiting.append((pipe.recv(), 1))
        end_with_parent()
        if _is_orphan():  # since before it could be told
            return
        spoken = {code for job, _ in waiting for code in (job.language, job.index_language) if code}
        prepare(waiting[0][0], spoken, both=making.workers > 1)
        end_with_parent(False)  # from now on there are forks to end first, and the pipe tells
        while True:
            while waiting and len(running) < making.workers:
                job, tries = waiting.popleft()
                if tries == 1:
                    pipe.send(("started", job.stem))
                running.append(_fork(job, tries, making, pipe))
            waiting += [(job, 1) for job in _asked(running, pipe)]
            if not waiting and not running and making.is_over:
                return
            for child in _finished(running):
                running.remove(child)
                event = _event(child, making)
                if event is not None:
                    pipe.send(event)
                else:
                    waiting.appendleft((child.job, child.tries + 1))
    except (EOFError, OSError):
        pass  # nobody waits for the rest
    finally:
        for child in running:
            _kill(child)


def _fork(job: Job, tries: int, making: Making, pipe: Connection) -> _Child:
    for code in filter(None, (job.language, job.index_language)):
        Language(code).load()  # once, for all forks that speak it
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(job, making, theirs, (mine, pipe)), name=f"report-{job.stem}")
    process.start()
    theirs.close()
    return _Child(job, process, mine, time.monotonic() + making.limits.seconds, tries)


def _make(job: Job, making: Making, result: Connection, not_mine: Sequence[Connection]) -> None:
    """In the fork: make the report, send what became of it, end."""
    os.setsid()  # what the notebook starts ends with it
    end_with_parent()
    for connection in not_mine:
        connection.close()
    making.limits.apply()
    try:
        result.send(_done(making.make(job)))
    except RunIsOver:
        result.send(("over", job.stem))


def _is_orphan() -> bool:
    """Whether the process that started this one is gone."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def _asked(running: Sequence[_Child], pipe: Connection) -> list[Job]:
    """Wait until something happens, at the latest until a report is out of time; the jobs that came meanwhile.

    Raises:
        EOFError: whoever gave us the jobs is gone.
    """
    now = time.monotonic()
    patience = max(0.0, min((child.deadline for child in running), default=now + LOOKING) - now)
    jobs: list[Job] = []
    if pipe in wait([pipe, *(child.connection for child in running)], patience):
        jobs.append(pipe.recv())
        while pipe.poll():
            jobs.append(pipe.recv())
    return jobs


def _finished(running: Sequence[_Child]) -> list[_Child]:
    """The children that have said what became of them, ended without a word, or are out of time."""
    ready = wait([child.connection for child in running], 0)
    now = time.monotonic()
    return [child for child in running if child.connection in ready or child.deadline <= now]


def _event(child: _Child, making: Making) -> Event | None:
    """What became of a report; None where its process was killed and it should be tried again."""
    said: Event | None = None
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
    making.remove(child.job)
    limits = making.limits
    return _done(Outcome(child.job, _why(out_of_time, code, limits), limits.seconds if out_of_time else 0.0))


def _done(outcome: Outcome) -> Event:
    return "done", pickle.dumps(outcome)


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
