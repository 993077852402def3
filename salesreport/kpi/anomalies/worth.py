"""What a difference cost or brought: deals that went on more or less often, times what such deals bring."""

import datetime as dt
from typing import NamedTuple

import numpy as np

from salesreport.kpi.anomalies.comparisons import Comparisons
from salesreport.kpi.anomalies.decided import Decisions
from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.stats.drawn_in import mean_drawn_in

LOOK_BACK = 730
"""Days up to the period's end whose deals tell what one that goes on brings."""

FEWEST = 20
"""With fewer deals of a product line that went on at a step, all product lines tell."""


FEWEST_TOLD = 5
"""With fewer deals that went on at a step nobody knows what one brings."""


def worth(made: Comparisons, everything: Decisions, end: dt.date) -> dict[str, Numbers]:
    """The amount at stake in each cell, with its interval; the size of it, whichever way it goes.

    A deal that goes on from a step brings, on average, what those that did so brought by the end: their amount if
    they were won, nothing if they were lost; open ones say nothing yet. That is taken by product line, and single
    amounts far above their like are drawn in. Product lines weigh as much as the group falls behind in them (or is
    ahead): what is lost with dear deals is not what as many cheap ones would have brought.

    The interval is that of the number of deals and that of what one brings together, each by its distance
    (Donner and Zou 2012, doi 10.1177/0962280210383082: MOVER).

    Args:
        made: the comparisons. everything: all decisions of whom they are about. end: the period's last day.

    Returns:
        Columns at_stake, at_stake_lower, at_stake_upper; NaN where nothing is known of what such deals bring.
    """
    cells = made.cells
    brings = _brings(everything.between(end - dt.timedelta(days=LOOK_BACK - 1), end), made.decided)
    of_each = brings.mean
    mean, below, above = (_weighed(made, one) for one in (of_each, of_each - brings.lower, brings.upper - of_each))
    of_line = np.sqrt(made.sums(of_each**2) / cells.size)  # chance falls on every line, whatever its deals bring
    number = np.abs(cells.extra)
    gained = cells.extra >= 0
    fewest = np.where(gained, cells.extra_lower, -cells.extra_upper)
    most = np.where(gained, cells.extra_upper, -cells.extra_lower)
    at_stake = number * mean
    down = np.hypot((number - fewest) * of_line, number * below)
    up = np.hypot((most - number) * of_line, number * above)
    return {
        "at_stake": at_stake,
        "at_stake_lower": np.maximum(at_stake - down, 0.0),
        "at_stake_upper": at_stake + up,
    }


class _Brings(NamedTuple):
    """What a deal like that of each decision brings if it goes on, on average, with the interval of the mean."""

    mean: Numbers
    lower: Numbers
    upper: Numbers


def _keys(decided: Decisions) -> Positions:
    """The step and product line of each decision as one number; the last line: not known."""
    lines = decided.dimension("product_line")
    codes, width = lines.codes.astype(np.int64), len(lines.categories) + 1
    return decided.step.astype(np.int64) * width + np.where(codes < 0, width - 1, codes)


def _brings(past: Decisions, decided: Decisions) -> _Brings:
    """What such deals brought; where few of a product line tell, those of all."""
    width = len(decided.dimension("product_line").categories) + 1
    brought = past.brought
    told = np.flatnonzero(past.success & ~np.isnan(brought))
    told = told[np.argsort(_keys(past)[told], kind="stable")]
    key, amounts = _keys(past)[told], brought[told]
    value = np.full((len(decided.steps), width, 3), np.nan)
    for step in range(len(decided.steps)):
        at = np.searchsorted(key, np.arange(step * width, (step + 1) * width + 1))
        if at[-1] - at[0] >= FEWEST_TOLD:
            value[step] = mean_drawn_in(amounts[at[0] : at[-1]])
        for line in np.flatnonzero(np.diff(at) >= FEWEST):
            value[step, line] = mean_drawn_in(amounts[at[line] : at[line + 1]])
    return _Brings(*value.reshape(-1, 3)[_keys(decided)].T)


def _weighed(made: Comparisons, values: Numbers) -> Numbers:
    """The mean of a number of each decision, by cell; product lines by how far the group is apart in them."""
    decided, size = made.decided, made.cells.size
    key, group = _keys(decided), made.groups.codes.astype(np.int64)
    width, groups = int(key.max(initial=0)) + 1, int(group.max(initial=0)) + 1
    whose = np.where(group < 0, groups, group) * width + key
    n, won = (np.bincount(whose, one, (groups + 1) * width) for one in (None, decided.success))
    total, all_won = (one.reshape(-1, width).sum(axis=0)[key] for one in (n, won))
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = won[whose] / n[whose] - (all_won - won[whose]) / (total - n[whose])
        found = np.full(len(size), np.nan)
        for side in (made.cells.extra >= 0, made.cells.extra < 0):
            weight = np.nan_to_num(np.maximum(gap, 0.0))
            weighed, weights = made.sums(weight * values), made.sums(weight)
            each = np.where(weights > 1e-9, weighed / weights, made.sums(values) / size)
            found, gap = np.where(side, each, found), -gap
    return found
