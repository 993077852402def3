"""One group against another within strata: is the difference still there when like is compared with like?

In each stratum a 2×2 table counts the successes and failures of the group (a, b) and of those it is compared with
(c, d). Every function takes these four as arrays whose last axis is that of the strata, and answers for all groups
at once. A stratum in which one side has no trials, or in which all trials or none succeeded, says nothing of the
odds.

The sums over strata hold for large counts; `salesreport.stats.conditional` is exact for small ones, and `compare`
chooses between the two.
"""

from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, erfc

from salesreport.stats.conditional import exact_conditional
from salesreport.stats.holds import assert_holds
from salesreport.stats.intervals import Array, Interval, normal_quantile
from salesreport.stats.rate_difference import rate_difference, weighted_difference
from salesreport.stats.two_by_two import (
    TINY,
    Tables,
    comparable,
    fitted_successes,
    known,
    moments,
    share,
    tables_of,
    tells,
)

_CELLS = 2_000_000
"""How many tables are worked on at a time, so that intermediate results stay small."""

_FITTED = 1.0
"""The least fitted count of a table that counts in a comparison's test of homogeneity."""


class ChiSquare(NamedTuple):
    """A χ² test, one element per group; NaN where there is nothing to test.

    Attributes:
        statistic: the χ² statistic.
        freedom: its degrees of freedom.
        p: the two-sided p-value.
    """

    statistic: Array
    freedom: Array
    p: Array


class Comparison(NamedTuple):
    """A group against others, like with like; one element per group, NaN where nothing can be compared.

    Attributes:
        odds_ratio, lower, upper: common odds ratio over the strata, above 1 where the group succeeds more often,
            with its interval; where the group has the fewest or the most successes possible, the ratio is 0 or
            infinite.
        p: two-sided p-value of an odds ratio of 1.
        exact: whether these are exact conditional mid-p results, for sparse strata, rather than sums over strata.
        homogeneity_p: p-value of the odds ratio being the same in all strata; NaN where fewer than two strata are
            large enough to tell.
        n: the group's trials in strata in which the others have trials too; the rest cannot be compared.
        observed: its successes among them.
        expected: successes to be expected if the group's odds were those of the others: all successes of a
            stratum, its own among them, shared out by trials.
        variance: of the successes, given that.
        difference: the group's rate less the others' (Mantel and Haenszel's weighted mean over the strata).
        difference_lower, difference_upper: its interval.
        extra: successes more (or, negative, less) than the group's `n` trials had brought at the others' rates:
            `difference` × n. More than `observed − expected`, which compares with all, the group included.
        extra_lower, extra_upper: its interval.
    """

    odds_ratio: Array
    lower: Array
    upper: Array
    p: Array
    exact: npt.NDArray[np.bool_]
    homogeneity_p: Array
    n: Array
    observed: Array
    expected: Array
    variance: Array
    difference: Array
    difference_lower: Array
    difference_upper: Array
    extra: Array
    extra_lower: Array
    extra_upper: Array


def against_the_rest(
    successes: npt.ArrayLike, trials: npt.ArrayLike, reference: npt.ArrayLike | None = None
) -> Tables:
    """Each group's tables against all other groups together, or against those of them that are a fair measure.

    Groups that are truly different are no fair measure for the rest: where three of twenty are much worse, the
    others are all a little better than "the rest". `salesreport.stats.reference` leaves such groups out.

    Args:
        successes, trials: groups × strata.
        reference: which groups the others are compared with; each is compared with all of these but itself. All by
            default.

    Raises:
        ValueError: there are more successes than trials somewhere, or less than none.

    Examples:
        >>> against_the_rest([[3], [1], [2]], [[4], [5], [2]]).c.ravel()
        array([3., 5., 4.])
        >>> against_the_rest([[3], [1], [2]], [[4], [5], [2]], reference=[True, False, True]).c.ravel()
        array([2., 5., 3.])
    """
    won, n = np.asarray(successes, float), np.asarray(trials, float)
    if won.shape != n.shape or won.ndim != 2:
        raise ValueError("successes and trials are both groups × strata")
    if (won < -TINY).any() or (won > n + TINY).any():
        raise ValueError("successes lie between none and all trials")
    lost = np.maximum(n - won, 0.0)
    counted = np.ones(len(won), bool) if reference is None else np.asarray(reference, bool)
    others = (np.maximum(own[counted].sum(axis=0) - own * counted[:, None], 0.0) for own in (won, lost))
    return Tables(won, lost, *others)


def cochran_mantel_haenszel(
    a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike, correct: bool = False
) -> ChiSquare:
    """The test that success does not depend on the group, within all strata.

    Args:
        a, b, c, d: the tables' cells; the last axis is that of the strata.
        correct: with the correction for continuity, which makes the test more cautious.

    References:
        Cochran (1954), doi 10.2307/3001616; Mantel and Haenszel (1959), doi 10.1093/jnci/22.4.719.

    Examples:
        >>> float(cochran_mantel_haenszel([12, 8], [8, 22], [30, 20], [50, 80]).p.round(4))
        0.067
    """
    t = tables_of(a, b, c, d)
    observed, expected, variance = moments(t)
    return _cmh(observed - expected, variance, correct)


def odds_ratio_mh(
    a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike, confidence: float = 0.95
) -> Interval:
    """Mantel and Haenszel's common odds ratio with the interval of Robins, Breslow and Greenland.

    Args:
        a, b, c, d: the tables' cells; the last axis is that of the strata.
        confidence: how often the interval is to hold the true odds ratio.

    Returns:
        `n` is the number of trials of both sides in the strata that tell something. The ratio may be 0 or
        infinite; then there are no bounds.

    References:
        Mantel and Haenszel (1959), doi 10.1093/jnci/22.4.719; Robins, Breslow and Greenland (1986), doi
        10.2307/2531052.

    Examples:
        >>> ratio = odds_ratio_mh([[12, 8]], [[8, 22]], [[30, 20]], [[50, 80]])
        >>> ratio.value.round(2), ratio.lower.round(2), ratio.upper.round(2)
        (array([1.89]), array([0.96]), array([3.72]))
    """
    t = tables_of(a, b, c, d)
    n = known(t.a + t.b + t.c + t.d)
    with np.errstate(divide="ignore", invalid="ignore"):
        same, cross, agree = t.a * t.d / n, t.b * t.c / n, (t.a + t.d) / n
        r, s = np.nansum(same, axis=-1), np.nansum(cross, axis=-1)
        variance = (
            np.nansum(agree * same, axis=-1) / r**2
            + np.nansum(agree * cross + (1 - agree) * same, axis=-1) / (r * s)
            + np.nansum((1 - agree) * cross, axis=-1) / s**2
        ) / 2
        value = r / s
        half = normal_quantile(confidence) * np.sqrt(variance)
        bounded = (r > 0) & (s > 0)
        lower = np.where(bounded, value * np.exp(-half), np.nan)
        upper = np.where(bounded, value * np.exp(half), np.nan)
    return Interval.of(value, lower, upper, np.where(tells(t), n, 0.0).sum(axis=-1))


def breslow_day(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    adjusted: bool = True,
    least_fitted: float = 0.0,
) -> ChiSquare:
    """The test that the odds ratio is the same in all strata.

    Args:
        a, b, c, d: the tables' cells; the last axis is that of the strata.
        adjusted: with Tarone's adjustment, which makes the statistic follow χ².
        least_fitted: only tables whose four fitted counts all reach this count; small ones do not follow χ².

    References:
        Breslow and Day (1980), Statistical Methods in Cancer Research I, 4.4; Tarone (1985), doi
        10.1093/biomet/72.1.91.

    Examples:
        >>> float(breslow_day([12, 8], [8, 22], [30, 20], [50, 80]).p.round(2))  # odds ratios 2.5 and 1.45
        0.44
    """
    t = tables_of(a, b, c, d)
    ratio = odds_ratio_mh(*t).value[..., None]
    one, total, n = t.a + t.b, t.a + t.c, t.a + t.b + t.c + t.d
    fitted = fitted_successes(t, ratio)
    with np.errstate(divide="ignore", invalid="ignore"):
        cells = np.stack([fitted, one - fitted, total - fitted, n - one - total + fitted])
        counted = tells(t) & (cells.min(axis=0) >= max(least_fitted, TINY))
        variance = np.where(counted, 1 / (1 / cells).sum(axis=0), 0.0)
        gap = np.where(counted, t.a - fitted, 0.0)
        statistic = np.where(counted, gap**2 / variance, 0.0).sum(axis=-1)
        if adjusted:
            statistic = statistic - gap.sum(axis=-1) ** 2 / variance.sum(axis=-1)
    freedom = counted.sum(axis=-1) - 1.0
    enough = (freedom >= 1) & np.isfinite(ratio[..., 0]) & (ratio[..., 0] > 0)
    statistic = np.where(enough, np.maximum(statistic, 0.0), np.nan)
    return ChiSquare(statistic, np.maximum(freedom, 0.0), chdtrc(np.maximum(freedom, 1.0), statistic))


def mantel_fleiss(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Array:
    """How far the expected successes are from the fewest and the most possible; below 5, trust no normal curve.

    References:
        Mantel and Fleiss (1980), American Journal of Epidemiology 112, 129–134.

    Examples:
        >>> float(mantel_fleiss([3], [1], [1], [3]))  # expected 2, possible 0 … 4
        2.0
    """
    t = tables_of(a, b, c, d)
    one, total = t.a + t.b, t.a + t.c
    told = tells(t)
    least = np.where(told, np.maximum(0.0, total - (t.c + t.d)), 0.0).sum(axis=-1)
    most = np.where(told, np.minimum(one, total), 0.0).sum(axis=-1)
    expected = np.where(told, share(t), 0.0).sum(axis=-1)
    return np.minimum(expected - least, most - expected)


class Departure(NamedTuple):
    """How far groups are from what is to be expected; one element per group, NaN where nothing can be compared.

    Attributes:
        p: two-sided p-value of an odds ratio of 1. z: (observed − expected) ÷ their standard deviation.
        n, observed, expected, variance, difference: as in `Comparison`.
    """

    p: Array
    z: Array
    n: Array
    observed: Array
    expected: Array
    variance: Array
    difference: Array


def departure(
    a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike, criterion: float = 5.0
) -> Departure:
    """What `compare` says without odds ratios and intervals, in a fraction of its time.

    Args:
        a, b, c, d: the tables' cells; the last axis is that of the strata. criterion: as for `compare`.

    Examples:
        >>> departure([[12, 8]], [[8, 22]], [[30, 20]], [[50, 80]]).p.round(3)
        array([0.067])
    """
    t = comparable(tables_of(a, b, c, d))
    observed, expected, variance = moments(t)
    difference, n = weighted_difference(t)
    gap = observed - expected
    p = _cmh(gap, variance, correct=False).p
    told = variance > TINY
    extreme = ~((t.a * t.d > 0).any(axis=-1) & (t.b * t.c > 0).any(axis=-1))  # an odds ratio of 0, or infinite
    exact = told & ((mantel_fleiss(*t) < criterion) | extreme)
    if exact.any():
        a, b, c, d = (cell[exact] for cell in t)
        p = _filled(p, exact, exact_conditional(a, b, c, d, test_only=True).p)
    p = np.where(told, p, np.nan)
    z = np.where(told, gap / np.sqrt(np.where(told, variance, 1.0)), np.nan)
    return Departure(p, z, n, observed, expected, variance, difference)


def compare(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    confidence: float = 0.95,
    criterion: float = 5.0,
    fewest: float = 0.0,
) -> Comparison:
    """Groups against others within strata: test, odds ratio, difference of rates and extra successes.

    Exact conditional inference where the strata are sparse: where Mantel and Fleiss's criterion is not met, or the
    successes or failures observed are as few as could be, so that the odds ratio is 0 or infinite. Elsewhere
    Cochran, Mantel and Haenszel's test without correction and the interval of Robins, Breslow and Greenland.

    The intervals of difference and extra successes are those of `salesreport.stats.rate_difference`: they rest on
    the trials of both sides, and leave out 0 where the test without exact inference has p below 1 − `confidence`.

    Args:
        a, b, c, d: the tables' cells, see `against_the_rest`; the last axis is that of the strata.
        confidence: of the intervals.
        criterion: the least distance of the expected successes from the fewest and most possible at which the
            sums over strata are trusted; 0 for never exact unless the odds ratio is 0 or infinite, infinity for
            always exact.
        fewest: groups with fewer trials that can be compared get neither odds ratio and test nor intervals, which
            take most of the time: these are NaN.

    References:
        Those of the functions it is made of.

    Examples:
        >>> found = compare([[12, 8]], [[8, 22]], [[30, 20]], [[50, 80]])
        >>> found.exact, found.p.round(3), (found.observed - found.expected).round(1), found.extra.round(1)
        (array([False]), array([0.067]), array([5.1]), array([6.6]))
    """
    t = tables_of(a, b, c, d)
    shape, strata = t.a.shape[:-1], t.a.shape[-1]
    flat = [cell.reshape(prod(shape), strata) for cell in t]
    step = max(_CELLS // max(strata, 1), 1)
    parts = [
        _compared(Tables(*(cell[start : start + step] for cell in flat)), confidence, criterion, fewest)
        for start in range(0, max(len(flat[0]), 1), step)
    ]
    return Comparison(*(np.concatenate(column).reshape(shape) for column in zip(*parts, strict=True)))


def _compared(t: Tables, confidence: float, criterion: float, fewest: float) -> Comparison:
    t = comparable(t)
    observed, expected, variance = moments(t)
    gap = rate_difference(*t, confidence, fewest)
    enough = np.flatnonzero(gap.n >= fewest)
    some = t if len(enough) == len(gap.n) else Tables(*(cell[enough] for cell in t))
    odds = _odds(some, confidence, criterion)
    return Comparison(
        **{name: _spread(column, enough, len(gap.n)) for name, column in odds.items()},
        n=gap.n,
        observed=observed,
        expected=expected,
        variance=variance,
        difference=gap.value,
        difference_lower=gap.lower,
        difference_upper=gap.upper,
        extra=gap.value * gap.n,
        extra_lower=gap.lower * gap.n,
        extra_upper=gap.upper * gap.n,
    )


def _odds(t: Tables, confidence: float, criterion: float) -> dict[str, Any]:
    """What a `Comparison` says of the odds: their ratio with its interval, and the tests."""
    observed, expected, variance = moments(t)
    ratio = odds_ratio_mh(*t, confidence)
    p = _cmh(observed - expected, variance, correct=False).p
    value, lower, upper = ratio.value, ratio.lower, ratio.upper
    told = variance > TINY
    exact = told & ((mantel_fleiss(*t) < criterion) | np.isnan(lower))
    if exact.any():
        found = exact_conditional(t.a[exact], t.b[exact], t.c[exact], t.d[exact], confidence)
        fill = found.odds_ratio, found.lower, found.upper, found.p
        value, lower, upper, p = (
            _filled(x, exact, y) for x, y in zip((value, lower, upper, p), fill, strict=True)
        )
    for column in (value, lower, upper, p):
        column[~told] = np.nan
    assert_holds(lower, value, upper)
    return {
        "odds_ratio": value,
        "lower": lower,
        "upper": upper,
        "p": p,
        "exact": exact,
        "homogeneity_p": breslow_day(*t, least_fitted=_FITTED).p,
    }


def _spread(values: Any, rows: npt.NDArray[np.intp], size: int) -> Any:
    """A column of `size` rows with values in some of them; NaN, or no, in the others."""
    column = np.full(size, False if values.dtype == bool else np.nan)
    column[rows] = values
    return column


def _cmh(gap: Array, variance: Array, correct: bool) -> ChiSquare:
    distance = np.maximum(np.abs(gap) - 0.5, 0.0) if correct else np.abs(gap)
    told = variance > TINY
    statistic = np.where(told, distance**2 / np.where(told, variance, 1.0), np.nan)
    return ChiSquare(statistic, np.ones_like(statistic), erfc(np.sqrt(statistic / 2)))


def _filled(column: Array, where: npt.NDArray[np.bool_], values: Array) -> Array:
    filled = column.copy()
    filled[where] = values
    return filled
