"""What a forecast reckons with, in words; by hand."""

import datetime as dt
from typing import Any, cast

import numpy as np

from salesreport.kpi.forecast.drift import Drift
from salesreport.kpi.forecast.inputs import Came, came, looked_back, new_deals
from salesreport.period import Period

DAY = dt.date(2025, 6, 30)
NUMBER = (DAY - dt.date(1970, 1, 1)).days


class Steady:
    """Two new deals a day, for ever."""

    def expected(self, day: int, horizon: int) -> np.ndarray:
        """As `Arrivals.expected`: none more on the day itself."""
        return np.append(0.0, np.full(horizon, 2.0))


class Entered:
    """New deals, one on each of some days before the as-of date; those beside them have no date of their own."""

    def __init__(self, ago: list[int]) -> None:
        self.day, undated = NUMBER, [1] * 7
        self.entered = NUMBER - np.array([*ago, *undated])
        self.begins = np.ones(len(self.entered), bool)
        self.dated = np.array([True] * len(ago) + [False] * len(undated))


def said(ago: list[int], period: str) -> str:
    (text,) = new_deals(cast(Any, Entered(ago)), cast(Any, Steady()), DAY, Period.parse(period))
    return str(text)


def test_new_deals_by_hand() -> None:
    # one on each of 182 days; two on each of the 92 days of Q3, 184 in the half year that is left of 2025
    every = list(range(182))
    assert said(every, "2025-Q3") == (
        "91 new deals came in the 13 weeks up to Jun 30, 2025, 91 in the 13 weeks before. "
        "The forecast reckons with 184 new deals in Q3 2025."
    )
    assert said(every, "2025").endswith(
        "The forecast reckons with 368 new deals in the rest of 2025, 182 in 13 weeks."
    )
    # Q4 begins 93 days on: only its own days count
    assert said(every, "2025-Q4").endswith("The forecast reckons with 184 new deals in Q4 2025.")
    fewer = [*range(0, 91, 7), *range(91, 182)]
    assert said(fewer, "2025-Q3").startswith(
        "13 new deals came in the 13 weeks up to Jun 30, 2025, 91 in the 13 weeks before: "
        "fewer by more than chance. "
    )
    assert "more by more than chance" in said([*range(91), *range(91, 182, 7)], "2025-Q3")


def test_a_short_past_is_no_comparison() -> None:
    assert new_deals(cast(Any, Entered([*range(120)])), cast(Any, Steady()), DAY, Period.parse("2025-Q3")) == ()
    assert came(np.array([], int), NUMBER) is None
    assert came(NUMBER - np.array([0, 0, 181]), NUMBER) == Came(2, 1, 0)


def test_chance_alone_is_seldom_called_a_move() -> None:
    random = np.random.default_rng(11)
    moved = [
        found.moved
        for _ in range(600)
        if (found := came(NUMBER - np.append(random.integers(0, 182, random.poisson(80)), 181), NUMBER))
        is not None
    ]
    assert len(moved) == 600
    assert np.mean(np.abs(moved)) < 0.07  # 5 % and some for luck


def test_how_far_it_was_off() -> None:
    assert looked_back(Drift(1.0, 0.1, 0.1, 0)) == ()
    (text,) = looked_back(Drift(1.0, 0.1, 0.1, 2, (0.834, 1.127), 92))
    assert str(text) == "A look back at 2 earlier days: over 92 days, 83% to 113% of the deals expected were won."
