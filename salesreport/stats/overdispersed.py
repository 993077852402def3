"""Counts that vary more than chance alone makes them: where 95% of them lie, and how much lies at or below one.

Worked out with `scipy.special`: the distributions of `scipy.stats` are the same, and take longer to import than a
report takes to make.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import betainc, betaln, gammaln, ndtri

_TAIL = 0.025


class Spread(NamedTuple):
    """Where a count lies.

    Attributes:
        lower, upper: ends of the middle 95%: the least counts at or below which 2.5% and 97.5% lie.
        below: the probability of less than a given count, and half of its own (mid-p).
    """

    lower: int
    upper: int
    below: float


def beta_binomial(trials: int, alpha: float, beta: float, count: int) -> Spread:
    """Successes of trials whose rate is drawn from a beta distribution.

    Args:
        trials: how many. alpha, beta: of the distribution. count: what `below` is asked for.

    Examples:
        >>> lower, upper, below = beta_binomial(10, 3.0, 7.0, 2)
        >>> lower, upper, round(below, 4)
        (0, 7, 0.3467)
    """
    k = np.arange(trials + 1)
    chosen = gammaln(trials + 1) - gammaln(k + 1) - gammaln(trials - k + 1)
    each = np.exp(chosen + betaln(k + alpha, trials - k + beta) - betaln(alpha, beta))
    upto = np.cumsum(each)
    ends = np.searchsorted(upto, np.array([_TAIL, 1 - _TAIL]) * (1 - 1e-12))
    lower, upper = np.minimum(ends, trials).tolist()
    return Spread(lower, upper, float(upto[count] - 0.5 * each[count]))


def negative_binomial(shape: float, chance: float, count: int) -> Spread:
    """Events whose rate is drawn from a gamma distribution.

    Args:
        shape: of the gamma distribution. chance: shape / (shape + mean). count: what `below` is asked for.

    Examples:
        >>> lower, upper, below = negative_binomial(4.0, 0.25, 7)
        >>> lower, upper, round(below, 4)
        (2, 29, 0.2554)
    """

    def upto(k: float) -> float:
        return float(betainc(shape, k + 1, chance)) if k >= 0 else 0.0

    mean = shape * (1 - chance) / chance
    spread = math.sqrt(mean / chance)
    lower, upper = (
        _least(upto, tail, max(mean + float(ndtri(tail)) * spread, 0.0)) for tail in (_TAIL, 1 - _TAIL)
    )
    return Spread(lower, upper, (upto(count) + upto(count - 1)) / 2)


def _least(upto: Callable[[float], float], tail: float, near: float) -> int:
    """The least count at or below which so much lies, looked for from a place near it."""
    low, high = -1, max(int(near), 1)
    while upto(high) < tail:
        low, high = high, 2 * high + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if upto(middle) >= tail else (middle, high)
    return high
