"""What the rep did, against the plan."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from salesreport.kpi.metrics.activity import activity_types
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.report.charts import Measure, dots
from salesreport.report.context import Context
from salesreport.report.planned import against_plan, planned_activities
from salesreport.report.presence import in_part
from salesreport.report.rows import largest_first, records
from salesreport.report.section import Section
from salesreport.report.table import number_table

Row = dict[str, Any]
"""A type of activity: column → value."""


def activity(context: Context) -> Section:
    """Activities by type; `data` has type, done, plan (NaN: none), before (comparison period), attainment."""
    topic = context.say(text("Activity"))
    data = _measured(context, activity_types(context.facts))
    say, count = context.say, context.language.count
    told = records(data)
    planned = any(not math.isnan(row["plan"]) for row in told)
    if not (planned or any(row["done"] > 0 for row in told)):
        nothing = text("No activities in {period}, and none planned.", period=context.period)
        message = say(context.unavailable("activity") or nothing)
        return Section("activity", topic, message, data, context.language, available=False)
    message = say(_message(told, _verdicts(context), in_part(context)))
    marks = [("before", say(context.compare.label)), ("value", say(context.period.label))]
    rows = [
        Measure(
            context.language.show(row["type"]),
            row["done"],
            _said(context, row["done"], row["plan"]),
            before=row["before"],
            plan=row["plan"],
        )
        for row in told
    ]
    headings = ["", say(text("done")), say(text("plan")), say(context.compare.label)]
    cells = [
        [context.language.show(row["type"]), count(row["done"]), count(row["plan"]), count(row["before"])]
        for row in told
    ]
    return Section(
        key="activity",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(
            dots(
                "activity",
                rows,
                message,
                say(text("Per row: done (solid), planned (upright mark), comparison period (hollow).")),
                heading=say(text("Activities by type")),
                marks=[*marks, ("plan", say(text("plan")))] if planned else marks,
            ),
        ),
        tables=(number_table(say(text("Numbers of the chart")), headings, cells),),
        notes=tuple(say(note) for note in _notes(told)),
    )


def _measured(context: Context, types: Sequence[str]) -> pd.DataFrame:
    metrics = [f"activity:{kind}" for kind in types]
    done, before = (_counts(context, metrics, period) for period in (context.period, context.compare))
    if context.uncompared("activity") is not None:
        before = [math.nan] * len(metrics)
    plan = [planned_activities(context, metric) for metric in metrics]
    rows = sorted(zip(types, done, plan, before, strict=True), key=lambda row: (*largest_first(row[1]), row[0]))
    numbers = np.array([row[1:] for row in rows], float).reshape(-1, 3)
    columns = dict(zip(("done", "plan", "before"), numbers.T, strict=True))
    attainment = [row[1] / row[2] if row[2] > 0 else math.nan for row in rows]
    names = pd.Series([row[0] for row in rows], dtype="str")
    return pd.DataFrame({"type": names, **columns, "attainment": np.array(attainment, float)})


def _counts(context: Context, metrics: Sequence[str], period: Period) -> list[float]:
    """How often each was done; NaN where the data cannot tell."""
    table = context.compute(metrics, period=period)
    known = dict(zip(table.frame["metric"], table.frame["value"], strict=True))
    return [math.nan if metric in table.unavailable else known.get(metric, 0.0) for metric in metrics]


def _said(context: Context, done: float, plan: float) -> str:
    if math.isnan(plan):
        return context.language.count(done)
    return context.say(text("{done} of {plan} planned", done=done, plan=plan))


def _notes(told: list[Row]) -> list[Text]:
    """What was done without a plan: it is in the chart, and not in what is said of the plan."""
    if all(math.isnan(row["plan"]) for row in told):
        return [text("The data has no plan for activities.")]
    unplanned = sum(row["done"] for row in told if math.isnan(row["plan"]) and not math.isnan(row["done"]))
    if not unplanned:
        return []
    return [
        ntext(
            "{n} more activity was done, of types without a plan.",
            "{n} more activities were done, of types without a plan.",
            n=unplanned,
        )
    ]


def _verdicts(context: Context) -> Mapping[str, str]:
    """Whether the number of each type may be chance, as plan against actual says it; by type."""
    lines = against_plan(context).lines
    columns = (lines[name].tolist() for name in ("part", "kind", "what", "verdict"))
    return {
        what.partition(":")[2]: verdict
        for part, kind, what, verdict in zip(*columns, strict=True)
        if part == "all" and kind == "activity"
    }


def _sum(rows: list[Row], name: str) -> float:
    return sum(row[name] for row in rows if not math.isnan(row[name]))


def _message(told: list[Row], verdicts: Mapping[str, str], who: Text | None) -> Text:
    planned = [row for row in told if not math.isnan(row["plan"])]
    if not planned:
        return ntext("{n} activity", "{n} activities", n=_sum(told, "done"))
    done, plan = _sum(planned, "done"), _sum(planned, "plan")
    overall = ntext("{n} activity done, {plan} planned", "{n} activities done, {plan} planned", n=done, plan=plan)
    planned = [row for row in planned if not math.isnan(row["attainment"])]
    behind = min(planned, key=lambda row: row["attainment"], default=None)
    if behind is None or behind["attainment"] >= 1:
        return text("{overall}; every type reached its plan", overall=overall)
    if who is not None:
        return text("{overall}; {who}", overall=overall, who=who)
    fields = {"type": behind["type"], "share": Quantity(float(behind["attainment"]), "share")}
    if verdicts.get(behind["type"]) == "chance":
        return text(
            "{overall}; {type} is furthest behind ({share}), which may be chance", overall=overall, **fields
        )
    return text("{overall}; {type} is furthest behind ({share})", overall=overall, **fields)
