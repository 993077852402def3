"""The XML of a sheet: where cells are errors, and what is left of a sheet whose cells lie far apart."""

import io
import zipfile

import pytest
from xlsx import workbook

from salesreport.ingest.workbooks.sheet_xml import NOT_CALCULATED, Broken, broken_cells, packed, part_of, with_part


def sheet_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(part_of(archive, "Deals"))


def test_where_they_are():
    content = workbook([("Id", "#N/A"), ("1", "#NUM!"), ("2", "x")], formulas=[(3, 0)])
    assert list(broken_cells(sheet_of(content))) == [
        Broken(0, 1, "#N/A"),
        Broken(1, 1, "#NUM!"),
        Broken(2, 0, NOT_CALCULATED),
    ]


def test_no_such_sheet():
    with zipfile.ZipFile(io.BytesIO(workbook([("Id",)]))) as archive:
        assert part_of(archive, "Other") is None


def test_the_empty_text_is_a_result():
    xml = sheet_of(workbook([("Id",), ("1",)])).replace(b"<v>1</v>", b'<f>""</f><v></v>')
    assert list(broken_cells(xml)) == [Broken(1, 0, NOT_CALCULATED)]
    assert list(broken_cells(xml.replace(b'<c r="A2">', b'<c r="A2" t="str">'))) == []


def rows(*cells):
    """A sheet of single cells, each in a row of its own."""
    return b"".join(b'<row r="%d"><c r="%s%d"><v>7</v></c></row>' % (row, name, row) for name, row in cells)


@pytest.mark.parametrize(
    "xml",
    [
        rows((b"A", 1), (b"B", 2)),
        # 5,000,000 cells are no burden: 7,122 rows of columns A to ZZ (702) are 4,999,644
        rows((b"A", 1), (b"ZZ", 7_122)),
        # a cell that does not say where it is
        rows((b"A", 1), (b"ZZ", 7_123)) + b'<row r="7124"><c><v>1</v></c></row>',
        b"",
    ],
)
def test_most_sheets_are_read_as_they_are(xml):
    assert packed(xml) is None


def test_a_cell_far_from_the_table():
    # 702 · 7,123 = 5,000,346
    small = packed(rows((b"A", 1), (b"C", 2), (b"ZZ", 7_123)))
    assert (small.rows, small.last) == ([1, 2, 7_123], "ZZ7123")
    assert [cell in small.xml for cell in (b' r="A1"', b' r="B2"', b' r="C3"')] == [True] * 3


def test_a_full_sheet_is_not_packed(monkeypatch):
    monkeypatch.setattr("salesreport.ingest.workbooks.sheet_xml.SMALL", 10)
    # A1 to C6 are 18 places: of 4 cells packed (4 · 4 = 16), of 5 not (20)
    four = [(b"A", 1), (b"A", 2), (b"A", 3), (b"C", 6)]
    assert packed(rows(*four)).rows == [1, 2, 3, 6]
    assert packed(rows(*four, (b"C", 5))) is None


def test_an_archive_with_another_part():
    with zipfile.ZipFile(io.BytesIO(workbook([("Id",)]))) as old:
        part = part_of(old, "Deals")
        with zipfile.ZipFile(with_part(old, part, b"new")) as new:
            assert new.read(part) == b"new"
            assert {name: new.read(name) for name in old.namelist() if name != part} == {
                name: old.read(name) for name in old.namelist() if name != part
            }
