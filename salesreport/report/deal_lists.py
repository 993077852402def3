"""Lists of deals as a reader knows them: name, customer, stage, amount, and why they are listed."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from salesreport.language import Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.table import NumberTable, number_table


def deal_name(context: Context, deal: Mapping[str, Any]) -> str:
    """What people call a deal: its name, with its id where the name is not the id."""
    name, shown = deal.get("name"), context.language.show
    return shown(str(deal["deal_id"])) if pd.isna(name) else f"{shown(str(name))} ({shown(str(deal['deal_id']))})"


def deal_table(context: Context, deals: pd.DataFrame, caption: str, why: Sequence[str]) -> NumberTable:
    """A table of deals; a column that none of them has a value of is left out.

    Args:
        context: the report's context.
        deals: one row per deal: deal_id, name, account_id, product_line, stage, amount.
        caption: what they are.
        why: why each is listed, as long as `deals`.
    """
    say, customers, currency = context.say, context.shared.customers, context.facts.dataset.currency
    columns = (
        (text("Customer"), [customers.get(one, one) for one in deals["account_id"].tolist()]),
        (text("Product line"), deals["product_line"].tolist()),
        (text("Stage"), deals["stage"].tolist()),
    )
    known = [(title, values) for title, values in columns if any(pd.notna(value) for value in values)]
    headings = [text("Deal"), *(title for title, _ in known), text("Why")]
    cells = [
        [deal_name(context, deal) for deal in records(deals[["deal_id", "name"]])],
        *([or_dash(context, value) for value in values] for _, values in known),
        list(why),
    ]
    texts = len(headings)
    amounts = deals["amount"].tolist()
    if any(pd.notna(amount) for amount in amounts):
        headings.append(text("Amount"))
        cells.append([context.shown(amount, currency) for amount in amounts])
    rows = [list(row) for row in zip(*cells, strict=True)]
    return number_table(caption, [say(heading) for heading in headings], rows, texts=texts)


def or_dash(context: Context, value: object) -> str:
    """A value of the data, or the sign for what is missing."""
    return context.language.show(None if pd.isna(value) else str(value))


def not_valued(context: Context, deals: pd.DataFrame) -> list[Text]:
    """Which open deals are counted and not valued, and why; `deals` has amount and share."""
    if (why := context.facts.known(context.as_of).why_amounts_unknown) is not None:
        return [text("Open deals are counted, not valued; {reason}.", reason=why)]
    unpriced = float(deals["share"].to_numpy(float)[~(deals["amount"].to_numpy(float) > 0)].sum())
    if not unpriced:
        return []
    return [
        ntext(
            "{n} open deal carries no amount and is counted, not valued.",
            "{n} open deals carry no amount and are counted, not valued.",
            n=unpriced,
        )
    ]
