"""The difference that something makes to a chance, with levels of several columns held fixed and cases repeated.

The same deal, or patient, is looked at several times; what is asked is whether those that have something succeed
more often than those that have it not *within the same stratum and the same unit*. Strata and units are taken out
of both sides (two-way fixed effects), so that only differences within them count. With one column of strata and
one look at each case, the estimate is Mantel and Haenszel's difference of rates.

The interval holds every difference that a score test does not contradict. Its variance is that of clusters: what
belongs to one cluster may depend on itself in any way.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from salesreport.stats.holds import assert_holds
from salesreport.stats.intervals import Array, Groups, normal_quantile

_SETTLED = 1e-7
"""Means within levels are taken out until none is larger."""

_MOST_ROUNDS = 500


class Adjusted(NamedTuple):
    """A difference of two chances, one of each exposure; NaN where nothing can be compared.

    Attributes:
        rate, expected: how often exposed cases succeed, and unexposed ones in the same places: means with the
            weights of the comparison. effect: their difference.
        lower, upper: its interval. p: two-sided p-value of no difference.
        told: how much there is to compare: Σ of what is left of the exposure, squared; with one column of strata
            Σ exposed × unexposed ÷ all.
    """

    rate: Array
    expected: Array
    effect: Array
    lower: Array
    upper: Array
    p: Array
    told: Array


def adjusted_difference(
    success: npt.ArrayLike,
    exposed: npt.ArrayLike,
    columns: Sequence[Groups],
    cluster: Groups,
    confidence: float = 0.95,
) -> Adjusted:
    """The difference that exposures make to the chance of success, each by itself, within levels of columns.

    Args:
        success: of each case. exposed: exposures × cases.
        columns: codes from 0 of what is held fixed. cluster: codes from 0 of what may depend on itself.
        confidence: of the interval.

    References:
        Frisch and Waugh (1933), doi 10.2307/1907330 (taking the columns out of both sides); Liang and Zeger
        (1986), doi 10.1093/biomet/73.1.13 (the variance of clusters); Cameron and Miller (2015), doi
        10.3368/jhr.50.2.317 (why few clusters need a correction; here clusters ÷ (clusters − levels of columns),
        a little more cautious than theirs).

    Examples:
        Of 40 with a call 24 succeed, of 40 without 16; in another stratum 10 of 20 do and 8 of 20:

        >>> exposed = np.repeat([1, 0, 1, 0], [40, 40, 20, 20])
        >>> won = np.concatenate([np.arange(n) < k for n, k in ((40, 24), (40, 16), (20, 10), (20, 8))])
        >>> stratum = np.repeat([0, 1], [80, 40])
        >>> found = adjusted_difference(won, [exposed], [stratum], np.arange(120))
        >>> found.effect.round(3)  # (20 · 0.2 + 10 · 0.1) ÷ 30
        array([0.167])
    """
    y, x = np.asarray(success, float), np.atleast_2d(np.asarray(exposed, float))
    if not len(y):
        return Adjusted(*np.full((7, len(x)), np.nan))
    codes = [np.asarray(column, np.intp) for column in columns]
    levels = 1 + sum(int(np.count_nonzero(np.bincount(column))) - 1 for column in codes)
    clusters = int(np.count_nonzero(np.bincount(cluster)))
    few = clusters / max(clusters - levels, 1)
    enough = clusters > 2 * levels
    fixed = _Levels.of(codes)
    rest = _taken_out(y, fixed)
    found = [_one(y, rest, each, _taken_out(each, fixed), cluster, few, confidence, enough) for each in x]
    columns_of = (np.array(one, float) for one in zip(*found, strict=True))
    made = Adjusted(*columns_of) if found else Adjusted(*np.full((7, 0), np.nan))
    assert_holds(made.lower, made.effect, made.upper)
    return made


def _one(
    y: Array, rest: Array, x: Array, left: Array, cluster: Groups, few: float, confidence: float, enough: bool
) -> tuple[float, ...]:
    told = float((left * left).sum())
    nothing = (np.nan,) * 6
    if told < 1e-6 or not enough:
        return (*nothing, told)
    with_it = float((left * x * y).sum()) / told
    score, share = np.bincount(cluster, left * rest), np.bincount(cluster, left * left)
    a, b, c = (score * score).sum(), (score * share).sum(), (share * share).sum()
    total = float(score.sum())
    if a <= 0:
        return (*nothing, told)
    p = float(chdtrc(1, total * total / (a * few)))
    # every β with (U − βS)² ≤ κ · Σ (a − βb)²: between the roots of a square
    kappa = float(normal_quantile(confidence)) ** 2 * few
    square, half, free = told * told - kappa * c, total * told - kappa * b, total * total - kappa * a
    inside = half * half - square * free
    effect = total / told
    if square <= 0 or inside < 0:
        lower, upper = -1.0, 1.0
    else:
        lower, upper = (half - np.sqrt(inside)) / square, (half + np.sqrt(inside)) / square
    effect = float(np.clip(effect, -1.0, 1.0))
    return with_it, with_it - effect, effect, max(lower, -1.0), min(upper, 1.0), p, told


class _Levels(NamedTuple):
    """Columns of levels: the codes, how many cases each level has, and of two columns how many each pair has."""

    codes: list[Groups]
    n: list[Array]
    pairs: dict[tuple[int, int], Array]

    @classmethod
    def of(cls, columns: Sequence[Groups]) -> "_Levels":
        n = [np.maximum(np.bincount(column), 1).astype(float) for column in columns]
        pairs = {}
        for one, other in combinations(range(len(columns)), 2):
            width = len(n[other])
            both = np.bincount(columns[one] * width + columns[other], minlength=len(n[one]) * width)
            pairs[one, other] = both.reshape(-1, width).astype(float)
            pairs[other, one] = pairs[one, other].T.copy()
        return cls(list(columns), n, pairs)


def _taken_out(values: Array, levels: _Levels) -> Array:
    """What is left of values when the means within the levels of all columns are taken out, round by round.

    What a round takes out of a column's levels is known from sums by level and the counts of pairs of levels: the
    cases need not be gone through again.
    """
    left = values - values.mean()
    sums = [
        np.bincount(codes, left, len(n)).astype(float) for codes, n in zip(levels.codes, levels.n, strict=True)
    ]
    out = [np.zeros(len(n)) for n in levels.n]
    for _ in range(_MOST_ROUNDS):
        moved = 0.0
        for at, n in enumerate(levels.n):
            mean = sums[at] / n
            out[at] += mean
            for other in range(len(sums)):
                # sums, not a product of matrices: the linear algebra library would start threads for it
                sums[other] = (
                    np.zeros(len(n))
                    if other == at
                    else (sums[other] - np.einsum("ij,j->i", levels.pairs[other, at], mean))
                )
            moved = max(moved, float(np.abs(mean).max(initial=0.0)))
        if moved <= _SETTLED or len(sums) == 1:
            break
    for codes, mean in zip(levels.codes, out, strict=True):
        left -= mean[codes]
    return left
