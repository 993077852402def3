"""What goals are made of: the strategy shared out over people, segments and product lines, exact to the cent."""

import math
from typing import NamedTuple

import pandas as pd

from salesreport.errors import ConfigError
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import text
from salesreport.period import Period
from salesreport.plan.goals import Goals, roster
from salesreport.plan.shares import parts_of, share_out
from salesreport.plan.strategy import Strategy
from salesreport.report.ahead import coming_period, facts_then, goals_of
from salesreport.report.context import Context

COLUMNS = ("rep_id", "segment", "product_line", "value")
"""The columns of derived goals."""


class MadeOf(NamedTuple):
    """A period's goals.

    Attributes:
        period: whose. strategy: what they follow from. goals: those that count, of everybody.
        frame: a row per rep, segment and product line, `COLUMNS`; those that nobody carries have no rep.
        gaps: of the strategy, see `plan.shares.Shared`. total: the strategy's goal.
    """

    period: Period
    strategy: Strategy
    goals: Goals
    frame: pd.DataFrame
    gaps: pd.DataFrame
    total: float


class Part(NamedTuple):
    """A part of the year: whose goals, and what the strategy wants of it."""

    period: Period
    frame: pd.DataFrame
    total: float


def made_of(context: Context) -> MadeOf:
    """What the goals of the report's period are made of; of the coming one where the strategy begins with it.

    Raises:
        Unavailable: there is no strategy, or it plans neither.
    """
    strategy = context.agreed.strategy
    if strategy is None:
        raise Unavailable(text("no strategy file is given"))
    for period in dict.fromkeys([context.period, coming_period(context)]):
        part = _shared(context, strategy, period)
        if part is not None:
            frame, gaps, total = part
            return MadeOf(period, strategy, goals_of(context, period)[0], frame, gaps, total)
    raise Unavailable(
        text(
            "the strategy plans neither {period} nor {next}",
            period=context.period.label,
            next=context.period.previous(-1).label,
        )
    )


def parts_of_year(context: Context, made: MadeOf) -> list[Part]:
    """The parts that the strategy's seasons make of the year, and everybody's goals in each; none without any."""
    if not made.strategy.seasonality:
        return []
    for written in made.strategy.goal:
        year = Period.parse(written, context.period.fiscal_year_start)
        if year.start <= made.period.start and made.period.end <= year.end:
            spans = [span for span, _ in parts_of(made.strategy, year)]
            shared = [(span, _shared(context, made.strategy, span)) for span in spans]
            return [Part(span, found[0], found[2]) for span, found in shared if found is not None]
    return []


def _shared(
    context: Context, strategy: Strategy, period: Period
) -> tuple[pd.DataFrame, pd.DataFrame, float] | None:
    """Derived goals, gaps and the total; None where the strategy does not plan the period."""
    facts = facts_then(context)

    def find() -> tuple[pd.DataFrame, pd.DataFrame, float] | None:
        try:
            shared = share_out(strategy, roster(facts, period), period)
        except ConfigError:
            return None
        lost = shared.gaps.assign(rep_id=pd.Series(pd.NA, shared.gaps.index, dtype="str"))
        frames = [one.reindex(columns=list(COLUMNS)) for one in (shared.frame, lost) if len(one)]
        frame = pd.concat(frames, ignore_index=True) if frames else shared.frame.reindex(columns=list(COLUMNS))
        return frame, shared.gaps, float(shared.total * shared.quantum)

    return facts.remember(("made of", period, context.agreed.digests.get("strategy")), find)


def of_subject(context: Context, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frame with `rep_id` (and segment, product line) that are the report's subject's."""
    subject = context.subject
    if subject.kind == "company":
        return frame.reset_index(drop=True)
    if subject.kind in ("team", "manager"):
        facts = facts_then(context)
        reps = pd.DataFrame({"rep_id": frame["rep_id"].dropna().unique()})
        placed = facts.placed(reps, context.as_of)
        mine = reps.loc[(placed[subject.kind] == subject.id).to_numpy(bool), "rep_id"]
        return frame[frame["rep_id"].isin(mine)].reset_index(drop=True)
    column = subject.dimension
    assert column is not None
    return frame[(frame[column] == subject.id).fillna(False).to_numpy(bool)].reset_index(drop=True)


def exact_sum(values: pd.Series) -> float:
    """A sum of amounts that are whole cents, to the cent.

    Examples:
        >>> exact_sum(pd.Series([0.1, 0.2]))
        0.3
    """
    return int((values.to_numpy("float64") * 100).round().astype("int64").sum()) / 100


def known_sum(values: pd.Series) -> float:
    """The same; missing where any of them is."""
    return exact_sum(values) if values.notna().all() and len(values) else math.nan
