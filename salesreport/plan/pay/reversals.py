"""Orders that were reversed: which credit note belongs to which order."""

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.plan.pay.quantities import SUMS, exactly


class Reversal(NamedTuple):
    """A credit note and the order it reverses, in whole or in part.

    Attributes:
        note, order: their ids. on: the day of the note. ordered_on: the day of the order.
        values: metric → what the note takes off, more than zero; a metric of which it says nothing is not in it.
    """

    note: str
    order: str
    on: dt.date
    ordered_on: dt.date
    values: dict[str, Decimal]

    @property
    def days(self) -> int:
        """Days from the order to the note."""
        return (self.on - self.ordered_on).days


def reversals(facts: Facts) -> tuple[Reversal, ...]:
    """Every credit note (an order of less than nothing) whose order is known, by day.

    A note belongs to an order of the same deal; where it names no deal, to one of the same customer and product
    line. Of several the last one before the note counts of which just its amount is left after earlier notes, else
    the last one of which enough is left, else the last one of which anything is. A note that fits none is not
    here: it counts on its own day, like any order.
    """
    return facts.remember("pay: reversals", lambda: _find(facts))


def _find(facts: Facts) -> tuple[Reversal, ...]:
    if not facts.columns.has("orders"):
        return ()
    orders = facts.own("orders")
    orders = orders[orders["ordered_on"] <= pd.Timestamp(facts.as_of)].sort_values(["ordered_on", "order_id"])
    notes = orders[orders["amount"] < 0]
    if notes.empty:
        return ()
    bought = orders[orders["amount"] > 0]
    by_deal = bought.groupby("deal_id").indices
    by_account = bought.groupby(["account_id", "product_line"], dropna=False).indices
    found, left = [], bought["amount"].to_numpy(np.float64).copy()
    for note in notes.to_dict("records"):
        if not pd.isna(note["deal_id"]):
            places = by_deal.get(note["deal_id"])
        elif not pd.isna(note["account_id"]):
            places = by_account.get((note["account_id"], note["product_line"]))
        else:
            continue
        place = None if places is None else _order_of(note, bought, places, left)
        if place is not None:
            match = bought.iloc[place]
            left[place] = round(max(left[place] + note["amount"], 0), 6)
            values = {
                metric: -exactly(note[column])
                for metric, column in SUMS.items()
                if column is not None and not np.isnan(note[column]) and note[column] < 0
            }
            on, ordered_on = note["ordered_on"].date(), match["ordered_on"].date()
            found.append(Reversal(note["order_id"], match["order_id"], on, ordered_on, values))
    return tuple(found)


def _order_of(note: dict[str, Any], bought: pd.DataFrame, places: Positions, left: Numbers) -> int | None:
    """The row of a note's order among some rows; None: they all came later."""
    before = bought["ordered_on"].to_numpy()[places] <= note["ordered_on"].to_datetime64()
    some, worth = places[before], -note["amount"]
    rest = left[some]
    for fits in (rest == worth, rest >= worth, rest > 0, rest >= 0):
        if fits.any():
            return int(some[fits][-1])
    return None
