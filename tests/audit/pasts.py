"""Small datasets with a past, for checks that look at days gone by: deals, moves and snapshots in short rows."""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from cases import dataset_of

from salesreport.audit.audit import Finding, run
from salesreport.audit.checks import CHECKS
from salesreport.audit.model import Looked
from salesreport.dataset import Dataset

_DAYS = ("expected_close_on", "taken_on", "next_step_on")

AS_OF = "2025-12-31"


def past_of(folder: Path, as_of: str = AS_OF, **tables: Any) -> Looked:
    """A dataset of these rows, seen from its own day; instants may be written as days."""
    frames = {}
    for name, rows in tables.items():
        frame = pd.DataFrame(rows)
        for column in set(_DAYS) & set(frame.columns):
            frame[column] = pd.to_datetime(frame[column])
        for column in {"entered_at", "done_at"} & set(frame.columns):
            frame[column] = pd.to_datetime(frame[column]).dt.tz_localize("Europe/Berlin") + pd.Timedelta(hours=9)
        frames[name] = frame
    return Looked.at(dataset_of(folder, as_of, frames))


def finding(of: Looked | Dataset, key: str) -> Finding:
    """What a check comes to."""
    looked = Looked.at(of) if isinstance(of, Dataset) else of
    return run({one.key: one for one in CHECKS}[key], looked)


def day(text: str | pd.Timestamp, plus: int = 0) -> str:
    """A day, so many later."""
    return str((pd.Timestamp(text) + pd.Timedelta(days=plus)).date())


def query(sql: str, **tables: pd.DataFrame) -> pd.DataFrame:
    """What DuckDB answers to a query of these tables; days as DuckDB knows them."""
    with duckdb.connect() as database:
        for name, frame in tables.items():
            days = {column: frame[column].astype("datetime64[us]") for column in frame.select_dtypes("datetime")}
            database.register(name, frame.assign(**days))
        return database.execute(sql).df()
