"""Enquiries: those that became deals, those that were turned down, those nobody has looked at yet."""

import numpy as np
import pandas as pd
import pyarrow as pa

from salesreport.sample import market
from salesreport.sample.columns import FOREVER, frame, ids, instants, office_minutes, texts
from salesreport.sample.journeys import Prospects, draw_reps
from salesreport.sample.organisation import Reps
from salesreport.sample.seasons import Calendar

_REJECTED_PER_CONVERTED = 1.6
_OPEN_DAYS = 12
"""Enquiries wait about this long, so as many days' worth of them are still waiting."""

_REJECTED_SOURCES = (0.0, 0.08, 0.32, 0.6, 0.0)
"""Lead sources of the enquiries that come to nothing."""


def lead_table(
    rng: np.random.Generator, prospects: Prospects, reps: Reps, deal_id: pa.Array, days: Calendar
) -> pd.DataFrame:
    """The table `leads`: a converted one is processed on the day its deal begins."""
    last_day = days.first + len(days.weight) - 1
    likely = np.array([source.from_leads for source in market.LEAD_SOURCES])
    converted = (rng.random(prospects.total) < likely[prospects.source]) & ~prospects.direct
    deal = np.flatnonzero(converted).astype(np.int32)

    rejected_on = days.draw(rng, round(len(deal) * _REJECTED_PER_CONVERTED))
    rejected_by = draw_reps(rng, reps, rejected_on)
    a_day = (len(deal) + len(rejected_on)) / len(days.weight)
    waiting = int(np.ceil(a_day * _OPEN_DAYS))
    waiting_for = draw_reps(rng, reps, np.full(waiting, last_day, dtype=np.int32))

    processed = np.concatenate([prospects.created[deal], rejected_on, np.full(waiting, FOREVER)])
    known = np.minimum(processed, last_day + 1)
    created = (known - 1 - rng.gamma(1.6, 5.0, len(known))).astype(np.int32)
    result = np.repeat([0, 1, 2], [len(deal), len(rejected_on), waiting])
    rep = np.concatenate([prospects.rep[deal], rejected_by, waiting_for])
    turned_down = rng.choice(len(market.LEAD_SOURCES), len(rejected_on) + waiting, p=_REJECTED_SOURCES)
    source = np.concatenate([prospects.source[deal], turned_down])

    order = np.argsort(created, kind="stable")
    became = np.concatenate([deal, np.full(len(order) - len(deal), -1)])
    unprocessed = processed[order] == FOREVER
    return frame(
        "leads",
        {
            "lead_id": ids("L", len(order)),
            "created_at": instants(created[order], office_minutes(rng, len(order))),
            "rep_id": texts(rep[order], reps.rep_id),
            "source": texts(source[order], [source.name for source in market.LEAD_SOURCES]),
            "processed_at": instants(
                np.where(unprocessed, last_day, processed[order]), office_minutes(rng, len(order)), unprocessed
            ),
            "outcome": texts(result[order], ["converted", "rejected", "open"]),
            "deal_id": texts(became[order], deal_id),
        },
    )
