"""How much more often something happens to what was flagged than to the rest, when cases are looked at repeatedly.

The same deal is looked at on several days, and what belongs to one rep has more in common than what belongs to
two. So looks are no independent trials: the interval rests on *clusters* that are, left out one at a time.

Like is compared with like: within strata (the day of the look, the stage), weighed as Mantel and Haenszel do. A
stratum in which nothing, or everything, was flagged tells nothing and has no weight.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from salesreport.stats.holds import assert_holds
from salesreport.stats.intervals import Array, Groups

FEWEST_CLUSTERS = 2


class Lift(NamedTuple):
    """Two rates and how they compare; NaN where nothing can be compared.

    Attributes:
        flagged, rest: how often it happened to the flagged and to the others, at the same mix of strata.
        difference, difference_lower, difference_upper: flagged − rest.
        ratio, ratio_lower, ratio_upper: flagged ÷ rest; no bounds where it happened to none of one side.
        clusters: how many independent ones have a part in it. freedom: degrees of freedom of the difference.
    """

    flagged: float
    rest: float
    difference: float
    difference_lower: float
    difference_upper: float
    ratio: float
    ratio_lower: float
    ratio_upper: float
    clusters: int
    freedom: float


def lift(
    happened: npt.ArrayLike,
    flagged: npt.ArrayLike,
    stratum: npt.ArrayLike,
    cluster: npt.ArrayLike,
    confidence: float = 0.95,
) -> Lift:
    """Compare what was flagged with what was not, within strata.

    Args:
        happened: of each look, whether it happened. flagged: whether the case was flagged in this look.
        stratum: a number from 0 for what is alike. cluster: one from 0 for what may depend on itself in any way.
        confidence: how often the intervals are to hold the true values.

    Returns:
        Mantel and Haenszel's difference and ratio of the rates. Their variance, of the ratio on a logarithmic
        scale, is the mean of two: that of leaving out one cluster at a time, which is too large where strata are
        thin (a stratum may be lost with a cluster), and that of giving each a little less weight, which is too
        small. Student's quantile has as many degrees of freedom as there are clusters less one, or fewer where a
        few clusters decide: the geometric mean with their effective number. How often that holds is measured in
        docs/validation.md.

    References:
        Greenland and Robins (1985), doi 10.2307/2530643 (the weights); Cameron and Miller (2015), doi
        10.3368/jhr.50.2.317, and MacKinnon, Nielsen and Webb (2023), doi 10.1016/j.jeconom.2022.04.001 (the
        cluster jackknife, and why few or uneven clusters tell less than their number); Efron (1982), doi
        10.1137/1.9781611970319 (the infinitesimal jackknife, and that one errs upwards and the other downwards).

    Examples:
        Of 40 flagged 24 were lost, of 40 others 16; of 20 and 20 on another day 10 and 8:

        >>> was_flagged = np.repeat([1, 0, 1, 0], [40, 40, 20, 20])
        >>> lost = np.concatenate([np.arange(n) < k for n, k in ((40, 24), (40, 16), (20, 10), (20, 8))])
        >>> found = lift(lost, was_flagged, np.repeat([0, 1], [80, 40]), np.arange(120))
        >>> round(found.difference, 3), round(found.ratio, 3)  # (24 + 10) ÷ (16 + 8)
        (0.167, 1.417)
    """
    y, x = np.asarray(happened, bool).ravel(), np.asarray(flagged, bool).ravel()
    told = _telling(x, np.asarray(stratum, np.intp).ravel())
    y, x = y[told], x[told]
    if not len(y):
        return Lift(*(float("nan"),) * 8, 0, float("nan"))
    s = np.unique(np.asarray(stratum, np.intp).ravel()[told], return_inverse=True)[1]
    g = np.unique(np.asarray(cluster, np.intp).ravel()[told], return_inverse=True)[1]
    strata, clusters = int(s.max()) + 1, int(g.max()) + 1
    whole = _counts(y, x, s, strata)
    sums = _sums(whole).sum(axis=1)
    # a cluster has a part only in strata it has looks in: what it takes away there, added up
    key, part = np.unique(g * strata + s, return_inverse=True)
    own = _counts(y, x, part, len(key))
    at = key % strata
    away = _sums(whole[:, at] - own) - _sums(whole[:, at])
    without = sums[:, None] + np.stack([np.bincount(key // strata, one, clusters) for one in away])
    slope = np.stack([np.bincount(key // strata, one, clusters) for one in _slopes(whole[:, at], own)])
    one, other = _rates(sums)
    ones, others = _rates(without)
    with np.errstate(divide="ignore", invalid="ignore"):
        tilt = (slope[0] - slope[1] - (one - other) * slope[2]) / sums[2]
        gap, gap_error, freedom = _jackknife(one - other, ones - others, tilt)
        log_tilt = slope[0] / sums[0] - slope[1] / sums[1]
        log, log_error, log_freedom = _jackknife(np.log(one / other), np.log(ones / others), log_tilt)
        half, log_half = _quantile(freedom, confidence) * gap_error, _quantile(log_freedom, confidence) * log_error
        ratio = one / other if other > 0 else float("nan")
        lower, upper = np.exp(log - log_half), np.exp(log + log_half)
    bounded = bool(np.isfinite(log) and np.isfinite(log_half))
    low, high, ratio = max(gap - half, -1.0), min(gap + half, 1.0), float(ratio)
    ratio_low, ratio_high = (float(lower), float(upper)) if bounded else (float("nan"), float("nan"))
    assert_holds([low, ratio_low], [gap, ratio], [high, ratio_high])
    return Lift(
        float(one), float(other), float(gap), float(low), float(high), ratio, ratio_low, ratio_high,
        clusters, freedom,
    )  # fmt: skip


def effective_number(sizes: npt.ArrayLike) -> float:
    """How many clusters of equal size would tell as much as clusters of these sizes; Kish's (Σ n)² ÷ Σ n².

    Examples:
        >>> effective_number([10, 10, 10]), round(effective_number([90, 5, 5]), 2)
        (3.0, 1.23)
    """
    n = np.asarray(sizes, float)
    squares = float((n * n).sum())
    return float(n.sum()) ** 2 / squares if squares > 0 else 0.0


def _telling(flagged: npt.NDArray[np.bool_], stratum: Groups) -> npt.NDArray[np.bool_]:
    """The looks in strata where some were flagged and others not."""
    size = int(stratum.max(initial=-1)) + 1
    n, had = np.bincount(stratum, minlength=size), np.bincount(stratum, flagged, size)
    told: npt.NDArray[np.bool_] = ((had > 0) & (had < n))[stratum]
    return told


def _counts(y: npt.NDArray[np.bool_], x: npt.NDArray[np.bool_], place: Groups, size: int) -> Array:
    """Flagged and others to whom it happened, and all flagged and others: four rows, a column per place."""
    return np.stack(
        [np.bincount(place, which, size) for which in (y & x, y & ~x, x, ~x)],
    ).astype(float)


def _sums(counts: Array) -> Array:
    """What each stratum adds to both weighted numbers of events, and to the weight."""
    hit, other_hit, n, other = counts
    total = n + other
    share = np.where((n > 0) & (other > 0), 1 / np.where(total > 0, total, 1.0), 0.0)
    return np.stack([hit * other * share, other_hit * n * share, n * other * share])


def _slopes(counts: Array, own: Array) -> Array:
    """What each stratum's sums change by, per part of it that a cluster's own counts are given more weight."""
    hit, other_hit, n, other = counts
    d_hit, d_other_hit, d_n, d_other = own
    total = n + other
    d_share = -(d_n + d_other) / total**2
    return np.stack(
        [
            (d_hit * other + hit * d_other) / total + hit * other * d_share,
            (d_other_hit * n + other_hit * d_n) / total + other_hit * n * d_share,
            (d_n * other + n * d_other) / total + n * other * d_share,
        ]
    )


def _rates(sums: Array) -> tuple[Array, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return sums[0] / sums[2], sums[1] / sums[2]


def _jackknife(value: Array, without: Array, tilt: Array) -> tuple[float, float, float]:
    """An estimate, its standard error, and degrees of freedom; the error is NaN where it cannot be told.

    Args:
        value: the estimate. without: the same without each cluster. tilt: its change per weight given to each.
    """
    n = len(without)
    gap = without - value
    squares = gap * gap
    total = float(squares.sum())
    if n < FEWEST_CLUSTERS or not np.isfinite(total) or total <= 0:
        return float(value), float("nan"), float("nan")
    effective = total**2 / float((squares * squares).sum())
    freedom = float(np.sqrt((n - 1) * max(effective - 1, 1.0)))
    slight = n / (n - 1) * float((tilt * tilt).sum())
    return float(value), float(np.sqrt(((n - 1) / n * total + slight) / 2)), freedom


def _quantile(freedom: float, confidence: float) -> float:
    return float(stdtrit(max(freedom, 1.0), (1 + confidence) / 2)) if np.isfinite(freedom) else float("nan")
