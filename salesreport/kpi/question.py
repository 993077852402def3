"""What is asked: which period, for whom, broken down by what; and the events sorted into the groups it makes."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.dimensions import DIMENSIONS, TITLES
from salesreport.kpi.events import KIND_TITLES, Events, Kind
from salesreport.kpi.facts import Facts
from salesreport.kpi.ledger import Flags, Numbers, Positions, recoded
from salesreport.kpi.metric import Fact, Unavailable
from salesreport.language import text
from salesreport.period import Period

Value = TypeVar("Value", bound=np.generic)

_PEOPLE = {"rep_id", "team", "manager"}
_DENSE = 2_000_000
"""Up to so many possible combinations of dimension values, groups are found in a table instead of by sorting."""


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
        for name in (*self.by, *(where or {})):
            if name not in DIMENSIONS:
                raise ConfigError(
                    text("Figures cannot be broken down by this."),
                    key="by",
                    found=name,
                    expected=text("one of {names}", names=list(DIMENSIONS)),
                    nearest=nearest(name, DIMENSIONS),
                )
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
        table = ("orders" if self.sells_by_order else "deals") if table == "sales" else table
        if not self.facts.ledger.has(table):
            raise Unavailable(text("needs table {table}; this export has none", table=table))
        for column in columns:
            if not self.facts.ledger.has(table, column):
                raise Unavailable(
                    text(
                        "needs column {column} of table {table}; this export has none", column=column, table=table
                    )
                )

    def _kind(self, fact: Fact) -> tuple[Kind, Period | dt.date]:
        when: Period | dt.date = self.before if fact.endswith("_before") else self.window
        name = fact.removesuffix("_before")
        if name == "sold":
            name = "orders" if self.sells_by_order else "closed"
        return name, self.as_of if name == "open" else when  # type: ignore[return-value]

    def _why_not(self, fact: Fact) -> Unavailable | None:
        kind, when = self._kind(fact)
        facts, table = self.facts, Events.table_of(kind)
        if not facts.ledger.has(table):
            return Unavailable(text("needs table {table}; this export has none", table=table))
        for name in (*self.by, *self.where):
            if not facts.dimensions.carries(table, name):
                return Unavailable(
                    text(
                        "cannot be told by {dimension}, which is not known of {events}",
                        dimension=TITLES[name],
                        events=KIND_TITLES[kind],
                    )
                )
        if kind == "open" and self.as_of == facts.dataset.as_of:
            return None  # the deals that are open today are known, whenever they were created
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
        events = {fact: self.facts.events(*self._kind(fact)) for fact in counts}
        rows = {fact: self._chosen(events[fact]) for fact in counts}
        extra = [*also]
        if self.by and set(self.by) <= _PEOPLE:
            active = self.facts.active(self.window)
            for name in _PEOPLE & set(self.where):
                active = active[active[name].isin(list(self.where[name]))]
            extra.append(active[list(self.by)])

        lists = [[events[fact].dimension(name) for name in self.by] for fact in counts]
        lists += [[pd.Categorical(frame[name].astype("str")) for name in self.by] for frame in extra]
        picks: list[Positions | None] = [rows[fact] for fact in counts] + [None] * len(extra)
        categories = [_union(column[place].categories for column in lists) for place in range(len(self.by))]
        numbers, self.groups = _grouped(self.by, categories, lists, picks)
        for fact, group in zip(counts, numbers, strict=False):
            self._sheets[fact] = Sheet(events[fact], rows[fact], group, len(self.groups))

    def _chosen(self, events: Events) -> Positions:
        chosen = np.ones(len(events), bool)
        for name, values in self.where.items():
            column = events.dimension(name)
            wanted = np.append(column.categories.isin(list(values)), False)
            chosen &= wanted[column.codes]
        return np.flatnonzero(chosen)


def _grouped(
    by: Sequence[str],
    categories: list[pd.Index],
    lists: list[list[pd.Categorical]],
    picks: list[Positions | None],
) -> tuple[list[Positions], pd.DataFrame]:
    """Number the combinations of values that occur; → the numbers of each list's rows, and the combinations."""
    if not by:
        sizes = [len(pick) if pick is not None else 0 for pick in picks]
        return [np.zeros(size, np.intp) for size in sizes], pd.DataFrame(index=range(1))
    coded = []
    for columns, pick in zip(lists, picks, strict=True):
        codes = [recoded(column, categories[place]) for place, column in enumerate(columns)]
        codes = [np.where(code < 0, len(categories[place]), code) for place, code in enumerate(codes)]
        coded.append([code if pick is None else code[pick] for code in codes])
    widths = [len(index) + 1 for index in categories]  # the last code of each is "missing"
    if np.prod(widths, dtype=float) <= _DENSE:
        keys = [np.ravel_multi_index(codes, widths) for codes in coded]
        there = np.zeros(int(np.prod(widths)), bool)
        for key in keys:
            there[key] = True
        number = np.cumsum(there) - 1
        numbers = [number[key] for key in keys]
        found = np.unravel_index(np.flatnonzero(there), widths)
    else:
        rows = pd.DataFrame({place: np.concatenate([one[place] for one in coded]) for place in range(len(by))})
        number = rows.groupby(list(rows.columns), sort=True).ngroup().to_numpy()
        first = np.unique(number, return_index=True)[1]
        found = tuple(rows[place].to_numpy()[first] for place in range(len(by)))
        numbers = np.split(number, np.cumsum([len(one[0]) for one in coded])[:-1])
    groups = {
        name: pd.Series(pd.Index([*index, None], dtype="str").take(codes))
        for name, index, codes in zip(by, categories, found, strict=True)
    }
    return numbers, pd.DataFrame(groups)


def _union(indexes: Iterable[pd.Index]) -> pd.Index:
    values: set[str] = set()
    for index in indexes:
        values.update(index)
    return pd.Index(sorted(values), dtype="str")


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
    if as_of is not None and as_of > facts.as_of:
        raise ConfigError(
            text("Nothing is known of that day yet."),
            key="as_of",
            found=as_of.isoformat(),
            expected=text("{day} or earlier", day=facts.as_of),
        )
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
