"""Periods, against pandas' own fiscal calendars and by hand."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesreport.errors import ConfigError
from salesreport.language import Language
from salesreport.period import Kind, Period

DAYS = st.dates(dt.date(1990, 2, 1), dt.date(2060, 1, 1))
STARTS = st.integers(1, 12)


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("2017", "2017-01-01", "2017-12-31"),
        ("2017-H1", "2017-01-01", "2017-06-30"),
        ("2017-H2", "2017-07-01", "2017-12-31"),
        ("2017-Q4", "2017-10-01", "2017-12-31"),
        ("2017-q4", "2017-10-01", "2017-12-31"),
        ("2016-02", "2016-02-01", "2016-02-29"),
        ("2017-W50", "2017-12-11", "2017-12-17"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2017-01-01..2017-03-31", "2017-01-01", "2017-03-31"),
        (2017, "2017-01-01", "2017-12-31"),
    ],
)
def test_every_form(written: str, start: str, end: str) -> None:
    period = Period.parse(written)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    "written",
    ["", "17", "2017-Q5", "2017-H0", "2017-13", "2017-W60", "2017-W00",
     "2017-02-30..2017-03-01", "2017-03-31..2017-01-01"],
)  # fmt: skip
def test_what_is_no_period_is_said(written: str) -> None:
    with pytest.raises(ConfigError) as error:
        Period.parse(written)
    assert "2017-Q4" in str(error.value)  # it names the forms
    assert f"“{written}”" in str(error.value)


@given(DAYS, STARTS)
def test_quarters_and_years_are_those_of_pandas(day: dt.date, start: int) -> None:
    # pandas names a fiscal calendar after the month it ends in
    last = ["DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV"][start - 1]
    quarter, year = pd.Period(day, f"Q-{last}"), pd.Period(day, f"Y-{last}")
    mine = Period.of(day, "quarter", start)
    assert mine.name == f"{quarter.qyear}-Q{quarter.quarter}"
    assert (mine.start, mine.end) == (quarter.start_time.date(), quarter.end_time.date())
    mine = Period.of(day, "year", start)
    assert mine.name == str(year.year)
    assert (mine.start, mine.end) == (year.start_time.date(), year.end_time.date())


@given(DAYS, STARTS, st.sampled_from(["year", "half", "quarter", "month", "week"]))
def test_periods_tile_time_and_read_back(day: dt.date, start: int, kind: str) -> None:
    period = Period.of(day, kind, start)  # type: ignore[arg-type]
    assert period.start <= day <= period.end
    assert period.previous().end == period.start - dt.timedelta(1)
    assert period.previous().kind == kind
    assert period.previous(3) == period.previous().previous().previous()
    assert Period.parse(period.name, start) == period
    assert period.trailing(3)[-1] == period


def test_the_span_before_is_as_long() -> None:
    assert Period.parse("2017-01-10..2017-01-19").previous().name == "2016-12-31..2017-01-09"
    # whole months go back by months, though these have not as many days
    assert Period.parse("2017-03-01..2017-04-30").previous().name == "2017-01-01..2017-02-28"


def test_a_year_before() -> None:
    assert Period.parse("2017-Q4").year_before().name == "2016-Q4"
    assert Period.parse("2016-02").year_before().name == "2015-02"
    assert Period.parse("2020-W53").year_before().name == "2019-W52"  # 2019 has no week 53
    assert Period.parse("2016-02-01..2016-02-29").year_before().name == "2015-02-01..2015-02-28"
    assert Period.parse("2017-Q1", 4).year_before().name == "2016-Q1"


def test_comparison_by_word_or_period() -> None:
    quarter = Period.parse("2017-Q4")
    assert quarter.comparison("previous", quarter.end).name == "2017-Q3"
    assert quarter.comparison("year_before", quarter.end).name == "2016-Q4"
    assert quarter.comparison("2017-Q1", dt.date(2020, 1, 1)).name == "2017-Q1"
    with pytest.raises(ConfigError):
        quarter.comparison("last", quarter.end)


@pytest.mark.parametrize(
    ("period", "day", "other", "end"),
    [
        ("2025", "2025-06-30", "2024", "2024-06-30"),  # six months, of 182 days in the leap year
        ("2025", "2025-02-28", "2024", "2024-02-29"),  # two whole months
        ("2024", "2024-02-29", "2023", "2023-02-28"),
        ("2025-Q2", "2025-05-15", "2025-Q1", "2025-02-15"),
        ("2025-Q2", "2025-05-30", "2025-Q1", "2025-02-28"),  # not 2 March
        ("2025-Q2", "2025-06-29", "2025-Q1", "2025-03-29"),
        ("2025-Q2", "2025-06-30", "2025-Q1", "2025-03-31"),  # it is over
        ("2025-Q2", "2025-07-09", "2025-Q1", "2025-03-31"),
        ("2025-03", "2025-03-30", "2025-02", "2025-02-28"),
        ("2025-W20", "2025-05-14", "2024-W20", "2024-05-15"),  # Wednesday
        ("2025-01-10..2025-01-19", "2025-01-12", "2024-12-31..2025-01-09", "2025-01-02"),
        ("2025-Q2", "2025-06-15", "2024-04", "2024-04-30"),  # there is no more of it
    ],
)
def test_as_far_as_a_period_has_come(period: str, day: str, other: str, end: str) -> None:
    own, known = Period.parse(period), dt.date.fromisoformat(day)
    part = Period.parse(other).as_far_as(own, known)
    assert (part.start, part.end) == (Period.parse(other).start, dt.date.fromisoformat(end))
    assert part.as_far_as(own, known) == part


def test_what_a_part_is_called() -> None:
    day = dt.date(2025, 6, 30)
    part = Period.parse("2024").as_far_as(Period.parse("2025"), day)
    assert (str(part.label), str(part.short_label)) == ("2024 up to June 30", "2024 up to Jun 30")
    assert Language("de").say(part.label) == "2024 bis 30. Juni"
    assert (part.name, part.whole) == ("2024-01-01..2024-06-30", Period.parse("2024"))
    assert part == Period.parse(part.name)
    span = Period.parse("2024-12-31..2025-01-09").as_far_as(
        Period.parse("2025-01-10..2025-01-19"), dt.date(2025, 1, 12)
    )
    assert str(span.label) == "the days from Dec 31, 2024 to Jan 2, 2025"


@given(DAYS, st.sampled_from(["year", "half", "quarter", "month", "week"]), STARTS)
def test_the_same_day_of_the_period_before_is_within_it_and_no_later(day: dt.date, kind: Kind, start: int) -> None:
    own = Period.of(day, kind, start)
    part = own.previous().as_far_as(own, day)
    assert own.previous().start == part.start <= part.end <= own.previous().end
    if day < own.end:
        assert abs(part.days - own.until(day).days) <= 3  # months are of 28 to 31 days


def test_mask_takes_both_ends_and_the_zone() -> None:
    days = pd.Series(pd.to_datetime(["2017-09-30", "2017-10-01", "2017-12-31", "2018-01-01", None]))
    assert Period.parse("2017-Q4").mask(days).tolist() == [False, True, True, False, False]
    # 23:30 UTC on 30 September is 1 October in Berlin
    instants = pd.Series(pd.to_datetime(["2017-09-30 23:30"], utc=True)).dt.tz_convert("Europe/Berlin")
    assert Period.parse("2017-Q4").mask(instants).tolist() == [True]
