"""Are records kept: fields a forecast needs, loss reasons, next steps, and open deals that somebody works on."""

import numpy as np

from salesreport.audit.maturity.criterion import Measured
from salesreport.audit.maturity.seen import Seen, inside, share
from salesreport.audit.model import Estimate
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import ntext, text
from salesreport.period import Period

TOUCHED = 60
"""An open deal is followed up if somebody did something about it in so many days."""


FEWEST_FIELDS = 2
"""So many of the fields that a forecast needs must be used at all."""


def filled(seen: Seen) -> Measured:
    """Which share of the open deals has an amount, a stage and an expected closing date, as far as exported."""
    columns, rows = seen.facts.columns, seen.open_now()
    known = seen.facts.known()
    there = {
        "amount": known.amount > 0,
        "stage": known.stage.codes >= 0,
        "expected_close_on": ~np.isnat(known.expected_close),
    }
    # what no open deal has was not exported, or has no place in the CRM: that is no neglect
    carried = [name for name in there if columns.has("deals", name) and there[name][rows].any()]
    if len(carried) < FEWEST_FIELDS:
        raise Unavailable(
            text(
                "of amount, stage and expected closing date fewer than {fewest} are on any open deal",
                fewest=FEWEST_FIELDS,
            )
        )
    every: Flags = np.logical_and.reduce([there[name] for name in carried])
    found = share(every[rows])
    assert found is not None
    lacking = len(there) - len(carried)
    detail = ntext(
        "{n} of the three fields is empty on every open deal: not exported, or never filled",
        "{n} of the three fields are empty on every open deal: not exported, or never filled",
        n=lacking,
    )
    return Measured(found, None, detail if lacking else None)


def reasons(seen: Seen) -> Measured:
    """Which share of the lost deals has a loss reason."""
    columns = seen.facts.columns
    if not columns.has("deals", "loss_reason"):
        raise lacks("deals", "loss_reason")
    known, reason = seen.facts.known(), columns.coded("deals", "loss_reason")

    def of(period: Period) -> Estimate | None:
        rows = np.flatnonzero(known.lost & seen.mine & inside(known.closed_on, period))
        return share(reason.codes[rows] >= 0)

    now = of(seen.year)
    if now is None:
        raise Unavailable(text("nothing of the kind happened in the year up to {day}", day=seen.facts.as_of))
    return Measured(now, of(seen.before))


def next_steps(seen: Seen) -> Measured:
    """Which share of the open deals has a next step that is not over."""
    columns = seen.facts.columns
    if not columns.has("deals", "next_step_on"):
        raise lacks("deals", "next_step_on")
    rows = seen.open_now()
    ahead = columns.days("deals", "next_step_on") >= np.datetime64(seen.facts.as_of, "D")
    found = share(ahead[rows])
    assert found is not None
    return Measured(found)


def followed_up(seen: Seen) -> Measured:
    """Which share of the open deals had an activity lately."""
    columns, rows = seen.facts.columns, seen.open_now()
    today = np.datetime64(seen.facts.as_of, "D")
    last = columns.days("deals", "last_activity_on").copy()
    by_activity = columns.has("activities", "deal_id", "done_at")
    if not by_activity and not columns.has("deals", "last_activity_on"):
        raise lacks("activities", "done_at")
    if by_activity:
        deal, done = columns.find("activities", "deal_id", "deals"), columns.days("activities", "done_at")
        keep = (deal >= 0) & (done <= today)
        latest = np.full(len(last), np.datetime64("1000-01-01", "D"))
        np.maximum.at(latest, deal[keep], done[keep])
        last = np.fmax(last, latest)
    found = share((last >= today - TOUCHED)[rows])
    assert found is not None
    return Measured(found)
