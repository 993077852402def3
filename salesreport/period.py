"""Months, quarters, halves, years, weeks and spans of days; fiscal calendars; the period to compare with."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

from salesreport.errors import ConfigError
from salesreport.language import Day, Month, Text, text

Kind = Literal["year", "half", "quarter", "month", "week", "span"]

FORMS = "2017, 2017-H1, 2017-Q4, 2017-12, 2017-W50, 2017-01-01..2017-03-31"
"""The forms a period is written in."""

_MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}
_PATTERN = re.compile(
    r"(?P<year>\d{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|W(?P<week>\d{2})|(?P<month>\d{2})))?"
)


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of days, first and last included.

    Years, halves and quarters follow the fiscal calendar: with `fiscal_year_start=4`, `2017-Q1` is April to June
    2016, for a fiscal year is named after the calendar year it *ends* in (as pandas' `Q-MAR` does). Months and
    ISO weeks are the calendar's.

    Attributes:
        start: first day. end: last day. kind: what it is. name: its written form. fiscal_year_start: month, 1–12.
        whole: the period whose first days it is, where it is a part of one; see `as_far_as`.

    Examples:
        >>> quarter = Period.parse("2017-Q4")
        >>> quarter.start.isoformat(), quarter.end.isoformat(), quarter.days
        ('2017-10-01', '2017-12-31', 92)
        >>> quarter.previous().name, quarter.year_before().name
        ('2017-Q3', '2016-Q4')
        >>> [p.name for p in Period.parse("2017-02").trailing(3)]
        ['2016-12', '2017-01', '2017-02']
    """

    start: dt.date
    end: dt.date
    kind: Kind
    name: str
    fiscal_year_start: int = 1
    whole: "Period | None" = field(default=None, compare=False, repr=False)

    @classmethod
    def parse(cls, written: str | int, fiscal_year_start: int = 1) -> "Period":
        """Read a period as people write it.

        Args:
            written: one of `FORMS`.
            fiscal_year_start: the month a fiscal year starts in.

        Raises:
            ConfigError: not one of the forms, or days that do not exist.
        """
        written = str(written).strip()
        try:
            if ".." in written:
                start, end = (dt.date.fromisoformat(day.strip()) for day in written.split(".."))
                return cls.span(start, end, fiscal_year_start)
            match = _PATTERN.fullmatch(written.upper())
            if match is None:
                raise ValueError
            year = int(match["year"])
            if match["week"]:
                start = dt.date.fromisocalendar(year, int(match["week"]), 1)
                return cls(start, start + dt.timedelta(6), "week", f"{year}-W{match['week']}", fiscal_year_start)
            if match["month"]:
                return cls._months("month", dt.date(year, int(match["month"]), 1), fiscal_year_start)
            first = _first_of_fiscal_year(year, fiscal_year_start)
            if match["half"]:
                return cls._months("half", _add_months(first, 6 * (int(match["half"]) - 1)), fiscal_year_start)
            if match["quarter"]:
                return cls._months(
                    "quarter", _add_months(first, 3 * (int(match["quarter"]) - 1)), fiscal_year_start
                )
            return cls._months("year", first, fiscal_year_start)
        except ValueError:
            raise ConfigError(
                text("This is not a period."),
                found=written,
                expected=text("one of the forms {forms}", forms=FORMS),
            ) from None

    @classmethod
    def span(cls, start: dt.date, end: dt.date, fiscal_year_start: int = 1) -> "Period":
        """Any run of days.

        Raises:
            ValueError: it ends before it starts.
        """
        if end < start:
            raise ValueError("a period cannot end before it starts")
        return cls(start, end, "span", f"{start.isoformat()}..{end.isoformat()}", fiscal_year_start)

    @classmethod
    def of(cls, day: dt.date, kind: Kind, fiscal_year_start: int = 1) -> "Period":
        """The period of a kind that a day lies in.

        Examples:
            >>> Period.of(dt.date(2017, 5, 9), "quarter", fiscal_year_start=4).name
            '2018-Q1'
        """
        if isinstance(day, dt.datetime):
            day = day.date()
        if kind == "week":
            year, week, _ = day.isocalendar()
            return cls.parse(f"{year}-W{week:02d}", fiscal_year_start)
        if kind == "span":
            return cls.span(day, day, fiscal_year_start)
        months = _MONTHS[kind]
        since = (day.month - (1 if kind == "month" else fiscal_year_start)) % 12 % months
        return cls._months(kind, _add_months(day.replace(day=1), -since), fiscal_year_start)

    @classmethod
    def _months(cls, kind: Kind, start: dt.date, fiscal_year_start: int) -> "Period":
        end = _add_months(start, _MONTHS[kind]) - dt.timedelta(1)
        if kind == "month":
            name = f"{start:%Y-%m}"
        else:
            ends_next_year = 1 < fiscal_year_start <= start.month
            fiscal_year = start.year + 1 if ends_next_year else start.year
            number = (start.month - fiscal_year_start) % 12 // _MONTHS[kind] + 1
            name = {
                "year": f"{fiscal_year}",
                "half": f"{fiscal_year}-H{number}",
                "quarter": f"{fiscal_year}-Q{number}",
            }[kind]
        return cls(start, end, kind, name, fiscal_year_start)

    @property
    def file_name(self) -> str:
        """Its name as a part of a file's or folder's.

        Examples:
            >>> Period.parse("2017-Q4").file_name, Period.parse("2017-01-01..2017-03-31").file_name
            ('2017-Q4', '2017-01-01_2017-03-31')
        """
        return self.name.replace("..", "_")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    def previous(self, steps: int = 1) -> "Period":
        """The period before; of a span, the whole months before where it is whole months, else as many days."""
        if self.kind == "week":
            return Period.of(self.start - dt.timedelta(7 * steps), "week", self.fiscal_year_start)
        months = self._whole_months()
        if months is None:
            shift = dt.timedelta(self.days * steps)
            return Period.span(self.start - shift, self.end - shift, self.fiscal_year_start)
        start = _add_months(self.start, -months * steps)
        if self.kind == "span":
            return Period.span(start, _add_months(start, months) - dt.timedelta(1), self.fiscal_year_start)
        return Period._months(self.kind, start, self.fiscal_year_start)

    def year_before(self) -> "Period":
        """The same period one year earlier; of a week, the week of the same number (52 where there is no 53)."""
        if self.kind == "week":
            year, week, _ = self.start.isocalendar()
            weeks = dt.date(year - 1, 12, 28).isocalendar().week
            return Period.parse(f"{year - 1}-W{min(week, weeks):02d}", self.fiscal_year_start)
        start = _add_months(self.start, -12)
        if self.kind != "span":
            return Period._months(self.kind, start, self.fiscal_year_start)
        return Period.span(
            start, _add_months(self.end + dt.timedelta(1), -12) - dt.timedelta(1), self.fiscal_year_start
        )

    def comparison(self, compare_to: str, known_until: dt.date) -> "Period":
        """The period to compare with: `previous`, `year_before`, or one written out.

        Where this one is not over on the last day that is known, it is the other's part up to the same day; see
        `as_far_as`.

        Raises:
            ConfigError: neither of the words nor a period.
        """
        if compare_to == "previous":
            other = self.previous()
        elif compare_to == "year_before":
            other = self.year_before()
        else:
            other = Period.parse(compare_to, self.fiscal_year_start)
        return other.as_far_as(self, known_until)

    def as_far_as(self, period: "Period", day: dt.date) -> "Period":
        """This period up to the day that a period which is not over has come to; all of it where that one is over.

        Where both begin with a month, that is as many months, and the same day of the next one (its last day where
        it is shorter); else as many days.

        Examples:
            >>> year, quarter = Period.parse("2025"), Period.parse("2025-Q2")
            >>> print(year.previous().as_far_as(year, dt.date(2025, 6, 30)).label)
            2024 up to June 30
            >>> print(quarter.previous().as_far_as(quarter, dt.date(2025, 5, 30)).label)
            Q1 2025 up to February 28
            >>> quarter.previous().as_far_as(quarter, dt.date(2025, 6, 30)).name
            '2025-Q1'
        """
        if not period.start <= day < period.end:
            return self
        if self.start.day == period.start.day == 1 and "week" not in (self.kind, period.kind):
            after = day + dt.timedelta(1)
            months = (after.year - period.start.year) * 12 + after.month - period.start.month
            next_month = _add_months(self.start, months + 1)
            end = min(_add_months(self.start, months) + dt.timedelta(after.day - 1), next_month)
        else:
            end = self.start + (day - period.start) + dt.timedelta(1)
        return self.until(end - dt.timedelta(1))

    def until(self, day: dt.date) -> "Period":
        """The days of the period up to a day, which is not before its first."""
        if day >= self.end:
            return self
        return replace(Period.span(self.start, day, self.fiscal_year_start), whole=self.whole or self)

    def a_year(self) -> "Period":
        """The period, or where it is shorter the twelve months up to its end.

        Examples:
            >>> Period.parse("2017-Q2").a_year().name, Period.parse("2017-Q4").a_year().name
            ('2016-07-01..2017-06-30', '2017')
        """
        start = _add_months(self.end + dt.timedelta(1), -12)
        if self.start <= start:
            return self
        year = Period.of(self.end, "year", self.fiscal_year_start)
        if (year.start, year.end) == (start, self.end):
            return year
        return Period.span(start, self.end, self.fiscal_year_start)

    def trailing(self, count: int) -> list["Period"]:
        """This period and those before it, the oldest first, `count` in all."""
        return [self.previous(steps) if steps else self for steps in range(count - 1, -1, -1)]

    def mask(self, days: pd.Series) -> pd.Series:
        """Which of some dates or instants lie in it; missing ones do not.

        Args:
            days: a series of `datetime64`, with or without a time zone (taken in its own zone).
        """
        first, after = pd.Timestamp(self.start), pd.Timestamp(self.end) + pd.Timedelta(days=1)
        if days.dt.tz is not None:
            first, after = first.tz_localize(days.dt.tz), after.tz_localize(days.dt.tz)
        return (days >= first) & (days < after)

    @property
    def label(self) -> Text:
        """How a report names it; to be said in a language."""
        if self.whole is not None and self.whole.kind != "span":
            return text("{period} up to {day}", period=self.whole.label, day=Day(self.end))
        fiscal, year, number = self.fiscal_year_start != 1, self.name[:4], self.name[-1]
        match self.kind:
            case "year":
                return text("FY {year}", year=year) if fiscal else Text(year)
            case "half" if fiscal:
                return text("H{number} FY {year}", number=number, year=year)
            case "half":
                return text("H{number} {year}", number=number, year=year)
            case "quarter" if fiscal:
                return text("Q{number} FY {year}", number=number, year=year)
            case "quarter":
                return text("Q{number} {year}", number=number, year=year)
            case "month":
                return Text("{month}", fields={"month": Month(self.start)})
            case "week":
                return text("week {week}, {year}", week=str(int(self.name[-2:])), year=year)
        if self._whole_months() is not None:
            return text("{start} to {end}", start=Month(self.start), end=Month(self.end))
        return text("the days from {start} to {end}", start=self.start, end=self.end)

    @property
    def short_label(self) -> Text:
        """How an axis names it."""
        if self.whole is not None and self.whole.kind != "span":
            return text("{period} up to {day}", period=self.whole.short_label, day=Day(self.end, short=True))
        year, number = self.name[2:4], self.name[-1]
        match self.kind:
            case "half":
                return text("H{number} ’{year}", number=number, year=year)
            case "quarter":
                return text("Q{number} ’{year}", number=number, year=year)
            case "month":
                return Text("{month}", fields={"month": Month(self.start, short=True)})
            case "week":
                return text("wk {week}", week=str(int(self.name[-2:])))
            case "span":
                return text("from {day}", day=self.start)
        return self.label

    def _whole_months(self) -> int | None:
        """How many whole months it is made of, or None."""
        after = self.end + dt.timedelta(1)
        if self.start.day != 1 or after.day != 1:
            return None
        return (after.year - self.start.year) * 12 + after.month - self.start.month


def _first_of_fiscal_year(year: int, fiscal_year_start: int) -> dt.date:
    return dt.date(year if fiscal_year_start == 1 else year - 1, fiscal_year_start, 1)


def _add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month some months on; the last day where the month is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
