"""Intervals against statsmodels, scipy, published values and simulation."""

import numpy as np
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import proportion_confint

from salesreport.stats.intervals import (
    mean_t,
    median_order_statistic,
    poisson_garwood,
    ratio_linearised,
    share_of_total,
    wilson,
)


def test_wilson_gives_newcombes_published_values():
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81/263, 15/148, 0/20, 1/29
    found = wilson([81, 15, 0, 1], [263, 148, 20, 29])
    np.testing.assert_allclose(found.lower, [0.2553, 0.0624, 0.0000, 0.0061], atol=5e-5)
    np.testing.assert_allclose(found.upper, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


def test_wilson_agrees_with_statsmodels_everywhere():
    trials = np.repeat(np.arange(1, 40), 40)
    successes = np.minimum(np.tile(np.arange(40), 39), trials)
    for confidence in (0.8, 0.95, 0.99):
        lower, upper = proportion_confint(successes, trials, alpha=1 - confidence, method="wilson")
        found = wilson(successes, trials, confidence)
        np.testing.assert_allclose(found.lower, lower, atol=1e-12)
        np.testing.assert_allclose(found.upper, upper, atol=1e-12)


def test_wilson_of_nothing_is_missing_and_of_certainties_is_not_certain():
    found = wilson([0, 3, 0], [0, 3, 3])
    assert np.isnan([found.value[0], found.lower[0], found.upper[0]]).all()
    # three of three: centre and half width meet at 1; lower = 1 / (1 + z²/3) = 3 / (3 + 3.8415) = 0.4385
    assert found.value[1] == 1
    assert found.upper[1] == 1
    assert found.lower[1] == pytest.approx(3 / (3 + 1.959964**2), abs=1e-6)
    assert found.lower[2] == 0
    assert found.upper[2] == pytest.approx(1 - found.lower[1])


def test_wilson_takes_fractional_trials():
    lower, upper = proportion_confint(2.5, 7.25, method="wilson")
    found = wilson(2.5, 7.25)
    assert (found.lower, found.upper) == (pytest.approx(lower), pytest.approx(upper))


def test_mean_agrees_with_scipy_group_by_group():
    random = np.random.default_rng(1)
    groups = random.integers(0, 5, 200)
    values = 1e9 + random.normal(size=200)  # large values, small spread: Σx² − n·mean² would lose every digit
    found = mean_t(values, 0.9, groups=groups, size=6)
    for group in range(5):
        mine = values[groups == group]
        low, high = scipy_stats.t.interval(0.9, len(mine) - 1, mine.mean(), scipy_stats.sem(mine))
        assert found.n[group] == len(mine)
        assert found.value[group] == pytest.approx(mine.mean(), rel=1e-15)
        assert found.lower[group] == pytest.approx(low, abs=1e-5)
        assert found.upper[group] == pytest.approx(high, abs=1e-5)
    assert found.n[5] == 0
    assert np.isnan(found.value[5])


def test_a_mean_of_one_has_no_interval():
    found = mean_t([7.0])
    assert found.value[0] == 7
    assert np.isnan(found.lower[0])
    assert np.isnan(found.upper[0])


def test_observations_shared_by_two_count_once_together():
    values = np.array([3.0, 8.0, 8.0, 1.0, 12.0, 5.0, 9.0, 2.0])
    halves = np.repeat(values, 2)
    weights = np.full(16, 0.5)
    for whole, shared in (
        (mean_t(values), mean_t(halves, weights=weights)),
        (median_order_statistic(values), median_order_statistic(halves, weights=weights)),
        (ratio_linearised(values, values + 1), ratio_linearised(halves, halves + 1, weights=weights)),
        (share_of_total(values, values + 1), share_of_total(halves, halves + 1, weights=weights)),
    ):
        for one, other in zip(whole, shared, strict=True):
            np.testing.assert_allclose(one, other)


def test_medians_agree_with_numpy_and_their_ranks_with_scipy():
    random = np.random.default_rng(2)
    for n in (*range(1, 40), 100, 101, 1000):
        values = random.normal(size=n)
        found = median_order_statistic(values)
        assert found.value[0] == pytest.approx(np.median(values))
        # scipy's quantile test inverts the same binomial: its interval runs between the same observations
        interval = scipy_stats.quantile_test(values, p=0.5).confidence_interval(0.95)
        if n < 6:  # two-sided: 2 · 0.5⁵ = 6.25 % > 5 %
            assert np.isnan(found.lower[0])
            assert np.isnan(found.upper[0])
        else:
            assert found.lower[0] == interval.low
            assert found.upper[0] == interval.high


def test_medians_of_groups_keep_apart():
    groups = np.array([2, 0, 2, 0, 2, 0, 0])
    values = np.array([5.0, 1.0, 7.0, 2.0, 6.0, 30.0, 4.0])
    found = median_order_statistic(values, groups=groups, size=4)
    np.testing.assert_array_equal(found.n, [4, 0, 3, 0])
    np.testing.assert_array_equal(found.value, [3.0, np.nan, 6.0, np.nan])  # (2 + 4) ÷ 2; none; 6; none
    nothing = median_order_statistic([], groups=[], size=2)
    assert np.isnan(nothing.value).all()


def test_medians_of_thirds_are_not_upset_by_rounding():
    values = np.repeat([1.0, 2.0, 3.0, 4.0], 3)
    found = median_order_statistic(values, weights=np.full(12, 1 / 3))
    assert found.value[0] == 2.5


def test_garwood_gives_the_published_table():
    # Garwood (1936) as tabulated since: 95 % limits of Poisson counts 0, 1, 5, 10, 20
    found = poisson_garwood([0, 1, 5, 10, 20])
    np.testing.assert_allclose(found.lower, [0.000, 0.025, 1.623, 4.795, 12.217], atol=5e-4)
    np.testing.assert_allclose(found.upper, [3.689, 5.572, 11.668, 18.390, 30.888], atol=5e-4)


def test_garwood_scales_with_exposure_and_knows_no_rate_without_it():
    counts, exposure = np.array([3.0, 0.0, 2.0]), np.array([1.5, 2.0, 0.0])
    found = poisson_garwood(counts, exposure, 0.9)
    np.testing.assert_allclose(found.value[:2], [2.0, 0.0])
    assert found.lower[0] == pytest.approx(scipy_stats.chi2.ppf(0.05, 6) / 2 / 1.5)
    assert found.upper[0] == pytest.approx(scipy_stats.chi2.ppf(0.95, 8) / 2 / 1.5)
    assert np.isnan([found.value[2], found.lower[2], found.upper[2]]).all()


def test_a_ratio_agrees_with_the_least_squares_robust_error():
    # the linearised variance of Σy/Σx is that of a weighted mean of y/x with weights x
    random = np.random.default_rng(3)
    x = random.lognormal(size=60)
    y = x * random.uniform(0.2, 0.9, 60)
    ratio = y.sum() / x.sum()
    variance = 60 / 59 * ((y - ratio * x) ** 2).sum() / x.sum() ** 2
    half = scipy_stats.t.ppf(0.975, 59) * np.sqrt(variance)
    found = ratio_linearised(y, x)
    assert found.value[0] == pytest.approx(ratio)
    assert found.upper[0] - found.value[0] == pytest.approx(half)
    # the jackknife knows nothing of linearisation and comes out close
    left_out = np.array([(y.sum() - y[i]) / (x.sum() - x[i]) for i in range(60)])
    jackknife = np.sqrt(59 / 60 * ((left_out - left_out.mean()) ** 2).sum())
    assert np.sqrt(variance) == pytest.approx(jackknife, rel=0.1)


def test_a_share_of_equal_parts_is_a_proportion():
    # 7 of 10 equal amounts: the linearised variance is p(1−p)/(n−1), so n_eff = 9 · (z/t₉)², then Wilson
    won = np.array([1.0] * 7 + [0.0] * 3)
    found = share_of_total(won, np.ones(10))
    effective = 9 * (scipy_stats.norm.ppf(0.975) / scipy_stats.t.ppf(0.975, 9)) ** 2
    lower, upper = proportion_confint(0.7 * effective, effective, method="wilson")
    assert (found.lower[0], found.upper[0]) == (pytest.approx(lower), pytest.approx(upper))


def test_a_share_of_all_is_no_certainty():
    # all won: (Σx)²/Σx² = (10+10+20)²/(100+100+400) = 1600/600 = 2.667 equal deals; lower = n/(n + z²)
    found = share_of_total([10.0, 10.0, 20.0], [10.0, 10.0, 20.0])
    assert found.value[0] == 1
    assert found.upper[0] == 1
    assert found.lower[0] == pytest.approx((8 / 3) / (8 / 3 + 1.959964**2), abs=1e-6)
    one = share_of_total([5.0], [5.0])
    assert one.lower[0] == pytest.approx(1 / (1 + 1.959964**2), abs=1e-6)
    none = share_of_total([], [], groups=[], size=1)
    assert np.isnan([none.value[0], none.lower[0], none.upper[0]]).all()


@pytest.mark.parametrize(("deals", "rate"), [(15, 0.5), (40, 0.3), (40, 0.85), (200, 0.5)])
def test_shares_of_uneven_amounts_are_covered_about_as_often_as_promised(deals, rate):
    # amounts log-normal with σ = 1, winning independent of the amount: the true share by amount is the rate.
    # 4,000 runs put the measured coverage within ± 1.4 points (4 standard errors of 0.95).
    random = np.random.default_rng(4)
    runs = 4_000
    amount = random.lognormal(sigma=1.0, size=(runs, deals))
    won = random.random((runs, deals)) < rate
    groups = np.repeat(np.arange(runs), deals)
    found = share_of_total((amount * won).ravel(), amount.ravel(), groups=groups, size=runs)
    coverage = np.mean((found.lower <= rate) & (rate <= found.upper))
    assert 0.93 <= coverage <= 0.985
    plain = wilson(won.sum(axis=1), np.full(runs, deals))  # and counting deals as equal would promise too much
    value = found.value
    assert (
        np.mean((value - (plain.value - plain.lower) <= rate) & (rate <= value + plain.upper - plain.value)) < 0.9
    )
