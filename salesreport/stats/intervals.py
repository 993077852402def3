"""How far a rate, a mean, a median, a count or a ratio can be trusted: confidence intervals, many groups at once.

Every function answers for all groups in one go. Observations may carry a weight, the part of them that belongs to
the group (a deal shared by two reps counts a half for each); a group's `n` is the sum of its weights. Where `n` is
too small to say anything, the bounds are NaN, and so is the value of a group without observations.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrik, gammaincinv, ndtri, stdtrit

from salesreport.stats.holds import assert_holds

Array = npt.NDArray[np.float64]
Groups = npt.NDArray[np.intp]

_TINY = 1e-6
"""Weights add up to whole numbers only roughly (three thirds); smaller differences than this are rounding."""


class Interval(NamedTuple):
    """Estimates with their confidence intervals, one element per group.

    Attributes:
        value: the estimate; NaN where there is no observation.
        lower, upper: the interval's bounds; NaN where there are too few observations for one.
        n: the number of observations, the sum of their weights.
    """

    value: Array
    lower: Array
    upper: Array
    n: Array

    @classmethod
    def of(cls, value: Array, lower: Array, upper: Array, n: Array) -> "Interval":
        """Estimates with bounds that hold them, which is asserted; the door for whoever makes intervals."""
        assert_holds(lower, value, upper)
        return cls(value, lower, upper, n)


def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """A proportion with Wilson's score interval.

    Args:
        successes: how many trials succeeded; may be fractional.
        trials: how many there were; may be fractional; NaN everywhere where there were none.
        confidence: how often the interval is to hold the true proportion.

    References:
        Wilson (1927), doi 10.1080/01621459.1927.10502953; Newcombe (1998), Statistics in Medicine 17, 857–872.

    Examples:
        >>> rate = wilson(81, 263)
        >>> rate.value.round(4), rate.lower.round(4), rate.upper.round(4)
        (np.float64(0.308), np.float64(0.2553), np.float64(0.3662))
        >>> wilson([3, 0], [3, 0]).lower.round(2)  # three of three is no certainty, and none of none nothing
        array([0.44,  nan])
    """
    won, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    z = normal_quantile(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = np.where(n > 0, n, np.nan)
        value = np.clip(won / known, 0.0, 1.0)
        centre = (value + z**2 / (2 * known)) / (1 + z**2 / known)
        half = z / (1 + z**2 / known) * np.sqrt(value * (1 - value) / known + z**2 / (4 * known**2))
    lower = np.where(value <= 0, 0.0, np.clip(centre - half, 0.0, 1.0))
    upper = np.where(value >= 1, 1.0, np.clip(centre + half, 0.0, 1.0))
    missing = np.isnan(value)
    return Interval.of(value, np.where(missing, np.nan, lower), np.where(missing, np.nan, upper), n)


def mean_t(
    values: npt.ArrayLike,
    confidence: float = 0.95,
    weights: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    size: int | None = None,
) -> Interval:
    """The mean of each group with Student's t interval; bounds need two observations.

    Args:
        values: the observations, none missing.
        confidence: how often the interval is to hold the true mean.
        weights: the part of each observation that belongs to its group; 1 by default.
        groups: the group of each observation, from 0; all in one group by default.
        size: the number of groups.

    Examples:
        >>> mean = mean_t([12.0, 15.0, 9.0, 14.0])
        >>> mean.value, mean.lower.round(2), mean.upper.round(2)
        (array([12.5]), array([8.29]), array([16.71]))
    """
    x, w, g, size = _observations(values, weights, groups, size)
    n = _sum(w, g, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = _sum(w * x, g, size) / np.where(n > 0, n, np.nan)
        deviation = x - mean[g]  # from the mean, not by Σx²: large values with a small spread would cancel out
        variance = _sum(w * deviation**2, g, size) / (n - 1)
        half = _t_quantile(confidence, n) * np.sqrt(variance / n)
    return Interval.of(mean, mean - half, mean + half, n)


def median_order_statistic(
    values: npt.ArrayLike,
    confidence: float = 0.95,
    weights: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    size: int | None = None,
) -> Interval:
    """The median of each group, with the interval between two of its observations that needs no distribution.

    The k-th smallest and k-th largest observation, k by the binomial distribution; at 95 % it takes six.

    Args:
        values: the observations, none missing.
        confidence: how often, at least, the interval is to hold the true median.
        weights: the part of each observation that belongs to its group; 1 by default.
        groups: the group of each observation, from 0; all in one group by default.
        size: the number of groups.

    References:
        Conover (1999), Practical Nonparametric Statistics, 3rd ed., 3.2.

    Examples:
        >>> middle = median_order_statistic([3, 9, 4, 1, 7, 5, 8, 6, 2, 10])
        >>> middle.value, middle.lower, middle.upper
        (array([5.5]), array([2.]), array([9.]))
    """
    x, w, g, size = _observations(values, weights, groups, size)
    order = np.lexsort((x, g))
    x, w, g = x[order], w[order], g[order]
    n = _sum(w, g, size)
    heard = n > _TINY
    reached = np.cumsum(w)
    before = np.concatenate(([0.0], np.cumsum(n)[:-1])) if size else n

    def at(part: Array, side: str) -> Array:
        """The observation at which the weights of its group reach (left) or exceed (right) a part of them."""
        shift = -_TINY if side == "left" else _TINY
        found = np.full(size, np.nan)
        if heard.any():
            place = np.searchsorted(reached, before + part + shift, side="left")
            found[heard] = x[np.minimum(place, len(x) - 1)][heard]
        return found

    value = (at(n / 2, "left") + at(n / 2, "right")) / 2
    rank = _median_rank(np.floor(n + _TINY), confidence)
    enough = rank >= 1
    lower = np.where(enough, at(rank, "left"), np.nan)
    upper = np.where(enough, at(n - rank, "right"), np.nan)
    return Interval.of(value, lower, upper, n)


def poisson_garwood(counts: npt.ArrayLike, exposure: npt.ArrayLike = 1.0, confidence: float = 0.95) -> Interval:
    """A rate of rare events, count ÷ exposure, with Garwood's exact Poisson interval; `n` is the exposure.

    Args:
        counts: how many events there were.
        exposure: what they are counted per (orders, hours); NaN everywhere where there is none.
        confidence: how often, at least, the interval is to hold the true rate.

    References:
        Garwood (1936), Biometrika 28, 437–442.

    Examples:
        >>> rate = poisson_garwood(10)
        >>> rate.lower.round(3), rate.upper.round(3)
        (np.float64(4.795), np.float64(18.39))
    """
    events, per = np.broadcast_arrays(np.asarray(counts, float), np.asarray(exposure, float))
    tail = (1 - confidence) / 2
    known = np.where(per > 0, per, np.nan)
    lower = np.where(events > 0, gammaincinv(np.where(events > 0, events, 1.0), tail), 0.0)
    upper = gammaincinv(events + 1, 1 - tail)
    return Interval.of(events / known, lower / known, upper / known, per)


def ratio_linearised(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    confidence: float = 0.95,
    weights: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    size: int | None = None,
) -> Interval:
    """A ratio of two sums over the same observations, with the linearised (delta-method) t interval.

    Args:
        numerator, denominator: of each observation, none missing.
        confidence: how often the interval is to hold the true ratio, in large samples.
        weights: the part of each observation that belongs to its group; 1 by default.
        groups: the group of each observation, from 0; all in one group by default.
        size: the number of groups.

    References:
        Cochran (1977), Sampling Techniques, 3rd ed., 2.11 and 6.3.

    Examples:
        >>> ratio = ratio_linearised([90, 45, 170, 80], [100, 50, 200, 80])
        >>> ratio.value.round(3), ratio.lower.round(3), ratio.upper.round(3)
        (array([0.895]), array([0.79]), array([1.001]))
    """
    y, w, g, size = _observations(numerator, weights, groups, size)
    x = np.asarray(denominator, float).ravel()
    n = _sum(w, g, size)
    value, variance = _ratio(y, x, w, g, size)
    half = _t_quantile(confidence, n) * np.sqrt(variance)
    return Interval.of(value, value - half, value + half, n)


def share_of_total(
    part: npt.ArrayLike,
    total: npt.ArrayLike,
    confidence: float = 0.95,
    weights: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    size: int | None = None,
) -> Interval:
    """The share of a total that falls to a part of each observation, such as the amount won of the amount decided.

    A few large observations say less than as many equal ones. So the interval is Wilson's on the *effective*
    number of observations: the number of equal ones that would give the linearised variance, in small samples
    reduced by the squared quantile ratio z ÷ t. Where the parts are all or nothing, the variance would be a false
    zero; there the effective number is (Σ total)² ÷ Σ total². The bounds stay within 0 and 1.

    Args:
        part: of each observation, between 0 and its total.
        total: of each observation, none missing, none negative.
        confidence: how often the interval is to hold the true share, roughly.
        weights: the part of each observation that belongs to its group; 1 by default.
        groups: the group of each observation, from 0; all in one group by default.
        size: the number of groups.

    References:
        Korn and Graubard (1998), Survey Methodology 24, 193–201 (their effective sample size, with Wilson's
        interval in place of Clopper and Pearson's); Kish (1965), Survey Sampling, 11.2.

    Examples:
        >>> share = share_of_total([900, 0, 10, 0], [900, 20, 10, 30])
        >>> share.value.round(2), share.lower.round(2), share.upper.round(2)  # four deals, and one says it all
        (array([0.95]), array([0.21]), array([1.]))
    """
    y, w, g, size = _observations(part, weights, groups, size)
    x = np.asarray(total, float).ravel()
    n = _sum(w, g, size)
    value, variance = _ratio(y, x, w, g, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = value * (1 - value)
        adjusted = spread / variance * (normal_quantile(confidence) / _t_quantile(confidence, n)) ** 2
        equal = _sum(w * x, g, size) ** 2 / _sum(w * x**2, g, size)
    effective = np.where(spread > 1e-12, adjusted, equal)
    effective = np.fmin(np.fmin(effective, n), equal)
    bounds = wilson(value * effective, effective, confidence)
    return Interval.of(value, bounds.lower, bounds.upper, n)


def _ratio(y: Array, x: Array, w: Array, g: Groups, size: int) -> tuple[Array, Array]:
    """Each group's Σ wy ÷ Σ wx and its linearised variance."""
    n, below = _sum(w, g, size), _sum(w * x, g, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = _sum(w * y, g, size) / np.where(below > 0, below, np.nan)
        residual = y - value[g] * x
        variance = _sum(w * residual**2, g, size) / (n - 1) * n / below**2
    return value, np.where(n > 1 + _TINY, variance, np.nan)


def _observations(
    values: npt.ArrayLike, weights: npt.ArrayLike | None, groups: npt.ArrayLike | None, size: int | None
) -> tuple[Array, Array, Groups, int]:
    x = np.asarray(values, float).ravel()
    w = np.ones(len(x)) if weights is None else np.asarray(weights, float).ravel()
    g = np.zeros(len(x), np.intp) if groups is None else np.asarray(groups, np.intp).ravel()
    if size is None:
        size = 1 if groups is None else int(g.max(initial=-1)) + 1
    return x, w, g, size


def _sum(values: Array, groups: Groups, size: int) -> Array:
    return np.bincount(groups, weights=values, minlength=size).astype(np.float64, copy=False)


def normal_quantile(confidence: float) -> float:
    """How many standard errors an interval on a normal scale reaches to each side."""
    return float(ndtri((1 + confidence) / 2))


def _t_quantile(confidence: float, n: Array) -> Array:
    """Student's quantile with n − 1 degrees of freedom; NaN for fewer than two observations."""
    enough = n >= 2 - _TINY
    quantile: Array = stdtrit(np.where(enough, n - 1, 1.0), (1 + confidence) / 2)
    return np.where(enough, quantile, np.nan)


def _median_rank(n: Array, confidence: float) -> Array:
    """The largest k for which fewer than k of n observations lie below the median seldom enough; 0: none."""
    tail = (1 - confidence) / 2
    counted = np.maximum(n, 1.0)
    guess = np.maximum(np.floor(bdtrik(tail, counted, 0.5)), 0.0)
    rank = np.zeros(len(n))
    for k in (guess, guess + 1, guess + 2):  # the inverse is continuous; settle which whole number it means
        holds = (k >= 1) & (k <= counted) & (bdtr(np.maximum(k - 1, 0), counted.astype(np.int64), 0.5) <= tail)
        rank = np.where(holds & (n >= 1), k, rank)
    return rank
