"""What sections on conversion share: how many deals were decided by whom at which step, and how they compare."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies.anomalies import Anomalies, in_one_family, longest
from salesreport.kpi.anomalies.decided import WIN, Decisions, Step, decisions
from salesreport.kpi.anomalies.sentences import points
from salesreport.language import Month, Text, text
from salesreport.period import Period
from salesreport.report.context import Context
from salesreport.report.rows import records
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


Finding = tuple[Anomalies, pd.Series]
"""A flagged comparison, and those it is of."""


class Spans(NamedTuple):
    """The same comparisons over two spans, of one family: what is reported holds for all of them together.

    Attributes:
        year: the report's period, or where it is shorter the twelve months up to its end.
        longest: the longest span up to then that the data know; None where that is hardly more.
    """

    year: Anomalies
    longest: Anomalies | None

    @property
    def both(self) -> tuple[Anomalies, ...]:
        """Those that there are, the year first."""
        return (self.year,) if self.longest is None else (self.year, self.longest)


def comparison(context: Context) -> Spans:
    """The comparisons that a subject is part of: reps with reps, teams with teams …; worked out once.

    Raises:
        Unavailable: nothing was decided, or there is nobody to compare with.
    """
    dimension = context.subject.dimension
    return compared(context, None if dimension in (None, "rep_id") else (dimension,))


def compared(
    context: Context, by: tuple[str, ...] | None = None, where: Mapping[str, Sequence[str]] | None = None
) -> Spans:
    """The year and the longest span; arguments and errors are those of `in_one_family`."""
    facts, file = context.facts, context.shared.process
    more = longest(facts, file, context.year)
    periods = (context.year,) if more is None else (context.year, more)
    found = in_one_family(facts, file, periods, by, where=where, shown=True)
    return Spans(found[0], found[1] if more is not None else None)


def findings_of(spans: Spans, rows: Sequence[pd.DataFrame]) -> list[Finding]:
    """What is flagged, those with most at stake first; what both spans say is said of the clearer one.

    Args:
        spans: the comparisons. rows: those of either that concern a report, as in `Anomalies.frame`.
    """
    listed: dict[Hashable, Finding] = {}
    for found, frame in zip(spans.both, rows, strict=True):
        flagged = [place for place, flag in enumerate(frame["flag"].tolist()) if flag in ("worse", "better")]
        for _, row in frame.take(flagged).iterrows() if flagged else ():
            what = (row[found.family.by], row["step"], row["flag"], *found.part(row).items())
            if what not in listed or row["q"] < listed[what][1]["q"]:
                listed[what] = (found, row)
    return sorted(listed.values(), key=lambda one: (-np.nan_to_num(one[1]["at_stake"], nan=-1.0), one[1]["q"]))


def in_other_span(spans: Spans, rows: Sequence[pd.DataFrame], finding: Finding) -> Finding | None:
    """The same group, step and part over the other span; None where there is none."""
    found, row = finding
    for other, frame in zip(spans.both, rows, strict=True):
        if other is not found:
            same = (frame["step"] == row["step"]) & (frame[found.family.by] == row[found.family.by])
            for _, one in frame[same].iterrows():
                if other.part(one) == found.part(row):
                    return other, one
    return None


def said_of_other(spans: Spans, rows: Sequence[pd.DataFrame], finding: Finding) -> Text | None:
    """What the other span says of a finding."""
    other = in_other_span(spans, rows, finding)
    if other is None or np.isnan(other[1]["p"]):
        return None
    found, row = other
    if row["flag"] == "none":
        return text("{period}: not distinguishable.", period=found.period)
    return text("{period}: {points}.", period=found.period, points=points(row))


def since_when(found: Anomalies) -> Text:
    """A longest span, by the month it begins with."""
    return text("since {month}", month=Month(found.period.start))


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
    there = set(context.shared.whole(None, key, decided_by(context))["step"])
    mine = {row["step"]: row for row in records(context.shared.rows(context.subject, key, decided_by(context)))}
    order = [step.key for step in steps_of(context) if step.key in there]
    counts = {name: [mine.get(step, _NONE)[name] for step in order] for name in _NONE}
    return pd.DataFrame({"step": pd.Series(order, dtype="str"), **counts})


_NONE = dict.fromkeys(("decided", "successes", "before_decided", "before_successes"), 0.0)
"""The counts of a step at which somebody decided nothing."""


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


def longer(context: Context, spans: Spans | None = None) -> tuple[Text, ...]:
    """Says so where more than the report's period is looked at."""
    more = spans.longest if spans is not None else None
    if context.year == context.period:
        return () if more is None else (text("Looked at are {year} and {longest}, all that the data know.",
                                             year=context.year, longest=more.period),)  # fmt: skip
    fields: dict[str, Any] = {"year": context.year, "period": context.period}
    if more is None:
        return (text("Looked at is {year}: {period} alone has too few deals to tell people apart.", **fields),)
    return (
        text(
            "Looked at are {year} and {longest}, all that the data know: {period} alone has too few deals to tell "
            "people apart.",
            longest=more.period,
            **fields,
        ),
    )
