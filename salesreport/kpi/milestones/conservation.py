"""The funnel adds up: what became of everything that came to a milestone, and how much of it nobody can explain.

entered = went on + lost + put back + open in time + unexplained.
"""

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.milestones.journeys import ADVANCED, BACK, LOST, OPEN, WON
from salesreport.kpi.milestones.reached import journeys_of, place_numbers, places_of, shown
from salesreport.process import ProcessFile

EXPLAINED = ("went_on", "lost", "back", "open")
"""What becomes of what enters a milestone."""

UNEXPLAINED = ("no_reason", "overstayed", "removed")
"""Of what is unexplained: lost without a reason, still there for longer than expected, deleted since."""

COLUMNS = ("entered", *EXPLAINED, "unexplained", *UNEXPLAINED)


class Conservation(NamedTuple):
    """What became of what entered each milestone.

    Attributes:
        frame: a row per milestone: `process`, `milestone`, and numbers of stays by `COLUMNS`. `went_on` includes
            those that were won; `lost` only those with a reason, where the export has a column for it.
        deals: the unexplained stays that are in table `deals`, a row each: `deal_id`, `process`, `milestone`,
            `why` (one of `UNEXPLAINED`).
        has_reasons: whether the export says why deals were lost.
    """

    frame: pd.DataFrame
    deals: pd.DataFrame
    has_reasons: bool


def conservation(facts: Facts, file: ProcessFile, start: dt.date, end: dt.date) -> Conservation:
    """Follow every stay that began in some days, up to the end of the last.

    A deal that comes back enters again. A stay is open in time while it is no longer than the process expects
    (`Milestone.within`). A deal that snapshots show open and that is no longer in table `deals` has been removed;
    it entered where it was seen last.

    Args:
        facts: whose deals. file: the processes. start, end: first and last day.

    Raises:
        Unavailable: nobody knows when deals came where they are.
        ConfigError: a day after the facts' as-of date.
    """
    shown(facts, file, end)
    return facts.remember(("conservation", id(file), start, end), lambda: _conservation(facts, file, start, end))


def _conservation(facts: Facts, file: ProcessFile, start: dt.date, end: dt.date) -> Conservation:
    journeys, places = journeys_of(facts, file, end), places_of(file)
    stays, place, size = journeys.stays, place_numbers(journeys), len(places)
    here = np.flatnonzero(stays.dated & (stays.entered >= np.datetime64(start, "D")))
    deal, outcome, at = stays.deal[here], stays.outcome[here], place[here]
    has_reasons = facts.columns.has("deals", "loss_reason")
    reasons = facts.columns.coded("deals", "loss_reason").codes[deal] >= 0
    unexplained_loss = (outcome == LOST) & has_reasons & ~reasons
    within = np.array([one.milestone.within for one in places])
    overstayed = (outcome == OPEN) & (journeys.shortest[here] > within[at])
    removed = _removed(facts, file, start, end)

    def counted(which: Flags) -> Positions:
        return np.bincount(at[which], minlength=size)

    parts = {
        "went_on": counted((outcome == ADVANCED) | (outcome == WON)),
        "lost": counted((outcome == LOST) & ~unexplained_loss),
        "back": counted(outcome == BACK),
        "open": counted((outcome == OPEN) & ~overstayed),
        "no_reason": counted(unexplained_loss),
        "overstayed": counted(overstayed),
        "removed": np.bincount(removed, minlength=size),
    }
    parts["unexplained"] = sum((parts[name] for name in UNEXPLAINED), np.zeros(size, np.intp))
    parts["entered"] = np.bincount(at, minlength=size) + parts["removed"]
    total = sum((parts[name] for name in EXPLAINED), parts["unexplained"])
    assert (total == parts["entered"]).all(), "the funnel does not add up"
    names = pd.Index([one.process.name for one in places], dtype="str")
    keys = pd.Index([one.milestone.key for one in places], dtype="str")
    rows = np.flatnonzero(unexplained_loss | overstayed)
    why = pd.Index(UNEXPLAINED, dtype="str").take(np.where(unexplained_loss[rows], 0, 1))
    return Conservation(
        pd.DataFrame({"process": names, "milestone": keys, **{name: parts[name] for name in COLUMNS}}),
        pd.DataFrame(
            {
                "deal_id": facts.columns.series("deals", "deal_id").array.take(deal[rows]),
                "process": names.take(at[rows]),
                "milestone": keys.take(at[rows]),
                "why": why,
            }
        ),
        has_reasons,
    )


def _removed(facts: Facts, file: ProcessFile, start: dt.date, end: dt.date) -> Positions:
    """Where deals that have been deleted since were seen last, if they came there in these days."""
    columns = facts.columns
    if not columns.has("snapshots", "taken_on", "deal_id", "stage"):
        return np.array([], np.intp)
    days: Days = columns.days("snapshots", "taken_on")
    rows = np.flatnonzero((facts.history.snapshot_deal < 0) & (days <= np.datetime64(end, "D")))
    if columns.has("snapshots", "status"):
        status = columns.coded("snapshots", "status")
        rows = rows[np.append(status.categories == "open", True)[status.codes[rows]]]
    stage = columns.coded("snapshots", "stage")
    meant: dict[str, int] = {}
    for one in places_of(file):
        for sign in one.milestone.stages:
            meant.setdefault(sign.name, one.number)
    place = np.array([meant.get(name, -1) for name in stage.categories] + [-1], np.intp)[stage.codes]
    seen = pd.DataFrame(
        {
            "deal": columns.series("snapshots", "deal_id").array.take(rows),
            "day": days[rows].astype("datetime64[s]"),
            "place": place[rows],
        }
    ).sort_values(["deal", "day"], kind="stable")
    last = seen.groupby("deal")["place"].transform("last")
    stretch = (seen["place"] != seen["place"].groupby(seen["deal"]).shift()).cumsum()
    came = seen.groupby(stretch)["day"].transform("min")
    final = seen[~seen["deal"].duplicated(keep="last")].assign(came=came, last=last)
    counts = (final["last"] >= 0) & (final["came"] >= pd.Timestamp(start))
    return final.loc[counts, "last"].to_numpy(np.intp)
