"""The way of deals through their process: every stay of each at a milestone, as known at the end of a day."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions, taken
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.known import owner_on
from salesreport.kpi.facts.ordering import begins_run, in_order
from salesreport.kpi.milestones.signs import LOSES, RAISES, SETS, WINS, Signs, processes_of, signs_of
from salesreport.process import ProcessFile

OUTCOMES = ("advanced", "back", "lost", "won", "open")
"""How a stay ends: at a later milestone, at an earlier one, closed either way, or not yet. Coded by position."""

ADVANCED, BACK, LOST, WON, OPEN = range(5)

Codes = npt.NDArray[np.int8]
Few = npt.NDArray[np.int16]
Whole = npt.NDArray[np.int64]

_NEVER = np.datetime64("NaT", "D")
_NOWHERE, _CLOSED = -1, -2


class Stays(NamedTuple):
    """Stays of deals at milestones, by deal and in order of time; no two of a deal overlap.

    A deal is there at the end of a day `d` if `entered <= d` and not `left <= d`.

    Attributes:
        deal: row in table `deals`. process: its number in the process file. milestone: its number in the process.
        entered: the day it came there, or the first on which it was seen there. entered_after: the last day it was
            not there yet, where the move is only known to lie in (entered_after, entered]; NaT: exactly then.
        dated: False where it was there already when it was first seen, nobody knows since when.
        left, left_after: likewise of leaving; NaT where it is still there.
        outcome: how it ended, a place in `OUTCOMES`.
        to: the milestone it went to; of a won deal the number of milestones; −1 where it was lost or is still
            there. One that skips milestones has reached those between, without a stay there.
        reentry: whether the deal had been at this milestone before. first: whether it is the deal's first stay.
    """

    deal: Positions
    process: Few
    milestone: Few
    entered: Days
    entered_after: Days
    dated: Flags
    left: Days
    left_after: Days
    outcome: Codes
    to: Few
    reentry: Flags
    first: Flags


class Spells(NamedTuple):
    """The part of a stay under one rep, one row per rep with a share; ages are days since the deal entered.

    Attributes:
        stay: the number of the stay. rep: who had the deal. share: of it, 0–1.
        start: the age at which the rep got it: 0, or later where it was taken over half-way (left truncation).
        end: the age at which the rep's part ended, or the stay so far.
        outcome: how the stay ended, if it ended with this rep; else, and where it has not ended, `OPEN`.
        handed_over: whether the rep gave it away.
        shortest, longest: what `end` may be where the days of entering or leaving are known only within an
            interval; an event at an age known by day has both equal to `end`.
    """

    stay: Positions
    rep: pd.Categorical
    share: Numbers
    start: Whole
    end: Whole
    outcome: Codes
    handed_over: Flags
    shortest: Whole
    longest: Whole


@dataclass(frozen=True, eq=False)
class Journeys:
    """How deals went through their processes, as far as was known at the end of a day.

    A stage sets where a deal is; an activity or a date only raises it. What shows the milestone a deal is at, or
    a stage that means no milestone, is no move. A deal that is reopened begins a new stay where it comes back.

    Attributes:
        facts: whose deals. file: the processes. day: nothing later is known.
        process: of each deal its number in the file, −1: none fits.
        direct: which deals were won without ever having been at a milestone; none where the data show no moves, or
            where a date would show it and the deal has none.
        stays: every stay.
    """

    facts: Facts
    file: ProcessFile
    day: dt.date
    process: Positions
    direct: Flags
    stays: Stays

    @classmethod
    def of(cls, facts: Facts, file: ProcessFile, day: dt.date | None = None) -> "Journeys":
        """Follow all deals.

        Args:
            facts: whose deals. file: the processes they may follow.
            day: the day to look from; by default the facts' as-of date.

        Raises:
            ConfigError: a day after the facts' as-of date.
        """
        day = day or facts.as_of
        process = processes_of(facts, file)
        parts: list[list[npt.NDArray[Any]]] = []
        raised = False
        for stays, raises in _followed(facts, file, process, day):
            parts.append(list(stays))
            raised |= raises
        stays = Stays(*(_joined([part.pop(0) for part in parts]) for _ in Stays._fields))
        direct = facts.known(day).won & (process >= 0)
        direct[stays.deal] = False
        if facts.history.moves is None and not raised:
            direct[:] = False
        for number, one in enumerate(file.processes):  # without its date, nobody knows where it began
            for field in {milestone.field for milestone in one.milestones} - {None}:
                direct &= (process != number) | ~np.isnat(facts.columns.days("deals", str(field)))
        return cls(facts, file, day, process, direct, stays)

    @classmethod
    def in_parts(cls, facts: Facts, file: ProcessFile, day: dt.date) -> Iterator["Journeys"]:
        """The same with the stays of some deals after the others, and without what is told by all: `direct`.

        For who looks at every stay once: those of millions of deals take most of a gigabyte.
        """
        process = processes_of(facts, file)
        for stays, _ in _followed(facts, file, process, day):
            yield cls(facts, file, day, process, np.zeros(len(process), bool), stays)

    def there(self, day: dt.date) -> Flags:
        """Which stays are going on at the end of a day."""
        on = np.datetime64(day, "D")
        return (self.stays.entered <= on) & ~(self.stays.left <= on)

    @cached_property
    def rep(self) -> pd.Categorical:
        """Who had the deal when each stay began; of several owners the one with the largest share."""
        return self._owner(self.stays.entered)

    @cached_property
    def rep_at_exit(self) -> pd.Categorical:
        """Who had the deal when each stay ended, or has it: the owner on the eve of the move brought it about."""
        eve = np.where(self.stays.outcome == OPEN, self._end, self._end - np.timedelta64(1, "D"))
        return self._owner(np.maximum(self.stays.entered, eve))

    @property
    def days(self) -> Whole:
        """How long each stay took, or takes so far."""
        return _whole(self._end - self.stays.entered)

    @property
    def shortest(self) -> Whole:
        """The fewest days each stay may have taken; `days` where both its ends are known by day."""
        left: Days = np.where(np.isnat(self.stays.left_after), self._end, self.stays.left_after + 1)
        return np.maximum(_whole(left - self.stays.entered), 0)

    @property
    def longest(self) -> Whole:
        """The most days each stay may have taken; `days` where both its ends are known by day."""
        stays = self.stays
        entered: Days = np.where(np.isnat(stays.entered_after), stays.entered, stays.entered_after + 1)
        return _whole(self._end - entered)

    def frame(self) -> pd.DataFrame:
        """The stays as a table: deal_id, process, milestone and the other columns of `Stays`, rep, rep_at_exit."""
        stays, names = self.stays, np.array([one.name for one in self.file.processes], object)
        keys = np.array([milestone.key for one in self.file.processes for milestone in one.milestones], object)
        begins = np.cumsum([0, *(len(one.milestones) for one in self.file.processes)])
        return pd.DataFrame(
            {
                "deal_id": self.facts.columns.series("deals", "deal_id").array.take(stays.deal),
                "process": pd.Series(names[stays.process], dtype="str"),
                "milestone": pd.Series(keys[begins[stays.process] + stays.milestone], dtype="str"),
                **{
                    name: getattr(stays, name).astype("datetime64[ms]")
                    for name in ("entered", "entered_after", "left", "left_after")
                },
                "dated": stays.dated,
                "outcome": pd.Categorical.from_codes(stays.outcome, categories=pd.Index(OUTCOMES, dtype="str")),
                "to": stays.to.astype(np.intp),
                "reentry": stays.reentry,
                "first": stays.first,
                "rep": self.rep,
                "rep_at_exit": self.rep_at_exit,
            }
        )

    @property
    def _end(self) -> Days:
        return np.where(np.isnat(self.stays.left), np.datetime64(self.day, "D"), self.stays.left)

    def _owner(self, days: Days) -> pd.Categorical:
        rep = taken(self.facts.dimensions.of("deals", "rep_id"), self.stays.deal)
        return owner_on(self.facts.owners, self.stays.deal, days, rep)


def spells(journeys: Journeys, owners: bool = True) -> Spells:
    """Stays, cut where a deal changes hands.

    A deal that moves on the day it changes hands was moved by the rep who had it on the eve.

    Args:
        journeys: has the stays. owners: whether to cut; without, each stay is one spell of the rep it began with.
    """
    stays, facts, end = journeys.stays, journeys.facts, journeys._end
    size = len(stays.deal)
    shortest, longest = journeys.shortest, journeys.longest
    if not owners or facts.owners is None:
        nobody, ones = np.zeros(size, bool), np.ones(size)
        return Spells(
            np.arange(size), journeys.rep, ones, np.zeros(size, np.int64), journeys.days, stays.outcome, nobody,
            shortest, longest,
        )  # fmt: skip
    stay, cut = facts.owners.changes(stays.deal)
    within = (stays.entered[stay] < cut) & (cut < end[stay] + (stays.outcome[stay] == OPEN))
    stay, start = np.append(np.arange(size), stay[within]), np.append(stays.entered, cut[within])
    stay, start = _unique(stay, start)
    last = np.roll(begins_run(stay), -1)
    until = np.where(last, end[stay], np.roll(start, -1))

    rep = taken(facts.dimensions.of("deals", "rep_id"), stays.deal[stay])
    credit = facts.owners.credit(stays.deal[stay], start, rep)
    order = in_order(stay[credit.event], credit.rep.codes, credit.event)
    part, codes, share = credit.event[order], credit.rep.codes[order], credit.share[order]
    # a cut at which nothing changed for the rep is none
    goes_on = (stay[part[1:]] == stay[part[:-1]]) & (codes[1:] == codes[:-1])
    goes_on &= (until[part[:-1]] == start[part[1:]]) & np.isclose(share[1:], share[:-1])
    begins = np.append(True, ~goes_on)[: len(part)]
    one, other = part[begins], part[np.roll(begins, -1)]
    whose, ended = stay[one], last[other]
    age = _whole(until[other] - stays.entered[whose])
    return Spells(
        stay=whose,
        rep=pd.Categorical.from_codes(codes[begins], categories=credit.rep.categories, validate=False),
        share=share[begins],
        start=_whole(start[one] - stays.entered[whose]),
        end=age,
        outcome=np.where(ended, stays.outcome[whose], OPEN).astype(np.int8),
        handed_over=~ended,
        shortest=np.where(ended, shortest[whose], age),
        longest=np.where(ended, longest[whose], age + longest[whose] - journeys.days[whose]),
    )


def _followed(facts: Facts, file: ProcessFile, process: Positions, day: dt.date) -> Iterator[tuple[Stays, bool]]:
    """The stays of some deals after the others, and whether anything but a stage showed them."""
    lengths = np.array([len(one.milestones) for one in file.processes] + [0])
    for unordered in signs_of(facts, file, process, day):
        signs = _in_order(unordered)
        stays = _stays(signs, *_walk(signs), process, lengths)
        _check(stays, facts.known(day).open)
        yield stays, bool((signs.kind == RAISES).any())


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """One column of all parts; of days that nobody knows, which may be millions, only one is kept."""
    column = parts[0] if len(parts) == 1 else np.concatenate(parts)
    if column.dtype.kind == "M" and np.isnat(column).all():
        return np.broadcast_to(_NEVER, len(column))
    return column


def _in_order(signs: Signs) -> Signs:
    """By deal and time; of those at one moment the earlier milestone first, and closing last."""
    closes, moment, milestone = signs.kind >= LOSES, np.timedelta64(1, "us"), signs.milestone.astype(np.intp)
    # closings at a day's last moment are put before all that is at midnight, when times are whole minutes:
    # these are sorted more quickly
    late = closes & ((signs.at + moment).astype("datetime64[D]") > signs.at)
    at = np.where(late, signs.at + moment, signs.at)
    low, high = int(milestone.min(initial=0)) - 1, int(milestone.max(initial=0)) + 1
    return signs.take(in_order(signs.deal, at, np.where(late, low, np.where(closes, high, milestone))))


def _walk(signs: Signs) -> tuple[Positions, Positions]:
    """Where each sign finds a deal, and where it leaves it: a milestone, nowhere yet, or closed.

    All deals take a step at a time: the first sign of each, the second ….
    """
    size = len(signs.deal)
    before, behind = np.empty(size, np.intp), np.empty(size, np.intp)
    begins = np.flatnonzero(begins_run(signs.deal))
    count = np.diff(np.append(begins, size))
    longest_first = np.argsort(-count, kind="stable")
    begins, count = begins[longest_first], count[longest_first]
    where = np.full(len(begins), _NOWHERE, np.intp)
    for step in range(count.max(initial=0)):
        going = np.searchsorted(-count, -step, side="left")  # those with more signs than steps so far
        sign, here = begins[:going] + step, where[:going]
        kind, milestone = signs.kind[sign], signs.milestone[sign]
        lifted = np.where(here == _CLOSED, here, np.maximum(here, milestone))
        there = np.where(kind == SETS, milestone, np.where(kind == RAISES, lifted, _CLOSED))
        before[sign], behind[sign], where[:going] = here, there, there
    return before, behind


def _stays(signs: Signs, before: Positions, behind: Positions, process: Positions, lengths: Positions) -> Stays:
    """The stays that moves begin and end."""
    move = np.flatnonzero(before != behind)
    deal, day = signs.deal[move], signs.at[move].astype("datetime64[D]")
    first = begins_run(deal)
    after = signs.after[move]
    # a move cannot be before the deal's last one whose day is known
    previous = np.where(first, _NEVER, np.roll(np.where(np.isnat(after), day, _NEVER), 1) - 1)
    after = np.where(np.isnat(after), after, np.fmax(after, previous))
    after = np.where(after < day - 1, after, _NEVER)

    stay = np.flatnonzero(behind[move] >= 0)
    milestone, here = behind[move[stay]], deal[stay]
    ended = ~np.roll(first, -1)[stay]  # there is a further move, which ends it
    goes_to, kind, left, left_after = (
        np.roll(column, -1)[stay] for column in (behind[move], signs.kind[move], day, after)
    )
    to = np.where(ended, goes_to, _NOWHERE)
    outcome = np.select(
        [~ended, (to == _CLOSED) & (kind == WINS), to == _CLOSED, to > milestone],
        [OPEN, WON, LOST, ADVANCED],
        BACK,
    ).astype(np.int8)
    of_process = process[here]
    ways = here.astype(np.int64) * (lengths.max() + 1) + milestone
    first_there = np.zeros(len(stay), bool)
    first_there[np.unique(ways, return_index=True)[1]] = True
    return Stays(
        deal=here,
        process=of_process.astype(np.int16),
        milestone=milestone.astype(np.int16),
        entered=day[stay],
        entered_after=after[stay],
        dated=signs.dated[move[stay]],
        left=np.where(ended, left, _NEVER),
        left_after=np.where(ended, left_after, _NEVER),
        outcome=outcome,
        to=np.where(outcome == WON, lengths[of_process], np.where(outcome >= LOST, -1, to)).astype(np.int16),
        reentry=~first_there,
        first=begins_run(here),
    )


def _check(stays: Stays, is_open: Flags) -> None:
    """The stays of a deal follow each other; only the last of an open one goes on.

    So at every milestone, over any days: those that entered less those that left are the change in those there.
    """
    going = stays.outcome == OPEN
    same = stays.deal[1:] == stays.deal[:-1]
    assert not (stays.left < stays.entered).any(), "a stay ends before it begins"
    assert not (same & ~(stays.left[:-1] <= stays.entered[1:])).any(), "stays of a deal overlap"
    assert (np.isnat(stays.left) == going).all(), "a stay without end"
    assert is_open[stays.deal[going]].all(), "a closed deal is still at a milestone"


def _unique(stay: Positions, day: Days) -> tuple[Positions, Days]:
    """Pairs in order, each once."""
    order = in_order(stay, day)
    stay, day = stay[order], day[order]
    new = begins_run(stay, day)
    return stay[new], day[new]


def _whole(days: npt.NDArray[np.timedelta64]) -> Whole:
    return days.astype("timedelta64[D]").astype(np.int64)
