"""Plan against actual: money and productivity on one sheet, and what of the differences is more than chance."""

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
    whole = data[data["part"] == "all"].reset_index(drop=True)
    judged = whole[whole["verdict"].isin(_JUDGED)] if len(whole) else whole
    planned = whole[whole["source"].notna()] if len(whole) else whole
    met = None if isinstance(served, Text) or served.empty else served
    if planned.empty and met is None and accounts.empty:
        message = say(
            text("Nothing was planned for {period}: no plan file, no target that fits.", period=context.period)
        )
        return Section("plan-actual", topic, message, data, context.language, available=False)
    message = context.heading(_message(context, whole, judged, met))
    charts = (_chart(context, judged, message),) if (judged["planned"] > 0).any() else ()
    by_segment = by_part(context, data, "segment")
    tables = (
        planned_lines(context, whole),
        unplanned_lines(context, whole),
        by_segment,
        what_came(context, wide=by_segment is not None),
        None if context.subject.kind == "rep" else by_part(context, data, "territory"),
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
        notes=tuple(say(note) for note in _notes(context, found.reasons, whole, judged)),
    )


# --- the heading


def _message(context: Context, whole: pd.DataFrame, judged: pd.DataFrame, met: pd.DataFrame | None) -> Text:
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


def _in_part(context: Context, whole: pd.DataFrame) -> list[Text]:
    """Why less than planned is not judged: who was there for a part of the days cannot have done all of it."""
    who = in_part(context)
    if who is None or whole.empty or not ((whole["verdict"] == "untold") & (whole["deviation"] < 0)).any():
        return []
    return [text("{who}, so less than planned is not judged", who=who)]


def _off_plan(context: Context, judged: pd.DataFrame) -> list[Text]:
    clauses = []
    for verdict in ("below", "above"):
        rows = judged[judged["verdict"] == verdict]
        if len(rows):
            names: list[Any] = [_named(context, row) for row in records(rows.head(MOST_NAMED))]
            if len(rows) > MOST_NAMED:
                names.append(ntext("{n} more", "{n} more", n=len(rows) - MOST_NAMED))
            what = text("below plan by more than chance: {names}", names=names)
            if verdict == "above":
                what = text("above plan by more than chance: {names}", names=names)
            clauses.append(what)
    return clauses


def _within(context: Context, judged: pd.DataFrame) -> list[Text]:
    """What follows the plan, or may: money by name, the others where all do."""
    rows = judged[judged["verdict"] == "chance"]
    if rows.empty:
        return []
    first, clauses = rows.iloc[0], []
    if first["kind"] in ("result", "deals"):
        what = bare_name(context, first)
        if abs(relative(first)) < AS_PLANNED:
            clauses.append(text("{what} as planned", what=what))
        else:
            change = _change(context, first)
            clauses.append(text("{what} {change} against plan, which may be chance", what=what, change=change))
        rows = rows.iloc[1:]
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


def _chart(context: Context, judged: pd.DataFrame, message: str) -> Chart:
    """Every line in parts of its plan, so that money and counts share one scale."""
    rows = judged[judged["planned"] > 0]
    done = rows["actual"] / rows["planned"]
    farthest = max(_FARTHEST, 1.1 * float(done.max()))
    bounds = ((rows[name] / rows["planned"]).clip(0, farthest) for name in ("lower", "upper"))
    measures = [
        Measure(bare_name(context, row), value, _said(context, row), plan=1.0, lower=low, upper=high)
        for row, value, low, high in zip(records(rows), done, *bounds, strict=True)
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


def _said(context: Context, row: Row) -> str:
    done, plan = context.shown(row["actual"], row["unit"]), shown(context, row["planned"], row["unit"])
    if row["end"] < context.as_of:
        return context.say(text("{done} of {plan} by {day}", done=done, plan=plan, day=row["end"]))
    return context.say(text("{done} of {plan}", done=done, plan=plan))


# --- notes


def _notes(context: Context, reasons: Any, whole: pd.DataFrame, judged: pd.DataFrame) -> list[Text]:
    notes = [*_method(judged), *_sources(context, whole)]
    untold = whole[whole["verdict"] == "untold"]
    notes += [
        text("{what} cannot be told: {reason}.", what=line_name(context, row), reason=reasons[row["what"]])
        for row in records(untold)
        if row["what"] in reasons
    ]
    if (why := context.unavailable("activity")) is not None:
        notes.append(text("Activities: {reason}.", reason=why))
    if (day := started(context)) is not None and day > context.period.start:
        fields = {"name": context.subject.name, "day": day}
        notes.append(text("{name} started on {day}; a plan may be meant for the whole period.", **fields))
    if (day := left(context)) is not None and day < context.period.end:
        fields = {"name": context.subject.name, "day": day}
        notes.append(text("{name} left on {day}; a plan may be meant for the whole period.", **fields))
    return notes


def _method(judged: pd.DataFrame) -> list[Text]:
    if judged.empty:
        return []
    own = judged.loc[judged["stretches"] > 0, "stretches"]
    if len(own):
        said = ntext(
            "Intervals (95%) tell what may be chance: they follow how much each line varied from one stretch of "
            "as many days to the next, in up to {n} stretch before, and what is usual among all.",
            "Intervals (95%) tell what may be chance: they follow how much each line varied from one stretch of "
            "as many days to the next, in up to {n} stretches before, and what is usual among all.",
            n=float(own.max()),
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


def _sources(context: Context, whole: pd.DataFrame) -> list[Text]:
    """Where what is planned comes from, and how a plan is spread whose days are not over."""
    notes, plan = [], context.agreed.plan
    rows = whole[whole["source"].notna()] if len(whole) else whole
    if plan is not None and (rows["source"] == "plan").any():
        notes.append(text("The plan file is of {day}; what it does not plan is in the targets.", day=plan.as_of))
        notes += _other_goal(context, rows)
    elif len(rows):
        notes.append(text("What is planned stands in the targets."))
    running = rows[rows["course"].notna()]
    if len(running):
        ways = [COURSES[one] for one in running["course"].unique()]
        notes.append(text("Planned is what was due by {day}: {ways}.", day=context.as_of, ways=ways))
    return notes


def _other_goal(context: Context, rows: pd.DataFrame) -> list[Text]:
    """Where the plan file's goal is not the target that other parts of the report show."""
    notes = []
    for row in records(rows[rows["kind"].isin(["result", "deals"])]):
        target = context.target(row["what"])
        if row["source"] == "plan" and not np.isnan(target) and abs(target - row["whole"]) > 0.005 * abs(target):
            fields = {"what": line_name(context, row), "plan": shown(context, row["whole"], row["unit"])}
            said = context.shown(target, row["unit"])
            notes.append(text("{what}: the plan file says {plan}, the targets {target}.", target=said, **fields))
    return notes
