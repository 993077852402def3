"""An interval that does not hold its estimate is found wherever one is made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from salesreport.stats.expected import observed_to_expected
from salesreport.stats.holds import assert_holds
from salesreport.stats.intervals import (
    Interval,
    mean_t,
    median_order_statistic,
    poisson_garwood,
    ratio_linearised,
    share_of_total,
    wilson,
)
from salesreport.stats.resampling import bootstrap, kitagawa_intervals
from salesreport.stats.shrinkage import jeffreys, shrunken, shrunken_rates
from salesreport.stats.stratified import compare


def test_what_does_not_hold_is_named() -> None:
    with pytest.raises(AssertionError, match=r"0\.09 … 0\.09 does not hold its estimate, -0\.46"):
        Interval.of(np.array([0.5, -0.46]), np.array([0.4, 0.09]), np.array([0.6, 0.09]), np.ones(2))
    with pytest.raises(AssertionError):
        assert_holds(1.0, 2.0, 1.9)
    with pytest.raises(AssertionError):
        assert_holds(np.nan, 2.0, 1.9)


def test_rounding_and_missing_bounds_are_no_contradiction() -> None:
    assert_holds(0.1 + 0.2, 0.3, 0.3)
    assert_holds(1e9 * (1 + 1e-12), 1e9, np.inf)
    assert_holds([np.nan, 1.0, np.nan, 0.0], [1.0, np.nan, np.nan, np.inf], [np.nan, 0.0, 0.0, np.inf])
    assert_holds(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3)))


WON = arrays(float, (6, 4), elements=st.integers(0, 9).map(lambda x: x / 3))
AMOUNTS = arrays(float, 24, elements=st.floats(0, 1e9))


@given(WON, WON)
@settings(max_examples=60, deadline=None)
def test_rates_and_their_comparisons_hold(won: np.ndarray, lost: np.ndarray) -> None:
    n = won + lost
    shrunk = shrunken(won[:, 0], n[:, 0]), shrunken_rates(won[:, 0], n[:, 0])
    for found in (wilson(won, n), jeffreys(won, n), poisson_garwood(won, n), *shrunk[:1]):
        assert_holds(found.lower, found.value, found.upper)
    found = compare(won, lost, won[::-1], lost[::-1])
    assert_holds(found.lower, found.odds_ratio, found.upper)
    assert_holds(found.difference_lower, found.difference, found.difference_upper)
    assert_holds(found.extra_lower, found.extra, found.extra_upper)
    exact = compare(won, lost, won[::-1], lost[::-1], criterion=np.inf)
    assert_holds(exact.lower, exact.odds_ratio, exact.upper)


@given(AMOUNTS, AMOUNTS, st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_means_medians_and_ratios_hold(one: np.ndarray, other: np.ndarray, seed: int) -> None:
    group = np.random.default_rng(seed).integers(0, 5, 24)
    part = one * np.random.default_rng(seed).random(24)
    made = (mean_t(one, groups=group, size=6), median_order_statistic(one, groups=group, size=6),
            ratio_linearised(other, one + 1, groups=group, size=6),
            share_of_total(part, one, groups=group, size=6))  # fmt: skip
    for found in made:
        assert_holds(found.lower, found.value, found.upper)


@given(arrays(float, (12, 2), elements=st.integers(0, 3).map(float)), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_drawn_intervals_hold(cases: np.ndarray, seed: int) -> None:
    def mean_and_ratio(sums: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.stack([sums[..., 0], sums[..., 1] / sums[..., 0]], axis=-1)

    found = bootstrap(cases, mean_and_ratio, draws=99, seed=seed)
    assert_holds(found.lower, found.value, found.upper)
    random = np.random.default_rng(seed)
    n, m = random.integers(0, 9, (2, 3, 4))
    made = kitagawa_intervals(random.binomial(n, 0.1), n, random.binomial(m, 0.9), m, draws=99)
    for one in made:
        assert_holds(one.lower, one.value, one.upper)


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.floats(0.01, 0.99), st.floats(0, 5))
@settings(max_examples=60, deadline=None)
def test_observed_to_expected_holds(won: list[bool], rate: float, error: float) -> None:
    found = observed_to_expected(won, np.full(len(won), rate), np.zeros(len(won), int), error=[error])
    assert_holds(found.lower, found.ratio, found.upper)
