"""Deals that nobody touches: unchanged for long, too long at a milestone, without an activity."""

from dataclasses import replace
from functools import partial

import numpy as np

from salesreport.audit.backtest import Marks
from salesreport.audit.changes import last_change
from salesreport.audit.doubts import stands_still
from salesreport.audit.flagging import flagged_open
from salesreport.audit.model import Check, Found, Looked
from salesreport.audit.open_deals import OpenDeals, open_on
from salesreport.kpi.facts.columns import Days, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import Journeys
from salesreport.kpi.milestones.promises import untold
from salesreport.kpi.milestones.reached import begins, journeys_of, place_numbers, shown
from salesreport.language import Quantity, Text, text

STALE = 90
"""Days without a change after which a deal belongs to the stale layer."""

LAYERS = (90, 180, 365)

TIMES = 1.5
"""So many times the median of deals won is too long at a milestone."""

LEAST_STAYS = 20
"""So many deals won must have passed a milestone, or a segment there, to say what is usual."""

SILENT = (21, 45, 90)
"""Days without an activity that are too many: of small, middle and large deals."""

LOGGED = 0.5
"""Where fewer of the deals won have any activity, activities are not recorded with deals."""

_NEVER = np.datetime64("NaT", "D")


def unchanged(facts: Facts, one: OpenDeals) -> Marks:
    """Which open deals were unchanged for more than `STALE` days.

    Raises:
        Unavailable: the export shows no changes.
    """
    last = last_change(facts, one)
    return Marks(one.on - last > STALE, ~np.isnat(last))


def stale_layer(looked: Looked) -> Found:
    """How much of the pipeline nobody has touched."""
    facts = looked.facts

    def only_stages(facts: Facts) -> Text | None:
        if facts.columns.has("snapshots"):
            return None
        return text("Only moves between stages are recorded: new dates and amounts would not show.")

    return flagged_open(
        looked,
        partial(unchanged, facts),
        value=True,
        alike=("stage",),
        doubts=(stands_still, only_stages),
        detail=_layers(looked),
    )


def _layers(looked: Looked) -> Text | None:
    """How much of the money lies in each layer."""
    now = open_on(looked.facts, looked.as_of)
    days = (now.on - last_change(looked.facts, now)) / np.timedelta64(1, "D")
    worth = np.nan_to_num(now.amount) if np.nansum(now.amount) > 0 else np.ones(len(days))
    if not worth.sum() > 0:
        return None
    layer = np.searchsorted(LAYERS, days, side="left")  # 90 days are not more than 90
    shares = np.bincount(layer[~np.isnan(days)], worth[~np.isnan(days)], len(LAYERS) + 1) / worth.sum()
    first, second, third, last = (Quantity(float(share), "share") for share in shares)
    return text(
        "Changed within 90 days: {first}; 91 to 180: {second}; 181 to 365: {third}; longer ago: {last}.",
        first=first, second=second, third=third, last=last,
    )  # fmt: skip


class _Stays:
    """Where deals stand on any day, and how long those that were won by then took there."""

    def __init__(self, journeys: Journeys) -> None:
        facts, stays = journeys.facts, journeys.stays
        self.journeys, self.place, self.days = journeys, place_numbers(journeys), journeys.days
        self.segment = np.asarray(facts.dimensions.of("deals", "segment").codes, np.intp)[stays.deal] + 1
        self.width = int(self.segment.max(initial=0)) + 1
        self.size = int(begins(journeys.file)[-1])
        self.known_on: Days = np.where(facts.closing.won, facts.closing.day, _NEVER)[stays.deal]

    def usual(self, on: np.datetime64) -> tuple[Numbers, Numbers]:
        """Median days at each milestone of deals won by a day; by segment where there are enough of them."""
        stays = self.journeys.stays
        rows = np.flatnonzero(stays.dated & (stays.left <= on) & (self.known_on <= on))
        place, days = self.place[rows], self.days[rows].astype(float)
        return (
            _medians(place, days, self.size),
            _medians(place * self.width + self.segment[rows], days, self.size * self.width),
        )


def _medians(group: Positions, values: Numbers, size: int) -> Numbers:
    """The median of each group; NaN with fewer than `LEAST_STAYS`."""
    order = np.lexsort((values, group))
    count = np.bincount(group, minlength=size)
    first = np.cumsum(count) - count
    enough = count >= LEAST_STAYS
    found = np.full(size, np.nan)
    low, high = first + (count - 1) // 2, first + count // 2
    ranked = values[order]
    found[enough] = (ranked[low[enough]] + ranked[high[enough]]) / 2
    return found


def _stays(looked: Looked) -> _Stays:
    """Worked out once.

    Raises:
        Unavailable: nobody knows since when deals are where they are.
    """
    file = shown(looked.facts, looked.process, looked.as_of)
    return looked.facts.remember("audit stays", lambda: _Stays(journeys_of(looked.facts, file, looked.as_of)))


def overstaying(looked: Looked, one: OpenDeals) -> Marks:
    """Which open deals have been at their milestone for more than `TIMES` times the median of deals won.

    Raises:
        Unavailable: nobody knows since when deals are where they are.
    """
    facts, made = looked.facts, _stays(looked)
    stays = made.journeys.stays
    place, narrow = made.usual(one.on)
    here = np.flatnonzero(made.journeys.there(one.day) & stays.dated)
    segment = made.segment[here]
    limit = narrow[made.place[here] * made.width + segment]
    limit = np.where(np.isnan(limit) | (segment == 0), place[made.place[here]], limit)
    days = (one.on - stays.entered[here]) / np.timedelta64(1, "D")
    size = facts.columns.size("deals")
    flagged, judged = np.zeros(size, bool), np.zeros(size, bool)
    flagged[stays.deal[here]] = days > TIMES * limit
    judged[stays.deal[here]] = ~np.isnan(limit)
    return Marks(flagged[one.deal], judged[one.deal])


def stage_age(looked: Looked) -> Found:
    """How many open deals have been at their milestone for too long."""
    found = flagged_open(looked, partial(overstaying, looked), alike=("stage",), doubts=(stands_still,))
    now = open_on(looked.facts, looked.as_of)
    others = now.deal[~overstaying(looked, now).judged]
    if not len(others):
        return found
    stays = _stays(looked).journeys.stays
    undated = np.isin(others, stays.deal[np.isnat(stays.left) & ~stays.dated])
    return replace(found, rest=untold(len(others), bool(undated.all())))


def silent(looked: Looked, one: OpenDeals) -> Marks:
    """Which open deals beyond the first milestone had no activity for too long, by their size.

    Raises:
        Unavailable: activities name no deals, or nobody knows where deals stand.
    """
    facts, size = looked.facts, looked.facts.columns.size("deals")
    deal, day = _activities(facts)
    last = np.full(size, _NEVER)
    end = int(np.searchsorted(day, one.on, side="right"))
    last[deal[:end]] = day[:end]
    last_of: Days = np.fmax(last[one.deal], one.created)
    file = shown(facts, looked.process, looked.as_of)
    journeys = journeys_of(facts, file, looked.as_of)
    beyond = np.zeros(size, bool)
    here = np.flatnonzero(journeys.there(one.day))
    beyond[journeys.stays.deal[here]] = journeys.stays.milestone[here] > 0
    won = facts.closing.won & (facts.closing.day <= one.on)
    amounts = facts.columns.numbers("deals", "amount")[won]
    amounts = amounts[amounts > 0]
    band = np.ones(len(one.deal), np.intp)
    if len(amounts) >= LEAST_STAYS:
        known = one.amount > 0
        band[known] = np.searchsorted(np.quantile(amounts, [1 / 3, 2 / 3]), one.amount[known])
    limit = np.array(SILENT)[band]
    judged = beyond[one.deal] & ~np.isnat(last_of) & (one.on >= _begin(day))
    return Marks((one.on - last_of) / np.timedelta64(1, "D") > limit, judged)


def _begin(day: Days) -> np.datetime64:
    """From when on silence can be told: activities must have been recorded for as long as is too long."""
    return day[0] + SILENT[-1] if len(day) else _NEVER


def _activities(facts: Facts) -> tuple[Positions, Days]:
    """The activities of deals, in order of time: deal and day."""

    def make() -> tuple[Positions, Days]:
        if not facts.columns.has("activities", "done_at", "deal_id"):
            raise Unavailable(text("needs activities that name their deal; this export has none"))
        deal, day = facts.columns.find("activities", "deal_id", "deals"), facts.days("activities")
        rows = np.flatnonzero((deal >= 0) & (day <= np.datetime64(facts.as_of, "D")))
        order = rows[np.argsort(day[rows], kind="stable")]
        return deal[order], day[order]

    return facts.remember("audit activities", make)


def silence(looked: Looked) -> Found:
    """How many deals nobody has spoken about for too long."""

    def not_recorded(facts: Facts) -> Text | None:
        deal, _ = _activities(facts)
        won = facts.closing.won
        has = np.zeros(len(won), bool)
        has[deal] = True
        share = float(has[won].mean()) if won.any() else 1.0
        if share >= LOGGED:
            return None
        return text(
            "Only {share} of the deals won have any activity: they are not recorded with deals.",
            share=Quantity(share, "share"),
        )

    return flagged_open(looked, partial(silent, looked), doubts=(stands_still, not_recorded))


CHECKS = (
    Check(
        key="stale_layer",
        number=3,
        title=text("Stale layer"),
        definition=text(
            "Amounts of open deals of which stage, amount and expected closing date have not changed for "
            "more than "
            "90 days ÷ amounts of all open deals; deals are counted where no amounts are known."
        ),
        kind="behaviour",
        counted=text("open deals"),
        find=stale_layer,
        threshold=text("healthy below 20 to 30% of the value; in late stages below 15%"),
        limit=(0.20, 0.30),
        source="ORM; Umbrex",
        founded="practice",
        needs=(("deals", "status"),),
        affects=("pipeline_value", "coverage", "velocity"),
        does=text("Deals that are over, and still open, make the pipeline look larger than it is."),
    ),
    Check(
        key="stage_age",
        number=4,
        title=text("Too long at a milestone"),
        definition=text(
            "Open deals that have been at their milestone for more than 1.5 times the median of the deals won, "
            "within their segment where at least 20 passed it ÷ open deals at milestones where that is known."
        ),
        kind="behaviour",
        counted=text("open deals"),
        find=stage_age,
        threshold=text("above 1.5 times (small business) to 2 times (enterprise) the median of deals won; fewer "
                       "than 20% is good, 10% great"),
        limit=(0.20, None),
        source="Umbrex; Outreach; DealHub; Varicent FunnelCake",
        founded="practice",
        needs=(("deals", "status"),),
        affects=("stale", "conversion", "pipeline_value"),
        does=text("A deal that outstays those that are won is seldom won itself: the pipeline is worth less."),
    ),
    Check(
        key="silence",
        number=5,
        title=text("Silence"),
        definition=text(
            "Open deals beyond the first milestone without an activity for more than 21, 45 or 90 days (the "
            "smallest, middle and largest third by the amounts of deals won) ÷ all open deals beyond it."
        ),
        kind="behaviour",
        counted=text("open deals"),
        find=silence,
        threshold=text("no activity for 14 days; or for 14–21, 30–45, 60–90 days by the size of the deal"),
        limit=(None, None),
        source="DealHub; Umbrex; FunnelCake; Atrium",
        founded="contested",
        needs=(("deals", "status"), ("activities", "deal_id")),
        affects=("activity", "pipeline_value"),
    ),
)  # fmt: skip
"""What nobody touches."""
