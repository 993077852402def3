"""Journeys → the tables `deals`, `stage_events`, `deal_owners` and `snapshots`."""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from salesreport.sample import market
from salesreport.sample.columns import (
    FOREVER,
    Floats,
    Ints,
    dates,
    frame,
    ids,
    instants,
    month_end,
    month_number,
    numbers,
    office_minutes,
    texts,
)
from salesreport.sample.journeys import Prospects, Stays
from salesreport.sample.market import LOST, PROPOSAL, WON
from salesreport.sample.organisation import Accounts, Reps
from salesreport.sample.prices import Prices

SnapshotEvery = Literal["day", "week", "month"]

_CRM_PROBABILITY = (0.10, 0.20, 0.35, 0.50, 0.75, 1.0, 0.0)
"""What the CRM proposes at each stage."""


class Hopes(NamedTuple):
    """What is hoped of each deal.

    Attributes:
        factor: on the usual time left, for the closing date. slip: months it slips at a time.
        belief: what its rep thinks likelier, or less likely, than the CRM's proposal.
    """

    factor: Floats
    slip: Ints
    belief: Floats


def hope(rng: np.random.Generator, count: int) -> Hopes:
    """Draw how optimistically closing dates are guessed, by how much they slip, and how likely a sale seems."""
    return Hopes(
        np.exp(rng.normal(-0.2, 0.35, count)),
        rng.integers(1, 4, count, dtype=np.int32),
        rng.normal(0, 0.06, count),
    )


def outcome(stays: Stays) -> NDArray[np.int8]:
    """The stage each deal is in at the as-of date."""
    return stays.stage[stays.last]


def deal_table(
    rng: np.random.Generator,
    prospects: Prospects,
    stays: Stays,
    prices: Prices,
    hopes: Hopes,
    reps: Reps,
    accounts: Accounts,
    deal_id: pa.Array,
) -> pd.DataFrame:
    """The table `deals`, as at the as-of date."""
    stage, owner = outcome(stays), stays.owner[stays.last]
    closed = stage >= WON
    closed_on = np.where(closed, stays.day[stays.last], FOREVER)
    # the last stay before a closed deal closed says how far it had come
    working = np.where(closed & (stays.last > stays.first), stays.last - 1, stays.last)
    priced = (stays.stage[working] >= PROPOSAL) | (stage == WON)
    units = np.where(priced, prices.offered, prices.estimated)
    day_before = np.where(closed, closed_on - 1, stays.end[working] - 1)
    expected = _expected_close(stays, working, hopes, day_before)
    expected = np.where(prospects.direct, prospects.created, expected)

    probability = _probability(stage, reps.optimism[owner], hopes.belief)
    reason = rng.choice(len(market.LOSS_REASONS), prospects.total, p=(0.26, 0.22, 0.2, 0.12, 0.13, 0.07))
    lines = [line.name for line in market.PRODUCT_LINES]
    product = texts(prospects.product, lines)
    customer = accounts.account_id.take(pa.array(prospects.account))
    firm = accounts.name.take(pa.array(prospects.account))
    constant = np.zeros(prospects.total, dtype=np.int8)
    return frame(
        "deals",
        {
            "deal_id": deal_id,
            "rep_id": texts(owner, reps.rep_id),
            "status": texts(np.where(closed, stage - WON + 1, 0), ["open", "won", "lost"]),
            "created_on": dates(prospects.created),
            "closed_on": dates(closed_on),
            "name": pc.binary_join_element_wise(product, firm, ", "),
            "account_id": customer,
            "product_line": product,
            "segment": texts(prospects.segment, [segment.name for segment in market.SEGMENTS]),
            "lead_source": texts(prospects.source, [source.name for source in market.LEAD_SOURCES]),
            "pipeline": texts(constant, ["Projects"]),
            "stage": texts(stage, market.STAGES),
            "amount": np.round(units * prices.unit_price, 2),
            "list_price": np.round(units * prices.list_price, 2),
            "gross_profit": np.round(units * (prices.unit_price - prices.cost), 2),
            "units": units,
            "currency": texts(constant, ["EUR"]),
            "expected_close_on": dates(expected),
            "crm_probability": numbers(probability),
            "loss_reason": texts(np.where(stage == LOST, reason, -1), market.LOSS_REASONS),
            "kind": texts(prospects.source != 0, ["expansion", "new"]),
        },
    )


def stage_event_table(rng: np.random.Generator, stays: Stays, reps: Reps, deal_id: pa.Array) -> pd.DataFrame:
    """The table `stage_events`: every entry into a stage, with the rep who had the deal."""
    entered = np.flatnonzero(stays.entered)
    return frame(
        "stage_events",
        {
            "deal_id": deal_id.take(pa.array(stays.deal[entered])),
            "stage": texts(stays.stage[entered], market.STAGES),
            "entered_at": instants(stays.day[entered], office_minutes(rng, len(entered))),
            "rep_id": texts(stays.owner[entered], reps.rep_id),
            "origin": texts(np.zeros(len(entered), dtype=np.int8), ["history"]),
        },
    )


def owner_table(prospects: Prospects, stays: Stays, reps: Reps, deal_id: pa.Array) -> pd.DataFrame:
    """The table `deal_owners`: only of deals that are shared or have changed hands."""
    starts = np.ones(len(stays.deal), dtype=bool)
    starts[1:] = (stays.owner[1:] != stays.owner[:-1]) | (stays.deal[1:] != stays.deal[:-1])
    runs = np.flatnonzero(starts)
    deal = stays.deal[runs]
    several = np.bincount(deal, minlength=prospects.total) > 1
    shared = prospects.partner >= 0
    keep = several[deal] | shared[deal]
    ends = np.full(len(runs), FOREVER)
    followed = np.flatnonzero(deal[1:] == deal[:-1])
    ends[followed] = stays.day[runs[followed + 1]] - 1
    begins, owner = stays.day[runs][keep], stays.owner[runs][keep]
    deal, ends = deal[keep], ends[keep]
    partners = np.flatnonzero(shared)
    share = np.where(shared[deal], 1 - prospects.partner_share[deal], 1.0)
    return (
        frame(
            "deal_owners",
            {
                "deal_id": deal_id.take(pa.array(np.append(deal, partners))),
                "rep_id": texts(np.append(owner, prospects.partner[partners]), reps.rep_id),
                "from": dates(np.append(begins, prospects.created[partners])),
                "to": dates(np.append(ends, np.full(len(partners), FOREVER))),
                "share": numbers(np.append(share, prospects.partner_share[partners])),
            },
        )
        .sort_values(["deal_id", "from", "share"], ascending=[True, True, False], kind="stable")
        .reset_index(drop=True)
    )


def snapshot_table(
    stays: Stays, prices: Prices, hopes: Hopes, reps: Reps, deal_id: pa.Array, taken: Ints
) -> pd.DataFrame:
    """The table `snapshots`: the open deals as they stood at the end of some days."""
    opened = np.flatnonzero(stays.open)
    begin = np.searchsorted(taken, stays.day[opened])
    often = np.searchsorted(taken, stays.end[opened]) - begin
    stay = np.repeat(opened, often)
    number = np.arange(len(stay)) - np.repeat(np.cumsum(often) - often, often) + np.repeat(begin, often)
    day = taken[number]
    deal, stage = stays.deal[stay], stays.stage[stay]
    units = np.where(stage >= PROPOSAL, prices.offered[deal], prices.estimated[deal])
    order = np.argsort(day, kind="stable")
    return frame(
        "snapshots",
        {
            "taken_on": dates(day[order]),
            "deal_id": deal_id.take(pa.array(deal[order])),
            "stage": texts(stage[order], market.STAGES),
            "status": texts(np.zeros(len(order), dtype=np.int8), ["open"]),
            "amount": np.round(units * prices.unit_price[deal], 2)[order],
            "rep_id": texts(stays.owner[stay][order], reps.rep_id),
            "expected_close_on": dates(_expected_close(stays, stay, hopes, day)[order]),
            "crm_probability": _probability(stage, reps.optimism[stays.owner[stay]], hopes.belief[deal])[order],
        },
    )


def snapshot_days(first: int, last: int, every: SnapshotEvery) -> Ints:
    """The days snapshots are taken on: all of them, Sundays, or the ends of months."""
    days = np.arange(first, last + 1, dtype=np.int32)
    if every == "day":
        return days
    # 1970-01-01 was a Thursday
    wanted = month_end(month_number(days)) == days if every == "month" else (days + 3) % 7 == 6
    taken: Ints = days[wanted]
    return taken


def deal_ids(count: int) -> pa.Array:
    """Ids of the deals, in the order they were created."""
    return ids("D", count)


def _probability(stage: NDArray[np.int8], optimism: Floats, belief: Floats) -> Floats:
    """What the CRM gives as the chance to win: the stage's proposal, shaded by the rep while the deal is open."""
    proposed = np.array(_CRM_PROBABILITY)[stage]
    shaded = np.clip(np.round((proposed + optimism + belief) * 20) / 20, 0.05, 0.95)
    probability: Floats = np.where(stage >= WON, proposed, shaded)
    return probability


def _expected_close(
    stays: Stays, stay: NDArray[np.int64], hopes: Hopes, day: NDArray[np.int32] | NDArray[np.int64]
) -> Ints:
    """The closing date the rep expects at the end of a day: a month's end, put off when it has come and gone."""
    steps = np.array([step.advance_days for step in market.STEPS])
    left = np.append(np.cumsum(steps[::-1])[::-1], [0.0, 0.0])
    deal = stays.deal[stay]
    first_guess = stays.since[stay] + (left[stays.stage[stay]] * hopes.factor[deal]).astype(np.int32)
    month, now = month_number(first_guess), month_number(day)
    soonest = np.where(month_end(now) > day, now, now + 1)
    slips = np.maximum(0, -(-(soonest - month) // hopes.slip[deal]))
    return month_end(month + slips * hopes.slip[deal])
