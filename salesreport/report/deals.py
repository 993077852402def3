"""Lists of deals as a reader knows them: name, customer, stage, amount, and why they are listed."""

from collections.abc import Sequence

import pandas as pd

from salesreport.language import text
from salesreport.report.context import Context
from salesreport.report.table import NumberTable, number_table


def deal_name(deal: pd.Series) -> str:
    """What people call a deal: its name, with its id where the name is not the id."""
    name = deal.get("name")
    return str(deal["deal_id"]) if pd.isna(name) else f"{name} ({deal['deal_id']})"


def deal_table(context: Context, deals: pd.DataFrame, caption: str, why: Sequence[str]) -> NumberTable:
    """A table of deals.

    Args:
        context: the report's context.
        deals: one row per deal: deal_id, name, account_id, product_line, stage, amount.
        caption: what they are.
        why: why each is listed, as long as `deals`.
    """
    say = context.say
    customers = context.shared.customers
    headings = [say(text("Deal"))]
    with_customer = deals["account_id"].notna().any()
    if with_customer:
        headings.append(say(text("Customer")))
    headings += [say(text("Product line")), say(text("Stage")), say(text("Why")), say(text("Amount"))]
    rows = []
    for (_, deal), reason in zip(deals.iterrows(), why, strict=True):
        row = [deal_name(deal)]
        if with_customer:
            row.append(customers.get(deal["account_id"], _or_dash(context, deal["account_id"])))
        row += [_or_dash(context, deal["product_line"]), _or_dash(context, deal["stage"]), reason]
        rows.append([*row, context.shown(deal["amount"], context.facts.dataset.currency)])
    return number_table(caption, headings, rows, texts=len(headings) - 1)


def _or_dash(context: Context, value: object) -> str:
    return context.language.show(None if pd.isna(value) else str(value))
