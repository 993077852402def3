"""How much groups truly differ: against statsmodels, and by simulation with known truth."""

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from salesreport.stats.between import spread_between


def test_the_estimate_is_that_of_paule_and_mandel() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        error = rng.uniform(0.02, 0.08, 9)
        effect = rng.normal(0.1, 0.08, 9) + rng.normal(0, error)
        truth = combine_effects(effect, error**2, method_re="iterated")
        found = spread_between(effect, error)
        assert found.value[0] ** 2 == pytest.approx(max(truth.tau2, 0.0), abs=1e-6)


def test_the_interval_is_where_q_meets_its_quantiles() -> None:
    effect, error = np.array([0.3, 0.1, 0.22, 0.45, 0.05]), np.full(5, 0.05)
    found = spread_between(effect, error)
    from scipy.stats import chi2

    for bound, tail in ((found.lower[0], 0.975), (found.upper[0], 0.025)):
        weight = 1 / (error**2 + bound**2)
        mean = (weight * effect).sum() / weight.sum()
        assert (weight * (effect - mean) ** 2).sum() == pytest.approx(chi2.ppf(tail, 4), rel=1e-4)


@pytest.mark.parametrize("spread", [0.0, 0.05, 0.15])
def test_it_holds_the_truth_as_often_as_it_says(spread: float) -> None:
    rng = np.random.default_rng(7)
    steps = np.repeat([0, 1, 2], 6)
    held = []
    for _ in range(400):
        error = rng.uniform(0.03, 0.1, 18)
        truth = np.array([0.0, 0.3, -0.2])[steps] + rng.normal(0, spread, 18)
        found = spread_between(truth + rng.normal(0, error), error, steps)
        held.append(found.lower[0] <= spread <= found.upper[0])
    assert 0.93 <= np.mean(held) <= 1.0 if spread == 0 else 0.92 <= np.mean(held) <= 0.98


def test_too_few_groups_tell_nothing() -> None:
    assert np.isnan(spread_between([0.1], [0.1]).value[0])
    assert np.isnan(spread_between([0.1, 0.2], [0.1, 0.1], [0, 1]).value[0])
    assert np.isnan(spread_between([], []).value[0])
