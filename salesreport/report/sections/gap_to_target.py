"""Why revenue is above or below its target: parts that add up to the gap, each with its interval."""

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies import sentences
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, text
from salesreport.period import Kind
from salesreport.plan.strategy import METRICS as GOALS
from salesreport.report.ahead import facts_then
from salesreport.report.chart import Chart
from salesreport.report.charts_moves import Step, waterfall_chart
from salesreport.report.context import Context
from salesreport.report.gap import Gap, split_gap
from salesreport.report.gap_sides import SHORTEST, Sides, sides_of
from salesreport.report.presence import in_part
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.compared import step_title
from salesreport.report.sections.conversion import found_in_conversion
from salesreport.report.table import Content, NumberTable, number_table

COLUMNS = ("part", "value", "lower", "upper", "now", "reference", "n")

SMALL = {"level": 0.05, "beside": 0.1, "unfinished": 0.0}
"""Parts that are counted are told in the heading from such a part of the target on."""

_MORE: dict[str, Text] = {
    "hand": text("more deals in hand"),
    "decided": text("more deals decided"),
    "timing": text("more of them decided in time"),
    "mix": text("more valuable kinds of deals"),
    "win": text("like deals won more often"),
    "size": text("larger deals"),
    "beside": text("more orders beside these deals"),
}
_LESS: dict[str, Text] = {
    "hand": text("fewer deals in hand"),
    "decided": text("fewer deals decided"),
    "timing": text("fewer of them decided in time"),
    "mix": text("less valuable kinds of deals"),
    "win": text("like deals won less often"),
    "size": text("smaller deals"),
    "beside": text("fewer orders beside these deals"),
    "unfinished": text("the days still to come"),
}
_NAMES: dict[str, Text] = {
    "hand": text("Deals in hand"),
    "decided": text("Deals decided"),
    "timing": text("Decided in the period"),
    "mix": text("Kinds of deals"),
    "win": text("Won, against like deals"),
    "size": text("Size, against like deals"),
    "beside": text("Orders beside these deals"),
    "level": text("Level of the target"),
    "unfinished": text("Days still to come"),
}
_LENGTHS: dict[Kind, Text] = {
    "year": text("a year"),
    "half": text("half a year"),
    "quarter": text("a quarter"),
    "month": text("a month"),
    "week": text("a week"),
}


class Goal(NamedTuple):
    """What was to be reached: of which metric, how much, and whether the targets or the plan say so."""

    metric: str
    value: float
    planned: bool


def gap_to_target(context: Context) -> Section:
    """The gap to the target of revenue (gross profit, units) by part; `data` has a row per part: `COLUMNS`.

    `value` is what the part makes of actual − target, and all add up to it; `lower`, `upper` hold all parts of
    deals at once in 95 of 100 cases, missing where a part is counted, not estimated; `now` and `reference` are the
    factor (deals; shares; amount per deal). With nothing to compare with, no rows.
    """
    topic, nothing = context.say(text("Gap to target")), pd.DataFrame(columns=list(COLUMNS))

    def lacking(message: Text) -> Section:
        return Section("gap", topic, context.heading(message), nothing, context.language, available=False)

    goal = goal_of(context)
    if goal is None:
        return lacking(text("No target for {period}: there is no gap to explain", period=context.period))
    actual = _actual(context, goal.metric)
    if isinstance(actual, Text):
        return lacking(text("The gap to the target cannot be told: {reason}", reason=actual))
    unit = context.unit(goal.metric)
    compared = context.subject.dimension is not None and context.facts.columns.has("deals")
    weakest = context.heading(_weakest(context)) if compared else None
    try:
        if (who := in_part(context)) is not None:
            raise Unavailable(who)
        sides = sides_of(context, goal.metric, actual, goal.value)
    except Unavailable as problem:
        first = _gap(context, goal, actual, unit)
        unsaid = context.heading(text("{gap}; why cannot be told: {reason}", gap=first, reason=problem.reason))
        notes = [] if weakest is None else [weakest]
        return Section("gap", topic, unsaid, nothing, context.language, notes=tuple(notes))
    gap = split_gap(sides.own, sides.reference, goal.value, _elapsed(context), sides.in_hand, _orders(context))
    frame = _shown(gap, sides)
    message = context.heading(_message(context, goal, actual, gap, sides, unit))
    notes = [*([] if weakest is None else [weakest]), *map(context.say, _notes(context, sides, goal))]
    return Section(
        key="gap",
        topic=topic,
        message=message,
        data=frame.reset_index().reindex(columns=list(COLUMNS)),
        language=context.language,
        charts=(_chart(context, frame, goal, actual, message, sides),),
        tables=(_table(context, frame, gap, sides, unit),),
        notes=tuple(notes),
    )


def goal_of(context: Context) -> Goal | None:
    """What the subject was to reach in the period: its target, else its goal in the period's plan."""
    # all are asked for: what a report looks up for everybody, those after it have
    for metric, value in [(metric, context.target(metric)) for metric in GOALS]:
        if value > 0:
            return Goal(metric, value, planned=False)
    plan, subject = context.agreed.plan, context.subject
    if plan is None:
        return None
    rows = plan.reps
    if subject.kind == "rep":
        rows = rows[rows["rep_id"] == subject.id]
    elif subject.kind in ("team", "manager"):
        placed = facts_then(context).placed(rows[["rep_id"]], context.as_of)[subject.kind]
        rows = rows[(placed == subject.id).to_numpy(bool)]
    elif subject.kind == "segment":
        rows = plan.segments[(plan.segments["segment"] == subject.id).to_numpy(bool)]
    elif subject.kind != "company":
        return None
    value = math.fsum(rows["goal"])
    return Goal(plan.metric, round(value, 2), planned=True) if value > 0 else None


def _actual(context: Context, metric: str) -> float | Text:
    """What was reached; or why that is not known."""
    if (reason := context.unavailable(metric)) is not None:
        return reason
    if metric == "revenue":
        if context.incomplete():
            return text("too many sales carry no amount")
        return float(np.nan_to_num(context.figure(metric).value))
    frame = context.compute([metric]).frame
    return float(np.nansum(frame.loc[frame["metric"] == metric, "value"]))


def _elapsed(context: Context) -> float:
    """The part of the period that is over."""
    return ((context.as_of - context.period.start).days + 1) / context.period.days


def _orders(context: Context) -> bool:
    """Whether what counts are orders, of which some belong to no deal."""
    return context.facts.columns.has("orders")


def _shown(gap: Gap, sides: Sides) -> pd.DataFrame:
    """The parts as a report names them; where all deals are of one kind, there is no part of kinds."""
    frame = gap.frame if sides.in_hand else gap.frame.rename(index={"hand": "decided"})
    if not sides.kinds and abs(frame.loc["mix", "value"]) < 1e-9:
        frame = frame.drop(index="mix")
    if sides.kind == "peers":
        frame = frame.drop(index="level")
    return frame.rename_axis("part")


def _gap(context: Context, goal: Goal, actual: float, unit: str) -> Text:
    gap = actual - goal.value
    fields = {"size": Quantity(abs(gap), unit), "target": Quantity(goal.value, unit), "period": context.period}
    if context.as_of < context.period.end:
        if gap < 0:
            return text("{size} short so far of the target of {target} for {period}", **fields)
        return text("{size} above the target of {target} for {period} already", **fields)
    if gap < 0:
        return text("{size} short of the target of {target}", **fields)
    return text("{size} above the target of {target}", **fields)


def _message(context: Context, goal: Goal, actual: float, gap: Gap, sides: Sides, unit: str) -> Text:
    frame, large = gap.frame, SMALL["level"] * goal.value
    first, level = _gap(context, goal, actual, unit), float(frame.loc["level", "value"])
    fields = {"gap": first, "money": Quantity(abs(level), unit)}
    if level <= -large:
        first = text("{gap}, which asks {money} more than such a period brought the year before", **fields)
    elif level >= large:
        first = text("{gap}, which asks {money} less than such a period brought the year before", **fields)
    counted = [name for name in ("unfinished", "beside") if name in frame.index and sides.kind == "own"]
    told = {*gap.clear.index, *(one for one in counted if abs(frame.loc[one, "value"]) > SMALL[one] * goal.value)}
    parts = frame[frame.index.isin(told)].sort_values("value", key=lambda value: -value.abs(), kind="stable")
    said = [
        text("{what} {money}", what=_way(part, value, sides.in_hand, before), money=_signed(context, value, unit))
        for part, value, before in zip(parts.index, parts["value"], [None, *parts.index], strict=False)
    ]
    if not said:
        return text("{gap}; what else made the difference cannot be told from chance", gap=first)
    if {*told, *counted, "level"} == set(frame.index):
        return text("{gap}: {parts}", gap=first, parts=said)
    return text("{gap}: {parts}; the rest cannot be told from chance", gap=first, parts=said)


def _way(part: str, value: float, in_hand: bool, before: str | None) -> Text:
    """What a part did, in words; “of them” are the deals that the part named `before` it spoke of."""
    if part == "timing" and before != "hand":
        return text("more deals decided in time") if value > 0 else text("fewer deals decided in time")
    part = "decided" if part == "hand" and not in_hand else part
    return _MORE.get(part, _LESS[part]) if value > 0 else _LESS[part]


def _signed(context: Context, value: float, unit: str) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{context.shown(abs(value), unit)}"


def _chart(context: Context, frame: pd.DataFrame, goal: Goal, actual: float, message: str, sides: Sides) -> Chart:
    say, unit = context.say, context.unit(goal.metric)
    begin = text("plan") if goal.planned else text("target")
    steps = [Step(say(begin), goal.value, context.shown(goal.value, unit), total=True)]
    for part, row in zip(frame.index, records(frame), strict=True):
        steps.append(
            Step(
                say(_NAMES[str(part)]), row["value"], _signed(context, row["value"], unit), lower=row["lower"],
                upper=row["upper"],
            )
        )  # fmt: skip
    steps.append(Step(say(text("reached")), actual, context.shown(actual, unit), total=True))
    description = text(
        "From the target to what was reached: each bar begins where the last ended; lines are 95% intervals that "
        "hold for all parts at once."
    )
    heading = text("{metric}, from target to reached", metric=context.title(goal.metric))
    return waterfall_chart("gap", steps, message, say(description), say(heading))


def _table(context: Context, frame: pd.DataFrame, gap: Gap, sides: Sides, unit: str) -> NumberTable:
    say = context.say
    rows: list[list[Content]] = []
    for part, row in zip(frame.index, records(frame), strict=True):
        between = say(text("too few deals for an interval")) if not pd.isna(row["n"]) and row["value"] else ""
        if not math.isnan(row["lower"]):
            between = f"{_signed(context, row['lower'], unit)} … {_signed(context, row['upper'], unit)}"
        now, reference = (_factor(context, str(part), row[name], unit) for name in ("now", "reference"))
        rows.append([say(_NAMES[str(part)]), now, reference, _signed(context, row["value"], unit), between])
    rows.append([say(text("All parts: the gap")), "", "", _signed(context, gap.value, unit), ""])
    compared = text("Year before") if sides.kind == "own" else text("Peers")
    headings = ["", say(context.period.short_label), say(compared), say(text("Makes of the gap"))]
    interval = say(text("95% interval, all at once"))
    caption = text("Parts of the gap; they add up to it")
    return number_table(say(caption), [*headings, interval], rows, here=len(rows) - 1)


def _factor(context: Context, part: str, value: Any, unit: str) -> str:
    if pd.isna(value):
        return ""
    if part in ("hand", "decided"):
        return context.shown(round(float(value), 1), "deals")
    if part == "mix":
        return context.shown(value, unit)
    return context.language.percent(value)


def _notes(context: Context, sides: Sides, goal: Goal) -> list[Text]:
    notes = [_reference(context, sides)]
    if sides.kinds:
        notes.append(
            text(
                "Like deals are those of the same segment and product line; 100% is what such deals bring in the "
                "whole company."
            )
        )
    if not sides.in_hand and context.period.days >= SHORTEST:
        notes.append(text("Whether deals came later cannot be told: which were open at the ends is not known."))
    if goal.planned:
        notes.append(text("There is no target in the data: the goal is that of the period’s plan."))
    return notes


def _reference(context: Context, sides: Sides) -> Text:
    """What the period is compared with."""
    fields: dict[str, Any] = {
        "name": context.subject.name,
        "period": context.period,
        "peers": context.subject.peers,
    }
    if sides.kind == "peers":
        return text(
            "Too little is known of {name}’s own year before: the reference is what the target takes at the rates "
            "of {peers} in {period}.",
            **fields,
        )
    first, last = sides.year[-1].label, sides.year[0].label
    fields["span"] = first if len(sides.year) == 1 else text("{first} to {last}", first=first, last=last)
    if sides.season and len(sides.year) > 1:
        return text(
            "The reference is {name}’s own year before ({span}), with as many deals as the company’s season gives "
            "such a period.",
            **fields,
        )
    return text("The reference is {name}’s own time before ({span}), as one such period.", **fields)


def _weakest(context: Context) -> Text:
    """What the step that is furthest below like deals of peers would be worth at their level."""
    worse = [one for one in found_in_conversion(context) if one[1]["flag"] == "worse"]
    worse = [one for one in worse if not np.isnan(one[1]["at_stake"])]
    if not worse:
        return text(
            "Where conversion could be better cannot be told: no step is clearly below like deals of {peers}, so "
            "nothing is said of what that would be worth.",
            peers=context.subject.peers,
        )
    found, row = max(worse, key=lambda one: float(one[1]["at_stake"]))
    part = context.period.days / found.period.days
    unit = context.facts.dataset.currency
    low, middle, high = (
        Quantity(float(row[name]) * part, unit) for name in ("at_stake_lower", "at_stake", "at_stake_upper")
    )
    where = list(found.part(row).values())
    step = step_title(found.step(row["step"]))
    if where:
        step = text("{step} ({parts})", step=step, parts=where)
    fields = {
        "step": step, "peers": context.subject.peers, "money": middle, "low": low, "high": high,
        "length": _LENGTHS.get(context.period.kind, text("in as many days as {period}", period=context.period)),
        "span": found.period, "points": sentences.points(row),
    }  # fmt: skip
    return text(
        "The weakest step is {step}: {points} than like deals of {peers} ({span}). At their level it would bring "
        "about {money} more {length} (95%: {low} to {high}).",
        **fields,
    )
