"""Counts and sums of events that vary more than chance explains: how much more, and how far one can be trusted.

The dispersion of a sum over a stretch of time is its variance ÷ its mean: 1 for independent events that count 1
each (Poisson), the mean square ÷ the mean of the amounts for independent events with amounts (compound Poisson),
more where events come in bunches (negative binomial), in the unit of the sum.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, digamma, gammaincinv, polygamma, stdtrit

from salesreport.stats.intervals import Array, Interval, normal_quantile

LEAST = 2.0
"""Degrees of freedom below which a group's own dispersion says nothing."""

_ENOUGH = 5.0
"""So many events a group has at least whose dispersion counts for the others'."""

_MOST = 1e6


class Dispersion(NamedTuple):
    """Dispersions of groups, one element each.

    Attributes:
        value: variance ÷ mean. freedom: the degrees of freedom it rests on; infinite: it is known.
        pairs: how many pairs of stretches of the group's own it rests on.
    """

    value: Array
    freedom: Array
    pairs: Array


def successive(counts: npt.ArrayLike, groups: npt.ArrayLike | None = None, size: int | None = None) -> Dispersion:
    """Dispersions of groups, from what their members did in successive stretches of the same length.

    Each stretch is compared with the next, by those members who were there in both: neither a group that grew,
    nor a slow rise or fall looks erratic. Σ (one − other)² ÷ Σ (one + other) is 1 on average for independent
    events, however few they are.

    Args:
        counts: members × stretches, in their order; NaN: was not there. groups: the group of each member, from 0;
            by default each is one. size: the number of groups.

    Returns:
        That ratio over all pairs of stretches; NaN where nothing was done. Overlapping pairs know less than as
        many independent ones: p of them have 2p² ÷ (3p − 1) degrees of freedom.

    References:
        von Neumann, Kent, Bellinson and Hart (1941), Annals of Mathematical Statistics 12, 153–162 (mean square
        successive difference, and its variance).

    Examples:
        >>> successive([[4.0, 12.0, 8.0]]).value.round(3)  # (64 + 16) ÷ (16 + 20)
        array([2.222])
    """
    x = np.atleast_2d(np.asarray(counts, float))
    group = np.arange(len(x)) if groups is None else np.asarray(groups, np.intp)
    size = (int(group.max(initial=-1)) + 1) if size is None else size
    one, other = x[:, :-1], x[:, 1:]
    both = ~np.isnan(one) & ~np.isnan(other)
    pairs = max(x.shape[1] - 1, 0)
    apart, together = np.zeros((2, size, pairs))
    np.add.at(apart, group, np.where(both, one - other, 0.0))
    np.add.at(together, group, np.where(both, one + other, 0.0))
    used = together > 0
    number = used.sum(axis=1).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(number > 0, (apart**2).sum(axis=1) / together.sum(axis=1), np.nan)
        freedom = np.where(number > 0, 2 * number**2 / (3 * number - 1), 0.0)
    return Dispersion(value, freedom, number)


def moderated(found: Dispersion, floor: npt.ArrayLike, total: npt.ArrayLike) -> Dispersion:
    """Dispersions of groups, drawn towards what is usual among them as far as they may differ by chance.

    Args:
        found: of each group, from `successive`. floor: the least it can be (independent events), in the same unit.
        total: how much was done in all the stretches, in the same unit.

    Returns:
        Ratios to the floor are drawn towards each other, so that groups of other units or sizes can be alike.
        Where nothing can be told it is the floor, and known.

    References:
        Smyth (2004), Statistical Applications in Genetics and Molecular Biology 3(1), article 3: variances of many
        groups by an inverse gamma prior whose degrees of freedom are learnt from all of them.

    Examples:
        >>> alone = moderated(Dispersion(np.array([3.0]), np.array([11.0]), np.array([11.0])), 1.0, 60.0)
        >>> alone.value, alone.freedom
        (array([3.]), array([11.]))
    """
    least = np.broadcast_to(np.asarray(floor, float), found.value.shape)
    enough = np.broadcast_to(np.asarray(total, float), found.value.shape) >= _ENOUGH * least
    told = (found.freedom >= LEAST) & np.isfinite(found.value) & enough & (least > 0)
    own = np.where(told, found.freedom, 0.0)
    ratio = np.where(own > 0, found.value / np.where(least > 0, least, 1.0), 1.0)
    prior, usual = _prior(ratio[own > 0], own[own > 0])
    with np.errstate(invalid="ignore"):
        drawn = np.where(
            np.isinf(prior), usual, (prior * usual + own * ratio) / np.maximum(prior + own, 1e-9)
        ) if prior > 0 else ratio  # fmt: skip
    freedom = own + prior
    known = freedom > 0
    # less than independent events vary may be luck, more than that is what the interval is for
    value = np.where(known, np.maximum(drawn, 1.0), 1.0) * least
    return Dispersion(value, np.where(known, freedom, np.inf), np.where(told, found.pairs, 0.0))


def _prior(ratio: Array, freedom: Array) -> tuple[float, float]:
    """Degrees of freedom and value of what is usual among groups; (0, 1) with fewer than three of them."""
    if len(ratio) < 3:
        return 0.0, 1.0
    middle = float(np.median(ratio))
    if middle <= 0:
        return 0.0, 1.0
    half = freedom / 2
    log = np.log(np.maximum(ratio, 0.01 * middle)) - digamma(half) + np.log(half)
    mean = float(log.mean())
    beyond = float(((log - mean) ** 2).sum() / (len(log) - 1) - polygamma(1, half).mean())
    if beyond <= 1 / _MOST:
        return float("inf"), float((ratio * freedom).sum() / freedom.sum())
    prior = 2 * _inverse_trigamma(beyond)
    return prior, float(np.exp(mean + digamma(prior / 2) - np.log(prior / 2)))


def _inverse_trigamma(value: float) -> float:
    """The number whose trigamma is a value, by Newton's method on its reciprocal."""
    x = 0.5 + 1 / value
    for _ in range(50):
        now = float(polygamma(1, x))
        step = now * (1 - now / value) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-8:
            break
    return x


def count_jeffreys(
    counts: npt.ArrayLike, dispersion: npt.ArrayLike = 1.0, freedom: npt.ArrayLike = np.inf,
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """What a count, or a sum of amounts, may be on average, with Jeffreys' interval for overdispersed counts.

    A sum with dispersion D is taken as D times a Poisson count, as for weighted sums. Where the dispersion is
    itself uncertain, it is widened by the squared ratio of Student's quantile to the normal one.

    Args:
        counts: what was counted or summed, not negative. dispersion: variance ÷ mean, in the same unit.
        freedom: degrees of freedom that the dispersion rests on. confidence: how often it holds the true mean.

    References:
        Brown, Cai and DasGupta (2003), Statistica Sinica 13, 19–49 (Jeffreys for Poisson and negative binomial: as
        often right as it says on average, neither too careful nor too bold); Fay and Feuer (1997), Statistics in
        Medicine 16, 791–801 (gamma intervals of weighted sums).

    Examples:
        >>> count = count_jeffreys([10, 0], [1.0, 1.0])
        >>> count.lower.round(2), count.upper.round(2)
        (array([5.14, 0.  ]), array([17.74,  2.51]))
        >>> count_jeffreys(10, 4.0).upper.round(2)  # bunches of about four: two and a half of them
        np.float64(28.9)
    """
    x, each, known = np.broadcast_arrays(*(np.asarray(one, float) for one in (counts, dispersion, freedom)))
    z = normal_quantile(confidence)
    t = np.where(np.isinf(known), z, stdtrit(np.where(np.isinf(known), 1.0, known), (1 + confidence) / 2))
    wide = np.where(each > 0, each, np.nan) * (t / z) ** 2
    tail, some = (1 - confidence) / 2, x > 0
    shape = x[some] / wide[some] + 0.5
    lower, upper = (
        np.zeros(x.shape),
        np.asarray(wide * gammaincinv(0.5, 1 - tail)),
    )  # of nothing: the same quantile for all
    lower[some], upper[some] = (wide[some] * gammaincinv(shape, part) for part in (tail, 1 - tail))
    return Interval.of(x, np.minimum(lower, x), np.maximum(upper, x), x / each)


def ratio_jeffreys(
    counts: npt.ArrayLike, before: npt.ArrayLike, dispersion: npt.ArrayLike = 1.0, freedom: npt.ArrayLike = np.inf,
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """The ratio of two counts or sums of the same kind, with Jeffreys' interval given both together.

    Args:
        counts, before: not negative; the ratio is missing where nothing was before. dispersion: of both. freedom,
        confidence: as in `count_jeffreys`.

    References:
        Price and Bonett (2000), Computational Statistics & Data Analysis 34, 345–356 (ratio of two Poisson rates
        from the binomial share of one of them), with Jeffreys' beta quantiles.

    Examples:
        >>> ratio = ratio_jeffreys(30, 20)
        >>> float(ratio.value), ratio.lower.round(2), ratio.upper.round(2)
        (1.5, np.float64(0.86), np.float64(2.66))
    """
    now, then, each, known = np.broadcast_arrays(
        *(np.asarray(one, float) for one in (counts, before, dispersion, freedom))
    )
    z = normal_quantile(confidence)
    t = np.where(np.isinf(known), z, stdtrit(np.where(np.isinf(known), 1.0, known), (1 + confidence) / 2))
    wide, tail = np.where(each > 0, each, np.nan) * (t / z) ** 2, (1 - confidence) / 2
    shapes = [np.maximum(one, 0.0) / wide + 0.5 for one in (now, then)]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(then > 0, now / then, np.nan)
        low, high = (betaincinv(*shapes, part) for part in (tail, 1 - tail))
        lower, upper = np.where(now > 0, low / (1 - low), 0.0), np.where(then > 0, high / (1 - high), np.inf)
    missing = np.isnan(value)
    lower, upper = (np.where(missing, np.nan, one) for one in (np.minimum(lower, value), np.maximum(upper, value)))
    return Interval.of(value, lower, upper, (now + then) / each)
