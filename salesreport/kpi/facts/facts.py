"""What happened in a period, credited to reps and placed in teams, segments and product lines.

`Facts` turns a dataset into events: deals created, closed or open, orders, activities, leads, feedback. Every
figure is a sum, count, mean or median over them, so that figures of reps add up to those of their teams.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, cast

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions, taken
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.known import Known, known_at
from salesreport.kpi.facts.notes import credit_notes
from salesreport.kpi.facts.source import Source
from salesreport.language import Text
from salesreport.period import Period

Dated = Literal["created", "closed", "open", "orders", "activities", "leads", "feedback"]
"""What happens on a day that a table tells, and the deals open at the end of a day."""

DAYS: dict[Dated, tuple[str, str]] = {
    "created": ("deals", "created_on"),
    "closed": ("deals", "closed_on"),
    "open": ("deals", "created_on"),
    "orders": ("orders", "ordered_on"),
    "activities": ("activities", "done_at"),
    "leads": ("leads", "processed_at"),
    "feedback": ("feedback", "on"),
}
"""The table that tells, and its column with the day."""


@dataclass(frozen=True, eq=False)
class Facts(Source):
    """A dataset's events with credit applied, seen from a day."""

    def created(self, period: Period) -> pd.DataFrame:
        """Deals created in a period, credited to their owners on that day."""
        return self.events("created", period).frame()

    def closed(self, period: Period) -> pd.DataFrame:
        """Deals won or lost in a period, with `won` and `cycle_days`, credited to their owners on that day."""
        return self.events("closed", period).frame()

    def open(self, as_of: dt.date | None = None) -> pd.DataFrame:
        """Deals open at the end of a day, with `age_days`, credited to their owners on that day.

        A deal without a creation date counts on the dataset's own as-of date, before that since its first stage
        move or snapshot. Amounts are those of the day; missing where no snapshot shows them.
        """
        return self.events("open", as_of or self.as_of).frame()

    def orders(self, period: Period) -> pd.DataFrame:
        """Orders of a period, credited to their rep; an order of a deal that reps share is shared likewise."""
        return self.events("orders", period).frame()

    def activities(self, period: Period) -> pd.DataFrame:
        """Activities done in a period."""
        return self.events("activities", period).frame()

    def leads(self, period: Period) -> pd.DataFrame:
        """Leads processed in a period."""
        return self.events("leads", period).frame()

    def feedback(self, period: Period) -> pd.DataFrame:
        """What customers said in a period, credited to the rep named, else to the customer's rep."""
        return self.events("feedback", period).frame()

    def events(self, name: Dated, when: Period | dt.date) -> Events:
        """Events of a kind in a period (open deals: at the end of a day), none after the as-of date."""
        key = (name, when.start, when.end) if isinstance(when, Period) else (name, when)
        return self.remember(key, lambda: self._find(name, when))

    def known(self, day: dt.date | None = None) -> Known:
        """What was known of the deals at the end of a day; by default the as-of date.

        Raises:
            ConfigError: a day after the as-of date.
        """
        return known_at(self, day or self.as_of)

    def begin(self, name: Dated) -> dt.date | None:
        """The first day on which there is an event of a kind; None where there is none at all."""
        return self.store(("begin", name), lambda: _earliest(self.days(name)), always=True)

    def days(self, name: Dated) -> Days:
        """The day of every event of a kind (of open deals: when they were created)."""
        if name == "closed":
            return self.closing.day
        return self.columns.days(*DAYS[name])

    def _find(self, name: Dated, when: Period | dt.date) -> Events:
        if name == "open":
            return self._open(when if isinstance(when, dt.date) else when.end)
        assert isinstance(when, Period)
        columns = self.columns
        days = self.days(name)
        first, last = np.datetime64(when.start, "D"), np.datetime64(min(when.end, self.as_of), "D")
        rows = np.flatnonzero((days >= first) & (days <= last))
        if name != "closed":
            return self._credited(DAYS[name][0], rows, days[rows], lambda _: {})

        def worked_out(rows: Positions) -> dict[str, Numbers | Flags]:
            cycle = _days_between(columns.days("deals", "created_on")[rows], days[rows])
            return {"won": self.closing.won[rows], "cycle_days": np.where(cycle >= 0, cycle, np.nan)}

        return self._credited(DAYS[name][0], rows, days[rows], worked_out)

    def _open(self, day: dt.date) -> Events:
        known, on = self.known(day), np.datetime64(day, "D")
        rows = np.flatnonzero(known.open)
        events = self._credited(
            "deals",
            rows,
            np.full(len(rows), on),
            lambda rows: {"age_days": _days_between(self.columns.days("deals", "created_on")[rows], on)},
        )
        return events if known.is_today else replace(events, known=known)

    def _credited(
        self, table: str, rows: Positions, days: Days, extra: Callable[[Positions], dict[str, Numbers | Flags]]
    ) -> Events:
        rep = taken(self.dimensions.of(table, "rep_id"), rows)
        credit = None
        if self.owners is not None and table == "deals":
            credit = self.owners.credit(rows, days, rep)
        elif self.owners is not None and table == "orders" and self.columns.has("orders", "deal_id"):
            deals = self.owners.shared("orders", rows)
            credit = self.owners.credit(deals, days, rep, splits_only=True)
        if credit is None:
            return Events(table, rows, days, rep, np.ones(len(rows)), extra(rows), self)
        rows, days = rows[credit.event], days[credit.event]
        return Events(table, rows, days, credit.rep, credit.share, extra(rows), self)

    @cached_property
    def credit_notes(self) -> tuple[Text, ...]:
        """How credit was given, and what could not be dated, aged or priced, as sentences for the reader."""
        return self.store(("credit notes",), lambda: credit_notes(self), always=True)


def _earliest(days: Days) -> dt.date | None:
    earliest = np.fmin.reduce(days, initial=np.datetime64("NaT"))  # the minimum of what is known
    return cast(dt.date | None, earliest.astype("datetime64[D]").item())


def _days_between(start: Days, end: Days | np.datetime64) -> Numbers:
    """Whole days from start to end; NaN where one is missing."""
    return (end - start) / np.timedelta64(1, "D")
