"""Relative periods, worked out by hand with a calendar."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesreport.errors import ConfigError
from salesreport.period import Period
from salesreport.relative import NAMES, UNITS, asked_period, is_relative


def days(written: str, as_of: str, start: int = 1) -> str:
    period = asked_period(written, dt.date.fromisoformat(as_of), start).period
    return f"{period.name}: {period.start}..{period.end}"


@pytest.mark.parametrize(
    ("written", "as_of", "start", "expected"),
    [
        # a month is complete on its last day, not the day before
        ("last-month", "2017-12-31", 1, "2017-12: 2017-12-01..2017-12-31"),
        ("last-month", "2017-12-30", 1, "2017-11: 2017-11-01..2017-11-30"),
        ("last-month", "2018-01-01", 1, "2017-12: 2017-12-01..2017-12-31"),
        ("this-month", "2017-12-31", 1, "2017-12: 2017-12-01..2017-12-31"),
        ("this-month", "2018-01-01", 1, "2018-01: 2018-01-01..2018-01-31"),
        # 29 February: on the 28th of a leap year the month is not over, on that of another year it is
        ("last-month", "2024-02-28", 1, "2024-01: 2024-01-01..2024-01-31"),
        ("last-month", "2024-02-29", 1, "2024-02: 2024-02-01..2024-02-29"),
        ("last-month", "2023-02-28", 1, "2023-02: 2023-02-01..2023-02-28"),
        ("last-year", "2024-02-29", 1, "2023: 2023-01-01..2023-12-31"),
        ("last-12-months", "2024-02-29", 1, "2023-03-01..2024-02-29: 2023-03-01..2024-02-29"),
        # fiscal years from April are named after the year they end in: 9 May 2017 is in 2018-Q1
        ("this-quarter", "2017-05-09", 4, "2018-Q1: 2017-04-01..2017-06-30"),
        ("last-quarter", "2017-05-09", 4, "2017-Q4: 2017-01-01..2017-03-31"),
        ("last-quarter", "2017-06-30", 4, "2018-Q1: 2017-04-01..2017-06-30"),
        ("last-year", "2018-03-30", 4, "2017: 2016-04-01..2017-03-31"),
        ("last-year", "2018-03-31", 4, "2018: 2017-04-01..2018-03-31"),
        ("this-year", "2018-03-31", 4, "2018: 2017-04-01..2018-03-31"),
        ("this-half", "2017-10-01", 4, "2018-H2: 2017-10-01..2018-03-31"),
        # quarters from February: February to April
        ("last-quarter", "2017-05-01", 2, "2018-Q1: 2017-02-01..2017-04-30"),
        # 31 December 2017 is a Sunday, the last day of week 52; 3 January 2021 of week 53 of 2020
        ("last-week", "2017-12-31", 1, "2017-W52: 2017-12-25..2017-12-31"),
        ("last-week", "2017-12-30", 1, "2017-W51: 2017-12-18..2017-12-24"),
        ("last-week", "2021-01-03", 1, "2020-W53: 2020-12-28..2021-01-03"),
        ("this-week", "2021-01-02", 7, "2020-W53: 2020-12-28..2021-01-03"),
        ("last-4-weeks", "2017-12-31", 1, "2017-12-04..2017-12-31: 2017-12-04..2017-12-31"),
        ("last-4-weeks", "2018-01-03", 1, "2017-12-04..2017-12-31: 2017-12-04..2017-12-31"),
        ("last-2-quarters", "2017-05-09", 4, "2016-10-01..2017-03-31: 2016-10-01..2017-03-31"),
        ("last-2-halves", "2017-12-31", 1, "2017-01-01..2017-12-31: 2017-01-01..2017-12-31"),
        # one is the unit itself, and people write as they speak
        ("last-1-month", "2017-12-31", 1, "2017-12: 2017-12-01..2017-12-31"),
        (" Last 3 months ", "2017-12-31", 1, "2017-10-01..2017-12-31: 2017-10-01..2017-12-31"),
        # forms of their own stay what they are
        ("2017-Q4", "2020-01-01", 1, "2017-Q4: 2017-10-01..2017-12-31"),
    ],
)
def test_by_hand(written: str, as_of: str, start: int, expected: str) -> None:
    assert days(written, as_of, start) == expected


@given(st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)), st.sampled_from(UNITS), st.integers(1, 12))
def test_the_last_one_is_over_and_the_next_is_not(day: dt.date, unit: str, start: int) -> None:
    last, this = (asked_period(f"{which}-{unit}", day, start).period for which in ("last", "this"))
    assert last.end <= day < Period.of(last.end + dt.timedelta(1), last.kind, start).end
    assert this.start <= day <= this.end
    five = asked_period(f"last-5-{'halves' if unit == 'half' else unit + 's'}", day, start).period
    assert (five.start, five.end) == (last.previous(4).start, last.end)


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("last-moth", "last-month"),
        ("lastquarter", "last-quarter"),
        ("this-qarter", "this-quarter"),
        ("last-4-week s", "last-4-weeks"),
        ("last-12-month-s", "last-12-months"),
        ("next-month", "this-month"),
        ("yesterday", None),
        ("last-0-weeks", None),
        ("last-100-weeks", None),
        ("2017-Q5", None),
    ],
)
def test_an_unknown_one_is_named_with_the_nearest(written: str, near: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        asked_period(written, dt.date(2017, 12, 31))
    assert "last-month, this-quarter, last-year, last-4-weeks" in str(caught.value)
    assert "2017-Q4" in str(caught.value)
    if near is not None:
        assert caught.value.nearest == near


def test_what_is_relative() -> None:
    assert all(is_relative(name) for name in NAMES)
    assert not any(is_relative(one) for one in ("2017", "last", "month", "last-months", "this-3-months"))
    asked = asked_period("Last_Month", dt.date(2017, 12, 31))
    assert (asked.written, str(asked.said)) == (
        "last-month",
        "“last-month” as of Dec 31, 2017, the day of the data",
    )
    assert asked_period(2017, dt.date(2020, 1, 1)).said is None


def test_there_is_nothing_before_the_first_year() -> None:
    with pytest.raises(ConfigError, match="no such period yet"):
        asked_period("last-99-years", dt.date(40, 1, 1))
