"""What this machine has for making reports: processors, and whether it can fork."""

import os
import sys

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Reports run side by side; numerical libraries that also split their work only get in each other's way."""


def can_fork() -> bool:
    """Whether this system can fork safely: Windows cannot, and on macOS system libraries forbid it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def default_workers() -> int:
    """As many workers as this process may use processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
