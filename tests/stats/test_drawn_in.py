"""Means that single far amounts do not move: against plain means, Cox's interval, and known log-normal means."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from salesreport.stats.drawn_in import mean_drawn_in


def test_without_far_amounts_it_is_the_plain_mean_with_zeros() -> None:
    values = np.array([0.0, 0, 50, 80, 100, 120])
    assert mean_drawn_in(values).mean == pytest.approx(350 / 6)


def test_one_far_amount_counts_as_the_largest_usual_one() -> None:
    amounts = np.exp(stats.norm.ppf((np.arange(40) + 0.5) / 40))
    mistyped = np.append(amounts[1:], 100 * np.e)
    limit = np.exp(3 * 1.0)  # median 1, a standard deviation of about 1
    assert mean_drawn_in(mistyped).mean == pytest.approx((amounts[1:].sum() + limit) / 40, rel=0.1)
    assert mean_drawn_in(np.append(amounts[1:], 1e9)).mean == pytest.approx(mean_drawn_in(mistyped).mean)


def test_the_interval_of_log_normal_amounts_is_about_that_of_cox() -> None:
    rng = np.random.default_rng(1)
    logs = rng.normal(8, 1.2, 400)
    found, s2 = mean_drawn_in(np.exp(logs)), logs.var(ddof=1)
    half = stats.norm.ppf(0.975) * np.sqrt(s2 / 400 + s2**2 / (2 * 399))
    middle = np.exp(logs.mean() + s2 / 2)
    assert found.mean == pytest.approx(middle, rel=0.05)
    assert np.log(found.upper / found.lower) / 2 == pytest.approx(half, rel=0.15)


@pytest.mark.parametrize(("scatter", "n", "least"), [(0.5, 20, 0.93), (1.0, 60, 0.92), (1.5, 200, 0.91)])
def test_it_holds_the_true_mean(scatter: float, n: int, least: float) -> None:
    rng, truth, held = np.random.default_rng(2), np.exp(scatter**2 / 2), 0
    for _ in range(1000):
        found = mean_drawn_in(np.exp(scatter * rng.normal(size=n)))
        held += found.lower <= truth <= found.upper
    assert held / 1000 >= least


def test_nothing_one_and_only_zeros() -> None:
    assert np.isnan(mean_drawn_in(np.array([]))).all()
    assert mean_drawn_in(np.array([5.0])) == (5.0, 0.0, np.inf)
    assert mean_drawn_in(np.zeros(9)) == (0.0, 0.0, 0.0)


@settings(deadline=None)
@given(arrays(float, st.integers(2, 40), elements=st.floats(0, 1e9, allow_subnormal=False)))
def test_the_mean_lies_in_its_interval_and_is_no_larger_than_the_plain_one(values: np.ndarray) -> None:
    found = mean_drawn_in(values)
    assert found.lower <= found.mean <= found.upper < np.inf
    assert found.mean <= values.mean() * (1 + 1e-9)
