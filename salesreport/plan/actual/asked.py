"""What was asked for in a period: by the plan file, else by table `targets`; never a part of another period's."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.compute import contract
from salesreport.kpi.facts.dimensions import PEOPLE
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.targets import set_by_segment, targets_for
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.actual.lines import lines_of
from salesreport.plan.written import METRICS, PlanRead

SOURCES: dict[str, Text] = {"plan": text("plan file"), "targets": text("targets")}
"""Who says what is planned."""

ASKED = ("who", "what", "part", "group", "start", "end", "whole", "source")


class Asked(NamedTuple):
    """What was planned.

    Attributes:
        frame: a row per who (of the dimension; empty for the company), metric and part (`all`, or `segment` with
            `group`): the days it is meant for, `whole` (what is planned for all of them) and the `source`.
        reasons: metric → why targets that are there do not count.
    """

    frame: pd.DataFrame
    reasons: Mapping[str, Text]


def asked_of(facts: Facts, period: Period, plan: PlanRead | None, dimension: str | None) -> Asked:
    """Find out what was asked for in a period, of everybody of a dimension (None: the company)."""
    filed = pd.DataFrame(columns=list(ASKED)) if plan is None else _of_file(facts, period, plan, dimension)
    rows, reasons = [], {}
    for what in lines_of(facts):
        try:
            rows += _of_targets(facts, period, what, dimension)
        except Unavailable as problem:
            reasons[what] = problem.reason
    stated = pd.DataFrame(rows, columns=list(ASKED))
    # how many deals a plan takes to be won follows from its goal; what was agreed about them counts before it
    agreed = set(stated.loc[stated["what"] == "deals_won", "who"])
    filed = filed[~((filed["what"] == "deals_won") & filed["who"].isin(agreed))]
    given = set(zip(filed["who"], filed["what"], strict=True))
    more = [pair not in given for pair in zip(stated["who"], stated["what"], strict=True)]
    parts = [one for one in (filed, stated[more]) if len(one)]
    frame = pd.concat(parts, ignore_index=True) if parts else filed
    return Asked(frame.astype({"whole": float}), reasons)


def _of_targets(facts: Facts, period: Period, what: str, dimension: str | None) -> list[dict[str, Any]]:
    by = () if dimension is None else (dimension,)
    found = targets_for(facts, period, what, by, called=contract(what, facts).title)
    rows = _rows(found.frame, period, what, dimension, "all")
    if dimension != "segment" and set_by_segment(facts, what):
        try:
            parts = targets_for(facts, period, what, (*by, "segment")).frame
            rows += _rows(parts, period, what, dimension, "segment")
        except Unavailable:
            pass  # not set by segment, which the whole does not need
    return rows


def _rows(
    frame: pd.DataFrame, period: Period, what: str, dimension: str | None, part: str
) -> list[dict[str, Any]]:
    told = frame.dropna(subset=["value", *([] if dimension is None else [dimension])])
    who = [""] * len(told) if dimension is None else told[dimension].astype(str).tolist()
    group: Sequence[str | None] = [None] * len(told)
    if part == "segment":
        group = [of if isinstance(of, str) else None for of in told["segment"]]
    return [
        {
            "who": one, "what": what, "part": part, "group": of, "start": period.start, "end": period.end,
            "whole": value, "source": "targets",
        }
        for one, of, value in zip(who, group, told["value"].astype(float), strict=True)
        if part == "all" or of is not None
    ]  # fmt: skip


def _of_file(facts: Facts, period: Period, plan: PlanRead, dimension: str | None) -> pd.DataFrame:
    """The lines of a plan file, added up over its reps."""
    rows = [
        (rep, plan.metric, None, period.start, period.end, goal)
        for rep, goal in zip(plan.reps["rep_id"], plan.reps["goal"], strict=True)
    ]
    rows += [
        (one["rep_id"], plan.metric, one["segment"], period.start, period.end, one["goal"])
        for one in plan.segments.to_dict("records")
        if not pd.isna(one["segment"])
    ]
    after = max(plan.as_of + dt.timedelta(1), period.start)
    for step in plan.steps.to_dict("records"):
        by = period.end if step["by"] is None or pd.isna(step["by"]) else min(step["by"], period.end)
        if step["kind"] not in METRICS or pd.isna(step["needed"]) or by < after:
            continue  # too late when the plan was made: nothing was asked for
        segment = None if pd.isna(step["segment"]) else step["segment"]
        what = METRICS[step["kind"]].format(step=step["step"])
        rows.append((step["rep_id"], what, segment, after, by, step["needed"]))
    frame = pd.DataFrame(rows, columns=["rep_id", "what", "group", "start", "end", "whole"])
    frame["group"] = frame["group"].astype(object).where(frame["group"].notna(), None)
    frame["part"] = np.where(frame["group"].isna(), "all", "segment")
    frame = _whose(facts, frame, min(period.end, facts.as_of), dimension)
    keys = ["who", "what", "part", "group"]
    summed = frame.groupby(keys, dropna=False, sort=False).agg(
        start=("start", "min"), end=("end", "max"), whole=("whole", "sum")
    )
    made = summed.reset_index().assign(source="plan")
    made["group"] = made["group"].astype(object).where(made["group"].notna(), None)
    return made[list(ASKED)]


def _whose(facts: Facts, frame: pd.DataFrame, day: dt.date, dimension: str | None) -> pd.DataFrame:
    if dimension is None:
        return frame.assign(who="")
    if dimension == "rep_id":
        return frame.assign(who=frame["rep_id"])
    if dimension == "segment":
        mine = frame[frame["part"] == "segment"]
        return mine.assign(who=mine["group"], part="all", group=None)
    if dimension not in PEOPLE:
        return frame.iloc[:0].assign(who="")
    placed = facts.placed(frame, day)
    return placed.assign(who=placed[dimension].astype(object)).dropna(subset=["who"])
