"""What looks like behaviour and may come of the data: exports that stand still, dates that nobody chose."""

import numpy as np

from salesreport.audit.changes import changes
from salesreport.kpi.facts.columns import Days, Flags
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Quantity, Text, text

STILL = 31
"""Days without any trace after which an export may be older than the day it is seen from."""

ALL_ALIKE = 0.5
"""From this part of the dates on that are the same kind of day, nobody chose them."""

HARDLY_EVER = 0.01
"""Where fewer of the deals seen twice ever had their date changed, dates are not kept, or not exported."""

_LEAST = 20


def stands_still(facts: Facts) -> Text | None:
    """That nothing is recorded of the last month: then deals look neglected that are only not up to date."""
    columns, on = facts.columns, np.datetime64(facts.as_of, "D")
    days = [columns.days("deals", "created_on"), facts.closing.day, facts.history.move_days]
    days += [columns.days(*one) for one in (("activities", "done_at"), ("orders", "ordered_on"))]
    latest = [part.max() for part in (one[one <= on] for one in days) if len(part)]
    if not latest or on - max(latest) <= STILL:
        return None
    return text(
        "Nothing is recorded after {day}: the export may be older than the day it is seen from.",
        day=max(latest).item(),
    )


def dates_never_move(facts: Facts) -> Text | None:
    """That hardly any closing date was ever changed, in snapshots that would show it."""
    if not facts.columns.has("snapshots", "expected_close_on"):
        return None
    rows = facts.history.snapshots_until(facts.as_of)
    rows = rows[~np.isnat(facts.columns.days("snapshots", "expected_close_on")[rows])]
    deals, seen = np.unique(facts.history.snapshot_deal[rows], return_counts=True)
    twice = deals[seen > 1]
    if len(twice) < _LEAST:
        return None
    found = changes(facts)
    moved = np.isin(twice, found.deal[found.dated]).mean()
    if moved >= HARDLY_EVER:
        return None
    return text("Hardly any closing date was ever changed: they may be set by the CRM and kept by nobody.")


def dates_by_default(facts: Facts, deals: Flags) -> Text | None:
    """That most of the closing dates expected of some deals lie as many days after the deal was created."""
    created = facts.columns.days("deals", "created_on")[deals]
    gap = (facts.known().expected_close[deals] - created)[~np.isnat(created)]
    gap = gap[~np.isnat(gap)].astype(np.int64)
    if len(gap) < _LEAST:
        return None
    days, number = np.unique(gap, return_counts=True)
    share = number.max() / len(gap)
    if share < ALL_ALIKE:
        return None
    return text(
        "{share} of the closing dates lie exactly {time} after the deal was created: a default of the CRM.",
        share=Quantity(float(share), "share"),
        time=Quantity(float(days[number.argmax()]), "days"),
    )


def closed_at_ends_of_months(days: Days) -> Text | None:
    """That most closings are dated on a month's last or first day: the date of an import, or only the month.

    Args:
        days: the days of closings, none missing.
    """
    if len(days) < _LEAST:
        return None
    first = (days == days.astype("datetime64[M]").astype("datetime64[D]")).mean()
    last = ((days + 1) == (days + 1).astype("datetime64[M]").astype("datetime64[D]")).mean()
    share = float(max(first, last))
    if share < ALL_ALIKE:
        return None
    return text(
        "{share} of the closing dates are the first or the last day of a month: only months may have been kept.",
        share=Quantity(share, "share"),
    )
