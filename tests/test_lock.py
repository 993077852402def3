"""The lock with real processes: refused while one lives, free when it is dead, whatever its children do."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from salesreport.errors import DataError
from salesreport.lock import FILE, Owner, locked

HOLD = """
import os, sys, time
from pathlib import Path
from salesreport.lock import locked

with locked(Path(sys.argv[1])):
    {more}
    print("locked", flush=True)
    time.sleep(60)
"""

FORK = """
    import subprocess
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
    print(child, sleeper.pid, flush=True)
"""


@contextmanager
def holder(folder: Path, more: str = "") -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock."""
    program = HOLD.replace("    {more}\n", more.lstrip("\n"))
    process = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_second_is_refused_and_told_by_whom_and_since_when(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        assert said(process) == "locked"
        owner = Owner.model_validate_json((tmp_path / FILE).read_bytes())
        assert owner.process == process.pid
        with pytest.raises(DataError) as refused, locked(tmp_path):
            pytest.fail("two hold the lock")
    assert f"by process {process.pid} on " in str(refused.value)
    assert owner.since.astimezone().strftime("since %Y-%m-%d %H:%M:%S") in str(refused.value)
    assert refused.value.file == tmp_path


def test_a_killed_process_holds_no_lock(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        assert said(process) == "locked"
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        process.wait()
        assert (tmp_path / FILE).exists()
        with locked(tmp_path):
            assert Owner.model_validate_json((tmp_path / FILE).read_bytes()).process == os.getpid()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_children_that_outlive_a_killed_process_do_not_hold_its_lock(tmp_path: Path) -> None:
    with holder(tmp_path, FORK) as process:
        children = [int(number) for number in said(process).split()]
        try:
            assert said(process) == "locked"
            process.kill()
            process.wait()
            for child in children:
                os.kill(child, 0)  # they live
            with locked(tmp_path):
                pass
        finally:
            for child in children:
                os.kill(child, signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_that_ends_lets_nothing_go(tmp_path: Path) -> None:
    with locked(tmp_path):
        child = os.fork()
        if child == 0:
            try:
                raise SystemExit  # unwinds the stack, as a notebook's sys.exit does
            except SystemExit:
                with pytest.raises(DataError), locked(tmp_path):
                    os._exit(1)
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert (tmp_path / FILE).exists()
        with pytest.raises(DataError, match=f"process {os.getpid()}"), locked(tmp_path):
            pytest.fail("two hold the lock")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_that_leaves_the_block_removes_nothing(tmp_path: Path) -> None:
    child = -1
    with locked(tmp_path):
        child = os.fork()
        if child:
            assert os.waitpid(child, 0)[1] == 0
            assert (tmp_path / FILE).exists()
    if child == 0:
        os._exit(0)
    assert not (tmp_path / FILE).exists()


@pytest.mark.slow
def test_many_in_turn_and_never_two_at_once(tmp_path: Path) -> None:
    program = """
import sys, time
from pathlib import Path
from salesreport.errors import DataError
from salesreport.lock import locked

folder, got = Path(sys.argv[1]), 0
inside, end = folder.parent / "inside", time.monotonic() + 1.0
while time.monotonic() < end:
    try:
        with locked(folder):
            inside.mkdir()   # fails where another is inside
            time.sleep(0.0005)
            inside.rmdir()
            got += 1
    except DataError:
        pass
print(got)
"""
    folder = tmp_path / "pack"
    folder.mkdir()
    processes = [
        subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    counts = [int(process.communicate()[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(counts) > 10


def test_a_lock_whose_owner_cannot_be_read(tmp_path: Path) -> None:
    with locked(tmp_path):
        (tmp_path / FILE).write_text("", encoding="utf-8")
        with pytest.raises(DataError, match=r"written to this folder\. Wait"), locked(tmp_path):
            pytest.fail("two hold the lock")


def test_a_lock_left_behind_is_only_a_file(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("anything", encoding="utf-8")
    began = time.monotonic()
    with locked(tmp_path):
        assert time.monotonic() - began < 1


def test_no_room_for_who_holds_it_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("salesreport.lock.os.write", full)
        with pytest.raises(OSError, match="No space left"), locked(tmp_path):
            pass
    assert not list(tmp_path.iterdir())
