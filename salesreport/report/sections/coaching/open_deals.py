"""Open deals that ask for a talk: overdue, standing still, without a next step, silent; a deal in a few words."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from salesreport.kpi.facts.kinds import OPEN
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.promises import stale_deals
from salesreport.kpi.milestones.reached import places_of
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.report.context import FEWEST_PEERS, Context
from salesreport.report.presence import left
from salesreport.report.rows import largest_first
from salesreport.report.sections.coaching.fields import DEALS, Row
from salesreport.report.sections.pipeline import old_after
from salesreport.report.today import today

OVERDUE = 7
"""Days after which a next step that was to be done is none any more."""


SILENT = 30
"""Days without an activity after which an open deal is asked about."""


LARGEST = 3
"""So many are the largest open deals."""


UNDECIDED = 5
"""Of a rep with so many open deals it is worth a word that not one was decided in a year."""


def deals_by_kind(context: Context) -> list[Row]:
    """What is odd about open deals: a row per kind, with the deals it is about.

    Deals that have closed since the report's day are none to talk about; how many these are is what it rests on.
    """
    context = today(context)
    if not open_is_known(context):
        return []
    deals, rows = still_open(context), rows_still_open(context)
    if deals.empty:
        return []
    found: list[Row] = []
    since, limit = _closed_since(context), old_after(context)
    usual = _usual(context)
    share, ids = deals["share"].to_numpy(float), deals["deal_id"].tolist()
    of, worths = float(share.sum()), deals["amount"].to_numpy(float) * share
    kinds = _kinds(context, deals)
    if left(context):
        kinds = {"left": kinds["any"]}
    elif _undecided(context, deals):
        kinds = {"undecided": kinds["any"]} | kinds | {"old": ~kinds["any"]}  # that says it all
    for kind, chosen in kinds.items():
        some = chosen.to_numpy(bool)
        if some.any():
            # as everywhere, a deal that reps share counts for each by the share
            n = float(share[some].sum())
            worth = float("nan") if np.isnan(worths[some]).all() else float(np.nansum(worths[some]))
            money = Quantity(worth, context.facts.dataset.currency)
            named = {ids[place] for place in np.flatnonzero(some).tolist()}
            found.append(
                {
                    "kind": kind,
                    "n": n,
                    "of": of,
                    "deals": ntext("{n} open deal", "{n} open deals", n=whole(n)),
                    "share": Quantity(n / of, "share"),
                    "money": money,
                    "claim": _need_an_owner(n, money) if kind == "left" else None,
                    "days": ntext("the last {n} day", "the last {n} days", n=SILENT),
                    "limit": None if limit is None else Quantity(limit, "days"),
                    "looked_at": context.year,
                    "because": () if since is None else (since,),
                    "unusual": _unusual(usual.get(kind, []), n / of),
                    DEALS: by_size([deal for deal in rows if deal["deal_id"] in named]),
                }
            )
    return found


def _need_an_owner(n: float, money: Quantity) -> Text:
    """What open deals of somebody who left need."""
    if pd.isna(money.value):
        return ntext("{n} open deal needs a new owner", "{n} open deals need a new owner", n=whole(n))
    return ntext(
        "{money} in {n} open deal needs a new owner",
        "{money} in {n} open deals needs a new owner",
        n=whole(n),
        money=money,
    )


def _kinds(context: Context, deals: pd.DataFrame) -> dict[str, pd.Series]:
    """Which of some open deals are of each kind."""
    day = pd.Timestamp(context.as_of)
    stale = _stale(context)
    return {
        "overdue": deals["expected_close_on"] < day,
        "stale": deals["deal_id"].isin(stale or []),
        # where nobody knows how long a deal has been where it is, its age is the next best
        "old": _old(context, deals) & (stale is None),
        "no_next_step": _no_next_step(context, deals),
        "silent": ((day - deals["last_activity_on"]).dt.days >= SILENT) & is_today(context),
        "largest": (deals["amount"] > 0) & (deals["amount"].rank(ascending=False, method="first") <= LARGEST),
        "any": pd.Series(True, deals.index),
    }


def _usual(context: Context) -> dict[str, list[float]]:
    """The shares of each kind among the open deals of everybody of the same sort; worked out once for all."""
    dimension = context.subject.dimension
    if dimension is None:
        return {}

    def find() -> dict[str, list[float]]:
        deals = context.shared.everybodys(OPEN, context.period, context.as_of)
        deals = deals[deals[dimension].notna() & ~deals["deal_id"].isin(list(_everybodys_closed_since(context)))]
        if deals.empty:
            return {}
        kinds = pd.DataFrame({kind: one * deals["share"] for kind, one in _kinds(context, deals).items()})
        whose = deals[dimension].astype(str).to_numpy()
        shares = kinds.groupby(whose).sum().div(deals["share"].groupby(whose).sum(), axis=0)
        return {str(kind): shares[kind].tolist() for kind in shares}

    return context.facts.store(("usual deals", context.as_of, dimension), find)


def _old(context: Context, deals: pd.DataFrame) -> pd.Series:
    """Which deals are old; see `old_after`."""
    limit = old_after(context)
    age = (pd.Timestamp(context.as_of) - deals["created_on"]).dt.days
    return age > (np.inf if limit is None else limit)


def _undecided(context: Context, deals: pd.DataFrame) -> bool:
    """Whether a rep has many open deals, most of them old, and won or lost none in a year."""
    if context.subject.kind != "rep" or len(deals) < UNDECIDED or 2 * _old(context, deals).sum() < len(deals):
        return False
    closed = context.figure("deals_closed", context.year)
    return closed.known and closed.value == 0


def open_is_known(context: Context) -> bool:
    """Whether the data tell which deals are open."""
    context = today(context)
    if context.seen_on is None:
        return context.unavailable("deals_in_funnel") is None
    day = Period.span(context.as_of, context.as_of)
    table = context.shared.table(context.subject.dimension, ("deals_in_funnel",), (), day)
    return "deals_in_funnel" not in table.unavailable


def still_open(context: Context) -> pd.DataFrame:
    """The deals that are open `today`; of an earlier report those of its day that have not closed since."""
    context = today(context)
    return context.open[~context.open["deal_id"].isin(list(closed_since(context)))]


def rows_still_open(context: Context) -> list[Row]:
    """The same as plain rows, as `Context.open_rows`."""
    context = today(context)
    closed = closed_since(context)
    return [deal for deal in context.open_rows if deal["deal_id"] not in closed]


def closed_since(context: Context) -> Mapping[str, bool]:
    """Which of the subject's open deals have closed since that day, by id: whether they were won."""
    context = today(context)

    def find() -> dict[str, bool]:
        everybodys = _everybodys_closed_since(context)
        return {one: everybodys[one] for one in context.open["deal_id"].tolist() if one in everybodys}

    return context.remember("closed since", find)


def _everybodys_closed_since(context: Context) -> Mapping[str, bool]:
    """The same of all open deals."""
    if is_today(context):
        return {}

    def find() -> dict[str, bool]:
        closing, ids = context.facts.closing, context.facts.columns.ids("deals", "deal_id")
        rows = np.flatnonzero(context.facts.known(context.as_of).open & closing.closed)
        return dict(zip(ids.take(pa.array(rows)).to_pylist(), closing.won[rows].tolist(), strict=True))

    return context.facts.store(("closed since", context.as_of), find, always=True)


def _closed_since(context: Context) -> Text | None:
    """How many of the open deals have closed since; None where none has."""
    closed = closed_since(context)
    if not closed:
        return None
    won = sum(closed.values())
    return text(
        "Open on {day}: {n}; closed since: {won} won, {lost} lost",
        day=context.as_of,
        n=context.open["deal_id"].nunique(),
        won=won,
        lost=len(closed) - won,
    )


def _unusual(shares: list[float], own: float) -> float:
    """The part of everybody whose share is smaller; a half where there is hardly anybody."""
    if len(shares) < FEWEST_PEERS:
        return 0.5
    return sum(one < own for one in shares) / len(shares)


def whole(n: float) -> int:
    """Deals as people count them; a part of one is one.

    Examples:
        >>> whole(7.8), whole(0.25), whole(0)
        (8, 1, 0)
    """
    return max(round(n), 1) if n > 0 else 0


def by_size(deals: Iterable[Row]) -> list[Row]:
    """Deals, the largest first; those without an amount last, of these the oldest first."""

    def place(deal: Row) -> tuple[Any, ...]:
        unknown = pd.isna(created := deal["created_on"])
        return *largest_first(deal["amount"]), unknown, pd.Timestamp.max if unknown else created, deal["deal_id"]

    return sorted(deals, key=place)


def furthest(context: Context) -> list[Row]:
    """Open deals, the furthest first, of these the largest.

    Where the data tell no history of stages, deals that are old come last: nobody knows how far they are, and most
    deals that are won are won sooner.
    """
    return context.remember("furthest", lambda: _furthest(context))


def _furthest(context: Context) -> list[Row]:
    stages: dict[str, int] = {}
    for number, place in enumerate(places_of(context.shared.process)):
        stages |= {sign.name: number for sign in place.milestone.stages}
    deals = still_open(context)
    old = set(deals["deal_id"][_old(context, deals)]) if _stale(context) is None else set()

    def order(deal: Row) -> tuple[Any, ...]:
        far = -stages.get(deal["stage"], -1)
        return (deal["deal_id"] in old, far, *largest_first(deal["amount"]), deal["deal_id"])

    return sorted(rows_still_open(context), key=order)


def _stale(context: Context) -> list[str] | None:
    """Everybody's deals at a standstill; None where the data do not tell."""
    facts = context.facts

    def find() -> list[str] | None:
        try:
            return stale_deals(facts, context.shared.process, context.as_of)["deal_id"].tolist()
        except Unavailable:
            return None

    return facts.store(("stale deals", context.as_of), find, always=True)


def _no_next_step(context: Context, deals: pd.DataFrame) -> pd.Series:
    """Deals whose next step is not said, or is overdue for a week; none where nobody fills that in."""
    step, on = deals["next_step"], deals["next_step_on"]
    if not is_today(context) or (step.isna().all() and on.isna().all()):
        return pd.Series(False, deals.index)
    return (step.isna() & on.isna()) | (on < pd.Timestamp(context.as_of) - pd.Timedelta(days=OVERDUE))


def told_deal(context: Context, deal: Row) -> list[Text | str | Quantity]:
    """An open deal in a few words: its amount, of an old one since when it is open, where it is, its next date."""
    context = today(context)
    parts: list[Text | str | Quantity] = []
    if pd.isna(deal["name"]) and pd.notna(deal["account_id"]):
        parts.append(context.shared.customers.get(str(deal["account_id"]), str(deal["account_id"])))
    if pd.notna(deal["amount"]):
        parts.append(Quantity(float(deal["amount"]), context.facts.dataset.currency))
    limit, created = old_after(context), deal["created_on"]
    old = limit is not None and (pd.Timestamp(context.as_of) - created).days > limit
    if pd.notna(created) and (old or pd.isna(deal["amount"])):
        parts.append(text("open since {day}", day=deal["created_on"].date()))
    if pd.notna(deal["stage"]):
        parts.append(str(deal["stage"]))
    if is_today(context) and pd.notna(deal["next_step"]) and pd.notna(deal["next_step_on"]):
        day, step = deal["next_step_on"].date(), str(deal["next_step"])
        late = day < context.as_of
        parts.append(
            text("{step}, due on {day}", step=step, day=day)
            if late
            else text("{step} on {day}", step=step, day=day)
        )
    elif pd.notna(deal["expected_close_on"]):
        parts.append(text("expected to close on {day}", day=deal["expected_close_on"].date()))
    return parts


def is_today(context: Context) -> bool:
    """Whether what the export says of a deal was so on the day it is seen from: next step, last activity."""
    return context.as_of == context.facts.as_of
