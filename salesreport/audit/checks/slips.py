"""Closing dates that do not hold: pushed again and again, over a quarter's end, missed, or far from the truth."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from salesreport.audit.backtest import Marks
from salesreport.audit.changes import changes, need_dates, pushed
from salesreport.audit.doubts import dates_by_default, dates_never_move
from salesreport.audit.flagging import doubted, flagged_open
from salesreport.audit.model import Check, Estimate, Found, Looked, share_of
from salesreport.audit.open_deals import HORIZON, OpenDeals, open_on, stages_of
from salesreport.audit.own_past import usual
from salesreport.audit.quarters import complete_quarters
from salesreport.kpi.facts.columns import Flags, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.stats.intervals import median_order_statistic

OFTEN, TOO_OFTEN = 2, 3
"""A deal pushed so often is to be escalated, or to be given up."""

CLOSE_ENOUGH = 14
"""Days around the date stated within which a deal closed when it was said to."""

LEAST_DUE = 10


def often_pushed(facts: Facts, one: OpenDeals) -> Marks:
    """Which open deals have been pushed at least `OFTEN` times by the day."""
    times, known = pushed(facts, one)
    return Marks(times >= OFTEN, known)


def pushes(looked: Looked) -> Found:
    """How many open deals have been pushed again and again."""
    facts = looked.facts
    times, _ = pushed(facts, open_on(facts, looked.as_of))
    most = int((times >= TOO_OFTEN).sum())
    detail = ntext("{n} of them three times or more.", "{n} of them three times or more.", n=most)
    return flagged_open(looked, partial(often_pushed, facts), detail=detail if most else None)


def pushed_over(looked: Looked, one: OpenDeals) -> Marks:
    """Which open deals were pushed from one fiscal quarter into a later one within the last `HORIZON` days."""
    facts = looked.facts
    need_dates(facts)
    found, shift = changes(facts), _shift(looked)
    recent = found.pushes() & (found.day <= one.on) & (found.day > one.on - HORIZON)
    over = recent & (_quarter(found.after, shift) > _quarter(found.before, shift))
    flagged = np.zeros(facts.columns.size("deals"), bool)
    flagged[found.deal[over]] = True
    return Marks(flagged[one.deal], ~np.isnat(one.expected))


def pushed_over_quarter(looked: Looked) -> Found:
    """How many open deals were pushed over a quarter's end lately."""
    return flagged_open(looked, partial(pushed_over, looked))


def _shift(looked: Looked) -> int:
    return (looked.dataset.settings.fiscal_year_start - 1) % 3


def _quarter(days: np.ndarray, shift: int) -> np.ndarray:
    """The number of the quarter of each day, fiscal years beginning `shift` months after a calendar quarter."""
    return (days.astype("datetime64[M]").astype(np.int64) - shift) // 3


class Due(NamedTuple):
    """Deals that were due in a quarter, as known on its eve.

    Attributes:
        period: the quarter. deal: row in table `deals`. stage: where it stood on the eve, in `stages_of`.
        slipped: whether it was not closed by the quarter's end.
    """

    period: Period
    deal: Positions
    stage: Positions
    slipped: Flags


def due_in(looked: Looked) -> list[Due]:
    """The deals due in each of the last complete quarters.

    Raises:
        Unavailable: no closing date expected before a complete quarter is known.
    """
    facts = looked.facts
    found = []
    for period in complete_quarters(looked, facts.begin("created")):
        eve = open_on(facts, (np.datetime64(period.start, "D") - 1).item())
        rows = np.flatnonzero(eve.expected <= np.datetime64(period.end, "D"))
        rows = rows[eve.expected[rows] >= np.datetime64(period.start, "D")]
        if len(rows) and eve.partial is None:
            deal = eve.deal[rows]
            closed = facts.closing.day[deal] <= np.datetime64(period.end, "D")
            found.append(Due(period, deal, eve.stage[rows], ~closed))
    if not found:
        raise Unavailable(
            text(
                "no closing date expected before a complete quarter is known: needs snapshots, and a quarter after"
            )
        )
    return found


def slip_rate(looked: Looked) -> Found:
    """How much of what was due in the last quarter did not close in it."""
    *before, last = due_in(looked)
    found = _slipped(looked, last, np.ones(len(last.deal), bool))
    return replace(found, baseline=_usual(before), detail=_quarter_of(last))


def late_slips(looked: Looked) -> Found:
    """How much of what was due and stood at the last milestone did not close."""
    *before, last = due_in(looked)
    late = _last_stages(looked)
    if not late.any():
        raise Unavailable(text("needs milestones; nobody knows which stages are late"))
    found = _slipped(looked, last, late[last.stage])
    if found.share is None:
        raise Unavailable(text("no deal at the last milestone was due in {period}", period=last.period))
    return replace(found, baseline=_usual(before, late), detail=_by_stage(looked, last))


def _slipped(looked: Looked, due: Due, counts: Flags) -> Found:
    size = looked.facts.columns.size("deals")
    flagged, of = np.zeros(size, bool), np.zeros(size, bool)
    flagged[due.deal[due.slipped & counts]], of[due.deal[counts]] = True, True
    found = looked.of_deals(flagged, of)
    if found.of < LEAST_DUE and found.share is not None:
        found = replace(found, level="untold")
    return doubted(found, looked.facts, (dates_never_move, _by_default))


def _usual(before: Sequence[Due], late: Flags | None = None) -> Estimate | None:
    shares = []
    for one in before:
        counts = np.ones(len(one.deal), bool) if late is None else late[one.stage]
        shares.append(float(one.slipped[counts].mean()) if counts.sum() >= LEAST_DUE else float("nan"))
    return usual(shares)


def _quarter_of(due: Due) -> Text:
    return text("Due in {period}, as expected on its eve.", period=due.period)


def _last_stages(looked: Looked) -> Flags:
    """Which of `stages_of` show the last milestone of a process; the last is for an unknown stage."""
    names = {sign.name for one in looked.process.processes for sign in one.milestones[-1].stages}
    return np.append(stages_of(looked.facts).isin(list(names)), False)


def _by_stage(looked: Looked, due: Due) -> Text | None:
    """The slip rate at the last milestone and before, of one quarter."""
    late = _last_stages(looked)[due.stage]
    if min(late.sum(), (~late).sum()) < LEAST_DUE:
        return None
    return text(
        "In {period} slipped {late} of those at the last milestone, and {early} of the others.",
        period=due.period,
        late=Quantity(float(due.slipped[late].mean()), "share"),
        early=Quantity(float(due.slipped[~late].mean()), "share"),
    )


def _by_default(facts: Facts) -> Text | None:
    return dates_by_default(facts, facts.known().open)


def close_dates(looked: Looked) -> Found:
    """How many deals won in the last complete quarters closed when they were said to."""
    facts, size = looked.facts, looked.facts.columns.size("deals")
    within, judged, late, shares = np.zeros(size, bool), np.zeros(size, bool), [], []
    for number, one in enumerate(reversed(_eves(looked))):
        period, eve = one
        closed = facts.closing.day[eve.deal]
        end = np.datetime64(period.end, "D")
        rows = np.flatnonzero(facts.closing.won[eve.deal] & (closed <= end) & ~np.isnat(eve.expected))
        gap = ((closed - eve.expected)[rows] / np.timedelta64(1, "D")).astype(float)
        hits = np.abs(gap) <= CLOSE_ENOUGH
        if number < _QUARTERS_A_YEAR:
            judged[eve.deal[rows]], within[eve.deal[rows]] = True, hits
            late.append(gap)
        elif len(rows) >= LEAST_DUE:
            shares.append(float(hits.mean()))
    if not judged.any():
        raise Unavailable(
            text("of no deal won it is known when it was expected to close on the eve of the quarter")
        )
    missed = looked.of_deals(judged & ~within, judged)
    figure = share_of(float(within.sum()), float(judged.sum()))
    made = median_order_statistic(np.concatenate(late))
    median = float(made.value[0])
    time = Quantity(abs(median), "days")
    detail = (
        text("The median deal was won {time} after the date stated.", time=time)
        if median >= 0
        else text("The median deal was won {time} before the date stated.", time=time)
    )
    found = replace(missed, figure=figure, baseline=usual(shares), detail=detail)
    return doubted(found, facts, (dates_never_move, _by_default))


_QUARTERS_A_YEAR = 4


def _eves(looked: Looked) -> list[tuple[Period, OpenDeals]]:
    facts = looked.facts
    return [
        (period, open_on(facts, (np.datetime64(period.start, "D") - 1).item()))
        for period in complete_quarters(looked, facts.begin("created"))
    ]


CHECKS = (
    Check(
        key="pushes",
        number=8,
        title=text("Pushed again and again"),
        definition=text(
            "Open deals whose expected closing date was moved later at least twice, the correction of a default "
            "left out ÷ open deals with such a date; moves between two snapshots count once."
        ),
        kind="behaviour",
        counted=text("open deals"),
        find=pushes,
        threshold=text("pushed twice: escalate; three times: give it up"),
        source="ORM; SalesOpsClub",
        founded="practice",
        needs=(("snapshots", "expected_close_on"),),
        affects=("slippage", "pipeline_value"),
    ),
    Check(
        key="pushed_over_quarter",
        number=9,
        title=text("Pushed over a quarter’s end"),
        definition=text(
            "Open deals whose expected closing date was moved from one fiscal quarter into a later one within the "
            "last 90 days, the correction of a default left out ÷ open deals with such a date."
        ),
        kind="behaviour",
        counted=text("open deals"),
        find=pushed_over_quarter,
        threshold=text("not without a stated reason; exports carry no reason"),
        source="ORM",
        founded="practice",
        needs=(("snapshots", "expected_close_on"),),
        affects=("slippage",),
    ),
    Check(
        key="slip_rate",
        number=10,
        title=text("Slip rate"),
        definition=text(
            "Deals that were due in the last complete quarter, by the dates expected on its eve, and not "
            "closed in "
            "it ÷ all that were due."
        ),
        kind="behaviour",
        counted=text("deals due in the quarter"),
        find=slip_rate,
        threshold=text("below 20% is good, above 30% systemic; 20–25% is called mature elsewhere"),
        limit=(0.20, 0.30),
        source="Revenue.io; getchief; kpidepot",
        founded="contested",
        needs=(("deals", "expected_close_on"),),
        affects=("slippage", "coverage"),
        does=text("What slips is missing in this quarter and makes the next one look better covered."),
    ),
    Check(
        key="late_slips",
        number=11,
        title=text("Slips at the last milestone"),
        definition=text(
            "Deals that stood at the last milestone on the eve of the last complete quarter, were due in "
            "it and did "
            "not close ÷ all at that milestone that were due."
        ),
        kind="behaviour",
        counted=text("deals due at the last milestone"),
        find=late_slips,
        threshold=text("late slips cost most; nobody published a number"),
        source="metrickittools",
        founded="practice",
        needs=(("deals", "expected_close_on"), ("deals", "stage")),
        affects=("slippage",),
    ),
    Check(
        key="close_dates",
        number=30,
        title=text("Closing dates that held"),
        definition=text(
            "Deals won in the last four complete quarters within 14 days of the closing date that was expected on "
            "the eve of the quarter ÷ all deals won then of which such a date is known."
        ),
        kind="behaviour",
        counted=text("deals won"),
        find=close_dates,
        threshold=text("closed within 14 days of the date stated; nobody published how many should"),
        better="higher",
        source="ORM",
        founded="practice",
        needs=(("deals", "expected_close_on"),),
        affects=("slippage",),
    ),
)
"""Closing dates that do not hold."""
