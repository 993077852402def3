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
from salesreport.report.sections.coaching.open_deals import still_open
from salesreport.report.today import today, told_as_of

EACH = 3
"""How many deals of each kind are listed."""


def deals_to_look_at(context: Context) -> Section:
    """Deals to talk about; `data` has the deals' columns and `why`: overdue, biggest_open, biggest_lost."""
    open_deals, closed = still_open(context), context.closed
    lost = np.array([status == "lost" for status in closed["status"].tolist()], bool)
    overdue, biggest_lost = _overdue(context, open_deals), _biggest(closed, lost)
    listed = {"overdue": overdue[:EACH], "biggest_open": _biggest(open_deals)}
    first: dict[int, str] = {}  # why a deal is listed first; a deal that reps share has several rows
    ids = open_deals["deal_id"].tolist()
    for why, places in listed.items():
        for place in places:
            if all(ids[place] != ids[other] for other in first):
                first[place] = why
    parts = [open_deals.take(list(first)), closed.take(biggest_lost)]
    data = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    data["why"] = pd.Series([*first.values(), *["biggest_lost"] * len(biggest_lost)], dtype="str")
    data = data.drop_duplicates("deal_id", ignore_index=True)
    topic = context.say(text("Deals to look at"))
    if data.empty:
        nothing = _nothing(context, bool(len(open_deals) or lost.any()))
        message = context.say(context.unavailable("deals_in_funnel") or nothing)
        return Section("deals", topic, message, data, context.language, available=False)
    message = context.say(_message(len(overdue), len(data)))
    reasons = [context.say(_why(context, row)) for row in records(data)]
    return Section(
        key="deals",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        notes=() if (told := told_as_of(context)) is None else (context.say(told),),
        tables=(deal_table(context, data, context.say(text("Deals, and why they are here")), reasons),),
    )


def _nothing(context: Context, there: bool) -> Text:
    """Why there is no deal to look at; `there`: although deals are open or were lost."""
    if not there:
        return text("No deals are open, and none were lost in {period}.", period=context.period)
    if (why := context.facts.known(today(context).as_of).why_amounts_unknown) is not None:
        return text("No deal can be put before others: {reason}.", reason=why)
    return text("No single deal stands out; open and lost deals carry no amounts or closing dates.")


def _overdue(context: Context, deals: pd.DataFrame) -> list[int]:
    """The rows of open deals whose expected day is over, the longest ago first."""
    days, ids = deals["expected_close_on"].to_numpy(), deals["deal_id"].tolist()
    late = np.flatnonzero(days < np.datetime64(today(context).as_of)).tolist()  # none of those that are not known
    return sorted(late, key=lambda place: (days[place], ids[place]))


def _biggest(deals: pd.DataFrame, among: Flags | None = None) -> list[int]:
    """The rows of those with the largest amounts, which are above nothing."""
    amounts, ids = deals["amount"].to_numpy(float), deals["deal_id"].tolist()
    known = np.flatnonzero(amounts > 0 if among is None else (amounts > 0) & among)
    return sorted(known.tolist(), key=lambda place: (-amounts[place], ids[place]))[:EACH]


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
