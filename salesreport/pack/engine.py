"""What runs the jobs of a pack: one small interface, and the choice of what stands behind it."""

import os
from collections.abc import Sequence
from typing import Protocol

from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.pack.limits import DEFAULT_LIMITS, Limits
from salesreport.pack.make import Job, Outcome

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Reports run side by side; numerical libraries that also split their work only get in each other's way."""

ENGINES = ["warm", "papermill"]
"""The engines there are, by name: the first is taken where the system can fork, else the second."""


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


def make_engine(name: str | None = None, workers: int | None = None, limits: Limits | None = None) -> Engine:
    """The engine of a name.

    Args:
        name: one of `ENGINES`; None: the best this system can run. workers: reports made at a time; None: as many
            as there are processors. limits: what one report may take.

    Raises:
        ConfigError: there is no such engine, or not on this system.
    """
    from salesreport.pack import kernels, warm

    if name not in (None, *ENGINES):
        raise ConfigError(
            text("There is no such engine."),
            key="--engine",
            found=name,
            expected=text("one of {names}", names=ENGINES),
        )
    if name == "warm" and not warm.available():
        raise ConfigError(
            text("This system cannot fork processes safely, so there is no warm engine."),
            key="--engine",
            hint=text("Leave it out, or use “papermill”."),
        )
    workers, limits = workers or default_workers(), limits or DEFAULT_LIMITS
    if name == "papermill" or not warm.available():
        return kernels.PapermillEngine(workers, limits)
    return warm.WarmEngine(workers, limits)


def default_workers() -> int:
    """As many workers as this process may use processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
