"""Quarters of the client's fiscal year that lie behind, and the one that lies ahead."""

import datetime as dt

from salesreport.audit.model import Looked
from salesreport.period import Period

LOOKED_BACK = 8
"""So many complete quarters are looked at."""

NEARLY_OVER = 14
"""With so few days left, the coming quarter is the one to look at."""


def complete_quarters(looked: Looked, begin: dt.date | None, most: int = LOOKED_BACK) -> list[Period]:
    """The last quarters that are over by the as-of date and began on a day or after it, the oldest first.

    Args:
        looked: what is looked at. begin: from when on something is known; None: never. most: how many at most.
    """
    if begin is None:
        return []
    one = Period.of(looked.as_of, "quarter", looked.dataset.settings.fiscal_year_start)
    if one.end > looked.as_of:
        one = one.previous()
    found: list[Period] = []
    while len(found) < most and one.start >= begin:
        found.append(one)
        one = one.previous()
    return found[::-1]


def quarter_ahead(looked: Looked, day: dt.date) -> Period:
    """The quarter a pipeline is for on a day: the one it is in, or the next where that is nearly over."""
    start = looked.dataset.settings.fiscal_year_start
    one = Period.of(day, "quarter", start)
    return one if (one.end - day).days >= NEARLY_OVER else Period.of(one.end + dt.timedelta(1), "quarter", start)
