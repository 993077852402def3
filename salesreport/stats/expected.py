"""Observed against expected: how many successes a group had, and how many others would have had with its cases.

What a case promises depends on things its group does not control (what is sold, to whom, from where it came). A
logistic model learns that from the cases of *other* groups only, so that a group is never its own yardstick:

- `expected_rates` predicts every case without its own group, and says how well the sum per group is known;
- `observed_to_expected` compares, with an interval that holds for small groups too.

The expected successes of all groups add up only roughly to the observed ones: each group is measured by the rest.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.stats.holds import assert_holds
from salesreport.stats.intervals import Array, Groups
from salesreport.stats.logistic import SETTLED, Design, fit
from salesreport.stats.poisson_binomial import TiltedSums, by_group


class Expected(NamedTuple):
    """What cases promise, as learnt from other groups' cases.

    Attributes:
        rate: the chance of success of each case; NaN where no other group has a case.
        error: the standard error of each group's expected successes, Σ weight × rate; NaN where the other groups
            had no success or no failure, so that nothing tells how sure their rate is.
        known: the part of each group's cases whose levels all occur among the cases it was learnt from; for the
            rest the rate leans on the overall rate, and `error` is wide.
        folds: how many models were fitted: one per group, or fewer where groups are many.
    """

    rate: Array
    error: Array
    known: Array
    folds: int


class Ratio(NamedTuple):
    """Observed ÷ expected successes, one element per group.

    Attributes:
        observed, expected: successes; weighted.
        ratio: observed ÷ expected; NaN without expected successes.
        lower, upper: its interval; `(lower − 1) × expected` and `(upper − 1) × expected` bound the successes that
            the group gained or lost. NaN where it cannot be told.
        p: two-sided mid-p value of "the group does as the others would".
        n: cases, the sum of their weights.
    """

    observed: Array
    expected: Array
    ratio: Array
    lower: Array
    upper: Array
    p: Array
    n: Array


def expected_rates(
    success: npt.ArrayLike,
    columns: Sequence[npt.ArrayLike],
    groups: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    numeric: Sequence[npt.ArrayLike] = (),
    ridge: float = 1.0,
    rare: float = 20.0,
    size: int | None = None,
    separately: int = 60,
    folds: int = 20,
    bins: int = 32,
) -> Expected:
    """The chance of success of each case, predicted without the cases of its own group.

    A logistic regression with an effect of each level of each column, fitted by Newton's method to the counts of
    distinct combinations. The effects are shrunken towards none: `ridge` is the inverse variance of the effects,
    in log odds, that one expects beforehand. The intercept is not, so that in the cases a model was fitted to,
    predicted successes add up to the observed. The errors are those of the posterior, which for a level that no
    other group has is as wide as `ridge` says.

    Up to `separately` groups each is left out by itself, exactly; more are left out in `folds` parts of about the
    same number of cases, so a group's model then lacks some other groups too. No chance is involved.

    Args:
        success: 1 or 0 of each case (or a part).
        columns: codes from 0, each an array with one element per case; −1 (not known) is a level of its own.
        groups: the group of each case, from 0. A case that two groups share stands there twice, with weights;
            the other half then remains among the cases learnt from.
        weights: how much each case counts; 1 by default.
        numeric: further columns, linear in log odds; values that are missing count as the mean. Of each, `bins`
            values are told apart: more are replaced by the means of as many parts with the same number of cases.
        ridge: see above; 0 for maximum likelihood.
        rare: levels with fewer cases are pooled into one.
        size: the number of groups.
        separately, folds, bins: see above.

    Raises:
        ValueError: arrays differ in length, a group is negative, or a success lies outside 0 … 1.

    References:
        le Cessie and van Houwelingen (1992), doi 10.2307/2347628 (ridge in logistic regression); Nychka (1988),
        doi 10.1080/01621459.1988.10478711 (coverage of posterior errors of penalised fits).

    Examples:
        Group 0 has the hard cases (level 1), and does as well with them as group 1 does:

        >>> success = np.repeat([1, 0, 1, 0, 1, 0, 1, 0], [10, 10, 20, 80, 50, 50, 10, 40])
        >>> level = np.repeat([0, 0, 1, 1, 0, 0, 1, 1], [10, 10, 20, 80, 50, 50, 10, 40])
        >>> group = np.repeat([0, 0, 0, 0, 1, 1, 1, 1], [10, 10, 20, 80, 50, 50, 10, 40])
        >>> found = expected_rates(success, [level], group)
        >>> ratio = observed_to_expected(success, found.rate, group, error=found.error)
        >>> ratio.observed, ratio.expected.round(1), (ratio.p > 0.5)
        (array([30., 60.]), array([31.2, 57.2]), array([ True,  True]))
    """
    y, g, w, size = _cases(success, groups, weights, size)
    design, pattern = Design.of(columns, numeric, w, rare, bins)
    fold, parts = _folds(by_group(w, g, size), separately, folds)
    order = np.argsort(fold[g], kind="stable")
    ends = np.searchsorted(fold[g][order], np.arange(parts + 1))
    all_won, all_n = design.counts(pattern, w * y), design.counts(pattern, w)

    start = fit(design, all_won, all_n, ridge, None)
    rate, error, known = np.full(len(y), np.nan), np.full(size, np.nan), np.full(size, np.nan)
    for part in range(parts):
        cases = order[ends[part] : ends[part + 1]]
        at, weight, own = pattern[cases], w[cases], g[cases]
        n = np.maximum(all_n - design.counts(at, weight), 0.0)
        won = np.clip(all_won - design.counts(at, weight * y[cases]), 0.0, n)
        if parts == 1 or n.sum() <= SETTLED * max(1.0, all_n.sum()):
            continue
        # next to no penalty: effects without bounds, such as of levels only won, are no place to start from
        learnt = fit(design, won, n, ridge, start if ridge >= 0.01 else None)
        rate[cases] = learnt.rates[at]
        here = np.unique(own)
        place = np.searchsorted(here, own)
        seen = design.seen(n)[at]
        weighed = by_group(weight, place, len(here))
        with np.errstate(invalid="ignore"):
            known[here] = by_group(weight * seen, place, len(here)) / weighed
        slope = design.slopes(place, at, weight * rate[cases] * (1 - rate[cases]), len(here))
        error[here] = learnt.error(slope)
    return Expected(rate, error, known, parts)


def observed_to_expected(
    success: npt.ArrayLike,
    expected: npt.ArrayLike,
    groups: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    error: npt.ArrayLike | None = None,
    size: int | None = None,
    confidence: float = 0.95,
) -> Ratio:
    """Observed ÷ expected successes of each group with a mid-p interval.

    The successes of a group that does as expected are a sum of independent cases with unequal chances (a
    Poisson-binomial). A group that does better or worse multiplies the odds of all its cases by the same factor:
    that is the one family in which the sum alone says everything about the factor. The interval holds the factors
    whose two-sided mid-p value is at least 1 − `confidence`, each turned into a ratio of expected successes.
    The tails are exact up to 200 cases; beyond, they come from Barndorff-Nielsen's r*, whose probabilities
    are out by less than 0.001 (0.004 where only a handful of successes is expected).
    Weights scale the variance as they should: a group of half cases has the interval of as many whole ones;
    where they differ within a group, equal cases of the same variance stand in for them, and tails come from r*.

    Args:
        success: 1 or 0 of each case (or a part).
        expected: its chance, from `expected_rates`. A group with a missing one has no ratio.
        groups: the group of each case, from 0.
        weights: how much each case counts; 1 by default.
        error: the standard error of each group's expected successes (`Expected.error`), which widens the interval;
            0 by default, expectations then are taken as known. Where it is NaN, there is no interval.
        size: the number of groups.
        confidence: how often the interval is to hold the true ratio.

    References:
        Barndorff-Nielsen (1986), doi 10.1093/biomet/73.2.307; Daniels (1987), doi 10.2307/1403269 (whole
        numbers); Berry and Armitage (1995), doi 10.2307/2348891 (mid-p).

    Examples:
        >>> found = observed_to_expected([1] * 3 + [0] * 17, [0.35] * 20, [0] * 20)  # 3 of 20, where 7 are usual
        >>> found.ratio.round(3), found.lower.round(2), found.upper.round(2), found.p.round(2)
        (array([0.429]), array([0.11]), array([1.02]), array([0.06]))
    """
    y, g, w, size = _cases(success, groups, weights, size)
    chance = np.asarray(expected, float).ravel()
    if len(chance) != len(y):
        raise ValueError(f"{len(y)} cases have {len(chance)} expected rates")
    if ((chance < 0) | (chance > 1)).any():
        raise ValueError("an expected rate must lie in 0 … 1")
    n = by_group(w, g, size)
    observed = by_group(w * y, g, size)
    promised = np.where(n > 0, by_group(w * chance, g, size), np.nan)
    doubt = np.zeros(size) if error is None else np.broadcast_to(np.asarray(error, float), size)

    sums = TiltedSums.of(chance, g, w, size)
    z = sums.normal_score(observed, np.zeros(size), doubt)
    p = sums.two_sided(z)
    low, high = sums.bounds(observed, doubt, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = np.where(promised > 0, promised, np.nan)
        ratio, lower, upper = observed / known, low / known, high / known
    assert_holds(lower, ratio, upper)
    return Ratio(observed, promised, ratio, lower, upper, p, n)


def _cases(
    success: npt.ArrayLike, groups: npt.ArrayLike, weights: npt.ArrayLike | None, size: int | None
) -> tuple[Array, Groups, Array, int]:
    y, g = np.asarray(success, float).ravel(), np.asarray(groups, np.intp).ravel()
    w = np.ones(len(y)) if weights is None else np.asarray(weights, float).ravel()
    if not len(y) == len(g) == len(w):
        raise ValueError(f"{len(y)} cases have {len(g)} groups and {len(w)} weights")
    if (g < 0).any():
        raise ValueError("a group must be 0 or more")
    if not ((y >= 0) & (y <= 1)).all():
        raise ValueError("a success must lie in 0 … 1")
    if not ((w >= 0) & np.isfinite(w)).all():
        raise ValueError("a weight must be 0 or more")
    return y, g, w, int(g.max(initial=-1)) + 1 if size is None else size


def _folds(n: Array, separately: int, folds: int) -> tuple[Groups, int]:
    """The part in which each group is left out: by itself, or dealt out by size to and fro."""
    filled = np.flatnonzero(n > 0)
    parts = len(filled) if len(filled) <= separately else folds
    fold = np.zeros(len(n), np.intp)
    deal = np.arange(len(filled)) % (2 * parts) if parts else filled
    fold[filled[np.argsort(-n[filled], kind="stable")]] = np.where(deal < parts, deal, 2 * parts - 1 - deal)
    return fold, parts
