"""How the subject's main figures went over the last periods, with the peers as a band."""

import math

import pandas as pd

from salesreport.kpi.facts.created_since import created_since
from salesreport.language import Day, ntext, text
from salesreport.report.charts import trends
from salesreport.report.context import TREND_PERIODS, Context
from salesreport.report.history import by_metric, history, panel
from salesreport.report.section import Section
from salesreport.report.table import NumberTable, number_table

MEASURES = ("revenue", "deals_won", "win_rate")
"""The figures shown."""


def trend(context: Context) -> Section:
    """Main figures by period; `data` as of `history`."""
    measures = [metric for metric in MEASURES if context.unavailable(metric) is None]
    data = history(context, measures)
    topic = context.say(text("Trend"))
    if not measures:
        message = context.say(context.gaps(MEASURES)[0])
        return Section("trend", topic, message, data, context.language, available=False)
    if len(context.own_trend) < 2:  # one point is no line, and the tiles show its numbers
        return Section(
            "trend", topic, _message(context), data, context.language, notes=_notes(context), available=False
        )
    panels = [
        panel(context, metric, numbers, name_band=metric == measures[0])
        for metric, numbers in by_metric(data).items()
    ]
    message = _message(context)
    return Section(
        key="trend",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(trends("trend", panels, message, _description(context, measures)),),
        tables=(_table(context, data),),
        notes=_notes(context),
    )


def _message(context: Context) -> str:
    """How revenue compares with its own past, and by how much one period usually differs from the next."""
    if len(context.own_trend) < len(context.trend) and len(context.own_trend) < 2:
        name, day = context.subject.name, context.began
        if context.hired is not None:
            return context.say(text("No earlier periods: {name} started on {day}", name=name, day=day))
        return context.say(text("No earlier periods: the data of {name} begin on {day}", name=name, day=day))
    if context.unavailable("revenue") is not None:
        measures = [context.title(metric) for metric in MEASURES if context.unavailable(metric) is None]
        return context.say(
            ntext(
                "{metrics} in {n} period", "{metrics} over {n} periods", metrics=measures, n=len(context.own_trend)
            )
        )
    if context.incomplete():
        return context.say(text("Too many sales carry no amount to say how revenue goes"))
    earlier = [one.as_far_as(context.period, context.as_of) for one in context.own_trend[:-1]]
    history = [context.figure("revenue", period).value for period in earlier if not context.incomplete(period)]
    known = [value for value in history if pd.notna(value)]
    now = context.figure("revenue").value
    if len(known) < 3 or pd.isna(now):
        count = len(known) + int(pd.notna(now))
        return context.say(
            ntext(
                "Only {n} period is known: too few for a trend",
                "Only {n} periods are known: too few for a trend",
                n=count,
            )
        )
    low, high = min(known), max(known)
    fields = {"n": len(known), "period": context.period}
    if now == 0 == low == high:
        said = ntext(
            "No revenue in {period}, nor in the {n} period before",
            "No revenue in {period}, nor in the {n} periods before",
            n=len(known),
            period=context.period,
        )
    elif now < low:
        said = text("Revenue in {period} is lower than in each of the {n} periods before", **fields)
    elif now > high:
        said = text("Revenue in {period} is higher than in each of the {n} periods before", **fields)
    else:
        said = text("Revenue in {period} lies within the range of the {n} periods before", **fields)
    if _unfinished(context):
        said = text("{said}, each up to the same day", said=said)
    return context.say(said)


def _unfinished(context: Context) -> bool:
    return context.as_of < context.period.end


def _description(context: Context, measures: list[str]) -> str:
    return context.say(
        text(
            "Lines of {metrics} from {first} to {last}; thin upright lines are 95% intervals.",
            metrics=[context.title(metric) for metric in measures],
            first=context.own_trend[0],
            last=context.own_trend[-1],
        )
    )


def _table(context: Context, data: pd.DataFrame) -> NumberTable:
    """The chart's numbers: a row per measure, a column per period."""
    rows: list[list[str | tuple[str, str]]] = []
    for metric, numbers in by_metric(data).items():
        unit = context.figure(metric).unit
        cells: list[str | tuple[str, str]] = []
        for value, low, high in zip(*(numbers[name] for name in ("value", "lower", "upper")), strict=True):
            interval = "" if math.isnan(low) else context.language.interval(low, high, unit)
            cells.append((context.shown(value, unit), interval))
        rows.append([context.title(metric), *cells])
    headings = ["", *(context.say(period.short_label) for period in context.own_trend)]
    return number_table(context.say(text("Numbers of the chart, with 95% intervals")), headings, rows)


def _notes(context: Context) -> tuple[str, ...]:
    notes, first, own = [], context.first_day, context.began
    name, earliest = context.subject.name, context.period.trailing(TREND_PERIODS)[0].start
    if context.hired is not None and context.hired > earliest:
        notes.append(text("{name} started on {day}.", name=name, day=context.hired))
    elif own is not None and own > earliest:
        notes.append(text("The data of {name} begin on {day}.", name=name, day=own))
    elif len(context.own_trend) < TREND_PERIODS and first is not None:
        since = created_since(context.facts)
        notes.append(
            text("The data begin on {day}: of sales and closed deals before it nothing is known.", day=first)
            if since is None
            else since.note
        )
    if _unfinished(context):
        notes.append(
            text(
                "{period} is not over: chart and table have its figures up to {day} beside whole periods.",
                period=context.period,
                day=Day(context.as_of),
            )
        )
    return tuple(map(context.say, notes))
