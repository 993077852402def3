"""What customers said: satisfaction scores, and complaints per 100 orders."""

import math

from salesreport.kpi import METRICS
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.charts import trends
from salesreport.report.context import Context
from salesreport.report.history import History, by_metric, history, panel
from salesreport.report.moved import in_short
from salesreport.report.section import Section

MEASURES = ("satisfaction", "complaints")
"""The figures shown."""


def satisfaction(context: Context) -> Section:
    """Scores and complaints by period; `data` as of `history`."""
    topic = context.say(text("Customers’ voice"))
    data = history(context, MEASURES)
    drawn = {metric: _drawn(metric, numbers) for metric, numbers in by_metric(data).items()}
    known = [metric for metric, numbers in drawn.items() if any(value == value for value in numbers["value"])]
    if not known:
        reason = context.unavailable("satisfaction")
        message = context.say(reason or text("Too few customers answered in these periods to show a figure."))
        return Section("satisfaction", topic, message, data, context.language, available=False)
    message = context.say(_message(context))
    panels = [panel(context, metric, drawn[metric], name_band=metric == known[0]) for metric in known]
    description = context.say(text("Lines by period; thin upright lines are 95% intervals."))
    few = context.say(text("Periods with too few answers or orders are left out."))
    return Section(
        key="satisfaction",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(trends("satisfaction", panels, message, description),),
        notes=(few,),
    )


def _drawn(metric: str, numbers: History) -> History:
    """The numbers worth drawing: an interval of a few answers would dwarf everything else."""
    enough = [n >= METRICS[metric].minimum_n for n in numbers["n"]]
    shown = {
        name: [value if many else math.nan for value, many in zip(numbers[name], enough, strict=True)]
        for name in ("value", "lower", "upper")
    }
    return {**numbers, **shown}


def _message(context: Context) -> Text:
    score = context.figure("satisfaction")
    if not score.known:
        return text("No scores in {period}", period=context.period)
    shown = ntext(
        "Satisfaction of {score} in {n} answer", "Satisfaction of {score} in {n} answers",
        n=score.n, score=Quantity(score.value, score.unit),
    )  # fmt: skip
    if score.n < METRICS["satisfaction"].minimum_n:
        return text("{score}: too few to tell", score=shown)
    change = in_short(context, "satisfaction")
    return shown if change is None else text("{score} ({change})", score=shown, change=change)
