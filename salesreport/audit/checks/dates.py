"""Are dates what they say? Closed before created, created and closed on one day, born late, not dated at all."""

from dataclasses import replace
from typing import Literal

import numpy as np

from salesreport.audit.model import Check, Found, Looked
from salesreport.kpi.facts.created_since import created_since
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import journeys_of
from salesreport.language import Quantity, text

TRANSACTIONAL = 3.0
"""Where half of the deals are won within so many days, closing on the day of creation is how business is done."""


def _backdated(looked: Looked) -> Found:
    closing = looked.facts.closing
    created = looked.facts.columns.days("deals", "created_on")
    both = closing.closed & ~np.isnat(closing.day) & ~np.isnat(created)
    if not both.any():
        raise Unavailable(text("there are no closed deals with both dates"))
    return looked.of_deals(both & (created > closing.day), both)


BACKDATED = Check(
    key="backdated",
    number=19,
    title=text("Closed before created"),
    definition=text(
        "Closed deals whose closing date is before their creation date ÷ closed deals with both dates."
    ),
    kind="data",
    counted=text("closed deals"),
    limit=(0.001, 0.05),
    source="FunnelCake",
    founded="practice",
    threshold=text("not a single one"),
    needs=(("deals", "created_on"), ("deals", "closed_on")),
    affects=("cycle_days", "cycle_days_mean", "velocity", "deals_created"),
    does=text("They have no cycle time, and count in the wrong period as created."),
    find=_backdated,
)


def _same_day(looked: Looked) -> Found:
    closing = looked.facts.closing
    created = looked.facts.columns.days("deals", "created_on")
    both = closing.closed & (created <= closing.day)
    if not both.any():
        raise Unavailable(text("there are no closed deals with both dates"))
    days = (closing.day - created)[both & closing.won].astype(float)
    found = looked.of_deals(both & (created == closing.day), both)
    if len(days) and float(np.median(days)) <= TRANSACTIONAL:
        middle = Quantity(float(np.median(days)), "days")
        detail = text("Half of the deals are won within {days}: here this is how business is done.", days=middle)
        return replace(found, detail=detail, level="fine")
    return found


SAME_DAY = Check(
    key="same_day",
    number=20,
    title=text("Created and closed on one day"),
    definition=text("Closed deals created on the day they closed ÷ closed deals with both dates."),
    kind="data",
    counted=text("closed deals"),
    limit=(0.1, 0.3),
    threshold=text("fine only in transactional sales; no number published"),
    source="FunnelCake",
    needs=(("deals", "created_on"), ("deals", "closed_on")),
    affects=("cycle_days", "cycle_days_mean", "velocity", "win_rate", "conversion"),
    does=text("Recorded after the fact: cycles look short, and deals that were lost early were never recorded."),
    find=_same_day,
)


def _born_late(looked: Looked) -> Found:
    facts = looked.facts
    if not facts.columns.has("deals"):
        raise lacks("deals")
    if facts.history.moves is None:
        raise lacks("stage_events")
    journeys = journeys_of(facts, looked.process, looked.as_of)
    stays = journeys.stays
    length = np.array([len(one.milestones) for one in looked.process.processes] + [0])
    began = stays.first & stays.dated & np.isnat(stays.entered_after)
    late = began & (stays.milestone * 2 >= length[stays.process]) & (length[stays.process] >= 3)
    size = facts.columns.size("deals")
    flagged, looked_at = journeys.direct.copy(), journeys.direct.copy()
    flagged[stays.deal[late]] = True
    looked_at[stays.deal[began]] = True
    assert len(flagged) == size
    if not looked_at.any():
        raise Unavailable(text("no deal is known to have begun at a milestone on a certain day"))
    return looked.of_deals(flagged, looked_at)


BORN_LATE = Check(
    key="born_late",
    number=21,
    title=text("Born late or as won"),
    definition=text(
        "Deals whose first milestone lies in the second half of their process, or that were won without any ÷ "
        "deals whose beginning is known to the day."
    ),
    kind="data",
    counted=text("deals"),
    limit=(0.1, 0.3),
    threshold=text("created in a late stage or as won is a warning; no number published"),
    source="FunnelCake; knowledgelib",
    needs=(("deals", "status"),),
    affects=("conversion", "reached", "win_rate", "cycle_days", "stale"),
    does=text("Early stages seem to convert too well: what failed there was never recorded."),
    find=_born_late,
)


def _undated(looked: Looked) -> Found:
    there = looked.there()
    if not there.any():
        raise Unavailable(text("there are no deals"))
    if looked.as_of != looked.dataset.as_of:
        raise Unavailable(text("on an earlier day nobody knows which of them were there"))
    created = looked.facts.columns.days("deals", "created_on")
    return looked.of_deals(np.isnat(created), there)


UNDATED = Check(
    key="undated",
    number=14,
    title=text("Deals without creation date"),
    definition=text("Deals without a creation date ÷ all deals."),
    kind="data",
    counted=text("deals"),
    limit=(0.01, 0.1),
    source="salesreport",
    needs=(("deals", "created_on"),),
    affects=("deals_created", "cycle_days", "pipeline_value", "stale", "conversion"),
    does=text("They have no age, and nobody knows whether they were open on an earlier day."),
    find=_undated,
)


def _created_since(looked: Looked) -> Found:
    facts = looked.facts
    closing = facts.closing
    closed = closing.closed & ~np.isnat(closing.day)
    if not closed.any():
        raise Unavailable(text("there are no closed deals"))
    since = created_since(facts)
    if since is None:
        return looked.of_deals(np.zeros(len(closed), bool), closed)
    found = looked.of_deals(closed & (closing.day < np.datetime64(since.whole, "D")), closed, detail=since.note)
    year = looked.period
    level: Literal["fine", "look", "serious"] = "fine"
    if since.whole > year.start:
        level = "serious"
    elif since.whole > year.previous().start:
        level = "look"
    return replace(found, level=level)


CREATED_SINCE = Check(
    key="created_since",
    number=0,
    title=text("Deals created earlier are missing"),
    definition=text(
        "Closed deals of the days in which deals created before the first exported one would still have closed ÷ "
        "closed deals. None where few deals are created at first, or many close: then nothing is missing. Worth a "
        "look where those days reach into the year before the audit’s, serious where into the audit’s."
    ),
    kind="data",
    counted=text("closed deals"),
    source="salesreport",
    needs=(("deals", "created_on"), ("deals", "closed_on")),
    affects=(
        "revenue",
        "growth",
        "deals_won",
        "deals_lost",
        "win_rate",
        "avg_deal_size",
        "cycle_days",
        "cycle_days_mean",
        "attainment",
    ),
    does=text("Of what closed soon after that day most is missing: from there on everything seems to grow."),
    find=_created_since,
)

CHECKS = (BACKDATED, SAME_DAY, BORN_LATE, UNDATED, CREATED_SINCE)
