"""Where charts are drawn: bare axes at given margins, with their names and captions as plain text.

matplotlib's own ticks, and the layout engines that make room for them, take most of the time of a small figure.
Here margins follow from how long the texts are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from salesreport.report.chart import INK, LINE, MUTED

GAP = 0.25
"""Inches between two drawing areas side by side, and at the figure's edges a quarter of it."""


def text_width(text: str, size: float = 9.0) -> float:
    """Inches a text takes at most, roughly: six tenths of its size per character."""
    return 0.6 * size * len(text) / 72


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


def baseline(axes: Axes, labels: Mapping[float, str]) -> None:
    """The line that a drawing stands on, and labels under it: position → label."""
    axes.plot((0, 1), (0, 0), transform=axes.transAxes, color=LINE, linewidth=0.8, clip_on=False)
    for place, label in labels.items():
        _beside(axes, label, (place, 0.0), (0, -4), ("data", "axes fraction"), ha="center", va="top", color=MUTED)


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
