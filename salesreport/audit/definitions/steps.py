"""Stage conversion: in time, by cohort, by rows of moves, by where deals stand today, in strict order."""

from collections.abc import Callable

import numpy as np

from salesreport.audit.definitions.cohort import Asked, Group, ratio_of_counts, share_of_deals
from salesreport.audit.definitions.definition import Definition
from salesreport.audit.model import Estimate
from salesreport.kpi.compute import compute
from salesreport.kpi.facts.columns import Flags, Positions
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import OPEN, WON, Journeys
from salesreport.kpi.milestones.reached import (
    Place,
    journeys_of,
    no_milestones,
    place_numbers,
    process_file,
    shown,
)
from salesreport.language import Text, text


def in_time(asked: Asked, place: Place) -> Estimate:
    """The kit's own: cumulative incidence with competing risks."""
    key = f"conversion:{place.milestone.key}"
    table = compute(asked.facts, asked.period, [key], where=asked.where or None, as_of=asked.window[1])
    if key in table.unavailable:
        raise Unavailable(table.unavailable[key])
    if (why := table.missing.get((key,))) is not None:
        raise Unavailable(why)
    row = table.frame.iloc[0]
    return Estimate(*(float(row[name]) for name in ("value", "lower", "upper", "n")))


def entered_all(asked: Asked, place: Place) -> Estimate:
    """Of the deals that first came there in the period, those that went beyond by today, of all."""
    return share_of_deals(_entered(asked, place, decided=False))


def entered_decided(asked: Asked, place: Place) -> Estimate:
    """Likewise, of those that went beyond or were lost."""
    asked.need_losses()
    return share_of_deals(_entered(asked, place, decided=True))


def rows(asked: Asked, place: Place) -> Estimate:
    """Entries into what follows ÷ entries into the milestone, both in the period, each time anew."""
    journeys, number = _journeys(asked), place.number
    stays, numbers = journeys.stays, place_numbers(journeys)
    came = (numbers == number) & asked.inside(stays.entered) & stays.dated
    if place.following is None:
        on = asked.won & asked.inside(asked.closed_on) & (journeys.process == _process(journeys, place))
        above = asked.group(on, asked.closed_on, asked.won).size
    else:
        on = (numbers == number + 1) & asked.inside(stays.entered) & stays.dated
        above = _of_stays(asked, journeys, on).size
    return ratio_of_counts(above, _of_stays(asked, journeys, came).size)


def standing(asked: Asked, place: Place) -> Estimate:
    """Of the deals that stand there or further today, or were won in the period, those that stand further."""
    asked.need_open()
    journeys = _journeys(asked, history=False)
    stays, numbers = journeys.stays, place_numbers(journeys)
    going, mine = stays.outcome == OPEN, stays.process == _process(journeys, place)
    here = going & mine & (numbers >= place.number)
    now = np.full(len(stays.deal), asked.today)
    open_now = asked.credited(stays.deal[here], now[here], (numbers > place.number)[here])
    won = asked.won & asked.inside(asked.closed_on) & (journeys.process == _process(journeys, place))
    bought = asked.group(won, asked.closed_on, asked.won)
    return share_of_deals(open_now.and_also(bought))


def in_order(asked: Asked, place: Place) -> Estimate:
    """Of the deals created in the period that were at every milestone up to here, those also at the next one."""
    asked.need("created_on")
    journeys = _journeys(asked)
    process = _process(journeys, place)
    visited = _visited(journeys)
    first = place.number - _in_process(journeys, place)
    before = visited[:, first : place.number + 1].all(axis=1)
    on = asked.won if place.following is None else visited[:, place.number + 1]
    chosen = (journeys.process == process) & before & asked.inside(asked.created)
    return share_of_deals(asked.group(chosen, asked.created, on & before))


def _journeys(asked: Asked, history: bool = True) -> Journeys:
    """The way of all deals as known today.

    Raises:
        Unavailable: the deals show no milestones, or (where history is wanted) nobody knows since when.
    """
    asked.need("status")
    file = process_file(asked.facts)
    if history:
        shown(asked.facts, file, asked.facts.as_of)
    elif not file.processes:
        raise Unavailable(no_milestones(file))
    return journeys_of(asked.facts, file, asked.facts.as_of)


def _process(journeys: Journeys, place: Place) -> int:
    return journeys.file.processes.index(place.process)


def _in_process(journeys: Journeys, place: Place) -> int:
    """The number of a milestone in its own process."""
    return place.process.milestones.index(place.milestone)


def _visited(journeys: Journeys) -> Flags:
    """deals × milestones: whether a deal was ever seen there."""
    size = sum(len(one.milestones) for one in journeys.file.processes)
    found = np.zeros((len(journeys.process), size), bool)
    found[journeys.stays.deal, place_numbers(journeys)] = True
    return found


def _of_stays(asked: Asked, journeys: Journeys, which: Flags) -> Group:
    stays = journeys.stays
    return asked.credited(stays.deal[which], stays.entered[which], np.ones(int(which.sum()), bool))


def _entered(asked: Asked, place: Place, decided: bool) -> Group:
    """The deals that first came to a milestone in the period; success: got beyond it by today."""
    journeys = _journeys(asked)
    stays, numbers = journeys.stays, place_numbers(journeys)
    first = (numbers == place.number) & ~stays.reentry
    came = np.flatnonzero(first & stays.dated & asked.inside(stays.entered))
    beyond = _beyond(journeys, place)
    deal: Positions = stays.deal[came]
    if decided:
        keep = beyond[deal] | asked.lost[deal]
        came, deal = came[keep], deal[keep]
    return asked.credited(deal, stays.entered[came], beyond[deal])


def _beyond(journeys: Journeys, place: Place) -> Flags:
    """Which deals went on after they had been at a milestone: to a later one, or to the order."""
    stays, numbers = journeys.stays, place_numbers(journeys)
    size = len(journeys.process)
    when = np.full(size, np.iinfo(np.int64).max)  # the number of the stay in which a deal first came there
    here = np.flatnonzero(numbers == place.number)[::-1]
    when[stays.deal[here]] = here  # stays are by deal and time, so backwards the first one stays
    later = np.arange(len(stays.deal)) > when[stays.deal]
    same = stays.process == _process(journeys, place)
    on = (later & same & (numbers > place.number)) | (
        (np.arange(len(stays.deal)) >= when[stays.deal]) & (stays.outcome == WON)
    )
    found = np.zeros(size, bool)
    found[stays.deal[on]] = True
    return found


FORMULAS: tuple[tuple[str, Callable[[Asked, Place], Estimate], Text, Text, Text | None], ...] = (
    (
        "in_time",
        in_time,
        text("in time"),
        text("share that goes on within the days the process gives, open deals as long as they were watched"),
        None,
    ),
    (
        "entered_decided",
        entered_decided,
        text("came, decided"),
        text("of the deals that came there in the period: went on ÷ went on or lost, by today"),
        text("deals decided quickly count first: it changes until all are decided"),
    ),
    (
        "entered_all",
        entered_all,
        text("came, all"),
        text("of the deals that came there in the period: went on by today ÷ all"),
        text("it grows as time goes by: deals still there count as not gone on"),
    ),
    (
        "in_order",
        in_order,
        text("in strict order"),
        text("of the deals created in the period that were at every milestone so far: also at the next one"),
        text("deals that skipped a milestone are in neither number"),
    ),
    (
        "rows",
        rows,
        text("entries ÷ entries"),
        text("entries into what follows ÷ entries into it, both in the period"),
        text("above and below are other deals, and those that came back count twice"),
    ),
    (
        "standing",
        standing,
        text("standing today"),
        text("of the deals that stand there or further today, or were won in the period: further or won"),
        text("lost deals are in neither number: the survivors alone are counted"),
    ),
)
"""Key, figure, title, formula, and how it misleads, of each definition."""


def _at(figure: Callable[[Asked, Place], Estimate], place: Place) -> Callable[[Asked], Estimate]:
    return lambda asked: figure(asked, place)


def of_place(place: Place) -> tuple[Definition, ...]:
    """The definitions of how often deals go on from a milestone."""
    return tuple(
        Definition(
            metric=f"conversion:{place.milestone.key}",
            key=key,
            title=title,
            formula=formula,
            unit="share",
            figure=_at(figure, place),
            used=key == "in_time",
            misleads=misleads,
        )
        for key, figure, title, formula, misleads in FORMULAS
    )
