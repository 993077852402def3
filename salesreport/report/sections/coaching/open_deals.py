"""Open deals that ask for a talk: overdue, standing still, without a next step, silent; a deal in a few words."""

import pandas as pd

from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.promises import stale_deals
from salesreport.kpi.milestones.reached import places_of
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.context import FEWEST_PEERS, Context
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
    of, worths = float(deals["share"].sum()), deals["amount"] * deals["share"]
    for kind, chosen in _kinds(context, deals).items():
        some = deals[chosen.to_numpy(bool)]
        if len(some):
            # as everywhere, a deal that reps share counts for each by the share
            n = float(some["share"].sum())
            worth = worths[chosen.to_numpy(bool)].sum(min_count=1)
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
                    DEALS: by_size(some.drop_duplicates("deal_id")),
                }
            )
    return found


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
        deals = context.facts.events("open", context.as_of).frame()
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


def by_size(deals: pd.DataFrame) -> pd.DataFrame:
    """Deals, the largest first; those without an amount last, of these the oldest first."""
    order = {"amount": False, "created_on": True, "deal_id": True}
    return deals.sort_values([*order], ascending=[*order.values()], na_position="last")


def furthest(context: Context) -> pd.DataFrame:
    """Open deals, the furthest first, of these the largest."""
    return context.remember("furthest", lambda: _furthest(context))


def _furthest(context: Context) -> pd.DataFrame:
    stages: dict[str, int] = {}
    for number, place in enumerate(places_of(context.shared.process)):
        stages |= {sign.name: number for sign in place.milestone.stages}
    deals = context.open.drop_duplicates("deal_id")
    far = deals["stage"].map(stages).fillna(-1)
    order = deals.assign(far=far).sort_values(
        ["far", "amount", "deal_id"], ascending=[False, False, True], na_position="last"
    )
    return order.drop(columns="far")


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
