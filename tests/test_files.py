"""Safe names and whole files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesreport.files import remove_partials, safe_names, write_text


@given(st.lists(st.text(), unique=True, max_size=8))
def test_names_are_safe_and_different(names: list[str]) -> None:
    files = safe_names(names)
    assert len({file.casefold() for file in files.values()}) == len(names)
    for file in files.values():
        assert file
        assert set(file) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert len(file) <= 70


def test_devices_and_hostile_names() -> None:
    assert safe_names(["CON"])["CON"].startswith("con-")
    hostile = "../../x<script>alert(1)</script>|*_["
    assert safe_names([hostile])[hostile] == "x-script-alert-1-script"
    assert safe_names(["株式会社"])["株式会社"].isalnum()


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.txt"
    write_text(file, "old")

    def fails(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="no space"):
        write_text(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="there an open file says that its process lives")
def test_what_dead_processes_left_goes_and_everything_else_stays(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    gone = [
        f".ann.html.{dead.pid}.partial",
        f".manifest.json.{dead.pid}.partial",
        f".of-me-before.{os.getpid()}.partial",
    ]
    stays = [
        f".bob.html.{os.getppid()}.partial",
        f".of-init.html.{1}.partial",
        "mine.partial",
        ".mine.partial",
        "ann.html",
    ]
    for name in gone + stays:
        (tmp_path / name).write_text("half")
    remove_partials(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(stays)


def test_a_folder_that_is_not_there_and_a_number_that_is_no_process(tmp_path: Path) -> None:
    remove_partials(tmp_path / "none")
    file = tmp_path / ".ann.html.99999999999999999999.partial"
    file.write_text("half")
    remove_partials(tmp_path)
    assert not file.exists()
