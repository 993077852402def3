"""Expected rates against statsmodels and a general optimiser; observed ÷ expected against exact sums."""

import subprocess
import sys

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit

from salesreport.stats.expected import expected_rates, observed_to_expected


def sample(seed: int, n: int = 900, groups: int = 3) -> tuple[np.ndarray, ...]:
    """Cases of three columns (two of levels, one of numbers), their weights, groups and outcomes."""
    rng = np.random.default_rng(seed)
    first, second, group = rng.integers(0, 4, n), rng.integers(-1, 2, n), rng.integers(0, groups, n)
    number, weight = rng.integers(0, 8, n) * 2.5, rng.choice([0.5, 1.0, 2.0], n)
    odds = np.array([0.6, 0.1, -0.4, -1.0])[first] + 0.3 * second + 0.05 * number - 0.5
    return first, second, number, weight, group, (rng.random(n) < expit(odds)).astype(float)


def matrix(first: np.ndarray, second: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Intercept, levels but the first of each, number."""
    levels = [first == level for level in (1, 2, 3)] + [second == level for level in (0, 1)]
    return np.column_stack((np.ones(len(first)), *levels, number)).astype(float)


def test_without_a_penalty_it_is_the_logistic_regression_of_the_other_groups():
    first, second, number, weight, group, y = sample(1)
    found = expected_rates(y, [first, second], group, weight, numeric=[number], ridge=0.0, rare=0)
    x = matrix(first, second, number)
    for own in range(3):
        others, mine = group != own, group == own
        fit = sm.GLM(y[others], x[others], family=sm.families.Binomial(), freq_weights=weight[others]).fit(
            tol=1e-13
        )
        np.testing.assert_allclose(found.rate[mine], fit.predict(x[mine]), atol=1e-9)
        rate = fit.predict(x[mine])
        slope = (weight[mine] * rate * (1 - rate)) @ x[mine]  # of the expected sum, by coefficient
        assert found.error[own] == pytest.approx(np.sqrt(slope @ fit.cov_params() @ slope), rel=1e-6)
    assert found.folds == 3
    np.testing.assert_array_equal(found.known, 1.0)


def test_with_a_penalty_it_is_at_the_maximum():
    first, second, number, weight, group, y = sample(2, 400)
    found = expected_rates(y, [first, second], group, weight, numeric=[number], ridge=3.0, rare=0)
    centre = np.average(number, weights=weight)
    spread = np.sqrt(np.average((number - centre) ** 2, weights=weight))
    x = np.column_stack(
        [np.ones(len(y))]
        + [first == level for level in range(4)]
        + [second == level for level in (-1, 0, 1)]
        + [(number - centre) / spread]
    ).astype(float)
    train = group != 0

    def worse(effects: np.ndarray) -> float:
        odds = x[train] @ effects
        likelihood = weight[train] @ (y[train] * odds - np.logaddexp(0, odds))
        return float(-likelihood + 1.5 * effects[1:] @ effects[1:])

    best = minimize(worse, np.zeros(x.shape[1]), method="BFGS", options={"gtol": 1e-6})
    np.testing.assert_allclose(found.rate[~train], expit(x[~train] @ best.x), atol=1e-5)


def test_predictions_add_up_to_what_was_observed_where_they_were_learnt():
    first, second, number, weight, group, y = sample(3, 500, groups=1)
    # group 1 has the same cases as group 0, but other outcomes: its expected sum is group 0's observed one
    twice = [np.tile(column, 2) for column in (first, second)]
    both = np.concatenate((y, 1 - y))
    found = expected_rates(
        both, twice, np.repeat([0, 1], 500), np.tile(weight, 2), numeric=[np.tile(number, 2)], ridge=5.0
    )
    assert (weight * found.rate[500:]).sum() == pytest.approx((weight * y).sum(), rel=1e-9)
    assert group.max() == 0


@given(st.integers(0, 10_000), st.integers(2, 12), st.sampled_from([60, 4]))
@settings(max_examples=25, deadline=None)
def test_a_groups_own_outcomes_do_not_touch_its_expectations(seed: int, groups: int, separately: int):
    first, second, _, weight, group, y = sample(seed, 150, groups)
    one = expected_rates(y, [first, second], group, weight, separately=separately, folds=3, rare=5)
    changed = np.where(group == 1, 1 - y, y)
    two = expected_rates(changed, [first, second], group, weight, separately=separately, folds=3, rare=5)
    np.testing.assert_allclose(one.rate[group == 1], two.rate[group == 1], atol=1e-7, equal_nan=True)


@given(st.integers(0, 10_000), st.integers(2, 8))
@settings(max_examples=20, deadline=None)
def test_renamed_groups_are_renamed_results_and_observed_adds_up(seed: int, groups: int):
    first, second, _, weight, group, y = sample(seed, 120, groups)
    name = np.random.default_rng(seed).permutation(groups)
    one, two = (expected_rates(y, [first, second], g, weight, size=groups) for g in (group, name[group]))
    np.testing.assert_allclose(one.rate, two.rate, atol=1e-7, equal_nan=True)
    here = observed_to_expected(y, one.rate, group, weight, error=one.error, size=groups)
    there = observed_to_expected(y, one.rate, name[group], weight, error=one.error[np.argsort(name)], size=groups)
    for column, other in zip(here, there, strict=True):
        np.testing.assert_allclose(column, other[name], rtol=1e-6, atol=1e-9, equal_nan=True)
    assert here.observed.sum() == pytest.approx((weight * y).sum(), abs=1e-9)
    assert here.n.sum() == pytest.approx(weight.sum(), abs=1e-9)


def test_many_groups_are_left_out_in_parts_of_about_one_size():
    rng = np.random.default_rng(6)
    group = np.repeat(np.arange(90), rng.integers(5, 60, 90))
    level = rng.integers(0, 3, len(group))
    y = rng.random(len(group)) < np.array([0.2, 0.4, 0.6])[level]
    parts = expected_rates(y, [level], group, folds=15)
    alone = expected_rates(y, [level], group, separately=90)
    assert (parts.folds, alone.folds) == (15, 90)
    np.testing.assert_allclose(parts.rate, alone.rate, atol=0.03)
    assert (parts.error >= 0.99 * alone.error).all()  # learnt from fewer cases
    again = expected_rates(y, [level], group, folds=15)
    np.testing.assert_array_equal(parts.rate, again.rate)


def test_levels_nobody_else_has_lean_on_the_rest_and_say_so():
    # group 0 alone has level 1: 40 of its 50 cases. The others win 3 in 10 of level 0.
    group = np.repeat([0, 0, 1, 1, 2, 2], [40, 10, 30, 70, 30, 70])
    level = np.repeat([1, 0, 0, 0, 0, 0], [40, 10, 30, 70, 30, 70])
    y = np.repeat([1, 1, 1, 0, 1, 0], [40, 10, 30, 70, 30, 70])
    found = expected_rates(y, [level], group, ridge=1.0)
    assert found.known[0] == pytest.approx(0.2)
    assert found.rate[:50] == pytest.approx(0.3, abs=1e-6)
    # The level's effect is not known but for ridge: standard deviation 1. Level 0's and the intercept share what
    # is known of 0.3: almost all error comes from the 40 cases: 40 × 0.3 × 0.7 × √2 (level 1 up, level 0 down).
    assert found.error[0] == pytest.approx(40 * 0.21 * np.sqrt(2), rel=0.05)
    assert expected_rates(y, [level], group, ridge=0.0).error[0] == np.inf


def test_rare_levels_are_one_level():
    group = np.repeat([0, 1], [60, 60])
    level = np.tile(np.concatenate((np.zeros(50, int), np.arange(1, 11))), 2)
    y = (np.arange(120) % 3 == 0).astype(float)
    pooled = expected_rates(y, [level], group, rare=3)
    same = expected_rates(y, [np.minimum(level, 1)], group, rare=0)
    np.testing.assert_allclose(pooled.rate, same.rate, atol=1e-9)


def test_numbers_beyond_the_bins_still_say_what_they_say():
    rng = np.random.default_rng(9)
    number, group = rng.normal(size=4000), np.repeat([0, 1], 2000)
    number[:5] = np.nan
    y = rng.random(4000) < expit(-0.3 + 0.8 * np.nan_to_num(number))
    found = expected_rates(y, [], group, numeric=[number], ridge=1e-6)
    kept = group == 1
    fit = sm.Logit(y[kept], sm.add_constant(number[kept])).fit(disp=0)
    mine = fit.predict(sm.add_constant(np.nan_to_num(number[~kept])))
    assert np.abs(found.rate[~kept] - mine).mean() < 0.02
    assert np.isfinite(found.rate).all()


def test_what_cannot_be_told_is_missing():
    alone = expected_rates([1, 0, 1], [[0, 1, 0]], [0, 0, 0])
    assert np.isnan(alone.rate).all()
    assert np.isnan(observed_to_expected([1, 0, 1], alone.rate, [0, 0, 0]).p).all()
    # the others won everything: that is expected, but nothing tells how sure it is
    sure = expected_rates([1, 0, 1, 1], [[0, 0, 0, 0]], [0, 0, 1, 1])
    np.testing.assert_allclose(sure.rate, [1, 1, 0.5, 0.5])
    ratio = observed_to_expected([1, 0, 1, 1], sure.rate, [0, 0, 1, 1], error=sure.error)
    assert np.isnan([ratio.p[0], ratio.lower[0], ratio.upper[0]]).all()
    assert ratio.ratio[0] == 0.5
    nobody = observed_to_expected([1], [0.5], [1])
    assert nobody.n[0] == 0
    assert np.isnan([nobody.expected[0], nobody.ratio[0], nobody.p[0]]).all()
    assert expected_rates([], [[]], []).rate.shape == (0,)


def exact(chance: np.ndarray, tilt: float) -> np.ndarray:
    """Probabilities of 0, 1, 2 … successes, by convolution, with odds × e^tilt."""
    mass = np.ones(1)
    for rate in expit(logit(chance) + tilt):
        mass = np.convolve(mass, [1 - rate, rate])
    return mass


def below(chance: np.ndarray, tilt: float, observed: int) -> float:
    mass = exact(chance, tilt)
    return float(mass[:observed].sum() + mass[observed] / 2)


@pytest.mark.parametrize("n", [1, 2, 6, 25, 120, 260])
def test_mid_p_and_bounds_are_those_of_the_exact_sum(n: int):
    rng = np.random.default_rng(n)
    chance = rng.beta(2, 4, n)
    for observed in sorted({0, 1, n // 4, n // 2, n - 1, n}):
        y = np.arange(n) < observed
        found = observed_to_expected(y, chance, np.zeros(n, int))
        lower = below(chance, 0.0, observed)
        near = {"rel": 1e-8, "abs": 1e-12} if n <= 200 else {"rel": 0.01, "abs": 1e-4}
        assert found.p[0] == pytest.approx(min(1.0, 2 * min(lower, 1 - lower)), **near)
        # the bounds: where each tail is 2.5 %
        for bound, tail, certain in ((found.lower, 0.975, 0), (found.upper, 0.025, n)):
            if observed == certain:
                assert bound[0] == pytest.approx(certain / chance.sum())
                continue
            tilt = brentq(lambda t, tail=tail, k=observed: below(chance, t, k) - tail, -40, 40, xtol=1e-12)
            right = expit(logit(chance) + tilt).sum() / chance.sum()
            assert bound[0] == pytest.approx(right, **({"rel": 1e-6} if n <= 200 else {"rel": 2e-3, "abs": 1e-3}))


def test_large_groups_are_summed_on_a_grid_without_loss():
    rng = np.random.default_rng(12)
    chance = rng.beta(2, 4, 5_000)
    y = rng.random(5_000) < chance * 1.06
    found = observed_to_expected(y, chance, np.zeros(5_000, int))
    mass = exact(chance, 0.0)
    k = int(y.sum())
    upper = mass[k + 1 :].sum() + mass[k] / 2
    assert found.p[0] == pytest.approx(2 * min(upper, 1 - upper), rel=2e-3)


def test_half_cases_have_the_interval_of_as_many_whole_ones():
    y, chance = np.arange(30) < 7, np.linspace(0.2, 0.6, 30)
    whole = observed_to_expected(y, chance, np.zeros(30, int))
    half = observed_to_expected(y, chance, np.zeros(30, int), np.full(30, 0.5))
    for name in ("ratio", "lower", "upper", "p"):
        np.testing.assert_allclose(getattr(half, name), getattr(whole, name), rtol=1e-9)
    assert (half.observed[0], half.n[0]) == (3.5, 15.0)


def test_unequal_weights_come_near_the_exact_weighted_sum():
    # 40 whole cases and 20 halves at 35 %; in halves, the sum is 2 × the former's successes + the latter's
    whole, half = exact(np.full(40, 0.35), 0.0), exact(np.full(20, 0.35), 0.0)
    mass = np.convolve(np.kron(whole, [1, 0])[:-1], half)
    for whole_won, half_won in ((8, 4), (11, 6), (18, 10), (21, 11)):
        y = np.concatenate((np.arange(40) < whole_won, np.arange(20) < half_won))
        found = observed_to_expected(y, np.full(60, 0.35), np.zeros(60, int), np.repeat([1.0, 0.5], [40, 20]))
        at = 2 * whole_won + half_won
        tail = mass[:at].sum() + mass[at] / 2
        assert found.p[0] == pytest.approx(2 * min(tail, 1 - tail), rel=0.06, abs=0.002)


def test_doubt_about_the_expected_widens():
    y, chance = np.arange(40) < 8, np.full(40, 0.35)
    sure = observed_to_expected(y, chance, np.zeros(40, int))
    unsure = observed_to_expected(y, chance, np.zeros(40, int), error=[3.0])
    assert unsure.p[0] > sure.p[0]
    assert unsure.lower[0] < sure.lower[0]
    assert unsure.upper[0] > sure.upper[0]


def test_an_unfavourable_mix_is_no_weakness_and_a_weakness_is_found():
    # Ten groups of 80. Group 0 has mostly the hard level (one in six wins it, else 45 %) and is average; group 1
    # has the usual mix and half the odds. Raw rates would flag group 0.
    rng = np.random.default_rng(21)
    group, usual = np.repeat(np.arange(10), 80), np.array([0.45, 1 / 6])
    held, flagged, raw, rounds = np.zeros(10), np.zeros(10), 0, 200
    for _ in range(rounds):
        hard = (rng.random(800) < np.where(group == 0, 0.85, 0.25)).astype(int)
        average = usual[hard]
        chance = np.where(group == 1, expit(logit(average) + np.log(0.5)), average)
        y = rng.random(800) < chance
        expected = expected_rates(y, [hard, rng.integers(0, 5, 800)], group)
        found = observed_to_expected(y, expected.rate, group, error=expected.error)
        true = np.bincount(group, chance) / np.bincount(group, average)
        held += (found.lower <= true) & (true <= found.upper)
        flagged += found.p < 0.05
        raw += y[:80].mean() + 1.96 * np.sqrt(y[:80].var() / 80) < y.mean()
    rate = flagged / rounds
    assert rate[0] <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / rounds)
    assert raw / rounds > 0.8, "or the test shows nothing"
    assert rate[1] > 0.45
    assert 0.93 <= held.mean() / rounds <= 0.97


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([1, 0], [[0, 0]], [0]), "2 cases have 1 groups"),
        (([1, 0], [[0]], [0, 1]), "2 cases have 1 codes"),
        (([1, 0], [[0, -2]], [0, 1]), "a code must be"),
        (([1, 2], [[0, 0]], [0, 1]), "a success must lie"),
        (([1, 0], [[0, 0]], [0, -1]), "a group must be"),
        (([1, 0], [[0, 0]], [0, 1], [1, -1]), "a weight must be"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: tuple, says: str):
    with pytest.raises(ValueError, match=says):
        expected_rates(*arguments)


def test_starting_up_loads_no_large_library():
    code = (
        "import sys, salesreport.stats.expected, salesreport.stats.resampling;"
        "print([m for m in ('scipy.stats', 'scipy.optimize', 'statsmodels', 'sklearn') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
