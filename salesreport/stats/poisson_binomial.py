"""Sums of independent cases with unequal chances (Poisson-binomial), many groups at once, and their tails.

A group's odds may be multiplied by a common factor, whose logarithm is the *tilt*: a tilt of 0 leaves the chances
as they are. Tails are mid-p: less than the observed sum, and half of the sum itself.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr, ndtri, ndtri_exp

from salesreport.stats.intervals import Array, Groups, normal_quantile

Mask = npt.NDArray[np.bool_]

_FAR = 80.0
"""Tilts beyond this are not told from infinite ones."""

_GRID = 256
_MANY = 1_000
"""A group's cases, if more than this, are told apart by their chance on a grid of `_GRID` steps only; their means
are kept, so that the variance is out by less than 1 ÷ 12 `_GRID`² a case."""

_EXACT = 200
"""Groups of up to so many equal cases have exact tails; those of more, and of unequal weights, r*."""


def by_group(values: Array, groups: Groups, size: int) -> Array:
    """The sum of the values of each group."""
    return np.bincount(groups, weights=values, minlength=size).astype(np.float64, copy=False)


class TiltedSums(NamedTuple):
    """The sums of all groups; made by `TiltedSums.of`.

    Cases of a group that weigh unequally are stood in for by as many equal ones as give the same variance.

    Attributes:
        odds: log odds of each cell of cases with the same chance.
        group: the group of each cell.
        mass: how many equal cases stand in for the cell's.
        n: how many stand in for the group's cases.
        unit: how much each of them weighs: the variance of the group's sum ÷ that of unit weights.
        start: the sum of the standing-in cases' log (1 + odds).
        variance: of their successes, without a tilt; 0 where chances are missing or certain.
    """

    odds: Array
    group: Groups
    mass: Array
    n: Array
    unit: Array
    start: Array
    variance: Array

    @classmethod
    def of(cls, chance: Array, group: Groups, weight: Array, size: int) -> "TiltedSums":
        """The sums of cases with these chances (NaN: the whole group is left out) and weights."""
        usable = ~(by_group(np.isnan(chance), group, size) > 0)
        keep = usable[group] & (weight > 0)
        chance, group, weight = np.clip(chance[keep], 1e-15, 1 - 1e-15), group[keep], weight[keep]
        spread = chance * (1 - chance)
        plain = by_group(weight * spread, group, size)
        unit = by_group(weight**2 * spread, group, size) / np.where(plain > 0, plain, 1.0)
        unit = np.where(plain > 0, unit, 1.0)
        many = (np.bincount(group, minlength=size) > _MANY)[group]
        if many.any():
            cell = group[many] * _GRID + np.minimum((chance[many] * _GRID).astype(np.intp), _GRID - 1)
            total = by_group(weight[many], cell, size * _GRID)
            promised = by_group(weight[many] * chance[many], cell, size * _GRID)
            filled = np.flatnonzero(total)
            group = np.concatenate((group[~many], filled // _GRID))
            weight = np.concatenate((weight[~many], total[filled]))
            chance = np.concatenate((chance[~many], promised[filled] / total[filled]))
        mass, odds = weight / unit[group], logit(chance)
        sums = cls(odds, group, mass, by_group(mass, group, size), unit, plain, plain / unit)
        start, _, variance, _ = sums.moments(np.zeros(size))
        certain = variance < 1e-9
        return sums._replace(start=start, variance=np.where(certain, 0.0, variance))

    def whole(self) -> Mask:
        """Which groups have few enough cases, all of one weight, to be reckoned exactly."""
        odd = by_group((np.abs(self.mass - 1) > 1e-9).astype(float), self.group, len(self.n)) > 0
        return ~odd & (self.n <= _EXACT + 0.5) & (self.variance > 0)

    def log_chances(self, rows: Groups, tilt: Array) -> Array:
        """Log probabilities of 0, 1, 2 … successes (columns) of some groups of equal cases (rows), under tilts."""
        place = np.full(len(self.n), -1, np.intp)
        place[rows] = np.arange(len(rows))
        cells = np.flatnonzero(place[self.group] >= 0)
        cells = cells[np.argsort(place[self.group[cells]], kind="stable")]
        own = place[self.group[cells]]
        cases = np.bincount(own, minlength=len(rows))
        nth = np.arange(len(cells)) - (np.cumsum(cases) - cases)[own]
        most = int(cases.max(initial=0))
        rate = np.zeros((len(rows), most))  # a case that is not there succeeds never
        rate[own, nth] = expit(self.odds[cells] + tilt[rows][own])
        chances = np.zeros((len(rows), most + 1))
        chances[:, 0] = 1.0
        for case in range(most):
            here = rate[:, case, None]
            chances[:, 1 : case + 2] += here * (chances[:, : case + 1] - chances[:, 1 : case + 2])
            chances[:, 0] *= 1 - here[:, 0]
        with np.errstate(divide="ignore"):
            return np.log(chances)

    def moments(self, tilt: Array) -> tuple[Array, Array, Array, Array]:
        """Log of the sum's normalising constant, and its mean, variance and third central moment, at a tilt."""
        odds = self.odds + tilt[self.group]
        rate = expit(odds)
        spread = self.mass * rate * expit(-odds)
        soft = self.mass * (np.maximum(odds, 0.0) + np.log1p(np.exp(-np.abs(odds))))

        values = (soft, self.mass * rate, spread, spread * (1 - 2 * rate))
        log, mean, variance, third = (by_group(value, self.group, len(self.n)) for value in values)
        return log, mean, variance, third

    def normal_score(self, observed: Array, tilt: Array, doubt: Array) -> Array:
        """The observed sums as standard normal deviates, under a tilt: Φ of them is the lower mid-p tail.

        Args:
            observed: weighted sums.
            tilt: of each group.
            doubt: standard error of each group's expected sum; it adds to the variance.
        """
        return _Score.of(self, observed, doubt).at(tilt)

    def two_sided(self, score: Array) -> Array:
        """Two-sided mid-p values of normal scores."""
        return np.minimum(2 * ndtr(-np.abs(score)), 1.0)

    def bounds(self, observed: Array, doubt: Array, confidence: float) -> tuple[Array, Array]:
        """The least and largest weighted expected sums, over tilts, that the observed sums do not contradict."""
        score, z = _Score.of(self, observed, doubt), normal_quantile(confidence)
        full = self.n * self.unit

        def reach(deviate: float, never: Mask, end: Array) -> Array:
            def rest(tilt: Array) -> tuple[Array, Array]:
                found, slope = score.both(tilt)
                return found - deviate, slope

            tilt = _root(rest, np.clip(score.best, -_FAR / 2, _FAR / 2) - np.sign(deviate))
            mean = self.moments(tilt)[1] * self.unit
            return np.where(score.known, np.where(never, end, mean), np.nan)

        none, all_ = score.none, score.all
        return reach(z, none, np.zeros(len(full))), reach(-z, all_, full)


class _Score(NamedTuple):
    """Normal scores of one observed sum per group, as a function of the tilt.

    Attributes:
        sums: what they are of.
        seen: the observed sums, in equal cases.
        none, all: groups without a success, and with nothing else; their tails are exact.
        best: the tilt under which the observed sum is the expected one.
        peak: the log constant there, and the variance.
        doubt: standard error of the tilt that the expectations' own error makes.
        known: groups that have a score.
        exact: groups whose tails are summed from `chances`.
        chances: log probabilities of 0, 1, 2 … successes (columns) of these (rows) under the best tilt.
    """

    sums: TiltedSums
    seen: Array
    none: Mask
    all: Mask
    best: Array
    peak: tuple[Array, Array]
    doubt: Array
    known: Mask
    exact: Groups
    chances: Array

    @classmethod
    def of(cls, sums: TiltedSums, observed: Array, doubt: Array) -> "_Score":
        known = (sums.variance > 0) & ~np.isnan(doubt)
        seen = np.where(known, observed / sums.unit, 0.0)
        room = np.minimum(0.25, sums.n / 2)  # parts of a case: no nearer to none, or to all, than a quarter
        none, full = seen <= 1e-9 * sums.n, seen >= sums.n * (1 - 1e-9)
        seen = np.where(none | full, seen, np.clip(seen, room, sums.n - room))

        def rest(tilt: Array) -> tuple[Array, Array]:
            _, mean, variance, _ = sums.moments(tilt)
            return seen - mean, -variance

        inner = known & ~none & ~full
        found = _root(rest, np.zeros(len(seen)), inner)
        best = np.where(inner, found, np.where(full, np.inf, -np.inf))
        log, _, variance, _ = sums.moments(np.where(inner, found, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.where(known, doubt / (sums.unit * sums.variance), 0.0)
        exact = np.flatnonzero(inner & sums.whole() & (np.abs(seen - np.round(seen)) < 1e-6))
        chances = sums.log_chances(exact, found)
        return cls(sums, seen, none, full, best, (log, variance), spread, known, exact, chances)

    def at(self, tilt: Array) -> Array:
        return self.both(tilt)[0]

    def both(self, tilt: Array) -> tuple[Array, Array]:
        """The score at a tilt, and about its slope."""
        log, _, variance, third = self.sums.moments(tilt)
        inner = np.isfinite(self.best)
        away = np.where(inner, self.best, 0.0) - tilt
        deviance = 2 * (away * self.seen - self.peak[0] + log)
        root = np.sign(away) * np.sqrt(np.maximum(deviance, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            near = third / (6 * variance**1.5)  # the limit: far from rounding's reach, and as good, up to 0.02
            # 2 tanh(x/2), for x, is Daniels' correction for whole numbers, at the middle of the step
            ratio = 2 * np.tanh(away / 2) * np.sqrt(self.peak[1]) / root
            bent = root + np.where(np.abs(root) < 0.02, near, np.log(ratio) / root)
        bent[self.exact] = self.summed(away[self.exact])
        # nothing, or nothing but successes: the probability itself, halved
        lower = ndtri_exp(np.minimum(np.log(0.5) - log, np.log(0.5)))
        upper = -ndtri_exp(np.minimum(np.log(0.5) - (log - tilt * self.sums.n - self.offset()), np.log(0.5)))
        score = np.where(self.none, lower, np.where(self.all, upper, bent))
        wider = 1 + self.doubt**2 * variance
        slope = -np.sqrt(np.maximum(variance, 1e-300) / wider)
        return np.where(self.known, score / np.sqrt(wider), np.nan), slope

    def summed(self, away: Array) -> Array:
        """Scores of the exact groups, so far from their best tilt: their chances tilted, and added up."""
        k = np.arange(self.chances.shape[1])
        seen = np.round(self.seen[self.exact])[:, None]
        log = self.chances - away[:, None] * (k - seen)
        chance = np.exp(log - log.max(axis=1, keepdims=True, initial=-np.inf))
        chance /= chance.sum(axis=1, keepdims=True)
        half = 0.5 * (chance * (k == seen)).sum(axis=1)
        below = (chance * (k < seen)).sum(axis=1) + half
        above = (chance * (k > seen)).sum(axis=1) + half
        return np.where(below < above, ndtri(below), -ndtri(above))

    def offset(self) -> Array:
        """The sum of the log odds of each group's equal cases."""
        sums = self.sums
        return by_group(sums.mass * sums.odds, sums.group, len(sums.n))


def _root(function: Callable[[Array], tuple[Array, Array]], start: Array, active: Mask | None = None) -> Array:
    """Where each of many falling functions is 0: Newton's steps, halving the bracket where they leave it."""
    low, high = np.full(len(start), -_FAR), np.full(len(start), _FAR)
    at, before = start.astype(float), np.full(len(start), np.inf)
    going = np.ones(len(start), bool) if active is None else active
    for _ in range(200):
        value, slope = function(at)
        above = value > 0
        low, high = np.where(above, at, low), np.where(above, high, at)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = at - value / slope
        slow = ~(np.abs(value) < 0.5 * before) | ~((step >= low) & (step <= high))
        near = np.abs(step - at) < 1e-10 * (1 + np.abs(at))  # the next step would be no more than rounding
        following = np.where(near, at, np.where(slow, (low + high) / 2, step))
        before = np.abs(value)
        going = going & ~np.isnan(value) & (np.abs(following - at) > 1e-12 * (1 + np.abs(at)))
        if not going.any():
            break
        at = np.where(going, following, at)
    return at
