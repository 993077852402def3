"""Labels of points and lines that do not lie over each other: moved up or down as little as it takes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.drawing import Area, Part
from salesreport.drawing.palette import MUTED
from salesreport.report.canvas import text_width

SIZE = 8.0
"""Of the labels' letters, in points."""

_LINE = SIZE * 1.25
_AWAY = 6.0
_FARTHEST = 24

Numbers = npt.NDArray[np.float64]


class Label(NamedTuple):
    """A text beside a point of the data."""

    x: float
    y: float
    text: str


def label_points(area: Area, labels: Sequence[Label], others: tuple[Numbers, Numbers], room: float = 0.0) -> None:
    """Print labels beside their points: to the right, else to the left, moved with a thin line to where is room.

    Args:
        area: with its scale set. labels: the most important first. others: x and y of all points; a label
            avoids lying on them where it can. room: inches beside the drawing that labels may reach into.
    """
    right = area.right + 72 * room
    crowd = np.array([(area.x(x), area.y(y)) for x, y in zip(*others, strict=True)], float).reshape(-1, 2)
    taken: list[tuple[float, float, float, float]] = []
    for label in labels:
        x, y = area.x(label.x), area.y(label.y)
        width = 72 * text_width(label.text, SIZE)
        best: tuple[float, float, int, tuple[float, float, float, float]] | None = None
        for step in range(-_FARTHEST, _FARTHEST + 1):
            for side in (1, -1):
                left = x + _AWAY if side > 0 else x - _AWAY - width
                middle = y - step * _LINE / 2
                wanted = (left, left + width, middle - _LINE / 2, middle + _LINE / 2)
                if left < 0 or wanted[1] > right or wanted[3] > area.bottom + 2 or wanted[2] < area.top - _LINE:
                    continue
                if any(_overlap(wanted, other) for other in taken):
                    continue
                hidden = (crowd[:, 0] > wanted[0] - 2) & (crowd[:, 0] < wanted[1] + 2)
                hidden &= (crowd[:, 1] > wanted[2]) & (crowd[:, 1] < wanted[3])
                cost = abs(step) + 2.0 * min(int(hidden.sum()), 4) + (0.5 if side < 0 else 0.0)
                if best is None or cost < best[0]:
                    best = (cost, y - middle, side, wanted)
        if best is None:
            continue  # nowhere is room; the table beside the chart names it
        _, up, side, wanted = best
        taken.append(wanted)
        place = (label.x, label.y)
        if abs(up) > _LINE / 2:
            area.leader(place, (side * (_AWAY - 1), up), MUTED)
        anchor = "start" if side > 0 else "end"
        area.words(label.text, place, away=(side * _AWAY, up), anchor=anchor, size=SIZE)


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def label_ends(area: Area, ends: Sequence[tuple[float, str]], colour: str = MUTED) -> None:
    """Name lines at the right edge of a drawing, one above the other: height → name.

    Args:
        area: with its scale set. ends: heights, in the data's terms, and names. colour: of the names.
    """
    if not ends:
        return
    at = np.array([-area.y(height) for height, _ in ends])
    for (height, name), place, now in zip(ends, apart(at, _LINE).tolist(), at.tolist(), strict=True):
        area.words(name, (Part(1.0), height), away=(5, place - now), size=7.5, colour=colour)


def apart(places: Numbers, gap: float) -> Numbers:
    """Places moved so that any two are at least a gap apart, in the order they have, about where they were.

    Examples:
        >>> apart(np.array([10.0, 1.0, 0.0]), 4.0)
        array([10. ,  2.5, -1.5])
    """
    order = np.argsort(places, kind="stable")
    # blocks of neighbours that touch are moved together, about their mean
    blocks: list[tuple[float, int]] = []  # (mean of place − rank × gap, how many)
    for rank, place in enumerate(places[order].tolist()):
        blocks.append((place - rank * gap, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (one, m), (other, n) = blocks.pop(-2), blocks.pop()
            blocks.append(((m * one + n * other) / (m + n), m + n))
    moved = np.repeat([base for base, _ in blocks], [n for _, n in blocks]) + gap * np.arange(len(places))
    result = np.empty(len(places))
    result[order] = moved
    return result
