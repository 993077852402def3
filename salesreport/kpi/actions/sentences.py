"""What is said of actions: never that one causes anything, always how sure it is, and what raw numbers claim."""

from typing import Any

import numpy as np

from salesreport.kpi.actions.actions import Actions
from salesreport.kpi.actions.family import FEWEST, FEWEST_OUTCOMES, USEFUL
from salesreport.kpi.anomalies.anomalies import Row
from salesreport.kpi.anomalies.decided import Step
from salesreport.kpi.anomalies.sentences import points
from salesreport.language import Quantity, Text, ntext, text

SUGGESTED: dict[str, Text] = {
    "plan": text("plan it"),
    "fades": text("may only announce the decision"),
    "drop": text("look whether to drop it"),
    "open": text("no evidence either way"),
    "untold": text("cannot be told"),
}
"""What people call the suggestions."""

MOST_NAMED = 3
"""So many actions are named in a sentence."""


def place(found: Actions, row: Row) -> Text:
    """An activity type and where it is done: “meeting” at Proposal."""
    return text("“{type}” at {step}", type=row["type"], step=found.step(row["step"]).title)


def claim(found: Actions, row: Row) -> Text:
    """How often deals with an action went on, like ones without, what that is worth, and what raw numbers say."""
    fields: dict[str, Any] = {"action": place(found, row), "judged": _judged(found, row)}
    if np.isnan(row["effect"]):
        return text("{action}: {judged}", **fields)
    fields |= {
        "rate": Quantity(float(row["rate"]), "share"),
        "expected": Quantity(float(row["expected"]), "share"),
        "n": float(row["window"]),
        "points": points(row),
    }
    return ntext(
        "{action}: of deals that had one in a window of {n} day {rate} went on, of like deals of the same age "
        "without one {expected}: {points}, {judged}",
        "{action}: of deals that had one in a window of {n} days {rate} went on, of like deals of the same age "
        "without one {expected}: {points}, {judged}",
        **fields,
    )


def _judged(found: Actions, row: Row) -> Text:
    suggestion = row["suggestion"]
    if suggestion == "untold":
        return untold(row)
    if suggestion == "plan":
        return text("more than chance")
    if suggestion == "fades":
        return text("more than chance, but not lasting: it may only announce the decision")
    if suggestion == "drop":
        if row["q"] <= found.level and row["effect"] < 0:
            return text("more than chance")
        return text("no useful effect")
    return text("not distinguishable")


def raw(row: Row) -> Text | None:
    """What raw numbers say of an action; None where they say nothing."""
    if np.isnan(row["raw"]):
        return None
    n = round(100 * abs(float(row["raw"])))
    if row["raw"] < 0:
        return ntext(
            "Raw numbers: with one, {n} point fewer go on.", "Raw numbers: with one, {n} points fewer go on.", n=n
        )
    return ntext(
        "Raw numbers: with one, {n} point more go on.", "Raw numbers: with one, {n} points more go on.", n=n
    )


def untold(row: Row) -> Text:
    """Why nothing can be told of an action."""
    if row["exposed"] == 0 and row["raw_with"] == 0:
        return text("not done there")
    if row["exposed"] == 0:
        return text("done only about the day of the decision, which tells nothing")
    if row["exposed"] < FEWEST:
        return ntext(
            "too few: {n} deal had one before the decision", "too few: {n} deals had one before the decision",
            n=float(row["exposed"]),
        )  # fmt: skip
    if row["unexposed"] < FEWEST:
        return ntext("too few: {n} deal had none", "too few: {n} deals had none", n=float(row["unexposed"]))
    return text("too few went on, or too few did not")


def suggestion(row: Row) -> Text:
    """What to do about an action, in a few words."""
    if row["suggestion"] == "drop":
        if row["upper"] <= 0:
            return text("{suggestion}: more deals go on without", suggestion=SUGGESTED["drop"])
        return ntext(
            "{suggestion}: {n} point at most", "{suggestion}: {n} points at most",
            suggestion=SUGGESTED["drop"], n=max(1, int(np.ceil(100 * float(row["upper"])))),
        )  # fmt: skip
    return SUGGESTED[row["suggestion"]]


def short(row: Row) -> Text:
    """What to do about an action, in as few words as a picture has room for."""
    if row["suggestion"] == "drop":
        n = int(np.ceil(100 * float(row["upper"])))
        return ntext("at most {points} point", "at most {points} points", n=abs(n), points=signed(n))
    return SUGGESTED[row["suggestion"]]


def signed(points: int) -> str:
    """Whole points with their sign.

    Examples:
        >>> signed(3), signed(-2), signed(0)
        ('+3', '−2', '0')
    """
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"


def message(found: Actions) -> Text:
    """Which actions go with deals that go on; that none is known to is the usual result."""
    if not found.family.tested:
        return text("Too few deals with and without an activity to tell which actions help")
    helps = found.of("plan").to_dict("records")
    if len(helps) == 1:
        row = helps[0]
        return ntext(
            "Deals with {action} go on more often, by {n} point (95%: {low} to {high})",
            "Deals with {action} go on more often, by {n} points (95%: {low} to {high})",
            n=round(100 * row["effect"]), action=place(found, row), low=round(100 * row["lower"]),
            high=round(100 * row["upper"]),
        )  # fmt: skip
    named = [place(found, row) for row in helps[:MOST_NAMED]]
    if len(helps) > MOST_NAMED:
        return text("Deals with one of {n} actions go on more often, most clearly with {actions}",
                    n=float(len(helps)), actions=named)  # fmt: skip
    if helps:
        return text("Deals with one of these go on more often: {actions}", actions=named)
    claimed = len(found.misleading)
    if claimed:
        return ntext(
            "No action is known to move deals on; raw numbers claim {n} difference that like deals do not show",
            "No action is known to move deals on; raw numbers claim {n} differences that like deals do not show",
            n=claimed,
        )
    return text("No action is known to move deals on")


def caution() -> Text:
    """What none of this proves."""
    return text(
        "This is association, not proof: who does more of one thing may do others better, and a deal may be "
        "lively for reasons that nobody wrote down. Try a change before you rely on it."
    )


def notes(found: Actions) -> tuple[Text, ...]:
    """What was compared with what, how sure it is, and what it cannot tell."""
    family = found.family
    said = [
        text(
            "{tests}, made whatever they show: {types} at {steps}; {stays}, decided in {period}.",
            tests=ntext("{n} comparison", "{n} comparisons", n=family.tested),
            types=ntext("{n} activity type", "{n} activity types", n=family.types),
            steps=ntext("{n} step", "{n} steps", n=found.frame["step"].nunique()),
            stays=ntext("{n} stay of a deal", "{n} stays of deals", n=family.stays),
            period=found.period,
        )
    ]
    if family.untold:
        said.append(
            ntext(
                "{n} more is not told: it takes {deals} with and without the activity, of each {outcomes} that "
                "went on and that did not.",
                "{n} more are not told: it takes {deals} with and without the activity, of each {outcomes} that "
                "went on and that did not.",
                n=family.untold,
                deals=ntext("{n} deal", "{n} deals", n=FEWEST),
                outcomes=float(FEWEST_OUTCOMES),
            )
        )
    said += [
        text(
            "Compared are deals of the same rep, at the same milestone and age, that promise about the same: "
            "those with the activity in a window of {windows}, and those without. As many days again before the "
            "decision, and its own day, do not count.",
            windows=_windows(found),
        ),
        text(
            "To plan is what has a q of at most {q} (of all that is suggested so, that part may be chance) and "
            "is still there when twice as many days before the decision do not count: what fades may only "
            "announce it. To drop may be what makes less than {points} even at its interval’s upper end.",
            q=Quantity(found.level, "share"),
            points=ntext("{n} point", "{n} points", n=round(100 * USEFUL)),
        ),
        text(
            "Raw numbers compare all deals with such an activity, whenever it was done, with all without: long "
            "deals have more activities, and deals about to be won get more visits."
        ),
        caution(),
    ]
    if family.of_deals < family.all:
        said.append(
            text(
                "{share} of the activities belong to a deal; the others tell nothing here.",
                share=Quantity(family.of_deals / family.all, "share"),
            )
        )
    if family.left_out:
        said.append(
            ntext(
                "{n} type of activity is done too seldom and left out.",
                "{n} types of activities are done too seldom and left out.",
                n=family.left_out,
            )
        )
    return tuple(said)


def _windows(found: Actions) -> Text:
    days = found.frame["window"]
    first, last = int(days.min()), int(days.max())
    if first == last:
        return ntext("{n} day", "{n} days", n=first)
    return text("{first} to {days}, by milestone", first=float(first), days=ntext("{n} day", "{n} days", n=last))


def seldom(row: Row, step: Step) -> Text:
    """An activity that a rep's deals have less often at a step than like deals of others; a row of `otherwise`."""
    return ntext(
        "“{type}” within {n} day after “{step}”: on {others} of like deals of others, on {share} here: {points}",
        "“{type}” within {n} days after “{step}”: on {others} of like deals of others, on {share} here: {points}",
        type=row["type"],
        step=step.title,
        n=int(row["window"]),
        others=Quantity(float(row["others"]), "share"),
        share=Quantity(float(row["share"]), "share"),
        points=points(row),
    )
