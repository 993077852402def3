"""The pictures of what moves: through milestones, from an opening to a closing pipeline, between two days.

Forms as in `charts`: now is solid accent, before is hollow, plan is dashed, peers are a grey band, an interval is
a thin line. What comes in is drawn pale, what goes out grey; each also has its own place and sign, so that no
colour is needed to tell them apart.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from salesreport.drawing import Area, Drawing, Part, inner_values
from salesreport.drawing.palette import ACCENT, ACCENT_SOFT, FAINT, INK, LINE, MUTED, PAPER, PEERS
from salesreport.report.canvas import GAP, baseline, beside, canvas, caption, row_ends, row_names, text_width
from salesreport.report.chart import Chart
from salesreport.report.marks import form_key, name_width, short_name, wrapped

Form = Literal["before", "in", "on", "out", "now"]

_FILL: dict[Form, str] = {"before": PAPER, "in": ACCENT_SOFT, "on": ACCENT, "out": PEERS, "now": ACCENT}
_EDGE: dict[Form, str] = {"before": FAINT, "in": ACCENT, "on": ACCENT, "out": FAINT, "now": ACCENT}

_ROW = 0.3
"""Inches per row."""


class Strand(NamedTuple):
    """One column of small bars, a count per row.

    Attributes:
        title: what is counted. form: before, in (came), on (went on), out (was lost), now. values: one per row.
        said: how each is printed.
    """

    title: str
    form: Form
    values: list[float]
    said: list[str]


class Rate(NamedTuple):
    """A share with its interval, and the middle half of the peers'; NaN: not drawn."""

    value: float
    lower: float
    upper: float
    band_lower: float
    band_upper: float
    said: str


def flows(
    key: str,
    names: Sequence[str],
    strands: Sequence[Strand],
    rates: Sequence[Rate],
    heading: str,
    title: str,
    description: str,
) -> Chart:
    """Per row small bars side by side, on one scale, and at the right a share with its interval and peers' band.

    Args:
        key, title, description: as in `Chart`. names: of the rows, from top to bottom.
        strands: the columns of bars. rates: one per row, or none. heading: what the share is.
    """
    most = max((value for strand in strands for value in strand.values), default=1) or 1
    left = max(map(name_width, names), default=0.0)
    said = max((name_width(rate.said) for rate in rates), default=0.0)
    each = (_WIDE - GAP / 2 - left - said - (_RATE + GAP if rates else 0.0)) / max(len(strands), 1)
    titles = [wrapped(strand.title, max(int(each / text_width("n", _TITLE)), 6), 2) for strand in strands]
    more = 0.14 * any("\n" in title for title in titles)

    def draw(drawing: Drawing) -> None:
        area = canvas(drawing, left=left, right=said, top=0.42 + more)
        width = area.inches  # drawn to the scale of inches
        places = [float(place) for place in range(len(names))][::-1]
        for column, strand in enumerate(strands):
            begin = column * each
            lengths = [max(each - 0.4, 0.1) * value / most for value in strand.values]
            area.bars(places, [begin] * len(places), lengths, 0.56, _FILL[strand.form], _EDGE[strand.form])
            for place, length, value, shown in zip(places, lengths, strand.values, strand.said, strict=True):
                beside(area, shown, (begin + length, place), 3, colour=INK if value else FAINT)
            _column_title(area, begin, titles[column])
        if rates:
            _rates(area, rates, places, width - _RATE, heading)
        area.scale(across=(0, width), up=(-0.6, len(names) - 0.4))
        row_names(area, {place: short_name(name) for place, name in zip(places, names, strict=True)})

    return Chart(key, draw, title, description, width=_WIDE, height=0.5 + more + _ROW * max(len(names), 1))


_WIDE = 9.4
"""Inches of the picture."""

_RATE = 1.5
"""Inches from 0 to 100 %."""

_TITLE = 8.5
"""Size of the letters above a column, in points."""


def _column_title(area: Area, column: float, title: str) -> None:
    area.words(title, (column, Part(1.0)), away=(0, 6), stand="above", size=_TITLE, colour=MUTED)


def _rates(area: Area, rates: Sequence[Rate], places: Sequence[float], zero: float, heading: str) -> None:
    """Dots from 0 to 100 %, `zero` inches from the left."""
    _column_title(area, zero, heading)
    area.strokes([((zero, place), (zero + _RATE, place)) for place in places], LINE, 0.6, above=False)
    rows = [(place, zero + _RATE * np.array(rate[:5], float)) for place, rate in zip(places, rates, strict=True)]
    bands = [(at[3], place - 0.28, at[4], place + 0.28) for place, at in rows if not math.isnan(at[3])]
    area.boxes(bands, PEERS)
    area.strokes([((at[1], place), (at[2], place)) for place, at in rows], ACCENT, 1.1, strength=0.6)
    area.marks([at[0] for _, at in rows], places, "o", 6, ACCENT)
    for rate, place in zip(rates, places, strict=True):
        beside(area, rate.said, (zero + _RATE, place), 6, size=8)


class Step(NamedTuple):
    """One row of a waterfall.

    Attributes:
        name: what happened. value: by how much; what came in is above zero, what went out below.
        said: how it is printed, with its sign. total: whether it is where things stand, not what happened.
        form: of its bar, where it is another than these make it. lower, upper: a range that it may lie in.
    """

    name: str
    value: float
    said: str
    total: bool = False
    form: Form | None = None
    lower: float = math.nan
    upper: float = math.nan


def waterfall_chart(key: str, steps: Sequence[Step], title: str, description: str, heading: str) -> Chart:
    """From an opening to a closing total, a row per step; each bar begins where the one above it ended.

    Args:
        key, title, description: as in `Chart`. steps: from top to bottom; the first and the last are totals.
        heading: what is measured.
    """
    begins, ends, level = [], [], 0.0
    for step in steps:
        begins.append(0.0 if step.total else level)
        level = step.value if step.total else level + step.value
        ends.append(level)

    def draw(drawing: Drawing) -> None:
        names = max(name_width(step.name) for step in steps)
        said = max(name_width(step.said) for step in steps) + 0.12
        area = canvas(drawing, left=names, right=said)
        caption(area, heading, names=names)
        rows = list(zip(range(len(steps))[::-1], steps, begins, ends, strict=True))
        for form in get_args(Form):
            mine = [row for number, row in enumerate(rows) if _form(number, row[1]) == form]
            area.bars(
                [row[0] for row in mine], [row[2] for row in mine], [row[3] - row[2] for row in mine], 0.62,
                _FILL[form], _EDGE[form],
            )  # fmt: skip
        ranges = [
            ((begin + step.lower, place), (begin + step.upper, place))
            for place, step, begin, _ in rows
            if not math.isnan(step.lower)
        ]
        area.strokes(ranges, ACCENT, 1.1)
        for place, step, begin, end in rows:
            right = max(begin, end, begin + (0.0 if math.isnan(step.upper) else step.upper))
            beside(area, step.said, (right, place), colour=INK if step.value else FAINT, bold=step.total)
        # the thin lines by which each row hangs on the one above it
        area.strokes(
            [((end, place - 1.31), (end, place + 0.31)) for place, _, _, end in rows[:-1]], FAINT, 0.6,
            above=False,
        )  # fmt: skip
        far = [place for line in ranges for place, _ in line]
        reach = max([*begins, *ends, *far, 0.0]) or 1.0
        low = min([*begins, *ends, *far, 0.0])
        area.scale(across=(low, reach), up=(-0.6, len(steps) - 0.4))
        row_names(area, {place: short_name(step.name) for place, step, _, _ in rows})

    return Chart(key, draw, title, description, width=6.2, height=0.45 + 0.27 * len(steps))


def _form(number: int, step: Step) -> Form:
    if step.form is not None:
        return step.form
    if step.total:
        return "now" if number else "before"
    return "in" if step.value > 0 else "out"


class Pair(NamedTuple):
    """One thing on two days: its name, how many before and now, what is printed beside it."""

    name: str
    before: float
    now: float
    said: str


def pairs(
    key: str, rows: Sequence[Pair], title: str, description: str, heading: str, days: tuple[str, str],
    width: float = 6.2,
) -> Chart:  # fmt: skip
    """Two bars per row: hollow before, solid now.

    Args:
        key, title, description: as in `Chart`. rows: from top to bottom. heading: what is counted.
        days: names of the two days. width: in inches.
    """

    def draw(drawing: Drawing) -> None:
        names = max((name_width(row.name) for row in rows), default=0.0)
        said = max((name_width(row.said) for row in rows), default=0.0)
        area = canvas(drawing, left=names, right=said)
        caption(area, heading, names=names)
        places = list(range(len(rows)))[::-1]
        above, below = [place + 0.2 for place in places], [place - 0.2 for place in places]
        none = [0.0] * len(rows)
        area.bars(above, none, [row.before for row in rows], 0.36, PAPER, FAINT)
        area.bars(below, none, [row.now for row in rows], 0.36, ACCENT, ACCENT)
        for place, row in zip(places, rows, strict=True):
            beside(area, row.said, (max(row.before, row.now), place), 5)
        area.scale(
            across=(0, max((max(row.before, row.now) for row in rows), default=1) or 1),
            up=(-0.55, len(rows) - 0.4),
        )
        row_names(area, {place: short_name(row.name) for place, row in zip(places, rows, strict=True)})
        form_key(area, [("hollow", days[0]), ("solid", days[1])])

    return Chart(key, draw, title, description, width=width, height=0.45 + 0.4 * len(rows))


class Outlook(NamedTuple):
    """What one coming period may bring.

    Attributes:
        name: the period. middle: the median. spans: (lower, upper) of the intervals, the widest first.
        booked: what is in already. target: NaN where there is none. said: printed at the row's end.
    """

    name: str
    middle: float
    spans: Sequence[tuple[float, float]]
    booked: float
    target: float
    said: str


_WEIGHTS = ((0.2, 0.25), (0.38, 0.42), (0.56, 0.62))
"""Height and strength of the nested intervals, the widest first: the surer, the heavier."""


def outlook_chart(
    key: str, rows: Sequence[Outlook], title: str, description: str, heading: str,
    shown: Callable[[float], str], words: tuple[str, str, str],
) -> Chart:  # fmt: skip
    """A row per period: nested bars of the forecast's intervals, its median, what is booked, and the target.

    Args:
        key, title, description: as in `Chart`. rows: from top to bottom. heading: what is forecast.
        shown: formats a value. words: what the median, the target and what is booked are called.
    """

    def draw(drawing: Drawing) -> None:
        names = max(name_width(row.name) for row in rows) + 0.12
        said = max(name_width(row.said) for row in rows)
        area = canvas(drawing, left=names, right=said, top=0.62, bottom=0.25)
        places = list(range(len(rows)))[::-1]
        reach = max(
            [value for row in rows for value in (row.spans[0][1], row.target, row.booked) if not math.isnan(value)]
        )
        low = min([row.spans[0][0] for row in rows] + [row.target for row in rows if row.target > 0])
        start = 0.0 if low < 0.35 * reach or any(row.booked > 0 for row in rows) else 0.95 * low
        area.strokes([((start, place), (reach, place)) for place in places], LINE, 0.6, above=False)
        baseline(area, {tick: shown(tick) for tick in inner_values(start, reach, 3)})
        for number, (height, strength) in enumerate(_WEIGHTS):
            lows = [row.spans[number][0] for row in rows]
            widths = [row.spans[number][1] - row.spans[number][0] for row in rows]
            area.bars(places, lows, widths, height, PAPER)  # so that what lies below does not shine through
            area.bars(places, lows, widths, height, ACCENT, strength=strength)
        none = [0.0] * len(rows)
        area.bars(places, none, [max(row.booked, 0.0) for row in rows], 0.3, ACCENT)
        area.marks([row.middle for row in rows], places, "o", 6, PAPER, ACCENT)
        planned = [(row.target, place) for row, place in zip(rows, places, strict=True) if row.target > 0]
        marks = [((target, place - 0.42), (target, place + 0.42)) for target, place in planned]
        area.strokes(marks, PAPER, 3.4)
        area.strokes(marks, INK, 1.4, dashed=True)
        row_ends(area, {place: row.said for place, row in zip(places, rows, strict=True)}, gap=5, size=8.5)
        area.scale(across=(start, start + 1.02 * ((reach - start) or 1.0)), up=(-0.6, len(rows) - 0.4))
        row_names(area, {place: short_name(row.name) for place, row in zip(places, rows, strict=True)})
        caption(area, heading, pad=22, names=names)
        forms = [("middle", words[0])]
        forms += [("plan", words[1])] if any(not math.isnan(row.target) for row in rows) else []
        forms += [("solid", words[2])] if any(row.booked > 0 for row in rows) else []
        form_key(area, forms, left=True)

    return Chart(key, draw, title, description, width=6.2, height=0.95 + 0.5 * len(rows))
