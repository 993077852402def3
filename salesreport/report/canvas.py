"""Where charts are drawn: areas with margins that follow from how long texts are, their names and captions."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from salesreport.drawing import Area, Drawing, Part
from salesreport.drawing.palette import LINE, MUTED

GAP = 0.25
"""Inches between two drawing areas side by side, and at the figure's edges a quarter of it."""


def text_width(text: str, size: float = 9.0) -> float:
    """Inches a text takes at most, roughly: six tenths of its size per character, more where they are broad.

    Examples:
        >>> round(text_width("Vega", 10), 3), round(text_width("€512K", 10), 3), round(text_width("織女", 10), 3)
        (0.344, 0.472, 0.278)
    """
    return size * max(0.6 * len(text), sum(map(_em, text))) / 72


@lru_cache(1024)
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
    drawing: Drawing, left: float = 0.0, right: float = 0.0, bottom: float = 0.05, top: float = 0.35,
    start: float = 0.0, width: float | None = None,
) -> Area:  # fmt: skip
    """A part of a drawing.

    Args:
        drawing: where.
        left, right, bottom, top: inches kept free for names, texts, labels and the caption.
        start, width: inches from the drawing's left edge, and of the part; the whole drawing by default.
    """
    width = drawing.width if width is None else width
    left, right = start + GAP / 4 + left, start + width - GAP / 4 - right
    right = max(right, left + 0.4)  # however long the texts are, something is to be seen
    return drawing.area(left, top, right, drawing.height - bottom)


def side_by_side(
    drawing: Drawing,
    count: int,
    lefts: Sequence[float] = (),
    rights: Sequence[float] = (),
    bottom: float = 0.05,
    top: float = 0.35,
) -> list[Area]:
    """Areas side by side: what names and texts do not take is shared out evenly.

    Args:
        drawing: where. count: how many.
        lefts, rights: inches for the names and the texts of each. bottom, top: as in `canvas`, the same for all.
    """
    lefts, rights = list(lefts) or [0.0] * count, list(rights) or [0.0] * count
    free = (drawing.width - sum(lefts) - sum(rights) - GAP * (count - 1)) / count
    made, start = [], 0.0
    for left, right in zip(lefts, rights, strict=True):
        width = left + free + right
        made.append(canvas(drawing, left, right, bottom, top, start, width))
        start += width + GAP
    return made


def caption(area: Area, text: str, pad: float = 8, names: float = 0.0) -> None:
    """A text above the drawing, flush left with the names beside it (`names`: inches they take)."""
    area.words(text, (Part(0.0), Part(1.0)), away=(-72 * names, pad), stand="above", size=9.5)


def row_names(area: Area, names: Mapping[float, str], here: float | None = None) -> None:
    """Names to the left of rows: height → name; the one at `here` is stressed."""
    for place, name in names.items():
        area.words(name, (Part(0.0), place), away=(-5, 0), anchor="end", bold=place == here)


def row_ends(area: Area, ends: Mapping[float, str], gap: float = 4.0, size: float = 8.0) -> None:
    """Texts to the right of rows: height → text."""
    for place, text in ends.items():
        area.words(text, (Part(1.0), place), away=(gap, 0), size=size, colour=MUTED)


def levels(area: Area, ticks: Mapping[float, str], gap: float = 5.0, size: float = 8.5) -> None:
    """Pale lines at some heights, and what they are to the left of them."""
    low, high = area.across
    area.strokes([((low, tick), (high, tick)) for tick in ticks], LINE, 0.6, above=False)
    for tick, text in ticks.items():
        area.words(text, (Part(0.0), tick), away=(-gap, 0), anchor="end", size=size, colour=MUTED)


def baseline(area: Area, labels: Mapping[float, str], size: float = 9.0) -> None:
    """The line that a drawing stands on, and labels under it: position → label, `size` points high."""
    area.strokes([((Part(0.0), Part(0.0)), (Part(1.0), Part(0.0)))], LINE, 0.8)
    for place, label in labels.items():
        area.words(
            label, (place, Part(0.0)), away=(0, -4), anchor="middle", stand="below", size=size, colour=MUTED
        )


def beside(area: Area, text: str, place: tuple[float, float], gap: float = 4.0, **look: Any) -> None:
    """A text to the right of a point of the data, `gap` points away."""
    area.words(text, place, **{"away": (gap, 0), "size": 8.5, "colour": MUTED, **look})
