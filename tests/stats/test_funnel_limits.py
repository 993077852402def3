"""Funnel limits by hand and against scipy's binomial; false alarms by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom, norm

from salesreport.stats.funnel_limits import funnel, funnel_limits


def test_exact_limits_by_hand() -> None:
    # ten trials at a half: P(R ≤ 0, 1, 2) = 1, 11, 56 of 1024. 2.5 % = 25.6: r = 2, less (56 − 25.6) ÷ 45 of a
    # success: (2 − 30.4/45) ÷ 10; the other limit is as far from the half
    found = funnel_limits([10], 0.5)
    assert found.lower[0] == pytest.approx((2 - 30.4 / 45) / 10)
    assert found.upper[0] == pytest.approx((8 + 30.4 / 45) / 10)


@pytest.mark.parametrize("target", [0.05, 0.3, 0.85])
def test_exact_limits_are_scipys_quantiles_interpolated(target: float) -> None:
    n = np.array([1, 2, 5, 17, 60, 400, 5_000])
    for confidence in (0.95, 0.998):
        found = funnel_limits(n, target, confidence=confidence)
        p = (1 - confidence) / 2
        for rate, limit in ((target, found.lower), (1 - target, 1 - found.upper)):
            r = binom.ppf(p, n, rate)
            part = (binom.cdf(r, n, rate) - p) / binom.pmf(r, n, rate)
            np.testing.assert_allclose(limit, np.clip((r - part) / n, 0, 1), atol=1e-9)


@pytest.mark.parametrize("target", [0.05, 0.3, 0.7, 0.95])
@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_what_lies_outside_has_no_larger_chance_than_promised(target: float, confidence: float) -> None:
    # by the paper's upper limit one success of one trial lies outside 99.8 % at a rate of 70 %
    for n in (1, 2, 3, 8, 20, 90):
        limits, won = funnel_limits([n], target, confidence=confidence), np.arange(n + 1)
        below = binom.pmf(won, n, target)[won / n < limits.lower].sum()
        above = binom.pmf(won, n, target)[won / n > limits.upper].sum()
        assert max(below, above) <= (1 - confidence) / 2


def test_overdispersion_by_hand() -> None:
    # four groups of 100 at rates whose angles lie ±0.1 and ±0.2 from the target's: z = 20 · gap = ±2, ±4
    angle = np.arcsin(np.sqrt(0.4))
    rates = np.sin(angle + np.array([0.1, -0.1, 0.2, -0.2])) ** 2
    found = funnel(rates * 100, np.full(4, 100.0), target=0.4, winsorised=0.0)
    assert found.phi == pytest.approx(10)  # (4 + 4 + 16 + 16) ÷ 4
    # w = 400 each: τ² = (4 · 10 − 3) ÷ (1600 − 4 · 160000 ÷ 1600) = 37 ÷ 1200
    assert found.tau2 == pytest.approx(37 / 1200)
    # variance 1 ÷ 400 + 37 ÷ 1200 = 1 ÷ 30
    np.testing.assert_allclose(found.z, np.array([0.1, -0.1, 0.2, -0.2]) * np.sqrt(30))
    np.testing.assert_allclose(found.p, 2 * norm.sf(np.abs(found.z)))
    limit = np.sin(angle + 1.959964 * np.sqrt(1 / 30)) ** 2
    np.testing.assert_allclose(found.upper, limit, rtol=1e-6)
    # drawn in by a quarter at each end: quantiles of −4, −2, 2, 4 at ¼ and ¾ are −2.5 and 2.5
    drawn = funnel(rates * 100, np.full(4, 100.0), target=0.4, winsorised=0.25, consistent=False)
    assert drawn.phi == pytest.approx((4 + 4 + 6.25 + 6.25) / 4)


def test_what_drawing_in_leaves_of_a_normal_variance() -> None:
    q = norm.ppf(0.9)
    left = quad(lambda x: min(x**2, q**2) * norm.pdf(x), -9, 9, points=[-q, q])[0]
    rates, n = np.array([0.2, 0.35, 0.4, 0.7, 0.1]), np.full(5, 100.0)
    raw, full = (funnel(rates * n, n, target=0.4, consistent=c).phi for c in (False, True))
    assert full == pytest.approx(raw / left, rel=1e-6)


def test_limits_stay_rates() -> None:
    found = funnel_limits([3, 50, np.nan, 0], 0.02, tau2=0.3)
    np.testing.assert_array_equal(found.lower[:2], [0, 0])
    # angle 0.1419 + 1.96 √(1/200 + 0.3) = 1.225 < π/2; of three trials 0.1419 + 1.96 √(1/12 + 0.3) = 1.355
    np.testing.assert_allclose(found.upper[:2], np.sin([1.3553, 1.2244]) ** 2, atol=1e-3)
    assert funnel_limits([3], 0.6, tau2=0.3).upper == 1  # angle 0.886 + 1.21 > π/2
    assert np.isnan(found.upper[2:]).all()


def test_single_p_values_are_the_exact_mid_p_where_only_chance_is_at_work() -> None:
    won, n = np.array([3, 6, 31]), np.array([10, 20, 100])
    found = funnel(won, n, target=0.3)
    assert found.tau2 == 0
    below = binom.cdf(won - 1, n, 0.3) + binom.pmf(won, n, 0.3) / 2
    exact = 2 * np.minimum(below, 1 - below)
    np.testing.assert_allclose(found.p, np.maximum(exact, 2 * norm.sf(np.abs(found.z))))
    # none of five: the angle says 2.6 standard deviations, but that has a chance of 17 %: p = 2 · 0.168 ÷ 2
    small = funnel([0, 300, 150, 60, 90], [5, 1000, 500, 200, 300], target=0.3)
    assert small.z[0] < -2.5
    assert small.p[0] == pytest.approx(0.7**5)


def test_nothing_and_certainties() -> None:
    found = funnel([0, 3, 0], [0, 4, 6])
    assert found.target == pytest.approx(0.3)
    for column in found[:5]:
        assert np.isnan(column[0])
    none = funnel([0, 0], [5, 9])
    np.testing.assert_array_equal(none.p, [1, 1])
    np.testing.assert_array_equal(none.upper, [0, 0])
    assert np.isnan(funnel([], []).target)
    with pytest.raises(ValueError, match="between none and all"):
        funnel([3], [2])
    with pytest.raises(ValueError, match="rate between 0 and 1"):
        funnel([1], [2], target=30)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=12))
@settings(max_examples=60, deadline=None)
def test_success_and_failure_mirror_each_other(groups: list[tuple[int, int]]) -> None:
    won, lost = np.array(groups, float).T
    one, other = funnel(won, won + lost, target=0.3), funnel(lost, won + lost, target=0.7)
    np.testing.assert_allclose(one.z, -other.z, atol=1e-9)
    np.testing.assert_allclose(one.p, other.p, rtol=1e-6, atol=1e-12)
    known = ~np.isnan(one.p)
    assert ((one.p[known] > 0) & (one.p[known] <= 1)).all()
    assert (one.lower[known] <= one.upper[known]).all()
    np.testing.assert_allclose(one.lower, 1 - other.upper, atol=1e-9)


@pytest.mark.parametrize("spread", [0.0, 0.08])
def test_false_alarms_are_as_many_as_promised(spread: float) -> None:
    # 12,000 groups that are no different, but for angles that vary: four standard errors of 5 % are 0.8 points,
    # and τ² is an estimate; where there is none it can only be too large
    random = np.random.default_rng(7)
    alarms, outside, naive, paper = [], [], [], []
    for _ in range(300):
        n = random.integers(15, 300, 40)
        rate = np.sin(np.arcsin(np.sqrt(0.3)) + spread * random.normal(size=40)) ** 2
        won = random.binomial(n, rate)
        found = funnel(won, n)
        alarms.append(found.p < 0.05)
        outside.append((found.value < found.lower) | (found.value > found.upper))
        naive.append(np.abs(won / n - 0.3) > 1.959964 * np.sqrt(0.21 / n))
        paper.append(funnel(won, n, consistent=False).p < 0.05)
    assert (0.025 if spread == 0 else 0.04) <= np.mean(alarms) <= 0.062
    assert (0.025 if spread == 0 else 0.04) <= np.mean(outside) <= 0.062
    if spread:
        assert np.mean(naive) > 0.25
        assert np.mean(paper) > 0.08
