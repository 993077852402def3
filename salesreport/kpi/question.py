"""What is asked: which period, for whom, broken down by what; and the events sorted into the groups it makes."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.errors import ConfigError, nearest
from salesreport.kpi import base, equipment, progress, slippage
from salesreport.kpi.checks import check_day, check_dimensions
from salesreport.kpi.customers import why_untold
from salesreport.kpi.dimensions import PEOPLE, TITLES
from salesreport.kpi.events import KIND_TITLES, Events, Kind
from salesreport.kpi.facts import Facts
from salesreport.kpi.gaps import won_only
from salesreport.kpi.groups import grouped
from salesreport.kpi.lacking import lacks
from salesreport.kpi.ledger import Flags, Numbers, Positions
from salesreport.kpi.metric import Fact, Unavailable
from salesreport.language import text
from salesreport.period import Period

Value = TypeVar("Value", bound=np.generic)

_FINDERS: dict[str, Callable[[Facts, Period, dt.date], Events]] = {
    "reached": progress.reached,
    "watched": progress.watched,
    "promised": slippage.promised,
    "standing": slippage.standing,
    "base": base.standing,
    "equipment": equipment.standing,
}
"""Who finds what happened in a period or stands at a day, beside the facts themselves."""


class Sheet:
    """Events sorted into the question's groups.

    Attributes:
        events: all events of their kind and period. rows: which of them count here. group: the group of each.
        share: the credit of each. size: the number of groups.
    """

    def __init__(self, events: Events, rows: Positions, group: Positions, size: int) -> None:
        self.events, self.rows, self.group, self.size = events, rows, group, size
        self.share = self._picked(events.share)

    @cached_property
    def won(self) -> "Sheet":
        """The deals that were won."""
        return self.only(self.flag("won"))

    def number(self, column: str) -> Numbers:
        """A number of each event; missing is NaN."""
        return self._picked(self.events.number(column))

    def flag(self, column: str) -> Flags:
        """Whether something that was worked out holds of each event."""
        return self._picked(self.events.extra[column]).astype(bool, copy=False)

    def equals(self, column: str, value: str) -> Flags:
        """Whether each event has a value in a text column."""
        return self._picked(self.events.equals(column, value))

    def add(self, values: Numbers | Flags | float = 1.0) -> Numbers:
        """The sum of values by group, each times its share; missing values count nothing."""
        credited = np.nan_to_num(np.asarray(values, np.float64)) * self.share
        total = np.bincount(self.group, weights=credited, minlength=self.size).astype(np.float64, copy=False)
        whole = credited.sum()
        assert abs(total.sum() - whole) <= 1e-9 * np.abs(credited).sum() + 1e-9, (
            "groups do not add up to the total"
        )
        return total

    def only(self, condition: Flags) -> "Sheet":
        """The events that fulfil a condition."""
        if condition.all():
            return self
        return Sheet(self.events, self.rows[condition], self.group[condition], self.size)

    def _picked(self, values: npt.NDArray[Value]) -> npt.NDArray[Value]:
        """The values of the events that count; all of them as they are where nothing was left out."""
        return values if len(self.rows) == len(self.events) else values[self.rows]


class Question:
    """A period, a breakdown and a selection, asked of facts.

    Attributes:
        facts: what it is asked of. period: as asked. as_of: the day it is seen from.
        window: the days of the period up to the as-of date. before: the comparison period, as many days of it
            where the window is cut off.
        by: the dimensions to break down by. where: dimension → the values that count.
        groups: the by-columns of every group, missing values last.
    """

    def __init__(
        self,
        facts: Facts,
        period: Period,
        by: Sequence[str] = (),
        where: Mapping[str, Iterable[str] | str] | None = None,
        as_of: dt.date | None = None,
        compare_to: Period | None = None,
    ) -> None:
        """Check what is asked; see `compute` for the arguments.

        Raises:
            ConfigError: an unknown dimension or value, or days that are not known yet.
        """
        self.facts, self.period, self.by = facts, period, tuple(dict.fromkeys(by))
        check_dimensions((*self.by, *(where or {})))
        self.where = _selection(facts, where or {})
        self.as_of = _as_of(facts, period, as_of)
        self.window = _until(period, self.as_of)
        before = compare_to or period.previous()
        cut = self.window.days < period.days
        self.before = _until(before, before.start + dt.timedelta(self.window.days - 1)) if cut else before
        self.groups = pd.DataFrame()
        self._sheets: dict[Fact, Sheet] = {}

    @property
    def size(self) -> int:
        """The number of groups."""
        return len(self.groups)

    @property
    def sells_by_order(self) -> bool:
        """Whether sales are counted from orders, not from won deals."""
        return self.facts.ledger.has("orders")

    def sheet(self, fact: Fact) -> Sheet:
        """The events of a kind, sorted into groups.

        Raises:
            Unavailable: there is no such table, it cannot be broken down so, or it begins after the period.
        """
        problem = self._why_not(fact)
        if problem is not None:
            raise problem
        return self._sheets[fact]

    def need(self, table: str, *columns: str) -> None:
        """Make sure that columns are there.

        Raises:
            Unavailable: they are not.
        """
        if table == "customers":
            if (reason := why_untold(self.facts)) is not None:
                raise Unavailable(reason)
            return
        table = ("orders" if self.sells_by_order else "deals") if table == "sales" else table
        if not self.facts.ledger.has(table):
            raise lacks(table)
        for column in columns:
            if not self.facts.ledger.has(table, column):
                raise lacks(table, column)

    def _kind(self, fact: Fact) -> tuple[Kind, Period | dt.date]:
        when: Period | dt.date = self.before if fact.endswith("_before") else self.window
        name = fact.removesuffix("_before")
        if name == "sold":
            name = "orders" if self.sells_by_order else "closed"
        return name, self.as_of if name == "open" else when  # type: ignore[return-value]

    def _events(self, fact: Fact) -> Events:
        find = _FINDERS.get(fact)
        if fact == "watched" and not PEOPLE & {*self.by, *self.where}:
            find = progress.watched_whole
        return self.facts.events(*self._kind(fact)) if find is None else find(self.facts, self.window, self.as_of)

    def _why_not(self, fact: Fact) -> Unavailable | None:
        kind, when = self._kind(fact)
        facts, table = self.facts, Events.table_of(kind)
        if kind != "base" and not facts.ledger.has(table):  # customers are known from other tables, too
            return lacks(table)
        for name in (*self.by, *self.where):
            if not facts.dimensions.carries(table, name):
                return Unavailable(
                    text(
                        "cannot be told by {dimension}, which is not known of {events}",
                        dimension=TITLES[name],
                        events=KIND_TITLES[kind],
                    )
                )
        if kind in _FINDERS:
            try:
                self._events(fact)
            except Unavailable as problem:
                return problem
            return None
        if kind in ("open", "created") and (only := won_only(facts)) is not None:
            return Unavailable(only)
        if kind == "open" and self.as_of == facts.dataset.as_of:
            return None  # the deals that are open today are known, whenever they were created
        if kind == "open" and (why := facts.known(self.as_of).why_open_unknown) is not None:
            return Unavailable(why)
        begin, end = facts.begin(kind), when.end if isinstance(when, Period) else when
        if begin is None:
            return Unavailable(text("this export knows of no {events}", events=KIND_TITLES[kind]))
        if begin > end and fact.endswith("_before"):
            return Unavailable(
                text(
                    "{events} are known from {day} only, after the comparison period",
                    events=KIND_TITLES[kind],
                    day=begin,
                )
            )
        if begin > end:
            return Unavailable(
                text("{events} are known from {day} only, after the period", events=KIND_TITLES[kind], day=begin)
            )
        return None

    def sort(self, counts: Iterable[Fact], also: Iterable[pd.DataFrame] = ()) -> None:
        """Give each event its group; the groups are those with any event, and those of the reps at work.

        Args:
            counts: what the metrics count.
            also: frames with the by-columns of groups that are there without events, such as those with a target.
        """
        counts = [fact for fact in dict.fromkeys(counts) if self._why_not(fact) is None]
        events = {fact: self._events(fact) for fact in counts}
        rows = {fact: self._chosen(events[fact]) for fact in counts}
        extra = [*also]
        if self.by and set(self.by) <= PEOPLE:
            active = self.facts.active(self.window)
            for name in PEOPLE & set(self.where):
                active = active[active[name].isin(list(self.where[name]))]
            extra.append(active[list(self.by)])

        lists = [[events[fact].dimension(name) for name in self.by] for fact in counts]
        lists += [[pd.Categorical(frame[name].astype("str")) for name in self.by] for frame in extra]
        picks: list[Positions | None] = [rows[fact] for fact in counts] + [None] * len(extra)
        numbers, self.groups = grouped(self.by, lists, picks)
        for fact, group in zip(counts, numbers, strict=False):
            self._sheets[fact] = Sheet(events[fact], rows[fact], group, len(self.groups))

    def _chosen(self, events: Events) -> Positions:
        chosen = np.ones(len(events), bool)
        for name, values in self.where.items():
            column = events.dimension(name)
            wanted = np.append(column.categories.isin(list(values)), False)
            chosen &= wanted[column.codes]
        return np.flatnonzero(chosen)


def _selection(facts: Facts, where: Mapping[str, Iterable[str] | str]) -> dict[str, tuple[str, ...]]:
    selection = {}
    for name, values in where.items():
        chosen = (values,) if isinstance(values, str) else tuple(values)
        members = facts.dimensions.members(name)
        for value in chosen:
            if members and value not in members:
                raise ConfigError(
                    text("There is no {dimension} of this name in the data.", dimension=TITLES[name]),
                    key=name,
                    found=value,
                    nearest=nearest(value, members),
                )
        selection[name] = chosen
    return selection


def _as_of(facts: Facts, period: Period, as_of: dt.date | None) -> dt.date:
    if as_of is not None:
        check_day(as_of, facts.as_of)
    seen_from = as_of or min(period.end, facts.as_of)
    if period.start > seen_from:
        raise ConfigError(
            text("Nothing is known of this period yet."),
            key="period",
            found=period.name,
            expected=text("one that begins on {day} or earlier", day=seen_from),
        )
    return seen_from


def _until(period: Period, day: dt.date) -> Period:
    """The days of a period up to a day."""
    return period if day >= period.end else Period.span(period.start, day, period.fiscal_year_start)
