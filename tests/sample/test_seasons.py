import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.sample.columns import day_number
from salesreport.sample.seasons import Calendar, by_month, new_deals, signing_days, working_days

FIRST, LAST = day_number(dt.date(2023, 1, 1)), day_number(dt.date(2025, 12, 31))


def weight(calendar: Calendar, year: int, month: int, day: int) -> float:
    return float(calendar.weight[day_number(dt.date(year, month, day)) - calendar.first])


@pytest.mark.parametrize(
    "calendar", [working_days(FIRST, LAST), signing_days(FIRST, LAST), new_deals(FIRST, LAST)]
)
def test_nothing_happens_on_weekends_and_holidays(calendar):
    for day in ((2024, 6, 1), (2024, 6, 2), (2024, 12, 25), (2024, 12, 26), (2024, 1, 1)):
        assert weight(calendar, *day) == 0
    assert weight(calendar, 2024, 6, 3) > 0  # a Monday


def test_an_active_day_is_a_calendar_day_on_average():
    # 5 of 7 days weigh 7/5; only Christmas and the days after it are missing: under 2 % of a year
    assert working_days(FIRST, LAST).weight.mean() == pytest.approx(1, abs=0.02)


def test_contracts_bunch_at_the_quarters_end():
    calendar = signing_days(FIRST, LAST)
    # 2024-06-28 is among the last ten days, 2024-06-19 is not: three times as much
    assert weight(calendar, 2024, 6, 28) == pytest.approx(3 * weight(calendar, 2024, 6, 19))
    # 2024-04-19 is among the first twenty days of its quarter, 2024-04-22 is not
    assert weight(calendar, 2024, 4, 19) == pytest.approx(0.6 * weight(calendar, 2024, 4, 22))


def test_season_by_month_is_the_mean_weight():
    season = by_month(signing_days(FIRST, LAST))
    assert list(season.index) == list(range(1, 13))
    assert season.mean() == pytest.approx(1)
    assert season.idxmax() in (3, 6, 9, 12)
    assert season[[3, 6, 9, 12]].min() > season[[2, 5, 8, 11]].max()


@settings(max_examples=50, deadline=None)
@given(start=st.integers(0, LAST - FIRST), wait=st.floats(1e-6, 2_000))
def test_after_is_later_and_on_a_day_that_counts(start, wait):
    calendar = working_days(FIRST, LAST)
    day = calendar.after(np.array([FIRST + start], dtype=np.int32), np.array([wait]))[0]
    assert day > FIRST + start
    if day <= LAST:
        assert calendar.weight[day - FIRST] > 0
        # the weight passed since then covers the wait, and did not the day before
        passed = calendar.weight[start + 1 : day - FIRST + 1].sum()
        assert passed >= wait - 1e-6
        assert passed - calendar.weight[day - FIRST] < wait + 1e-6


def test_working_day_goes_back_to_friday_but_not_too_far():
    calendar = working_days(FIRST, LAST)
    sunday = np.array([day_number(dt.date(2024, 6, 2))] * 2, dtype=np.int32)
    found = calendar.working_day(sunday, np.array([FIRST, sunday[0] - 1], dtype=np.int32))
    assert found.tolist() == [day_number(dt.date(2024, 5, 31)), sunday[0] - 1]
