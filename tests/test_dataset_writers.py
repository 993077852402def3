"""Several processes at one dataset: one whole dataset or one clear error, and readers see the old or the new."""

import datetime as dt
import errno
import multiprocessing
import os
import stat
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import DataError
from salesreport.files import SHARED
from salesreport.lock import locked
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

SETTINGS = DatasetSettings(name="t", as_of=dt.date(2025, 12, 31))
PAIRS = 50


def tables(which: str) -> dict[str, pd.DataFrame]:
    """Three tables that say in every row whose they are."""
    size = 400
    return {
        "deals": pd.DataFrame(
            {"deal_id": [f"{which}{n}" for n in range(size)], "rep_id": which, "status": "open",
             "created_on": pd.Timestamp("2025-01-01")}
        ),
        "accounts": pd.DataFrame({"account_id": [f"{which}{n}" for n in range(size)], "name": which}),
        "reps": pd.DataFrame({"rep_id": [which], "name": [which]}),
    }  # fmt: skip


def whose(dataset: Dataset) -> set[str]:
    """Whose rows the tables of a dataset hold."""
    return {*dataset.table("deals")["rep_id"], *dataset.table("accounts")["name"], *dataset.table("reps")["name"]}


def write(path: Path, which: str, start: "multiprocessing.synchronize.Event", told: Connection) -> None:
    start.wait()
    try:
        told.send(whose(write_dataset(path, tables(which), SETTINGS, Provenance("test"))))
    except DataError as error:
        told.send(str(error))


def read(
    path: Path,
    begun: "multiprocessing.synchronize.Event",
    stop: "multiprocessing.synchronize.Event",
    told: Connection,
) -> None:
    seen: list[set[str] | str] = []
    while not stop.is_set():
        try:
            seen.append(whose(Dataset.open(path)))
        except DataError as error:  # two writers came between opening and reading, as on a loaded machine
            if "was replaced while it was read" not in str(error):
                seen.append(repr(error))
        except Exception as error:  # whatever it is, the test is to see it
            seen.append(repr(error))
        begun.set()
    told.send(seen)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.slow
def test_pairs_of_writers_and_a_reader(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    path = tmp_path / "ds"
    write_dataset(path, tables("first"), SETTINGS, Provenance("test"))
    begun, stop, (ours, theirs) = fork.Event(), fork.Event(), fork.Pipe()
    reader = fork.Process(target=read, args=(path, begun, stop, theirs))
    reader.start()
    # the first read imports for longer than two writers take; old tables stay until they are replaced again
    assert begun.wait(60)
    refused = 0
    for _ in range(PAIRS):
        start, ends = fork.Event(), [fork.Pipe() for _ in "ab"]
        writers = [
            fork.Process(target=write, args=(path, which, start, end[1]))
            for which, end in zip("ab", ends, strict=True)
        ]
        for one in writers:
            one.start()
        start.set()
        said = [end[0].recv() for end in ends]
        for one in writers:
            one.join()
        # whoever says that it is done has written all of its tables, and nothing of the other
        for which, one in zip("ab", said, strict=True):
            assert one == {which} or "Another dataset is being written" in one
        refused += sum(isinstance(one, str) for one in said)
        assert {which for which, one in zip("ab", said, strict=True) if one == {which}} >= whose(
            Dataset.open(path)
        )
        assert {file.name for file in path.iterdir() if file.name.startswith(".")} == set()
    stop.set()
    seen = ours.recv()
    reader.join()
    assert len(seen) > PAIRS / 10
    assert {str(one) for one in seen} <= {str({which}) for which in ("first", "a", "b")}
    assert refused < 2 * PAIRS


def test_a_reader_reads_on_once_and_then_is_told(tmp_path: Path) -> None:
    write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"))
    early, late = Dataset.open(tmp_path), Dataset.open(tmp_path)
    assert early.has("deals", "rep_id")
    write_dataset(tmp_path, tables("b"), SETTINGS, Provenance("test"))
    assert whose(late) == {"a"}
    write_dataset(tmp_path, tables("c"), SETTINGS, Provenance("test"))
    for reading in (
        lambda: early.table("deals"),
        lambda: early.array("deals", "rep_id"),
        lambda: early.some("deals", ["rep_id"], np.array([0])),
        lambda: early.columns("accounts"),
    ):
        with pytest.raises(DataError, match="was replaced while it was read"):
            reading()


def test_a_file_that_somebody_took_away_is_named(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"))
    (dataset.folder / "accounts.parquet").unlink()
    with pytest.raises(DataError, match=r"accounts\.parquet.*This file is missing"):
        dataset.table("accounts")


def test_a_table_that_never_was_is_no_file_that_somebody_took_away(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"))
    with pytest.raises(KeyError, match="orders"):
        dataset.array("orders", "order_id")


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"))
    with locked(tmp_path), pytest.raises(DataError, match=f"Another dataset is being written .* {os.getpid()}"):
        write_dataset(tmp_path, tables("b"), SETTINGS, Provenance("test"))
    assert whose(Dataset.open(tmp_path)) == {"a"}


def test_what_was_made_from_a_dataset_does_not_replace_another(tmp_path: Path) -> None:
    one = write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"))
    write_dataset(tmp_path, tables("b"), SETTINGS, Provenance("test"))
    with pytest.raises(DataError, match="was replaced while the export was read"):
        write_dataset(tmp_path, tables("c"), SETTINGS, Provenance("test"), replaces=one.fingerprint)
    assert whose(Dataset.open(tmp_path)) == {"b"}


def test_what_a_killed_writer_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".partial-4711").mkdir()
    (tmp_path / ".partial-4711" / "deals.parquet").write_bytes(b"half")
    (tmp_path / ".dataset.json.99999999.partial").write_text("{")
    (tmp_path / "tables-0123").mkdir()  # whole, but never named
    assert whose(write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"))) == {"a"}
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_tables_that_a_killed_writer_had_half_removed_are_taken_for_no_whole_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def half(folder: Path, ignore_errors: bool = False) -> None:
        if (folder / "deals.parquet").exists():
            (folder / "deals.parquet").unlink()
            raise Killed

    for which in "ab":
        write_dataset(tmp_path, tables(which), SETTINGS, Provenance("test"))
    with monkeypatch.context() as patch:
        patch.setattr("salesreport.writing.shutil.rmtree", half)
        with pytest.raises(Killed):
            write_dataset(tmp_path, tables("c"), SETTINGS, Provenance("test"))
    assert whose(Dataset.open(tmp_path)) == {"c"}
    assert whose(write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"))) == {"a"}


def test_rows_set_aside_belong_to_one_dataset(tmp_path: Path) -> None:
    aside = {"deals": pd.DataFrame({"row": ["7"], "reason": ["no date"]})}
    before = write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"), aside)
    after = write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"))
    assert after.fingerprint == before.fingerprint
    assert (before.folder / "set_aside" / "deals.csv").exists()  # whoever opened it before reads on
    assert not (after.folder / "set_aside").exists()


@pytest.mark.parametrize("name", ["deals.parquet", "dataset.json"])
def test_no_room_leaves_the_old_dataset_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    write_dataset(tmp_path, tables("a"), SETTINGS, Provenance("test"))
    before = {file.name for file in tmp_path.iterdir()}
    writer = {"deals.parquet": "pyarrow.parquet.ParquetWriter", "dataset.json": "salesreport.writing.write_text"}
    with monkeypatch.context() as patch:
        patch.setattr(writer[name], full)
        with pytest.raises(DataError, match="cannot be written: No space left"):
            write_dataset(tmp_path, tables("b"), SETTINGS, Provenance("test"))
    assert whose(Dataset.open(tmp_path)) == {"a"}
    assert {file.name for file in tmp_path.iterdir()} == before


@pytest.mark.skipif(os.name != "posix", reason="POSIX rights")
def test_a_dataset_is_its_owner_s_unless_asked_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rights(path: Path) -> list[int]:
        made = write_dataset(path, tables("a"), SETTINGS, Provenance("test"))
        return [stat.S_IMODE(folder.stat().st_mode) for folder in (path, made.folder)]

    monkeypatch.delenv(SHARED, raising=False)
    assert rights(tmp_path / "mine") == [0o700, 0o700]
    monkeypatch.setenv(SHARED, "1")
    usual = 0o777 & ~_umask()
    assert rights(tmp_path / "ours") == [usual, usual]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DataError, match="cannot be written: Permission denied"):
            write_dataset(tmp_path / "ds", tables("a"), SETTINGS, Provenance("test"))
    finally:
        tmp_path.chmod(0o700)
