"""How far a decomposition can be trusted: bootstrap intervals, from the cases that it was reckoned from.

Cases are drawn by Poisson: each counts 0, 1, 2 … times, once on average. Their number is therefore chance too, as
it is in life; rates and means do not mind. Identical cases are drawn together, so that many of them cost little.
Every group starts from the same seed: its interval depends on its own cases only.

Intervals are BCa (bias-corrected and accelerated), at levels widened for few cases as Student's t is. Where the
cases show too little for an interval, its bounds are NaN.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtrit

from salesreport.stats.decomposition import kitagawa, shapley_product
from salesreport.stats.intervals import Array, Interval

Statistic = Callable[[Array], Array]

DRAWS = 999
LEAST = 10
"""With fewer cases, a bootstrap says nothing."""

_LENT = 2.0
_BLOCK = 4_000_000
_TRACE = 1e-9
"""A trace of the sample in each draw: what a draw has no case of keeps the sample's rate there."""


class SharesIntervals(NamedTuple):
    """`Shares` with intervals: `parts` is groups × factors, `gap` groups; `n` the cases of the smaller side."""

    parts: Interval
    gap: Interval


class MixAndRateIntervals(NamedTuple):
    """`MixAndRate` with intervals, `n` the cases of the smaller side.

    Attributes:
        mix, rate: summed over strata, by group; together the gap.
        gap: by group.
        strata_mix, strata_rate: groups × strata.
    """

    mix: Interval
    rate: Interval
    gap: Interval
    strata_mix: Interval
    strata_rate: Interval


def bootstrap(
    cases: npt.ArrayLike,
    statistic: Statistic,
    counts: npt.ArrayLike | None = None,
    *,
    n: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """Intervals of statistics of sums over one group of cases.

    Args:
        cases: what each case adds to the sums; cases × sums.
        statistic: from sums, … × sums, to the statistics, … × statistics; NaN where they do not exist.
        counts: how many cases each row stands for; 1 by default.
        n: how many cases each statistic rests on, such as those of the smaller of two samples; all by default.
        confidence: how often the intervals are to hold the true values.
        draws, seed: how often cases are drawn, and the start of chance.

    Returns:
        The statistics with their bounds; NaN with fewer than `LEAST` cases, or where more than one draw in twenty
        has no statistic.

    References:
        Efron (1987), doi 10.2307/2289144 (BCa); Hesterberg (2015), doi 10.1080/00031305.2015.1089789 (the widened
        levels); Hanley and MacGibbon (2006), Comput. Methods Programs Biomed. 83 (Poisson draws).

    Examples:
        >>> sizes = np.array([1.0, 2, 2, 3, 4, 4, 5, 7, 9, 13])
        >>> mean = bootstrap(np.column_stack((np.ones(10), sizes)), lambda sums: sums[..., 1:] / sums[..., :1])
        >>> mean.value, bool(2 < mean.lower[0] < 4 < 7 < mean.upper[0] < 13)
        (array([5.]), True)
    """
    rows = np.atleast_2d(np.asarray(cases, float))
    many = np.ones(len(rows)) if counts is None else np.asarray(counts, float).ravel()
    total = np.einsum("c,cm->m", many, rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = statistic(total)
        size = np.broadcast_to(many.sum() if n is None else np.asarray(n, float), value.shape)
        if (size < LEAST).all():
            missing = np.full(value.shape, np.nan)
            return Interval.of(value, missing, missing, size)
        random, found = np.random.default_rng(seed), []
        step = max(1, _BLOCK // max(1, len(rows)))
        for first in range(0, draws, step):
            times = random.poisson(many, (min(step, draws - first), len(rows)))
            found.append(statistic(np.einsum("dc,cm->dm", times, rows) + _TRACE * total))
        without = statistic(total - rows * np.minimum(many, 1.0)[:, None])
    bent = _acceleration(value - without, many)
    lower, upper = _bca(value, np.concatenate(found), bent, size, confidence)
    return Interval.of(value, lower, upper, size)


def shapley_intervals(
    values: npt.ArrayLike,
    groups: npt.ArrayLike,
    base: npt.ArrayLike | None = None,
    base_values: npt.ArrayLike | None = None,
    base_groups: npt.ArrayLike | None = None,
    *,
    scale: npt.ArrayLike = 1.0,
    size: int | None = None,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> SharesIntervals:
    """`shapley_product` of sums over cases, with intervals: how many, what part of them, how much of each part.

    The factors of a group are its first sum, and each further sum ÷ the one before: from (1, won, amount won) of
    each deal they are deals, win rate and average size. Their product is the last sum. Weigh by multiplying.

    A ratio rests on the cases of the sum it is divided by (an average size on what was won), and so does the gap.
    Bounds are NaN where these are fewer than `LEAST`, or where a ratio is the same in all of a side's cases
    although it varies elsewhere (all were won): draws from such cases would make it look certain.
    Means of few, very unequal cases have intervals that are too narrow, as is known of every such method: at 20
    cases whose logarithms have a standard deviation of 1, they hold about seven times in eight.

    Args:
        values: cases × sums; none missing.
        groups: the group of each case, from 0.
        base: the factors to compare with, groups × factors or factors: a target, known without error. Or:
        base_values, base_groups: the cases to compare with, as above.
        scale: what the first base factor is multiplied with (1 ÷ 12 for the mean of twelve others), by group.
        size: the number of groups.
        confidence, draws, seed: as in `bootstrap`.

    Raises:
        ValueError: neither or both kinds of base are given.

    Examples:
        >>> deals = np.repeat([[1.0, 1.0, 900.0], [1.0, 1.0, 1100.0], [1.0, 0.0, 0.0]], [6, 6, 18], axis=0)
        >>> found = shapley_intervals(deals, np.zeros(30, int), base=[30, 0.5, 1000])
        >>> found.gap.value, found.parts.value.round(6), found.parts.n
        (array([-3000.]), array([[    0., -3000.,     0.]]), array([[30., 30., 12.]]))
    """
    if (base is None) == (base_values is None):
        raise ValueError("give either the base's factors or its cases")
    own = np.atleast_2d(np.asarray(values, float))
    width, group = own.shape[1], np.asarray(groups, np.intp).ravel()
    if base_values is None:
        others, other_group = np.zeros((0, width)), np.zeros(0, np.intp)
    else:
        others = np.asarray(base_values, float).reshape(-1, width)
        other_group = np.asarray(base_groups, np.intp).ravel()
    if len(own) != len(group) or len(others) != len(other_group):
        raise ValueError("every case needs a group")
    size = int(max(group.max(initial=-1), other_group.max(initial=-1))) + 1 if size is None else size
    fixed = None if base is None else np.broadcast_to(np.asarray(base, float), (size, width))
    scales = np.broadcast_to(np.asarray(scale, float), size)

    sides = np.vstack((np.hstack((own, np.zeros_like(own))), np.hstack((np.zeros_like(others), others))))
    both = np.concatenate((group, other_group))
    order = np.argsort(both, kind="stable")
    ends = np.searchsorted(both[order], np.arange(size + 1))
    varies = _varies(own) | _varies(others)
    found = []
    for one in range(size):
        rows, counts = _alike(sides[order[ends[one] : ends[one + 1]]])
        held = None if fixed is None else fixed[one]

        def split(sums: Array, held: Array | None = held, by: float = float(scales[one])) -> Array:
            side = _factors(sums[..., width:]) if held is None else held
            if held is None:
                side[..., 0] *= by
            shares = shapley_product(side, _factors(sums[..., :width]))
            return np.concatenate((shares.parts, shares.gap[..., None]), axis=-1)

        samples = [rows[:, :width]] if held is not None else [rows[:, :width], rows[:, width:]]
        rests = np.min([_rests_on(sample, counts) for sample in samples], axis=0)
        told = all((_varies(sample) | ~varies).all() for sample in samples)
        n = rests if told else np.zeros(width + 1)
        result = bootstrap(rows, split, counts, n=n, confidence=confidence, draws=draws, seed=seed)
        found.append(result._replace(n=rests))
    table = _table(found, width + 1)
    return SharesIntervals(_columns(table, slice(0, width)), _columns(table, width))


def kitagawa_intervals(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    base_successes: npt.ArrayLike,
    base_trials: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> MixAndRateIntervals:
    """`kitagawa` of counts, with intervals.

    Both the mix and the rates are chance, on both sides. A stratum of few cases shows too little of its chance
    (one case, none at all); so its cases are drawn with its rate moved towards its side's, as if by `_LENT` cases,
    and the bounds are moved back by as much as the value had moved. Where counts are sums of weights up to 1, the
    intervals are a little too wide.

    Bounds are NaN where a side has fewer than `LEAST` cases, no success or no failure; for a stratum, where a side
    has fewer than `LEAST` there.

    Args:
        successes, trials: of each group, by stratum; groups × strata.
        base_successes, base_trials: of what each is compared with; broadcast to the same shape.
        confidence, draws, seed: as in `bootstrap`.

    Examples:
        >>> found = kitagawa_intervals([[20, 30]], [[40, 80]], [[300, 240]], [[600, 400]])
        >>> found.rate.value.round(3), bool(found.rate.lower[0] < found.rate.value[0] < found.rate.upper[0] < 0)
        (array([-0.12]), True)
    """
    sides = np.broadcast_arrays(
        *(np.atleast_2d(np.asarray(each, float)) for each in (successes, trials, base_successes, base_trials))
    )
    strata = sides[0].shape[1]

    def split(sums: Array) -> Array:
        won, lost, base_won, base_lost = np.moveaxis(sums.reshape(*sums.shape[:-1], 4, strata), -2, 0)
        found = kitagawa(won, won + lost, base_won, base_won + base_lost)
        totals = (found.mix.sum(axis=-1), found.rate.sum(axis=-1), found.gap)
        return np.concatenate((np.stack(totals, axis=-1), found.mix, found.rate), axis=-1)

    found = []
    for won, n, base_won, base_n in zip(*sides, strict=True):
        drawn = np.concatenate((*_lent(won, n), *_lent(base_won, base_n)))
        here = np.flatnonzero(drawn > 0)
        least, by_stratum = np.minimum(n.sum(), base_n.sum()), np.minimum(n, base_n)
        rests = np.concatenate((np.full(3, least), by_stratum, by_stratum))
        told = all(0 < part.sum() < whole.sum() for part, whole in ((won, n), (base_won, base_n)))
        result = bootstrap(
            np.eye(4 * strata)[here],
            split,
            drawn[here],
            n=rests if told else np.zeros(len(rests)),
            confidence=confidence,
            draws=draws,
            seed=seed,
        )
        value = split(np.concatenate((won, n - won, base_won, base_n - base_won)))
        moved = value - result.value
        found.append(Interval.of(value, result.lower + moved, result.upper + moved, rests))
    table = _table(found, 2 * strata + 3)
    return MixAndRateIntervals(
        *(_columns(table, at) for at in (0, 1, 2, slice(3, 3 + strata), slice(3 + strata, None)))
    )


def _lent(won: Array, n: Array) -> tuple[Array, Array]:
    """Successes and failures by stratum, the rates moved towards the overall one, the cases as many as before."""
    overall = won.sum() / n.sum() if n.sum() > 0 else 0.0
    rate = (won + _LENT * overall) / (n + _LENT)
    return n * rate, n * (1 - rate)


def _bca(value: Array, draws: Array, acceleration: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    """Bounds of statistics (value: one each) from draws × statistics."""
    known = ~np.isnan(draws)
    below = ((draws < value) & known).sum(axis=0) + 0.5 * ((draws == value) & known).sum(axis=0)
    there = known.sum(axis=0)
    usable = (there >= 0.95 * len(draws)) & ~np.isnan(value) & (n >= LEAST)
    bias = ndtri(np.clip((below + 0.5) / (there + 1), 1e-3, 1 - 1e-3))
    few = np.maximum(n, LEAST)
    widened = np.sqrt(few / (few - 1)) * stdtrit(few - 1, (1 + confidence) / 2)
    ranked = np.sort(draws, axis=0)  # missing ones last

    def at(z: Array) -> Array:
        moved = bias + (bias + z) / np.maximum(1 - acceleration * (bias + z), 0.1)
        place = np.clip(ndtr(moved) * (there + 1) - 1, 0, np.maximum(there - 1, 0))
        low = np.floor(place).astype(np.intp)
        high = np.minimum(low + 1, np.maximum(there - 1, 0))
        one = np.take_along_axis(ranked, low[None], axis=0)[0]
        two = np.take_along_axis(ranked, high[None], axis=0)[0]
        return np.where(usable, one + (place - low) * (two - one), np.nan)

    return at(-widened), at(widened)


def _acceleration(influence: Array, counts: Array) -> Array:
    """A sixth of the skewness of a sum of Poisson draws, from the influence (cases × statistics) of each case."""
    each = np.where(np.isnan(influence), 0.0, influence)
    _, size = np.frexp(np.abs(each).max(axis=0, initial=0.0))
    each = np.ldexp(each, -size)  # skewness has no unit, and cubes of what is next to nothing would be nothing
    spread = np.einsum("c,ck->k", counts, each**2)
    return np.divide(
        np.einsum("c,ck->k", counts, each**3), 6 * spread**1.5, out=np.zeros_like(spread), where=spread > 0
    )


def _factors(sums: Array) -> Array:
    """The first sum, and each further one ÷ that before it."""
    below = sums[..., :-1]
    ratios = np.divide(sums[..., 1:], below, out=np.full(below.shape, np.nan), where=below != 0)
    return np.concatenate((sums[..., :1], ratios), axis=-1)


def _alike(rows: Array) -> tuple[Array, Array]:
    """The distinct rows, and how often each occurs."""
    order = np.lexsort(rows.T)
    rows = rows[order]
    first = np.concatenate((np.ones(min(len(rows), 1), bool), (rows[1:] != rows[:-1]).any(axis=1)))
    return rows[first], np.diff(np.append(np.flatnonzero(first), len(rows))).astype(float)


def _varies(cases: Array) -> npt.NDArray[np.bool_]:
    """Which of the ratios of neighbouring columns differ between cases."""
    if not len(cases):
        return np.zeros(cases.shape[1] - 1, bool)
    ratios = _factors(cases)[:, 1:]
    return np.fmax.reduce(ratios, axis=0) > np.fmin.reduce(ratios, axis=0)


def _rests_on(cases: Array, counts: Array) -> Array:
    """How many cases say something on each factor, and on the product."""
    there = np.einsum("c,cm->m", counts, (cases != 0).astype(float))
    return there[[0, *range(len(there) - 1), -1]] if len(there) > 1 else there[[0, 0]]


def _table(rows: list[Interval], width: int) -> Interval:
    """Groups' intervals, one below the other."""
    return Interval.of(*(np.array([row[at] for row in rows]).reshape(len(rows), width) for at in range(4)))


def _columns(table: Interval, at: int | slice) -> Interval:
    return Interval.of(*(column[:, at] for column in table))
