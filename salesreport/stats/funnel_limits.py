"""Which groups' rates lie farther from a target than their size explains: the funnel plot and its limits.

Small groups scatter widely by chance, large ones little; so the limits narrow with the number of trials. Groups
often scatter more than chance alone explains, for reasons that nobody recorded (overdispersion). Then the limits
are widened by a spread between groups, lest half of the groups stand out.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, ndtr, ndtri

from salesreport.stats.intervals import Array


class Funnel(NamedTuple):
    """Groups' rates against a target; the first six with one element per group.

    Attributes:
        value: the rate; NaN, with all else, for a group without trials.
        z: how many standard deviations the rate's angle, asin √rate, lies from the target's; overdispersion
            counted.
        p: two-sided p-value of a group that is no different from the target but for overdispersion.
        lower, upper: control limits at the group's number of trials.
        n: the group's trials.
        target: the rate compared with.
        phi: the dispersion of the groups' z without allowance for it, about 1 if there is none beyond chance; NaN
            for fewer than two groups.
        tau2: variance of the groups' true angles; 0 if there is none beyond chance.
    """

    value: Array
    z: Array
    p: Array
    lower: Array
    upper: Array
    n: Array
    target: float
    phi: float
    tau2: float


class Limits(NamedTuple):
    """Control limits of a rate, in the shape of the numbers of trials they were asked for."""

    lower: Array
    upper: Array


def funnel(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    target: float | None = None,
    confidence: float = 0.95,
    winsorised: float = 0.1,
    consistent: bool = True,
) -> Funnel:
    """Each group's rate against a target, with overdispersion allowed for.

    φ = Σz² ÷ k of k groups' z, of which the lowest and highest part (`winsorised`) is drawn in to its quantile,
    lest the very groups to be found widen the limits. τ² = max(0, (kφ − (k − 1)) ÷ (Σw − Σw² ÷ Σw)), w = 4n. The
    angle's normal curve is rough for small groups, and spread between groups can only widen; so p is never
    smaller, and the limits are never narrower, than the exact binomial ones.

    Args:
        successes, trials: of each group; may be fractional.
        target: the rate to compare with; by default that of all groups together.
        confidence: how many of the groups that are no different lie within the limits; plots show 0.95 and 0.998.
        winsorised: the part of z-values drawn in at each end.
        consistent: divide φ by what the drawing-in leaves of a normal distribution's variance (0.68 at 10 %). The
            paper does not; then τ² comes out too small, and twice as many groups stand out as should.

    Raises:
        ValueError: there are more successes than trials somewhere, or less than none; or the target is no rate.

    References:
        Spiegelhalter (2005), doi 10.1002/sim.1970, and, for Winsorised φ and additive τ², Spiegelhalter (2005),
        doi 10.1136/qshc.2005.013755.

    Examples:
        >>> rates = funnel([10, 34, 9, 30], [50, 100, 30, 100], target=0.3)
        >>> rates.z.round(2), rates.p.round(2), rates.tau2  # 2 √50 (asin √0.2 − asin √0.3) = −1.64
        (array([-1.64,  0.86,  0.  ,  0.  ]), array([0.12, 0.39, 1.  , 1.  ]), 0.0)
    """
    won, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    if (won < 0).any() or (won > n * (1 + 1e-9)).any():
        raise ValueError("successes lie between none and all trials")
    if target is not None and not 0 <= target <= 1:
        raise ValueError("the target is a rate between 0 and 1")
    heard = n > 0
    known = np.where(heard, n, np.nan)
    value = np.minimum(won / known, 1.0)
    if target is None:
        target = float(won[heard].sum() / n[heard].sum()) if heard.any() else float("nan")
    gap = np.arcsin(np.sqrt(value)) - np.arcsin(np.sqrt(target))
    phi, tau2 = _dispersion(gap[heard], n[heard], winsorised, consistent)
    z = gap / np.sqrt(1 / (4 * known) + tau2)
    p = np.maximum(2 * ndtr(-np.abs(z)), _exact_p(won, known, target))
    lower, upper = funnel_limits(known, target, tau2, confidence)
    return Funnel(value, z, p, lower, upper, n, target, phi, tau2)


def funnel_limits(trials: npt.ArrayLike, target: float, tau2: float = 0.0, confidence: float = 0.95) -> Limits:
    """The control limits at any number of trials, as a plot draws them.

    The exact binomial limits, interpolated between whole numbers of successes as in the paper's appendix: with r
    the least number of successes that has P(R ≤ r) ≥ p, the lower limit is (r − (P(R ≤ r) − p) ÷ P(R = r)) ÷ n.
    The upper one is that of the failures, mirrored. The paper takes the successes' own upper quantile; then what
    lies on it counts as outside, however likely: a single success of a single trial at a rate of 70 %. Where
    groups differ beyond chance, sin² of the target's angle ± z √(1 ÷ 4n + τ²), clipped to [0, π/2], if that is
    wider.

    Args:
        trials: numbers of trials; NaN where they are none.
        target: the rate in the middle.
        tau2: variance of the groups' true angles, from `funnel`.
        confidence: how much lies within the limits.

    References:
        Spiegelhalter (2005), doi 10.1002/sim.1970, appendix A.1.1 and A.3.

    Examples:
        >>> limits = funnel_limits([10, 100, 1000], 0.3)
        >>> limits.lower.round(3), limits.upper.round(3)
        (array([0.   , 0.207, 0.271]), array([0.661, 0.397, 0.329]))
    """
    n = np.asarray(trials, float)
    n = np.where(n > 0, n, np.nan)
    tail = (1 - confidence) / 2
    lower, upper = _binomial_limit(n, target, tail), 1 - _binomial_limit(n, 1 - target, tail)
    if tau2 > 0:
        half = float(ndtri(1 - tail)) * np.sqrt(1 / (4 * n) + tau2)
        angle = np.arcsin(np.sqrt(target))
        lower = np.minimum(lower, np.sin(np.clip(angle - half, 0, np.pi / 2)) ** 2)
        upper = np.maximum(upper, np.sin(np.clip(angle + half, 0, np.pi / 2)) ** 2)
    return Limits(lower, upper)


def _dispersion(gap: Array, n: Array, winsorised: float, consistent: bool) -> tuple[float, float]:
    """φ and τ² of the groups' angles about the target's."""
    k = len(gap)
    if k < 2 or np.isnan(gap).any():
        return float("nan"), 0.0
    z = gap * 2 * np.sqrt(n)
    low, high = np.quantile(z, [winsorised, 1 - winsorised])
    phi = float((np.clip(z, low, high) ** 2).mean())
    if consistent and winsorised > 0:
        phi /= _left(winsorised)
    w = 4 * n
    tau2 = (k * phi - (k - 1)) / float(w.sum() - (w**2).sum() / w.sum())
    return phi, max(tau2, 0.0)


def _left(winsorised: float) -> float:
    """The variance of a standard normal whose tails are drawn in to their quantiles q: P − 2qφ(q) + (1 − P)q²."""
    q = float(-ndtri(winsorised))
    density = np.exp(-(q**2) / 2) / np.sqrt(2 * np.pi)
    return float(1 - 2 * winsorised - 2 * q * density + 2 * winsorised * q**2)


def _at_most(r: Array, n: Array, rate: float) -> Array:
    """P(R ≤ r) of a binomial; by the beta function also between whole numbers."""
    inside = (r >= 0) & (r < n)
    probability = betainc(np.where(inside, n - r, 1.0), np.where(inside, r + 1, 1.0), 1 - rate)
    bounded: Array = np.where(inside, probability, np.where(r < 0, 0.0, 1.0))
    return np.where(np.isnan(r) | np.isnan(n), np.nan, bounded)


def _exact_p(won: Array, n: Array, rate: float) -> Array:
    """Two-sided mid-p value: twice the smaller tail, the number observed counted half."""
    below = (_at_most(won, n, rate) + _at_most(won - 1, n, rate)) / 2
    return np.asarray(np.minimum(1.0, 2 * np.minimum(below, 1 - below)))


def _binomial_limit(n: Array, rate: float, p: float) -> Array:
    """The interpolated p-quantile of a binomial rate."""
    if np.isnan(rate) or rate <= 0 or rate >= 1:
        return np.where(np.isnan(n), np.nan, rate)
    low, high = np.full(n.shape, -1.0), np.nan_to_num(np.ceil(n), nan=0.0)
    while (high - low > 1).any():  # P(R ≤ low) < p ≤ P(R ≤ high)
        middle = np.floor((low + high) / 2)
        enough = _at_most(middle, n, rate) >= p
        open_ = high - low > 1
        low, high = np.where(open_ & ~enough, middle, low), np.where(open_ & enough, middle, high)
    reached, before = _at_most(high, n, rate), _at_most(high - 1, n, rate)
    return np.asarray(np.clip((high - (reached - p) / (reached - before)) / n, 0.0, 1.0))
