"""A dataset seen from a day: its columns, how deals had closed, who owned what, who sells."""

import datetime as dt
import time
from collections.abc import Callable, Hashable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self, TypeVar, cast, get_args

import numpy as np
import pandas as pd

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, DataError
from salesreport.kpi.facts.called import told_apart
from salesreport.kpi.facts.checks import check_day
from salesreport.kpi.facts.closing import Closing, Reopened, closings
from salesreport.kpi.facts.columns import Columns
from salesreport.kpi.facts.credit import Owners, Placements
from salesreport.kpi.facts.dimensions import Dimensions
from salesreport.kpi.facts.history import History
from salesreport.language import text
from salesreport.memory import give_back
from salesreport.period import Period
from salesreport.stored.store import stored

Kept = TypeVar("Kept")

PASSING = (
    "created", "closed", "open", "orders", "activities", "leads", "feedback", "reached", "cut stays",
    "watched stays",
)  # fmt: skip
"""What begins the keys of events and of what they are found in: large, quickly made, and mostly asked for once."""

LONG = 0.5
"""Seconds: what takes longer is made of much memory, which is given back."""


@dataclass(frozen=True, eq=False)
class Source:
    """What events are made of: a dataset seen from a day, each part read or worked out once, when it is asked for.

    Attributes:
        dataset: where it comes from. as_of: the day it is seen from. reopened: which closing of a reopened deal
            counts.
    """

    dataset: Dataset
    as_of: dt.date
    reopened: Reopened = "last_close"
    _kept: dict[Hashable, object] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, dataset: Dataset, as_of: dt.date | None = None, reopened: Reopened = "last_close") -> Self:
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

    @cached_property
    def columns(self) -> Columns:
        """The dataset's columns."""
        return Columns(self.dataset)

    @cached_property
    def history(self) -> History:
        """The stage moves and snapshots of the past."""
        return History(self.columns)

    @cached_property
    def dimensions(self) -> Dimensions:
        """What figures can be broken down by."""
        return Dimensions(self.columns)

    @cached_property
    def closing(self) -> Closing:
        """How every deal had closed by the as-of date."""
        return self.store(("closings",), lambda: closings(self.history, self.reopened, self.as_of), always=True)

    @cached_property
    def owners(self) -> Owners | None:
        """The history of owners; None where the export has none."""
        return Owners(self.columns) if self.columns.has("deal_owners") and self.columns.has("deals") else None

    @cached_property
    def placements(self) -> Placements:
        """The history of teams."""
        return Placements(self.reps, self.columns)

    def own(self, table: str) -> pd.DataFrame:
        """A whole canonical table, in the columns' order."""
        return self.remember(("own", table), lambda: self.dataset.table(table))

    # --- people and targets

    @cached_property
    def listed(self) -> frozenset[str]:
        """The ids of table `reps`."""
        return frozenset(self.dataset.table("reps", ["rep_id"])["rep_id"])

    @cached_property
    def reps(self) -> pd.DataFrame:
        """Everybody who sells: rep_id, name, role, team, manager, hired_on, left_on.

        Who has no name is called by the id; of those whose names are equal, the id stands behind the name.
        """
        columns = ["rep_id", "name", "role", "team", "manager", "hired_on", "left_on"]
        listed = self.dataset.table("reps", columns)
        if unlisted := self.store(("reps not listed",), self._unlisted, always=True):
            listed = listed.merge(pd.DataFrame({"rep_id": pd.Series(unlisted, dtype="str")}), how="outer")
        listed["name"] = listed["name"].fillna(listed["rep_id"])
        listed["name"] = told_apart(listed)
        return listed

    def _unlisted(self) -> list[str]:
        """The ids of those who sell and are not in table `reps`."""
        seen: set[str] = set()
        for table in ("deals", "deal_owners", "orders"):
            if self.columns.has(table):
                seen.update(self.columns.coded(table, "rep_id").categories)
        return sorted(seen - self.listed)

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
        reps = self.reps[self.reps["rep_id"].isin(list(self.listed))]
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

    def store(self, key: Hashable, make: Callable[[], Kept], always: bool = False) -> Kept:
        """As `remember`; where results are stored (`salesreport.stored`), it is also there for the next process.

        Events found on the way are not kept: who asks for a result asks for no events.

        Args:
            key: says all that it depends on beside the dataset, the day and the policy, also to another process.
            make: makes it.
            always: whether it is stored even where it took no time. So is what is small and made of what
                is large: the next process need not make that.
        """
        return self.remember(("stored", key), lambda: self.store_only(key, make, always))

    def store_only(self, key: Hashable, make: Callable[[], Kept], always: bool = False) -> Kept:
        """As `store`, of which nothing is remembered: for who keeps only some."""
        began = time.process_time()
        with self.forgetting(*PASSING):
            made = stored(self.dataset, (key, self.as_of, self.reopened), make, self, always)
        if time.process_time() - began > LONG:
            give_back()
        return made

    def remember(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What was made for a key; made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast(Kept, self._kept[key])

    @contextmanager
    def forgetting(self, *kinds: Hashable) -> Iterator[None]:
        """What is remembered meanwhile under keys that begin with some words is forgotten at the end.

        For what is large and good for nothing but the result that is made of it.
        """
        before = frozenset(self._kept)
        try:
            yield
        finally:
            self._forget(kinds, self._kept.keys() - before)

    def forget(self, *kinds: Hashable) -> None:
        """Forget what is remembered under keys that begin with some words; it is made again if it is asked for."""
        self._forget(kinds, frozenset(self._kept))

    def _forget(self, kinds: tuple[Hashable, ...], keys: Set[Hashable]) -> None:
        for key in keys:
            if isinstance(key, tuple) and key[0] in kinds:
                self._kept.pop(key, None)
