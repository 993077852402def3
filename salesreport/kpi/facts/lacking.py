"""What an export lacks, said with the titles of its tables and columns."""

from salesreport.kpi.facts.kinds import CLOSED
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import text
from salesreport.titles import column_title, table_title


def lacks(table: str, column: str | None = None) -> Unavailable:
    """That there is no such table, or no such column in it.

    Examples:
        >>> str(lacks("stage_events").reason)
        'needs the history of stages, which this export does not have'
        >>> str(lacks("orders", "due_on").reason)
        'needs the due dates of orders, which this export does not have'
    """
    if (table, column) == ("deals", "closed_on"):  # every closed deal has one, so none is closed
        return Unavailable(text("this export knows of no {events}", events=CLOSED.title))
    if column is None:
        return Unavailable(text("needs {table}, which this export does not have", table=table_title(table)))
    return Unavailable(
        text(
            "needs the {column} of {table}, which this export does not have",
            column=column_title(column),
            table=table_title(table),
        )
    )
