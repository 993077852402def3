"""From the goal backwards: how much more has to be won for an even chance, and how likely the goal is."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Numbers
from salesreport.plan.chains import Chains
from salesreport.plan.course import Course, Samples, sums_of

_TIMES = 3
"""Each simulated future of the open deals is looked at with so many of the new ones."""

_STEPS = 18
_MOST = 20.0
"""So many times the goal, or a deal, at most is looked for."""

BAND = 0.8
"""How often the interval of what is needed holds what it turns out to take."""


class Need(NamedTuple):
    """What one rep needs; arrays have an element per row (segment) of his.

    Attributes:
        gap: goal less what is booked, orders without a deal and open deals, on average; below 0: more than enough.
        planned: what must be won beyond that for an even chance; wins: the deals that is.
        factor_lower, factor_upper: what it may turn out to take (80 of 100 times), ÷ `planned` of all rows; where
            nothing is planned, in the metric's unit.
        chance_open: of reaching the goal with what is open alone; chance_usual: with as many new deals as usual;
            chance_plan: with what is planned.
        possible: whether anything that can still be begun is won in time.
    """

    gap: Numbers
    planned: Numbers
    wins: Numbers
    lower: float
    upper: float
    chance_open: float
    chance_usual: float
    chance_plan: float
    possible: bool


def need_of(course: Course, rows: list[int], goals: Numbers, chains: Chains, seed: int) -> Need:
    """Find out what one rep has to win beyond what comes by itself.

    What is planned is such that the goal is reached in half of the simulated futures. It is not just the mean gap:
    sums of a few deals of very uneven size are below their mean more often than above it.

    Args:
        course: what comes by itself. rows: the rep's rows in it and in the chains. goals: of each of these.
        chains: how deals get on. seed: of the simulation.
    """
    goal = float(goals.sum())
    base = course.booked[rows].sum() + (course.opened[rows] + course.repeat[rows]).sum(axis=0)
    usual = base + course.usual[rows].sum(axis=0)
    factor = course.factor[rows[0]]
    mean = course.booked[rows] + (course.opened[rows] + course.repeat[rows]).mean(axis=1)
    gap = goals - mean
    money, able, spread = *worth_of(course, rows, chains), chains.spread
    share = parts_of_gap(gap, goals, able)
    short = np.maximum(goal - base, 0.0)
    planned = 0.0
    if able.any() and chance_of(base, goal) < 0.5:
        planned = _for_even_chance(base, factor, goal, share, money, spread, seed)
    lower, upper = (
        np.quantile(short / factor, [(1 - BAND) / 2, (1 + BAND) / 2]) if able.any() else (np.nan, np.nan)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        wins = np.where(able, planned * share / money, 0.0)
    brought = brings(wins, money, spread, factor, seed + 1)
    return Need(
        gap,
        planned * share,
        wins,
        min(float(lower), planned),
        max(float(upper), planned),
        chance_of(base, goal),
        chance_of(usual, goal),
        chance_of(np.tile(base, _TIMES) + brought, goal),
        bool(able.any()),
    )


def worth_of(course: Course, rows: list[int], chains: Chains) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """What a further deal of each row brings, in the metric's unit; and whether one can be won in time."""
    money = np.array([chains.chains[row].money for row in rows]) * course.per_amount[rows]
    chance = np.array([chains.chains[row].chance[chains.in_time].max(initial=0.0) for row in rows])
    return np.nan_to_num(money), (chance > 1e-6) & (money > 0)


def parts_of_gap(gap: Numbers, goals: Numbers, able: npt.NDArray[np.bool_]) -> Numbers:
    """How what is planned is spread over rows: by their gaps, where none has one by their goals; adding up to 1.

    Examples:
        >>> parts_of_gap(np.array([30.0, -5.0, 10.0]), np.ones(3), np.ones(3, bool))
        array([0.75, 0.  , 0.25])
    """
    for weight in (np.maximum(gap, 0.0), goals, np.ones(len(gap))):
        part = np.where(able, weight, 0.0)
        if part.sum() > 0:
            return part / part.sum()
    return np.zeros(len(gap))


def chance_of(brought: Samples, goal: float) -> float:
    """The share of futures that reach a goal (to half a cent).

    Examples:
        >>> chance_of(np.array([90.0, 100.0, 120.0, 80.0]), 100.0)
        0.5
    """
    return int(np.count_nonzero(brought >= goal - 0.005)) / len(brought)


def brings(wins: Numbers, money: Numbers, spread: float, factor: Numbers, seed: int) -> Samples:
    """What further deals bring: by row Poisson many wins around an expected number, of gamma distributed amounts.

    Args:
        wins: expected, by row. money: mean amount of each, by row. spread: its coefficient of variation.
        factor: the shocks of paths that all chances share.

    Returns:
        The sum over rows: as many as `_TIMES` × paths.
    """
    return _brought(np.random.default_rng([seed, 3]), wins, money, spread, np.tile(factor, _TIMES))


def _brought(rng: np.random.Generator, wins: Numbers, money: Numbers, spread: float, moved: Numbers) -> Samples:
    """As `brings`, of shocks that are there `_TIMES` already."""
    total = np.zeros(len(moved))
    for expected, amount in zip(wins.tolist(), money.tolist(), strict=True):
        if expected > 0:
            total += sums_of(rng, rng.poisson(expected * moved), spread) * amount
    return total


def _for_even_chance(
    base: Samples, factor: Numbers, goal: float, share: Numbers, money: Numbers, spread: float, seed: int
) -> float:
    """What must be planned for the goal to be reached in half of the futures; by bisection."""
    tiled, moved = np.tile(base, _TIMES), np.tile(factor, _TIMES)
    rng = np.random.default_rng([seed, 3])
    begin = rng.bit_generator.state
    with np.errstate(divide="ignore", invalid="ignore"):
        per = np.where(share > 0, share / money, 0.0)
    low, high = 0.0, max(goal - float(np.median(base)), 1e-9)

    def chance(planned: float) -> float:
        rng.bit_generator.state = begin  # the same futures for every plan
        return chance_of(tiled + _brought(rng, planned * per, money, spread, moved), goal)

    most = _MOST * max(goal, float(money.max()))
    while chance(high) < 0.5 and high < most:
        low, high = high, 2 * high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if chance(middle) >= 0.5 else (middle, high)
    return (low + high) / 2
