"""Whom a manager talks to first, and about what: by the money at stake and how likely it is real.

It ranks talks, not people. A finding that coaching can change takes a talk; one whose cause is the mix or the
territory takes a decision of the manager's own; facts about deals take a short check.
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from salesreport.language import Language, Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.coaching.points import Point, points
from salesreport.report.subject import Subject
from salesreport.report.table import Content, NumberTable, number_table
from salesreport.report.today import today, told_as_of

GROUPS = ("talk", "decide", "check")
"""What a point takes: a talk, a decision of the manager's own, a short check."""

COLUMNS = ("rep_id", "name", "group", "finding", "rule", "about", "say", "money", "likely", "at_stake")
"""The columns of the section's data."""


def whom_first(context: Context) -> Section:
    """The first point of each rep; `data` has `COLUMNS`, a row per rep, those with most at stake first.

    `money`: what a finding cost in its period, what is short of a target, or the amount of the deals a fact is
    about; `likely`: 1 − q of a finding, 1 of a fact; `at_stake` = money × likely; `finding`: whether it is one.
    """
    topic = context.say(text("Whom to talk to first"))
    data = _first_points(context)
    if data.empty:
        message = context.say(
            text("These data do not tell whom to talk to first: which deals are open is not known.")
        )
        return Section("whom-first", topic, message, data, context.language, available=False)
    tables = [_table(context, data, group) for group in GROUPS if (data["group"] == group).any()]
    return Section(
        key="whom-first",
        topic=topic,
        message=context.heading(_message(data)),
        data=data,
        language=context.language,
        tables=tuple(tables),
        notes=tuple(context.say(one) for one in (told_as_of(context), *_notes(data)) if one is not None),
        place="first",
    )


def _first_points(context: Context) -> pd.DataFrame:
    rows = []
    for rep in _people(context):
        own = Subject("rep", rep, context.facts.names.get(rep, rep))
        chosen = points(replace(context, subject=own, _figures={}, _kept={}))
        if chosen:
            rows.append(_row(context.language, own, chosen[0]))
    data = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {group: place for place, group in enumerate(GROUPS)}
    return data.sort_values(
        ["group", "finding", "at_stake", "name"],
        key=lambda one: (
            one.map(order) if one.name == "group" else one if one.name == "name" else -one.astype(float)
        ),
        na_position="last",
        ignore_index=True,
    )


def _row(language: Language, rep: Subject, point: Point) -> dict[str, object]:
    group = point.rule.group
    likely = 1 - point.q if point.rule.finding and not pd.isna(point.q) else 1.0
    return {
        "rep_id": rep.id,
        "name": rep.name,
        "group": group,
        "finding": point.rule.finding,
        "rule": point.rule.rule,
        "about": language.say(point.about),
        "say": language.say(point.say),
        "money": point.money,
        "likely": likely,
        "at_stake": point.money * likely,
    }


def _people(context: Context) -> Sequence[str]:
    """Who has open deals or deals that closed in the period, by name."""
    ids = {*today(context).open["rep_id"].dropna(), *context.closed["rep_id"].dropna()} - context.facts.not_people
    return sorted(ids, key=lambda rep: (context.facts.names.get(rep, rep), rep))


def _message(data: pd.DataFrame) -> Text:
    there = data[data["rule"] != "new-owner"]  # of somebody who left there are deals to hand over, and no talk
    data = data if there.empty else there
    first = data.iloc[0]
    if not data["finding"].any() and first["group"] == "talk":
        return text(
            "No rep stands out against others; talk first with those who are short of target or plan, or decide "
            "nothing: {names}",
            names=data.loc[data["group"] == "talk", "name"].tolist(),
        )
    if first["group"] == "check":
        return text("No rep stands out against others; a short check of open deals with each will do")
    names = data.loc[(data["group"] == "talk") & data["finding"], "name"].tolist()
    if not names:
        return text("No talk is about skill; {name}: {topic}", name=first["name"], topic=first["about"])
    return text("Talk first with {names}", names=names)


_CAPTIONS = {
    "talk": text("Half an hour each: what coaching can change, then what is short of target or plan"),
    "decide": text("For you to decide: coaching is the wrong answer"),
    "check": text("A short check of deals, by mail or in five minutes"),
}

_MONEY = {
    "talk": text("Amount concerned"),
    "decide": text("Deals"),
    "check": text("Deals worth"),
}


def _table(context: Context, data: pd.DataFrame, group: str) -> NumberTable:
    say, currency = context.say, context.facts.dataset.currency
    rows: list[list[Content]] = [
        [
            context.language.show(row["name"]),
            row["say"] if group != "check" else row["about"],
            context.shown(row["money"], currency),
        ]
        for row in records(data[data["group"] == group])
    ]
    headings = [say(text("Rep")), say(text("About")), say(_MONEY[group])]
    return number_table(say(_CAPTIONS[group]), headings, rows, texts=2, wide=True)


def _notes(data: pd.DataFrame) -> list[Text]:
    counts = data["group"].value_counts()
    talks, checks = int(counts.get("talk", 0)), int(counts.get("check", 0))
    minutes = 30 * talks + 5 * checks
    hours = ntext("{n} hour", "{n} hours", n=minutes / 60)
    if minutes < 60:
        hours = ntext("{n} minute", "{n} minutes", n=minutes)
    return [
        text(
            "In all about {hours}: {talks} and {checks}.",
            hours=hours,
            talks=ntext("{n} talk of half an hour", "{n} talks of half an hour", n=talks),
            checks=ntext("{n} check of five minutes", "{n} checks of five minutes", n=checks),
        ),
        text(
            "Findings against like deals come first, by what they cost times how likely they are no chance "
            "(1 − q); then what is short of target or plan. It is no ranking of people."
        ),
    ]
