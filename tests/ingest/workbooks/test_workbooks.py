"""Workbooks are read within limits, and a cell far away costs no more than the table."""

import datetime as dt
import io
import os
import sys
import zipfile

import openpyxl
import pytest
from tallies import tallied
from xlsx import ods, workbook

from salesreport.errors import DataError
from salesreport.ingest.workbooks import workbooks
from salesreport.ingest.workbooks.workbooks import MEMORY, SECONDS, Limits, read_sheet, sheets_of

COLUMNS = {"deal_id": "Id", "rep_id": "Rep", "status": "State"}
HEADING = ("Id", "Rep", "State")
ROW = ("1", "A", "open")

posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX limits memory")


def made(*rows, title="Deals"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_what_cells_become():
    moment = dt.datetime(2025, 1, 31, 12, 30)
    sheet = read_sheet(made(["a", 1, 1.5, True], [], [None, dt.date(2025, 1, 31), moment]), None, "f", "deals")
    assert sheet.name == "Deals"
    assert sheet.rows == {1: ["a", 1, 1.5, True], 3: [None, "2025-01-31", "2025-01-31 12:30:00"]}


def test_an_empty_sheet():
    assert read_sheet(made(), None, "f", "deals").rows == {}


def test_the_sheets_that_can_be_seen(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Hidden"
    book.active.sheet_state = "hidden"
    book.create_sheet("Shown")
    book.save(tmp_path / "a.xlsx")
    assert sheets_of((tmp_path / "a.xlsx").read_bytes(), "a.xlsx") == ["Shown"]
    assert read_sheet((tmp_path / "a.xlsx").read_bytes(), "Hidden", "f", "deals").name == "Hidden"


@pytest.mark.parametrize("content", [b"no workbook", b"PK\x03\x04broken"])
def test_what_is_no_workbook(content):
    with pytest.raises(DataError, match=r"a\.xlsx, table deals: The workbook cannot be read: "):
        read_sheet(content, None, "a.xlsx", "deals")


def test_a_cell_far_from_the_table(export):
    """Row 20,000 and column ZZ make an area of 14,040,000 cells: seven are filled."""
    far = '<row r="20000"><c r="ZZ20000"><v>7</v></c></row>'
    export.write("deals.xlsx", workbook([HEADING, ROW], more=far))
    dataset = export.ingest({"deals": {"file": "deals.xlsx", "columns": COLUMNS}})
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.kept, counts.set_aside) == (2, 1, 1)
    assert export.aside(dataset)["row"].tolist() == ["20000"]
    assert any(
        "deals.xlsx: sheet “Deals” is nearly empty but reaches to cell ZZ20000" in str(note)
        for note in dataset.provenance.notes
    )


def test_a_cell_far_from_the_table_of_an_ods(export):
    """An `.ods` reaches it by "so many empty rows", a row further down by "so many empty cells"."""
    rows = "".join(ods_row(*row) for row in (HEADING, ROW, ("2", "", "won")))
    rows += '<table:table-row table:number-rows-repeated="900000"><table:table-cell/></table:table-row>'
    rows += '<table:table-row><table:table-cell table:number-columns-repeated="16000"/>'
    rows += ods_row("7").removeprefix("<table:table-row>")
    rows += '<table:table-row table:number-rows-repeated="100000"><table:table-cell/></table:table-row>'
    export.write("deals.ods", ods(rows))
    dataset = export.ingest({"deals": {"file": "deals.ods", "columns": COLUMNS}})
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.kept, counts.set_aside) == (3, 1, 2)
    assert export.aside(dataset)["row"].tolist() == ["3", "900004"]
    assert any("reaches to cell WQK900004" in str(note) for note in dataset.provenance.notes)


def ods_row(*cells):
    """A row of texts of an `.ods`; empty ones are empty cells."""
    shown = (
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        if cell
        else "<table:table-cell/>"
        for cell in cells
    )
    return f"<table:table-row>{''.join(shown)}</table:table-row>"


def test_errors_stay_where_they_are_in_a_sheet_with_a_cell_far_away(export):
    far = '<row r="20000"><c r="ZZ20000"><v>7</v></c></row>'
    export.write("deals.xlsx", workbook([HEADING, ROW, ("2", "#N/A", "open")], more=far))
    dataset = export.ingest({"deals": {"file": "deals.xlsx", "columns": COLUMNS}})
    reasons = tallied(dataset.provenance.counts["deals"].reasons)
    assert reasons["“Rep” is an error of the spreadsheet"] == 1


def test_a_workbook_that_takes_too_long(monkeypatch):
    monkeypatch.setenv(SECONDS, "0.2")
    monkeypatch.setattr(workbooks, "_command", lambda asked: [sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(DataError, match=r"a\.xlsx, table deals: sheet “S”: .*longer than 0.2 s"):
        read_sheet(made(["a"]), "S", "a.xlsx", "deals")


@posix
def test_a_workbook_that_takes_too_much_memory(monkeypatch):
    """An area of 2,808,000 cells is small enough to be read as it is, and takes more than 60 MB."""
    content = workbook([HEADING], more='<row r="4000"><c r="ZZ4000"><v>7</v></c></row>')
    assert read_sheet(content, None, "a.xlsx", "deals").rows[4000][-1] == 7
    monkeypatch.setenv(MEMORY, "60")
    with pytest.raises(
        DataError, match=r"a\.xlsx, table deals: sheet “Deals”: .*more than 60 MB.*SALESREPORT_READ_MEMORY"
    ):
        read_sheet(content, None, "a.xlsx", "deals")


def test_an_archive_that_says_it_is_large(monkeypatch):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(3 * 2**20))
    monkeypatch.setenv(MEMORY, "2")
    with pytest.raises(DataError, match="more than 2 MB of memory"):
        read_sheet(content.getvalue(), None, "a.xlsx", "deals")


def test_a_process_that_ends_without_a_word(monkeypatch):
    monkeypatch.setattr(workbooks, "_command", lambda asked: [sys.executable, "-c", "import os; os.abort()"])
    with pytest.raises(DataError, match="it ended the program that reads it"):
        read_sheet(made(["a"]), None, "a.xlsx", "deals")


def test_a_process_cut_off_in_the_middle_of_a_line(monkeypatch):
    script = 'print(\'{"visible": ["S"], "names": ["S"]}\'); print(\'{"end": tr\')'
    monkeypatch.setattr(workbooks, "_command", lambda asked: [sys.executable, "-c", script])
    with pytest.raises(DataError, match="it ended the program that reads it"):
        read_sheet(made(["a"]), None, "a.xlsx", "deals")


def test_limits_grow_with_the_file():
    # 3 s and 100 MB for each of 50 megabytes
    assert Limits.of(50 * 2**20, {}) == Limits(150.0, 5000 * 2**20)


@pytest.mark.parametrize("written", ["0", "-1", "ten", "inf", "nan"])
def test_limits_that_are_none(written):
    with pytest.raises(DataError, match=r"variable SALESREPORT_READ_SECONDS is not a number above 0\. Found"):
        Limits.of(1, {SECONDS: written})


def test_typed_numbers_beyond_what_can_be(export):
    content = made([*HEADING, "Sum"], ["1", "A", "open", 1e300], ["2", "A", "open", 5], ["3", "A", "open", "n/a"])
    export.write("deals.xlsx", content)
    dataset = export.ingest({"deals": {"file": "deals.xlsx", "columns": {**COLUMNS, "amount": "Sum"}}})
    assert dataset.table("deals").set_index("deal_id")["amount"].dropna().to_dict() == {"2": 5}
    assert tallied(dataset.provenance.counts["deals"].repairs) == {"“Sum” is not a number: emptied": 1}
