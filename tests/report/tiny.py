"""Small datasets of few reps."""

import datetime as dt
from pathlib import Path

import pandas as pd

from salesreport import Dataset
from salesreport.dataset import DatasetSettings
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset


def deals(
    rep: str, won: int, lost: int, open_: int = 0, closed_on: str = "2025-05-20", amount: float = 100.0
) -> pd.DataFrame:
    """Deals of a rep: all created on 1 March 2025, the open ones with the same amount."""
    status = ["won"] * won + ["lost"] * lost + ["open"] * open_
    return pd.DataFrame(
        {
            "deal_id": [f"{rep}-{closed_on}-{n}" for n in range(len(status))],
            "rep_id": rep,
            "status": status,
            "created_on": "2025-03-01",
            "closed_on": [closed_on if one != "open" else None for one in status],
            "product_line": "Lamps",
            "stage": [one.title() for one in status],
            "amount": amount,
        }
    )


def dataset(path: Path, *frames: pd.DataFrame, **tables: pd.DataFrame) -> Dataset:
    settings = DatasetSettings(name="Tiny & Co", as_of=dt.date(2025, 6, 30), currency="EUR")
    return write_dataset(
        path, {"deals": pd.concat(frames, ignore_index=True), **tables}, settings, Provenance("test")
    )
