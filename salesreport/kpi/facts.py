"""What happened in a period, credited to reps and placed in teams, segments and product lines.

`Facts` turns a dataset into events: deals created, closed or open, orders, activities, leads, feedback. Every
figure is a sum, count, mean or median over them, so that figures of reps add up to those of their teams.
"""

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar, cast, get_args

import numpy as np
import pandas as pd

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, DataError
from salesreport.kpi.checks import check_day
from salesreport.kpi.closing import Closing, Reopened, closings
from salesreport.kpi.credit import Owners, Placements
from salesreport.kpi.dimensions import Dimensions
from salesreport.kpi.events import Events, Kind
from salesreport.kpi.history import History
from salesreport.kpi.known import Known, known_at
from salesreport.kpi.ledger import Days, Flags, Ledger, Numbers, Positions, taken
from salesreport.kpi.notes import credit_notes
from salesreport.language import Text, text
from salesreport.period import Period

_DATE = {
    "created": "created_on",
    "open": "created_on",
    "orders": "ordered_on",
    "activities": "done_at",
    "leads": "processed_at",
    "feedback": "on",
}

Kept = TypeVar("Kept")

__all__ = ["Events", "Facts", "Kind"]


@dataclass(frozen=True, eq=False)
class Facts:
    """A dataset's events with credit applied.

    Attributes:
        dataset: where they come from. as_of: the day they are seen from. reopened: which closing of a reopened
            deal counts.
    """

    dataset: Dataset
    as_of: dt.date
    reopened: Reopened = "last_close"
    _kept: dict[Hashable, object] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, dataset: Dataset, as_of: dt.date | None = None, reopened: Reopened = "last_close") -> "Facts":
        """Look at a dataset; nothing is read yet.

        Args:
            dataset: an opened dataset.
            as_of: the day to look from; nothing that happened later is seen. The dataset's own by default.
            reopened: `last_close` or `first_close`.

        Raises:
            ConfigError: a day after the dataset's own, or another policy.
        """
        if as_of is not None:
            check_day(as_of, dataset.as_of)
        if reopened not in get_args(Reopened):
            expected = text("one of {names}", names=list(get_args(Reopened)))
            raise ConfigError(text("There is no such policy."), key="reopened", found=reopened, expected=expected)
        return cls(dataset, as_of or dataset.as_of, reopened)

    # --- events

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

    def events(self, kind: Kind, when: Period | dt.date) -> Events:
        """Events of a kind in a period (open deals: at the end of a day), none after the as-of date."""
        key = (kind, when.start, when.end) if isinstance(when, Period) else (kind, when)
        return self.remember(key, lambda: self._find(kind, when))

    def known(self, day: dt.date | None = None) -> Known:
        """What was known of the deals at the end of a day; by default the as-of date.

        Raises:
            ConfigError: a day after the as-of date.
        """
        return known_at(self, day or self.as_of)

    def begin(self, kind: Kind) -> dt.date | None:
        """The first day on which there is an event of a kind; None where there is none at all."""
        return self.remember(("begin", kind), lambda: _earliest(self._days(kind)))

    def _days(self, kind: Kind) -> Days:
        """The day of every event of a kind (of open deals: when they were created)."""
        if kind == "closed":
            return self.closing.day
        return self.ledger.days(Events.table_of(kind), _DATE[kind])

    def _find(self, kind: Kind, when: Period | dt.date) -> Events:
        if kind == "open":
            return self._open(when if isinstance(when, dt.date) else when.end)
        assert isinstance(when, Period)
        ledger = self.ledger
        days = self._days(kind)
        first, last = np.datetime64(when.start, "D"), np.datetime64(min(when.end, self.as_of), "D")
        rows = np.flatnonzero((days >= first) & (days <= last))
        if kind != "closed":
            return self._credited(kind, rows, days[rows], lambda _: {})

        def worked_out(rows: Positions) -> dict[str, Numbers | Flags]:
            cycle = _days_between(ledger.days("deals", "created_on")[rows], days[rows])
            return {"won": self.closing.won[rows], "cycle_days": np.where(cycle >= 0, cycle, np.nan)}

        return self._credited(kind, rows, days[rows], worked_out)

    def _open(self, day: dt.date) -> Events:
        known, on = self.known(day), np.datetime64(day, "D")
        rows = np.flatnonzero(known.open)
        events = self._credited(
            "open",
            rows,
            np.full(len(rows), on),
            lambda rows: {"age_days": _days_between(self.ledger.days("deals", "created_on")[rows], on)},
        )
        return events if known.is_today else replace(events, known=known)

    def _credited(
        self, kind: Kind, rows: Positions, days: Days, extra: Callable[[Positions], dict[str, Numbers | Flags]]
    ) -> Events:
        table = Events.table_of(kind)
        rep = taken(self.dimensions.of(table, "rep_id"), rows)
        credit = None
        if self.owners is not None and table == "deals":
            credit = self.owners.credit(rows, days, rep)
        elif self.owners is not None and kind == "orders" and self.ledger.has("orders", "deal_id"):
            deals = self.owners.shared("orders", rows)
            credit = self.owners.credit(deals, days, rep, splits_only=True)
        if credit is None:
            return Events(kind, rows, days, rep, np.ones(len(rows)), extra(rows), self)
        rows, days = rows[credit.event], days[credit.event]
        return Events(kind, rows, days, credit.rep, credit.share, extra(rows), self)

    # --- people and targets

    @cached_property
    def reps(self) -> pd.DataFrame:
        """Everybody who sells: rep_id, name (else the id), role, team, manager, hired_on, left_on."""
        columns = ["rep_id", "name", "role", "team", "manager", "hired_on", "left_on"]
        listed = self.dataset.table("reps", columns)
        seen: set[str] = set()
        for table in ("deals", "deal_owners", "orders"):
            if self.ledger.has(table):
                seen.update(self.ledger.coded(table, "rep_id").categories)
        unlisted = sorted(seen - set(listed["rep_id"]))
        if unlisted:
            listed = listed.merge(pd.DataFrame({"rep_id": pd.Series(unlisted, dtype="str")}), how="outer")
        listed["name"] = listed["name"].fillna(listed["rep_id"])
        return listed

    @cached_property
    def names(self) -> dict[str, str]:
        """What people call the reps, by rep_id."""
        return dict(zip(self.reps["rep_id"], self.reps["name"], strict=True))

    @cached_property
    def not_people(self) -> frozenset[str]:
        """The ids of owners who are declared to be no person: a queue, an integration, nobody."""
        declared = self.dataset.settings
        return frozenset(rep for rep, name in self.names.items() if declared.is_no_person(rep, name))

    def active(self, period: Period) -> pd.DataFrame:
        """The reps of table `reps` who worked on a day of a period, with team and manager as at its end."""
        reps = self.reps[self.reps["rep_id"].isin(self.dataset.table("reps", ["rep_id"])["rep_id"])]
        hired = reps["hired_on"].isna() | (reps["hired_on"] <= pd.Timestamp(period.end))
        here = reps["left_on"].isna() | (reps["left_on"] >= pd.Timestamp(period.start))
        return self.placed(reps[hired & here], min(period.end, self.as_of))

    def placed(self, frame: pd.DataFrame, day: dt.date) -> pd.DataFrame:
        """A frame with `rep_id`, its `team` and `manager` set to those of the reps on a day."""
        rep = pd.Categorical(frame["rep_id"])
        days = np.full(len(frame), np.datetime64(day, "D"))
        return frame.assign(**{name: self.placements.on(name, rep, days) for name in ("team", "manager")})

    @cached_property
    def targets(self) -> pd.DataFrame:
        """Table `targets` with the first and last day of each target's period (`start`, `end`).

        Raises:
            DataError: a period that is not written like one.
        """
        targets = self.dataset.table("targets")
        try:
            periods = {written: self.dataset.period(written) for written in targets["period"].unique()}
        except ConfigError as error:
            raise DataError(
                error.problem, table="targets", column="period", found=error.found, expected=error.expected
            ) from None
        return targets.assign(
            start=pd.to_datetime(targets["period"].map({name: one.start for name, one in periods.items()})),
            end=pd.to_datetime(targets["period"].map({name: one.end for name, one in periods.items()})),
        )

    def remember(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What was made for a key; made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast(Kept, self._kept[key])

    # --- what a reader should know

    @cached_property
    def credit_notes(self) -> tuple[Text, ...]:
        """How credit was given, and what could not be dated, aged or priced, as sentences for the reader."""
        return credit_notes(self)

    # --- the machinery behind

    @cached_property
    def ledger(self) -> Ledger:
        """The dataset's columns."""
        return Ledger(self.dataset)

    @cached_property
    def history(self) -> History:
        """The stage moves and snapshots of the past."""
        return History(self.ledger)

    @cached_property
    def dimensions(self) -> Dimensions:
        """What figures can be broken down by."""
        return Dimensions(self.ledger)

    @cached_property
    def closing(self) -> Closing:
        """How every deal had closed by the as-of date."""
        return closings(self.history, self.reopened, self.as_of)

    @cached_property
    def owners(self) -> Owners | None:
        """The history of owners; None where the export has none."""
        return Owners(self.ledger) if self.ledger.has("deal_owners") and self.ledger.has("deals") else None

    @cached_property
    def placements(self) -> Placements:
        """The history of teams."""
        return Placements(self.reps, self.ledger)

    def own(self, table: str) -> pd.DataFrame:
        """A whole canonical table, in the ledger's order."""
        return self.remember(("own", table), lambda: self.dataset.table(table))


def _earliest(days: Days) -> dt.date | None:
    earliest = np.fmin.reduce(days, initial=np.datetime64("NaT"))  # the minimum of what is known
    return cast(dt.date | None, earliest.astype("datetime64[D]").item())


def _days_between(start: Days, end: Days | np.datetime64) -> Numbers:
    """Whole days from start to end; NaN where one is missing."""
    return (end - start) / np.timedelta64(1, "D")
