"""What runs the jobs of a pack: one small interface; what stands behind it is chosen in `engines`."""

from collections.abc import Sequence
from typing import Protocol

from salesreport.pack.make import Job, Outcome


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
