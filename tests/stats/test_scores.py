"""Scores of forecasts: by hand, by brute force, and in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from salesreport.stats.intervals import wilson
from salesreport.stats.scores import coverage, crps, sample_interval, wape

NUMBERS = st.floats(-1e6, 1e6)


def test_wape_by_hand() -> None:
    # |100 − 90| + |0 − 20| + |−50 − −20| = 60, of 100 + 0 + 50
    assert wape([100, 0, -50], [90, 20, -20]) == pytest.approx(0.4)
    assert np.isnan(wape([0, 0], [1, 2]))
    assert np.isnan(wape([], []))


@given(NUMBERS, st.lists(NUMBERS, min_size=1, max_size=25))
@settings(max_examples=100, deadline=None)
def test_crps_is_its_definition(actual: float, samples: list[float]) -> None:
    x = np.array(samples)
    by_force = np.abs(x - actual).mean() - np.abs(x[:, None] - x[None, :]).mean() / 2
    assert float(crps(actual, samples)) == pytest.approx(by_force, abs=1e-6, rel=1e-9)


def test_crps_of_a_normal_forecast() -> None:
    # σ (z (2Φ(z) − 1) + 2φ(z) − 1 ÷ √π), Gneiting and Raftery (2007), equation 21; quantiles stand for the normal
    samples = norm.ppf((np.arange(200_000) + 0.5) / 200_000, 10, 3)
    for actual in (4.0, 10.0, 12.5, 30.0):
        z = (actual - 10) / 3
        closed = 3 * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
        assert float(crps(actual, samples)) == pytest.approx(closed, abs=1e-4)


def test_crps_of_many_cases_at_once() -> None:
    rng = np.random.default_rng(1)
    actual, samples = rng.normal(size=(3, 4)), rng.normal(size=(3, 4, 50))
    found = crps(actual, samples)
    assert found.shape == (3, 4)
    assert found[1, 2] == pytest.approx(float(crps(actual[1, 2], samples[1, 2])))
    assert float(crps(7.0, [4.0])) == 3, "one number: the absolute error"
    assert np.isnan(crps([1.0, np.nan, 1.0], [[1.0, 2.0], [1.0, 2.0], [1.0, np.nan]])).tolist() == [
        False,
        True,
        True,
    ]
    assert np.isnan(crps([1.0], np.empty((1, 0)))).all()
    with pytest.raises(ValueError, match="one axis more"):
        crps([1.0, 2.0], [1.0, 2.0])


def test_crps_keeps_its_digits_with_large_values() -> None:
    # a billion plus 0 or 1, and half came: E|X − y| = ½, ½ E|X − X′| = ¼
    assert float(crps(1e9 + 0.5, [1e9, 1e9 + 1])) == pytest.approx(0.25, abs=1e-6)


def test_coverage_by_hand() -> None:
    # 1 and 4 lie on a bound and count as held, 9 lies outside, the two without a value or a band do not count
    found = coverage([1, 9, 4, np.nan, 5], [1, 2, 2, 0, np.nan], [3, 8, 4, 9, 9])
    assert (float(found.value), float(found.n)) == (pytest.approx(2 / 3), 3)
    assert float(found.lower) == float(wilson(2, 3).lower)
    assert np.isnan(coverage([], [], []).value)


def test_the_band_of_samples_holds_its_part() -> None:
    rng = np.random.default_rng(2)
    low, high = sample_interval(rng.normal(size=(400, 2_000)), 0.8)
    assert low.shape == (400,)
    held = coverage(rng.normal(size=400), low, high)
    assert held.lower < 0.8 < held.upper
    assert low.mean() == pytest.approx(norm.ppf(0.1), abs=0.01)
