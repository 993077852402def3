"""One writer of a folder at a time: a lock that the operating system lets go of when its process ends."""

import datetime as dt
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ValidationError

from salesreport.errors import DataError
from salesreport.language import Text, text

FILE = ".lock"
"""The lock's file in a folder; it is there while somebody writes to it, or when its process was killed."""

BUSY = text("Something else is being written to this folder")

_PAUSE = 0.02
"""Seconds between two looks at a lock that another holds."""

_held: set[int] = set()
"""Descriptors of the locks that this process holds."""


class Owner(BaseModel):
    """Who holds a lock: process, machine, since when (local time)."""

    process: int
    machine: str
    since: dt.datetime

    @classmethod
    def this_process(cls) -> "Owner":
        """This process, since now."""
        return cls(process=os.getpid(), machine=platform.node(), since=dt.datetime.now().astimezone())


@contextmanager
def locked(folder: Path, busy: Text = BUSY, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock of a folder that exists.

    Args:
        folder: the folder. busy: what is said when another holds it, as the beginning of a sentence.
        patience: for so many seconds it is waited for another who holds it.

    A process that dies, however it does, holds no lock. Its children never do: an open file with a lock goes on
    to forked children, so they close it first thing; other programs do not get it at all.

    Raises:
        DataError: another process (or this one) holds it. OSError: the folder cannot be written.
    """
    descriptor = _acquire(folder / FILE, busy, time.monotonic() + patience)
    try:
        yield
    finally:
        if descriptor in _held:  # not so in a forked child that comes by here
            _held.discard(descriptor)
            # removed before it is let go of, so that nobody can hold it by then; Windows can only do it after
            with suppress(OSError):
                (folder / FILE).unlink(missing_ok=True)
            os.close(descriptor)
            if sys.platform == "win32":
                with suppress(OSError):
                    (folder / FILE).unlink(missing_ok=True)


def _acquire(file: Path, busy: Text, until: float) -> int:
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            taken = _take(descriptor)
            if not taken and time.monotonic() >= until:
                raise _refused(file, os.read(descriptor, 4096), busy)
            if taken and _is(descriptor, file):
                try:
                    os.ftruncate(descriptor, 0)
                    os.write(descriptor, Owner.this_process().model_dump_json().encode())
                except OSError:  # no room even for that
                    file.unlink(missing_ok=True)
                    raise
                _held.add(descriptor)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its last owner has removed it meanwhile; the next one is another file
        if not taken:
            time.sleep(_PAUSE)


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> bool:
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # a locked byte cannot be read, and the first ones are to be
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

    def _is(descriptor: int, file: Path) -> bool:
        return True  # an open file cannot be removed here

else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _is(descriptor: int, file: Path) -> bool:
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(descriptor), file.stat())
        return False

    def _let_go_in_child() -> None:
        for descriptor in _held:
            os.close(descriptor)
        _held.clear()

    os.register_at_fork(after_in_child=_let_go_in_child)


def _refused(file: Path, content: bytes, busy: Text) -> DataError:
    problem = text("{busy}.", busy=busy)
    with suppress(ValidationError):  # its owner has only just taken it
        owner = Owner.model_validate_json(content)
        problem = text(
            "{busy}, since {time}, by process {process} on {machine}.",
            busy=busy,
            time=owner.since.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            process=str(owner.process),
            machine=owner.machine,
        )
    return DataError(problem, file=file.parent, hint=text("Wait until it is done, or name another folder."))
