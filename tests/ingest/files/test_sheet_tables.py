"""Sheets as people make them: titles, merged cells, repeated headings, totals, old dates."""

import datetime as dt
import io

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tallies import tallied

from salesreport.errors import DataError

COLUMNS = {"deal_id": "Id", "rep_id": "Rep", "status": "State", "created_on": "Created", "amount": "Sum"}


def saved(book):
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def made(*rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    return saved(book)


HEAD = ["Id", "Rep", "State", "Created", "Sum"]


def test_titles_above_the_headings(export):
    export.write(
        "deals.xlsx",
        made(["Pipeline of the north"], ["made on 2025-03-01"], [], HEAD, ["N1", "Eva", "open", "2025-02-01", 5]),
    )
    table = {"file": "deals.xlsx", "columns": COLUMNS}
    with pytest.raises(DataError, match="row 4: declare “header_row: 4”"):
        export.ingest({"deals": table})
    assert export.ingest({"deals": {**table, "header_row": 4}}).table("deals")["amount"].tolist() == [5]


def test_headings_merged_over_two_rows(export):
    rows = [["Id", "Rep", "State", "Created", "Money 2025"], [None, None, None, None, "Sum", "Cost"]]
    rows.append(["N1", "Eva", "open", "2025-02-01", 5, 3])
    export.write("deals.xlsx", made(*rows, merged=["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"]))
    deals = export.ingest({"deals": {"file": "deals.xlsx", "columns": COLUMNS, "header_row": 2}}).table("deals")
    assert deals[["deal_id", "rep_id", "amount"]].to_numpy().tolist() == [["N1", "Eva", 5]]


def test_a_name_merged_over_rows_is_in_all_of_them_and_a_sum_is_not(export):
    rows = [HEAD, ["N1", "Eva", "open", "2025-02-01", 900], ["N2", None, "open", "2025-02-02", None]]
    rows += [["N3", None, "open", "2025-02-03", 30]]
    export.write("deals.xlsx", made(*rows, merged=["B2:B4", "E2:E3"]))
    deals = export.ingest({"deals": {"file": "deals.xlsx", "columns": COLUMNS}}).table("deals")
    assert deals["rep_id"].tolist() == ["Eva"] * 3
    assert deals["amount"].fillna(-1).tolist() == [900, -1, 30]


def test_headings_twice(export):
    export.write("deals.xlsx", made([*HEAD, "Sum"], ["N1", "Eva", "open", "2025-02-01", 5, 6]))
    with pytest.raises(DataError, match="This heading stands over several columns"):
        export.ingest({"deals": {"file": "deals.xlsx", "columns": COLUMNS}})


def test_totals_and_remarks_below(export):
    rows = [HEAD, ["N1", "Eva", "open", "2025-02-01", 5], ["N2", "Eva", "open", "2025-02-02", 7]]
    export.write("deals.xlsx", made(*rows, ["Total", None, None, None, 12], [], ["Confidential"]))
    dataset = export.ingest({"deals": {"file": "deals.xlsx", "columns": COLUMNS}})
    assert dataset.table("deals")["amount"].sum() == 12
    assert sum(tallied(dataset.provenance.counts["deals"].reasons).values()) == 2


def test_days_since_1904(export):
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEAD)
    book.active.append(["N1", "Eva", "open", dt.date(2025, 2, 1), 5])
    export.write("deals.xlsx", saved(book))
    deals = export.ingest({"deals": {"file": "deals.xlsx", "columns": COLUMNS}}).table("deals")
    assert str(deals["created_on"][0].date()) == "2025-02-01"


def test_numbers_that_are_texts(export):
    rows = [HEAD, ["N1", "Eva", "open", "2025-02-01", "1,250.50"], ["N2", "Eva", "open", "2025-02-02", 7.25]]
    export.write("deals.xlsx", made(*rows))
    deals = export.ingest({"deals": {"file": "deals.xlsx", "columns": COLUMNS}}).table("deals")
    assert deals["amount"].tolist() == [1250.5, 7.25]
