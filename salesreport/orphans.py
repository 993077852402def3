"""Processes that end with the one that started them, however that one ended: killed, it can end nobody."""

import contextlib
import ctypes
import multiprocessing
import os
import pkgutil
import signal
import threading
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1

at_end: list[Callable[[], None]] = []
"""What a worker whose command is gone does before it ends."""


def worker(prepare: str) -> None:
    """The first thing that a worker process of `multiprocessing` does: from now on it ends with its command.

    Args:
        prepare: the function that prepares it, as `module:name`. It is imported only now, for that may take
            seconds in which nobody would notice that the command is gone; so this module imports nothing heavy.
    """
    threading.Thread(target=_end_with_command, daemon=True).start()
    pkgutil.resolve_name(prepare)()


def _end_with_command() -> None:
    command = multiprocessing.parent_process()
    assert command is not None
    command.join()
    try:
        for last in at_end:
            last()
    finally:
        os._exit(1)


def end_with_parent(wanted: bool = True) -> None:
    """Die when the parent does (Linux), so that a report begun for a pack that was killed is never written.

    Args:
        wanted: whether to; False: live on.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL if wanted else 0)
