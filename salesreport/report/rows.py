"""The few rows of a report as plain values: pandas takes longer to look at them than they are many."""

import math
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, each as a mapping from column to value; numbers are Python's own.

    As pandas' `to_dict` makes them, which takes seven times as long for the few rows of a report.

    Examples:
        >>> records(pd.DataFrame({"team": ["A"], "n": [2]}))
        [{'team': 'A', 'n': 2}]
    """
    names = [str(name) for name in frame.columns]
    rows = frame.to_numpy(dtype=object).tolist()
    if any(issubclass(kind, _FOREIGN) for kind in set(map(type, chain.from_iterable(rows)))):
        rows = [list(map(_own, row)) for row in rows]
    return [dict(zip(names, row, strict=True)) for row in rows]


def by_key(frame: pd.DataFrame, column: str) -> dict[Any, list[dict[str, Any]]]:
    """The rows of each value of a column, as `records`; worked out once where many look up theirs.

    Examples:
        >>> by_key(pd.DataFrame({"rep_id": ["R2", "R1", "R2"], "n": [1, 2, 3]}), "rep_id")["R2"]
        [{'rep_id': 'R2', 'n': 1}, {'rep_id': 'R2', 'n': 3}]
    """
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in records(frame):
        found.setdefault(row[column], []).append(row)
    return found


def largest_first(value: float) -> tuple[bool, float]:
    """A key to sort numbers by: the largest first, what is not known (NaN) last.

    Examples:
        >>> sorted([1.0, float("nan"), 3.0], key=largest_first)
        [3.0, 1.0, nan]
    """
    return (True, 0.0) if math.isnan(value) else (False, -value)


_FOREIGN = (np.generic, type(pd.NA))
"""What is not Python's own."""


def _own(value: Any) -> Any:
    """A value, a number as Python's own; of what may be missing None."""
    if isinstance(value, np.generic):
        return value.item()
    return None if value is pd.NA else value


def totals(groups: Iterable[Any], values: pd.Series) -> dict[Any, float]:
    """The sums of the known values by group; those of no group are left out. For the few rows of a report.

    Examples:
        >>> totals(["A", "B", "A", None], pd.Series([1.0, float("nan"), 2.0, 4.0]))
        {'A': 3.0, 'B': 0.0}
    """
    found: dict[Any, list[float]] = {}
    for group, value in zip(groups, values.tolist(), strict=True):
        if group is not None and group == group:  # NaN: no group
            found.setdefault(group, []).extend([value] if value == value else [])
    return {group: math.fsum(some) for group, some in found.items()}
