"""The customer base by temperature: how many customers are where, and who got warmer."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from salesreport.kpi.customers.cash import cash_notes
from salesreport.kpi.customers.customers import has_customers, why_untold
from salesreport.kpi.customers.shared import SoldInTurn
from salesreport.kpi.customers.states import BY, base_moves, base_notes
from salesreport.kpi.facts.part import part_of
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, ntext, text
from salesreport.process.categories import NEW, UNKNOWN
from salesreport.report.charts_moves import Pair, pairs
from salesreport.report.context import Context
from salesreport.report.rows import totals
from salesreport.report.section import Section
from salesreport.report.sections.cash import MONTHS, cash_table
from salesreport.report.sections.equipment import equipment_table
from salesreport.report.table import Cell, Content, NumberTable, number_table


class Moved(NamedTuple):
    """How many customers got warmer, cooler, stayed, and were not in the base at the start."""

    warmer: int
    cooler: int
    same: int
    new: int


def customer_base(context: Context) -> Section:
    """Customers by category and their moves; `data` has from, to, n.

    `from` is `new` for who was not there yet, `unknown` where that is not known.
    """
    topic, dimension = context.say(text("Customer base")), context.subject.dimension

    def untold(message: Text) -> Section:
        nothing = pd.DataFrame({"from": [], "to": [], "n": []})
        return Section("base", topic, context.say(message), nothing, context.language, available=False)

    if dimension is not None and dimension not in BY:
        return untold(
            text("Customers belong to reps, teams and segments, not to {name}.", name=context.subject.name)
        )
    eve, end = context.eve, context.as_of
    facts, file = context.facts, context.shared.process
    if not has_customers(facts):
        return untold(text("The customer base cannot be told: this export names no customers."))
    if (reason := why_untold(facts)) is not None:
        return untold(text("The customer base cannot be told: {reason}.", reason=reason))
    alone = context.nobodys_customers
    try:
        if alone is not None and dimension is not None:
            data = base_moves(part_of(facts, dimension, context.subject.id), file, eve, end, ())
        else:
            data = context.shared.rows(
                context.subject, ("base moves", eve, end), lambda by: base_moves(facts, file, eve, end, by)
            )
    except Unavailable as problem:
        return untold(text("The customer base cannot be told: {reason}.", reason=problem.reason))
    if data.empty:
        return untold(text("No customers of {name} by {day}.", name=context.subject.name, day=end))
    titles = {one.key: context.language.show(one.title) for one in file.base}
    keys = list(titles)
    moves = totals(zip(data["from"], data["to"], strict=True), data["n"].astype(float))
    cells = {to: [int(moves.get((since, to), 0)) for since in (NEW, UNKNOWN, *keys)] for to in keys}
    matrix = pd.DataFrame(cells, index=[NEW, UNKNOWN, *keys])
    before, now = matrix.loc[keys].sum(axis=1), matrix.sum(axis=0)
    message = context.say(_message(counted(matrix, keys), int(now.sum())))
    keys = [key for key in keys if before[key] or now[key]]  # others say nothing
    if len(keys) == 1:
        message = context.say(
            ntext(
                "The one customer is in “{category}”: the data tell no more of it.",
                "All {n} customers are in “{category}”: the data tell no more of them.",
                n=int(now.sum()),
                category=titles[keys[0]],
            )
        )
        return Section("base", topic, message, data, context.language, available=False)
    days = [context.language.date(day) for day in (eve, end)]
    equipment, cash = equipment_table(context), cash_table(context, titles)
    learnt = cash_notes(context.facts, context.shared.process, end, MONTHS) if cash else ()
    return Section(
        key="base",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(
            pairs(
                "base",
                [
                    Pair(titles[key], float(before[key]), float(now[key]), f"{before[key]} → {now[key]}")
                    for key in keys
                ],
                message,
                context.say(
                    text(
                        "Customers per category, the warmest first, on {before} (hollow) and {now} (solid).",
                        before=eve,
                        now=end,
                    )
                ),
                context.say(text("Customers, the warmest first")),
                (days[0], days[1]),
                width=6.2 if equipment else 9.4,
            ),
        ),
        tables=(
            *equipment,
            _matrix(context, matrix, {key: titles[key] for key in keys}),
            *cash,
        ),
        notes=tuple(context.say(note) for note in (*_notes(context, alone), *learnt)),
    )


def counted(matrix: pd.DataFrame, keys: list[str]) -> Moved:
    """Sum up a matrix of moves, rows from, columns to, the warmest category first.

    Examples:
        >>> matrix = pd.DataFrame([[0, 1], [5, 2], [3, 7]], index=[NEW, "A", "B"], columns=["A", "B"])
        >>> counted(matrix, ["A", "B"])
        Moved(warmer=3, cooler=2, same=12, new=1)
    """
    inner = matrix.loc[keys, keys].to_numpy()
    warmer = sum(int(inner[row, :row].sum()) for row in range(len(keys)))
    same = int(inner.diagonal().sum())
    return Moved(warmer, int(inner.sum()) - warmer - same, same, int(matrix.loc[NEW].sum()))


def _message(moved: Moved, total: int) -> Text:
    if not (moved.warmer or moved.cooler or moved.new):
        return ntext(
            "No customer got warmer or cooler; {n} in all", "No customer got warmer or cooler; {n} in all", n=total
        )
    warmer = ntext("{n} customer got warmer", "{n} customers got warmer", n=moved.warmer)
    both = text("{warmer}, {cooler} cooler", warmer=warmer, cooler=moved.cooler)
    if moved.new:
        both = ntext("{moves}, {n} is new", "{moves}, {n} are new", n=moved.new, moves=both)
    return text("{moves}; {n} in all", moves=both, n=total)


def _matrix(context: Context, matrix: pd.DataFrame, titles: Mapping[str, str]) -> NumberTable:
    """Rows from, columns to; zeros faint, those who stayed grey."""
    say, count = context.say, context.language.count
    keys = list(titles)
    cells = {
        origin: dict(zip(matrix.columns, row, strict=True))
        for origin, row in zip(matrix.index, matrix.to_numpy().tolist(), strict=True)
    }
    rows: list[list[Content]] = []
    names = {NEW: say(text("not a customer yet")), UNKNOWN: say(text("not known where")), **titles}
    for origin, name in names.items():
        if origin in (NEW, UNKNOWN) and not any(cells[origin].values()):
            continue
        row: list[Content] = [name]
        for goal in keys:
            n = cells[origin][goal]
            row.append(Cell(count(n), tone="same" if origin == goal else "faint" if n == 0 else ""))
        rows.append([*row, count(sum(cells[origin].values()))])
    rows.append(
        [
            say(text("at the end")),
            *(count(sum(row[key] for row in cells.values())) for key in keys),
            count(sum(sum(row.values()) for row in cells.values())),
        ]
    )
    return number_table(
        say(text("Customers that went from a category (row) to another (column); grey: those who stayed")),
        [say(text("from")), *(titles[key] for key in keys), say(text("at the start"))],
        rows,
        here=len(rows) - 1,
        wide=True,
    )


def _notes(context: Context, alone: SoldInTurn | None) -> list[Text]:
    """What a reader should know; `alone`: customers are nobody's alone, and go by the rep's own deals."""
    facts, file, eve, end = context.facts, context.shared.process, context.eve, context.as_of
    if alone is not None and context.subject.dimension is not None:
        part = part_of(facts, context.subject.dimension, context.subject.id)
        counts = (
            text("A customer counts for each rep who works with it, by the rep’s own deals: reps do not add up to "
                 "the team.")
            if context.subject.kind == "rep"
            else text("A customer counts for each team that works with it, by its own deals: teams do not add up "
                      "to the company.")
        )  # fmt: skip
        return [alone.said, counts, *base_notes(part, file, end, eve, alone=True)]
    told = facts.remember(("base notes", eve, end), lambda: base_notes(facts, file, end, eve))
    return context.of_all(told)
