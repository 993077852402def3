"""What only the XML of an `.ods` sheet tells: how far apart the filled cells are, and what currency they are in.

Imported by the process that reads workbooks (`workbook_child`), so nothing but the standard library is used.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple
from xml.etree import ElementTree

from salesreport.ingest.workbooks.sheet_xml import Packed, cell_name, is_sparse

CONTENT = "content.xml"
"""The part of the archive that has the sheets."""

_FAR = 100
"""Empty cells or rows that stand between filled ones, and are no burden."""

_EMPTY_BEFORE_MORE = re.compile(
    rb"<table:(?:covered-)?table-cell\b[^>]*?columns-repeated=\"(\d+)\"[^>]*?(?:/>|></table:table-cell>)(?=<table:)"
    rb"|<table:table-row\b[^>]*?rows-repeated=\"(\d+)\""
)
_FILLED = b"office:value"
_MOST = 1_048_576
_AGAIN_AT_MOST = 10_000
_SHEET = re.compile(rb'<table:table\s[^>]*?table:name="([^"]*)"[^>]*>')
_ROW_OR_CELL = re.compile(rb"<table:(?:table-(row)|(?:covered-)?table-cell)\b([^>]*)>")
_CURRENCY = re.compile(rb'office:currency="([A-Z]{3})"')
_REPEATED = re.compile(rb'table:number-(?:rows|columns)-repeated="(\d{1,9})"')
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


def shown_currencies(xml: bytes, sheet: str) -> dict[int, list[tuple[int, str]]]:
    """By row, from 0, the columns whose cells are money by type, and its currency as `number_formats.signs_of` does.

    Examples:
        >>> row = b'<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3"/>'
        >>> cell = b'<table:table-cell office:value-type="currency" office:currency="HUF" office:value="5"/></table:table-row>'
        >>> shown_currencies(b'<table:table table:name="A &amp; B">' + row + cell + b"</table:table>", "A & B")
        {0: [(3, '[$HUF-0]')], 1: [(3, '[$HUF-0]')]}
    """  # noqa: E501
    signs: dict[int, list[tuple[int, str]]] = {}
    if b"office:currency=" not in xml:
        return signs
    begin = next(
        (one.end() for one in _SHEET.finditer(xml) if unescape(one[1].decode("utf-8")) == sheet), len(xml)
    )
    end = xml.find(b"</table:table>", begin)
    row = column = 0
    again = 0
    for part in _ROW_OR_CELL.finditer(xml, begin, len(xml) if end < 0 else end):
        many = min(_repeated(part[2]), _MOST)
        if part[1] == b"row":
            row, column, again = row + again, 0, many
            continue
        money = _CURRENCY.search(part[2])
        if money is not None:
            written = f"[${money[1].decode('ascii')}-0]"
            for line in range(row, row + min(again, _AGAIN_AT_MOST)):
                signs.setdefault(line, []).extend((column + at, written) for at in range(min(many, _FAR)))
        column += many
    return signs


def _repeated(attributes: bytes) -> int:
    again = _REPEATED.search(attributes)
    return 1 if again is None else max(1, int(again[1]))


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
