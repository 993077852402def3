"""What sections on conversion share: how many deals were decided by whom at which step, and how they compare."""

from typing import Any

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies.anomalies import Anomalies, anomalies
from salesreport.kpi.anomalies.decided import WIN, Decisions, Step, decisions
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.report.context import Context
from salesreport.report.shared import Maker

FEWEST_BEFORE = 10
"""With fewer deals decided in the period compared with, its rate is not shown."""


def step_title(step: Step) -> Text:
    """From where to where a step leads."""
    return text("{milestone} → {following}", milestone=step.title, following=step.following)


def in_points(value: float) -> str:
    """A difference of rates in whole points, with its sign.

    Examples:
        >>> in_points(0.124), in_points(-0.07), in_points(0.002)
        ('+12', '−7', '0')
    """
    points = round(100 * value)
    return f"{points:+d}".replace("-", "−") if points else "0"


def comparison(context: Context) -> Anomalies:
    """The comparison that a subject is part of: reps with reps, teams with teams …; worked out once.

    Raises:
        Unavailable: nothing was decided, or there is nobody to compare with.
    """
    dimension = context.subject.dimension
    by = None if dimension in (None, "rep_id") else (dimension,)
    return anomalies(context.facts, context.shared.process, context.year, by)


def steps_of(context: Context) -> tuple[Step, ...]:
    """The steps of the process; the last one is from a deal to its order.

    Raises:
        Unavailable: no deal was ever decided.
    """
    return decisions(context.facts, context.shared.process).steps


def counted(context: Context) -> pd.DataFrame:
    """The subject's decisions by step, those steps first that come first.

    Returns:
        A row per step at which anybody decided anything in the period or in that compared with, columns: step
        (key), decided, successes, before_decided, before_successes.

    Raises:
        Unavailable: no deal was ever decided.
    """
    key = ("decided", context.year, context.year_before)
    everybody = context.shared.whole(None, key, decided_by(context)).set_index("step")
    mine = context.shared.rows(context.subject, key, decided_by(context)).set_index("step")
    order = [step.key for step in steps_of(context) if step.key in everybody.index]
    return mine.reindex(order).fillna(0.0).rename_axis("step").reset_index()


def decided_by(context: Context) -> Maker:
    """Makes the decisions by step of all subjects of a dimension; columns as in `counted`."""
    facts, file, periods = context.facts, context.shared.process, (context.year, context.year_before)

    def make(by: tuple[str, ...]) -> pd.DataFrame:
        everything = decisions(facts, file)
        keys = [step.key for step in everything.steps]
        columns: dict[str, Any] = {}
        for prefix, period in zip(("", "before_"), periods, strict=True):
            columns |= _counts(everything, period, by, prefix)
        size = len(next(iter(columns.values()))) // len(keys)
        names = {by[0]: np.repeat(everything.dimension(by[0]).categories, len(keys))} if by else {}
        frame = pd.DataFrame({**names, "step": np.tile(np.array(keys, object), size), **columns})
        return frame[(frame["decided"] > 0) | (frame["before_decided"] > 0)].reset_index(drop=True)

    return make


def _counts(everything: Decisions, period: Period, by: tuple[str, ...], prefix: str) -> dict[str, Any]:
    """Decisions and successes by value of a dimension and step, in a row."""
    some, steps = everything.during(period), len(everything.steps)
    codes, size = np.zeros(len(some), np.intp), 1
    if by:
        values = some.dimension(by[0])
        codes, size = values.codes.astype(np.intp), len(values.categories)
    codes = np.where(codes < 0, size, codes)  # those of nobody known
    cell = codes * steps + some.step
    n = np.bincount(cell, minlength=(size + 1) * steps).astype(float)
    successes = np.bincount(cell, some.success, (size + 1) * steps)
    assert n.sum() == len(some), "parts add up to the whole"
    assert successes.sum() == some.success.sum(), "parts add up to the whole"
    return {f"{prefix}decided": n[: size * steps], f"{prefix}successes": successes[: size * steps]}


def no_history(context: Context, data: pd.DataFrame) -> tuple[Text, ...]:
    """Says so where only orders can be told, no steps before them."""
    if len(steps_of(context)) > 1 and set(data["step"]) <= {WIN}:
        return (text("Steps between milestones need stage history; this export shows only how deals ended."),)
    return ()


def longer(context: Context) -> tuple[Text, ...]:
    """Says so where more than the report's period is looked at."""
    if context.year == context.period:
        return ()
    return (
        text(
            "Looked at is {year}: {period} alone has too few deals to tell people apart.",
            year=context.year,
            period=context.period,
        ),
    )
