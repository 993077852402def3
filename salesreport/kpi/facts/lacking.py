"""What an export lacks, said with the names of its tables and columns in the reader's language."""

from salesreport.kpi.facts.kinds import CLOSED
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text

TABLE_TITLES: dict[str, Text] = {
    "reps": text("reps"),
    "rep_history": text("rep_history"),
    "accounts": text("accounts"),
    "deals": text("deals"),
    "stage_events": text("stage_events"),
    "deal_owners": text("deal_owners"),
    "snapshots": text("snapshots"),
    "activities": text("activities"),
    "leads": text("leads"),
    "orders": text("orders"),
    "targets": text("targets"),
    "feedback": text("feedback"),
    "equipment": text("equipment"),
    "commitments": text("commitments"),
}
"""What the tables are called; in English as in a source spec."""

COLUMN_TITLES: dict[str, Text] = {
    "account_id": text("account_id"),
    "amount": text("amount"),
    "closed_on": text("closed_on"),
    "created_on": text("created_on"),
    "deal_id": text("deal_id"),
    "done_at": text("done_at"),
    "due_on": text("due_on"),
    "expected_close_on": text("expected_close_on"),
    "gross_profit": text("gross_profit"),
    "kind": text("kind"),
    "lead_source": text("lead_source"),
    "lent_on": text("lent_on"),
    "manager": text("manager"),
    "ordered_on": text("ordered_on"),
    "outcome": text("outcome"),
    "paid_on": text("paid_on"),
    "processed_at": text("processed_at"),
    "product_line": text("product_line"),
    "rep_id": text("rep_id"),
    "score": text("score"),
    "segment": text("segment"),
    "status": text("status"),
    "team": text("team"),
    "type": text("type"),
    "units": text("units"),
    "value": text("value"),
}
"""Likewise of the columns that figures and comparisons may need."""


def lacks(table: str, column: str | None = None) -> Unavailable:
    """That there is no such table, or no such column in it.

    Examples:
        >>> str(lacks("orders", "due_on").reason)
        'needs column due_on of table orders; this export has none'
    """
    named = TABLE_TITLES.get(table, table)
    if (table, column) == ("deals", "closed_on"):  # every closed deal has one, so none is closed
        return Unavailable(text("this export knows of no {events}", events=CLOSED.title))
    if column is None:
        return Unavailable(text("needs table {table}; this export has none", table=named))
    return Unavailable(
        text(
            "needs column {column} of table {table}; this export has none",
            column=COLUMN_TITLES.get(column, column),
            table=named,
        )
    )
