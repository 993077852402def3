"""The picture of what things go with: a dot with its interval about nothing, and what raw numbers claim, pale."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from salesreport.drawing import Drawing, inner_values
from salesreport.drawing.palette import ACCENT, FAINT, LINE, PAPER
from salesreport.report.canvas import baseline, beside, canvas, caption, row_names, text_width
from salesreport.report.chart import Chart
from salesreport.report.marks import form_key, short_name

MOST_BEYOND = 4.0
"""A raw mark may widen the scale to so many times what the intervals need; farther ones stand at its edge."""

LONGEST = 36
"""So many characters a row's name has at most."""


class Effect(NamedTuple):
    """A difference.

    Attributes:
        name: of what. value, lower, upper: the difference and its interval. raw: what raw numbers say, or NaN.
        stands_out: whether it is more than chance. said: printed at the row's end.
    """

    name: str
    value: float
    lower: float
    upper: float
    raw: float
    stands_out: bool
    said: str


def effect_limits(rows: Sequence[Effect]) -> tuple[float, float]:
    """The scale: all intervals, nothing, and raw marks as far as they do not press the intervals together.

    Examples:
        >>> effect_limits([Effect("a", 0.02, -0.01, 0.05, 0.3, False, "")])
        (-0.05, 0.2)
    """
    ends = [abs(end) for row in rows for end in (row.lower, row.upper) if not math.isnan(end)]
    reach = max([*ends, 0.05])
    raw = [row.raw for row in rows if not math.isnan(row.raw)]
    most = MOST_BEYOND * reach
    return min([-reach, *(max(one, -most) for one in raw)]), max([reach, *(min(one, most) for one in raw)])


def effects(
    key: str, rows: Sequence[Effect], title: str, description: str, heading: str, words: tuple[str, str, str],
    shown: Callable[[float], str],
) -> Chart:  # fmt: skip
    """Per row a difference with its interval about nothing; filled where it is more than chance; raw a grey tick.

    Args:
        key, title, description: as in `Chart`. rows: from top to bottom. heading: what the difference is of.
        words: what a difference more than chance, one that may be chance, and raw numbers are called.
        shown: formats a difference.
    """

    def draw(drawing: Drawing) -> None:
        names = max((text_width(short_name(row.name, LONGEST)) for row in rows), default=0.0)
        said = max((text_width(row.said, 8) for row in rows), default=0.0)
        area = canvas(drawing, left=names, right=said + 0.1, top=0.62, bottom=0.25)
        low, high = effect_limits(rows)
        pad = 0.03 * (high - low)
        area.scale(across=(low - pad, high + pad), up=(-0.6, len(rows) - 0.4))
        area.strokes([((0.0, -0.6), (0.0, len(rows) - 0.4))], FAINT, 0.9, above=False)
        for place, row in zip(reversed(range(len(rows))), rows, strict=True):
            area.strokes([((low - pad, place), (high + pad, place))], LINE, 0.6, above=False)
            if not math.isnan(row.raw):
                at = min(max(row.raw, low), high)
                area.strokes([((at, place - 0.28), (at, place + 0.28))], FAINT, 3.0, strength=0.7, above=False)
                if at != row.raw:  # it lies beyond the scale
                    side = -1 if row.raw > at else 1
                    beside(
                        area,
                        shown(row.raw),
                        (at, place),
                        5 * side,
                        size=7.5,
                        anchor="start" if side > 0 else "end",
                    )
            area.strokes([((row.lower, place), (row.upper, place))], ACCENT, 1.4, strength=0.6)
            area.marks(row.value, place, "o", 6, ACCENT if row.stands_out else PAPER, ACCENT)
            beside(area, row.said, (high + pad, place), 6, size=8)
        row_names(area, {len(rows) - 1 - place: short_name(row.name, LONGEST) for place, row in enumerate(rows)})
        baseline(area, {tick: shown(tick) for tick in inner_values(low, high, 6, (1, 2, 5, 10))})
        caption(area, heading, pad=22, names=names)
        entries = [("value", words[0])] if any(row.stands_out for row in rows) else []
        entries += [("middle", words[1])] if not all(row.stands_out for row in rows) else []
        entries += [("tick", words[2])] if any(not math.isnan(row.raw) for row in rows) else []
        form_key(area, entries, left=True)

    return Chart(key, draw, title, description, width=9.4, height=0.95 + 0.27 * max(len(rows), 1))
