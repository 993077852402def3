"""Deals that are not there yet: how many will come, and who will get what kind of deal."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.forecast import seasonality
from salesreport.kpi.forecast.seasonality import Season
from salesreport.kpi.forecast.ways import Ways

_HALF_LIFE = 120.0
"""Days after which an arrival counts half for how many come now."""

_LIKE = 365
"""Deals that come are like those of so many days before: of these reps, in these states, of these kinds."""

_DAMPING = 0.5
"""The part of last year's growth that goes on."""

_LEAST_SPREAD = 0.03

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Arrivals:
    """How many deals come, and like which.

    Attributes:
        daily: deals that come on a day of average season, now. growth: by which factor a year changes that.
        season: when they come. spread: standard deviation of their number over a quarter, relative to its mean,
            beyond what chance has it.
        deal: rows of table `deals`, of deals like which they are. state: where each began. rep: whose it was.
        weight: of each, adding up to 1. n: how many came in the year before.
    """

    daily: float
    growth: float
    season: Season
    spread: float
    deal: Positions
    state: Positions
    rep: pd.Categorical
    weight: Numbers
    n: int

    def expected(self, day: int, horizon: int) -> Numbers:
        """How many come on each day from the as-of date (none more on it) to the horizon."""
        ahead = np.arange(horizon + 1)
        number = self.daily * self.growth ** (ahead / 365.25) * self.season.of(day + ahead)
        number[0] = 0.0
        return number


def learn(facts: Facts, ways: Ways, day: int, fiscal_year_start: int = 1) -> Arrivals:
    """Learn from the deals that came up to a day.

    Args:
        facts: for who has left. ways: known at that day or a later one. day: since 1970-01-01.
        fiscal_year_start: for the season.
    """
    came = np.flatnonzero(ways.begins & (ways.entered <= day))
    first = int(ways.entered[came].min(initial=day))
    start = max(first, day - 3 * 365 + 1)
    calendar = np.arange(start, day + 1)
    number = np.bincount(ways.entered[came][ways.entered[came] >= start] - start, minlength=len(calendar))
    season = seasonality.learn(calendar, number.astype(float), _level(number, calendar), fiscal_year_start)
    weight = season.of(calendar)
    usual = number / np.maximum(weight, 0.05)
    fade = 0.5 ** ((day - calendar) / _HALF_LIFE)
    daily = float((number * fade).sum() / max((weight * fade).sum(), 1e-12))
    growth = _growth(usual)

    year = ways.entered[came] > day - _LIKE
    like = came[year]
    weights = 0.5 ** ((day - ways.entered[like]) / _HALF_LIFE)
    weights = np.where(_gone(facts, ways.rep_first, day)[ways.rep_first.codes[like]], 0.0, weights)
    weights = weights / weights.sum() if weights.sum() > 0 else np.full(len(like), 1 / max(len(like), 1))
    return Arrivals(
        daily,
        growth,
        season,
        _spread(number, weight),
        ways.deal[like],
        ways.state[like],
        ways.rep_first.take(like),
        weights,
        len(like),
    )


def _level(number: Whole, calendar: Whole) -> Numbers:
    """A slowly changing mean around each day: over a year, so that no season is in it."""
    reach = 182
    total = np.append(0.0, np.cumsum(number))
    low, high = (
        np.maximum(np.arange(len(calendar)) - reach, 0),
        np.minimum(np.arange(len(calendar)) + reach + 1, len(calendar)),
    )
    return np.maximum((total[high] - total[low]) / (high - low), 1e-9)


def _growth(usual: Numbers) -> float:
    """By which factor the last half year exceeds the one before, as far as that is no chance, damped."""
    half = 182
    if len(usual) < 2 * half:
        return 1.0
    now, before = usual[-half:].sum(), usual[-2 * half : -half].sum()
    if min(now, before) < 1:
        return 1.0
    change = np.log(now / before) * 2  # a year has two halves
    error = 4 * (1 / now + 1 / before + 2 * _LEAST_SPREAD**2)
    return float(np.exp(np.clip(_DAMPING * change * change**2 / (change**2 + error), -0.3, 0.3)))


def _spread(number: Whole, weight: Numbers) -> float:
    """How far the arrivals of a quarter lay from what the two quarters before promised, beyond chance."""
    ahead = 91
    total, weights = np.append(0, np.cumsum(number)), np.append(0.0, np.cumsum(weight))
    end = np.arange(len(number) - ahead, 2 * ahead - 1, -ahead // 3)
    if len(end) < 3:
        return 0.15
    had = total[end + ahead] - total[end]
    could = (total[end] - total[end - 2 * ahead]) * (
        (weights[end + ahead] - weights[end]) / np.maximum(weights[end] - weights[end - 2 * ahead], 1e-9)
    )
    good = could > 0
    if good.sum() < 3:
        return 0.15
    beyond = ((had[good] - could[good]) ** 2 - 1.5 * could[good]).sum() / (could[good] ** 2).sum()
    return float(np.sqrt(max(beyond, _LEAST_SPREAD**2)))


def _gone(facts: Facts, rep: pd.Categorical, day: int) -> npt.NDArray[np.bool_]:
    """Which reps had left by a day; the last one: nobody."""
    left = facts.reps.set_index("rep_id")["left_on"].reindex(rep.categories).to_numpy("datetime64[D]")
    return np.append(left <= np.datetime64(day, "D"), False)
