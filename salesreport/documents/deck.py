"""A report as an editable deck: one message per slide, in the agenda's order, what is folded as an appendix."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

from salesreport.brand import Look
from salesreport.documents.archive import same_bytes
from salesreport.documents.content import Content, Part
from salesreport.documents.deck_figures import Point, rows_of_cards
from salesreport.documents.deck_pages import BODY, Piece, pages_of
from salesreport.documents.deck_parts import Drawn, Table, Words
from salesreport.documents.deck_template import (
    CONTENT,
    FOOT_HEIGHT,
    FOOT_TOP,
    LEFT,
    LOGO,
    SECTION,
    TITLE,
    TITLE_HEIGHT,
    layout_of,
    new_deck,
    number_slides,
)
from salesreport.documents.deck_words import Ink, Run, box, write
from salesreport.documents.measure import height_of, largest
from salesreport.documents.pictures import picture
from salesreport.documents.words import WORDS, data_line, source_line
from salesreport.language import Language
from salesreport.report.agenda import POINTS, points_of

_FOOT = 9.0
_TITLES = (24.0, 22.0, 20.0, 18.0, 16.0, 14.0)
"""Sizes of a slide's message: the largest that fits its box."""


def to_deck(content: Content, look: Look) -> bytes:
    """A report as a PPTX file; the same report gives the same bytes.

    Args:
        content: the report. look: the brand it is in.
    """
    return _Deck(content, look).made()


class _Deck:
    """The deck in the making."""

    def __init__(self, content: Content, look: Look) -> None:
        self.content, self.look = content, look
        self.language = Language(content.language)
        self.code = self.language.tag
        self.deck = new_deck(look)

    def made(self) -> bytes:
        content, say = self.content, self.language.say
        self._title_slide()
        for part in content.main:
            self._part(part)
        self._agenda()
        if content.folded:
            self._divider(say(WORDS["appendix"]), content.name)
            for part in content.folded:
                self._part(part)
        self._lacking()
        properties = self.deck.core_properties
        when = dt.datetime.combine(content.as_of or dt.date(1980, 1, 1), dt.time())
        properties.title, properties.author, properties.last_modified_by = content.title[:250], self.look.name, ""
        properties.created = properties.modified = when
        properties.revision, properties.keywords, properties.subject = 1, "", content.verdict[:250]
        properties.language = content.language
        written = io.BytesIO()
        self.deck.save(written)
        return same_bytes(written.getvalue())

    def _title_slide(self) -> None:
        content = self.content
        slide = self.deck.slides.add_slide(layout_of(self.deck, TITLE))
        title, subtitle = slide.placeholders[0], slide.placeholders[1]
        size = largest(content.name, (40, 34, 28, 24, 20, 16), 10.6, 1.15, bold=True)
        write(title.text_frame, [[Run(content.name, size, True)]], self.code)
        size = largest(content.verdict, (20, 18, 16, 14, 12), 10.6, 1.0)
        write(subtitle.text_frame, [[Run(content.verdict, size)]], self.code)
        frame = box(slide, LEFT, 1.85, 10.6, 0.3, "Kicker")
        write(frame, [[Run(content.kicker, 14, ink=Ink.ACCENT, bold=True)]], self.code)
        below = [one for one in (content.details, data_line(content, self.language), self.look.foot) if one]
        write(
            box(slide, LEFT, 5.4, 10.6, 1.0, "Source"),
            [[Run(one, 12, ink=Ink.MUTED)] for one in below],
            self.code,
            4,
        )

    def _divider(self, title: str, below: str) -> None:
        slide = self.deck.slides.add_slide(layout_of(self.deck, SECTION))
        write(slide.placeholders[0].text_frame, [[Run(title, 32, True)]], self.code)
        write(slide.placeholders[1].text_frame, [[Run(below, 16, ink=Ink.MUTED)]], self.code)
        number_slides(slide)

    def _agenda(self) -> None:
        say = self.language.say
        rows: list[list[tuple[str, str, str]]] = []
        strong: set[int] = set()
        for point in points_of(self.content.summaries):
            strong.add(len(rows))
            rows.append([(say(point.title), "", ""), ("", "", "")])
            rows += [[(entry.topic, "", "faint"), (entry.message, "", "")] for entry in point.entries]
        if rows:
            table = Table("", [("", False), ("", False)], rows, strong=frozenset(strong))
            self._slides(say(WORDS["agenda"]), self.content.title, [table], "", [])

    def _lacking(self) -> None:
        lacking = self.content.lacking
        if lacking:
            rows = [[(one.topic, "", "faint"), (one.message, "", "")] for one in lacking]
            table = Table("", [("", False), ("", False)], rows)
            self._slides(self.language.say(WORDS["lacking"]), self.content.title, [table], "", [])

    def _part(self, part: Part) -> None:
        say = self.language.say
        point = POINTS.get(part.point) if part.place == "fold" and part.point else None
        kicker = " · ".join([*([say(point)] if point else []), part.topic])
        notes = [*part.notes, *_asked(part), *(f"{title}: {formula}" for title, formula in part.definitions)]
        pieces = list(_pieces(part, self.look))
        if part.notes:
            pieces.append(
                Words(part.notes, 10.0, Ink.MUTED, after=2) if pieces else Words(part.notes, bullets=True)
            )
        elif not pieces and part.place == "fold" and part.point:
            return  # the agenda has said all of it
        self._slides(part.message, kicker, pieces, source_line(self.content, part, self.language), notes)

    def _foot(self, slide: Any, source: str) -> None:
        """The source line: what the figure means stands there where it is said in two lines, and in the notes."""
        data, width = data_line(self.content, self.language), BODY - 1.1
        lines = [" · ".join(one for one in (line, self.look.foot) if one) for line in (source or data, data)]
        foot = next((one for one in lines if height_of([one], _FOOT, width) <= FOOT_HEIGHT), lines[-1])
        write(
            box(slide, LEFT, FOOT_TOP, width, FOOT_HEIGHT, "Source"),
            [[Run(foot, _FOOT, ink=Ink.MUTED)]],
            self.code,
        )

    def _slides(
        self, message: str, kicker: str, pieces: Sequence[Piece], source: str, notes: Sequence[str]
    ) -> None:
        """One slide of a message, or as many as it takes; what the speaker must know stands with the first."""
        pages = pages_of(pieces)
        for number, page in enumerate(pages, 1):
            slide = self.deck.slides.add_slide(layout_of(self.deck, CONTENT))
            size = largest(message, _TITLES, BODY, TITLE_HEIGHT - 0.12, bold=True)
            write(slide.shapes.title.text_frame, [[Run(message, size, True)]], self.code)
            above = f"{kicker} · {number}/{len(pages)}" if len(pages) > 1 else kicker
            frame = box(slide, LEFT, 0.34, BODY - LOGO[0] - 0.3, 0.24, "Kicker")
            write(
                frame,
                [[Run(above, largest(above, (11, 9, 8), BODY - LOGO[0] - 0.3, 0.24, True), True, Ink.ACCENT)]],
                self.code,
            )
            for piece, left, top, width in page:
                piece.draw(slide, left, top, width, self.code)
            self._foot(slide, source)
            number_slides(slide)
            if notes and number == 1:
                slide.notes_slide.notes_text_frame.text = "\n".join(notes)


def _asked(part: Part) -> list[str]:
    """What the speaker asks: of each point its causes, questions and what good looks like."""
    lines: list[str] = []
    for block in part.of("points"):
        for number, point in enumerate(block["points"], 1):
            said = [*point["because"][1:], point["cause"], *point["ask"]]
            said += [f"{block['words']['good']}: {one}" for one in point["good"]]
            lines += [f"{number}. {point['say']}", *(f"   {one}" for one in said if one)]
    return lines


def _pieces(part: Part, look: Look) -> Iterable[Piece]:
    """What a section shows, in pieces."""
    for svg in part.charts:
        yield Drawn(picture(svg, look.accent))
    for block in part.blocks:
        kind = block["kind"]
        if kind == "table" and block["rows"]:
            yield Table.of(block)
        elif kind == "tiles":
            yield from rows_of_cards(block["tiles"], look)
        elif kind == "points":
            for number, point in enumerate(block["points"], 1):
                yield Point(number, point)
        elif kind == "terms":
            yield Table(
                "",
                [("", False), ("", False)],
                [[(term, "", ""), (meaning, "", "")] for term, meaning in block["terms"]],
            )
        elif kind == "questions":
            words = block["words"]
            yield Words([words["before"]], 14, Ink.MUTED)
            yield Words(block["questions"], 16, bullets=True, after=8)
            headings = [(words[name], False) for name in ("what", "measure", "until")]
            blank = [[("", "", "")] * 3 for _ in range(block["lines"]["agreed"])]
            yield Table(words["agreed"], headings, blank, empty=0.42)
        elif kind == "sheets":
            for sheet in block["sheets"]:
                answers = [(asked, answer) for asked, answer in sheet["asked"] if answer]
                if answers or sheet["actions"]:
                    rows = [[(asked, "", "faint"), (answer, "", "")] for asked, answer in answers]
                    rows += [[("", "", ""), (action, "", "")] for action in sheet["actions"]]
                    yield Table(f"{sheet['name']} · {sheet['about']}", [("", False), ("", False)], rows)
