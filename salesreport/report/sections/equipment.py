"""Equipment lent to the subject's customers for trial, as a table."""

from salesreport.kpi.customers.equipment import EQUIPMENT, equipment_out
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, ntext, text
from salesreport.report.context import Context
from salesreport.report.deal_lists import or_dash
from salesreport.report.rows import records
from salesreport.report.table import NumberTable, number_table

OLDEST = 3
"""How many of the pieces that are out longest are listed."""


def equipment_table(context: Context) -> tuple[NumberTable, ...]:
    """Equipment on trial: how much, what it is worth, what has been out longest; nothing where there is none."""
    facts, day = context.facts, context.as_of
    try:
        total = context.shared.rows(context.subject, ("equipment", day), lambda by: equipment_out(facts, day, by))
    except Unavailable:
        return ()
    if total.empty or not total["pieces"].iloc[0]:
        return ()
    row = records(total)[0]
    customers = context.shared.customers
    pieces = context.shared.events(EQUIPMENT, context.period, day, context.subject)
    pieces = pieces.sort_values(["days", "equipment_id"], ascending=[False, True]).head(OLDEST)
    currency = facts.dataset.currency
    caption = ntext(
        "Equipment on trial: {n} piece worth {value}, {days} out at the median; the oldest",
        "Equipment on trial: {n} pieces worth {value}, {days} out at the median; the oldest",
        n=row["pieces"],
        value=Quantity(row["value"], currency),
        days=Quantity(row["days"], "days"),
    )
    cells = [
        [
            or_dash(context, customers.get(piece["account_id"], piece["account_id"])),
            context.shown(piece["days"], "days"),
            context.shown(piece["value"], currency),
        ]
        for piece in records(pieces)
    ]
    headings = [context.say(one) for one in (text("Customer"), text("out for"), text("Value"))]
    return (number_table(context.say(caption), headings, cells),)
