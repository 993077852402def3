"""Where revenue grew and where it fell, against the comparison period."""

import numpy as np
import pandas as pd

from salesreport.language import Quantity, Text, text
from salesreport.report.charts import Measure, dots
from salesreport.report.context import Context, difference
from salesreport.report.moved import SUMS, Moved, in_a_sentence, moved, of_rate
from salesreport.report.presence import partly, started, with_caveat
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.table import Content, number_table

MOST_GROUPS = 8
"""Product lines shown; the smallest are put together."""

_SAME = 0.005
"""A smaller relative change is shown as none."""

MEASURES = ("revenue", "deals_won", "avg_deal_size", "win_rate")
"""The figures compared."""


def growth(context: Context) -> Section:
    """Revenue now and before; `data` has product_line (or segment), now, before, change (money)."""
    dimension = "segment" if context.subject.kind == "product_line" else "product_line"
    data = _by(context, dimension)
    topic = context.say(text("Growth"))
    change = moved(context, "revenue")
    if change is None:
        message = context.say(_nothing(context))
        return Section("growth", topic, message, data, context.language, available=False)
    unit, say = context.unit("revenue"), context.say
    message = say(with_caveat(context, _message(context, data, change)))
    shown = data if len(data) <= MOST_GROUPS + 1 else _with_others(context, data)
    rows = [
        Measure(
            context.language.show(row["group"]),
            row["now"],
            f"{context.shown(row['before'], unit)} → {context.shown(row['now'], unit)}",
            before=row["before"],
        )
        for row in records(shown)
    ]
    earlier, later = say(context.compare.short_label), say(context.period.short_label)
    marks = [("before", earlier), ("value", later)]
    heading = text("Revenue by product line") if dimension == "product_line" else text("Revenue by segment")
    description = text(
        "Per row: revenue in {before} (hollow) and {now} (solid).", before=context.compare, now=context.period
    )
    return Section(
        key="growth",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(dots("growth", rows, message, say(description), heading=say(heading), marks=marks),)
        if rows
        else (),
        tables=(
            number_table(
                say(text("Main figures against {period}", period=context.compare)),
                ["", earlier, later, say(text("change"))],
                [_row(context, metric) for metric in MEASURES if context.unavailable(metric) is None],
            ),
        ),
    )


def _nothing(context: Context) -> Text:
    """Why there is no growth."""
    if (reason := context.unavailable("revenue")) is not None:
        return text("Growth of revenue cannot be told: {reason}.", reason=reason)
    if context.incomplete_either():
        return text("Too many sales carry no amount to compare.")
    if (reason := context.uncompared("revenue")) is not None:
        return text("Growth against {period} cannot be told: {reason}.", period=context.compare, reason=reason)
    caveats = partly(context, (context.compare,))
    first = context.first_day
    if first is not None and first > context.compare.end:
        caveats.append(text("the data begin on {day}", day=first))
    day = started(context)
    if day is not None and day > context.compare.end:
        caveats.append(text("{name} started on {day}", name=context.subject.name, day=day))
    if caveats:
        return text(
            "Growth needs revenue in {period}, and there is none ({caveats}).",
            period=context.compare,
            caveats=caveats,
        )
    return text("Growth needs revenue in {period}, and there is none.", period=context.compare)


def _by(context: Context, dimension: str) -> pd.DataFrame:
    sides = []
    for period in (context.period, context.compare):
        frame = context.compute(["revenue"], by=[dimension], period=period).frame
        groups = [one if isinstance(one, str) else None for one in frame[dimension].tolist()]
        sides.append(dict(zip(groups, np.nan_to_num(frame["value"].to_numpy(float)).tolist(), strict=True)))
    now, before = sides
    rows = []
    for group in now | before:
        name = context.say(text("(not stated)")) if group is None else group
        one, other = now.get(group, 0.0), before.get(group, 0.0)
        if one or other:
            rows.append((name, one, other, one - other))
    rows.sort(key=lambda row: (-row[1], row[0]))
    return pd.DataFrame(rows, columns=["group", "now", "before", "change"])


def _with_others(context: Context, data: pd.DataFrame) -> pd.DataFrame:
    others = data.iloc[MOST_GROUPS:][["now", "before", "change"]].sum()
    row = pd.DataFrame([{"group": context.say(text("others")), **others}])
    return pd.concat([data.head(MOST_GROUPS), row], ignore_index=True)


def _message(context: Context, data: pd.DataFrame, change: Moved) -> Text:
    overall = in_a_sentence(change, context.compare.label)
    if len(data) < 2:
        return text("Revenue is {change}", change=overall)
    part = data.loc[data["change"].abs().idxmax()]
    unit = context.figure("revenue").unit
    moved = Quantity(abs(part["change"]), unit)
    if part["change"] < 0:
        return text(
            "Revenue is {change}; {group} fell most, by {money}", change=overall, group=part["group"], money=moved
        )
    return text(
        "Revenue is {change}; {group} rose most, by {money}", change=overall, group=part["group"], money=moved
    )


def _relative(context: Context, change: float) -> str:
    """A relative change with its sign; what is none as it is shown has none."""
    shown = context.language.percent(0 if abs(change) < _SAME else change)
    return f"+{shown}" if change >= _SAME else shown


def _row(context: Context, metric: str) -> list[Content]:
    now, before = context.figure(metric), context.figure(metric, context.compare)
    change, sure = "", ""
    if now.known and before.known:
        if now.unit == "share":
            change = context.say(difference(context, now.value - before.value))
        elif before.value:
            change = _relative(context, now.value / before.value - 1)
        sure = context.say(_sure(context, metric)) if change else ""
    return [
        context.title(metric),
        context.shown(before.value, now.unit),
        context.shown(now.value, now.unit),
        (change, sure),
    ]


def _sure(context: Context, metric: str) -> Text:
    """What must be known of a change: that it may be chance, or that the cases are too few; else nothing."""
    if metric in SUMS:
        found = moved(context, metric)
        direction = None if found is None else found.direction
    else:
        direction = of_rate(context, metric)
    if direction is None:
        return text("too few to tell")
    return text("no clear change") if direction == "unclear" else Text("")
