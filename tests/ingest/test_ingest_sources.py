"""Workbooks, Parquet, databases, currencies and targets, from file to dataset."""

import datetime as dt
import sqlite3
import sys

import pandas as pd
import pytest
from tallies import said, tallied

from salesreport.errors import ConfigError, DataError
from salesreport.ingest.spec.spec_parts import PeriodSpec
from salesreport.ingest.table.target_periods import periods_from

BASIC = {"deal_id": "Id", "rep_id": "Owner", "status": "State"}
MONEY = {**BASIC, "created_on": "Created", "closed_on": "Closed", "amount": "Amount"}


def test_a_workbook_with_title_rows_typed_cells_and_a_blank_row(export):
    frame = pd.DataFrame(
        [
            ["Report of 2025", None, None, None],
            ["Id", "Owner", "State", "Amount"],
            [274.0, "Ann", "open", 1.234],
            [None, None, None, None],
            ["D2", "Bob", "open", "n/a"],
            ["D3", None, "open", 5],
        ]
    )
    frame.to_excel(export.folder / "deals.xlsx", index=False, header=False)
    table = {"file": "deals.xlsx", "header_row": 2, "columns": {**BASIC, "amount": "Amount"}}
    dataset = export.ingest({"deals": table})
    deals = dataset.table("deals").set_index("deal_id")
    # a number by type is no text that could be read in two ways
    assert deals.loc["274", "amount"] == 1.234
    assert pd.isna(deals.loc["D2", "amount"])
    assert export.aside(dataset)[["row", "Id"]].values.tolist() == [["6", "D3"]]


def test_excel_serials_in_a_csv(export):
    dataset = export.deals("D1,Ann,won,45658,46022,10\n")
    deal = dataset.table("deals").iloc[0]
    assert (str(deal["created_on"].date()), str(deal["closed_on"].date())) == ("2025-01-01", "2025-12-31")


def test_parquet_with_types(export):
    frame = pd.DataFrame(
        {
            "Id": [1, 2],
            "Owner": pd.Categorical(["Ann", "Bob"]),
            "State": ["won", "open"],
            "Created": [dt.date(2025, 1, 1), dt.date(2025, 1, 2)],
            "Closed": pd.to_datetime(["2025-02-01 23:30", None]).tz_localize("UTC"),
            "Amount": [1.234, None],
        }
    )
    frame.to_parquet(export.folder / "deals.parquet")
    dataset = export.ingest({"deals": {"file": "deals.parquet", "columns": MONEY}}, timezone="Europe/Budapest")
    deal = dataset.table("deals").set_index("deal_id").loc["1"]
    assert deal["amount"] == 1.234
    assert deal["rep_id"] == "Ann"
    assert str(deal["closed_on"].date()) == "2025-02-02"


@pytest.fixture
def database(export):
    with sqlite3.connect(export.folder / "crm.db") as connection:
        connection.execute("create table deals (Id integer, Owner text, State text, Amount real)")
        connection.executemany(
            "insert into deals values (?, ?, ?, ?)", [(1, "Ann", "open", 1.234), (2, None, "open", 2)]
        )
    connection.close()
    return {"sql": "sqlite:///crm.db", "query": "select * from deals", "columns": {**BASIC, "amount": "Amount"}}


def test_a_database(export, database):
    pytest.importorskip("sqlalchemy")
    dataset = export.ingest({"deals": database})
    assert dataset.table("deals")["amount"].tolist() == [1.234]
    assert tallied(dataset.provenance.counts["deals"].reasons) == {"no rep": 1}
    assert len(dataset.provenance.files[0].sha256) == 64


@pytest.mark.filterwarnings("error")
def test_what_a_driver_warns_of_is_not_the_readers(export, database):
    pytest.importorskip("sqlalchemy")
    # the driver does not know the argument, says SQLAlchemy in a warning
    assert len(export.ingest({"deals": {**database, "sql": "sqlite:///crm.db?colour=red"}}).table("deals")) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"query": "select * from none"}, "The database cannot be read"),
        ({"sql": "sqlite:///none.db"}, "There is no such file"),
        ({"sql": "nonsense"}, "The database cannot be read"),
        ({"query": "select * from deals where 0"}, "There are no rows"),
    ],
)
def test_database_errors(export, database, change, message):
    pytest.importorskip("sqlalchemy")
    with pytest.raises(DataError, match=message):
        export.ingest({"deals": {**database, **change}})
    assert not (export.folder / "none.db").exists()


def test_without_sqlalchemy_the_message_says_what_to_install(export, database, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(DataError, match=r"pip install 'salesreport\[sql\]'"):
        export.ingest({"deals": database})


# --- currencies

CURRENCIES = (
    "Id,Owner,State,Created,Closed,Amount,Cur\n"
    "1,A,won,2025-01-01,2025-02-01,100,EUR\n"
    "2,A,won,2025-01-01,2025-02-01,40000,HUF\n"
    "3,A,won,2025-01-01,2025-06-01,40000,HUF\n"
    "4,A,open,2025-06-02,,1000,HUF\n"
    "5,A,open,,,1000,HUF\n"
    "6,A,won,2024-01-01,2024-02-01,40000,HUF\n"
    "7,A,open,2025-01-01,,100,USD\n"
    "8,A,open,2025-01-01,,,USD\n"
    "9,A,open,2025-01-01,,7,\n"
)
RATES = "currency,from,rate\nHUF,2025-01-01,0.0025\nHUF,2025-06-01,0.002\n"


def test_dated_rates(export):
    export.write("rates.csv", RATES)
    dataset = export.deals(CURRENCIES, {**MONEY, "currency": "Cur"}, heading=False, rates="rates.csv")
    deals = dataset.table("deals").set_index("deal_id")
    amounts = deals["amount"].astype(object).where(deals["amount"].notna(), None).to_dict()
    # 2: 40,000 × 0.0025; 3: × 0.002 from June on; 4: by its creation; 5: by the as-of date; 6: before any rate
    assert amounts == {
        "1": 100, "2": pytest.approx(100), "3": pytest.approx(80), "4": pytest.approx(2), "5": pytest.approx(2),
        "6": None, "7": None, "8": None, "9": 7,
    }  # fmt: skip
    assert deals["currency"].astype(object).where(deals["currency"].notna(), None).to_dict() == {
        "1": "EUR", "2": "HUF", "3": "HUF", "4": "HUF", "5": "HUF", "6": "HUF", "7": "USD", "8": "USD", "9": None,
    }  # fmt: skip
    counts = dataset.provenance.counts["deals"]
    assert (counts.kept, counts.repaired, counts.set_aside) == (7, 2, 0)
    assert tallied(counts.repairs) == {
        "no rate for HUF: counted but not priced": 1,
        "no rate for USD: counted but not priced": 1,
    }
    assert "1 row of deals has no rate for USD: counted but not priced." in said(dataset.provenance.notes)
    assert {file.table for file in dataset.provenance.files} == {"rates", "deals"}


def test_two_currencies_without_any_rates_are_counted_but_not_priced(export):
    dataset = export.deals(CURRENCIES, {**MONEY, "currency": "Cur"}, heading=False)
    deals = dataset.table("deals").set_index("deal_id")
    assert len(deals) == 9
    assert deals["amount"].dropna().to_dict() == {"1": 100, "9": 7}
    assert "5 rows of deals have no rate for HUF: counted but not priced." in said(dataset.provenance.notes)


def test_signs_in_amounts(export):
    export.write("rates.csv", RATES)
    dataset = export.deals(
        'D1,A,won,2025-01-01,2025-02-01,"1 000,50 €"\nD2,A,won,2025-01-01,2025-02-01,"40 000,00 Ft"\n'
        'D3,A,open,2025-01-01,,"7,50"\nD4,A,open,2025-01-01,,"7,50 shells"\n',
        rates="rates.csv",
    )
    deals = dataset.table("deals").set_index("deal_id")
    assert deals["amount"].dropna().to_dict() == {"D1": 1000.5, "D2": pytest.approx(100), "D3": 7.5}
    assert deals.loc["D2", "currency"] == "HUF"
    # D4 stays, but nobody can say what it is worth
    assert tallied(dataset.provenance.counts["deals"].repairs) == {
        "amounts in an unknown currency: counted but not priced": 1
    }
    assert dataset.provenance.counts["deals"].set_aside == 0


def test_the_dollar_sign_is_that_of_the_dataset_or_the_row(export):
    dataset = export.deals("D1,A,open,2025-01-01,,$5\n", currency="CAD")
    assert dataset.table("deals")["amount"].tolist() == [5]
    assert not dataset.has("deals", "currency")


def test_a_sign_against_the_currency_column(export):
    dataset = export.deals(
        "Id,Owner,State,Amount,Cur\n1,A,open,5 €,EUR\n2,A,open,5 €,HUF\n3,A,open,5,Taler\n",
        {**BASIC, "amount": "Amount", "currency": "Cur"},
        heading=False,
    )
    assert tallied(dataset.provenance.counts["deals"].repairs) == {
        "“Cur” is not a currency: counted but not priced": 1,
        "amounts in an unknown currency: counted but not priced": 1,
    }
    # 5 € in a row of forints, and 5 of what is no code: counted, but not as five euros
    assert dataset.table("deals")["amount"].tolist()[0] == 5
    assert dataset.table("deals")["amount"].isna().tolist() == [False, True, True]


def test_orders_need_a_price(export):
    export.write("orders.csv", "No,Rep,Day,Sum\n1,A,2025-01-01,5 €\n2,A,2025-01-01,5 Ft\n3,A,2025-01-02,-1 €\n")
    columns = {"order_id": "No", "rep_id": "Rep", "ordered_on": "Day", "amount": "Sum"}
    dataset = export.ingest({"orders": {"file": "orders.csv", "columns": columns}})
    assert dataset.table("orders")["amount"].tolist() == [5, -1]
    assert tallied(dataset.provenance.counts["orders"].reasons) == {"no rate for HUF": 1}


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ("currency,from,rate\nHUF,2025-01-01,0\n", "a number above 0"),
        ("currency,from,rate\nshells,2025-01-01,1\n", "a currency code"),
        ("currency,from,rate\nHUF,someday,1\n", "a date"),
        ("currency,from,rate\nHUF,2025-01-01,1\nHUF,2025-01-01,2\n", "two rates from the same day"),
        ("currency,since,rate\nHUF,2025-01-01,1\n", "no such column"),
    ],
)
def test_wrong_rates(export, rates, message):
    export.write("rates.csv", rates)
    with pytest.raises(DataError, match=message):
        export.deals(CURRENCIES, {**MONEY, "currency": "Cur"}, heading=False, rates="rates.csv")


# --- targets


def targets(export, content, period=None, **settings):
    export.write("targets.csv", content)
    columns = {"rep_id": "Rep", "value": "Value", **({"period": "Period"} if period is None else {})}
    table = {"file": "targets.csv", "columns": columns, "constants": {"metric": "revenue"}}
    return export.ingest({"targets": {**table, **({"period": period} if period else {})}}, **settings)


def test_whole_periods_get_their_short_name(export):
    dataset = targets(
        export,
        "Rep,Value,Start\nA,1,2017-07-01\nA,2,2017-10-01\nB,3,2017-10-01\n",
        {"starts": "Start", "until": "3 months"},
    )
    assert dataset.table("targets")["period"].tolist() == ["2017-Q3", "2017-Q4", "2017-Q4"]


def test_fiscal_quarters(export):
    """With a year from April, October to December 2017 is the third quarter of the year that ends in 2018."""
    dataset = targets(
        export, "Rep,Value,Start\nA,2,2017-10-01\n", {"starts": "Start", "until": "1 quarter"}, fiscal_year_start=4
    )
    assert dataset.table("targets")["period"].tolist() == ["2018-Q3"]


def test_a_period_ends_before_the_next_of_any_rep():
    starts = pd.Series(pd.to_datetime(["2011-05-31", "2011-12-01", "2011-08-31", "2011-05-31"]))
    metrics = pd.Series(["revenue", "revenue", "revenue", "units"])
    spec = PeriodSpec(starts="Start", until="next", last="3 months")
    assert periods_from(starts, metrics, spec, 1).tolist() == [
        "2011-05-31..2011-08-30",
        "2011-12-01..2012-02-29",
        "2011-08-31..2011-11-30",
        "2011-05-31..2011-08-30",  # the only one of its metric: three months
    ]


def test_written_periods(export):
    dataset = targets(export, "Rep,Value,Period\nA,1,2017-q4\nA,2,2017-01-01..2017-03-31\nA,3,soon\nA,4,2017\n")
    assert sorted(dataset.table("targets")["period"]) == ["2017", "2017-01-01..2017-03-31", "2017-Q4"]
    assert tallied(dataset.provenance.counts["targets"].reasons) == {"“Period” is not a period": 1}


def test_targets_without_a_first_day(export):
    dataset = targets(
        export, "Rep,Value,Start\nA,1,2017-07-01\nA,2,\nA,3,then\n", {"starts": "Start", "until": "1 month"}
    )
    assert dataset.table("targets")["period"].tolist() == ["2017-07"]
    assert tallied(dataset.provenance.counts["targets"].reasons) == {
        "“Start” is not a date": 1,
        "no period": 1,
    }


# --- other tables


def test_choices_and_instants_of_other_tables(export):
    export.write("acts.csv", "No,Rep,Kind,At\n1,A,call,2025-07-01 12:00\n2,A,visit,2025-07-01T12:00:00Z\n")
    export.write("leads.csv", "No,At,Result\n1,2025-07-01,Converted\n2,2025-07-01,dunno\n")
    dataset = export.ingest(
        {
            "activities": {
                "file": "acts.csv",
                "columns": {"activity_id": "No", "rep_id": "Rep", "type": "Kind", "done_at": "At"},
            },
            "leads": {"file": "leads.csv", "columns": {"lead_id": "No", "created_at": "At", "outcome": "Result"}},
        },
        timezone="Europe/Budapest",
    )
    done = dataset.table("activities").set_index("activity_id")["done_at"].dt.tz_convert("UTC")
    assert done.dt.strftime("%H:%M").to_dict() == {"1": "10:00", "2": "12:00"}
    assert dataset.table("leads")["outcome"].dropna().tolist() == ["converted"]
    assert tallied(dataset.provenance.counts["leads"].repairs) == {
        "unknown outcomes: not one of open, converted, and rejected: emptied": 1
    }
    assert dataset.rows["leads"] == 2
    assert dataset.table("reps")["rep_id"].tolist() == ["A"]


def test_a_key_of_two_columns(export):
    export.write("snaps.csv", "Day,Deal,Stage\n2025-01-01,1,A\n2025-01-01,2,A\n2025-01-02,1,A\n2025-01-01,1,B\n")
    columns = {"taken_on": "Day", "deal_id": "Deal", "stage": "Stage"}
    dataset = export.ingest({"snapshots": {"file": "snaps.csv", "columns": columns}})
    assert tallied(dataset.provenance.counts["snapshots"].reasons) == {
        "same taken_on, deal_id as an earlier row, but other values": 1
    }


def test_presets_are_refused(export):
    with pytest.raises(ConfigError, match="no presets"):
        export.deals("D1,A,open,2025-01-01,,5\n", preset="salesforce")
