"""What there is to talk about: findings that passed the statistics of the anomalies, and facts.

Nothing here judges by a threshold of its own what statistics must judge: a finding about conversion is one that
Conversion flags (false discovery rate over the pack), everything else is a deal, a date, a target.
"""

from typing import Any

import pandas as pd

from salesreport.kpi.anomalies import sentences
from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import WIN, Step
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.promises import stale_deals
from salesreport.kpi.milestones.reached import places_of
from salesreport.language import Quantity, Text, ntext, text
from salesreport.language.language import Said
from salesreport.process.model import Milestone
from salesreport.report.context import FEWEST_PEERS, Context, records
from salesreport.report.sections.coaching.fields import DEALS, Evidence, Row
from salesreport.report.sections.compared import step_title
from salesreport.report.sections.conversion import compared_with_others, found_in_conversion
from salesreport.report.sections.forecast import coming, outlook
from salesreport.report.sections.next_period import next_period

SILENT = 30
"""Days without an activity after which an open deal is asked about."""

EARLY, OFFER, CLOSE = "finding", "offer", "close"
"""Where in the cycle a step is (S17): finding real opportunities, to the offer, to the order."""


def _conversion(context: Context) -> list[Row]:
    """The flagged steps, those with most at stake first; each step once, and orders only where no step before is.

    Where deals are lost before, fewer orders are its consequence, and no second thing to talk about.
    """
    found: list[Row] = []
    seen: set[tuple[str, str]] = set()
    flagged = found_in_conversion(context)
    narrow = [one for one in flagged if one[0].part(one[1])]
    for which, row in (*narrow, *(one for one in flagged if not one[0].part(one[1]))):
        direction = str(row["flag"])
        if (row["step"], direction) in seen or (row["step"] == WIN and any(way == direction for _, way in seen)):
            continue
        seen.add((row["step"], direction))
        step = which.step(row["step"])
        milestone = _milestone(context, step)
        part = list(which.part(row).values())
        found.append(
            {
                "direction": row["flag"],
                "claim": _claim(which, row, step, part),
                "looked_at": which.period,
                "step": step_title(step),
                "within": part or None,
                "phase": _phase(context, step),
                "points": Quantity(100 * float(row["effect"]), "points"),
                "n": float(row["n"]),
                "q": float(row["q"]),
                "money": Quantity(float(row["at_stake"]), context.facts.dataset.currency),
                "because": _because(which, row),
                "ask": milestone.ask if milestone is not None else (),
                "good": milestone.good or milestone.evidence or None if milestone is not None else None,
                DEALS: _open_at(context, step),
            }
        )
    return found


def _because(which: Anomalies, row: Any) -> list[Text]:
    """What is known of a finding, what it cost first."""
    cost = sentences.cost(which, row)
    return [*cost, *(one for one in sentences.details(which, row) if one not in cost)]


def _claim(which: Anomalies, row: Any, step: Step, part: list[str]) -> Text:
    """A finding in a sentence; whose it is, everybody knows."""
    fields: dict[str, Any] = {
        "share": Quantity(float(row["rate"]), "share"),
        "n": float(row["n"]),
        "expected": Quantity(float(row["expected"]), "share"),
        "points": sentences.points(row),
    }
    said = (
        ntext(
            "{share} of {n} decided deal was won, of like deals of others {expected}: {points}",
            "{share} of {n} decided deals were won, of like deals of others {expected}: {points}",
            **fields,
        )
        if step.key == WIN
        else ntext(
            "{share} of {n} deal at “{step}” went on, of like deals of others {expected}: {points}",
            "{share} of {n} deals at “{step}” went on, of like deals of others {expected}: {points}",
            step=step.title,
            **fields,
        )
    )
    return text("{part}: {said}", part=part, said=said) if part else said


def _explained(context: Context) -> list[Row]:
    """Steps where raw rates differ beyond chance, and the mix of deals or their timing is all there is to it."""
    found: list[Row] = []
    seen = set()
    for which, rows in compared_with_others(context):
        for _, row in which.whole(rows).iterrows():
            if row["explained"] not in ("mix", "timing") or row["step"] in seen:
                continue
            seen.add(row["step"])
            found.append(
                {
                    "direction": "lower" if row["crude"] < 0 else "higher",
                    "cause": row["explained"],
                    "claim": next(iter(sentences.explained(row))),
                    "step": step_title(which.step(row["step"])),
                    "points": Quantity(100 * float(row["crude"]), "points"),
                    DEALS: context.open.head(0),
                }
            )
    return sorted(found, key=lambda row: -abs(row["points"].value))


def _forecast(context: Context) -> list[Row]:
    """The coming periods that have a target."""
    made = context.made(outlook)
    if not made.available:
        return []
    currency = context.facts.dataset.currency
    needed = context.made(next_period)
    periods = {period.name: period for period in coming(context)}
    return [
        {
            "ahead": float(ahead),
            "unusual": 1 - float(row["chance"]),
            "period": periods[row["period"]],
            "target": Quantity(row["target"], currency),
            "middle": Quantity(row["median"], currency),
            "chance": Quantity(row["chance"], "share"),
            "short": Quantity(max(row["target"] - row["median"], 0.0), currency),
            "needed": Said(needed.message) if needed.available and ahead == 1 else None,
            DEALS: _furthest(context),
        }
        for ahead, row in enumerate(records(made.data), 1)
        if pd.notna(row["chance"])
    ]


def _deals(context: Context) -> list[Row]:
    """What is odd about open deals: a row per kind, with the deals it is about."""
    if context.unavailable("deals_in_funnel") is not None or context.open.empty:
        return []
    deals = context.open
    found: list[Row] = []
    usual = _usual(context)
    for kind, chosen in _kinds(context, deals).items():
        some = deals[chosen.to_numpy(bool)].drop_duplicates("deal_id")
        if len(some):
            found.append(
                {
                    "kind": kind,
                    "n": float(len(some)),
                    "of": float(deals["deal_id"].nunique()),
                    "deals": ntext("{n} open deal", "{n} open deals", n=len(some)),
                    "share": Quantity(len(some) / deals["deal_id"].nunique(), "share"),
                    "money": Quantity(some["amount"].sum(min_count=1), context.facts.dataset.currency),
                    "days": Quantity(float(SILENT), "days"),
                    "unusual": _unusual(usual.get(kind, []), len(some) / deals["deal_id"].nunique()),
                    DEALS: some.sort_values(["amount", "deal_id"], ascending=[False, True], na_position="last"),
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
        "largest": deals["amount"] > 0,
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
        kinds = pd.DataFrame({kind: one.astype(float) for kind, one in _kinds(context, deals).items()})
        shares = kinds.groupby(deals[dimension].astype(str).to_numpy()).mean()
        return {str(kind): shares[kind].tolist() for kind in shares}

    return context.facts.remember(("usual deals", context.as_of, dimension), find)


def _unusual(shares: list[float], own: float) -> float:
    """The part of everybody whose share is smaller; a half where there is hardly anybody."""
    if len(shares) < FEWEST_PEERS:
        return 0.5
    return sum(one < own for one in shares) / len(shares)


def _results(context: Context) -> list[Row]:
    """One row: revenue of the period against its target, and what is open."""
    revenue, target = context.figure("revenue"), context.target("revenue")
    return [
        {
            "revenue": Quantity(revenue.value, revenue.unit),
            "target": Quantity(target, revenue.unit) if target > 0 else None,
            "attainment": Quantity(revenue.value / target, "share") if target > 0 and revenue.known else None,
            "closed": context.figure("deals_closed").value,
            "open_deals": float(context.open["deal_id"].nunique()),
            DEALS: context.open.head(0),
        }
    ]


def _phase(context: Context, step: Step) -> str:
    """Where in the cycle a step is: up to the milestone before the last two, to the offer, to the order."""
    if step.key == WIN:
        return CLOSE
    places = [place.milestone.key for place in places_of(context.shared.process)]
    if step.key not in places or len(places) < 2:
        return EARLY
    left = len(places) - 1 - places.index(step.key)
    return CLOSE if left == 0 else OFFER if left <= 1 else EARLY


def _milestone(context: Context, step: Step) -> Milestone | None:
    return next(
        (one.milestone for one in places_of(context.shared.process) if one.milestone.key == step.key), None
    )


def _open_at(context: Context, step: Step) -> pd.DataFrame:
    """Deals that are open at a step's milestone now, the largest first; of the step to the order all."""
    deals = context.open.drop_duplicates("deal_id")
    milestone = _milestone(context, step)
    if milestone is not None:
        deals = deals[deals["stage"].isin([sign.name for sign in milestone.stages])]
    return deals.sort_values(["amount", "deal_id"], ascending=[False, True], na_position="last")


def _furthest(context: Context) -> pd.DataFrame:
    """Open deals, the furthest first, of these the largest."""
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
    """Deals whose next step is not said, or was to be done before the day; none where nobody fills that in."""
    step, on = deals["next_step"], deals["next_step_on"]
    if not is_today(context) or (step.isna().all() and on.isna().all()):
        return pd.Series(False, deals.index)
    return (step.isna() & on.isna()) | (on < pd.Timestamp(context.as_of))


_STEP_FIELDS = {
    "claim": "what is found, as a sentence",
    "step": "from where to where the step leads",
    "points": "difference of the rates in percentage points",
}

EVIDENCE: dict[str, Evidence] = {
    "conversion": Evidence(
        "Conversion that differs from that of like deals of others by more than chance",
        {
            "direction": "worse or better",
            **_STEP_FIELDS,
            "within": "product line, segment or lead source it is about; missing: all deals",
            "phase": "where in the cycle: finding, offer or close",
            "n": "deals that were decided there",
            "q": "false discovery rate at which it is found",
            "money": "what the difference cost or brought in the period",
            "looked_at": "the months that were looked at",
            "ask": "questions that the process file has for the milestone",
            "good": "what the customer does there if it goes well, from the process file",
        },
        _conversion,
        tested=True,
    ),
    "explained": Evidence(
        "Raw rates that differ beyond chance, where the mix or the timing of deals is all there is to it",
        {"direction": "lower or higher", "cause": "mix or timing", **_STEP_FIELDS},
        _explained,
        tested=True,
    ),
    "forecast": Evidence(
        "Coming periods that have a target",
        {
            "ahead": "which of the coming periods: 1 is the next",
            "period": "the period",
            "target": "its target",
            "middle": "the middle of its forecast",
            "needed": "what has to be done differently for the next one, as a sentence",
            "chance": "the chance to reach the target as things are, 0 to 1",
            "short": "what the middle of the forecast is short of the target",
        },
        _forecast,
    ),
    "deals": Evidence(
        "Open deals that ask for a talk, a row per kind",
        {
            "kind": "overdue, stale, no_next_step, silent, largest or any",
            "n": "number of deals",
            "of": "open deals in all",
            "deals": "number of deals in words",
            "share": "share of all open deals, 0 to 1",
            "money": "their amount",
            "days": "days without an activity after which a deal is silent",
            "unusual": "part of the others whose share of such deals is smaller, 0 to 1",
        },
        _deals,
    ),
    "results": Evidence(
        "The period's results, one row",
        {
            "revenue": "revenue of the period",
            "target": "its target",
            "attainment": "revenue ÷ target",
            "closed": "deals won or lost in the period",
            "open_deals": "open deals",
        },
        _results,
    ),
}
"""All kinds of evidence, by name."""


def told_deal(context: Context, deal: Row) -> list[Text | str | Quantity]:
    """An open deal in a few words: its amount, where it is, its next date."""
    parts: list[Text | str | Quantity] = []
    if pd.notna(deal["amount"]):
        parts.append(Quantity(float(deal["amount"]), context.facts.dataset.currency))
    if pd.notna(deal["stage"]):
        parts.append(str(deal["stage"]))
    if is_today(context) and pd.notna(deal["next_step"]) and pd.notna(deal["next_step_on"]):
        parts.append(text("{step} on {day}", step=str(deal["next_step"]), day=deal["next_step_on"].date()))
    elif pd.notna(deal["expected_close_on"]):
        parts.append(text("expected to close on {day}", day=deal["expected_close_on"].date()))
    return parts


def is_today(context: Context) -> bool:
    """Whether what the export says of a deal today was so on the report's day: next step, last activity."""
    return context.as_of == context.facts.as_of
