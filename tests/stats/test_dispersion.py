"""Dispersions by hand and by simulation; intervals against scipy's distributions, and how often they hold."""

import numpy as np
import pytest
from scipy.stats import beta, gamma
from scipy.stats import t as student

from salesreport.stats.dispersion import Dispersion, count_jeffreys, moderated, ratio_jeffreys, successive

Random = np.random.Generator


def bunched(random: Random, mean: np.ndarray, dispersion: float, size: tuple[int, ...]) -> np.ndarray:
    """Negative binomial counts with variance = dispersion × mean."""
    if dispersion == 1:
        return random.poisson(mean, size).astype(float)
    return random.negative_binomial(mean / (dispersion - 1), 1 / dispersion, size).astype(float)


def test_successive_by_hand() -> None:
    # 4 → 12 → 8: (64 + 16) ÷ (16 + 20); two pairs have 2 · 4 ÷ 5 degrees of freedom
    found = successive([[4.0, 12, 8], [0, 0, 0], [5, np.nan, 7]])
    assert found.value[0] == pytest.approx(80 / 36)
    assert found.freedom.tolist() == [1.6, 0, 0]
    assert np.isnan(found.value[1:]).all()


def test_a_group_that_grew_does_not_look_erratic() -> None:
    # the second came later: only the first is compared from the first to the second stretch
    counts = [[10.0, 10, 10], [np.nan, 10, 10]]
    assert successive(counts, [0, 0]).value.tolist() == [0]
    together = successive([[10.0, 20, 20]])
    assert together.value.tolist() == [pytest.approx(100 / 70)]


@pytest.mark.parametrize("dispersion", [1, 4])
@pytest.mark.parametrize("mean", [0.5, 3, 40])
def test_what_varies_so_much_is_found_to(dispersion: float, mean: float) -> None:
    random = np.random.default_rng(7)
    counts = bunched(random, np.array(mean), dispersion, (40_000, 8))
    # of few events those in bunches are mostly not seen
    tolerance = 0.02 if dispersion == 1 else 0.04 if mean > 10 else 0.25 if mean > 1 else 0.4
    assert np.nanmean(successive(counts).value) == pytest.approx(dispersion, rel=tolerance)


def test_the_degrees_of_freedom_are_those_of_the_spread_of_normal_sums() -> None:
    random = np.random.default_rng(3)
    found = successive(1000 + random.normal(0, np.sqrt(1000), (40_000, 10)))
    # a mean square with f degrees of freedom has a variance of 2 ÷ f (its mean being 1)
    assert 2 / found.value.var() == pytest.approx(found.freedom[0], rel=0.03)


def test_moderation_learns_how_different_groups_are() -> None:
    random = np.random.default_rng(5)
    same = moderated(successive(bunched(random, np.array(50.0), 3, (400, 12))), 1.0, 600.0)
    assert np.isinf(same.freedom).all() or same.freedom.min() > 100
    np.testing.assert_allclose(same.value, 3, rtol=0.1)
    # a fifth of the groups varies ten times as much: they keep most of that
    wild = np.where(np.arange(400) < 80, 10.0, 1.0)
    counts = np.stack([bunched(random, np.array(50.0), one, (12,)) for one in wild])
    found = moderated(successive(counts), 1.0, 600.0)
    assert np.median(found.value[:80]) > 4 * np.median(found.value[80:])


def test_what_cannot_be_told_is_that_of_independent_events() -> None:
    nothing = Dispersion(np.array([np.nan]), np.array([0.0]), np.array([0.0]))
    found = moderated(nothing, 250.0, 0.0)
    assert (found.value[0], found.freedom[0], found.pairs[0]) == (250, np.inf, 0)
    # never less than that
    calm = moderated(Dispersion(np.array([0.1]), np.array([8.0]), np.array([11.0])), 1.0, 100.0)
    assert calm.value.tolist() == [1]


def test_bounds_equal_scipys_gamma_distribution() -> None:
    counts, each = np.array([0.0, 3, 40, 900]), np.array([1.0, 2.5, 4, 100])
    found = count_jeffreys(counts, each)
    np.testing.assert_allclose(found.upper, gamma.ppf(0.975, counts / each + 0.5, scale=each))
    np.testing.assert_allclose(found.lower[1:], gamma.ppf(0.025, counts / each + 0.5, scale=each)[1:])
    assert found.lower[0] == 0
    # uncertain: the dispersion times the squared ratio of Student's quantile and the normal one
    wide = 2.5 * (student.ppf(0.975, 8) / 1.959963984540054) ** 2
    assert count_jeffreys(3, 2.5, 8).upper == pytest.approx(gamma.ppf(0.975, 3 / wide + 0.5, scale=wide))


def test_the_ratio_equals_scipys_beta_distribution() -> None:
    found = ratio_jeffreys([30.0, 5], [20.0, 0], 2.0)
    share = beta.ppf([0.025, 0.975], 15.5, 10.5)
    np.testing.assert_allclose([found.lower[0], found.upper[0]], share / (1 - share))
    assert np.isnan([found.value[1], found.lower[1]]).all()


@pytest.mark.parametrize("members", [1, 8, 35])
@pytest.mark.parametrize("dispersion", [1, 2, 5])
def test_what_follows_its_plan_is_called_otherwise_in_one_of_twenty(members: int, dispersion: float) -> None:
    random, wrong, lines = np.random.default_rng(11), 0, 0
    for _ in range(max(40, 3000 // members)):
        plan = 20 * np.exp(random.normal(0, 0.5, members))
        before, now = (bunched(random, plan[:, None], dispersion, (members, n)) for n in (12, 1))
        varies = moderated(successive(before), 1.0, before.sum(axis=1))
        found = count_jeffreys(now[:, 0], varies.value, varies.freedom)
        wrong, lines = wrong + ((plan < found.lower) | (plan > found.upper)).sum(), lines + members
    # careful where a rep is alone, for it must not vary less than independent events
    assert (0.005 if members == 1 else 0.03) < wrong / lines < 0.065


def test_money_that_follows_its_plan_likewise() -> None:
    random, wrong = np.random.default_rng(13), 0
    for _ in range(150):
        mean = 6 * np.exp(random.normal(0, 0.4, 20))  # deals a quarter, of very different size
        counts = random.poisson(mean[:, None], (20, 13))
        sums = np.array([[random.lognormal(0, 1, n).sum() for n in row] for row in counts])
        sizes = np.exp(1.5)  # E a² ÷ E a of these sizes: exp(2 − ½)
        varies = moderated(successive(sums[:, 1:]), sizes, sums[:, 1:].sum(axis=1))
        found = count_jeffreys(sums[:, 0], varies.value, varies.freedom)
        plan = mean * np.exp(0.5)
        wrong += ((plan < found.lower) | (plan > found.upper)).sum()
    assert 0.02 < wrong / (150 * 20) < 0.08


def test_a_ratio_holds_as_often() -> None:
    random = np.random.default_rng(17)
    now, before = (bunched(random, np.array(60.0), 3, (4000,)) for _ in range(2))
    found = ratio_jeffreys(now, before, 3.0)
    assert 0.035 < 1 - ((found.lower <= 1) & (found.upper >= 1)).mean() < 0.065
