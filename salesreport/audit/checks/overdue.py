"""Dates of open deals that are over or missing: expected closings in the past, no next step."""

from dataclasses import replace
from functools import partial

import numpy as np

from salesreport.audit.backtest import Marks
from salesreport.audit.doubts import dates_by_default, dates_never_move, stands_still
from salesreport.audit.flagging import flagged_open
from salesreport.audit.model import ANY, Backtest, Check, Found, Looked
from salesreport.audit.open_deals import OpenDeals, open_on
from salesreport.kpi.facts.columns import Days
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, ntext, text

_NOW_ONLY = text("an export shows next steps of its own day only")

HARDLY_USED = 0.1
"""Where fewer of the open deals have a next step at all, nobody uses the field."""


def past_due(one: OpenDeals) -> Marks:
    """Which open deals were expected to close before the day; told of those with a date."""
    return Marks(one.expected < one.on, ~np.isnat(one.expected))


def overdue(looked: Looked) -> Found:
    """How many open deals should have closed by now."""
    return flagged_open(looked, past_due, doubts=(stands_still, dates_never_move, _by_default))


def _by_default(facts: Facts) -> Text | None:
    return dates_by_default(facts, facts.known().open)


def without_step(facts: Facts, one: OpenDeals) -> Marks:
    """Which open deals have no next step on the day or later; known of the dataset's own day only."""
    step = facts.columns.days("deals", "next_step_on")[one.deal]
    return Marks(~(step >= one.on), np.ones(len(one.deal), bool))


def no_next_step(looked: Looked) -> Found:
    """How many open deals have no dated next step."""
    facts = looked.facts
    if not facts.columns.has("deals", "next_step_on"):
        raise lacks("deals", "next_step_on")
    if looked.as_of < looked.dataset.as_of:
        raise Unavailable(_NOW_ONLY)
    now = open_on(facts, looked.as_of)
    step = facts.columns.days("deals", "next_step_on")[now.deal]

    def hardly_used(facts: Facts) -> Text | None:
        if not len(step) or (~np.isnat(step)).mean() >= HARDLY_USED:
            return None
        return text("Hardly any open deal has the field filled: next steps may be kept elsewhere.")

    found = flagged_open(
        looked, partial(without_step, facts), doubts=(stands_still, hardly_used), past=False,
        detail=_steps_in_the_past(step, now),
    )  # fmt: skip
    return replace(found, backtest=Backtest(
        outcome=text("was lost or not won later"), why=_NOW_ONLY,
    ))  # fmt: skip


def _steps_in_the_past(step: Days, now: OpenDeals) -> Text | None:
    past = int((step < now.on).sum())
    said = ntext("Of these {n} has one in the past.", "Of these {n} have one in the past.", n=past)
    return said if past else None


CHECKS = (
    Check(
        key="overdue",
        number=6,
        title=text("Overdue"),
        definition=text(
            "Open deals whose expected closing date lies before the as-of date ÷ open deals with such a date."
        ),
        kind="behaviour",
        counted=text("open deals"),
        find=overdue,
        threshold=text("none at the end of an audit"),
        limit=(ANY, None),
        source="Pipeliner",
        founded="practice",
        needs=(("deals", "expected_close_on"),),
        affects=("pipeline_value", "coverage", "slippage"),
        does=text("A date in the past says nothing of when, or whether, a deal closes."),
    ),
    Check(
        key="no_next_step",
        number=7,
        title=text("No next step"),
        definition=text("Open deals without a next step dated on the as-of date or later ÷ all open deals."),
        kind="behaviour",
        counted=text("open deals"),
        find=no_next_step,
        threshold=None,
        source="salesreport",
        founded="own",
        needs=(("deals", "next_step_on"),),
    ),
)
"""Dates that are over or missing."""
