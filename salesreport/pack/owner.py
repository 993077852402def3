"""Marks in a pack's folder that say whose it is now: what comes from an earlier run is not wanted any more."""

import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salesreport.errors import DataError
from salesreport.language import text

MARK = ".cluster-"
"""How the name of a mark begins."""


class RunIsOver(BaseException):
    """A report comes too late to be written: the run is over, or its folder cannot be seen any more.

    Not an `Exception`, so that `make_report` does not take it for the report's failure and touches no file.
    """

    def __init__(self) -> None:
        super().__init__(text("The run is over, or this worker does not see the pack's folder any more."))


@dataclass(frozen=True)
class WhileRunLasts:
    """A function whose result, or failure, counts only while the run lasts that it is called for.

    A job cannot be ended from outside: after Ctrl-C, or when it was cut off and its job given to another, a worker
    goes on. By the time it is done, another pack may be in the folder, and its report would overwrite a right one.

    Attributes:
        function: what is called. mark: a file that is there for as long as the run lasts.
    """

    function: Callable[..., Any]
    mark: Path

    def __call__(self, *args: Any) -> Any:
        """Call the function.

        Raises:
            RunIsOver: whatever came out of it, the run is over.
        """
        try:
            return self.function(*args)
        finally:
            if not stands(self.mark):
                raise RunIsOver


@contextlib.contextmanager
def run_mark(folder: Path) -> Iterator[Path]:
    """The mark of a run: a file in the pack's folder (where there is none yet: in the folder that will hold it).

    Raises:
        DataError: it cannot be written.
    """
    place = next(place for place in (folder, *folder.parents) if place.exists())
    mark = place / f"{MARK}{uuid.uuid4().hex}"
    try:
        mark.write_text(mark.name, encoding="utf-8")
    except OSError as error:
        raise DataError(
            text("The pack cannot be written: {reason}.", reason=error.strerror or str(error)), file=folder
        ) from None
    try:
        yield mark
    finally:
        mark.unlink(missing_ok=True)


def forget_earlier_runs(folder: Path) -> None:
    """Remove the marks of runs that were killed: what their workers are still making is not wanted any more."""
    for mark in folder.glob(f"{MARK}*"):
        mark.unlink(missing_ok=True)


def stands(mark: Path) -> bool:
    """Whether a mark is there and says its own name; a shared file system may only remember that it was there."""
    try:
        return mark.read_text(encoding="utf-8") == mark.name
    except (OSError, ValueError):
        return False
