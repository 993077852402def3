"""Is the pipeline enough, and what is it made of: coverage with and without dead deals, shape, how young it is."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from salesreport.audit.backtest import Marks, backtest
from salesreport.audit.changes import last_change
from salesreport.audit.covered import tried_coverage
from salesreport.audit.flagging import share_of_money
from salesreport.audit.model import Check, Estimate, Found, Looked
from salesreport.audit.open_deals import OpenDeals, need_open, open_on, stages_of
from salesreport.audit.own_past import on_earlier_days, usual
from salesreport.audit.quarters import LOOKED_BACK, quarter_ahead
from salesreport.kpi.compute import METRICS, compute
from salesreport.kpi.facts.columns import Flags, Numbers
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.targets import targets_for
from salesreport.kpi.milestones.reached import journeys_of, no_milestones
from salesreport.language import Quantity, Text, text
from salesreport.period import Period

ENOUGH = 3.0
"""The least coverage that is usually asked for."""

DEAD = 365
"""Days without a change after which nobody believes in a deal."""

CYCLES = 2
"""A deal so many times as old as the mean one won is not going to be."""

_LEAST_WON = 20


def coverage_on(looked: Looked, day: dt.date, without: Flags | None = None) -> tuple[float, Period]:
    """How often the open pipeline of a day covers what is missing to the quarter's revenue target.

    Args:
        looked: what is looked at. day: the day. without: of its open deals those that do not count.

    Returns:
        The coverage, and the quarter; see `quarter_ahead`.

    Raises:
        Unavailable: no target fits, it is reached already, or amounts then are not known.
    """
    facts, period = looked.facts, quarter_ahead(looked, day)
    targets = targets_for(facts, period, "revenue", called=METRICS["revenue"].title)
    target = float(targets.frame["value"].sum(skipna=False))
    booked = 0.0 if period.start > day else _figure(facts, Period.span(period.start, day), "revenue", day)
    left = target - booked
    if not left > 0:
        raise Unavailable(text("the revenue target of {period} is reached, or not known", period=period))
    if (why := facts.known(day).why_amounts_unknown) is not None:
        raise Unavailable(why)
    one = open_on(facts, day)
    need_open(one)
    if not np.nansum(one.amount) > 0:
        raise Unavailable(text("needs amounts of open deals; none is known on {day}", day=day))
    counts = np.ones(len(one.deal), bool) if without is None else ~without
    return float(np.nansum(one.amount[counts]) / left), period


def _figure(facts: Facts, period: Period, key: str, day: dt.date) -> float:
    """A metric of everybody.

    Raises:
        Unavailable: it cannot be told.
    """
    table = compute(facts, period, [key], as_of=day)
    if key in table.unavailable:
        raise Unavailable(table.unavailable[key])
    value = float(table.frame["value"].iloc[0])
    if np.isnan(value):
        raise Unavailable(text("nothing of the kind happened in the period"))
    return value


def _earlier(looked: Looked, figure: Callable[[dt.date], float]) -> Estimate | None:
    """What was usual of a figure on days a whole number of quarters ago."""
    found = []
    begin = looked.facts.begin("created")
    for back in range(1, LOOKED_BACK + 1):
        day = _months_before(looked.as_of, 3 * back)
        if begin is None or day < begin:
            break
        try:
            found.append(figure(day))
        except Unavailable:
            found.append(float("nan"))
    return usual(found, share=False)


def _months_before(day: dt.date, months: int) -> dt.date:
    """The same day of an earlier month; its last one where it has no such day, or where this is one."""
    first = np.datetime64(day, "M") - months
    last = ((first + 1).astype("datetime64[D]") - 1).item()
    whole = (day + dt.timedelta(1)).day == 1
    same: dt.date = (
        last if whole or day.day > last.day else first.astype("datetime64[D]").item().replace(day=day.day)
    )
    return same


def _exactly(value: float, n: float) -> Estimate:
    """A figure that was counted, not sampled."""
    return Estimate(value, value, value, n)


def coverage(looked: Looked) -> Found:
    """How often the pipeline covers what is missing to the target."""
    value, period = coverage_on(looked, looked.as_of)
    now = open_on(looked.facts, looked.as_of)
    priced = float((now.amount > 0).sum())
    rate = _own_rate(looked)
    return Found(
        count=0,
        of=len(now.deal),
        share=None,
        figure=_exactly(value, priced),
        money=float(np.nansum(now.amount)),
        baseline=_earlier(looked, lambda day: coverage_on(looked, day)[0]),
        backtest=tried_coverage(looked, ENOUGH),
        matters=_too_little(value, rate),
        detail=_asked_for(period, rate),
    )


def _own_rate(looked: Looked) -> tuple[float, float] | None:
    """The win rate of the last year, and the upper end of its interval; None where it cannot be told."""
    for key in ("win_rate_amount", "win_rate"):
        table = compute(looked.facts, looked.period, [key], as_of=looked.as_of)
        if key in table.unavailable:
            continue
        rate, upper = (float(table.frame[column].iloc[0]) for column in ("value", "upper"))
        if rate > 0:
            return rate, upper
    return None


def _too_little(value: float, rate: tuple[float, float] | None) -> bool:
    """Whether the target is out of reach at any win rate that the client's last year leaves possible."""
    return rate is not None and value * rate[1] < 1


def _asked_for(period: Period, rate: tuple[float, float] | None) -> Text:
    """What the client's own win rate asks for, beside the number that everybody repeats."""
    if rate is None:
        return text("For the target of {period}.", period=period)
    return text(
        "For the target of {period}; at the win rate of the last year, {rate}, {times} would be enough.",
        period=period, rate=Quantity(rate[0], "share"), times=Quantity(1 / rate[0], "times"),
    )  # fmt: skip


def dead(facts: Facts, one: OpenDeals) -> Marks:
    """Which open deals nobody believes in: unchanged for `DEAD` days, or older than `CYCLES` mean cycles.

    Raises:
        Unavailable: neither is known.
    """
    stale, told = np.zeros(len(one.deal), bool), np.zeros(len(one.deal), bool)
    try:
        last = last_change(facts, one)
        stale, told = one.on - last > DEAD, ~np.isnat(last)
    except Unavailable:
        pass
    created, closing = facts.columns.days("deals", "created_on"), facts.closing
    won = closing.won & (closing.day <= one.on) & ~np.isnat(created)
    cycle = (closing.day - created)[won].astype(float)
    if len(cycle) >= _LEAST_WON:
        old = one.age > CYCLES * cycle.mean()
        stale, told = stale | old, told | ~np.isnan(one.age)
    if not told.any():
        raise Unavailable(
            text("needs the history of changes, or at least 20 deals won with the day they were created")
        )
    return Marks(stale, told)


def honest_coverage(looked: Looked) -> Found:
    """The coverage without deals that nobody believes in, and how many these are."""
    facts = looked.facts

    def without(day: dt.date) -> float:
        marks = dead(facts, open_on(facts, day))
        return coverage_on(looked, day, marks.flagged & marks.judged)[0]

    now = open_on(facts, looked.as_of)
    need_open(now)
    marks = dead(facts, now)
    size = facts.columns.size("deals")
    flagged, judged = np.zeros(size, bool), np.zeros(size, bool)
    flagged[now.deal], judged[now.deal] = marks.flagged & marks.judged, True
    whole, _ = coverage_on(looked, looked.as_of)
    value = without(looked.as_of)
    return replace(
        looked.of_deals(flagged, judged),
        figure=_exactly(value, float((~marks.flagged & (now.amount > 0)).sum())),
        matters=_too_little(value, _own_rate(looked)),
        baseline=_earlier(looked, without),
        backtest=backtest(looked, lambda one: dead(facts, one), alike=("stage",)),
        detail=text("With them it is {times}.", times=Quantity(whole, "times")),
    )


# --- what it is made of


def _places(looked: Looked) -> Numbers:
    """Of each deal the number of its milestone today within its process; NaN: none.

    Raises:
        Unavailable: there are no milestones, or no open deal is at one.
    """
    facts, file = looked.facts, looked.process
    if not file.processes:
        raise Unavailable(no_milestones(file))
    journeys = journeys_of(facts, file, looked.as_of)
    here = journeys.there(looked.as_of)
    found = np.full(facts.columns.size("deals"), np.nan)
    found[journeys.stays.deal[here]] = journeys.stays.milestone[here]
    if np.isnan(found[open_on(facts, looked.as_of).deal]).all():
        raise Unavailable(text("no open deal stands at a milestone"))
    return found


def early(looked: Looked) -> Found:
    """How much of the pipeline stands at the first two milestones."""
    place = _places(looked)
    if np.nanmax(place) < 2 and all(len(one.milestones) <= 2 for one in looked.process.processes):
        raise Unavailable(text("needs at least three milestones; the process has fewer"))
    return _by_value(looked, place < 2, ~np.isnan(place))


def one_stage(looked: Looked) -> Found:
    """How much of the pipeline stands in one stage."""
    now = open_on(looked.facts, looked.as_of)
    need_open(now, now.stage >= 0)
    known = np.isin(now.stage, np.unique(now.stage[now.stage >= 0]))
    worth = np.nan_to_num(now.amount) if np.nansum(now.amount) > 0 else np.ones(len(now.deal))
    by_stage = np.bincount(now.stage[known], worth[known])
    largest = int(by_stage.argmax())
    size = looked.facts.columns.size("deals")
    flagged, judged = np.zeros(size, bool), np.zeros(size, bool)
    flagged[now.deal], judged[now.deal] = now.stage == largest, known
    found = _by_value(looked, flagged, judged)
    return replace(found, detail=text("Stage {name}.", name=str(stages_of(looked.facts)[largest])))


def young(looked: Looked) -> Found:
    """How much of the pipeline was created in the current quarter."""
    facts = looked.facts
    now = open_on(facts, looked.as_of)
    need_open(now, ~np.isnat(now.created))
    quarter = Period.of(looked.as_of, "quarter", looked.dataset.settings.fiscal_year_start)
    begin = facts.begin("created")
    if begin is not None and begin >= quarter.start:
        raise Unavailable(text("the data begin within the quarter"))

    def flags(one: OpenDeals) -> Flags:
        quarter = Period.of(one.day, "quarter", looked.dataset.settings.fiscal_year_start)
        since: Flags = one.created >= np.datetime64(quarter.start, "D")
        return since

    def share(one: OpenDeals) -> float:
        worth = np.nan_to_num(one.amount)
        worth = worth if worth.sum() > 0 else np.ones(len(worth))
        known = ~np.isnat(one.created)
        return (
            float("nan")
            if one.partial is not None
            else float(worth[known & flags(one)].sum() / worth[known].sum())
        )

    size = facts.columns.size("deals")
    flagged, judged = np.zeros(size, bool), np.zeros(size, bool)
    flagged[now.deal], judged[now.deal] = flags(now), ~np.isnat(now.created)
    month = now.created >= np.datetime64(looked.as_of, "M").astype("datetime64[D]")
    worth = np.nan_to_num(now.amount) if np.nansum(now.amount) > 0 else np.ones(len(now.deal))
    return replace(
        _by_value(looked, flagged, judged),
        baseline=usual(on_earlier_days(looked, share)),
        detail=text(
            "{share} in the month of the as-of date.",
            share=Quantity(float(worth[month].sum() / worth.sum()), "share"),
        ),
    )


def _by_value(looked: Looked, flagged: Flags, judged: Flags) -> Found:
    """The open deals flagged, with their share of the amounts, where amounts are known."""
    now = np.zeros(len(flagged), bool)
    now[open_on(looked.facts, looked.as_of).deal] = True
    found = looked.of_deals(flagged & now, judged & now)
    return replace(found, figure=share_of_money(looked, flagged & now, judged & now))


_VALUE = text("of the amounts; of the deals where no amounts are known")

CHECKS = (
    Check(
        key="coverage",
        number=1,
        title=text("Pipeline coverage"),
        definition=text(
            "Amounts of all open deals ÷ (revenue target of the quarter − revenue so far); with less than "
            "two weeks "
            "left, for the coming quarter."
        ),
        kind="demand",
        counted=text("open deals"),
        unit="times",
        find=coverage,
        version=2,
        threshold=text("3 to 4 times, below 2 is critical; no study says so: 1 ÷ win rate is what is needed"),
        limit=(ENOUGH, 2.0),
        better="higher",
        source="mainsailpartners; knowledgelib",
        founded="contested",
        needs=(("deals", "amount"), ("targets", "value")),
        affects=("coverage",),
    ),
    Check(
        key="honest_coverage",
        number=2,
        title=text("Honest coverage"),
        definition=text(
            "Coverage without deals unchanged (stage, amount, closing date) for more than 365 days, or older than "
            "twice the mean cycle of deals won by then."
        ),
        kind="demand",
        counted=text("open deals"),
        unit="times",
        find=honest_coverage,
        threshold=text("as for the coverage: 3 to 4 times, below 2 is critical"),
        limit=(ENOUGH, 2.0),
        better="higher",
        source="ORM; Clari",
        founded="contested",
        needs=(("deals", "amount"), ("targets", "value")),
        affects=("coverage", "pipeline_value"),
        does=text("Deals that nobody believes in cover nothing."),
    ),
    Check(
        key="shape_early",
        number=12,
        title=text("Pipeline in early milestones"),
        definition=text("Open deals at the first two milestones ÷ open deals at milestones, {by}.", by=_VALUE),
        kind="demand",
        counted=text("open deals"),
        find=early,
        threshold=text("60% in the first two is unhealthy"),
        limit=(0.60, None),
        source="knowledgelib",
        founded="contested",
        needs=(("deals", "stage"),),
    ),
    Check(
        key="shape_one_stage",
        number=12,
        title=text("Pipeline in one stage"),
        definition=text("Open deals in the stage that has most ÷ open deals with a stage, {by}.", by=_VALUE),
        kind="data",
        counted=text("open deals"),
        find=one_stage,
        threshold=text("80% in one stage is critical"),
        limit=(0.80, None),
        source="knowledgelib",
        founded="contested",
        needs=(("deals", "stage"),),
        affects=("conversion",),
        does=text("Where nearly all deals stand in one stage, stages tell nothing of them."),
    ),
    Check(
        key="young_pipeline",
        number=13,
        title=text("Young pipeline"),
        definition=text("Open deals created in the quarter of the as-of date ÷ all open deals, {by}.", by=_VALUE),
        kind="demand",
        counted=text("open deals"),
        find=young,
        threshold=text("50% created this quarter, or 30% in its last month"),
        limit=(0.50, None),
        better="neither",
        source="knowledgelib",
        founded="contested",
        needs=(("deals", "created_on"),),
    ),
)
"""Is the pipeline enough, and what is it made of."""
