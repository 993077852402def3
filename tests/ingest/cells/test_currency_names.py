"""What currencies are called; each code was looked up in ISO 4217 by hand."""

import numpy as np
import pyarrow as pa
import pytest

from salesreport.ingest.cells.currency_names import SIGNS, code, in_use, is_currency, meaning, names
from salesreport.ingest.cells.parse_numbers import read_numbers
from salesreport.ingest.cells.raw import Place, RawColumn


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("CAD", "CAD"), ("cad", "CAD"), ("£", "GBP"), ("Canadian Dollar", "CAD"), ("canadian dollars", "CAD"),
        ("Pound Sterling", "GBP"), ("British Pound", "GBP"), ("Swiss Franc", "CHF"), ("Brazilian Real", "BRL"),
        ("Schweizer Franken", "CHF"), ("livre sterling", "GBP"), ("peso mexicano", "MXN"),
        ("real brasileño", "BRL"),
        ("svájci frank", "CHF"), ("Украинская гривна", "UAH"), ("złoty polski", "PLN"), ("Česká koruna", "CZK"),
        ("人民币", "CNY"), ("日本円", "JPY"), ("Canadian Dollar (CAD)", "CAD"), ("CAD - Canadian Dollar", "CAD"),
        ("Swiss Franc (Fr.)", "CHF"), ("MX$", "MXN"), ("￡", "GBP"),
    ],
)  # fmt: skip
def test_a_currency_column(written, expected):
    assert code(written) == expected


@pytest.mark.parametrize("written", ["$", "kr", "Peso", "Dollar", "shells", "CAD or USD", "many", "¥", ""])
def test_what_is_no_currency_or_several(written):
    assert code(written) is None


@pytest.mark.parametrize(
    ("sign", "near", "declared", "expected"),
    [
        ("$", "MXN", True, "MXN"),  # the row's currency decides
        ("$", "JMD", True, "JMD"),
        ("$", "HUF", True, None),  # and what contradicts it is unknown
        ("$", "CAD", False, "CAD"),  # the dataset's
        ("$", "HUF", False, "USD"),
        ("£", "EGP", True, "EGP"),
        ("￥", "CNY", True, "CNY"),
        ("￥", "EUR", False, "JPY"),
        ("Rs.", "INR", False, "INR"),
        ("Rs.", "EUR", False, None),  # six countries have it
        ("Rs", "LKR", True, "LKR"),
        ("HK$", "EUR", False, "HKD"),
        ("NT$", "EUR", False, "TWD"),
        ("S$", "EUR", False, "SGD"),
        ("CA$", "USD", False, "CAD"),
        ("CA$", "USD", True, None),
        ("₩", "EUR", False, "KRW"),
        ("Ft.", "EUR", False, "HUF"),
        ("AUD$", "EUR", False, "AUD"),
        ("EUR$", "EUR", False, None),
        ("Canadiandollars", "EUR", False, "CAD"),
        ("kg", "EUR", False, None),
        ("[$$-C09]", "EUR", False, "AUD"),
        ("[$$-C09]", "NZD", False, "AUD"),
        ("[$$-C09]", "NZD", True, "NZD"),
        ("[$kr-41D]", "EUR", False, "SEK"),
        ("[$kr-0]", "EUR", False, None),
    ],
)
def test_a_sign_beside_a_number(sign, near, declared, expected):
    assert meaning(sign, near, declared) == expected


def test_names_are_of_currencies_in_use():
    assert set(names().values()) == in_use()
    assert {one for several in SIGNS.values() for one in several} - in_use() <= {"BGN"}


def test_units_are_no_currencies():
    assert not any(is_currency(unit) for unit in ("kg", "pcs", "%", "h", "K", "M", "days", "USB", "KGS."[:2]))


@pytest.mark.parametrize(
    ("written", "value", "sign"),
    [
        ("MX$12,500.50", 12_500.5, "MX$"),
        ("USD 12,500.50", 12_500.5, "USD"),
        ("12,500.50 US Dollars", 12_500.5, "USDollars"),
        ("Rs. 12,500.50", 12_500.5, "Rs"),
        ("Rs.1,250", 1250, "Rs"),
        ("S/. 12.50", 12.5, "S/"),
        ("￥１，２５０", 1250, "¥"),
        ("₩1,250", 1250, "₩"),
        ("$ -", 0, "$"),  # how accounts show 0
        (" €  - ", 0, "€"),
        ("-   Ft", 0, "Ft"),
        ("$ (12.50)", -12.5, "$"),
        ("($12.50)", -12.5, "$"),
        ("-$12.50", -12.5, "$"),
    ],
)
def test_money(written, value, sign):
    cells = RawColumn(pa.array([written, "1,000.25"]))
    read = read_numbers(cells, Place("f", "deals", "Amount", np.array([2, 3])))
    assert (read.values[0], read.bad[0], read.signs[0]) == (value, False, sign)


@pytest.mark.parametrize("written", ["- kg", "$(5", "$ 5)", "( $5", "$ ()"])
def test_what_is_no_money(written):
    cells = RawColumn(pa.array([written, "1,000.25"]))
    assert read_numbers(cells, Place("f", "deals", "Amount", np.array([2, 3]))).bad.tolist() == [True, False]


def test_a_hyphen_alone_is_nothing():
    read = read_numbers(RawColumn(pa.array(["-", "5"])), Place("f", "deals", "Amount", np.array([2, 3])))
    assert read.values.isna().tolist() == [True, False]
    assert not read.bad.any()


def test_an_export_with_names_and_signs(export):
    """300 Mexican pesos at 0.05 are 15; 40 Canadian dollars at 0.75 are 30; a row's currency decides what $ is."""
    export.write("rates.csv", "currency,from,rate\nMexican Peso,2024-01-01,0.05\nCAD,2024-01-01,0.75\n")
    dataset = export.deals(
        "Id,Owner,State,Created,Closed,Amount,Money\n"
        "K1,Mara,open,2025-02-01,,MX$300.00,Mexican Peso\n"
        "K2,Mara,open,2025-02-02,,$300.00,peso mexicano\n"
        "K3,Mara,open,2025-02-03,,$40.00,Canadian Dollar\n"
        "K4,Mara,open,2025-02-04,,$ -   ,US Dollar\n"
        "K5,Mara,open,2025-02-05,,40,\n",
        {"deal_id": "Id", "rep_id": "Owner", "status": "State", "created_on": "Created", "closed_on": "Closed",
         "amount": "Amount", "currency": "Money"},
        heading=False, currency="USD", rates="rates.csv",
    )  # fmt: skip
    assert dataset.table("deals")["amount"].tolist() == [15, 15, 30, 0, 40]
    assert dataset.provenance.counts["deals"].kept == 5


def test_targets_with_signs(export):
    export.write("deals.csv", "Id,Owner,State,Created,Closed,Amount\nT1,Mara,open,2025-02-01,,5\n")
    export.write("quota.csv", "Owner,From,Quota\nMara,2025-01-01,$1,200.00\n".replace("$1,200.00", '"$1,200.00"'))
    columns = {"deal_id": "Id", "rep_id": "Owner", "status": "State", "created_on": "Created", "amount": "Amount"}
    targets = {
        "file": "quota.csv",
        "columns": {"rep_id": "Owner", "value": "Quota"},
        "constants": {"metric": "revenue"},
        "period": {"starts": "From", "until": "3 months"},
    }
    dataset = export.ingest(
        {"deals": {"file": "deals.csv", "columns": columns}, "targets": targets}, currency="USD"
    )
    assert dataset.table("targets")[["period", "value"]].to_numpy().tolist() == [["2025-Q1", 1200]]
