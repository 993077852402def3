"""Free memory given back to the system, which an allocator keeps for later."""

import contextlib
import ctypes


def give_back() -> None:
    """Give memory that is free back, where the C library can; it takes milliseconds."""
    with contextlib.suppress(OSError, AttributeError):  # that of most Linux systems can
        ctypes.CDLL(None).malloc_trim(0)
