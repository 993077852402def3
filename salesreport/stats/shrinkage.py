"""Rates of many groups, each drawn towards the others' as far as it has too few trials to stand for itself.

The groups' true rates are taken to come from a beta distribution, whose parameters the groups tell themselves: the
beta-binomial model, empirical Bayes. The fewer the trials of a group, or the less the groups differ beyond chance,
the nearer its estimate lies to their mean.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import betainc, betaincinv, betaln, digamma, expit, logit

from salesreport.stats.holds import assert_holds
from salesreport.stats.intervals import Array, Interval

_GAIN = 1e-6
"""Groups count as alike unless the log likelihood of their differing is higher by this much: less is rounding."""

_NODES, _ACROSS = 20, 9
"""Nodes of the integral over how much the groups differ, and over their mean at each of these."""

_SLIGHT = 1e-5
"""Nodes with less than this part of the weight are left out."""

_STEPS = 4
"""Steps to a quantile from a start that is close, at most."""

_CLOSE = 1e-8
"""After a step as small as this there are twice as many digits: all of them."""


class Shrunken(NamedTuple):
    """Rates of groups, shrunken towards their mean; the first five with one element per group.

    Attributes:
        value: the estimated rate, (r + α) ÷ (n + α + β); NaN for a group without trials.
        lower, upper: the credible interval; it allows for α and β being estimates too.
        below: the probability that the group's true rate is below that of a typical peer, the median of the true
            rates' distribution; about ½ where groups cannot be told apart. (Of rates near 0 or 1 most lie on one
            side of their mean: below it would be groups that do not differ.)
        n: the group's trials.
        mean: mean of the true rates, α ÷ (α + β).
        alpha, beta: parameters of their beta distribution at the maximum of the likelihood; infinite where the
            groups do not differ by more than chance. Then every `value` is the pooled rate.
        correlation: 1 ÷ (α + β + 1), the part of the variance of single outcomes that lies between groups; 0 where
            they do not differ, 1 where each group always succeeds or always fails.
    """

    value: Array
    lower: Array
    upper: Array
    below: Array
    n: Array
    mean: float
    alpha: float
    beta: float
    correlation: float


def jeffreys(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """A single rate with the equal-tailed credible interval under Jeffreys' prior, Beta(½, ½).

    Args:
        successes, trials: may be fractional; NaN everywhere where there are no trials.
        confidence: the probability of the interval. Where none, or all, of the trials succeeded, the interval
            reaches to 0, or to 1.

    Returns:
        `value` is the raw rate.

    References:
        Brown, Cai and DasGupta (2001), doi 10.1214/ss/1009213286.

    Examples:
        >>> rate = jeffreys(3, 10)
        >>> rate.lower.round(3), rate.upper.round(3)
        (np.float64(0.093), np.float64(0.606))
    """
    won, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    known = np.where(n > 0, n, np.nan)
    value = np.clip(won / known, 0.0, 1.0)
    tail = (1 - confidence) / 2
    alpha, beta = known * value + 0.5, known * (1 - value) + 0.5
    lower = np.where(value <= 0, 0.0, betaincinv(alpha, beta, tail))
    upper = np.where(value >= 1, 1.0, betaincinv(alpha, beta, 1 - tail))
    missing = np.isnan(value)
    return Interval.of(value, np.where(missing, np.nan, lower), np.where(missing, np.nan, upper), n)


def shrunken(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> Shrunken:
    """The rates of the groups of one peer group, by empirical Bayes.

    α and β maximise the marginal likelihood. An interval that took them for certain would be too narrow, with few
    or similar groups far too narrow. So interval and probability are averaged over the parameters that the groups
    leave possible, with a uniform prior on the shrinkage of a group of median size and Jeffreys' prior on the
    mean; the interval is that of the beta distribution with the average's mean and variance.

    Args:
        successes, trials: of each group; may be fractional. Groups without trials tell nothing and are told
            nothing.
        confidence: the probability of the intervals.

    Raises:
        ValueError: there are more successes than trials somewhere, or less than none.

    References:
        Griffiths (1973), Biometrics 29, 637–648 (the likelihood); Christiansen and Morris (1997), Journal of the
        American Statistical Association 92, 618–632, and Tak, Kelly and Morris (2017), doi 10.18637/jss.v078.i05
        (uniform shrinkage, and its coverage).

    Examples:
        >>> rates = shrunken([2, 20, 50, 30], [10, 40, 200, 60])
        >>> rates.value.round(2)  # raw: 0.2, 0.5, 0.25, 0.5
        array([0.31, 0.46, 0.26, 0.47])
        >>> shrunken([1, 4, 10], [5, 20, 50]).value  # no difference at all: the pooled rate
        array([0.2, 0.2, 0.2])
    """
    n, heard, groups, kind = _grouped(successes, trials)
    nothing = np.full(len(n), np.nan)
    if groups is None:
        return Shrunken(nothing, nothing, nothing, nothing, n, *[float("nan")] * 4)
    mean, size = _most_likely(groups)
    alpha, beta = (mean * size, (1 - mean) * size) if np.isfinite(size) else (np.inf, np.inf)
    value = _estimates(groups, mean, size)
    lower, upper, below = _averaged(groups, confidence)
    columns = np.full((4, len(n)), np.nan)
    found = np.stack([value, np.minimum(lower, value), np.maximum(upper, value), below])
    columns[:, heard] = found[:, kind]
    assert_holds(columns[1], columns[0], columns[2])
    return Shrunken(
        value=columns[0],
        lower=columns[1],
        upper=columns[2],
        below=columns[3],
        n=n,
        mean=mean,
        alpha=float(alpha),
        beta=float(beta),
        correlation=float(1 / (size + 1)),
    )


class ShrunkenRates(NamedTuple):
    """What `shrunken` gives, without intervals: the estimated rates, NaN without trials, and their mean."""

    value: Array
    mean: float


def shrunken_rates(successes: npt.ArrayLike, trials: npt.ArrayLike) -> ShrunkenRates:
    """`value` and `mean` of `shrunken` alone, in a fraction of the time: for pictures of many rates.

    Args and Raises are those of `shrunken`.

    Examples:
        >>> shrunken_rates([2, 20, 50, 30], [10, 40, 200, 60]).value.round(2)
        array([0.31, 0.46, 0.26, 0.47])
    """
    n, heard, groups, kind = _grouped(successes, trials)
    value = np.full(len(n), np.nan)
    if groups is None:
        return ShrunkenRates(value, float("nan"))
    mean, size = _most_likely(groups)
    value[heard] = _estimates(groups, mean, size)[kind]
    return ShrunkenRates(value, mean)


class Believed(NamedTuple):
    """What is believed of groups' true figures: mean and variance, one element per group; NaN without trials."""

    mean: Array
    variance: Array


def believed_rates(successes: npt.ArrayLike, trials: npt.ArrayLike) -> Believed:
    """Mean and variance of each group's true rate, averaged over the parameters that the groups leave possible.

    Args and Raises are those of `shrunken`, whose intervals are made of the same average. Unlike its `value`, the
    mean here is never wholly the common one: that groups do not seem to differ is no proof that they do not.

    Examples:
        >>> believed = believed_rates([2, 20, 50, 30], [10, 40, 200, 60])  # raw: 0.2, 0.5, 0.25, 0.5
        >>> believed.mean.round(2), np.sqrt(believed.variance).round(2)
        (array([0.31, 0.46, 0.26, 0.46]), array([0.1 , 0.07, 0.03, 0.06]))
    """
    n, heard, groups, kind = _grouped(successes, trials)
    columns = np.full((2, len(n)), np.nan)
    if groups is None:
        return Believed(columns[0], columns[1])
    weight, _, _, alpha, beta = _possible(groups)
    rate = alpha / (alpha + beta)
    mean = weight @ rate
    variance = weight @ (rate * (1 - rate) / (alpha + beta + 1) + (rate - mean) ** 2)
    columns[:, heard] = np.stack([mean, variance])[:, kind]
    return Believed(columns[0], columns[1])


class _Groups(NamedTuple):
    """Distinct (successes, trials) and how many groups have them."""

    won: Array
    n: Array
    often: Array


def _grouped(
    successes: npt.ArrayLike, trials: npt.ArrayLike
) -> tuple[Array, npt.NDArray[np.bool_], _Groups | None, npt.NDArray[np.intp]]:
    """Trials; which groups have any; these, each kind once (None: there are none); and of which kind each is."""
    won, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    if won.ndim != 1:
        raise ValueError("successes and trials have one axis, that of the groups")
    if (won < 0).any() or (won > n * (1 + 1e-9)).any():
        raise ValueError("successes lie between none and all trials")
    heard = n > 0
    if not heard.any():
        return n, heard, None, np.empty(0, np.intp)
    pairs, kind, often = np.unique(
        np.stack([np.minimum(won, n)[heard], n[heard]], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    return n, heard, _Groups(pairs[:, 0], pairs[:, 1], often.astype(float)), kind.ravel()


def _estimates(groups: _Groups, mean: float, size: float) -> Array:
    """(r + α) ÷ (n + α + β)."""
    weight = groups.n / (groups.n + size)  # 0 where the size is infinite
    estimates: Array = weight * groups.won / groups.n + (1 - weight) * mean
    return estimates


def _likelihood(groups: _Groups, mean: Array, size: Array) -> Array:
    """The beta-binomial log likelihood at means and sizes α + β (K of each), without the binomial coefficients."""
    alpha, beta = (mean * size)[:, None], ((1 - mean) * size)[:, None]
    return (betaln(groups.won + alpha, groups.n - groups.won + beta) - betaln(alpha, beta)) @ groups.often


def _slopes(groups: _Groups, mean: Array, size: Array) -> tuple[Array, Array]:
    """First and second derivative of the log likelihood by the mean."""
    alpha, beta = (mean * size)[:, None], ((1 - mean) * size)[:, None]
    won, lost = groups.won + alpha, groups.n - groups.won + beta
    first = (digamma(won) - digamma(alpha) - digamma(lost) + digamma(beta)) @ groups.often
    second = _trigamma(won) - _trigamma(alpha) + _trigamma(lost) - _trigamma(beta)
    return size * first, size**2 * (second @ groups.often)


def _trigamma(x: Array) -> Array:
    """The digamma function's slope, to six digits: enough for Newton's steps, and 50 times as fast as scipy's."""
    part = 1 / (x + 3)
    series = part * (1 + part * (1 / 2 + part * (1 / 6 - part * part / 30)))  # powers take ten times as long
    return 1 / x**2 + 1 / (x + 1) ** 2 + 1 / (x + 2) ** 2 + series


def _best_mean(groups: _Groups, size: Array, prior: float) -> tuple[Array, Array]:
    """The mean of largest likelihood × μᵖ(1 − μ)ᵖ at each size, and the curvature there by the mean's logit.

    The logarithm is concave in the mean, so Newton's steps, kept within a shrinking bracket, find it.
    """
    found, curvature = np.empty(len(size)), np.empty(len(size))
    low, high = np.zeros(len(size)), np.ones(len(size))
    mean = np.full(len(size), np.clip((groups.won @ groups.often) / (groups.n @ groups.often), 1e-3, 1 - 1e-3))
    # most sizes need few steps, some many: only those that moved in the last one are looked at again
    active, settled = np.arange(len(size)), np.zeros(len(size), bool)
    for _ in range(200):
        first, second = _slopes(groups, mean, size[active])
        first = first + prior * (1 / mean - 1 / (1 - mean))
        second = second - prior * (1 / mean**2 + 1 / (1 - mean) ** 2)
        spread = mean * (1 - mean)
        curvature[active] = spread**2 * second + spread * (1 - 2 * mean) * first
        low, high = np.where(first > 0, mean, low), np.where(first > 0, high, mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = mean - first / second
        inside = (step > low) & (step < high)
        moved = np.where(inside, step, (low + high) / 2)
        done, settled = settled, np.abs(moved - mean) <= _CLOSE * spread
        found[active] = moved
        if settled.all():
            break
        left = ~(done & settled)
        active, mean, low, high, settled = (one[left] for one in (active, moved, low, high, settled))
    return found, curvature


def _most_likely(groups: _Groups) -> tuple[float, float]:
    """Mean and size α + β at the maximum of the likelihood; an infinite size means no difference."""
    trials = groups.n @ groups.often
    pooled = float(groups.won @ groups.often / trials)
    if pooled <= 0 or pooled >= 1 or groups.often.sum() == 1:
        return pooled, float("inf")
    from scipy.optimize import minimize_scalar  # only here: it takes long to import

    def profile(log_size: Array) -> Array:
        size = np.exp(log_size)
        return _likelihood(groups, _best_mean(groups, size, 0.0)[0], size)

    coarse = np.linspace(np.log(1e-4), np.log(1e5 * groups.n.max()), 48)
    heights = profile(coarse)
    best = int(np.argmax(heights))
    if best == len(coarse) - 1:
        return pooled, float("inf")
    bounds = (coarse[max(best - 1, 0)], coarse[best + 1])
    found = minimize_scalar(
        lambda x: -profile(np.array([x]))[0], bounds=bounds, method="bounded", options={"xatol": 1e-9}
    )
    log_size = np.array([found.x if -found.fun >= heights[best] else coarse[best]])
    alike = (groups.won @ groups.often) * np.log(pooled) + (trials - groups.won @ groups.often) * np.log1p(-pooled)
    if profile(log_size)[0] <= alike + _GAIN:
        return pooled, float("inf")
    size = np.exp(log_size)
    return float(_best_mean(groups, size, 0.0)[0][0]), float(size[0])


class _Possible(NamedTuple):
    """Parameters that the groups leave possible, a row each, and each kind of group's beta distribution there."""

    weight: Array
    mean: Array
    size: Array
    alpha: Array
    beta: Array


def _possible(groups: _Groups) -> _Possible:
    """The parameters to average over.

    The shrinkage (its logit) is integrated by the trapezoid rule over the range that matters, the mean (its logit)
    by Gauss and Hermite about its mode at each shrinkage.
    """
    typical = float(np.median(np.repeat(groups.n, groups.often.astype(int))))

    def height(shrinkage: Array) -> tuple[Array, Array, Array, Array]:
        size = typical * np.exp(shrinkage)  # B ÷ (1 − B) = size ÷ n
        mean, curvature = _best_mean(groups, size, 0.5)
        deviation = 1 / np.sqrt(np.maximum(-curvature, 1e-12))
        prior = np.log(expit(shrinkage)) + np.log(expit(-shrinkage)) + 0.5 * np.log(mean * (1 - mean))
        return _likelihood(groups, mean, size) + prior + np.log(deviation), size, mean, deviation

    coarse = np.linspace(-8.0, 8.0, 33)
    rough = height(coarse)[0]
    matters = coarse[rough > rough.max() - 10]
    step = coarse[1] - coarse[0]
    nodes = np.linspace(matters[0] - step / 2, matters[-1] + step / 2, _NODES)
    _, size, middle, deviation = height(nodes)
    x, w = hermegauss(_ACROSS)
    place = logit(middle)[:, None] + deviation[:, None] * x
    mean, size = expit(place).ravel(), np.repeat(size, _ACROSS)
    # the weight of each node: likelihood and prior over the normal density it was drawn by
    log_weight = (
        _likelihood(groups, mean, size)
        + 0.5 * np.log(mean * (1 - mean))
        + np.repeat(np.log(expit(nodes)) + np.log(expit(-nodes)) + np.log(deviation), _ACROSS)
        + np.tile(np.log(w) + x**2 / 2, _NODES)
    )
    weight = np.exp(log_weight - log_weight.max())
    kept = weight > _SLIGHT * weight.sum()
    weight, mean, size = weight[kept] / weight[kept].sum(), mean[kept, None], size[kept, None]
    alpha, beta = groups.won + mean * size, groups.n - groups.won + (1 - mean) * size
    return _Possible(weight, mean, size, alpha, beta)


def _averaged(groups: _Groups, confidence: float) -> tuple[Array, Array, Array]:
    """Interval, and probability of being below the median, averaged over the parameters that are possible."""
    weight, mean, size, alpha, beta = _possible(groups)
    below = weight @ betainc(alpha, beta, betaincinv(mean * size, (1 - mean) * size, 0.5))
    tail = (1 - confidence) / 2
    lower, upper = (_quantile(alpha, beta, weight, part) for part in (tail, 1 - tail))
    return lower, upper, np.clip(below, 0.0, 1.0)


def _quantile(alpha: Array, beta: Array, weight: Array, part: float) -> Array:
    """A quantile of each column's mixture of beta distributions; Newton's steps on the logit."""
    rate = alpha / (alpha + beta)
    mean = weight @ rate
    variance = weight @ (rate * (1 - rate) / (alpha + beta + 1) + (rate - mean) ** 2)
    total = mean * (1 - mean) / variance - 1  # the beta distribution with this mean and variance comes close
    place = logit(np.clip(betaincinv(mean * total, (1 - mean) * total, part), 1e-12, 1 - 1e-12))
    scale = betaln(alpha, beta)
    for _ in range(_STEPS):
        at = expit(place)
        gap = weight @ betainc(alpha, beta, at) - part
        slope = weight @ np.exp(alpha * np.log(at) + beta * np.log1p(-at) - scale)  # the density by the logit
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.clip(np.nan_to_num(gap / slope), -1.0, 1.0)
        place = place - step
        if np.abs(step).max(initial=0.0) <= _CLOSE:
            break
    found: Array = expit(place)
    return found
