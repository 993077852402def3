"""The cash that customers are expected to pay, by category, as a table."""

from collections.abc import Mapping

import pandas as pd

from salesreport.kpi.customers.cash import cash_plan, cash_total
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import text
from salesreport.process.categories import NEW
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.table import Content, NumberTable, number_table

MONTHS = 3
"""How many months' cash is planned."""


def cash_table(context: Context, titles: Mapping[str, str]) -> tuple[NumberTable, ...]:
    """What the customers of each category are expected to pay in the coming months; of the whole company only."""
    if context.subject.dimension is not None:
        return ()
    facts, file, day = context.facts, context.shared.process, context.as_of
    try:
        plan, total = cash_plan(facts, file, day, MONTHS), cash_total(facts, file, day, MONTHS)
    except Unavailable:
        return ()
    currency = facts.dataset.currency

    def cells(rows: pd.DataFrame) -> list[Content]:
        return [
            (
                context.shown(row["expected"], currency),
                context.language.interval(row["lower"], row["upper"], currency),
            )
            for row in records(rows)
        ]

    names = {**titles, NEW: context.say(text("not a customer yet"))}
    parts = [(key, plan[plan["category"] == key]) for key in names]
    lines = [[names[key], *cells(rows)] for key, rows in parts if rows["expected"].any()]
    lines.append([context.say(text("expected in all")), *cells(total)])
    stated: list[Content] = [context.shown(due, currency) for due in total["due"]]
    lines.append([context.say(text("due by the dates stated")), *stated])
    headings = [context.say(text("Customers")), *(context.say(month.short_label) for month in total["month"])]
    return (
        number_table(
            context.say(text("Cash expected, with 80% ranges, learnt from how late such money came")),
            headings,
            lines,
            here=len(lines) - 2,
            wide=True,
        ),
    )
