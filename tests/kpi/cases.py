"""Datasets and deals written out by hand, and single figures looked up in a table."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.ingest import ingest
from salesreport.kpi import Facts, KpiTable
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

Rows = list[dict[str, Any]]
Given = Callable[..., Facts]

_DATES = {
    "created_on", "closed_on", "from", "to", "ordered_on", "on", "hired_on", "left_on", "done_at", "processed_at",
    "created_at", "entered_at", "due_on", "paid_on", "lent_on", "returned_on",
}  # fmt: skip


LEAST = """\
name: Least
as_of: 2025-03-31
currency: EUR
tables:
  deals:
    file: deals.csv
    columns: {deal_id: No, rep_id: Who, stage: Step, created_on: Begun, closed_on: Ended, amount: Worth}
    status: {from: Step, won: [Signed], lost: [Off]}
"""
"""The source spec of the least export that there can be."""


def least_of(folder: Path, rows: str) -> Dataset:
    """The dataset made of such an export, from its CSV."""
    (folder / "crm.yml").write_text(LEAST, encoding="utf-8")
    (folder / "deals.csv").write_text(rows, encoding="utf-8")
    return ingest(folder / "crm.yml", folder / "dataset")


def dataset_of(path: Path, as_of: str, tables: dict[str, Any], **more: Any) -> Dataset:
    """A dataset from frames or lists of rows; `more` are settings."""
    frames = {}
    for name, rows in tables.items():
        frame = pd.DataFrame(rows)
        for column in _DATES & set(frame.columns):
            frame[column] = pd.to_datetime(frame[column])
        frames[name] = frame
    settings = DatasetSettings(
        name="test", as_of=dt.date.fromisoformat(as_of), currency="EUR", timezone="Europe/Berlin", **more
    )
    return write_dataset(path, frames, settings, Provenance("test"))


def deal(
    number: int, rep: str, status: str, created: str | None, closed: str | None = None, **more: Any
) -> dict[str, Any]:
    """One row of table `deals`."""
    return {
        "deal_id": f"D{number}",
        "rep_id": rep,
        "status": status,
        "created_on": created,
        "closed_on": closed,
        **more,
    }


def value(table: KpiTable, metric: str, column: str = "value", **group: str | None) -> float:
    """One figure of a table."""
    rows = table.frame[table.frame["metric"] == metric]
    for name, member in group.items():
        rows = rows[rows[name].isna() if member is None else rows[name] == member]
    assert len(rows) == 1, f"{len(rows)} rows of {metric} for {group}; unavailable: {table.unavailable}"
    return float(rows[column].iloc[0])


def values(table: KpiTable, metric: str, by: str = "rep_id") -> dict[str, float]:
    """A metric's figures by group."""
    rows = table.frame[table.frame["metric"] == metric]
    return dict(zip(rows[by], rows["value"], strict=True))
