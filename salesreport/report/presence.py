"""Since when a rep is there, and which periods the data or the rep cover only in part."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from salesreport.kpi import METRICS
from salesreport.kpi.facts.covered import begins_within, slack
from salesreport.kpi.facts.own_begin import own_begins
from salesreport.language import Quantity, Text, text
from salesreport.period import Period
from salesreport.report.context import Context

NEW_FOR = timedelta(days=182)
"""How long somebody is new: half a year, about as long as the first deals take."""


def started(context: Context) -> date | None:
    """The first day at work of a rep who is new on the as-of date or began within the period; else None."""
    day = context.hired
    return day if day is not None and _is_new(context, day) else None


def first_seen(context: Context) -> date | None:
    """The same of a rep without a starting date: the first day that the data tell of who came later than most."""
    day = context.own_begin
    return day if day is not None and _is_new(context, day) else None


def _is_new(context: Context, day: date) -> bool:
    return day <= context.as_of and (day > context.period.start or day > context.as_of - NEW_FOR)


def newcomers(context: Context, reps: Iterable[str]) -> Text | None:
    """Who of some reps is new, and since when; None where nobody is."""
    told = list(reps)
    hired = context.shared.reps["hired_on"].reindex(told).dropna()
    names = context.shared.reps["name"]
    said = [
        text("{name} (since {day})", name=names[rep], day=day.date())
        for rep, day in hired.items()
        if _is_new(context, day.date())
    ]
    said += [
        text("{name} (in the data since {day})", name=names[rep], day=day)
        for rep, day in own_begins(context.facts).items()
        if rep in told and _is_new(context, day)
    ]
    return text("New: {names}.", names=said) if said else None


def left(context: Context) -> date | None:
    """The last day at work of a rep who is gone by the as-of date; else None."""
    day = context.left_on
    return day if day is not None and day <= context.as_of else None


def in_short(context: Context) -> list[Text]:
    """For the head of the report: since when, until when."""
    said = []
    if (day := started(context)) is not None:
        said.append(text("here since {day}", day=day))
    elif (day := first_seen(context)) is not None:
        said.append(text("in the data since {day}", day=day))
    if (day := left(context)) is not None:
        said.append(text("left on {day}", day=day))
    return said


def in_part(context: Context) -> Text | None:
    """Since or until when, of a rep who was not there for more than a tenth of the period's days; else None."""
    first, last = context.hired, left(context)
    start, end = context.period.start, min(context.period.end, context.as_of)
    slack = (end - start) / 10
    came, went = first is not None and first > start + slack, last is not None and last < end - slack
    if came and went:
        return text("here from {first} to {last}", first=first, last=last)
    if came:
        return text("here since {day}", day=first)
    return text("left on {day}", day=last) if went else None


def in_a_sentence(context: Context) -> Text | None:
    """The same before the verdict; None for those who were there all the time, or not at all."""
    first, last, name = started(context), left(context), context.subject.name
    if last is not None and last < context.period.start:
        return None
    if first is not None and last is not None:
        return text("{name} started on {first} and left on {last}.", name=name, first=first, last=last)
    if first is not None:
        return text("{name} started on {day}.", name=name, day=first)
    return None if last is None else text("{name} left on {day}.", name=name, day=last)


def of_target(context: Context, share: float) -> Text:
    """How much of a target was reached, by somebody who was there for how much of the period."""
    first, last, reached = started(context), left(context), Quantity(share, "share")
    if first is not None:
        return text("{share} of target, here since {day}", share=reached, day=first)
    if last is not None and last < context.period.end:
        return text("{share} of target, left on {day}", share=reached, day=last)
    if context.as_of < context.period.end:
        return text("so far {share} of the whole period’s target", share=reached)
    return text("{share} of target", share=reached)


def note(context: Context) -> Text | None:
    """What a newcomer's sums can be compared with; None for others."""
    day = started(context)
    if day is None:
        return None
    cycle = context.band("cycle_days")
    fields = {"name": context.subject.name, "day": day, "peers": context.subject.peers}
    if cycle is None:
        return text(
            "{name} started on {day}: sums and numbers of deals say little beside those of {peers}.", **fields
        )
    return text(
        "{name} started on {day}. From creation to winning, deals of a typical peer take {days} at the median: "
        "sums and numbers of deals say little yet beside those of {peers}.",
        days=Quantity(cycle.middle, "days"),
        **fields,
    )


def partly(context: Context, periods: Sequence[Period], metric: str = "revenue") -> list[Text]:
    """Why a figure of some periods is not that of whole periods: the data begin later, or it is not over."""
    said: list[Text] = []
    for period in periods:
        first = begins_within(context.facts, METRICS[metric].facts, period, sure=False)
        if first is not None:
            said.append(text("the data begin on {day}", day=first))
        if context.began is not None and period.start + slack(period) < context.began <= period.end:
            said.append(context.began_said)
        if period.start <= context.facts.dataset.as_of < period.end:
            said.insert(0, text("{period} is not over", period=period))
    return said


def with_caveat(context: Context, change: Text, metric: str = "revenue") -> Text:
    """How a sum moved against the comparison period, and what must be known of the two periods, in brackets."""
    caveats = partly(context, (context.compare, context.period), metric)
    return text("{change} ({caveats})", change=change, caveats=caveats) if caveats else change
