"""In which category of the process file every customer is: the rules, asked of what was known on a day."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.customers import Customers, customers_of, seen_by, served_by
from salesreport.kpi.equipment import out_on
from salesreport.kpi.events import KIND_TITLES, Kind
from salesreport.kpi.journeys import OPEN, Journeys
from salesreport.kpi.lacking import lacks
from salesreport.kpi.ledger import Flags
from salesreport.kpi.metric import Unavailable
from salesreport.kpi.progress import journeys_of
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.process import Condition, Milestone, ProcessFile

if TYPE_CHECKING:
    from salesreport.kpi.facts import Facts


class States(NamedTuple):
    """The customers at the end of a day, in the order of `customers_of`.

    Attributes:
        file: the process file. category: number of the category in the process file; −1: not in the base yet.
        rep: who serves each.
        untold: category key → why it cannot be told who is in it, as the end of "cannot be told: …".
        short: the longest window (days) of a condition that begins before anything is known; 0: none.
    """

    file: ProcessFile
    category: npt.NDArray[np.int8]
    rep: pd.Categorical
    untold: dict[str, Text]
    short: int


def states_at(facts: "Facts", file: ProcessFile, day: dt.date) -> States:
    """The category and rep of every customer at the end of a day; worked out once.

    Raises:
        ConfigError: a day after the facts' as-of date.
    """
    # what is remembered holds the file, so that its id stays its own
    return facts.remember(("base", id(file), day), lambda: _states(facts, file, day))


def _states(facts: "Facts", file: ProcessFile, day: dt.date) -> States:
    facts.known(day)  # refuses days of which nothing is known yet
    view = _View(facts, file, day)
    seen = seen_by(facts, day)
    there = seen | (view.customers.listed & ~seen_by(facts, facts.as_of))
    category = np.full(len(there), -1, np.int8)
    untold: dict[str, Text] = {}
    for number, one in enumerate(file.base):
        try:
            category[there & (category < 0) & view.holds(one.when)] = number
        except Unavailable as problem:
            untold[one.key] = problem.reason
    assert ((category >= 0) == there).all(), "a customer without a category"
    return States(file, category, served_by(facts, day), untold, max(view.windows, default=0))


@dataclass(frozen=True, eq=False)
class _View:
    """What is known of the customers at the end of a day, as the conditions of categories ask for it."""

    facts: "Facts"
    file: ProcessFile
    day: dt.date

    @cached_property
    def customers(self) -> Customers:
        return customers_of(self.facts)

    @cached_property
    def windows(self) -> list[int]:
        """The windows asked for that begin before activities and orders are known."""
        return []

    def holds(self, condition: Condition) -> Flags:
        """For which customers a condition holds.

        Raises:
            Unavailable: the data do not tell.
        """
        found = np.ones(len(self.customers.ids), bool)
        for name in condition.given:
            rule: Callable[..., Flags] = getattr(self, f"_{name}")
            found &= rule(getattr(condition, name))
        return found

    def _otherwise(self, _: bool) -> Flags:
        return np.ones(len(self.customers.ids), bool)

    def _any(self, conditions: tuple[Condition, ...]) -> Flags:
        return _one_of([partial(self.holds, one) for one in conditions])

    def _payment_due_within(self, months: int) -> Flags:
        self._need("orders", "due_on", "paid_on")
        ledger = self.facts.ledger
        until = Period.of(self.day, "month").previous(1 - months).end
        due = ledger.days("orders", "due_on") <= np.datetime64(until, "D")
        due &= ~(ledger.days("orders", "paid_on") <= self._on) & (ledger.numbers("orders", "amount") > 0)
        return self._theirs("orders", due & (ledger.days("orders", "ordered_on") <= self._on))

    def _stage_at_least(self, key: str) -> Flags:
        self._need("deals")
        stays = self._journeys.stays
        going = np.flatnonzero(stays.outcome == OPEN)
        if not len(going) and self.facts.known(self.day).open.any():
            raise Unavailable(text("the data do not show at which milestone deals were on {day}", day=self.day))
        least = [_number_of(key, one.milestones) for one in self.file.processes]
        far = going[stays.milestone[going] >= np.array(least or [0])[stays.process[going]]]
        there = np.zeros(self.facts.ledger.size("deals"), bool)
        there[stays.deal[far]] = True
        return self._theirs("deals", there)

    def _any_open_deal(self, _: bool) -> Flags:
        self._need("deals")
        return self._theirs("deals", self.facts.known(self.day).open)

    def _equipment_out(self, _: bool) -> Flags:
        self._need("equipment")
        return self._theirs("equipment", out_on(self.facts, self.day))

    def _ordered_within(self, days: int) -> Flags:
        self._need("orders")
        credit_note = self.facts.ledger.numbers("orders", "amount") < 0
        return self._within("orders", "ordered_on", days, ~credit_note)

    def _active_within(self, days: int) -> Flags:
        """An activity or an order; one of the two tables is enough to tell."""
        if not {"orders", "activities"} & self.customers.of.keys():
            raise Unavailable(text("needs activities or orders of customers; this export has none"))
        rules: list[Callable[[], Flags]] = []
        if "activities" in self.customers.of:
            rules.append(lambda: self._within("activities", "done_at", days))
        if "orders" in self.customers.of:
            rules.append(lambda: self._ordered_within(days))
        return _one_of(rules)

    def _within(self, kind: Kind, column: str, days: int, counts: Flags | bool = True) -> Flags:
        """Who has a row of a table that counts and is at most so many days old."""
        begin = self.facts.begin(kind)
        if begin is None:
            raise Unavailable(text("this export knows of no {events}", events=KIND_TITLES[kind]))
        if begin > self.day:
            raise Unavailable(text("{events} are known from {day} only", events=KIND_TITLES[kind], day=begin))
        if begin > self.day - dt.timedelta(days):
            self.windows.append(days)
        when = self.facts.ledger.days(kind, column)
        return self._theirs(kind, (when <= self._on) & (when >= self._on - np.timedelta64(days, "D")) & counts)

    @cached_property
    def _journeys(self) -> Journeys:
        return journeys_of(self.facts, self.file, self.day)

    @property
    def _on(self) -> np.datetime64:
        return np.datetime64(self.day, "D")

    def _theirs(self, table: str, rows: Flags) -> Flags:
        """The customers of some rows of a table."""
        found = np.zeros(len(self.customers.ids) + 1, bool)
        found[self.customers.of[table][rows]] = True
        return found[:-1]

    def _need(self, table: str, *columns: str) -> None:
        if not self.facts.ledger.has(table):
            raise lacks(table)
        if table not in self.customers.of:
            columns = ("account_id", *columns)
        for column in columns:
            if column == "account_id" or not self.facts.ledger.has(table, column):
                raise lacks(table, column)


def _one_of(rules: Sequence[Callable[[], Flags]]) -> Flags:
    """For whom one of several rules holds; one that cannot be told does not count, unless none can.

    Raises:
        Unavailable: none can be told.
    """
    told, why = [], None
    for rule in rules:
        try:
            told.append(rule())
        except Unavailable as problem:
            why = why or problem
    if why is not None and not told:
        raise why
    found: Flags = np.logical_or.reduce(told)
    return found


def _number_of(key: str, milestones: Sequence[Milestone]) -> int:
    """The number of a milestone in its process; beyond the last where it is not one of this process."""
    if key == "last":
        return len(milestones) - 1
    keys = [one.key for one in milestones]
    return keys.index(key) if key in keys else len(keys)
