"""Workbooks in one XML file, as Excel 2003 wrote them."""

import pytest

from salesreport.errors import DataError
from salesreport.ingest.workbooks.excel_xml import is_excel_xml, sheets_of_xml

SPACE = "urn:schemas-microsoft-com:office:spreadsheet"
COLUMNS = {"deal_id": "Id", "rep_id": "Rep", "status": "State", "created_on": "Created", "amount": "Sum"}


def cell(value, kind="String", more=""):
    return f'<Cell{more}><Data ss:Type="{kind}">{value}</Data></Cell>'


def row(*cells, more=""):
    return f"<Row{more}>{''.join(cells)}</Row>"


def sheet(name, *rows):
    return f'<Worksheet ss:Name="{name}"><Table>{"".join(rows)}</Table></Worksheet>'


def book(*sheets, encoding="utf-8"):
    begin = f'<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    return f'{begin}<Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}">{"".join(sheets)}</Workbook>'.encode(encoding)


HEAD = row(*map(cell, ("Id", "Rep", "State", "Created", "Sum")))
DEAL = row(
    cell("V1"), cell("Zoë"), cell("open"), cell("2025-02-01T00:00:00.000", "DateTime"), cell("7.5", "Number")
)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
def test_an_export(export, encoding):
    export.write("deals.xls", book(sheet("Deals", HEAD, DEAL), encoding=encoding))
    deals = export.ingest({"deals": {"file": "deals.xls", "columns": COLUMNS}}).table("deals")
    assert deals[["deal_id", "rep_id", "amount"]].to_numpy().tolist() == [["V1", "Zoë", 7.5]]
    assert str(deals["created_on"][0].date()) == "2025-02-01"


def test_where_cells_stand():
    first = row(cell("a", more=' ss:MergeAcross="2"'), cell("d"), more=' ss:Index="4"')
    second = row(cell("b"), cell("1", "Boolean"), cell("5", "Number", ' ss:Index="5" ss:MergeDown="1"'))
    found = sheets_of_xml(book(sheet("S", first, second)))
    assert found[0].rows == {4: ["a", None, None, "d"], 5: ["b", True, None, None, 5]}
    assert found[0].merged == [(4, 4, 5)]


def test_several_sheets(export):
    export.write("deals.xls", book(sheet("One", HEAD, DEAL), sheet("Empty"), sheet("Two", HEAD, DEAL)))
    table = {"file": "deals.xls", "columns": COLUMNS}
    with pytest.raises(DataError, match="one of One and Two"):
        export.ingest({"deals": table})
    assert export.ingest({"deals": {**table, "sheet": "Two"}}).provenance.counts["deals"].kept == 1


@pytest.mark.parametrize(
    "content",
    [
        book(sheet("S", HEAD))[:-20],
        book(sheet("S", row(cell("x", more=' ss:Index="99999"')))),
        book(sheet("S", row(cell("x", "Number")))),
        book(sheet("S", row(cell("x", more=' ss:Index="many"')))),
        book(sheet("S", HEAD)).replace(b"<Workbook", b"<!DOCTYPE Workbook []><Workbook"),
    ],
)
def test_damaged(export, content):
    export.write("deals.xls", content)
    with pytest.raises(DataError, match=r"deals\.xls, table deals: "):
        export.ingest({"deals": {"file": "deals.xls", "columns": COLUMNS}})


def test_other_xml_is_none():
    assert not is_excel_xml(b"<?xml version='1.0'?><Workbook/>")
    assert not is_excel_xml(b"<html xmlns:x='urn:schemas-microsoft-com:office:spreadsheet'>")
