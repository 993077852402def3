"""Periods seen from a day: `last-month`, `this-quarter`, `last-4-weeks`, whichever those are as of that day."""

import datetime as dt
import re
from typing import NamedTuple

from salesreport.errors import ConfigError, nearest
from salesreport.language import Text, text
from salesreport.period import FORMS, Kind, Period

UNITS: tuple[Kind, ...] = ("week", "month", "quarter", "half", "year")
"""What can be counted back from a day."""

NAMES = tuple(f"{which}-{unit}" for unit in UNITS for which in ("last", "this"))
"""The relative periods of one unit."""

EXAMPLES = "last-month, this-quarter, last-year, last-4-weeks"
"""How relative periods are written, for messages: `this-UNIT`, `last-UNIT`, `last-N-UNITs`."""

_PLURALS = {"week": "weeks", "month": "months", "quarter": "quarters", "half": "halves", "year": "years"}
_PATTERN = re.compile(
    rf"(?P<which>last|this)-(?P<unit>{'|'.join(UNITS)})"
    rf"|last-(?P<count>[1-9]\d?)-(?:{'|'.join(f'(?P<{unit}>{unit}|{many})' for unit, many in _PLURALS.items())})"
)


class Asked(NamedTuple):
    """A period somebody asked for.

    Attributes:
        period: the one that is meant. written: how it was asked for, where that is relative; else empty.
        as_of: the day it is seen from.
    """

    period: Period
    written: str
    as_of: dt.date

    @property
    def said(self) -> Text | None:
        """That the period depends on a day, and on which; None where it does not."""
        return said_relative(self.written, self.as_of) if self.written else None


def said_relative(written: str, as_of: dt.date) -> Text:
    """How a relative period was asked for, and from which day it is seen."""
    return text("“{written}” as of {day}, the day of the data", written=written, day=as_of)


def is_relative(written: str) -> bool:
    """Whether a period is written as one that depends on a day.

    Examples:
        >>> is_relative("last-month"), is_relative("Last-4-Weeks"), is_relative("2017-Q4")
        (True, True, False)
    """
    return _PATTERN.fullmatch(_plain(written)) is not None


def asked_period(written: str | int, as_of: dt.date, fiscal_year_start: int = 1) -> Asked:
    """A period as people ask for it: in one of its own forms, or relative to a day.

    `this-month` is the month that the day lies in. `last-month` is the last one that is complete: the data of a
    day are those at its end, so on the last day of a month that month is complete. `last-3-months` are the last
    three complete ones together. Weeks are ISO weeks; halves, quarters and years those of the fiscal calendar.

    Args:
        written: one of `period.FORMS`, or `this-UNIT`, `last-UNIT`, `last-N-UNITs` with N from 1 to 99 and a unit
            of `UNITS`.
        as_of: the day that a relative period is seen from. fiscal_year_start: the month a fiscal year starts in.

    Raises:
        ConfigError: neither of them, or before the year 1.

    Examples:
        >>> day = dt.date(2017, 12, 31)
        >>> [asked_period("last-month", one).period.name for one in (day, dt.date(2017, 12, 30))]
        ['2017-12', '2017-11']
        >>> asked_period("last-quarter", dt.date(2017, 5, 9), fiscal_year_start=4).period.name
        '2017-Q4'
        >>> asked_period("last-4-weeks", day).period.name, asked_period("2017-Q3", day).written
        ('2017-12-04..2017-12-31', '')
    """
    plain = _plain(str(written))
    match = _PATTERN.fullmatch(plain)
    if match is None:
        return Asked(_absolute(written, plain, fiscal_year_start), "", as_of)
    named = match.groupdict()
    unit = next(unit for unit in UNITS if named["unit"] == unit or named[unit])
    try:
        period = _seen_from(as_of, unit, named["which"] == "this", int(named["count"] or 1), fiscal_year_start)
    except (ValueError, OverflowError):
        raise ConfigError(text("There was no such period yet."), found=written) from None
    return Asked(period, plain, as_of)


def _seen_from(as_of: dt.date, unit: Kind, this: bool, count: int, fiscal_year_start: int) -> Period:
    current = Period.of(as_of, unit, fiscal_year_start)
    if this:
        return current
    last = current if current.end <= as_of else current.previous()
    return last if count == 1 else Period.span(last.previous(count - 1).start, last.end, fiscal_year_start)


def _absolute(written: str | int, plain: str, fiscal_year_start: int) -> Period:
    try:
        return Period.parse(written, fiscal_year_start)
    except ConfigError as error:
        error.expected = text(
            "one of the forms {forms}, or relative to the data’s as-of date: {relative}",
            forms=FORMS,
            relative=EXAMPLES,
        )
        error.nearest = _nearest(plain)
        raise


def _nearest(plain: str) -> str | None:
    """The relative period most like a mistyped one; None where it is none at all."""
    if not re.match(r"[a-z]", plain):
        return None
    number = re.search(r"[1-9]\d?(?!\d)", plain)
    counted = [f"last-{number[0]}-{many}" for many in _PLURALS.values()] if number else []
    return nearest(plain, [*counted, *NAMES])


def _plain(written: str) -> str:
    return re.sub(r"[\s_-]+", "-", written.strip().lower())
