"""Stratified comparisons: against statsmodels, by hand, and by simulation of what they promise."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit
from scipy.stats import chi2
from statsmodels.stats.contingency_tables import StratifiedTable

from salesreport.stats import stratified
from salesreport.stats.conditional import exact_conditional
from salesreport.stats.stratified import (
    against_the_rest,
    breslow_day,
    cochran_mantel_haenszel,
    compare,
    mantel_fleiss,
    odds_ratio_mh,
)


def as_statsmodels(cells: np.ndarray) -> StratifiedTable:
    """Cells (4 × strata) as its cube."""
    return StratifiedTable(np.array([[cells[0], cells[1]], [cells[2], cells[3]]], float))


def test_equals_statsmodels() -> None:
    random = np.random.default_rng(1)
    groups = [random.integers(1, 30, (4, 8)) for _ in range(30)]
    cells = np.stack(groups, axis=1)
    ratio, plain, careful = (
        odds_ratio_mh(*cells, 0.9),
        cochran_mantel_haenszel(*cells),
        cochran_mantel_haenszel(*cells, correct=True),
    )
    raw, tarone = breslow_day(*cells, adjusted=False), breslow_day(*cells)
    for i, group in enumerate(groups):
        truth = as_statsmodels(group)
        assert ratio.value[i] == pytest.approx(truth.oddsratio_pooled, rel=1e-9)
        lower, upper = truth.oddsratio_pooled_confint(0.1)
        assert (ratio.lower[i], ratio.upper[i]) == (pytest.approx(lower, rel=1e-9), pytest.approx(upper, rel=1e-9))
        assert plain.statistic[i] == pytest.approx(truth.test_null_odds().statistic, rel=1e-9)
        assert plain.p[i] == pytest.approx(truth.test_null_odds().pvalue, abs=1e-9)
        gap = group[0] - (group[0] + group[1]) * (group[0] + group[2]) / group.sum(axis=0)
        if abs(gap.sum()) >= 0.5:
            assert careful.p[i] == pytest.approx(truth.test_null_odds(correction=True).pvalue, abs=1e-9)
        else:  # statsmodels squares what the correction makes negative; there is then no gap at all
            assert careful.p[i] == 1
        assert raw.statistic[i] == pytest.approx(truth.test_equal_odds().statistic, rel=1e-9)
        assert tarone.statistic[i] == pytest.approx(truth.test_equal_odds(adjust=True).statistic, rel=1e-7)
        assert tarone.p[i] == pytest.approx(truth.test_equal_odds(adjust=True).pvalue, abs=1e-9)
    chosen = compare(*cells)
    assert not chosen.exact.any()
    np.testing.assert_allclose(chosen.p, plain.p)
    np.testing.assert_allclose(chosen.odds_ratio, ratio.value)


def test_strata_that_tell_nothing_change_nothing() -> None:
    told = np.array([[12, 8], [8, 22], [30, 20], [50, 80]])
    # no trials on either side; none of the one, none of the other; all succeed; none do
    silent = np.array([[0, 0, 4, 3, 0], [0, 0, 2, 0, 5], [0, 7, 0, 9, 0], [0, 6, 0, 0, 8]])
    both = np.concatenate([told, silent], axis=1)
    for function in (odds_ratio_mh, cochran_mantel_haenszel, breslow_day):
        for one, other in zip(function(*told), function(*both), strict=True):
            assert one == pytest.approx(float(other))
    # but successes and trials of strata that can be compared count: 12 + 8 + 3 + 0 of 20 + 30 + 3 + 5
    found = compare(*both)
    assert (found.observed, found.n) == (23, 58)


def test_a_stratum_of_less_than_a_trial_has_no_variance() -> None:
    # a quarter against three quarters of a deal: n²(n − 1) of the variance would be zero or negative
    whole = np.array([[12.0], [8.0], [30.0], [50.0]])
    parts = np.concatenate([whole, [[0.25], [0.25], [0.25], [0.25]]], axis=1)
    assert compare(*parts).variance == pytest.approx(float(compare(*whole).variance))


def test_an_even_odds_ratio_and_extreme_ones_have_a_homogeneity_test_or_none() -> None:
    # two mirrored tables, 12 · 12 against 8 · 8: pooled they are even
    cells = np.array([[12, 8], [8, 12], [8, 12], [12, 8]])
    assert odds_ratio_mh(*cells).value == 1
    # e = 10, variance 1 ÷ (4/10) = 2.5, so Σ (±2)² ÷ 2.5 = 3.2 on one degree of freedom
    found = breslow_day(*cells)
    assert found.statistic == pytest.approx(3.2)
    assert found.p == pytest.approx(chi2.sf(3.2, 1))
    assert np.isnan(breslow_day([0, 0], [5, 5], [3, 3], [2, 2]).p)
    assert np.isnan(breslow_day([3], [5], [3], [2]).p)  # one stratum is like itself


COUNTS = arrays(float, (5, 4), elements=st.integers(0, 12).map(lambda x: x / 2))


@given(COUNTS, COUNTS)
@settings(max_examples=60, deadline=None)
def test_groups_add_up_to_all(won: np.ndarray, lost: np.ndarray) -> None:
    tables = against_the_rest(won, won + lost)
    for cells in tables[:2], tables[2:]:
        assert (cells[0] >= 0).all()
        assert (cells[1] >= 0).all()
    np.testing.assert_allclose(tables.a + tables.c, np.broadcast_to(won.sum(axis=0), won.shape))
    found = compare(*tables)
    # what one group has more than its share, the others have less
    assert (found.observed - found.expected).sum() == pytest.approx(0, abs=1e-9)
    known = ~np.isnan(found.p)
    whole = (won % 1 == 0).all() and (lost % 1 == 0).all()
    if whole:
        assert (found.lower[known] <= found.odds_ratio[known]).all()
        assert (found.odds_ratio[known] <= found.upper[known]).all()
        assert (found.difference_lower[known] <= found.difference[known] + 1e-9).all()
        assert (found.difference[known] <= found.difference_upper[known] + 1e-9).all()
    assert ((found.p[known] >= 0) & (found.p[known] <= 1)).all()


def test_groups_known_to_differ_can_be_left_out_of_the_reference() -> None:
    # 1 + 2 + 4 successes of the first, second and fourth; each less its own, the third (7) has none to take away
    found = against_the_rest([[1.0], [2.0], [7.0], [4.0]], [[10.0]] * 4, [True, True, False, True])
    np.testing.assert_array_equal(found.c.ravel(), [6, 5, 7, 3])
    np.testing.assert_array_equal(found.d.ravel(), [14, 15, 23, 17])  # of 9 + 8 + 6


def test_successes_beyond_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="between none and all"):
        against_the_rest([[3.0]], [[2.0]])
    with pytest.raises(ValueError, match="groups × strata"):
        against_the_rest([3.0], [4.0])


def test_sparse_strata_are_compared_exactly() -> None:
    # expected 4 · 4 ÷ 8 = 2 of 0 … 4 in the first; in the second 40 of 0 … 80
    small, large = ([3], [1], [1], [3]), ([50], [30], [30], [50])
    cells = [np.array([s, la]) for s, la in zip(small, large, strict=True)]
    np.testing.assert_allclose(mantel_fleiss(*cells), [2, 40])
    found = compare(*cells)
    np.testing.assert_array_equal(found.exact, [True, False])
    assert found.p[0] == pytest.approx(18 / 70)  # 2 · (1/70 + 16/70 ÷ 2)
    truth = exact_conditional(*small)
    assert found.lower[0] == truth.lower
    # a difference of rates of d changes the successes by W · d = 2 d: rates ¾ and ¼, extra 4 · ½
    assert (found.difference[0], found.extra[0]) == (0.5, 2.0)
    assert found.extra_lower[0] == 4 * found.difference_lower[0]
    always = compare(*cells, criterion=np.inf)
    assert always.exact.all()
    assert always.p[1] == pytest.approx(found.p[1], rel=0.05), "both ways agree on large tables"
    assert always.extra_lower[1] == found.extra_lower[1], "the difference has one interval"
    assert not compare(*cells, criterion=0).exact.any()
    never_lost = compare([30], [0], [40], [40])
    assert never_lost.exact
    assert never_lost.odds_ratio == np.inf
    assert 1 < never_lost.lower < never_lost.upper == np.inf


def test_mantel_fleiss_counts_only_strata_that_tell() -> None:
    # a second stratum where everyone succeeds adds 7 expected, 7 least and 7 most: no room
    assert mantel_fleiss([3, 7], [1, 0], [1, 9], [3, 0]) == pytest.approx(2)


def test_nothing_to_compare_is_missing_not_zero() -> None:
    found = compare([[4, 0], [0, 0]], [[2, 0], [0, 0]], [[0, 3], [2, 1]], [[0, 1], [5, 2]])
    for column in (found.odds_ratio, found.lower, found.p, found.difference, found.extra, found.extra_upper):
        assert np.isnan(column).all()
    np.testing.assert_array_equal(found.n, [0, 0])


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (3, 0)])
def test_no_groups_or_no_strata_are_no_error(shape: tuple[int, int]) -> None:
    tables = against_the_rest(np.zeros(shape), np.zeros(shape))
    for column in (compare(*tables).p, exact_conditional(*tables).p, breslow_day(*tables).p):
        assert column.shape == shape[:1]
        assert np.isnan(column).all()


def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(4)
    cells = random.integers(0, 6, (4, 2, 9, 5))
    whole = compare(*cells)
    assert whole.p.shape == (2, 9)
    monkeypatch.setattr(stratified, "_CELLS", 10)
    for one, other in zip(whole, compare(*cells), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


@pytest.mark.parametrize(
    ("strata", "mine", "others", "psi"), [(10, 8, 80, 1.0), (10, 8, 80, 0.5), (30, 0.8, 8, 1.0), (30, 0.8, 8, 2.0)]
)
def test_intervals_cover_and_tests_keep_their_level(strata: int, mine: float, others: float, psi: float) -> None:
    # 3,000 groups: four standard errors of a coverage of 0.95 are 1.6 points
    random = np.random.default_rng(5)
    logit = random.normal(-0.8, 0.7, strata)
    theirs, its = expit(logit), expit(logit + np.log(psi))
    n, m = random.poisson(mine, (3_000, strata)), random.poisson(others, (3_000, strata))
    a, c = random.binomial(n, its), random.binomial(m, theirs)
    found = compare(a, n - a, c, m - c)
    known = ~np.isnan(found.p)
    assert known.mean() > 0.99
    held = (found.lower <= psi) & (psi <= found.upper)
    assert 0.934 <= held[known].mean() <= 0.972
    extra = (np.where(m > 0, n, 0) * (its - theirs)).sum(axis=1)
    held = (found.extra_lower <= extra) & (extra <= found.extra_upper)
    assert 0.934 <= held[known].mean() <= 0.972
    if psi == 1:
        assert 0.03 <= (found.p[known] < 0.05).mean() <= 0.066
    varied = ~np.isnan(found.homogeneity_p)
    if varied.sum() > 1000:
        assert 0.03 <= (found.homogeneity_p[varied] < 0.05).mean() <= 0.066


def test_an_unfavourable_mix_is_no_difference_and_a_reversal_is_found() -> None:
    # the group works where 20 % succeed, the others where 60 % do: raw 28 % against 56 %, like for like none
    found = compare([80 * 0.2, 20 * 0.6], [80 * 0.8, 20 * 0.4], [20, 540], [80, 360])
    assert found.difference == pytest.approx(0)
    assert found.p == pytest.approx(1)
    # better in one, worse in the other: no common gap, but not the same everywhere
    found = compare([70, 30], [30, 70], [200, 200], [200, 200])
    assert found.p == pytest.approx(1)
    assert found.homogeneity_p < 1e-4


def test_thousands_of_groups_are_quick() -> None:
    random = np.random.default_rng(6)
    for rate in (5.0, 0.2, 0.03):
        n = random.poisson(rate, (3_000, 200))
        tables = against_the_rest(random.binomial(n, 0.3), n)
        start = time.process_time()
        compare(*tables)
        assert time.process_time() - start < 4  # about 0.5 on the machine it was written on
