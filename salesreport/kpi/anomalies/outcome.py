"""What has become since of deals that were decided at a step: one that did not go on in time may be won later."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies.decided import WIN, Decisions, Step
from salesreport.kpi.facts.columns import Days, Flags, Positions
from salesreport.language import Text, ntext, text


class Outcomes(NamedTuple):
    """How deals stand as far as the facts know; one element per decision.

    Attributes:
        won, lost: whether the deal is; neither: open. day: when it closed; NaT where it did not, or nobody knows.
    """

    won: Flags
    lost: Flags
    day: Days

    def keys(self) -> list[str]:
        """`won`, `lost` or `open`."""
        return np.select([self.won, self.lost], ["won", "lost"], "open").tolist()

    def words(self) -> list[Text]:
        """What became of each, with the day where it is known."""
        days = [None if np.isnat(day) else day.astype(object) for day in self.day]
        return [_word(key, day) for key, day in zip(self.keys(), days, strict=True)]


def outcomes(decided: Decisions) -> Outcomes:
    """How the deals of some decisions stand today."""
    closing = decided.facts.closing
    return Outcomes(closing.won[decided.deal], closing.lost[decided.deal], closing.day[decided.deal])


def _word(key: str, day: object) -> Text:
    if key == "open":
        return text("open today")
    if day is None:
        return text("was won") if key == "won" else text("was lost")
    return text("won on {day}", day=day) if key == "won" else text("lost on {day}", day=day)


def last_of_each(decided: Decisions) -> Positions:
    """Of each deal the last decision, in order of time."""
    return pd.Series(decided.deal).drop_duplicates(keep="last").index.to_numpy()


def not_gone_on(decided: Decisions) -> Decisions:
    """Of each deal the last decision, where the deal did not go on."""
    last = decided.take(last_of_each(decided))
    return last.take(~last.success)


def did_not_go_on(step: Step) -> Text:
    """What it means not to go on from a step: its own days, or that the deal was lost."""
    if step.key == WIN:
        return text("Lost")
    return ntext("Did not go on within {n} day", "Did not go on within {n} days", n=step.within or 0)


def went_on(step: Step) -> Text:
    """What it means to go on from a step."""
    if step.key == WIN:
        return text("Won")
    return ntext("Went on within {n} day", "Went on within {n} days", n=step.within or 0)


def summary(decided: Decisions, step: Step) -> Text | None:
    """How many deals that did not go on from a milestone were won or lost since; None of the step to the order."""
    left = not_gone_on(decided)
    if step.key == WIN or not len(left):
        return None
    found = outcomes(left)
    counts = {"won": int(found.won.sum()), "lost": int(found.lost.sum())}
    parts: Sequence[Text] = [
        ntext("{n} has been won since", "{n} have been won since", n=counts["won"]),
        ntext("{n} is open", "{n} are open", n=len(left) - sum(counts.values())),
        ntext("{n} is lost", "{n} are lost", n=counts["lost"]),
    ]
    return ntext(
        "Of the {n} deal that did not go on within {days}, {parts} (as of {day}).",
        "Of the {n} deals that did not go on within {days}, {parts} (as of {day}).",
        n=len(left),
        days=ntext("{n} day", "{n} days", n=step.within or 0),
        parts=list(parts),
        day=decided.facts.as_of,
    )
