"""Dates that are numbers. 45,658 is 2025-01-01 in every spreadsheet; 1,735,689,600 is its first second in UTC."""

import datetime as dt

import pyarrow as pa
import pytest

from salesreport.ingest.cells.numbered_days import numbered_days
from salesreport.ingest.cells.parse_dates import read_dates
from salesreport.ingest.cells.raw import RawColumn
from salesreport.language import Language


def texts(*cells):
    return RawColumn(pa.array(cells, pa.string()))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (texts("45658", "45658.75", None), [dt.datetime(2025, 1, 1), dt.datetime(2025, 1, 1, 18), None]),
        (texts("45658,75", "-"), [dt.datetime(2025, 1, 1, 18), None]),
        (texts("1735689600", "n/a", "0"), [dt.datetime(2025, 1, 1), None, None]),
        (texts("1735689600123"), [dt.datetime(2025, 1, 1, 0, 0, 0, 123_000)]),
        (RawColumn(pa.array([1_735_689_600, None], pa.int64())), [dt.datetime(2025, 1, 1), None]),
        (RawColumn(pa.array([1_735_689_600_000], pa.int64())), [dt.datetime(2025, 1, 1)]),
        (RawColumn.of_cells([45658.0, None]), [dt.datetime(2025, 1, 1), None]),
    ],
)
def test_what_they_mean(cells, expected):
    assert numbered_days(cells).moments.tolist() == expected


@pytest.mark.parametrize(
    "cells",
    [
        texts("45658", "1735689600"),  # days and seconds: not one kind
        texts("45658", "2025-01-01"),
        texts("45658", "7"),
        texts("946684799"),  # the last second of 1999
        texts("4102444801"),  # after the first of 2100
        texts("0", "0"),
        texts(None),
        texts("20250101"),
        RawColumn.of_cells([45658.0, "2025-01-01"]),
    ],
)
def test_what_is_left_to_others(cells):
    assert numbered_days(cells) is None


def test_seconds_since_1970_are_in_utc():
    # the last second of 2024 in UTC is the first hour of 2025 in Budapest
    cells = texts("1735689599")
    assert str(read_dates(cells, "dmy", "UTC").values[0].date()) == "2024-12-31"
    assert str(read_dates(cells, "dmy", "Europe/Budapest").values[0].date()) == "2025-01-01"
    # a spreadsheet's days are where the spreadsheet was written
    assert str(read_dates(texts("45657.99"), "dmy", "Europe/Budapest").values[0].date()) == "2024-12-31"


def test_a_dataset_says_how_they_were_read(export):
    dataset = export.deals("B1,Nils,open,45658,,5\nB2,Nils,won,45659,1735689600,5\n")
    notes = [Language("en").say(note) for note in dataset.provenance.notes]
    assert "Column “Created” was read as the day numbers of a spreadsheet: 45658 is 2025-01-01." in notes
    assert "Column “Closed” was read as seconds since 1970: 1735689600 is 2025-01-01 00:00:00 UTC." in notes
