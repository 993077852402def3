"""What reps did: actions that reach a milestone, calls, mails and meetings on deals, care for customers."""

import numpy as np
import pandas as pd
import pyarrow as pa

from salesreport.sample.columns import Ints, frame, ids, instants, office_minutes, pick, texts
from salesreport.sample.journeys import Prospects, Stays
from salesreport.sample.market import WON
from salesreport.sample.organisation import Accounts, Reps
from salesreport.sample.seasons import Calendar

TYPES = ("call", "email", "meeting", "calculation", "offer", "trial")
"""Kinds of activity; the last four are the useful actions that move a deal (S21)."""

_AT_MILESTONE = (-1, 2, 3, 4, 5)
"""The action that reaches each milestone."""

_OUTCOMES = ("reached", "not reached", "answered", "no answer", "minutes sent", "no minutes", "done")
_GOES_WELL = (0.55, 0.6, 0.8)
_TOUCHES = ((0.55, 0.35, 0.10), (0.45, 0.35, 0.20), (0.45, 0.40, 0.15), (0.45, 0.40, 0.15), (0.35, 0.40, 0.25))
"""Calls, mails and meetings while a deal is at each milestone."""

_CARE = 0.15
"""Activities that belong to no deal, for each that does."""


def activity_table(
    rng: np.random.Generator,
    prospects: Prospects,
    stays: Stays,
    reps: Reps,
    accounts: Accounts,
    deal_id: pa.Array,
    days: Calendar,
    per_deal: float,
) -> pd.DataFrame:
    """The table `activities`.

    Args:
        rng: the source of chance. prospects, stays, reps, accounts, deal_id: the company. days: its working days.
        per_deal: calls, mails and meetings per deal on average, beside the actions that reach a milestone.
    """
    milestone = np.flatnonzero(stays.entered & (stays.stage > 0) & (stays.stage < WON)).astype(np.int32)
    touch = _touches(rng, stays, reps, per_deal * prospects.total)
    stay = np.append(milestone, touch)
    day = stays.day[touch]
    day = day + (rng.random(len(touch)) * (stays.end[touch] - day)).astype(np.int32)
    day = np.append(stays.day[milestone], days.working_day(day, stays.day[touch]))
    share = np.cumsum(_TOUCHES, axis=1)
    kind = np.append(np.array(_AT_MILESTONE)[stays.stage[milestone]], pick(rng, share, stays.stage[touch]))
    deal, rep = stays.deal[stay], stays.owner[stay]
    account = prospects.account[deal]

    care_rep, care_day = _care(rng, reps, days, round(_CARE * per_deal * prospects.total))
    care_account = accounts.first[care_rep] + (accounts.many[care_rep] * rng.random(len(care_rep))).astype(
        np.int32
    )
    kind = np.append(kind, pick(rng, share[1:2], np.zeros(len(care_rep), dtype=np.int32))).astype(np.int8)
    deal, account = np.append(deal, np.full(len(care_rep), -1)), np.append(account, care_account)
    rep, day = np.append(rep, care_rep), np.append(day, care_day)

    well = rng.random(len(kind)) < np.append(_GOES_WELL, [1.0, 1.0, 1.0])[kind]
    result = np.where(kind > 2, 6, 2 * kind + ~well)
    order = np.argsort(day, kind="stable")
    return frame(
        "activities",
        {
            "activity_id": ids("T", len(order)),
            "rep_id": texts(rep[order], reps.rep_id),
            "type": texts(kind[order], TYPES),
            "done_at": instants(day[order], office_minutes(rng, len(order))),
            "account_id": accounts.account_id.take(pa.array(account[order])),
            "deal_id": texts(deal[order], deal_id),
            "outcome": texts(result[order], _OUTCOMES),
        },
    )


def _touches(rng: np.random.Generator, stays: Stays, reps: Reps, wanted: float) -> Ints:
    """The stay of each call, mail or meeting on a deal: more in longer stays and from busier reps."""
    weight = np.where(stays.open, (stays.end - stays.day) * reps.zeal[stays.owner], 0.0)
    if wanted <= 0 or not weight.sum():
        return np.empty(0, dtype=np.int32)
    number = rng.poisson(wanted / weight.sum() * weight)
    return np.repeat(np.arange(len(number), dtype=np.int32), number)


def _care(rng: np.random.Generator, reps: Reps, days: Calendar, wanted: int) -> tuple[Ints, Ints]:
    """Rep and day of activities for customers without a deal."""
    last_day = days.first + len(days.weight) - 1
    begin, end = np.maximum(reps.hired, days.first), np.minimum(reps.left, last_day)
    chance = (end - begin + 1) * reps.zeal * reps.capacity
    rep = np.repeat(np.arange(reps.total), rng.multinomial(wanted, chance / chance.sum())).astype(np.int32)
    day = begin[rep] + (rng.random(len(rep)) * (end - begin + 1)[rep]).astype(np.int32)
    return rep, days.working_day(day, begin[rep])
