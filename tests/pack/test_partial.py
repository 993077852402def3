import os
import subprocess
import sys
from pathlib import Path

import pytest

from salesreport.pack.partial import remove_partials


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
