"""Key figures as cards, and coaching points, on slides."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salesreport.brand import PANEL, Look
from salesreport.documents.deck_words import Ink, Run, box, write
from salesreport.documents.measure import height_of, largest
from salesreport.documents.pictures import picture

IN_A_ROW = 3
"""Cards beside each other."""

_GAP, _MARGIN = 0.2, 0.18
_NAME, _VALUE, _SAID, _BASE = 12.0, (28.0, 24.0, 20.0, 16.0), 12.0, 10.0
_PICTURE = 1.35, 0.4
"""Room for the picture beside the value."""


@dataclass(frozen=True)
class Cards:
    """A row of key figures, each with what it means and what it rests on."""

    tiles: Sequence[Mapping[str, Any]]
    look: Look

    @property
    def least(self) -> float:
        """The narrowest width it can be read in: all there is."""
        return 12.0

    def _inner(self, width: float) -> float:
        return (width - (IN_A_ROW - 1) * _GAP) / IN_A_ROW - 2 * _MARGIN

    def height(self, width: float) -> float:
        """How high it is at a width, in inches."""
        inner = self._inner(width)
        said = max(height_of(one["said"], _SAID, inner, after=2) for one in self.tiles)
        base = max(height_of([one["base"]], _BASE, inner) for one in self.tiles)
        return 2 * _MARGIN + 0.25 + 0.55 + said + base + 0.06

    def parts(self, width: float, height: float) -> None:
        """A row is in one piece."""

    def draw(self, slide: Any, left: float, top: float, width: float, language: str) -> None:
        """Put it on a slide."""
        from pptx.enum.dml import MSO_THEME_COLOR
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.util import Inches

        inner, height = self._inner(width), self.height(width)
        for number, tile in enumerate(self.tiles):
            x = left + number * (inner + 2 * _MARGIN + _GAP)
            card = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *map(Inches, (x, top, inner + 2 * _MARGIN, height)))
            card.name = "Card"
            card.fill.solid()
            card.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_2
            card.line.fill.background()
            card._element.remove(card._element.find("{*}style"))  # with it, a shadow
            x, y = x + _MARGIN, top + _MARGIN
            write(box(slide, x, y, inner, 0.25, "Figure"), [[Run(tile["name"], _NAME, ink=Ink.MUTED)]], language)
            room = inner - (_PICTURE[0] + 0.1 if tile["picture"] else 0.0)
            size = largest(tile["value"], _VALUE, room, 0.5, bold=True)
            write(box(slide, x, y + 0.25, room, 0.5, "Value"), [[Run(tile["value"], size, True)]], language)
            if tile["picture"]:
                self._picture(slide, tile["picture"], x + inner, y + 0.25 + 0.25)
            said = height_of(tile["said"], _SAID, inner, after=2)
            write(
                box(slide, x, y + 0.8, inner, said, "Meaning"),
                [[Run(one, _SAID)] for one in tile["said"]], language, 2,
            )  # fmt: skip
            write(
                box(slide, x, y + 0.8 + said, inner, height_of([tile["base"]], _BASE, inner), "Cases"),
                [[Run(tile["base"], _BASE, ink=Ink.MUTED)]], language,
            )  # fmt: skip

    def _picture(self, slide: Any, svg: str, right: float, middle: float) -> None:
        from pptx.util import Inches

        drawn = picture(svg, self.look.accent, background=PANEL)
        scale = min(_PICTURE[0] / drawn.width, _PICTURE[1] / drawn.height)
        width, height = drawn.width * scale, drawn.height * scale
        places = map(Inches, (right - width, middle - height / 2, width, height))
        shape = slide.shapes.add_picture(io.BytesIO(drawn.png), *places)
        shape._element.nvPicPr.cNvPr.set("descr", drawn.title)


def rows_of_cards(tiles: Sequence[Mapping[str, Any]], look: Look) -> list[Cards]:
    """Key figures as rows of cards."""
    return [Cards(tiles[start : start + IN_A_ROW], look) for start in range(0, len(tiles), IN_A_ROW)]


_SAY, _BECAUSE = 16.0, 12.0


@dataclass(frozen=True)
class Point:
    """One thing to talk about, with what it rests on and the deals to open together."""

    number: int
    point: Mapping[str, Any]

    @property
    def least(self) -> float:
        """The narrowest width it can be read in: all there is."""
        return 12.0

    @property
    def _lines(self) -> list[str]:
        return [*self.point["because"][:1], *(f"–  {deal}" for deal in self.point["deals"])]

    def height(self, width: float) -> float:
        """How high it is at a width, in inches."""
        inner = width - 0.5
        said = height_of([self.point["say"]], _SAY, inner, bold=True, after=4)
        return said + height_of(self._lines, _BECAUSE, inner, after=3) + 0.1

    def parts(self, width: float, height: float) -> None:
        """A point is in one piece."""

    def draw(self, slide: Any, left: float, top: float, width: float, language: str) -> None:
        """Put it on a slide."""
        write(
            box(slide, left, top, 0.4, 0.35, "Number"),
            [[Run(str(self.number), _SAY, bold=True, ink=Ink.ACCENT)]], language,
        )  # fmt: skip
        inner = width - 0.5
        said = height_of([self.point["say"]], _SAY, inner, bold=True, after=4)
        write(box(slide, left + 0.5, top, inner, said, "Point"), [[Run(self.point["say"], _SAY, True)]], language)
        frame = box(slide, left + 0.5, top + said, inner, self.height(width) - said, "Evidence")
        runs = [
            [Run(one, _BECAUSE, ink=Ink.MUTED if one in self.point["because"] else Ink.TEXT)]
            for one in self._lines
        ]
        write(frame, runs, language, 3)
