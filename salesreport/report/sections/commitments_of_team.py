"""What was agreed with the reps of a team: how much, how much was kept, with whom nothing was for long."""

import datetime as dt
from typing import Any

import pandas as pd

from salesreport.coach.agreed import agreed_with, months_without
from salesreport.language import Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.table import Content, NumberTable, number_table

DAYS = 365
"""What was agreed in so many days counts."""


def of_team(context: Context, topic: str) -> Section:
    """What was agreed with each rep of a team, of a manager's, or of the company.

    `data`: a row per rep who is here: `rep_id`, `name`, `agreed` (in the last year), `done`, `dropped`, `open`,
    `overdue` (part of the open ones), `last` (day), `months_without`.
    """
    day = context.as_of
    members = _members(context, day)
    every = agreed_with(context.facts, day, members.index)
    if every.empty:
        message = context.say(text("Nothing was agreed."))
        return Section("commitments", topic, message, every, context.language, available=False)
    recent = every[(every["agreed_on"] > pd.Timestamp(day) - pd.Timedelta(days=DAYS)) & ~every["anew"]]
    rows = []
    for rep, name in members.items():
        mine, ever = recent[recent["rep_id"] == rep], every[every["rep_id"] == rep]
        counts = {state: int((mine["status"] == state).sum()) for state in ("done", "dropped", "open")}
        rows.append(
            {
                "rep_id": rep,
                "name": name,
                "agreed": len(mine),
                **counts,
                "overdue": int(mine["overdue"].sum()),
                "last": ever["agreed_on"].max(),
                "months_without": months_without(ever, day),
            }
        )
    data = pd.DataFrame(rows).sort_values("name", ignore_index=True)
    return Section(
        key="commitments",
        topic=topic,
        message=context.say(_message(data)),
        data=data,
        language=context.language,
        tables=(_table(context, data),),
    )


def _members(context: Context, day: dt.date) -> pd.Series:
    """The reps of the subject who are here, and are people: names by rep_id."""
    reps, subject = context.shared.reps, context.subject
    here = ~(reps["left_on"] < pd.Timestamp(day)) & ~reps.index.isin(list(context.facts.not_people))
    if subject.kind in ("team", "manager"):
        here &= reps[subject.kind] == subject.id
    names: pd.Series = reps.loc[here, "name"]
    return names


def _message(data: pd.DataFrame) -> Text:
    late, n = int(data["overdue"].sum()), int(data["agreed"].sum())
    fields: dict[str, Any] = {name: int(data[name].sum()) for name in ("done", "dropped", "open")}
    base = ntext(
        "{n} agreed in the last year: {done} done, {dropped} dropped, {open} open ({late} overdue)",
        "{n} agreed in the last year: {done} done, {dropped} dropped, {open} open ({late} overdue)",
        n=n, late=late, **fields,
    )  # fmt: skip
    without = int(((data["months_without"] > 0) | data["last"].isna()).sum())
    if not without:
        return base
    return ntext(
        "{base}; with {n} rep nothing for long", "{base}; with {n} reps nothing for long", n=without, base=base
    )


def _table(context: Context, data: pd.DataFrame) -> NumberTable:
    say, count = context.say, context.language.count
    headings = [
        text("Rep"), text("Agreed"), text("Done"), text("Dropped"), text("Open"), text("Overdue"),
        text("Last meeting"),
    ]  # fmt: skip
    rows: list[list[Content]] = []
    for row in records(data):
        last: Content = "–" if pd.isna(row["last"]) else context.language.date(row["last"].date())
        if row["months_without"]:
            n = row["months_without"]
            last = (str(last), say(ntext("{n} month ago", "{n} months ago", n=n)))
        numbers = [count(row[name]) for name in ("agreed", "done", "dropped", "open", "overdue")]
        rows.append([row["name"], *numbers, last])
    caption = say(text("What was agreed in the last year, per rep, by name"))
    return number_table(caption, [say(one) for one in headings], rows)
