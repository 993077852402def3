"""The company's year: which days count for work, and which for signing contracts.

A duration is drawn in *active* days and laid over a calendar in which each day weighs more or less (a weekend
weighs nothing), so the chance of an event on a day is proportional to the day's weight.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesreport.sample.columns import Floats, Ints, datetimes, month_end, month_number

SIGNING_BY_MONTH = (0.75, 0.9, 1.15, 0.9, 1.0, 1.2, 0.85, 0.6, 1.15, 1.0, 1.15, 1.35)
"""How readily customers sign in each month: summer is slow, budgets are spent in December."""

QUARTER_END_DAYS, QUARTER_END_WEIGHT = 10, 3.0
"""In a quarter's last days this many times as many contracts are signed."""

QUARTER_START_DAYS, QUARTER_START_WEIGHT = 20, 0.6
"""In a quarter's first days there are fewer."""

_GROWTH_A_YEAR = 0.06
_WEEKDAY_WEIGHT = 7 / 5


class Calendar(NamedTuple):
    """Days with weights.

    Attributes:
        first: the first day, as a number. weight: of each day from then on; the last is the as-of date.
        passed: active days passed at the end of each day.
    """

    first: int
    weight: Floats
    passed: Floats

    @classmethod
    def of(cls, first: int, weight: Floats) -> "Calendar":
        """A calendar from its days' weights."""
        return cls(first, weight, np.cumsum(weight))

    def after(self, day: NDArray[np.int32], duration: Floats) -> Ints:
        """The day on which so many active days have passed since the end of a day: always a later one.

        A day after the calendar's last stands for every day the company does not know yet.

        Examples:
            >>> calendar = Calendar.of(0, np.array([1.0, 0.0, 0.5, 1.0]))
            >>> calendar.after(np.array([0, 0, 2], dtype=np.int32), np.array([0.2, 0.6, 9.0])).tolist()
            [2, 3, 4]
        """
        reached = self.passed[day - self.first] + duration
        return (np.searchsorted(self.passed, reached) + self.first).astype(np.int32)

    def draw(self, rng: np.random.Generator, count: int) -> Ints:
        """Days by their weight, in order."""
        per_day = rng.multinomial(count, self.weight / self.weight.sum())
        return (np.repeat(np.arange(len(self.weight)), per_day) + self.first).astype(np.int32)

    def working_day(self, day: NDArray[np.int32], earliest: NDArray[np.int32]) -> Ints:
        """The last day with any weight up to a day, but none before the earliest."""
        places = np.where(self.weight > 0, np.arange(len(self.weight)), 0)
        before = np.maximum.accumulate(places)[day - self.first] + self.first
        day_worked: Ints = np.maximum(before, earliest).astype(np.int32)
        return day_worked


def working_days(first: int, last: int) -> Calendar:
    """Every working day alike, fewer around Christmas; what a deal's ordinary steps follow."""
    days = np.arange(first, last + 1)
    return Calendar.of(first, _weekdays(days))


def new_deals(first: int, last: int) -> Calendar:
    """When deals begin: working days, slack in August, a little more each year."""
    days = np.arange(first, last + 1)
    month = month_number(days) % 12
    weight = _weekdays(days) * np.where(month == 7, 0.65, 1.0) * (1 + _GROWTH_A_YEAR) ** ((days - first) / 365.25)
    return Calendar.of(first, weight)


def signing_days(first: int, last: int) -> Calendar:
    """When contracts are signed: by month, and bunched at the quarter's end."""
    days = np.arange(first, last + 1)
    month = month_number(days)
    quarter = month - month % 3
    until_end = month_end(quarter + 2) - days
    since_start = days - month_end(quarter - 1) - 1
    weight = _weekdays(days) * np.array(SIGNING_BY_MONTH)[month % 12]
    weight[until_end < QUARTER_END_DAYS] *= QUARTER_END_WEIGHT
    weight[since_start < QUARTER_START_DAYS] *= QUARTER_START_WEIGHT
    return Calendar.of(first, weight)


def by_month(calendar: Calendar) -> pd.Series:
    """The mean weight of a day in each month of the year, relative to the mean of all."""
    days = np.arange(calendar.first, calendar.first + len(calendar.weight))
    month = month_number(days) % 12 + 1
    mean = pd.Series(calendar.weight).groupby(month).mean()
    return (mean / mean.mean()).rename_axis("month").rename("weight")


def _weekdays(days: NDArray[np.int64]) -> Floats:
    """Seven fifths on a weekday, nothing on a weekend or Christmas, little between the years."""
    weight = np.where((days + 3) % 7 < 5, _WEEKDAY_WEIGHT, 0.0)  # 1970-01-01 was a Thursday
    month_day = datetimes(days) - datetimes(days).astype("datetime64[M]") + np.timedelta64(1, "D")
    of_month = month_day.astype(np.int64)
    month = month_number(days) % 12 + 1
    weight[(month == 12) & (of_month >= 27)] *= 0.5
    weight[((month == 12) & np.isin(of_month, (25, 26))) | ((month == 1) & (of_month == 1))] = 0.0
    return weight
