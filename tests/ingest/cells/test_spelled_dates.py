"""Dates written with words; each expected day is what the text says, read by a person."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from salesreport.errors import DataError
from salesreport.ingest.cells.parse_dates import date_order, month_names, read_dates, read_instants
from salesreport.ingest.cells.raw import Place, RawColumn


def column(*texts, heading="Closed"):
    return RawColumn(pa.array(texts, pa.string())), Place("f.csv", "deals", heading, np.arange(2, len(texts) + 2))


def instants(*texts, declared=None, timezone="UTC"):
    cells = column(*texts)
    months = month_names([cells], declared)
    read = read_instants(cells[0], date_order([cells], None), timezone, months)
    shown = [None if pd.isna(at) else at.strftime("%Y-%m-%d %H:%M:%S") for at in read.values]
    return shown, read.bad.tolist()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("03 Nov, 2024 18:30:05", "2024-11-03 18:30:05"),  # Zoho Analytics
        ("Nov 3, 2024 06:30 PM", "2024-11-03 18:30:00"),
        ("03-Nov-24", "2024-11-03 00:00:00"),  # Excel, Oracle
        ("03-NOV-24 12.30.05 AM", "2024-11-03 00:30:05"),
        ("03-NOV-24 06.30.05.250000 PM", "2024-11-03 18:30:05"),
        ("03-Nov-98", "1998-11-03 00:00:00"),
        ("03NOV2024", "2024-11-03 00:00:00"),
        ("03NOV2024:18:30:05", "2024-11-03 18:30:05"),  # SAS
        ("2024-Nov-03", "2024-11-03 00:00:00"),
        ("November 3rd, 2024 at 6:30 pm", "2024-11-03 18:30:00"),
        ("Sun, 03 Nov 2024 18:30:05 GMT", "2024-11-03 18:30:05"),  # RFC 5322
        ("Sunday, November 3, 2024", "2024-11-03 00:00:00"),
        ("3. November 2024 um 18:30 Uhr", "2024-11-03 18:30:00"),
        ("So., 3. Nov. 2024", "2024-11-03 00:00:00"),
        ("3 MRZ 2024", "2024-03-03 00:00:00"),
        ("3 nov. 2024 à 18h30", "2024-11-03 18:30:00"),
        ("dimanche 3 février 2024", "2024-02-03 00:00:00"),
        ("3 FEVRIER 2024", "2024-02-03 00:00:00"),
        ("3 de noviembre de 2024", "2024-11-03 00:00:00"),
        ("3-ago-2024", "2024-08-03 00:00:00"),
        ("3 novembre 2024", "2024-11-03 00:00:00"),
        ("3 de nov. de 2024", "2024-11-03 00:00:00"),
        ("2024. november 3.", "2024-11-03 00:00:00"),
        ("2024. szept. 3. 18:30", "2024-09-03 18:30:00"),
        ("3 ноября 2024 г.", "2024-11-03 00:00:00"),
        ("3 ноя. 2024 г., 18:30", "2024-11-03 18:30:00"),
        ("3 listopada 2024", "2024-11-03 00:00:00"),
        ("3. ledna 2024", "2024-01-03 00:00:00"),
        ("2024年11月3日", "2024-11-03 00:00:00"),
        ("2024年11月3日 18:30", "2024-11-03 18:30:00"),
        ("2024年11月3日 下午6:30:05", "2024-11-03 18:30:05"),
        ("2024年11月3日(日) 18時30分", "2024-11-03 18:30:00"),
        ("2024년 11월 3일 오후 6:30", "2024-11-03 18:30:00"),
        ("2024-11-03 18:30:05 +0000 UTC", "2024-11-03 18:30:05"),  # Go
        ("2024-11-03 18:30:05 +0200 EET", "2024-11-03 16:30:05"),
        ("2024-11-03T18:30:05.000+0200", "2024-11-03 16:30:05"),
        ("2024-11-03 18:30 GMT+02:00", "2024-11-03 16:30:00"),
        ("Sun 2024-11-03", "2024-11-03 00:00:00"),
        ("13.11.2024 18.30", "2024-11-13 18:30:00"),
    ],
)
def test_a_date(written, expected):
    others = {"3 listopada 2024": ["1 stycznia 2024"], "3. ledna 2024": ["1. února 2024"]}.get(written, [])
    shown, bad = instants(written, *others)
    assert (shown[0], bad[0]) == (expected, False)


@pytest.mark.parametrize(
    "written",
    ["Nov 2024", "Nov-24", "Nov 3 18:30:05", "30 Feb 2024", "3 Foo 2024", "about 3 Nov 2024", "3 Nov 0217",
     "3 Nov 2024 25:00", "3 Nov 2024 maybe", "2024年13月3日", "Q4 2024", "4 deals 2024"],
)  # fmt: skip
def test_what_is_no_date(written):
    assert instants("3 Nov 2024", written) == (["2024-11-03 00:00:00", None], [False, True])


def test_months_of_two_languages_are_asked_for():
    with pytest.raises(DataError) as caught:
        instants("2024-01-01", "5 lis 2024", None)
    assert (caught.value.column, caught.value.rows, caught.value.found) == ("Closed", [3], ["5 lis 2024"])
    assert "Expected one of pl, cs, and hr" in str(caught.value)
    assert "“lis” is another one in another language" in str(caught.value)
    assert "Declare “month_names” for this table" in str(caught.value)
    assert instants("5 lis 2024", declared="pl")[0] == ["2024-11-05 00:00:00"]
    assert instants("5 lis 2024", declared="hr")[0] == ["2024-10-05 00:00:00"]


def test_one_column_tells_the_language_of_another():
    created, closed = column("5 sij 2024", heading="Created"), column("5 lis 2024")
    months = month_names([created, closed], None)
    assert str(read_dates(closed[0], "dmy", "UTC", months).values[0].date()) == "2024-10-05"


def test_an_export_with_names_of_months(export):
    dataset = export.deals(
        'A1,Juno Falk,won,"02 Mar, 2025 08:00:00","09 May, 2025 08:00:00",300\n'
        'A2,Juno Falk,lost,"03 Mar, 2025 08:00:00","10 Jun, 2025 08:00:00",200\n'
    )
    deals = dataset.table("deals")
    assert deals["created_on"].dt.strftime("%m-%d").tolist() == ["03-02", "03-03"]
    assert deals["closed_on"].dt.strftime("%m-%d").tolist() == ["05-09", "06-10"]


def test_the_setting_of_an_export(export):
    rows = "A1,Juno Falk,open,1 lis 2025,,300\nA2,Juno Falk,open,2 lip 2025,,300\n"
    with pytest.raises(DataError, match="The name of a month is ambiguous"):
        export.deals(rows)
    dataset = export.deals(rows, table={"month_names": "pl"}, as_of="2025-12-31")
    assert dataset.table("deals")["created_on"].dt.month.tolist() == [11, 7]
