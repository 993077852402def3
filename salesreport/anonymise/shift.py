"""Weeks by which all days move, such that months, quarters and weekdays stay what they are.

A whole number of weeks keeps weekdays. It keeps the day of the month, too, where it is a whole number of years
with the leap days in the same places: 28 years anywhere between 1901 and 2099, for short spans some others. Then
quarters stay quarters, weeks keep their numbers, and whatever the calendar does to figures stays.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from salesreport.anonymise.key import Key
from salesreport.period import Period

_YEARS = [years for years in range(-40, 41) if abs(years) >= 5]
_SURE = 28
_EARLIEST, _LATEST = dt.date(1950, 1, 1), dt.date(2090, 12, 31)
_WEEK = 7


@dataclass(frozen=True)
class Shift:
    """A number of weeks that is, in the span that it is made for, a number of years.

    Attributes:
        weeks, years: how far; both may be negative. first, last: the span.
        choices: how many such shifts there were to choose from. same_clock: whether summer time is the same, too.
    """

    weeks: int
    years: int
    first: dt.date
    last: dt.date
    choices: int
    same_clock: bool

    @cached_property
    def days(self) -> int:
        """The same in days."""
        return self.weeks * _WEEK

    def day(self, day: dt.date) -> dt.date:
        """A day, moved; one at the end of time stays within it."""
        return dt.date.fromordinal(min(max(day.toordinal() + self.days, 1), dt.date.max.toordinal()))

    def day_back(self, day: dt.date) -> dt.date:
        """What a day was before."""
        return day - dt.timedelta(days=self.days)

    def series(self, values: pd.Series) -> pd.Series:
        """Days or instants, moved by the clock on the wall."""
        by = pd.Timedelta(days=self.days)
        zone = getattr(values.dtype, "tz", None)
        if zone is None or self.same_clock:
            return (values + by).astype(values.dtype)
        moved = values.dt.tz_localize(None) + by
        return moved.dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward").astype(values.dtype)

    def period(self, period: Period) -> Period:
        """A period, moved: the same quarter of another year."""
        if period.kind == "span":
            return Period.span(self.day(period.start), self.day(period.end), period.fiscal_year_start)
        # its middle lies in it, also where a leap day beyond the span moves its ends
        middle = period.start + (period.end - period.start) / 2
        return Period.of(self.day(middle), period.kind, period.fiscal_year_start)


def choose(first: dt.date, last: dt.date, timezone: str, key: Key) -> Shift:
    """The shift that a key chooses for a span of days.

    Args:
        first, last: of the days that matter. timezone: of the dataset. key: its order of preference is the key's,
            so that a longer span has another shift only where the leap days demand it.

    Examples:
        >>> shift = choose(dt.date(2016, 1, 1), dt.date(2025, 12, 31), "UTC", Key(bytes(32)))
        >>> abs(shift.years), abs(shift.weeks), shift.day(dt.date(2024, 2, 29)).strftime("%m-%d %a")
        (28, 1461, '02-29 Thu')
    """
    first = max(first, dt.date(1902, 1, 1))
    fitting = [years for years in _YEARS if _fits(first, last, years)]
    alike = [years for years in fitting if _same_clock(first, last, _weeks(first, years), timezone)]
    among = alike or fitting
    if not among:  # a span that leaves the century
        return Shift(
            _weeks(first, _SURE), _SURE, first, last, 1, _same_clock(first, last, _weeks(first, _SURE), timezone)
        )
    years = min(among, key=lambda one: key.digest("years", str(one)))
    return Shift(_weeks(first, years), years, first, last, len(among), bool(alike))


def _weeks(first: dt.date, years: int) -> int:
    """The number of weeks next to some years."""
    return round(((pd.Timestamp(first) + pd.DateOffset(years=years)) - pd.Timestamp(first)).days / _WEEK)


def _fits(first: dt.date, last: dt.date, years: int) -> bool:
    """Whether every day of a span becomes the same day of the same month, and stays in modern times."""
    by = dt.timedelta(days=_weeks(first, years) * _WEEK)
    if first + by < _EARLIEST or last + by > _LATEST:
        return False
    return all(_same_place(day, day + by, years) for day in _turns(first, last))


def _same_place(day: dt.date, moved: dt.date, years: int) -> bool:
    """Whether a day becomes the same one, some years on, in a week of the same number."""
    same = (moved.year, moved.month, moved.day) == (day.year + years, day.month, day.day)
    return same and moved.isocalendar()[1:] == day.isocalendar()[1:]


def _turns(first: dt.date, last: dt.date) -> list[dt.date]:
    """The days of a span at which calendars part: its ends, leap days, the weeks about New Year."""
    turns = ((1, 1), (1, 2), (1, 3), (2, 28), (3, 1), (12, 29), (12, 30), (12, 31))
    days = [dt.date(year, *turn) for year in range(first.year, last.year + 1) for turn in turns]
    days += [day + dt.timedelta(days=1) for day in days if (day.month, day.day) == (2, 28)]
    return [first, last, *(day for day in days if first <= day <= last)]


def _same_clock(first: dt.date, last: dt.date, weeks: int, timezone: str) -> bool:
    """Whether clocks differ from UTC as much on each day of a span as on the day it becomes."""
    noons = pd.date_range(first, last) + pd.Timedelta(hours=12)
    moved = noons + pd.Timedelta(days=weeks * _WEEK)
    offsets, others = (
        days.tz_localize(timezone).tz_localize(None)
        - days.tz_localize(timezone).tz_convert("UTC").tz_localize(None)
        for days in (noons, moved)
    )
    return bool((offsets == others).all())
