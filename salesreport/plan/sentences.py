"""A rep's plan in a few sentences: what is missing, how likely the goal is, what it takes, what else could be."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from salesreport.language import Quantity, Text, ntext, text
from salesreport.plan.action import ActionPlan, entry_of
from salesreport.plan.past import FEASIBLE
from salesreport.process import ProcessFile

STEPS: dict[str, Text] = {"begin": text("deals begun"), "won": text("deals won")}
"""What people call steps that are no milestone."""

_SURE = 0.005

_MORE, _TIMES = 1.15, 2.0
"""From so many times what is usual it is more, and is told as times."""


Own = tuple[dict[str, Any], list[dict[str, Any]]]
"""A rep's plan: the row of `ActionPlan.reps`, and the steps; those of all segments have the segment None."""


def titles_of(file: ProcessFile) -> dict[str, Text | str]:
    """What people call each step, by its key."""
    named = {one.key: one.title for process in file.processes for one in process.milestones}
    return {**named, **STEPS}


def sentences_of(plan: ActionPlan, rep: str, titles: dict[str, Text | str]) -> list[Text]:
    """The plan of one rep, told.

    Args:
        plan: has it. rep: whose. titles: of the steps.
    """
    row, steps = _of(plan, rep)
    said = [_gap(plan, row)]
    if pd.isna(row["open"]):
        return said
    said.append(_chances(row))
    entry = entry_of(steps)
    if row["verdict"] == "enough":
        said.append(text("What is open is enough for more than an even chance: nothing further is needed."))
    elif entry is not None:
        said += _needed(entry, titles)
        said += _later(steps, entry, titles)
    said += _instead(plan, steps, row)
    said += _lead(plan, steps, row)
    return said


def heading_of(
    plan: ActionPlan, rep: str, titles: dict[str, Text | str], chance: float, own: Own | None = None
) -> Text:
    """The plan of one rep in a sentence: what to do differently so that the goal is reached.

    Args:
        plan: has it. rep: whose. titles: of the steps. chance: of reaching the goal as things are; NaN: not known.
        own: the rep's, where that was looked up.
    """
    row, steps = own or _of(plan, rep)
    goal = {"goal": _money(row["goal"], plan), "period": plan.period.label}
    if pd.isna(row["open"]):
        return text(
            "The goal for {period} is {goal}, of which {booked} is booked; what it takes cannot be told",
            booked=_money(row["booked"], plan), **goal,
        )  # fmt: skip
    entry = entry_of(steps)
    if row["verdict"] == "enough":
        what = text("For {goal} in {period}, what is open is enough if it goes on as usual", **goal)
    elif entry is None:
        what = (
            text("For {goal} in {period} it is too late to begin deals: those far advanced decide", **goal)
            if _by_milestone(steps)
            else text("For {goal} in {period} it is too late to begin deals: those that are open decide", **goal)
        )
    else:
        what, compared = _task(entry, titles, goal), _against_usual(entry)
        if compared is not None:
            what = text("{task}, {compared}", task=what, compared=compared)
    if pd.isna(chance):
        return what
    return text("{what}; the chance is {chance} as things are", what=what, chance=chance_in_words(chance))


def _by_milestone(steps: list[dict[str, Any]]) -> bool:
    """Whether the data tell how far deals have advanced."""
    return any(one["kind"] == "milestone" for one in steps)


def chance_in_words(value: float) -> Text | Quantity:
    """A chance in words: a simulation cannot tell what is rarer than one in a hundred."""
    if value < 0.01:
        return text("under 1%")
    if value > 0.99:
        return text("over 99%")
    return Quantity(float(value), "share")


def whole(value: float) -> int:
    """A number of deals as people count: whole, and one at least where there is anything to do."""
    return max(round(float(value)), 1) if value > 0 else 0


def _task(entry: dict[str, Any], titles: dict[str, Text | str], goal: dict[str, Any]) -> Text:
    fields = {"n": whole(entry["needed"]), "day": entry["by"], **goal}
    if entry["kind"] == "begin":
        return ntext(
            "To reach {goal} in {period}, {n} deal must be begun by {day}",
            "To reach {goal} in {period}, {n} deals must be begun by {day}",
            **fields,
        )
    return ntext(
        "To reach {goal} in {period}, {n} deal must get to “{step}” by {day}",
        "To reach {goal} in {period}, {n} deals must get to “{step}” by {day}",
        step=titles.get(entry["step"], entry["step"]),
        **fields,
    )


def _against_usual(entry: dict[str, Any]) -> Text | None:
    """How many that is against what is usual; None: that is not known."""
    needed, usual = whole(entry["needed"]), entry["usual"]
    if pd.isna(usual):
        return None
    if usual < _SURE:
        return text("where there are usually none")
    factor = needed / usual
    if factor >= _TIMES:
        return text("{factor} times as many as usual", factor=Quantity(factor, "times"))
    if factor >= _MORE:
        return text("{share} more than usual", share=Quantity(factor - 1, "share"))
    return text("as many as usual") if factor >= 2 - _MORE else text("fewer than usual")


def further_of(plan: ActionPlan, rep: str, titles: dict[str, Text | str], own: Own | None = None) -> list[Text]:
    """What else could be done, and what is out of reach: sentences to stand below `heading_of`."""
    row, steps = own or _of(plan, rep)
    if pd.isna(row["open"]):
        return []
    late = [step for step in steps if step["segment"] is None and step["kind"] == "milestone"]
    late = [step for step in late if np.isnan(step["extra"]) and step["by"] is not None]
    said = _instead(plan, steps, row)
    if late:
        said.append(
            text(
                "What gets to “{step}” only now comes too late for {period}: a deal of ordinary speed would have "
                "been there by {day}.",
                step=titles.get(late[-1]["step"], late[-1]["step"]),
                period=plan.period.label,
                day=late[-1]["by"],
            )
        )
    return [*said, *_lead(plan, steps, row)]


def own_of(row: dict[str, Any], steps: Iterable[dict[str, Any]]) -> Own:
    """The plan of a rep, from its row and its steps as the frames have them."""
    return row, [{**step, "segment": None if pd.isna(step["segment"]) else step["segment"]} for step in steps]


def _of(plan: ActionPlan, rep: str) -> Own:
    """The same, looked up."""
    row = plan.reps[plan.reps["rep_id"] == rep].iloc[0].to_dict()
    return own_of(row, plan.steps[plan.steps["rep_id"] == rep].to_dict("records"))


def _money(value: float, plan: ActionPlan) -> Quantity:
    return Quantity(float(value), plan.unit)


def _gap(plan: ActionPlan, row: dict[str, Any]) -> Text:
    name = plan.names.get(row["rep_id"], row["rep_id"])
    if pd.isna(row["open"]):
        return text(
            "{rep}: the goal for {period} is {goal}, of which {booked} is booked; the rest cannot be told.",
            rep=name, period=plan.period.label, goal=_money(row["goal"], plan), booked=_money(row["booked"], plan),
        )  # fmt: skip
    fields = {
        "rep": name, "period": plan.period.label, "goal": _money(row["goal"], plan),
        "booked": _money(row["booked"], plan), "repeat": _money(row["repeat"], plan),
        "open": _money(row["open"], plan),
        "lower": Quantity(float(row["open_lower"]), plan.unit, float(row["open_upper"])),
        "upper": Quantity(float(row["open_upper"]), plan.unit, float(row["open_lower"])),
        "gap": _money(abs(row["gap"]), plan),
    }  # fmt: skip
    if row["gap"] > 0:
        return text(
            "{rep}: the goal for {period} is {goal}. {booked} is booked, open deals bring {open} ({lower} to "
            "{upper} in 80 of 100 cases), orders without a deal {repeat}: {gap} is missing.",
            **fields,
        )
    return text(
        "{rep}: the goal for {period} is {goal}. {booked} is booked, open deals bring {open} ({lower} to {upper} "
        "in 80 of 100 cases), orders without a deal {repeat}: {gap} more than the goal.",
        **fields,
    )


def _chances(row: dict[str, Any]) -> Text:
    return text(
        "The chance to reach it: {open} with what is open, {usual} with as many new deals as usual.",
        open=Quantity(row["chance_open"], "share"),
        usual=Quantity(row["chance_usual"], "share"),
    )


def _needed(entry: dict[str, Any], titles: dict[str, Text | str]) -> list[Text]:
    fields: dict[str, Any] = {
        "day": entry["by"], "extra": _number(entry["extra"]), "lower": _number(entry["extra_lower"]),
        "upper": _number(entry["extra_upper"]),
    }  # fmt: skip
    if entry["kind"] == "begin":
        said = [
            text(
                "For an even chance, this many deals must be begun by {day}: {extra} (as it turns out, {lower} to "
                "{upper}).",
                **fields,
            )
        ]
    else:
        said = [
            text(
                "For an even chance {extra} more (as it turns out, {lower} to {upper}) must get to “{step}” by "
                "{day}: {needed} in all.",
                **fields,
                step=titles.get(entry["step"], entry["step"]),
                needed=_number(entry["needed"]),
            )
        ]
    if np.isnan(entry["usual"]):
        return said
    return [
        *said,
        text(
            "In earlier stretches as long it was {usual} (median), at most {best}: that is {verdict}.",
            usual=_number(entry["usual"]),
            best=_number(entry["best"]),
            verdict=FEASIBLE[entry["verdict"]],
        ),
    ]


def _later(steps: list[dict[str, Any]], entry: dict[str, Any], titles: dict[str, Text | str]) -> list[Text]:
    """The last milestone at which as much can still be made up for."""
    whole = [one for one in steps if one["segment"] is None and one["kind"] == "milestone"]
    last = next((one for one in reversed(whole) if not np.isnan(one["extra"])), None)
    if last is None or last["step"] == entry["step"]:
        return []
    return [
        text(
            "Or {extra} more at “{step}” by {day}, {needed} in all.",
            extra=_number(last["extra"]),
            step=titles.get(last["step"], last["step"]),
            day=last["by"],
            needed=_number(last["needed"]),
        )
    ]


def _instead(plan: ActionPlan, steps: list[dict[str, Any]], row: dict[str, Any]) -> list[Text]:
    said: list[Text] = []
    if row["verdict"] == "too_late":
        said.append(
            text("Hardly anything begun now is won in time: only deals far advanced can still change the result.")
            if _by_milestone(steps)
            else text("Hardly anything begun now is won in time: only what is open can still change the result.")
        )
    if row["verdict"] in ("unrealistic", "too_late"):
        if not np.isnan(row["attainable"]) and row["attainable"] < row["goal"]:
            said.append(
                text(
                    "With as much as in the best stretch, {attainable} is an even bet: {short} short.",
                    attainable=_money(row["attainable"], plan),
                    short=_money(row["goal"] - row["attainable"], plan),
                )
            )
        if not np.isnan(row["open_factor"]) and row["open_factor"] > 1:
            said.append(
                text(
                    "Or open deals would have to bring {factor} times what such deals bring: more of them won, or "
                    "more of each.",
                    factor=_number(row["open_factor"]),
                )
            )
    return said


def _lead(plan: ActionPlan, steps: list[dict[str, Any]], row: dict[str, Any]) -> list[Text]:
    begin = next((one for one in steps if one["kind"] == "begin" and one["segment"] is None), None)
    if begin is None or np.isnan(begin["lead_days"]) or not np.isnan(begin["extra"]):
        return []
    comes = plan.as_of + dt.timedelta(1 + int(begin["lead_days"]))
    later = type(plan.period).of(comes, "quarter", plan.period.fiscal_year_start)
    if later.start <= plan.period.end:
        return []
    return [
        ntext(
            "From beginning to order a deal takes {n} day (median): what is begun now is for {later}.",
            "From beginning to order a deal takes {n} days (median): what is begun now is for {later}.",
            n=int(begin["lead_days"]),
            later=later.label,
        )
    ]


def _number(value: float) -> Quantity:
    """A number of deals with one decimal below ten, whole above."""
    return Quantity(round(float(value), 1 if abs(value) < 10 else 0), "deals")
