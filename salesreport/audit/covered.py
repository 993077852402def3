"""Try coverage out on the past: did quarters that began with less than is asked for miss their target?

A company has few quarters, its reps have many: each rep's coverage on the eve of a quarter stands against the
target of the same rep, quarter by quarter, and intervals rest on reps. Only where reps have no targets does the
company's own count, and its quarters are mostly too few.
"""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.audit.backtest import Panel, compare, told
from salesreport.audit.model import Backtest, Looked
from salesreport.audit.open_deals import open_on, reps_of
from salesreport.audit.quarters import complete_quarters
from salesreport.kpi.compute import compute
from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.known import MOST_UNKNOWN
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.targets import targets_for
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period

QUARTERS = 12
"""So many complete quarters are looked at, at most; the latest ones."""

BY_QUARTER = text("quarter")
"""What reps are compared within."""


class Begun(NamedTuple):
    """Quarters with a revenue target, of reps or of the company; one element each.

    Attributes:
        quarter: a number from 0. rep: a number, −1: the company. coverage: open amounts on the eve ÷ target.
        missed: whether less than the target came.
    """

    quarter: Numbers
    rep: Numbers
    coverage: Numbers
    missed: Numbers


def attained(looked: Looked, period: Period) -> tuple[list[str], Numbers, Text | None]:
    """The reps who had a revenue target in a quarter, and which part of it they reached; why there are none."""

    def make() -> tuple[list[str], Numbers, Text | None]:
        table = compute(looked.facts, period, ["attainment"], by=("rep_id",), as_of=period.end)
        rows = table.frame.dropna(subset=["rep_id", "value"])
        rows = rows[~rows["rep_id"].isin(list(looked.facts.not_people))]
        return rows["rep_id"].tolist(), rows["value"].to_numpy(float), table.unavailable.get("attainment")

    return looked.facts.remember(("audit attained", period), make)


def tried_coverage(looked: Looked, least: float) -> Backtest:
    """Whether quarters that began with a coverage below `least` missed their target more often than others."""
    outcome = text(
        "missed their revenue target (quarters that began with a coverage below {limit})",
        limit=Quantity(least, "times", 0),
    )
    panel, days = panel_of_quarters(looked, least)
    if panel is None:
        why = text("no earlier quarter is known that had a target, with the deals open on its eve")
        return Backtest(outcome=outcome, why=why)
    alike = (BY_QUARTER,) if (panel.rep >= 0).any() else ()
    return told(compare(panel), outcome, days, alike, few=_few)


def panel_of_quarters(looked: Looked, least: float) -> tuple[Panel | None, tuple[dt.date, ...]]:
    """The quarters that `tried_coverage` compares, and their first days; None: there is nothing to look at."""
    quarters = complete_quarters(looked, looked.facts.begin("created"), QUARTERS)
    begun = _begun(looked, quarters, _of_reps) or _begun(looked, quarters, _of_company)
    if begun is None:
        return None, ()
    number, rep = begun.quarter.astype(np.intp), begun.rep.astype(np.intp)
    nothing = np.zeros(len(rep), np.intp)
    # the company's own quarters are compared with each other, for none has a second one beside it
    look = np.where(rep >= 0, number, nothing)
    panel = Panel(np.arange(len(rep)), rep, look, nothing, begun.coverage < least, begun.missed > 0)
    return panel, tuple(quarters[one].start for one in np.unique(number))


def _few(n: int, flagged: bool) -> Text:
    if flagged:
        return ntext("only {n} quarter began so", "only {n} quarters began so", n=n)
    return ntext("only {n} quarter began otherwise", "only {n} quarters began otherwise", n=n)


def _begun(
    looked: Looked, quarters: list[Period], of: Callable[[Looked, Period], tuple[Numbers, Numbers, Numbers]]
) -> Begun | None:
    parts = []
    for number, period in enumerate(quarters):
        try:
            rep, coverage, missed = of(looked, period)
        except Unavailable:
            continue
        if len(rep):
            parts.append((np.full(len(rep), float(number)), rep, coverage, missed))
    return Begun(*map(np.concatenate, zip(*parts, strict=True))) if parts else None


def _of_reps(looked: Looked, period: Period) -> tuple[Numbers, Numbers, Numbers]:
    """Of the reps with a target: who, coverage, whether it was missed."""
    frame = targets_for(looked.facts, period, "revenue", ("rep_id",)).frame
    target = frame.set_index(frame["rep_id"].astype("str"))["value"].astype(float)
    everybody = reps_of(looked.facts).astype("str")
    worth = pd.Series(_open_amounts(looked, period)[:-1], everybody)
    reps, reached, _ = attained(looked, period)
    names = [one for one in reps if target.get(one, 0.0) > 0]
    at = everybody.get_indexer(pd.Index(names, dtype="str"))
    known = pd.Series(reached, reps)[names].to_numpy(float)
    coverage = (worth.reindex(names).fillna(0.0) / target[names]).to_numpy(float)
    # a rep without any deal ever has no number there; anyone's own will do
    who = np.where(at >= 0, at, len(worth) + np.arange(len(at))).astype(float)
    return who, coverage, (known < 1).astype(float)


def _of_company(looked: Looked, period: Period) -> tuple[Numbers, Numbers, Numbers]:
    target = float(targets_for(looked.facts, period, "revenue").frame["value"].sum(skipna=False))
    table = compute(looked.facts, period, ["revenue"], as_of=period.end)
    if not target > 0 or "revenue" in table.unavailable:
        raise Unavailable(text("the revenue target of {period} is reached, or not known", period=period))
    came = float(np.nan_to_num(table.frame["value"].iloc[0]))
    return (
        np.array([-1.0]),
        np.array([_open_amounts(looked, period).sum() / target]),
        np.array([came < target], float),
    )


def _open_amounts(looked: Looked, period: Period) -> Numbers:
    """The amounts open on the eve of a quarter, by rep as `reps_of` numbers them; the last: nobody's.

    Raises:
        Unavailable: nobody knows which deals were open then, or what they were worth.
    """
    one = open_on(looked.facts, (np.datetime64(period.start, "D") - 1).item())
    if one.partial is not None:
        raise Unavailable(one.partial)
    if np.isnan(one.amount).sum() > MOST_UNKNOWN * len(one.amount):
        raise Unavailable(text("needs amounts of open deals; none is known on {day}", day=one.day))
    size = len(reps_of(looked.facts))
    owner = np.where(one.rep >= 0, one.rep, size)
    return np.bincount(owner, np.nan_to_num(one.amount), size + 1).astype(np.float64)
