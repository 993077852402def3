"""Key figures as tiles: value, target or comparison, a picture beside the peers; cases and interval on demand."""

from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from salesreport.kpi import METRICS
from salesreport.language import Text, ntext, text
from salesreport.report import presence
from salesreport.report.band import peer_band
from salesreport.report.context import Context, own_figures
from salesreport.report.moved import in_short
from salesreport.report.section import Section
from salesreport.report.shared import Figure
from salesreport.report.spark import sparkline

TILES = ("revenue", "win_rate", "deals_won", "avg_deal_size", "cycle_days", "pipeline_value")
"""The key figures, in order."""

WITH_TARGET = ("revenue", "deals_won")
"""Those whose tile shows how much of the target was reached."""


_SAME = 0.05
"""Counts that differ by less are shown alike."""


class Tile(NamedTuple):
    """One tile, as texts.

    Attributes:
        name: what it is. value: the figure. said: what it means, in words; the first is always shown, the others
            on demand. base: cases and interval. brief: what an index has room for.
        picture: beside the peers; without peers the last periods.
    """

    name: str
    value: str
    said: list[str]
    base: str
    brief: str
    picture: Markup


def tiles(context: Context) -> Section:
    """The key figures of the subject; `data` has metric, value, n, lower, upper, unit, before, attainment."""
    rows, made = [], []
    for metric in _shown(context):
        before, target = context.figure(metric, context.compare), _attainment(context, metric)
        figure = _figure(context, metric)
        rows.append((metric, *figure, before.value, target))
        made.append(_tile(context, metric, target))
    columns = ["metric", "value", "n", "lower", "upper", "unit", "before", "attainment"]
    return Section(
        key="figures",
        topic=context.say(text("Key figures")),
        message=context.heading(
            text("{period}, compared with {compare}", period=context.period, compare=context.compare)
        ),
        data=pd.DataFrame(rows, columns=columns),
        language=context.language,
        notes=tuple(context.say(note) for note in _notes(context)),
        template="tiles.html.j2",
        extra={"tiles": made},
        place="first",
    )


def _shown(context: Context) -> list[str]:
    """The tiles this data has figures for; where open deals carry no amounts, their number stands in."""
    if context.unavailable("pipeline_value") is None:
        wanted = list(TILES)
    else:
        wanted = ["deals_in_funnel" if metric == "pipeline_value" else metric for metric in TILES]
    return [metric for metric in (*wanted, *own_figures()) if context.unavailable(metric) is None]


def _notes(context: Context) -> list[Text]:
    notes: list[Text] = []
    banded = any(context.band(metric) is not None for metric in _shown(context))
    if banded:
        peers = context.subject.peers
        notes.append(
            text("Grey: the middle half of {peers}; dot and line: the figure and its 95% interval.", peers=peers)
        )
    elif len(context.own_trend) > 1:  # one is no line
        notes.append(text("Lines show the last {n} periods, from zero up.", n=len(context.own_trend)))
    closed = context.figure("deals_closed")
    if closed.known and not closed.value.is_integer():
        notes.append(text("A deal that reps share counts for each by the share, hence the decimals."))
    if context.as_of < context.period.end:
        notes.append(text("Only what happened up to {day} counts: the period is not over.", day=context.as_of))
    if (new := presence.note(context)) is not None:
        notes.append(new)
    return [*notes, *context.gaps((*TILES, *own_figures()))]


def _attainment(context: Context, metric: str) -> float:
    """Actual ÷ target; NaN without a target."""
    if metric == "revenue" and context.incomplete():
        return float("nan")  # what is priced is not all that was sold
    target = context.target(metric) if metric in WITH_TARGET else 0.0
    return context.figure(metric).value / target if target > 0 else float("nan")


def _figure(context: Context, metric: str) -> Figure:
    """A figure; what open deals are worth is not known where none of them carries an amount, and not nothing."""
    figure = context.figure(metric)
    if metric == "pipeline_value" and not figure.n and context.figure("deals_in_funnel").value > 0:
        return figure._replace(value=float("nan"))
    return figure


def _tile(context: Context, metric: str, target: float) -> Tile:
    figure = _figure(context, metric)
    said: list[Text | None] = []
    if figure.known:
        if pd.notna(target):
            said.append(presence.of_target(context, target))
        change = in_short(context, metric)
        if change is not None and metric in WITH_TARGET:
            change = presence.with_caveat(context, change, metric)
        # the head says since when a rep is in the data
        said_above = presence.first_seen(context) is not None
        if metric in WITH_TARGET and not said_above and (reason := context.uncompared(metric)) is not None:
            change = text("{period} cannot be compared: {reason}", period=context.compare, reason=reason)
        said += [change, None if metric == "revenue" and context.incomplete() else context.against_peers(metric)]
    elif metric == "revenue" and context.incomplete():
        won = context.figure("deals_won").value
        said.append(ntext("the {n} deal won carries no amount", "none of {n} deals won carries an amount", n=won))
    elif metric == "pipeline_value":
        said.append(text("no open deal carries an amount"))
    else:
        said.append(text("nothing to measure in this period"))
    name = context.title(metric)
    return Tile(
        name=name,
        value=context.shown(figure.value, figure.unit),
        said=[context.say(line) for line in said if line is not None],
        base=context.language.apart(map(context.say, [_base(context, metric), *context.caveats(metric)])),
        brief=_brief(context, metric, target, figure),
        picture=_picture(context, metric, figure, name),
    )


def _brief(context: Context, metric: str, target: float, figure: Figure) -> str:
    """The share of the target, or the interval: what no figure should stand without."""
    if pd.notna(target):
        return context.say(presence.of_target(context, target))
    if METRICS[metric].additive or not figure.known:
        return ""
    if figure.n < METRICS[metric].minimum_n or not figure.has_interval:
        return context.say(text("too few to tell"))
    return context.interval(figure)


def _picture(context: Context, metric: str, figure: Figure, name: str) -> Markup:
    """The figure beside its peers; where it has none, its last periods."""
    band, judged = context.band(metric), context.against_peers(metric)
    if band is not None and judged is not None and not (metric == "revenue" and context.incomplete()):
        interval = (figure.lower, figure.upper) if figure.has_interval else None
        said = context.say(text("{name}: {judgement}", name=name, judgement=judged))
        return peer_band(figure.value, interval, (band.lower, band.upper), said, key=f"band-{metric}")
    history = [context.figure(metric, period).value for period in context.own_trend]
    said = context.say(
        text("{name}, {first} to {last}", name=name, first=context.own_trend[0], last=context.own_trend[-1])
    )
    return sparkline(history, said, key=f"spark-{metric}")


def _base(context: Context, metric: str) -> Text:
    """What the figure rests on."""
    figure = context.figure(metric)
    won, still_open = context.figure("deals_won").value, context.figure("deals_in_funnel").value
    if metric in ("pipeline_value", "deals_in_funnel"):
        opened = ntext("{n} open deal on {day}", "{n} open deals on {day}", n=still_open, day=context.as_of)
        if metric == "deals_in_funnel" or figure.n > still_open - _SAME or context.caveats(metric):
            return opened
        return text("{deals}, {n} of them with an amount", deals=opened, n=figure.n)
    if metric == "win_rate":
        cases = ntext("{n} closed deal", "{n} closed deals", n=figure.n)
    elif metric == "avg_deal_size" and figure.n < won - _SAME:
        cases = ntext("{n} deal won with an amount", "{n} deals won with an amount", n=figure.n)
    elif metric == "cycle_days" and figure.n < won - _SAME:
        cases = ntext("{n} deal won whose days are known", "{n} deals won whose days are known", n=figure.n)
    elif metric in ("avg_deal_size", "cycle_days", "deals_won"):
        cases = ntext("{n} deal won", "{n} deals won", n=figure.n)
    elif METRICS[metric].tile:
        cases = ntext("{n} case", "{n} cases", n=figure.n)
    else:
        cases = ntext("{n} sale", "{n} sales", n=won if context.incomplete() else figure.n)
    if METRICS[metric].additive or not figure.known:
        return cases
    if figure.n < METRICS[metric].minimum_n or not figure.has_interval:
        return text("{cases}: too few to tell", cases=cases)
    return text("{cases}, 95% interval {interval}", cases=cases, interval=context.interval(figure))
