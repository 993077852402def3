"""Datasets: whole, fingerprinted, cheap to slice."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from salesreport import dataset as module
from salesreport.dataset import Dataset, DatasetSettings, write_dataset
from salesreport.errors import DataError
from salesreport.language import text
from salesreport.provenance import Counts, Provenance, SourceFile, Tally

NO_ID = (Tally(text("no id"), 1),)
SPACES = (Tally(text("{n} spaces", n=2), 1),)
SETTINGS = DatasetSettings(name="x", as_of=dt.date(2020, 3, 31), timezone="Europe/Berlin", fiscal_year_start=4)
DEALS = pd.DataFrame(
    {
        "deal_id": ["1", "2", "3"],
        "rep_id": ["b", "a", "b"],
        "status": ["won", "open", "lost"],
        "created_on": ["2020-01-01", "2020-01-02", "2020-01-03"],
        "closed_on": ["2020-02-01", None, "2020-02-03"],
        "amount": [3.0, 4.0, None],
    }
)
ACTIVITIES = pd.DataFrame(
    {"activity_id": ["1"], "rep_id": ["a"], "type": ["call"], "done_at": ["2020-01-01 10:00"]}
)


def write(path: Path, **tables: pd.DataFrame) -> Dataset:
    return write_dataset(path, tables or {"deals": DEALS, "activities": ACTIVITIES}, SETTINGS, Provenance("test"))


def content(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = write(tmp_path / "d")
    assert written.tables == ("deals", "activities")
    assert written.rows == {"deals": 3, "activities": 1}
    deals = Dataset.open(tmp_path / "d").table("deals", ["deal_id", "closed_on", "amount", "units"])
    assert deals["deal_id"].tolist() == ["2", "1", "3"]  # by rep, then key
    assert deals["amount"].tolist()[:2] == [4.0, 3.0]
    assert deals["units"].isna().all()  # a column that is absent comes back empty, never as zero
    assert str(deals["closed_on"].dtype) == "datetime64[ms]"
    done = written.table("activities")["done_at"].iloc[0]
    assert done.isoformat() == "2020-01-01T10:00:00+01:00"
    assert written.period("2020-Q1").start.isoformat() == "2019-04-01"


def test_slices(tmp_path: Path) -> None:
    dataset = write(tmp_path / "d")
    assert dataset.table("deals", ["deal_id"], where={"rep_id": ["b"]})["deal_id"].tolist() == ["1", "3"]
    assert dataset.table("deals", ["deal_id"], where={"rep_id": ["b"], "status": ["won"]})["deal_id"].tolist() == [
        "1"
    ]
    assert dataset.table("deals", where={"segment": ["x"]}).empty


def test_absent_tables_and_columns_are_said(tmp_path: Path) -> None:
    dataset = write(tmp_path / "d")
    assert dataset.has("deals", "amount")
    assert not dataset.has("deals", "segment")
    assert not dataset.has("leads")
    assert dataset.table("leads").empty
    assert list(dataset.table("leads", ["lead_id", "created_at"]).columns) == ["lead_id", "created_at"]


def test_fingerprint_depends_on_content_alone(tmp_path: Path) -> None:
    one = write(tmp_path / "a").fingerprint
    shuffled = {
        "activities": ACTIVITIES,
        "deals": DEALS.iloc[::-1].assign(segment=None)[["segment", *DEALS.columns]],
    }
    assert write(tmp_path / "b", **shuffled).fingerprint == one
    assert (
        write(tmp_path / "c", deals=DEALS.assign(amount=[3.0, 4.0, 5.0]), activities=ACTIVITIES).fingerprint != one
    )
    other = SETTINGS.model_copy(update={"currency": "USD"})
    assert write_dataset(tmp_path / "d", {"deals": DEALS}, other, Provenance("t")).fingerprint != one


def test_a_failing_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "d")
    before = content(tmp_path / "d")
    with pytest.raises(DataError):
        write(tmp_path / "d", deals=DEALS.assign(status="maybe"))
    assert content(tmp_path / "d") == before

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(module, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        write(tmp_path / "d", deals=DEALS.head(1))
    # the tables of the failed one may lie about, but the dataset is still the old one, whole
    assert {name: data for name, data in content(tmp_path / "d").items() if name in before} == before
    assert len(Dataset.open(tmp_path / "d").table("deals")) == 3


def test_a_new_write_replaces_the_old_one(tmp_path: Path) -> None:
    write(tmp_path / "d")
    write(tmp_path / "d", deals=DEALS.head(1))
    dataset = Dataset.open(tmp_path / "d")
    assert dataset.rows == {"deals": 1}
    assert len(list((tmp_path / "d").glob("tables-*"))) == 1


def test_provenance_comes_back(tmp_path: Path) -> None:
    provenance = Provenance(
        "ingest", "name: x", (SourceFile("deals", "d.csv", "0" * 64, 12),),
        {"deals": Counts(4, kept=2, repaired=1, set_aside=1, reasons=NO_ID, repairs=SPACES)},
        (text("a note of {day}", day=dt.date(2020, 1, 1)),),
    )  # fmt: skip
    left_out = {"deals": pd.DataFrame({"row": [5], "reason": ["no id"]})}
    written = write_dataset(tmp_path / "d", {"deals": DEALS}, SETTINGS, provenance, left_out)
    assert written.provenance == provenance
    assert "no id" in (written.folder / "set_aside" / "deals.csv").read_text()
    with pytest.raises(AssertionError):
        Counts(read=4, kept=2, set_aside=1)


def test_what_is_no_dataset_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no dataset"):
        Dataset.open(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="no dataset"):
        Dataset.open(tmp_path / "file")
    with pytest.raises(DataError, match="something else"):
        write(tmp_path)
    with pytest.raises(DataError, match="this is a file"):
        write(tmp_path / "file")
    write(tmp_path / "d")
    description = tmp_path / "d" / "dataset.json"
    description.write_text(description.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(DataError, match="another version"):
        Dataset.open(tmp_path / "d")
    description.write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        Dataset.open(tmp_path / "d")
