"""Which customers the data know of, which rows are theirs, since when they are there, and who serves them."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Columns, Days, Flags, Positions, filled, recoded, taken
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Text, text

_BY_DEAL = ("orders", "activities", "leads", "equipment")
"""The tables whose rows are the customer's of their deal where they name none themselves."""

_OF_CUSTOMERS = ("accounts", "deals", *_BY_DEAL)


class Customers(NamedTuple):
    """The customers, numbered in the order of their ids.

    Attributes:
        ids: their account ids, sorted.
        of: table → the number of each row's customer; −1: it names none.
        listed: whether each is in table `accounts`.
        row: of each the row in table `accounts`; −1: it is not listed.
    """

    ids: pd.Index
    of: Mapping[str, Positions]
    listed: Flags
    row: Positions


CUSTOMERS = text("customers")
"""What people call them."""


def customers_of(facts: Facts) -> Customers:
    """All customers of a dataset, whenever they came; worked out once."""
    return facts.remember("customers of tables", lambda: _customers(facts.columns))


def has_customers(facts: Facts) -> bool:
    """Whether the data know of any customer."""
    return facts.store(("has customers",), lambda: len(customers_of(facts).ids) > 0, always=True)


def why_untold(facts: Facts) -> Text | None:
    """Why nothing can be told of the customers; None where something can.

    Names alone tell nothing: that no deal names its customer does not make all of them cold.
    """

    def find() -> Text | None:
        customers = customers_of(facts)
        if not len(customers.ids):
            return text("this export knows of no {events}", events=CUSTOMERS)
        if any((rows >= 0).any() for table, rows in customers.of.items() if table != "accounts"):
            return None
        return text("of customers only the names are known: no deal, order or activity names its customer")

    return facts.store(("why customers are untold",), find, always=True)


def seen_by(facts: Facts, day: dt.date) -> Flags:
    """Which customers had a deal, an order, an activity, a lead or equipment by the end of a day."""
    return facts.remember(("customers seen", day), lambda: _seen(facts, day))


def served_by(facts: Facts, day: dt.date) -> pd.Categorical:
    """Who serves each customer: whom table `accounts` names, else the rep of what came last by the end of a day.

    What came last is an order, an activity, or a deal created or closed; of several on one day the order counts,
    then the deal.
    """
    customers = customers_of(facts)
    now = named_rep(facts)
    if (now.codes >= 0).all():
        return now
    return filled(now, facts.remember(("rep of what came last", day), lambda: _last_rep(facts, customers, day)))


def named_rep(facts: Facts) -> pd.Categorical:
    """The rep whom table `accounts` names for each customer; missing where it names none."""
    return taken(facts.columns.coded("accounts", "rep_id"), customers_of(facts).row)


def _customers(columns: Columns) -> Customers:
    found_of = {table: _owners(columns, table) for table in _OF_CUSTOMERS}
    owners = {table: found for table, found in found_of.items() if found is not None}
    ids = pd.Index([], dtype="str")
    for found in owners.values():
        ids = ids.union(found.categories)
    of = {table: recoded(found, ids) for table, found in owners.items()}
    row = np.full(len(ids), -1)
    if "accounts" in of:
        row[of["accounts"]] = np.arange(len(of["accounts"]))
    return Customers(ids, of, row >= 0, row)


def _owners(columns: Columns, table: str) -> pd.Categorical | None:
    """The customer of each row of a table; None where it names none at all."""
    own = columns.read_coded(table, "account_id") if columns.has(table, "account_id") else None
    if table in _BY_DEAL and columns.has(table, "deal_id") and columns.has("deals", "account_id"):
        of_deal = taken(columns.read_coded("deals", "account_id"), columns.find(table, "deal_id", "deals"))
        return of_deal if own is None else filled(own, of_deal)
    return own


def _seen(facts: Facts, day: dt.date) -> Flags:
    customers, columns, on = customers_of(facts), facts.columns, np.datetime64(day, "D")
    seen = np.zeros(len(customers.ids) + 1, bool)  # the last place is for rows without a customer
    for table, column in (
        ("orders", "ordered_on"), ("activities", "done_at"), ("leads", "created_at"), ("equipment", "lent_on"),
    ):  # fmt: skip
        if table in customers.of:
            seen[customers.of[table][columns.days(table, column) <= on]] = True
    if "deals" in customers.of:
        # a deal that was seen stays seen, even where its dates contradict each other
        there = facts.known(day).there | (facts.history.last_move(day) >= 0)
        there |= facts.history.last_snapshot(day) >= 0
        seen[customers.of["deals"][there]] = True
    return seen[:-1]


def _last_rep(facts: Facts, customers: Customers, day: dt.date) -> pd.Categorical:
    """The rep of each customer's last order, activity or deal by the end of a day; missing where there is none."""
    columns, on = facts.columns, np.datetime64(day, "D")
    parts: list[tuple[Positions, Days, pd.Categorical]] = []
    for table, column in (("activities", "done_at"), ("deals", ""), ("orders", "ordered_on")):
        if table not in customers.of:
            continue
        if table == "deals":
            known = facts.known(day)
            created = columns.days("deals", "created_on")
            days: Days = np.fmax(np.where(created <= on, created, np.datetime64("0001-01-01")), known.closed_on)
            rep, counts = known.rep, known.there
        else:
            days, rep = columns.days(table, column), facts.dimensions.of(table, "rep_id")
            counts = days <= on
        rows = np.flatnonzero(counts & (customers.of[table] >= 0) & (rep.codes >= 0))
        parts.append((customers.of[table][rows], days[rows], rep.take(rows)))
    categories = pd.Index([], dtype="str")
    for _, _, rep in parts:
        categories = categories.union(rep.categories)
    codes = np.full(len(customers.ids), -1)
    if parts:
        customer = np.concatenate([one[0] for one in parts])
        order = np.argsort(np.concatenate([one[1] for one in parts]), kind="stable")  # ties: as the parts come
        codes[customer[order]] = np.concatenate([recoded(one[2], categories) for one in parts])[order]
    return pd.Categorical.from_codes(codes, categories=categories, validate=False)
