"""Differences with columns held fixed, of repeated cases: against statsmodels, Mantel–Haenszel, and identities."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.stats.adjusted import adjusted_difference
from salesreport.stats.rate_difference import rate_difference


def made(seed: int, n: int = 3000) -> tuple[np.ndarray, ...]:
    """Success, two exposures, two columns, clusters."""
    random = np.random.default_rng(seed)
    cluster, one, two = random.integers(0, 900, n), random.integers(0, 30, n), random.integers(0, 12, n)
    exposed = random.random((2, n)) < 0.1 + 0.02 * two
    success = random.random(n) < 0.2 + 0.01 * one + 0.02 * two + 0.1 * exposed[0]
    return success, exposed, one, two, cluster


def dummies(*columns: np.ndarray) -> np.ndarray:
    """An intercept, and each column's levels but its first."""
    levels = [column == level for column in columns for level in np.unique(column)[1:]]
    return np.column_stack([np.ones(len(columns[0])), *levels]).astype(float)


def test_the_estimate_is_that_of_least_squares_with_dummies_and_the_interval_nearly_its_clustered_one() -> None:
    success, exposed, one, two, cluster = made(1)
    found = adjusted_difference(success, exposed, [one, two], cluster)
    for number, each in enumerate(exposed):
        design = np.column_stack([each, dummies(one, two)])
        oracle = sm.OLS(success.astype(float), design).fit(cov_type="cluster", cov_kwds={"groups": cluster})
        assert found.effect[number] == pytest.approx(oracle.params[0], abs=1e-5)
        # the score interval, and the cautious correction, are a little wider than the one of Wald
        np.testing.assert_allclose([found.lower[number], found.upper[number]], oracle.conf_int()[0], atol=0.004)
        assert found.p[number] == pytest.approx(oracle.pvalues[0], abs=0.02)
        assert found.rate[number] - found.expected[number] == pytest.approx(found.effect[number])


def test_with_one_column_and_one_look_it_is_mantel_and_haenszels_difference() -> None:
    success, exposed, stratum, _, _ = made(2)
    found = adjusted_difference(success, exposed, [stratum], np.arange(len(success)))
    had = exposed[0]
    a, b, c, d = (
        np.bincount(stratum[side & (success == good)], minlength=30)
        for side in (had, ~had)
        for good in (True, False)
    )
    gap = rate_difference(a, b, c, d)
    assert found.effect[0] == pytest.approx(float(gap.value))
    assert found.lower[0] == pytest.approx(float(gap.lower), abs=0.003)
    assert found.upper[0] == pytest.approx(float(gap.upper), abs=0.003)
    # Σ exposed × unexposed ÷ all
    one, other = a + b, c + d
    assert found.told[0] == pytest.approx((one * other / (one + other)).sum())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_interval_leaves_out_nothing_just_where_p_is_below_5_percent_and_the_order_of_cases_is_nothing(
    seed: int,
) -> None:
    success, exposed, one, two, cluster = made(seed, 900)
    found = adjusted_difference(success, exposed, [one, two], cluster)
    outside = (found.lower > 0) | (found.upper < 0)
    np.testing.assert_array_equal(outside, found.p < 0.05)
    order = np.random.default_rng(seed).permutation(len(success))
    again = adjusted_difference(success[order], exposed[:, order], [one[order], two[order]], cluster[order])
    np.testing.assert_allclose(again.effect, found.effect, atol=1e-6)
    other = adjusted_difference(~success, exposed, [one, two], cluster)  # failures instead of successes
    np.testing.assert_allclose(other.effect, -found.effect, atol=1e-6)
    np.testing.assert_allclose(other.lower, -found.upper, atol=1e-6)


def test_where_nothing_can_be_compared_nothing_is_said() -> None:
    success, exposed, one, two, cluster = made(3, 300)
    assert np.isnan(adjusted_difference(success, exposed, [one], one).effect).all(), "fewer clusters than levels"
    nobody = adjusted_difference(success, np.zeros((1, 300)), [two], cluster)
    assert np.isnan(nobody.effect).all()
    assert nobody.told == 0
    assert np.isnan(adjusted_difference(np.ones(300), exposed, [two], cluster).p).all(), "all succeed"
    assert adjusted_difference([], np.zeros((2, 0)), [[]], []).p.shape == (2,)
