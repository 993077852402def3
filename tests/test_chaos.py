"""A few moments of everything that `make chaos` does."""

import os
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL"),
]

if sys.platform != "win32":
    import chaos
    from chaos_exports import write_export
    from chaos_pack import NOTEBOOK, PARAMETERS, make_company, write_notebook
    from killing import Command, Row, descendants, lives


@pytest.mark.parametrize(
    ("part", "times"), [("packs", 4), ("ingests", 3), ("snapshots", 4), ("pack-disk", 1), ("ingest-disk", 3)]
)
def test_nothing_torn_is_left(part: str, times: int) -> None:
    rows = chaos.run(part, times)
    assert [row.failures for row in rows] == [[] for _ in rows]
    assert all(row.times for row in rows)


@pytest.mark.parametrize("part", ["swaps", "edits"])
def test_a_report_is_of_one_dataset_and_one_notebook(part: str) -> None:
    (row,) = chaos.run(part, 1)
    assert row.failures == []
    assert row.times == 1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("engine", ["warm", "papermill"])
def test_engines_and_what_notebooks_start_end_with_the_command(tmp_path: Path, engine: str) -> None:
    company = make_company(tmp_path, 2, engine)._replace(real=True)
    begun = tmp_path / "begun"
    sleeps = f"Path({str(begun)!r}).touch()\nimport time\ntime.sleep(60)"
    write_notebook(company.notebook, PARAMETERS, NOTEBOOK, sleeps)
    command = company.start(1)
    command.wait_for(begun.exists)
    # the engine's process, a report's or a kernel, what its notebook started
    assert len(descendants(command.pid)) >= 3
    assert Row("pack").kill(command), command.said()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("engine", ["warm", "papermill"])
def test_engines_that_are_only_starting_end_with_the_command(tmp_path: Path, engine: str) -> None:
    command = make_company(tmp_path, 2, engine)._replace(real=True).start(1)
    command.wait_for(lambda: bool(descendants(command.pid)))
    assert Row("pack").kill(command), command.said()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_the_reader_of_workbooks_ends_with_the_command(tmp_path: Path) -> None:
    source = write_export(tmp_path / "export", "a", 60_000)
    command = Command.imported("ingest", source, "--out", tmp_path / "out")
    command.wait_for(lambda: bool(descendants(command.pid)))
    time.sleep(0.3)  # it has begun to compute
    (reader,) = descendants(command.pid)
    Row("ingest").kill(command)
    assert not lives(reader)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_orphans_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("killing.PATIENCE", 0.2)

    def run() -> None:
        if os.fork() == 0:
            os.setsid()
        time.sleep(3)

    command = Command(run)
    command.wait_for(lambda: bool(descendants(command.pid)))
    with pytest.raises(AssertionError, match="are orphans"):
        Row("sleepers").kill(command)


def test_the_table_counts_what_was_found_and_what_failed() -> None:
    row = Row("pack killed")
    for part in ("whole", "torn"):
        with row.moment():
            row.found[part] += 1
            assert part == "whole"
    row.slowest = 0.125
    assert chaos.table([row]).splitlines()[2] == "| pack killed | 2 | whole: 1; torn: 1 | 1 | 0.12 s |"
