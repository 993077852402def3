"""What moved at every milestone between two days: deals there, coming, going on, closed, changing hands."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions
from salesreport.kpi.facts.dimensions import PEOPLE
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.groups import grouped
from salesreport.kpi.milestones.journeys import ADVANCED, BACK, LOST, OPEN, WON, Journeys
from salesreport.kpi.milestones.reached import (
    begins,
    credited,
    journeys_of,
    net_changes,
    place_numbers,
    places_of,
    reached_in,
    spells_of,
)
from salesreport.process import ProcessFile
from salesreport.stats.competing_risks import added

FLOWS = ("entered", "first_seen", "taken_over", "advanced", "back", "lost", "won", "handed_over")
"""What changes the number of deals at a milestone, in order."""

_IN = ("entered", "first_seen", "taken_over")
_ENDS = {"advanced": ADVANCED, "back": BACK, "lost": LOST, "won": WON}


def movement(
    facts: Facts, file: ProcessFile, start: dt.date, end: dt.date, by: Sequence[str] = ("rep_id",)
) -> pd.DataFrame:
    """The movement at every milestone from one day to another.

    At every milestone, for every group: there before + entered + first seen + taken over − advanced − back − lost
    − won − handed over = there after. A deal counts by its owners' shares: who has it on the day it comes, who had
    it on the eve of the day it goes, who has it on the first and the last day.

    Args:
        facts: whose deals. file: the processes. start, end: first and last day. by: dimensions; none: all deals.

    Returns:
        A row per group, process and milestone (columns: `by`, `process`, `milestone`); a group has rows for the
        processes in which it has deals. Numbers of deals:

        - `there_before`, `there_after`: at the end of the day before `start`, and of `end`;
        - `entered`: came to the milestone; `first_seen`: were there when they were first seen, nobody knows since
          when;
        - `advanced`, `back`, `lost`, `won`: left it so; a deal that is won further back than the last milestone
          is won there;
        - `taken_over`, `handed_over`: changed hands between groups while they were there; within a group they do
          not count, so without `by` there are none;
        - `reached`: got to it or past it for the first time, those that skipped it included.

    Raises:
        ConfigError: a day after the facts' as-of date.
    """
    by = tuple(dict.fromkeys(by))

    def make() -> pd.DataFrame:
        with facts.forgetting("reached"):
            return _movement(journeys_of(facts, file, end), start, end, by)

    return facts.remember(("movement", id(file), start, end, by), make)


def direct_closings(
    facts: Facts, file: ProcessFile, start: dt.date, end: dt.date, by: Sequence[str] = ("rep_id",)
) -> pd.DataFrame:
    """Deals that closed from one day to another without ever having been at a milestone.

    Args:
        facts, file, start, end, by: as in `movement`.

    Returns:
        `by`, `process`, `won`, `lost`: numbers of deals, credited to the owners on the day they closed. No rows
        where the data do not show when deals move.
    """
    journeys = journeys_of(facts, file, end)
    closing, stays = facts.known(end).closing, journeys.stays
    never = closing.closed & (journeys.process >= 0)
    never[stays.deal] = False
    if not (journeys.direct.any() or (stays.outcome != OPEN).any()):
        never[:] = False
    first, last = np.datetime64(start, "D"), np.datetime64(end, "D")
    deals = np.flatnonzero(never & (closing.day >= first) & (closing.day <= last))
    events = credited(facts, deals, closing.day[deals], won=closing.won[deals])
    names = pd.Index([one.name for one in file.processes], dtype="str")
    process = pd.Categorical.from_codes(journeys.process[events.rows], categories=names)
    [number], groups = grouped([*by, "process"], [[*_dimensions(events, by), process]], [None])
    won = events.extra["won"].astype(bool)
    return groups.assign(
        won=np.bincount(number, np.where(won, events.share, 0.0), len(groups)),
        lost=np.bincount(number, np.where(won, 0.0, events.share), len(groups)),
    )


def _movement(journeys: Journeys, start: dt.date, end: dt.date, by: tuple[str, ...]) -> pd.DataFrame:
    facts, file, stays = journeys.facts, journeys.file, journeys.stays
    first, last = np.datetime64(start, "D"), np.datetime64(end, "D")
    place = place_numbers(journeys)

    def part(which: Flags, days: Days) -> Events:
        rows = np.flatnonzero(which)
        return credited(facts, stays.deal[rows], days[rows], place=place[rows])

    def on(day: np.datetime64) -> Days:
        return np.full(len(stays.deal), day)

    came, going = stays.entered >= first, np.isnat(stays.left)
    gone, eve = stays.left >= first, np.maximum(stays.entered, stays.left - 1)
    parts = {
        "there_before": part(~came & (going | gone), on(first - 1)),
        "entered": part(came & stays.dated, stays.entered),
        "first_seen": part(came & ~stays.dated, stays.entered),
        **{name: part(gone & (stays.outcome == code), eve) for name, code in _ENDS.items()},
        "there_after": part(going, on(last)),
        "reached": reached_in(facts, file, start, end),
    }
    cut_stay, cut = _cuts(journeys, first, last, by)
    owned = {
        name: credited(facts, stays.deal[cut_stay], day, place=place[cut_stay])
        for name, day in (("had", cut - 1), ("has", cut))
    }

    names = pd.Index([f"{number:06d}" for number in range(len(places_of(file)))], dtype="str")
    events = [*parts.values(), *owned.values()]
    lists = [
        [*_dimensions(one, by), pd.Categorical.from_codes(one.extra["place"], categories=names)] for one in events
    ]
    numbers, groups = grouped([*by, "place"], lists, [None] * len(lists))
    size = len(groups)
    sums = {
        name: added(number, one.share, size) for (name, one), number in zip(parts.items(), numbers, strict=False)
    }
    _, group, net = net_changes(owned["had"], owned["has"], numbers[-2], numbers[-1], size)
    sums["taken_over"] = added(group, np.maximum(net, 0), size)
    sums["handed_over"] = added(group, np.maximum(-net, 0), size)
    _assert_adds_up(sums)
    frame = groups.assign(**sums)
    return _every_milestone(frame, file, by)


def _cuts(
    journeys: Journeys, first: np.datetime64, last: np.datetime64, by: tuple[str, ...]
) -> tuple[Positions, Days]:
    """Days on which a stay that goes on may have passed from one group to another, each once."""
    facts, stays = journeys.facts, journeys.stays
    stay, day = np.array([], np.intp), np.array([], "datetime64[D]")
    if facts.owners is not None and PEOPLE & set(by):
        stay, day = facts.owners.changes(stays.deal)
    if {"team", "manager"} & set(by) and facts.columns.has("rep_history"):
        parts = spells_of(journeys)
        whose = facts.columns.coded("rep_history", "rep_id")
        since, until = facts.columns.days("rep_history", "from"), facts.columns.days("rep_history", "to") + 1
        moves = pd.DataFrame(
            {"rep": np.tile(parts.rep.categories.get_indexer(whose), 2), "day": np.concatenate((since, until))}
        )
        moves = moves[(moves["day"] >= first) & (moves["day"] <= last) & (moves["rep"] >= 0)].drop_duplicates()
        theirs = pd.DataFrame({"rep": parts.rep.codes.astype(np.int64), "stay": parts.stay})
        both = theirs[theirs["rep"].isin(moves["rep"])].merge(moves, on="rep")
        stay = np.append(stay, both["stay"].to_numpy(np.intp))
        day = np.append(day, both["day"].to_numpy("datetime64[D]"))
    # on the day a deal moves it is still with who had it on the eve, and what it moves to with who has it then
    there = (day >= first) & (day <= last) & (stays.entered[stay] < day) & ~(stays.left[stay] <= day)
    pairs = pd.DataFrame({"stay": stay[there], "day": day[there]}).drop_duplicates()
    return pairs["stay"].to_numpy(np.intp), pairs["day"].to_numpy("datetime64[D]")


def _assert_adds_up(sums: dict[str, Numbers]) -> None:
    after = sums["there_before"] + sum(sums[name] if name in _IN else -sums[name] for name in FLOWS)
    assert np.allclose(after, sums["there_after"], atol=1e-6), "the movements do not add up"
    assert np.isclose(sums["taken_over"].sum(), sums["handed_over"].sum(), atol=1e-6), (
        "what one hands over another takes over"
    )


def _every_milestone(frame: pd.DataFrame, file: ProcessFile, by: tuple[str, ...]) -> pd.DataFrame:
    """Rows for all milestones of the processes that a group has deals in, in order."""
    places = places_of(file)
    number = frame["place"].astype(np.int64).to_numpy()
    process = np.repeat(np.arange(len(file.processes)), np.diff(begins(file)))
    columns = ["there_before", *FLOWS, "there_after", "reached"]
    groups = frame[list(by)].assign(_process=process[number]).drop_duplicates()
    every = pd.DataFrame({"_process": process, "_number": np.arange(len(places))})
    wide = groups.merge(every, on="_process") if len(groups) else groups.assign(_number=0)
    known = frame.assign(_number=number)[[*by, "_number", *columns]]
    full = wide.merge(known, on=[*by, "_number"], how="left").sort_values(
        [*by, "_number"], kind="stable", ignore_index=True
    )
    which = full["_number"].to_numpy(np.intp)
    titles = pd.Index([one.process.name for one in places], dtype="str")
    keys = pd.Index([one.milestone.key for one in places], dtype="str")
    full = full.assign(process=titles.take(which), milestone=keys.take(which))
    values = full[columns].fillna(0.0).round(9) + 0.0
    return pd.concat([full[[*by, "process", "milestone"]], values], axis=1)


def _dimensions(events: Events, by: Sequence[str]) -> list[pd.Categorical]:
    return [events.dimension(name) for name in by]
