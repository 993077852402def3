"""Chances from hazards: against absorbing Markov chains worked out by powers of a matrix."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from salesreport.kpi.forecast import seasonality
from salesreport.kpi.forecast.curves import SHIFTS, between, compose, reaching, tilted
from salesreport.kpi.forecast.hazards import Hazards
from salesreport.kpi.forecast.seasonality import flat

DAY = 20_000


def two_milestones(back: float = 0.0) -> Hazards:
    """Constant daily hazards at two milestones (states 0, 1), nothing before them (state 2, never stayed at)."""
    rate = np.zeros((3, 2, 4))  # advanced, back, lost, won; the first bin is age 0, on which nothing happens
    rate[0, 1] = [0.04, 0.0, 0.02, 0.005]
    rate[1, 1] = [0.0, back, 0.03, 0.06]
    rate[2, 0] = [1.0, 0.0, 0.0, 0.0]
    goes_to = np.zeros((3, 3, 2))
    goes_to[0, 1, 0] = goes_to[2, 0, 0] = goes_to[1, 0, 1] = 1
    goes_to[1, 1, 0] = goes_to[0, 0, 1] = goes_to[2, 2, 1] = 1
    return Hazards([np.array([0, 1])] * 3, rate, goes_to, flat(1), flat(1), 100.0, 2)


def chain(days: int, back: float = 0.0) -> np.ndarray:
    """The chance to have been won within so many days, from each milestone: a power of the daily transitions."""
    step = np.array(
        [
            [1 - 0.065, 0.04, 0.005, 0.02],
            [back, 1 - 0.09 - back, 0.06, 0.03],
            [0, 0, 1, 0],
            [0, 0, 0, 1],
        ]
    )
    return np.linalg.matrix_power(step, days)[:2, 2]


def chances(hazards: Hazards) -> np.ndarray:
    """Of deals aged 5 at both milestones, for days 1–30 and 31–90."""
    curves = compose(hazards, DAY, [(DAY + 1, DAY + 30), (DAY + 31, DAY + 90)], np.array([9, 9, 0]))
    zeros = np.zeros(2)
    return curves.of(np.array([0, 1]), np.array([5, 5]), zeros, zeros + 1)


def test_constant_hazards_make_a_markov_chain() -> None:
    found = chances(two_milestones())
    assert found[:, 0] == pytest.approx(chain(30), abs=1e-12)
    assert found.sum(axis=1) == pytest.approx(chain(90), abs=1e-12)


def test_deals_that_fall_back_come_again() -> None:
    found = chances(two_milestones(back=0.01)).sum(axis=1)
    assert found == pytest.approx(chain(90, back=0.01), abs=2e-3)  # falling back a third time is left out
    assert found[1] > chances(two_milestones()).sum(axis=1)[1] - chain(90)[1] + chain(90, back=0.01)[1] - 2e-3


def test_entering_on_a_later_day_leaves_less_time() -> None:
    curves = compose(two_milestones(), DAY, [(DAY + 1, DAY + 60)], np.array([0, 0, 0]))
    usual = list(SHIFTS).index(0)
    # entered at the end of day 20: on that day nothing happens any more
    assert curves.entering[usual, :2, 20, 0] == pytest.approx(chain(40), abs=1e-12)
    # a new deal passes on to the first milestone at once
    assert curves.entering[usual, 2, 20, 0] == pytest.approx(chain(40)[0], abs=1e-12)


def test_a_better_deal_moves_forward_more_and_leaves_as_often() -> None:
    curves = compose(two_milestones(), DAY, [(DAY + 1, DAY + 400)], np.array([0, 0, 0]))
    odds = {}
    for shift in (0.0, 0.6):
        chance = curves.of(np.array([1]), np.array([0]), np.array([shift]), np.ones(1))[0, 0]
        odds[shift] = chance / (1 - chance)
    assert odds[0.0] == pytest.approx(2, rel=1e-6)  # 0.06 : 0.03, in the long run
    assert odds[0.6] / odds[0.0] == pytest.approx(np.exp(0.6), rel=1e-6)


def test_a_quicker_deal_is_won_sooner_and_no_more_often() -> None:
    for days in (20, 400):
        curves = compose(two_milestones(), DAY, [(DAY + 1, DAY + days)], np.array([0, 0, 0]))
        for pace in (0.7, 1.0, 1.4):
            found = curves.of(np.array([1]), np.array([0]), np.zeros(1), np.array([pace]))[0, 0]
            # a geometric time with 0.09 × pace a day, after which two of three are won
            assert found == pytest.approx(2 / 3 * (1 - (1 - 0.09 * pace) ** days), rel=1e-9)


def test_between_nodes_by_line() -> None:
    table = np.array([[[0.0], [10.0]], [[4.0], [30.0]]])
    found = between(table, np.array([0.0, 2.0]), np.array([0.5, 2.0, 9.0]), np.array([0, 1, 1]))
    assert found[:, 0].tolist() == [1.0, 30.0, 30.0]


def test_reaching_a_milestone_or_the_order_is_an_absorbing_chain() -> None:
    goals = np.array([False, True, False])
    entering, standing = reaching(two_milestones(back=0.01), DAY, DAY + 40, np.array([9, 9, 0]), goals)
    usual = list(SHIFTS).index(0)
    # from the first milestone to the second 0.04 a day, straight to the order 0.005, lost 0.02
    ever = 0.045 / 0.065
    assert standing[0][usual, -1] == pytest.approx(ever * (1 - 0.935**40), abs=1e-12)
    assert (standing[1] == 0).all()  # who is there does not get there any more
    assert entering[usual, 1, 10] == 1
    # entered at the end of day 15: 25 days are left; the way from the beginning leads there at once
    assert entering[usual, 0, 15] == pytest.approx(ever * (1 - 0.935**25), abs=1e-12)


def test_other_odds_at_one_milestone_alone() -> None:
    plain, moved = two_milestones(), tilted(two_milestones(), np.array([0.0, -1.0]))
    np.testing.assert_array_equal(plain.rate[0], moved.rate[0])
    on, lost = moved.rate[1, 1, 3], moved.rate[1, 1, 2]
    assert np.log(on / lost) == pytest.approx(np.log(0.06 / 0.03) - 1)
    assert on + lost == pytest.approx(0.09)


def hazards_by_age(seed: int, quick: float) -> Hazards:
    """Three milestones, the last of them left for an order, and where deals begin; winning has its seasons."""
    rng = np.random.default_rng(seed)
    rate = np.zeros((4, 3, 4))  # state × bin × (advanced, back, lost, won)
    rate[:2, :, 0], rate[:3, :, 2] = rng.uniform(0, quick, (2, 3)), rng.uniform(0, 0.03, (3, 3))
    rate[1:3, :, 3] = rng.uniform(0, quick, (2, 3))
    rate[1, 2, 0] = 0.0  # of those that are long there nobody goes on
    rate[0, 1, 2] = 0.0  # and none of those that are there a while is lost
    rate[3, 0, 0] = 0.9
    goes_to = np.zeros((4, 4, 2))
    goes_to[[0, 1, 3], [1, 2, 0], 0] = 1
    calendar = np.arange(DAY - 1095, DAY)
    won = rng.poisson(3 + 2 * np.sin(calendar / 365.25 * 2 * np.pi))
    winning = seasonality.learn(calendar, won.astype(float), np.full(len(calendar), 3.0), 1)
    other = seasonality.learn(calendar, won[::-1].astype(float), np.full(len(calendar), 3.0), 1)
    return Hazards([np.array([0, 1, 12])] * 4, rate, goes_to, winning, other, 100.0, 3)


def day_by_day(hazards: Hazards, period: tuple[int, int]) -> Callable[..., float]:
    """The chance of a deal at a state, of an age on a day, to be won in the period: one day after the other."""
    days = np.arange(DAY, period[1] + 1)
    other, winning = hazards.other.of(days), hazards.winning.of(days)

    @cache
    def chance(state: int, age: int, day: int) -> float:
        """Of one that has this age on a day and has not left yet."""
        if day >= len(days):
            return 0.0
        rate = hazards.rate[state, np.searchsorted([0, 1, 12], age, side="right") - 1]
        on, lost, won = rate[0] * other[day], rate[2] * other[day], rate[3] * winning[day]
        most = max(on + lost + won, 1.0)
        following = chance(int(hazards.goes_to[state, :, 0].argmax()), 0, day) if on else 0.0
        counts = period[0] <= DAY + day <= period[1] and day > 0
        stays = 1 - (on + lost + won) / most
        return (on * following + won * counts) / most + stays * chance(state, age + 1, day + 1)

    return chance


@pytest.mark.parametrize("quick", [0.1, 0.95])
def test_ages_and_seasons_day_by_day(quick: float) -> None:
    period, oldest = (DAY + 10, DAY + 40), np.array([20, 20, 20, 0])
    for seed, tilt in enumerate(np.random.default_rng(7).normal(0, 0.5, (3, 3))):
        given = hazards_by_age(seed, quick)
        curves = compose(tilted(given, tilt), DAY, [period], oldest)
        for number, shift in enumerate(SHIFTS):
            truth = day_by_day(tilted(given, tilt + shift), period)
            for state in range(4):
                entering = [truth(state, 0, day) for day in range(41)]
                assert curves.entering[number, state, :, 0] == pytest.approx(entering, rel=1e-12, abs=1e-15)
            standing = [truth(1, age + 1, 1) for age in range(12)]  # ages of 12 and more are alike
            assert curves.standing[1][number, :12, 0] == pytest.approx(standing, rel=1e-12, abs=1e-15)
