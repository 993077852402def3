"""How far forecasts made on earlier days were off: the shocks that all deals share, and those of each rep's."""

from typing import NamedTuple

import numpy as np

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.forecast import arrivals, hazards
from salesreport.kpi.forecast.curves import compose
from salesreport.kpi.forecast.effects import Effects
from salesreport.kpi.forecast.hazards import Counts
from salesreport.kpi.forecast.ways import Ways
from salesreport.kpi.milestones.journeys import WON

_LOOKS, _APART = 8, 30
"""How many earlier forecasts are looked at, at most, and how many days they lie apart."""

_LEARNING = 200
_FEWEST_WON = 30
"""An earlier forecast counts only with so many days and deals won before it."""

_USUAL, _USUAL_WEIGHT = 0.06, 2.0
"""The spread that is assumed with no earlier forecast, and how many of them that weighs."""

_OVERLAP = 0.5
"""Looks that overlap count as so many each."""

_FADE = 0.7
"""What the look before counts against the one after it."""


class Drift(NamedTuple):
    """How wins differ from what was expected, beyond what each deal's chance explains.

    Attributes:
        level: wins ÷ expected wins, shrunk to 1. spread: its relative standard deviation from one forecast to
            the next. rep_spread: likewise between reps, around everybody's. looks: how many forecasts it rests on.
        ratios: of each of them, the latest first: wins ÷ expected wins. days: how far they looked ahead.
    """

    level: float
    spread: float
    rep_spread: float
    looks: int
    ratios: tuple[float, ...] = ()
    days: int = 0


def learn(
    facts: Facts, ways: Ways, counts: Counts, effects: Effects, horizon: int, fiscal_year_start: int = 1
) -> Drift:
    """Make the forecast again as of earlier days and compare with what came by now.

    Args:
        facts, ways, counts, effects: as known at the as-of date. horizon: days the forecast looks ahead.
        fiscal_year_start: for seasons.
    """
    ahead = min(horizon, 92)
    came, could = [], []
    for look in range(_LOOKS):
        day = ways.day - ahead - _APART * look
        wins = (ways.outcome == WON) & (ways.last <= day)
        if day - counts.first < _LEARNING or wins.sum() < _FEWEST_WON:
            break
        had, expected = _look_back(facts, ways, counts, effects, day, ahead, fiscal_year_start)
        came.append(had)
        could.append(expected)
    least = 1 / max(float((ways.outcome == WON).sum()), 1.0) + 0.02**2
    if not came:
        return Drift(1.0, float(np.sqrt(_USUAL**2 + least)), 0.15, 0)
    had, expected = np.array(came), np.array(could)
    total, mean = had.sum(axis=1), np.maximum(expected.sum(axis=1), 1e-12)
    looks = len(total) * _OVERLAP
    ratio, chance = total / mean, 1 / mean
    beyond = ((ratio - 1) ** 2 - chance).mean()
    variance = (max(beyond, 0.0) * looks + _USUAL**2 * _USUAL_WEIGHT) / (looks + _USUAL_WEIGHT)
    # the latest looks say most; they are trusted as far as forecasts were off by more than chance
    weight = _FADE ** np.arange(len(ratio))
    lately = float((ratio * weight).sum() / weight.sum())
    trust = max(beyond, 0.0) / (max(beyond, 0.0) + float((chance * weight).sum() / weight.sum()) + _USUAL**2)
    level = 1 + trust * (float(np.clip(lately, 0.3, 3.0)) - 1)
    # reps, against what everybody's forecast was off
    fair = expected * (total / mean)[:, None]
    between = (((had - fair) ** 2 - fair).sum() / max((fair**2).sum(), 1e-12)) if fair.size else 0.0
    spread, apart = float(np.sqrt(max(variance, least))), float(np.sqrt(max(between, 0.05**2)))
    return Drift(level, spread, apart, len(total), tuple(ratio.tolist()), ahead)


def _look_back(
    facts: Facts, ways: Ways, counts: Counts, effects: Effects, day: int, ahead: int, fiscal_year_start: int
) -> tuple[Numbers, Numbers]:
    """Wins by rep within some days after a day, and how many the forecast of that day expected."""
    learnt = hazards.fit(counts, day, fiscal_year_start)
    standing = ways.going_on(day)
    age = day - ways.entered[standing]
    oldest = np.zeros(ways.states, np.int64)
    np.maximum.at(oldest, ways.state[standing], age)
    curves = compose(learnt, day, [(day + 1, day + ahead)], oldest, paces=False)
    shift = effects.shift(ways.deal[standing], ways.rep.take(standing))
    chance = curves.of(ways.state[standing], age, shift, np.ones(len(standing)))[:, 0]
    new = arrivals.learn(facts, ways, day, fiscal_year_start)
    number = new.expected(day, ahead)
    arriving = curves.arriving(new.state, effects.shift(new.deal, new.rep), number / max(number.sum(), 1e-12))
    size = len(ways.rep.categories) + 1
    expected = np.bincount(ways.rep.codes[standing] % size, weights=chance, minlength=size).astype(float)
    reps = np.append(ways.rep.categories.get_indexer(new.rep.categories), -1)[new.rep.codes]
    expected += np.bincount(reps % size, weights=arriving[:, 0] * new.weight * number.sum(), minlength=size)
    won = (ways.outcome == WON) & (ways.last > day) & (ways.last <= day + ahead)
    had = np.bincount(ways.rep.codes[won] % size, minlength=size).astype(float)
    return had, expected
