"""Small datasets with commitments."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.provenance import Counts, Provenance
from salesreport.writing import write_dataset

Agreed = tuple[str, str, str, str | None, float | None, str | None, str]
"""Rep, day, text, metric, target, due, status."""


def closed(rep: str, won: int, lost: int, on: str, amount: float = 100.0) -> pd.DataFrame:
    """Deals of a rep that closed on a day."""
    status = ["won"] * won + ["lost"] * lost
    return pd.DataFrame(
        {
            "deal_id": [f"{rep}-{on}-{n}" for n in range(len(status))],
            "rep_id": rep,
            "status": status,
            "created_on": "2024-01-05",
            "closed_on": on,
            "amount": amount,
        }
    )


def agreed(*rows: Sequence[Any]) -> pd.DataFrame:
    """Table `commitments`."""
    names = ["rep_id", "agreed_on", "text", "metric", "target", "due_on", "status"]
    table = pd.DataFrame(rows, columns=names)
    for column in ("agreed_on", "due_on"):
        table[column] = pd.to_datetime(table[column])
    return table


def company(path: Path, deals: Sequence[pd.DataFrame], as_of: str = "2025-12-31", **tables: Any) -> Dataset:
    """A dataset of some deals and other tables."""
    made = {"deals": pd.concat(list(deals), ignore_index=True), **tables}
    counts = {"deals": Counts(read=len(made["deals"]), kept=len(made["deals"]))}
    settings = DatasetSettings(name="Acme", as_of=dt.date.fromisoformat(as_of))
    return write_dataset(path, made, settings, Provenance("test", counts=counts))
