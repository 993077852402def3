"""Columns of dates that are numbers: a spreadsheet's days, or seconds and milliseconds since 1970."""

import re
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.parse_texts import NO_NUMBER_OR_DATE, as_array
from salesreport.ingest.cells.raw import RawColumn
from salesreport.language import Text, text

_DAYS, _SECONDS, _MILLISECONDS = "days", "seconds", "milliseconds"
_BOUNDS = {
    _DAYS: (20_000, 60_000),
    _SECONDS: (946_684_800, 4_102_444_800),
    _MILLISECONDS: (946_684_800_000, 4_102_444_800_000),
}
"""What the numbers of a column can mean: days since 1899-12-30, from 1954 to 2064; seconds or milliseconds since
1970, of the years from 2000 to 2099. No number lies within two of them."""

_SPREADSHEET = np.datetime64("1899-12-30T00:00:00", "us")
_UNIX = np.datetime64("1970-01-01T00:00:00", "us")
_LOOKED_AT = 50
_NUMBER = r"^\d+(?:[.,]\d+)?$"


class NumberedDays(NamedTuple):
    """A column of numbers that are days or moments.

    Attributes:
        kind: `days`, `seconds` or `milliseconds`. numbers: float64, NaN where the cell is empty or 0.
    """

    kind: str
    numbers: np.ndarray[Any, Any]

    @property
    def moments(self) -> np.ndarray[Any, Any]:
        """What they mean (`datetime64[us]`), to the second or millisecond; a spreadsheet's are in no zone, others
        are in UTC."""
        known = np.nan_to_num(self.numbers)
        if self.kind == _DAYS:
            moments = _SPREADSHEET + np.rint(known * 86_400).astype("int64").astype("timedelta64[s]")
        else:
            unit = "s" if self.kind == _SECONDS else "ms"
            moments = _UNIX + np.rint(known).astype("int64").astype(f"timedelta64[{unit}]")
        return np.where(np.isnan(self.numbers), np.datetime64("NaT", "us"), moments)

    def note(self, heading: str) -> Text:
        """How the column was read, with an example."""
        first = int(np.flatnonzero(~np.isnan(self.numbers))[0])
        found, day = f"{self.numbers[first]:.15g}", str(self.moments[first].astype("datetime64[s]"))
        if self.kind == _DAYS:
            return text(
                "Column “{column}” was read as the day numbers of a spreadsheet: {found} is {day}.",
                column=heading, found=found, day=day[:10],
            )  # fmt: skip
        if self.kind == _SECONDS:
            return text(
                "Column “{column}” was read as seconds since 1970: {found} is {day} UTC.",
                column=heading, found=found, day=day.replace("T", " "),
            )  # fmt: skip
        return text(
            "Column “{column}” was read as milliseconds since 1970: {found} is {day} UTC.",
            column=heading, found=found, day=day.replace("T", " "),
        )  # fmt: skip


def numbered_days(column: RawColumn) -> NumberedDays | None:
    """A column of dates that are numbers, where every filled cell is one of the same kind; None otherwise.

    0 means that there is no date, but not where all are 0.

    Examples:
        >>> numbered_days(RawColumn(pa.array(["45678.5", None, "-"]))).moments.astype("datetime64[m]").tolist()
        [datetime.datetime(2025, 1, 21, 12, 0), None, None]
        >>> numbered_days(RawColumn(pa.array([1736244000000]))).moments.astype("datetime64[s]").tolist()
        [datetime.datetime(2025, 1, 7, 10, 0)]
        >>> numbered_days(RawColumn(pa.array(["45678", "2025-01-07"]))) is None
        True
    """
    try:
        numbers = _as_numbers(column.texts) if column.is_text else column.numbers
    except pa.ArrowInvalid:
        return None
    if numbers is None:
        return None
    nothing = pc.fill_null(pc.equal(numbers, 0.0), False)
    values = pc.if_else(nothing, pa.scalar(None, pa.float64()), numbers)
    if values.null_count == len(values):
        return None
    range_ = pc.min_max(values).as_py()
    for kind, (low, high) in _BOUNDS.items():
        if low <= range_["min"] and range_["max"] <= high:
            return NumberedDays(kind, np.asarray(as_array(values).to_numpy(zero_copy_only=False), dtype="float64"))
    return None


def _as_numbers(texts: Any) -> Any:
    """Texts as numbers, null where they mean nothing; None where one is something else.

    Raises:
        pa.ArrowInvalid: one is something else.
    """
    try:
        return texts.cast(pa.float64())
    except pa.ArrowInvalid:
        first = pc.index(pc.is_valid(texts), True).as_py()
        some = texts.slice(first, _LOOKED_AT).drop_null().to_pylist()
        if not any(one.casefold() in NO_NUMBER_OR_DATE or re.match(_NUMBER, one) for one in some):
            return None
    words = pa.array(sorted(NO_NUMBER_OR_DATE), pa.string())
    left = pc.if_else(pc.is_in(pc.utf8_lower(texts), value_set=words), pa.scalar(None, pa.string()), texts)
    if not pc.all(pc.match_substring_regex(left, _NUMBER)).as_py():
        return None
    return pc.replace_substring(left, ",", ".").cast(pa.float64())
