"""Processes that end with the one that started them, however that one ended: killed, it can end nobody."""

import multiprocessing
import os
import pkgutil
import threading
from collections.abc import Callable

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
