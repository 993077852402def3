"""The funnel that adds up, and where money leaks."""

from collections.abc import Sequence

import pandas as pd

from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.conservation import COLUMNS, conservation
from salesreport.kpi.milestones.reached import places_of
from salesreport.language import Quantity, Text, ntext, text
from salesreport.process.model import Milestone
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.diagnosis.audited import own_facts
from salesreport.report.table import Content, NumberTable, number_table

HEADINGS: dict[str, Text] = {
    "entered": text("Entered"),
    "went_on": text("Went on"),
    "lost": text("Lost"),
    "back": text("Put back"),
    "open": text("Open in time"),
    "unexplained": text("Unexplained"),
}
"""Columns of the table: the first is the sum of the others."""


def funnel_adds_up(context: Context) -> Section:
    """What became of all that came to a milestone in the period, and what was lost from it in money.

    `data` has a row per milestone: process, milestone, name, the counts of `conservation` and `leaked`, the amount
    of deals that were lost there in the period (NaN: amounts of lost deals are not known).
    """
    topic = context.say(text("Funnel"))
    facts, file = own_facts(context, context.facts), context.shared.process
    try:
        made = conservation(facts, file, context.period.start, context.as_of)
    except Unavailable as problem:
        message = context.say(text("Whether the funnel adds up cannot be told: {reason}.", reason=problem.reason))
        return Section(
            "funnel", topic, message, pd.DataFrame(columns=list(COLUMNS)), context.language, available=False
        )
    known = {(one.process.name, one.milestone.key): one.milestone for one in places_of(file)}
    milestones = [known[row["process"], row["milestone"]] for row in records(made.frame)]
    leaked = _leaked(context, facts, milestones)
    data = made.frame.assign(name=[str(one.title) for one in milestones], leaked=leaked)
    if not data["entered"].sum():
        message = context.say(text("No deal came to a milestone in {period}.", period=context.period))
        return Section("funnel", topic, message, data, context.language, available=False)
    notes = [
        text(
            "Entered = went on + lost + put back + open in time + unexplained. A deal that comes back enters "
            "again; unexplained is what was lost without a reason, is there for longer than the process expects, "
            "or was deleted."
        )
    ]
    if not made.has_reasons:
        notes.append(text("The export has no reasons of losses: every loss counts as explained."))
    return Section(
        key="funnel",
        topic=topic,
        message=context.heading(_message(context, data)),
        data=data,
        language=context.language,
        tables=(_table(context, data),),
        notes=tuple(map(context.say, notes)),
    )


def _leaked(context: Context, facts: Facts, milestones: Sequence[Milestone]) -> list[float]:
    """What the deals lost in the period were worth, by the milestone whose stage they were lost from."""
    nothing = [float("nan")] * len(milestones)
    if not (facts.columns.has("deals", "amount") and facts.columns.has("stage_events")):
        return nothing
    deals = facts.events("closed", context.period).frame(["deal_id", "status", "amount", "share"])
    lost = deals[(deals["status"] == "lost") & (deals["amount"] > 0)]
    if lost.empty:
        return nothing
    stage = lost["deal_id"].map(context.shared.stages_when_lost(context.period))
    worth = (lost["amount"] * lost["share"]).groupby(stage).sum()
    return [sum(float(worth.get(sign.name, 0.0)) for sign in one.stages) for one in milestones]


def _message(context: Context, data: pd.DataFrame) -> Text:
    entered, rest = int(data["entered"].sum()), int(data["unexplained"].sum())
    adds = ntext(
        "How it went on is not recorded for {share} of {n} stay of deals at milestones",
        "How it went on is not recorded for {share} of {n} stays of deals at milestones",
        n=entered,
        share=Quantity(rest / entered, "share"),
    )
    leaked = data["leaked"]
    if leaked.isna().all() or not leaked.max() > 0:
        return adds
    most = data.loc[leaked.idxmax()]
    money = Quantity(float(most["leaked"]), context.facts.dataset.currency)
    return text("{funnel}; most money is lost at “{step}”: {money}", funnel=adds, step=most["name"], money=money)


def _table(context: Context, data: pd.DataFrame) -> NumberTable:
    say, count = context.say, context.language.count
    money = data["leaked"].notna().any()
    several = len(set(data["process"])) > 1
    rows: list[list[Content]] = []
    for row in records(data):
        name = context.language.labelled(row["process"], row["name"]) if several else row["name"]
        cells: list[Content] = [name, *(count(row[column]) for column in HEADINGS)]
        if money:
            cells.append(context.shown(row["leaked"], context.facts.dataset.currency))
        rows.append(cells)
    headings = [text("Milestone"), *HEADINGS.values(), *([text("Amount lost there")] if money else [])]
    caption = text("Stays at milestones that began in {period}", period=context.period)
    return number_table(say(caption), [say(one) for one in headings], rows, wide=True)
