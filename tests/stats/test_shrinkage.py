"""Shrunken rates: the likelihood's maximum by scipy, intervals by brute force, coverage by simulation."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import betainc, betaincinv, betaln, expit
from scipy.stats import beta as beta_distribution
from scipy.stats import betabinom
from statsmodels.stats.proportion import proportion_confint

from salesreport.stats.shrinkage import jeffreys, shrunken, shrunken_rates


def simulated(seed: int, groups: int, size: float, mean: float = 0.3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Successes, trials and true rates of groups."""
    random = np.random.default_rng(seed)
    n = random.integers(8, 90, groups)
    rate = random.beta(mean * size, (1 - mean) * size, groups)
    return random.binomial(n, rate), n, rate


def test_jeffreys_equals_statsmodels() -> None:
    won, n = np.array([1, 3, 7, 60, 99]), np.array([4, 10, 8, 200, 100])
    for confidence in (0.8, 0.95):
        lower, upper = proportion_confint(won, n, alpha=1 - confidence, method="jeffreys")
        found = jeffreys(won, n, confidence)
        np.testing.assert_allclose(found.lower, lower, atol=1e-12)
        np.testing.assert_allclose(found.upper, upper, atol=1e-12)
    edge = jeffreys([0, 6, 0], [6, 6, 0])
    # none of six: from 0 up to the 97.5 % quantile of Beta(½, 6½)
    assert (edge.lower[0], edge.upper[1]) == (0, 1)
    assert edge.upper[0] == pytest.approx(beta_distribution.ppf(0.975, 0.5, 6.5))
    assert np.isnan([edge.value[2], edge.lower[2], edge.upper[2]]).all()


@pytest.mark.parametrize(("seed", "groups", "size"), [(1, 6, 5.0), (2, 14, 20.0), (3, 60, 12.0), (4, 300, 40.0)])
def test_the_parameters_maximise_the_likelihood(seed: int, groups: int, size: float) -> None:
    won, n, _ = simulated(seed, groups, size)

    def loss(x: np.ndarray) -> float:
        return -betabinom.logpmf(won, n, *np.exp(x)).sum()

    truth = minimize(
        loss, np.log([0.3 * size, 0.7 * size]), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}
    )
    found = shrunken(won, n)
    assert -loss(np.log([found.alpha, found.beta])) >= -truth.fun - 1e-8
    assert (found.alpha, found.beta) == (
        pytest.approx(np.exp(truth.x[0]), rel=1e-4),
        pytest.approx(np.exp(truth.x[1]), rel=1e-4),
    )
    # the estimate is the posterior mean (r + α) ÷ (n + α + β)
    np.testing.assert_allclose(found.value, (won + found.alpha) / (n + found.alpha + found.beta))
    assert found.mean == pytest.approx(found.alpha / (found.alpha + found.beta))
    assert found.correlation == pytest.approx(1 / (found.alpha + found.beta + 1))


def test_parts_of_trials_keep_the_likelihood() -> None:
    won, n = np.array([2.5, 10.25, 3.0, 7.5]), np.array([10.5, 20.0, 30.25, 11.0])

    def loss(x: np.ndarray) -> float:
        a, b = np.exp(x)
        return -(betaln(won + a, n - won + b) - betaln(a, b)).sum()

    truth = minimize(loss, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    found = shrunken(won, n)
    np.testing.assert_allclose([found.alpha, found.beta], np.exp(truth.x), rtol=1e-4)


def test_groups_that_do_not_differ_all_have_the_pooled_rate() -> None:
    # less scattered than chance: 15 of 75
    found = shrunken([1, 4, 10], [5, 20, 50])
    np.testing.assert_allclose(found.value, 0.2)
    assert found.alpha == found.beta == np.inf
    assert found.correlation == 0
    np.testing.assert_allclose(found.below, 0.5, atol=0.05)
    # but how alike they truly are is not known for certain: the interval is wider than that of all together, and
    # narrower for the larger group
    together = jeffreys(15, 75)
    width = found.upper - found.lower
    assert width[0] > width[1] > width[2] > 0.8 * (together.upper - together.lower)


def test_nothing_and_extremes() -> None:
    found = shrunken([0, 3, 0], [0, 10, 5])
    for column in found[:4]:
        assert np.isnan(column[0])
        assert not np.isnan(column[1:]).any()
    np.testing.assert_allclose(found.value[1:], shrunken([3, 0], [10, 5]).value)
    nobody = shrunken([0, 0], [0, 0])
    assert np.isnan(nobody.value).all()
    assert np.isnan(nobody.mean)
    none = shrunken([0, 0], [12, 30])
    np.testing.assert_array_equal(none.value, [0, 0])
    assert (none.upper > 0.02).all()
    alone = shrunken([3], [10])  # a group without peers stands for itself
    assert alone.value == pytest.approx(0.3)
    assert alone.lower == pytest.approx(float(jeffreys(3, 10).lower), abs=0.02)
    assert alone.upper == pytest.approx(float(jeffreys(3, 10).upper), abs=0.02)
    always_or_never = shrunken([0, 30, 0, 30], [30] * 4)
    assert always_or_never.correlation > 0.99
    np.testing.assert_allclose(always_or_never.value, [0, 1, 0, 1], atol=1e-4)
    single = shrunken([1, 0, 0, 1, 0], [1] * 5)  # one trial each says nothing of differences
    np.testing.assert_allclose(single.value, 0.4)
    with pytest.raises(ValueError, match="between none and all"):
        shrunken([3], [2])


@pytest.mark.parametrize(("won", "n"), [([2, 20, 50, 30], [10, 40, 200, 60]), ([1, 4, 10], [5, 20, 50])])
def test_intervals_are_those_of_the_averaged_posterior(won: list[int], n: list[int]) -> None:
    # by brute force: a fine grid of the logits of mean and shrinkage B = size ÷ (size + median n), uniform in B,
    # Jeffreys in the mean; the posterior of each rate is the mixture of beta distributions over it
    r, trials = np.array(won), np.array(n)
    place, shrinkage = (x.ravel() for x in np.meshgrid(np.linspace(-10, 10, 401), np.linspace(-8, 8, 161)))
    mean, size = expit(place), np.median(trials) * np.exp(shrinkage)
    a, b = mean * size, (1 - mean) * size
    log = sum(betaln(x + a, m - x + b) - betaln(a, b) for x, m in zip(r, trials, strict=True))
    log = log + 0.5 * np.log(mean * (1 - mean)) + np.log(expit(shrinkage) * expit(-shrinkage))
    weight = np.exp(log - log.max())
    matters = weight > 1e-8
    weight, a, b = weight[matters] / weight[matters].sum(), a[matters], b[matters]
    median = betaincinv(a, b, 0.5)
    found = shrunken(r, trials)
    for i, (x, m) in enumerate(zip(r, trials, strict=True)):
        assert weight @ betainc(x + a, m - x + b, found.lower[i]) == pytest.approx(0.025, abs=5e-4)
        assert weight @ betainc(x + a, m - x + b, found.upper[i]) == pytest.approx(0.975, abs=7e-4)
        assert found.below[i] == pytest.approx(weight @ betainc(x + a, m - x + b, median), abs=1e-3)


@pytest.mark.parametrize(("groups", "size"), [(8, 20.0), (15, 60.0), (40, 20.0)])
def test_intervals_cover_as_often_as_promised_where_naive_ones_do_not(groups: int, size: float) -> None:
    held, naive = [], []
    for seed in range(100):
        won, n, rate = simulated(seed, groups, size)
        found = shrunken(won, n)
        held.append((found.lower <= rate) & (rate <= found.upper))
        a, b = min(found.alpha, 1e6), min(found.beta, 1e6)
        low, high = beta_distribution.ppf([[0.025], [0.975]], won + a, n - won + b)
        naive.append((low <= rate) & (rate <= high))
    # 800 to 4,000 rates, alike within a team: three standard errors are up to 2.5 points
    assert 0.92 <= np.mean(held) <= 0.975
    assert np.mean(held) > np.mean(naive)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=10), st.randoms())
@settings(max_examples=25, deadline=None)
def test_estimates_lie_between_the_groups_own_rate_and_the_mean(
    groups: list[tuple[int, int]], random: object
) -> None:
    won, lost = np.array(groups, float).T
    n = won + lost
    found = shrunken(won, n)
    known = n > 0
    if not known.any():
        return
    own = won[known] / n[known]
    low, high = np.minimum(own, found.mean), np.maximum(own, found.mean)
    value = found.value[known]
    assert ((value >= low - 1e-9) & (value <= high + 1e-9)).all()
    assert ((found.lower[known] <= value) & (value <= found.upper[known])).all()
    assert ((found.below[known] >= 0) & (found.below[known] <= 1)).all()
    # who is named first makes no difference
    np.testing.assert_allclose(shrunken(won[::-1], n[::-1]).value[::-1], found.value, rtol=1e-6)


def test_the_statistics_start_without_scipys() -> None:
    modules = ("shrinkage", "stratified", "conditional", "reference", "funnel_limits", "multiplicity")
    code = "import sys\n" + "".join(f"import salesreport.stats.{name}\n" for name in modules)
    code += "print([m for m in ('scipy.stats', 'scipy.optimize', 'statsmodels', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rates_alone_are_those_of_the_whole():
    rng = np.random.default_rng(11)
    n = rng.integers(0, 60, 40)
    won = rng.binomial(n, rng.beta(8, 12, 40))
    whole, alone = shrunken(won, n), shrunken_rates(won, n)
    np.testing.assert_array_equal(alone.value, whole.value)
    assert alone.mean == whole.mean
    nothing = shrunken_rates([0, 0], [0, 0])
    assert np.isnan(nothing.value).all()
    assert np.isnan(nothing.mean)
