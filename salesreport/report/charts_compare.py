"""The pictures that compare rates: of many groups at once, of rep and step, over months, step by step.

Forms as in `charts`: the subject is solid accent, before is hollow, peers are grey, an interval is a thin line,
limits are a grey band. What stands out is a triangle that points to the side it lies on, and is named.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.drawing import Area, Drawing, Part, inner_values
from salesreport.drawing.palette import ACCENT, ATTENTION, FAINT, INK, LINE, MUTED, PAPER, PEERS
from salesreport.drawing.shapes import Form as Mark
from salesreport.report.canvas import baseline, canvas, caption, levels, row_ends, row_names, text_width
from salesreport.report.chart import Chart
from salesreport.report.labels import Label, label_ends, label_points
from salesreport.report.marks import form_key, name_width, short_name, wrapped

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Form = Literal["peer", "subject", "worse", "better"]

_MARK: dict[Form, Mark] = {"peer": "o", "subject": "o", "worse": "v", "better": "^"}
_COLOUR: dict[Form, str] = {"peer": PAPER, "subject": ACCENT, "worse": ATTENTION, "better": ACCENT}
SIGN: dict[Form, str] = {"worse": "▼", "better": "▲"}
"""How a text says what a triangle says."""

MOST_SAID = 12
"""How many points of a funnel plot are named at most: of more, names would lie over other points."""

_RINGS = 250
"""More peers than this are drawn as dots, and those in one place as one: a picture stays small."""


class Point(NamedTuple):
    """A group of a funnel plot.

    Attributes:
        name: what it is. n, rate: how many cases, and the share of them; NaN: not drawn. form: peer, subject, or
            on which side it stands out. said: printed beside the point; empty: nothing.
    """

    name: str
    n: float
    rate: float
    form: Form
    said: str


def funnel_plot(
    key: str, points: Sequence[Point], limits: Sequence[tuple[Numbers, Numbers, Numbers]], target: float,
    title: str, description: str, heading: str, shown: Callable[[float], str],
    names: Sequence[str] = ("95%", "99.8%"), target_name: str = "",
    counted: Callable[[float], str] = "{:.0f}".format,
) -> Chart:  # fmt: skip
    """Rates of groups against their number of cases, with limits that narrow as cases grow.

    Args:
        key, title, description: as in `Chart`. points: one per group; those whose names matter most come first,
            the subject's is printed before all. heading: what the rate is, and n.
        limits: numbers of cases, and the lower and upper limit there; the narrowest first.
        target: the rate compared with. shown: formats a rate. names: of the limits. target_name: of the target;
            the rate itself by default. counted: formats a number of cases.
    """

    def draw(drawing: Drawing) -> None:
        drawn = [point for point in points if point.n > 0 and not math.isnan(point.rate)]
        ends = [*names[: len(limits)], target_name or shown(target)]
        area = canvas(drawing, left=text_width(shown(1.0)) + 0.1, right=max(map(text_width, ends)), bottom=0.3)
        most = max([point.n for point in drawn] + [float(n.max()) for n, _, _ in limits if len(n)], default=1.0)
        area.scale(across=(0, 1.02 * most))
        _rate_scale(area, [point.rate for point in drawn] + _near(limits, drawn, target), shown)
        for number in reversed(range(len(limits))):
            n, lower, upper = limits[number]
            strength = 1.0 if number == 0 else 0.45
            area.band(n, lower, upper, PEERS, strength)
        area.strokes([((0, target), (1.02 * most, target))], FAINT, 0.9)
        x, y = (np.array([point[place] for point in drawn], float) for place in (1, 2))
        for form in _MARK:
            mine = np.array([point.form == form for point in drawn], bool)
            if form == "peer" and mine.sum() > _RINGS:
                area.crowd(x[mine], y[mine], 2.6, FAINT)
            else:
                _marks(area, x[mine], y[mine], form)
        baseline(area, {tick: counted(tick) for tick in inner_values(0, most, 5, whole=True) if tick})
        caption(area, heading, names=text_width(shown(1.0)) + 0.1)
        said = sorted((point for point in drawn if point.said), key=lambda point: point.form != "subject")
        said = said[:MOST_SAID]
        label_points(area, [Label(one.n, one.rate, short_name(one.said)) for one in said], (x, y))
        tops = [(float(upper[-1]), name) for (_, _, upper), name in zip(limits, names, strict=False)]
        label_ends(area, [*tops, (target, ends[-1])])

    return Chart(key, draw, title, description, width=6.4, height=3.4)


def _near(
    limits: Sequence[tuple[Numbers, Numbers, Numbers]], drawn: Sequence[Point], target: float
) -> list[float]:
    """How far the scale reaches for the limits' sake: to where the smaller groups are, not to the narrow end."""
    few = float(np.quantile([point.n for point in drawn], 0.1)) if drawn else 0.0
    reach = [target]
    for n, lower, upper in limits:
        there = n >= few
        reach += [float(lower[there].min()), float(upper[there].max())] if there.any() else []
    return reach


def rate_limits(rates: Sequence[float], percent: bool = True) -> tuple[float, float]:
    """From where to where a scale of rates reaches: a fifth of all at least, so that a few points are no cliff.

    Examples:
        >>> tuple(round(end, 2) for end in rate_limits([0.58, 0.62]))
        (0.5, 0.7)
        >>> tuple(round(end, 2) for end in rate_limits([0.97, 0.99]))
        (0.8, 1.0)
        >>> tuple(round(end, 2) for end in rate_limits([0.1, 0.6]))
        (0.0, 0.64)
    """
    known = [rate for rate in rates if not math.isnan(rate)] or [0.0, 1.0]
    low, high = min(known), max(known)
    pad = 0.08 * ((high - low) or 0.1)
    low, high = max(low - pad, 0.0), min(high + pad, 1.0) if percent else high + pad
    if percent and high - low < _LEAST_SPAN:
        middle = min(max((low + high) / 2, _LEAST_SPAN / 2), 1 - _LEAST_SPAN / 2)
        low, high = middle - _LEAST_SPAN / 2, middle + _LEAST_SPAN / 2
    return (0.0 if low < 0.3 * high else low), high


_LEAST_SPAN = 0.2
"""A scale of rates is never narrower."""


def _rate_scale(area: Area, rates: Sequence[float], shown: Callable[[float], str], percent: bool = True) -> None:
    """Limits of a scale of rates, with a few pale lines that say where it is."""
    low, high = rate_limits(rates, percent)
    area.scale(up=(low, high))
    levels(area, {tick: shown(tick) for tick in inner_values(low, high, 4, (1, 2, 2.5, 5, 10))})


def _marks(area: Area, x: Numbers, y: Numbers, form: Form, size: float = 0.0) -> None:
    if form == "peer":
        area.marks(x, y, "o", size or 4.5, PAPER, FAINT, 0.9)
    else:
        area.marks(x, y, _MARK[form], size or 7, _COLOUR[form], PAPER, 0.6)


_STRONGEST = 0.55
"""Opacity of the strongest colour of a heat map: text in ink stays readable on it, on light and on dark paper."""

_SHADES = 6
_REACH = 0.1
"""The gap that has the strongest colour, unless there is a larger one."""


def heat_map(
    key: str, rows: Sequence[str], columns: Sequence[str], gaps: Numbers, said: Sequence[Sequence[str]],
    flagged: Flags, title: str, description: str, heading: str, width: float | None = None,
    here: int | None = None,
) -> Chart:  # fmt: skip
    """Gaps by row and column, their numbers printed in the cells; what stands out is framed and has a sign.

    Args:
        key, title, description: as in `Chart`. rows, columns: names. heading: what the numbers are.
        gaps: what the colours show, 0 in the middle; NaN: no colour. said: texts of the cells. flagged: which
            stand out. width: in inches; by the number of columns by default. here: number of the row to stress.
    """
    each = 0.95
    names = max(map(name_width, rows), default=0.0)
    wide = width or min(9.4, max(text_width(heading, 9.5), names + each * max(len(columns), 1)) + 0.2)
    letters = max(int((wide - names) / max(len(columns), 1) / text_width("n", 8.0)), 4)
    titles = [wrapped(column, letters, 4) for column in columns]
    lines = max((one.count("\n") + 1 for one in titles), default=1)
    top = 0.42 + 0.15 * lines

    def draw(drawing: Drawing) -> None:
        area = canvas(drawing, left=names, top=top)
        if not gaps.size:
            return
        high, wide_ = gaps.shape
        area.scale(across=(0, wide_), up=(high, 0))
        shades = _shades(gaps)
        for shade in sorted(set(shades[shades != 0].tolist())):
            cells = [(column, row + 1, column + 1, row) for row, column in np.argwhere(shades == shade).tolist()]
            area.boxes(cells, ATTENTION if shade < 0 else ACCENT, strength=abs(shade))
        area.strokes([((0, place), (wide_, place)) for place in range(1, high)], PAPER, 1.2)
        area.strokes([((place, 0), (place, high)) for place in range(1, wide_)], PAPER, 1.2)
        for (row, column), gap in np.ndenumerate(gaps):
            flag = bool(flagged[row, column]) and not math.isnan(gap)
            text = said[row][column]
            area.words(
                f"{SIGN['worse' if gap < 0 else 'better']} {text}" if flag else text, (column + 0.5, row + 0.5),
                anchor="middle", size=8, colour=FAINT if math.isnan(gap) else INK, bold=flag or row == here,
            )  # fmt: skip
        area.strokes([side for cell in np.argwhere(flagged).tolist() for side in _frame(*cell)], INK, 1.2)
        row_names(
            area, {place + 0.5: short_name(name) for place, name in enumerate(rows)},
            here=None if here is None else here + 0.5,
        )  # fmt: skip
        for place, name in enumerate(titles):
            area.words(
                name, (place + 0.5, Part(1.0)), away=(0, 4), anchor="middle", stand="above", size=8, colour=MUTED
            )
        caption(area, heading, pad=12 + 11 * lines, names=names)

    return Chart(key, draw, title, description, width=wide, height=top + 0.1 + 0.25 * max(len(rows), 1))


def _shades(gaps: Numbers) -> Numbers:
    """The opacity of each cell in steps, below zero where the gap is; none where there is none, or none known.

    Examples:
        >>> _shades(np.array([[0.2, -0.1, 0.001, math.nan]]))
        array([[ 0.55, -0.28,  0.  ,  0.  ]])
    """
    reach = float(np.nanmax(np.abs(gaps), initial=_REACH))
    # as many shades on either side, and one of nothing between them
    classes = np.floor((np.nan_to_num(gaps) / reach + 1) / 2 * (2 * _SHADES + 1)) - _SHADES
    steps = np.linspace(0, _STRONGEST, _SHADES + 1).round(2)
    shades: Numbers = np.sign(classes) * steps[np.clip(np.abs(classes), 0, _SHADES).astype(int)]
    return shades + 0.0


def _frame(row: int, column: int) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The four sides of a cell, a little inside it."""
    left, right, top, bottom = column + 0.02, column + 0.98, row + 0.06, row + 0.94
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return list(itertools.pairwise(corners))


def control_chart(
    key: str, labels: Sequence[str], values: Numbers, n: Numbers, centre: Numbers | float, lower: Numbers,
    upper: Numbers, out: Flags, title: str, description: str, heading: str, shown: Callable[[float], str],
    before: Flags | None = None, centre_name: str = "", band_name: str = "",
) -> Chart:  # fmt: skip
    """A rate over time with the band it would stay in by chance; what lies outside is a triangle with its number.

    Args:
        key, title, description: as in `Chart`. labels: of the months, oldest first. heading: what the rate is.
        values: the rates; NaN: no cases. n: numbers of cases, printed below. centre: what is usual.
        lower, upper: limits by the number of cases; NaN: none. out: which lie outside. shown: formats a rate.
        before: which months lie before those that it is about; they are hollow. centre_name, band_name: printed
            at the right.
    """
    count, middle = len(labels), np.broadcast_to(np.asarray(centre, float), np.shape(values))
    hollow = np.zeros(count, bool) if before is None else np.asarray(before, bool)

    def draw(drawing: Drawing) -> None:
        names = [name for name in (centre_name, band_name) if name]
        left = text_width(shown(1.0)) + 0.1
        area = canvas(drawing, left=left, right=max(map(text_width, names), default=0.1) + 0.1, bottom=0.46)
        area.scale(across=(-0.6, max(count, 1) - 0.4))
        _rate_scale(area, [*values, *lower, *upper, *middle], shown)
        places = np.arange(count)
        edges = np.repeat(places, 2) + np.tile([-0.5, 0.5], count)
        area.band(edges, np.repeat(lower, 2), np.repeat(upper, 2), PEERS)
        area.line(edges, np.repeat(middle, 2), FAINT, 0.9)
        past = np.append(hollow[1:], False) & hollow if count else hollow
        for mine, colour in ((past, FAINT), (~past, ACCENT)):  # from a month to the next
            parts = np.flatnonzero(mine[:-1] & ~np.isnan(values[:-1] + values[1:]))
            lines = [((one, values[one]), (one + 1, values[one + 1])) for one in parts.tolist()]
            area.strokes(lines, colour, 1.1)
        out_ = out & ~np.isnan(values)
        calm = ~out_ & ~np.isnan(values)
        for mine, fill, edge in ((calm & ~hollow, ACCENT, ACCENT), (calm & hollow, PAPER, FAINT)):
            area.marks(places[mine], values[mine], "o", 5, fill, edge)
        sides: dict[Form, Flags] = {"worse": out_ & (values < middle), "better": out_ & (values >= middle)}
        for side, mine in sides.items():
            _marks(area, places[mine].astype(float), values[mine], side, size=8)
            for place in places[mine]:
                last = place == count - 1
                area.words(
                    shown(values[place]), (place, values[place]), away=(-8 if last else 8, 0),
                    anchor="end" if last else "start", size=8,
                )  # fmt: skip
        _months(area, labels, n)
        caption(area, heading, names=left)
        ends = [(_last_known(middle), centre_name), (_last_known(upper), band_name)]
        label_ends(area, [(at, name) for at, name in ends if name and not math.isnan(at)])

    return Chart(key, draw, title, description, width=9.4 if count > 14 else 6.4, height=2.9)


def _last_known(line: Numbers) -> float:
    """Where a line ends; NaN for one that is nowhere known."""
    known = line[~np.isnan(line)]
    return float(known[-1]) if len(known) else math.nan


def _months(area: Area, labels: Sequence[str], n: Numbers) -> None:
    """The labels that find room, and below each month its number of cases where they all find room."""
    each = area.inches / max(len(labels), 1)
    every = max(1, math.ceil(max((text_width(label) + 0.12 for label in labels), default=0.0) / each))
    baseline(area, {place: label for place, label in enumerate(labels) if (len(labels) - 1 - place) % every == 0})
    counts = [f"{cases:.0f}" for cases in n]
    every = max(1, math.ceil((max(map(text_width, counts), default=0.0)) / each))
    for place, cases in enumerate(counts):
        if (len(labels) - 1 - place) % every == 0:
            place_ = (place, Part(0.0))
            area.words(cases, place_, away=(0, -16), anchor="middle", stand="below", size=7.5, colour=FAINT)
    area.words("n", (Part(0.0), Part(0.0)), away=(-5, -16), anchor="end", stand="below", size=7.5, colour=FAINT)


class StepRow(NamedTuple):
    """A step of the process.

    Attributes:
        name: what it leads from and to. rate, lower, upper: the share that goes on, and its interval. n: of how
            many. peers_rate: that of like deals of others. before_rate: in the period compared with. said: printed
            at the row's end. NaN: not drawn.
    """

    name: str
    rate: float
    lower: float
    upper: float
    n: float
    peers_rate: float
    before_rate: float
    said: str


def step_funnel(
    key: str, rows: Sequence[StepRow], title: str, description: str, heading: str, words: tuple[str, str, str],
    shown: Callable[[float], str] = "{:.0%}".format,
) -> Chart:  # fmt: skip
    """Per step the share that goes on: solid dot with its interval, peers a grey tick, before a hollow dot.

    Args:
        key, title, description: as in `Chart`. rows: in the order of the process. heading: what the share is.
        words: what now, peers and before are called. shown: formats a rate.
    """
    titles = [wrapped(row.name, 24, 2) for row in rows]
    tall = any("\n" in name for name in titles)

    def draw(drawing: Drawing) -> None:
        names = max((text_width(line) for name in titles for line in name.split("\n")), default=0.0)
        said = max((name_width(row.said) for row in rows), default=0.0)
        area = canvas(drawing, left=names, right=said, top=0.62, bottom=0.25)
        area.scale(across=(-0.02, 1.02), up=(-0.6, len(rows) - 0.4))
        places = np.arange(len(rows))[::-1]
        numbers = np.array([row[1:7] for row in rows], float).reshape(-1, 6)
        rate, lower, upper, _, peers, before = numbers.T
        area.strokes([((0.0, place), (1.0, place)) for place in places], LINE, 0.6, above=False)
        with_peers, sure = ~np.isnan(peers), ~np.isnan(lower + upper)
        theirs = zip(peers[with_peers], places[with_peers], strict=True)
        ticks = [((at, place - 0.3), (at, place + 0.3)) for at, place in theirs]
        area.strokes(ticks, FAINT, 3.0, above=False)
        ends = zip(lower[sure], upper[sure], places[sure], strict=True)
        area.strokes([((low, place), (high, place)) for low, high, place in ends], ACCENT, 1.4, strength=0.6)
        area.marks(before, places, "o", 6, PAPER, FAINT)
        area.marks(rate, places, "o", 6, ACCENT)
        row_ends(area, {place: short_name(row.said) for place, row in zip(places.tolist(), rows, strict=True)})
        row_names(area, dict(zip(places.tolist(), titles, strict=True)))
        baseline(area, {share: shown(share) for share in (0.0, 0.5, 1.0)})
        caption(area, heading, pad=22, names=names)
        entries = [("value", words[0])]
        entries += [("tick", words[1])] if with_peers.any() else []
        entries += [("before", words[2])] if not np.isnan(before).all() else []
        form_key(area, entries, left=True)

    return Chart(
        key, draw, title, description, width=6.4, height=1.0 + (0.4 if tall else 0.32) * max(len(rows), 1)
    )
