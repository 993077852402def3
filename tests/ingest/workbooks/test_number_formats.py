"""Currencies that only number formats say: `.xlsx` files written by openpyxl, and signs that a person reads."""

import datetime as dt
import io

import openpyxl
import pytest
from xlsx import ods

from salesreport.ingest.workbooks.number_formats import Shown, shown_with_signs, signs_of, styles_with_signs
from salesreport.ingest.workbooks.workbooks import read_sheet
from salesreport.language import Language

COLUMNS = {"deal_id": "Id", "rep_id": "Rep", "status": "State", "created_on": "Created", "amount": "Sum"}
MORE = {"units": "Pieces", "currency": "Money"}


def book(*rows, formats=()):
    """A workbook with deals; `formats` are those of the sums, and of the pieces where they stand after a bar."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["Id", "Rep", "State", "Created", "Sum", "Pieces", "Money"])
    for at, row in enumerate(rows):
        sheet.append([f"F{at}", "Una Brandt", "open", dt.date(2025, 2, 1), *row])
        if at < len(formats):
            for column, code in zip("EF", formats[at].split("|"), strict=False):
                sheet[f"{column}{at + 2}"].number_format = code
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("code", "signs"),
    [
        ('#,##0.00 "Ft"', "[$Ft-0]"),
        ("#,##0.00\\ [$€-407]", "[$€-407]"),
        ("[$$-409]#,##0.00", "[$$-409]"),
        ("[$₹-4000439] #,##0", "[$₹-439]"),
        ("[$CHF] #,##0.00", "[$CHF-0]"),
        ('"USD" #,##0', "[$USD-0]"),
        ("\\U\\S\\D\\ 0", "[$USD-0]"),
        ('"US"$0', "[$US$-0]"),
        ("£#,##0;[Red]-£#,##0", "[$£-0]"),
        ('_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-', "[$€-0]"),
        ('0.0 "kg"', "[$kg-0]"),  # whether it is a currency is asked elsewhere
        ("0;0 €", ""),  # only what positive numbers show
        ("_$0", ""),  # a space as wide as $
        ("*$0", ""),
        ("[$-409]mmm\\-yy", ""),
        ("[h]:mm", ""),
        ('d"."m"."yyyy', ""),
        ("0%", ""),
        ("", ""),
        ('"', ""),
    ],
)
def test_what_a_format_shows(code, signs):
    assert signs_of(code) == signs


def test_styles():
    xml = (
        b'<styleSheet xmlns="x"><numFmts><numFmt numFmtId="170" formatCode="0 &quot;Ft&quot;"/></numFmts><cellXfs>'
        b'<xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="44"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    assert styles_with_signs(xml) == {1: "[$Ft-0]", 2: "[$$-0]"}


def test_cells():
    xml = (
        b'<sheetData><c r="A1" s="1"><v>5</v></c><c s="1" r="B1" t="n"><v>5</v></c><c r="C1" s="2"><v>5</v></c>'
        b'<c r="D1" s="1" t="s"><v>0</v></c><c s="1"><v>5</v></c><c r="E1" s="11"/></sheetData>'
    )
    assert list(shown_with_signs(xml, {1: "x"})) == [Shown(0, 0, "x"), Shown(0, 1, "x")]
    spaced = xml.replace(b"<c ", b"<x:c ").replace(b"sheetData>", b"x:sheetData>").replace(b"</x:", b"</")
    assert len(list(shown_with_signs(spaced.replace(b"<x:sheetData>", b"<x:sheetData >"), {1: "x"}))) == 2


def test_money_that_is_shown_in_three_currencies(export):
    """1,000 € stay; 80,000 Ft at 0.0025 are 200; 300 $ at 0.9 are 270; 40 without a sign are the dataset's."""
    export.write("rates.csv", "currency,from,rate\nHUF,2025-01-01,0.0025\nUSD,2025-01-01,0.9\n")
    rows = [(1000, 1), (80_000, 2), (300, 3), (40, 4)]
    export.write(
        "deals.xlsx", book(*rows, formats=['#,##0 "€"|0 "kg"', '#,##0 [$Ft-40E]|"$"0', "[$$-409]0", "0.00"])
    )
    table = {"file": "deals.xlsx", "columns": {**COLUMNS, "units": "Pieces"}}
    deals = export.ingest({"deals": table}, rates="rates.csv").table("deals")
    assert deals["amount"].tolist() == [1000, 200, 270, 40]
    assert deals["units"].tolist() == [1, 2, 3, 4]  # how pieces are shown says nothing


def test_without_a_rate_they_are_counted_and_not_priced(export):
    export.write("deals.xlsx", book((1000, 1), (80_000, 2), formats=['0 "€"', '0 "Ft"']))
    dataset = export.ingest({"deals": {"file": "deals.xlsx", "columns": COLUMNS}})
    assert dataset.table("deals")["amount"].isna().tolist() == [False, True]
    assert "1 row of deals has no rate for HUF: counted but not priced." in [
        Language("en").say(note) for note in dataset.provenance.notes
    ]


def test_the_currency_of_a_row_counts_more_than_how_it_is_shown(export):
    """A program that formats all as dollars and names the currency beside it: no dollar is meant."""
    export.write("rates.csv", "currency,from,rate\nHUF,2025-01-01,0.0025\nUSD,2025-01-01,0.9\n")
    rows = [(80_000, 1, "HUF"), (50, 1, "EUR"), (100, 1, "USD")]
    export.write("deals.xlsx", book(*rows, formats=["[$$-409]0"] * 3))
    dataset = export.ingest({"deals": {"file": "deals.xlsx", "columns": {**COLUMNS, **MORE}}}, rates="rates.csv")
    assert dataset.table("deals")["amount"].tolist() == [200, 50, 90]
    notes = [Language("en").say(note) for note in dataset.provenance.notes]
    assert "Column “Sum” shows another currency than the row in 2 rows; the row’s counts." in notes


def test_a_translated_amount_keeps_the_others_currencies(export):
    export.write("rates.csv", "currency,from,rate\nHUF,2025-01-01,0.0025\n")
    export.write("deals.xlsx", book((80_000, 1), ("open end", 2), formats=['0 "Ft"', '0 "Ft"']))
    table = {"file": "deals.xlsx", "columns": COLUMNS, "values": {"amount": {"open end": ""}}}
    deals = export.ingest({"deals": table}, rates="rates.csv").table("deals")
    assert deals["amount"].iloc[0] == 200
    assert deals["amount"].isna().tolist() == [False, True]


def test_formats_are_told_only_where_they_change():
    sheet = read_sheet(book((1,), (2,), (3,), (4,), formats=['0 "Ft"', '0 "Ft"', "0", "$0"]), None, "f", "deals")
    assert sheet.signs == {2: {4: "[$Ft-0]"}, 3: {4: "[$Ft-0]"}, 5: {4: "[$$-0]"}}


def test_money_of_an_ods(export):
    """5 € and twice 400 Ft at 0.0025, in rows and columns that are repeated and below an empty row."""
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    money = '<table:table-cell office:value-type="currency" office:currency="{}" office:value="{}"/>'
    row = "<table:table-row{}>{}</table:table-row>"
    head = row.format("", "".join(map(text.format, ("Id", "Rep", "State", "Created", "", "Sum"))))
    gap = "<table:table-cell/>"

    def deal(name, coin, value):
        cells = (text.format(name), text.format("Una"), text.format("open"), text.format("2025-02-01"), gap)
        return row.format("", "".join(cells) + money.format(coin, value))

    empty = row.format(' table:number-rows-repeated="3"', '<table:table-cell table:number-columns-repeated="9"/>')
    export.write("deals.ods", ods(empty + head + deal("U1", "EUR", 5) + empty + deal("U2", "HUF", 400)))
    export.write("rates.csv", "currency,from,rate\nHUF,2025-01-01,0.0025\n")
    deals = export.ingest({"deals": {"file": "deals.ods", "columns": COLUMNS}}, rates="rates.csv").table("deals")
    assert deals["amount"].tolist() == [5, 1]


def test_damaged_styles_do_not_hinder_reading(monkeypatch):
    import zipfile

    content = io.BytesIO(book((5, 1), formats=['0 "Ft"']))
    out = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'numFmtId="164"', b'numFmtId="many"') if "styles" in name else data)
    assert read_sheet(out.getvalue(), None, "f", "deals").rows[2][4] == 5
