"""How often the intervals of a comparison hold the truth, whoever has most deals and however high rates are.

A team has `DEALS` deals, of which one rep has a part and the others share the rest. The rep's rate and that of all
others are fixed at a middling deal; in twenty strata deals are easier or harder for everybody. The comparison is
the product's own: with the others that are no different themselves, exact where numbers are small.
"""

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from salesreport.kpi.anomalies.family import APART, SPARSE
from salesreport.stats.intervals import Array
from salesreport.stats.reference import compare_in_pools

DEALS = 800

TEAMS = (2, 3, 5, 7, 25)

STRATA = (1, 20)

SHARES = (0.05, 0.2, 0.5, 0.8, 0.9)
"""The part of the deals that the rep has."""

RATES = (0.02, 0.1, 0.5, 0.9, 0.98)

PAIRS = tuple(
    (own, others) for own, others in product(RATES, RATES) if others < 0.5 or (others == 0.5 and own <= 0.5)
)
"""The rep's rate and that of the others; the rest are these with successes for failures, which changes nothing."""

HARDER = 0.7
"""Standard deviation of strata in log odds."""

LOW, HIGH = 0.93, 0.97
"""How often an interval of 95 % should hold the truth."""

Task = tuple[int, int, float]
"""Team, strata, share."""

TASKS: tuple[Task, ...] = tuple(product(TEAMS, STRATA, SHARES))


class Held(NamedTuple):
    """What intervals of a task did, by pair of rates.

    Attributes:
        difference, ratio: how many held the truth. differences, ratios: how many there were. runs: comparisons.
        fewest: events to be expected on the side with fewer: successes or failures, of the rep or the others.
    """

    difference: Array
    differences: Array
    ratio: Array
    ratios: Array
    runs: int
    fewest: Array

    @property
    def share(self) -> Array:
        """How often the difference's interval held, by pair."""
        return self.difference / self.differences

    @property
    def ratio_share(self) -> Array:
        """How often the odds ratio's held, by pair; NaN where there was none."""
        return self.ratio / np.where(self.ratios > 0, self.ratios, np.nan)


def held(task: Task, seeds: Iterable[int]) -> Array:
    """Runs × (pairs · 4): whether either interval held the truth, and whether there was one."""
    runs = list(seeds)
    start = [TASKS.index(task), runs[0]]
    columns = [_pair(np.random.default_rng([*start, at]), task, *pair, len(runs)) for at, pair in enumerate(PAIRS)]
    return np.concatenate(columns, axis=1)


def summed(task: Task, found: Array) -> Held:
    """What runs of a task come to."""
    parts = found.reshape(len(found), len(PAIRS), 4).sum(axis=0)
    own = np.array([np.minimum(rate, 1 - rate) for rate, _ in PAIRS]) * DEALS * task[2]
    others = np.array([np.minimum(rate, 1 - rate) for _, rate in PAIRS]) * DEALS * (1 - task[2])
    return Held(*parts.T, len(found), np.minimum(own, others))


def _pair(random: np.random.Generator, task: Task, own: float, others: float, runs: int) -> Array:
    """Runs × (held, there; of difference and odds ratio)."""
    team, strata, share = task
    mine = round(DEALS * share)
    rep = np.concatenate([np.zeros(mine, np.intp), 1 + np.arange(DEALS - mine) % (team - 1)])
    harder = random.normal(0, HARDER, (runs, strata)) if strata > 1 else np.zeros((runs, 1))
    rates = expit(logit([own, others])[:, None, None] + harder)  # side × runs × strata
    mix = random.dirichlet(np.full(strata, 8.0), runs).cumsum(axis=1)
    stratum = (random.random((runs, DEALS))[:, :, None] > mix[:, None, :-1]).sum(axis=2)
    run = np.arange(runs)[:, None]
    won = random.random((runs, DEALS)) < rates[np.minimum(rep, 1), run, stratum]
    found = compare_in_pools(
        np.repeat(np.arange(runs), DEALS), np.tile(rep, runs), (stratum + strata * run).ravel(), won.ravel(),
        level=APART, criterion=SPARSE,
    )  # fmt: skip
    measure = np.zeros((runs, team), bool)
    measure[found.pool, found.group] = found.ordinary
    measure[:, 0] = False  # nobody is compared with oneself
    n, m = (
        np.bincount((stratum + strata * run)[side], minlength=runs * strata).reshape(runs, strata)
        for side in (np.broadcast_to(rep == 0, stratum.shape), measure[run, rep])
    )
    weight = n * m / np.maximum(n + m, 1)
    gap = (weight * (rates[0] - rates[1])).sum(axis=1) / weight.sum(axis=1)
    made, first = found.comparison, found.group == 0
    ratio = own / (1 - own) / (others / (1 - others))
    return np.stack(
        [
            *_inside(made.difference_lower[first], gap, made.difference_upper[first]),
            *_inside(made.lower[first], np.full(runs, ratio), made.upper[first]),
        ],
        axis=1,
    ).astype(float)


def _inside(lower: Array, truth: Array, upper: Array) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    there = ~np.isnan(lower) & ~np.isnan(upper)
    near = 1e-9 * (1 + np.abs(truth))  # a bound that is the truth itself holds it
    return there & (lower <= truth + near) & (truth - near <= upper), there
