"""Why two numbers differ: a gap split into parts that add up to it.

- `shapley_product`: a gap between two products, by factor;
- `kitagawa`: a gap between two rates, by what the cases are (mix) and how well each kind does (rate).

Both treat the two sides alike: exchange them, and every part changes its sign and nothing else.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.stats.intervals import Array

_ROUNDING = 1e-9


class Shares(NamedTuple):
    """The gap between two products, by factor.

    Attributes:
        parts: what each factor makes of the gap; shape … × factors. NaN where it cannot be told.
        gap: other product − base product; shape …. The parts add up to it.
    """

    parts: Array
    gap: Array


class MixAndRate(NamedTuple):
    """The gap between two rates, by stratum.

    Attributes:
        mix: what each stratum's share of the cases makes of the gap; shape … × strata. A larger share of a stratum
            counts for the gap if its rate is above the overall one, and against it if it is below.
        rate: what each stratum's rate makes of it; shape … × strata.
        gap: other rate − base rate; shape …. All parts add up to it. NaN (and so the parts) where a side has no
            case.
        one_sided: the part of the cases, the mean of both sides, in strata where one side has none. Nothing tells
            how that side's rate differs there, so it counts as equal, and the strata count wholly as mix.
    """

    mix: Array
    rate: Array
    gap: Array
    one_sided: Array


def shapley_product(base: npt.ArrayLike, other: npt.ArrayLike) -> Shares:
    """The Shapley split of the gap between two products: each factor's effect, averaged over all orders.

    Changed one after the other, factors have effects that depend on the order; the mean over all orders is the
    only split that adds up and favours none. It equals the change of each factor times the mean of the other
    factors' product along the straight way from one side to the other, a polynomial that Gauss–Legendre nodes
    integrate exactly; so it costs no more for many factors.

    What a zero leaves open (the average size of nothing won) is NaN in one or both sides:

    - known on one side only, and another factor of the other side is zero: taken as unchanged, its part is 0;
    - known on no side: its part is 0, and so are the others' if the gap does not hang on it, else all are NaN;
    - missing although no other factor of that side is zero: the product is not known, all are NaN.

    Args:
        base: factors of one product; shape … × factors.
        other: factors of the other, of a shape that broadcasts with it.

    References:
        Shapley (1953), A value for n-person games; Owen (1972), doi 10.1287/mnsc.18.5.64 (the integral).

    Examples:
        40 deals, a quarter won, at 1,000 each; against 30, a third won, at 1,200: 12,000 − 10,000.

        >>> split = shapley_product([40, 1 / 4, 1000], [30, 1 / 3, 1200])
        >>> split.parts.round(1), split.gap.round(1)
        (array([-3222.2,  3194.4,  2027.8]), np.float64(2000.0))
        >>> shapley_product([40, 1 / 4, 1000], [30, 0, np.nan]).parts.round(1)  # nothing won: no size to blame
        array([-1250., -8750.,     0.])
    """
    one, two = np.broadcast_arrays(np.asarray(base, float), np.asarray(other, float))
    one, two = np.where(np.isfinite(one), one, np.nan), np.where(np.isfinite(two), two, np.nan)
    factors = one.shape[-1]
    lost = np.isnan(one) & np.isnan(two)
    unknown = _unknown(one) | _unknown(two)
    one, two = np.where(np.isnan(one), two, one), np.where(np.isnan(two), one, two)
    one, two = np.where(lost, 1.0, one), np.where(lost, 1.0, two)

    parts = np.zeros(one.shape)
    at, weight = np.polynomial.legendre.leggauss(factors // 2 + 1)
    for node, share in zip((at + 1) / 2, weight / 2, strict=True):
        between = (1 - node) * one + node * two
        for factor in range(factors):
            rest = np.prod(np.delete(between, factor, axis=-1), axis=-1)
            parts[..., factor] += share * (two[..., factor] - one[..., factor]) * rest
    gap = np.prod(two, axis=-1) - np.prod(one, axis=-1)
    size = np.prod(np.maximum(np.abs(one), np.abs(two)), axis=-1)
    if (np.abs(parts.sum(axis=-1) - gap) > _ROUNDING * size).any():
        raise AssertionError("the parts of a product's gap do not add up to it")
    hangs = lost.any(axis=-1) & (np.abs(parts) > _ROUNDING * size[..., None]).any(axis=-1)
    return Shares(np.where((unknown | hangs)[..., None], np.nan, parts), np.where(unknown, np.nan, gap))


def kitagawa(
    successes: npt.ArrayLike, trials: npt.ArrayLike, base_successes: npt.ArrayLike, base_trials: npt.ArrayLike
) -> MixAndRate:
    """Kitagawa's split of the gap between two rates into mix and rate, by stratum.

    A stratum's mix part is the difference of its shares of the cases × (its rate − the overall rate), its rate
    part the difference of its rates × its share; rates and shares that a difference is multiplied with are the
    means of both sides, and so nothing is left over. Measuring a stratum's rate from the overall one moves mix
    parts between strata, not their sum.

    Any mean may stand for a rate: sums for successes, and what they are per for trials.

    Args:
        successes, trials: of one side, by stratum; shape … × strata; may be fractional.
        base_successes, base_trials: of the side it is compared with, of shapes that broadcast with these.

    Raises:
        ValueError: trials are negative or missing.

    References:
        Kitagawa (1955), doi 10.1080/01621459.1955.10501299.

    Examples:
        Half of 40 large and 60 of 80 small deals are won; in the base, half of 60 large and 30 of 40 small ones:
        the same rates, and 10 points more by mix.

        >>> split = kitagawa([20, 60], [40, 80], [30, 30], [60, 40])
        >>> split.gap.round(4), split.mix.sum().round(4), np.abs(split.rate).max()
        (np.float64(0.0667), np.float64(0.0667), np.float64(0.0))
    """
    won, n, base_won, base_n = np.broadcast_arrays(
        *(np.asarray(each, float) for each in (successes, trials, base_successes, base_trials))
    )
    if not ((n >= 0).all() and (base_n >= 0).all()):
        raise ValueError("trials must be 0 or more")
    share, base_share = _shares(n), _shares(base_n)
    both = (n > 0) & (base_n > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, base_rate = won / n, base_won / base_n
    rate, base_rate = np.where(n > 0, rate, base_rate), np.where(base_n > 0, base_rate, rate)
    rate, base_rate = np.where(n + base_n > 0, rate, 0.0), np.where(n + base_n > 0, base_rate, 0.0)

    overall, base_overall = (share * rate).sum(axis=-1), (base_share * base_rate).sum(axis=-1)
    gap = overall - base_overall
    middle = ((overall + base_overall) / 2)[..., None]
    of_mix = (share - base_share) * ((rate + base_rate) / 2 - middle)
    of_rate = (rate - base_rate) * (share + base_share) / 2
    size = np.maximum(np.abs(rate), np.abs(base_rate)).sum(axis=-1)
    if (np.abs(of_mix.sum(axis=-1) + of_rate.sum(axis=-1) - gap) > _ROUNDING * size).any():
        raise AssertionError("mix and rate do not add up to the gap of two rates")
    return MixAndRate(of_mix, of_rate, gap, np.where(both, 0.0, (share + base_share) / 2).sum(axis=-1))


def _unknown(factors: Array) -> npt.NDArray[np.bool_]:
    """Products that are missing: a factor is, and none of the others is zero."""
    return np.isnan(factors).any(axis=-1) & ~(factors == 0).any(axis=-1)


def _shares(n: Array) -> Array:
    total = n.sum(axis=-1, keepdims=True)
    return np.divide(n, total, out=np.full(n.shape, np.nan), where=total > 0)
