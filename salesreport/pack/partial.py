"""Half-written files: a process that is killed while it writes leaves them, and the next run removes them."""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

_PARTIAL = re.compile(r"\..+\.(\d+)\.partial")
"""How `salesreport.files` calls a file while it writes it; the number is the process."""


def is_partial(name: str) -> bool:
    """Whether a file of this name is one that is, or was, being written.

    Examples:
        >>> is_partial(".ann.html.4711.partial"), is_partial("ann.html"), is_partial("my.partial")
        (True, False, False)
    """
    return _PARTIAL.fullmatch(name) is not None


def remove_partials(folder: Path) -> None:
    """Remove what dead processes left in a folder; what is being written now stays.

    Call it while this process writes nothing there: its own number is then that of a dead one that had it before.
    """
    for file in folder.glob(".*.partial"):
        match = _PARTIAL.fullmatch(file.name)
        if match and not _lives(int(match[1])):
            with suppress(OSError):  # Windows: it is open
                file.unlink()


def _lives(process: int) -> bool:
    if process == os.getpid() or sys.platform == "win32":
        return False  # Windows removes no file that is open, so there is nothing to ask
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True
