"""Actual against target: what share of it is reached, and how often the pipeline covers what is left."""

from dataclasses import replace
from functools import partial

import numpy as np

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.kinds import OPEN, SOLD
from salesreport.kpi.metrics.metric import SELLER, SOLD_ON, Figures, Metric
from salesreport.kpi.metrics.pipeline import pipeline_value
from salesreport.kpi.metrics.question import Question
from salesreport.kpi.metrics.revenue import REVENUE, revenue
from salesreport.kpi.metrics.targets import targets_for
from salesreport.language import Text, text


def attainment(question: Question, actual: Metric) -> Figures:
    """Which share of its target a metric reached; a rate's interval is scaled alike.

    Raises:
        Unavailable: there is no target that fits, or the metric itself is unavailable.
    """
    for table, column in actual.needs:
        question.need(table, column)
    figures = actual.figures(question)
    target, missing = target_of(question, actual)
    with np.errstate(divide="ignore", invalid="ignore"):
        per = np.where(target > 0, 1 / target, np.nan)
    missing |= {int(group): text("the target is zero") for group in np.flatnonzero(target <= 0)}
    lower = None if figures.lower is None else figures.lower * per
    upper = None if figures.upper is None else figures.upper * per
    return Figures(figures.value * per, figures.n, lower, upper, missing, figures.caveats)


def coverage(question: Question, booked: Metric) -> Figures:
    """How often the open pipeline covers what is missing to the revenue target; n is the open deals priced."""
    pipeline, so_far = pipeline_value(question), revenue(question)
    target, missing = target_of(question, booked)
    left = target - so_far.value
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(left > 0, pipeline.value / left, np.nan)
    reached = {int(group): text("the target is reached already") for group in np.flatnonzero(left <= 0)}
    return Figures(value, pipeline.n, missing={**missing, **reached})


def target_of(question: Question, metric: Metric) -> tuple[Numbers, dict[int, Text]]:
    """The target of each of the question's groups, and why some have none.

    Raises:
        Unavailable: nobody has a target for this metric and period.
    """
    targets = targets_for(
        question.facts, question.period, metric.key, question.by, question.where, additive=metric.additive,
        called=metric.title,
    )  # fmt: skip
    if question.by:
        by = list(question.by)
        value = question.groups.merge(targets.frame, how="left", on=by)["value"].to_numpy(np.float64)
    else:
        value = targets.frame["value"].to_numpy(np.float64)
    return value, {int(group): targets.missing for group in np.flatnonzero(np.isnan(value))}


def of_metric(actual: Metric) -> Metric:
    """The contract of `attainment:METRIC`."""
    return replace(
        ATTAINMENT,
        key=f"attainment:{actual.key}",
        title=text("Attainment: {metric}", metric=actual.title),
        formula=text("{metric} ÷ its target; {rule}", metric=actual.title, rule=_RULE),
        numerator=actual.title,
        denominator=text("target for {metric}", metric=actual.title),
        date_basis=actual.date_basis,
        credit=actual.credit,
        direction=actual.direction,
        needs=(*actual.needs, ("targets", "value")),
        facts=actual.facts,
        figures=partial(attainment, actual=actual),
        parameter=None,
        target=actual.key,
    )


_RULE = text(
    "a target counts for exactly its period, or where periods make it up; "
    "a group without a target of its own has the sum of those below it"
)

ATTAINMENT = Metric(
    key="attainment",
    title=text("Target attainment"),
    formula=text("revenue ÷ its target; attainment:METRIC for another metric; {rule}", rule=_RULE),
    numerator=text("revenue"),
    denominator=text("target for revenue"),
    date_basis=SOLD_ON,
    credit=SELLER,
    unit="share",
    direction="higher",
    minimum_n=1,
    needs=(("sales", "amount"), ("targets", "value")),
    reference="S13",
    facts=(SOLD,),
    figures=partial(attainment, actual=REVENUE),
    parameter="metric",
    target="revenue",
)

COVERAGE = Metric(
    key="coverage",
    title=text("Pipeline coverage"),
    formula=text(
        "amounts of deals open at the as-of date ÷ (revenue target − revenue so far); missing once it is reached"
    ),
    numerator=text("amounts of open deals"),
    denominator=text("revenue target − revenue so far"),
    date_basis=text("open at the end of the as-of date; revenue up to it"),
    credit=text("open deals: their owners on that day; revenue: the seller"),
    unit="times",
    direction="higher",
    minimum_n=1,
    needs=(("deals", "amount"), ("sales", "amount"), ("targets", "value")),
    reference="S15",
    facts=(OPEN, SOLD),
    figures=partial(coverage, booked=REVENUE),
    target="revenue",
)

METRICS = (ATTAINMENT, COVERAGE)
