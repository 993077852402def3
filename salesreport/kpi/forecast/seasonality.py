"""How readily deals move on each day: by month of the year and by how far the quarter is, learnt from the past."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.forecast.shrink import shrunk_ratio

Whole = npt.NDArray[np.int64]

_MONTHS = 12
_FROM_START, _UNTIL_END = (10, 20, 45), (5, 10, 20)
"""Days since a quarter's start, and until its end, at which another part of it begins."""

_PARTS = len(_FROM_START) + len(_UNTIL_END) + 1
_ROUNDS = 3


class Season(NamedTuple):
    """Weights of days.

    Attributes:
        month: by month of the year. part: by part of the quarter. fiscal_year_start: the month a year starts in.
    """

    month: Numbers
    part: Numbers
    fiscal_year_start: int

    def of(self, days: Whole) -> Numbers:
        """The weight of each day, given as days since 1970-01-01; 1 is an average day."""
        month, part = places(days, self.fiscal_year_start)
        return self.month[month] * self.part[part]


def flat(fiscal_year_start: int) -> Season:
    """Every day alike."""
    return Season(np.ones(_MONTHS), np.ones(_PARTS), fiscal_year_start)


def learn(days: Whole, observed: Numbers, expected: Numbers, fiscal_year_start: int) -> Season:
    """Weights from how many moves there were each day against how many every day alike would have had.

    A part of a quarter that was seen once may have been a good one by chance: its ratio to the rest counts by
    n ÷ (n + 1), n being the number of quarters it was seen in. A month that was seen in one year may owe it to
    the trend (a business that began in October had few deals then), so the first year counts nothing: (n − 1) ÷ n.

    Args:
        days: in order, without gaps. observed, expected: moves on each day.
        fiscal_year_start: the month a year starts in; quarters follow it.
    """
    season = flat(fiscal_year_start)
    if expected.sum() <= 0 or observed.sum() <= 0:
        return season
    expected = expected * (observed.sum() / expected.sum())
    month, part = places(days, fiscal_year_start)
    since = np.arange(len(days))
    years = _times_seen(month, since / 365.25, _MONTHS)
    quarters = _times_seen(part, since / 91.3125, _PARTS)
    by_month, by_part = season.month, season.part
    for _ in range(_ROUNDS):
        by_part = _ratio(part, observed, expected * by_month[month], _PARTS, quarters)
        by_month = _ratio(month, observed, expected * by_part[part], _MONTHS, np.maximum(years - 1, 0.0))
    weight = by_month[month] * by_part[part]
    mean = (weight * expected).sum() / expected.sum()
    return Season(by_month / mean, by_part, fiscal_year_start)


def places(days: Whole, fiscal_year_start: int) -> tuple[Positions, Positions]:
    """The month of the year of each day (0: January), and the part of the quarter it lies in."""
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    number = months.astype(np.int64)  # months since January 1970
    in_quarter = (number - (fiscal_year_start - 1)) % 3
    start = (months - in_quarter).astype("datetime64[D]").astype(np.int64)
    end = (months - in_quarter + 3).astype("datetime64[D]").astype(np.int64)
    from_start = np.searchsorted(_FROM_START, days - start, side="right")
    until_end = np.searchsorted(_UNTIL_END, end - 1 - days, side="right")
    late = until_end < len(_UNTIL_END)
    return number % _MONTHS, np.where(late, len(_FROM_START) + 1 + until_end, from_start)


def _ratio(place: Positions, observed: Numbers, expected: Numbers, size: int, times: Numbers) -> Numbers:
    had = np.bincount(place, weights=observed, minlength=size).astype(float)
    could = np.bincount(place, weights=expected, minlength=size).astype(float)
    could *= had.sum() / max(could.sum(), 1e-12)
    return shrunk_ratio(had, could, times / (times + 1))


def _times_seen(place: Positions, turn: Numbers, size: int) -> Numbers:
    """In how many turns (years, quarters) each place was seen."""
    pairs = np.unique(turn.astype(np.int64) * size + place)
    return np.bincount(pairs % size, minlength=size).astype(float)
