"""What runs beside a cluster's worker: a process that looks whether a pack can be made here, and makes reports.

Where the system cannot fork, the worker does the same by itself, with a kernel for each report.
"""

import pickle
import signal
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection

from nbformat import NotebookNode

from salesreport.language import Text
from salesreport.orphans import end_with_parent
from salesreport.pack.halves import Half, work_out
from salesreport.pack.kernels import execute_with_papermill, prepare_for_kernels
from salesreport.pack.make import Job, make_report
from salesreport.pack.needs import Needs, problem_here
from salesreport.pack.nursery import LOOKING, Making, attend
from salesreport.pack.owner import stands
from salesreport.pack.rehearsal import load


def main(handle: int) -> None:
    """The process: it answers what its worker asks, then makes what it sends.

    Args:
        handle: of the pipe to the worker. Through it come `Needs`, each of which is answered with what is lacking;
            perhaps half of what reports share (`Half`), to be worked out first; then how reports are made
            (`Making`), and jobs.
    """
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Connection(handle) as pipe, suppress(EOFError):
        while not isinstance(said := pipe.recv(), Making):
            pipe.send(_done(said))
            load()  # meanwhile the command goes on
            while not pipe.poll(LOOKING):
                if not stands(said.mark):
                    return  # the run is over, and had no job for us
        attend(pipe, said)


def _done(asked: Needs | Half) -> Text | bool | None:
    """What was asked for: what is lacking; whether a half was worked out."""
    return problem_here(asked) if isinstance(asked, Needs) else work_out(asked)


def answer(needs: bytes) -> bytes:
    """What this machine lacks, asked and answered as through the pipe."""
    return pickle.dumps(problem_here(pickle.loads(needs)))  # noqa: S301 - from the command, as are all tasks


def make_in_kernel(job: bytes, making: bytes) -> bytes:
    """Make a job's report with a kernel of its own; the outcome, as through the pipe.

    Raises:
        RunIsOver: nobody waits for it any more; no file was touched.
    """
    wanted: Job = pickle.loads(job)  # noqa: S301 - from the command, as are all tasks
    how: Making = pickle.loads(making)  # noqa: S301
    execute = partial(_execute, making=how)
    return pickle.dumps(make_report(wanted, execute, how.in_time(how.export), how.check))


def _execute(job: Job, making: Making) -> NotebookNode:
    prepare_for_kernels()
    return making.in_time(execute_with_papermill)(job, making.limits.seconds)
