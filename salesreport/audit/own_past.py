"""The client's own past: where a figure of today would lie if nothing had changed."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import stdtrit

from salesreport.audit.backtest import Mark
from salesreport.audit.model import Estimate, Looked
from salesreport.audit.open_deals import OpenDeals, looks
from salesreport.kpi.facts.unavailable import Unavailable

FEWEST_DAYS = 4
"""So many earlier figures are needed to say what is usual."""

FEWEST_DEALS = 10
"""A day counts with so many deals."""

APART = 3
"""Earlier days are so many months apart, so that they show other deals."""


def usual(values: Sequence[float], share: bool = True, confidence: float = 0.95) -> Estimate | None:
    """What earlier figures lead one to expect of the next one: their mean, and the range it would lie in.

    Args:
        values: the figures; missing ones are left out. share: whether they are shares, 0–1: their spread is then
            judged on the angular scale, and the range stays within 0 and 1. confidence: how often it would lie
            there if the figures come from one normal distribution.

    Returns:
        `n` is the number of figures; None with fewer than `FEWEST_DAYS`.

    References:
        The prediction interval of a normal sample; Anscombe (1948), doi 10.1093/biomet/35.3-4.246 (angles).

    Examples:
        >>> one = usual([10.0, 12.0, 11.0, 13.0], share=False)  # 11.5 ± 3.18 · 1.29 · √1.25
        >>> round(one.value, 2), round(one.lower, 2), round(one.upper, 2)
        (11.5, 6.91, 16.09)
    """
    x = np.asarray(values, float)
    x = x[~np.isnan(x)]
    n = len(x)
    if n < FEWEST_DAYS:
        return None
    scaled = np.arcsin(np.sqrt(np.clip(x, 0.0, 1.0))) if share else x
    middle = float(scaled.mean())
    half = float(stdtrit(n - 1, (1 + confidence) / 2) * scaled.std(ddof=1) * np.sqrt(1 + 1 / n))
    low, high = middle - half, middle + half
    if share:
        low, high = (float(np.sin(np.clip(one, 0.0, np.pi / 2)) ** 2) for one in (low, high))
    mean = float(x.mean())
    return Estimate(mean, min(low, mean), max(high, mean), float(n))


def usual_share(looked: Looked, mark: Mark, value: bool = False) -> Estimate | None:
    """The share that a check flagged on earlier days, see `usual`.

    Args:
        looked: what to look at. mark: flags open deals. value: whether shares are of amounts, not of deals.
    """

    def share(one: OpenDeals) -> float:
        if one.partial is not None:
            return float("nan")
        marks = mark(one)
        worth = np.nan_to_num(one.amount) if value else np.ones(len(one.deal))
        if marks.judged.sum() < FEWEST_DEALS or not worth[marks.judged].sum() > 0:
            return float("nan")
        return float(worth[marks.judged & marks.flagged].sum() / worth[marks.judged].sum())

    return usual(on_earlier_days(looked, share))


def on_earlier_days(looked: Looked, figure: Callable[[OpenDeals], float]) -> list[float]:
    """A figure of open deals on earlier days that are a quarter apart; NaN where it cannot be told."""
    found = []
    for one in looks(looked.facts)[::-1][::APART]:
        try:
            found.append(figure(one))
        except Unavailable:
            found.append(float("nan"))
    return found[::-1]
