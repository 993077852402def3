"""The stays that actions are looked for in, and the activities done on deals, as the plain arrays of `family`."""

from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.actions.moments import Done, Watched, Whole
from salesreport.kpi.anomalies.decided import Decisions, Step, decided_stays, steps_of
from salesreport.kpi.facts.columns import Days, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.gaps import need_losses
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.ordering import in_order
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import OPEN
from salesreport.kpi.milestones.reached import journeys_of, place_numbers, places_of, store_of_process
from salesreport.language import text
from salesreport.process import ProcessFile

Arrays = TypeVar("Arrays", Watched, Done)

MOST_TYPES = 24
"""So many types of activities are looked at, those done most often on deals; of more nobody reads a table."""


class Stays(NamedTuple):
    """Stays that were decided, in order of the day of the decision.

    Attributes:
        decided: their decisions, which know what deals are about. watched: the same as numbers, days since 1970.
        steps: of the process.
    """

    decided: Decisions
    watched: Watched
    steps: tuple[Step, ...]


class Activities(NamedTuple):
    """What was done on deals: the activities as numbers, by deal and day, the names of their types, how many types
    were left out, and how many of all activities belong to a deal."""

    done: Done
    types: tuple[str, ...]
    left_out: int
    of_deals: int
    all: int


def activities_of(facts: Facts) -> Activities:
    """The activities done on deals up to the facts' as-of date; worked out once.

    Raises:
        Unavailable: there are none, or nothing says what they were, when, or on which deal.
    """
    return facts.store(("activities on deals",), lambda: _activities(facts))


def _activities(facts: Facts) -> Activities:
    columns = facts.columns
    for column in (None, "type", "done_at", "deal_id"):
        if not columns.has("activities", *([column] if column else [])):
            raise lacks("activities", column)
    types, day = columns.coded("activities", "type"), columns.days("activities", "done_at")
    deal = columns.find("activities", "deal_id", "deals")
    rows = np.flatnonzero((deal >= 0) & (types.codes >= 0) & (day <= np.datetime64(facts.as_of, "D")))
    if not len(rows):
        raise Unavailable(text("needs activities on deals; those of this export belong to none"))
    count = np.bincount(types.codes[rows], minlength=len(types.categories))
    often = np.sort(np.argsort(-count, kind="stable")[: min(MOST_TYPES, int((count > 0).sum()))])
    number = np.full(len(count), -1, np.int8)
    number[often] = np.arange(len(often))
    kind = number[types.codes[rows]]
    rows, kind = rows[kind >= 0], kind[kind >= 0]
    done = Done(deal[rows].astype(np.int32), kind, _whole(day[rows]))
    order = in_order(done.deal, done.day)
    done = Done(done.deal[order], done.type[order], done.day[order])
    names = tuple(str(types.categories[code]) for code in often)
    return Activities(done, names, int((count > 0).sum()) - len(often), int(count.sum()), len(types))


def stays_of(facts: Facts, file: ProcessFile) -> Stays:
    """All stays at milestones that were decided; worked out once.

    A deal as a whole, from its first day to its order, is no such stay: the farther it has come, the more is done
    on it, and the likelier it is won; without milestones every activity seems to help (docs/actions.md).

    Raises:
        Unavailable: there are no deals, no milestones, none was decided, or none that was lost is in the data.
    """
    return store_of_process(facts, file, ("stays of actions",), lambda: _stays(facts, file))


def _stays(facts: Facts, file: ProcessFile) -> Stays:
    if not facts.columns.has("deals"):
        raise lacks("deals")
    need_losses(facts)
    journeys = journeys_of(facts, file, facts.as_of)
    stays, decided = journeys.stays, decided_stays(journeys)
    shown = np.array([one.milestone.field is None for one in places_of(file)] or [False])
    if not (stays.dated & shown[place_numbers(journeys)]).any():
        raise Unavailable(
            text("needs the history of stages; this export does not say when deals came where they are")
        )
    if not len(decided.stay):
        raise Unavailable(text("needs closed deals or the history of stages; this export has neither"))
    order = np.argsort(decided.day, kind="stable")
    stay, place = decided.stay[order], decided.place[order]
    within = np.array([one.milestone.within for one in places_of(file)])[place]
    # the last day on which it surely was still there
    left = np.where(np.isnat(stays.left_after[stay]), stays.left[stay] - 1, stays.left_after[stay])
    left = np.where(stays.outcome[stay] == OPEN, np.datetime64(journeys.day, "D"), left)
    entered = stays.entered[stay]
    until = np.minimum(left, entered + within.astype("timedelta64[D]"))
    steps = steps_of(file)[:-1]
    step = place.astype(np.int16)
    made = Decisions(
        facts, steps, stays.deal[stay], step, decided.success[order], decided.day[order],
        journeys.rep[stay],
    )  # fmt: skip
    watched = Watched(
        made.deal, step, _whole(entered), _whole(until), _whole(made.day), made.success, within.astype(np.int32)
    )
    return Stays(made, watched, steps)


def taken_of(watched: Watched, rows: slice | Positions) -> Watched:
    """Some of the stays."""
    return Watched(
        watched.deal[rows], watched.step[rows], watched.entered[rows], watched.until[rows], watched.decided[rows],
        watched.success[rows], watched.expected[rows],
    )  # fmt: skip


def narrow(held: Arrays) -> Arrays:
    """The same in the smallest types that hold them, to be kept; see `wide`."""
    return held._replace(**{name: _small(getattr(held, name)) for name in held._fields})


def wide(held: Arrays) -> Arrays:
    """What was `narrow`, in types that can be reckoned with."""
    numbers = {name: values for name, values in held._asdict().items() if values.dtype != bool}
    return held._replace(**{name: values.astype(np.int64) for name, values in numbers.items()})


def _small(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if values.dtype == bool:
        return values
    least, most = (np.min_scalar_type(int(end)) for end in (values.min(), values.max()))
    return values.astype(np.result_type(least, most))


def months_since(first: int, last: int) -> Positions:
    """The month of each day from a first to a last one, days and months since 1970."""
    days = np.arange(first, last + 1).astype("datetime64[D]")
    return days.astype("datetime64[M]").astype(np.intp)


def rep_codes(rep: pd.Categorical) -> Positions:
    """The reps as numbers from 0; those of whom nobody knows, together."""
    return np.where(rep.codes < 0, len(rep.categories), rep.codes).astype(np.intp)


def _whole(days: Days) -> Whole:
    return days.astype("datetime64[D]").astype(np.int32)
