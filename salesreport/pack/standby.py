"""The warm process that a cluster's worker keeps beside itself: it has what all reports of a run share.

A worker of Dask has threads of its own, so it must not fork, and where a nanny watches it, it is not allowed to
start processes with `multiprocessing`; so a Python is started anew, which forks itself for each report
(`pack/nursery.py`). It ends with its worker, and soon after the run whose jobs it makes.
"""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from salesreport.language import text
from salesreport.pack.engine import ONE_THREAD
from salesreport.pack.make import Job, Outcome
from salesreport.pack.nursery import TRIES, Making, attend
from salesreport.pack.owner import RunIsOver
from salesreport.pack.rehearsal import load

_MAIN = """
import sys
sys.path[:] = {path!r}
from salesreport.terminal import loading_for_reports
with loading_for_reports():
    from salesreport.pack.standby import main
main({handle})
"""

_NOT_OURS = ("MALLOC_TRIM_THRESHOLD_",)
"""What Dask sets for a worker alone: give memory back at each chance. The reading of a dataset takes twice as long in
the system by it, and what is worth giving back is given back at the end (`memory.py`)."""

_kept: list["Standby"] = []
"""The one of this worker; a worker makes one report at a time."""


@dataclass
class Standby:
    """A process that makes reports, one after the other.

    Attributes:
        making: how. process, pipe: the process, and the way to it.
    """

    making: Making
    process: "subprocess.Popen[bytes]" = field(init=False)
    pipe: Connection = field(init=False)

    def __post_init__(self) -> None:
        self.pipe, theirs = Pipe()
        with theirs:
            handle = theirs.fileno()
            self.process = subprocess.Popen(  # noqa: S603 - our own words only
                [sys.executable, "-c", _MAIN.format(path=sys.path, handle=handle)],
                stdin=subprocess.DEVNULL,
                pass_fds=[handle],
                env=_environment(),
            )
        self.pipe.send(self.making)

    def make(self, job: Job) -> Outcome:
        """Make a job's report.

        Raises:
            RunIsOver: nobody waits for it any more.
            EOFError, OSError: the process is gone.
        """
        self.pipe.send(job)
        event = "started"
        while event == "started":
            event, content = self.pipe.recv()
        if event == "over":
            raise RunIsOver
        assert isinstance(content, Outcome)
        return content

    def end(self) -> None:
        """End it, and the report that it makes."""
        self.pipe.close()  # it notices, and ends its forks
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    return inherited | dict.fromkeys(ONE_THREAD, "1")


def make_on_standby(job: Job, making: Making) -> Outcome:
    """Make a job's report in the process that this worker keeps for its run.

    Where a report ends that process, too, it is tried once more with another one; then it has failed, and the
    worker goes on.

    Raises:
        RunIsOver: nobody waits for it any more.
    """
    for _ in range(TRIES):
        standby = stand_by(making)
        try:
            return standby.make(job)
        except (EOFError, OSError):
            standby.end()
            _kept.clear()
    making.remove(job)
    return Outcome(job, text("The process that makes the reports ended (was there enough memory?)."))


def stand_by(making: Making) -> Standby:
    """The process of this run, started if need be; that of an earlier one makes room."""
    if _kept and _kept[0].making.mark != making.mark:
        _kept.pop().end()
    if not _kept:
        _kept.append(Standby(making))
    return _kept[0]


def main(handle: int) -> None:
    """The process itself: it makes what its worker sends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Connection(handle) as pipe:
        try:
            making: Making = pipe.recv()
        except EOFError:
            return
        load()
        attend(pipe, making)
