"""What stands on slides: paragraphs, pictures, tables, figures; each knows how much room it takes."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from salesreport.documents.deck_table import draw_table
from salesreport.documents.deck_words import Ink, Run, box, write
from salesreport.documents.measure import LINE, columns_of, height_of, lines_of, width_of
from salesreport.documents.pictures import Picture

GAP = 0.2
"""Between two pieces, in inches."""

PADDING = 0.16
"""Of a table's cell, left and right together."""

_BETWEEN_ROWS = 0.07
_CAPTION = 11.0
_SIZES = (12.0, 11.0, 10.0)
"""Letters of tables: the largest that fit; no smaller ones are read from a screen on the wall."""

WIDE = 7.0
"""A chart so many inches wide takes the whole width, as in the report."""

_HIGHEST = 4.6
"""Of a table on a slide, in inches."""

_PLUS = 0.85
"""Size of a cell's second line, of that of its first."""


@dataclass(frozen=True)
class Words:
    """Paragraphs of one size; `bullets` puts a dash before each."""

    paragraphs: Sequence[str]
    size: float = 14.0
    ink: str = Ink.TEXT
    bullets: bool = False
    after: float = 4.0

    @property
    def least(self) -> float:
        """The narrowest width it can be read in, in inches."""
        return 3.0

    def height(self, width: float) -> float:
        """How high it is at a width, in inches."""
        return height_of(self._lines, self.size, width, after=self.after)

    @property
    def _lines(self) -> list[str]:
        return [f"–  {one}" if self.bullets else one for one in self.paragraphs]

    def parts(self, width: float, height: float) -> "tuple[Words, Words] | None":
        """Itself as far as fits, and the rest; None where nothing fits."""
        for end in range(len(self.paragraphs) - 1, 0, -1):
            first = replace(self, paragraphs=self.paragraphs[:end])
            if first.height(width) <= height:
                return first, replace(self, paragraphs=self.paragraphs[end:])
        return None

    def draw(self, slide: Any, left: float, top: float, width: float, language: str) -> None:
        """Put it on a slide."""
        frame = box(slide, left, top, width, self.height(width), "Text")
        write(frame, [[Run(one, self.size, ink=self.ink)] for one in self._lines], language, self.after)


@dataclass(frozen=True)
class Drawn:
    """A chart."""

    picture: Picture
    most: float = 4.9
    scale: float = 1.35

    @property
    def least(self) -> float:
        """The narrowest width it can be read in, in inches."""
        return self.picture.width * 1.05 if self.picture.width < WIDE else 12.0

    def _size(self, width: float) -> tuple[float, float]:
        natural = self.picture.width, self.picture.height
        scale = min(width / natural[0], self.most / natural[1], self.scale)
        return natural[0] * scale, natural[1] * scale

    def height(self, width: float) -> float:
        """How high it is at a width, in inches."""
        return self._size(width)[1]

    def parts(self, width: float, height: float) -> None:
        """A picture is in one piece."""

    def draw(self, slide: Any, left: float, top: float, width: float, language: str) -> None:
        """Put it on a slide, with what it shows in words for those who cannot see it."""
        from pptx.util import Inches

        size = self._size(width)
        shape = slide.shapes.add_picture(io.BytesIO(self.picture.png), *map(Inches, (left, top, *size)))
        shape.name = self.picture.title[:60] or "Chart"
        described = ". ".join(one for one in (self.picture.title, self.picture.description) if one)
        shape._element.nvPicPr.cNvPr.set("descr", described)


@dataclass(frozen=True)
class Table:
    """A table, native: `rows` of cells (text, second line, tone); `here` is the row to stress.

    `headings` are texts and whether their column holds numbers; without texts there is no row of headings.
    """

    caption: str
    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[tuple[str, str, str]]]
    here: int | None = None
    strong: frozenset[int] = field(default=frozenset())
    empty: float = 0.0
    largest: float = _SIZES[0]

    @classmethod
    def of(cls, block: Mapping[str, Any]) -> "Table":
        """A table of a section."""
        rows = [[(text, plus, tone) for text, plus, tone in row] for row in block["rows"]]
        return cls(block["caption"], [(text, numeric) for text, numeric in block["headings"]], rows, block["here"])

    @property
    def _texts(self) -> list[list[str]]:
        columns = [[text] for text, _ in self.headings]
        for number, row in enumerate(self.rows):
            if number not in self.strong:
                for column, (text, plus, _) in zip(columns, row, strict=True):
                    column += [text, plus]
        return columns

    @property
    def least(self) -> float:
        """The narrowest width it can be read in, in inches: its numbers on one line, its texts on two or three."""
        wanted = [max(width_of(one, _SIZES[-1], True) for one in column) + PADDING for column in self._texts]
        return sum(
            one if numeric else min(one, 2.0) for one, (_, numeric) in zip(wanted, self.headings, strict=True)
        )

    def _wanted(self, width: float) -> float:
        """The width it takes of what there is: a table of few short texts is no banner."""
        if self.empty:  # to write in
            return width
        wanted = sum(max(width_of(one, _SIZES[0], True) for one in column) + PADDING for column in self._texts)
        return min(width, max(1.25 * wanted, 5.0))

    def _layout(self, width: float, size: float) -> tuple[list[float], list[float]]:
        """Widths of columns and heights of rows, that of the headings first."""
        columns = columns_of(self._texts, size, self._wanted(width), PADDING)

        def high(cells: Sequence[tuple[str, str, str]], bold: bool) -> float:
            lines = max(
                lines_of(text, size, column - PADDING, bold)
                + (lines_of(plus, size * _PLUS, column - PADDING) * _PLUS if plus else 0)
                for (text, plus, _), column in zip(cells, columns, strict=True)
            )
            return max(lines * size * LINE / 72 + _BETWEEN_ROWS, self.empty)

        heads = [(text, "", "") for text, _ in self.headings]
        headed = [high(heads, True)] if self._headed else []
        line = size * LINE / 72 + _BETWEEN_ROWS
        rows = [line if number in self.strong else high(row, False) for number, row in enumerate(self.rows)]
        return columns, headed + rows

    @property
    def _headed(self) -> bool:
        return any(text for text, _ in self.headings)

    def size(self, width: float) -> float:
        """The size of letters: the largest in which it is no higher than a slide, else the smallest."""
        sizes = [one for one in _SIZES if one <= self.largest]
        return next((one for one in sizes if sum(self._layout(width, one)[1]) <= _HIGHEST), sizes[-1])

    def _above(self, width: float) -> float:
        return height_of([self.caption], _CAPTION, width, after=3) if self.caption else 0.0

    def height(self, width: float) -> float:
        """How high it is at a width, in inches."""
        return self._above(width) + sum(self._layout(width, self.size(width))[1])

    def parts(self, width: float, height: float) -> "tuple[Table, Table] | None":
        """Itself as far as fits, and the rest; None where not even two rows fit."""
        size = self.size(width)
        heights = self._layout(width, size)[1]
        room = height - self._above(width) - (heights[0] if self._headed else 0.0)
        rows = heights[1:] if self._headed else heights
        end, used = 0, 0.0
        while end < len(rows) and used + rows[end] <= room:
            used, end = used + rows[end], end + 1
        while end and end - 1 in self.strong:  # no heading within the table is left alone at the end
            end -= 1
        if end < min(2, len(rows)) or end == len(rows):
            return None
        same = replace(self, largest=size)  # less would else be written larger
        return same._some(0, end), same._some(end, len(rows))

    def _some(self, start: int, end: int) -> "Table":
        here = None if self.here is None or not start <= self.here < end else self.here - start
        strong = frozenset(one - start for one in self.strong if start <= one < end)
        return replace(self, rows=self.rows[start:end], here=here, strong=strong)

    def draw(self, slide: Any, left: float, top: float, width: float, language: str) -> None:
        """Put it on a slide."""
        above = self._above(width)
        if self.caption:
            frame = box(slide, left, top, width, above, "Caption")
            write(frame, [[Run(self.caption, _CAPTION, ink=Ink.MUTED)]], language)
        size = self.size(width)
        columns, heights = self._layout(width, size)
        cells = [*([[(text, "", "") for text, _ in self.headings]] if self._headed else []), *self.rows]
        draw_table(
            slide, cells, columns, heights, (left, top + above), size, size * _PLUS,
            numeric=[numeric for _, numeric in self.headings], headed=self._headed,
            here=self.here, strong=self.strong, language=language,
        )  # fmt: skip
