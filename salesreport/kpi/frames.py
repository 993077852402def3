"""Any frame of figures for programs: CSV that spreadsheets may open, objects that JSON can hold."""

import csv
import io
import math
from typing import Any, Literal

import pandas as pd

from salesreport.kpi.facts.facts import Facts

Format = Literal["table", "csv", "json"]

"""How figures are written: for people, or for programs."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is worked out by a spreadsheet instead of shown."""


def with_names(frame: pd.DataFrame, facts: Facts, ids: str = "rep_id") -> pd.DataFrame:
    """A table with column `rep`, the reps' names, right after the column of their ids, where there is one.

    Args:
        frame: a row per figure. facts: whose reps. ids: the column of the ids; missing ones have no name.
    """
    if ids not in frame.columns:
        return frame
    names = [None if is_missing(one) else facts.names.get(one, one) for one in frame[ids].astype(object)]
    named = frame.copy()
    named.insert(frame.columns.get_loc(ids) + 1, "rep", pd.Series(names, index=frame.index, dtype=object))
    return named


def frame_as_csv(frame: pd.DataFrame) -> str:
    """Any table of figures as CSV, numbers unrounded, missing ones empty."""
    screen = io.StringIO()
    writer = csv.writer(screen, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow([_csv_cell(value) for value in row])
    return screen.getvalue()


def frame_as_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Any table of figures as objects that JSON can hold, missing values null."""
    names = list(frame.columns)
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in frame.itertuples(index=False)
    ]


def _csv_cell(value: Any) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return repr(_plain(value))


def _plain(value: Any) -> Any:
    """A value as JSON has it: whole numbers without a fraction, missing ones null."""
    if is_missing(value):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else float(value)
    return value


def is_missing(value: Any) -> bool:
    """Whether a cell has no value."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))
