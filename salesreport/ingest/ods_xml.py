"""What only the XML of an `.ods` sheet tells: how far apart the filled cells are.

Imported by the process that reads workbooks (`workbook_child`), so nothing but the standard library is used.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from salesreport.ingest.sheet_xml import Packed, cell_name, is_sparse

CONTENT = "content.xml"
"""The part of the archive that has the sheets."""

_FAR = 100
"""Empty cells or rows that stand between filled ones, and are no burden."""

_EMPTY_BEFORE_MORE = re.compile(
    rb"<table:(?:covered-)?table-cell\b[^>]*?columns-repeated=\"(\d+)\"[^>]*?(?:/>|></table:table-cell>)(?=<table:)"
    rb"|<table:table-row\b[^>]*?rows-repeated=\"(\d+)\""
)
_FILLED = b"office:value"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_TABLE, _OFFICE = f"{{{_NAMES}:table:1.0}}", f"{{{_NAMES}:office:1.0}}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_AGAIN = f"{_TABLE}number-columns-repeated"

for _prefix, _part in (("table", "table"), ("office", "office"), ("text", "text")):
    ElementTree.register_namespace(_prefix, f"{_NAMES}:{_part}:1.0")  # the reader knows them by these


class _Row(NamedTuple):
    """A row with filled cells: its number, from 1, and its cells with the places, from 0, they stand at."""

    number: int
    again: int
    element: ElementTree.Element
    filled: list[tuple[int, int, ElementTree.Element]]


def packed_ods(xml: bytes) -> dict[str, Packed]:
    """The sheets without their empty rows and columns, where these are many more than the filled cells.

    An `.ods` says "so many empty rows" in one line, and the reader of workbooks makes all of them, of all sheets,
    when it opens the file.

    Args:
        xml: the workbook's `content.xml`.

    Returns:
        Name of each sheet that had to be packed → the whole `content.xml` with all of them packed, and its rows.
    """
    if not _may_be_far(xml):
        return {}
    root = ElementTree.fromstring(xml)  # noqa: S314
    found = {}
    for table in root.iter(f"{_TABLE}table"):
        rows = [row for row in _rows(table) if row.filled]
        if not rows:
            continue
        cells = sum(row.again * many for row in rows for _, many, _ in row.filled)
        last = rows[-1].number + rows[-1].again - 1
        columns = sorted({place for row in rows for at, many, _ in row.filled for place in range(at, at + many)})
        if is_sparse(last * (columns[-1] + 1), cells):
            for child in list(table):
                table.remove(child)
            table.extend(_narrow(row, columns) for row in rows)
            numbers = [row.number + again for row in rows for again in range(row.again)]
            found[table.get(f"{_TABLE}name", "")] = numbers, cell_name(columns[-1], last)
    content = ElementTree.tostring(root)
    return {sheet: Packed(content, numbers, last) for sheet, (numbers, last) in found.items()}


def _may_be_far(xml: bytes) -> bool:
    """Whether much that is empty stands before something filled: a quick look, for in most sheets nothing does."""
    end = xml.rfind(_FILLED)
    return any(int(match[1] or match[2]) > _FAR for match in _EMPTY_BEFORE_MORE.finditer(xml, 0, max(end, 0)))


def _rows(table: ElementTree.Element) -> Iterator[_Row]:
    number = 1
    for element in table.iter(f"{_TABLE}table-row"):
        again = _times(element, f"{_TABLE}number-rows-repeated")
        filled = []
        at = 0
        for cell in element:
            if cell.tag in _CELLS:
                many = _times(cell, _AGAIN)
                if len(cell) or cell.get(f"{_OFFICE}value-type") is not None:
                    filled.append((at, many, cell))
                at += many
        yield _Row(number, again, element, filled)
        number += again


def _times(element: ElementTree.Element, attribute: str) -> int:
    return max(int(element.get(attribute, "1")), 1)


def _narrow(row: _Row, columns: list[int]) -> ElementTree.Element:
    """A row with its filled cells only, in the columns that are left."""
    place = {column: at for at, column in enumerate(columns)}
    narrow = ElementTree.Element(row.element.tag, row.element.attrib)
    at = 0
    for column, many, cell in row.filled:
        if place[column] > at:
            narrow.append(ElementTree.Element(_CELLS[0], {_AGAIN: str(place[column] - at)}))
        narrow.append(cell)
        at = place[column] + many
    return narrow
