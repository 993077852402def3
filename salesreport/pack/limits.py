"""What one report may take: time, memory, and tries."""

import contextlib
from dataclasses import dataclass

from salesreport.language import text


@dataclass(frozen=True)
class Limits:
    """What one report may take.

    Attributes:
        seconds: longer than this, and it is ended. memory: bytes it may add to what its process started with; None
            for no limit. Held where the system can (not on Windows).
    """

    seconds: float = 120.0
    memory: int | None = 4 * 2**30

    def apply(self) -> None:
        """Hold this process to the memory limit."""
        try:
            import resource
        except ImportError:
            return
        used = _address_space()
        if self.memory is None or used is None:
            return
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = used + self.memory if most == resource.RLIM_INFINITY else min(most, used + self.memory)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (limit, most))


DEFAULT_LIMITS = Limits()
"""Two minutes and 4 GiB: far more than a report of the kit takes."""


TRIES = 2
"""How often a report is tried whose process is killed."""

ENDED = text("The process that makes the reports ended (was there enough memory?).")
"""Why a report is not made where the process of all reports was killed as often."""


def _address_space() -> int | None:
    """Bytes of address space this process uses; None where the system does not say."""
    import resource

    try:
        with open("/proc/self/statm") as file:  # noqa: PTH123
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return None
