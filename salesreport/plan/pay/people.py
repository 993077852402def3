"""Who is on a pay plan in a period, and what it promises each of them."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from salesreport.kpi.compute import contract
from salesreport.kpi.facts.called import matching
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.targets import targets_for
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.pay.amounts import CENT, quantity, rounded
from salesreport.plan.pay.earning import Terms
from salesreport.plan.pay.model import Component, PayPlan, Person


class Member(NamedTuple):
    """Somebody on the plan.

    Attributes:
        rep_id, name: who. share: the part of the period's days that the rep is there. days: those days.
        person: what holds for the rep alone.
    """

    rep_id: str
    name: str
    share: Fraction
    days: int
    person: Person | None


def members(plan: PayPlan, facts: Facts, period: Period) -> dict[str, Member]:
    """The reps on a plan who are at work on a day of a period, by id, in the order of their names."""
    here = facts.active(period)
    if here.empty:  # nobody says who works when: everybody who ever sold something
        here = facts.placed(facts.reps, min(period.end, facts.as_of))
    here = here[~here["rep_id"].isin(facts.not_people)]
    for name, values in plan.where.items():
        if name == "rep":
            ids = {rep for value in values for rep in matching(value, facts.names)}
            here = here[here["rep_id"].isin(ids)]
        else:
            here = here[here[name].astype("str").isin(list(values))]
    persons = {rep: one for one in plan.people for rep in matching(one.rep, facts.names)}
    found = {}
    for row in here.sort_values(["name", "rep_id"]).to_dict("records"):
        days = _days(row["hired_on"], row["left_on"], period)
        share = Fraction(days, period.days) if plan.prorate else Fraction(1)
        found[row["rep_id"]] = Member(row["rep_id"], row["name"], share, days, persons.get(row["rep_id"]))
    return found


def _days(hired: pd.Timestamp, left: pd.Timestamp, period: Period) -> int:
    first = period.start if pd.isna(hired) else max(period.start, hired.date())
    last = period.end if pd.isna(left) else min(period.end, left.date())
    return max(0, (last - first).days + 1)


def terms_of(plan: PayPlan, facts: Facts, period: Period, people: dict[str, Member]) -> dict[str, Terms]:
    """What a plan promises each of some reps in a period."""
    listed = {one.key: _targets(facts, period, one) for one in plan.components if one.whose_quota == "targets"}
    return {rep: _terms(plan, member, listed) for rep, member in people.items()}


Listed = tuple[dict[str, Decimal], Text]
"""Rep → quota, and why others have none."""


def _targets(facts: Facts, period: Period, component: Component) -> Listed:
    """The rows of table targets that are quotas of a component."""
    metric = contract(component.counted, facts)
    try:
        found = targets_for(
            facts, period, metric.key, ("rep_id",), component.where, additive=metric.additive, called=metric.title
        )
    except Unavailable as problem:
        return {}, problem.reason
    money = metric.unit == "money"
    known = found.frame.dropna(subset=["rep_id", "value"])
    return {row.rep_id: quantity(row.value, money) for row in known.itertuples() if row.value > 0}, found.missing


def _terms(plan: PayPlan, member: Member, listed: dict[str, Listed]) -> Terms:
    person, share = member.person, member.share
    pay = person.target_pay if person is not None and person.target_pay is not None else plan.target_pay
    if pay is not None:
        pay = rounded(share * Fraction(pay), plan.rounding.lines, plan.rounding.how)
    quotas, why = {}, {}
    for one in plan.components:
        own = person.quotas.get(one.key) if person is not None else None
        given = own if own is not None else one.whose_quota
        if isinstance(given, Decimal):
            quota = rounded(share * Fraction(given), CENT)
        elif given == "targets":
            known, missing = listed[one.key]
            if member.rep_id not in known:
                why[one.key] = missing
                continue
            quota = known[member.rep_id]
        else:
            continue
        if quota:
            quotas[one.key] = quota
        else:
            why[one.key] = text("the quota is zero")
    draw = person.draw if person is not None and person.draw is not None else plan.draw
    if draw is not None:
        amount = rounded(share * Fraction(draw.amount), plan.rounding.lines, plan.rounding.how)
        draw = draw.model_copy(update={"amount": amount})
    if plan.objectives and pay is None:
        why |= {one.key: text("nothing says what the rep's target pay is") for one in plan.objectives}
    return Terms(pay, quotas, draw, share, why)


def first_day(plan: PayPlan, facts: Facts) -> dt.date | None:
    """The first day of a plan; None: it does not say.

    Raises:
        ConfigError: that is no period.
    """
    return None if plan.since is None else facts.dataset.period(plan.since).start
