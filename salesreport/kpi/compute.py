"""Every metric for every group in one tidy table, and for those that cannot be told the reason."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, get_args

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.customers.customers import customers_of
from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.created_since import known_in_part
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.gaps import set_aside
from salesreport.kpi.facts.kinds import Kind
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics import (
    activity,
    attainment,
    customer_base,
    equipment,
    funnel,
    leads,
    milestones,
    pipeline,
    prices,
    revenue,
    service,
    slippage,
)  # fmt: skip
from salesreport.kpi.metrics.metric import Direction, Figures, Metric, Unit
from salesreport.kpi.metrics.question import Question
from salesreport.kpi.metrics.targets import targets_for
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.stats.holds import assert_holds
from salesreport.tables import TABLES

METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        *revenue.METRICS,
        *prices.METRICS,
        *attainment.METRICS,
        *funnel.METRICS,
        *pipeline.METRICS,
        *milestones.METRICS,
        *slippage.METRICS,
        *activity.METRICS,
        *leads.METRICS,
        *service.METRICS,
        *customer_base.METRICS,
        *equipment.METRICS,
    )
}
"""The contracts of all metrics by key, in the order of a report."""


def add_metric(metric: Metric) -> None:
    """Let a metric of one's own be computed like any other.

    Raises:
        ConfigError: a metric has its key already, or something of it is none that a metric may have.
    """
    if metric.key in METRICS:
        raise ConfigError(text("There is a metric of this name already."), key="metric", found=metric.key)
    if not _KEY.fullmatch(metric.key):
        raise ConfigError(
            text("This is no name of a metric."),
            key="metric",
            found=metric.key,
            expected=text("small letters, digits and underlines, beginning with a letter"),
        )
    for name, found, fits in (
        ("unit", metric.unit, metric.unit in get_args(Unit)),
        ("direction", metric.direction, metric.direction in get_args(Direction)),
        ("minimum_n", metric.minimum_n, type(metric.minimum_n) is int and metric.minimum_n > 0),
        ("facts", metric.facts, bool(metric.facts) and all(isinstance(one, Kind) for one in metric.facts)),
    ):
        if not fits:
            raise ConfigError(text("This does not fit a metric."), key=f"{metric.key}.{name}", found=str(found))
    for table, column in metric.needs:
        if table not in ("sales", "customers") and (table not in TABLES or column not in TABLES[table].names):
            raise ConfigError(
                text("There is no such table or column."), key=f"{metric.key}.needs", found=f"{table}.{column}",
                nearest=nearest(column, TABLES[table].names) if table in TABLES else nearest(table, TABLES),
            )  # fmt: skip
    METRICS[metric.key] = metric


_KEY = re.compile("[a-z][a-z0-9_]*")


class KpiTable(NamedTuple):
    """Figures.

    Attributes:
        frame: one row per metric and group: `metric`, the by-columns, `period` (as written), `value`, `n` (the
            observations it rests on), `lower` and `upper` (95 % interval), `unit`. Missing is NaN, never zero.
        unavailable: metric → why it cannot be told, as the end of "unavailable: …"; such metrics have no rows.
        missing: (metric, by-values …) → why a single group has no figure, where it is not for lack of events.
        notes: what a reader of these figures should know, beside `Facts.credit_notes`.
        biased: metric → which rows its figures lack because they were set aside, as a clause.
        caveats: (metric, by-values …) → what else makes a group's figure tell less than it seems to, as a clause.
    """

    frame: pd.DataFrame
    unavailable: dict[str, Text]
    missing: Mapping[tuple[str | None, ...], Text] = {}
    notes: tuple[Text, ...] = ()
    biased: Mapping[str, Text] = {}
    caveats: Mapping[tuple[str | None, ...], Text] = {}


def compute(
    facts: Facts,
    period: Period,
    metrics: Iterable[str] | None = None,
    by: Sequence[str] = (),
    as_of: dt.date | None = None,
    where: Mapping[str, Iterable[str] | str] | None = None,
    compare_to: Period | None = None,
) -> KpiTable:
    """Work out metrics for a period.

    Every metric has the same groups: those in which anything happened, those with a target, and, by rep, team or
    manager, those of the reps at work in the period. Where nothing happened a count is 0 and a rate missing. What
    carries no value of a dimension is a group of its own (missing); it has rows only for metrics that need it.

    Args:
        facts: what happened.
        period: when.
        metrics: keys, such as `win_rate`, `activity:meeting`, `attainment:deals_won`; by default all, with each
            type of activity and each metric that has a target. `conversion` and others that take a milestone
            stand for all milestones.
        by: dimensions to break down by; none: one row per metric.
        as_of: the day to look from: later events do not count, and deals are open at its end. By default the
            period's last day, or the last day that is known.
        where: dimension → the values that count.
        compare_to: the period that growth compares with; by default the one before.

    Raises:
        ConfigError: an unknown metric, dimension or value, or a period of which nothing is known yet.
    """
    keys = _of_each_milestone(_all(facts) if metrics is None else metrics, facts)
    contracts = [contract(key, facts) for key in dict.fromkeys(keys)]
    counts = [kind for metric in contracts for kind in metric.facts]
    question = Question(facts, period, by, where, as_of, compare_to)
    question.sort(counts, _groups_with_targets(question, contracts))

    told: list[tuple[Metric, Figures]] = []
    unavailable: dict[str, Text] = {}
    for metric in contracts:
        try:
            for table, column in metric.needs:
                question.need(table, column)
            figures = metric.figures(question)
        except Unavailable as problem:
            unavailable[metric.key] = problem.reason
            continue
        reasons = {str(reason) for reason in figures.missing.values()}
        # where all lack it for the same reason; otherwise each is told its own
        if question.size and len(figures.missing) == question.size and len(reasons) == 1:
            unavailable[metric.key] = figures.missing[0]
        else:
            told.append((metric, figures))
    biases = {metric.key: set_aside(facts, metric.key) for metric, _ in told}
    return KpiTable(
        _frame(question, told),
        unavailable,
        _by_group(question, [(metric.key, figures.missing) for metric, figures in told]),
        _notes(question, counts),
        {key: said for key, said in biases.items() if said is not None},
        _by_group(question, [(metric.key, figures.caveats) for metric, figures in told]),
    )


def contract(key: str, facts: Facts) -> Metric:
    """The contract of a metric, parameters such as `activity:meeting` included.

    Raises:
        ConfigError: there is no such metric.
    """
    name, _, parameter = key.partition(":")
    metric = METRICS.get(name)
    if metric is None or (":" in key and (metric.parameter is None or not parameter)):
        raise ConfigError(
            text("There is no such metric."),
            key="metric",
            found=key,
            expected=None if (near := nearest(name, METRICS)) else text("one of {names}", names=list(METRICS)),
            nearest=near,
        )
    if not parameter:
        return metric
    if metric.parameter == "category":
        return customer_base.of_category(parameter, facts)
    if metric.parameter == "milestone":
        return milestones.of_milestone(metric, parameter, facts)
    if metric.parameter == "activity type":
        return activity.of_type(parameter, facts)
    actual = contract(parameter, facts)
    if actual.key.startswith(("attainment", "coverage", "growth")):
        raise ConfigError(text("This metric has no target of its own."), key="metric", found=key)
    return attainment.of_metric(actual)


def _all(facts: Facts) -> list[str]:
    """The keys of every metric, with the parameters that the data has."""
    keys = []
    targets = facts.targets["metric"].unique() if facts.columns.has("targets") else []
    for key in METRICS:
        keys.append(key)
        if key == "activity":
            keys += [f"activity:{kind}" for kind in activity.activity_types(facts)]
        if key == "base_state" and len(customers_of(facts).ids):
            keys += [f"base_state:{one.key}" for one in process_file(facts).base]
        if key == "attainment":
            keys += [
                f"attainment:{metric}" for metric in sorted(set(targets) - {"revenue"}) if _known(metric, facts)
            ]
    return keys


def _of_each_milestone(keys: Iterable[str], facts: Facts) -> list[str]:
    """The keys; one that takes a milestone and names none stands for every milestone there is."""
    found: list[str] = []
    for key in keys:
        takes = key in METRICS and METRICS[key].parameter == "milestone"
        each = [f"{key}:{place.milestone.key}" for place in milestones.milestones(facts)] if takes else []
        found += each or [key]
    return found


def _known(metric: str, facts: Facts) -> bool:
    """Whether a target is for a metric that can be worked out (targets may be for anything)."""
    try:
        contract(f"attainment:{metric}", facts)
    except ConfigError:
        return False
    return True


def _groups_with_targets(question: Question, contracts: Iterable[Metric]) -> list[pd.DataFrame]:
    """The groups that have a target for one of the metrics, whether or not anything happened in them."""
    frames = []
    for metric in contracts:
        if metric.target is None or not question.by or not question.facts.columns.has("targets"):
            continue
        try:
            targets = targets_for(question.facts, question.period, metric.target, question.by, question.where)
        except Unavailable:
            continue
        frames.append(targets.frame[list(question.by)])
    return frames


def _notes(question: Question, counts: Sequence[Kind]) -> tuple[Text, ...]:
    notes = [
        text("Revenue is counted from orders.")
        if question.sells_by_order
        else text("Revenue is counted from won deals: the export has no orders.")
    ]
    if question.window.days < question.period.days:
        notes.append(text("Only what happened up to {day} counts: the period is not over.", day=question.as_of))
    for kind in dict.fromkeys(counts):
        notes += [note for note in kind.notes(question.facts, question.as_of) if note not in notes]
    if (since := known_in_part(question.facts, counts, question.period)) is not None:
        notes.append(since.note)
    return tuple(notes)


def _frame(question: Question, told: Sequence[tuple[Metric, Figures]]) -> pd.DataFrame:
    """The figures as rows; those of a group of missing values only where there is something in it."""
    nothing = np.full(question.size, np.nan)
    currency = question.facts.dataset.currency

    def stack(parts: Iterable[Numbers | None]) -> Numbers:
        return np.concatenate([nothing[:0], *(nothing if part is None else _whole(part) for part in parts)])

    stacked = {
        "value": stack(figures.value for _, figures in told),
        "n": stack(figures.n for _, figures in told),
        "lower": stack(figures.lower for _, figures in told),
        "upper": stack(figures.upper for _, figures in told),
    }
    assert_holds(stacked["lower"], stacked["value"], stacked["upper"])
    metric = np.repeat(np.arange(len(told)), question.size)
    group = np.tile(np.arange(question.size), len(told))
    unknown = question.groups.isna().any(axis=1).to_numpy(bool)
    shown = ~unknown[group] | (stacked["n"] > 0) | (np.nan_to_num(stacked["value"]) != 0)
    metric, group = metric[shown], group[shown]
    keys = pd.Index([one.key for one, _ in told], dtype="str")
    units = pd.Index([one.unit_in(currency) for one, _ in told], dtype="str")
    return pd.DataFrame(
        {
            "metric": keys.take(metric),
            **{name: question.groups[name].array.take(group) for name in question.by},
            "period": pd.Series(question.period.name, index=range(len(metric)), dtype="str"),
            **{name: values[shown] for name, values in stacked.items()},
            "unit": units.take(metric),
        }
    )


def _by_group(
    question: Question, said: Iterable[tuple[str, Mapping[int, Text]]]
) -> dict[tuple[str | None, ...], Text]:
    """What is said of single groups, by metric and the group's values instead of its number."""
    found: dict[tuple[str | None, ...], Text] = {}
    for key, of_group in said:
        for group, what in of_group.items():
            values = question.groups.iloc[group]
            found[(key, *(None if pd.isna(value) else str(value) for value in values))] = what
    return found


def _whole(values: Numbers) -> Numbers:
    """Sums of shares that differ from a whole number by rounding alone, made whole: three thirds are one."""
    nearest_whole = np.round(values)
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(values - nearest_whole) < 1e-9, nearest_whole, values)
