"""Small companies whose deals are decided on a day in each of five quarters."""

from pathlib import Path
from typing import Any

import pandas as pd
from cases import dataset_of, deal

from salesreport import Dataset

LAST = ["2024-05-15", "2024-08-15", "2024-11-15", "2025-02-15"]
"""A day in each of the four quarters before Q2 2025."""


def rows(rep: str, day: str, won: int, lost: int, size: float = 100.0) -> list[dict[str, Any]]:
    """Deals of a rep decided on a day, created a month before."""
    made = []
    for n in range(won + lost):
        status = "won" if n < won else "lost"
        begun = str((pd.Timestamp(day) - pd.Timedelta(days=30)).date())
        made.append(deal(0, rep, status, begun, day, amount=size) | {"deal_id": f"{rep}-{day}-{n}"})
    return made


def company(path: Path, deals: list[dict[str, Any]], **tables: Any) -> Dataset:
    return dataset_of(path / "d", "2025-06-30", {"deals": deals, **tables})


def old(*reps: str) -> list[dict[str, Any]]:
    """A deal long ago of each rep: the data begin before the year looked at."""
    return [row for rep in reps for row in rows(rep, "2024-01-10", 0, 1)]
