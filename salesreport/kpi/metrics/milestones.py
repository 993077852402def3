"""Milestones as metrics: deals that reached one, that went on to the next in time, and how long that took.

`movement`, `direct_closings` and `conversions` tell the same for all milestones at once.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.gaps import need_losses
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.metric import OWNER_THEN, Figures, Metric
from salesreport.kpi.metrics.question import Question
from salesreport.kpi.milestones.conversions import Conversion, Watched, conversion, stay_days
from salesreport.kpi.milestones.reached import REACHED, WATCHED, Place, no_milestones, places_of, process_file
from salesreport.language import Text, ntext, text


def reached(question: Question, place: Place) -> Figures:
    """How many deals reached a milestone."""
    sheet = question.sheet(REACHED)
    count = sheet.only(sheet.number("place") == place.number).add()
    return Figures(count, count)


def advanced(question: Question, place: Place) -> Figures:
    """Which share of the deals at a milestone gets to the next one within the days in which it is expected.

    Raises:
        Unavailable: the data have no lost deals at all.
    """
    need_losses(question.facts)
    found: Conversion = conversion(_watched(question, place), place.milestone.within)
    interval = found.interval
    return Figures(
        interval.value[:, 0], interval.n[:, 0], interval.lower[:, 0], interval.upper[:, 0], found.missing
    )


def days(question: Question, place: Place) -> Figures:
    """The median number of days at a milestone, of the deals that went on from it."""
    found = stay_days(_watched(question, place))
    return Figures(found.value, found.n, found.lower, found.upper)


def milestones(facts: Facts) -> tuple[Place, ...]:
    """All milestones of the dataset's process; none where the export has no deals."""
    return tuple(places_of(process_file(facts))) if facts.columns.has("deals") else ()


def of_milestone(metric: Metric, key: str, facts: Facts) -> Metric:
    """The contract of `reached:KEY`, `conversion:KEY` or `milestone_days:KEY`.

    Raises:
        ConfigError: there are milestones, and none with this key.
    """
    places = {place.milestone.key: place for place in milestones(facts)}
    if places and key not in places:
        raise ConfigError(
            text("There is no such milestone in the process."),
            key="metric",
            found=f"{metric.key}:{key}",
            expected=text("one of {names}", names=list(places)),
            nearest=f"{metric.key}:{near}" if (near := nearest(key, places)) else None,
        )
    named = replace(metric, key=f"{metric.key}:{key}", parameter=None)
    if not places:
        return named
    place = places[key]
    title = place.milestone.title
    if sum(one.milestone.title == title for one in places.values()) > 1:  # of several processes: whose is it?
        named_so = {"title": f"{place.process.name}: {title}"}
        place = place._replace(milestone=place.milestone.model_copy(update=named_so))
    told = _TOLD[metric.key]
    words = told[1](place)
    return replace(
        named,
        title=words.title,
        formula=words.formula,
        numerator=words.numerator,
        denominator=words.denominator,
        figures=partial(told[0], place=place),
    )


def _watched(question: Question, place: Place) -> Watched:
    sheet = question.sheet(WATCHED)
    here = sheet.only(sheet.number("place") == place.number)
    return Watched.of(here.events, here.rows, here.group, here.size)


def _no_milestones(question: Question) -> Figures:
    """Of a dataset that has none; one that has some is asked about each."""
    raise Unavailable(no_milestones(process_file(question.facts)))


class _Words(NamedTuple):
    """What a contract says of one milestone."""

    title: Text
    formula: Text
    numerator: Text
    denominator: Text | None = None


def _reached_texts(place: Place) -> _Words:
    title = place.milestone.title
    return _Words(
        title=text("Reached: {milestone}", milestone=title),
        formula=text(
            "number of deals that got to “{milestone}” or past it for the first time in the period",
            milestone=title,
        ),
        numerator=text("deals that reached “{milestone}”", milestone=title),
    )


def _conversion_texts(place: Place) -> _Words:
    title, following, within = place.milestone.title, place.next_title, place.milestone.within
    return _Words(
        title=text("Conversion: {milestone} → {next}", milestone=title, next=following),
        formula=ntext(
            "share of deals at “{milestone}” that get to “{next}” or past it within {n} day, by how deals left "
            "it in the period; deals still there count as long as they were watched",
            "share of deals at “{milestone}” that get to “{next}” or past it within {n} days, by how deals left "
            "it in the period; deals still there count as long as they were watched",
            milestone=title, next=following, n=within,
        ),
        numerator=text("deals that went on from “{milestone}”", milestone=title),
        denominator=text("deals at “{milestone}”", milestone=title),
    )  # fmt: skip


def _days_texts(place: Place) -> _Words:
    title = place.milestone.title
    return _Words(
        title=text("Days at: {milestone}", milestone=title),
        formula=text(
            "median number of days at “{milestone}”, over deals that went on from it in the period",
            milestone=title,
        ),
        numerator=_MILESTONE_DAYS.numerator,
    )


_TOLD: dict[str, tuple[Callable[..., Figures], Callable[[Place], _Words]]] = {
    "reached": (reached, _reached_texts),
    "conversion": (advanced, _conversion_texts),
    "milestone_days": (days, _days_texts),
}

_NEEDS = (("deals", "status"),)

_REACHED = Metric(
    key="reached",
    title=text("Milestone reached"),
    formula=text(
        "reached:MILESTONE: number of deals that got to the milestone or past it for the first time in the "
        "period; a deal that skips milestones reaches them too, and one that is won all that were left"
    ),
    numerator=text("deals that reached the milestone"),
    denominator=None,
    date_basis=text("the day the deal came to the milestone, or was first seen there"),
    credit=OWNER_THEN,
    unit="deals",
    direction="higher",
    minimum_n=1,
    needs=_NEEDS,
    reference="S9, S21",
    facts=(REACHED,),
    figures=_no_milestones,
    additive=True,
    parameter="milestone",
)

_CONVERSION = Metric(
    key="conversion",
    title=text("Conversion to the next milestone"),
    formula=text(
        "conversion:MILESTONE: share of deals that get from the milestone to the next one, past it or to the "
        "order within the days the process file gives (90), estimated from all stays that went on in the "
        "period: a deal that was there before, or was taken over, is watched from that age on, one that is still "
        "there or was handed over until then; being lost and going back compete with going on"
    ),
    numerator=text("deals that went on from the milestone in time"),
    denominator=text("deals at the milestone; n counts all that were watched"),
    date_basis=text("the days of the period the deal was at the milestone"),
    credit=text(
        "whoever had the deal while it was there, by their shares; its current owner where there is no history"
    ),
    unit="share",
    direction="higher",
    minimum_n=10,
    needs=_NEEDS,
    reference="S9, S21; Aalen and Johansen 1978; interval: Choudhury 2002; moves seen by snapshots: Turnbull 1976",
    facts=(WATCHED,),
    figures=_no_milestones,
    parameter="milestone",
)

_MILESTONE_DAYS = Metric(
    key="milestone_days",
    title=text("Days at a milestone"),
    formula=text(
        "milestone_days:MILESTONE: median number of days at the milestone, over deals that went on from it in the "
        "period; where the day is known only within an interval, the middle of it"
    ),
    numerator=text("the middle number of days: half of the deals took longer"),
    denominator=None,
    date_basis=text("the day the deal went on"),
    credit=text("whoever had the deal on the eve, by their shares; its current owner where there is no history"),
    unit="days",
    direction="lower",
    minimum_n=6,
    needs=_NEEDS,
    reference="S21; interval: order statistics, Conover 1999, 3.2",
    facts=(WATCHED,),
    figures=_no_milestones,
    parameter="milestone",
)

METRICS = (_REACHED, _CONVERSION, _MILESTONE_DAYS)
