"""How far ahead: `2Q`, `3M`, `1H` as the periods to forecast, or to try forecasts of the past on."""

import calendar
import datetime as dt
import re
from typing import Literal, NamedTuple

from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.period import Kind, Period

Every = Literal["month", "week"]

_KINDS: dict[str, Kind] = {"W": "week", "M": "month", "Q": "quarter", "H": "half", "Y": "year"}
_MONTHS = {"M": 1, "Q": 3, "H": 6, "Y": 12}
_WEEKS = {"W": 1, "M": 4, "Q": 13, "H": 26, "Y": 52}
_LONGEST = 730
"""Days: further ahead nothing that is known today counts."""


class Horizon(NamedTuple):
    """A number of periods of one kind.

    Attributes:
        number: how many. unit: W, M, Q, H or Y.
    """

    number: int
    unit: str

    @classmethod
    def parse(cls, written: str, key: str = "--horizon") -> "Horizon":
        """Read a horizon as people write it.

        Args:
            written: such as `2Q`. key: where it was written, for messages.

        Raises:
            ConfigError: not of that form, or more than two years.

        Examples:
            >>> Horizon.parse("2q")
            Horizon(number=2, unit='Q')
        """
        match = re.fullmatch(r"([1-9]\d{0,2})([WMQHY])", written.strip().upper())
        if match is None or int(match[1]) * _WEEKS[match[2]] * 7 > _LONGEST:
            raise ConfigError(
                text("This is no horizon."),
                key=key,
                found=written,
                expected=text("up to two years, in the form {form}", form="2Q, 3M, 8W, 1H, 1Y"),
            )
        return cls(int(match[1]), match[2])

    def periods(self, as_of: dt.date, fiscal_year_start: int = 1) -> list[Period]:
        """The periods from the day after the as-of date on; the first may have begun.

        Examples:
            >>> [period.name for period in Horizon(2, "Q").periods(dt.date(2025, 11, 15))]
            ['2025-Q4', '2026-Q1']
            >>> [period.name for period in Horizon(2, "Q").periods(dt.date(2025, 12, 31))]
            ['2026-Q1', '2026-Q2']
        """
        first = Period.of(as_of + dt.timedelta(1), _KINDS[self.unit], fiscal_year_start)
        return [first.previous(-step) if step else first for step in range(self.number)]

    def span(self, as_of: dt.date, every: Every) -> Period:
        """The days after an as-of date that a trial is about: whole months after a month's end, or whole week."""
        start = as_of + dt.timedelta(1)
        if every == "week":
            return Period.span(start, start + dt.timedelta(7 * _WEEKS[self.unit] * self.number - 1))
        if self.unit == "W":
            return Period.span(start, start + dt.timedelta(7 * self.number - 1))
        months = start.year * 12 + start.month - 1 + _MONTHS[self.unit] * self.number
        return Period.span(start, dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(1))


def looks(first: dt.date, last: dt.date, every: Every) -> list[dt.date]:
    """The ends of months, or Sundays, from one day to another.

    Examples:
        >>> [day.isoformat() for day in looks(dt.date(2025, 1, 15), dt.date(2025, 3, 31), "month")]
        ['2025-01-31', '2025-02-28', '2025-03-31']
    """
    days = [first + dt.timedelta(step) for step in range((last - first).days + 1)]
    if every == "week":
        return [day for day in days if day.weekday() == calendar.SUNDAY]
    return [day for day in days if (day + dt.timedelta(1)).day == 1]
