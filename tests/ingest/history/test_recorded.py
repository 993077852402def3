"""Commitments that were recorded in a dataset outlive the export that takes its place."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import COLUMNS, Export

from salesreport.coach.recording import close, record
from salesreport.coach.written import Written
from salesreport.dataset import Dataset
from salesreport.errors import DataError
from salesreport.ingest import ingest

ROWS = "1,R1,won,2025-01-10,2025-02-10,1000\n2,R2,lost,2025-01-10,2025-02-10,500\n"
TODAY = dt.date(2025, 12, 31)


def deals(export: Export, rows: str = ROWS, **settings: str) -> Dataset:
    return export.deals(rows, **settings)


def texts(dataset: Dataset) -> list[str]:
    return sorted(dataset.table("commitments")["text"])


def test_a_new_export_keeps_what_was_recorded(export: Export) -> None:
    first = deals(export)
    assert "commitments" not in first.tables
    record(export.out, [Written("R1", "Call"), Written("R2", "Ask")], TODAY)
    again = deals(export, ROWS + "3,R1,won,2025-03-10,2025-03-20,700\n")
    assert again.rows["deals"] == 3
    assert texts(again) == ["Ask", "Call"]
    assert "2 commitments were recorded by hand, not read from an export." in map(str, again.provenance.notes)
    # the export without the third deal again: all is as it was, whoever ingests it first
    assert deals(export).fingerprint == Dataset.open(export.out).fingerprint


def test_of_an_exports_own_commitments_the_closed_ones_stay_closed(export: Export) -> None:
    export.write("agreed.csv", "Who,On,What\nR1,2025-11-01,Call\nR2,2025-11-01,Ask\n")
    export.write("deals.csv", "Id,Owner,State,Created,Closed,Amount\n" + ROWS)
    tables = {
        "deals": {"file": "deals.csv", "columns": COLUMNS},
        "commitments": {"file": "agreed.csv", "columns": {"rep_id": "Who", "agreed_on": "On", "text": "What"}},
    }
    export.ingest(tables)
    close(export.out, "Call", "done", TODAY, "R1")
    record(export.out, [Written("R1", "Write")], TODAY)
    export.write("agreed.csv", "Who,On,What\nR1,2025-11-01,Call\nR2,2025-12-01,Visit\n")  # Ask is gone there
    again = export.ingest(tables).table("commitments").set_index("text")
    assert again["status"].fillna("open").to_dict() == {"Call": "done", "Visit": "open", "Write": "open"}


def test_a_dated_export_keeps_them_too(export: Export) -> None:
    deals(export)
    spec = yaml.safe_load(export.source.read_text(encoding="utf-8"))
    first = ingest(export.source, export.out, snapshot_date=dt.date(2025, 12, 31))
    assert first.has("snapshots")
    record(export.out, [Written("R1", "Call")], TODAY)
    # the very same export again changes nothing
    assert texts(ingest(export.source, export.out, snapshot_date=dt.date(2025, 12, 31))) == ["Call"]
    export.source.write_text(yaml.safe_dump({**spec, "as_of": "2026-01-31"}), encoding="utf-8")
    assert texts(ingest(export.source, export.out, snapshot_date=dt.date(2026, 1, 31))) == ["Call"]


def test_a_dataset_of_another_name_is_not_taken_for_this_one(export: Export) -> None:
    deals(export)
    record(export.out, [Written("R1", "Call")], TODAY)
    before = (export.out / "dataset.json").read_bytes()
    with pytest.raises(DataError) as error:
        deals(export, name="Other")
    assert "holds 1 recorded commitment, and has another name; nothing was written." in str(error.value)
    assert "Found “Other”. Expected test." in str(error.value)
    assert (export.out / "dataset.json").read_bytes() == before


def test_a_folder_that_cannot_be_read_is_replaced_as_before(export: Export, tmp_path: Path) -> None:
    deals(export)
    (export.out / "dataset.json").write_text("{}", encoding="utf-8")
    assert deals(export).rows["deals"] == 2


def test_the_recorded_row_counts_when_both_have_it() -> None:
    from salesreport.ingest.history.recorded import with_recorded

    one = {"rep_id": "R1", "agreed_on": pd.Timestamp("2025-11-01"), "text": "Call"}
    mine = pd.DataFrame([{**one, "status": "done", "recorded_on": pd.Timestamp("2025-12-01")}])
    theirs = pd.DataFrame([{**one, "status": "open"}, {**one, "text": "Ask", "status": "open"}])
    assert with_recorded(theirs, mine)[["text", "status"]].to_numpy().tolist() == [
        ["Call", "done"],
        ["Ask", "open"],
    ]
