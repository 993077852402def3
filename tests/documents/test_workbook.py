"""Workbooks: typed cells, nothing from data a formula, names that Excel takes."""

import datetime as dt
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office import HOSTILE, notebook, section

from salesreport.documents.content import Content, read_content
from salesreport.documents.report_workbook import to_workbook
from salesreport.documents.workbook import (
    LONGEST_NAME,
    LONGEST_TEXT,
    About,
    Block,
    Sheet,
    safe_sheet_names,
    workbook,
)

ABOUT = About("About", "Figures", [("Dataset", "Lumina"), ("As-of date", dt.date(2025, 12, 31))], "Definitions")


def book_of(*sheets: Sheet, about: About = ABOUT) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(sheets, about)))


def column(*values: Any, name: str = "a", **changes: Any) -> list[Any]:
    """The cells that values become."""
    page = book_of(Sheet("S", [name], [[one] for one in values], **changes)).worksheets[0]
    return [page.cell(row, 1) for row in range(2, 2 + len(values))]


@pytest.mark.parametrize(
    "written",
    ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "{=1}", "\t=1", "http://example.org",
     "mailto:a@b.c", "12", "1e5", "TRUE", "2025-01-01", "#N/A", " lead", "'=1", ""],
)  # fmt: skip
def test_a_text_stays_a_text(written: str) -> None:
    (cell,) = column(written)
    assert cell.data_type in ("s", "n" if not written else "s")
    assert (cell.value or "") == written.replace("\t", " ")
    assert cell.hyperlink is None


def test_cells_are_what_they_are() -> None:
    whole, share, day, instant, yes, none, no_number, early, big = column(
        3, 0.25, dt.date(2025, 3, 1), dt.datetime(2025, 3, 1, 12, 30), True, None, float("nan"),
        dt.date(1899, 12, 31), 2**60,
    )  # fmt: skip
    assert (whole.value, share.value) == (3, 0.25)
    assert (day.value, day.number_format) == (dt.datetime(2025, 3, 1), "yyyy-mm-dd")
    assert (instant.value, instant.number_format) == (dt.datetime(2025, 3, 1, 12, 30), "yyyy-mm-dd hh:mm")
    assert yes.value is True
    assert (none.value, no_number.value) == (None, None)
    # Excel knows no such day, and rounds numbers of more than fifteen digits
    assert (early.value, big.value) == ("1899-12-31", str(2**60))


def test_numbers_are_shown_in_their_unit_and_kept_unrounded() -> None:
    columns = ["value", "lower", "n", "unit"]
    rows = [
        [1 / 3, 0.2, 30, "share"],
        [1234.5678, 1000.0, 4, "EUR"],
        [12.5, None, 8, "days"],
        [3.0, 2.0, 2, "times"],
    ]
    page = book_of(Sheet("S", columns, rows)).worksheets[0]
    shown = [[cell.number_format for cell in row] for row in page.iter_rows(min_row=2, max_row=5)]
    assert [row[0] for row in shown] == ["0.0%", "#,##0.00", "General", "0.00"]
    assert shown[0][1:3] == ["0.0%", "General"]
    assert page["A2"].value == 1 / 3
    (rate,) = column(0.5, name="rate")
    (other,) = column(0.5, name="half", shares=())
    assert (rate.number_format, other.number_format) == ("0.0%", "General")


def test_headings_stay_in_sight_and_can_be_filtered() -> None:
    sheet = Sheet("S", ["a", "b"], [[1, 2], [3, 4]], above=["Message"], below=[Block("Table", ["h"], [["x"]])])
    page = book_of(sheet).worksheets[0]
    assert (page["A1"].value, page["A3"].value, page["A4"].value) == ("Message", "a", 1)
    assert page.freeze_panes == "A4"
    assert page.auto_filter.ref == "A3:B5"
    assert [row[0].value for row in page.iter_rows(min_row=6)] == [None, "Table", "h", "x"]


def test_what_excel_cannot_hold_is_cut_and_said() -> None:
    (cell,) = column(";".join(f"D{number}" for number in range(10_000)))
    assert len(cell.value) <= LONGEST_TEXT
    assert cell.value.endswith(" …")
    assert cell.value.removesuffix(" …").split(";")[-1].startswith("D")


def test_hostile_texts_everywhere() -> None:
    sheet = Sheet(HOSTILE, [HOSTILE], [[HOSTILE]], above=[HOSTILE], below=[Block(HOSTILE, [HOSTILE], [[HOSTILE]])])
    about = About(HOSTILE, HOSTILE, [(HOSTILE, HOSTILE)], HOSTILE, [(HOSTILE, HOSTILE)], HOSTILE, [HOSTILE])
    content = workbook([sheet, sheet], about)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > 15
    assert all(cell.data_type == "s" and cell.value.startswith("=HYPERLINK") for cell in cells)
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        assert not any("<f>" in files.read(name).decode() for name in files.namelist() if name.endswith(".xml"))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=50), min_size=1, max_size=12))
def test_names_of_sheets_are_names_that_excel_takes(names: list[str]) -> None:
    safe = safe_sheet_names(names)
    assert len({one.casefold() for one in safe}) == len(names)
    for one in safe:
        assert 0 < len(one) <= LONGEST_NAME
        assert not set(one) & set("[]:*?/\\")
        assert not one.startswith("'")
        assert not one.endswith("'")
        assert one.casefold() != "history"


def test_the_same_sheets_give_the_same_bytes() -> None:
    sheet = Sheet("S", ["a"], [[1], ["x"]])
    assert workbook([sheet], ABOUT) == workbook([sheet], ABOUT)


def test_a_report_s_workbook_has_each_section_s_data_and_tables(content: Content) -> None:
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(content)))
    by_topic = {part.topic: part for part in content.parts}
    trend = book["Trend"]
    data = by_topic["Trend"].data
    assert data is not None
    assert trend["A1"].value == by_topic["Trend"].message
    rows = [[cell.value for cell in row] for row in trend.iter_rows(min_row=4, max_row=3 + len(data["rows"]))]
    for row, want in zip(rows, data["rows"], strict=True):
        # numbers are written with sixteen digits (findings/workbook-sixteen-digits.sh)
        assert row[: len(want)] == [
            pytest.approx(one, rel=1e-15) if isinstance(one, float) else one for one in want
        ]
    below = {cell.value for row in trend.iter_rows(min_row=4 + len(rows)) for cell in row}
    assert {block["caption"] for block in by_topic["Trend"].of("table")} <= below
    about = {row[0]: row[1] for row in book.worksheets[-1].iter_rows(values_only=True)}
    assert about["As-of date"] == dt.datetime(2025, 12, 31)
    assert about["Dataset"] == content.dataset
    assert about["Win rate"].startswith("deals won ÷ deals won or lost")
    deals = book["Pipeline"]
    heads = [cell.value for cell in deals[3]]
    assert deals.cell(4, heads.index("created_on") + 1).number_format == "yyyy-mm-dd"
    assert deals.cell(4, heads.index("crm_probability") + 1).number_format == "0.0%"
    assert "rep_id" not in heads


def test_a_report_without_numbers_is_a_workbook_too() -> None:
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(read_content(notebook([section(available=False)])))))
    assert [page.title for page in book] == ["About these figures"]
