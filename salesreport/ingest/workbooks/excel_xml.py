"""Workbooks that are one XML file, as Excel 2003 wrote them and many programs still do, called `.xls` or `.xml`.

Imported by the process that reads workbooks (`workbook_child`), so nothing but the standard library is used.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

_SPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_BEGIN = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:\w+:)?Workbook\b", re.DOTALL)
_DECLARED = re.compile(rb"^\s*<\?xml.*?\?>", re.DOTALL)
_WIDEST = 16_384


@dataclass
class XmlSheet:
    """A sheet: its name, row number (from 1) → cells, and what is merged with cells below (counted from 0)."""

    name: str
    rows: dict[int, list[Any]] = field(default_factory=dict)
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def is_excel_xml(beginning: bytes) -> bool:
    """Whether a file that begins so is a workbook in one XML file."""
    return bool(_BEGIN.match(beginning)) and b"urn:schemas-microsoft-com:office:spreadsheet" in beginning


def sheets_of_xml(xml: bytes) -> list[XmlSheet]:
    """The sheets of such a workbook, which is UTF-8 whatever it declares.

    Raises:
        ValueError: it is damaged.

    Examples:
        >>> begin = b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss='
        >>> begin += b'"urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Deals"><Table>'
        >>> row = b'<Row ss:Index="3"><Cell><Data ss:Type="String">Id</Data></Cell><Cell ss:Index="3">'
        >>> row += b'<Data ss:Type="Number">7.50</Data></Cell></Row></Table></Worksheet></Workbook>'
        >>> sheets_of_xml(begin + row)
        [XmlSheet(name='Deals', rows={3: ['Id', None, 7.5]}, merged=[])]
    """
    if b"<!DOCTYPE" in xml:
        raise ValueError("a document type is declared")
    try:
        root = ElementTree.fromstring(_DECLARED.sub(b"", xml, count=1))  # noqa: S314
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    return [_sheet(element) for element in root.iter(f"{_SPACE}Worksheet")]


def _sheet(element: ElementTree.Element) -> XmlSheet:
    sheet = XmlSheet(element.get(f"{_SPACE}Name", ""))
    number = 0
    for row in element.iterfind(f"{_SPACE}Table/{_SPACE}Row"):
        number = _number(row, "Index", number + 1)
        cells: list[Any] = []
        for cell in row.iterfind(f"{_SPACE}Cell"):
            at = max(_number(cell, "Index", len(cells) + 1) - 1, len(cells))
            across = _number(cell, "MergeAcross", 0)
            if at + across >= _WIDEST:
                raise ValueError("a cell stands beyond the last column")
            down = _number(cell, "MergeDown", 0)
            if down:
                sheet.merged.append((number - 1, at, number - 1 + down))
            cells += [None] * (at - len(cells))
            cells += [_value(cell.find(f"{_SPACE}Data")), *[None] * across]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            sheet.rows[number] = cells
    return sheet


def _number(element: ElementTree.Element, name: str, otherwise: int) -> int:
    return max(0, int(element.get(f"{_SPACE}{name}", otherwise)))


def _value(data: ElementTree.Element | None) -> Any:
    """A cell's value: texts, numbers, truth values; days as people write them."""
    if data is None:
        return None
    written = "".join(data.itertext())
    kind = data.get(f"{_SPACE}Type")
    if kind == "Number":
        number = float(written)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if kind == "Boolean":
        return written.strip() == "1"
    if kind == "DateTime":
        return re.sub(r"T00:00:00(\.0+)?$", "", written)
    return written or None
