"""What every account ordered of every product line; nothing is left out, so the sums are those of the orders."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.customers.customers import customers_of, why_untold
from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, ntext, text

NEARLY = 335
"""Data of so many days are called a year’s: in the first weeks perhaps nobody ordered."""

YEARS = 2
"""What was ordered in so many years counts as bought: projects do not come every year."""


class Bought(NamedTuple):
    """What the accounts ordered by the end of a day; from won deals where no order names its customer.

    Attributes:
        ids: the accounts. lines: the product lines.
        amount: money ordered in the last two years, accounts × lines; after the last account those orders that
            name none, after the last line those of none. Orders without an amount count as 0 here.
        orders: likewise their number, without credit notes.
        buys: accounts × lines, whether anything ordered was not credited again.
        year, before: money ordered in the last twelve months and in the twelve before; the last place is for
            orders that name no account. `before` is NaN where the data do not reach back so far.
        first, last: the days of the two years. years: how many of them the data tell of, at least 1. days: how
            many days of the last year they tell of, where not of all; else None.
        by_orders: whether orders were counted, else deals won. priced: whether any of it carries an amount.
        notes: what a reader should know.
    """

    ids: pd.Index
    lines: tuple[str, ...]
    amount: Numbers
    orders: Numbers
    buys: Flags
    year: Numbers
    before: Numbers
    first: dt.date
    last: dt.date
    years: float
    days: int | None
    by_orders: bool
    priced: bool
    notes: tuple[Text, ...]

    @property
    def a_year(self) -> Numbers:
        """Money ordered a year, accounts × lines; what the data tell of less than a year is not scaled up."""
        return self.amount[:-1, :-1] / self.years

    @property
    def short(self) -> Text | None:
        """In how many days what is called a year's was ordered, where the data tell of less than a year."""
        return None if self.days is None else ntext("in {n} day", "in {n} days", n=self.days)


class _Sold(NamedTuple):
    account: Positions
    line: Positions
    day: Days
    amount: Numbers


def bought_by(facts: Facts, day: dt.date) -> Bought:
    """What every account ordered by the end of a day.

    Raises:
        Unavailable: the data know of no customers, or no order and no deal names one.
    """
    why = why_untold(facts)
    if why is not None:
        raise Unavailable(why)
    ids, lines = customers_of(facts).ids, facts.dimensions.members("product_line")
    sold, by_orders = _sold(facts, day, lines)
    known = sold.day[~np.isnat(sold.day)]
    begin = known.min().item() if len(known) else day
    last = pd.Timestamp(day)
    first, year = (((last - pd.DateOffset(years=n)).date() + dt.timedelta(1)) for n in (YEARS, 1))
    shape = len(ids) + 1, len(lines) + 1
    within = sold.day >= np.datetime64(first, "D")
    place = np.ravel_multi_index((sold.account[within] % shape[0], sold.line[within] % shape[1]), shape)
    money = sold.amount[within]
    size = shape[0] * shape[1]

    def added(weights: Numbers) -> Numbers:
        return np.bincount(place, weights, size).reshape(shape).astype(np.float64)

    amount, orders = added(np.nan_to_num(money)), added((~(money <= 0)).astype(float))
    unpriced = added(np.isnan(money).astype(float))
    buys = (orders > 0) & ((amount > 0) | (unpriced > 0))
    late = sold.day >= np.datetime64(year, "D")
    sums = [_by_account(sold, rows, shape[0]) for rows in (late, within & ~late)]
    before = sums[1] if begin <= first else np.full(shape[0], np.nan)
    days = (day - begin).days + 1
    years = float(np.clip(((day - max(first, begin)).days + 1) / 365.25, 1.0, YEARS))
    notes = []
    if begin > first:
        notes.append(text("The data begin on {day}: what was ordered before is not known.", day=begin))
    if (lost := int((np.isnan(money)).sum())) and lost < len(money):
        notes.append(text("{share} of what was sold carries no amount: it counts as bought, and adds nothing.",
                          share=Quantity(lost / len(money), "share")))  # fmt: skip
    if not by_orders and facts.columns.has("orders"):
        notes.append(text("No order names its customer, so deals won are counted."))
    priced = bool((~np.isnan(money)).any())
    return Bought(
        ids, lines, amount, orders, buys[:-1, :-1], sums[0], before, first, day, years,
        days if days < NEARLY else None, by_orders, priced, tuple(notes),
    )  # fmt: skip


def _sold(facts: Facts, day: dt.date, lines: tuple[str, ...]) -> tuple[_Sold, bool]:
    """Orders by the end of a day, else the deals won; and which of both."""
    customers, columns, on = customers_of(facts), facts.columns, np.datetime64(day, "D")
    for table in ("orders", "deals"):
        if table not in customers.of or not (customers.of[table] >= 0).any():
            continue
        if table == "orders":
            days = columns.days("orders", "ordered_on")
            rows = np.flatnonzero(days <= on)
        else:
            known = facts.known(day)
            days = known.closed_on
            rows = np.flatnonzero(known.won & (days <= on))
        line = facts.dimensions.of(table, "product_line")
        codes = np.append(pd.Index(lines).get_indexer(line.categories), -1)[line.codes]
        return _Sold(
            customers.of[table][rows], codes[rows].astype(np.intp), days[rows],
            columns.numbers(table, "amount")[rows],
        ), table == "orders"  # fmt: skip
    raise Unavailable(text("no order and no deal names its customer"))


def _by_account(sold: _Sold, rows: Flags, size: int) -> Numbers:
    return np.bincount(sold.account[rows] % size, np.nan_to_num(sold.amount[rows]), size).astype(np.float64)
