"""Dates as exports write them; each expected day is what the text says, read by a person."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.errors import DataError
from salesreport.ingest.cells.parse_dates import date_order, read_dates, read_instants
from salesreport.ingest.cells.raw import Place, RawColumn


def column(*texts):
    return RawColumn(pa.array(texts, pa.string())), Place("f.csv", "deals", "Closed", np.arange(2, len(texts) + 2))


def dates(*texts, order=None, timezone="UTC"):
    cells = column(*texts)
    read = read_dates(cells[0], date_order([cells], order), timezone)
    return [None if pd.isna(day) else day.date().isoformat() for day in read.values], read.bad.tolist()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2025-12-31"], "2025-12-31"),
        (["2025-12-31 14:30:00"], "2025-12-31"),
        (["2025-12-31T14:30:00.123"], "2025-12-31"),
        (["20251231"], "2025-12-31"),
        (["31.12.2025"], "2025-12-31"),
        (["31. 12. 2025"], "2025-12-31"),
        (["2025. 12. 31."], "2025-12-31"),
        (["2025. 12. 31. 14:30"], "2025-12-31"),
        (["2025/12/31"], "2025-12-31"),
        (["12/31/25"], "2025-12-31"),
        (["12/31/2025 2:30 PM"], "2025-12-31"),
        (["31/12/2025, 14:30"], "2025-12-31"),
        (["1/2/2025", "12/31/2025"], "2025-01-02"),
        (["1/2/2025", "31/12/2025"], "2025-02-01"),
        (["12/31/68"], "2068-12-31"),
        (["12/31/69"], "1969-12-31"),
        (["99-12-31"], "1999-12-31"),
        (["46022"], "2025-12-31"),  # 45,658 is 2025-01-01 in every spreadsheet; 364 days later
        (["46022.75", "45658"], "2025-12-31"),
        (["29.02.2024"], "2024-02-29"),
    ],
)
def test_dates(texts, expected):
    days, bad = dates(*texts)
    assert days[0] == expected
    assert not any(bad)


@pytest.mark.parametrize(
    "bad",
    ["29.02.2025", "31.04.2025", "00.01.2025", "2025-13-01", "yesterday", "2025", "1.1.225", "12:30", "0217-01-01",
     "2025-01-01 25:00"],
)  # fmt: skip
def test_what_is_no_date(bad):
    days, wrong = dates("31.12.2025", bad)
    assert days == ["2025-12-31", None]
    assert wrong == [False, True]


def test_ambiguous_order_shows_an_example():
    with pytest.raises(DataError) as caught:
        dates("2025-01-31", "03/04/2025", "05/06/2025")
    error = caught.value
    assert (error.column, error.rows, error.found) == ("Closed", [3], ["03/04/2025"])
    assert "Declare “date_order”" in str(error)


def test_contradicting_orders_are_an_error():
    with pytest.raises(DataError, match="contradict each other"):
        dates("31/12/2025", "12/31/2025")


@pytest.mark.parametrize(("order", "expected"), [("dmy", "2025-04-03"), ("mdy", "2025-03-04")])
def test_declared_order(order, expected):
    assert dates("03/04/2025", order=order)[0] == [expected]


def test_declared_order_sets_the_others_aside():
    assert dates("31/12/2025", "12/31/2025", order="dmy") == (["2025-12-31", None], [False, True])


def test_evidence_of_one_column_holds_for_the_file():
    assert date_order([column("03/04/2025"), column("12/31/2025")], None) == "mdy"


def test_no_order_is_needed_where_it_makes_no_difference():
    assert dates("05/05/2025", "11.11.2025")[0] == ["2025-05-05", "2025-11-11"]


def test_numbers_outside_a_spreadsheets_days_are_no_dates():
    assert dates("46022", "7")[1] == [True, True]


def test_typed_cells_of_a_workbook_and_serials():
    cells = RawColumn.of_cells([46022.0, 45658.0, None])
    read = read_dates(cells, "dmy", "UTC")
    assert read.values.dt.strftime("%Y-%m-%d").tolist()[:2] == ["2025-12-31", "2025-01-01"]
    cells = RawColumn.of_cells([dt.datetime(2025, 12, 31, 23, 59), dt.date(2025, 1, 1), None])
    read = read_dates(cells, "dmy", "UTC")
    assert read.values.dt.strftime("%Y-%m-%d").tolist()[:2] == ["2025-12-31", "2025-01-01"]


def test_an_offset_turns_into_the_datasets_zone():
    # 23:30 in UTC is half past midnight of the next day in Budapest in winter (+01:00)
    days, _ = dates("2025-12-30T23:30:00Z", "2025-12-30 23:30:00", timezone="Europe/Budapest")
    assert days == ["2025-12-31", "2025-12-30"]


def test_instants():
    read = read_instants(column(
        "2025-07-01 12:00", "2025-07-01T12:00:00+00:00", "2025-07-01 12:00:00.5 -05:30", None, "never"
    )[0], "dmy", "Europe/Budapest")  # fmt: skip
    # Budapest is at +02:00 in July; 12:00 at -05:30 is 17:30 UTC
    expected = ["2025-07-01T10:00:00", "2025-07-01T12:00:00", "2025-07-01T17:30:00.5"]
    assert read.values.dt.tz_convert("UTC").dt.tz_localize(None)[:3].tolist() == [
        pd.Timestamp(at) for at in expected
    ]
    assert str(read.values.dtype) == "datetime64[us, Europe/Budapest]"
    assert read.bad.tolist() == [False, False, False, False, True]


def test_instants_in_hours_that_occur_twice_or_never():
    # 2025-10-26 02:30 occurs twice in Budapest (the first is at +02:00); 2025-03-30 02:30 never, 03:00 is next
    read = read_instants(column("2025-10-26 02:30", "2025-03-30 02:30")[0], "dmy", "Europe/Budapest")
    utc = read.values.dt.tz_convert("UTC").dt.strftime("%Y-%m-%d %H:%M").tolist()
    assert utc == ["2025-10-26 00:30", "2025-03-30 01:00"]


@pytest.mark.parametrize(
    ("text", "hour"), [("12:05 AM", 0), ("12:05 PM", 12), ("1:05 pm", 13), ("11:05 a.m.", 11)]
)
def test_hours_of_half_days(text, hour):
    read = read_instants(column(f"12/31/2025 {text}")[0], "mdy", "UTC")
    assert (read.values[0].hour, read.values[0].minute) == (hour, 5)


def test_typed_instants():
    cells = RawColumn(pa.array([dt.datetime(2025, 12, 30, 23, 30)], pa.timestamp("ms", tz="UTC")))
    assert read_dates(cells, "dmy", "Europe/Budapest").values[0] == pd.Timestamp(2025, 12, 31)
    assert read_instants(cells, "dmy", "Europe/Budapest").values[0].isoformat() == "2025-12-31T00:30:00+01:00"


days = st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31)), min_size=1, max_size=20)


@settings(max_examples=25, deadline=None)
@given(days=days)
def test_every_style_says_the_same_day(days):
    days = [*days, dt.date(2025, 12, 31)]
    for style in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%Y. %m. %d.", "%d/%m/%Y %H:%M", "%Y%m%d"):
        read, bad = dates(*(day.strftime(style) for day in days))
        assert read == [day.isoformat() for day in days]
        assert not any(bad)
