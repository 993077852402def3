"""Two groups compared within strata, exactly: how the successes are distributed, all margins given.

In each stratum a 2×2 table says how many trials of the one group succeeded (a) and failed (b), and of the other
(c, d). With its margins given, a follows Fisher's noncentral hypergeometric distribution, which depends on the
odds ratio alone; the sum over the strata follows their convolution. That holds however few trials a stratum has,
where `salesreport.stats.stratified` needs many.
"""

from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from salesreport.stats.intervals import Array

_ROOM = 2_000_000
"""How many numbers a batch of distributions may take; larger batches only use more memory."""

_REACH = 60.0
"""Log odds ratios are looked for within ± this: e⁶⁰ is beyond any count of trials."""


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
    start = 0
    while start < len(order):  # batches of like support, so that the padding stays small
        stop = start + 1
        while stop < len(order) and (stop + 1 - start) * (room[order[stop]] + 1) <= _ROOM:
            stop += 1
        batch = order[start:stop]
        tilt = _about(won[batch], lost[batch], other_won[batch], other_lost[batch])
        log_ways = _convolved(size[batch], other[batch], total[batch], least[batch], most[batch], tilt)
        lowest = least[batch].sum(axis=1)
        result[:, batch] = _inference(log_ways, won[batch].sum(axis=1) - lowest, lowest, room[batch],
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
    room = most - least
    ways = np.zeros((len(size), int(room.sum(axis=1).max()) + 1))
    ways[:, 0] = 1.0
    reach = np.zeros(len(size), np.intp)
    for stratum in np.flatnonzero((room > 0).any(axis=0)):
        here = np.flatnonzero(room[:, stratum] > 0)
        n, m, t = size[here, stratum, None], other[here, stratum, None], total[here, stratum, None]
        low, high = least[here, stratum, None], most[here, stratum, None]
        x = low + np.arange(int(room[here, stratum].max()) + 1)
        inside = x <= high
        x = np.where(inside, x, low)
        log_part = -(gammaln(x + 1) + gammaln(n - x + 1) + gammaln(t - x + 1) + gammaln(m - t + x + 1))
        log_part = np.where(inside, log_part + x * tilt[here, None], -np.inf)
        part = np.exp(log_part - log_part.max(axis=1, keepdims=True))
        longest = int(reach[here].max())
        before = ways[here, : longest + 1]
        after = np.zeros((len(here), longest + part.shape[1]))
        for more in range(part.shape[1]):
            after[:, more : more + longest + 1] += before * part[:, more, None]
        # the factor cancels out; without it long products would run over
        ways[here, : after.shape[1]] = (after / after.max(axis=1, keepdims=True))[:, : ways.shape[1]]
        reach[here] += room[here, stratum].astype(np.intp)
    with np.errstate(divide="ignore"):
        return np.log(ways) - np.arange(ways.shape[1]) * tilt[:, None]


def _inference(log_ways: Array, observed: Array, lowest: Array, room: Array, confidence: float | None) -> Array:
    """The eight columns of `Conditional` for a batch, from the numbers of ways and successes above the least."""
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
    outside = (1 - confidence) / 2
    levels = np.broadcast_to(t, log_ways.shape)
    estimate = _solved(log_ways, levels, observed)
    lower = _solved(log_ways, above, np.full(len(observed), outside))
    upper = _solved(log_ways, above, np.full(len(observed), 1 - outside))
    # at the least possible number any smaller odds ratio fits as well, at the most any larger one
    fewest, largest = observed == 0, observed == room
    estimate = np.where(fewest, -np.inf, np.where(largest, np.inf, estimate))
    lower, upper = np.where(fewest, -np.inf, lower), np.where(largest, np.inf, upper)
    means = []
    for bound, limit in ((lower, np.zeros(len(room))), (upper, room)):
        known = np.isfinite(bound)
        tilted = _tilted(log_ways, np.where(known, bound, 0.0)) @ t
        means.append(lowest + np.where(known, tilted, limit))
    return np.stack([np.exp(estimate), np.exp(lower), np.exp(upper), p, lowest + mean, variance, *means])


def _tilted(log_ways: Array, log_odds: Array) -> Array:
    """The distribution at a log odds ratio of each row."""
    weight = log_ways + log_odds[:, None] * np.arange(log_ways.shape[1])
    probability = np.exp(weight - weight.max(axis=1, keepdims=True))
    return probability / probability.sum(axis=1, keepdims=True)


def _solved(log_ways: Array, score: Array, target: Array) -> Array:
    """The log odds ratio at which a score that rises with the successes has the expectation asked for.

    Newton's steps (the slope is the covariance of score and successes), kept within a shrinking bracket.
    """
    t = np.arange(log_ways.shape[1], dtype=float)
    left, right = np.full(len(target), -_REACH), np.full(len(target), _REACH)
    place = np.zeros(len(target))
    going = np.arange(len(target))
    for _ in range(100):
        probability = _tilted(log_ways[going], place[going])
        weighted = probability * score[going]
        value = weighted.sum(axis=1)
        slope = weighted @ t - value * (probability @ t)
        gap = target[going] - value
        left[going] = np.where(gap > 0, place[going], left[going])
        right[going] = np.where(gap > 0, right[going], place[going])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = place[going] + gap / slope
        inside = (step > left[going]) & (step < right[going])
        moved = np.where(inside, step, (left[going] + right[going]) / 2)
        settled = np.abs(moved - place[going]) <= 1e-12 * (1 + np.abs(moved))
        place[going] = moved
        going = going[~settled]
        if len(going) == 0:
            break
    return place
