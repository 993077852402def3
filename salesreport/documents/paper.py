"""A report as an editable document: messages as headings, pictures, tables; what is folded as an appendix."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from salesreport.brand import Look
from salesreport.documents.archive import same_bytes
from salesreport.documents.content import Content, Part
from salesreport.documents.paper_styles import BLANK, KICKER, LEDE, NOTE, SOURCE, WIDTH, new_document
from salesreport.documents.paper_table import add_table
from salesreport.documents.pictures import picture
from salesreport.documents.words import WORDS, data_line, source_line
from salesreport.language import Language
from salesreport.report.agenda import POINTS, points_of


def to_paper(content: Content, look: Look) -> bytes:
    """A report as a DOCX file; the same report gives the same bytes.

    Args:
        content: the report. look: the brand it is in.
    """
    return _Paper(content, look).made()


_BESIDE = 0.15
"""Height of the picture beside a key figure, in inches."""


class _Paper:
    """The document in the making."""

    def __init__(self, content: Content, look: Look) -> None:
        self.content, self.look = content, look
        self.language = Language(content.language)
        foot = " · ".join(one for one in (look.foot, content.title) if one)
        self.document = new_document(look, self.language.tag, foot)

    def made(self) -> bytes:
        content, say = self.content, self.language.say
        self._add(content.kicker, KICKER)
        self._add(content.name, "Title")
        if content.details:
            self._add(content.details, SOURCE)
        self._add(content.verdict, LEDE)
        for part in content.main:
            self._part(part, "Heading 1")
        self._agenda()
        if content.folded:
            self._add(say(WORDS["appendix"]), "Heading 1").paragraph_format.page_break_before = True
            for part in content.folded:
                self._part(part, "Heading 2")
        if content.lacking:
            self._add(say(WORDS["lacking"]), "Heading 1")
            for part in content.lacking:
                self._pair(part.topic, part.message, "Normal")
        self._properties()
        written = io.BytesIO()
        self.document.save(written)
        return same_bytes(written.getvalue())

    def _add(self, said: str, style: str) -> Any:
        return self.document.add_paragraph(said, style=style)

    def _pair(self, first: str, second: str, style: str) -> None:
        """A line that begins with what it is about."""
        paragraph = self._add("", style)
        paragraph.add_run(f"{first}  ").bold = True
        paragraph.add_run(second)

    def _agenda(self) -> None:
        points = points_of(self.content.summaries)
        if points:
            heading = self._add(self.language.say(WORDS["agenda"]), "Heading 1")
            heading.paragraph_format.page_break_before = any(one.place == "sheet" for one in self.content.main)
        for point in points:
            self._add(self.language.say(point.title), "Heading 3")
            rows = [[(entry.topic, "", "faint"), (entry.message, "", "")] for entry in point.entries]
            add_table(self.document, [("", False), ("", False)], rows)

    def _part(self, part: Part, heading: str) -> None:
        from docx.shared import Pt

        say = self.language.say
        point = POINTS.get(part.point) if part.place == "fold" and part.point else None
        kicker = self._add(" · ".join([*([say(point)] if point else []), part.topic]), KICKER)
        if part.place == "sheet":
            kicker.paragraph_format.page_break_before = True
        message = self._add(part.message, heading)
        message.paragraph_format.space_before = Pt(2)
        for svg in part.charts:
            self._chart(svg)
        for block in part.blocks:
            _BLOCKS[block["kind"]](self, block)
        for note in part.notes:
            self._add(f"▸ {note}", NOTE)
        if part.place != "sheet":
            source = source_line(self.content, part, self.language)
            self._add(source or data_line(self.content, self.language), SOURCE)

    def _chart(self, svg: str) -> None:
        from docx.shared import Inches

        drawn = picture(svg, self.look.accent)
        paragraph = self.document.add_paragraph()
        shown = paragraph.add_run().add_picture(io.BytesIO(drawn.png), Inches(min(WIDTH, drawn.width)))
        shown._inline.docPr.set("name", drawn.title[:60] or "Chart")
        shown._inline.docPr.set("descr", ". ".join(one for one in (drawn.title, drawn.description) if one))

    def _table(self, block: Mapping[str, Any]) -> None:
        if block["rows"]:
            if block["caption"]:
                self._add(block["caption"], SOURCE).paragraph_format.keep_with_next = True
            rows = [[(text, plus, tone) for text, plus, tone in row] for row in block["rows"]]
            add_table(self.document, [(text, numeric) for text, numeric in block["headings"]], rows, block["here"])

    def _tiles(self, block: Mapping[str, Any]) -> None:
        from docx.shared import Inches

        headings = [("", False)] * 3
        rows = [
            [
                (tile["name"], "", "faint"),
                (f"{tile['value']}   ", tile["base"], ""),
                (self.language.apart(tile["said"]), "", ""),
            ]
            for tile in block["tiles"]
        ]
        table = add_table(self.document, headings, rows)
        for row, tile in zip(table.rows, block["tiles"], strict=True):
            if tile["picture"]:
                drawn = picture(tile["picture"], self.look.accent)
                run = row.cells[1].paragraphs[0].add_run()
                shown = run.add_picture(io.BytesIO(drawn.png), height=Inches(_BESIDE))
                shown._inline.docPr.set("descr", drawn.title)

    def _points(self, block: Mapping[str, Any]) -> None:
        words = block["words"]
        for number, point in enumerate(block["points"], 1):
            self._add(f"{number}. {point['say']}", "Heading 3")
            self._lines([*point["because"], point["cause"]], NOTE, "")
            self._lines(point["deals"], "Normal", "–  ")
            self._lines(point["ask"], "Normal", "?  ")
            self._lines([self.language.labelled(words["good"], one) for one in point["good"]], NOTE, "")

    def _lines(self, lines: Sequence[str], style: str, before: str) -> None:
        from docx.shared import Inches, Pt

        for line in filter(None, lines):
            form = self._add(f"{before}{line}", style).paragraph_format
            form.left_indent, form.space_after = Inches(0.35), Pt(2)
            form.first_line_indent = Inches(-0.15) if before else None

    def _terms(self, block: Mapping[str, Any]) -> None:
        rows = [[(term, "", "faint"), (meaning, "", "")] for term, meaning in block["terms"]]
        add_table(self.document, [("", False), ("", False)], rows)

    def _questions(self, block: Mapping[str, Any]) -> None:
        """A page to write on."""
        words, lines = block["words"], block["lines"]
        self._add(words["before"], "Heading 3")
        for question in block["questions"]:
            self._add(question, "Normal")
            self._blank(lines["answer"])
        self._add(words["notes"], "Heading 3")
        self._blank(lines["notes"])
        self._add(words["agreed"], "Heading 3")
        headings = [(words[name], False) for name in ("what", "measure", "until")]
        add_table(self.document, headings, [[("", "", "")] * 3 for _ in range(lines["agreed"])], least_height=0.4)
        self._add(words["date"], SOURCE)

    def _sheets(self, block: Mapping[str, Any]) -> None:
        """Accounts' sheets, filled in or to be filled in."""
        self._add(block["title"], "Heading 3")
        for sheet in block["sheets"]:
            self._pair(sheet["name"], sheet["about"], NOTE)
            self._lines(sheet["actions"], "Normal", "–  ")
            rows = [[(asked, "", "faint"), (answer, "", "")] for asked, answer in sheet["asked"]]
            add_table(self.document, [("", False), ("", False)], rows, least_height=0.3)

    def _blank(self, lines: int) -> None:
        for _ in range(lines):
            self._add("", BLANK)

    def _properties(self) -> None:
        properties, content = self.document.core_properties, self.content
        when = dt.datetime.combine(content.as_of or dt.date(1980, 1, 1), dt.time())
        properties.title, properties.author, properties.last_modified_by = content.title[:250], self.look.name, ""
        properties.created = properties.modified = when
        properties.subject, properties.comments, properties.keywords = content.verdict[:250], "", ""
        properties.language, properties.revision = content.language, 1


_BLOCKS = {
    "table": _Paper._table,
    "tiles": _Paper._tiles,
    "points": _Paper._points,
    "terms": _Paper._terms,
    "questions": _Paper._questions,
    "sheets": _Paper._sheets,
}
