"""A cluster's worker: it keeps a warm process beside itself, to which it hands on what the command asks for.

A worker of Dask has threads of its own, so it must not fork, and where a nanny watches it, it is not allowed to
start processes with `multiprocessing`; so a Python is started anew (`pack/attendant.py`), which forks itself for
each report. It ends with its worker, and soon after the run whose jobs it makes.

The worker reads nothing of what it hands on, and neither does the scheduler, through which that comes: loading the
libraries of reports would take each of them as long as making several. So this module imports none of them.
"""

import asyncio
import os
import pickle
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from salesreport.pack.limits import ENDED, TRIES
from salesreport.pack.machine import ONE_THREAD, can_fork
from salesreport.pack.owner import RunIsOver

_MAIN = """
import sys
sys.path[:] = {path!r}
from salesreport.pack.loading import loading_for_reports
with loading_for_reports():  # in all that it does before it makes reports
    from salesreport.pack.attendant import main
    main({handle})
"""

_NOT_OURS = ("MALLOC_TRIM_THRESHOLD_",)
"""What Dask sets for the worker itself: give memory back at each chance. That takes a fifth of what a pack takes
once, and what is worth giving back is given back at its end (`memory.py`)."""

_fresh: deque["Standby"] = deque(maxlen=1)
"""One that has looked and loaded, and is no run's yet. Whoever has to do with it takes it out first: a worker is
asked in one thread, and makes reports in another."""

_kept: list["Standby"] = []
"""The one of a run; a worker makes one report at a time."""


@dataclass
class Standby:
    """A process that makes reports, one after the other.

    Attributes:
        run: the mark of the run that it is for. begun: whether it knows how reports are made.
        process, pipe: the process, and the way to it.
    """

    run: str = ""
    begun: bool = False
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

    def ask(self, said: bytes) -> bytes:
        """Have it do what comes before reports, and load what they need; what it answers.

        Raises:
            EOFError, OSError: the process is gone.
        """
        self.pipe.send_bytes(said)
        return self.pipe.recv_bytes()

    def make(self, making: bytes, job: bytes) -> bytes:
        """Make a job's report; the outcome.

        Raises:
            RunIsOver: nobody waits for it any more.
            EOFError, OSError: the process is gone.
        """
        if not self.begun:
            self.pipe.send_bytes(making)
            self.begun = True
        self.pipe.send_bytes(job)
        event = "started"
        while event == "started":
            event, content = self.pipe.recv()
        if event == "over":
            raise RunIsOver
        assert isinstance(content, bytes)
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


async def look_on_worker(needs: bytes) -> bytes:
    """Look whether this worker's machine has what a pack needs; its process goes on to load what reports need.

    Meanwhile the worker goes on telling the scheduler that it lives.

    Args:
        needs: a `Needs`, pickled, as is what comes back: what is lacking, or None.
    """
    if not can_fork():
        from salesreport.pack.attendant import answer

        return await asyncio.to_thread(answer, needs)
    for _ in range(TRIES):
        standby = _fresh_one()  # in this thread, for a process may end with the thread that started it
        try:
            answered = await asyncio.to_thread(standby.ask, needs)
        except (EOFError, OSError):
            standby.end()
        else:
            _fresh.append(standby)
            return answered
    return pickle.dumps(ENDED)


def work_out_on_worker(half: bytes, run: str) -> bool:
    """Work out half of what all reports of a run share.

    Args:
        half: a `Half`, pickled. run: its mark.

    Returns:
        Whether there was any and it was worked out; if not, whoever needs it does.
    """
    if not can_fork():
        return False
    standby = _standby_of(run)
    try:
        return bool(pickle.loads(standby.ask(half)))  # noqa: S301 - our own process
    except (EOFError, OSError):
        _kept.pop().end()
        return False


def make_on_worker(job: bytes, making: bytes, run: str) -> bytes | None:
    """Make a job's report in the process that this worker keeps for its run.

    Where a report ends that process, too, it is tried once more with another one; then it has failed, and the
    worker goes on.

    Args:
        job, making: a `Job` and a `Making`, pickled. run: its mark.

    Returns:
        The `Outcome`, pickled; None where the process was ended each time.

    Raises:
        RunIsOver: nobody waits for it any more; no file was touched.
    """
    if not can_fork():
        from salesreport.pack.attendant import make_in_kernel

        return make_in_kernel(job, making)
    for _ in range(TRIES):
        standby = _standby_of(run)
        try:
            return standby.make(making, job)
        except (EOFError, OSError):
            _kept.pop().end()
    return None


def _standby_of(run: str) -> Standby:
    """The process of a run, one that is fresh at first; that of an earlier one makes room."""
    if _kept and _kept[0].run != run:
        _kept.pop().end()
    if not _kept:
        _kept.append(_fresh_one())
        _kept[0].run = run
    return _kept[0]


def _fresh_one() -> Standby:
    """The process that has loaded already, taken out; a new one where there is none, or it is gone."""
    with suppress(IndexError):
        standby = _fresh.pop()
        if standby.process.poll() is None:
            return standby
    return Standby()
