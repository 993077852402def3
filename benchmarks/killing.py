"""Commands that are killed at a moment, and whether all that they had started ends with them."""

import os
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from page import say

PATIENCE = 5.0
"""Seconds after which nothing of a killed command may be running any more."""


class Command:
    """A command that is running.

    Attributes:
        pid: its process. returncode: None while it runs; below 0: the signal that ended it.
    """

    def __init__(self, run: Callable[[], None]) -> None:
        self.returncode: int | None = None
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as this is
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            for descriptor in (1, 2):
                os.dup2(self._out.fileno(), descriptor)
            sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
            sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
            code = 1
            try:
                run()
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)

    @classmethod
    def imported(cls, *arguments: str | Path) -> "Command":
        """The command line in a fork of this process: it begins at once, for all is imported."""
        return cls(lambda: command_line(*arguments))

    @classmethod
    def real(cls, *arguments: str | Path) -> "Command":
        """The command line as people start it."""
        command = [sys.executable, "-m", "salesreport", *map(str, arguments)]
        return cls(lambda: os.execve(command[0], command, {**os.environ, "SALESREPORT_LANGUAGE": "en"}))

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, seconds: float = 600) -> int:
        """Its exit code, once it has ended."""
        end = time.monotonic() + seconds
        while self.poll() is None:
            assert time.monotonic() < end, "it does not end"
            time.sleep(0.001)
        assert self.returncode is not None
        return self.returncode

    def wait_for(self, sign: Callable[[], bool]) -> None:
        """Wait until it shows a sign, or ends."""
        while self.poll() is None and not sign():
            time.sleep(0.0005)

    def said(self) -> str:
        """What it has said, once it has ended."""
        self.wait()
        self._out.seek(0)
        return self._out.read().decode("utf-8", "replace")

    def refused(self, why: str, *codes: int) -> str:
        """What it says, once it has ended with one clear error.

        Args:
            why: part of the error. codes: the exit codes it may have; 2 by default.

        Raises:
            AssertionError: it ended otherwise.
        """
        said = self.said()
        assert self.returncode in (codes or (2,)), f"exit code {self.returncode}: {said}"
        assert why in said, said
        assert said.count("Error:") <= 1, said
        assert "Traceback" not in said, said
        return said


def command_line(*arguments: str | Path) -> None:
    """The command line itself, in this process."""
    from salesreport.cli import main

    os.environ["SALESREPORT_LANGUAGE"] = "en"
    sys.argv = ["salesreport", *map(str, arguments)]
    main()


@dataclass
class Row:
    """A line of the table: what was done, how often, and what came of it.

    Attributes:
        what: was done. times: how often. found: what was there then → how often.
        failures: what was not as promised.
        slowest: seconds until nothing of a killed command was running, the longest; None where none was killed.
    """

    what: str
    times: int = 0
    found: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float | None = None

    @contextmanager
    def moment(self) -> Iterator[None]:
        """One time: what is raised in it is a failure."""
        self.times += 1
        try:
            yield
        except Exception as error:
            self.failures.append("".join(traceback.format_exception_only(error)).strip())
            say(f"{self.what}, {self.times}: {''.join(traceback.format_exception(error))}")
        if self.times % 10 == 0:
            say(f"{self.what}: {self.times} times, {len(self.failures)} failures, {dict(self.found)}")

    def kill(self, command: Command) -> bool:
        """Kill a command (SIGKILL); whether it was still running.

        Raises:
            AssertionError: something that it had started was there after `PATIENCE`.
        """
        started = descendants(command.pid)
        running = command.poll() is None
        if running:
            os.kill(command.pid, signal.SIGKILL)
        begun = time.monotonic()
        command.wait()
        while any(map(lives, started)):
            assert time.monotonic() - begun < PATIENCE, f"{[one for one in started if lives(one)]} are orphans"
            time.sleep(0.01)
        self.slowest = max(self.slowest or 0.0, time.monotonic() - begun)
        return running


class Process(NamedTuple):
    """A process: its number, which another may have later, and the clock tick at which it started."""

    pid: int
    started: int


def descendants(pid: int) -> list[Process]:
    """What a process started, and these, and so on; none where the system has no `/proc`."""
    children: dict[int, list[Process]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        told = _stat(int(folder.name))
        if told is not None:
            children.setdefault(int(told[1]), []).append(Process(int(folder.name), int(told[19])))
    found: list[Process] = []
    parents = [pid]
    while parents:
        started = children.get(parents.pop(), [])
        found += started
        parents += [one.pid for one in started]
    return found


def lives(process: Process) -> bool:
    """Whether a process is running; one that only waits for its end to be noticed is not."""
    told = _stat(process.pid)
    return told is not None and int(told[19]) == process.started and told[0] not in "ZX"


def _stat(pid: int) -> list[str] | None:
    """What `/proc` says of a process, from its state on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
