"""What a rep said of deals, and what came of them: how far stated dates and probabilities can be trusted."""

from typing import Any

import pandas as pd

from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast import judgement
from salesreport.language import Quantity, Text, text
from salesreport.report.context import Context, difference
from salesreport.report.rows import by_key
from salesreport.report.table import Content, NumberTable, number_table


def said_and_came(context: Context) -> tuple[tuple[NumberTable, ...], tuple[Text, ...]]:
    """The table of a rep, and what to make of it; nothing for other subjects and where nothing was said."""
    if context.subject.dimension != "rep_id":
        return (), ()
    facts, day = context.facts, context.as_of

    def find() -> pd.DataFrame | None:
        try:
            return judgement(facts, day)
        except Unavailable:
            return None

    everybody = facts.store(("judgement", day), find)
    if everybody is None:
        return (), ()
    rows = facts.remember(("judgement, by rep", day), lambda: by_key(everybody, "rep_id"))
    found = rows.get(context.subject.id, [])
    if not found or found[0]["verdict"] == "unknown":
        return (), ()
    row, say = found[0], context.say
    headings = ["", say(text("said")), say(text("what came of it")), say(text("difference")), say(text("deals"))]
    caption = say(text("What was said of deals, and what came of them, with 95% intervals"))
    return (number_table(caption, headings, _rows(context, row)),), _trust(row)


def _rows(context: Context, row: dict[str, Any]) -> list[list[Content]]:
    """Probability and closing date, each where there are enough deals."""
    say, change, rows = context.say, context.language.change, list[list[Content]]()
    if pd.notna(row["share_bias"]):
        rows.append(
            [
                say(text("chance to win")),
                context.shown(row["said"], "share"),
                context.shown(row["won"], "share"),
                (
                    say(difference(context, row["share_bias"])),
                    f"{change(100 * row['share_lower'])} … {change(100 * row['share_upper'])}",
                ),
                context.language.count(row["n_closed"]),
            ]
        )
    if pd.notna(row["days_bias"]):
        rows.append(
            [
                say(text("day of the order, as first said")),
                "",
                "",
                (
                    say(_days_off(row["days_bias"])),
                    context.language.interval(row["days_lower"], row["days_upper"], "days", " … "),
                ),
                context.language.count(row["n_won"]),
            ]
        )
    return rows


def _days_off(days: float) -> Text:
    if days < 0:
        return text("{days} earlier", days=Quantity(-days, "days"))
    return text("{days} later", days=Quantity(days, "days"))


def _trust(row: dict[str, Any]) -> tuple[Text, ...]:
    if row["verdict"] == "optimist":
        return (text("More is promised than by peers at the same stage, and less of it comes: plan with less."),)
    if row["verdict"] == "cautious":
        return (text("Less is promised than by peers at the same stage, and more of it comes: plan with more."),)
    return (text("How far it is from what is said to what comes is not distinguishable from peers."),)
