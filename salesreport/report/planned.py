"""The subject's part of plan against actual, of which several sections tell."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text
from salesreport.plan.actual import served as accounts
from salesreport.plan.actual.against import LINES, Against, against
from salesreport.plan.actual.lines import line_of
from salesreport.report.context import Context
from salesreport.report.shared import slice_up

Row = Mapping[str, Any]
"""A row of a frame: a Series, or one of `records`."""

DIMENSIONS = ("rep_id", "team", "manager", "segment", "product_line")
"""What plans are made for; the company, too."""


def against_plan(context: Context) -> Against:
    """Plan against actual, `lines` being the subject's; made once for everybody of its dimension."""
    dimension = context.subject.dimension
    if dimension is not None and dimension not in DIMENSIONS:
        return Against(pd.DataFrame(columns=list(LINES)), {})
    every = _every(context, dimension)
    return every._replace(lines=_mine(context, ("lines", *_key(context)), every.lines))


def reps_against_plan(context: Context) -> pd.DataFrame:
    """Whole lines of all reps who belong to the subject's team or to the company, with `rep_id`."""
    lines = _every(context, "rep_id").lines
    lines = lines[lines["part"] == "all"]
    return accounts.whose(lines, context.facts, context.as_of, context.subject.dimension, context.subject.id)


def _key(context: Context) -> tuple[Hashable, ...]:
    """What plans depend on: the period, and the files that say what was agreed."""
    return (context.period, *sorted(context.agreed.digests.items()))


def _every(context: Context, dimension: str | None) -> Against:
    agreed, facts = context.agreed, context.facts
    key = ("plan against actual", dimension, *_key(context))
    return facts.store(key, lambda: against(facts, context.period, agreed.plan, agreed.strategy, dimension))


def _mine(context: Context, key: tuple[Hashable, ...], frame: pd.DataFrame) -> pd.DataFrame:
    """The subject's rows of a frame of everybody of its dimension, without the dimension."""
    dimension = context.subject.dimension
    if dimension is None:
        return frame
    sliced = context.facts.remember(("slices", dimension, *key), lambda: slice_up(frame, dimension, keep=False))
    return sliced.of(context.subject)


def served_accounts(context: Context) -> pd.DataFrame | Text:
    """The subject's accounts that are to be met so and so often; or why that cannot be told."""
    agreed, facts = context.agreed, context.facts

    def find() -> pd.DataFrame | Text:
        try:
            return accounts.served(facts, context.period, agreed.plan, agreed.strategy)
        except Unavailable as problem:
            return problem.reason

    key = ("accounts served", *_key(context))
    found = facts.remember(key, find)
    return found if isinstance(found, Text) else _of_subject(context, key, found)


def named_accounts(context: Context) -> pd.DataFrame:
    """The subject's accounts that are planned by name."""
    agreed, facts = context.agreed, context.facts
    key = ("accounts named", *_key(context))
    found = facts.remember(key, lambda: accounts.named(facts, context.period, agreed.plan, agreed.strategy))
    return _of_subject(context, key, found)


def activity_outcomes(context: Context) -> pd.DataFrame:
    """What came of the subject's activities: `type`, `outcome`, `n`."""
    dimension, facts = context.subject.dimension, context.facts
    key = ("outcomes", dimension, context.period)
    return _mine(context, key, facts.store(key, lambda: accounts.outcomes(facts, context.period, dimension), True))


def _of_subject(context: Context, key: tuple[Hashable, ...], frame: pd.DataFrame) -> pd.DataFrame:
    dimension = context.subject.dimension
    if dimension in ("rep_id", "segment"):
        sliced = context.facts.remember(("slices", dimension, *key), lambda: slice_up(frame, dimension))
        return sliced.of(context.subject)
    return accounts.whose(frame, context.facts, context.as_of, dimension, context.subject.id)


def line_name(context: Context, row: Row) -> str:
    """What a line is called, with the day up to which it is counted where that is not the period's."""
    title = context.language.show(line_of(row["what"], context.facts).title)
    if row["end"] < context.as_of:
        return context.say(text("{what} by {day}", what=title, day=row["end"]))
    return title


def bare_name(context: Context, row: Row) -> str:
    """What a line is called in short: a milestone by its own name."""
    return context.language.show(line_of(row["what"], context.facts).bare)


AS_PLANNED = 0.03
"""A smaller part of the plan is no deviation."""


def relative(row: Row) -> float:
    """The deviation of a line as a part of its plan; NaN where nothing was planned."""
    return float(row["deviation"] / row["planned"]) if row["planned"] > 0 else float("nan")


def shown(context: Context, value: float, unit: str) -> str:
    """A planned number or a bound: plans of whole things are not shown finer than people count."""
    whole = unit in ("deals", "activities", "units") and abs(value) >= WHOLE
    return context.shown(float(round(value)) if whole else value, unit)


def shown_between(context: Context, row: Row) -> str:
    """A line's 95 % interval; nothing where there is none."""
    if pd.isna(row["actual"]) or pd.isna(row["lower"]):
        return ""
    low, high = row["lower"], row["upper"]
    if row["unit"] in ("deals", "activities", "units") and high >= WHOLE:
        low, high = float(round(low)), float(round(high))
    return context.language.interval(low, high, row["unit"])


WHOLE = 10.0
"""From here on, plans and bounds of counts are shown as whole numbers."""


def planned_activities(context: Context, metric: str) -> float:
    """How many of an activity are planned for the whole period: by the plan file, rounded; else by the targets."""
    if context.agreed.plan is not None:
        lines = against_plan(context).lines
        rows = lines[(lines["what"] == metric) & (lines["part"] == "all") & (lines.get("source") == "plan")]
        if len(rows) and rows["start"].iloc[0] == context.period.start:
            return float(round(rows["whole"].iloc[0]))
    return context.target(metric)
