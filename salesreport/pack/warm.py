"""The warm engine: one process imports everything and reads the data; each report is made in a fresh fork of it.

A fork starts with all the parent has (modules, shared figures, compiled templates) and gives back nothing but its
outcome, so a notebook that changes options, globals or files changes them for itself alone. The parent of the
forks (`pack/nursery.py`) is a process of its own: forking the command itself, which draws a progress bar in a
thread, would copy locks nobody will ever open. It is itself forked from the command while that has but one thread,
for what is imported there already need not be imported again; else it is started anew.

Not the standard library's `forkserver` (with preload and `max_tasks_per_child=1`): what it preloads is fixed for
the life of the process, so the data of a second pack could not be shared, and its children import the main module
again. Measured side by side, a further report took it 1.3 to 1.5 s of wall where this takes 0.2 to 0.7 s.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from salesreport.orphans import end_with_parent
from salesreport.pack.engine import Watcher
from salesreport.pack.limits import DEFAULT_LIMITS, ENDED, Limits
from salesreport.pack.machine import ONE_THREAD
from salesreport.pack.make import Exporter, Job, Outcome, default_exporter
from salesreport.pack.nursery import Making, attend


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
        unfinished, told = {job.stem: job for job in jobs}, set[str]()
        for workers in (self.workers, 1):  # what was ended once most likely lacked memory: now one at a time
            if unfinished:
                self._make(unfinished, told, watcher, workers)
        for job in unfinished.values():
            watcher.done(Outcome(job, ENDED))

    def _make(self, unfinished: dict[str, Job], told: set[str], watcher: Watcher, workers: int) -> None:
        """Make the reports of jobs by their stems; those that are left were not made, for the process ended.

        Args:
            unfinished: the jobs. told: those of which it was told that their turn has come. workers: at a time.
        """
        context: Any = multiprocessing.get_context("fork" if threading.active_count() == 1 else "spawn")
        mine, theirs = context.Pipe()
        making = Making(workers, self.limits, self.export)
        given = (theirs, mine, making, list(unfinished.values()))
        nursery = context.Process(target=_nursery, args=given, name="salesreport-warm")
        with _environment():
            nursery.start()
        theirs.close()
        begun = False
        try:
            while unfinished:
                try:
                    event, content = mine.recv()
                except (EOFError, ConnectionResetError):
                    break
                begun = True
                if event == "started":
                    if content not in told:
                        watcher.started(unfinished[content])
                    told.add(content)
                else:
                    outcome: Outcome = pickle.loads(content)  # noqa: S301 - our own process wrote it
                    del unfinished[outcome.job.stem]
                    watcher.done(outcome)
        finally:
            mine.close()  # the other process ends when it notices, and its forks with it
            nursery.join(5 if begun else 0)  # before the first report it has nothing to end in good order
            if nursery.is_alive():
                nursery.kill()
                nursery.join()


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


def _nursery(pipe: Connection, other_end: Connection, making: Making, jobs: list[Job]) -> None:
    """The process of the forks; it ends when the command that started it is gone."""
    other_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command decides what Ctrl-C means
    end_with_parent()  # from the first moment on
    attend(pipe, making, jobs)
