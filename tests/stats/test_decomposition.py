"""Decompositions against every order of change, hand-worked examples, and a rule for each gap in the data."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from salesreport.stats.decomposition import kitagawa, shapley_product

FACTOR = st.one_of(st.just(0.0), st.floats(-50, 1e4).map(lambda value: round(value, 3)))


@given(st.integers(1, 6), st.data())
@settings(max_examples=60, deadline=None)
def test_shapley_is_the_mean_over_all_orders(factors: int, data: st.DataObject):
    base, other = (data.draw(arrays(float, (2, factors), elements=FACTOR)) for _ in range(2))
    found = shapley_product(base, other)
    expected = np.zeros_like(base)
    orders = list(permutations(range(factors)))
    for order in orders:
        now = base.copy()
        for factor in order:
            before = now.prod(axis=1)
            now[:, factor] = other[:, factor]
            expected[:, factor] += (now.prod(axis=1) - before) / len(orders)
    size = np.maximum(np.abs(base), np.abs(other)).prod(axis=1)
    assert (np.abs(found.parts - expected) <= 1e-9 * size[:, None]).all()
    assert (np.abs(found.parts.sum(axis=1) - (other.prod(axis=1) - base.prod(axis=1))) <= 1e-9 * size).all()
    swapped = shapley_product(other, base)
    assert (np.abs(swapped.parts + found.parts) <= 1e-9 * size[:, None]).all()


def test_two_factors_by_hand():
    # 10 × 5 → 12 × 4: number: 2 × mean(5, 4) = 9; size: −1 × mean(10, 12) = −11; together −2 = 48 − 50
    found = shapley_product([10, 5], [12, 4])
    np.testing.assert_allclose(found.parts, [9, -11])
    assert found.gap == -2


@pytest.mark.parametrize(
    ("base", "other", "parts"),
    [
        # nothing won in the second: size is not known there, counts as unchanged. 40 × ¼ × 1000 = 10,000 → 0:
        # deals −10 × mean over orders of rate × size: (250 first, 0 last) = 125; −1,250; rate the rest.
        ([40, 0.25, 1000], [30, 0, np.nan], [-1250, -8750, 0]),
        # no deals at all: neither rate nor size is known; the deals are the reason
        ([40, 0.25, 1000], [0, np.nan, np.nan], [-10_000, 0, 0]),
        # the other way round
        ([0, np.nan, np.nan], [40, 0.25, 1000], [10_000, 0, 0]),
        # nothing on either side
        ([0, np.nan, np.nan], [0, np.nan, np.nan], [0, 0, 0]),
        ([20, 0, np.nan], [30, 0, np.nan], [0, 0, 0]),
        # no size is known on either side, and the split hangs on it
        ([0, 0.5, np.nan], [30, 0, np.nan], [np.nan, np.nan, np.nan]),
        # a size is missing though something was won: the product is not known
        ([20, 0.5, np.nan], [30, 0.2, 100], [np.nan, np.nan, np.nan]),
        ([20, 0.5, np.inf], [30, 0.2, 100], [np.nan, np.nan, np.nan]),
    ],
)
def test_zeros_and_gaps(base: list[float], other: list[float], parts: list[float]):
    found = shapley_product(base, other)
    np.testing.assert_allclose(found.parts, parts, atol=1e-9)
    # a row by itself and in company is the same
    np.testing.assert_array_equal(shapley_product([base, [1, 2, 3]], [other, [3, 2, 1]]).parts[0], found.parts)


def test_a_gap_that_is_known_stays_known_where_its_split_is_not():
    found = shapley_product([0, 0.5, np.nan], [30, 0, np.nan])
    assert found.gap == 0


@given(st.integers(1, 5), st.data())
@settings(max_examples=60, deadline=None)
def test_kitagawa_is_the_mean_of_both_orders_and_adds_up(strata: int, data: st.DataObject):
    trials, base_trials = (data.draw(arrays(float, strata, elements=st.integers(1, 400))) for _ in range(2))
    rate, base_rate = (data.draw(arrays(float, strata, elements=st.floats(0, 1))) for _ in range(2))
    found = kitagawa(trials * rate, trials, base_trials * base_rate, base_trials)
    share, base_share = trials / trials.sum(), base_trials / base_trials.sum()
    # change the rates first, or the shares first; the mean of both is Kitagawa's (the Shapley value of two)
    first = (base_share * rate).sum() - (base_share * base_rate).sum()
    last = (share * rate).sum() - (share * base_rate).sum()
    gap = (share * rate).sum() - (base_share * base_rate).sum()
    assert found.rate.sum() == pytest.approx((first + last) / 2, abs=1e-9)
    assert found.gap == pytest.approx(gap, abs=1e-9)
    assert found.mix.sum() + found.rate.sum() == pytest.approx(gap, abs=1e-9)
    assert found.one_sided == 0
    swapped = kitagawa(base_trials * base_rate, base_trials, trials * rate, trials)
    np.testing.assert_allclose(swapped.mix, -found.mix, atol=1e-9)
    np.testing.assert_allclose(swapped.rate, -found.rate, atol=1e-9)


def test_kitagawa_by_hand():
    # one side: 80 easy cases at 50 %, 20 hard at 10 %: 42 %. Base: 50 easy at 60 %, 50 hard at 10 %: 35 %. Gap 7.
    # rate: easy −10 × mean(80, 50) % = −6.5, hard 0. Mix: the rest, 13.5: overall mean 38.5;
    # easy +30 % × (55 − 38.5) = 4.95; hard −30 % × (10 − 38.5) = 8.55.
    found = kitagawa([40, 2], [80, 20], [30, 5], [50, 50])
    np.testing.assert_allclose(found.rate, [-0.065, 0])
    np.testing.assert_allclose(found.mix, [0.0495, 0.0855])
    assert found.gap == pytest.approx(0.07)


def test_a_stratum_that_one_side_lacks_is_mix_and_counted():
    # The side: 10 of 20 in A, 9 of 10 in B: 19/30. Base: 50 of 100, all in A. Rates in A are equal; B is all mix.
    found = kitagawa([10, 9, 0], [20, 10, 0], [50, 0, 0], [100, 0, 0])
    np.testing.assert_allclose(found.rate, [0, 0, 0], atol=1e-12)
    assert found.mix.sum() == pytest.approx(19 / 30 - 0.5)
    assert found.mix[2] == 0
    assert found.one_sided == pytest.approx((10 / 30 + 0) / 2)


def test_many_groups_at_once_and_those_without_cases():
    won, n = np.array([[5, 3], [0, 0], [1, 4]]), np.array([[10, 10], [0, 0], [2, 8]])
    found = kitagawa(won, n, [50, 20], [100, 60])
    one = kitagawa(won[2], n[2], [50, 20], [100, 60])
    np.testing.assert_allclose(found.mix[2], one.mix)
    assert np.isnan(found.gap[1])
    assert np.isnan(found.mix[1]).all()
    with pytest.raises(ValueError, match="trials must be"):
        kitagawa([1], [-1], [1], [2])
