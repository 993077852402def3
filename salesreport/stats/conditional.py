"""Two groups compared within strata, exactly: how the successes are distributed, all margins given.

In each stratum a 2×2 table says how many trials of the one group succeeded (a) and failed (b), and of the other
(c, d). With its margins given, a follows Fisher's noncentral hypergeometric distribution, which depends on the
odds ratio alone; the sum over the strata follows their convolution. That holds however few trials a stratum has,
where `salesreport.stats.stratified` needs many.
"""

from bisect import bisect
from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import logit, ndtri

from salesreport.stats.intervals import Array

_ROOM = 20_000
"""How many numbers a batch of distributions may take: such that they stay in a processor's cache."""

_REACH = 60.0
"""Log odds ratios are looked for within ± this: e⁶⁰ is beyond any count of trials."""

_LAST = 1e-7
"""A step of Newton's that goes no farther is the last one: it leaves about its square."""


class Conditional(NamedTuple):
    """One group against another within strata, by the exact conditional distribution; one element per pair.

    Attributes:
        odds_ratio: the common odds ratio at which the successes observed are those to be expected (the conditional
            maximum likelihood estimate): 0 where they are the fewest possible, infinite where the most; NaN, with
            all else, where the margins leave nothing to chance.
        lower, upper: the mid-p interval of the odds ratio.
        p: two-sided mid-p value of an odds ratio of 1: twice the smaller tail, what was observed counted half.
        expected: successes to be expected of the one group at an odds ratio of 1.
        variance: their variance.
        expected_lower, expected_upper: successes to be expected at the interval's bounds.
    """

    odds_ratio: Array
    lower: Array
    upper: Array
    p: Array
    expected: Array
    variance: Array
    expected_lower: Array
    expected_upper: Array


def exact_conditional(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    confidence: float = 0.95,
    test_only: bool = False,
) -> Conditional:
    """Exact test, estimate and interval of a common odds ratio over strata, for many pairs of groups at once.

    The test counts trials. Where some are shared and come in parts, each cell is rounded to whole trials such that
    its running totals over the strata stay within a half of the true ones.

    Args:
        a, b, c, d: successes and failures of the one group, successes and failures of the other; the last axis
            is that of the strata.
        confidence: how often the interval is to hold the true odds ratio.
        test_only: leave out the odds ratio and its interval (NaN), which take most of the time.

    Returns:
        One element per pair of groups, in the shape of `a` without its last axis.

    References:
        Gart (1970), doi 10.1093/biomet/57.3.471 (the conditional distribution over strata); Mehta, Patel and Gray
        (1985), Journal of the American Statistical Association 80, 969–973 (its computation); Berry and Armitage
        (1995), The Statistician 44, 417–423 (mid-p values and intervals).

    Examples:
        >>> tea = exact_conditional([[3]], [[1]], [[1]], [[3]])  # Fisher's tea: P(3) = 16/70, P(4) = 1/70
        >>> tea.p.round(4), tea.odds_ratio.round(3)  # p = 2 · (1/70 + 16/70 ÷ 2) = 18/70
        (array([0.2571]), array([6.408]))
    """
    cells = np.broadcast_arrays(*(np.asarray(cell, float) for cell in (a, b, c, d)))
    shape, strata = cells[0].shape[:-1], cells[0].shape[-1]
    won, lost, other_won, other_lost = (_whole(cell.reshape(prod(shape), strata)) for cell in cells)
    size, other, total = won + lost, other_won + other_lost, won + other_won
    least, most = np.maximum(0.0, total - other), np.minimum(size, total)
    room = (most - least).sum(axis=1)
    result = np.full((8, len(won)), np.nan)
    order = np.argsort(room, kind="stable")
    order = order[room[order] > 0]
    reach = room[order].tolist()
    start = 0
    while start < len(reach):  # batches of like support, so that the padding stays small
        first = start
        stop = bisect(range(len(reach)), _ROOM, first + 1, key=lambda last: (last + 1 - first) * (reach[last] + 1))
        batch = order[start:stop]
        tilt = _about(won[batch], lost[batch], other_won[batch], other_lost[batch])
        log_ways = _convolved(size[batch], other[batch], total[batch], least[batch], most[batch], tilt)
        lowest = least[batch].sum(axis=1)
        result[:, batch] = _inference(log_ways, won[batch].sum(axis=1) - lowest, lowest, room[batch], tilt,
                                      None if test_only else confidence)  # fmt: skip
        start = stop
    return Conditional(*result.reshape(8, *shape))


def _whole(cells: Array) -> Array:
    if np.array_equal(cells, np.rint(cells)):
        return cells
    running = np.floor(np.cumsum(cells, axis=1) + 0.5 - 1e-9)
    return np.diff(running, axis=1, prepend=0.0)


def _about(won: Array, lost: Array, other_won: Array, other_lost: Array) -> Array:
    """Roughly the common log odds ratio (Mantel and Haenszel's, with a half added so that it is finite)."""
    n = np.maximum(won + lost + other_won + other_lost, 1.0)
    for_one, for_other = (won * other_lost / n).sum(axis=1), (lost * other_won / n).sum(axis=1)
    about: Array = np.log((for_one + 0.5) / (for_other + 0.5))
    return about


def _convolved(size: Array, other: Array, total: Array, least: Array, most: Array, tilt: Array) -> Array:
    """The log of the number of ways, up to a factor, to have 0, 1, … successes more than the least; pairs × T.

    The strata are multiplied in at the log odds ratios `tilt`, so that the numbers keep their digits about what
    was observed; elsewhere they may be too small to tell from none.
    """
    # large strata first: those that are beside each other then have about the same room
    order = np.argsort(least - most, axis=1, kind="stable")
    size, other, total, least, most = (
        np.take_along_axis(column, order, axis=1) for column in (size, other, total, least, most)
    )
    room = (most - least).astype(np.intp)
    ways = np.ones((len(size), 1))
    largest = room.max(axis=0).tolist()
    stop = 0
    while stop < len(largest) and largest[stop]:
        start = stop
        stop = bisect(largest, -largest[start] / 2, start + 1, key=lambda one: -one)
        these = slice(start, stop)
        parts = _parts(size[:, these], other[:, these], total[:, these], least[:, these], largest[start], tilt)
        for part, most_here in zip(np.moveaxis(parts, 1, 0), largest[these], strict=True):
            ways = _product(ways, part[:, : most_here + 1])
    ways = ways[:, : int(room.sum(axis=1).max()) + 1]
    with np.errstate(divide="ignore"):
        return np.log(ways) - np.arange(ways.shape[1]) * tilt[:, None]


def _parts(size: Array, other: Array, total: Array, least: Array, largest: int, tilt: Array) -> Array:
    """The ways of strata by themselves to have 0 … `largest` successes more, tilted: pairs × strata × ways."""
    n, m, t = size[..., None], other[..., None], total[..., None]
    x = least[..., None] + np.arange(largest)
    # ways of one success more to ways of so many; 0 beyond the most
    more_ways = np.maximum((n - x) * (t - x), 0.0) / ((x + 1) * (m - t + x + 1))
    log_part = np.zeros((*size.shape, largest + 1))
    with np.errstate(divide="ignore"):
        np.cumsum(np.log(more_ways) + tilt[:, None, None], axis=-1, out=log_part[..., 1:])
    return np.exp(log_part - log_part.max(axis=-1, keepdims=True))


def _product(ways: Array, part: Array) -> Array:
    """The ways to have 0, 1, … of both together, up to a factor, which cancels out: else they would run over."""
    if ways.shape[1] < part.shape[1]:  # a look at each of the fewer
        ways, part = part, ways
    after = np.zeros((len(ways), ways.shape[1] + part.shape[1] - 1))
    for more in range(part.shape[1]):
        after[:, more : more + ways.shape[1]] += ways * part[:, more, None]
    return after / after.max(axis=1, keepdims=True)


def _inference(
    log_ways: Array, observed: Array, lowest: Array, room: Array, about: Array, confidence: float | None
) -> Array:
    """The eight columns of `Conditional` for a batch, from the numbers of ways and successes above the least.

    `about` is roughly the log odds ratio, from which it is looked for.
    """
    t = np.arange(log_ways.shape[1], dtype=float)
    at = observed[:, None]
    above = (t > at) + 0.5 * (t == at)
    null = _tilted(log_ways, np.zeros(len(observed)))
    # each tail is summed by itself: 1 less the other would leave nothing of a small one
    tails = (null * above).sum(axis=1), (null * (1 - above)).sum(axis=1)
    p = np.clip(2 * np.minimum(*tails), 0.0, 1.0)
    mean = null @ t
    variance = (null * (t - mean[:, None]) ** 2).sum(axis=1)
    if confidence is None:
        nothing = np.full(len(p), np.nan)
        return np.stack([nothing, nothing, nothing, p, lowest + mean, variance, nothing, nothing])
    estimate, bounds, means = _with_bounds(log_ways, above, observed, room, about, confidence)
    found = np.exp(np.stack([estimate, *bounds]))
    return np.stack([*found, p, lowest + mean, variance, *(lowest + one for one in means)])


def _with_bounds(
    log_ways: Array, above: Array, observed: Array, room: Array, about: Array, confidence: float
) -> tuple[Array, list[Array], list[Array]]:
    """The log odds ratio, its bounds, and the successes above the least to be expected at these.

    Only what is finite is looked for: at the least possible number any smaller odds ratio fits as well, at the
    most any larger one. The bounds are looked for from where they were if the estimate were normal.
    """
    t = np.arange(log_ways.shape[1], dtype=float)
    fewest, largest = observed == 0, observed == room
    estimate = np.where(fewest, -np.inf, np.inf)
    rows = np.flatnonzero(~(fewest | largest))
    levels = t / room[rows, None]
    estimate[rows] = _solved(log_ways[rows], levels, observed[rows] / room[rows], about[rows])
    centre = np.where(np.isfinite(estimate), estimate, about)
    there = _tilted(log_ways, centre)
    information = (there * t**2).sum(axis=1) - (there @ t) ** 2
    away = ndtri((1 + confidence) / 2) / np.sqrt(np.maximum(information, 0.25))
    bounds, means = [], []
    for infinite, sign, end in ((fewest, -1.0, np.zeros(len(room))), (largest, 1.0, room)):
        rows = np.flatnonzero(~infinite)
        target = np.full(len(rows), (1 + sign * confidence) / 2)
        bound, mean = np.full(len(room), sign * np.inf), end.copy()
        bound[rows] = _solved(log_ways[rows], above[rows], target, (centre + sign * away)[rows])
        mean[rows] = _tilted(log_ways[rows], bound[rows]) @ t
        bounds.append(bound)
        means.append(mean)
    return estimate, bounds, means


def _tilted(log_ways: Array, log_odds: Array) -> Array:
    """The distribution at a log odds ratio of each row."""
    weight = log_ways + log_odds[:, None] * np.arange(log_ways.shape[1])
    probability = np.exp(weight - weight.max(axis=1, keepdims=True))
    return probability / probability.sum(axis=1, keepdims=True)


def _solved(log_ways: Array, score: Array, target: Array, start: Array) -> Array:
    """The log odds ratio at which a score of 0 … 1 that rises with the successes has the expectation asked for.

    Newton's steps on the log odds of that expectation, which are nearly a straight line, kept within a shrinking
    bracket; the slope is the covariance of score and successes.
    """
    t = np.arange(log_ways.shape[1], dtype=float)
    found = np.zeros(len(target))
    going, goal = np.arange(len(target)), logit(target)
    left, right = np.full(len(target), -_REACH), np.full(len(target), _REACH)
    place = np.clip(start, -_REACH / 2, _REACH / 2)
    for _ in range(100):
        if len(going) == 0:
            break
        probability = _tilted(log_ways, place)
        weighted = probability * score
        value = weighted.sum(axis=1)
        slope = weighted @ t - value * (probability @ t)
        too_low = value < target
        left, right = np.where(too_low, place, left), np.where(too_low, right, place)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = (goal - logit(value)) * value * (1 - value) / slope
        moved = place + step
        newton = (moved >= left) & (moved <= right)
        moved = np.where(newton, moved, (left + right) / 2)
        settled = np.abs(moved - place) <= np.where(newton, _LAST, 1e-12) * (1 + np.abs(moved))
        found[going] = moved
        if settled.any():
            keep = ~settled
            going, goal, target, place = going[keep], goal[keep], target[keep], moved[keep]
            left, right, log_ways, score = left[keep], right[keep], log_ways[keep], score[keep]
        else:
            place = moved
    return found
