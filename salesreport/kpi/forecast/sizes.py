"""What a deal brings when it is won: its amount as known, and how amounts change; else what such deals brought."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts

_WINDOW = 2 * 365
_WEIGHT = 8.0
"""The mean of a product line in a segment is drawn to that of the product line, and it to all deals', with the
weight of so many deals."""

_LOOKS, _FEWEST_RATIOS = 8, 20
"""How many earlier days amounts are compared from, and from how many deals on that tells how amounts change."""


@dataclass(frozen=True)
class Sizes:
    """Amounts of deals won.

    Attributes:
        usual: by row of table `deals`, the mean amount of deals of its product line and segment.
        spread: coefficient of variation within such deals.
        change: mean of amount won ÷ amount known before, by money. change_spread: its coefficient of variation.
        compared: the number of deals these two rest on; 0: amounts are taken as they are known.
        won: the number of deals the rest rests on.
    """

    usual: Numbers
    spread: float
    change: float
    change_spread: float
    compared: int
    won: int

    def expected(self, deals: Positions, amount: Numbers) -> tuple[Numbers, Flags]:
        """The mean amount of deals if they are won, and whether it comes from their own amount.

        Args:
            deals: rows of table `deals`. amount: as known; what is missing, zero or less says nothing.
        """
        own = amount > 0
        return np.where(own, amount * self.change, self.usual[deals]), own


def learn(facts: Facts, day: dt.date) -> Sizes:
    """Learn from the deals won in the two years before a day."""
    known = facts.known(day)
    on = np.datetime64(day, "D")
    amount = known.amount
    won = np.flatnonzero(known.won & (known.closed_on > on - _WINDOW) & ~np.isnan(amount))
    value = amount[won]
    size = len(amount)
    if not len(won):
        return Sizes(np.full(size, np.nan), 0.0, 1.0, 0.0, 0, 0)
    usual = np.full(size, value.mean())
    place = np.zeros(size, np.intp)
    for name in ("product_line", "segment"):
        if not facts.dimensions.carries("deals", name):
            continue
        codes = facts.dimensions.of("deals", name)
        place = place * (len(codes.categories) + 1) + codes.codes + 1
        _, place = np.unique(place, return_inverse=True)
        groups = int(place.max()) + 1
        number = np.bincount(place[won], minlength=groups)
        total = np.bincount(place[won], weights=value, minlength=groups)
        before = np.zeros(groups)
        before[place] = usual  # all of a group have the same
        usual = ((total + _WEIGHT * before) / (number + _WEIGHT))[place]
    spread = float(np.sqrt(((value - usual[won]) ** 2).mean()) / max(value.mean(), 1e-12))
    change, change_spread, compared = _changes(facts, day, won, value)
    return Sizes(usual, spread, change, change_spread, compared, len(won))


def _changes(facts: Facts, day: dt.date, won: Positions, value: Numbers) -> tuple[float, float, int]:
    """How amounts known of open deals on earlier days compare with those they were won at."""
    if not facts.columns.has("snapshots", "amount"):
        return 1.0, 0.0, 0
    before, after, whose = [], [], []
    month = np.datetime64(day, "M")
    for look in range(1, _LOOKS + 1):
        end = (month - look).astype("datetime64[D]") - 1
        known = facts.known(end.item())
        useful = known.open[won] & (known.amount[won] > 0)
        before.append(known.amount[won[useful]])
        after.append(value[useful])
        whose.append(won[useful])
    then, now = np.concatenate(before), np.concatenate(after)
    compared = len(np.unique(np.concatenate(whose)))
    if compared < _FEWEST_RATIOS:
        return 1.0, 0.0, 0
    change = float(now.sum() / then.sum())
    return change, float(np.sqrt(((now / (then * change) - 1) ** 2).mean())), compared
