"""A native table on a slide in the report's look: hairlines, no boxes, numbers to the right."""

from collections.abc import Collection, Sequence
from typing import Any

from salesreport.documents.deck_words import Ink, Run, write

_PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""The table style "No style, no grid", which every PowerPoint has."""

_SIDE, _TOP = 0.08, 0.03
"""Margins of a cell, in inches."""


def draw_table(
    slide: Any,
    cells: Sequence[Sequence[tuple[str, str, str]]],
    columns: Sequence[float],
    heights: Sequence[float],
    place: tuple[float, float],
    size: float,
    plus_size: float,
    *,
    numeric: Sequence[bool],
    headed: bool,
    here: int | None,
    strong: Collection[int],
    language: str,
) -> None:
    """Put a table on a slide.

    Args:
        cells: rows of (text, second line, tone), the headings first where there are any. columns, heights: of its
            columns and rows, in inches. place: of its upper left corner. size, plus_size: of letters, in points.
        numeric: of each column whether it holds numbers. headed: whether the first row has headings.
        here, strong: rows to stress, without the headings. language: of the texts.
    """
    from pptx.enum.dml import MSO_THEME_COLOR
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches

    frame = slide.shapes.add_table(len(cells), len(columns), *map(Inches, (*place, sum(columns), sum(heights))))
    frame.name = "Table"
    table = frame.table
    properties = table._tbl.tblPr
    properties.find("{*}tableStyleId").text = _PLAIN
    properties.set("bandRow", "0")
    properties.set("firstRow", "1" if headed else "0")
    for column, width in zip(table.columns, columns, strict=True):
        column.width = Inches(width)
    for number, (row, height, made) in enumerate(zip(cells, heights, table.rows, strict=True)):
        made.height = Inches(height)
        of_body = number - headed
        head = of_body < 0
        bold = head or of_body in strong
        for cell, (text, plus, tone), right in zip(made.cells, row, numeric, strict=True):
            cell.margin_left = cell.margin_right = Inches(_SIDE)
            cell.margin_top = cell.margin_bottom = Inches(_TOP)
            cell.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.TOP
            quiet = head or tone == "faint"
            lines = [[Run(text, size, bold, Ink.MUTED if quiet else Ink.TEXT)]]
            lines += [[Run(plus, plus_size, ink=Ink.MUTED)]] if plus else []
            write(cell.text_frame, lines, language)
            for paragraph in cell.text_frame.paragraphs:
                paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
                paragraph.line_spacing = 1.0
            if of_body == here and not head:
                cell.fill.solid()
                cell.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_2
            _line_below(cell, 1.0 if head else 0.5, dark=head)
        if of_body in strong and not any(text for text, *_ in row[1:]):
            made.cells[0].merge(made.cells[len(row) - 1])


def _line_below(cell: Any, width: float, *, dark: bool) -> None:
    """A hairline below a cell; python-pptx knows no borders."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls
    from pptx.util import Pt

    properties = cell._tc.get_or_add_tcPr()
    colour = "accent3" if dark else "accent6"
    line = parse_xml(
        f"<a:lnB {nsdecls('a')} w='{Pt(width)}' cap='flat'><a:solidFill><a:schemeClr val='{colour}'/>"
        "</a:solidFill><a:prstDash val='solid'/></a:lnB>"
    )
    properties.insert(0, line)  # the schema wants lines before fills
