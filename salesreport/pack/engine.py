"""What runs the jobs of a pack: one small interface; what stands behind it is chosen in `engines`."""

import os
from collections.abc import Sequence
from typing import Protocol

from salesreport.pack.make import Job, Outcome

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Reports run side by side; numerical libraries that also split their work only get in each other's way."""


class Watcher(Protocol):
    """Somebody who is told how a pack gets on."""

    def started(self, job: Job) -> None:
        """A job's turn has come."""

    def done(self, outcome: Outcome) -> None:
        """A job is done, or has failed."""


class Engine(Protocol):
    """What runs jobs."""

    @property
    def name(self) -> str:
        """How the manifest calls it."""

    def run(self, jobs: Sequence[Job], watcher: Watcher) -> None:
        """Make every job's report, in about this order, and tell of each; a failing one stops no other."""


def default_workers() -> int:
    """As many workers as this process may use processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
