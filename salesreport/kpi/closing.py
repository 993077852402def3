"""How and when each deal closed, under a policy for those that were reopened."""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.ledger import Days, Flags, Ledger

Reopened = Literal["last_close", "first_close"]
"""Which closing of a reopened deal counts: the last (as the CRM shows it) or the first (by its stage history)."""

_LIKE_A_CLOSE = 0.9
"""The part of a stage's closed deals that must have entered it on their closing day to make it a closing stage."""


class Closing(NamedTuple):
    """The closing of every deal, in the order of table `deals`.

    Attributes:
        won, lost: whether it closed so; neither for open deals.
        day: when it closed; NaT for open deals.
        moved: how many deals the policy dates or counts differently from the CRM.
    """

    won: Flags
    lost: Flags
    day: Days
    moved: int = 0


def closings(ledger: Ledger, reopened: Reopened) -> Closing:
    """How every deal closed.

    Under `last_close` an open deal is open even where it keeps the date of an earlier closing. Under `first_close`
    a deal closes when it first enters a closing stage, whatever became of it later.
    """
    status = ledger.coded("deals", "status")
    won, lost = status == "won", status == "lost"
    day = np.where(won | lost, ledger.days("deals", "closed_on"), np.datetime64("NaT"))
    last = Closing(won, lost, day)
    if reopened == "last_close" or not has_stage_history(ledger):
        return last
    return _first(ledger, last)


def has_stage_history(ledger: Ledger) -> bool:
    """Whether the first closing of a reopened deal can be known."""
    return ledger.has("stage_events", "stage", "entered_at")


def _first(ledger: Ledger, last: Closing) -> Closing:
    events = pd.DataFrame(
        {
            "deal": ledger.find("stage_events", "deal_id", "deals"),
            "stage": ledger.coded("stage_events", "stage").codes,
            "day": ledger.days("stage_events", "entered_at"),
            "at": ledger.series("stage_events", "entered_at").to_numpy(),
        }
    )
    events = events[events["deal"] >= 0].sort_values(["deal", "at"], kind="stable")
    outcome = _closing_stages(events, last)
    events = events[events["stage"].isin(outcome.index)].drop_duplicates("deal")

    won, lost, day = last.won.copy(), last.lost.copy(), last.day.copy()
    deal = events["deal"].to_numpy()
    won[deal] = events["stage"].map(outcome).to_numpy(bool)
    lost[deal] = ~won[deal]
    day[deal] = events["day"].to_numpy().astype("datetime64[D]")
    differs = (won != last.won) | (lost != last.lost) | ((day != last.day) & ~(np.isnat(day) & np.isnat(last.day)))
    return Closing(won, lost, day, int(differs.sum()))


def _closing_stages(events: pd.DataFrame, last: Closing) -> "pd.Series[bool]":
    """The stages that close a deal → whether they win it, learnt from where and when closed deals end.

    No setting names them: a stage closes deals when all deals that end in it are won, or all are lost, and they
    entered it on the day they closed.
    """
    end = events.drop_duplicates("deal", keep="last")
    deal = end["deal"].to_numpy()
    facts = pd.DataFrame(
        {
            "stage": end["stage"].to_numpy(),
            "won": last.won[deal],
            "lost": last.lost[deal],
            "that_day": end["day"].to_numpy().astype("datetime64[D]") == last.day[deal],
        }
    )
    by_stage = facts.groupby("stage").mean()
    alike = (by_stage["won"] == 1) | (by_stage["lost"] == 1)
    return by_stage.loc[alike & (by_stage["that_day"] >= _LIKE_A_CLOSE), "won"] == 1
