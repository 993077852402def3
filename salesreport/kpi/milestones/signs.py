"""What shows where a deal is in its process: stages entered, activities done, dates, and its closings."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.closing import Outcomes, closing_stages, stated
from salesreport.kpi.facts.columns import Days, Flags, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.history import Instants, local
from salesreport.process import Milestone, ProcessFile, StageSign

SETS, RAISES, LOSES, WINS = 0, 1, 2, 3
"""What a sign does to a deal: it is at the milestone now; it is there at least; it closed."""

AT_A_TIME = 50_000
"""So many deals are followed at a time."""

_NEVER = np.datetime64("NaT", "D")
_BY_DIMENSION = ("segment", "product_line", "lead_source")


class Signs(NamedTuple):
    """Signs, in no order.

    Attributes:
        deal: row in table `deals`. kind: what the sign does. milestone: of the deal's process; −1: it closes.
        at: when, as local time. after: the last day it was not so yet; NaT: it was on that very day.
        dated: False where it was so already when it was first seen.
    """

    deal: Positions
    kind: npt.NDArray[np.int8]
    milestone: Positions
    at: Instants
    after: Days
    dated: Flags

    def take(self, places: Positions) -> "Signs":
        """Some of them."""
        return Signs(
            self.deal[places], self.kind[places], self.milestone[places], self.at[places], self.after[places],
            self.dated[places],
        )  # fmt: skip

    def of(self, among: range) -> "Signs":
        """Those of some deals."""
        return self.take(np.flatnonzero((self.deal >= among.start) & (self.deal < among.stop)))


def processes_of(facts: Facts, file: ProcessFile) -> Positions:
    """The process each deal follows, the first that fits; −1: none does."""
    found = np.full(facts.columns.size("deals"), -1)
    for number, process in enumerate(file.processes):
        fits = found < 0
        for column, values in process.where.items():
            of_deals = (
                facts.dimensions.of("deals", column)
                if column in _BY_DIMENSION
                else facts.columns.coded("deals", column)
            )
            fits &= np.append(of_deals.categories.isin(list(values)), False)[of_deals.codes]
        found[fits] = number
    return found


def signs_of(facts: Facts, file: ProcessFile, process: Positions, day: dt.date) -> Iterator[Signs]:
    """Everything that shows up to the end of a day where deals are, some deals after the others.

    Args:
        facts: of these deals. file: the processes. process: of each deal. day: nothing later counts.

    Yields:
        All signs of at most `AT_A_TIME` deals, so that of millions not all that leads to them is there at once.
    """
    process = np.where(facts.known(day).there, process, -1)  # an event dated before its deal was created: not yet
    parts = [*_dates(facts, file, process, day), *_activities(facts, file, process, day)]
    parts += _today(facts, file, process, day)
    closings, outcome = _closings(facts, process, day), closing_stages(facts.history, day)
    for first in range(0, max(len(process), 1), AT_A_TIME):
        among = range(first, first + AT_A_TIME)
        some = [part.of(among) for part in parts] + _moves(facts, file, process, day, outcome, among)
        some = [_before_closing(facts, day, part) for part in some] + [closings.of(among)]
        yield Signs(*(np.concatenate(columns) for columns in zip(*some, strict=True)))


def _dates(facts: Facts, file: ProcessFile, process: Positions, day: dt.date) -> list[Signs]:
    """Milestones that a date of the deal shows."""
    parts = []
    for number, one in enumerate(file.processes):
        for place, milestone in enumerate(one.milestones):
            if milestone.field is not None:
                days = facts.columns.days("deals", milestone.field)
                deal = np.flatnonzero((process == number) & (days <= np.datetime64(day, "D")))
                deal = deal[_exists(days[deal], milestone)]
                parts.append(_exact(deal, RAISES, np.full(len(deal), place), days[deal].astype("datetime64[us]")))
    return parts


def _activities(facts: Facts, file: ProcessFile, process: Positions, day: dt.date) -> list[Signs]:
    """Milestones that activities show."""
    columns = facts.columns
    wanted = {name for one in file.processes for milestone in one.milestones for name in milestone.activities}
    if not wanted or not columns.has("activities", "type", "done_at", "deal_id"):
        return []
    types = columns.coded("activities", "type")
    rows = np.flatnonzero(np.append(types.categories.isin(list(wanted)), False)[types.codes])
    deal = columns.find("activities", "deal_id", "deals")[rows]
    at = local(columns.series("activities", "done_at").take(rows))
    known = (deal >= 0) & (at.astype("datetime64[D]") <= np.datetime64(day, "D"))
    rows, deal, at = rows[known], deal[known], at[known]
    meant = np.full(len(rows), -1)
    for number, one in enumerate(file.processes):
        for place, milestone in enumerate(one.milestones):
            codes = types.categories.get_indexer(list(milestone.activities))
            shows = (process[deal] == number) & np.isin(types.codes[rows], codes[codes >= 0])
            meant[shows & _exists(at.astype("datetime64[D]"), milestone)] = place
    shown = meant >= 0
    return [_exact(deal[shown], RAISES, meant[shown], at[shown])]


def _moves(
    facts: Facts, file: ProcessFile, process: Positions, day: dt.date, outcome: Outcomes, among: range
) -> list[Signs]:
    """Milestones and closings that stages show; a stage that is neither leaves a deal where it is."""
    moves = facts.history.moves
    if moves is None:
        return []
    begin, end = np.searchsorted(moves.deal, [among.start, among.stop])
    days = moves.at[begin:end].astype("datetime64[D]")
    here = np.flatnonzero(days <= np.datetime64(day, "D"))
    place, days = begin + here, days[here]
    of_deal = process[moves.deal[place]]
    meant = _meaning(file, of_deal, moves.stage.take(place), days)
    closes = outcome[moves.stage.codes[place]]
    kind = np.where(meant >= 0, SETS, np.where(closes == 1, WINS, LOSES)).astype(np.int8)
    shown = ((meant >= 0) | (closes >= 0)) & (of_deal >= 0)
    kind, meant, place = kind[shown], meant[shown], place[shown]
    return [Signs(moves.deal[place], kind, meant, moves.at[place], moves.after[place], moves.dated[place])]


def _today(facts: Facts, file: ProcessFile, process: Positions, day: dt.date) -> list[Signs]:
    """Where open deals without any move stand today: since some day after they were created."""
    known = facts.known(day)
    if not known.is_today or not facts.columns.has("deals", "stage"):
        return []
    deal = np.flatnonzero(known.open & (facts.history.last_move(day) < 0) & (process >= 0))
    today = np.full(len(deal), np.datetime64(day, "D"))
    meant = _meaning(file, process[deal], known.stage.take(deal), today)
    deal, today, meant = deal[meant >= 0], today[meant >= 0], meant[meant >= 0]
    eve = facts.columns.days("deals", "created_on")[deal] - 1
    kind = np.full(len(deal), SETS, np.int8)
    dated = ~np.isnat(eve)
    return [
        Signs(deal, kind, meant, today.astype("datetime64[us]"), np.where(eve < today - 1, eve, _NEVER), dated)
    ]


def _closings(facts: Facts, process: Positions, day: dt.date) -> Signs:
    """The closings that count, at the end of their day."""
    closing, on = facts.known(day).closing, np.datetime64(day, "D")
    deal = np.flatnonzero(closing.closed & (process >= 0))
    day_closed: Days = np.where(np.isnat(closing.day[deal]), on, closing.day[deal])
    at = (day_closed + 1).astype("datetime64[us]") - 1  # its last microsecond
    after = np.full(len(deal), _NEVER)
    # what table `deals` no longer dates was seen by a move, or between two snapshots
    seen = ~stated(facts.columns, day).closed[deal]
    last, moves = facts.history.last_move(day)[deal], facts.history.moves
    if seen.any() and moves is not None and len(moves.deal):
        by_move = seen & (last >= 0) & (facts.history.move_days[last] == day_closed)
        after = np.where(by_move, moves.after[last], after)
        seen &= ~by_move
    if seen.any() and facts.columns.has("snapshots", "taken_on"):
        exports = np.unique(facts.columns.days("snapshots", "taken_on"))
        before = np.searchsorted(exports, day_closed) - 1
        previous = np.where(before >= 0, exports[before], _NEVER)
        after = np.where(seen & (previous < day_closed - 1), previous, after)
    kind = np.where(closing.won[deal], WINS, LOSES).astype(np.int8)
    return Signs(deal, kind, np.full(len(deal), -1), at, after, ~np.isnat(closing.day[deal]))


def _before_closing(facts: Facts, day: dt.date, signs: Signs) -> Signs:
    """Signs up to the closing that counts; one seen later that may have been before is put on that day."""
    closing = facts.known(day).closing
    closed_on = closing.day[signs.deal]
    shown_on = signs.at.astype("datetime64[D]")
    closes = signs.milestone < 0
    late = (shown_on > closed_on) | (closes & (shown_on == closed_on))
    clipped = late & ~closes & (signs.after < closed_on)
    keep = ~late | clipped
    at = np.where(clipped, closed_on.astype("datetime64[us]"), signs.at)
    after = np.where(clipped & ~(signs.after < closed_on - 1), _NEVER, signs.after)
    return signs._replace(at=at, after=after).take(np.flatnonzero(keep))


def _meaning(file: ProcessFile, process: Positions, stage: pd.Categorical, days: Days) -> Positions:
    """The milestone that a stage shows in a process on a day; −1: none."""
    always = np.full((len(file.processes) + 1, len(stage.categories) + 1), -1)
    spanned: list[tuple[int, int, int, Milestone, StageSign]] = []
    for number, one in enumerate(file.processes):
        for place, milestone in enumerate(one.milestones):
            codes = stage.categories.get_indexer([sign.name for sign in milestone.stages])
            for code, sign in zip(codes, milestone.stages, strict=True):
                if code < 0:
                    continue
                if any((milestone.since, milestone.until, sign.since, sign.until)):
                    spanned.append((number, place, int(code), milestone, sign))
                else:
                    always[number, code] = place
    meant: Positions = always[process, stage.codes]
    for number, place, code, milestone, sign in spanned:
        shows = (process == number) & (stage.codes == code)
        meant[shows & _exists(days, milestone) & _exists(days, sign)] = place
    return meant


def _exists(days: Days, what: Milestone | StageSign) -> Flags:
    """Whether a milestone, or the name of a stage, exists on each of some days."""
    since = what.since or dt.date.min
    until = what.until or dt.date.max
    return (days >= np.datetime64(since, "D")) & (days <= np.datetime64(until, "D"))


def _exact(deal: Positions, kind: int, milestone: Positions, at: Instants) -> Signs:
    """Signs whose day is known."""
    size = len(deal)
    return Signs(deal, np.full(size, kind, np.int8), milestone, at, np.full(size, _NEVER), np.ones(size, bool))
