"""Deals open at the end of days of the past, as they were known then: what checks flag, and are tried out on."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.known import Known, largest
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, ntext, text

HORIZON = 90
"""What becomes of deals is looked up so many days later."""

MOST_LOOKS = 15
"""So many ends of months are looked at, at most; the latest ones."""


class OpenDeals(NamedTuple):
    """The deals open at the end of a day, with what was known of them then; one element per deal.

    Attributes:
        day: the day. deal: row in table `deals`, ascending. rep: a number for its owner then, −1: nobody's.
        stage: a number for its stage then, in `stages_of`; −1: not known. since: the day it came there.
        created: the day it was created. expected: the closing date then expected. amount: its amount then.
        partial: why nobody knows of many other deals whether they were open, too; None: these are all.
    """

    day: dt.date
    deal: Positions
    rep: Positions
    stage: Positions
    since: Days
    created: Days
    expected: Days
    amount: Numbers
    partial: Text | None = None

    @property
    def on(self) -> np.datetime64:
        """The day."""
        return np.datetime64(self.day, "D")

    @property
    def age(self) -> Numbers:
        """Days since each was created; NaN where nobody knows."""
        return (self.on - self.created) / np.timedelta64(1, "D")


def open_on(facts: Facts, day: dt.date) -> OpenDeals:
    """The deals open at the end of a day.

    Raises:
        Unavailable: there are no deals.
    """
    if not facts.columns.has("deals"):
        raise lacks("deals")
    return facts.remember(("open deals", day), lambda: _open_on(facts, day))


def looks(facts: Facts) -> tuple[OpenDeals, ...]:
    """The open deals at the ends of past months of which it is known what became of them within `HORIZON` days.

    Months at whose end no deal was open are left out.
    """
    return facts.remember(
        "audit looks",
        lambda: tuple(one for one in (open_on(facts, day) for day in _month_ends(facts)) if len(one.deal)),
    )


def stages_of(facts: Facts) -> pd.Index:
    """The names of all stages that deals are or were in; `OpenDeals.stage` numbers them."""

    def make() -> pd.Index:
        moves = facts.history.moves
        names = set(facts.columns.coded("deals", "stage").categories)
        names |= set() if moves is None else set(moves.stage.categories)
        names |= set(facts.columns.coded("snapshots", "stage").categories)
        return pd.Index(sorted(names), dtype="str")

    return facts.remember("audit stages", make)


def reps_of(facts: Facts) -> pd.Index:
    """The ids of all who own or owned deals; `OpenDeals.rep` numbers them."""
    reps = facts.dimensions.of("deals", "rep_id").categories
    if facts.owners is not None:
        reps = reps.union(facts.columns.coded("deal_owners", "rep_id").categories)
    return reps


def need_open(now: OpenDeals, judged: Flags | None = None) -> None:
    """Make sure that there are open deals to look at.

    Raises:
        Unavailable: no deal is open, or of none of them it can be told.
    """
    if not len(now.deal):
        raise Unavailable(text("no deal was open on {day}", day=now.day))
    if judged is not None and not judged.any():
        raise Unavailable(
            ntext(
                "it can be told of none: there was {n} open deal on {day}",
                "it can be told of none of the {n} deals open on {day}",
                n=len(now.deal),
                day=now.day,
            )
        )


def _open_on(facts: Facts, day: dt.date) -> OpenDeals:
    # earlier days are looked at once, so what is known of all deals then is not kept
    known = facts.known(day) if day == facts.as_of else Known(facts, day)
    deal = np.flatnonzero(known.open)
    return OpenDeals(
        day,
        deal,
        _coded(largest(known.credit(deal)), reps_of(facts)),
        _coded(known.stage, stages_of(facts))[deal],
        known.stage_since[deal],
        facts.columns.days("deals", "created_on")[deal],
        known.expected_close[deal],
        known.amount[deal],
        known.why_open_unknown,
    )


def _coded(values: pd.Categorical, names: pd.Index) -> Positions:
    """Codes among names that hold all or some of the values; −1: missing."""
    there = np.append(names.get_indexer(values.categories), -1)
    return there[values.codes].astype(np.intp)


def _month_ends(facts: Facts) -> list[dt.date]:
    begin = facts.begin("created")
    if begin is None:
        return []
    last = np.datetime64(facts.as_of, "D") - HORIZON
    months = np.arange(np.datetime64(begin, "M"), last.astype("datetime64[M]") + 1)
    ends = (months + 1).astype("datetime64[D]") - 1
    days: list[dt.date] = ends[ends <= last][-MOST_LOOKS:].tolist()
    return days
