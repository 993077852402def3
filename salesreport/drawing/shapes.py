"""What can be drawn: each shape is a value in the terms of the data, and says how it is written in an area."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from salesreport.drawing.palette import INK, in_page
from salesreport.drawing.svg import Element, Point, course, number

Form = Literal["o", "^", "v", "s", "|"]
"""Marks: dot, triangles that point up and down, square, upright stroke."""

Anchor = Literal["start", "middle", "end"]
Stand = Literal["on", "middle", "below", "above"]
"""Where words are beside their place: standing on it, about it, below or above it."""

_MIDDLE, _ASCENT, _DESCENT, _PITCH = 0.255, 0.76, 0.24, 1.12
"""Of letters, as parts of their size: from the middle of a line to where it stands, heights above and below that,
and from a line to the next."""


_OFF = 3.0
"""Points between a mark's middle and the line that leads to what is said of it."""


class Part(float):
    """A place as a part of an area, from its left or lower edge, where others are in the terms of the data."""


class Level(IntEnum):
    """What lies over what."""

    GROUND = 0
    SURFACE = 1
    LINE = 2
    WORDS = 3


class Ground(Protocol):
    """Where shapes are drawn: it knows where its data's places are in the picture, in points."""

    def x(self, value: float) -> float: ...  # noqa: D102
    def y(self, value: float) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class Shape:
    """A shape; `level` says what it lies over."""

    level: Level

    def elements(self, area: Ground) -> Iterator[Element]:
        """How it is written."""
        raise NotImplementedError


@dataclass(frozen=True)
class Strokes(Shape):
    """Straight lines of one look: their ends, colour, width in points, opacity."""

    ends: Sequence[tuple[Point, Point]]
    colour: str
    width: float
    strength: float = 1.0
    dashed: bool = False

    def elements(self, area: Ground) -> Iterator[Element]:
        """All in one path."""
        lines = [course([(area.x(x), area.y(y)) for x, y in line]) for line in self.ends]
        if lines:
            yield Element("path", f'd="{"".join(lines)}"', _stroke(self))


@dataclass(frozen=True)
class Line(Shape):
    """A line through points, with gaps where one is not known (NaN)."""

    points: npt.NDArray[np.float64]
    colour: str
    width: float
    strength: float = 1.0
    dashed: bool = False

    def elements(self, area: Ground) -> Iterator[Element]:
        """The parts of two points and more, in one path."""
        parts = [[(area.x(x), area.y(y)) for x, y in part] for part in _known(self.points)]
        drawn = "".join(course(part) for part in parts if len(part) > 1)
        if drawn:
            yield Element("path", f'd="{drawn}"', _stroke(self) + "; stroke-linecap: round")


@dataclass(frozen=True)
class Band(Shape):
    """What lies between two lines: x, lower, upper; gaps where they are not known."""

    points: npt.NDArray[np.float64]
    colour: str
    strength: float = 1.0

    def elements(self, area: Ground) -> Iterator[Element]:
        """A closed course per part, within the scale."""
        bottom, top = area.y(Part(0.0)), area.y(Part(1.0))

        def y(value: float) -> float:
            return min(max(area.y(value), top), bottom)

        drawn = [
            course(
                [
                    *((area.x(x), y(upper)) for x, _, upper in part),
                    *((area.x(x), y(lower)) for x, lower, _ in reversed(part)),
                ],
                closed=True,
            )
            for part in _known(self.points)
        ]
        if drawn:
            yield Element("path", f'd="{"".join(drawn)}"', _fill(self.colour, None, 0.0, self.strength))


@dataclass(frozen=True)
class Boxes(Shape):
    """Boxes of one look: left, low, right, high of each; no edge where there is no colour of it."""

    corners: Sequence[tuple[float, float, float, float]]
    fill: str
    edge: str | None = None
    strength: float = 1.0

    def elements(self, area: Ground) -> Iterator[Element]:
        """All in one path."""
        drawn = []
        for left, low, right, high in self.corners:
            x, y, to, down = area.x(left), area.y(high), area.x(right), area.y(low)
            drawn.append(course([(x, y), (to, y), (to, down), (x, down)], closed=True))
        if drawn:
            yield Element("path", f'd="{"".join(drawn)}"', _fill(self.fill, self.edge, 0.8, self.strength))


@dataclass(frozen=True)
class Marks(Shape):
    """Marks of one form and look: places, size and width of the edge in points; some points away (right, up)."""

    places: Sequence[Point]
    form: Form
    size: float
    fill: str
    edge: str
    edge_width: float = 1.0
    away: Point = (0.0, 0.0)

    def elements(self, area: Ground) -> Iterator[Element]:
        """Dots as circles, other forms in one path."""
        half, style = self.size / 2, _fill(self.fill, self.edge, self.edge_width)
        places = [(area.x(x) + self.away[0], area.y(y) - self.away[1]) for x, y in self.places]
        if self.form == "o":
            for x, y in places:
                yield Element("circle", f'cx="{number(x)}" cy="{number(y)}" r="{number(half)}"', style)
        elif places:
            turned = -half if self.form == "v" else half
            corners: dict[str, list[Point]] = {
                "s": [(-half, -half), (half, -half), (half, half), (-half, half)],
                "|": [(0.0, -half), (0.0, half)],
            }
            around = corners.get(self.form, [(0.0, -turned), (-half, turned), (half, turned)])
            drawn = [course([(x + a, y + b) for a, b in around], closed=len(around) > 2) for x, y in places]
            yield Element("path", f'd="{"".join(drawn)}"', style)


@dataclass(frozen=True)
class Crowd(Shape):
    """Many small dots: those of one place as one, all in one path, a tenth of the size of as many marks."""

    places: npt.NDArray[np.float64]
    size: float
    colour: str

    def elements(self, area: Ground) -> Iterator[Element]:
        """Lines without length, whose round ends are the dots."""
        there = [(area.x(x), area.y(y)) for x, y in self.places[~np.isnan(self.places).any(axis=1)].tolist()]
        seen = {(round(x / self.size), round(y / self.size)): (x, y) for x, y in reversed(there)}
        drawn = "".join(f"M{number(x)} {number(y)}h0" for x, y in reversed(seen.values()))
        if drawn:
            yield Element("path", f'd="{drawn}"', _line(self.colour, self.size) + "; stroke-linecap: round")


@dataclass(frozen=True)
class Leader(Shape):
    """A hair line from near a place to what is said of it, some points away (right, up)."""

    place: Point
    away: Point
    colour: str

    def elements(self, area: Ground) -> Iterator[Element]:
        """It begins a little off the place, where the mark is."""
        (right, up), x, y = self.away, area.x(self.place[0]), area.y(self.place[1])
        near = _OFF / math.hypot(right, up)
        ends = [(x + near * right, y - near * up), (x + right, y - up)]
        yield Element("path", f'd="{course(ends)}"', _line(self.colour, 0.5))


@dataclass(frozen=True)
class Words(Shape):
    """Words at a place of the data, or of the area (`Part`), some points away from it (right, up)."""

    words: str
    place: Point
    away: Point = (0.0, 0.0)
    anchor: Anchor = "start"
    stand: Stand = "middle"
    size: float = 9.0
    colour: str = INK
    bold: bool = False

    def elements(self, area: Ground) -> Iterator[Element]:
        """An element per line."""
        lines = self.words.split("\n")
        pitch, more = _PITCH * self.size, len(lines) - 1
        x, y = area.x(self.place[0]) + self.away[0], area.y(self.place[1]) - self.away[1]
        first = {
            "on": -more * pitch,
            "middle": _MIDDLE * self.size - more * pitch / 2,
            "below": _ASCENT * self.size,
            "above": -_DESCENT * self.size - more * pitch,
        }[self.stand]
        style = [
            "font-weight: 700" if self.bold else "",
            f"font-size: {self.size:g}px",
            "" if self.anchor == "start" else f"text-anchor: {self.anchor}",
            f"fill: {in_page(self.colour)}",
        ]
        for number_, line in enumerate(lines):
            place = f'x="{number(x)}" y="{number(y + first + number_ * pitch)}"'
            yield Element("text", place, "; ".join(filter(None, style)), line)


def _known(points: npt.NDArray[np.float64]) -> Iterator[list[list[float]]]:
    """Runs of rows in which nothing is unknown."""
    gaps = np.isnan(points.sum(axis=1))
    for part in np.split(np.arange(len(points)), np.flatnonzero(np.diff(gaps)) + 1):
        if len(part) and not gaps[part[0]]:
            yield points[part].tolist()


def _stroke(line: Strokes | Line) -> str:
    said = _line(line.colour, line.width, line.strength)
    # as plans are drawn: two widths long, a bit more than one apart
    return said + (f"; stroke-dasharray: {2 * line.width:g},{1.2 * line.width:g}" if line.dashed else "")


def _line(colour: str, width: float, strength: float = 1.0) -> str:
    parts = ["fill: none", f"stroke: {in_page(colour)}"]
    parts += [f"stroke-opacity: {strength:g}"] if strength < 1 else []
    parts += [f"stroke-width: {width:g}"] if width != 1 else []
    return "; ".join(parts)


def _fill(fill: str, edge: str | None, width: float, strength: float = 1.0) -> str:
    parts = [f"fill: {in_page(fill)}"]
    parts += [f"fill-opacity: {strength:g}"] if strength < 1 else []
    if edge is not None:
        parts += [f"stroke: {in_page(edge)}"] + [f"stroke-width: {width:g}"] * (width != 1)
        parts += [f"stroke-opacity: {strength:g}"] if strength < 1 else []
    return "; ".join(parts)
