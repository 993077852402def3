"""What was decided at each step of the process: of the deals at a milestone, which went on in time, which did not.

A step leads from a milestone to what comes next; one more, `win`, leads from the deal as a whole to the order.
Every stay at a milestone is decided once, on a day: it goes on, is lost or falls back, or the days in which the
next milestone is expected are over. So a deal that nobody moves counts against the step, and none counts for ever.
"""

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions, taken
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.gaps import need_losses
from salesreport.kpi.facts.known import owner_on
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import ADVANCED, OPEN, WON, Journeys
from salesreport.kpi.milestones.reached import journeys_of, place_numbers, places_of, store_of_process
from salesreport.language import Text, text
from salesreport.memory import give_back
from salesreport.period import Period
from salesreport.process import ProcessFile

WIN = "win"
"""The key of the step from a deal to its order: won or lost, whatever lies between."""

Codes = npt.NDArray[np.int16]


class Step(NamedTuple):
    """A step of the process.

    Attributes:
        key: names it in tables: the milestone's key, with the process's name before it where there are several
            processes; or `win`. title, following: what people call the milestone and what comes next.
        within: the days in which the next milestone is expected; None for `win`, where only won and lost decide.
    """

    key: str
    title: Text | str
    following: Text | str
    within: int | None


@dataclass(frozen=True, eq=False)
class Decisions:
    """Decisions at steps, one row each, in order of time.

    A decision counts for the rep who brought it about: who had the deal on the eve of the move, or on the day the
    time was over; of several owners the one with the largest share. So every decision counts once.

    Attributes:
        facts: whose deals. steps: the steps; `step` numbers them.
        deal: row in table `deals`. step: which one. success: whether the deal went on in time, or was won.
        day: of the decision. rep: whose it was.
    """

    facts: Facts
    steps: tuple[Step, ...]
    deal: Positions
    step: Codes
    success: Flags
    day: Days
    rep: pd.Categorical
    _all: "tuple[Decisions, slice | Positions] | None" = None
    _columns: dict[str, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.deal)

    def between(self, start: dt.date, end: dt.date) -> "Decisions":
        """Those of the days from start to end."""
        first, last = np.datetime64(start, "D"), np.datetime64(end, "D")
        return self.take(slice(*np.searchsorted(self.day, [first, last + np.timedelta64(1, "D")]).tolist()))

    def during(self, period: Period) -> "Decisions":
        """Those of a period."""
        return self.between(period.start, period.end)

    def take(self, rows: slice | Positions | Flags) -> "Decisions":
        """Some of them; a slice copies nothing."""
        chosen: slice | Positions
        if isinstance(rows, np.ndarray):
            chosen = np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.intp, copy=False)
        else:
            chosen = rows
        return Decisions(
            self.facts, self.steps, self.deal[chosen], self.step[chosen], self.success[chosen], self.day[chosen],
            self.rep[chosen], (self, chosen),
        )  # fmt: skip

    def apart(self) -> "Decisions":
        """The same for whoever keeps or stores them: without those they were taken from."""
        return replace(self, _all=None)

    def dimension(self, name: str) -> pd.Categorical:
        """One of `salesreport.kpi.DIMENSIONS` of each decision."""
        if name == "rep_id":
            return self.rep
        if name not in self._columns:
            if self._all is not None:
                whole, rows = self._all
                self._columns[name] = whole.dimension(name)[rows]
            elif name in ("team", "manager"):
                self._columns[name] = self.facts.placements.on(name, self.rep, self.day)
            else:
                self._columns[name] = taken(self.facts.dimensions.of("deals", name), self.deal)
        values: pd.Categorical = self._columns[name]
        return values

    def has(self, name: str, value: str) -> Flags:
        """Which of them have a value of a dimension; a comparison of codes."""
        values = self.dimension(name)
        code = values.categories.get_indexer([value])[0]
        return np.asarray(values.codes == code) if code >= 0 else np.zeros(len(self), bool)

    @cached_property
    def months(self) -> Codes:
        """The calendar month of each, counted from 1970."""
        return self.day.astype("datetime64[M]").astype(np.int16)

    @property
    def amount(self) -> Numbers:
        """The amount of each decision's deal as last known; NaN where there is none."""
        return self.facts.columns.numbers("deals", "amount")[self.deal]

    @cached_property
    def brought(self) -> Numbers:
        """What each decision's deal brought in the end: its amount if won, 0 if lost; NaN: open or not priced."""
        closing = self.facts.closing
        won, lost, amount = closing.won[self.deal], closing.lost[self.deal], self.amount
        return np.where(won, np.where(amount > 0, amount, np.nan), np.where(lost, 0.0, np.nan))

    def ids(self, rows: Positions | Flags | slice = slice(None)) -> list[str]:
        """The ids of the deals of some decisions, each once, in order of time."""
        deals = pd.unique(self.deal[rows])
        names: list[str] = self.facts.columns.series("deals", "deal_id").array.take(deals).tolist()
        return names


def decisions(facts: Facts, file: ProcessFile, alone: bool = False) -> Decisions:
    """All decisions up to the facts' as-of date; worked out once, and stored.

    A stay of which nobody knows since when it lasts, is left out: nobody knows whether it was in time.

    Args:
        facts: whose deals. file: the processes they follow.
        alone: nothing else will be asked of how deals went through their process: neither that nor the moves are
            remembered, which saves most of the memory.

    Raises:
        Unavailable: there are no deals, none was ever decided, or none that was lost is in the data.
    """
    return store_of_process(facts, file, ("decisions",), lambda: _decide(facts, file, alone))


def of_people(decided: Decisions) -> Decisions:
    """The decisions of people, without those of owners who are declared to be none; they are nobody's peers."""
    if not decided.facts.not_people:
        return decided
    nobody = np.append(decided.rep.categories.isin(list(decided.facts.not_people)), False)
    return decided.take(~nobody[decided.rep.codes])


def _decide(facts: Facts, file: ProcessFile, alone: bool) -> Decisions:
    if not facts.columns.has("deals"):
        raise lacks("deals")
    need_losses(facts)
    last, steps = facts.as_of, steps_of(file)
    columns = [_Growing() for _ in range(5)]

    def add(deal: Positions, step: Codes, success: Flags, day: Days, eve: Days) -> pd.Index:
        rep = owner_on(facts.owners, deal, eve, taken(facts.dimensions.of("deals", "rep_id"), deal))
        for column, part in zip(columns, (deal, step, success, day, rep.codes), strict=True):
            column.add(part)
        return rep.categories

    for journeys in Journeys.in_parts(facts, file, last) if alone else [journeys_of(facts, file, last)]:
        found = decided_stays(journeys)
        deal = journeys.stays.deal[found.stay]
        add(deal, found.place.astype(np.int16), found.success, found.day, found.eve)
    categories = add(*_closings(facts, len(steps) - 1))
    if alone:
        facts.history.forget_moves()
        give_back()  # what they were read with
    if not len(columns[0].array):
        raise Unavailable(text("needs closed deals or the history of stages; this export has neither"))
    order = _in_order(columns[3].array, columns[1].array, len(steps))
    deal, step, success, day, codes = (columns.pop(0).array[order] for _ in range(5))
    rep = pd.Categorical.from_codes(codes, categories=categories, validate=False)
    return Decisions(facts, steps, deal, step, success, day, rep)


class _Growing:
    """An array that grows in place; parts that are kept until they are joined leave holes in the memory."""

    def __init__(self) -> None:
        self._bytes, self._kind = bytearray(), np.dtype(np.intp)

    def add(self, part: npt.NDArray[Any]) -> None:
        """Add a part at the end."""
        self._kind = part.dtype
        self._bytes += np.ascontiguousarray(part).view(np.uint8).data

    @property
    def array(self) -> npt.NDArray[Any]:
        """All parts as one; nothing can be added as long as it is there."""
        return np.frombuffer(self._bytes, self._kind)


def _in_order(day: Days, step: Codes, steps: int) -> Positions:
    """By day, then step, then as they came: at each step they come by deal."""
    key = (day - day.min()).astype(np.int32)
    key *= steps
    key += step
    # numbers of 16 bits, which hold decades, are sorted by counting
    return np.argsort(key.astype(np.uint16) if key.max() < 2**16 else key, kind="stable")


def steps_of(file: ProcessFile) -> tuple[Step, ...]:
    """The steps of a process file, one for each milestone in order, and `win`."""
    several = len(file.processes) > 1
    steps = [
        Step(
            f"{place.process.name}/{place.milestone.key}" if several else place.milestone.key,
            f"{place.process.name}: {place.milestone.title}" if several else place.milestone.title,
            place.next_title,
            place.milestone.within,
        )
        for place in places_of(file)
    ]
    return (*steps, Step(WIN, text("Deal"), text("Order"), None))


class DecidedStays(NamedTuple):
    """Stays at milestones that were decided.

    Attributes:
        stay: the number of each. place: of its milestone, counted through all processes. success: whether it went
            on in time. day: of the decision. eve: the day whose owner it counts for.
    """

    stay: Positions
    place: Positions
    success: Flags
    day: Days
    eve: Days


def decided_stays(journeys: Journeys) -> DecidedStays:
    """The stays of journeys that were decided by their day, those that moved and those whose time was over."""
    stays, number = journeys.stays, place_numbers(journeys)
    within = np.array([place.milestone.within for place in places_of(journeys.file)] or [0])[number]
    age = (journeys.shortest + journeys.longest) / 2  # where moves are known only within an interval: its middle
    moved = (stays.outcome != OPEN) & (age <= within)
    over = stays.entered + within.astype("timedelta64[D]")
    day = np.where(moved, stays.left, over)
    decided = np.flatnonzero(stays.dated & (day <= np.datetime64(journeys.day, "D")))
    success = moved & ((stays.outcome == ADVANCED) | (stays.outcome == WON))
    eve = np.where(moved, np.maximum(stays.entered, day - np.timedelta64(1, "D")), day)
    return DecidedStays(decided, number[decided], success[decided], day[decided], eve[decided])


def _closings(facts: Facts, step: int) -> tuple[Positions, Codes, Flags, Days, Days]:
    """Likewise of every deal that was won or lost."""
    closing = facts.closing
    deals = np.flatnonzero(closing.closed & (closing.day <= np.datetime64(facts.as_of, "D")))
    day = closing.day[deals]
    return deals, np.full(len(deals), step, np.int16), closing.won[deals], day, day
