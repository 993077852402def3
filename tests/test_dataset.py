"""Datasets: whole, fingerprinted, cheap to slice."""

import datetime as dt
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport import sorting
from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import DataError
from salesreport.language import text
from salesreport.provenance import Counts, Provenance, SourceFile, Tally
from salesreport.tables import TABLES
from salesreport.writing import write_dataset

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


def test_some_rows_are_taken_by_their_numbers(tmp_path: Path) -> None:
    dataset = write(tmp_path / "d")  # deals by rep, then key: 2, 1, 3
    names = ["deal_id", "amount", "created_on", "units"]
    found = dataset.some("deals", names, np.array([2, -1, 0, 2]))
    assert found["deal_id"].fillna("none").tolist() == ["3", "none", "2", "3"]
    assert found["amount"].fillna(-1).tolist() == [-1, -1, 4.0, -1]  # deal 3 has no amount
    assert found["units"].isna().all()
    assert found.dtypes.tolist() == dataset.table("deals", names).dtypes.tolist()
    assert dataset.some("deals", names, np.array([], int)).empty
    absent = dataset.some("leads", ["lead_id", "rep_id"], np.array([-1, -1]))
    assert absent.isna().all(axis=None)
    assert len(absent) == 2
    assert dataset.some("leads", ["lead_id", "rep_id"], np.array([], int)).empty


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

    monkeypatch.setattr("salesreport.writing.write_text", full)
    with pytest.raises(DataError, match="no space"):
        write(tmp_path / "d", deals=DEALS.head(1))
    # the tables of the failed one may lie about, but the dataset is still the old one, whole
    assert {name: data for name, data in content(tmp_path / "d").items() if name in before} == before
    assert len(Dataset.open(tmp_path / "d").table("deals")) == 3


def test_a_new_write_replaces_the_old_one(tmp_path: Path) -> None:
    write(tmp_path / "d")
    write(tmp_path / "d", deals=DEALS.head(1))
    dataset = Dataset.open(tmp_path / "d")
    assert dataset.rows == {"deals": 1}
    write(tmp_path / "d", deals=DEALS.head(2))
    # what the last one replaced stays for whoever is reading it; what was before that is gone
    left = {file.name for file in (tmp_path / "d").iterdir()}
    assert left == {"dataset.json", dataset.folder.name, Dataset.open(tmp_path / "d").folder.name}
    assert len(dataset.table("deals")) == 1


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


def many_deals(rows: int = 12_000, reps: int = 40) -> pd.DataFrame:
    """Enough rows that texts which repeat are coded, and each rep's rows sorted by themselves."""
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "deal_id": random.permutation(rows).astype(str),
            "rep_id": random.integers(0, reps, rows).astype(str),
            "status": random.choice(["won", "open", "lost"], rows),
            "stage": random.choice(["Ä", "b", "", None], rows),
            "amount": random.choice([1.5, 2.5, None], rows),
            "name": [f"deal {number}" for number in range(rows)],
        }
    )


@pytest.mark.parametrize("reps", [1, 40, 9_000])  # 9,000: too few rows each to sort them by rep
def test_rows_come_by_rep_then_key_whatever_their_order_was(tmp_path: Path, reps: int) -> None:
    deals = many_deals(reps=reps)
    # the oracle: Python's own sorting of pairs
    expected = sorted(zip(deals["rep_id"], deals["deal_id"], strict=True))
    one = write(tmp_path / "a", deals=deals)
    read = one.table("deals")
    assert list(zip(read["rep_id"], read["deal_id"], strict=True)) == expected
    assert write(tmp_path / "b", deals=deals.iloc[::-1]).fingerprint == one.fingerprint
    # sorted differently, the first values of `deal_id` and `stage` are others, and more of them are alike
    assert write(tmp_path / "c", deals=deals.sort_values(["stage", "amount"])).fingerprint == one.fingerprint


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "é", None]),
            st.sampled_from(["x", "y", None]),
            st.sampled_from([1.0, -2.0, None]),
        ),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=30, deadline=None)
def test_rows_without_key_come_by_all_their_values(
    rows: list[tuple[str | None, str | None, float | None]],
) -> None:
    schema = pa.schema([("kind", pa.string()), ("rep_id", pa.string()), ("score", pa.float64())])
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(schema.names)}, schema=schema)
    compact = pa.table({name: sorting._compact(table[name].combine_chunks()) for name in schema.names})
    found = compact.take(sorting._sorting(compact, TABLES["feedback"])).cast(schema)

    def last(value: str | float | None) -> tuple[bool, str | float]:
        return (value is None, value or 0.0)  # missing values come last

    # by rep, then by every column as it comes
    expected = sorted(rows, key=lambda row: (last(row[1]), last(row[0]), last(row[2])))
    assert [tuple(row.values()) for row in found.to_pylist()] == expected
    assert found.schema == schema


def test_a_column_is_read_as_it_is_stored(tmp_path: Path) -> None:
    deals = many_deals()
    dataset = write(tmp_path / "d", deals=deals)
    by_key = deals.sort_values(["rep_id", "deal_id"])  # its amounts are Python objects
    assert dataset.array("deals", "amount").to_pylist() == by_key["amount"].tolist()
    stages = dataset.array("deals", "stage", coded=True)
    assert sorted(stages.dictionary.to_pylist()) == ["", "b", "Ä"]
    assert stages.to_pylist() == [None if pd.isna(stage) else stage for stage in by_key["stage"]]
    names = dataset.array("deals", "name", coded=True)  # stored without a dictionary, for no name comes twice
    assert names.to_pylist() == by_key["name"].tolist()
    assert str(dataset.table("deals")["stage"].dtype) == "str"


def test_an_opened_dataset_can_be_sent_to_another_process(tmp_path: Path) -> None:
    dataset = write(tmp_path / "d")
    dataset.columns("deals")
    dataset.array("deals", "rep_id", coded=True)
    again = pickle.loads(pickle.dumps(dataset))
    assert again == dataset
    assert again.array("deals", "rep_id", coded=True).to_pylist() == ["a", "b", "b"]


def test_keys_are_checked_unless_the_caller_did(tmp_path: Path) -> None:
    twice = pd.concat([DEALS, DEALS.head(1)])
    with pytest.raises(DataError, match="same key"):
        write(tmp_path / "d", deals=twice)
    with pytest.raises(DataError, match="same key"):
        write_dataset(tmp_path / "d", {"deals": twice}, SETTINGS, Provenance("t"), unique=["orders"])
    # whoever says so is believed: a check of millions of keys takes as long as reading them
    assert write_dataset(tmp_path / "d", {"deals": twice}, SETTINGS, Provenance("t"), unique=["deals"]).rows == {
        "deals": 4
    }


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 300, None]), st.text("aB0é", min_size=2, max_size=2)),
        min_size=1,
        max_size=40,
    )
)
def test_rows_come_by_rep_then_short_key(rows: list[tuple[int | None, str]]) -> None:
    ranks, keys = pa.array([rank for rank, _ in rows], pa.uint64()), pa.array([key for _, key in rows])
    both = pa.RecordBatch.from_arrays([ranks, keys], ["rank", "key"])
    expected = pc.sort_indices(both, [("rank", "ascending"), ("key", "ascending")])
    assert sorting._order([ranks, keys]).to_pylist() == expected.to_pylist()
    later = both.slice(len(rows) // 2)
    expected = pc.sort_indices(later, [("rank", "ascending"), ("key", "ascending")])
    assert sorting._order(list(later.columns)).to_pylist() == expected.to_pylist()


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 7, 70_000, None]), st.from_regex(r"D[0-9]{7}|D000000[0-9]", fullmatch=True)),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from([1, 2**40]),
)
def test_rows_come_by_rep_then_numbered_key(rows: list[tuple[int | None, str]], times: int) -> None:
    """Reps 70,000 × 2^40: rank, number and position are too much for one number, so that they are sorted apart."""
    ranks = pa.array([None if rank is None else rank * times for rank, _ in rows], pa.uint64())
    both = pa.RecordBatch.from_arrays([ranks, pa.array([key for _, key in rows])], ["rank", "key"])
    expected = pc.sort_indices(both, [("rank", "ascending"), ("key", "ascending")])
    assert sorting._order(list(both.columns)).to_pylist() == expected.to_pylist()
