"""The difference of two rates within strata, and how far both sides' numbers let it be trusted.

The interval holds every common difference that the observed one does not contradict. What contradicts it is judged
by the variance that the *two* rates together would have at that difference, in each stratum those that fit the
counts best. So the few trials of the others count as much as the few of the group; at a difference of nothing the
judgement is that of Cochran, Mantel and Haenszel: an interval leaves out 0 where their test has p below 5 %.
"""

from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.stats.intervals import Array, Interval, normal_quantile
from salesreport.stats.two_by_two import Tables, known, tables_of

_CLOSE = 1e-9
"""Bounds are found as near as this."""

_MOST_STEPS = 100


def rate_difference(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    confidence: float = 0.95,
    fewest: float = 0.0,
) -> Interval:
    """The group's rate less the others', Mantel and Haenszel's weighted mean over strata, with its score interval.

    Args:
        a, b, c, d: the tables' cells; the last axis is that of the strata.
        confidence: how often the interval is to hold the true difference.
        fewest: groups with fewer trials that count get no interval, which takes nearly all of the time.

    Returns:
        `n` is the group's trials in strata in which both sides have trials; without any all else is NaN.

    References:
        Miettinen and Nurminen (1985), doi 10.1002/sim.4780040211 (the interval, for strata and their closed form
        of the rates at a difference); Greenland and Robins (1985), doi 10.2307/2530643 (the weights).

    Examples:
        >>> gap = rate_difference([[12, 8]], [[8, 22]], [[30, 20]], [[50, 80]])
        >>> gap.value.round(3), gap.lower.round(3), gap.upper.round(3)
        (array([0.131]), array([-0.009]), array([0.281]))

        A team of two, one of whom won 1 of 40 and the other 40 of 40 – nothing says that it would always be all:

        >>> gap = rate_difference([[1]], [[39]], [[40]], [[0]])
        >>> gap.value.round(3), gap.lower.round(2), gap.upper.round(2)
        (array([-0.975]), array([-1.]), array([-0.87]))
    """
    t = tables_of(a, b, c, d)
    shape, strata = t.a.shape[:-1], t.a.shape[-1]
    pairs = _Pairs.of(Tables(*(cell.reshape(prod(shape), strata) for cell in t)))
    z = normal_quantile(confidence)
    bounded = np.flatnonzero(pairs.n >= fewest)
    lower, upper = np.full((2, len(pairs.n)), np.nan)
    some = pairs if len(bounded) == len(pairs.n) else pairs._take(bounded)
    inside = some._beyond(some.value, z)
    lower[bounded], upper[bounded] = (some.bound(z, end, inside) for end in (-1.0, 1.0))
    return Interval.of(*(column.reshape(shape) for column in (pairs.value, lower, upper, pairs.n)))


def weighted_difference(t: Tables) -> tuple[Array, Array]:
    """The difference of `rate_difference` alone, and the group's trials that count."""
    pairs = _Pairs.of(t)
    return pairs.value, pairs.n


class _Pairs(NamedTuple):
    """Pairs of rates by stratum (pairs × strata), in which one side's trials count only where the other has some.

    Attributes:
        a, c: successes of the group and of the others. one, other: their trials; 1 where there are none to count.
        weight: of each stratum's difference; they add up to 1. value: the weighted difference.
        n: the group's trials that count.
    """

    a: Array
    c: Array
    one: Array
    other: Array
    weight: Array
    value: Array
    n: Array

    @classmethod
    def of(cls, t: Tables) -> "_Pairs":
        one, other = t.a + t.b, t.c + t.d
        both = (one > 0) & (other > 0)
        n = np.where(both, one, 0.0).sum(axis=-1)
        weight = np.where(both, one * other / np.where(both, one + other, 1.0), 0.0)
        weight = weight / known(weight.sum(axis=-1, keepdims=True))
        a, c, one, other = (
            np.where(both, cell, fill) for cell, fill in ((t.a, 0), (t.c, 0), (one, 1), (other, 1))
        )
        value = np.clip((weight * (a / one - c / other)).sum(axis=-1), -1.0, 1.0)
        value = np.where(n > 0, value, np.nan)
        return cls(a, c, one, other, weight, value, n)

    def bound(self, z: float, end: float, before: Array) -> Array:
        """The outermost difference towards an end (−1 or 1) that the observed one does not contradict.

        Between the difference observed and the end, the distance from the former less `z` standard errors goes
        from below (`before`) to above nothing. Were the standard errors everywhere those of here, a step as long
        as what is lacking would lead there; from then on the secant's zero, or the middle where that lies outside.
        """
        inside, outside = self.value.copy(), np.where(np.isnan(self.value), np.nan, end)
        last, at, height = inside.copy(), inside - end * before, before.copy()
        going = np.flatnonzero(np.abs(outside - inside) > _CLOSE)  # none of what is missing
        for step in range(_MOST_STEPS):
            if not len(going):
                break
            near, far, tried = inside[going], outside[going], at[going]
            astray = (step % 8 == 7) | ~((tried - near) * (far - tried) > 0)
            tried = np.where(astray, (near + far) / 2, tried)
            found = self._take(going)._beyond(tried, z)
            out = found > -_CLOSE  # as good as there
            inside[going], outside[going] = np.where(out, near, tried), np.where(out, tried, far)
            with np.errstate(divide="ignore", invalid="ignore"):
                at[going] = tried - found * (tried - last[going]) / (found - height[going])
            last[going], height[going] = tried, found
            going = going[(np.abs(found) > _CLOSE) & (np.abs(outside[going] - inside[going]) > _CLOSE)]
        return outside

    def _take(self, rows: npt.NDArray[np.intp]) -> "_Pairs":
        return _Pairs(*(column[rows] for column in self))

    def _beyond(self, difference: Array, z: float) -> Array:
        """How far differences lie from those observed, less `z` standard errors at these differences."""
        rate, base = self._rates(difference[:, None])
        total = self.one + self.other
        spread = rate * (1 - rate) / self.one + base * (1 - base) / self.other
        # N ÷ (N − 1): strata of a few trials fit too well; where nothing differs the variance is then exact
        spread = spread * np.where(total > 1, total / np.maximum(total - 1, 0.5), 0.0)
        variance = (self.weight**2 * spread).sum(axis=-1)
        return np.abs(difference - self.value) - z * np.sqrt(variance)

    def _rates(self, gap: Array) -> tuple[Array, Array]:
        """The likeliest rates of the group and the others, in each stratum, that differ by `gap`."""
        total, successes = self.one + self.other, self.a + self.c
        # a cubic in the others' rate, by its trigonometric root
        square = ((self.one + 2 * self.other) * gap - total - successes) / (3 * total)
        line = ((self.other * gap - total - 2 * self.c) * gap + successes) / total
        constant = self.c * gap * (1 - gap) / total
        q = square * (square * square - line / 2) + constant / 2
        p = np.where(q < 0, -1.0, 1.0) * np.sqrt(np.maximum(square * square - line / 3, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            cosine = np.clip(np.where(np.abs(p) > 1e-100, q / (p * p * p), 0.0), -1.0, 1.0)
        base = 2 * p * np.cos((np.pi + np.arccos(cosine)) / 3) - square
        base = np.clip(base, np.maximum(0.0, -gap), np.minimum(1.0, 1.0 - gap))
        return base + gap, base
