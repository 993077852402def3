"""Accounts met as often as planned (S3), those planned by name, and what came of activities."""

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.customers.customers import customers_of, served_by, why_untold
from salesreport.kpi.facts.columns import Days, Flags, Positions, taken
from salesreport.kpi.facts.dimensions import PEOPLE
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.duties import have_bought
from salesreport.plan.strategy import Strategy
from salesreport.plan.written import PlanRead

YEAR = 365.25

SERVED = (
    "rep_id", "account_id", "segment", "status", "type", "a_year", "days", "due", "done", "served", "last_contact",
)  # fmt: skip
NAMED = ("rep_id", "account_id", "segment", "outcome", "until", "contacts", "done", "last_contact")

FREQUENCIES: dict[str, Text] = {
    "above": text("more often than planned"),
    "at": text("as often as planned"),
    "below": text("less often than planned"),
    "never": text("not at all"),
}
"""How often an account was met, by key."""


class _Rule(NamedTuple):
    """How often which accounts are to be met. rep: of one rep's plan; None: everybody's."""

    rep: str | None
    segment: str | None
    status: str | None
    type: str
    a_year: float


def applies(strategy: Strategy | None, period: Period) -> bool:
    """Whether a strategy has a goal for days of a period: its frequencies hold then."""
    if strategy is None:
        return False
    goals = (Period.parse(written) for written in strategy.goal)
    return any(goal.start <= period.end and period.start <= goal.end for goal in goals)


def served(facts: Facts, period: Period, plan: PlanRead | None, strategy: Strategy | None) -> pd.DataFrame:
    """Each account that is to be met so and so often, and how often it was.

    Who serves an account, and whether it is a customer, is as on the day before the period. It was met as often as
    planned when it was met as many times as are due: `a_year` × days ÷ 365.25, in whole times, at least one. Where
    less than one is due in the period, as many days up to its end count as it takes (`days`). Whoever met it
    counts.

    Args:
        facts: what happened. period: the period. plan: whose frequencies count, by rep; else those of
        strategy: where it has a goal then.

    Returns:
        A row per account and rule, `SERVED`: `due` and `done` times, `served`: a key of `FREQUENCIES`,
        `last_contact`: the day of the last activity of any type by the period's end.

    Raises:
        Unavailable: nothing is planned so, or the data do not tell who was met.
    """
    rules = _rules(plan, strategy if applies(strategy, period) else None)
    if not rules:
        raise Unavailable(text("no plan says how often accounts are to be met"))
    met = _met(facts)
    eve, end = period.start - dt.timedelta(1), min(period.end, facts.as_of)
    customers = customers_of(facts)
    segment = taken(facts.dimensions.of("accounts", "segment"), customers.row).astype(object)
    rep = served_by(facts, eve).astype(object)
    status = np.where(have_bought(facts, eve), "customer", "prospect")
    last = _last(met, len(customers.ids), end)
    parts = []
    for rule in rules:
        days = max((end - period.start).days + 1, math.ceil(YEAR / rule.a_year))
        due = max(1, round(rule.a_year * days / YEAR))
        here = ~pd.isna(rep)
        for wanted, column in ((rule.rep, rep), (rule.segment, segment), (rule.status, status)):
            if wanted is not None:
                here &= np.asarray(column == wanted, bool)
        inside = met.of_type(rule.type) & met.within(end - dt.timedelta(days - 1), end)
        done = np.bincount(met.account[inside], minlength=len(customers.ids))
        rows = np.flatnonzero(here)
        parts.append(
            pd.DataFrame(
                {
                    "rep_id": rep[rows], "account_id": customers.ids[rows], "segment": segment[rows],
                    "status": status[rows], "type": rule.type, "a_year": rule.a_year, "days": days, "due": due,
                    "done": done[rows], "served": [frequency(n, due) for n in done[rows].tolist()],
                    "last_contact": last[rows],
                },
                columns=list(SERVED),
            )
        )  # fmt: skip
    made = pd.concat(parts, ignore_index=True)
    return made.sort_values(["rep_id", "account_id", "type"], kind="stable", ignore_index=True)


def frequency(done: int, due: int) -> str:
    """A key of `FREQUENCIES`.

    Examples:
        >>> frequency(0, 2), frequency(1, 2), frequency(2, 2), frequency(3, 2)
        ('never', 'below', 'at', 'above')
    """
    return "never" if not done else "below" if done < due else "at" if done == due else "above"


def named(facts: Facts, period: Period, plan: PlanRead | None, strategy: Strategy | None) -> pd.DataFrame:
    """The accounts that are planned by name, and whether they were met at all.

    Returns:
        `NAMED`: `done`: activities in the period (NaN: the data do not tell), `last_contact`: by its end.
    """
    wanted: list[dict[str, Any]] = []
    if plan is not None:
        wanted = plan.accounts.to_dict("records")
    elif strategy is not None and applies(strategy, period):
        wanted = [
            {
                "rep_id": one.rep, "account_id": one.account, "outcome": one.outcome, "until": one.until,
                "contacts": ", ".join(one.contacts),
            }
            for one in strategy.accounts
        ]  # fmt: skip
    if not wanted:
        return pd.DataFrame(columns=list(NAMED))
    customers, end = customers_of(facts), min(period.end, facts.as_of)
    place = customers.ids.get_indexer([one["account_id"] for one in wanted])
    frame = pd.DataFrame(wanted).reindex(columns=list(NAMED))
    serving = _at(served_by(facts, period.start - dt.timedelta(1)), place)
    frame["rep_id"] = frame["rep_id"].astype(object).where(frame["rep_id"].notna(), serving)
    frame["segment"] = _at(taken(facts.dimensions.of("accounts", "segment"), customers.row), place)
    try:
        met = _met(facts)
    except Unavailable:
        return frame.assign(done=np.nan, last_contact=pd.NaT)
    inside = met.within(period.start, end)
    done = np.append(np.bincount(met.account[inside], minlength=len(customers.ids)), 0)
    last = np.append(_last(met, len(customers.ids), end), np.datetime64("NaT"))
    return frame.assign(done=done[place].astype(float), last_contact=last[place])


def _at(values: pd.Categorical, place: Positions) -> list[str | None]:
    """Values at places; None for none (−1)."""
    known = values.astype(object)
    return [known[at] if at >= 0 and isinstance(known[at], str) else None for at in place.tolist()]


def outcomes(facts: Facts, period: Period, dimension: str | None) -> pd.DataFrame:
    """What came of activities, where that is stated.

    Returns:
        A row per who, `type` and `outcome` (missing: not stated) with `n`; no row where no activity of the data
        states any.
    """
    by = [] if dimension is None else [dimension]
    columns = [*by, "type", "outcome", "n"]
    if not facts.columns.has("activities", "outcome") or not facts.columns.has("activities", "type"):
        return pd.DataFrame(columns=columns)
    if dimension is not None and not facts.dimensions.carries("activities", dimension):
        return pd.DataFrame(columns=columns)
    events = facts.events("activities", period)
    keys = {name: events.dimension(name).astype(object) for name in by}
    keys |= {name: facts.columns.coded("activities", name).take(events.rows) for name in ("type", "outcome")}
    keys = {name: values.astype(object) for name, values in keys.items()}
    counted = pd.DataFrame(keys).groupby([*by, "type", "outcome"], dropna=False, sort=True).size()
    return counted.rename("n").reset_index()[columns].dropna(subset=by)


def whose(frame: pd.DataFrame, facts: Facts, day: dt.date, dimension: str | None, member: str) -> pd.DataFrame:
    """The rows of accounts that belong to one member of a dimension (None: everybody)."""
    if dimension is None:
        return frame.reset_index(drop=True)
    if dimension in ("team", "manager"):
        placed = facts.placed(frame[["rep_id"]].astype("str"), day)[dimension]
        return frame[(placed == member).to_numpy()].reset_index(drop=True)
    if dimension in PEOPLE or dimension == "segment":
        return frame[(frame[dimension] == member).to_numpy()].reset_index(drop=True)
    return frame.iloc[:0]


def _rules(plan: PlanRead | None, strategy: Strategy | None) -> list[_Rule]:
    if plan is not None:
        return [
            _Rule(one["rep_id"], _word(one["segment"]), _word(one["status"]), one["type"], float(one["a_year"]))
            for one in plan.cadence.to_dict("records")
            if one["a_year"] > 0
        ]
    activities: Iterable[Any] = () if strategy is None else strategy.activities
    return [
        _Rule(None, one.segment, one.status, one.type, float(one.a_year)) for one in activities if one.a_year > 0
    ]


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


class _Met(NamedTuple):
    """Activities with customers: account, day and type of each."""

    account: Positions
    day: Days
    type: pd.Categorical

    def within(self, start: dt.date, end: dt.date) -> Flags:
        """Which were on days from start to end."""
        flags: Flags = (self.day >= np.datetime64(start, "D")) & (self.day <= np.datetime64(end, "D"))
        return flags

    def of_type(self, name: str) -> Flags:
        """Which are of a type."""
        return np.asarray(self.type == name, bool)


def _met(facts: Facts) -> _Met:
    why = why_untold(facts)
    if why is not None:
        raise Unavailable(why)
    of = customers_of(facts).of
    if "activities" not in of or not facts.columns.has("activities", "done_at"):
        raise Unavailable(text("no activity names its customer"))
    rows = np.flatnonzero(of["activities"] >= 0)
    return _Met(
        of["activities"][rows],
        facts.columns.days("activities", "done_at")[rows].astype("datetime64[D]"),
        facts.columns.coded("activities", "type").take(rows),
    )


def _last(met: _Met, size: int, end: dt.date) -> Days:
    """The day each customer was last met by the end of a day."""
    last = np.full(size, np.datetime64("0001-01-01", "D"))
    before = met.day <= np.datetime64(end, "D")
    np.maximum.at(last, met.account[before], met.day[before])
    return np.where(last > np.datetime64("0001-01-01", "D"), last, np.datetime64("NaT"))
