"""What is a rep's own: odds at each milestone, conversions, sizes of deals, each drawn to the team's by chance."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.forecast.forecast import Learnt
from salesreport.kpi.forecast.hazards import WINDOW
from salesreport.kpi.forecast.shrink import log_odds_effects
from salesreport.kpi.milestones.journeys import ADVANCED, LOST, WON


def tilts_of(model: Learnt, places: int) -> dict[str, Numbers]:
    """How much each rep's log-odds of going on differ at each milestone from what his overall effect says."""
    ways, hazards, effects = model.ways, model.hazards, model.effects
    reps = ways.rep.categories
    tilt = np.zeros((len(reps) + 1, places))
    seen = ways.dated & (ways.last > ways.day - WINDOW) & np.isin(ways.outcome, (ADVANCED, LOST, WON))
    for place in range(places):
        left = np.flatnonzero(seen & (ways.state == place))
        if not len(left):
            continue
        rate = hazards.rate[place, hazards.bins(place, ways.age[left])]
        forward = rate[:, ADVANCED] + rate[:, WON]
        share = np.clip(forward / np.maximum(forward + rate[:, LOST], 1e-12), 0.001, 0.999)
        offset = logit(share) + effects.shift(ways.deal[left], ways.rep.take(left))
        moved = ways.outcome[left] != LOST
        tilt[:, place] = log_odds_effects(moved, offset, [(ways.rep.codes[left], len(reps))])[0][0].value
    return {str(rep): tilt[number] for number, rep in enumerate(reps)}


class Left(NamedTuple):
    """How many deals of everybody left each milestone of late: forward, and lost.

    The last element is of deals as a whole: won, and lost. Those that were entered only when they were won are
    left out there: nobody begins a deal so.
    """

    on: list[int]
    lost: list[int]


def left_of(model: Learnt, places: int) -> Left:
    """How many deals of everybody left each milestone of late."""
    ways = model.ways
    seen = ways.dated & (ways.last > ways.day - WINDOW)
    forward, lost = seen & np.isin(ways.outcome, (ADVANCED, WON)), seen & (ways.outcome == LOST)
    won = seen & (ways.outcome == WON) & ~(ways.begins & (ways.last == ways.entered))
    on, off = (np.bincount(ways.state[rows], minlength=places)[:places].tolist() for rows in (forward, lost))
    return Left([*on, int(won.sum())], [*off, int(lost.sum())])


def conversions_of(left: Left, tilt: Numbers, weight: Numbers, shift: Numbers) -> Numbers:
    """The share of those that leave each milestone forward, in the end: the team's odds, moved to the rep's.

    The last element is of deals as a whole, by their odds alone.
    """
    usual, tilt = np.full(len(left.on), np.nan), np.append(tilt, 0.0)
    for place, (on, lost) in enumerate(zip(*left, strict=True)):
        if not on + lost:
            continue
        odds = logit(np.clip(on / (on + lost), 1e-6, 1 - 1e-6)) + tilt[place]
        usual[place] = float(weight @ (expit(odds + shift))) if len(shift) else on / (on + lost)
    return usual


def own_sizes(facts: Facts, model: Learnt) -> dict[str, float]:
    """By which factor a rep's deals are larger than such deals of others, drawn to 1 as far as that is chance."""
    known, sizes = facts.known(facts.as_of), model.sizes
    on = np.datetime64(facts.as_of, "D")
    won = np.flatnonzero(known.won & (known.closed_on > on - np.timedelta64(730, "D")) & (known.amount > 0))
    usual = sizes.usual[won]
    ratio = known.amount[won] / np.maximum(usual, 1e-12)
    reps = facts.dimensions.of("deals", "rep_id")
    codes = reps.codes[won]
    n = np.bincount(codes[codes >= 0], minlength=len(reps.categories)).astype(float)
    mean = np.bincount(codes[codes >= 0], weights=ratio[codes >= 0], minlength=len(n)) / np.maximum(n, 1)
    heard = n > 0
    if heard.sum() < 3 or len(won) < 30:
        return {}
    error = ratio.var() / np.maximum(n, 1)
    weight = np.where(heard, 1 / np.maximum(error, 1e-12), 0.0)
    middle = float(weight @ mean / weight.sum())
    excess = float(weight @ (mean - middle) ** 2) - (heard.sum() - 1)
    between_reps = max(0.0, excess / float(weight.sum() - (weight**2).sum() / weight.sum()))
    shrunk = 1 + (mean / middle - 1) * between_reps / np.maximum(between_reps + error, 1e-12)
    return {str(rep): float(value) for rep, value in zip(reps.categories[heard], shrunk[heard], strict=True)}
