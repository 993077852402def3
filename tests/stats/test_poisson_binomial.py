"""Tails of sums with unequal chances against sums over every outcome."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit, ndtr
from scipy.stats import binom

from salesreport.stats.poisson_binomial import TiltedSums

CHANCES = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=8)


def sums(chances: list[np.ndarray]) -> TiltedSums:
    group = np.repeat(np.arange(len(chances)), [len(each) for each in chances])
    return TiltedSums.of(np.concatenate(chances), group, np.ones(len(group)), len(chances))


@given(CHANCES, st.floats(-2, 2))
@settings(max_examples=40, deadline=None)
def test_tails_are_those_of_every_outcome(chances: list[float], tilt: float):
    chance = np.array(chances)
    tilted = expit(logit(chance) + tilt)
    mass = np.zeros(len(chance) + 1)
    for outcome in product((0, 1), repeat=len(chance)):
        mass[sum(outcome)] += np.prod(np.where(outcome, tilted, 1 - tilted))
    everything = sums([chance] * len(mass))
    score = everything.normal_score(np.arange(len(mass)), np.full(len(mass), tilt), np.zeros(len(mass)))
    np.testing.assert_allclose(ndtr(score), np.cumsum(mass) - mass / 2, atol=1e-10)


@pytest.mark.parametrize("n", [201, 400, 3_000])
def test_beyond_the_exact_ones_tails_are_nearly_exact(n: int):
    k = np.unique(np.linspace(0, n, 60).astype(int))
    for chance, near in ((0.02, 4e-3), (0.3, 1e-4), (0.5, 1e-4)):
        many = sums([np.full(n, chance)] * len(k))
        score = many.normal_score(k.astype(float), np.zeros(len(k)), np.zeros(len(k)))
        right = binom.cdf(k, n, chance) - binom.pmf(k, n, chance) / 2
        np.testing.assert_allclose(ndtr(score), right, atol=near)


def test_scores_do_not_break_far_out_and_groups_do_not_mix():
    rng = np.random.default_rng(3)
    chances = [rng.beta(1, 3, n) for n in (3, 50, 199, 1_500)]
    together = sums(chances)
    observed = np.array([3.0, 49.0, 0.0, 1_400.0])
    score = together.normal_score(observed, np.zeros(4), np.zeros(4))
    assert np.isfinite(score[[0, 2]]).all()
    assert (score[[1, 3]] > 10).all()
    low, high = together.bounds(observed, np.zeros(4), 0.95)
    assert (low <= observed + 1e-9).all()
    assert (observed <= high + 1e-9).all()
    for one, chance in enumerate(chances):
        alone = sums([chance]).bounds(observed[one : one + 1], np.zeros(1), 0.95)
        np.testing.assert_allclose([low[one], high[one]], np.ravel(alone), rtol=1e-7)


def test_certain_and_missing_chances_have_no_score():
    found = sums([np.array([1.0, 1.0, 0.0]), np.array([0.5, np.nan]), np.array([0.5, 0.5])])
    score = found.normal_score(np.array([2.0, 1.0, 1.0]), np.zeros(3), np.zeros(3))
    assert np.isnan(score[:2]).all()
    assert score[2] == pytest.approx(0.0)  # one of two at a half: the middle
