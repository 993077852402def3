"""Plan against actual: money and productivity on one sheet, and what of the differences is more than chance."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from salesreport.language import Text, ntext, text
from salesreport.plan.actual.course import COURSES
from salesreport.report.chart import Chart
from salesreport.report.charts import Measure, dots
from salesreport.report.context import Context
from salesreport.report.planned import (
    AS_PLANNED,
    Row,
    against_plan,
    bare_name,
    line_name,
    named_accounts,
    relative,
    served_accounts,
    shown,
)
from salesreport.report.presence import in_part, left, started
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.plan_tables import (
    by_part,
    by_rep,
    met_as_planned,
    named,
    planned_lines,
    to_meet,
    unplanned_lines,
    what_came,
)

MOST_NAMED = 2
"""So many lines are named in the heading, of each kind."""

_FARTHEST = 2.0
"""Intervals are drawn up to so many times the plan, or a little beyond what was done."""

_JUDGED = ("below", "above", "chance")


def plan_vs_actual(context: Context) -> Section:
    """What was planned and done; `data` as `plan.actual.Against.lines`, of the subject."""
    topic, say = context.say(text("Plan against actual")), context.say
    found, served, accounts = against_plan(context), served_accounts(context), named_accounts(context)
    data = found.lines
    every = records(data)
    whole = [row for row in every if row["part"] == "all"]
    judged = [row for row in whole if row["verdict"] in _JUDGED]
    met = None if isinstance(served, Text) or served.empty else served
    if not any(pd.notna(row["source"]) for row in whole) and met is None and accounts.empty:
        message = say(
            text("Nothing was planned for {period}: no plan file, no target that fits.", period=context.period)
        )
        return Section("plan-actual", topic, message, data, context.language, available=False)
    message = context.heading(_message(context, whole, judged, met))
    charts = (_chart(context, judged, message),) if any(row["planned"] > 0 for row in judged) else ()
    by_segment = by_part(context, every, "segment")
    tables = (
        planned_lines(context, whole),
        unplanned_lines(context, whole),
        by_segment,
        what_came(context, wide=by_segment is not None),
        None if context.subject.kind == "rep" else by_part(context, every, "territory"),
        by_rep(context),
        met_as_planned(context, met),
        to_meet(context, met),
        named(context, accounts),
    )
    return Section(
        key="plan-actual",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=charts,
        tables=tuple(table for table in tables if table is not None),
        notes=tuple(say(note) for note in _notes(context, found.reasons, whole, judged, met)),
    )


# --- the heading


def _message(context: Context, whole: Sequence[Row], judged: Sequence[Row], met: pd.DataFrame | None) -> Text:
    off = _off_plan(context, judged)
    clauses = [*_in_part(context, whole), *off, *_within(context, judged), *([] if off else _accounts(met))]
    if not clauses:
        return text("What was planned cannot be compared with what was done")
    said: Text = clauses[0]
    for clause in clauses[1:]:
        said = text("{said}; {more}", said=said, more=clause)
    if context.as_of < context.period.end:
        return text("By {day}: {said}", day=context.as_of, said=said)
    return said


def _in_part(context: Context, whole: Sequence[Row]) -> list[Text]:
    """Why less than planned is not judged: who was there for a part of the days cannot have done all of it."""
    who = in_part(context)
    if who is None or not any(row["verdict"] == "untold" and row["deviation"] < 0 for row in whole):
        return []
    return [text("{who}, so less than planned is not judged", who=who)]


def _off_plan(context: Context, judged: Sequence[Row]) -> list[Text]:
    clauses = []
    for verdict in ("below", "above"):
        rows = [row for row in judged if row["verdict"] == verdict]
        if rows:
            names: list[Any] = [_named(context, row) for row in rows[:MOST_NAMED]]
            if len(rows) > MOST_NAMED:
                names.append(ntext("{n} more", "{n} more", n=len(rows) - MOST_NAMED))
            what = text("below plan by more than chance: {names}", names=names)
            if verdict == "above":
                what = text("above plan by more than chance: {names}", names=names)
            clauses.append(what)
    return clauses


def _within(context: Context, judged: Sequence[Row]) -> list[Text]:
    """What follows the plan, or may: money by name, the others where all do."""
    rows = [row for row in judged if row["verdict"] == "chance"]
    if not rows:
        return []
    first, clauses = rows[0], []
    if first["kind"] in ("result", "deals"):
        what = bare_name(context, first)
        if abs(relative(first)) < AS_PLANNED:
            clauses.append(text("{what} as planned", what=what))
        else:
            change = _change(context, first)
            clauses.append(text("{what} {change} against plan, which may be chance", what=what, change=change))
        rows = rows[1:]
    if len(rows) == len(judged) - 1 and clauses:
        return [*clauses, text("nothing else is off plan by more than chance either")] if len(rows) else clauses
    if len(rows) == len(judged):
        return [text("nothing is off plan by more than chance")]
    return clauses


def _accounts(met: pd.DataFrame | None) -> list[Text]:
    if met is None:
        return []
    short = int(met.groupby("account_id")["served"].agg(lambda one: one.isin(["never", "below"]).any()).sum())
    every = met["account_id"].nunique()
    return [
        ntext(
            "{short} of {n} account met less often than planned",
            "{short} of {n} accounts met less often than planned",
            n=every,
            short=short,
        )
    ]


def _change(context: Context, row: Row) -> str:
    """The deviation as a share of the plan; of nothing planned, what was done."""
    part = relative(row)
    if np.isnan(part):
        return context.shown(row["actual"], row["unit"])
    said = context.language.percent(part)
    return f"+{said}" if part > 0 else said


def _named(context: Context, row: Row) -> Text:
    return text("{what} ({change})", what=bare_name(context, row), change=_change(context, row))


# --- the chart


def _chart(context: Context, judged: Sequence[Row], message: str) -> Chart:
    """Every line in parts of its plan, so that money and counts share one scale."""
    rows = [row for row in judged if row["planned"] > 0]
    done = [row["actual"] / row["planned"] for row in rows]
    farthest = max(_FARTHEST, 1.1 * max(done))
    measures = [
        Measure(bare_name(context, row), value, _said(context, row), plan=1.0, lower=low, upper=high)
        for row, value in zip(rows, done, strict=True)
        for low, high in [[_within_sight(row[name] / row["planned"], farthest) for name in ("lower", "upper")]]
    ]
    say = context.say
    return dots(
        "plan-actual",
        measures,
        message,
        say(text("Per row: done (solid) in parts of the plan (upright mark); thin line: 95% interval.")),
        heading=say(text("Done in parts of the plan")),
        marks=[("value", say(text("done"))), ("plan", say(text("plan")))],
    )


def _within_sight(value: float, farthest: float) -> float:
    """A bound, as far as it is drawn; NaN: there is none."""
    return value if np.isnan(value) else min(max(value, 0.0), farthest)


def _said(context: Context, row: Row) -> str:
    done, plan = context.shown(row["actual"], row["unit"]), shown(context, row["planned"], row["unit"])
    if row["end"] < context.as_of:
        return context.say(text("{done} of {plan} by {day}", done=done, plan=plan, day=row["end"]))
    return context.say(text("{done} of {plan}", done=done, plan=plan))


# --- notes


def _notes(
    context: Context, reasons: Any, whole: Sequence[Row], judged: Sequence[Row], met: pd.DataFrame | None
) -> list[Text]:
    notes = [*_method(judged), *_sources(context, whole)]
    notes += [
        text("{what} cannot be told: {reason}.", what=line_name(context, row), reason=reasons[row["what"]])
        for row in whole
        if row["verdict"] == "untold" and row["what"] in reasons
    ]
    if (why := context.unavailable("activity")) is not None:
        notes.append(text("Activities: {reason}.", reason=why))
    if (day := started(context)) is not None and day > context.period.start:
        fields = {"name": context.subject.name, "day": day}
        notes.append(text("{name} started on {day}; a plan may be meant for the whole period.", **fields))
    if (day := left(context)) is not None and day < context.period.end:
        fields = {"name": context.subject.name, "day": day}
        notes.append(text("{name} left on {day}; a plan may be meant for the whole period.", **fields))
    if met is not None and context.nobodys_customers is not None:
        notes.append(context.nobodys_customers.by_last)
    return notes


def _method(judged: Sequence[Row]) -> list[Text]:
    if not judged:
        return []
    own = [row["stretches"] for row in judged if row["stretches"] > 0]
    if own:
        said = ntext(
            "Intervals (95%) tell what may be chance: they follow how much each line varied from one stretch of "
            "as many days to the next, in up to {n} stretch before, and what is usual among all.",
            "Intervals (95%) tell what may be chance: they follow how much each line varied from one stretch of "
            "as many days to the next, in up to {n} stretches before, and what is usual among all.",
            n=float(max(own)),
        )
    else:
        said = text(
            "Intervals (95%) tell what may be chance: with too few stretches before, they are those of "
            "independent events, which is the least that anything varies."
        )
    many = ntext(
        "Of 20 lines that follow their plan one looks otherwise by chance; {n} line was judged.",
        "Of 20 lines that follow their plan one looks otherwise by chance; {n} lines were judged.",
        n=len(judged),
    )
    return [said, many]


def _sources(context: Context, whole: Sequence[Row]) -> list[Text]:
    """Where what is planned comes from, and how a plan is spread whose days are not over."""
    notes, plan = [], context.agreed.plan
    rows = [row for row in whole if pd.notna(row["source"])]
    if plan is not None and any(row["source"] == "plan" for row in rows):
        notes.append(text("The plan file is of {day}; what it does not plan is in the targets.", day=plan.as_of))
        notes += _other_goal(context, rows)
    elif rows:
        notes.append(text("What is planned stands in the targets."))
    running = dict.fromkeys(row["course"] for row in rows if pd.notna(row["course"]))
    if running:
        ways = [COURSES[one] for one in running]
        notes.append(text("Planned is what was due by {day}: {ways}.", day=context.as_of, ways=ways))
    return notes


def _other_goal(context: Context, rows: Sequence[Row]) -> list[Text]:
    """Where the plan file's goal is not the target that other parts of the report show."""
    notes = []
    for row in rows:
        if row["kind"] not in ("result", "deals"):
            continue
        target = context.target(row["what"])
        if row["source"] == "plan" and not np.isnan(target) and abs(target - row["whole"]) > 0.005 * abs(target):
            fields = {"what": line_name(context, row), "plan": shown(context, row["whole"], row["unit"])}
            said = context.shown(target, row["unit"])
            notes.append(text("{what}: the plan file says {plan}, the targets {target}.", target=said, **fields))
    return notes
