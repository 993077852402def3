"""Try a flag out on the past: of deals flagged on earlier days, how many came to nothing, against the others.

Each look sees only what was known on its day; what became of a deal is looked up in today's data. A deal is looked
at on several days and reps differ, so intervals rest on reps, or where these are too few on deals
(`salesreport.stats.lift`).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from salesreport.audit.model import Backtest, Estimate, Looked
from salesreport.audit.open_deals import HORIZON, OpenDeals, looks
from salesreport.kpi.facts.columns import Flags, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, ntext, text
from salesreport.stats.lift import Lift, effective_number, lift

Alike = Literal["stage", "age"]
"""What deals have in common that are compared, beside the day they are looked at."""

ALIKE: dict[Alike, Text] = {"stage": text("stage"), "age": text("age")}

FEWEST = 10
"""So many deals must have been flagged, and so many not."""

FEWEST_EACH = 5
"""To so many deals of either side it must have happened, and to so many not, for a ratio with an interval."""

FEWEST_REPS, FEWEST_EFFECTIVE = 6, 4.0
"""With fewer reps, or where these few have nearly all, intervals rest on deals and are true of these reps only."""

_AGES = np.array([30.0, 90.0, 180.0, 365.0])


class Marks(NamedTuple):
    """What a check says of open deals, one element each.

    Attributes:
        flagged: which it flags. judged: of which it can tell; the others are neither flagged nor not.
    """

    flagged: Flags
    judged: Flags


Mark = Callable[[OpenDeals], Marks]
"""Flags open deals by what was known at the end of their day."""


class Panel(NamedTuple):
    """Looks at deals, one row each; what `compare` needs, and nothing of sales.

    Attributes:
        deal, rep: whose look it is; rep −1: nobody's. look: which day. stratum: what is alike, within a look.
        flagged: whether it was flagged then. happened: what became of it.
    """

    deal: Positions
    rep: Positions
    look: Positions
    stratum: Positions
    flagged: Flags
    happened: Flags


class Compared(NamedTuple):
    """What became of the flagged and of the others.

    Attributes:
        lift: the comparison. apart: what its intervals allow to depend on itself.
        flagged, rest: how many deals were flagged at some look, and not flagged at some.
        enough, bounded: whether there are enough deals for a difference, and for a ratio.
    """

    lift: Lift
    apart: Literal["rep", "deal"]
    flagged: int
    rest: int
    enough: bool
    bounded: bool


def compare(panel: Panel, confidence: float = 0.95) -> Compared:
    """Compare what was flagged with what was not, however often each deal is looked at.

    Args:
        panel: the looks. confidence: of the intervals.
    """
    width = int(panel.stratum.max(initial=0)) + 1
    stratum = np.unique(panel.look * width + panel.stratum, return_inverse=True)[1]
    reps = np.bincount(panel.rep[panel.rep >= 0])
    by_rep = (reps > 0).sum() >= FEWEST_REPS and effective_number(reps) >= FEWEST_EFFECTIVE
    # a deal that is nobody's is a cluster of its own
    cluster = np.where(panel.rep >= 0, panel.rep, panel.deal + len(reps)) if by_rep else panel.deal
    found = lift(panel.happened, panel.flagged, stratum, cluster, confidence)
    sides = [
        [len(np.unique(panel.deal[(panel.flagged == side) & (panel.happened == what)])) for what in (True, False)]
        for side in (True, False)
    ]
    flagged, rest = (len(np.unique(panel.deal[panel.flagged == side])) for side in (True, False))
    enough = min(flagged, rest) >= FEWEST and not np.isnan(found.difference_lower)
    bounded = enough and min(map(min, sides)) >= FEWEST_EACH and not np.isnan(found.ratio_lower)
    return Compared(found, "rep" if by_rep else "deal", flagged, rest, bool(enough), bool(bounded))


def backtest(looked: Looked, mark: Mark, alike: Sequence[Alike] = ("stage", "age")) -> Backtest:
    """What became of the deals that a check flagged on earlier days, against those that it did not flag.

    Where the closing dates that were expected on those days are known, only deals count that were due within
    `HORIZON` days; what is not won by then has slipped, or was lost.

    Args:
        looked: what to look at. mark: flags deals. alike: what is compared like with like beside the day; leave
            out what the flag itself goes by.
    """
    outcome = outcome_of(_dated(looked.facts))
    panel, days = panel_of(looked, mark, alike)
    if panel is None:
        return Backtest(outcome=outcome, why=_no_past(looked.facts))
    return told(compare(panel), outcome, days, tuple(ALIKE[one] for one in alike))


def panel_of(looked: Looked, mark: Mark, alike: Sequence[Alike]) -> tuple[Panel | None, tuple[dt.date, ...]]:
    """The looks at deals that `backtest` compares, and their days; None: there is nothing to look at."""
    facts, parts, days = looked.facts, [], []
    due = _dated(facts)
    for number, one in enumerate(looks(facts)):
        try:
            marks = mark(one)
        except Unavailable:
            continue
        counts = marks.judged & (one.expected <= one.on + HORIZON if due else np.ones(len(one.deal), bool))
        if counts.any():
            parts.append(_rows(facts, one, marks, counts, alike, number))
            days.append(one.day)
    if not parts:
        return None, ()
    return Panel(*(np.concatenate(column) for column in zip(*parts, strict=True))), tuple(days)


def _dated(facts: Facts) -> bool:
    """Whether closing dates that were expected on earlier days are known."""
    return any(not np.isnat(one.expected).all() for one in looks(facts))


def outcome_of(due: bool) -> Text:
    """What is counted, as what happened to a part of the deals."""
    if due:
        return ntext(
            "was lost or not won within {n} day, though due by then",
            "was lost or not won within {n} days, though due by then",
            n=HORIZON,
        )
    return ntext("was lost or still open {n} day later", "was lost or still open {n} days later", n=HORIZON)


def _rows(facts: Facts, one: OpenDeals, marks: Marks, counts: Flags, alike: Sequence[Alike], number: int) -> Panel:
    rows = np.flatnonzero(counts)
    stratum = np.zeros(len(rows), np.intp)
    if "stage" in alike:
        stratum = one.stage[rows] + 1
    if "age" in alike:
        age = one.age[rows]
        band = np.where(np.isnan(age), len(_AGES) + 1, np.searchsorted(_AGES, age))
        stratum = stratum * (len(_AGES) + 2) + band
    deal = one.deal[rows]
    closing = facts.closing
    won = closing.won[deal] & (closing.day[deal] <= one.on + HORIZON)
    return Panel(deal, one.rep[rows], np.full(len(rows), number), stratum, marks.flagged[rows], ~won)


def _few_deals(n: int, flagged: bool) -> Text:
    if flagged:
        return ntext("only {n} deal was flagged on those days", "only {n} deals were flagged on those days", n=n)
    return ntext("only {n} deal was not flagged", "only {n} deals were not flagged", n=n)


def told(
    made: Compared,
    outcome: Text,
    days: tuple[dt.date, ...],
    alike: tuple[Text, ...],
    few: Callable[[int, bool], Text] = _few_deals,
) -> Backtest:
    """What a comparison says, or why it says nothing.

    Args:
        made: the comparison. outcome, days, alike: as of `Backtest`.
        few: says how many there are where that is too few, of those flagged or of the others.
    """
    found = made.lift
    if not made.enough:
        least = min(made.flagged, made.rest)
        alone = text("there are none alike of which some were flagged and others not")
        why = few(least, made.flagged <= made.rest) if least < FEWEST else alone
        return Backtest(outcome=outcome, days=days, alike=alike, why=why, apart=made.apart)
    nothing = float("nan")
    ratio = Estimate(found.ratio, found.ratio_lower, found.ratio_upper, made.flagged)
    return Backtest(
        outcome=outcome,
        days=days,
        flagged=Estimate(found.flagged, nothing, nothing, made.flagged),
        rest=Estimate(found.rest, nothing, nothing, made.rest),
        lift=ratio if made.bounded else None,
        difference=Estimate(found.difference, found.difference_lower, found.difference_upper, made.flagged),
        why=None
        if made.bounded
        else text("it happened to nearly all, or to hardly any: there is a difference, but no ratio"),
        alike=alike,
        apart=made.apart,
    )


def _no_past(facts: Facts) -> Text:
    if not looks(facts):
        return ntext(
            "no end of a month is known that lies {n} day back, with deals open then",
            "no end of a month is known that lies {n} days back, with deals open then",
            n=HORIZON,
        )
    return text("what the check goes by is not known of earlier days")
