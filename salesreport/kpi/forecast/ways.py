"""The way of every deal as a chain of sojourns: from its creation over its milestones until it is won or lost.

Milestones and ages are all the forecast knows of a deal's progress (S10): neither the CRM's probability nor the
closing date a rep expects.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Positions, taken
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.known import owner_on
from salesreport.kpi.milestones.journeys import ADVANCED, BACK, LOST, OPEN, WON, Journeys
from salesreport.kpi.milestones.reached import journeys_of, own_id
from salesreport.process import Milestone, Process, ProcessFile

Whole = npt.NDArray[np.int64]

_FEWEST_ENDED = 30
"""With fewer stays known to have ended than this, or fewer than a tenth of the deals closed, milestones say less
about a deal than its age alone."""


@dataclass(frozen=True, eq=False)
class Ways:
    """Sojourns of deals in states, as known at the end of a day; days are numbers since 1970-01-01.

    States are the milestones of all processes, then one per process, and one for no process, for deals that were
    created and have reached no milestone yet: every deal with a creation date begins there, if only for a moment.

    Attributes:
        day: nothing later is known. states: how many states there are. milestones: how many of them are some.
        by_milestone: False where the data do not tell milestones and all deals are aged since their creation.
        deal: row in table `deals`. state: where it is. entered: since when. last: its last day there, or the day.
        outcome: as in `kpi.journeys.OUTCOMES`. to: the state it goes to; −1: none.
        dated: whether `entered` is known. begins: whether it comes from outside: created, or reopened.
        rep: who had the deal at the end of it. rep_first: who had it when it began.
    """

    day: int
    states: int
    milestones: int
    by_milestone: bool
    deal: Positions
    state: Positions
    entered: Whole
    last: Whole
    outcome: npt.NDArray[np.int8]
    to: Positions
    dated: Flags
    begins: Flags
    rep: pd.Categorical
    rep_first: pd.Categorical

    @property
    def age(self) -> Whole:
        """How many days each took, or takes so far."""
        return self.last - self.entered

    @property
    def going(self) -> Positions:
        """The sojourns that are going on: one for each open deal whose state is known."""
        return np.flatnonzero(self.outcome == OPEN)

    def going_on(self, day: int) -> Positions:
        """The sojourns that were going on at the end of an earlier day."""
        return np.flatnonzero((self.entered <= day) & ((self.last > day) | (self.outcome == OPEN)))


def ways_of(facts: Facts, file: ProcessFile, day: dt.date) -> Ways:
    """Follow all deals from their creation, as known at the end of a day; worked out once.

    Where hardly any stay at a milestone is known to have ended (no stage history), deals are followed from
    creation to closing alone.
    """
    return facts.remember(("forecast ways", own_id(facts, file), day), lambda: _follow(facts, file, day))


def _follow(facts: Facts, file: ProcessFile, day: dt.date) -> Ways:
    with facts.forgetting("journeys"):  # where nobody has asked for them so far, they are not kept
        journeys = journeys_of(facts, file, day)
    known = facts.known(day)
    stays = journeys.stays
    ended = np.count_nonzero(np.bincount(stays.deal[(stays.outcome == LOST) | (stays.outcome == WON)]))
    closed = int(known.closing.closed.sum())
    if ended >= max(_FEWEST_ENDED, closed / 10):
        return _chain(journeys, True)
    milestone = Milestone(key="created", title="Created", field="created_on")
    alone = ProcessFile(processes=(Process(name="Deals", milestones=(milestone,)),))
    return _chain(Journeys.of(facts, alone, day), False)


def _chain(journeys: Journeys, by_milestone: bool) -> Ways:
    facts, stays, file = journeys.facts, journeys.stays, journeys.file
    known = facts.known(journeys.day)
    lengths = np.array([len(one.milestones) for one in file.processes], np.intp)
    offset = np.append(0, np.cumsum(lengths))
    milestones, day = int(offset[-1]), _number(np.array([journeys.day], "datetime64[D]"))[0]

    entered = _number(stays.entered)
    last = np.where(stays.outcome == OPEN, day, _number(stays.left))
    goes_on = (stays.outcome == ADVANCED) | (stays.outcome == BACK)
    to = np.where(goes_on, offset[stays.process] + stays.to, -1)
    # a deal comes from outside with its first stay, and where the stay before closed it
    comes_back = (
        np.append(False, (stays.outcome == LOST)[:-1] | (stays.outcome == WON)[:-1])[: len(entered)] & ~stays.first
    )

    created = facts.columns.days("deals", "created_on")
    first = np.flatnonzero(stays.first)
    begun: Days = np.full(len(created), np.datetime64("NaT", "D"))
    begun[stays.deal[first]] = stays.entered[first]
    leads_to = np.full(len(created), -1)
    leads_to[stays.deal[first]] = offset[stays.process[first]] + stays.milestone[first]
    before = np.flatnonzero(known.there & ~np.isnat(created))
    goes = leads_to[before] >= 0
    until = np.where(goes, begun[before], known.closed_on[before])
    is_open = np.isnat(until)
    end = np.where(is_open, day, _number(until))
    start = np.minimum(_number(created[before]), end)
    outcome = np.select([goes, known.won[before], known.lost[before]], [ADVANCED, WON, LOST], OPEN)
    state = milestones + np.where(journeys.process[before] < 0, len(lengths), journeys.process[before])
    has_before = np.zeros(len(created), bool)
    has_before[before] = True

    rep_first, rep_last = journeys.rep, journeys.rep_at_exit
    start_rep = _owners(facts, before, start.astype("datetime64[D]"))
    end_rep = _owners(facts, before, np.maximum(start, end - ~is_open).astype("datetime64[D]"))
    return Ways(
        day=int(day),
        states=milestones + len(lengths) + 1,
        milestones=milestones,
        by_milestone=by_milestone,
        deal=np.append(stays.deal, before),
        state=np.append(offset[stays.process] + stays.milestone, state),
        entered=np.append(entered, start),
        last=np.append(last, end),
        outcome=np.append(stays.outcome, outcome).astype(np.int8),
        to=np.append(to, np.where(goes, leads_to[before], -1)),
        dated=np.append(stays.dated, np.ones(len(before), bool)),
        begins=np.append(comes_back | (stays.first & ~has_before[stays.deal]), np.ones(len(before), bool)),
        rep=pd.api.types.union_categoricals([rep_last, end_rep], sort_categories=True),
        rep_first=pd.api.types.union_categoricals([rep_first, start_rep], sort_categories=True),
    )


def _owners(facts: Facts, deals: Positions, days: Days) -> pd.Categorical:
    """Whom each deal belonged to on a day; of several the one with the largest share."""
    return owner_on(facts.owners, deals, days, taken(facts.dimensions.of("deals", "rep_id"), deals))


def _number(days: Days) -> Whole:
    """Days since 1970-01-01; what is missing becomes a number far away."""
    return days.astype("datetime64[D]").astype(np.int64)
