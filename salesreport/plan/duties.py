"""What a strategy asks for beside the goal: accounts met as often as planned, named accounts, levels that hold."""

import datetime as dt

import numpy as np
import pandas as pd

from salesreport.kpi.customers.customers import customers_of, served_by, why_untold
from salesreport.kpi.facts.columns import taken
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.period import Period
from salesreport.plan.strategy import Level, Strategy

CADENCE = ("rep_id", "segment", "status", "type", "accounts", "a_year", "planned", "outcome")
NAMED = ("rep_id", "account_id", "outcome", "until", "contacts", "last_contact")


def cadence_of(facts: Facts, strategy: Strategy, period: Period) -> pd.DataFrame:
    """How often each rep's accounts are to be met in a period (S3).

    An account is a customer once it has ordered (or a deal was won) by the as-of date, before that a prospect.

    Returns:
        A row per rep, segment, status and type: `CADENCE`; `accounts`: how many; `a_year`: how often each;
        `planned`: accounts × a year × days of the period ÷ 365.25, activities.

    Raises:
        Unavailable: the data know of no customers, or of nobody who serves them.
    """
    if not strategy.activities:
        return pd.DataFrame(columns=list(CADENCE))
    why = why_untold(facts)
    if why is not None:
        raise Unavailable(why)
    customers = customers_of(facts)
    segment = taken(facts.dimensions.of("accounts", "segment"), customers.row)
    frame = pd.DataFrame(
        {
            "rep_id": pd.Series(served_by(facts, facts.as_of)).astype(object),
            "segment": pd.Series(segment).astype(object),
            "status": np.where(have_bought(facts, facts.as_of), "customer", "prospect"),
        }
    ).dropna(subset=["rep_id"])
    rows = []
    for one in strategy.activities:
        here = frame
        if one.segment is not None:
            here = here[here["segment"] == one.segment]
        if one.status is not None:
            here = here[here["status"] == one.status]
        for rep, number in here["rep_id"].value_counts(sort=False).sort_index().items():
            planned = number * float(one.a_year) * period.days / 365.25
            rows.append((rep, one.segment, one.status, one.type, number, float(one.a_year), planned, one.outcome))
    made = pd.DataFrame(rows, columns=list(CADENCE)).sort_values("rep_id", kind="stable", ignore_index=True)
    return made.astype({"segment": object, "status": object}).where(made.notna(), None)


def named_accounts(facts: Facts, strategy: Strategy) -> pd.DataFrame:
    """The accounts a strategy names, with who serves them and when they were last met.

    Returns:
        `NAMED`: `rep_id` as the strategy says, else who serves it; `until`: by when; `contacts`: roles, with
        commas; `last_contact`: the day of the last activity by the as-of date.
    """
    if not strategy.accounts:
        return pd.DataFrame(columns=list(NAMED))
    customers = customers_of(facts)
    serving = pd.Series(served_by(facts, facts.as_of), index=customers.ids).astype(object)
    last = pd.Series(dtype=object)
    if "activities" in customers.of:
        day = facts.columns.days("activities", "done_at")
        known = pd.DataFrame({"account": customers.of["activities"], "day": day})
        known = known[(known["account"] >= 0) & (known["day"] <= pd.Timestamp(facts.as_of))]
        last = known.groupby("account")["day"].max()
    rows = []
    for one in strategy.accounts:
        place = customers.ids.get_indexer([one.account])[0]
        rep = one.rep or (serving.iloc[place] if place >= 0 else None)
        met = last.get(place)
        rows.append((rep, one.account, one.outcome, one.until, ", ".join(one.contacts), met and met.date()))
    return pd.DataFrame(rows, columns=list(NAMED))


def levels_of(
    strategy: Strategy | None, rep: str, activity: str, start: dt.date, end: dt.date
) -> tuple[int, float]:
    """On how many days of a stretch planned levels hold for a rep's activity, and how much they ask for.

    Examples:
        >>> level = {"activity": "call", "a_week": 14, "from": "2026-01-05", "weeks": 2}
        >>> made = Strategy(name="S", goal={"2026": 1}, levels=[level])
        >>> levels_of(made, "R1", "call", dt.date(2026, 1, 12), dt.date(2026, 3, 31))
        (7, 14.0)
    """
    held, asked = 0, 0.0
    for level in strategy.levels if strategy is not None else ():
        if level.activity == activity and (not level.reps or rep in level.reps):
            days = _overlap(level, start, end)
            held += days
            asked += float(level.a_week) * days / 7
    return held, asked


def _overlap(level: Level, start: dt.date, end: dt.date) -> int:
    last = level.since + dt.timedelta(7 * level.weeks - 1)
    return max(0, (min(end, last) - max(start, level.since)).days + 1)


def have_bought(facts: Facts, day: dt.date) -> np.ndarray:
    """Which customers have ordered, or had a deal won, by the end of a day; the others are prospects."""
    customers, on = customers_of(facts), np.datetime64(day, "D")
    bought = np.zeros(len(customers.ids) + 1, bool)  # the last place is for rows without a customer
    if "orders" in customers.of:
        bought[customers.of["orders"][facts.columns.days("orders", "ordered_on") <= on]] = True
    if "deals" in customers.of:
        bought[customers.of["deals"][facts.known(day).won]] = True
    return bought[:-1]
