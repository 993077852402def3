"""A native table in a document, in the report's look: hairlines, numbers to the right, headings on every page."""

from collections.abc import Sequence
from typing import Any

from salesreport.documents.measure import columns_of
from salesreport.documents.paper_styles import CELL, PLUS, WIDTH

_SIZES = (9.0, 8.0, 7.0)
_SIDE = 0.05
"""Margin of a cell at either side, in inches."""

Cell = tuple[str, str, str]
"""Text, second line, tone."""


def add_table(
    document: Any,
    headings: Sequence[tuple[str, bool]],
    rows: Sequence[Sequence[Cell]],
    here: int | None = None,
    least_height: float = 0.0,
) -> Any:
    """Put a table at a document's end.

    Args:
        document: of python-docx. headings: texts, and whether their column holds numbers; without any text there
            is no row of headings. rows: of cells. here: the row to stress. least_height: of a row, in inches.

    Returns:
        The table, of python-docx.
    """
    from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
    from docx.shared import Inches

    headed = any(text for text, _ in headings)
    texts = [
        [text, *(part for row in rows for part in row[place][:2])] for place, (text, _) in enumerate(headings)
    ]
    size = next((one for one in _SIZES if _fits(texts, headings, one)), _SIZES[-1])
    widths = columns_of(texts, size, WIDTH, 2 * _SIDE)
    table = document.add_table(len(rows) + headed, len(headings))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    _margins(table)
    every = [[(text, "", "") for text, _ in headings]] * headed + [list(row) for row in rows]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Inches(width)
    for number, (made, row) in enumerate(zip(table.rows, every, strict=True)):
        head = headed and number == 0
        _whole(made, head)
        if least_height and not head:
            made.height, made.height_rule = Inches(least_height), WD_ROW_HEIGHT_RULE.AT_LEAST
        for cell, content, width, (_, numeric) in zip(made.cells, row, widths, headings, strict=True):
            cell.width = Inches(width)
            _fill(cell, content, size, numeric, head)
            _line_below(cell, head, shaded=not head and number - headed == here)
    document.add_paragraph(style=PLUS)  # two tables without anything between grow into one
    return table


def _fits(texts: Sequence[Sequence[str]], headings: Sequence[tuple[str, bool]], size: float) -> bool:
    """Whether numbers stand on one line each, and texts have a third of what they want."""
    from salesreport.documents.measure import width_of

    wanted = [max(width_of(one, size, True) for one in column) + 2 * _SIDE for column in texts]
    needed = [one if numeric else min(one, 1.3) for one, (_, numeric) in zip(wanted, headings, strict=True)]
    return sum(needed) <= WIDTH


def _fill(cell: Any, content: Cell, size: float, numeric: bool, head: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    text, plus, tone = content
    paragraphs = [(cell.paragraphs[0], text, CELL)]
    if plus:
        paragraphs.append((cell.add_paragraph(), plus, PLUS))
    for paragraph, said, style in paragraphs:
        paragraph.style = style
        run = paragraph.add_run(said)
        if style == CELL:
            run.font.size, run.font.bold = Pt(size), head or None
            if head or tone == "faint":
                run.font.color.rgb = RGBColor(0x57, 0x60, 0x6A)
        if numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _whole(row: Any, head: bool) -> None:
    """No row is torn by the end of a page; headings come again on the next."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))


def _margins(table: Any) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    side = round(_SIDE * 1440)
    margins = f'<w:left w:w="{side}" w:type="dxa"/><w:right w:w="{side}" w:type="dxa"/>'
    properties = table._tbl.tblPr
    made = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>")
    look = properties.find("{*}tblLook")
    properties.insert(len(properties) if look is None else properties.index(look), made)


def _line_below(cell: Any, head: bool, shaded: bool) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    width, colour = (8, "8C959F") if head else (4, "D8DEE4")
    properties = cell._tc.get_or_add_tcPr()
    properties.append(
        parse_xml(
            f'<w:tcBorders {nsdecls("w")}><w:bottom w:val="single" w:sz="{width}" w:space="0" w:color="{colour}"/>'
            "</w:tcBorders>"
        )
    )
    if shaded:
        properties.append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="F6F7F8"/>'))
