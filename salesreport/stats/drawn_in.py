"""The mean of amounts of which a few may be mistyped: those far above their like are drawn in."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

Array = npt.NDArray[np.float64]

SPREADS = 3.0
"""An amount counts at most as one that lies so many standard deviations above the median, of logarithms."""

_TENTHS = float(ndtri(0.9) - ndtri(0.1))
"""How many standard deviations lie between the outer tenths of normal numbers."""


class DrawnIn(NamedTuple):
    """A mean with its interval."""

    mean: float
    lower: float
    upper: float


def mean_drawn_in(values: Array, confidence: float = 0.95) -> DrawnIn:
    """The mean of numbers from 0 up, of which those far above their like count as the largest that are usual.

    What is usual is told by the median and the outer tenths of the logarithms, which no single number moves far.
    Of log-normal amounts with a standard deviation of 1.5 that takes 3 % off the mean, of 1 less than 1 %.
    The interval is that of t around the logarithm of the mean: amounts are skewed, and so is what their mean may
    be. Few amounts seldom show how far others lie out: it is at least as wide as log-normal amounts with their
    outer tenths make it (the variance of the logarithm of the mean is Cox's).

    Args:
        values: numbers from 0 up; zeros count and are not drawn in. confidence: how often the interval is to hold
            the mean.

    Examples:
        >>> amounts = np.array([80.0, 90, 100, 110, 120] * 6)
        >>> mistyped = np.append(amounts[:-1], 12_000)
        >>> mean_drawn_in(amounts).mean, round(mean_drawn_in(mistyped).mean, 1), round(float(mistyped.mean()), 1)
        (100.0, 101.4, 496.0)

    References:
        Zhou and Gao (1997), doi 10.1002/(SICI)1097-0258(19970415)16:7<783::AID-SIM488>3.0.CO;2-2: Cox's interval.
        Dixon (1960), doi 10.1214/aoms/1177705900: Winsorised means; here the limit comes from the logarithms.
    """
    n = len(values)
    if not n:
        return DrawnIn(np.nan, np.nan, np.nan)
    above = np.count_nonzero(values > 0)
    if n < 2 or not above:
        return DrawnIn(float(values.mean()), 0.0, np.inf if n < 2 else 0.0)
    low, middle, high = np.quantile(np.log(values[values > 0]), [0.1, 0.5, 0.9])
    spread = (high - low) / _TENTHS
    kept = np.minimum(values, np.exp(middle + SPREADS * spread))
    mean = float(kept.mean())
    seen = float((kept / mean).var(ddof=1))
    skewed = min((1 + spread**2 + spread**4 / 2) * n / above - 1, n)  # more than n no n numbers can show
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * np.sqrt(max(seen, skewed) / n)
    return DrawnIn(mean, mean * float(np.exp(-half)), mean * float(np.exp(half)))
