"""Bootstrap intervals against scipy's, and against the truth in simulations."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from salesreport.stats.decomposition import kitagawa, shapley_product
from salesreport.stats.resampling import bootstrap, kitagawa_intervals, shapley_intervals


def mean(sums: np.ndarray) -> np.ndarray:
    return sums[..., 1:] / sums[..., :1]


def test_a_mean_has_scipys_interval():
    # scipy's BCa draws a fixed number of cases and does not widen its levels: the same but for √(n ÷ (n−1)) and t,
    # at n = 400 less than half a per cent
    values = np.random.default_rng(4).gamma(1.0, 100.0, 400)
    found = bootstrap(np.column_stack((np.ones(400), values)), mean, draws=9_999)
    other = scipy_stats.bootstrap((values,), np.mean, n_resamples=9_999, rng=np.random.default_rng(1))
    width = other.confidence_interval.high - other.confidence_interval.low
    assert found.value[0] == pytest.approx(values.mean())
    assert found.lower[0] == pytest.approx(other.confidence_interval.low, abs=0.05 * width)
    assert found.upper[0] == pytest.approx(other.confidence_interval.high, abs=0.05 * width)
    assert found.upper[0] - values.mean() > values.mean() - found.lower[0], "skewed to the right, and so it leans"


def test_equal_cases_may_be_counted():
    rows = np.array([[1.0, 0.0], [1.0, 1.0]])
    counted = bootstrap(rows, mean, [70, 30], draws=4_000)
    listed = bootstrap(np.repeat(rows, [70, 30], axis=0), mean, draws=4_000)
    np.testing.assert_allclose(counted.lower, listed.lower, atol=0.01)
    np.testing.assert_allclose(counted.upper, listed.upper, atol=0.01)
    # the rate's own interval: 0.3 ± 1.98 √(0.3 × 0.7 ÷ 99)
    assert counted.upper[0] - counted.lower[0] == pytest.approx(2 * 1.98 * np.sqrt(0.21 / 99), rel=0.05)


def test_an_interval_has_the_unit_of_its_numbers():
    # 2^-450: what is next to nothing has cubes of nothing, and an interval all the same
    values = np.random.default_rng(4).gamma(1.0, 100.0, 40)
    usual = bootstrap(np.column_stack((np.ones(40), values)), mean)
    tiny = bootstrap(np.column_stack((np.ones(40), values * 2.0**-450)), mean)
    np.testing.assert_allclose([tiny.lower, tiny.upper], np.array([usual.lower, usual.upper]) * 2.0**-450)


def test_the_same_seed_gives_the_same_and_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch):
    rows = np.column_stack((np.ones(50), np.arange(50)))
    one = bootstrap(rows, mean, seed=3)
    monkeypatch.setattr("salesreport.stats.resampling._BLOCK", 1_000)
    two = bootstrap(rows, mean, seed=3)
    np.testing.assert_array_equal(one, two)
    assert (bootstrap(rows, mean, seed=4).lower != one.lower).all()


def test_too_little_for_an_interval():
    few = bootstrap(np.column_stack((np.ones(9), np.arange(9))), mean)
    assert few.value[0] == 4
    assert np.isnan([few.lower[0], few.upper[0]]).all()
    # a statistic that most draws do not have
    gone = bootstrap(np.ones((20, 1)), lambda sums: np.where(sums > 19.5, sums, np.nan))
    assert gone.value[0] == 20
    assert np.isnan(gone.lower[0])


def deals(rng: np.random.Generator, n: int, rate: float, sd: float) -> np.ndarray:
    won = rng.random(n) < rate
    return np.column_stack((np.ones(n), won, won * rng.lognormal(7, sd, n)))


def test_shapley_of_cases_is_shapley_of_their_sums():
    rng = np.random.default_rng(2)
    own, base = deals(rng, 300, 0.3, 0.5), deals(rng, 900, 0.35, 0.5)
    group, base_group = rng.integers(0, 3, 300), rng.integers(0, 3, 900)
    found = shapley_intervals(own, group, base_values=base, base_groups=base_group, scale=1 / 3, draws=199)
    for one in range(3):
        sums, base_sums = own[group == one].sum(axis=0), base[base_group == one].sum(axis=0)
        factors = [sums[0], sums[1] / sums[0], sums[2] / sums[1]]
        base_factors = [base_sums[0] / 3, base_sums[1] / base_sums[0], base_sums[2] / base_sums[1]]
        right = shapley_product(base_factors, factors)
        np.testing.assert_allclose(found.parts.value[one], right.parts, rtol=1e-9)
        # smaller side: its deals, twice; its won deals, for the size and the gap
        assert found.parts.n[one].tolist() == [sums[0], sums[0], sums[1]]
        assert found.gap.n[one] == sums[1]
    np.testing.assert_allclose(found.parts.value.sum(axis=1), found.gap.value, rtol=1e-9)
    # a group by itself has the same interval as in company
    alone = shapley_intervals(
        own[group == 2],
        np.zeros((group == 2).sum(), int),
        base_values=base[base_group == 2],
        base_groups=np.zeros((base_group == 2).sum(), int),
        scale=1 / 3,
        draws=199,
    )
    np.testing.assert_allclose(alone.parts.lower[0], found.parts.lower[2], rtol=1e-9)


def test_all_won_or_hardly_anything_won_has_no_interval():
    rng = np.random.default_rng(5)
    own = np.vstack((deals(rng, 40, 1.0, 0.5), deals(rng, 60, 0.1, 0.5), deals(rng, 60, 0.5, 0.5)))
    found = shapley_intervals(own, np.repeat([0, 1, 2], [40, 60, 60]), base=[50, 0.4, 1200], draws=99, size=4)
    assert np.isnan(found.parts.lower[0]).all()  # nobody knows how sure a win rate of 100 % is, from these draws
    assert np.isnan(found.parts.lower[1, 2])  # six won: no interval of their size
    assert np.isfinite(found.parts.lower[1, :2]).all()  # but of how many, and of the rate
    assert np.isfinite(found.parts.lower[2]).all()
    # a group without a deal: the deals are the whole gap, −50 × 0.4 × 1200
    np.testing.assert_allclose(found.parts.value[3], [-24_000, 0, 0])
    assert np.isnan(found.gap.lower[3])
    with pytest.raises(ValueError, match="either"):
        shapley_intervals(own, np.zeros(160, int))


def test_shapley_intervals_hold_as_often_as_they_say():
    # 80 deals (Poisson), 30 % won, lognormal sizes; against a target of 96 × 35 % × 1,350
    rng, rounds, sd = np.random.default_rng(8), 250, 0.5
    true = shapley_product([96, 0.35, 1_350], [80, 0.3, np.exp(7 + sd**2 / 2)])
    cases = [deals(rng, rng.poisson(80), 0.3, sd) for _ in range(rounds)]
    group = np.repeat(np.arange(rounds), [len(each) for each in cases])
    found = shapley_intervals(np.vstack(cases), group, base=[96, 0.35, 1_350], draws=499)
    held = ((found.parts.lower <= true.parts) & (true.parts <= found.parts.upper)).mean(axis=0)
    whole = ((found.gap.lower <= true.gap) & (true.gap <= found.gap.upper)).mean()
    noise = 3 * np.sqrt(0.05 * 0.95 / rounds)
    assert (held[:2] >= 0.95 - noise).all()
    assert held[2] >= 0.92 - noise  # sizes are skewed, and only about 24 are seen
    assert whole >= 0.95 - noise
    assert max(*held, whole) < 0.999, "nor always: they would be too wide"


@pytest.mark.parametrize(("n", "base_n"), [(40, 400), (120, 1200)])
def test_kitagawa_intervals_hold_as_often_as_they_say(n: int, base_n: int):
    rng, rounds = np.random.default_rng(n), 300
    share, base_share = np.array([0.2, 0.2, 0.25, 0.35]), np.array([0.4, 0.3, 0.2, 0.1])
    rate, base_rate = np.array([0.45, 0.3, 0.2, 0.1]), np.array([0.5, 0.35, 0.25, 0.12])
    true = kitagawa(share * rate, share, base_share * base_rate, base_share)
    trials, base_trials = rng.multinomial(n, share, rounds), rng.multinomial(base_n, base_share, rounds)
    found = kitagawa_intervals(
        rng.binomial(trials, rate), trials, rng.binomial(base_trials, base_rate), base_trials, draws=399
    )
    noise = 3 * np.sqrt(0.05 * 0.95 / rounds)
    for interval, truth in ((found.mix, true.mix.sum()), (found.rate, true.rate.sum()), (found.gap, true.gap)):
        held = ((interval.lower <= truth) & (truth <= interval.upper)).mean()
        assert 0.95 - noise <= held < 0.999
    told = ~np.isnan(found.strata_rate.lower)
    held = ((found.strata_rate.lower <= true.rate) & (true.rate <= found.strata_rate.upper))[told].mean()
    assert held >= 0.95 - 0.02
    np.testing.assert_allclose(found.mix.value + found.rate.value, found.gap.value, atol=1e-9)
    np.testing.assert_allclose(found.strata_mix.value.sum(axis=1), found.mix.value, atol=1e-9)


def test_kitagawa_says_where_it_cannot_tell():
    found = kitagawa_intervals(
        [[3, 20], [0, 0], [2, 3]], [[6, 40], [20, 30], [4, 5]], [[50, 90]], [[100, 200]], draws=199
    )
    assert np.isfinite(found.rate.lower[0])
    assert np.isnan(found.strata_rate.lower[0, 0])  # six cases there
    assert np.isfinite(found.strata_rate.lower[0, 1])
    assert np.isnan(found.rate.lower[1])  # no success: draws from it never have one
    assert np.isnan(found.rate.lower[2])  # nine cases
    assert np.isfinite(found.rate.value).all()
    assert found.rate.n.tolist() == [46, 50, 9]


def test_nobody_gives_nothing():
    assert kitagawa_intervals(*[np.zeros((0, 3))] * 4).strata_mix.lower.shape == (0, 3)
    assert shapley_intervals(np.zeros((0, 3)), [], base=[1, 1, 1]).parts.upper.shape == (0, 3)
