"""Errors of spreadsheets are counted and said, alike from a workbook and from a CSV file."""

import io
import zipfile

import pandas as pd
import pytest
from tallies import tallied

from salesreport.ingest.broken_cells import ERRORS, NOT_CALCULATED, Broken, broken_cells

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


def workbook(rows, *, formulas=()):
    """An `.xlsx` file of one sheet: texts as inline strings, numbers as numbers, errors as errors.

    `formulas` are (row, column) of cells that hold a formula and no value.
    """
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for at, value in enumerate(row):
            place = f'r="{"ABCDEFGH"[at]}{number}"'
            if (number, at) in formulas:
                cells.append(f"<c {place}><f>A1+1</f><v></v></c>")
            elif value.startswith("#"):
                cells.append(f'<c {place} t="e"><f>X1</f><v>{value}</v></c>')
            elif value.replace(".", "").isdigit():
                cells.append(f"<c {place}><v>{value}</v></c>")
            else:
                cells.append(f'<c {place} t="inlineStr"><is><t>{value}</t></is></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/s.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Deals" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


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


def test_where_they_are():
    content = workbook([("Id", "#N/A"), ("1", "#NUM!"), ("2", "x")], formulas=[(3, 0)])
    assert broken_cells(content, "Deals") == [
        Broken(0, 1, "#N/A"),
        Broken(1, 1, "#NUM!"),
        Broken(2, 0, NOT_CALCULATED),
    ]
    assert broken_cells(content, "Other") == []


def test_the_empty_text_is_a_result():
    content = workbook([("Id",), ("1",)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/s.xml").replace(b"<v>1</v>", b'<f>""</f><v></v>')
        empty = xml.replace(b'<c r="A2">', b'<c r="A2" t="str">')
    assert broken_cells(_with_sheet(content, xml), "Deals") == [Broken(1, 0, NOT_CALCULATED)]
    assert broken_cells(_with_sheet(content, empty), "Deals") == []


def _with_sheet(content, xml):
    """The same workbook with another sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, xml if name.endswith("s.xml") and "worksheets" in name else old.read(name))
    return out.getvalue()


def test_a_workbook_written_by_a_library(export):
    """What pandas writes has neither."""
    frame = pd.DataFrame([ROWS[0]], columns=list(COLUMNS.values()))
    frame.to_excel(export.folder / "deals.xlsx", index=False, sheet_name="Deals")
    assert broken_cells((export.folder / "deals.xlsx").read_bytes(), "Deals") == []


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04broken"])
def test_what_is_no_xlsx_tells_nothing(content):
    assert broken_cells(content, "Deals") == []


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_one_in_any_case(export, error):
    dataset = export.deals(f"D1,A,open,,,5\nD2,A,open,,,{error.lower()}\n")
    assert tallied(dataset.provenance.counts["deals"].repairs) == {
        "“Amount” is an error of the spreadsheet: emptied": 1
    }
