"""What a difference cost or brought: deals that went on more or less often, times what such deals bring."""

import datetime as dt

import numpy as np

from salesreport.kpi.anomalies.comparisons import Comparisons
from salesreport.kpi.anomalies.decided import Decisions
from salesreport.kpi.facts.columns import Numbers

LOOK_BACK = 730
"""Days up to the period's end whose deals tell what one that goes on brings."""

FEWEST = 20
"""With fewer deals of a product line that went on at a step, all product lines tell."""


def worth(made: Comparisons, everything: Decisions, end: dt.date) -> dict[str, Numbers]:
    """The amount at stake in each cell, with its interval; the size of it, whichever way it goes.

    A deal that goes on from a step brings, on average, what those that did so brought by the end: their amount if
    they were won, nothing if they were lost; open ones say nothing yet. That is taken by product line.

    Args:
        made: the comparisons. everything: all decisions of whom they are about. end: the period's last day.

    Returns:
        Columns at_stake, at_stake_lower, at_stake_upper; NaN where nothing is known of what such deals bring.
    """
    past = everything.between(end - dt.timedelta(days=LOOK_BACK - 1), end)
    brought = past.brought
    told = past.success & ~np.isnan(brought)
    lines = made.decided.dimension("product_line")
    width = len(lines.categories) + 1  # the last one: not known
    steps = len(made.decided.steps)

    def keys(decided: Decisions) -> np.ndarray:
        codes = decided.dimension("product_line").codes.astype(np.int64)
        return decided.step.astype(np.int64) * width + np.where(codes < 0, width - 1, codes)

    key = keys(past)[told]
    n = np.bincount(key, minlength=steps * width).reshape(steps, width)
    total = np.bincount(key, brought[told], steps * width).reshape(steps, width)
    with np.errstate(divide="ignore", invalid="ignore"):
        overall = total.sum(axis=1, keepdims=True) / n.sum(axis=1, keepdims=True)
        value = np.where(n >= FEWEST, total / n, overall)
    of_each = value.ravel()[keys(made.decided)]
    cells = made.cells
    mean = made.sums(of_each) / cells.size
    bounds = np.stack([cells.extra_lower, cells.extra_upper]) * mean
    gained = cells.extra >= 0
    low = np.where(gained, bounds[0], -bounds[1])
    high = np.where(gained, bounds[1], -bounds[0])
    return {
        "at_stake": np.abs(cells.extra) * mean,
        "at_stake_lower": np.maximum(low, 0.0),
        "at_stake_upper": np.maximum(high, 0.0),
    }
