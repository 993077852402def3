"""Cells → dates and instants; the order of day and month comes from all date columns of a file together."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.month_names import LANGUAGES, find_months, months_of
from salesreport.ingest.cells.numbered_days import numbered_days
from salesreport.ingest.cells.parse_texts import NO_NUMBER_OR_DATE, as_array
from salesreport.ingest.cells.raw import EARLIEST, LATEST, NO_DATE, Place, RawColumn, on_distinct
from salesreport.ingest.cells.spelled_dates import has_words, in_numbers, words_of_months
from salesreport.language import text

_PIVOT = 69
"""Two-digit years: 69–99 are of the last century, 00–68 of this one."""

_YEARS = (int(str(EARLIEST)[:4]), int(str(LATEST)[:4]))
"""The first year that can be, and the first that no longer can."""

_TIME = (
    r"(?:,?[T ]\s*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp])?(?:\.? ?[Mm]\.?)?"
    r"\s*(?P<zone>Z|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?(?: \(?[A-Z]{3,5}\)?)?|UTC|GMT)?)?"
)
_DATE = rf"^(?P<a>\d{{1,4}})[-./ ]\s*(?P<b>\d{{1,2}})[-./ ]\s*(?P<c>\d{{1,4}})\.?{_TIME}$"
_COMPACT = r"^((?:19|20)\d{2})(\d{2})(\d{2})(T.*)?$"
_GAPS = "[\\s\\x{00A0}\\x{202F}\\x{2009}]+"


class Moments(NamedTuple):
    """What a column of dates says.

    Attributes:
        values: dates (`datetime64[ms]`) or instants (`datetime64[us, zone]`), NaT where there is none.
        bad: which cells hold something that is no date.
    """

    values: pd.Series
    bad: np.ndarray[Any, Any]


def date_order(columns: Sequence[tuple[RawColumn, Place]], declared: str | None) -> str:
    """The order of day, month and year in a file: `dmy`, `mdy` or `ymd`.

    A date that starts with a four-digit year needs none. Of the others, any that reads only one way is evidence
    for all; a year of two digits in front is only believed when it is above 31 or declared.

    Args:
        columns: all date columns of the file, with their places. declared: the order that the spec declares.

    Raises:
        DataError: there are dates that read two ways and no evidence, or the evidence contradicts itself.
    """
    if declared is not None:
        return declared
    evidence: dict[str, tuple[int, str]] = {}
    doubtful: tuple[int, str] | None = None
    for at, (column, _) in enumerate(columns):
        if column.moments is not None or column.dates is not None or numbered_days(column) is not None:
            continue
        distinct = pc.unique(column.texts).drop_null()
        a, b, _, digits = _day_month_year(_parts(distinct, {}))
        short = (digits == 1) | (digits == 2)
        proofs = {
            "dmy": short & (a > 12) & (a <= 31) & (b <= 12),
            "mdy": short & (a <= 12) & (b > 12) & (b <= 31),
            "ymd": short & (a > 31),
        }
        for order, sure in proofs.items():
            if sure.any():
                evidence.setdefault(order, (at, distinct[int(sure.argmax())].as_py()))
        unsure = short & (a <= 12) & (b <= 12) & (a != b)
        if unsure.any():
            doubtful = doubtful or (at, distinct[int(unsure.argmax())].as_py())
    if len(evidence) == 1:
        return next(iter(evidence))
    if not evidence and doubtful is None:
        return "dmy"
    if evidence:
        shown = list(evidence.values())
        problem = text("The order of day and month is ambiguous: the dates of the file contradict each other.")
    else:
        shown = [doubtful] if doubtful else []
        problem = text("The order of day and month is ambiguous: no date of the file tells which is which.")
    column, place = columns[shown[0][0]]
    raise place.error(
        problem,
        [pc.index(column.texts, shown[0][1]).as_py()],
        found=[value for _, value in shown],
        hint=text("Declare “date_order” for this table: dmy, mdy or ymd."),
    )


def month_names(columns: Sequence[tuple[RawColumn, Place]], declared: str | None) -> dict[str, int]:
    """The names of months that the dates of a file are written with, each with its number.

    Args:
        columns: all date columns of the file, with their places. declared: the language that the spec declares.

    Raises:
        DataError: a name is of two months, in two languages that know all the names.
    """
    found: dict[str, tuple[int, Any]] = {}
    for at, (column, _) in enumerate(columns):
        if column.moments is not None or column.dates is not None or numbered_days(column) is not None:
            continue
        spelled = column.texts.filter(pa.array(has_words(column.texts), pa.bool_()))
        spelled = _tidy(pc.unique(spelled)) if len(spelled) else spelled
        for word in words_of_months(spelled) if len(spelled) else ():
            found.setdefault(word, (at, spelled))
    if not found:
        return {}
    names, doubtful = find_months(sorted(found), declared)
    if not doubtful:
        return names
    at, spelled = found[doubtful[0]]
    column, place = columns[at]
    example = next(one for one in spelled.to_pylist() if doubtful[0] in words_of_months(pa.array([one])))
    rows = pc.equal(_tidy(column.texts), example)
    raise place.error(
        text("The name of a month is ambiguous: “{word}” is another one in another language.", word=doubtful[0]),
        [pc.index(rows, True).as_py()],
        found=[example],
        expected=text("one of {names}", names=[one for one in LANGUAGES if doubtful[0] in months_of(one)]),
        hint=text(
            "Declare “month_names” for this table: the language the dates are in, such as {code}.", code="pl"
        ),
    )


def read_dates(
    column: RawColumn,
    order: str,
    timezone: str,
    months: Mapping[str, int] | None = None,
    written_in: str | None = None,
) -> Moments:
    """Read a column of dates; a time of day with an offset is first turned into the dataset's time zone.

    Args:
        column: its cells. order: see `date_order`. timezone: where the dataset's dates are meant.
        months: see `month_names`; None: the names that are of one month in all languages.
        written_in: the time zone of times of day without an offset, if another.
    """
    if column.dates is not None:
        values = column.dates.to_pandas(date_as_object=False)
        return Moments(pd.Series(values, dtype="datetime64[ms]"), np.zeros(len(values), dtype=bool))
    local, offset, bad = _read(column, order, months)
    offset = _offset_in(local, offset, written_in)
    values = pd.Series(local.astype("datetime64[D]").astype("datetime64[ms]"))
    known = ~np.isnat(offset)
    if known.any():
        there = _in_zone(local, offset, timezone).dt.tz_localize(None).dt.normalize().astype("datetime64[ms]")
        values = values.where(~known, there)
    return Moments(values, bad)


def read_instants(
    column: RawColumn,
    order: str,
    timezone: str,
    months: Mapping[str, int] | None = None,
    written_in: str | None = None,
) -> Moments:
    """Read a column of instants; those without an offset are in the dataset's time zone.

    Args:
        column: its cells. order: see `date_order`. timezone: where the dataset's dates are meant.
        months: see `month_names`. written_in: the time zone of times of day without an offset, if another.
    """
    local, offset, bad = _read(column, order, months)
    offset = _offset_in(local, offset, written_in)
    return Moments(_in_zone(local, offset, timezone), bad)


def _offset_in(
    local: np.ndarray[Any, Any], offset: np.ndarray[Any, Any], zone: str | None
) -> np.ndarray[Any, Any]:
    """Offsets; where none are written, those of a time zone. A column without times of day holds days."""
    written = np.isnat(offset) & ~np.isnat(local)
    if zone is None or not (local[written] != local[written].astype("datetime64[D]")).any():
        return offset
    walls = pd.Series(np.where(written, local, np.datetime64("NaT", "us")))
    instants = walls.dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward").dt.tz_convert("UTC")
    return np.where(written, local - instants.dt.tz_localize(None).to_numpy().astype("datetime64[us]"), offset)


Read = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]


def _read(column: RawColumn, order: str, months: Mapping[str, int] | None) -> Read:
    """Wall-clock times, their offsets from UTC (NaT where none is written), and what is no date."""
    if column.moments is not None:
        local = as_array(column.moments).cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
        local = local.astype("datetime64[us]")
        beyond = np.asarray(column.beyond)
        zoned = column.moments.type.tz is not None
        offset = np.where(zoned & ~np.isnat(local), np.timedelta64(0, "us"), np.timedelta64("NaT", "us"))
    else:
        numbered = numbered_days(column)
        if numbered is not None:
            local = numbered.moments
            # since 1970 is since 1970 in UTC; a spreadsheet's days are where the spreadsheet was written
            zone = np.timedelta64("NaT" if numbered.kind == "days" else 0, "us")
            offset = np.where(np.isnat(local), np.timedelta64("NaT", "us"), zone)
            return local, offset, np.zeros(len(local), dtype=bool)
        local, offset, bad = on_distinct(column.texts, lambda distinct: _parse(distinct, order, months))
        return local, offset, bad
    nothing = local.astype("datetime64[D]") == NO_DATE
    early = local < EARLIEST
    return np.where(early, np.datetime64("NaT", "us"), local), offset, (early & ~nothing) | beyond


def _parse(distinct: Any, order: str, months: Mapping[str, int] | None) -> Read:
    """The same for different texts, without null."""
    parts = _parts(distinct, months)
    a, b, c, digits = _day_month_year(parts)
    c_digits = np.asarray(pc.fill_null(pc.utf8_length(pc.struct_field(parts, "c")), 0))
    front = (digits == 4) | (order == "ymd")
    year = np.where(front, a, c)
    month = np.where(front | (order == "dmy"), b, a)
    day = np.where(front, c, a if order == "dmy" else b)
    valid = np.isin(digits, (1, 2, 4)) & np.where(front, c_digits <= 2, np.isin(c_digits, (2, 4)))
    # a year of four digits is that year: 0001 is not 2001
    short = np.where(front, digits, c_digits) <= 2
    # 0001-01-01 of .NET, 0000-00-00 of MySQL: how programs write that there is no date
    nothing = ~short & (year <= 1) & (month == year) & (day == year)
    year = np.where(short, year + np.where(year >= _PIVOT, 1900, 2000), year)
    valid &= (year >= _YEARS[0]) & (year < _YEARS[1])
    valid &= (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    first = np.where(valid, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = first.astype("datetime64[D]") + np.where(valid, day - 1, 0).astype("timedelta64[D]")
    valid &= days.astype("datetime64[M]") == first

    def number(name: str) -> np.ndarray[Any, Any]:
        field = pc.struct_field(parts, name)
        digits = pc.if_else(pc.equal(field, ""), "0", field)
        return np.asarray(pc.fill_null(digits, "0").cast(pa.int64()))

    hour, minute, second = number("hour"), number("minute"), number("second")
    half = pc.utf8_lower(pc.fill_null(pc.struct_field(parts, "half"), ""))
    afternoon, morning = np.asarray(pc.equal(half, "p")), np.asarray(pc.equal(half, "a"))
    valid &= (hour <= np.where(afternoon | morning, 12, 23)) & (minute <= 59) & (second <= 59)
    hour = np.where(afternoon & (hour < 12), hour + 12, np.where(morning & (hour == 12), 0, hour))
    fraction = pc.utf8_slice_codeunits(
        pc.utf8_rpad(pc.fill_null(pc.struct_field(parts, "fraction"), ""), 6, "0"), 0, 6
    )
    micros = ((hour * 60 + minute) * 60 + second) * 1_000_000 + np.asarray(fraction.cast(pa.int64()))
    local = days.astype("datetime64[us]") + micros.astype("timedelta64[us]")
    offset = _offsets(pc.fill_null(pc.struct_field(parts, "zone"), ""))
    nothing |= np.array([found.casefold() in NO_NUMBER_OR_DATE for found in distinct.to_pylist()], dtype=bool)
    local = np.where(valid, local, np.datetime64("NaT", "us"))
    return local, np.where(valid, offset, np.timedelta64("NaT", "us")), ~valid & ~nothing


def _offsets(zones: Any) -> np.ndarray[Any, Any]:
    """`+02:00` → two hours; NaT where nothing is written."""
    minutes: dict[str, int | None] = {"": None, "Z": 0, "UTC": 0, "GMT": 0}
    for zone in pc.unique(zones).to_pylist():
        if zone not in minutes:
            sign, hours, rest = re.findall(r"([+-])(\d{2}):?(\d{2})?", zone)[0]
            minutes[zone] = (-1 if sign == "-" else 1) * (int(hours) * 60 + int(rest or 0))
    known = {zone: np.timedelta64("NaT" if offset is None else offset, "m") for zone, offset in minutes.items()}
    return np.array([known[zone] for zone in zones.to_pylist()], dtype="timedelta64[us]")


def _in_zone(local: np.ndarray[Any, Any], offset: np.ndarray[Any, Any], timezone: str) -> pd.Series:
    """Wall-clock times as instants in a time zone; in the hour that occurs twice, the first."""
    known = ~np.isnat(offset)
    walls = pd.Series(np.where(known, np.datetime64("NaT", "us"), local))
    instants = walls.dt.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward")
    if known.any():
        instants = instants.fillna(pd.Series(local - offset).dt.tz_localize("UTC").dt.tz_convert(timezone))
    return instants


def _tidy(distinct: Any) -> Any:
    single = pc.replace_substring_regex(distinct, _GAPS, " ")
    return pc.replace_substring_regex(single, _COMPACT, r"\1-\2-\3\4")


def _parts(distinct: Any, months: Mapping[str, int] | None) -> Any:
    """What a date is made of, as texts: a, b, c, hour, minute …; null where a text is no date."""
    tidy = _tidy(distinct)
    parts = pc.extract_regex(tidy, _DATE)
    if not parts.null_count:
        return parts
    others = np.asarray(pc.is_null(parts)) & has_words(tidy)
    if not others.any():
        return parts
    at = pa.array(np.flatnonzero(others))
    mask = pa.array(others)
    return pc.extract_regex(pc.replace_with_mask(tidy, mask, in_numbers(tidy.take(at), months, _PIVOT)), _DATE)


def _day_month_year(parts: Any) -> tuple[Any, Any, Any, Any]:
    """The three numbers of dates as they stand, and how many digits the first has; 0 where a text is no date."""
    digits = np.asarray(pc.fill_null(pc.utf8_length(pc.struct_field(parts, "a")), 0))
    a, b, c = (np.asarray(pc.fill_null(pc.struct_field(parts, name).cast(pa.int64()), 0)) for name in "abc")
    return a, b, c, digits
