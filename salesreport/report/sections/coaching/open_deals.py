"""Open deals that ask for a talk: overdue, standing still, without a next step, silent; a deal in a few words."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.promises import stale_deals
from salesreport.kpi.milestones.reached import places_of
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.context import FEWEST_PEERS, Context
from salesreport.report.rows import largest_first
from salesreport.report.sections.coaching.fields import DEALS, Row

OVERDUE = 7
"""Days after which a next step that was to be done is none any more."""


SILENT = 30
"""Days without an activity after which an open deal is asked about."""


LARGEST = 3
"""So many are the largest open deals."""


def deals_by_kind(context: Context) -> list[Row]:
    """What is odd about open deals: a row per kind, with the deals it is about."""
    if context.unavailable("deals_in_funnel") is not None or context.open.empty:
        return []
    deals = context.open
    found: list[Row] = []
    usual = _usual(context)
    share, ids = deals["share"].to_numpy(float), deals["deal_id"].tolist()
    of, worths = float(share.sum()), deals["amount"].to_numpy(float) * share
    for kind, chosen in _kinds(context, deals).items():
        some = chosen.to_numpy(bool)
        if some.any():
            # as everywhere, a deal that reps share counts for each by the share
            n = float(share[some].sum())
            worth = float("nan") if np.isnan(worths[some]).all() else float(np.nansum(worths[some]))
            named = {ids[place] for place in np.flatnonzero(some).tolist()}
            found.append(
                {
                    "kind": kind,
                    "n": n,
                    "of": of,
                    "deals": ntext("{n} open deal", "{n} open deals", n=whole(n)),
                    "share": Quantity(n / of, "share"),
                    "money": Quantity(worth, context.facts.dataset.currency),
                    "days": ntext("the last {n} day", "the last {n} days", n=SILENT),
                    "unusual": _unusual(usual.get(kind, []), n / of),
                    DEALS: by_size([deal for deal in context.open_rows if deal["deal_id"] in named]),
                }
            )
    return found


_TELLING = ("deal_id", "amount", "expected_close_on", "next_step", "next_step_on", "last_activity_on")
"""The columns that tell of what kind a deal is."""


def _kinds(context: Context, deals: pd.DataFrame) -> dict[str, pd.Series]:
    """Which of some open deals are of each kind."""
    day = pd.Timestamp(context.as_of)
    return {
        "overdue": deals["expected_close_on"] < day,
        "stale": deals["deal_id"].isin(_stale(context)),
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
        deals = context.facts.events("open", context.as_of).frame([dimension, "share", *_TELLING])
        deals = deals[deals[dimension].notna()]
        if deals.empty:
            return {}
        kinds = pd.DataFrame({kind: one * deals["share"] for kind, one in _kinds(context, deals).items()})
        whose = deals[dimension].astype(str).to_numpy()
        shares = kinds.groupby(whose).sum().div(deals["share"].groupby(whose).sum(), axis=0)
        return {str(kind): shares[kind].tolist() for kind in shares}

    return context.facts.remember(("usual deals", context.as_of, dimension), find)


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
    """Open deals, the furthest first, of these the largest."""
    return context.remember("furthest", lambda: _furthest(context))


def _furthest(context: Context) -> list[Row]:
    stages: dict[str, int] = {}
    for number, place in enumerate(places_of(context.shared.process)):
        stages |= {sign.name: number for sign in place.milestone.stages}
    return sorted(
        context.open_rows,
        key=lambda deal: (-stages.get(deal["stage"], -1), *largest_first(deal["amount"]), deal["deal_id"]),
    )


def _stale(context: Context) -> set[str]:
    facts = context.facts

    def find() -> set[str]:
        try:
            return set(stale_deals(facts, context.shared.process, context.as_of)["deal_id"])
        except Unavailable:
            return set()

    return facts.remember(("stale deals", context.as_of), find)


def _no_next_step(context: Context, deals: pd.DataFrame) -> pd.Series:
    """Deals whose next step is not said, or is overdue for a week; none where nobody fills that in."""
    step, on = deals["next_step"], deals["next_step_on"]
    if not is_today(context) or (step.isna().all() and on.isna().all()):
        return pd.Series(False, deals.index)
    return (step.isna() & on.isna()) | (on < pd.Timestamp(context.as_of) - pd.Timedelta(days=OVERDUE))


def told_deal(context: Context, deal: Row) -> list[Text | str | Quantity]:
    """An open deal in a few words: its amount, where it is, its next date."""
    parts: list[Text | str | Quantity] = []
    if pd.isna(deal["name"]) and pd.notna(deal["account_id"]):
        parts.append(context.shared.customers.get(str(deal["account_id"]), str(deal["account_id"])))
    if pd.notna(deal["amount"]):
        parts.append(Quantity(float(deal["amount"]), context.facts.dataset.currency))
    elif pd.notna(deal["created_on"]):
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
    """Whether what the export says of a deal today was so on the report's day: next step, last activity."""
    return context.as_of == context.facts.as_of
