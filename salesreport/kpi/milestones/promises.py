"""Deals that do not move as they should: closing dates put off, and deals at a milestone for too long."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.kinds import Kind
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.ordering import begins_run
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import (
    credited,
    journeys_of,
    place_numbers,
    places_of,
    process_file,
    shown,
    store_of_process,
)
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.process import ProcessFile

CORRECTED_WITHIN = 30
"""The first change of an expected close, made so many days after the deal was created or earlier, corrects what
the CRM had put there by itself."""

TOO_LONG = 0.8
"""A deal is stale when it has been at its milestone for longer than this part of those that have left it took."""

LEFT_WITHIN, LEAST_STAYS = 365, 20
"""Stays count that ended so many days ago at most; with fewer of them nobody knows what is too long."""

_MOST_DOUBT = 31
"""Within so many days the day a deal came to a milestone must be known, where its staleness hangs on it."""

_NEVER = np.datetime64("NaT", "D")


class Promises(NamedTuple):
    """Open deals and the closing dates that were expected of them.

    Attributes:
        deal: row in table `deals`. before: the close expected at the start, or what its first correction made of
            it. latest: the latest one expected during the period. slipped: whether that is in a later month.
    """

    deal: Positions
    before: Days
    latest: Days
    slipped: Flags


def slipped_deals(facts: Facts, start: dt.date, end: dt.date) -> pd.DataFrame:
    """The deals that were open before a day and were put off beyond a month's end by another.

    Args:
        facts: whose deals. start, end: first and last day.

    Returns:
        `deal_id`, `before` and `latest` (the expected closing dates), `days` between them; the longest first.

    Raises:
        Unavailable: the export does not show how expected closing dates moved.
    """
    found = promises(facts, start, end)
    put_off = np.flatnonzero(found.slipped)
    days = (found.latest - found.before)[put_off].astype(np.int64)
    put_off = put_off[order := np.argsort(-days, kind="stable")]
    return pd.DataFrame(
        {
            "deal_id": facts.columns.series("deals", "deal_id").array.take(found.deal[put_off]),
            "before": found.before[put_off].astype("datetime64[ms]"),
            "latest": found.latest[put_off].astype("datetime64[ms]"),
            "days": days[order],
        }
    )


def stale_deals(facts: Facts, file: ProcessFile, day: dt.date) -> pd.DataFrame:
    """The deals that have been at their milestone for too long at the end of a day.

    Args:
        facts: whose deals. file: the processes. day: the day.

    Returns:
        `deal_id`, `process`, `milestone`, `days` at it, `limit`; those that are most over it first.

    Raises:
        Unavailable: nobody knows since when deals are where they are, or what is too long.
    """
    events = standing_at(facts, file, day)
    rows = np.flatnonzero(events.extra["stale"])
    rows = rows[np.unique(events.rows[rows], return_index=True)[1]]  # once, whoever shares it
    rows = rows[np.argsort((events.extra["limit"] - events.extra["days"])[rows], kind="stable")]
    places, number = places_of(file), events.extra["place"][rows]
    return pd.DataFrame(
        {
            "deal_id": facts.columns.series("deals", "deal_id").array.take(events.rows[rows]),
            "process": pd.Index([one.process.name for one in places], dtype="str").take(number),
            "milestone": pd.Index([one.milestone.key for one in places], dtype="str").take(number),
            "days": events.extra["days"][rows],
            "limit": events.extra["limit"][rows],
        }
    )


def promised(facts: Facts, window: Period, as_of: dt.date) -> Events:
    """The deals open at a period's start with the closing dates expected of them; `slipped` tells of each.

    Raises:
        Unavailable: the export does not show how expected closing dates moved.
    """
    found = promises(facts, window.start, window.end)
    eve = np.full(len(found.deal), np.datetime64(window.start, "D") - 1)
    return credited(facts, found.deal, eve, slipped=found.slipped)


def standing(facts: Facts, window: Period, as_of: dt.date) -> Events:
    """`standing_at` the as-of date, by the dataset's process file.

    Raises:
        Unavailable: nobody knows since when deals are where they are, or what is too long.
    """
    if not facts.columns.has("deals"):
        raise lacks("deals")
    return standing_at(facts, process_file(facts), as_of)


PROMISED = Kind("promised", text("expected closing dates"), "deals", promised)
STANDING = Kind("standing", text("open deals at milestones"), "deals", standing)


def promises(facts: Facts, start: dt.date, end: dt.date) -> Promises:
    """How the expected closing dates of deals open before a day moved up to another.

    A deal has slipped when it was expected to close in a later month, at some time, than at the start. The first
    change of its date is taken for the correction of a default, where it may have been made within
    `CORRECTED_WITHIN` days of creating the deal; then what comes after is compared with the corrected date.

    Raises:
        Unavailable: the export does not show it.
    """
    return facts.remember(("promises", start, end), lambda: _promises(facts, start, end))


def _promises(facts: Facts, start: dt.date, end: dt.date) -> Promises:
    columns, eve = facts.columns, start - dt.timedelta(1)
    if not columns.has("snapshots", "expected_close_on"):
        raise Unavailable(text("needs snapshots with expected closing dates; this export has none"))
    before, after = facts.known(eve), facts.known(end)
    deal = np.flatnonzero(before.open & ~np.isnat(before.expected_close))
    rows = _shown_open(facts, end)
    on, last = np.datetime64(eve, "D"), np.datetime64(end, "D")
    taken_on = columns.days("snapshots", "taken_on")[rows]
    if not len(deal):
        raise Unavailable(text("no closing date expected on {day} is known: no snapshots up to then", day=eve))
    if not (taken_on > on).any() and not after.is_today:
        raise Unavailable(text("needs a snapshot between {start} and {end}; there is none", start=start, end=end))
    whose, expected = facts.history.snapshot_deal[rows], columns.days("snapshots", "expected_close_on")[rows]
    if after.is_today:  # what table `deals` says today is as good as a snapshot
        still = np.flatnonzero(after.open & ~np.isnat(after.expected_close))
        whose = np.append(whose, still)
        taken_on = np.append(taken_on, np.full(len(still), last))
        expected = np.append(expected, after.expected_close[still])
    order = np.lexsort((taken_on, whose))
    whose, taken_on, expected = whose[order], taken_on[order], expected[order]

    size = columns.size("deals")
    baseline, since = before.expected_close.copy(), np.full(size, on)
    one, day = _first_correction(facts, whose, taken_on, expected)
    in_period = day > on
    baseline[whose[one[in_period]]], since[whose[one[in_period]]] = expected[one[in_period]], day[in_period] - 1
    later = taken_on > since[whose]
    latest = baseline.astype(np.int64)
    np.maximum.at(latest, whose[later], expected[later].astype(np.int64))
    newest = np.where(np.isnat(baseline), _NEVER, latest.astype("datetime64[D]"))
    slipped = newest.astype("datetime64[M]") > baseline.astype("datetime64[M]")
    return Promises(deal, baseline[deal], newest[deal], slipped[deal])


def _shown_open(facts: Facts, day: dt.date) -> Positions:
    """The snapshots up to a day that show a deal open, with a closing date."""
    columns, rows = facts.columns, facts.history.snapshots_until(day)
    if columns.has("snapshots", "status"):
        status = columns.coded("snapshots", "status")
        rows = rows[np.append(status.categories == "open", True)[status.codes[rows]]]
    return rows[~np.isnat(columns.days("snapshots", "expected_close_on")[rows])]


def _first_correction(facts: Facts, whose: Positions, taken_on: Days, expected: Days) -> tuple[Positions, Days]:
    """The rows with the first change of a deal's date that may be the correction of a default, and their days."""
    changes = np.flatnonzero(begins_run(expected) & ~begins_run(whose))
    first = changes[begins_run(whose[changes])]
    created = facts.columns.days("deals", "created_on")[whose[first]]
    first = first[taken_on[first - 1] < created + CORRECTED_WITHIN]  # the last day it was as it had been
    return first, taken_on[first]


def standing_at(facts: Facts, file: ProcessFile, day: dt.date) -> Events:
    """The open deals at the end of a day of which it can be told whether they are stale, credited to their owners.

    A deal is stale when it has been at its milestone for more days than `TOO_LONG` of all deals of the company
    took that left it within the last `LEFT_WITHIN` days, whichever way. It cannot be told at milestones that
    fewer than `LEAST_STAYS` deals left, and of deals nobody knows since when they are there.

    Returns:
        `place`: the number of the milestone; `days` at it; `limit`; `stale`.

    Raises:
        Unavailable: it can be told of no deal.
    """
    return store_of_process(facts, file, ("standing", day), lambda: _standing(facts, file, day), always=True)


def untold(n: float, undated: bool) -> Text:
    """What is said of open deals of which it cannot be told whether they are there too long, as a clause.

    Args:
        n: how many. undated: whether that is because nobody knows since when each of them is there.
    """
    if undated:
        return ntext(
            "how long {n} other has been at its milestone is not known",
            "how long the other {n} have been at their milestone is not known",
            n=n,
        )
    return ntext("of {n} other it cannot be told", "of the other {n} it cannot be told", n=n)


def _standing(facts: Facts, file: ProcessFile, day: dt.date) -> Events:
    journeys = journeys_of(facts, shown(facts, file, day), day)
    stays, place, on = journeys.stays, place_numbers(journeys), np.datetime64(day, "D")
    over = stays.dated & (stays.left > on - LEFT_WITHIN)
    limit = _limits(place[over], journeys.days[over].astype(np.float64), len(places_of(file)))
    here = np.flatnonzero(np.isnat(stays.left) & stays.dated)
    days, most, limits = journeys.days[here], journeys.longest[here], limit[place[here]]
    judged = ~np.isnan(limits) & ((most - days <= _MOST_DOUBT) | (days > limits) | (most <= limits))
    if not judged.any():
        raise Unavailable(
            text(
                "needs open deals at a milestone that at least {n} deals left in the last {days} days; there "
                "are none",
                n=LEAST_STAYS,
                days=LEFT_WITHIN,
            )
        )
    here, days, limits = here[judged], days[judged], limits[judged]
    return credited(
        facts, stays.deal[here], np.full(len(here), on),
        place=place[here], days=days, limit=limits, stale=days > limits,
    )  # fmt: skip


def _limits(place: Positions, days: Numbers, size: int) -> Numbers:
    """The days that `TOO_LONG` of the stays at each milestone did not exceed; NaN where there are too few."""
    order = np.lexsort((days, place))
    count = np.bincount(place, minlength=size)
    last = np.cumsum(count) - count + np.ceil(TOO_LONG * count - 1e-9).astype(np.int64) - 1
    enough = count >= LEAST_STAYS
    limit = np.full(size, np.nan)
    limit[enough] = days[order][last[enough]]
    return limit
