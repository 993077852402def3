"""What is believed of groups' true rates of events and true means, each drawn towards the others'.

As `shrinkage.believed_rates` for shares: an empirical Bayes prior from the groups themselves, averaged over its
parameters with a uniform prior on the shrinkage of a typical group, so that few or similar groups are not taken
for certain (Christiansen and Morris 1997, doi 10.1080/01621459.1997.10474010; Tak, Kelly and Morris 2017,
doi 10.18637/jss.v078.i05).
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln

from salesreport.stats.intervals import Array
from salesreport.stats.shrinkage import Believed

_SHRINKAGE = np.linspace(-8.0, 8.0, 41)
"""Nodes of the integral over the logit of the shrinkage."""

_ACROSS = np.linspace(-4.5, 4.5, 19)
"""Nodes of the integral over the common mean, in its standard deviations."""


def believed_counts(events: npt.ArrayLike, exposure: npt.ArrayLike) -> Believed:
    """Mean and variance of each group's true rate of events: Poisson counts, gamma-distributed rates.

    Args:
        events: how many, of each group. exposure: the time (or whatever) they came from; none tells nothing.

    Raises:
        ValueError: a number of events is negative.

    Examples:
        >>> believed = believed_counts([2, 12, 30, 20], [10, 20, 100, 40])  # raw: 0.2, 0.6, 0.3, 0.5
        >>> believed.mean.round(2)
        array([0.35, 0.48, 0.33, 0.45])
    """
    x, t = np.broadcast_arrays(np.asarray(events, float), np.asarray(exposure, float))
    if (x < 0).any():
        raise ValueError("there are less than no events")
    heard = t > 0
    mean, variance = np.full(len(x), np.nan), np.full(len(x), np.nan)
    x, t = x[heard], t[heard]
    if x.sum() > 0:
        pooled = x.sum() / t.sum()
        shape = np.median(t) * pooled * np.exp(_SHRINKAGE)  # B ÷ (1 − B) = shape ÷ events of a typical group
        spread = np.sqrt(1 / x.sum() + 1 / (shape * len(x)))
        common = pooled * np.exp(_ACROSS * spread[:, None])
        # of thousands of groups many are alike: each kind once; a row per pair of parameters
        (x, t), kind, often = np.unique(np.stack([x, t]), axis=1, return_inverse=True, return_counts=True)
        shape, common = np.repeat(shape, len(_ACROSS))[:, None], common.reshape(-1, 1)
        expected = common * t
        likelihood = (
            gammaln(x + shape)
            - gammaln(shape)
            + shape * np.log(shape / (shape + expected))
            + x * np.log(expected / (shape + expected))
        ) @ often
        prior = np.log(expit(_SHRINKAGE) * expit(-_SHRINKAGE) * spread)
        weight = _weights(likelihood + np.repeat(prior, len(_ACROSS)))
        rate = (x + shape) / (t + shape / common)
        of_kind = _moments(weight, rate, rate / (t + shape / common))
        mean[heard], variance[heard] = (one[kind.ravel()] for one in of_kind)
    return Believed(mean, variance)


def believed_means(value: npt.ArrayLike, error: npt.ArrayLike) -> Believed:
    """Mean and variance of each group's true mean: normal about it, and the true means normal, too.

    Args:
        value: mean observed in each group; NaN tells nothing. error: its standard error, above 0.

    Examples:
        >>> believed = believed_means([2.0, 5.0, 3.0, 4.0], [0.5, 2.0, 0.5, 0.5])
        >>> believed.mean.round(1)  # the second is drawn most, for it is known least
        array([2.5, 3.3, 3. , 3.6])
    """
    y, e = np.broadcast_arrays(np.asarray(value, float), np.asarray(error, float))
    heard = ~np.isnan(y) & (e > 0)
    mean, variance = np.full(len(y), np.nan), np.full(len(y), np.nan)
    y, e = y[heard], e[heard]
    if len(y):
        between = np.median(e) ** 2 * np.exp(-_SHRINKAGE)[:, None]  # B = error² ÷ (error² + between)
        precision = 1 / (e**2 + between)
        total = precision.sum(axis=1)
        common = (precision @ y) / total
        off = (precision * (y - common[:, None]) ** 2).sum(axis=1)
        likelihood = 0.5 * (np.log(precision).sum(axis=1) - np.log(total) - off)
        weight = _weights(likelihood + np.log(expit(_SHRINKAGE) * expit(-_SHRINKAGE)))
        drawn = e**2 * precision
        middle = (1 - drawn) * y + drawn * common[:, None]
        mean[heard], variance[heard] = _moments(weight, middle, (1 - drawn) * e**2 + drawn**2 / total[:, None])
    return Believed(mean, variance)


def _weights(log_weight: Array) -> Array:
    weight: Array = np.exp(log_weight - log_weight.max())
    return weight / weight.sum()


def _moments(weight: Array, mean: Array, variance: Array) -> tuple[Array, Array]:
    """Mean and variance of each column's mixture."""
    middle = weight @ mean
    return middle, weight @ (variance + (mean - middle) ** 2)
