"""The pictures that compare rates: of many groups at once, of rep and step, over months, step by step.

Forms as in `charts`: the subject is solid accent, before is hollow, peers are grey, an interval is a thin line,
limits are a grey band. What stands out is a triangle that points to the side it lies on, and is named.
"""

import itertools
import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from salesreport.report.canvas import baseline, beside, canvas, caption, row_names, strokes, text_width
from salesreport.report.chart import ACCENT, ATTENTION, FAINT, INK, LINE, MUTED, PAPER, PEERS, Chart
from salesreport.report.labels import Label, label_ends, label_points
from salesreport.report.marks import form_key, name_width, short_name

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Form = Literal["peer", "subject", "worse", "better"]

_MARK: dict[Form, str] = {"peer": "o", "subject": "o", "worse": "v", "better": "^"}
_COLOUR: dict[Form, str] = {"peer": PAPER, "subject": ACCENT, "worse": ATTENTION, "better": ACCENT}
SIGN: dict[Form, str] = {"worse": "▼", "better": "▲"}
"""How a text says what a triangle says."""

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
        key, title, description: as in `Chart`. points: one per group. heading: what the rate is, and n.
        limits: numbers of cases, and the lower and upper limit there; the narrowest first.
        target: the rate compared with. shown: formats a rate. names: of the limits. target_name: of the target;
            the rate itself by default. counted: formats a number of cases.
    """

    def draw(figure: Figure) -> None:
        drawn = [point for point in points if point.n > 0 and not math.isnan(point.rate)]
        ends = [*names[: len(limits)], target_name or shown(target)]
        axes = canvas(figure, left=text_width(shown(1.0)) + 0.1, right=max(map(text_width, ends)), bottom=0.3)
        most = max([point.n for point in drawn] + [float(n.max()) for n, _, _ in limits if len(n)], default=1.0)
        axes.set_xlim(0, 1.02 * most)
        _rate_scale(axes, [point.rate for point in drawn] + _near(limits, drawn, target), shown)
        for number in reversed(range(len(limits))):
            n, lower, upper = limits[number]
            strength = 1.0 if number == 0 else 0.45
            axes.fill_between(n, lower, upper, color=PEERS, alpha=strength, linewidth=0)
        strokes(axes, [((0, target), (1.02 * most, target))], FAINT, 0.9)
        x, y = (np.array([point[place] for point in drawn], float) for place in (1, 2))
        for form in _MARK:
            mine = np.array([point.form == form for point in drawn], bool)
            if form == "peer" and mine.sum() > _RINGS:
                _crowd(axes, x[mine], y[mine])
            else:
                _marks(axes, x[mine], y[mine], form)
        ticks = [tick for tick in MaxNLocator(5, integer=True).tick_values(0, most) if 0 < tick <= most]
        baseline(axes, {tick: counted(tick) for tick in ticks})
        caption(axes, heading, names=text_width(shown(1.0)) + 0.1)
        weight = {"subject": 0, "worse": 1, "better": 1, "peer": 2}
        said = sorted((point for point in drawn if point.said), key=lambda point: (weight[point.form], -point.n))
        label_points(axes, [Label(one.n, one.rate, short_name(one.said)) for one in said], (x, y))
        tops = [(float(upper[-1]), name) for (_, _, upper), name in zip(limits, names, strict=False)]
        label_ends(axes, [*tops, (target, ends[-1])])

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


def _rate_scale(axes: Axes, rates: Sequence[float], shown: Callable[[float], str], percent: bool = True) -> None:
    """Limits of a scale of rates, with a few pale lines that say where it is."""
    low, high = rate_limits(rates, percent)
    axes.set_ylim(low, high)
    ticks = [
        tick for tick in MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= tick <= high
    ]
    left, right = axes.get_xlim()
    strokes(axes, [((left, tick), (right, tick)) for tick in ticks], LINE, 0.6, above=False)
    row_names(axes, {})
    for tick in ticks:
        axes.annotate(
            shown(tick), (0.0, tick), xycoords=("axes fraction", "data"), xytext=(-5, 0),
            textcoords="offset points", ha="right", va="center", fontsize=8.5, color=MUTED, annotation_clip=False,
        )  # fmt: skip


def _marks(axes: Axes, x: Numbers, y: Numbers, form: Form, size: float = 0.0) -> None:
    if len(x):
        axes.plot(
            x, y, _MARK[form], markersize=size or (4.5 if form == "peer" else 7), color=_COLOUR[form],
            markeredgecolor=FAINT if form == "peer" else PAPER, markeredgewidth=0.9 if form == "peer" else 0.6,
            linestyle="none", clip_on=False,
        )  # fmt: skip


def _crowd(axes: Axes, x: Numbers, y: Numbers) -> None:
    """Dots, those of one place as one, all in one path: a tenth of the size of as many marks."""
    places = axes.transData.transform(np.column_stack([x, y]))
    step = axes.figure.get_dpi() / 72 * 2.6
    first = np.unique(np.round(places / step), axis=0, return_index=True)[1]
    corners = np.repeat(np.column_stack([x, y])[first], 2, axis=0)
    path = Path(corners, np.tile([Path.MOVETO, Path.LINETO], len(first)))
    path.should_simplify = False  # it would take away the lines without length, which are the dots
    axes.add_patch(PathPatch(path, edgecolor=FAINT, facecolor="none", linewidth=2.6, capstyle="round", zorder=2))


_STRONGEST = 0.55
"""Opacity of the strongest colour of a heat map: text in ink stays readable on it, on light and on dark paper."""

_SHADES = 6
_REACH = 0.1
"""The gap that has the strongest colour, unless there is a larger one."""


def heat_map(
    key: str, rows: Sequence[str], columns: Sequence[str], gaps: Numbers, said: Sequence[Sequence[str]],
    flagged: Flags, title: str, description: str, heading: str, width: float | None = None,
) -> Chart:  # fmt: skip
    """Gaps by row and column, their numbers printed in the cells; what stands out is framed and has a sign.

    Args:
        key, title, description: as in `Chart`. rows, columns: names. heading: what the numbers are.
        gaps: what the colours show, 0 in the middle; NaN: no colour. said: texts of the cells. flagged: which
            stand out. width: in inches; by the number of columns by default.
    """
    each = 0.95
    names = max(map(name_width, rows), default=0.0)
    wide = width or min(9.4, max(text_width(heading, 9.5), names + each * max(len(columns), 1)) + 0.2)
    letters = max(int((wide - names) / max(len(columns), 1) / text_width("n", 8.0)), 4)
    titles = [_wrapped(column, letters, 4) for column in columns]
    lines = max((one.count("\n") + 1 for one in titles), default=1)
    top = 0.42 + 0.15 * lines

    def draw(figure: Figure) -> None:
        import seaborn as sns  # takes a second or two, and few reports have such a picture

        axes = canvas(figure, left=names, top=top)
        if not gaps.size:
            return
        reach = float(np.nanmax(np.abs(gaps), initial=_REACH))
        grid = np.where(np.isnan(gaps), 0.0, gaps)
        sns.heatmap(
            grid, vmin=-reach, vmax=reach, cmap=_diverging(), cbar=False, xticklabels=False, yticklabels=False,
            ax=axes,
        )  # fmt: skip
        axes.set_axis_off()
        axes.collections[0].set_clip_on(False)
        high, wide_ = gaps.shape
        strokes(axes, [((0, place), (wide_, place)) for place in range(1, high)], PAPER, 1.2)
        strokes(axes, [((place, 0), (place, high)) for place in range(1, wide_)], PAPER, 1.2)
        for (row, column), gap in np.ndenumerate(gaps):
            flag = bool(flagged[row, column]) and not math.isnan(gap)
            text = said[row][column]
            axes.text(
                column + 0.5, row + 0.5, f"{SIGN['worse' if gap < 0 else 'better']} {text}" if flag else text,
                ha="center", va="center", fontsize=8, color=FAINT if math.isnan(gap) else INK,
                weight="bold" if flag else "normal",
            )  # fmt: skip
        strokes(axes, [side for cell in np.argwhere(flagged).tolist() for side in _frame(*cell)], INK, 1.2)
        row_names(axes, {place + 0.5: short_name(name) for place, name in enumerate(rows)})
        for place, name in enumerate(titles):
            axes.annotate(
                name, (place + 0.5, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 4),
                textcoords="offset points", ha="center", va="bottom", fontsize=8, color=MUTED, linespacing=1.1,
                annotation_clip=False,
            )  # fmt: skip
        caption(axes, heading, pad=12 + 11 * lines, names=names)

    return Chart(key, draw, title, description, width=wide, height=top + 0.1 + 0.25 * max(len(rows), 1))


def _wrapped(name: str, letters: int, most: int) -> str:
    """A name in so many lines at most, of so many letters each."""
    lines = textwrap.wrap(name, letters) or [""]
    return "\n".join(
        [*lines[: most - 1], short_name(" ".join(lines[most - 1 :]), letters)] if len(lines) > most else lines
    )


def _diverging() -> ListedColormap:
    """From attention by nothing to accent: the page's own two colours, in steps of opacity."""
    shades = np.linspace(0, _STRONGEST, _SHADES + 1).round(2)
    below = [to_rgba(ATTENTION, shade) for shade in shades[:0:-1]]
    above = [to_rgba(ACCENT, shade) for shade in shades[1:]]
    return ListedColormap([*below, to_rgba(ACCENT, 0.0), *above])


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
        before: which months belong to the period compared with; they are hollow. centre_name, band_name: printed
            at the right.
    """
    count, middle = len(labels), np.broadcast_to(np.asarray(centre, float), np.shape(values))
    hollow = np.zeros(count, bool) if before is None else np.asarray(before, bool)

    def draw(figure: Figure) -> None:
        names = [name for name in (centre_name, band_name) if name]
        left = text_width(shown(1.0)) + 0.1
        axes = canvas(figure, left=left, right=max(map(text_width, names), default=0.1) + 0.1, bottom=0.46)
        axes.set_xlim(-0.6, max(count, 1) - 0.4)
        _rate_scale(axes, [*values, *lower, *upper, *middle], shown)
        places = np.arange(count)
        edges = np.repeat(places, 2) + np.tile([-0.5, 0.5], count)
        axes.fill_between(edges, np.repeat(lower, 2), np.repeat(upper, 2), color=PEERS, linewidth=0)
        axes.plot(edges, np.repeat(middle, 2), color=FAINT, linewidth=0.9)
        past = np.append(hollow[1:], False) & hollow if count else hollow
        for mine, colour in ((past, FAINT), (~past, ACCENT)):  # from a month to the next
            parts = np.flatnonzero(mine[:-1] & ~np.isnan(values[:-1] + values[1:]))
            lines = [((one, values[one]), (one + 1, values[one + 1])) for one in parts.tolist()]
            strokes(axes, lines, colour, 1.1)
        out_ = out & ~np.isnan(values)
        calm = ~out_ & ~np.isnan(values)
        for mine, fill, edge in ((calm & ~hollow, ACCENT, ACCENT), (calm & hollow, PAPER, FAINT)):
            axes.plot(
                places[mine], values[mine], "o", markersize=5, color=fill, markeredgecolor=edge, clip_on=False
            )
        sides: dict[Form, Flags] = {"worse": out_ & (values < middle), "better": out_ & (values >= middle)}
        for side, mine in sides.items():
            _marks(axes, places[mine].astype(float), values[mine], side, size=8)
            for place in places[mine]:
                last = place == count - 1
                axes.annotate(
                    shown(values[place]), (place, values[place]), xytext=(-8 if last else 8, 0),
                    textcoords="offset points", ha="right" if last else "left", va="center", fontsize=8,
                    color=INK, annotation_clip=False,
                )  # fmt: skip
        _months(axes, labels, n)
        caption(axes, heading, names=left)
        known = np.flatnonzero(~np.isnan(upper))
        if len(known) and names:
            last = known[-1]
            ends = [(float(middle[last]), centre_name), (float(upper[last]), band_name)]
            label_ends(axes, [end for end in ends if end[1]])

    return Chart(key, draw, title, description, width=9.4 if count > 14 else 6.4, height=2.9)


def _months(axes: Axes, labels: Sequence[str], n: Numbers) -> None:
    """The labels that find room, and below each month its number of cases where they all find room."""
    inches = axes.bbox.width / axes.figure.get_dpi()
    each = inches / max(len(labels), 1)
    every = max(1, math.ceil(max((text_width(label) + 0.12 for label in labels), default=0.0) / each))
    baseline(axes, {place: label for place, label in enumerate(labels) if (len(labels) - 1 - place) % every == 0})
    counts = [f"{cases:.0f}" for cases in n]
    every = max(1, math.ceil((max(map(text_width, counts), default=0.0)) / each))
    for place, cases in enumerate(counts):
        if (len(labels) - 1 - place) % every == 0:
            axes.annotate(
                cases, (place, 0.0), xycoords=("data", "axes fraction"), xytext=(0, -16),
                textcoords="offset points", ha="center", va="top", fontsize=7.5, color=FAINT,
                annotation_clip=False,
            )  # fmt: skip
    axes.annotate(
        "n", (0.0, 0.0), xycoords="axes fraction", xytext=(-5, -16), textcoords="offset points", ha="right",
        va="top", fontsize=7.5, color=FAINT, annotation_clip=False,
    )  # fmt: skip


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
    titles = [_wrapped(row.name, 24, 2) for row in rows]
    tall = any("\n" in name for name in titles)

    def draw(figure: Figure) -> None:
        names = max((text_width(line) for name in titles for line in name.split("\n")), default=0.0)
        said = max((name_width(row.said) for row in rows), default=0.0)
        axes = canvas(figure, left=names, right=said, top=0.62, bottom=0.25)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        places = np.arange(len(rows))[::-1]
        numbers = np.array([row[1:7] for row in rows], float).reshape(-1, 6)
        rate, lower, upper, _, peers, before = numbers.T
        strokes(axes, [((0.0, place), (1.0, place)) for place in places], LINE, 0.6, above=False)
        with_peers, sure = ~np.isnan(peers), ~np.isnan(lower + upper)
        theirs = zip(peers[with_peers], places[with_peers], strict=True)
        ticks = [((at, place - 0.3), (at, place + 0.3)) for at, place in theirs]
        strokes(axes, ticks, FAINT, 3.0, above=False)
        ends = zip(lower[sure], upper[sure], places[sure], strict=True)
        strokes(axes, [((low, place), (high, place)) for low, high, place in ends], ACCENT, 1.4, strength=0.6)
        axes.plot(before, places, "o", markersize=6, color=PAPER, markeredgecolor=FAINT, clip_on=False)
        axes.plot(rate, places, "o", markersize=6, color=ACCENT, clip_on=False)
        for place, row in zip(places, rows, strict=True):
            beside(axes, short_name(row.said), (1.02, place), 4, fontsize=8)
        row_names(axes, dict(zip(places.tolist(), titles, strict=True)))
        baseline(axes, {share: shown(share) for share in (0.0, 0.5, 1.0)})
        caption(axes, heading, pad=22, names=names)
        entries = [("value", words[0])]
        entries += [("tick", words[1])] if with_peers.any() else []
        entries += [("before", words[2])] if not np.isnan(before).all() else []
        form_key(axes, entries, left=True)

    return Chart(
        key, draw, title, description, width=6.4, height=1.0 + (0.4 if tall else 0.32) * max(len(rows), 1)
    )
