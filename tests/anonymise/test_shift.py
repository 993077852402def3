"""Days move by whole weeks and stay the same day of the same month; the calendar of Python is the oracle."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from salesreport.anonymise.key import Key
from salesreport.anonymise.shift import choose
from salesreport.period import Period

KEYS = some.binary(min_size=32, max_size=32).map(Key)


@settings(deadline=None, max_examples=40)
@given(KEYS, some.dates(dt.date(1990, 1, 1), dt.date(2026, 12, 31)), some.integers(0, 4000))
def test_every_day_of_the_span_keeps_its_place_in_the_calendar(key: Key, first: dt.date, days: int) -> None:
    last = first + dt.timedelta(days)
    shift = choose(first, last, "UTC", key)
    assert shift.days == 7 * shift.weeks != 0
    for ordinal in {*range(first.toordinal(), last.toordinal(), 37), last.toordinal()}:
        day = dt.date.fromordinal(ordinal)
        moved = shift.day(day)
        assert moved == day.replace(year=day.year + shift.years), "February 29 only ever meets its like"
        assert moved.weekday() == day.weekday()
        assert moved.isocalendar()[1:] == day.isocalendar()[1:]
        assert shift.day_back(moved) == day


def test_ten_years_leave_only_the_cycle_of_the_calendar() -> None:
    keys = [Key(bytes([number] * 32)) for number in range(40)]
    found = {choose(dt.date(2016, 1, 1), dt.date(2025, 12, 31), "UTC", key).years for key in keys}
    assert found <= {28, -28}
    # a short span has several, and the key decides
    short = {choose(dt.date(2025, 1, 1), dt.date(2025, 12, 31), "UTC", key).years for key in keys}
    assert len(short) >= 6
    assert short >= {-11} or short >= {6}


@pytest.mark.parametrize("timezone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "UTC"])
def test_instants_keep_their_time_of_day_and_what_lies_between_them(timezone: str) -> None:
    shift = choose(dt.date(2023, 1, 1), dt.date(2026, 12, 31), timezone, Key(bytes(range(32))))
    assert shift.same_clock
    rng = np.random.default_rng(5)
    instants = pd.Series(
        pd.Timestamp("2023-01-01", tz=timezone)
        + pd.to_timedelta(np.sort(rng.integers(0, 3 * 365 * 86_400, 500)), "s")
    ).dt.as_unit("us")
    moved = shift.series(instants)
    assert moved.dtype == instants.dtype
    assert (moved.dt.strftime("%m-%d %H:%M:%S") == instants.dt.strftime("%m-%d %H:%M:%S")).all()
    assert (moved.dt.year == instants.dt.year + shift.years).all()
    assert (moved.diff().dropna() == instants.diff().dropna()).all()


def test_where_summer_time_was_another_the_day_stays() -> None:
    # Turkey has had no winter time since 2016: no shift of such a span keeps it
    shift = choose(dt.date(2012, 1, 1), dt.date(2019, 12, 31), "Europe/Istanbul", Key(bytes(range(32))))
    assert not shift.same_clock
    instants = pd.Series(
        pd.date_range("2015-01-01 23:30", periods=1500, freq="D", tz="Europe/Istanbul")
    ).dt.as_unit("us")
    moved = shift.series(instants)
    assert (moved.dt.strftime("%m-%d") == instants.dt.strftime("%m-%d")).all()


@pytest.mark.parametrize(
    "written", ["2025", "2025-H1", "2025-Q4", "2025-12", "2025-W50", "2025-01-01..2025-03-31"]
)
@pytest.mark.parametrize("start", [1, 4])
def test_periods_stay_what_they_are(written: str, start: int) -> None:
    shift = choose(dt.date(2022, 1, 1), dt.date(2026, 12, 31), "UTC", Key(bytes(range(32))))
    before = Period.parse(written, start)
    after = shift.period(before)
    assert (after.kind, after.days, after.fiscal_year_start) == (before.kind, before.days, start)
    assert (after.start, after.end) == (shift.day(before.start), shift.day(before.end))
    assert after.name.replace(str(2025 + shift.years), "2025") == written


def test_days_at_the_ends_of_time_stay_days() -> None:
    shift = choose(dt.date(2022, 1, 1), dt.date(2026, 12, 31), "UTC", Key(bytes(range(32))))
    assert shift.day(dt.date.max) <= dt.date.max
    assert shift.day(dt.date.min) >= dt.date.min
    wild = choose(dt.date(1, 1, 1), dt.date(2200, 1, 1), "UTC", Key(bytes(range(32))))
    assert wild.years == 28
