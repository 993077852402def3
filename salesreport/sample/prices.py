"""What deals are worth: pieces, prices, discounts and cost, first estimated and then offered."""

from typing import NamedTuple

import numpy as np

from salesreport.sample import market
from salesreport.sample.columns import Floats
from salesreport.sample.journeys import Prospects

_UNITS_SIGMA, _ESTIMATE_SIGMA, _PRICE_SIGMA = 0.7, 0.3, 0.08


class Prices(NamedTuple):
    """Money of each deal; per piece unless it says otherwise.

    Attributes:
        estimated, offered: pieces, as guessed at first, and from the proposal on. unit_price: after discount.
        list_price, cost: before discount, and of making it.
    """

    estimated: Floats
    offered: Floats
    unit_price: Floats
    list_price: Floats
    cost: Floats


def price(rng: np.random.Generator, prospects: Prospects) -> Prices:
    """Draw sizes (log-normal by product line and segment), prices and discounts."""
    count = prospects.total
    usual_list = np.array([line.list_price for line in market.PRODUCT_LINES])[prospects.product]
    usual_units = np.array([line.units for line in market.PRODUCT_LINES])[prospects.product]
    cost_share = np.array([line.cost for line in market.PRODUCT_LINES])[prospects.product]
    size = np.array([segment.size for segment in market.SEGMENTS])[prospects.segment]
    usual_discount = np.array([segment.discount for segment in market.SEGMENTS])[prospects.segment]

    list_price = np.round(usual_list * np.exp(rng.normal(0, _PRICE_SIGMA, count)), 1)
    discount = usual_discount * rng.gamma(4.0, 0.25, count)
    units = usual_units * size * np.exp(rng.normal(0, _UNITS_SIGMA, count))
    estimate = units * np.exp(rng.normal(0.05, _ESTIMATE_SIGMA, count))
    return Prices(
        estimated=np.maximum(1.0, np.round(estimate)),
        offered=np.maximum(1.0, np.round(units)),
        unit_price=np.round(list_price * (1 - np.minimum(discount, 0.4)), 2),
        list_price=list_price,
        cost=np.round(list_price * cost_share, 2),
    )
