"""The plan of the coming period: what to do differently so that the goal is reached."""

import math
from typing import Any

import pandas as pd

from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import Quantity, Text, text
from salesreport.plan.action import REPS
from salesreport.plan.output import STATUS
from salesreport.plan.past import FEASIBLE
from salesreport.plan.sentences import further_of, heading_of, own_of, titles_of, whole
from salesreport.report.ahead import Ahead, ahead, coming_period, facts_then
from salesreport.report.context import Context
from salesreport.report.rows import by_key
from salesreport.report.section import Section
from salesreport.report.sections.next_goal import ORDERS, chance, goal_chart
from salesreport.report.sections.next_group import group_plan
from salesreport.report.table import Content, NumberTable, number_table


def next_period(context: Context) -> Section:
    """The plan of the coming period; `data` has a row per rep with the columns of `ActionPlan.reps`.

    In the report of a rep one row; of a team, a manager or the company one per rep who has a goal; of a segment
    the same sums of that segment alone. `chance_usual` is the forecast's where there is one.
    """
    topic, nothing = context.say(text("Next period")), pd.DataFrame(columns=list(REPS))

    def lacking(message: Text) -> Section:
        said = context.heading(message)
        return Section("next-period", topic, said, nothing, context.language, available=False)

    period, kind = coming_period(context).label, context.subject.kind
    if kind not in ("rep", "team", "manager", "segment", "company"):
        return lacking(text("Plans are made by rep and segment: there is none for this part alone"))
    try:
        made = ahead(context)
    except Unavailable as problem:
        return lacking(text("No plan can be made for {period}: {reason}", period=period, reason=problem.reason))
    if kind != "rep":
        return group_plan(context, made)
    mine = _mine(context, made, "reps")
    if not mine:
        name = context.subject.name
        return lacking(text("No plan for {period}: {name} has no goal", name=name, period=period))
    usual = chance(context, made, context.subject, mine[0]["goal"], mine[0]["chance_usual"])
    row = {**mine[0], "chance_usual": usual}
    own = own_of(mine[0], _mine(context, made, "steps"))
    titles = titles_of(process_file(facts_then(context)))
    message = context.heading(heading_of(made.plan, context.subject.id, titles, row["chance_usual"], own))
    tables = [_cadence(context, made), _accounts(context, made)]
    if row["verdict"] != "enough":
        tables = [_steps(context, made, titles), _activities(context, made), *tables]
    notes = [*further_of(made.plan, context.subject.id, titles, own), *_notes(context, made)]
    return Section(
        key="next-period",
        topic=topic,
        message=message,
        data=pd.DataFrame([row]),
        language=context.language,
        charts=(goal_chart(context, row, made, message),),
        tables=tuple(one for one in tables if one is not None),
        notes=tuple(context.say(note) for note in notes),
    )


def _number(value: float) -> float:
    return round(float(value), 1 if abs(value) < 10 else 0)


def _count(context: Context, value: float) -> str:
    return context.language.show(None if pd.isna(value) else Quantity(_number(value), "deals"))


def _verdict(context: Context, step: dict[str, Any]) -> str:
    found = FEASIBLE.get(step["verdict"] or "")
    return "" if found is None else context.say(found)


def _mine(context: Context, made: Ahead, table: str) -> list[dict[str, Any]]:
    """The rep's rows of one of the plan's tables; those of all reps are told apart once."""
    key = ("plan ahead, by rep", made.plan.period, made.plan.as_of, context.agreed.digests.get("strategy"), table)
    everybody = context.facts.remember(key, lambda: by_key(getattr(made.plan, table), "rep_id"))
    return everybody.get(context.subject.id, [])


def _steps(context: Context, made: Ahead, titles: dict[str, Text | str]) -> NumberTable | None:
    """The steps of deals that are still in time, of all segments together."""
    say, show = context.say, context.language.show
    steps = [
        step
        for step in _mine(context, made, "steps")
        if pd.isna(step["segment"]) and step["kind"] != "activity" and not pd.isna(step["extra"])
    ]
    rows: list[list[Content]] = []
    for step in steps:
        title = show(titles.get(step["step"], step["step"]))
        between = ""
        if step["extra"] > 0 and math.isfinite(step["extra_upper"]):
            low, high = (_number(step["expected"] + step[end]) for end in ("extra_lower", "extra_upper"))
            between = context.language.interval(low, high, "deals", " … ")
        needed = show(Quantity(whole(step["needed"]), "deals"))
        counts = [_count(context, step[name]) for name in ("expected", "usual", "best")]
        rows.append([title, _verdict(context, step), show(step["by"]), (needed, between), *counts])
    if not rows:
        return None
    headings = [text("Step"), text("That is"), text("By"), text("Needed"), text("By themselves"), text("Usually"),
                text("Most so far")]  # fmt: skip
    caption = text("Deals that must get there for an even chance, and what is usual in as many days")
    return number_table(say(caption), [say(one) for one in headings], rows, texts=2, wide=True)


def _activities(context: Context, made: Ahead) -> NumberTable | None:
    rows: list[list[Content]] = [
        [
            context.language.show(step["step"]),
            _verdict(context, step),
            *(_count(context, step[name]) for name in ("needed", "expected", "usual", "best")),
        ]
        for step in _mine(context, made, "steps")
        if step["kind"] == "activity"
    ]
    if not rows:
        return None
    say = context.say
    headings = [text("Activity"), text("That is"), text("Needed"), text("As before"), text("Usually"),
                text("Most so far")]  # fmt: skip
    caption = text("Activities until {day}, and what is usual in as many days", day=made.plan.period.end)
    return number_table(say(caption), [say(one) for one in headings], rows, texts=2)


def _cadence(context: Context, made: Ahead) -> NumberTable | None:
    show, count = context.language.show, context.language.count
    rows: list[list[Content]] = []
    for row in _mine(context, made, "cadence"):
        status = None if pd.isna(row["status"]) else context.say(STATUS[row["status"]])
        named = [None if pd.isna(row["segment"]) else show(row["segment"]), status]
        whom = ", ".join(one for one in named if one) or context.say(text("all"))
        rows.append([show(row["type"]), whom, show(row["outcome"]), count(row["accounts"]),
                     count(_number(row["a_year"])), count(_number(row["planned"]))])  # fmt: skip
    if not rows:
        return None
    say = context.say
    headings = [
        text("Activity"),
        text("With"),
        text("Outcome"),
        text("Accounts"),
        text("Each, a year"),
        text("Planned"),
    ]
    caption = text("How often accounts are to be met until {day}, by the strategy", day=made.plan.period.end)
    return number_table(say(caption), [say(one) for one in headings], rows, texts=3, wide=True)


def _accounts(context: Context, made: Ahead) -> NumberTable | None:
    show, names = context.language.show, context.shared.customers
    rows: list[list[Content]] = [
        [
            show(names.get(row["account_id"], row["account_id"])),
            (show(row["outcome"]), show(row["contacts"] or "")),
            show(None if pd.isna(row["until"]) else row["until"]),
            show(None if pd.isna(row["last_contact"]) else row["last_contact"]),
        ]
        for row in _mine(context, made, "accounts")
    ]
    if not rows:
        return None
    say = context.say
    headings = [text("Account"), text("Outcome"), text("By"), text("Last contact")]
    return number_table(say(text("Accounts to be won or kept")), [say(one) for one in headings], rows, texts=2)


def _notes(context: Context, made: Ahead) -> list[Text]:
    """What cannot be told of the rep's plan and why, and what else a reader should know."""
    plan = made.plan
    notes = [
        text("{what}: cannot be told; {reason}.", what=what, reason=why)
        for rep, what, why in plan.missing
        if rep in (None, context.subject.id)
    ]
    row = _mine(context, made, "reps")[0]
    if not pd.isna(row["derived"]) and not pd.isna(row["agreed"]) and abs(row["agreed"] - row["derived"]) > 0.005:
        notes.append(
            text(
                "The goal is the agreed target; from the strategy follow {derived}.",
                derived=Quantity(row["derived"], plan.unit),
            )
        )
    if not pd.isna(row["open"]) and row["repeat"] > 0:
        notes.append(ORDERS)
    elif not pd.isna(row["open"]) and context.facts.columns.has("orders"):
        notes += [note for note in plan.notes if note not in made.goals.notes and note.plural is None]
    shared = context.nobodys_customers
    if shared is not None and (_mine(context, made, "cadence") or _mine(context, made, "accounts")):
        notes = [*(note for note in notes if note != shared.by_last), shared.by_last]
    return notes
