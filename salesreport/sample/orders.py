"""What customers ordered, from won deals and again without one, and when they paid."""

import numpy as np
import pandas as pd
import pyarrow as pa

from salesreport.sample import market
from salesreport.sample.columns import FOREVER, dates, frame, ids, texts
from salesreport.sample.deals import outcome
from salesreport.sample.journeys import Prospects, Stays
from salesreport.sample.market import WON
from salesreport.sample.organisation import Accounts, Reps
from salesreport.sample.prices import Prices
from salesreport.sample.seasons import Calendar

_DELIVERIES = (0.7, 0.2, 0.1)
"""Shares of won deals that are ordered at once, in two and in three parts."""

_DAYS_BETWEEN_PARTS = 35
_REPEATS_PER_WIN, _REPEAT_AFTER_DAYS, _REPEAT_SIZE = 0.5, 220.0, 0.12
_PAYMENT_TERMS = np.array([14, 30, 30, 60])
_DISPUTED = 0.01


def order_table(
    rng: np.random.Generator,
    prospects: Prospects,
    stays: Stays,
    prices: Prices,
    reps: Reps,
    accounts: Accounts,
    deal_id: pa.Array,
    days: Calendar,
) -> pd.DataFrame:
    """The table `orders`.

    The orders of a won deal add up to its amount and go to its owner; a repeat order belongs to no deal and
    goes to whoever looks after the customer then.
    """
    last_day = days.first + len(days.weight) - 1
    won = np.flatnonzero(outcome(stays) == WON).astype(np.int32)
    closed_on = stays.day[stays.last[won]]

    parts = rng.choice(len(_DELIVERIES), len(won), p=_DELIVERIES) + 1
    parts = np.minimum(parts, 1 + (last_day - closed_on) // _DAYS_BETWEEN_PARTS)  # all of it is ordered by now
    parts = np.minimum(parts, prices.offered[won]).astype(np.int64)
    row = np.repeat(np.arange(len(won)), parts)
    number = np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts)
    even = prices.offered[won][row] // parts[row]
    units = np.where(number == 0, prices.offered[won][row] - even * (parts[row] - 1), even)
    ordered_on = closed_on[row] + number * _DAYS_BETWEEN_PARTS
    ordered_on = days.working_day(ordered_on.astype(np.int32), closed_on[row])

    again = rng.poisson(_REPEATS_PER_WIN, len(won))
    repeat = np.repeat(np.arange(len(won)), again)
    repeated_on = closed_on[repeat] + 20 + rng.exponential(_REPEAT_AFTER_DAYS, len(repeat)).astype(np.int32)
    known = repeated_on <= last_day
    repeat, repeated_on = repeat[known], days.working_day(repeated_on[known], closed_on[repeat[known]])
    small = np.exp(rng.normal(np.log(_REPEAT_SIZE), 0.6, len(repeat)))
    repeated = np.maximum(1.0, np.round(prices.offered[won][repeat] * small))

    deal = np.append(won[row], won[repeat])
    day = np.append(ordered_on, repeated_on)
    units = np.append(units, repeated)
    from_deal = np.arange(len(deal)) < len(row)
    customer = prospects.account[deal]
    owner = np.where(from_deal, stays.owner[stays.last[deal]], accounts.rep[customer])
    owner = reps.at_work(owner, day)

    due = day + _PAYMENT_TERMS[customer % len(_PAYMENT_TERMS)]
    paid = due - 4 + (accounts.lateness[customer] * rng.gamma(1.5, 0.6, len(deal))).astype(np.int32)
    paid = np.maximum(paid, day)
    paid = np.where((paid > last_day) | (rng.random(len(deal)) < _DISPUTED), FOREVER, paid)

    order = np.argsort(day, kind="stable")
    deal, day, units, owner, customer = deal[order], day[order], units[order], owner[order], customer[order]
    from_deal, due, paid = from_deal[order], due[order], paid[order]
    return frame(
        "orders",
        {
            "order_id": ids("O", len(deal)),
            "rep_id": texts(owner, reps.rep_id),
            "ordered_on": dates(day),
            "amount": np.round(units * prices.unit_price[deal], 2),
            "account_id": accounts.account_id.take(pa.array(customer)),
            "deal_id": texts(np.where(from_deal, deal, -1), deal_id),
            "product_line": texts(prospects.product[deal], [line.name for line in market.PRODUCT_LINES]),
            "units": units,
            "unit_price": prices.unit_price[deal],
            "list_price": prices.list_price[deal],
            "gross_profit": np.round(units * (prices.unit_price[deal] - prices.cost[deal]), 2),
            "due_on": dates(due),
            "paid_on": dates(paid),
        },
    )
