"""q-values against statsmodels, by hand, and by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from statsmodels.stats.multitest import multipletests

from salesreport.stats.multiplicity import benjamini_hochberg, benjamini_yekutieli, by_family

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(PROBABILITIES)
@settings(max_examples=100, deadline=None)
def test_q_values_are_those_of_statsmodels(p: list[float]) -> None:
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], atol=1e-12)
    np.testing.assert_allclose(benjamini_yekutieli(p), multipletests(p, method="fdr_by")[1], atol=1e-12)


@given(st.lists(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=8), max_size=6))
@settings(max_examples=100, deadline=None)
def test_families_are_judged_each_by_itself(families: list[list[float]]) -> None:
    found = by_family(
        np.array([p for family in families for p in family]), np.array(list(map(len, families)), int)
    )
    expected = [q for family in families for q in benjamini_hochberg(np.array(family, float)).tolist()]
    np.testing.assert_array_equal(found, expected)


def test_q_values_by_hand() -> None:
    # sorted 0.01, 0.02, 0.04, 0.9 × 4/1, 4/2, 4/3, 4/4 = 0.04, 0.04, 0.0533, 0.9
    found = benjamini_hochberg([0.04, 0.9, 0.01, 0.02])
    np.testing.assert_allclose(found, [0.16 / 3, 0.9, 0.04, 0.04])
    # and 1 + 1/2 + 1/3 + 1/4 = 25/12 as much, at most 1
    np.testing.assert_allclose(benjamini_yekutieli([0.04, 0.9, 0.01, 0.02]), [1 / 9, 1.0, 1 / 12, 1 / 12])


def test_weighted_q_values_by_hand() -> None:
    # weights 3, 1, 2, 2, on average 2: p ÷ 1.5, 0.5, 1, 1 = 0.02, 0.02, 0.1, 0.9; the last has 0.9 × 4/4, the
    # third 0.1 × 4/3, the first two 0.02 × 4/2
    found = benjamini_hochberg([0.03, 0.01, 0.1, 0.9], weights=[3, 1, 2, 2])
    np.testing.assert_allclose(found, [0.04, 0.04, 0.4 / 3, 0.9])
    # only proportions count, and equal weights change nothing
    np.testing.assert_allclose(found, benjamini_hochberg([0.03, 0.01, 0.1, 0.9], weights=[0.3, 0.1, 0.2, 0.2]))
    np.testing.assert_allclose(benjamini_hochberg([0.03, 0.01], 7.0), benjamini_hochberg([0.03, 0.01]))
    # a test that could not be made takes no weight from the others: of 3 and 1, 1.5 and 0.5
    found = benjamini_hochberg([0.03, np.nan, 0.04], weights=[3, 100, 1])
    np.testing.assert_allclose(found, [0.04, np.nan, 0.08])
    assert np.isnan(benjamini_hochberg([np.nan], weights=[1.0])).all()
    with pytest.raises(ValueError, match="positive"):
        benjamini_hochberg([0.5, 0.1], weights=[1.0, 0.0])


@given(PROBABILITIES, st.integers(0, 1_000))
@settings(max_examples=50, deadline=None)
def test_weighted_q_values_are_those_of_statsmodels_of_weighed_p_values(p: list[float], seed: int) -> None:
    weight = np.random.default_rng(seed).uniform(0.1, 5, len(p))
    weighed = np.asarray(p) / (weight / weight.mean())
    found = benjamini_hochberg(p, weight)
    np.testing.assert_allclose(found, multipletests(np.minimum(weighed, 1.0), method="fdr_bh")[1], atol=1e-12)


def test_false_discoveries_stay_at_the_rate_promised_with_weights() -> None:
    # 20 of 100 differ, and they have twice the weight; of the rest, 80 ÷ 120 of the weight: 0.1 · 2/3 are false
    random = np.random.default_rng(2)
    z = random.normal(size=(3_000, 100))
    z[:, :20] += 2.5
    weight = np.repeat([2.0, 1.0], [20, 80])
    p = 2 * ndtr(-np.abs(z))
    reported = np.array([benjamini_hochberg(one, weight) <= 0.1 for one in p])
    false = reported[:, 20:].sum(axis=1) / np.maximum(reported.sum(axis=1), 1)
    # 3,000 runs: four standard errors are about a point
    assert false.mean() == pytest.approx(0.1 * 2 / 3, abs=0.012)
    plain = np.array([benjamini_hochberg(one) <= 0.1 for one in p])
    assert reported[:, :20].mean() > plain[:, :20].mean()


def test_what_could_not_be_tested_does_not_count_as_a_test() -> None:
    found = benjamini_hochberg([[np.nan, 0.02], [0.01, np.nan]])
    assert found.shape == (2, 2)
    np.testing.assert_array_equal(np.isnan(found), [[True, False], [False, True]])
    np.testing.assert_allclose(found[[0, 1], [1, 0]], [0.02, 0.02])  # of two tests, not of four
    assert np.isnan(benjamini_hochberg([np.nan])).all()
    assert benjamini_hochberg([]).shape == (0,)


@pytest.mark.parametrize("wrong", [[-0.1, 0.5], [1.1]])
def test_a_p_value_is_a_probability(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg(wrong)


def test_false_discoveries_stay_at_the_rate_promised() -> None:
    # 80 true nulls of 100: the procedure's rate is exactly 0.1 · 80/100; 3,000 runs: standard error below 0.003
    random = np.random.default_rng(1)
    z = random.normal(size=(3_000, 100))
    z[:, :20] += 3.0
    reported = np.array([benjamini_hochberg(p) <= 0.1 for p in 2 * ndtr(-np.abs(z))])
    false = reported[:, 20:].sum(axis=1) / np.maximum(reported.sum(axis=1), 1)
    assert false.mean() == pytest.approx(0.08, abs=0.012)
    assert reported[:, :20].mean() > 0.6
