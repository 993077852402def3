"""An empty document in a brand: A4, styles for everything that stands in it, head and foot."""

import io
from typing import Any

from salesreport.brand import Look
from salesreport.documents.archive import forget
from salesreport.documents.measure import FONT
from salesreport.documents.pictures import logo_of
from salesreport.drawing.palette import INK, MUTED

WIDTH = 6.69
"""Of the text, in inches: A4 less two margins of two centimetres."""

KICKER, LEDE, NOTE, SOURCE, CELL, PLUS, BLANK = (
    "Kicker",
    "Lede",
    "Note",
    "Source",
    "Cell",
    "Cell plus",
    "Line to fill in",
)
"""The document's own styles, beside Title, Heading 1 to 3 and Normal."""


def new_document(look: Look, language: str, foot: str) -> Any:
    """A document without text; `language` is such as `de-DE`, `foot` stands at each page's foot."""
    from docx import Document
    from docx.shared import Inches, Mm

    document = Document()
    forget(document.part.package.rels, "/thumbnail")
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)
    _styles(document, look)
    _language(document, language)
    picture = logo_of(look)
    if picture is not None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        from salesreport.documents.deck_template import fitting

        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        width, height = fitting(picture, 1.4, 0.34)
        logo = head.add_run().add_picture(io.BytesIO(picture), Inches(width), Inches(height))
        logo._inline.docPr.set("descr", look.name)
    below = section.footer.paragraphs[0]
    below.style = document.styles[SOURCE]
    below.paragraph_format.tab_stops.clear_all()
    from docx.enum.text import WD_TAB_ALIGNMENT

    below.paragraph_format.tab_stops.add_tab_stop(Inches(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    below.add_run(f"{foot}\t")
    _page_number(below)
    return document


def _styles(document: Any, look: Look) -> None:
    """Styles: whoever edits the document changes a look in one place."""
    styles = document.styles
    _letters(styles["Normal"], 10, INK)
    styles["Normal"].paragraph_format.line_spacing = 1.15
    for name, points, before, after in (
        ("Title", 24, 2, 4), ("Heading 1", 14, 16, 6), ("Heading 2", 12, 2, 4), ("Heading 3", 10, 8, 2),
    ):  # fmt: skip
        _letters(styles[name], points, INK, bold=True)
        _spaces(styles[name], before, after, following=True)
    _bare(styles["Title"])
    for name, size, colour, above, below in (
        (KICKER, 9, look.accent, 14, 0), (LEDE, 12, INK, 4, 10), (NOTE, 8.5, MUTED, 0, 2),
        (SOURCE, 8, MUTED, 2, 0), (CELL, 9, INK, 1.5, 1.5), (PLUS, 7.5, MUTED, 0, 1.5), (BLANK, 10, INK, 14, 0),
    ):  # fmt: skip
        style = styles.add_style(name, 1)
        style.base_style = styles["Normal"]
        _letters(style, size, colour, bold=name == KICKER)
        _spaces(style, above, below, following=name == KICKER)
        if name in (CELL, PLUS):
            style.paragraph_format.line_spacing = 1.0
    _line_below(styles[BLANK])


def _letters(style: Any, size: float, colour: str, bold: bool = False) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
    style.font.color.rgb = RGBColor.from_string(colour[1:].upper())
    fonts = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)


def _spaces(style: Any, before: float, after: float, following: bool) -> None:
    from docx.shared import Pt

    form = style.paragraph_format
    form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), following


def _bare(style: Any) -> None:
    """A style without the line that python-docx's template draws below it, and without narrowed letters."""
    for name in ("pBdr",):
        for found in style.element.pPr.findall(f"{{*}}{name}"):
            style.element.pPr.remove(found)
    for name in ("spacing", "kern"):
        for found in style.element.rPr.findall(f"{{*}}{name}"):
            style.element.rPr.remove(found)


def _line_below(style: Any) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    line = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="4" w:space="1" w:color="8C959F"/></w:pBdr>'
    )
    style.element.get_or_add_pPr().insert_element_before(
        line, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr"
    )


def _language(document: Any, language: str) -> None:
    """Whose spelling is checked."""
    from docx.oxml.ns import qn

    for found in document.styles.element.iter(qn("w:lang")):
        found.set(qn("w:val"), language)


def _page_number(paragraph: Any) -> None:
    """The page's number: a field, which Word and LibreOffice fill in; python-docx knows no fields."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    paragraph._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    )
