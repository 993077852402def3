"""The pictures of a report: each function returns a `Chart` of one kind, in the one form each meaning has.

Actual: solid accent. Previous period: hollow. Plan: dashed ink line. Peers: grey band. Interval: thin line.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from salesreport.drawing import Area, Drawing, round_values
from salesreport.drawing.palette import ACCENT, FAINT, INK, LINE, MUTED, PAPER, PEERS
from salesreport.report.canvas import (
    baseline,
    beside,
    canvas,
    caption,
    levels,
    row_ends,
    row_names,
    side_by_side,
    text_width,
)
from salesreport.report.chart import Chart
from salesreport.report.marks import form_key, name_width, short_name


class Panel(NamedTuple):
    """One measure over the last periods.

    Attributes:
        title: what it is. labels: names of the periods, oldest first. numbers: one per period of each of
            value, lower, upper (interval), band_lower, band_upper (middle half of the peers); NaN where unknown.
        shown: formats a value. band: what the grey band is called; empty where there is none.
    """

    title: str
    labels: list[str]
    numbers: Mapping[str, Sequence[float]]
    shown: Callable[[float], str]
    band: str


class Scale(NamedTuple):
    """What an upright scale reaches from and to, and the round values that are printed beside it."""

    low: float
    high: float
    ticks: list[float]


_OFF = 7.0
"""Points between a line's last dot and what is said of it."""

_SMALL = 8.0
"""Size of the letters beside a scale, in points."""


def trends(key: str, panels: Sequence[Panel], title: str, description: str) -> Chart:
    """Small multiples, side by side, of how measures went over the last periods."""

    def draw(drawing: Drawing) -> None:
        scales = [scale(panel.numbers) for panel in panels]
        lefts = [
            max((text_width(panel.shown(tick), _SMALL) for tick in ticks), default=0.0) + 0.04
            for panel, (_, _, ticks) in zip(panels, scales, strict=True)
        ]
        parts = side_by_side(drawing, len(panels), lefts=lefts, bottom=0.28)
        for area, panel, reach, left in zip(parts, panels, scales, lefts, strict=True):
            _trend(area, panel, reach, left)

    return Chart(key, draw, title, description, width=min(9.4, 2.0 + 2.6 * len(panels)), height=2.3)


def scale(numbers: Mapping[str, Sequence[float]]) -> Scale:
    """The scale of a panel, between round values: it begins at zero, so that a line falls as its figure does.

    Args:
        numbers: as in `Panel`; what is below zero makes the scale begin below it.

    Examples:
        >>> unknown = dict.fromkeys(("lower", "upper", "band_lower", "band_upper"), [math.nan, math.nan])
        >>> scale(unknown | {"value": [480.0, 460.0], "band_upper": [510.0, 510.0]})
        Scale(low=0.0, high=600.0, ticks=[0.0, 200.0, 400.0, 600.0])
    """
    names = ("value", "lower", "upper", "band_lower", "band_upper")
    known = [float(one) for name in names for one in numbers[name] if not math.isnan(one)]
    if not known:
        return Scale(0.0, 1.0, [])
    low, high = min(0.0, *known), max(0.0, *known)
    if low == high:
        return Scale(0.0, 1.0, [0.0])
    ticks = round_values(low, high, 3, (1, 2, 2.5, 5, 10))
    return Scale(ticks[0], ticks[-1], ticks)


def _trend(area: Area, panel: Panel, reach: Scale, left: float) -> None:
    numbers, places = panel.numbers, range(len(panel.labels))
    known = {name: [not math.isnan(one) for one in values] for name, values in numbers.items()}
    caption(area, panel.title, names=left)
    if any(known["band_lower"]):
        area.band(places, numbers["band_lower"], numbers["band_upper"], PEERS)
        if panel.band:
            form_key(area, [("band", panel.band)])
    if any(known["lower"]):
        ends = zip(places, numbers["lower"], numbers["upper"], strict=True)
        area.strokes([((at, low), (at, high)) for at, low, high in ends], ACCENT, 0.9, strength=0.55)
    area.line(places, numbers["value"], ACCENT)
    begin, end = -0.08 * len(places), len(places) - 0.55 + 0.22 * len(places)
    if any(known["value"]):
        at, last = [(at, float(value)) for at, value in enumerate(numbers["value"]) if not math.isnan(value)][-1]
        area.marks(at, last, "o", 5, ACCENT)
        area.words(panel.shown(last), (at, last), away=(_OFF, 0), colour=ACCENT, bold=True)
        end = max(end, _room_for(panel.shown(last), at, begin, area))
    area.scale(across=(begin, end), up=(reach.low, reach.high + 0.06 * (reach.high - reach.low)))
    levels(area, {tick: panel.shown(tick) for tick in reach.ticks}, gap=4, size=_SMALL)
    shown = places if len(places) <= 4 else (0, len(places) // 2, len(places) - 1)
    baseline(area, {place: panel.labels[place] for place in shown})


def _room_for(text: str, place: float, begin: float, area: Area) -> float:
    """Where a scale has to end that a text beside a place on it, in bold, finds room on it."""
    part = min((text_width(text) + _OFF / 72) / area.inches, 0.7)
    return place + (place - begin) * part / (1 - part)


class Bars(NamedTuple):
    """Groups with two counts each.

    Attributes:
        title: what the groups are. names: one per group. solid, hollow: the counts. said: the text beside each.
    """

    title: str
    names: list[str]
    solid: list[float]
    hollow: list[float]
    said: list[str]


def solid_and_hollow(
    key: str, panels: Sequence[Bars], title: str, description: str, solid: str, hollow: str
) -> Chart:
    """Bars of two counts per group, on one scale: solid ones (won) and hollow ones (lost)."""
    most = max((a + b for panel in panels for a, b in zip(panel.solid, panel.hollow, strict=True)), default=1) or 1
    rows = max((len(panel.names) for panel in panels), default=1)

    def draw(drawing: Drawing) -> None:
        names = [max(map(name_width, panel.names), default=0.0) for panel in panels]
        said = [max(map(name_width, panel.said), default=0.0) for panel in panels]
        parts = side_by_side(drawing, len(panels), lefts=names, rights=said, top=0.6)
        for area, panel, width in zip(parts, panels, names, strict=True):
            _bars(area, panel, rows, most, width)
        form_key(canvas(drawing, top=0.0), [("solid", solid), ("hollow", hollow)], left=True, up=-7.0)

    return Chart(key, draw, title, description, width=9.4, height=0.75 + 0.27 * rows)


def _bars(area: Area, panel: Bars, rows: int, most: float, names: float) -> None:
    """Bars from top to bottom, on a scale up to `most`, with room for `rows`, beside `names` inches of names."""
    places = list(range(len(panel.names)))[::-1]
    caption(area, panel.title, names=names)
    area.bars(places, [0.0] * len(places), panel.solid, 0.62, ACCENT, ACCENT)
    area.bars(places, panel.solid, panel.hollow, 0.62, PAPER, FAINT)
    for place, a, b, said in zip(places, panel.solid, panel.hollow, panel.said, strict=True):
        beside(area, said, (a + b, place), size=8)
    area.scale(across=(0, most), up=(-0.6 - (rows - len(places)), len(places) - 0.4))
    row_names(area, {place: short_name(name) for place, name in zip(places, panel.names, strict=True)})


class Columns(NamedTuple):
    """A distribution over ordered classes.

    Attributes:
        title: what the classes are. labels: one per class. values: how many in each. said: printed above each.
    """

    title: str
    labels: list[str]
    values: list[float]
    said: list[str]


def columns_and_bars(key: str, columns: Columns | None, bars: Bars | None, title: str, description: str) -> Chart:
    """Upright bars over ordered classes and, beside them, bars by group; or one of the two."""
    rows = 0 if bars is None else len(bars.names)

    def draw(drawing: Drawing) -> None:
        if bars is None:
            if columns is not None:
                _columns(canvas(drawing, bottom=0.28), columns)
            return
        names, said = max(map(name_width, bars.names), default=0.0), max(map(name_width, bars.said), default=0.0)
        parts = 1 if columns is None else 2
        lefts, rights = [0.0, names][-parts:], [0.0, said][-parts:]
        *left, right = side_by_side(drawing, parts, lefts=lefts, rights=rights, bottom=0.28)
        if columns is not None:
            _columns(left[0], columns)
        _bars(right, bars, rows, max(bars.solid) or 1, names)

    return Chart(key, draw, title, description, width=9.4 if columns and bars else 5.4, height=2.3)


def _columns(area: Area, columns: Columns) -> None:
    places = range(len(columns.labels))
    caption(area, columns.title)
    area.boxes([(at - 0.36, 0.0, at + 0.36, value) for at, value in enumerate(columns.values)], ACCENT)
    for place, value, said in zip(places, columns.values, columns.said, strict=True):
        area.words(said, (place, value), away=(0, 2), anchor="middle", stand="on", size=8.5)
    area.scale(across=(-0.5, len(places) - 0.5), up=(0, (max(columns.values) or 1) * 1.12))
    widest = max(map(text_width, columns.labels)) + 0.06
    size = min(9.0, 9.0 * area.inches / len(places) / widest)
    baseline(area, dict(zip(places, columns.labels, strict=True)), size)


class Measure(NamedTuple):
    """One row of a dot chart.

    Attributes:
        name: what the row is. value: where the solid dot stands. before: the hollow dot. plan: the dashed mark.
        lower, upper: the interval. said: the text at the row's end. NaN: not drawn.
    """

    name: str
    value: float
    said: str
    before: float = math.nan
    plan: float = math.nan
    lower: float = math.nan
    upper: float = math.nan


def dots(
    key: str, rows: Sequence[Measure], title: str, description: str, heading: str = "",
    band: tuple[float, float, float] | None = None, band_name: str = "", marks: Sequence[tuple[str, str]] = (),
) -> Chart:  # fmt: skip
    """One row per thing: solid dot now, hollow dot before, dashed mark planned, thin line the interval.

    Args:
        key, title, description: as in `Chart`. rows: from top to bottom. heading: printed above.
        band: lower, middle, upper of the grey band behind all rows. band_name: what it is called.
        marks: what to explain above the chart: (kind, text), kind being `value`, `before` or `plan`.
    """

    def draw(drawing: Drawing) -> None:
        names = max((name_width(row.name) for row in rows), default=0.0)
        said = max((name_width(row.said) for row in rows), default=0.0)
        area = canvas(drawing, left=names, right=said, top=0.45 if band is not None else 0.35)
        places = range(len(rows))[::-1]
        reach = [value for row in rows for value in row[1:2] + row[3:] if not math.isnan(value)]
        high, low = max(reach, default=1.0), min([0.0, *reach])
        span = (high - low) or 1.0
        if band is not None:
            area.boxes([(band[0], -0.6, band[2], len(rows) - 0.4)], PEERS)
            area.strokes([((band[1], -0.6), (band[1], len(rows) - 0.4))], FAINT, 0.8)
            area.words(
                band_name, (band[1], len(rows) - 0.45), anchor="middle", stand="above", size=7.5, colour=MUTED
            )
        lines = list(zip(places, rows, strict=True))
        area.strokes([((low, place), (high, place)) for place in places], LINE, 0.6)
        area.strokes([((row.lower, place), (row.upper, place)) for place, row in lines], ACCENT, 1.1, strength=0.6)
        area.strokes([((row.before, place), (row.value, place)) for place, row in lines], FAINT, 1.0)
        area.marks([row.before for row in rows], places, "o", 6, PAPER, FAINT)
        plans = [((row.plan, place - 0.36), (row.plan, place + 0.36)) for place, row in lines]
        area.strokes(plans, INK, 1.4, dashed=True)
        area.marks([row.value for row in rows], places, "o", 6, ACCENT)
        row_ends(area, {place: row.said for place, row in lines})
        area.scale(across=(low - 0.02 * span, high + 0.03 * span), up=(-0.6, len(rows) - 0.4))
        row_names(area, {place: short_name(row.name) for place, row in zip(places, rows, strict=True)})
        caption(area, heading, pad=14 if band is not None else 8, names=names)
        form_key(area, marks)

    return Chart(key, draw, title, description, width=6.2, height=0.75 + 0.27 * max(len(rows), 2))
