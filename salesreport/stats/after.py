"""Whether a group did otherwise after a day than it would have: with regression to the mean and common movement.

Who is picked because a figure was low sees it rise, whatever happens: part of the low was chance. So the figure
after is not held against the figure before, but against what is believed of the group's true figure, which is
drawn towards the others' (empirical Bayes), moved as those moved whom nothing happened to (`peers`):

    link(true after) = a + link(b) + s × (link(b) − mean of link(b)) + e,   e ~ (0, τ²)

b is what is believed from before, with its variance; a is the peers' common movement, s a further drawing together
(or apart) of them, held near 0 by a prior of standard deviation `SLOPE`, τ² how far true figures wander by
themselves. The figure after then has a predictive distribution: beta-binomial for shares, negative binomial for
counts, normal for means, Student's t for what no model of its noise is known of.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr, ndtri, stdtr, stdtrit

from salesreport.stats.believed import believed_counts, believed_means
from salesreport.stats.intervals import Array
from salesreport.stats.overdispersed import beta_binomial, negative_binomial
from salesreport.stats.shrinkage import Believed, believed_rates

Family = Literal["rate", "count", "mean", "level"]
"""What a figure is: a share of trials, events per exposure, a mean with its standard error, or any number ≥ 0."""

FEWEST = 5
"""With fewer peers nothing is said."""

SLOPE = {"rate": 0.3, "count": 0.3, "mean": 0.3, "level": 1.0}
"""How far the slope may be from 1, by family; nothing else draws levels together, so there the peers decide."""

_NORMAL = float(ndtri(0.975))
"""Standard errors from the middle to the end of a normal distribution's 95%."""

_ROUNDS = 25
_TINY = 1e-9


class Seen(NamedTuple):
    """What was seen of groups in some days, one element per group.

    Attributes:
        total: successes, events, or the figure itself. size: trials, exposure, or the standard error; of levels 1.
            Nothing seen is NaN, or a size of 0.
    """

    total: Array
    size: Array

    def known(self) -> npt.NDArray[np.bool_]:
        """Which groups something is known of."""
        known: npt.NDArray[np.bool_] = ~np.isnan(self.total) & (np.nan_to_num(self.size) > 0)
        return known


class Expected(NamedTuple):
    """What groups are expected to do after the day if nothing happens to them, one element per group.

    Attributes:
        family: of the figures. value: the expected figure; NaN where it cannot be told.
        centre: the same as log-odds, logarithm, the figure itself, or its square root. own, common: its variance
            by what is not known of the group, and by what is not known of the common movement.
        peers: how many moved without anything happening to them. moved: their common movement.
    """

    family: Family
    value: Array
    centre: Array
    own: Array
    common: Array
    peers: int
    moved: float


class Change(NamedTuple):
    """What one group did, held against what was expected.

    Attributes:
        value, expected: figures after. lower, upper: 95 % of what would come if nothing had happened.
        p: two-sided; of counted things half of what came exactly counts (mid-p). surplus: of the figure over what
            was expected, by how steep the scale of `Expected.centre` is there: of a rate ÷ p(1 − p), of a count ÷
            the expected one; of levels the difference of the roots. own, common: its variance, noise included.
    """

    value: float
    expected: float
    lower: float
    upper: float
    p: float
    surplus: float
    own: float
    common: float


def expect(
    family: Family, before: Seen, after: Seen, peers: npt.ArrayLike, believed: Believed | None = None
) -> Expected:
    """What groups are expected to do after a day.

    Args:
        family: what the figures are. before: what was seen up to the day. after: what was seen since.
        peers: which of the groups nothing happened to; only of them `after` is looked at.
        believed: `believed_of(family, before)`, where it is known already.

    Examples:
        Forty groups at a true rate of 0.4; the worst of them had 4 of 20 before:

        >>> rng = np.random.default_rng(3)
        >>> before = Seen(rng.binomial(20, 0.4, 40).astype(float), np.full(40, 20.0))
        >>> after = Seen(rng.binomial(20, 0.4, 40).astype(float), np.full(40, 20.0))
        >>> worst = int(before.total.argmin())
        >>> expected = expect("rate", before, after, np.arange(40) != worst)
        >>> float(before.total[worst] / 20), float(expected.value[worst].round(2))
        (0.1, 0.38)
    """
    known = before.known()
    believed = believed_of(family, before) if believed is None else believed
    nothing = np.full(len(known), np.nan)
    usable = known & np.asarray(peers, bool) & after.known()
    if usable.sum() < FEWEST:
        return Expected(family, nothing, nothing, nothing, nothing, int(usable.sum()), float("nan"))
    centre = np.full(len(known), np.nan)
    centre[known] = _link(family, believed.mean[known])
    doubt = believed.variance * _slope(family, believed.mean) ** 2
    middle = float(centre[usable].mean())
    design = np.stack([np.ones(len(centre)), centre - middle], axis=1)
    moved, covariance, wander = _movement(
        family, centre[usable], doubt[usable], design[usable], after.total[usable], after.size[usable]
    )
    centre = centre + design @ moved
    own = doubt * (1 + moved[1]) ** 2 + wander
    common = np.einsum("ij,jk,ik->i", design, covariance, design)
    return Expected(family, _inverse(family, centre), centre, own, common, int(usable.sum()), float(moved[0]))


def changed(expected: Expected, group: int, total: float, size: float) -> Change | None:
    """What a group did after the day, held against what was expected of it; None where that cannot be told.

    Args:
        expected: of `expect`. group: which. total, size: what was seen of it, as in `Seen`.
    """
    family, middle = expected.family, float(expected.value[group])
    if np.isnan(middle) or np.isnan(total) or not size > 0:
        return None
    own, common = float(expected.own[group]), float(expected.common[group])
    slope = float(_slope(family, np.array(middle)))
    value = total / size if family in ("rate", "count") else total
    lower, upper, p = _held_against(family, middle, own + common, total, size, expected.peers)
    surplus = (value - middle) * slope
    if family == "level":
        surplus = float(np.sqrt(max(value, 0.0)) - np.sqrt(middle))
    noise = float(_noise(family, np.array(middle), np.array(size))) * slope**2
    return Change(value, middle, lower, upper, p, surplus, own + noise, common)


def shifted(family: Family, value: float, by: float) -> float:
    """A figure with a surplus: what `Change.surplus` is of, turned round.

    Examples:
        >>> [round(shifted(family, value, by), 3) for family, value, by in
        ...  (("rate", 0.5, 0.4), ("count", 2.0, 0.1), ("mean", 5.0, -1.0), ("level", 9.0, -1.0))]
        [0.6, 2.2, 4.0, 4.0]
    """
    if family == "level":
        return max(0.0, float(np.sqrt(max(value, 0.0))) + by) ** 2
    moved = value + by / float(_slope(family, np.array(value)))
    return moved if family == "mean" else min(1.0, max(0.0, moved)) if family == "rate" else max(0.0, moved)


def believed_of(family: Family, before: Seen) -> Believed:
    """What is believed of each group's true figure, from before the day; NaN where nothing is known."""
    known = before.known()
    total, size = np.where(known, before.total, 0.0), np.where(known, before.size, 0.0)
    if family == "rate":
        return believed_rates(total, size)
    if family == "count":
        return believed_counts(total, size)
    if family == "mean":
        return believed_means(np.where(known, total, np.nan), np.where(known, size, 1.0))
    return Believed(np.where(known, before.total, np.nan), np.where(known, 0.0, np.nan))


def _movement(
    family: Family, centre: Array, doubt: Array, design: Array, total: Array, size: Array
) -> tuple[Array, Array, float]:
    """How the peers moved: (a, s), their covariance, τ².

    Working residuals (of a generalised linear model) weighted by what noise, doubt and τ² leave; τ² by moments
    (DerSimonian and Laird 1986, doi 10.1016/0197-2456(86)90046-2).
    """
    prior = np.diag([0.0, 1 / SLOPE[family] ** 2])
    moved, wander = np.zeros(2), 0.0
    covariance = np.zeros((2, 2))
    value = total / size if family in ("rate", "count") else total
    for _ in range(_ROUNDS):
        fitted = _inverse(family, centre + design @ moved)
        slope = _slope(family, fitted)
        residual = (value - fitted) * slope
        given = _noise(family, fitted, size) * slope**2 + doubt * (1 + moved[1]) ** 2
        # τ²: what the residuals vary more than noise and doubt; two parameters are fitted
        weight = 1 / np.maximum(given, _TINY)
        if family == "level":
            wander = float((residual**2).sum() / (len(residual) - 2))
        else:
            excess = (weight * residual**2).sum() - (len(residual) - 2)
            wander = max(0.0, float(excess / (weight.sum() - (weight**2).sum() / weight.sum())))
        weight = 1 / np.maximum(given + wander, _TINY)
        covariance = np.linalg.inv(design.T @ (design * weight[:, None]) + prior)
        step = covariance @ (design.T @ (weight * residual) - prior @ moved)
        moved = moved + np.clip(step, -1.0, 1.0) if family in ("rate", "count") else moved + step
        moved[1] = np.clip(moved[1], -1.0, 1.0)
        if np.abs(step).max() < 1e-8 * (1 + np.abs(moved).max()):
            break
    return moved, covariance, wander


def _held_against(
    family: Family, middle: float, variance: float, total: float, size: float, peers: int
) -> tuple[float, float, float]:
    """95 % of what comes if nothing happened, and the two-sided p of what came.

    The variance is that on the scale of the link.
    """
    if family == "mean":
        error = np.sqrt(variance + size**2)
        reach = _NORMAL * error
        return middle - reach, middle + reach, float(2 * ndtr(-abs(total - middle) / error))
    if family == "level":
        error, root = np.sqrt(variance), np.sqrt(middle)
        reach = error * stdtrit(peers - 2, 0.975)
        off = abs(np.sqrt(max(total, 0.0)) - root)
        return max(0.0, root - reach) ** 2, (root + reach) ** 2, float(2 * stdtr(peers - 2, -off / error))
    spread = variance / float(_slope(family, np.array(middle))) ** 2
    came = round(total)
    if family == "rate":
        trials = max(1, round(size))
        alpha = max(middle * (1 - middle) / spread - 1, 1e-3)
        shapes = max(alpha * middle, _TINY), max(alpha * (1 - middle), _TINY)
        low, high, below = beta_binomial(trials, *shapes, min(came, trials))
        per = 1 / trials
    else:
        shape = middle**2 / spread  # of the gamma distribution with this mean and variance
        low, high, below = negative_binomial(shape, shape / (shape + middle * size), came)
        per = 1 / size
    return low * per, high * per, min(1.0, 2 * min(below, 1 - below))


def _link(family: Family, value: Array) -> Array:
    if family == "rate":
        return np.asarray(logit(np.clip(value, _TINY, 1 - _TINY)))
    if family == "count":
        return np.asarray(np.log(np.maximum(value, _TINY)))
    return np.asarray(value if family == "mean" else np.sqrt(np.maximum(value, 0.0)))


def _inverse(family: Family, centre: Array) -> Array:
    if family == "rate":
        return np.asarray(expit(centre))
    if family == "count":
        return np.asarray(np.exp(centre))
    return np.asarray(centre if family == "mean" else np.maximum(centre, 0.0) ** 2)


def _slope(family: Family, value: Array) -> Array:
    """The link's derivative."""
    if family == "rate":
        return np.asarray(1 / np.maximum(value * (1 - value), _TINY))
    if family == "count":
        return np.asarray(1 / np.maximum(value, _TINY))
    return np.ones_like(value, float) if family == "mean" else np.asarray(0.5 / np.sqrt(np.maximum(value, _TINY)))


def _noise(family: Family, value: Array, size: Array) -> Array:
    """The variance of a figure about its true value."""
    if family == "rate":
        return np.asarray(value * (1 - value) / size)
    if family == "count":
        return np.asarray(value / size)
    return np.asarray(size**2 if family == "mean" else np.zeros_like(value))


class Together(NamedTuple):
    """The mean surplus of several groups.

    Attributes:
        value: the mean, weighted by how well each is known. error: its standard error.
        lower, upper: 95 % interval. p: two-sided.
    """

    value: float
    error: float
    lower: float
    upper: float
    p: float


def together(changes: Sequence[Change]) -> Together:
    """What several groups did beyond what was expected of them.

    Weights are inverse variances. What is not known of the peers' movement is the same for all, so it does not
    average out. Where the groups differ from each other more than they should, the error grows as much (Birge's
    ratio; Paule and Mandel 1982, doi 10.6028/jres.087.022).

    Args:
        changes: of each, at least one.

    Examples:
        >>> one = Change(0.5, 0.4, 0.3, 0.5, 0.04, surplus=0.4, own=0.04, common=0.0)
        >>> [round(float(found), 2) for found in together([one, one])]
        [0.4, 0.14, 0.12, 0.68, 0.0]
    """
    surplus, own, common = (
        np.array([getattr(one, name) for one in changes]) for name in ("surplus", "own", "common")
    )
    weight = 1 / (own + common)
    weight = weight / weight.sum()
    value = float(weight @ surplus)
    uneven = float(((surplus - value) ** 2 / (own + common)).sum() / max(len(surplus) - 1, 1))
    error = float(np.sqrt(weight**2 @ own * max(1.0, uneven) + (weight @ np.sqrt(common)) ** 2))
    reach = _NORMAL * error
    return Together(value, error, value - reach, value + reach, float(2 * ndtr(-abs(value) / error)))
