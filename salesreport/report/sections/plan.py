"""What the period's goal is made of, and that it adds up: strategy, segments, product lines, seasons, people."""

import math

import pandas as pd

from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.report.context import Context
from salesreport.report.made_of import (
    COLUMNS,
    MadeOf,
    exact_sum,
    known_sum,
    made_of,
    of_subject,
    parts_of_year,
)
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.table import Content, NumberTable, number_table

KINDS = ("rep", "team", "manager", "segment", "product_line", "company")
"""What goals are set for."""


def plan(context: Context) -> Section:
    """What the goal is made of; `data` has rep_id, segment, product_line, value: the strategy's parts.

    They are exact to the cent, those of the report's period, or of the coming one where the strategy begins with
    it. What nobody carries has no rep, and adds up with the others to the strategy.
    """
    topic, nothing = context.say(text("Plan")), pd.DataFrame(columns=list(COLUMNS))

    def lacking(message: Text) -> Section:
        return Section("plan", topic, context.heading(message), nothing, context.language, available=False)

    if context.subject.kind not in KINDS:
        return lacking(text("Goals are set by rep, segment and product line: this part has none"))
    try:
        made = made_of(context)
    except Unavailable as problem:
        return _from_file(context, topic, nothing, problem.reason)
    data = of_subject(context, made.frame)
    if data.empty:
        name = context.subject.name
        return lacking(
            text("{name} has no part of the strategy for {period}", name=name, period=made.period.label)
        )
    goals = of_subject(context, made.goals.frame) if context.subject.kind != "product_line" else None
    by_goal = None if goals is None else _by_rep(context, made, goals)
    tables = [_grid(context, made, data), by_goal, _seasons(context, made)]
    return Section(
        key="plan",
        topic=topic,
        message=context.heading(_with_largest(context, _message(context, made, data, goals), data)),
        data=data,
        language=context.language,
        tables=tuple(one for one in tables if one is not None),
        notes=tuple(context.say(note) for note in _notes(context, made, goals)),
    )


def _from_file(context: Context, topic: str, nothing: pd.DataFrame, reason: Text) -> Section:
    """What a plan file says of the period, where no strategy does."""
    agreed = context.agreed.plan
    if agreed is None:
        message = text("What the goal is made of cannot be told: {reason}", reason=reason)
        return Section("plan", topic, context.heading(message), nothing, context.language, available=False)
    by_segment = agreed.segments.rename(columns={"goal": "value"}).assign(product_line=None)
    data = of_subject(context, by_segment.reindex(columns=list(COLUMNS)))
    if context.subject.kind == "product_line" or data.empty:
        message = text("The plan for {period} has no goal for this part", period=agreed.period.label)
        return Section("plan", topic, context.say(message), nothing, context.language, available=False)
    message = text(
        "The plan for {period}, made on {day}, asked for {goal}",
        period=agreed.period.label,
        day=agreed.as_of,
        goal=Quantity(exact_sum(data["value"]), agreed.unit),
    )
    note = context.heading(text("{reason}.", reason=reason))
    return Section("plan", topic, context.heading(message), data, context.language, notes=(note,))


def _exact(context: Context, value: float, made: MadeOf) -> str:
    if math.isnan(value):
        return context.language.show(None)
    if made.goals.unit == "units":
        return context.language.count(value)
    return context.language.money(value, made.goals.unit, exact=True)


def _named(context: Context, value: object) -> str:
    return context.say(text("(not stated)")) if pd.isna(value) else context.language.show(str(value))


def _message(context: Context, made: MadeOf, data: pd.DataFrame, goals: pd.DataFrame | None) -> Text:
    unit, derived = made.goals.unit, exact_sum(data["value"])
    fields = {"period": made.period.label, "derived": Quantity(derived, unit)}
    if goals is None or goals.empty:
        share = Quantity(derived / made.total if made.total else math.nan, "share")
        return text("The strategy wants {derived} of this for {period}, {share} of all", share=share, **fields)
    goal = known_sum(goals["goal"])
    fields["goal"] = Quantity(goal, unit)
    apart = goal - derived
    fields["size"] = Quantity(abs(apart), unit)
    if context.subject.kind == "rep":
        if abs(apart) < 0.005:
            return text("The goal of {goal} for {period} is what follows from the strategy, to the cent", **fields)
        if apart > 0:
            return text("The goal of {goal} for {period} is {size} above what follows from the strategy", **fields)
        return text("The goal of {goal} for {period} is {size} below what follows from the strategy", **fields)
    n = goals["rep_id"].nunique()
    if abs(apart) < 0.005:
        return ntext(
            "The goal of {n} rep for {period} is {goal}, the strategy’s to the cent",
            "The goals of {n} reps for {period} add up to {goal}, the strategy’s to the cent",
            n=n, **fields,
        )  # fmt: skip
    if apart > 0:
        return ntext(
            "The goal of {n} rep for {period} is {goal}, {size} more than the strategy’s",
            "The goals of {n} reps for {period} add up to {goal}, {size} more than the strategy’s",
            n=n, **fields,
        )  # fmt: skip
    return ntext(
        "The goal of {n} rep for {period} is {goal}, {size} less than the strategy’s",
        "The goals of {n} reps for {period} add up to {goal}, {size} less than the strategy’s",
        n=n, **fields,
    )  # fmt: skip


def _with_largest(context: Context, said: Text, data: pd.DataFrame) -> Text:
    """What is said, and where the largest part of it is to come from."""
    by = next((one for one in ("segment", "product_line") if len(data[one].dropna().unique()) > 1), None)
    whole = exact_sum(data["value"])
    if by is None or not whole > 0:
        return said
    sums = data.groupby(by)["value"].sum().sort_values(ascending=False, kind="stable")
    share = Quantity(float(sums.iloc[0]) / whole, "share")
    return text("{said}; {share} of it is to come from {part}", said=said, share=share, part=str(sums.index[0]))


def _grid(context: Context, made: MadeOf, data: pd.DataFrame) -> NumberTable | None:
    """Segments and product lines of the strategy, with sums."""
    by = [one for one in ("segment", "product_line") if data[one].notna().any() and context.subject.kind != one]
    if not by:
        return None
    say, rows_by = context.say, by[0]
    names = {"segment": list(made.strategy.segments), "product_line": list(made.strategy.product_lines)}
    columns = names["product_line"] if len(by) == 2 else []
    cents = (data["value"] * 100).round().astype("int64")  # whole numbers, so that sums are exact
    cells = cents.groupby([data[rows_by], data[by[-1]]]).sum().to_dict()
    here = [one for one in names[rows_by] if any(one == key[0] for key in cells)]
    rows: list[list[Content]] = []
    for name in [*here, None]:
        mine = {key: value for key, value in cells.items() if name in (None, key[0])}
        sums = [sum(value for key, value in mine.items() if key[1] == one) for one in columns]
        shown = [_exact(context, one / 100, made) for one in [*sums, sum(mine.values())]]
        rows.append([say(text("all")) if name is None else _named(context, name), *shown])
    first = text("Segment") if rows_by == "segment" else text("Product line")
    headings = [say(first), *(_named(context, one) for one in columns), say(text("all"))]
    caption = text("What the strategy’s part for {period} is made of", period=made.period.label)
    return number_table(say(caption), headings, rows, here=len(rows) - 1, wide=bool(columns))


def _by_rep(context: Context, made: MadeOf, goals: pd.DataFrame) -> NumberTable | None:
    """Goals that count beside what follows from the strategy: by rep, by name, or of one rep by segment."""
    say, alone = context.say, context.subject.kind == "rep"
    if alone and goals["segment"].isna().all():
        return None
    if goals["agreed"].isna().all() and alone:
        return None
    names = context.shared.reps["name"]
    parts = [
        (_named(context, key) if alone else str(names.get(key, key)), rows)
        for key, rows in goals.groupby("segment" if alone else "rep_id", sort=False, dropna=False)
    ]
    if not alone:
        parts.sort(key=lambda part: part[0])
    rows: list[list[Content]] = []
    for name, one in [*parts, (say(text("all together")), goals)]:
        goal, derived = known_sum(one["goal"]), known_sum(one["derived"])
        rows.append([name, *(_exact(context, value, made) for value in (goal, derived)),
                     _difference(context, goal - derived, made)])  # fmt: skip
    headings = ["", say(text("Goal")), say(text("By the strategy")), say(text("Difference"))]
    caption = text("Goals that count and what follows from the strategy, {period}", period=made.period.label)
    return number_table(say(caption), headings, rows, here=len(rows) - 1)


def _difference(context: Context, value: float, made: MadeOf) -> str:
    shown = _exact(context, abs(value), made)
    if math.isnan(value) or abs(value) < 0.005:
        return shown
    return f"+{shown}" if value > 0 else f"−{shown}"


def _seasons(context: Context, made: MadeOf) -> NumberTable | None:
    """The parts of the year: the strategy's weight, the subject's goal, its sum so far, and what was reached."""
    parts = parts_of_year(context, made)
    if len(parts) < 2:
        return None
    whole, so_far, say = math.fsum(part.total for part in parts), 0.0, context.say
    reached = 0.0
    rows: list[list[Content]] = []
    for part in parts:
        goal = exact_sum(of_subject(context, part.frame)["value"])
        so_far += goal
        begun = part.period.start <= context.as_of
        shown = ["", ""]
        if begun and (value := _reached(context, made, part.period)) is not None:
            reached += value
            shown = [_exact(context, value, made), _exact(context, reached, made)]
        weight = context.language.percent(part.total / whole if whole else math.nan)
        cells = [weight, _exact(context, goal, made), shown[0], _exact(context, so_far, made), shown[1]]
        rows.append([say(part.period.short_label), *cells])
    headings = [text("Weight"), text("Goal"), text("Reached"), text("Goal to date"), text("Reached to date")]
    table = number_table(say(text("The year by its seasons")), ["", *map(say, headings)], rows)
    if any(row[3] for row in rows):
        return table
    rows = [[row[0], row[1], row[2], row[4]] for row in rows]
    return number_table(say(text("The year by its seasons")), ["", *map(say, [*headings[:2], headings[3]])], rows)


def _reached(context: Context, made: MadeOf, period: Period) -> float | None:
    """What the subject reached in a part of the year, as far as it is over; None: not known."""
    table = context.compute([made.goals.metric], period=period)
    if made.goals.metric in table.unavailable:
        return None
    return float(table.frame["value"].fillna(0.0).sum())


def _notes(context: Context, made: MadeOf, goals: pd.DataFrame | None) -> list[Text]:
    notes = []
    if made.period != context.period:
        notes.append(
            text("The strategy plans {next}, not {period}.", next=made.period.label, period=context.period.label)
        )
    if goals is not None and goals["agreed"].notna().any():
        notes.append(
            text("An agreed target counts before what follows from the strategy; its parts are split alike.")
        )
    if context.subject.kind == "company":
        for row in records(made.gaps):
            named = [one for one in (row["segment"], row["product_line"]) if not pd.isna(one)]
            notes.append(
                text(
                    "Nobody carries {amount} of the strategy ({period}, {place}): {reason}.",
                    amount=Quantity(row["value"], made.goals.unit),
                    period=row["period"],
                    place=named or text("all"),
                    reason=row["reason"],
                )
            )
    return notes
