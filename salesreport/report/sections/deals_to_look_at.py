"""Single deals that are worth a talk: overdue, biggest open, biggest lost."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Flags
from salesreport.language import Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.deal_lists import deal_table
from salesreport.report.rows import records
from salesreport.report.section import Section

EACH = 3
"""How many deals of each kind are listed."""


def deals_to_look_at(context: Context) -> Section:
    """Deals to talk about; `data` has the deals' columns and `why`: overdue, biggest_open, biggest_lost."""
    open_deals, closed = context.open, context.closed
    day = pd.Timestamp(context.as_of)
    overdue = open_deals[open_deals["expected_close_on"] < day].sort_values(["expected_close_on", "deal_id"])
    parts = {
        "overdue": overdue.head(EACH),
        "biggest_open": _biggest(open_deals),
        "biggest_lost": _biggest(closed, (closed["status"] == "lost").to_numpy(bool)),
    }
    some = {why: part for why, part in parts.items() if len(part)} or {"overdue": parts["overdue"]}
    data = pd.concat(list(some.values()), ignore_index=True)
    data["why"] = pd.Series([why for why, part in some.items() for _ in range(len(part))], dtype="str")
    data = data.drop_duplicates("deal_id", ignore_index=True)
    topic = context.say(text("Deals to look at"))
    if data.empty:
        nothing = (
            text("No single deal stands out; open and lost deals carry no amounts or closing dates.")
            if len(open_deals) or (closed["status"] == "lost").any()
            else text("No deals are open, and none were lost in {period}.", period=context.period)
        )
        message = context.say(context.unavailable("deals_in_funnel") or nothing)
        return Section("deals", topic, message, data, context.language, available=False)
    message = context.say(_message(len(overdue), len(data)))
    why = [context.say(_why(context, row)) for row in records(data)]
    return Section(
        key="deals",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        tables=(deal_table(context, data, context.say(text("Deals, and why they are here")), why),),
    )


def _biggest(deals: pd.DataFrame, among: Flags | None = None) -> pd.DataFrame:
    """Those with the largest amounts, which are above nothing."""
    amounts, ids = deals["amount"].to_numpy(float), deals["deal_id"].tolist()
    known = np.flatnonzero(amounts > 0 if among is None else (amounts > 0) & among)
    return deals.take(sorted(known.tolist(), key=lambda place: (-amounts[place], ids[place]))[:EACH])


def _message(overdue: int, listed: int) -> Text:
    if overdue == 0:
        return ntext("{n} deal is worth a talk", "{n} deals are worth a talk", n=listed)
    return ntext(
        "{n} open deal is past the closing date that was expected",
        "{n} open deals are past the closing date that was expected",
        n=overdue,
    )


def _why(context: Context, deal: Mapping[str, Any]) -> Text:
    if deal["why"] == "overdue":
        return text("was expected to close on {day}", day=deal["expected_close_on"].date())
    if deal["why"] == "biggest_open":
        return text("among the biggest open deals")
    if pd.notna(deal["loss_reason"]):
        return text(
            "among the biggest deals lost in {period}: {reason}", period=context.period, reason=deal["loss_reason"]
        )
    return text("among the biggest deals lost in {period}", period=context.period)
