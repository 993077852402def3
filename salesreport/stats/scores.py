"""How good a forecast was: the size of its errors, the distribution it gave, and how often its bands held."""

import numpy as np
import numpy.typing as npt

from salesreport.stats.intervals import Array, Interval, wilson


def wape(actual: npt.ArrayLike, forecast: npt.ArrayLike) -> float:
    """The weighted absolute percentage error: Σ |actual − forecast| ÷ Σ |actual|; 0 is perfect.

    Unlike a mean of percentages it is not ruled by the smallest cases. NaN where there was nothing to forecast.

    References:
        Kolassa and Schütz (2007), Foresight 6, 40–43.

    Examples:
        >>> wape([100, 0, 300], [90, 20, 330])  # (10 + 20 + 30) ÷ 400
        0.15
    """
    true, said = _alike(actual, forecast)
    total = np.abs(true).sum()
    return float(np.abs(true - said).sum() / total) if total > 0 else float("nan")


def crps(actual: npt.ArrayLike, samples: npt.ArrayLike) -> Array:
    """The continuous ranked probability score of each case: how far a simulated distribution lies from what came.

    E|X − y| − ½ E|X − X′|, exact for the distribution that has the samples' values, each equally likely. In the
    unit of the values; 0 is perfect; for a forecast that is one number it is the absolute error.

    Args:
        actual: what came; any shape.
        samples: simulated values, in a last axis of their own: the shape of `actual` × number of samples.

    Returns:
        The score of each case, in the shape of `actual`; NaN where a value is missing or there is no sample.

    References:
        Gneiting and Raftery (2007), doi 10.1198/016214506000001437; the sum over sorted samples is Jordan,
        Krüger and Lerch (2019), doi 10.18637/jss.v090.i12, equation 3.

    Examples:
        >>> float(crps(3.0, [1.0, 2.0, 6.0]).round(4))  # (2 + 1 + 3) ÷ 3 − ½ · 2 (1 + 5 + 4) ÷ 9
        0.8889
        >>> crps([5.0, 2.0], [[3.0], [2.0]])
        array([2., 0.])
    """
    true, drawn = np.asarray(actual, float), np.sort(np.asarray(samples, float), axis=-1)
    if drawn.ndim == 0 or drawn.shape[:-1] != true.shape:
        raise ValueError("samples must have the shape of the actual values and one axis more")
    number = drawn.shape[-1]
    if number == 0:
        return np.full(true.shape, np.nan)
    # centred on what came: adding up large values of small spread would lose digits
    distance = drawn - true[..., None]
    # of 2·Σ(k − ½)·x₍ₖ₎ − n·Σx, the half of the mean difference of two samples times n²
    rank = 2 * np.arange(1, number + 1) - number - 1
    spread = (distance * rank).sum(axis=-1) / number**2
    score: Array = np.abs(distance).mean(axis=-1) - spread
    return np.asarray(np.where(np.isnan(score), np.nan, np.maximum(score, 0.0)))


def coverage(
    actual: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike, confidence: float = 0.95
) -> Interval:
    """How often what came lay within the forecast's band, bounds included, with Wilson's interval.

    Args:
        actual: what came. lower, upper: the bands. Cases where one of them is missing do not count.
        confidence: of the interval around the share, not of the bands.

    Examples:
        >>> held = coverage([1, 5, 9, 4], [0, 4, 4, 4], [2, 6, 6, 8])
        >>> float(held.value), float(held.n)
        (0.75, 4.0)
    """
    true, low = _alike(actual, lower)
    true, high = _alike(true, upper)
    known = ~(np.isnan(true) | np.isnan(low) | np.isnan(high))
    held = known & (low <= true) & (true <= high)
    return wilson(float(held.sum()), float(known.sum()), confidence)


def sample_interval(samples: npt.ArrayLike, probability: float) -> tuple[Array, Array]:
    """The band between two samples that holds the middle part of a simulated distribution.

    Args:
        samples: simulated values, in a last axis of their own.
        probability: the part it is to hold, such as 0.8.

    Returns:
        Lower and upper bound of each case: quantiles by linear interpolation.

    Examples:
        >>> low, high = sample_interval(np.arange(101.0), 0.5)
        >>> float(low), float(high)
        (25.0, 75.0)
    """
    tail = (1 - probability) / 2
    low, high = np.quantile(np.asarray(samples, float), [tail, 1 - tail], axis=-1)
    return low, high


def _alike(actual: npt.ArrayLike, other: npt.ArrayLike) -> tuple[Array, Array]:
    one, two = np.broadcast_arrays(np.asarray(actual, float), np.asarray(other, float))
    return one, two
