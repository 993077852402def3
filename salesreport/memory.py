"""Memory given back to the system: what is free and an allocator keeps for later, and mapped files."""

import contextlib
import ctypes
import mmap
import os
from pathlib import Path
from weakref import WeakSet

_mapped: WeakSet[mmap.mmap] = WeakSet()


def arrow_gives_back() -> None:
    """Have Arrow, where it is not loaded yet, use the system's allocator, also in processes that are started.

    It is as quick here. Arrow's own keeps what tables were read with: a fifth of all memory that the pack of a
    large company takes, and more of what the explorer opens with.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def mapped(file: Path) -> mmap.mmap:
    """A file mapped into memory, to be read; what was looked at is given back with the rest, see `unload`."""
    with file.open("rb") as stream:
        found = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    _mapped.add(found)
    return found


def unload(file: mmap.mmap) -> None:
    """Give back what a mapped file takes of the memory; what somebody looks at is read again."""
    if hasattr(mmap, "MADV_DONTNEED"):
        file.madvise(mmap.MADV_DONTNEED)


def give_back() -> None:
    """Give memory back that is free (Arrow's, and the C library's where it can) or holds what files hold, too.

    It takes milliseconds.
    """
    for file in list(_mapped):
        unload(file)
    import pyarrow  # not at the start: see `arrow_gives_back`

    pyarrow.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, AttributeError, TypeError):  # that of most Linux systems can
        ctypes.CDLL(None).malloc_trim(0)
