"""Half of what all reports share, worked out by a worker of a cluster while another works out the other half."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from salesreport.pack.make import Job
from salesreport.pack.rehearsal import attributes_in, keep_beside, load, review_of


@dataclass(frozen=True)
class Half:
    """Which half, for whom.

    Attributes:
        job: one of the reports. second: whether it is the second half. mark: of the run.
    """

    job: Job
    second: bool
    mark: Path


def work_out(half: Half) -> bool:
    """Work a half out and store it beside the dataset; whatever goes wrong goes wrong again in the reports.

    Returns:
        Whether the reports show any of it.
    """
    from salesreport.pack.beside import BESIDE, HERE, make  # here, for the command needs no reports

    load()
    shown = attributes_in(half.job.source)
    names = [name for name in (BESIDE if half.second else HERE) if name in shown]
    with contextlib.suppress(Exception):
        keep_beside(half.job)
        make(review_of(half.job.parameters), names)
    return bool(names)
