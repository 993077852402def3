"""Labels of points and lines that do not lie over each other: moved up or down as little as it takes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from salesreport.report.canvas import text_width
from salesreport.report.chart import INK, MUTED

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


def label_points(axes: Axes, labels: Sequence[Label], others: tuple[Numbers, Numbers], room: float = 0.0) -> None:
    """Print labels beside their points: to the right, else to the left, moved with a thin line to where is room.

    Args:
        axes: with its limits set. labels: the most important first. others: x and y of all points; a label
            avoids lying on them where it can. room: inches beside the drawing that labels may reach into.
    """
    to_points = 72 / axes.figure.get_dpi()
    box = axes.bbox
    right, low, high = (box.x1 + 72 * room / to_points) * to_points, box.y0 * to_points, box.y1 * to_points
    crowd = axes.transData.transform(np.column_stack(others)) * to_points
    taken: list[tuple[float, float, float, float]] = []
    for label in labels:
        x, y = (axes.transData.transform((label.x, label.y)) * to_points).tolist()
        width = 72 * text_width(label.text, SIZE)
        best: tuple[float, float, int, tuple[float, float, float, float]] | None = None
        for step in range(-_FARTHEST, _FARTHEST + 1):
            for side in (1, -1):
                left = x + _AWAY if side > 0 else x - _AWAY - width
                middle = y + step * _LINE / 2
                wanted = (left, left + width, middle - _LINE / 2, middle + _LINE / 2)
                if left < 0 or wanted[1] > right or wanted[2] < low - 2 or wanted[3] > high + _LINE:
                    continue
                if any(_overlap(wanted, other) for other in taken):
                    continue
                hidden = (crowd[:, 0] > wanted[0] - 2) & (crowd[:, 0] < wanted[1] + 2)
                hidden &= (crowd[:, 1] > wanted[2]) & (crowd[:, 1] < wanted[3])
                cost = abs(step) + 2.0 * min(int(hidden.sum()), 4) + (0.5 if side < 0 else 0.0)
                if best is None or cost < best[0]:
                    best = (cost, middle - y, side, wanted)
        if best is None:
            continue  # nowhere is room; the table beside the chart names it
        _, offset, side, wanted = best
        taken.append(wanted)
        axes.annotate(
            label.text, (label.x, label.y), xytext=(side * _AWAY, offset), textcoords="offset points",
            ha="left" if side > 0 else "right", va="center", fontsize=SIZE, color=INK, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3}
            if abs(offset) > _LINE / 2 else None,
        )  # fmt: skip


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def label_ends(axes: Axes, ends: Sequence[tuple[float, str]], colour: str = MUTED) -> None:
    """Name lines at the right edge of a drawing, one above the other: height → name.

    Args:
        axes: with its limits set. ends: heights, in the data's terms, and names. colour: of the names.
    """
    if not ends:
        return
    to_points = 72 / axes.figure.get_dpi()
    heights = np.array([end[0] for end in ends])
    at = axes.transData.transform(np.column_stack([np.zeros(len(ends)), heights]))[:, 1] * to_points
    for (height, name), place, now in zip(ends, apart(at, _LINE).tolist(), at.tolist(), strict=True):
        axes.annotate(
            name, (1.0, height), xycoords=("axes fraction", "data"), xytext=(5, place - now),
            textcoords="offset points", va="center", fontsize=7.5, color=colour, annotation_clip=False,
        )  # fmt: skip


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
