"""How much groups truly differ beyond chance, from an estimate and its standard error for each."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from salesreport.stats.intervals import Interval


def spread_between(
    estimates: npt.ArrayLike, errors: npt.ArrayLike, centres: npt.ArrayLike | None = None, confidence: float = 0.95
) -> Interval:
    """The standard deviation of groups' true values, where each is known with an error.

    Paule and Mandel's estimate (the generalised Q statistic equals its degrees of freedom), with Viechtbauer's
    Q-profile interval, both of the variance, as its root.

    Args:
        estimates: of each group. errors: their standard errors, none zero.
        centres: a number per group; groups with the same number vary about one mean of their own. By default one.
        confidence: how often the interval is to hold the true spread.

    Returns:
        One element; NaN where there are fewer than two groups more than centres. `n` is the number of groups.

    References:
        Paule and Mandel (1982), doi 10.6028/jres.087.022; Viechtbauer (2007), doi 10.1002/sim.2514.

    Examples:
        >>> found = spread_between([0.30, 0.10, 0.22, 0.45, 0.05], [0.05, 0.05, 0.05, 0.05, 0.05])
        >>> found.value.round(3), found.lower.round(3), found.upper.round(3)
        (array([0.152]), array([0.082]), array([0.457]))
    """
    y, error = np.asarray(estimates, float), np.asarray(errors, float)
    _, centre = np.unique(np.zeros(len(y)) if centres is None else np.asarray(centres), return_inverse=True)
    size = int(centre.max(initial=-1)) + 1
    freedom = len(y) - size
    nothing = np.array([np.nan])
    n = np.array([float(len(y))])
    if freedom < 1:
        return Interval.of(nothing, nothing, nothing, n)

    def heterogeneity(variance: float) -> float:
        weight = 1 / (error**2 + variance)
        mean = np.bincount(centre, weight * y, size) / np.bincount(centre, weight, size)
        return float((weight * (y - mean[centre]) ** 2).sum())

    tail = (1 - confidence) / 2
    value = _variance(heterogeneity, float(freedom))
    lower = _variance(heterogeneity, float(chdtri(freedom, tail)))
    upper = _variance(heterogeneity, float(chdtri(freedom, 1 - tail)))
    lower, upper = min(lower, value), max(upper, value)
    root = np.sqrt(np.array([[value], [lower], [upper]]))
    return Interval.of(root[0], root[1], root[2], n)


def _variance(heterogeneity: Callable[[float], float], wanted: float) -> float:
    """The variance at which a decreasing statistic is so large; 0 where it never is."""
    from scipy.optimize import brentq  # only here: it takes long to import

    if heterogeneity(0.0) <= wanted:
        return 0.0
    high = 1e-6
    while heterogeneity(high) > wanted:
        high *= 4
    return float(brentq(lambda variance: heterogeneity(variance) - wanted, 0.0, high, xtol=1e-14))
