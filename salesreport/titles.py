"""What tables and columns are called in a sentence for somebody who reads a report, not for who writes a spec.

A title is what it is *of many*, without an article where that may be: “the {column} of {table}” has to read well
(“the due dates of orders”), and so has “negative {column}”. Who needs the names as a source spec writes them finds
both in docs/tables.md, and in a diagnostic beside what to ask for next.
"""

from salesreport.language import Text, text

TABLE_TITLES: dict[str, Text] = {
    "reps": text("reps"),
    "rep_history": text("the history of teams"),
    "accounts": text("customers"),
    "deals": text("deals"),
    "stage_events": text("the history of stages"),
    "deal_owners": text("the history of owners"),
    "snapshots": text("earlier snapshots"),
    "activities": text("activities"),
    "leads": text("leads"),
    "orders": text("orders"),
    "targets": text("targets"),
    "feedback": text("customers’ feedback"),
    "equipment": text("lent equipment"),
    "commitments": text("agreements"),
}
"""Table → title."""

COLUMN_TITLES: dict[str, Text] = {
    "account_id": text("customers"),
    "activity_id": text("activities"),
    "agreed_on": text("dates of the meetings"),
    "amount": text("amounts"),
    "closed_on": text("closing dates"),
    "contacts": text("numbers of contacts"),
    "country": text("countries"),
    "created_at": text("dates of receipt"),
    "created_on": text("creation dates"),
    "crm_probability": text("chances of winning"),
    "currency": text("currencies"),
    "deal_id": text("deals"),
    "done_at": text("dates"),
    "due_on": text("due dates"),
    "email": text("addresses"),
    "entered_after": text("earliest dates of entry"),
    "entered_at": text("dates of entry"),
    "equipment_id": text("pieces of equipment"),
    "expected_close_on": text("expected closing dates"),
    "forecast_category": text("forecast categories"),
    "from": text("first days"),
    "gross_profit": text("gross profits"),
    "hired_on": text("starting dates"),
    "industry": text("industries"),
    "kind": text("kinds"),
    "last_activity_on": text("dates of last activity"),
    "lead_id": text("leads"),
    "lead_source": text("lead sources"),
    "left_on": text("leaving dates"),
    "lent_on": text("lending dates"),
    "list_price": text("list prices"),
    "loss_reason": text("loss reasons"),
    "manager": text("managers"),
    "manager_email": text("managers’ addresses"),
    "language": text("languages"),
    "metric": text("metrics"),
    "name": text("names"),
    "next_step": text("next steps"),
    "next_step_on": text("dates of next steps"),
    "on": text("dates"),
    "order_id": text("orders"),
    "ordered_on": text("order dates"),
    "origin": text("origins"),
    "outcome": text("outcomes"),
    "paid_on": text("payment dates"),
    "period": text("periods"),
    "pipeline": text("pipelines"),
    "processed_at": text("processing dates"),
    "product_line": text("product lines"),
    "recorded_on": text("dates of recording"),
    "rep_id": text("reps"),
    "resolved_on": text("dates of resolution"),
    "returned_on": text("return dates"),
    "role": text("roles"),
    "score": text("scores"),
    "segment": text("segments"),
    "share": text("shares"),
    "source": text("sources"),
    "stage": text("stages"),
    "status": text("status"),
    "taken_on": text("dates"),
    "target": text("target values"),
    "team": text("teams"),
    "territory": text("territories"),
    "text": text("texts"),
    "to": text("last days"),
    "type": text("types"),
    "unit_price": text("unit prices"),
    "units": text("numbers of pieces"),
    "value": text("values"),
}
"""Column of any table → title."""


def table_title(table: str) -> Text | str:
    """What a reader calls a table; one that is not of the kit by its own name.

    Examples:
        >>> str(table_title("stage_events")), table_title("visits")
        ('the history of stages', 'visits')
    """
    return TABLE_TITLES.get(table, table)


def column_title(column: str) -> Text | str:
    """What a reader calls a column; one that is not of the kit by its own name.

    Examples:
        >>> str(column_title("left_on"))
        'leaving dates'
    """
    return COLUMN_TITLES.get(column, column)
