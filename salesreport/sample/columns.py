"""Arrays → canonical frames: ids, texts, dates and instants, built by Arrow without a Python loop.

Days are whole numbers since 1970-01-01 throughout the generator; `FOREVER` stands for a day that never comes.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from salesreport.tables import TABLES

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TIMEZONE = "Europe/Berlin"
"""The zone the company keeps its clocks in."""

FOREVER = 1_000_000
"""A day later than every other."""

_EPOCH = dt.date(1970, 1, 1)
_DAY_US, _MINUTE_US = 86_400_000_000, 60_000_000
_OPENS, _CLOSES = 8 * 60, 18 * 60


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01.

    Examples:
        >>> day_number(dt.date(1970, 1, 31))
        30
    """
    return (day - _EPOCH).days


def datetimes(day: NDArray[Any]) -> NDArray[np.datetime64]:
    """Day numbers as numpy dates."""
    return np.asarray(day, dtype=np.int64).astype("datetime64[D]")


def month_number(day: NDArray[Any]) -> Ints:
    """Months since January 1970."""
    return datetimes(day).astype("datetime64[M]").astype(np.int32)


def month_end(month: NDArray[Any]) -> Ints:
    """The last day of months counted from January 1970."""
    following = (np.asarray(month, dtype=np.int64) + 1).astype("datetime64[M]")
    return following.astype("datetime64[D]").astype(np.int32) - np.int32(1)


def ids(prefix: str, count: int, first: int = 1) -> pa.Array:
    """Numbered ids, all of one width.

    Examples:
        >>> ids("D", 2).to_pylist()
        ['D000001', 'D000002']
    """
    width = max(6, len(str(first + count - 1)))
    numbers = pc.cast(pa.array(np.arange(first, first + count)), pa.string())
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(numbers, width, "0"), "")


def texts(code: NDArray[Any], names: Sequence[str] | pa.Array) -> pa.Array:
    """The name each code stands for; a negative code is missing.

    Examples:
        >>> texts(np.array([1, -1]), ["won", "lost"]).to_pylist()
        ['lost', None]
    """
    dictionary = names if isinstance(names, pa.Array) else pa.array(list(names), pa.string())
    code = np.asarray(code, dtype=np.int32)
    return dictionary.take(pa.array(code, mask=code < 0))


def dates(day: NDArray[Any], missing: Flags | None = None) -> pa.Array:
    """Dates; `FOREVER` and what `missing` marks stay empty."""
    day = np.asarray(day, dtype=np.int32)
    gone = day >= FOREVER if missing is None else (day >= FOREVER) | missing
    return pa.array(day, mask=gone).cast(pa.date32())


def numbers(value: NDArray[Any], missing: Flags | None = None) -> pa.Array:
    """Numbers; what `missing` marks stays empty."""
    return pa.array(np.asarray(value, dtype=np.float64), mask=missing)


def instants(day: NDArray[Any], minute: NDArray[Any], missing: Flags | None = None) -> pa.Array:
    """Instants at a local minute of a day."""
    day = np.asarray(day, dtype=np.int64)
    if not day.size:
        return pa.array([], pa.timestamp("us", tz=TIMEZONE))
    first = int(day.min())
    noons = pd.DatetimeIndex(datetimes(np.arange(first, int(day.max()) + 1))) + pd.Timedelta(hours=12)
    utc = noons.tz_localize(TIMEZONE).tz_convert("UTC").tz_localize(None)
    offset = ((noons - utc) // pd.Timedelta(microseconds=1)).to_numpy()
    moment = day * _DAY_US + np.asarray(minute, dtype=np.int64) * _MINUTE_US - offset[day - first]
    return pa.array(moment, mask=missing).cast(pa.timestamp("us", tz=TIMEZONE))


def office_minutes(rng: np.random.Generator, count: int) -> NDArray[np.int16]:
    """Minutes of the day within office hours."""
    return rng.integers(_OPENS, _CLOSES, count, dtype=np.int16)


def pick(rng: np.random.Generator, cumulated: Floats, row: NDArray[Any]) -> NDArray[np.int8]:
    """One choice for each row number, by the cumulated chances in that row of a table."""
    draw = rng.random(len(row))
    choice = np.zeros(len(row), dtype=np.int8)
    for option in range(cumulated.shape[1] - 1):
        choice += draw > cumulated[row, option]
    return choice


def frame(table: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A canonical frame from Arrow arrays, with the table's dtypes."""
    schema = TABLES[table].arrow_schema(list(columns), TIMEZONE)
    arrays = [pa.array(column) if isinstance(column, np.ndarray) else column for column in columns.values()]
    arrays = [
        column if column.type == field.type else column.cast(field.type)
        for column, field in zip(arrays, schema, strict=True)
    ]
    made: pd.DataFrame = pa.Table.from_arrays(arrays, schema=schema).to_pandas(
        date_as_object=False, split_blocks=True, self_destruct=True
    )
    return made
