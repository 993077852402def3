"""Pictures of an audit: one rate under several definitions, and the levels that criteria speak for."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from salesreport.drawing import Drawing, inner_values
from salesreport.drawing.palette import ACCENT, FAINT, LINE, PAPER, PEERS
from salesreport.report.canvas import baseline, beside, canvas, caption, row_names, text_width
from salesreport.report.chart import Chart
from salesreport.report.marks import form_key, short_name

LONGEST = 48
"""So many characters a row's name has at most."""


class Way(NamedTuple):
    """A figure under one definition.

    Attributes:
        name: of the definition. value, lower, upper: the figure and its interval (NaN: none).
        used: whether it is the report's own. said: printed at the row's end.
    """

    name: str
    value: float
    lower: float
    upper: float
    used: bool
    said: str


def ways(
    key: str, rows: Sequence[Way], title: str, description: str, heading: str, words: tuple[str, str],
    shown: Callable[[float], str],
) -> Chart:  # fmt: skip
    """Per row a dot with its interval: filled where it is the report's own definition, else hollow.

    Args:
        key, title, description: as in `Chart`. rows: from top to bottom. heading: what the figure is.
        words: what the report's own definition and the others are called. shown: formats a figure.
    """

    def draw(drawing: Drawing) -> None:
        names = max((text_width(short_name(row.name, LONGEST)) for row in rows), default=0.0)
        said = max((text_width(row.said, 8) for row in rows), default=0.0)
        area = canvas(drawing, left=names, right=said + 0.1, top=0.62, bottom=0.25)
        ends = [end for row in rows for end in row[1:4] if not math.isnan(end)]
        high = max(ends, default=1.0) or 1.0
        area.scale(across=(-0.02 * high, 1.04 * high), up=(-0.6, len(rows) - 0.4))
        mine = next((row.value for row in rows if row.used), math.nan)
        if not math.isnan(mine):
            area.strokes([((mine, -0.6), (mine, len(rows) - 0.4))], FAINT, 0.9, above=False)
        for place, row in zip(reversed(range(len(rows))), rows, strict=True):
            area.strokes([((0.0, place), (1.04 * high, place))], LINE, 0.6, above=False)
            if not math.isnan(row.lower):
                area.strokes([((row.lower, place), (row.upper, place))], ACCENT, 1.4, strength=0.6)
            area.marks(row.value, place, "o", 6, ACCENT if row.used else PAPER, ACCENT)
            beside(area, row.said, (1.04 * high, place), 6, size=8)
        row_names(area, {len(rows) - 1 - place: short_name(row.name, LONGEST) for place, row in enumerate(rows)})
        baseline(area, {tick: shown(tick) for tick in inner_values(0.0, high, 6, (1, 2, 5, 10))})
        caption(area, heading, pad=22, names=names)
        form_key(area, [("value", words[0])] * (not math.isnan(mine)) + [("middle", words[1])], left=True)

    return Chart(key, draw, title, description, width=9.4, height=0.95 + 0.27 * max(len(rows), 1))


class Spoken(NamedTuple):
    """The levels that a criterion speaks for.

    Attributes:
        name: of the criterion. low, high: from 1 on. told: whether anything is left out. said: at the row's end.
        whole: whether it is what all of them come to.
    """

    name: str
    low: int
    high: int
    told: bool
    said: str
    whole: bool = False


def spans(
    key: str, rows: Sequence[Spoken], levels: Sequence[str], title: str, description: str, heading: str
) -> Chart:
    """Per criterion a bar over the levels that its figure speaks for; what tells nothing has a pale one.

    Args:
        key, title, description: as in `Chart`. rows: from top to bottom. levels: their names, the lowest first.
        heading: printed above.
    """

    def draw(drawing: Drawing) -> None:
        names = max((text_width(short_name(row.name, LONGEST)) for row in rows), default=0.0)
        said = max((text_width(row.said, 8) for row in rows), default=0.0)
        area = canvas(drawing, left=names, right=said + 0.1, top=0.35, bottom=0.25)
        size = len(levels)
        area.scale(across=(0.5, size + 0.5), up=(-0.6, len(rows) - 0.4))
        area.strokes(
            [((edge + 0.5, -0.6), (edge + 0.5, len(rows) - 0.4)) for edge in range(1, size)], LINE, 0.8,
            above=False,
        )  # fmt: skip
        for place, row in zip(reversed(range(len(rows))), rows, strict=True):
            colour = PEERS if not row.told else ACCENT
            area.bars(
                [place], [row.low - 0.42], [row.high - row.low + 0.84], 0.62 if row.whole else 0.3, colour,
                strength=1.0 if row.whole or not row.told else 0.55,
            )  # fmt: skip
            beside(area, row.said, (size + 0.5, place), 6, size=8)
        row_names(area, {len(rows) - 1 - place: short_name(row.name, LONGEST) for place, row in enumerate(rows)})
        baseline(area, {number + 1: name for number, name in enumerate(levels)})
        caption(area, heading, names=names)

    return Chart(key, draw, title, description, width=9.4, height=0.7 + 0.25 * max(len(rows), 1))
