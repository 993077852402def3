"""A small disk: a file system that fills up, or that nobody may write to."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

BLOCK = 4096


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path | None]:
    """A file system of so many bytes; None where this process may not mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def remount(disk: Path, options: str) -> None:
    """Change how a disk is mounted: `size=…`, `ro`, `rw`."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


def room_for(folder: Path) -> int:
    """Bytes that the files of a folder take on a disk, in whole blocks."""
    return sum(-(-path.stat().st_size // BLOCK) * BLOCK for path in folder.rglob("*") if path.is_file())
