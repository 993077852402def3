"""Groups against the ordinary ones: by hand, and the false discoveries it is there to prevent, by simulation."""

import time

import numpy as np
import pytest
from scipy.special import expit

from salesreport.stats.multiplicity import benjamini_hochberg
from salesreport.stats.reference import Pools, compare_in_pools, compare_with_ordinary
from salesreport.stats.stratified import against_the_rest, compare


def test_groups_that_differ_are_left_out_by_hand() -> None:
    won = np.array([[20.0], [60.0], [61.0], [58.0], [62.0], [59.0]])
    found = compare_with_ordinary(won, np.full((6, 1), 100.0))
    np.testing.assert_array_equal(found.ordinary, [False, True, True, True, True, True])
    # the first against 300 of 500; the second against 61 + 58 + 62 + 59 = 240 of 400
    np.testing.assert_allclose(found.comparison.difference[:2], [0.2 - 0.6, 0.6 - 0.6], atol=1e-12)
    assert found.q[0] < 1e-6
    assert (found.q[1:] > 0.5).all()


def test_where_nobody_differs_it_is_the_comparison_with_the_rest() -> None:
    won, n = np.array([[30.0, 4.0], [28.0, 6.0], [33.0, 5.0]]), np.array([[90.0, 20.0]] * 3)
    found, plain = compare_with_ordinary(won, n), compare(*against_the_rest(won, n))
    assert found.ordinary.all()
    for one, other in zip(found.comparison, plain, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (plain.observed - plain.expected).sum() == pytest.approx(0)


def test_at_most_half_is_left_out_and_none_are_no_error() -> None:
    # two camps of three: nobody can say which is the ordinary one
    found = compare_with_ordinary([[10]] * 3 + [[90]] * 3, [[100]] * 6)
    assert found.ordinary.sum() >= 3
    assert len(compare_with_ordinary(np.zeros((0, 2)), np.zeros((0, 2))).q) == 0
    assert np.isnan(compare_with_ordinary([[3]], [[5]]).q).all()


def test_false_discoveries_stay_at_the_rate_promised_where_some_truly_differ() -> None:
    # 20 groups, each with its own mix of 8 strata, 3 of them at half the odds; nominal 10 %. 120 runs: four
    # standard errors of a mean of about 0.08 with a deviation of 0.14 are 5 points
    random = np.random.default_rng(8)
    false, naive, power = [], [], []
    for _ in range(120):
        base = random.normal(-0.6, 0.8, 8)
        n = np.array([random.multinomial(300, part) for part in random.dirichlet(np.full(8, 1.5), 20)])
        effect = np.where(np.arange(20) < 3, np.log(0.5), 0.0)
        won = random.binomial(n, expit(base + effect[:, None]))
        reported = compare_with_ordinary(won, n).q <= 0.1
        false.append(reported[3:].sum() / max(reported.sum(), 1))
        power.append(reported[:3].mean())
        rest = benjamini_hochberg(compare(*against_the_rest(won, n)).p) <= 0.1
        naive.append(rest[3:].sum() / max(rest.sum(), 1))
    assert np.mean(false) < 0.13
    assert np.mean(naive) > 0.16, "comparing with all others reports ordinary groups as better"
    assert np.mean(power) > 0.95


def test_thousands_of_groups_are_quick() -> None:
    random = np.random.default_rng(9)
    n = random.poisson(2.0, (1_500, 50))
    effect = np.where(np.arange(1_500) < 45, -1.5, 0.0)[:, None]
    won = random.binomial(n, expit(-0.5 + effect))
    start = time.process_time()
    found = compare_with_ordinary(won, n)
    assert time.process_time() - start < 10  # about 1 on the machine it was written on
    assert 30 <= (~found.ordinary).sum() <= 70


def trials(seed: int, rows: int) -> tuple[np.ndarray, ...]:
    """Pool, group, stratum and success of single trials; some groups are much worse, some pools small."""
    random = np.random.default_rng(seed)
    pool = random.integers(0, 4, rows) ** 2
    group, stratum = random.integers(-1, 8, rows), random.integers(0, 5, rows)
    success = random.random(rows) < expit(0.4 * stratum - np.where(group == 3, 2.0, 0.5))
    return pool, group, stratum, success


@pytest.mark.parametrize(("seed", "rows"), [(1, 4_000), (2, 300), (3, 40), (4, 1)])
def test_pools_are_compared_as_if_each_were_alone(seed: int, rows: int) -> None:
    pool, group, stratum, success = trials(seed, rows)
    found = compare_in_pools(pool, group, stratum, success)
    np.testing.assert_array_equal(
        np.stack([found.pool, found.group], axis=1), np.unique(np.stack([pool, group], axis=1), axis=0)
    )
    for one in np.unique(pool):
        here, rows_here = found.pool == one, pool == one
        names, at = np.unique(group[rows_here], return_inverse=True)
        n, won = np.zeros((2, len(names), 5))
        np.add.at(n, (at, stratum[rows_here]), 1)
        np.add.at(won, (at, stratum[rows_here]), success[rows_here])
        alone = compare_with_ordinary(won, n)
        np.testing.assert_array_equal(found.ordinary[here], alone.ordinary)
        np.testing.assert_allclose(found.q[here], alone.q, rtol=1e-9)
        for name, values in alone.comparison._asdict().items():
            pooled = getattr(found.comparison, name)[here]
            np.testing.assert_allclose(
                pooled.astype(float), values.astype(float), rtol=1e-9, atol=1e-12, err_msg=name
            )
    if rows == 4_000:
        assert not found.ordinary.all(), "the worse group is left out"


def test_pools_put_together_are_compared_as_by_themselves() -> None:
    made = [Pools.of(*trials(seed, rows)) for seed, rows in ((5, 2_000), (6, 300))]
    together = Pools.together(made)
    judged, alone = together.tested(0.1, 5.0), [one.tested(0.1, 5.0) for one in made]
    for name in ("q", "ordinary"):
        np.testing.assert_array_equal(
            getattr(judged, name), np.concatenate([getattr(one, name) for one in alone]), err_msg=name
        )
    assert not judged.ordinary.all()
    for number, column in enumerate(judged.departure):
        np.testing.assert_allclose(column, np.concatenate([one.departure[number] for one in alone]), rtol=1e-12)


def test_no_trials_in_pools_are_no_error() -> None:
    found = compare_in_pools([], [], [], [])
    assert len(found.pool) == len(found.q) == len(found.comparison.p) == 0


def test_who_has_nearly_all_the_deals_is_left_out_before_the_few_others() -> None:
    # 617 of 640 against 4 of 160: by the far smaller p, though the others' p are exact and tiny, too
    found = compare_with_ordinary([[617], [2], [0], [0], [1], [0], [1]], [[640], *[[27]] * 5, [25]], criterion=10)
    assert found.ordinary.tolist() == [False, *[True] * 6]
    assert found.comparison.difference[0] == pytest.approx(617 / 640 - 4 / 160)
