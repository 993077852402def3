"""Tables of web pages; what each page shows was read by a person."""

import pytest

from salesreport.errors import DataError
from salesreport.ingest.workbooks import html_tables
from salesreport.ingest.workbooks.html_tables import of_data, tables_of
from salesreport.ingest.workbooks.workbooks import read_sheet

COLUMNS = {
    "deal_id": "ID",
    "rep_id": "Ответственный",
    "stage": "Стадия",
    "amount": "Сумма",
    "created_on": "Создана",
    "closed_on": "Закрыта",
}
STATUS = {"from": "stage", "won": ["Успех"], "lost": ["Провал"]}
PAGE = (
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'
    "<style>td{}</style></head>"
    "<body><table><thead><tr><th>ID</th><th>Ответственный</th><th>Стадия</th><th>Сумма</th><th>Создана</th>"
    "<th>Закрыта</th></tr></thead>"
    "<tr><td>71</td><td>Лев&nbsp;Гусев</td><td>Успех</td><td>1&nbsp;500,50</td><td>03.02.2025 10:00:00</td>"
    "<td>05.03.2025</td></tr>"
    "<tr><td>72</td><td>Ия Котова</td><td>Провал</td><td>900,00</td><td>14.02.2025 10:00:00</td>"
    "<td>06.03.2025</td></tr>"
    "</table></body></html>"
)


def rows(page, at=0):
    return tables_of(page)[at].rows


def test_an_export_of_a_page(export):
    export.write("DEAL.xls", PAGE.encode("cp1251"))
    dataset = export.ingest({"deals": {"file": "DEAL.xls", "columns": COLUMNS, "status": STATUS}})
    deals = dataset.table("deals").sort_values("deal_id")
    assert deals["rep_id"].tolist() == ["Лев Гусев", "Ия Котова"]
    assert deals["amount"].tolist() == [1500.5, 900]
    assert deals["created_on"].dt.strftime("%d.%m.").tolist() == ["03.02.", "14.02."]


def test_a_declared_encoding_counts_more_than_that_of_the_page(export):
    export.write("DEAL.xls", PAGE.encode("utf-8"))
    table = {"file": "DEAL.xls", "columns": COLUMNS, "status": STATUS}
    with pytest.raises(DataError):
        export.ingest({"deals": table})
    assert export.ingest({"deals": {**table, "encoding": "utf-8"}}).table("deals")["rep_id"].max() == "Лев Гусев"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Smith &amp; Sons", "Smith & Sons"),
        ("&#8364;&nbsp;5&#x2c;20", "€ 5,20"),
        ("a<br>b<p>c</p>", "a b c"),
        ("  a \n\t b ", "a b"),
        ('<a href="http://x.test/">Link</a> <b>bold</b>', "Link bold"),
        ("<script>steal()</script>x<style>y{}</style>", "x"),
        ("<!-- hidden -->x<![CDATA[]]>", "x"),
        ('<img src="http://x.test/a.png">', None),
        ("&nbsp;", None),
        ("1 < 2", "1 < 2"),
    ],
)
def test_what_a_cell_says(cell, expected):
    assert rows(f"<table><tr><td>{cell}</td><td>.</td></tr></table>") == [[expected, "."]]


def test_ends_that_are_not_written():
    assert rows("<TABLE><TR><TD>1<TD>2<TR><TD>3<TD>4") == [["1", "2"], ["3", "4"]]
    assert rows("<table><td>1<td>2</table>") == [["1", "2"]]
    assert rows("<head><table><tr><td>1<td>2</table>") == [["1", "2"]]


def test_spans():
    page = (
        "<table><tr><td rowspan=3>A</td><td colspan=2>B</td><td>C</td></tr>"
        "<tr><td>d</td><td>e</td><td>f</td></tr><tr><td>g</td></tr><tr><td>h</td></tr></table>"
    )
    assert rows(page) == [["A", "B", None, "C"], [None, "d", "e", "f"], [None, "g"], ["h"]]
    assert tables_of(page)[0].merged == [(0, 0, 2)]


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "1e9"])
def test_spans_that_are_none(span):
    assert rows(f'<table><tr><td colspan="{span}" rowspan="{span}">1<td>2<tr><td>3<td>4</table>') == [
        ["1", "2"],
        ["3", "4"],
    ]


def test_a_cell_that_spans_too_much(monkeypatch):
    assert len(rows('<table><tr><td colspan="999999999" rowspan="999999999">1</table>')[0]) == 1_000
    monkeypatch.setattr(html_tables, "MOST_CELLS", 2_500)
    with pytest.raises(MemoryError):
        rows("<table>" + "<tr><td colspan=1000>1" * 3 + "</table>")


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("<tr><th>Id<th>Rep<tr><td>1<td>A", 0),
        ("<tr><td>Id<td>Rep<tr><td>1<td>A", None),
        ("<thead><tr><td colspan=2>Deals<tr><td>Id<td>Rep</thead><tr><td>1<td>A", 1),
        ("<tr><td colspan=2>Deals<tr><th>Id<th>Rep<tr><td>1<td>A<tr><th>Total<th>5", 1),
        ("<tr><th>1<td>A<tr><th>2<td>B", None),
        ("<tr><th>Id<th>Rep", None),
    ],
)
def test_the_row_of_the_headings(page, heading):
    assert tables_of(f"<table>{page}</table>")[0].heading == heading


def test_headings_of_two_rows(export):
    export.write(
        "deals.xls",
        "<table><thead><tr><th rowspan=2>Id</th><th rowspan=2>Owner</th><th rowspan=2>State</th>"
        "<th colspan=2>Money 1</th></tr>"
        "<tr><th>Amount</th><th>Cost</th></tr></thead><tr><td>1</td><td>Jo</td><td>open</td><td>5</td><td>4</td></tr></table>",
    )
    columns = {"deal_id": "Id", "rep_id": "Owner", "status": "State", "amount": "Amount"}
    assert export.ingest({"deals": {"file": "deals.xls", "columns": columns}}).table("deals")["amount"][0] == 5


LAYOUT = (
    "<table><tr><td>Menu</td><td>"
    "<table id=inner><tr><th>Id<th>Owner<th>State<tr><td>1<td>Jo<td>open</table></td></tr>"
    "<tr><td>Foot</td><td>er</td></tr></table>"
)


def test_a_table_within_a_table_of_the_layout():
    tables = tables_of(LAYOUT)
    assert of_data(tables) == [1]
    assert tables[1].rows == [["Id", "Owner", "State"], ["1", "Jo", "open"]]
    assert read_sheet(LAYOUT.encode(), None, "f", "deals", page=True).name == "Table 2"


def test_several_tables_are_asked_about(export):
    one = "<table><tr><th>Id<th>Owner<th>State<tr><td>{}<td>Jo<td>open</table>"
    export.write("deals.html", one.format(1) + one.format(2))
    table = {"file": "deals.html", "columns": {"deal_id": "Id", "rep_id": "Owner", "status": "State"}}
    with pytest.raises(DataError, match=r"several tables; declare “sheet”.*one of Table 1 and Table 2"):
        export.ingest({"deals": table})
    with pytest.raises(DataError, match="no such table"):
        export.ingest({"deals": {**table, "sheet": "Table 3"}})
    assert export.ingest({"deals": {**table, "sheet": "Table 2"}}).table("deals")["deal_id"].tolist() == ["2"]


def test_a_page_is_read_within_limits(monkeypatch):
    monkeypatch.setattr("salesreport.ingest.workbooks.workbooks._command", lambda asked: ["sleep", "60"])
    monkeypatch.setenv("SALESREPORT_READ_SECONDS", "0.2")
    with pytest.raises(DataError, match=r"longer than 0\.2 s"):
        read_sheet(LAYOUT.encode(), None, "a.xls", "deals", page=True)
