"""The pictures of what moves: through milestones, from an opening to a closing pipeline, between two days.

Forms as in `charts`: now is solid accent, before is hollow, plan is dashed, peers are a grey band, an interval is
a thin line. What comes in is drawn pale, what goes out grey; each also has its own place and sign, so that no
colour is needed to tell them apart.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from salesreport.report.canvas import GAP, baseline, beside, boxes, canvas, caption, row_names, strokes
from salesreport.report.chart import ACCENT, ACCENT_SOFT, FAINT, INK, LINE, MUTED, PAPER, PEERS, Chart
from salesreport.report.marks import FORMS, KEY, form_key, name_width, short_name

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

    def draw(figure: Figure) -> None:
        left = max(map(name_width, names), default=0.0)
        said = max((name_width(rate.said) for rate in rates), default=0.0)
        axes = canvas(figure, left=left, right=said, top=0.42)
        width = figure.get_size_inches()[0] * axes.get_position().width  # drawn to the scale of inches
        each = (width - (_RATE + GAP if rates else 0.0)) / max(len(strands), 1)
        places = [float(place) for place in range(len(names))][::-1]
        for column, strand in enumerate(strands):
            begin = column * each
            lengths = [max(each - 0.4, 0.1) * value / most for value in strand.values]
            boxes(axes, places, [begin] * len(places), lengths, 0.56, _FILL[strand.form], _EDGE[strand.form])
            for place, length, value, shown in zip(places, lengths, strand.values, strand.said, strict=True):
                beside(axes, shown, (begin + length, place), 3, color=INK if value else FAINT)
            _column_title(axes, begin, strand.title)
        if rates:
            _rates(axes, rates, places, width - _RATE, heading)
        axes.set_xlim(0, width)
        axes.set_ylim(-0.6, len(names) - 0.4)
        row_names(axes, {place: short_name(name) for place, name in zip(places, names, strict=True)})

    return Chart(key, draw, title, description, width=9.4, height=0.5 + _ROW * max(len(names), 1))


_RATE = 1.5
"""Inches from 0 to 100 %."""


def _column_title(axes: Axes, column: float, title: str) -> None:
    axes.annotate(
        title, (column, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 6), textcoords="offset points",
        va="bottom", fontsize=8.5, color=MUTED, annotation_clip=False,
    )  # fmt: skip


def _rates(axes: Axes, rates: Sequence[Rate], places: Sequence[float], zero: float, heading: str) -> None:
    """Dots from 0 to 100 %, `zero` inches from the left."""
    _column_title(axes, zero, heading)
    frame = pd.DataFrame(rates, index=pd.Index(places, name="place")).reset_index()
    for column in ("value", "lower", "upper", "band_lower", "band_upper"):
        frame[column] = zero + _RATE * frame[column].astype(float)
    strokes(axes, [((zero, place), (zero + _RATE, place)) for place in places], LINE, 0.6, above=False)
    band = frame[frame["band_lower"].notna()]
    boxes(axes, band["place"], band["band_lower"], band["band_upper"] - band["band_lower"], 0.56, PEERS)
    sure = frame[frame["lower"].notna()]
    ends = zip(sure["lower"], sure["upper"], sure["place"], strict=True)
    strokes(axes, [((low, place), (high, place)) for low, high, place in ends], ACCENT, 1.1, strength=0.6)
    axes.plot(frame["value"], frame["place"], "o", markersize=6, color=ACCENT)
    for rate, place in zip(rates, places, strict=True):
        beside(axes, rate.said, (zero + _RATE, place), 6, fontsize=8)


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

    def draw(figure: Figure) -> None:
        names = max(name_width(step.name) for step in steps)
        said = max(name_width(step.said) for step in steps) + 0.12
        axes = canvas(figure, left=names, right=said)
        caption(axes, heading, names=names)
        rows = list(zip(range(len(steps))[::-1], steps, begins, ends, strict=True))
        for form in get_args(Form):
            mine = [row for number, row in enumerate(rows) if _form(number, row[1]) == form]
            boxes(
                axes, [row[0] for row in mine], [row[2] for row in mine], [row[3] - row[2] for row in mine], 0.62,
                _FILL[form], _EDGE[form],
            )  # fmt: skip
        ranges = [
            ((begin + step.lower, place), (begin + step.upper, place))
            for place, step, begin, _ in rows
            if not math.isnan(step.lower)
        ]
        strokes(axes, ranges, ACCENT, 1.1)
        for place, step, begin, end in rows:
            weight = "bold" if step.total else "normal"
            right = max(begin, end, begin + (0.0 if math.isnan(step.upper) else step.upper))
            beside(axes, step.said, (right, place), color=INK if step.value else FAINT, weight=weight)
        # the thin lines by which each row hangs on the one above it
        strokes(
            axes, [((end, place - 1.31), (end, place + 0.31)) for place, _, _, end in rows[:-1]], FAINT, 0.6,
            above=False,
        )  # fmt: skip
        far = [place for line in ranges for place, _ in line]
        reach = max([*begins, *ends, *far, 0.0]) or 1.0
        low = min([*begins, *ends, *far, 0.0])
        axes.set_xlim(low, reach)
        axes.set_ylim(-0.6, len(steps) - 0.4)
        row_names(axes, {place: short_name(step.name) for place, step, _, _ in rows})

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

    def draw(figure: Figure) -> None:
        names = max((name_width(row.name) for row in rows), default=0.0)
        said = max((name_width(row.said) for row in rows), default=0.0)
        axes = canvas(figure, left=names, right=said)
        caption(axes, heading, names=names)
        places = list(range(len(rows)))[::-1]
        above, below = [place + 0.2 for place in places], [place - 0.2 for place in places]
        none = [0.0] * len(rows)
        boxes(axes, above, none, [row.before for row in rows], 0.36, PAPER, FAINT)
        boxes(axes, below, none, [row.now for row in rows], 0.36, ACCENT, ACCENT)
        for place, row in zip(places, rows, strict=True):
            beside(axes, row.said, (max(row.before, row.now), place), 5)
        axes.set_xlim(0, max((max(row.before, row.now) for row in rows), default=1) or 1)
        axes.set_ylim(-0.55, len(rows) - 0.4)
        row_names(axes, {place: short_name(row.name) for place, row in zip(places, rows, strict=True)})
        form_key(axes, [("hollow", days[0]), ("solid", days[1])])

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

    def draw(figure: Figure) -> None:
        names = max(name_width(row.name) for row in rows) + 0.12
        said = max(name_width(row.said) for row in rows)
        axes = canvas(figure, left=names, right=said, top=0.62, bottom=0.25)
        places = list(range(len(rows)))[::-1]
        reach = max(
            [value for row in rows for value in (row.spans[0][1], row.target, row.booked) if not math.isnan(value)]
        )
        low = min([row.spans[0][0] for row in rows] + [row.target for row in rows if row.target > 0])
        start = 0.0 if low < 0.35 * reach or any(row.booked > 0 for row in rows) else 0.95 * low
        strokes(axes, [((start, place), (reach, place)) for place in places], LINE, 0.6, above=False)
        baseline(
            axes,
            {tick: shown(tick) for tick in MaxNLocator(3).tick_values(start, reach) if start <= tick <= reach},
        )
        for number, (height, strength) in enumerate(_WEIGHTS):
            lows = [row.spans[number][0] for row in rows]
            widths = [row.spans[number][1] - row.spans[number][0] for row in rows]
            boxes(axes, places, lows, widths, height, PAPER)  # so that what lies below does not shine through
            boxes(axes, places, lows, widths, height, ACCENT, strength=strength)
        none = [0.0] * len(rows)
        boxes(axes, places, none, [max(row.booked, 0.0) for row in rows], 0.3, ACCENT)
        axes.plot([row.middle for row in rows], places, "o", markersize=6, color=PAPER, markeredgecolor=ACCENT)
        planned = [(row.target, place) for row, place in zip(rows, places, strict=True) if row.target > 0]
        marks = [((target, place - 0.42), (target, place + 0.42)) for target, place in planned]
        strokes(axes, marks, PAPER, 3.4)
        strokes(axes, marks, INK, 1.4, dashed=True)
        for place, row in zip(places, rows, strict=True):
            axes.annotate(
                row.said, (1.0, place), xycoords=("axes fraction", "data"), xytext=(5, 0),
                textcoords="offset points", va="center", fontsize=8.5, color=MUTED, annotation_clip=False,
            )  # fmt: skip
        axes.set_xlim(start, start + 1.02 * ((reach - start) or 1.0))
        axes.set_ylim(-0.6, len(rows) - 0.4)
        row_names(axes, {place: short_name(row.name) for place, row in zip(places, rows, strict=True)})
        caption(axes, heading, pad=22, names=names)
        forms = [("middle", words[0])]
        forms += [("plan", words[1])] if any(not math.isnan(row.target) for row in rows) else []
        forms += [("solid", words[2])] if any(row.booked > 0 for row in rows) else []
        axes.legend(
            handles=[FORMS[form](text) for form, text in forms], loc="lower left", bbox_to_anchor=(0.0, 1.0), **KEY
        )

    return Chart(key, draw, title, description, width=6.2, height=0.95 + 0.5 * len(rows))
