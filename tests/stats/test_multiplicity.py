"""q-values against statsmodels, by hand, and by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from statsmodels.stats.multitest import multipletests

from salesreport.stats.multiplicity import benjamini_hochberg, benjamini_yekutieli

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(PROBABILITIES)
@settings(max_examples=100, deadline=None)
def test_q_values_are_those_of_statsmodels(p: list[float]) -> None:
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], atol=1e-12)
    np.testing.assert_allclose(benjamini_yekutieli(p), multipletests(p, method="fdr_by")[1], atol=1e-12)


def test_q_values_by_hand() -> None:
    # sorted 0.01, 0.02, 0.04, 0.9 × 4/1, 4/2, 4/3, 4/4 = 0.04, 0.04, 0.0533, 0.9
    found = benjamini_hochberg([0.04, 0.9, 0.01, 0.02])
    np.testing.assert_allclose(found, [0.16 / 3, 0.9, 0.04, 0.04])
    # and 1 + 1/2 + 1/3 + 1/4 = 25/12 as much, at most 1
    np.testing.assert_allclose(benjamini_yekutieli([0.04, 0.9, 0.01, 0.02]), [1 / 9, 1.0, 1 / 12, 1 / 12])


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
