"""When somebody last changed a deal: its stage, its amount, the closing date expected of it."""

from typing import NamedTuple

import numpy as np

from salesreport.audit.open_deals import OpenDeals
from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.promises import CORRECTED_WITHIN
from salesreport.language import text

_NEVER = np.datetime64("NaT", "D")


class Changes(NamedTuple):
    """Differences between one snapshot of an open deal and the next, in order of the day they were first seen.

    Attributes:
        deal: row in table `deals`. day: the day it was first seen.
        before, after: the closing date expected then; NaT where there was none.
        dated: whether the date changed. correction: whether that may correct a default, see `CORRECTED_WITHIN`.
    """

    deal: Positions
    day: Days
    before: Days
    after: Days
    dated: Flags
    correction: Flags

    def pushes(self) -> Flags:
        """Which move a closing date later, corrections of a default left out."""
        return self.dated & ~self.correction & (self.after > self.before)


def changes(facts: Facts) -> Changes:
    """All changes of open deals that snapshots show, and that table `deals` shows since the last of them."""
    return facts.remember("audit changes", lambda: _changes(facts))


def last_change(facts: Facts, one: OpenDeals) -> Days:
    """The day each open deal was last changed, or created; NaT where nobody knows.

    Raises:
        Unavailable: the export shows no changes.
    """
    if facts.history.moves is None and not facts.columns.has("snapshots"):
        raise Unavailable(
            text("needs the history of stages, or snapshots; this export shows only how deals are now")
        )
    found = changes(facts)
    last = np.full(facts.columns.size("deals"), _NEVER)
    end = int(np.searchsorted(found.day, one.on, side="right"))
    last[found.deal[:end]] = found.day[:end]  # in order of time, so the latest stays
    return np.fmax(np.fmax(last[one.deal], one.since), one.created)


def pushed(facts: Facts, one: OpenDeals) -> tuple[Numbers, Flags]:
    """How often the closing date of each open deal has been moved later by the day, and of which it is known.

    Raises:
        Unavailable: the export does not show how closing dates moved.
    """
    need_dates(facts)
    found = changes(facts)
    counts = found.pushes() & (found.day <= one.on)
    times = np.bincount(found.deal[counts], minlength=facts.columns.size("deals"))
    return times[one.deal].astype(float), ~np.isnat(one.expected)


def need_dates(facts: Facts) -> None:
    """Make sure that it is known how closing dates moved.

    Raises:
        Unavailable: it is not.
    """
    if not facts.columns.has("snapshots", "expected_close_on"):
        raise Unavailable(text("needs snapshots with expected closing dates; this export has none"))


def _changes(facts: Facts) -> Changes:
    columns = facts.columns
    rows = facts.history.snapshots_until(facts.as_of)
    if columns.has("snapshots", "status"):
        status = columns.coded("snapshots", "status")
        rows = rows[np.append(status.categories == "open", True)[status.codes[rows]]]
    deal, day = facts.history.snapshot_deal[rows], columns.days("snapshots", "taken_on")[rows]
    expected = columns.days("snapshots", "expected_close_on")[rows]
    amount = columns.numbers("snapshots", "amount")[rows]
    if facts.as_of == facts.dataset.as_of and columns.has("snapshots"):
        known = facts.known()
        now = np.flatnonzero(known.open)
        deal = np.append(deal, now)
        day = np.append(day, np.full(len(now), np.datetime64(facts.as_of, "D")))
        # what the snapshots do not carry has not changed either
        dated, priced = (columns.has("snapshots", name) for name in ("expected_close_on", "amount"))
        expected = np.append(expected, known.expected_close[now] if dated else np.full(len(now), _NEVER))
        amount = np.append(amount, known.amount[now] if priced else np.full(len(now), np.nan))
    order = np.lexsort((day, deal))
    deal, day, expected, amount = deal[order], day[order], expected[order], amount[order]
    same = deal[1:] == deal[:-1]
    moved = same & (expected[1:] != expected[:-1]) & ~(np.isnat(expected[1:]) & np.isnat(expected[:-1]))
    worth = same & (amount[1:] != amount[:-1]) & ~(np.isnan(amount[1:]) & np.isnan(amount[:-1]))
    at = np.flatnonzero(moved | worth) + 1
    whose, dated = deal[at], moved[at - 1]
    first = np.zeros(len(at), bool)
    moves = np.flatnonzero(dated)
    first[moves[np.unique(whose[moves], return_index=True)[1]]] = True
    created = columns.days("deals", "created_on")[whose]
    correction = first & (day[at - 1] < created + CORRECTED_WITHIN)
    found = Changes(whose, day[at], expected[at - 1], expected[at], dated, correction)
    by_day = np.argsort(found.day, kind="stable")
    return Changes(
        found.deal[by_day], found.day[by_day], found.before[by_day], found.after[by_day], found.dated[by_day],
        found.correction[by_day],
    )  # fmt: skip
