"""Single deals that are worth a talk: overdue, biggest open, biggest lost."""

import pandas as pd

from salesreport.language import Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.deal_lists import deal_table
from salesreport.report.section import Section

EACH = 3
"""How many deals of each kind are listed."""


def deals_to_look_at(context: Context) -> Section:
    """Deals to talk about; `data` has the deals' columns and `why`: overdue, biggest_open, biggest_lost."""
    open_deals, closed = context.open, context.closed
    day = pd.Timestamp(context.as_of)
    overdue = open_deals[open_deals["expected_close_on"] < day].sort_values(["expected_close_on", "deal_id"])
    lost = closed[(closed["status"] == "lost") & (closed["amount"] > 0)]
    parts = [
        overdue.head(EACH).assign(why="overdue"),
        _biggest(open_deals[open_deals["amount"] > 0]).assign(why="biggest_open"),
        _biggest(lost).assign(why="biggest_lost"),
    ]
    data = pd.concat([part for part in parts if len(part)] or parts[:1]).drop_duplicates(
        "deal_id", ignore_index=True
    )
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
    why = [context.say(_why(context, row)) for _, row in data.iterrows()]
    return Section(
        key="deals",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        tables=(deal_table(context, data, context.say(text("Deals, and why they are here")), why),),
    )


def _biggest(deals: pd.DataFrame) -> pd.DataFrame:
    return deals.sort_values(["amount", "deal_id"], ascending=[False, True]).head(EACH)


def _message(overdue: int, listed: int) -> Text:
    if overdue == 0:
        return ntext("{n} deal is worth a talk", "{n} deals are worth a talk", n=listed)
    return ntext(
        "{n} open deal is past the closing date that was expected",
        "{n} open deals are past the closing date that was expected",
        n=overdue,
    )


def _why(context: Context, deal: pd.Series) -> Text:
    if deal["why"] == "overdue":
        return text("was expected to close on {day}", day=deal["expected_close_on"].date())
    if deal["why"] == "biggest_open":
        return text("among the biggest open deals")
    if pd.notna(deal["loss_reason"]):
        return text(
            "among the biggest deals lost in {period}: {reason}", period=context.period, reason=deal["loss_reason"]
        )
    return text("among the biggest deals lost in {period}", period=context.period)
