"""The deals behind findings of conversion, and what has become of those that did not go on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import WIN, Decisions
from salesreport.kpi.anomalies.outcome import did_not_go_on, last_of_each, not_gone_on, outcomes, went_on
from salesreport.kpi.facts.columns import Positions, taken
from salesreport.language import text
from salesreport.report.context import Context
from salesreport.report.deal_lists import deal_name, or_dash
from salesreport.report.rows import records
from salesreport.report.sections.compared import Finding, Spans, in_other_span, step_title
from salesreport.report.table import NumberTable, number_table

MOST_FINDINGS, MOST_DEALS = 2, 6
"""At how many steps the deals of a finding are listed, and how many of each."""


def deals_behind(
    context: Context, spans: Spans, rows: Sequence[pd.DataFrame], findings: list[Finding]
) -> list[NumberTable]:
    """The deals behind the first findings: of too few that went on those that did not, of many those that did.

    Of a finding over the longest span those of the year are listed, where there are any: they are remembered best.
    """
    _read_ahead(context)
    tables: list[NumberTable] = []
    steps: set[str] = set()
    for finding in findings:
        found, row = finding
        if row["step"] in steps or len(tables) == MOST_FINDINGS:
            continue
        steps.add(row["step"])
        step, fewer = found.step(row["step"]), row["flag"] == "worse"
        decided = _behind(finding, fewer)
        other = in_other_span(spans, rows, finding)
        if found is not spans.year and other is not None and len(recent := _behind(other, fewer)):
            found, decided = other[0], recent
        listed = _largest(decided)
        caption = text(
            "{result}, {period}: {step} ({n} of {of}, the largest first)",
            result=did_not_go_on(step) if fewer else went_on(step),
            period=found.period,
            step=place(context, found, row),
            n=len(listed),
            of=len(pd.unique(decided.deal)),
        )
        tables.append(_listed(context, listed, context.say(caption), since=fewer and step.key != WIN))
    return tables


def _read_ahead(context: Context) -> None:
    """What findings ask of deals, also where there is none: in the next report of this process there may be."""
    facts, nothing = context.facts, np.empty(0, int)
    _told(context, nothing)
    facts.columns.numbers("deals", "amount")
    _ = facts.closing


def _behind(finding: Finding, fewer: bool) -> Decisions:
    """The decisions that did not go on, or that did."""
    found, row = finding
    decided = found.decisions(row)
    return not_gone_on(decided) if fewer else decided.take(decided.success)


def place(context: Context, found: Anomalies, row: pd.Series) -> str:
    """At which step, within what, a row is."""
    part = ", ".join(found.part(row).values())
    title = context.say(step_title(found.step(row["step"])))
    return f"{title} ({part})" if part else title


def _largest(decided: Decisions) -> Decisions:
    """The last decision of each deal; the largest deals, of those without an amount the latest decided."""
    last = decided.take(last_of_each(decided))
    by_size = pd.DataFrame({"amount": last.amount, "day": last.day})
    by_size = by_size.sort_values(["amount", "day"], ascending=False, na_position="last", kind="stable")
    return last.take(by_size.index.to_numpy()[:MOST_DEALS])


def _told(context: Context, rows: Positions) -> pd.DataFrame:
    """What is said of some deals, beside what was decided: `deal_id`, `name`, `account_id`, `product_line`."""
    columns = context.facts.columns
    names = {name: columns.series("deals", name).take(rows).array for name in ("name", "account_id")}
    line = taken(columns.coded("deals", "product_line"), rows).astype("str")
    return pd.DataFrame(
        {
            "deal_id": pd.array(columns.ids("deals", "deal_id").take(rows), dtype="str"),
            **names,
            "product_line": line,
        }
    )


def _listed(context: Context, decided: Decisions, caption: str, since: bool) -> NumberTable:
    """Some deals; `since`: with what has become of each."""
    say, facts = context.say, context.facts
    frame = _told(context, decided.deal)
    frame["day"], frame["amount"] = decided.day, decided.amount
    if since:
        frame["since"] = [say(one) for one in outcomes(decided).words()]
    customers = context.shared.customers
    headings = [say(text("Deal")), say(text("Customer")), say(text("Product line")), say(text("Decided on"))]
    headings += [say(text("Since then, by {day}", day=facts.as_of))] if since else []
    rows = []
    for row in records(frame):
        customer = customers.get(row["account_id"], row["account_id"])
        cells = [
            deal_name(context, row),
            or_dash(context, customer),
            or_dash(context, row["product_line"]),
            context.language.date(pd.Timestamp(row["day"]).date()),
        ]
        cells += [row["since"]] if since else []
        rows.append([*cells, context.shown(row["amount"], facts.dataset.currency)])
    return number_table(caption, [*headings, say(text("Amount"))], rows, texts=len(headings), wide=True)
