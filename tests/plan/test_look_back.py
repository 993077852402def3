"""Wins in time against what hazards expect, on a few deals worked out by hand."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesreport.kpi.forecast.hazards import Hazards
from salesreport.kpi.forecast.seasonality import flat
from salesreport.kpi.forecast.ways import Ways
from salesreport.kpi.milestones.journeys import LOST, WON
from salesreport.period import Period
from salesreport.plan.look_back import number_of, ratios

AS_OF = dt.date(2025, 12, 31)
DAY = number_of(AS_OF)


def hazards() -> Hazards:
    """One milestone, left for an order with 0.02 a day, for good with 0.03; nobody is before it."""
    rate = np.zeros((2, 2, 4))
    rate[0, 1] = [0, 0, 0.03, 0.02]
    return Hazards([np.array([0, 1])] * 2, rate, np.ones((2, 2, 2)) / 2, flat(1), flat(1), 9.0, 1)


def ways(entered: list[int], won: list[int | None]) -> Ways:
    """Deals at the milestone, entered so many days ago, and won so many days ago."""
    size = len(entered)
    last = np.array([DAY - (one or 0) for one in won])
    reps = pd.Categorical(["R1"] * size)
    return Ways(
        DAY, 2, 1, True, np.arange(size), np.zeros(size, np.intp), DAY - np.array(entered), last,
        np.array([LOST if one is None else WON for one in won], np.int8), np.full(size, -1), np.ones(size, bool),
        np.zeros(size, bool), reps, reps,
    )  # fmt: skip


def test_by_hand() -> None:
    nobody: Any = SimpleNamespace(shift=lambda deals, rep: np.zeros(len(deals)))
    period = Period.parse("2026-Q1")  # 90 days: looked back from days 90, 120, 150 … ago, ten days count
    # 85 days ago: seen from day 90 (85 days left), won in time; 112: from day 120 (82 left), won a day too late;
    # 148: from day 150 (88 left), lost; 100: on none of the ten days after a look
    given = ways([85, 112, 148, 100, 200], [20, 29, None, 40, None])
    found = ratios(given, hazards(), nobody, 1, period, np.array([10, 10]))
    had = 1
    could = sum(0.4 * (1 - 0.95**left) for left in (85, 82, 88))
    assert found[1] == pytest.approx((had + 8) / (could + 8), rel=1e-9)
    assert found[0] == 1
