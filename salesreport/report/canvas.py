"""Where charts are drawn: bare axes at given margins, with their names and captions as plain text.

matplotlib's own ticks, and the layout engines that make room for them, take most of the time of a small figure.
Here margins follow from how long the texts are.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from salesreport.report.chart import INK, LINE, MUTED

GAP = 0.25
"""Inches between two drawing areas side by side, and at the figure's edges a quarter of it."""


def text_width(text: str, size: float = 9.0) -> float:
    """Inches a text takes at most, roughly: six tenths of its size per character, more where they are broad.

    Examples:
        >>> round(text_width("Vega", 10), 3), round(text_width("€512K", 10), 3), round(text_width("織女", 10), 3)
        (0.344, 0.472, 0.278)
    """
    return size * max(0.6 * len(text), sum(map(_em, text))) / 72


def _em(one: str) -> float:
    """How wide a character is in the broadest of the usual fonts, as a part of its size."""
    if unicodedata.east_asian_width(one) in "WF":
        return 1.0
    if one in "mwMW":
        return 0.98
    if one.isupper() or one.isdigit() or unicodedata.category(one) in {"Sc", "Sm", "So"}:
        return 0.68
    return 0.6 if one.isalpha() else 0.4


def canvas(
    figure: Figure, left: float = 0.0, right: float = 0.0, bottom: float = 0.05, top: float = 0.35,
    start: float = 0.0, width: float | None = None,
) -> Axes:  # fmt: skip
    """Bare axes in a part of a figure.

    Args:
        figure: where.
        left, right, bottom, top: inches kept free for names, texts, labels and the caption.
        start, width: inches from the figure's left edge, and of the part; the whole figure by default.
    """
    whole, height = figure.get_size_inches()
    width = whole if width is None else width
    left, right = start + GAP / 4 + left, start + width - GAP / 4 - right
    right = max(right, left + 0.4)  # however long the texts are, something is to be seen
    axes = figure.add_axes(
        (left / whole, bottom / height, (right - left) / whole, (height - top - bottom) / height)
    )
    axes.set_axis_off()
    return axes


def side_by_side(
    figure: Figure,
    count: int,
    lefts: Sequence[float] = (),
    rights: Sequence[float] = (),
    bottom: float = 0.05,
    top: float = 0.35,
) -> list[Axes]:
    """Bare axes side by side: what names and texts do not take is shared out evenly.

    Args:
        figure: where. count: how many.
        lefts, rights: inches for the names and the texts of each. bottom, top: as in `canvas`, the same for all.
    """
    whole, _ = figure.get_size_inches()
    lefts, rights = list(lefts) or [0.0] * count, list(rights) or [0.0] * count
    drawing = (whole - sum(lefts) - sum(rights) - GAP * (count - 1)) / count
    made, start = [], 0.0
    for left, right in zip(lefts, rights, strict=True):
        width = left + drawing + right
        made.append(canvas(figure, left, right, bottom, top, start, width))
        start += width + GAP
    return made


def caption(axes: Axes, text: str, pad: float = 8, names: float = 0.0) -> None:
    """A text above the drawing, flush left with the names beside it (`names`: inches they take)."""
    if text:
        _beside(
            axes,
            text,
            (0.0, 1.0),
            (-72 * names, pad),
            "axes fraction",
            ha="left",
            va="bottom",
            fontsize=9.5,
            color=INK,
        )


def row_names(axes: Axes, names: Mapping[float, str]) -> None:
    """Names to the left of rows: height → name."""
    for place, name in names.items():
        _beside(axes, name, (0.0, place), (-5, 0), ("axes fraction", "data"), ha="right", va="center", color=INK)


def baseline(axes: Axes, labels: Mapping[float, str], size: float = 9.0) -> None:
    """The line that a drawing stands on, and labels under it: position → label, `size` points high."""
    axes.plot((0, 1), (0, 0), transform=axes.transAxes, color=LINE, linewidth=0.8, clip_on=False)
    for place, label in labels.items():
        _beside(
            axes, label, (place, 0.0), (0, -4), ("data", "axes fraction"), ha="center", va="top", color=MUTED,
            fontsize=size,
        )  # fmt: skip


def _beside(
    axes: Axes, text: str, place: tuple[float, float], offset: tuple[float, float], coordinates: Any, **style: Any
) -> None:
    axes.annotate(
        text,
        place,
        xytext=offset,
        xycoords=coordinates,
        textcoords="offset points",
        annotation_clip=False,
        **style,
    )


def boxes(
    axes: Axes, places: Sequence[float], lefts: Sequence[float], widths: Sequence[float], height: float,
    fill: str, edge: str | None = None, strength: float = 1.0,
) -> None:  # fmt: skip
    """Lying bars, all of one look; a tenth of the time that as many patches take.

    Args:
        axes: where. places, lefts, widths: middle height, left end and length of each. height: of all.
        fill, edge: colours; no edge: none. strength: opacity.
    """
    half = height / 2
    corners = [
        ((left, place - half), (left + width, place - half), (left + width, place + half), (left, place + half))
        for place, left, width in zip(places, lefts, widths, strict=True)
    ]
    made = PolyCollection(
        corners, facecolors=fill, edgecolors=edge or "none", linewidths=0.8 if edge else 0.0, alpha=strength,
        zorder=1,
    )  # fmt: skip
    axes.add_collection(made, autolim=False)


def strokes(
    axes: Axes, ends: Sequence[tuple[tuple[float, float], tuple[float, float]]], colour: str, width: float,
    strength: float = 1.0, above: bool = True, dashed: bool = False,
) -> None:  # fmt: skip
    """Straight lines of one look, each from one point to another.

    Args:
        axes: where. ends: of each line. colour, width (in points), strength (opacity): of all.
        above: whether they lie over the bars. dashed: as plans are drawn.
    """
    made = LineCollection(
        list(ends), colors=colour, linewidths=width, alpha=strength, zorder=2 if above else 0.5,
        linestyles=[(0, (2, 1.2))] if dashed else "solid",
    )  # fmt: skip
    axes.add_collection(made, autolim=False)


def beside(axes: Axes, text: str, place: tuple[float, float], gap: float = 4.0, **style: Any) -> None:
    """A text to the right of a point of the data, `gap` points away."""
    _beside(
        axes, text, place, (gap, 0), "data",
        **{"ha": "left", "va": "center", "fontsize": 8.5, "color": MUTED, **style},
    )  # fmt: skip
