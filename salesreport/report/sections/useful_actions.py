"""Which actions go with deals that go on; in a rep's report, which of these the rep does less or more often."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from salesreport.kpi.actions import sentences
from salesreport.kpi.actions.actions import Actions, actions, ever
from salesreport.kpi.actions.by_rep import by_rep
from salesreport.kpi.actions.output import told
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.report.chart import Chart
from salesreport.report.charts_effects import Effect, effects
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.compared import in_points
from salesreport.report.table import Content, NumberTable, number_table

KEY = "useful-actions"

MOST_DRAWN = 12
"""How many actions the chart shows; the table has all that can be told."""


def useful_actions(context: Context) -> Section:
    """Which actions go with deals that go on; `data` has `Actions.frame`, in a rep's report the rep's habits.

    All deals of the company are compared, whomever the report is about: of a single team there are too few.
    """
    topic = context.say(text("Useful actions"))
    try:
        found = _found(context)
    except Unavailable as problem:
        said = text("Which actions are useful cannot be told: {reason}.", reason=problem.reason)
        return Section(KEY, topic, context.say(said), pd.DataFrame(), context.language, available=False)
    if context.subject.kind == "rep":
        return _of_rep(context, found, topic)
    message = context.say(sentences.message(found))
    if not found.family.tested:
        return Section(KEY, topic, message, found.frame, context.language, available=False)
    notes: list[Text] = []
    for row in records(found.of("plan")):
        notes.append(text("{sentence}.", sentence=sentences.claim(found, row)))
        if (raw := sentences.raw(row)) is not None:
            notes[-1] = text("{said} {more}", said=notes[-1], more=raw)
    if context.subject.dimension is not None:
        notes.append(text("All deals of the company were compared, not only those of {name}.",
                          name=context.subject.name))  # fmt: skip
    return Section(
        key=KEY,
        topic=topic,
        message=message,
        data=found.frame,
        language=context.language,
        charts=(_chart(context, found, message),),
        tables=(_table(context, found),),
        notes=tuple(map(context.say, [*notes, *sentences.notes(found)])),
        extra={"folded": context.say(text("All actions that can be told"))},
    )


def _found(context: Context) -> Actions:
    """What all deals decided up to the report's period's end tell; worked out once.

    Raises:
        Unavailable: the data cannot tell.
    """
    facts, file = context.facts, context.shared.process
    key: Hashable = ("span of actions", id(file), context.period.end)

    def span() -> Period | Text:
        try:
            return ever(facts, file, context.period)
        except Unavailable as problem:
            return problem.reason

    period = facts.remember(key, span)
    if isinstance(period, Text):
        raise Unavailable(period)
    return actions(facts, file, period)


def _name(context: Context, found: Actions, row: dict[str, Any]) -> str:
    return context.say(text("{type} · {step}", type=row["type"], step=found.step(row["step"]).title))


def _chart(context: Context, found: Actions, message: str) -> Chart:
    rows = [
        Effect(
            _name(context, found, row), row["effect"], row["lower"], row["upper"], row["raw"],
            row["q"] <= found.level, context.say(sentences.short(row)),
        )
        for row in records(told(found).head(MOST_DRAWN))
    ]  # fmt: skip
    words = tuple(map(context.say, (text("more than chance"), text("may be chance"), text("raw numbers"))))
    heading = text("Percentage points more that go on, with the action against without")
    shows = text("Per action and milestone the difference, its interval, raw numbers")
    return effects(
        KEY, rows, message, context.say(shows), context.say(heading), (words[0], words[1], words[2]), in_points
    )


def _table(context: Context, found: Actions) -> NumberTable:
    say, shown = context.say, context.shown
    headings = [
        say(text("Action, and milestone")), say(text("Suggestion")), say(text("Deals with; without")),
        say(text("Went on with; without")), say(text("Points (95%)")), say(text("Odds ratio")), say(text("q")),
        say(text("Raw")),
    ]  # fmt: skip
    rows: list[list[Content]] = []
    for row in records(told(found)):
        between = " … ".join(in_points(row[end]) for end in ("lower", "upper"))
        ratio = [context.language.exact(row[name], 2) for name in ("odds_ratio", "odds_lower", "odds_upper")]
        rows.append(
            [
                _name(context, found, row),
                say(sentences.suggestion(row)),
                (shown(row["exposed"], "deals"), shown(row["unexposed"], "deals")),
                (shown(row["rate"], "share"), shown(row["expected"], "share")),
                (in_points(row["effect"]), between),
                (ratio[0], f"{ratio[1]} … {ratio[2]}"),
                context.language.exact(row["q"], 3),
                context.language.show(None) if np.isnan(row["raw"]) else in_points(row["raw"]),
            ]
        )
    caption = text("Those that differ by more than chance first")
    return number_table(say(caption), headings, rows, texts=2, wide=True)


# --- of a rep


def _of_rep(context: Context, found: Actions, topic: str) -> Section:
    """Which of the actions worth planning the rep does less or more often than others."""
    everybody = context.facts.remember(("habits", found.period), lambda: by_rep(found))
    mine = everybody[everybody["rep_id"] == context.subject.id].reset_index(drop=True)
    flagged = mine[mine["flag"] != "none"]
    useful = found.of("plan")
    said: Text
    if not found.family.tested or useful.empty:
        said = sentences.message(found) if not found.family.tested else text("No action is known to move deals on")
    elif flagged.empty:
        said = text("No useful action is done less or more often than by others, as far as can be told")
    else:
        said = text("{habits}", habits=[_habit(found, row) for row in records(flagged)])
    rows = [_habit_row(context, found, row) for row in records(flagged)]
    headings = [
        context.say(text("Useful action")), context.say(text("Deals with it")), context.say(text("Of others")),
        context.say(text("Points (95%)")),
    ]  # fmt: skip
    caption = text("How often it is done in the first days at the milestone")
    tables = (number_table(context.say(caption), headings, rows),) if rows else ()
    claims = [text("{sentence}.", sentence=sentences.claim(found, row)) for row in records(useful)]
    notes = [*claims, sentences.caution()]
    return Section(
        key=KEY,
        topic=topic,
        message=context.say(said),
        data=mine,
        language=context.language,
        tables=tables,
        notes=tuple(map(context.say, notes)) if rows else (),
    )


def _habit(found: Actions, row: dict[str, Any]) -> Text:
    fields: dict[str, Any] = {
        "action": sentences.place(found, row),
        "share": Quantity(float(row["share"]), "share"),
        "others": Quantity(float(row["others"]), "share"),
    }
    if row["flag"] == "less":
        return text("{action} is done less often than by others ({share} of deals, by others {others})", **fields)
    return text("{action} is done more often than by others ({share} of deals, by others {others})", **fields)


def _habit_row(context: Context, found: Actions, row: dict[str, Any]) -> list[Content]:
    days = ntext("in the first {n} day", "in the first {n} days", n=int(row["window"]))
    between = " … ".join(in_points(row[end]) for end in ("lower", "upper"))
    return [
        context.say(text("{action}, {days}", action=_name(context, found, row), days=days)),
        (context.shown(row["share"], "share"), context.say(text("of {n}", n=float(row["n"])))),
        context.shown(row["others"], "share"),
        (in_points(row["effect"]), between),
    ]
