"""White space of a team, a segment or the company: sums by product line and segment, nobody named."""

from typing import Any

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Flags
from salesreport.language import Quantity, Text, ntext, text
from salesreport.plan.accounts.plans import AccountPlans, Market
from salesreport.plan.accounts.space import served_by_any, white_space
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.table import Cell, Content, NumberTable, number_table

MOST_SEGMENTS = 5
"""Segments that have a column; of more, only all of them together are shown."""


def white_space_section(
    context: Context, plans: AccountPlans, market: Market | None, key: str, topic: str
) -> Section:
    """What the subject's accounts buy and do not, by product line and segment; `data` as `white_space`.

    Args:
        context: of the report. plans: everybody's. market: theirs, or that of the subject's own sales where
            accounts are nobody's alone; None: it sold to no account. key, topic: of the section.
    """
    say, shared = context.say, context.nobodys_customers
    if market is None:
        message = say(text("No account has ordered anything in two years."))
        return Section(key, topic, message, white_space(plans.market)[:0], context.language, available=False)
    among = _among(context, market) if shared is None else np.ones(len(market.bought.ids), bool)
    data = white_space(market, among)
    buying = among & market.bought.buys.any(axis=1)
    if not len(data) or not buying.any():
        message = say(
            text("No account has ordered anything in two years.")
            if market.bought.lines
            else text("What accounts buy cannot be told by product line: {reason}.", reason=market.why)
        )
        return Section(key, topic, message, data, context.language, available=False)
    lines = market.bought.buys[buying].sum(axis=1)
    gaps = int(data["gaps"].sum())
    fields = {
        "accounts": ntext("{n} account", "{n} accounts", n=int(buying.sum())),
        "lines": Quantity(float(lines.mean()), "times"),
        "all": len(market.bought.lines),
    }
    said = text("An account buys {lines} of {all} product lines on average ({accounts})", **fields)
    if gaps:
        number = ntext("{n} gap", "{n} gaps", n=gaps)
        worth = Quantity(float(data["worth"].sum()), plans.currency)
        said = text("{average}; {gaps} against like accounts, {worth} {span} if all were closed",
                    average=said, gaps=number, worth=worth,
                    span=market.bought.short or text("a year"))  # fmt: skip
    notes = [*_notes(gaps), *context.of_all(plans.notes)]
    if shared is not None:
        said = text("{accounts}; only sales of {name} count", accounts=said, name=context.subject.name)
        notes = [shared.said, *market.bought.notes]
        if market.why is not None:
            notes.append(text("What like accounts buy cannot be told: {reason}.", reason=market.why))
    return Section(
        key=key,
        topic=topic,
        message=say(said),
        data=data,
        language=context.language,
        tables=(_table(context, plans, data),),
        notes=tuple(say(note) for note in notes),
    )


def _among(context: Context, market: Market) -> Flags:
    """The accounts that a report is about: served by the team's reps, or of the segment."""
    facts, subject = context.facts, context.subject
    if subject.kind == "company":
        return np.ones(len(market.bought.ids), bool)
    if subject.kind == "segment":
        return np.asarray(market.around.segment == subject.id, bool)
    placed = facts.placed(facts.reps, context.as_of)
    return served_by_any(facts, market, placed.loc[placed[subject.kind] == subject.id, "rep_id"].tolist())


def _table(context: Context, plans: AccountPlans, data: pd.DataFrame) -> NumberTable:
    say, currency = context.say, plans.currency
    segments = data["segment"].drop_duplicates().tolist()
    columns = segments if 1 < len(segments) <= MOST_SEGMENTS else []
    any_gap = bool(data["gaps"].sum())
    rows: list[list[Content]] = []
    for line, mine in data.groupby("product_line", sort=False):
        by_segment = {row["segment"]: row for row in records(mine)}
        cells: list[Content] = [context.language.show(str(line))]
        cells += [_share(context, by_segment[one]) if one in by_segment else "–" for one in columns]
        total = records(mine.drop(columns=["product_line", "segment"]).sum().to_frame().T)[0]
        cells.append(_share(context, total, gaps=False))
        cells.append(context.shown(total["ordered"], currency))
        if any_gap:
            cells.append(context.language.count(total["gaps"]) if total["gaps"] else Cell("–", tone="faint"))
            band = context.language.interval(total["worth_lower"], total["worth_upper"], currency)
            cells.append(
                (context.shown(total["worth"], currency), band) if total["worth"] else Cell("–", tone="faint")
            )
        rows.append(cells)
    headings = [say(text("Product line"))]
    headings += [say(text("No segment")) if one is None else context.language.show(one) for one in columns]
    headings += [say(text("All")), say(text("Ordered in two years"))]
    short = plans.market.bought.short
    worth = text("Worth a year") if short is None else text("Worth {span}", span=short)
    headings += [say(text("Gaps")), say(worth)] if any_gap else []
    caption = say(text("Of accounts that ordered anything in two years, those that buy each product line"))
    return number_table(caption, headings, rows, wide=True)


def _share(context: Context, row: dict[str, Any], gaps: bool = True) -> Content:
    """How many of the accounts buy a line, and the gaps among the others."""
    if not row["accounts"]:
        return Cell("–", tone="faint")
    share = context.shown(row["buying"] / row["accounts"], "share")
    said = text("{buying} of {n}", buying=row["buying"], n=row["accounts"])
    if gaps and row["gaps"]:
        said = ntext("{of}, {n} gap", "{of}, {n} gaps", n=row["gaps"], of=said)
    return (share, context.say(said))


def _notes(gaps: int) -> list[Text]:
    notes = [text("Accounts count where they are served now, with all they ordered, whoever sold it.")]
    if gaps:
        notes.append(
            text(
                "Worth: if each of them came to spend what like accounts that buy it do (median); "
                "the bounds are sums of those of the 95% intervals."
            )
        )
    return notes
