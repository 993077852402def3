"""Money that customers owe at the end of a day, by when it is due, and in which month it comes."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.customers.customers import customers_of
from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.lacking import lacks
from salesreport.period import Period

OVERDUE, SIGNED = (30, 90), (92,)
"""Money overdue is told apart by these ages in days, money signed and not ordered yet by days since signing."""

PARTS = 3
"""Money due is told apart by thirds of the month: what is due at its end and comes late, comes in the next one."""

FIRST_DUE = len(OVERDUE) + 1
"""The kind of money that is due in the first third of the first month."""


class Owed(NamedTuple):
    """Money owed at the end of a day, a row per unpaid order, and per won deal that is not ordered in full.

    Attributes:
        customer: number in `customers_of`; −1: none is named. amount: in the dataset's currency.
        kind: overdue (0: shortest), due in a third of a month (`FIRST_DUE` …) or after the last month, without due
            date, signed (shortest ago first).
        stated: the month it is due by its date, from 0; what is overdue in the first; −1: after the last, or none.
        order, deal: its row in table `orders`, or in table `deals` if it is not ordered yet; else −1.
    """

    customer: Positions
    amount: Numbers
    kind: Positions
    stated: Positions
    order: Positions
    deal: Positions


def months_after(day: dt.date, months: int) -> list[Period]:
    """The months after a day; where it is not a month's last day, the first is the rest of its month.

    Examples:
        >>> [month.name for month in months_after(dt.date(2025, 6, 30), 2)]
        ['2025-07', '2025-08']
        >>> [month.name for month in months_after(dt.date(2025, 6, 18), 2)]
        ['2025-06-19..2025-06-30', '2025-07']
    """
    first = Period.of(day + dt.timedelta(1), "month")
    following = [first.previous(-step) for step in range(months)]
    if first.start <= day:
        following[0] = Period.span(day + dt.timedelta(1), first.end)
    return following


def same_day_before(day: dt.date, months: int) -> dt.date:
    """The day some months earlier that is as far from the end of its month; of a month's last day, the last day.

    Examples:
        >>> same_day_before(dt.date(2025, 4, 30), 2), same_day_before(dt.date(2025, 3, 30), 1)
        (datetime.date(2025, 2, 28), datetime.date(2025, 2, 27))
    """
    month = Period.of(day, "month")
    left, earlier = month.end - day, month.previous(months)
    return max(earlier.end - left, earlier.start)


def kinds_of(months: int) -> int:
    """How many kinds of money owed there are for a number of months."""
    return without_date(months) + 1 + len(SIGNED) + 1


def without_date(months: int) -> int:
    """The kind of money that has no due date; those before it have one, those after it are signed."""
    return FIRST_DUE + PARTS * months + 1


def need_payments(facts: Facts) -> None:
    """Make sure that the data tell when orders are due and paid.

    Raises:
        Unavailable: they do not.
    """
    if not facts.columns.has("orders"):
        raise lacks("orders")
    for column in ("due_on", "paid_on"):
        if not facts.columns.has("orders", column):
            raise lacks("orders", column)


def owed(facts: Facts, day: dt.date, months: int) -> Owed:
    """What is owed at the end of a day, as known then; worked out once.

    Args:
        facts: whose orders and deals. day: nothing later counts. months: how many months ahead are told apart.
    """
    return facts.remember(("owed", day, months), lambda: _owed(facts, day, months))


def paid(facts: Facts, money: Owed, day: dt.date, months: int) -> tuple[Numbers, Numbers]:
    """What came in the months after a day: of the money owed then, and beside it.

    Args:
        facts: whose payments. money: owed at the end of the day. day: the day. months: how many.

    Returns:
        Of each row of `money`, by month; and of each customer (the last: of none), by month, what came that was
        not owed yet. Both add up to all payments of the months, which is asserted.
    """
    columns, periods = facts.columns, months_after(day, months)
    paid_on, amount = columns.days("orders", "paid_on"), columns.numbers("orders", "amount")
    month = _month_of(paid_on, day, periods)
    customers = len(customers_of(facts).ids)
    customer = _customers(facts, "orders")
    from_owed, beside = np.zeros((len(money.amount), months)), np.zeros((customers + 1, months))
    place = np.full(columns.size("orders"), -1)
    of_order = np.flatnonzero(money.order >= 0)
    place[money.order[of_order]] = of_order
    if columns.has("orders", "deal_id") and (money.deal >= 0).any():
        of_deal = np.full(columns.size("deals") + 1, -1)
        of_deal[money.deal[money.deal >= 0]] = np.flatnonzero(money.deal >= 0)
        later = columns.days("orders", "ordered_on") > np.datetime64(day, "D")
        place = np.where(later, of_deal[columns.find("orders", "deal_id", "deals")], place)
    came = np.flatnonzero(month >= 0)
    known, other = came[place[came] >= 0], came[place[came] < 0]
    np.add.at(from_owed, (place[known], month[known]), amount[known])
    np.add.at(beside, (customer[other], month[other]), amount[other])
    whole = np.bincount(month[came], weights=amount[came], minlength=months)
    assert np.allclose(from_owed.sum(axis=0) + beside.sum(axis=0), whole), "payments do not add up"
    return from_owed, beside


def received(facts: Facts, after: dt.date, until: dt.date) -> float:
    """All payments after a day up to the end of another."""
    paid_on = facts.columns.days("orders", "paid_on")
    rows = (paid_on > np.datetime64(after, "D")) & (paid_on <= np.datetime64(until, "D"))
    return float(facts.columns.numbers("orders", "amount")[rows].sum())


def first_payment(facts: Facts) -> dt.date | None:
    """The first day on which a payment is recorded."""
    days = facts.columns.days("orders", "paid_on")
    days = days[~np.isnat(days)]
    return None if not len(days) else pd.Timestamp(days.min()).date()


def _owed(facts: Facts, day: dt.date, months: int) -> Owed:
    columns, on = facts.columns, np.datetime64(day, "D")
    ordered = columns.days("orders", "ordered_on") <= on
    open_orders = np.flatnonzero(ordered & ~(columns.days("orders", "paid_on") <= on))
    due_on = columns.days("orders", "due_on")[open_orders]
    stated = _month_of(due_on, day, months_after(day, months))
    age = (on - due_on).astype("timedelta64[D]").astype(np.float64)
    overdue = due_on <= on
    kind = np.where(
        overdue,
        np.searchsorted(OVERDUE, np.where(overdue, age, 0), side="left"),
        np.where(stated >= 0, FIRST_DUE + PARTS * stated + _third(due_on), FIRST_DUE + PARTS * months),
    )
    kind[np.isnat(due_on)] = without_date(months)
    stated[overdue] = 0
    orders = Owed(
        _customers(facts, "orders")[open_orders],
        columns.numbers("orders", "amount")[open_orders],
        kind,
        stated,
        open_orders,
        np.full(len(open_orders), -1),
    )
    signed = _signed(facts, day, months, ordered)
    return Owed(*(np.concatenate(pair) for pair in zip(orders, signed, strict=True)))


def _signed(facts: Facts, day: dt.date, months: int, ordered: Flags) -> Owed:
    """What is signed and not ordered yet, of deals of which at least the data can tell."""
    columns = facts.columns
    known, rest = facts.known(day), np.zeros(columns.size("deals"))
    if columns.has("orders", "deal_id") and columns.has("deals", "amount"):
        deal = columns.find("orders", "deal_id", "deals")
        rows = np.flatnonzero(ordered & (deal >= 0))
        so_far = np.bincount(deal[rows], weights=columns.numbers("orders", "amount")[rows], minlength=len(rest))
        worth = np.where(known.won, known.amount, 0.0)
        rest = np.nan_to_num(worth) - so_far
        rest = np.where(rest > 0.005 * np.nan_to_num(worth), rest, 0.0)  # less is rounding
    deals = np.flatnonzero(rest > 0)
    days = (np.datetime64(day, "D") - known.closed_on[deals]) / np.timedelta64(1, "D")
    return Owed(
        _customers(facts, "deals")[deals],
        rest[deals],
        without_date(months) + 1 + np.searchsorted(SIGNED, days, side="left"),
        np.full(len(deals), -1),
        np.full(len(deals), -1),
        deals,
    )


def _month_of(days: Days, after: dt.date, periods: list[Period]) -> Positions:
    """Which of the periods, which follow each other, each day lies in; −1: none."""
    ends = np.array([period.end for period in periods], "datetime64[D]")
    place = np.searchsorted(ends, np.where(np.isnat(days), ends[-1] + 1, days), side="left")
    return np.where((days > np.datetime64(after, "D")) & (place < len(ends)), place, -1)


def _third(days: Days) -> Positions:
    """Which third of its month each day lies in, from 0; of a missing one, 0."""
    month = days.astype("datetime64[M]")
    begin, end = month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]")
    known = ~np.isnat(days)
    part = (days - begin).astype(np.int64) * PARTS // np.where(known, (end - begin).astype(np.int64), 1)
    return np.where(known, part, 0).astype(np.intp)


def _customers(facts: Facts, table: str) -> Positions:
    nobody = np.full(facts.columns.size(table), -1)
    return customers_of(facts).of.get(table, nobody)
