"""Run a command as a whole process tree and say what it took."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Took(NamedTuple):
    """What a command took: seconds of wall clock and of all processes' CPU, and the most memory at a time (MB)."""

    wall: float
    cpu: float
    memory: float


def as_usual() -> dict[str, str]:
    """The environment, in which Python keeps the byte code of what it imports, as it does unless told otherwise.

    Where it is told otherwise, as in many containers, each process compiles a checkout anew, unlike a package that
    was installed: what is measured then is how long the code is.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measure(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> Took:
    """Run a command to its end, in the environment `as_usual` with `env` added.

    Raises:
        RuntimeError: it failed.
    """
    before, began = os.times(), time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**as_usual(), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peak = _Peak(process.pid)
    peak.start()
    said, _ = process.communicate()
    wall, after = time.perf_counter() - began, os.times()
    peak.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(wall, cpu, peak.most / 2**20)


class _Peak(threading.Thread):
    """Watches the proportional memory of a process and all below it (Linux), ten times a second."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.most, self._stopped = root, 0, threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(0.1):
            self.most = max(self.most, sum(_proportional(pid) for pid in tree(self.root)))

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def tree(root: int) -> list[int]:
    """A process and all below it."""
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                todo += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _proportional(pid: int) -> int:
    """Bytes of a process, memory shared by n processes counted as an nth each."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
