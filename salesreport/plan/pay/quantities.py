"""What is paid for: the figures of reps, exact, and the deals and orders that make them up."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.compute import compute, contract
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.pay.amounts import quantity
from salesreport.plan.pay.model import Component

SUMS = {"revenue": "amount", "units": "units", "gross_profit": "gross_profit", "deals_won": None}
"""Metrics that are sums over orders or deals won, and the column that is summed (None: they are counted)."""


class Item(NamedTuple):
    """A deal or an order that counts for a rep.

    Attributes:
        id: of the order or deal. on: the day. value: all of it. share: the rep's part of it.
    """

    id: str
    on: dt.date
    value: Decimal
    share: Decimal

    @property
    def credited(self) -> Fraction:
        """What counts for the rep."""
        return Fraction(self.value) * Fraction(self.share)


class Counted(NamedTuple):
    """What a component counts in a period.

    Attributes:
        values: rep → quantity; a rep of whom nothing is known is not in it. items: rep → what makes it up; empty
            for metrics that are no sums. additive: whether a rep without any event has a quantity of zero.
        why_none: rep → why nothing is known. why: the same of everybody. money: whether it is money.
    """

    values: Mapping[str, Decimal]
    items: Mapping[str, tuple[Item, ...]]
    additive: bool
    money: bool
    why_none: Mapping[str, Text] = {}
    why: Text | None = None

    def of(self, rep: str) -> Decimal | None:
        """A rep's quantity; None: nothing is known."""
        if rep in self.why_none or self.why is not None:
            return None
        return self.values.get(rep, Decimal(0) if self.additive else None)


def counted(facts: Facts, period: Period, component: Component) -> Counted:
    """What a component counts for each rep from the first day of a period to the as-of date.

    Sums are made here again of their deals and orders, exactly, and are asserted to be what the metric says.

    Args:
        facts: what happened, seen from a day. period: when; of one that has not begun nothing counts yet.
    """
    metric = contract(component.counted, facts)
    money = metric.unit == "money"
    if period.start > facts.as_of:
        return Counted({}, {}, metric.additive or component.counted in SUMS, money)
    table = compute(facts, period, [metric.key], by=("rep_id",), where=component.where)
    additive = metric.additive or component.counted in SUMS or metric.key.startswith("activity")
    if metric.key in table.unavailable:
        return Counted({}, {}, additive, money, why=table.unavailable[metric.key])
    figures = table.frame[table.frame["rep_id"].notna()]
    known = figures[figures["value"].notna()]
    values = {rep: quantity(value, money) for rep, value in zip(known["rep_id"], known["value"], strict=True)}
    missing = {place[1]: why for place, why in table.missing.items() if place[1] is not None}
    for rep in set(figures["rep_id"]) - set(values) - set(missing):
        missing[rep] = text("there is nothing to work the figure out of")
    if component.counted not in SUMS:
        return Counted(values, {}, additive, money, missing)
    items = items_of(facts, period, component)
    exact = {rep: quantity(sum_of(some), money) for rep, some in items.items()}
    for rep, value in values.items():
        assert abs(exact.get(rep, Decimal(0)) - value) <= Decimal("0.01"), "items do not make up the figure"
    return Counted({rep: exact.get(rep, Decimal(0)) for rep in values}, items, additive, money, missing)


def sum_of(items: tuple[Item, ...]) -> Fraction:
    """What items count together, exactly."""
    return sum((item.credited for item in items), Fraction(0))


def items_of(facts: Facts, period: Period, component: Component) -> dict[str, tuple[Item, ...]]:
    """The deals or orders that a component counts for each rep, by day."""
    by_order = component.counted != "deals_won" and facts.columns.has("orders")
    frame = facts.orders(period) if by_order else facts.closed(period)
    if not by_order:
        frame = frame[frame["won"]]
    for name, values in component.where.items():
        frame = frame[frame[name].isin(list(values)).to_numpy()]
    column = SUMS[component.counted]
    frame = frame[frame["rep_id"].notna().to_numpy() & (frame["share"] > 0)]
    value = np.ones(len(frame)) if column is None else frame[column].to_numpy(np.float64)
    ids = frame["order_id" if by_order else "deal_id"]
    made: dict[str, list[Item]] = {}
    for rep, name, on, worth, share in zip(
        frame["rep_id"].astype("str"), ids, pd.to_datetime(frame["on"]), value, frame["share"], strict=True
    ):
        if not np.isnan(worth):
            item = Item(str(name), on.date(), exactly(worth), exactly(share))
            made.setdefault(rep, []).append(item)
    return {rep: tuple(sorted(some, key=lambda one: (one.on, one.id))) for rep, some in made.items()}


def exactly(value: float) -> Decimal:
    """A number of the data as it was written there.

    Examples:
        >>> exactly(0.1), exactly(5.0)
        (Decimal('0.1'), Decimal('5'))
    """
    made = Decimal(repr(float(value)))
    return made.quantize(Decimal(1)) if made == made.to_integral_value() else made
