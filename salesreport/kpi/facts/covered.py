"""From which day on the data know of a kind of events, and which periods that leaves known in part."""

import datetime as dt
from collections.abc import Iterable

import numpy as np

from salesreport.kpi.facts.facts import DAYS, Dated, Facts
from salesreport.kpi.facts.kinds import ORDERS, SOLD, Kind
from salesreport.period import Period

USUAL_GAPS = 5
"""Where the first event comes later than so many usual gaps after a period's first day, the data begin within it:
of events that come by chance, one in 150 keeps waiting so long (e⁻⁵)."""

MOST_MISSING = 0.25
"""… and wherever more than this part of the period is without any: however few there are, nobody can tell."""


def begins_within(facts: Facts, kinds: Iterable[Kind], period: Period, *, sure: bool = True) -> dt.date | None:
    """The first day of a kind of events where that is well inside a period, so that it is no whole one; else None.

    The usual gap is that between one day with such an event and the next, on the mean: where deals are few, a
    first one that comes late does not tell that the data begin there. What is not told here is still worth a
    word: `sure=False`.

    Args:
        kinds: what is counted; of several, the one that begins last decides.
        sure: whether the usual gap counts; without it, also a day that may be the first by chance.
    """
    found = [_begins_within(facts, dated(facts, kind), period, sure) for kind in kinds]
    return max((day for day in found if day is not None), default=None)


def slack(period: Period) -> dt.timedelta:
    """By how much a first event may come later than a period that the data know as a whole: days without any.

    A tenth of the period, or ten days where that is less: there are weekends and holidays.
    """
    return dt.timedelta(min(period.days // 10, 10))


def dated(facts: Facts, kind: Kind) -> Dated | None:
    """What the facts call events of a kind; of sales, what tells of them; None where no table dates them."""
    if kind.name == SOLD.name:
        return ORDERS.dated if facts.columns.has("orders") else "closed"
    return kind.dated


def _begins_within(facts: Facts, name: Dated | None, period: Period, sure: bool) -> dt.date | None:
    if name is None or not facts.columns.has(*DAYS[name]):
        return None
    first = facts.begin(name)
    if first is None or not period.start < first <= period.end:
        return None
    waited = (first - period.start).days
    by_chance = min(USUAL_GAPS * _usual_gap(facts, name), MOST_MISSING * period.days) if sure else 0.0
    if waited <= max(slack(period).days, by_chance):
        return None
    return first


def _usual_gap(facts: Facts, name: Dated) -> float:
    """The mean number of days from one day with an event to the next; infinite where there is only one."""

    def find() -> float:
        days = facts.days(name)
        days = np.unique(days[~np.isnat(days) & (days <= np.datetime64(facts.as_of, "D"))])
        if len(days) < 2:
            return float("inf")
        return float((days[-1] - days[0]) / np.timedelta64(1, "D") / (len(days) - 1))

    return facts.remember(("usual gap", name), find)
