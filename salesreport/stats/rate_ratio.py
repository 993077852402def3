"""How many times as often something happens in one group as in another, with an interval."""

import numpy as np
import numpy.typing as npt

from salesreport.stats.intervals import Array, Interval, wilson


def rate_ratio(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    other_successes: npt.ArrayLike,
    other_trials: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """The ratio of two independent rates, with the interval that their Wilson intervals make (MOVER).

    Args:
        successes, trials: of the one group.
        other_successes, other_trials: of the other, whose rate is the divisor.
        confidence: how often the interval is to hold the true ratio.

    Returns:
        `n` is the smaller number of trials. NaN where the other group has no success or either has no trials.

    References:
        Donner and Zou (2012), doi 10.1177/0962280210383082, for the ratio of two parameters; Newcombe (1998), doi
        10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, for rates by Wilson's intervals.

    Examples:
        >>> ratio = rate_ratio(45, 100, 90, 900)  # 0.45 ÷ 0.10
        >>> ratio.value.round(2), ratio.lower.round(2), ratio.upper.round(2)
        (np.float64(4.5), np.float64(3.32), np.float64(5.95))
    """
    one, other = wilson(successes, trials, confidence), wilson(other_successes, other_trials, confidence)
    p, q = one.value, other.value
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(q > 0, p / q, np.nan)
        # Donner and Zou's lower bound with its fraction extended: theirs is 0 ÷ 0 where the other's is 2 q
        low = one.lower * (2 * p - one.lower) / (p * q + _root(p, q, one.lower, other.upper))
        high = (p * q + _root(p, q, one.upper, other.lower)) / (other.lower * (2 * q - other.lower))
    low = np.where(p > 0, low, 0.0)
    n = np.minimum(one.n, other.n)
    nothing = np.isnan(value)
    return Interval.of(value, np.where(nothing, np.nan, low), np.where(nothing, np.nan, high), n)


def _root(p: Array, q: Array, of_p: Array, of_q: Array) -> Array:
    return np.sqrt(np.maximum((p * q) ** 2 - of_p * of_q * (2 * p - of_p) * (2 * q - of_q), 0.0))
