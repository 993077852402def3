"""In which category of the process file every customer is: the rules, asked of what was known on a day."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.customers.customers import Customers, customers_of, seen_by, served_by
from salesreport.kpi.customers.equipment import out_on
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.kinds import ACTIVITIES, ORDERS, Kind
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import OPEN, Journeys
from salesreport.kpi.milestones.reached import journeys_of, no_milestones
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.process import Condition, Milestone, ProcessFile


class States(NamedTuple):
    """The customers at the end of a day, in the order of `customers_of`.

    Attributes:
        file: the process file. category: number of the category in the process file; −1: not in the base yet.
        rep: who serves each.
        unsure: customers who may as well be in an earlier category, or who may be in the base and are not counted:
            the data do not tell of that day.
        untold: category key → why it cannot be told who is in it, as the end of "cannot be told: …".
        short: the longest window (days) of a condition that begins before anything is known; 0: none.
    """

    file: ProcessFile
    category: npt.NDArray[np.int8]
    rep: pd.Categorical
    unsure: Flags
    untold: dict[str, Text]
    short: int


class Told(NamedTuple):
    """For which customers a condition holds for certain, and for which it may: the data do not tell everything."""

    certain: Flags
    possible: Flags


def states_at(facts: Facts, file: ProcessFile, day: dt.date, without: Mapping[str, Text] | None = None) -> States:
    """The category and rep of every customer at the end of a day; worked out once.

    Args:
        facts: whose customers. file: has the categories. day: nothing later counts.
        without: categories that are left out, and why: they cannot be told on another day that this one is
            compared with.

    Raises:
        ConfigError: a day after the facts' as-of date.
    """
    # what is remembered holds the file, so that its id stays its own
    key = ("base", id(file), day, tuple(sorted(without or ())))
    return facts.remember(key, lambda: _states(facts, file, day, without or {}))


def states_between(facts: Facts, file: ProcessFile, start: dt.date, end: dt.date) -> tuple[States, States]:
    """The states at the ends of two days, by the categories that can be told on both: the others make no moves."""
    before, after = states_at(facts, file, start), states_at(facts, file, end)
    untold = {**after.untold, **before.untold}
    if before.untold.keys() != after.untold.keys():
        before, after = states_at(facts, file, start, untold), states_at(facts, file, end, untold)
    return before, after


def _states(facts: Facts, file: ProcessFile, day: dt.date, without: Mapping[str, Text]) -> States:
    facts.known(day)  # refuses days of which nothing is known yet
    view = _View(facts, file, day)
    seen = seen_by(facts, day)
    there = seen | (view.customers.listed & ~seen_by(facts, facts.as_of))
    category = np.full(len(there), -1, np.int8)
    unsure = view.unsure & ~there
    untold: dict[str, Text] = {}
    for number, one in enumerate(file.base):
        try:
            if one.key in without:
                raise Unavailable(without[one.key])
            told = view.holds(one.when)
        except Unavailable as problem:
            untold[one.key] = problem.reason
            continue
        left = there & (category < 0)
        category[left & told.certain] = number
        unsure |= left & told.possible & ~told.certain
    assert ((category >= 0) == there).all(), "a customer without a category"
    return States(file, category, served_by(facts, day), unsure, untold, max(view.windows, default=0))


@dataclass(frozen=True, eq=False)
class _View:
    """What is known of the customers at the end of a day, as the conditions of categories ask for it."""

    facts: Facts
    file: ProcessFile
    day: dt.date

    @cached_property
    def customers(self) -> Customers:
        return customers_of(self.facts)

    @cached_property
    def windows(self) -> list[int]:
        """The windows asked for that begin before activities and orders are known."""
        return []

    def holds(self, condition: Condition) -> Told:
        """For which customers a condition holds.

        Raises:
            Unavailable: the data do not tell.
        """
        rules: list[Callable[..., Told | Flags]] = [getattr(self, f"_{name}") for name in condition.given]
        told = [_told(rule(getattr(condition, name))) for rule, name in zip(rules, condition.given, strict=True)]
        certain, possible = zip(*told, strict=True)
        return Told(np.logical_and.reduce(certain), np.logical_and.reduce(possible))

    @cached_property
    def unsure(self) -> Flags:
        """The customers of deals of which nobody knows whether they were there."""
        if "deals" not in self.customers.of or not self.facts.columns.has("deals"):
            return np.zeros(len(self.customers.ids), bool)
        return self._theirs("deals", self.facts.known(self.day).unsure)

    def _otherwise(self, _: bool) -> Flags:
        return np.ones(len(self.customers.ids), bool)

    def _any(self, conditions: tuple[Condition, ...]) -> Told:
        return _one_of([partial(self.holds, one) for one in conditions])

    def _payment_due_within(self, months: int) -> Flags:
        self._need("orders", "due_on", "paid_on")
        columns = self.facts.columns
        until = Period.of(self.day, "month").previous(1 - months).end
        due = columns.days("orders", "due_on") <= np.datetime64(until, "D")
        due &= ~(columns.days("orders", "paid_on") <= self._on) & (columns.numbers("orders", "amount") > 0)
        return self._theirs("orders", due & (columns.days("orders", "ordered_on") <= self._on))

    def _stage_at_least(self, key: str) -> Told:
        self._need("deals")
        if not self.file.processes:
            raise Unavailable(no_milestones(self.file))
        if key == "last" and self.file.unordered:
            raise Unavailable(text("the order of stages is not known: {names}", names=list(self.file.unordered)))
        stays, is_open = self._journeys.stays, self.facts.known(self.day).open
        going = np.flatnonzero(stays.outcome == OPEN)
        if not len(going) and is_open.any():
            raise Unavailable(text("the data do not show at which milestone deals were on {day}", day=self.day))
        least = [_number_of(key, one.milestones) for one in self.file.processes]
        far = going[stays.milestone[going] >= np.array(least)[stays.process[going]]]
        there = np.zeros(len(is_open), bool)
        there[stays.deal[far]] = True
        certain = self._theirs("deals", there)
        if self.facts.known(self.day).is_today:  # a deal at no milestone today has reached none
            return Told(certain, certain)
        # one of which no move is known at all stood somewhere: only today's stage is known of it
        by_stage = [any(sign.stages for sign in one.milestones) for one in self.file.processes]
        nowhere = is_open & np.append(by_stage, False)[self._journeys.process]
        nowhere &= self.facts.history.last_move(self.facts.as_of) < 0
        nowhere[stays.deal[going]] = False
        return Told(certain, certain | self._theirs("deals", nowhere) | self.unsure)

    def _any_open_deal(self, _: bool) -> Told:
        self._need("deals")
        certain = self._theirs("deals", self.facts.known(self.day).open)
        return Told(certain, certain | self.unsure)

    def _equipment_out(self, _: bool) -> Flags:
        self._need("equipment")
        return self._theirs("equipment", out_on(self.facts, self.day))

    def _ordered_within(self, days: int) -> Flags:
        self._need("orders")
        credit_note = self.facts.columns.numbers("orders", "amount") < 0
        return self._within(ORDERS, days, ~credit_note)

    def _active_within(self, days: int) -> Told:
        """An activity or an order; one of the two tables is enough to tell."""
        if not {"orders", "activities"} & self.customers.of.keys():
            raise Unavailable(text("needs activities or orders of customers; this export has none"))
        rules: list[Callable[[], Told | Flags]] = []
        if "activities" in self.customers.of:
            rules.append(lambda: self._within(ACTIVITIES, days))
        if "orders" in self.customers.of:
            rules.append(lambda: self._ordered_within(days))
        return _one_of(rules)

    def _within(self, kind: Kind, days: int, counts: Flags | bool = True) -> Flags:
        """Who has an event of a kind that counts and is at most so many days old."""
        assert kind.dated is not None
        begin, when = self.facts.begin(kind.dated), self.facts.days(kind.dated)
        if begin is None:
            raise Unavailable(text("this export knows of no {events}", events=kind.title))
        if begin > self.day:
            raise Unavailable(text("{events} are known from {day} only", events=kind.title, day=begin))
        if begin > self.day - dt.timedelta(days):
            self.windows.append(days)
        recent = (when <= self._on) & (when >= self._on - np.timedelta64(days, "D"))
        return self._theirs(kind.table, recent & counts)

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
        if not self.facts.columns.has(table):
            raise lacks(table)
        if table not in self.customers.of:
            columns = ("account_id", *columns)
        for column in columns:
            if column == "account_id" or not self.facts.columns.has(table, column):
                raise lacks(table, column)


def _told(found: Told | Flags) -> Told:
    """What a rule found; one that knows no doubt gives flags alone."""
    return found if isinstance(found, Told) else Told(found, found)


def _one_of(rules: Sequence[Callable[[], Told | Flags]]) -> Told:
    """For whom one of several rules holds; one that cannot be told does not count, unless none can.

    Raises:
        Unavailable: none can be told.
    """
    told: list[Told] = []
    why = None
    for rule in rules:
        try:
            told.append(_told(rule()))
        except Unavailable as problem:
            why = why or problem
    if why is not None and not told:
        raise why
    certain, possible = zip(*told, strict=True)
    return Told(np.logical_or.reduce(certain), np.logical_or.reduce(possible))


def _number_of(key: str, milestones: Sequence[Milestone]) -> int:
    """The number of a milestone in its process; beyond the last where it is not one of this process."""
    if key == "last":
        return len(milestones) - 1
    keys = [one.key for one in milestones]
    return keys.index(key) if key in keys else len(keys)
