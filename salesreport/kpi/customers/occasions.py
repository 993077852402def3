"""Which events are one occasion: lines of an order are no further chances."""

import numpy as np

from salesreport.kpi.customers.customers import customers_of, has_customers
from salesreport.kpi.facts.columns import Positions
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.stats.numbering import numbered


def occasions_of(facts: Facts, events: Events) -> Positions:
    """The occasion of each event, as a number: what is one event as far as chance goes.

    Orders of one customer, one rep and one day are one: rows may be the lines of an order, and no column says
    which belong together. An order of which nobody knows whose it is stands alone, as do all other events.
    """
    occasion = np.arange(len(events))
    if events.table != "orders" or not has_customers(facts):
        return occasion
    whose = customers_of(facts).of.get("orders")
    if whose is None:  # no order names its customer
        return occasion
    account = whose[events.rows]
    known = np.flatnonzero(account >= 0)
    if not len(known):
        return occasion
    rep, day = events.rep, events.day[known].astype("datetime64[D]").astype(np.int64)
    pair = numbered(account[known].astype(np.int64) * (len(rep.categories) + 1) + rep.codes[known] + 1)[1]
    occasion[known] = len(occasion) + numbered(pair * (np.ptp(day) + 1) + day - day.min())[1]
    return occasion
