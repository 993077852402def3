"""A function that is called a short while after the last of several calls."""

import asyncio
from collections.abc import Callable


class Debounced:
    """Calls a function once for calls that come quickly one after the other; the latest wins.

    It waits on the running event loop, which is the kernel's; where there is none, it calls at once.

    Args:
        function: what to call. wait: seconds after the last call.
    """

    def __init__(self, function: Callable[[], None], wait: float) -> None:
        self._function, self._wait = function, wait
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self) -> None:
        """Call the function, in a while."""
        self.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._function()
            return
        self._timer = loop.call_later(self._wait, self._run)

    def cancel(self) -> None:
        """Forget the call that is waiting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def waiting(self) -> bool:
        """Whether a call is waiting."""
        return self._timer is not None

    def _run(self) -> None:
        self._timer = None
        self._function()
