"""Kernels that are started side by side and never get in each other's way.

A kernel that talks over TCP is given ports that were free a moment ago; on a busy machine another one may have
them by the time it starts ("Address already in use"). Sockets in a folder of its own are nobody else's.
"""

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

LONGEST = 90
"""Characters a socket's path may have: systems allow 104 or 108, and jupyter adds a number."""

STARTS = 3
"""How often a kernel that dies before its first reply is started."""


_managers: "WeakValueDictionary[Path, Any]" = WeakValueDictionary()
"""Folder → the manager of the kernel that has it."""


def manager_class(folder: Path) -> type[Any]:
    """The class of a kernel's manager, for nbclient.

    Its sockets are files in a folder, which is this kernel's alone; where the system has none (Windows) or the
    path is too long for them, it talks over TCP as usual.

    Args:
        folder: a new folder for each kernel.
    """
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        def __init__(self, **settings: Any) -> None:
            place = folder / "kernel"
            if has_sockets(place):
                settings = {"transport": "ipc", "ip": str(place), **settings}
            super().__init__(connection_file=str(folder / "kernel.json"), **settings)
            _managers[folder] = self

    return Manager


def end_kernels() -> None:
    """End the kernels of this process with all that they started, and remove their folders."""
    for folder, manager in list(_managers.items()):
        kernel = manager.provisioner
        if kernel is not None and kernel.has_process and getattr(kernel, "pgid", None) is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(kernel.pgid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def has_sockets(place: Path) -> bool:
    """Whether sockets can be files with names that begin so."""
    return sys.platform != "win32" and len(os.fsencode(place)) <= LONGEST


def never_began(error: Exception) -> bool:
    """Whether a kernel died before its first reply: that is no fault of the notebook, and is worth another try."""
    return isinstance(error, RuntimeError) and "kernel_info" in str(error)
