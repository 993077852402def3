"""The order book: open deals by milestone now and at the period's start, and the deals that went off course."""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from salesreport.kpi import METRICS
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.promises import CORRECTED_WITHIN, slipped_deals, stale_deals, untold
from salesreport.kpi.milestones.reached import journeys_of, place_numbers, places_of
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.chart import Chart
from salesreport.report.charts_moves import Pair, pairs
from salesreport.report.context import Context
from salesreport.report.deal_lists import deal_name, not_valued, or_dash
from salesreport.report.rows import records, totals
from salesreport.report.section import Section
from salesreport.report.shared import Figure, Maker
from salesreport.report.table import NumberTable, number_table

_SAME = 0.05
"""Counts that differ by less are shown alike."""

MOST = 6
"""How many deals that went off course are listed."""

CUT = 0.1
"""An amount that fell by less than this part is left alone."""

WHY = ("lost", "slipped", "cut", "stale")
"""How a deal goes off course."""

_SHOWN = ("deal_id", "name", "account_id", "amount", "share")
"""What is known of every open deal."""

_BOOK = (
    "deal_id", "name", "account_id", "amount", "last_amount", "share", "place", "when", "amount_then", "put_off",
    "latest", "days", "limit", "undated",
)  # fmt: skip


def order_book(context: Context) -> Section:
    """Open deals by milestone, and what deviates from the period's start.

    `data` has a row per deal that went off course: deal_id, name, account_id, place (number of its milestone, −1:
    none), amount (at the start; of a deal that came later, or where that is not known: the last one), and for
    each of `WHY` a text or missing.
    """
    topic, nothing = context.say(text("Order book")), pd.DataFrame(columns=["deal_id", *WHY])
    if (problem := context.unavailable("deals_in_funnel")) is not None:
        message = context.say(text("The order book cannot be told: {reason}.", reason=problem))
        return Section("order-book", topic, message, nothing, context.language, available=False)
    book = context.shared.rows(context.subject, ("order book", context.eve, context.as_of), _book(context))
    if book.empty:
        message = context.say(
            text("No open deals on {day}, nor on {other}.", day=context.eve, other=context.as_of)
            if context.facts.known(context.eve).why_open_unknown is None
            else text("No open deals on {day}.", day=context.as_of)
        )
        return Section("order-book", topic, message, nothing, context.language, available=False)
    data = _deviating(context, book)
    message = context.say(_message(context, book))
    milestones = _by_milestone(context, book) if context.shared.process.processes else None
    both = milestones is not None and _known_then(context, book)
    return Section(
        key="order-book",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(_chart(context, milestones, message),) if milestones is not None and both else (),
        tables=(
            *(() if milestones is None else (_summary(context, milestones, both),)),
            *_listed(context, data),
        ),
        notes=tuple(context.say(note) for note in _notes(context, book)),
    )


def _known_then(context: Context, book: pd.DataFrame) -> bool:
    """Whether it is known which deals were open at the start, and where: today's stage is no answer."""
    if context.facts.known(context.eve).why_open_unknown is not None:
        return False
    placed = book["place"] >= 0
    then = book["when"] == "before"
    return bool((placed & then).any() or not (placed & ~then).any() or not then.any())


def _chart(context: Context, milestones: pd.DataFrame, message: str) -> Chart:
    """Open deals per milestone on both days."""
    count = context.language.count
    rows = [
        Pair(row["title"], row["n_before"], row["n_now"], f"{count(row['n_before'])} → {count(row['n_now'])}")
        for row in records(milestones)
    ]
    described = text(
        "Open deals per milestone on {before} (hollow) and {now} (solid).", before=context.eve, now=context.as_of
    )
    days = context.language.date(context.eve), context.language.date(context.as_of)
    return pairs(
        "order-book", rows, message, context.say(described), context.say(text("Open deals by milestone")), days
    )


def _book(context: Context) -> Maker:
    """Makes the open deals of both days: columns `_BOOK`; `when` is before or now."""
    facts, file, days = context.facts, context.shared.process, {"before": context.eve, "now": context.as_of}

    def make(by: tuple[str, ...]) -> pd.DataFrame:
        journeys = journeys_of(facts, file, context.as_of)
        frames = []
        for when, day in days.items():
            events = facts.events("open", day)
            place = np.full(facts.columns.size("deals"), -1)
            there = journeys.there(day)
            place[journeys.stays.deal[there]] = place_numbers(journeys)[there]
            undated = np.isin(events.rows, journeys.stays.deal[there & ~journeys.stays.dated])
            frames.append(events.frame([*by, *_SHOWN]).assign(place=place[events.rows], when=when))
            frames[-1]["undated"] = undated
            frames[-1]["last_amount"] = facts.columns.numbers("deals", "amount")[events.rows]
        then = frames[0].drop_duplicates("deal_id").set_index("deal_id")["amount"]
        book = pd.concat(frames, ignore_index=True)
        book["amount_then"] = book["deal_id"].map(then)
        slipped = _or_none(lambda: slipped_deals(facts, context.period.start, context.as_of), "days", "latest")
        stale = _or_none(lambda: stale_deals(facts, file, context.as_of), "days", "limit")
        book["put_off"], book["latest"] = (book["deal_id"].map(slipped[name]) for name in ("days", "latest"))
        book["days"], book["limit"] = (book["deal_id"].map(stale[name]) for name in ("days", "limit"))
        book = book[[*by, *_BOOK]]
        # where open deals carry no amounts, others are known only because the deals have closed since
        return book if _priced(context) else book.assign(amount=np.nan, last_amount=np.nan)

    return make


def _or_none(make: Callable[[], pd.DataFrame], *columns: str) -> pd.DataFrame:
    """A list of deals by deal_id, empty where it cannot be told; the notes say why."""
    try:
        return make().drop_duplicates("deal_id").set_index("deal_id")[list(columns)]
    except Unavailable:
        return pd.DataFrame(columns=list(columns), index=pd.Index([], dtype="str"), dtype=float)


def _priced(context: Context) -> bool:
    """Whether open deals carry amounts."""
    return context.unavailable("pipeline_value") is None


def _by_milestone(context: Context, book: pd.DataFrame) -> pd.DataFrame:
    """place, title, n_before, n_now, value_before, value_now: a row per milestone, and one for deals at none."""
    cells = list(zip(book["when"], book["place"], strict=True))
    n, value = totals(cells, book["share"]), totals(cells, book["amount"] * book["share"])
    places = places_of(context.shared.process)
    order = [place for place in [*range(len(places)), -1] if place >= 0 or any(at == place for _, at in n)]
    several, show = len(context.shared.process.processes) > 1, context.language.show
    titles = [
        context.say(text("at no milestone"))
        if place < 0
        else context.language.labelled(show(places[place].process.name), show(places[place].milestone.title))
        if several
        else show(places[place].milestone.title)
        for place in order
    ]
    sums = {
        f"{name}_{when}": [what.get((when, place), 0.0) for place in order]
        for name, what in (("n", n), ("value", value))
        for when in ("before", "now")
    }
    return pd.DataFrame({"place": order, **sums, "title": titles})


def _summary(context: Context, milestones: pd.DataFrame, both: bool) -> NumberTable:
    """Number and value per milestone and of all, on both days or only now."""
    days = {"before": context.eve, "now": context.as_of} if both else {"now": context.as_of}
    say, count, currency = context.say, context.language.count, context.facts.dataset.currency
    priced = _priced(context)
    listed = records(milestones)
    whole = {name: sum(row[name] for row in listed) for name in milestones.columns[:-1]} | {
        "title": say(text("all"))
    }

    worth = {when: priced and context.facts.known(day).why_amounts_unknown is None for when, day in days.items()}

    def cell(row: dict[str, Any], when: str) -> tuple[str, str]:
        return count(row[f"n_{when}"]), context.shown(row[f"value_{when}"], currency) if worth[when] else ""

    shown = [row for row in listed if row["place"] >= 0 or any(row[f"n_{when}"] for when in days)]
    rows = [[row["title"], *(cell(row, when) for when in days)] for row in [*shown, whole]]
    caption = text("Open deals: number and value") if priced else text("Open deals: number")
    return number_table(
        say(caption),
        [say(text("Milestone")), *map(context.language.date, days.values())],
        rows,
        here=len(rows) - 1,
    )


def _deviating(context: Context, book: pd.DataFrame) -> pd.DataFrame:
    """The deals that went off course, the biggest first; without amounts those that are the most days off."""
    ids, now = book["deal_id"].tolist(), _now(book)
    amount, then, last, put_off, stale = (
        book[name].to_numpy(float) for name in ("amount", "amount_then", "last_amount", "put_off", "days")
    )
    before = {ids[place] for place in np.flatnonzero(~now).tolist()}
    why: dict[str, dict[str, Text]] = {name: {} for name in WHY}
    closed, currency = context.closed, context.facts.dataset.currency
    for place, (deal, status) in enumerate(
        zip(closed["deal_id"].tolist(), closed["status"].tolist(), strict=True)
    ):
        if status == "lost" and deal in before:
            why["lost"][deal] = _lost(closed["closed_on"].iloc[place].date(), closed["loss_reason"].iloc[place])
    for place in np.flatnonzero(now & (amount < (1 - CUT) * then)).tolist():
        if ids[place] in before:
            why["cut"][ids[place]] = text(
                "amount cut from {before} to {now}",
                before=Quantity(float(then[place]), currency),
                now=Quantity(float(amount[place]), currency),
            )
    for place in np.flatnonzero(~now & ~np.isnan(put_off)).tolist():
        day = book["latest"].iloc[place].date()
        why["slipped"][ids[place]] = ntext(
            "put off by {n} day, to {day}", "put off by {n} days, to {day}", n=int(put_off[place]), day=day
        )
    for place in np.flatnonzero(now & ~np.isnan(stale)).tolist():
        why["stale"][ids[place]] = ntext(
            "at the milestone for {n} day; four of five leave within {limit}",
            "at the milestone for {n} days; four of five leave within {limit}",
            n=int(stale[place]),
            limit=Quantity(float(book["limit"].iloc[place]), "days"),
        )
    told = set().union(*why.values())
    amount = np.where(np.isnan(amount), last, amount)
    off: dict[str, float] = {}
    first: dict[str, int] = {}  # a row per deal: as it was at the start, where it was open then
    for place, deal in enumerate(ids):
        if deal in told:
            days = (float(one[place]) for one in (put_off, stale) if not np.isnan(one[place]))
            off[deal] = max([off.get(deal, -math.inf), *days])
            if now[first.setdefault(deal, place)] and not now[place]:
                first[deal] = place
    order = sorted(first, key=lambda deal: (_least_last(amount[first[deal]]), -off[deal], deal))
    chosen = [first[deal] for deal in order]
    data = book[["deal_id", "name", "account_id", "place", "amount"]].take(chosen).reset_index(drop=True)
    return data.assign(
        amount=amount[chosen],
        **{name: pd.Series([why[name].get(deal) for deal in order], dtype=object) for name in WHY},
    )


def _now(book: pd.DataFrame) -> Flags:
    """Which rows are of the period's end."""
    return np.array([when == "now" for when in book["when"].tolist()], bool)


def _least_last(amount: float) -> float:
    """To sort by: the largest first, those that are not known last."""
    return math.inf if math.isnan(amount) else -amount


def _lost(day: dt.date, reason: object) -> Text:
    if isinstance(reason, str):
        return text("lost on {day}: {reason}", day=day, reason=reason)
    return text("lost on {day}", day=day)


def _listed(context: Context, data: pd.DataFrame) -> tuple[NumberTable, ...]:
    """The biggest deals that went off course, with the reasons."""
    if data.empty:
        return ()
    say, places = context.say, places_of(context.shared.process)
    customers = context.shared.customers
    named, priced = data["account_id"].notna().any(), _priced(context)
    rows = []
    for row in records(data.head(MOST)):
        reasons = [say(row[name]) for name in WHY if isinstance(row[name], Text)]
        milestone = context.language.show(places[row["place"]].milestone.title if row["place"] >= 0 else None)
        account = row["account_id"]
        customer = or_dash(context, customers.get(account, account) if isinstance(account, str) else None)
        why = context.language.apart(reasons)
        cells = [deal_name(context, row), *([customer] if named else []), milestone, why]
        amount = context.shown(row["amount"], context.facts.dataset.currency)
        rows.append([*cells, amount] if priced else cells)
    started = context.facts.known(context.eve).why_amounts_unknown is None
    worth = text("Amount at the start") if started else text("Amount")
    headings = [say(text("Deal")), *([say(text("Customer"))] if named else []), say(text("Milestone"))]
    headings += [say(text("Off course")), *([say(worth)] if priced else [])]
    caption = text(
        "Deals off course since {day}: {shown} of {all}", day=context.eve, shown=len(rows), all=len(data)
    )
    if not priced and len(data) > MOST:
        caption = text(
            "Deals off course since {day}: the {shown} of {all} that are so for the most days",
            day=context.eve, shown=len(rows), all=len(data),
        )  # fmt: skip
    if priced and len(data) > MOST:
        caption = text(
            "Deals off course since {day}: the {shown} biggest of {all}",
            day=context.eve, shown=len(rows), all=len(data),
        )  # fmt: skip
    return (number_table(say(caption), headings, rows, texts=len(headings) - priced),)


def _figures(context: Context) -> dict[str, Figure]:
    """The shares that slipped and are stale, where they can be told and rest on enough deals."""
    frame = context.compute(("slippage", "stale")).frame
    return {
        row["metric"]: Figure(*(row[name] for name in Figure._fields))
        for row in records(frame)
        if row["n"] >= METRICS[row["metric"]].minimum_n
    }


def _message(context: Context, book: pd.DataFrame) -> Text:
    share, today = book["share"].to_numpy(float), _now(book)
    now, before = float(share[today].sum()), float(share[~today].sum())
    size = ntext(
        "{n} open deal, {before} at the start", "{n} open deals, {before} at the start", n=now, before=before
    )
    if context.facts.known(context.eve).why_open_unknown is not None:
        size = ntext("{n} open deal", "{n} open deals", n=now)
    clauses = []
    for metric, figure in _figures(context).items():
        n, of, share = round(figure.value * figure.n), round(figure.n), Quantity(figure.value, "share")
        if metric == "slippage":
            clause = ntext(
                "{n} of {of} was put off ({share})", "{n} of {of} were put off ({share})",
                n=n, of=of, share=share,
            )  # fmt: skip
        else:
            clause = ntext(
                "{n} of {of} is stale ({share})", "{n} of {of} are stale ({share})", n=n, of=of, share=share
            )
            if (rest := now - figure.n) > _SAME:
                of_all = abs(_undated(book) - rest) < _SAME
                clause = text("{stale}, and {rest}", stale=clause, rest=untold(rest, of_all))
        clauses.append(clause)
    if not clauses:
        return size
    if len(clauses) == 1:
        return text("{deals}; {clause}", deals=size, clause=clauses[0])
    return text("{deals}; {one}, {other}", deals=size, one=clauses[0], other=clauses[1])


def _undated(book: pd.DataFrame) -> float:
    """How many of the deals open now are at a milestone, nobody knows since when."""
    return float(book["share"].to_numpy(float)[_now(book) & book["undated"].to_numpy(bool)].sum())


def _not_judged(book: pd.DataFrame, judged: float) -> list[Text]:
    """Of which open deals it cannot be told whether they are stale, where the message does not say it."""
    share, today = book["share"].to_numpy(float), _now(book)
    nowhere = float(share[today & (book["place"].to_numpy() < 0)].sum())
    undated = _undated(book)
    others = float(share[today].sum()) - judged - nowhere - undated
    parts = [
        ntext("{n} is at its milestone, nobody knows since when",
              "{n} are at their milestone, nobody knows since when",
              n=undated),
        ntext("{n} is at no milestone", "{n} are at no milestone", n=nowhere),
        ntext("{n} is at a milestone that too few deals left to tell what is long",
              "{n} are at milestones that too few deals left to tell what is long", n=others),
    ]  # fmt: skip
    if nowhere < _SAME and others < _SAME:
        return []
    said = [part for part in parts if part.fields["n"] >= _SAME]
    return [text("Not told whether stale: {parts}.", parts=said)]


def _notes(context: Context, book: pd.DataFrame) -> list[Text]:
    notes: list[Text] = []
    figures = _figures(context)
    if "slippage" in figures:
        notes.append(
            text(
                "Put off: of the deals open at the start, the share that was since expected to close in a later "
                "month; 95% interval {interval}. A correction within {days} days of creating the deal is none.",
                days=CORRECTED_WITHIN,
                interval=context.interval(figures["slippage"]),
            )
        )
    if "stale" in figures:
        notes.append(
            text(
                "Stale: the share of open deals that have been at their milestone for longer than four of five "
                "deals of the company took to leave it in the last year; 95% interval {interval}.",
                interval=context.interval(figures["stale"]),
            )
        )
        notes += _not_judged(book, figures["stale"].n)
    notes += context.gaps(("slippage", "stale"))
    if (why := context.facts.known(context.eve).why_open_unknown) is not None:
        notes.append(text("The start is not compared: {reason}.", reason=why))
    if context.facts.known(context.as_of).why_amounts_unknown is None and not _priced(context):
        notes.append(text("Open deals carry no amounts in this data, so they are counted, not valued."))
    else:
        notes += not_valued(context, book[book["when"] == "now"])
    return notes
