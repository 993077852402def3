"""Ridge logistic regression on columns of levels, by Newton's method on the counts of distinct combinations."""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from salesreport.stats.intervals import Array, Groups
from salesreport.stats.poisson_binomial import by_group

_STEPS = 60

_SURE = 1e10
"""Below, rounding cannot matter to whether a matrix is well conditioned."""

SETTLED = 1e-10
"""Changes, and counts, below this part are none."""


class Design(NamedTuple):
    """The distinct combinations (patterns) of levels and numbers, and what can be summed over them.

    Attributes:
        levels: of each column, each pattern's coefficient; 0 is the intercept.
        numbers: numeric columns × patterns, with mean 0 and standard deviation 1.
        coefficients: how many there are: intercept, levels, numbers.
        pairs: of each pair of columns, the place of each pattern in the flat matrix of coefficients.
    """

    levels: list[Groups]
    numbers: Array
    coefficients: int
    pairs: list[Groups]
    patterns: int

    @classmethod
    def of(
        cls, columns: Sequence[npt.ArrayLike], numeric: Sequence[npt.ArrayLike], w: Array, rare: float, bins: int
    ) -> tuple["Design", Groups]:
        """The design, and each case's pattern."""
        coded = [_pooled(np.asarray(column).ravel(), w, rare) for column in columns]
        binned = [_binned(np.asarray(column, float).ravel(), w, bins) for column in numeric]
        pattern, first = np.zeros(len(w), np.intp), np.zeros(min(len(w), 1), np.intp)
        for codes in [*coded, *(codes for codes, _ in binned)]:
            pattern, first = _distinct(pattern * (codes.max(initial=0) + 1) + codes)
        levels, used = [], 1
        for codes in coded:
            levels.append(codes[first] + used)
            used += int(codes.max(initial=-1)) + 1
        numbers = np.array([values[codes[first]] for codes, values in binned]).reshape(len(binned), len(first))
        total = used + len(binned)
        pairs = [one * total + other for i, one in enumerate(levels) for other in levels[i + 1 :]]
        return cls(levels, numbers, total, pairs, len(first)), pattern

    def counts(self, pattern: Groups, weight: Array) -> Array:
        """A weight of each case, summed by pattern."""
        return by_group(weight, pattern, self.patterns)

    def log_odds(self, effects: Array) -> Array:
        """The log odds of each pattern."""
        odds = effects[0] + np.einsum("k,kp->p", effects[self.coefficients - len(self.numbers) :], self.numbers)
        for level in self.levels:
            odds = odds + effects[level]
        return odds

    def total(self, value: Array) -> Array:
        """Xᵀv: the value summed over the patterns, by coefficient."""
        found = np.zeros(self.coefficients)
        for level in self.levels:
            found += by_group(value, level, self.coefficients)
        found[0] = value.sum()
        found[self.coefficients - len(self.numbers) :] = np.einsum("kp,p->k", self.numbers, value)
        return found

    def gram(self, value: Array) -> Array:
        """Xᵀ diag(v) X; one-hot columns need sums over pairs of levels only, never the matrix X."""
        size, first = self.coefficients, self.coefficients - len(self.numbers)
        upper = np.zeros(size * size)
        for pair in self.pairs:
            upper += by_group(value, pair, size * size)
        matrix = upper.reshape(size, size)
        matrix = matrix + matrix.T
        line = self.total(value)
        matrix[np.arange(first), np.arange(first)] = line[:first]
        matrix[0], matrix[:, 0] = line, line
        for at, numbers in enumerate(self.numbers):
            line = self.total(value * numbers)
            matrix[first + at], matrix[:, first + at] = line, line
        return matrix

    def slopes(self, group: Groups, pattern: Groups, value: Array, size: int) -> Array:
        """`total` of cases by group: groups × coefficients."""
        width = self.coefficients
        found = np.zeros(size * width)
        for level in self.levels:
            found += by_group(value, group * width + level[pattern], size * width)
        table = found.reshape(size, width)
        table[:, 0] = by_group(value, group, size)
        for at, numbers in enumerate(self.numbers, width - len(self.numbers)):
            table[:, at] = by_group(value * numbers[pattern], group, size)
        return table

    def seen(self, n: Array) -> npt.NDArray[np.bool_]:
        """Which patterns have only levels that occur in some counts."""
        occurs = self.total(n) > SETTLED * max(1.0, n.sum())
        known = np.ones(self.patterns, bool)
        for level in self.levels:
            known &= occurs[level]
        return known


class Fit(NamedTuple):
    """A fitted model: its effects, what it predicts for each pattern, and its curvature (inverse covariance)."""

    effects: Array
    rates: Array
    curvature: Array | None

    def error(self, slope: Array) -> Array:
        """Standard errors of predicted sums, from their slopes by effect; infinite where an effect is unknown."""
        if self.curvature is None:
            return np.full(len(slope), np.nan)
        solved = _solve(self.curvature, slope.T).T
        missed = np.abs(solved @ self.curvature - slope).max(axis=1) > 1e-6 * np.abs(slope).max(axis=1)
        return np.where(missed, np.inf, np.sqrt(np.maximum((slope * solved).sum(axis=1), 0.0)))


def fit(design: Design, won: Array, n: Array, ridge: float, start: Fit | None) -> Fit:
    """Penalised maximum likelihood by Newton's method with halved steps."""
    total, successes = n.sum(), won.sum()
    effects = np.zeros(design.coefficients)
    if not SETTLED * total < successes < total * (1 - SETTLED):  # nothing but one kind: no odds to speak of
        constant = np.nan if total <= 0 else float(successes > total / 2)
        return Fit(effects, np.full(design.patterns, constant), None)
    penalty = np.full(design.coefficients, ridge)
    penalty[0] = 0.0
    if start is not None and start.curvature is not None:
        effects = start.effects
    else:
        effects[0] = np.log(successes / (total - successes))

    def height(effects: Array, odds: Array) -> float:
        # sums, not products of vectors: the linear algebra library would start threads for them
        soft = np.maximum(odds, 0.0) + np.log1p(np.exp(-np.abs(odds)))
        return float((won * odds - n * soft).sum() - 0.5 * (penalty * effects**2).sum())

    odds = design.log_odds(effects)
    reached = height(effects, odds)
    moved = np.inf
    for _ in range(_STEPS):
        rates = expit(odds)
        if moved > 0.02:  # else it has hardly changed: summing it is the dear part
            curvature = design.gram(n * rates * (1 - rates)) + np.diag(penalty)
        slope = design.total(won - n * rates) - penalty * effects
        step = _solve(curvature, slope)
        if slope @ step <= SETTLED**2 * (1.0 + abs(reached)):
            break
        for _ in range(30):
            odds = design.log_odds(effects + step)
            now = height(effects + step, odds)
            if now >= reached - 1e-12 * (1.0 + abs(reached)):
                break
            step = step / 2
        effects, reached, moved = effects + step, now, float(np.abs(step).max())
    rates = expit(odds)
    return Fit(effects, rates, design.gram(n * rates * (1 - rates)) + np.diag(penalty))


def _solve(matrix: Array, right: Array) -> Array:
    """The solution of a symmetric system, the shortest one where columns are redundant (without a penalty)."""
    if _well_conditioned(matrix):
        return np.linalg.solve(matrix, right).astype(np.float64, copy=False)
    solution: Array = np.linalg.pinv(matrix, rcond=1e-10, hermitian=True) @ right
    return solution


def _well_conditioned(matrix: Array) -> bool:
    """Whether the largest of a symmetric matrix's bends is less than 1e11 times the smallest.

    Its size times its inverse's is never less than that ratio, and sooner found than the bends are.
    """
    with suppress(np.linalg.LinAlgError):
        if np.sqrt((matrix**2).sum() * (np.linalg.inv(matrix) ** 2).sum()) < _SURE:
            return True
    bends = np.abs(np.linalg.eigvalsh(matrix))  # of a symmetric matrix these are the singular values
    return bool(bends.max() < 1e11 * bends.min())


def _distinct(key: Groups) -> tuple[Groups, Groups]:
    """Each element's number among the distinct ones, and where each of these stands."""
    span = int(key.max(initial=-1)) + 1
    if span > max(4 * len(key), 1 << 16):
        _, first, number = np.unique(key, return_index=True, return_inverse=True)
        return number, first
    where = np.full(span, -1, np.intp)  # counting is quicker than sorting
    where[key] = np.arange(len(key))
    present = where >= 0
    return (np.cumsum(present) - 1)[key], where[present]


def _pooled(codes: npt.NDArray[np.generic], w: Array, rare: float) -> Groups:
    """Codes from 0 without gaps, the rare ones all the last."""
    if len(codes) != len(w):
        raise ValueError(f"{len(w)} cases have {len(codes)} codes")
    shifted = codes.astype(np.intp) + 1
    if (shifted < 0).any():
        raise ValueError("a code must be −1 (not known) or more")
    number, _ = _distinct(shifted)
    often = np.bincount(number, weights=w) >= rare
    return np.where(often, np.cumsum(often) - 1, often.sum())[number]


def _binned(values: Array, w: Array, bins: int) -> tuple[Groups, Array]:
    """Codes of at most `bins` values, and the values, with mean 0 and standard deviation 1 over the cases."""
    if len(values) != len(w):
        raise ValueError(f"{len(w)} cases have {len(values)} numbers")
    there = np.isfinite(values)
    if not (there & (w > 0)).any():
        return np.zeros(len(values), np.intp), np.zeros(1)
    values = np.where(there, values, np.average(values[there], weights=w[there]))
    distinct, codes = np.unique(values, return_inverse=True)
    if len(distinct) > bins:
        edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]))
        codes = np.searchsorted(edges, values, side="left")
    n = by_group(w, codes, int(codes.max()) + 1)
    mean = np.divide(by_group(w * values, codes, len(n)), n, out=np.zeros(len(n)), where=n > 0)
    mean -= np.average(mean, weights=n)
    spread = np.sqrt(np.average(mean**2, weights=n))
    return codes, mean / spread if spread > 0 else mean
