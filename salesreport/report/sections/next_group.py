"""The coming period's plans of several reps side by side, and of a segment: sums, no ranking."""

import math
from typing import Any

import pandas as pd

from salesreport.kpi.milestones.reached import process_file
from salesreport.language import Quantity, Text, ntext, text
from salesreport.plan.action import REPS, entry_of
from salesreport.plan.past import FEASIBLE
from salesreport.plan.sentences import chance_in_words, titles_of, whole
from salesreport.report.ahead import Ahead, facts_then
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.next_goal import ORDERS, chance, goal_chart
from salesreport.report.subject import Subject
from salesreport.report.table import Content, NumberTable, number_table

EVEN = 0.5
"""A smaller chance is less than an even one."""

MOST_NAMED = 8
"""More reps than this are not listed again: the table has them."""

SUMS = ("goal", "booked", "repeat", "open", "gap", "planned")
"""The columns of plans that add up."""


def group_plan(context: Context, made: Ahead) -> Section:
    """The plans of the reps of a team, a manager or the company, or a segment's part of all plans."""
    topic, segment = context.say(text("Next period")), context.subject.kind == "segment"
    data = _of_segment(context, made) if segment else _of_reps(context, made)
    if data.empty:
        why = (
            text("Goals for {period} are not set by segment", period=made.plan.period.label)
            if segment
            else text("No rep here has a goal for {period}", period=made.plan.period.label)
        )
        return Section("next-period", topic, context.say(why), data, context.language, available=False)
    total = sums_of(data)
    message = context.heading(_message(context, made, data, total))
    tables = [_by_rep(context, made, data, total)] + ([] if segment else [_steps(context, made, data)])
    return Section(
        key="next-period",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(goal_chart(context, total, made, message),),
        tables=tuple(one for one in tables if one is not None),
        notes=tuple(_notes(context, made, data)),
    )


def sums_of(data: pd.DataFrame) -> dict[str, Any]:
    """The sums of plans; money to the cent. What is not known of one is not known of all."""
    return {name: round(math.fsum(data[name]), 2) if data[name].notna().all() else math.nan for name in SUMS}


def _of_reps(context: Context, made: Ahead) -> pd.DataFrame:
    """The plans of the subject's reps in the order of their names, with column `name`."""
    reps, subject = context.shared.reps, context.subject
    data = made.plan.reps.assign(name=made.plan.reps["rep_id"].map(made.plan.names))
    if subject.kind in ("team", "manager"):
        placed = facts_then(context).placed(data[["rep_id"]], context.as_of)[subject.kind]
        data = data[(placed == subject.id).to_numpy(bool)]
    data = data.sort_values(["name", "rep_id"], ignore_index=True)
    whose = [Subject("rep", rep, str(reps["name"].get(rep, rep))) for rep in data["rep_id"]]
    chances = [
        chance(context, made, one, goal, usual)
        for one, goal, usual in zip(whose, data["goal"], data["chance_usual"], strict=True)
    ]
    return data.assign(chance_usual=pd.Series(chances, data.index, dtype="float64"))


def _of_segment(context: Context, made: Ahead) -> pd.DataFrame:
    """Each rep's part of a segment's goal, in the order of names; what only a rep has in all is missing."""
    parts = made.plan.segments
    data = parts[(parts["segment"] == context.subject.id).to_numpy(bool)]
    data = data.reindex(columns=list(REPS)).assign(name=data["rep_id"].map(made.plan.names))
    return data.sort_values(["name", "rep_id"], ignore_index=True)


def _message(context: Context, made: Ahead, data: pd.DataFrame, total: dict[str, Any]) -> Text:
    unit = made.plan.unit
    fields = {"goal": Quantity(total["goal"], unit), "period": made.plan.period.label}
    if math.isnan(total["open"]):
        booked = Quantity(total["booked"], unit)
        return text(
            "The goals for {period} add up to {goal}, of which {booked} is booked; what it takes cannot be told",
            booked=booked, **fields,
        )  # fmt: skip
    size = Quantity(abs(total["gap"]), unit)
    if total["gap"] > 0:
        said = text(
            "Of {goal} for {period}, {size} is missing beyond what is booked and open deals bring",
            size=size,
            **fields,
        )
    else:
        said = text(
            "For {goal} in {period}, what is booked and open deals bring is enough: {size} more",
            size=size,
            **fields,
        )
    if context.subject.kind == "segment":
        return said
    low = int((data["chance_usual"] < EVEN).sum())
    if not low:
        return text("{said}; every rep has an even chance at least", said=said)
    return ntext(
        "{said}; {n} rep (of {all}) has less than an even chance as things are",
        "{said}; {n} reps (of {all}) have less than an even chance as things are",
        n=low, all=len(data), said=said,
    )  # fmt: skip


def _by_rep(context: Context, made: Ahead, data: pd.DataFrame, total: dict[str, Any]) -> NumberTable:
    """A row per rep and one of the sums."""
    say, unit, whole_plan = context.say, made.plan.unit, context.subject.kind != "segment"
    titles = titles_of(process_file(facts_then(context)))
    rows: list[list[Content]] = []
    for row in records(data):
        cells: list[Content] = [row["name"], *_money(context, row, unit)]
        rows.append([*cells, *_rest(context, made, row, titles)] if whole_plan else cells)
    sums: list[Content] = [say(text("all together")), *_money(context, total, unit)]
    rows.append([*sums, *[""] * 3] if whole_plan else sums)
    headings = [text("Rep"), text("Goal"), text("Booked"), text("Still expected"), text("Missing")]
    if whole_plan:
        headings += [text("Chance"), text("For an even chance"), text("That is")]
    caption = text("Plans for {period}, by name; all together are the sums", period=made.plan.period.label)
    return number_table(say(caption), [say(one) for one in headings], rows, here=len(rows) - 1, wide=True)


def _money(context: Context, row: dict[str, Any], unit: str) -> list[Content]:
    """Goal, booked, open deals with what comes without a deal, and what is missing."""
    shown = [context.shown(row[name], unit) for name in ("goal", "booked")]
    if pd.isna(row["open"]):
        return [*shown, context.language.show(None), context.language.show(None)]
    came = context.shown(row["open"] + row["repeat"], unit)
    return [*shown, came, context.shown(row["gap"], unit)]


def _rest(context: Context, made: Ahead, row: dict[str, Any], titles: dict[str, Text | str]) -> list[Content]:
    show, say = context.language.show, context.say
    likely = show(None if pd.isna(row["chance_usual"]) else chance_in_words(row["chance_usual"]))
    steps = made.plan.steps[made.plan.steps["rep_id"] == row["rep_id"]]
    plan = [step | {"segment": None if pd.isna(step["segment"]) else step["segment"]} for step in records(steps)]
    entry = entry_of(plan)
    verdict = "" if pd.isna(row["verdict"]) else say(FEASIBLE[row["verdict"]])
    if entry is None or not row["planned"] > 0:
        return [likely, show(None), verdict]
    what = say(
        text(
            "{n} × {step}",
            n=Quantity(whole(entry["needed"]), "deals"),
            step=titles.get(entry["step"], entry["step"]),
        )
    )
    return [likely, (what, say(text("by {day}", day=entry["by"]))), verdict]


def _steps(context: Context, made: Ahead, data: pd.DataFrame) -> NumberTable | None:
    """What all of these plans take together, step by step."""
    say, show, steps = context.say, context.language.show, made.plan.steps
    mine = steps[steps["segment"].isna() & steps["rep_id"].isin(data["rep_id"]) & (steps["kind"] != "activity")]
    titles = titles_of(process_file(facts_then(context)))
    rows: list[list[Content]] = []
    for step, one in mine.groupby("step", sort=False):
        known = one[one["extra"].notna()]
        if known.empty:
            continue
        sums = [known[name].sum() for name in ("needed", "expected", "usual")]
        counts = [show(Quantity(round(float(value)), "deals")) for value in sums]
        rows.append([show(titles.get(str(step), str(step))), show(known["by"].iloc[0]), *counts])
    if not rows:
        return None
    headings = [text("Step"), text("By"), text("Needed"), text("By themselves"), text("Usually")]
    caption = text("Deals that must get there, all reps together")
    return number_table(say(caption), [say(one) for one in headings], rows)


def _notes(context: Context, made: Ahead, data: pd.DataFrame) -> list[str]:
    said: list[Text] = []
    low = data.loc[data["chance_usual"] < EVEN, "name"].tolist()
    if context.subject.kind == "segment":
        said.append(text("Chances are told by rep, of all segments together."))
    elif 0 < len(low) <= MOST_NAMED:
        said.append(text("Less than an even chance, in the order of names: {names}.", names=low))
    for rep, what, why in made.plan.missing:
        if rep is None:
            said.append(text("{what}: cannot be told; {reason}.", what=what, reason=why))
        elif rep in set(data["rep_id"]):
            name = made.plan.names.get(rep, rep)
            said.append(text("{rep}, {what}: cannot be told; {reason}.", rep=name, what=what, reason=why))
    if data["repeat"].sum() > 0:
        said.append(ORDERS)
    return [context.say(one) for one in said]
