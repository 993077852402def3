"""An odd value of an optional column is emptied and counted; the row stays. Counts are the rows written here."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tallies import tallied

from salesreport.errors import DataError

OK = "D1,Ann,won,2025-01-31,2025-02-28,10\n"
BASIC = {"deal_id": "Id", "rep_id": "Owner", "status": "State"}


@pytest.mark.parametrize(
    ("row", "column", "repair"),
    [
        ("D2,Ann,open,31st of May,,10", "created_on", "“Created” is not a date: emptied"),
        ("D2,Ann,open,2025-02-30,,10", "created_on", "“Created” is not a date: emptied"),
        ("D2,Ann,open,0217-02-03,,10", "created_on", "“Created” is not a date: emptied"),
        ("D2,Ann,open,03/02/0217,,10", "created_on", "“Created” is not a date: emptied"),
        ("D2,Ann,open,9999-12-31,,10", "created_on", "“Created” is not a date: emptied"),
        ("D2,Ann,open,2025-01-31,not closed,10", "closed_on", "“Closed” is not a date: emptied"),
        ("D2,Ann,won,2025-01-31,2025-02-28,ten", "amount", "“Amount” is not a number: emptied"),
        ("D2,Ann,won,2025-01-31,2025-02-28,1.2.3", "amount", "“Amount” is not a number: emptied"),
        ("D2,Ann,won,2025-01-31,2025-02-28,50%", "amount", "“Amount” is not a number: emptied"),
        ("D2,Ann,won,2025-01-31,2025-02-28,inf", "amount", "“Amount” is not a number: emptied"),
        ("D2,Ann,won,2025-01-31,2025-02-28,1e300", "amount", "“Amount” is not a number: emptied"),
        ("D2,Ann,won,2025-01-31,2025-02-28,-10", "amount", "negative amounts: emptied"),
        ("D2,Ann,won,2025-01-31,2025-02-28,(10)", "amount", "negative amounts: emptied"),
    ],
)
def test_the_value_goes_and_the_row_stays(export, row, column, repair):
    dataset = export.deals(OK + row + "\n", table={"date_order": "dmy"})
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.kept, counts.repaired, counts.set_aside) == (2, 1, 1, 0)
    assert tallied(counts.repairs) == {repair: 1}
    at = ["Id", "Owner", "State", "created_on", "closed_on", "amount"].index(column)
    assert counts.repairs[0].examples == (row.split(",")[at],)
    deals = dataset.table("deals").set_index("deal_id")
    assert deals.loc["D1", "amount"] == 10
    assert pd.isna(deals.loc["D2", column])


def test_each_column_is_counted_by_itself_and_the_row_once(export):
    counts = export.deals(OK + "D2,Ann,open,soon,never,ten\n").provenance.counts["deals"]
    assert (counts.kept, counts.repaired) == (1, 1)
    assert [one.rows for one in counts.repairs] == [1, 1, 1]


def test_examples_are_few_different_and_short(export):
    bad = ["ten", "ten", "x" * 60, "a", "b"]
    rows = OK + "".join(f"E{at},Ann,open,,,{value}\n" for at, value in enumerate(bad))
    rows += "".join(f"F{at},Ann,open,,,7\n" for at in range(9))
    (repair,) = export.deals(rows).provenance.counts["deals"].repairs
    assert repair.rows == 5
    assert repair.examples == ("ten", "x" * 39 + "…", "a")
    assert str(repair.with_examples) == f"“Amount” is not a number: emptied (“ten”, “{'x' * 39}…”, and “a”)"


@pytest.mark.parametrize(
    "written",
    [
        "0001-01-01",
        "0001-01-01T00:00:00",
        "01.01.0001",
        "1/1/0001 12:00:00 AM",
        "0000-00-00",
        "0000-00-00 00:00:00",
    ],
)
def test_how_programs_write_that_there_is_no_date(export, written):
    dataset = export.deals(OK + f"D2,Ann,open,{written},,10\n", table={"date_order": "dmy"})
    assert dataset.provenance.counts["deals"].kept == 2
    assert pd.isna(dataset.table("deals")["created_on"].iloc[1])


def test_two_digits_are_a_year_of_our_time_and_four_are_that_year(export):
    dataset = export.deals(
        "D1,A,open,31.12.24,,1\nD2,A,open,31.12.0024,,1\nD3,A,open,31.12.1899,,1\nD4,A,open,31.12.69,,1\n"
    )
    days = dataset.table("deals").set_index("deal_id")["created_on"].dropna()
    assert {deal: str(day.date()) for deal, day in days.items()} == {"D1": "2024-12-31", "D4": "1969-12-31"}
    assert tallied(dataset.provenance.counts["deals"].repairs) == {"“Created” is not a date: emptied": 2}


def test_one_chance_above_1_does_not_make_percentages_of_the_others(export):
    dataset = export.deals(
        "Id,Owner,State,P\n1,Ann,open,0.4\n2,Ann,open,0.5\n3,Ann,open,1000\n4,Ann,open,7\n",
        {**BASIC, "crm_probability": "P"},
        heading=False,
    )
    assert dataset.table("deals")["crm_probability"].tolist()[:2] == [0.4, 0.5]
    assert tallied(dataset.provenance.counts["deals"].repairs) == {"chances of winning above 1: emptied": 2}


def test_a_thousand_among_percentages_is_only_one_odd_value(export):
    dataset = export.deals(
        "Id,Owner,State,P\n1,Ann,open,40\n2,Ann,open,50\n3,Ann,open,1000\n4,Ann,open,-1\n",
        {**BASIC, "crm_probability": "P"},
        heading=False,
    )
    assert dataset.table("deals")["crm_probability"].dropna().tolist() == [0.4, 0.5]
    assert tallied(dataset.provenance.counts["deals"].repairs) == {
        "negative chances of winning: emptied": 1,
        "chances of winning above 1: emptied": 1,
    }


def test_a_column_of_negative_amounts_is_a_wrong_mapping(export):
    rows = "".join(f"D{at},Ann,open,,,-{at}\n" for at in range(1, 21))
    with pytest.raises(
        DataError, match=r"Most values of this column cannot be read.*Expected a number of 0 or more"
    ):
        export.deals(rows)


def test_what_a_row_must_have_still_decides_about_it(export):
    export.write("orders.csv", "No,Rep,Day,Sum,List\n1,A,2025-01-01,5,6\n2,A,2025-01-01,five,6\n3,A,soon,5,six\n")
    columns = {"order_id": "No", "rep_id": "Rep", "ordered_on": "Day", "amount": "Sum", "list_price": "List"}
    counts = export.ingest({"orders": {"file": "orders.csv", "columns": columns}}).provenance.counts["orders"]
    assert tallied(counts.reasons) == {"“Day” is not a date": 1, "“Sum” is not a number": 1}
    assert (counts.kept, counts.repaired, counts.set_aside) == (1, 0, 2)


def test_open_deals_may_write_words_where_closed_ones_have_a_date(export):
    rows = "".join(f"D{at},Ann,open,2025-01-31,не закрыта,10\n" for at in range(20))
    rows += "".join(f"E{at},Ann,won,2025-01-31,2025-02-28,10\n" for at in range(12))
    counts = export.deals(rows).provenance.counts["deals"]
    assert (counts.kept, counts.repaired, counts.set_aside) == (12, 20, 0)


def test_targets_read_money_as_deals_do(export):
    export.write("targets.csv", "Who;Quarter;Quota\nA;2025-Q1;€2,000\nB;2025-Q1;1,600.50 €\nC;2025-Q1;$5\n")
    columns = {"rep_id": "Who", "period": "Quarter", "value": "Quota"}
    dataset = export.ingest(
        {"targets": {"file": "targets.csv", "columns": columns, "constants": {"metric": "revenue"}}}
    )
    assert dataset.table("targets").set_index("rep_id")["value"].to_dict() == {"A": 2000, "B": 1600.5}
    # dollars are not euros, and a target has no day to convert them at
    assert tallied(dataset.provenance.counts["targets"].reasons) == {"“Quota” is not a number": 1}


def test_a_line_end_within_a_cell_makes_no_second_row_of_what_is_set_aside(export):
    dataset = export.deals(OK + 'D2,"A\rnn",won,2025-01-31,soon,10\nD3,"B\nea",won,2025-01-31,soon,10\n')
    assert export.aside(dataset)["Owner"].tolist() == ["A\rnn", "B\nea"]


# --- Parquet types its values; they are judged as those of a CSV file


def parquet(export, **columns):
    """Three deals, of which the first has the odd value; each given column is the Arrow array of its values."""
    table = {"Id": pa.array(["1", "2", "3"]), "Owner": pa.array(["A"] * 3), "State": pa.array(["open"] * 3)}
    pq.write_table(pa.table(table | columns), export.folder / "deals.parquet")
    named = {"Created": "created_on", "Amount": "amount", "Due": "expected_close_on", "Name": "name"}
    mapped = {named[heading]: heading for heading in columns}
    return export.ingest({"deals": {"file": "deals.parquet", "columns": {**BASIC, **mapped}}})


ODD_DAYS = [
    pa.array([2**62, 0, None], pa.timestamp("us")),
    pa.array([-(2**62), 0, None], pa.timestamp("us")),
    pa.array([2**62, 0, None], pa.timestamp("us", tz="UTC")),
    pa.array([2**62, 0, None], pa.timestamp("ms")),
    pa.array([2**40, 0, None], pa.timestamp("s")),
    pa.array([2**31 - 1, 0, None], pa.int32()).cast(pa.date32()),
    pa.array([-(2**31), 0, None], pa.int32()).cast(pa.date32()),
    pa.array([dt.date(1899, 12, 30), dt.date(1970, 1, 1), None], pa.date64()),
    pa.array(["1700-01-01", "1970-01-01", None]).cast(pa.timestamp("ns")),
]


@pytest.mark.parametrize("days", ODD_DAYS, ids=lambda days: f"{days.type} {days[0].value}")
def test_typed_days_beyond_the_calendar(export, days):
    dataset = parquet(export, Created=days)
    created = dataset.table("deals")["created_on"]
    # day 0 of all these types is 1970-01-01
    assert [str(day)[:10] for day in created] == ["NaT", "1970-01-01", "NaT"]
    assert tallied(dataset.provenance.counts["deals"].repairs) == {"“Created” is not a date: emptied": 1}


def test_the_typed_day_that_means_no_day(export):
    dataset = parquet(export, Created=pa.array([dt.date(1, 1, 1), dt.date(1970, 1, 1), None]))
    assert dataset.table("deals")["created_on"].notna().tolist() == [False, True, False]
    assert dataset.provenance.counts["deals"].kept == 3


@pytest.mark.parametrize("odd", [np.inf, -np.inf, 1e300])
def test_typed_numbers_that_are_none(export, odd):
    dataset = parquet(export, Amount=pa.array([odd, 5.0, None]))
    assert dataset.table("deals")["amount"].isna().tolist() == [True, False, True]
    assert tallied(dataset.provenance.counts["deals"].repairs) == {"“Amount” is not a number: emptied": 1}


@pytest.mark.parametrize(
    "names",
    [
        pa.array([2**62, 0, None], pa.timestamp("us")),
        pa.array([2**31 - 1, 0, None], pa.int32()).cast(pa.date32()),
        pa.array([{"a": 1}, None, None]),
        pa.array([1, 2, None], pa.duration("s")),
    ],
    ids=lambda names: str(names.type),
)
def test_any_type_can_be_shown_as_a_text(export, names):
    assert parquet(export, Name=names).provenance.counts["deals"].kept == 3


def test_views_of_bytes_are_bytes(export):
    assert parquet(export, Name=pa.array([b"x", b"\xff", None], pa.binary_view())).rows["deals"] == 3


def test_examples_are_of_rows_that_stay(export):
    rows = "D1,Ann,open,soon,,1\nD2,,open,later,,1\nD3,,open,never,,1\n" + "".join(
        f"E{n},Ann,open,2025-02-01,,1\n" for n in range(9)
    )
    (repair,) = export.deals(rows).provenance.counts["deals"].repairs
    assert (repair.rows, repair.examples) == (1, ("soon",))
