"""Lift of flags with repeated looks: against statsmodels, brute force, identities, and simulated coverage."""

import numpy as np
import pytest
from scipy.stats import t
from statsmodels.stats.contingency_tables import StratifiedTable

from salesreport.stats.lift import effective_number, lift


def made(seed: int, n: int = 2000) -> tuple[np.ndarray, ...]:
    """Whether it happened, whether flagged, strata, clusters."""
    random = np.random.default_rng(seed)
    stratum, cluster = random.integers(0, 12, n), random.integers(0, 20, n)
    flagged = random.random(n) < 0.1 + 0.03 * stratum
    happened = random.random(n) < 0.1 + 0.02 * stratum + 0.01 * cluster + 0.1 * flagged
    return happened, flagged, stratum, cluster


def tables(happened: np.ndarray, flagged: np.ndarray, stratum: np.ndarray) -> list[np.ndarray]:
    return [
        np.array(
            [[(happened & side & here).sum(), (~happened & side & here).sum()] for side in (flagged, ~flagged)]
        )
        for here in (stratum == one for one in np.unique(stratum))
    ]


def test_the_ratio_is_mantel_and_haenszels_as_statsmodels_has_it() -> None:
    happened, flagged, stratum, cluster = made(1)
    found = lift(happened, flagged, stratum, cluster)
    assert found.ratio == pytest.approx(StratifiedTable(tables(happened, flagged, stratum)).riskratio_pooled)
    assert found.difference == pytest.approx(found.flagged - found.rest)
    assert found.clusters == 20


def weighed(happened: np.ndarray, flagged: np.ndarray, stratum: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mantel and Haenszel's difference, and the logarithm of their ratio; every look has a weight."""
    hits, others, share = 0.0, 0.0, 0.0
    for one in np.unique(stratum):
        n, m = weight[(stratum == one) & flagged].sum(), weight[(stratum == one) & ~flagged].sum()
        if n > 0 and m > 0:
            hits += weight[(stratum == one) & flagged & happened].sum() * m / (n + m)
            others += weight[(stratum == one) & ~flagged & happened].sum() * n / (n + m)
            share += n * m / (n + m)
    return np.array([(hits - others) / share, np.log(hits / others)])


@pytest.mark.parametrize("n", [300, 2000])
def test_the_variance_is_between_leaving_a_cluster_out_and_giving_it_less_weight(n: int) -> None:
    happened, flagged, stratum, cluster = made(2, n)
    found = lift(happened, flagged, stratum, cluster)
    whole = weighed(happened, flagged, stratum, np.ones(n))
    assert whole == pytest.approx((found.difference, np.log(found.ratio)))
    out, less = (
        np.array([
            (weighed(happened, flagged, stratum, np.where(cluster == one, left, 1.0)) - whole) / (1 - left)
            for one in range(20)
        ])
        for left in (0.0, 1 - 1e-6)
    )  # fmt: skip
    squares = out**2
    variance = (19 / 20 * squares.sum(axis=0) + 20 / 19 * (less**2).sum(axis=0)) / 2
    freedom = np.sqrt(19 * (squares.sum(axis=0) ** 2 / (squares**2).sum(axis=0) - 1))
    half = t.ppf(0.975, freedom) * np.sqrt(variance)
    assert found.freedom == pytest.approx(freedom[0])
    assert found.difference_upper - found.difference == pytest.approx(half[0], rel=1e-4)
    assert np.log(found.ratio_upper / found.ratio) == pytest.approx(half[1], rel=1e-4)


def test_looking_at_every_case_thrice_tells_no_more_than_once() -> None:
    happened, flagged, stratum, cluster = made(3)
    once = lift(happened, flagged, stratum, cluster)
    thrice = lift(*(np.tile(column, 3) for column in (happened, flagged, stratum, cluster)))
    np.testing.assert_allclose(once[:8], thrice[:8])


def test_what_has_no_counterpart_says_nothing() -> None:
    happened, flagged, stratum, cluster = made(4)
    found = lift(happened, flagged, stratum, cluster)
    more = [np.append(column, np.full(50, one)) for column, one in zip(
        (happened, flagged, stratum, cluster), (True, True, 99, 3), strict=True)]  # fmt: skip
    assert lift(*more) == found
    nothing = lift([], [], [], [])
    assert np.isnan(nothing.ratio)
    assert nothing.clusters == 0
    alone = lift([1, 0, 1, 0], [1, 1, 0, 0], [0] * 4, [7] * 4)
    assert alone.ratio == 1
    assert np.isnan(alone.ratio_upper)
    never = lift([0, 0, 1, 0], [1, 1, 0, 0], [0] * 4, [1, 2, 3, 4])
    assert never.ratio == 0
    assert np.isnan(never.ratio_upper)
    assert never.difference == -0.5
    none_of_the_rest = lift([1, 0, 0, 0], [1, 1, 0, 0], [0] * 4, [1, 2, 3, 4])
    assert np.isnan(none_of_the_rest.ratio)
    assert none_of_the_rest.difference == 0.5


def test_effective_number_of_equal_clusters_is_their_number() -> None:
    assert effective_number(np.full(9, 4)) == pytest.approx(9)
    assert effective_number([]) == 0


def test_intervals_hold_the_truth_as_often_as_they_say_where_reps_differ() -> None:
    """Reps' own levels, and deals looked at four times: taken for independent, 95 % intervals hold far less."""
    random, held, naive = np.random.default_rng(5), 0, 0
    runs, truth = 300, 0.12  # mean over reps of 0.3 · exp(N(0, 0.4) − 0.08) times 0.4: 0.3 · 0.4
    for _ in range(runs):
        rep = np.repeat(random.integers(0, 20, 400), 4)
        base = 0.3 * np.exp(random.normal(0, 0.4, 20) - 0.08)
        flagged = np.repeat(random.random(400) < 0.3, 4)
        happened = np.repeat(random.random(400), 4) < (base[rep] * np.where(flagged, 1.4, 1.0))
        day = np.tile(np.arange(4), 400)
        found = lift(happened, flagged, day, rep)
        held += found.difference_lower <= truth <= found.difference_upper
        alone = lift(happened, flagged, day, np.arange(1600))
        naive += alone.difference_lower <= truth <= alone.difference_upper
    assert 0.92 <= held / runs <= 0.985
    assert naive / runs < 0.8
