"""The pictures of a report: each function returns a `Chart` of one kind, in the one form each meaning has.

Actual: solid accent. Previous period: hollow. Plan: dashed ink line. Peers: grey band. Interval: thin line.
Drawn without matplotlib's ticks, layout engines and tight boxes: they would take most of a report's time.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from salesreport.report.canvas import baseline, canvas, caption, row_names, side_by_side, strokes, text_width
from salesreport.report.chart import ACCENT, FAINT, INK, LINE, MUTED, PAPER, PEERS, Chart
from salesreport.report.marks import FORMS, KEY, form_key, name_width, short_name


class Panel(NamedTuple):
    """One measure over the last periods.

    Attributes:
        title: what it is. labels: names of the periods, oldest first. frame: one row per period with columns
            value, lower, upper (interval), band_lower, band_upper (middle half of the peers); NaN where unknown.
        shown: formats a value. band: what the grey band is called; empty where there is none.
    """

    title: str
    labels: list[str]
    frame: pd.DataFrame
    shown: Callable[[float], str]
    band: str


class Scale(NamedTuple):
    """What an upright scale reaches from and to, and the round values that are printed beside it."""

    low: float
    high: float
    ticks: list[float]


_SMALL = 8.0
"""Size of the letters beside a scale, in points."""


def trends(key: str, panels: Sequence[Panel], title: str, description: str) -> Chart:
    """Small multiples, side by side, of how measures went over the last periods."""

    def draw(figure: Figure) -> None:
        scales = [scale(panel.frame) for panel in panels]
        lefts = [
            max((text_width(panel.shown(tick), _SMALL) for tick in ticks), default=0.0) + 0.04
            for panel, (_, _, ticks) in zip(panels, scales, strict=True)
        ]
        parts = side_by_side(figure, len(panels), lefts=lefts, bottom=0.28)
        for axes, panel, reach, left in zip(parts, panels, scales, lefts, strict=True):
            _trend(axes, panel, reach, left)

    return Chart(key, draw, title, description, width=min(9.4, 2.0 + 2.6 * len(panels)), height=2.3)


def scale(frame: pd.DataFrame) -> Scale:
    """The scale of a panel, between round values: it begins at zero, so that a line falls as its figure does.

    Args:
        frame: as in `Panel`; what is below zero makes the scale begin below it.

    Examples:
        >>> frame = pd.DataFrame({"value": [480.0, 460.0], "lower": math.nan, "upper": math.nan,
        ...                       "band_lower": math.nan, "band_upper": 510.0})
        >>> scale(frame)
        Scale(low=0.0, high=600.0, ticks=[0.0, 200.0, 400.0, 600.0])
    """
    reach = frame[["value", "lower", "upper", "band_lower", "band_upper"]].to_numpy(float)
    known = reach[~np.isnan(reach)]
    if not len(known):
        return Scale(0.0, 1.0, [])
    low, high = min(float(known.min()), 0.0), max(float(known.max()), 0.0)
    if low == high:
        return Scale(0.0, 1.0, [0.0])
    ticks = [float(tick) for tick in MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)]
    return Scale(ticks[0], ticks[-1], ticks)


def _trend(axes: Axes, panel: Panel, reach: Scale, left: float) -> None:
    frame, places = panel.frame, range(len(panel.frame))
    caption(axes, panel.title, names=left)
    if frame["band_lower"].notna().any():
        axes.fill_between(places, frame["band_lower"], frame["band_upper"], color=PEERS, linewidth=0)
        if panel.band:
            form_key(axes, [("band", panel.band)])
    if frame["lower"].notna().any():
        axes.vlines(places, frame["lower"], frame["upper"], color=ACCENT, linewidth=0.9, alpha=0.55)
    axes.plot(places, frame["value"], color=ACCENT)
    known = frame["value"].last_valid_index()
    if known is not None:
        axes.plot([known], [frame["value"][known]], "o", color=ACCENT, markersize=5)
        axes.annotate(
            panel.shown(frame["value"][known]), (known, frame["value"][known]), xytext=(7, 0),
            textcoords="offset points", va="center", color=ACCENT, weight="bold", annotation_clip=False,
        )  # fmt: skip
    axes.set_ylim(reach.low, reach.high + 0.06 * (reach.high - reach.low))
    begin, end = -0.08 * len(places), len(places) - 0.55 + 0.22 * len(places)
    axes.set_xlim(begin, end)
    strokes(axes, [((begin, tick), (end, tick)) for tick in reach.ticks], LINE, 0.6, above=False)
    for tick in reach.ticks:
        axes.annotate(
            panel.shown(tick), (0.0, tick), xycoords=("axes fraction", "data"), xytext=(-4, 0),
            textcoords="offset points", ha="right", va="center", fontsize=_SMALL, color=MUTED,
            annotation_clip=False,
        )  # fmt: skip
    shown = places if len(places) <= 4 else (0, len(places) // 2, len(places) - 1)
    baseline(axes, {place: panel.labels[place] for place in shown})


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

    def draw(figure: Figure) -> None:
        names = [max(map(name_width, panel.names), default=0.0) for panel in panels]
        said = [max(map(name_width, panel.said), default=0.0) for panel in panels]
        parts = side_by_side(figure, len(panels), lefts=names, rights=said, top=0.6)
        for axes, panel, width in zip(parts, panels, names, strict=True):
            _bars(axes, panel, rows, most, width)
        figure.legend(handles=[FORMS["solid"](solid), FORMS["hollow"](hollow)], loc="upper left", **KEY)

    return Chart(key, draw, title, description, width=9.4, height=0.75 + 0.27 * rows)


def _bars(axes: Axes, panel: Bars, rows: int, most: float, names: float) -> None:
    """Bars from top to bottom, on a scale up to `most`, with room for `rows`, beside `names` inches of names."""
    places = list(range(len(panel.names)))[::-1]
    caption(axes, panel.title, names=names)
    axes.barh(places, panel.solid, height=0.62, color=ACCENT, edgecolor=ACCENT, linewidth=0.9)
    axes.barh(places, panel.hollow, left=panel.solid, height=0.62, color=PAPER, edgecolor=FAINT, linewidth=0.9)
    for place, a, b, said in zip(places, panel.solid, panel.hollow, panel.said, strict=True):
        axes.annotate(
            said, (a + b, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8, color=MUTED,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_ylim(-0.6 - (rows - len(places)), len(places) - 0.4)
    axes.set_xlim(0, most)
    row_names(axes, {place: short_name(name) for place, name in zip(places, panel.names, strict=True)})


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

    def draw(figure: Figure) -> None:
        if bars is None:
            if columns is not None:
                _columns(canvas(figure, bottom=0.28), columns)
            return
        names, said = max(map(name_width, bars.names), default=0.0), max(map(name_width, bars.said), default=0.0)
        parts = 1 if columns is None else 2
        lefts, rights = [0.0, names][-parts:], [0.0, said][-parts:]
        *left, right = side_by_side(figure, parts, lefts=lefts, rights=rights, bottom=0.28)
        if columns is not None:
            _columns(left[0], columns)
        _bars(right, bars, rows, max(bars.solid) or 1, names)

    return Chart(key, draw, title, description, width=9.4 if columns and bars else 5.4, height=2.3)


def _columns(axes: Axes, columns: Columns) -> None:
    places = range(len(columns.labels))
    caption(axes, columns.title)
    axes.bar(places, columns.values, width=0.72, color=ACCENT)
    for place, value, said in zip(places, columns.values, columns.said, strict=True):
        axes.annotate(
            said, (place, value), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8.5, color=INK
        )
    axes.set_ylim(0, (max(columns.values) or 1) * 1.12)
    axes.set_xlim(-0.5, len(places) - 0.5)
    inches = axes.bbox.width / axes.figure.get_dpi() / len(places)
    widest = max(map(text_width, columns.labels)) + 0.06
    baseline(axes, dict(zip(places, columns.labels, strict=True)), size=min(9.0, 9.0 * inches / widest))


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

    def draw(figure: Figure) -> None:
        names = max((name_width(row.name) for row in rows), default=0.0)
        said = max((name_width(row.said) for row in rows), default=0.0)
        axes = canvas(figure, left=names, right=said, top=0.45 if band is not None else 0.35)
        places = range(len(rows))[::-1]
        reach = [value for row in rows for value in row[1:2] + row[3:] if not math.isnan(value)]
        high, low = max(reach, default=1.0), min([0.0, *reach])
        span = (high - low) or 1.0
        if band is not None:
            axes.axvspan(band[0], band[2], color=PEERS, linewidth=0)
            axes.axvline(band[1], color=FAINT, linewidth=0.8)
            axes.annotate(
                band_name, (band[1], len(rows) - 0.45), xytext=(0, 0), textcoords="offset points", ha="center",
                va="bottom", fontsize=7.5, color=MUTED, annotation_clip=False,
            )  # fmt: skip
        axes.hlines(places, low, high, color=LINE, linewidth=0.6)
        frame = pd.DataFrame(rows, index=places)
        sure = frame[frame["lower"].notna()]
        axes.hlines(sure.index, sure["lower"], sure["upper"], color=ACCENT, linewidth=1.1, alpha=0.6)
        moved = frame[frame["before"].notna()]
        axes.hlines(moved.index, moved["before"], moved["value"], color=FAINT, linewidth=1)
        axes.plot(moved["before"], moved.index, "o", markersize=6, color=PAPER, markeredgecolor=FAINT)
        planned = frame[frame["plan"].notna()]
        axes.vlines(
            planned["plan"], planned.index - 0.36, planned.index + 0.36, color=INK, linewidth=1.4,
            linestyle=(0, (2, 1.2)),
        )  # fmt: skip
        axes.plot(frame["value"], frame.index, "o", markersize=6, color=ACCENT)
        for place, row in zip(places, rows, strict=True):
            axes.annotate(
                row.said, (1.0, place), xycoords=("axes fraction", "data"), xytext=(4, 0),
                textcoords="offset points", va="center", fontsize=8, color=MUTED, annotation_clip=False,
            )  # fmt: skip
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xlim(low - 0.02 * span, high + 0.03 * span)
        row_names(axes, {place: short_name(row.name) for place, row in zip(places, rows, strict=True)})
        caption(axes, heading, pad=14 if band is not None else 8, names=names)
        form_key(axes, marks)

    return Chart(key, draw, title, description, width=6.2, height=0.75 + 0.27 * max(len(rows), 2))
