"""Errors of spreadsheets are counted and said, alike from a workbook and from a CSV file."""

import pytest
from tallies import tallied
from xlsx import workbook

from salesreport.ingest.workbooks.broken_cells import ERRORS, NOT_CALCULATED

COLUMNS = {
    "deal_id": "Id",
    "rep_id": "Rep",
    "status": "State",
    "product_line": "Line",
    "amount": "Amount",
    "created_on": "Day",
}
ROWS = [
    ("1", "A", "open", "Lamp", "10", "2025-01-31"),
    ("2", "A", "open", "#N/A", "#DIV/0!", "2025-01-31"),
    ("3", "A", "open", "Lamp", "#N/A", "#REF!"),
    ("4", "#NAME?", "open", "Lamp", "10", "2025-01-31"),
]
REPAIRS = {
    "“Line” is an error of the spreadsheet: emptied": 1,
    "“Amount” is an error of the spreadsheet: emptied": 2,
    "“Day” is an error of the spreadsheet: emptied": 1,
}


def ingested(export, name, content):
    export.write(name, content)
    return export.ingest({"deals": {"file": name, "columns": COLUMNS}})


def judged(dataset):
    counts = dataset.provenance.counts["deals"]
    assert tallied(counts.repairs) == REPAIRS
    assert tallied(counts.reasons) == {"“Rep” is an error of the spreadsheet": 1}
    # rows 2 and 3 lose values, row 4 has no rep
    assert (counts.read, counts.kept, counts.repaired, counts.set_aside) == (4, 1, 2, 1)
    assert dataset.table("deals")["amount"].isna().tolist() == [False, True, True]


def test_from_a_csv_file(export):
    lines = [",".join(row) for row in [tuple(COLUMNS.values()), *ROWS]]
    judged(ingested(export, "deals.csv", "\n".join(lines)))


def test_from_a_workbook(export):
    judged(ingested(export, "deals.xlsx", workbook([tuple(COLUMNS.values()), *ROWS])))


def test_a_formula_that_was_never_calculated(export):
    rows = [tuple(COLUMNS.values()), ROWS[0], (*ROWS[0][:4], "", "2025-02-28")]
    rows[2] = ("2", *rows[2][1:])
    dataset = ingested(export, "deals.xlsx", workbook(rows, formulas=[(3, 4)]))
    (repair,) = dataset.provenance.counts["deals"].repairs
    assert str(repair.what) == "“Amount” is an error of the spreadsheet: emptied"
    assert (repair.rows, repair.examples) == (1, (NOT_CALCULATED,))


def test_a_workbook_of_formulas_that_were_never_calculated(export):
    rows = [tuple(COLUMNS.values())] + [(str(at), "A", "open", "Lamp", "", "2025-01-31") for at in range(20)]
    content = workbook(rows, formulas=[(at, 4) for at in range(2, 22)])
    with pytest.raises(Exception, match=r"Most values of this column cannot be read.*Mend the formulas"):
        ingested(export, "deals.xlsx", content)


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_one_in_any_case(export, error):
    dataset = export.deals(f"D1,A,open,,,5\nD2,A,open,,,{error.lower()}\n")
    assert tallied(dataset.provenance.counts["deals"].repairs) == {
        "“Amount” is an error of the spreadsheet: emptied": 1
    }
