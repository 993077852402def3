"""Simulated futures: means, shares and shocks against what probability theory says of them."""

import numpy as np
import pytest

from salesreport.kpi.forecast.simulate import New, Open, Samples, Shocks, simulate

NONE = Shocks(0.0, 0.0, 0.0)


def nothing_new(cells: int, periods: int) -> New:
    return New(np.zeros((cells, periods)), np.zeros((cells, periods)), 0.0, np.zeros(cells, np.intp))


def drawn(chance: np.ndarray, paths: int, shocks: Shocks = NONE, seed: int = 1) -> Samples:
    """Of deals of amount 10, the first shared by two cells, 30 : 70."""
    number = len(chance)
    opened = Open(
        chance, np.full(number, 10.0), np.zeros(number), np.append(np.arange(number), 0),
        np.append(np.zeros(number, np.intp), 1), np.append(np.where(np.arange(number) == 0, 0.3, 1.0), 0.7),
        np.zeros(number, np.intp),
    )  # fmt: skip
    return simulate(opened, nothing_new(2, chance.shape[1]), shocks, 2, 1, paths, seed)[0]


def test_a_deal_is_won_once_as_often_as_its_chance() -> None:
    found = drawn(np.array([[0.2, 0.3]]), 40_000)
    team = found.sum(axis=0)
    # standard error of a share of 0.2 or 0.3 in 40,000 paths: 0.0023 at most
    assert (team > 0).mean(axis=1) == pytest.approx([0.2, 0.3], abs=0.01)
    assert not ((team[0] > 0) & (team[1] > 0)).any()
    assert set(np.unique(team.round(9))) == {0.0, 10.0}
    assert found[1] == pytest.approx(team * 0.7)  # shares are shares on every path


def test_independent_deals_are_binomial_and_common_shocks_widen() -> None:
    chance = np.full((400, 1), 0.25)
    plain, shaken = (drawn(chance, 4000, shocks).sum(axis=(0, 1)) / 10 for shocks in (NONE, Shocks(0.2, 0.0, 0.0)))
    assert plain.mean() == pytest.approx(100, abs=1)
    assert plain.std() == pytest.approx(np.sqrt(400 * 0.25 * 0.75), rel=0.06)
    # the shock moves the cumulative hazard by a fifth: 100 · 0.2 · (0.75 ln(1/0.75) / 0.25) ≈ 17.3 beside 8.7
    assert shaken.std() == pytest.approx(np.hypot(8.66, 17.3), rel=0.1)


def test_new_deals_are_compound_poisson() -> None:
    new = New(np.array([[5.0]]), np.array([[10.0]]), 0.5, np.zeros(1, np.intp))
    nobody = Open(
        np.zeros((0, 1)), np.zeros(0), np.zeros(0), np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0),
        np.zeros(0, np.intp),
    )  # fmt: skip
    _, found = simulate(nobody, new, NONE, 1, 1, 40_000, 3)
    assert found.mean() == pytest.approx(50, rel=0.02)
    assert found.var() == pytest.approx(5 * 10**2 * (1 + 0.5**2), rel=0.05)  # λ E[X²]
    assert (found == 0).mean() == pytest.approx(np.exp(-5), abs=0.002)


def test_the_same_seed_gives_the_same_paths() -> None:
    chance = np.full((5000, 2), 0.1)
    assert (drawn(chance, 300, seed=5) == drawn(chance, 300, seed=5)).all()
    assert (drawn(chance, 300, seed=5) != drawn(chance, 300, seed=6)).any()


def test_more_deals_than_are_drawn_at_a_time() -> None:
    found = drawn(np.full((9000, 1), 0.5), 1000)  # 4,000 at a time
    assert found.sum(axis=(0, 1)).mean() == pytest.approx(45_000, rel=0.005)
