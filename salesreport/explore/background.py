"""Work that would keep people waiting, done beside the kernel's event loop, one piece at a time."""

import asyncio
import threading
from collections.abc import Callable


class Background:
    """Does work in a thread of its own and says on the event loop when it is done.

    Args:
        done: what to call then, with what the work raised, if anything.
    """

    def __init__(self, done: Callable[[BaseException | None], None]) -> None:
        self._done = done
        self._thread: threading.Thread | None = None

    @property
    def possible(self) -> bool:
        """Whether there is an event loop that could be told."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return True

    def start(self, work: Callable[[], object]) -> None:
        """Start some work; while other work is being done nothing is started, `done` is called for that one first.

        Raises:
            RuntimeError: there is no event loop that could be told.
        """
        loop = asyncio.get_running_loop()
        if self._thread is not None:
            return

        def run() -> None:
            problem: BaseException | None = None
            try:
                work()
            except BaseException as error:
                problem = error
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._finish, problem)

        self._thread = threading.Thread(target=run, daemon=True, name="salesreport explorer")
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether work is being done."""
        return self._thread is not None

    def _finish(self, problem: BaseException | None) -> None:
        self._thread = None
        self._done(problem)
