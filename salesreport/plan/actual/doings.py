"""What can be planned and counted: dated events, each with its weight and whose it is."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.customers.customers import customers_of, has_customers
from salesreport.kpi.facts.columns import Days, Numbers, taken
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.milestones.reached import process_file, reached_in
from salesreport.period import Period

_SUMS = {"revenue": "amount", "gross_profit": "gross_profit", "units": "units"}
"""Sums of what was sold, and the column summed."""


class Doings(NamedTuple):
    """Events of one metric.

    Attributes:
        facts: whose. events: with their dimensions. rows: those of them that count. day: of each of these.
        weight: what each adds. known: the dimensions that were asked for.
    """

    facts: Facts
    events: Events
    rows: np.ndarray
    day: Days
    weight: Numbers
    known: dict[str, pd.Categorical]

    @property
    def begin(self) -> dt.date | None:
        """The day of the first; None where there is none."""
        first = np.fmin.reduce(self.day, initial=np.datetime64("NaT")).astype("datetime64[D]").item()
        return first if isinstance(first, dt.date) else None

    def of(self, dimension: str) -> pd.Categorical:
        """A dimension of each, or `territory`: that of its customer."""
        if dimension not in self.known:
            self.known[dimension] = (
                _territory(self) if dimension == "territory" else self.events.dimension(dimension).take(self.rows)
            )
        return self.known[dimension]


def doings(facts: Facts, metric: str, span: Period) -> Doings:
    """The events that a metric counts or sums up, in the days of a span up to the as-of date.

    Args:
        facts: whose. metric: one of `lines.lines_of`. span: the days.
    """
    return facts.remember(("doings", metric, span.start, span.end), lambda: _find(facts, metric, span))


def _find(facts: Facts, metric: str, span: Period) -> Doings:
    name, _, parameter = metric.partition(":")
    if name in _SUMS and facts.columns.has("orders"):
        events = facts.events("orders", span)
    elif name in _SUMS or name == "deals_won":
        events = facts.events("closed", span)
    elif name == "deals_created":
        events = facts.events("created", span)
    elif name == "activity":
        events = facts.events("activities", span)
    else:
        file, end = process_file(facts), min(span.end, facts.as_of)
        # those of all milestones at once
        key = ("reached events", id(file), span.start, end)
        events = facts.remember(key, lambda: reached_in(facts, file, span.start, end))
    counts, weight = np.ones(len(events), bool), events.share
    if events.table == "deals" and "won" in events.extra:
        counts = events.extra["won"].astype(bool)
    elif name == "activity" and parameter:
        counts = events.equals("type", parameter)
    elif name == "reached":
        file = process_file(facts)
        number = [one.key for process in file.processes for one in process.milestones].index(parameter)
        counts = events.extra["place"] == number
    if name in _SUMS:
        weight = weight * np.nan_to_num(events.number(_SUMS[name]))
    rows = np.flatnonzero(counts)
    return Doings(facts, events, rows, events.day[rows].astype("datetime64[D]"), weight[rows], {})


def territory_told(facts: Facts) -> bool:
    """Whether customers have territories."""
    return facts.columns.has("accounts", "territory") and has_customers(facts)


def _territory(found: Doings) -> pd.Categorical:
    """The territory of the customer of each of the events that count."""
    events, customers = found.events, customers_of(found.facts)
    if events.table not in customers.of:
        return pd.Categorical.from_codes(np.full(len(found.rows), -1), categories=[], validate=False)
    account = customers.of[events.table][events.rows[found.rows]]
    row = np.where(account >= 0, customers.row[account], -1)
    return taken(found.facts.columns.coded("accounts", "territory"), row)
