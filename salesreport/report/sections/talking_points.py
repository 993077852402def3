"""What to talk about: at most three points, with what each rests on, deals to open and questions to ask."""

from typing import NamedTuple

import pandas as pd

from salesreport.language import Quantity, Text, text
from salesreport.report.context import Context
from salesreport.report.deal_lists import deal_name
from salesreport.report.presence import left
from salesreport.report.section import Section
from salesreport.report.sections.coaching.open_deals import closed_since, told_deal
from salesreport.report.sections.coaching.points import Point, points
from salesreport.report.sections.coaching.rules import CAUSES, PHASES
from salesreport.report.sections.conversion import conversion
from salesreport.report.sections.offered import offered
from salesreport.report.today import today, told_as_of


class Shown(NamedTuple):
    """A point in the reader's language.

    Attributes:
        say, because: the point and what it rests on. cause: the likely one, and where in the cycle; may be empty.
        deals: to open together, a line each. ask, good: questions, and what good looks like.
    """

    say: str
    because: list[str]
    cause: str
    deals: list[str]
    ask: list[str]
    good: list[str]


def talking_points(context: Context) -> Section:
    """The coaching points; `data` has a row per point: rule, finding, phase, cause, say, deals (ids)."""
    chosen = points(context)
    rows = [
        {
            "rule": one.rule.rule,
            "finding": one.rule.finding,
            "phase": one.phase,
            "cause": one.rule.cause,
            "say": context.say(one.say),
            "deals": [deal["deal_id"] for deal in one.deals],
        }
        for one in chosen
    ]
    return Section(
        key="talking-points",
        topic=context.say(text("To talk about")),
        message=context.heading(_message(context, chosen)),
        data=pd.DataFrame(rows, columns=["rule", "finding", "phase", "cause", "say", "deals"]),
        language=context.language,
        template="talking_points.html.j2",
        extra={"points": [_shown(context, one) for one in chosen] or _instead(context), "words": _WORDS},
        notes=() if (told := told_as_of(context)) is None else (context.say(told),),
        place="first",
    )


_WORDS = {
    "deals": text("Open together"),
    "good": text("What good looks like"),
    "more": text("Questions to ask"),
}


def talk_about(context: Context) -> Text | None:
    """What to begin with, in a few words, and what it is about in money; None where there is nothing at all."""
    chosen = points(context)
    return _with_money(context, chosen[0]) if chosen else _gone(context)


def _with_money(context: Context, point: Point) -> Text:
    """What a point is about, with the amount of its deals or what a finding cost, where it says none itself."""
    told = point.rule.evidence in ("deals", "conversion") and point.rule.rule != "new-owner"
    if not told or pd.isna(point.money):
        return point.about
    money = Quantity(point.money, context.facts.dataset.currency)
    return text("{topic} ({money})", topic=point.about, money=money)


def _gone(context: Context) -> Text | None:
    """Why there is no talk with a rep who is gone; else None."""
    day = left(today(context))
    return None if day is None else text("left on {day}", day=day)


def _message(context: Context, chosen: list[Point]) -> Text:
    if (gone := _gone(context)) is not None:
        return gone
    if not chosen and closed_since(context):
        return text("The deals that were open on {day} have been won or lost since", day=context.as_of)
    if not chosen:
        if topics := [one.topic for one in offered(context)] if context.subject.kind == "rep" else []:
            return text("To talk about: {topics}; these data have no deals", topics=topics)
        return text("These data do not tell what to talk about: which deals are open is not known")
    if any(one.rule.finding for one in chosen):
        return text("Talk about {topic}", topic=chosen[0].about)
    if context.subject.dimension is None:
        return text("Talk about {topic}", topic=chosen[0].about)
    if not _compared(context):
        return text("Too few deals were decided to compare with others; talk about {topic}", topic=chosen[0].about)
    return text("Nothing stands out against others; talk about {topic}", topic=chosen[0].about)


def _instead(context: Context) -> list[Shown]:
    """What sections of a rep's report say, where there are no deals to talk about; they stand below in full."""
    if context.subject.kind != "rep" or _gone(context) is not None:
        return []
    return [
        Shown(context.language.labelled(one.topic, one.message), [], "", [], [], []) for one in offered(context)
    ]


def _compared(context: Context) -> bool:
    """Whether any step had enough decisions to be compared with like deals of others."""
    steps = context.made(conversion).data
    tested = {"alike", "worse", "better"}
    return len(steps) > 0 and bool(tested & {*steps["judged"].dropna(), *steps["long_judged"].dropna()})


def _shown(context: Context, point: Point) -> Shown:
    say, show = context.say, context.language.show
    return Shown(
        say=_sentence(context.heading(point.say)),
        because=[say(one) for one in point.because],
        cause=say(_cause(point)) if point.rule.cause != "open" and context.subject.kind == "rep" else "",
        deals=[
            " · ".join([deal_name(context, deal), *map(show, told_deal(context, deal))]) for deal in point.deals
        ],
        ask=[show(one) for one in point.ask],
        good=[say(one) for one in point.good],
    )


def _cause(point: Point) -> Text:
    if point.phase in PHASES:
        return text("Likely cause: {cause}; {phase}", cause=CAUSES[point.rule.cause], phase=PHASES[point.phase])
    return text("Likely cause: {cause}", cause=CAUSES[point.rule.cause])


def _sentence(said: str) -> str:
    """A sentence as a heading has it."""
    return said.removesuffix(".")
