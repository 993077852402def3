"""Where pictures are drawn: areas with a scale of their own, and what is drawn in them."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from salesreport.drawing.shapes import (
    Band,
    Boxes,
    Crowd,
    Form,
    Leader,
    Level,
    Line,
    Marks,
    Part,
    Shape,
    Strokes,
    Words,
)
from salesreport.drawing.svg import Point, picture

POINTS = 72
"""Of an inch."""

Numbers = npt.ArrayLike


class Area:
    """A part of a drawing, in points from its upper left corner, with a scale.

    Attributes:
        left, top, right, bottom: its edges. across, up: the data's ends at its left and right edge, and at its
            lower and upper one. shapes: what was drawn.
    """

    def __init__(self, left: float, top: float, right: float, bottom: float) -> None:
        self.left, self.top, self.right, self.bottom = left, top, right, bottom
        self.across: Point = (0.0, 1.0)
        self.up: Point = (0.0, 1.0)
        self.shapes: list[Shape] = []

    @property
    def inches(self) -> float:
        """Its width."""
        return (self.right - self.left) / POINTS

    def scale(self, across: Point | None = None, up: Point | None = None) -> None:
        """Set where the data's ends are; what was drawn before is moved, too."""
        self.across = across or self.across
        self.up = up or self.up

    def x(self, value: float) -> float:
        """Where a value, or a part of the width, is in the picture: points from the left."""
        return self.left + (self.right - self.left) * _part(value, self.across)

    def y(self, value: float) -> float:
        """Where a value, or a part of the height, is in the picture: points from above."""
        return self.bottom - (self.bottom - self.top) * _part(value, self.up)

    def strokes(
        self, ends: Iterable[tuple[Point, Point]], colour: str, width: float, strength: float = 1.0,
        above: bool = True, dashed: bool = False,
    ) -> None:  # fmt: skip
        """Straight lines of one look, each from one point to another.

        Args:
            ends: of each line; one that is not known is not drawn. colour, width (in points), strength (opacity):
                of all. above: whether they lie over the bars. dashed: as plans are drawn.
        """
        known = [(one, other) for one, other in ends if not np.isnan((*one, *other)).any()]
        self._draw(Strokes(Level.LINE if above else Level.GROUND, known, colour, width, strength, dashed))

    def line(self, x: Numbers, y: Numbers, colour: str, width: float = 1.8) -> None:
        """A line through points; where one is not known there is a gap."""
        self._draw(Line(Level.LINE, _columns(x, y), colour, width))

    def band(self, x: Numbers, lower: Numbers, upper: Numbers, colour: str, strength: float = 1.0) -> None:
        """What lies between two lines, as far as the scale reaches."""
        self._draw(Band(Level.SURFACE, _columns(x, lower, upper), colour, strength))

    def boxes(
        self, corners: Sequence[tuple[float, float, float, float]], fill: str, edge: str | None = None,
        strength: float = 1.0,
    ) -> None:  # fmt: skip
        """Boxes of one look: left, low, right and high of each, colours, opacity; no edge: none is drawn."""
        self._draw(Boxes(Level.SURFACE, corners, fill, edge, strength))

    def bars(
        self, places: Iterable[float], lefts: Iterable[float], widths: Iterable[float], height: float,
        fill: str, edge: str | None = None, strength: float = 1.0,
    ) -> None:  # fmt: skip
        """Lying bars of one look: middle height, left end and length of each, height of all; as in `boxes`."""
        half = height / 2
        rows = zip(places, lefts, widths, strict=True)
        corners = [(left, place - half, left + width, place + half) for place, left, width in rows]
        self.boxes(corners, fill, edge, strength)

    def marks(
        self, x: Numbers, y: Numbers, form: Form, size: float, fill: str, edge: str | None = None,
        edge_width: float = 1.0,
    ) -> None:  # fmt: skip
        """Marks of one form at places that are known: size and edge in points; the edge as the fill by default."""
        places = _columns(x, y)
        known = [(float(one), float(other)) for one, other in places[~np.isnan(places).any(axis=1)]]
        self._draw(Marks(Level.LINE, known, form, size, fill, edge or fill, edge_width))

    def sign(
        self, place: Point, away: Point, form: Form, size: float, fill: str, edge: str, edge_width: float = 1.0
    ) -> None:
        """A mark some points away from a place (right, up), over everything else: as keys have them."""
        self._draw(Marks(Level.WORDS, [place], form, size, fill, edge, edge_width, away))

    def crowd(self, x: Numbers, y: Numbers, size: float, colour: str) -> None:
        """Many small dots, those of one place as one."""
        self._draw(Crowd(Level.LINE, _columns(x, y), size, colour))

    def leader(self, place: Point, away: Point, colour: str) -> None:
        """A hair line from near a point of the data to what is said of it, some points away (right, up)."""
        self._draw(Leader(Level.LINE, place, away, colour))

    def words(self, words: str, place: Point, **look: Any) -> None:
        """Words beside a place; see `shapes.Words` for their look. None are not written."""
        if words:
            self._draw(Words(Level.WORDS, words, place, **look))

    def _draw(self, shape: Shape) -> None:
        self.shapes.append(shape)


class Drawing:
    """A picture that is being drawn.

    Attributes:
        width, height: in inches. areas: its parts.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.areas: list[Area] = []

    def area(self, left: float, top: float, right: float, bottom: float) -> Area:
        """A part of it, by its edges in inches from the upper left corner."""
        made = Area(left * POINTS, top * POINTS, right * POINTS, bottom * POINTS)
        self.areas.append(made)
        return made

    def svg(self, key: str, title: str, description: str) -> Markup:
        """The whole picture (see `svg.picture`); what is drawn later lies over what is of the same level."""
        elements = [
            element
            for area in self.areas
            for shape in sorted(area.shapes, key=lambda shape: shape.level)
            for element in shape.elements(area)
        ]
        return picture(key, title, description, self.width * POINTS, self.height * POINTS, elements)


def _part(value: float, ends: Point) -> float:
    if isinstance(value, Part):
        return float(value)
    low, high = ends
    return (value - low) / ((high - low) or 1.0)


def _columns(*each: Numbers) -> npt.NDArray[np.float64]:
    """Numbers side by side, a row per point; a single one is as many as the others."""
    return np.column_stack(np.broadcast_arrays(*(np.atleast_1d(np.asarray(one, float)) for one in each)))
