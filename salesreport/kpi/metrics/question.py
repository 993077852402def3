"""What is asked: which period, for whom, broken down by what; and the events sorted into the groups it makes."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.customers.customers import why_untold
from salesreport.kpi.facts.checks import check_day, check_dimensions
from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.covered import begins_within
from salesreport.kpi.facts.dimensions import PEOPLE, TITLES
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Dated, Facts
from salesreport.kpi.facts.gaps import won_only
from salesreport.kpi.facts.groups import grouped
from salesreport.kpi.facts.kinds import CLOSED, CREATED, OPEN, ORDERS, SOLD, Kind
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import text
from salesreport.period import Period

Value = TypeVar("Value", bound=np.generic)


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
        window: the days of the period up to the as-of date. before: the comparison period, up to the same
            day where the window is cut off.
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
        self.window = period.until(self.as_of)
        self.before = (compare_to or period.previous()).as_far_as(period, self.as_of)
        self.groups = pd.DataFrame()
        self._sheets: dict[Kind, Sheet] = {}

    @property
    def size(self) -> int:
        """The number of groups."""
        return len(self.groups)

    @property
    def sells_by_order(self) -> bool:
        """Whether sales are counted from orders, not from won deals."""
        return self.facts.columns.has("orders")

    def sheet(self, kind: Kind) -> Sheet:
        """The events of a kind, sorted into groups.

        Raises:
            Unavailable: there is no such table, it cannot be broken down so, or it begins after the period.
        """
        problem = self._why_not(kind)
        if problem is not None:
            raise problem
        return self._sheets[kind]

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
        if not self.facts.columns.has(table):
            raise lacks(table)
        for column in columns:
            if not self.facts.columns.has(table, column):
                raise lacks(table, column)

    def _meant(self, kind: Kind) -> Kind:
        """The kind itself, and for sales that which tells of them."""
        if kind.name != SOLD.name:
            return kind
        sales = ORDERS if self.sells_by_order else CLOSED
        return sales.earlier if kind.before else sales

    def _events(self, kind: Kind) -> Events:
        kind = self._meant(kind)
        find = kind.find
        if kind.whole is not None and not PEOPLE & {*self.by, *self.where}:
            find = kind.whole
        return find(self.facts, self.before if kind.before else self.window, self.as_of)

    def _why_not(self, kind: Kind) -> Unavailable | None:
        kind, facts = self._meant(kind), self.facts
        if not kind.elsewhere and not facts.columns.has(kind.table):
            return lacks(kind.table)
        for name in (*self.by, *self.where):
            if not facts.dimensions.carries(kind.table, name):
                return Unavailable(
                    text(
                        "cannot be told by {dimension}, which is not known of {events}",
                        dimension=TITLES[name],
                        events=kind.title,
                    )
                )
        if kind.dated is not None:
            return self._why_not_then(kind, kind.dated)
        try:
            self._events(kind)
        except Unavailable as problem:
            return problem
        return None

    def _why_not_then(self, kind: Kind, name: Dated) -> Unavailable | None:
        """Why nothing is known of events that happen on a day, in the period asked for."""
        facts = self.facts
        if kind in (OPEN, CREATED) and (only := won_only(facts)) is not None:
            return Unavailable(only)
        if kind == OPEN and self.as_of == facts.dataset.as_of:
            return None  # the deals that are open today are known, whenever they were created
        if kind == OPEN and (why := facts.known(self.as_of).why_open_unknown) is not None:
            return Unavailable(why)
        end = self.as_of if kind == OPEN else self.before.end if kind.before else self.window.end
        begin = facts.begin(name)
        if begin is None:
            return Unavailable(text("this export knows of no {events}", events=kind.title))
        if begin > end and kind.before:
            return Unavailable(
                text(
                    "{events} are known from {day} only, after the comparison period", events=kind.title, day=begin
                )
            )
        if kind.before and begins_within(facts, [kind], self.before) is not None:
            return Unavailable(
                text(
                    "{events} are known from {day} only, within the comparison period",
                    events=kind.title,
                    day=begin,
                )
            )
        if begin > end:
            return Unavailable(
                text("{events} are known from {day} only, after the period", events=kind.title, day=begin)
            )
        return None

    def sort(self, counts: Iterable[Kind], also: Iterable[pd.DataFrame] = ()) -> None:
        """Give each event its group; the groups are those with any event, and those of the reps at work.

        Args:
            counts: what the metrics count.
            also: frames with the by-columns of groups that are there without events, such as those with a target.
        """
        counts = [kind for kind in dict.fromkeys(counts) if self._why_not(kind) is None]
        events = {kind: self._events(kind) for kind in counts}
        rows = {kind: self._chosen(events[kind]) for kind in counts}
        extra = [*also]
        if self.by and set(self.by) <= PEOPLE:
            active = self.facts.active(self.window)
            for name in PEOPLE & set(self.where):
                active = active[active[name].isin(list(self.where[name]))]
            extra.append(active[list(self.by)])

        lists = [[events[kind].dimension(name) for name in self.by] for kind in counts]
        lists += [[pd.Categorical(frame[name].astype("str")) for name in self.by] for frame in extra]
        picks: list[Positions | None] = [rows[kind] for kind in counts] + [None] * len(extra)
        numbers, self.groups = grouped(self.by, lists, picks)
        for kind, group in zip(counts, numbers, strict=False):
            self._sheets[kind] = Sheet(events[kind], rows[kind], group, len(self.groups))

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
