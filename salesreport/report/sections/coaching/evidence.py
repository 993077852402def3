"""What there is to talk about: findings that passed the statistics of the anomalies, and facts.

Nothing here judges by a threshold of its own what statistics must judge: a finding about conversion is one that
Conversion flags (false discovery rate over the pack), everything else is a deal, a date, a target.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesreport.kpi.actions.otherwise import done_otherwise
from salesreport.kpi.actions.sentences import seldom
from salesreport.kpi.anomalies import sentences
from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import WIN, Step
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import places_of
from salesreport.language import Quantity, Range, Text, ntext, text
from salesreport.language.language import Said
from salesreport.plan.sentences import chance_in_words
from salesreport.process.model import Milestone
from salesreport.report.context import Context
from salesreport.report.planned import bare_name, shown
from salesreport.report.rows import records
from salesreport.report.sections.coaching.fields import DEALS, Evidence, Row
from salesreport.report.sections.coaching.open_deals import (
    by_size,
    deals_by_kind,
    furthest,
    open_is_known,
    rows_still_open,
)
from salesreport.report.sections.compared import step_title
from salesreport.report.sections.conversion import compared_with_others, found_in_conversion
from salesreport.report.sections.forecast import coming, middle_shown, outlook
from salesreport.report.sections.next_period import next_period
from salesreport.report.sections.plan_vs_actual import plan_vs_actual
from salesreport.report.today import today

MOST_HABITS = 2
"""So many activities are named that others do more often."""

EARLY, OFFER, CLOSE = "finding", "offer", "close"
"""Where in the cycle a step is (S17): finding real opportunities, to the offer, to the order."""


def _conversion(context: Context) -> list[Row]:
    """The flagged steps, those with most at stake first; each step once, and orders only where no step before is.

    Where deals are lost before, fewer orders are its consequence, and no second thing to talk about.
    """
    found: list[Row] = []
    seen: set[tuple[str, str]] = set()
    for which, row in found_in_conversion(context):
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
                "otherwise": _otherwise(context, which, row, step),
                DEALS: _open_at(context, step, which.part(row)),
            }
        )
    return found


def _otherwise(context: Context, which: Anomalies, row: Any, step: Step) -> Text | None:
    """What is surely done less often on a rep's deals at a weak step than on like deals of others."""
    if context.subject.kind != "rep" or row["flag"] != "worse" or step.key == WIN:
        return None
    where = {name: [value] for name, value in which.part(row).items()}
    try:
        found = done_otherwise(
            context.facts, context.shared.process, context.subject.id, step.key, which.period, where
        )
    except Unavailable:
        return None
    less = [seldom(one, step) for one in records(found[found["flag"] == "less"])[:MOST_HABITS]]
    if not less:
        return None
    return less[0] if len(less) == 1 else text("{one}; {other}", one=less[0], other=less[1])


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
        explained = [place for place, cause in enumerate(rows["explained"].tolist()) if cause in ("mix", "timing")]
        for _, row in which.whole(rows.take(explained)).iterrows() if explained else ():
            if row["step"] in seen:
                continue
            seen.add(row["step"])
            found.append(
                {
                    "direction": "lower" if row["crude"] < 0 else "higher",
                    "cause": row["explained"],
                    "claim": next(iter(sentences.explained(row))),
                    "cases": ntext("{n} deal", "{n} deals", n=float(row["n"])),
                    "like": Range(float(row["lower"]) * 100, float(row["upper"]) * 100, "points"),
                    "n": float(row["n"]),
                    "looked_at": which.period,
                    "step": step_title(which.step(row["step"])),
                    "points": Quantity(100 * float(row["crude"]), "points"),
                    DEALS: [],
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
            "middle": Quantity(middle_shown(row), currency),
            "chance": Quantity(row["chance"], "share"),
            "likely": chance_in_words(row["chance"]),
            "money": Quantity(max(row["target"] - row["median"], 0.0), currency),
            "short": Quantity(max(row["target"] - row["median"], 0.0), currency),
            "needed": Said(needed.message) if needed.available and ahead == 1 else None,
            DEALS: furthest(context),
        }
        for ahead, row in enumerate(records(made.data), 1)
        if pd.notna(row["chance"])
    ]


def _results(context: Context) -> list[Row]:
    """One row: revenue of the period against its target, and what is open."""
    revenue, target = context.figure("revenue"), context.target("revenue")
    return [
        {
            "revenue": Quantity(revenue.value, revenue.unit),
            "target": Quantity(target, revenue.unit) if target > 0 else None,
            "attainment": Quantity(revenue.value / target, "share") if target > 0 and revenue.known else None,
            "closed": context.figure("deals_closed").value,
            "open_deals": _open_deals(context),
            DEALS: [],
        }
    ]


def _behind(context: Context) -> list[Row]:
    """What the plan asked for and was done by more than chance less, the farthest behind first."""
    made = context.made(plan_vs_actual)
    if not made.available or context.subject.kind != "rep":
        return []
    lines = [
        row
        for row in records(made.data)
        if row["verdict"] == "below" and row["part"] == "all" and row["planned"] > 0
    ]
    return [
        {
            "what": Said(bare_name(context, row)),
            "kind": row["kind"],
            "done": Quantity(row["actual"] / row["planned"], "share"),
            "actual": Quantity(row["actual"], row["unit"]),
            "planned": Said(shown(context, row["planned"], row["unit"])),
            "unusual": 1 - row["actual"] / row["planned"],
            DEALS: [],
        }
        for row in sorted(lines, key=lambda row: row["actual"] / row["planned"])
    ]


def _open_deals(context: Context) -> float | None:
    """How many deals are open; None where nobody knows."""
    now = today(context)
    if not open_is_known(now) or now.facts.known(now.as_of).why_open_unknown is not None:
        return None
    return float(now.open["deal_id"].nunique())


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


def _open_at(context: Context, step: Step, part: Mapping[str, str]) -> list[Row]:
    """Deals that are open at a step's milestone now, the largest first; of the step to the order all.

    Args:
        part: within what the finding is: dimension → value.
    """
    deals = [deal for deal in rows_still_open(context) if all(deal[name] == value for name, value in part.items())]
    milestone = _milestone(context, step)
    if milestone is not None:
        names = {sign.name for sign in milestone.stages}
        deals = [deal for deal in deals if deal["stage"] in names]
    return by_size(deals)


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
            "otherwise": "activities that are done surely more often on like deals of others there",
        },
        _conversion,
        tested=True,
        values={"direction": ("worse", "better"), "phase": (EARLY, OFFER, CLOSE)},
    ),
    "explained": Evidence(
        "Raw rates that differ beyond chance, where the mix or the timing of deals is all there is to it",
        {
            "direction": "lower or higher",
            "cause": "mix or timing",
            **_STEP_FIELDS,
            "like": "95 % interval of the difference between like deals, in percentage points",
            "n": "deals that were decided there",
            "cases": "the same in words",
            "looked_at": "the months that were looked at",
        },
        _explained,
        tested=True,
        values={"direction": ("lower", "higher"), "cause": ("mix", "timing")},
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
            "likely": "the same in words",
            "money": "what the middle of the forecast is short of the target",
            "short": "what the middle of the forecast is short of the target",
        },
        _forecast,
    ),
    "plan": Evidence(
        "Lines of the period's plan that are behind it by more than chance, the farthest first",
        {
            "what": "the line, such as meetings",
            "kind": "result (money), deals, milestone or activity",
            "done": "part of the plan that was done, 0 to 1",
            "actual": "what was done",
            "planned": "what was planned, in words",
            "unusual": "1 less the part that was done",
        },
        _behind,
        values={"kind": ("result", "deals", "milestone", "activity")},
    ),
    "deals": Evidence(
        "Open deals that ask for a talk, a row per kind",
        {
            "kind": "overdue, stale, old (where nobody knows what is stale), undecided (most of a rep's deals "
            "are old, and none was decided in a year), no_next_step, silent, largest or any; of a rep who left "
            "only left: all of them",
            "n": "number of deals",
            "of": "open deals in all",
            "deals": "number of deals in words",
            "share": "share of all open deals, 0 to 1",
            "money": "their amount",
            "claim": "that deals of a rep who left need a new owner, as a sentence",
            "days": "in which silent deals had no activity, such as: the last 30 days",
            "limit": "days that four of five deals won in the last two years took; not known with too few",
            "looked_at": "the year in which nothing was decided",
            "unusual": "part of the others whose share of such deals is smaller, 0 to 1",
        },
        deals_by_kind,
        values={
            "kind": ("left", "overdue", "stale", "old", "undecided", "no_next_step", "silent", "largest", "any")
        },
    ),
    "results": Evidence(
        "The period's results, one row",
        {
            "revenue": "revenue of the period",
            "target": "its target",
            "attainment": "revenue ÷ target",
            "closed": "deals won or lost in the period",
            "open_deals": "open deals; not known where the data do not tell",
        },
        _results,
    ),
}
"""All kinds of evidence, by name."""
