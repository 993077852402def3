"""What the data lack so that a figure tells less than it seems to, or nothing: losses, rows set aside, amounts."""

import numpy as np

from salesreport.kpi.facts.columns import Flags, Numbers
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, ntext, text
from salesreport.provenance import Counts

WORTH_SAYING = 0.01
"""From this part of the rows on, those that were set aside are mentioned beside the figure."""

UNLIKELY = 0.01
"""A group without any loss is mentioned where chance would leave one of all groups without any so rarely."""

_WON = ("revenue", "units", "gross_profit", "growth", "deals_won", "avg_deal_size", "median_deal_size",
        "cycle_days", "cycle_days_mean")  # fmt: skip
_CLOSED = ("deals_closed", "win_rate", "win_rate_amount", "conversion")
_OPEN = ("deals_in_funnel", "pipeline_value", "coverage")
_STATES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_WON, ("won",)),
    **dict.fromkeys(_CLOSED, ("won", "lost")),
    **dict.fromkeys(_OPEN, ("open",)),
    "deals_lost": ("lost",),
    "deals_created": ("open", "won", "lost"),
    "reached": ("open", "won", "lost"),
    "velocity": ("open", "won", "lost"),
}
"""The states of the deals that a metric counts."""

MOST_UNPRICED = 0.1
"""The part of sold or lost deals that may lack an amount; beyond it sums of money compare gaps, not sales."""

_BY_ORDER = ("revenue", "units", "gross_profit", "growth")
"""The metrics that count orders where there are any."""


def no_losses(facts: Facts) -> Text | None:
    """Why nothing can be said of how often deals are won: won deals are there, and not one that was lost.

    Returns:
        The reason as the end of "unavailable: …"; None where there are lost deals, or none is closed at all.
    """
    if not facts.columns.has("deals"):
        return None
    status = facts.columns.coded("deals", "status")  # whatever the day: does the export carry losses at all?
    won = int((status == "won").sum())
    if (status == "lost").any() or not won:
        return None
    if aside := _of_deals(facts).get("lost", 0):
        return ntext(
            "needs lost deals; the {n} lost deal of this export was set aside when it was read",
            "needs lost deals; all {n} lost deals of this export were set aside when it was read",
            n=aside,
        )
    return ntext(
        "needs lost deals; this export has none beside {n} deal won, so a rate would be of winners alone",
        "needs lost deals; this export has none beside {n} deals won, so a rate would be of winners alone",
        n=won,
    )


def need_losses(facts: Facts) -> None:
    """Make sure that lost deals are known.

    Raises:
        Unavailable: they are not: every rate would be 100 %.
    """
    if (why := no_losses(facts)) is not None:
        raise Unavailable(why)


def won_only(facts: Facts) -> Text | None:
    """Why nothing can be said of what was created or open: the export has no deals but those that were won.

    Returns:
        The reason as the end of "unavailable: …"; None where there are others.
    """
    if no_losses(facts) is None or not bool((facts.columns.coded("deals", "status") == "won").all()):
        return None
    if aside := sum(n for state, n in _of_deals(facts).items() if state != "won"):
        return ntext(
            "needs all deals; the {n} deal of this export that was not won was set aside when it was read",
            "needs all deals; all {n} deals of this export that were not won were set aside when it was read",
            n=aside,
        )
    return text("needs all deals; this export has only those that were won")


def set_aside(facts: Facts, metric: str) -> Text | None:
    """How many of the rows that a metric counts are not in the data because they could not be read.

    Args:
        facts: whose data. metric: its key, parameters such as `attainment:deals_won` included.

    Returns:
        A clause to stand beside the figure; None where it is (nearly) none of them.
    """
    name, _, parameter = metric.partition(":")
    name = (parameter or "revenue") if name == "attainment" else name
    if name in _BY_ORDER and facts.columns.has("orders"):
        counts = facts.dataset.provenance.counts.get("orders", _NOTHING)
        return None if counts.set_aside < max(WORTH_SAYING * counts.read, 1) else text(
            "{n} of {all} orders were set aside when the export was read ({share})",
            n=counts.set_aside, all=counts.read, share=Quantity(counts.set_aside / counts.read, "share"),
        )  # fmt: skip
    if not facts.columns.has("deals"):
        return None
    clauses = [_clause(facts, state) for state in _STATES.get(name, ())]
    found = [one for one in clauses if one is not None]
    if not found:
        return None
    return text("set aside when the export was read: {what}", what=found)


def unpriced(priced: Numbers, all_of_them: Numbers) -> dict[int, Text]:
    """Which groups' sums lack won deals that carry no amount.

    Args:
        priced, all_of_them: by group, how many deals or orders carry the number, and how many there are.

    Examples:
        >>> str(unpriced(np.array([3.0, 4.0]), np.array([5.0, 4.0]))[0])
        '2 of 5 carry no amount'
    """
    lacking = all_of_them - priced
    return {
        int(group): ntext(
            "{n} of {all} carries no amount",
            "{n} of {all} carry no amount",
            n=_rounded(lacking[group]),
            all=_rounded(all_of_them[group]),
        )
        for group in np.flatnonzero(lacking > max(1e-9, WORTH_SAYING / 100))
        if lacking[group] >= WORTH_SAYING * all_of_them[group]
    }


def too_few_priced(priced: Numbers, all_of_them: Numbers) -> Flags:
    """Which groups' sums lack so many amounts (more than `MOST_UNPRICED`) that they compare with nothing."""
    return (all_of_them - priced) > MOST_UNPRICED * all_of_them + 1e-9


def without_losses(facts: Facts, won: Numbers, closed: Numbers) -> dict[int, Text]:
    """Which groups have no loss at all where others have so many that chance hardly explains it.

    Args:
        facts: whose closed deals, of all times, say how many are lost. won, closed: by group.
    """
    all_lost, all_closed = int(facts.closing.lost.sum()), int(facts.closing.closed.sum())
    if not all_lost:
        return {}
    share = all_lost / all_closed
    bound = UNLIKELY / max(int((closed > 0).sum()), 1)
    odd = (closed > 0) & (won >= closed - 1e-9) & ((1 - share) ** closed <= bound)
    return {
        int(group): ntext(
            "the {n} closed deal was not lost, where {share} are elsewhere: are losses missing?",
            "not one of {n} closed deals was lost, where {share} are elsewhere: are losses missing?",
            n=_rounded(closed[group]),
            share=Quantity(share, "share"),
        )
        for group in np.flatnonzero(odd)
    }


def _clause(facts: Facts, state: str) -> Text | None:
    aside = _of_deals(facts).get(state, 0)
    if not aside:
        return None
    closing = facts.closing
    there = {"won": closing.won, "lost": closing.lost, "open": ~closing.closed}[state]
    total = int(there.sum()) + aside
    if aside < WORTH_SAYING * total:
        return None
    fields = {"n": aside, "all": total, "share": Quantity(aside / total, "share")}
    if state == "won":
        return text("{n} of {all} won deals ({share})", **fields)
    if state == "lost":
        return text("{n} of {all} lost deals ({share})", **fields)
    return text("{n} of {all} open deals ({share})", **fields)


def _of_deals(facts: Facts) -> dict[str, int]:
    """How many deals of each state were set aside."""
    return dict(facts.dataset.provenance.counts.get("deals", _NOTHING).aside_by)


def _rounded(value: float) -> float:
    return round(float(value), 1)


_NOTHING = Counts(read=0, kept=0)
