"""Deals that were created and closed on one day: written down when all was over, or sold over the counter."""

from dataclasses import replace

import numpy as np

from salesreport.audit.model import Check, Found, Looked
from salesreport.audit.own_past import usual
from salesreport.audit.quarters import complete_quarters
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, text

AT_ONCE = 2.0
"""Where the median deal takes fewer days, sales are transactional, and closing at once is usual."""

_LEAST = 10


def same_day(looked: Looked) -> Found:
    """How many deals closed within the year were created on the day they closed."""
    facts = looked.facts
    created, closed = facts.columns.days("deals", "created_on"), facts.closing.day
    known = ~np.isnat(created) & ~np.isnat(closed)
    at_once = known & (created == closed)

    def inside(start: object, end: object) -> Flags:
        return known & (closed >= np.datetime64(start, "D")) & (closed <= np.datetime64(end, "D"))  # type: ignore[call-overload]

    year = inside(looked.period.start, looked.as_of)
    if not year.any():
        raise Unavailable(text("no deal with a creation date closed within the year"))
    shares = []
    for one in complete_quarters(looked, facts.begin("closed"))[:-4]:
        here = inside(one.start, one.end)
        shares.append(float(at_once[here].mean()) if here.sum() >= _LEAST else float("nan"))
    median = float(np.median((closed - created)[year].astype(float)))
    found = replace(looked.of_deals(at_once, year), baseline=usual(shares))
    if median >= AT_ONCE:
        return found
    said = text("the median deal takes {time}: such sales are transactional", time=Quantity(median, "days"))
    return replace(found, level="fine", detail=said)


CHECKS = (
    Check(
        key="same_day",
        number=20,
        title=text("Closed on the day created"),
        definition=text(
            "deals closed within the year that were created on the same day ÷ all deals closed within the year "
            "whose creation date is known"
        ),
        kind="data",
        counted=text("closed deals"),
        find=same_day,
        threshold=text("fine only in transactional sales; nobody published how many are too many: 5 % is our own"),
        limit=(0.05, 0.20),
        source="FunnelCake",
        founded="own",
        needs=(("deals", "created_on"), ("deals", "closed_on")),
        affects=("cycle_days", "cycle_days_mean", "conversion", "velocity"),
        does=text("Cycles look shorter than they are, and open pipelines never saw these deals."),
    ),
)
"""Created and closed on one day."""
