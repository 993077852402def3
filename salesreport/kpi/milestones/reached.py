"""What happened at milestones, credited to reps: deals that reached one, and how long they were watched there."""

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Days, Numbers, Positions, taken
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.kinds import Kind
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.notes import process_notes
from salesreport.kpi.facts.ordering import begins_run
from salesreport.kpi.facts.source import Source
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import BACK, LOST, OPEN, WON, Journeys, Spells, Stays, spells
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.process import Milestone, Process, ProcessFile, process_of
from salesreport.stats.competing_risks import added

Kept = TypeVar("Kept")

ON, OUT, DOWN = 1, 2, 3
"""Why a stay at a milestone ends, as competing risks: the deal goes on (further milestone or order), is lost, or
goes back."""


class Place(NamedTuple):
    """A milestone of a process file.

    Attributes:
        number: counted through all processes. process, milestone: what it is. following: what comes next; None:
            the order.
    """

    number: int
    process: Process
    milestone: Milestone
    following: Milestone | None

    @property
    def next_title(self) -> Text | str:
        """What people call what comes next."""
        return self.process.won.title if self.following is None else self.following.title


def places_of(file: ProcessFile) -> list[Place]:
    """All milestones of a file, in order."""
    found: list[Place] = []
    for process in file.processes:
        ahead = [*process.milestones[1:], None]
        for milestone, following in zip(process.milestones, ahead, strict=True):
            found.append(Place(len(found), process, milestone, following))
    return found


def process_file(facts: Facts) -> ProcessFile:
    """The process file of a dataset, read once."""
    return facts.remember("process file", lambda: process_of(facts.dataset))


def store_of_process(
    facts: Facts,
    file: ProcessFile,
    key: tuple[Hashable, ...],
    make: Callable[[], Kept],
    always: bool = False,
    remembered: bool = True,
) -> Kept:
    """What depends on a process file, made once; stored where that is the dataset's own, see `Source.store`.

    Where it is not `remembered`, the caller keeps it.
    """
    if file is process_file(facts):
        return facts.store(key, make, always) if remembered else facts.store_only(key, make, always)
    return facts.remember((*key, id(file)), make) if remembered else make()


def journeys_of(facts: Facts, file: ProcessFile, day: dt.date) -> Journeys:
    """The way of all deals as known at the end of a day, worked out once.

    Raises:
        ConfigError: a day after the facts' as-of date.
    """
    return facts.remember(("journeys", own_id(facts, file), day), lambda: Journeys.of(facts, file, day))


def own_id(facts: Facts, file: ProcessFile) -> int:
    """The id of a file, which stays its own: from now on the facts hold it, whatever of it they forget."""
    return id(facts.remember(("file", id(file)), lambda: file))


def spells_of(journeys: Journeys) -> Spells:
    """The stays of journeys cut at owner changes, worked out once."""
    key = ("cut stays", id(journeys.file), journeys.day)
    return journeys.facts.remember(key, lambda: spells(journeys))


def begins(file: ProcessFile) -> Positions:
    """The number of each process's first milestone, and after the last process the number of all."""
    return np.cumsum([0, *(len(one.milestones) for one in file.processes)])


def place_numbers(journeys: Journeys) -> Positions:
    """The number of the milestone of every stay, counted through all processes."""
    stays = journeys.stays
    number: Positions = begins(journeys.file)[stays.process] + stays.milestone
    return number


def credited(source: Source, deals: Positions, days: Days, /, **columns: npt.NDArray[Any]) -> Events:
    """Something that happened to deals on days, credited to their owners then; `event` numbers what was given."""
    rep, columns = taken(source.dimensions.of("deals", "rep_id"), deals), dict(columns)
    columns["event"] = np.arange(len(deals))
    if source.owners is None:
        return Events("deals", deals, days, rep, np.ones(len(deals)), columns, source)
    credit = source.owners.credit(deals, days, rep)
    extra = {name: values[credit.event] for name, values in columns.items()}
    return Events("deals", deals[credit.event], days[credit.event], credit.rep, credit.share, extra, source)


def net_changes(
    had: Events, has: Events, before: Positions, after: Positions, size: int
) -> tuple[Positions, Positions, Numbers]:
    """What groups gain and lose where deals change hands; what stays within a group is neither.

    Args:
        had, has: `credited` then and now, of the same events. before, after: the group of each row, of so many.

    Returns:
        An element per event and group: their numbers, and by how much the group's share has grown.
    """
    keys = np.concatenate((had.extra["event"] * size + before, has.extra["event"] * size + after))
    different, place = np.unique(keys, return_inverse=True)
    net = added(place, np.concatenate((-had.share, has.share)), len(different))
    net[np.abs(net) < 1e-12] = 0.0
    event, group = np.divmod(different, max(size, 1))
    return event, group, net


def reached_in(facts: Facts, file: ProcessFile, start: dt.date, end: dt.date) -> Events:
    """Deals that got to a milestone or past it for the first time, on a day from start to end.

    A deal that skips milestones reaches them all, one that is won all that were left. A deal that was at a
    milestone already when it was first seen, nobody knows since when, has not reached it in any period.

    Returns:
        One row per deal, milestone and owner on that day; `place`: the number of the milestone.
    """
    deal, place, day = facts.remember(
        ("reached", id(file), end), lambda: _first_reached(journeys_of(facts, file, end))
    )
    here = np.flatnonzero((day >= np.datetime64(start, "D")) & (day <= np.datetime64(end, "D")))
    return credited(facts, deal[here], day[here], place=place[here])


def _first_reached(journeys: Journeys) -> tuple[Positions, Positions, Days]:
    """When each deal first reached each milestone: deal, number of the milestone, day."""
    stays: Stays = journeys.stays
    size = len(stays.deal)
    length = np.diff(begins(journeys.file))
    # each stay reaches its milestone, and then, if it ends in an order, the last one of its process
    deal = np.repeat(stays.deal, 2)
    level = np.empty(2 * size, np.int16)
    level[0::2] = stays.milestone
    level[1::2] = np.where(stays.outcome == WON, length[stays.process] - 1 if size else 0, stays.milestone)
    day = np.empty(2 * size, "datetime64[D]")
    day[0::2], day[1::2] = stays.entered, np.where(stays.outcome == WON, stays.left, stays.entered)
    # by deal and in order of time: what came before is never of a later deal
    width = int(length.max(initial=0)) + 1
    highest = np.maximum.accumulate(deal * width + level + 1)
    before = np.where(begins_run(deal), -1, np.roll(highest, 1) - 1 - deal * width).astype(np.int16)
    del highest
    new = np.maximum(level - before, 0)
    new[0::2] = np.where(stays.dated, new[0::2], 0)
    event = np.repeat(np.arange(len(deal)), new)
    step = np.arange(len(event)) - np.repeat(np.cumsum(new) - new, new)
    process = np.repeat(stays.process, 2)
    return deal[event], begins(journeys.file)[process[event]] + before[event] + 1 + step, day[event]


def _since(journeys: Journeys, day: np.datetime64) -> Journeys:
    """The same with those stays alone that had not ended before a day."""
    rows = np.flatnonzero(~(journeys.stays.left < day))
    return replace(journeys, stays=Stays._make(column[rows] for column in journeys.stays))


def watched_in(facts: Facts, file: ProcessFile, start: dt.date, end: dt.date, cut: bool = True) -> Events:
    """The time deals were at milestones from start to end, a row per stay and rep.

    A deal that was there before the start, or was taken over half-way, is watched from that age on (late entry);
    one that is there at the end, or is handed over, until then (censored). Deals of which nobody knows since when
    they are there have no age and are left out. Reps count in their team of the last day watched.

    Args:
        facts: whose deals. file: the processes. start, end: first and last day.
        cut: whether stays are cut where deals change hands; without, there is one row per stay.

    Returns:
        `place`: the number of the milestone; `entry`: the age after which it was watched, NaN from the start;
        `last`: the age at the end; `cause`: `ON`, `OUT`, `DOWN` or 0 for none yet; `shortest`, `longest`: what
        `last` may be where moves are known only within an interval. Ages are days since the deal came there.
    """

    def make() -> Events:
        first = np.datetime64(start, "D")
        journeys = _since(journeys_of(facts, file, end), first)
        parts, stays = spells(journeys, owners=cut), journeys.stays
        late = (first - 1 - stays.entered[parts.stay]).astype(np.int64)  # its age on the eve
        last_day = stays.entered[parts.stay] + parts.end
        seen = np.flatnonzero(stays.dated[parts.stay] & (last_day >= first))
        stay, late = parts.stay[seen], late[seen].astype(np.float64)
        entry = np.fmax(
            np.where(parts.start[seen] > 0, parts.start[seen], np.nan), np.where(late >= 0, late, np.nan)
        )
        cause = np.full(OPEN + 1, ON)
        cause[LOST], cause[BACK], cause[OPEN] = OUT, DOWN, 0
        ended: npt.NDArray[Any] = cause[parts.outcome[seen]]
        extra: dict[str, npt.NDArray[Any]] = {
            "place": place_numbers(journeys)[stay],
            "entry": entry,
            "last": parts.end[seen],
            "cause": ended,
            "shortest": np.where(ended > 0, parts.shortest[seen], parts.end[seen]),
            "longest": np.where(ended > 0, parts.longest[seen], parts.end[seen]),
        }
        return Events("deals", stays.deal[stay], last_day[seen], parts.rep[seen], parts.share[seen], extra, facts)

    return facts.remember(("watched stays", id(file), start, end, cut), make)


def reached(facts: Facts, window: Period, as_of: dt.date) -> Events:
    """`reached_in` a period, by the dataset's process file.

    Raises:
        Unavailable: the deals show no milestones.
    """
    return reached_in(facts, _shown(facts, window.end), window.start, window.end)


def watched(facts: Facts, window: Period, as_of: dt.date) -> Events:
    """`watched_in` a period, by the dataset's process file.

    Raises:
        Unavailable: the deals show no milestones.
    """
    return watched_in(facts, _shown(facts, window.end), window.start, window.end)


def watched_whole(facts: Facts, window: Period, as_of: dt.date) -> Events:
    """`watched`, where it does not matter who had the deals: each stay counts once."""
    return watched_in(facts, _shown(facts, window.end), window.start, window.end, cut=False)


def _notes(facts: Facts, as_of: dt.date) -> list[Text]:
    return process_notes(process_file(facts)) if facts.columns.has("deals") else []


REACHED = Kind("reached", text("milestones reached"), "deals", reached, notes=_notes)
WATCHED = Kind("watched", text("deals at milestones"), "deals", watched, whole=watched_whole, notes=_notes)


def shown(facts: Facts, file: ProcessFile, day: dt.date) -> ProcessFile:
    """The file, if deals are known to have been at one of its milestones by a day.

    Raises:
        Unavailable: they are not.
    """
    if not facts.columns.has("deals"):
        raise lacks("deals")
    if not file.processes:
        raise Unavailable(no_milestones(file))

    def find() -> bool:
        return bool(journeys_of(facts, file, day).stays.dated.any())

    if not store_of_process(facts, file, ("shows milestones", day), find, always=True):
        raise Unavailable(
            text("needs the history of stages; this export does not say when deals came where they are")
        )
    return file


def any_left(facts: Facts, file: ProcessFile, day: dt.date) -> bool:
    """Whether any deal is known to have left a milestone by the end of a day."""

    def find() -> bool:
        return bool((journeys_of(facts, file, day).stays.outcome != OPEN).any())

    return store_of_process(facts, file, ("any left", day), find, always=True)


def no_milestones(file: ProcessFile) -> Text:
    """Why a file without processes has no milestones, as the end of "cannot be told: …"."""
    return file.why_none or text("needs milestones; the deals of this export have no open stages")


def _shown(facts: Facts, day: dt.date) -> ProcessFile:
    return shown(facts, process_file(facts), day) if facts.columns.has("deals") else ProcessFile()
