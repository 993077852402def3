"""What only the XML of an `.xlsx` sheet tells: cells that are errors, and how far apart the filled cells are.

Imported by the process that reads workbooks (`workbook_child`), so nothing but the standard library is used.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree

NOT_CALCULATED = "#NOT CALCULATED"
"""What a formula without a value is shown as."""

SMALL = 5_000_000
"""An area of so many cells is no burden, however few of them are filled."""

SPARSE = 4
"""An area of more than so many cells for each that is filled is packed before it is read."""

_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*>')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b(?P<attributes>[^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_AT = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="([0-9]{1,7})"')
_PLACED = re.compile(rb'(<(?:\w+:)?c\s[^>]*?\br=")([A-Z]{1,3})([0-9]{1,7})"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Broken(NamedTuple):
    """A cell of a sheet without a value: its row and column, from 0, and what it shows."""

    row: int
    column: int
    shown: str


class Packed(NamedTuple):
    """A sheet whose empty rows and columns are left out.

    Attributes:
        xml: the sheet. rows: of each row, from 0, its number in the workbook, from 1.
        last: the name of the outermost cell, such as ZZ20000.
    """

    xml: bytes
    rows: list[int]
    last: str


def part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of a sheet's part in the archive of an `.xlsx`; None where there is none."""
    relations = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    }
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            target = relations.get(element.get(_RELATION, ""), "")
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return None


def broken_cells(xml: bytes) -> Iterator[Broken]:
    """The errors and the formulas never calculated of a sheet; none of cells that do not say where they are."""
    if b't="e"' in xml:
        for match in _ERROR.finditer(xml):
            value = _VALUE.search(xml, match.end(), xml.find(b"c>", match.end()))
            yield from _at(match[0], value[1].decode("utf-8", "replace") if value else "#N/A")
    if b"f>" in xml or b"<f" in xml:
        for match in _FORMULA.finditer(xml):
            # a formula whose result is the empty text is calculated
            if b't="str"' not in match["attributes"] and b't="e"' not in match["attributes"]:
                yield from _at(match["attributes"], NOT_CALCULATED)


def packed(xml: bytes) -> Packed | None:
    """A sheet without its empty rows and columns, where they are many more than the filled cells.

    One cell far from the table may make the area of a sheet as large as 17 thousand million cells, and the reader
    of workbooks makes all of them.

    Returns:
        None where the sheet may be read as it is, or does not say where its cells are.

    Examples:
        >>> xml = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="20000"><c r="ZZ20000"><v>2</v></c></row>'
        >>> packed(xml).rows, packed(xml).last
        ([1, 20000], 'ZZ20000')
        >>> packed(xml).xml[-43:]
        b'<row r="20000"><c r="B2"><v>2</v></c></row>'
    """
    if not _may_be_large(xml):
        return None
    cells = sum(1 for _ in _CELL.finditer(xml))
    rows: set[int] = set()
    names: set[bytes] = set()
    placed = 0
    for match in _PLACED.finditer(xml):
        rows.add(int(match[3]))
        names.add(match[2])
        placed += 1
    if not cells or placed != cells:
        return None
    columns = sorted(map(_position, names))
    if not is_sparse(max(rows) * (columns[-1] + 1), cells):
        return None
    new_row = {number: b"%d" % at for at, number in enumerate(sorted(rows), 1)}
    new_name = {_letters(column): _letters(at) for at, column in enumerate(columns)}
    return Packed(
        _PLACED.sub(lambda match: match[1] + new_name[match[2]] + new_row[int(match[3])] + b'"', xml),
        sorted(rows),
        cell_name(columns[-1], max(rows)),
    )


def is_sparse(area: int, filled: int) -> bool:
    """Whether an area of cells is a burden, of which so few are filled."""
    return area > max(SMALL, SPARSE * filled)


def cell_name(column: int, row: int) -> str:
    """The name of a cell.

    Args:
        column: its place, from 0. row: its number, from 1.

    Examples:
        >>> cell_name(701, 20_000)
        'ZZ20000'
    """
    return f"{_letters(column).decode()}{row}"


def with_part(archive: zipfile.ZipFile, part: str, content: bytes) -> io.BytesIO:
    """The same archive with other content of one part, uncompressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in archive.namelist():
            new.writestr(name, content if name == part else archive.read(name))
    out.seek(0)
    return out


def _may_be_large(xml: bytes) -> bool:
    """Whether the area of a sheet may be a burden: a quick look, for most sheets are small or full."""
    widest = next((most for pattern, most in _WIDTHS if pattern.search(xml)), 26)
    last = max((int(match[1]) for match in _ROW.finditer(xml)), default=0)
    return is_sparse(last * widest, xml.count(b' r="'))


_WIDTHS = ((re.compile(rb'\br="[A-Z]{3}[0-9]'), 16_384), (re.compile(rb'\br="[A-Z]{2}[0-9]'), 702))


@lru_cache(maxsize=16_384)
def _position(name: bytes) -> int:
    """A column's place, from 0."""
    column = 0
    for letter in name:
        column = column * 26 + letter - ord("A") + 1
    return column - 1


def _letters(column: int) -> bytes:
    """A column's name.

    Examples:
        >>> [_letters(_position(name)) for name in (b"A", b"Z", b"AA", b"XFD")]
        [b'A', b'Z', b'AA', b'XFD']
    """
    name = b""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = bytes([letter + ord("A")]) + name
    return name


def place_of(attributes: bytes) -> tuple[int, int] | None:
    """The row and column of a cell, from 0; None where it does not say where it is.

    Examples:
        >>> place_of(b'<c r="AB7" s="2">')
        (6, 27)
    """
    place = _AT.search(attributes)
    return None if place is None else (int(place[2]) - 1, _position(place[1]))


def merged_down(xml: bytes) -> list[tuple[int, int, int]]:
    """The cells of a sheet that are merged with cells below: first row, column, last row, from 0.

    Examples:
        >>> merged_down(b'<mergeCells count="2"><mergeCell ref="A1:A2"/><mergeCell ref="B1:F1"/></mergeCells>')
        [(0, 0, 1)]
    """
    end = max(0, xml.rfind(b"sheetData>"))  # they stand behind the cells
    found = ((_position(one[1]), int(one[2]) - 1, int(one[4]) - 1) for one in _MERGED.finditer(xml, end))
    return [(first, column, last) for column, first, last in found if last > first]


def _at(attributes: bytes, shown: str) -> Iterator[Broken]:
    place = place_of(attributes)
    if place is not None:
        yield Broken(*place, shown)
