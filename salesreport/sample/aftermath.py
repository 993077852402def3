"""What follows: customers' satisfaction and complaints, and equipment lent on trial."""

import numpy as np
import pandas as pd
import pyarrow as pa

from salesreport.sample import market
from salesreport.sample.columns import FOREVER, dates, frame, ids, numbers, texts
from salesreport.sample.deals import outcome
from salesreport.sample.journeys import Prospects, Stays
from salesreport.sample.market import TRIAL, WON
from salesreport.sample.organisation import Accounts, Reps
from salesreport.sample.seasons import Calendar

_ASKED, _COMPLAINS, _UNRESOLVED = 0.45, 0.07, 0.05
_KEPT_BY_CUSTOMER = 0.06


def feedback_table(
    rng: np.random.Generator, prospects: Prospects, stays: Stays, reps: Reps, accounts: Accounts, days: Calendar
) -> pd.DataFrame:
    """The table `feedback`: scores from 1 (worst) to 10 some weeks after a contract, and complaints."""
    last_day = days.first + len(days.weight) - 1
    won = np.flatnonzero(outcome(stays) == WON)
    signed = stays.day[stays.last[won]]
    asked, complains = rng.random(len(won)) < _ASKED, rng.random(len(won)) < _COMPLAINS
    deal = np.append(won[asked], won[complains])
    since = np.append(signed[asked], signed[complains])
    is_complaint = np.arange(len(deal)) >= asked.sum()
    day = since + 14 + rng.gamma(2.0, 20.0, len(deal)).astype(np.int32)
    known = day <= last_day
    deal, since, is_complaint = deal[known], since[known], is_complaint[known]
    day = days.working_day(day[known], since)
    account = prospects.account[deal]
    patience = np.clip(accounts.lateness[account] / 20, 0, 2)  # customers who pay late are harder to please
    score = np.clip(np.round(rng.normal(8.2 - 0.5 * patience, 1.3, len(deal))), 1, 10)
    resolved = day + 1 + rng.gamma(1.5, 8.0, len(deal)).astype(np.int32)
    unresolved = (resolved > last_day) | (rng.random(len(deal)) < _UNRESOLVED) | ~is_complaint
    order = np.argsort(day, kind="stable")
    return frame(
        "feedback",
        {
            "on": dates(day[order]),
            "kind": texts(is_complaint[order], ["satisfaction", "complaint"]),
            "account_id": accounts.account_id.take(pa.array(account[order])),
            "rep_id": texts(reps.at_work(accounts.rep[account], day)[order], reps.rep_id),
            "score": numbers(score[order], is_complaint[order]),
            "resolved_on": dates(np.where(unresolved, FOREVER, resolved)[order]),
        },
    )


def equipment_table(
    rng: np.random.Generator, prospects: Prospects, stays: Stays, reps: Reps, accounts: Accounts, deal_id: pa.Array
) -> pd.DataFrame:
    """The table `equipment`: one loan for each trial; most comes back when the trial ends, some is forgotten."""
    trial = np.flatnonzero(stays.entered & (stays.stage == TRIAL))
    last_day = int(stays.end[stays.last[0]]) - 1
    # a trial goes on while only the owner changes
    following = np.minimum(trial + 1, len(stays.deal) - 1)
    handed = (stays.deal[following] == stays.deal[trial]) & ~stays.entered[following]
    end = stays.end[np.where(handed, following, trial)]
    back = end + rng.gamma(1.5, 7.0, len(trial)).astype(np.int32)
    back = np.where((back > last_day) | (rng.random(len(trial)) < _KEPT_BY_CUSTOMER), FOREVER, back)
    deal = stays.deal[trial]
    piece = np.array([line.list_price for line in market.PRODUCT_LINES])[prospects.product[deal]]
    value = np.round(piece * rng.integers(1, 7, len(trial)) * 0.9, 2)
    order = np.argsort(stays.day[trial], kind="stable")
    trial, deal = trial[order], deal[order]
    return frame(
        "equipment",
        {
            "equipment_id": ids("E", len(trial)),
            "account_id": accounts.account_id.take(pa.array(prospects.account[deal])),
            "rep_id": texts(stays.owner[trial], reps.rep_id),
            "lent_on": dates(stays.day[trial]),
            "returned_on": dates(back[order]),
            "value": value[order],
            "deal_id": texts(deal, deal_id),
        },
    )
