"""What the rep did, against the plan."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from salesreport.kpi.metrics.activity import activity_types
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.report.charts import Measure, dots
from salesreport.report.context import Context
from salesreport.report.planned import against_plan, planned_activities
from salesreport.report.presence import in_part
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.table import number_table


def activity(context: Context) -> Section:
    """Activities by type; `data` has type, done, plan (NaN: none), before (comparison period), attainment."""
    topic = context.say(text("Activity"))
    data = _measured(context, activity_types(context.facts))
    data["attainment"] = data["done"] / data["plan"].where(data["plan"] > 0)
    say, count = context.say, context.language.count
    if data.empty or not (data["done"].any() or data["plan"].notna().any()):
        nothing = text("No activities in {period}, and none planned.", period=context.period)
        message = say(context.unavailable("activity") or nothing)
        return Section("activity", topic, message, data, context.language, available=False)
    data = data.sort_values(["done", "type"], ascending=[False, True], ignore_index=True)
    message = say(_message(data, _verdicts(context), in_part(context)))
    planned = data["plan"].notna().any()
    marks = [("before", say(context.compare.label)), ("value", say(context.period.label))]
    rows = [
        Measure(
            context.language.show(row["type"]),
            row["done"],
            _said(context, row["done"], row["plan"]),
            before=row["before"],
            plan=row["plan"],
        )
        for row in records(data)
    ]
    headings = ["", say(text("done")), say(text("plan")), say(context.compare.label)]
    cells = [
        [context.language.show(row["type"]), count(row["done"]), count(row["plan"]), count(row["before"])]
        for row in records(data)
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
        notes=tuple(say(note) for note in _notes(data)),
    )


def _measured(context: Context, types: Sequence[str]) -> pd.DataFrame:
    metrics = [f"activity:{kind}" for kind in types]
    done, before = (_counts(context, metrics, period) for period in (context.period, context.compare))
    if context.uncompared("activity") is not None:
        before = [math.nan] * len(metrics)
    plan = [planned_activities(context, metric) for metric in metrics]
    return pd.DataFrame({"type": pd.Series(types, dtype="str"), "done": done, "plan": plan, "before": before})


def _counts(context: Context, metrics: Sequence[str], period: Period) -> list[float]:
    """How often each was done; NaN where the data cannot tell."""
    table = context.compute(metrics, period=period)
    known = dict(zip(table.frame["metric"], table.frame["value"], strict=True))
    return [math.nan if metric in table.unavailable else known.get(metric, 0.0) for metric in metrics]


def _said(context: Context, done: float, plan: float) -> str:
    if math.isnan(plan):
        return context.language.count(done)
    return context.say(text("{done} of {plan} planned", done=done, plan=plan))


def _notes(data: pd.DataFrame) -> list[Text]:
    """What was done without a plan: it is in the chart, and not in what is said of the plan."""
    if data["plan"].isna().all():
        return [text("The data has no plan for activities.")]
    unplanned = float(data.loc[data["plan"].isna(), "done"].sum())
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
    lines = lines[(lines["part"] == "all") & (lines["kind"] == "activity")]
    return {what.partition(":")[2]: verdict for what, verdict in zip(lines["what"], lines["verdict"], strict=True)}


def _message(data: pd.DataFrame, verdicts: Mapping[str, str], who: Text | None) -> Text:
    planned = data[data["plan"].notna()]
    if planned.empty:
        return ntext("{n} activity", "{n} activities", n=float(data["done"].sum()))
    done, plan = float(planned["done"].sum()), float(planned["plan"].sum())
    overall = ntext("{n} activity done, {plan} planned", "{n} activities done, {plan} planned", n=done, plan=plan)
    planned = planned[planned["attainment"].notna()]
    behind = planned.loc[planned["attainment"].idxmin()] if len(planned) else None
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
