"""What a dataset can answer: each question tried out with the very code that would answer it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from salesreport.audit.abilities import ABILITIES, Ability, Carried, State
from salesreport.audit.model import Looked
from salesreport.errors import SalesreportError
from salesreport.kpi.actions.actions import actions
from salesreport.kpi.anomalies.anomalies import anomalies
from salesreport.kpi.compute import METRICS, KpiTable, compute, contract
from salesreport.kpi.customers.cash import cash_plan
from salesreport.kpi.facts.notes import process_notes
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast.forecast import ASSUMED, drift_of, learn
from salesreport.kpi.forecast.judgement import judgement
from salesreport.kpi.milestones.waterfall import waterfall
from salesreport.language import Text, text
from salesreport.period import Period


class Told(NamedTuple):
    """Whether something can be answered.

    Attributes:
        state: yes, in part, no. why: what is missing, as clauses; for `no` what would be needed.
    """

    state: State
    why: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A question that people have of their data.

    Attributes:
        key: names it. title: what it is called. metrics: keys of the metrics that answer it, if metrics do.
        rests_on: keys of abilities that it rests on, beside what its metrics declare to need.
        tell: tries what no metric does; gives what is missing, raises `Unavailable` with what would be needed.
        shorter: periods that may have an answer where the year has none.
    """

    key: str
    title: Text
    metrics: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    tell: Callable[[Looked], Sequence[Text]] | None = field(default=None, repr=False)
    shorter: Callable[[Looked], Sequence[Period]] | None = field(default=None, repr=False)

    @property
    def abilities(self) -> tuple[Ability, ...]:
        """What data must carry for it, in the order of `ABILITIES`; sales are won deals."""
        return self.abilities_of(orders=False)

    def abilities_of(self, orders: bool) -> tuple[Ability, ...]:
        """The same; with `orders` they tell of sales, and won deals need not."""
        needs = {need for key in self.metrics for need in METRICS[key].needs}
        if any(table == "sales" for table, _ in needs):
            sold = {("orders", "ordered_on"), ("orders", "amount")}
            needs |= sold if orders else {("deals", "closed_on"), ("deals", "amount")}
        return tuple(one for one in ABILITIES if one.key in self.rests_on or needs & set(one.holds))


class Matrix(NamedTuple):
    """What a dataset carries, and what it can answer.

    Attributes:
        carried: how much of each ability, by key. told: of each answer, by key.
    """

    carried: dict[str, Carried]
    told: dict[str, Told]


def matrix(looked: Looked) -> Matrix:
    """What a dataset carries and what it can answer of the year that ends with the audit's day."""
    try:
        table: KpiTable | None = compute(looked.facts, looked.period, as_of=looked.as_of)
    except SalesreportError as problem:  # targets whose periods cannot be read, and the like
        table, reason = None, problem.problem
    told = {}
    for answer in ANSWERS:
        if answer.metrics and table is None:
            told[answer.key] = Told("no", (reason,))
            continue
        made = _computed(answer, table, looked) if answer.metrics and table is not None else Told("yes")
        if made.state == "no" and answer.shorter is not None:
            made = _of_shorter(answer, answer.shorter(looked), looked) or made
        if answer.tell is not None and made.state != "no":
            beside = _tried(answer.tell, looked)
            made = beside if beside.state == "no" else _together(made, beside)
        told[answer.key] = made
    return Matrix({one.key: one.carried(looked) for one in ABILITIES}, told)


def _tried(tell: Callable[[Looked], Sequence[Text]], looked: Looked) -> Told:
    try:
        missing = tuple(tell(looked))
    except Unavailable as problem:
        return Told("no", (problem.reason,))
    except SalesreportError as problem:
        return Told("no", (problem.problem,))
    return Told("part" if missing else "yes", missing)


def _together(one: Told, other: Told) -> Told:
    missing = _once([*one.why, *other.why])
    return Told("part" if missing else "yes", missing)


def _computed(answer: Answer, table: KpiTable, looked: Looked) -> Told:
    """What the table of figures says of an answer's metrics: what it could not tell, what biases the others."""
    mine = set(answer.metrics)
    shown = {key for key in table.frame["metric"][table.frame["value"].notna()] if key.partition(":")[0] in mine}
    missing_of = [*table.unavailable.items(), *((str(key), why) for (key, *_), why in table.missing.items())]
    untold = [_of_which(key, why, looked) for key, why in missing_of if key.partition(":")[0] in mine]
    if not shown:
        return Told("no", _once(untold) or (text("there is nothing of it in the year that was looked at"),))
    biased = [why for key, why in table.biased.items() if key in shown]
    biased += [why for (key, *_), why in table.caveats.items() if key in shown]
    missing = _once([*untold, *biased])
    return Told("part" if missing else "yes", missing)


def _of_shorter(answer: Answer, periods: Sequence[Period], looked: Looked) -> Told | None:
    """What can be told of the first of some periods that has an answer; None where none has."""
    for period in periods:
        try:
            table = compute(looked.facts, period, answer.metrics, as_of=min(period.end, looked.as_of))
        except SalesreportError:
            continue
        made = _computed(answer, table, looked)
        if made.state != "no":
            return Told(
                "part", _once([text("only of shorter periods, such as {period}", period=period), *made.why])
            )
    return None


def _targeted(looked: Looked) -> list[Period]:
    """The periods that targets are set for and that have begun, the latest first."""
    days = looked.facts.targets[["start", "end"]].drop_duplicates().sort_values("end", ascending=False)
    first = looked.dataset.settings.fiscal_year_start
    every = [_named(start.date(), end.date(), first) for start, end in days.itertuples(index=False, name=None)]
    return [one for one in every if one.start <= looked.as_of]


def _named(start: dt.date, end: dt.date, fiscal_year_start: int) -> Period:
    """A stretch of days; the quarter it is, where it is one."""
    quarter = Period.of(start, "quarter", fiscal_year_start)
    return quarter if (quarter.start, quarter.end) == (start, end) else Period.span(start, end, fiscal_year_start)


def _over(looked: Looked) -> Sequence[Period]:
    return [one for one in _targeted(looked) if looked.period.start <= one.end <= looked.as_of]


def _running(looked: Looked) -> Sequence[Period]:
    return [one for one in _targeted(looked) if one.end > looked.as_of]


def _last_quarter(looked: Looked) -> Sequence[Period]:
    quarter = Period.of(looked.as_of, "quarter", looked.dataset.settings.fiscal_year_start)
    return [quarter if quarter.end <= looked.as_of else quarter.previous()]


def _of_which(key: str, why: Text, looked: Looked) -> Text:
    """A reason, with the title of what it holds for where that is one of several, such as a milestone."""
    if ":" not in key:
        return why
    return text("{metric}: {reason}", metric=contract(key, looked.facts).title, reason=why)


def _once(said: Sequence[Text]) -> tuple[Text, ...]:
    return tuple({str(one): one for one in said}.values())


def _like_for_like(looked: Looked) -> Sequence[Text]:
    found = anomalies(looked.facts, looked.process, looked.period)
    if not found.family.tested:
        raise Unavailable(text("too few deals were decided to compare like with like"))
    return [said for key, said in _NOT_ALIKE.items() if not looked.facts.dimensions.carries("deals", key)]


_NOT_ALIKE = {
    "product_line": text("deals are alike but for their product line, which is not known"),
    "segment": text("deals are alike but for their segment, which is not known"),
    "lead_source": text("deals are alike but for where they came from, which is not known"),
}


def _forecast(looked: Looked) -> Sequence[Text]:
    learn(looked.facts, looked.process, looked.as_of)
    off = drift_of(looked.facts, looked.process, looked.as_of, _A_QUARTER)
    return [] if off.looks else [ASSUMED]


_A_QUARTER = 92


def _said_by_reps(looked: Looked) -> Sequence[Text]:
    found = judgement(looked.facts)
    if found.empty or (found["verdict"] == "unknown").all():
        raise Unavailable(text("too few deals were closed of which snapshots show what was said before"))
    return []


def _movement(looked: Looked) -> Sequence[Text]:
    waterfall(looked.facts, looked.period.start, looked.period.end, by=())
    before = looked.facts.known(looked.period.start - dt.timedelta(1)).why_amounts_unknown
    return [] if before is None else [before]


def _actions(looked: Looked) -> Sequence[Text]:
    found = actions(looked.facts, looked.process, looked.period)
    if not found.family.tested:
        raise Unavailable(text("too few deals were decided to compare like with like"))
    return []


def _stages(looked: Looked) -> Sequence[Text]:
    return [*process_notes(looked.process), *_within_bounds(looked)]


def _within_bounds(looked: Looked) -> Sequence[Text]:
    if looked.facts.history.moves is not None:
        return []
    return [text("since when deals are where they are is only known within bounds: there is no history of stages")]


def _credit(looked: Looked) -> Sequence[Text]:
    if not looked.facts.columns.has("deals"):
        raise Unavailable(text("there are no deals"))
    return [] if looked.facts.owners is not None else looked.facts.credit_notes[:1]


def _cash(looked: Looked) -> Sequence[Text]:
    cash_plan(looked.facts, looked.process, looked.as_of, 3)
    return []


ANSWERS: tuple[Answer, ...] = (
    Answer("revenue", text("What was sold"), ("revenue",)),
    Answer("win_rate", text("How often deals are won"), ("win_rate",), ("closed", "lost")),
    Answer(
        "win_rate_amount",
        text("How much of the money decided on is won"),
        ("win_rate_amount",),
        ("lost", "amounts_lost"),
    ),
    Answer("cycle", text("How long deals take"), ("cycle_days",), ("created", "closed")),
    Answer("pipeline", text("What the open deals are worth"), ("pipeline_value",), ("amounts_open",)),
    Answer(
        "credit", text("Who sold what changed hands"), (), ("owners",), tell=_credit,
    ),
    Answer("attainment", text("Plan attainment"), ("attainment",), ("targets",), shorter=_over),
    Answer(
        "coverage", text("Whether the pipeline covers the target"), ("coverage",), ("targets", "amounts_open"),
        shorter=_running,
    ),
    Answer("conversion", text("How often deals go on at each step"), ("conversion",), ("moves", "lost"), _stages),
    Answer(
        "like_for_like",
        text("Who converts like deals better or worse"),
        (),
        ("lost", "product_line", "segment"),
        tell=_like_for_like,
    ),
    Answer("movement", text("What became of an earlier pipeline"), (), ("created", "snapshots"), tell=_movement),
    Answer("slippage", text("How many deals are put off"), ("slippage",), ("expected", "snapshots")),
    Answer("stale", text("Which deals stand still"), ("stale",), ("moves",), _within_bounds),
    Answer(
        "forecast",
        text("What will come and how surely"),
        (),
        ("created", "closed", "lost", "amounts"),
        tell=_forecast,
    ),
    Answer("said", text("Whose dates and chances come true"), (), ("snapshots",), tell=_said_by_reps),
    Answer("activity", text("What reps do"), ("activity",), ("activities",)),
    Answer("actions", text("Which activities help"), (), ("activities", "moves", "lost"), tell=_actions),
    Answer("base", text("The customer base and its moves"), ("base_state",), ("accounts", "orders")),
    Answer("price", text("Prices and discounts"), ("price_variation",), shorter=_last_quarter),
    Answer("margin", text("Gross profit"), ("gross_profit",)),
    Answer("leads", text("What becomes of leads"), ("leads_processed", "lead_conversion"), ("leads",)),
    Answer("satisfaction", text("How satisfied customers are"), ("satisfaction", "complaints"), ("feedback",)),
    Answer("cash", text("When the money comes"), (), ("orders", "payments"), tell=_cash),
)  # fmt: skip
"""What people ask of their data, in the order of a report."""
