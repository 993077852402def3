"""Free memory given back to the system, which an allocator keeps for later."""

import contextlib
import ctypes
import os


def arrow_gives_back() -> None:
    """Have Arrow, where it is not loaded yet, use the system's allocator, also in processes that are started.

    It is as quick here. Arrow's own keeps what tables were read with: a fifth of all memory that the pack of a
    large company takes, and more of what the explorer opens with.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def give_back() -> None:
    """Give memory that is free back: Arrow's, and the C library's where it can; it takes milliseconds."""
    import pyarrow  # not at the start: see `arrow_gives_back`

    pyarrow.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, AttributeError, TypeError):  # that of most Linux systems can
        ctypes.CDLL(None).malloc_trim(0)
