"""Why a sum missed its target: an exact split into deals in hand, their pace, kinds, win rate and size.

What deals bring is a product: deals in hand × the share of them decided in time × what such deals bring on average
(their kinds) × how much of that was won × how large what was won is against its kind. `stats.decomposition` splits
the way from one such product to another; with what came beside deals, the days that are still to come, and the
level of the target itself, the parts add up to the gap.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from salesreport.kpi.facts.columns import Numbers
from salesreport.stats.decomposition import shapley_product
from salesreport.stats.resampling import shapley_intervals

FACTORS = ("hand", "timing", "mix", "win", "size")
"""Deals in hand; the share of them decided in the period; what decided deals of such kinds bring; what was won of
that; how large what was won is against its kind. Without deals in hand, `hand` are the deals decided."""

PARTS = ("level", "unfinished", *FACTORS, "beside")
"""All parts of a gap, in the order of a report."""

MOST_DRAWN = 5_000
"""Of more cases intervals follow from the sums' gradient: drawing them anew would take long and tell the same."""

DRAWN_TO = 8.0
"""What deals of a kind bring is drawn to the average of all with the weight of so many deals."""


class Gap(NamedTuple):
    """A gap and its parts, in the metric's unit.

    Attributes:
        frame: a row per part, indexed by `PARTS` (those that apply): `value`; `lower`, `upper`: hold the true
            parts of all factors at once in 95 of 100 cases (NaN: counted, not estimated, or too few deals);
            `now`, `reference`: the factor on either side; `n`: deals it rests on.
        value: actual − target, the sum of the parts.
    """

    frame: pd.DataFrame
    value: float

    @property
    def clear(self) -> pd.DataFrame:
        """The parts whose interval leaves out 0, the largest first."""
        told = self.frame[(self.frame["lower"] > 0) | (self.frame["upper"] < 0)]
        return told.sort_values("value", key=lambda value: -value.abs(), kind="stable")


class Side(NamedTuple):
    """What is compared: the sums over its cases, and what came beside deals.

    Attributes:
        cases: what each case adds to deals in hand, decided, worth of its kind, won worth of its kind, and money
            (the chain of `FACTORS`); cases × 5. total: of the metric, in all.
        known: True: a reference that is known (many others), whose chance is left aside.
    """

    cases: Numbers
    total: float
    known: bool = False


def cases_of(
    share: Numbers, won: npt.NDArray[np.bool_], money: Numbers, worth: Numbers, size: Numbers, open_deals: float
) -> Numbers:
    """The cases of one side: deals decided, then those still open at the end.

    Args:
        share, won, money: of the deals decided; money missing counts 0.
        worth, size: what a decided deal of its kind brings, and what one brings that is won.
        open_deals: how many are open at the end; NaN: not known.
    """
    decided = np.column_stack(
        [share, share, share * worth, share * won * size, share * won * np.nan_to_num(money)]
    ).astype(float)
    if not open_deals > 0:
        return decided
    rest = np.zeros((int(np.ceil(open_deals)), len(FACTORS)))
    rest[:, 0] = 1.0
    rest[-1, 0] -= len(rest) - open_deals  # a part of a deal, where deals are shared
    return np.vstack([decided, rest])


def worths(
    kind: npt.NDArray[np.intp], share: Numbers, won: npt.NDArray[np.bool_], money: Numbers
) -> tuple[Numbers, Numbers]:
    """What a decided deal of each kind brings on average, and what a won one does; by kind.

    Each is drawn to that of all kinds, and never nothing.

    Args:
        kind: from 0. share, won, money: of each deal decided.

    Examples:
        >>> worth, size = worths(np.array([0, 0]), np.ones(2), np.array([True, False]), np.array([100.0, 50.0]))
        >>> worth.tolist(), size.tolist()
        ([50.0], [100.0])
    """
    size, value = int(kind.max(initial=0)) + 1, np.nan_to_num(money) * won * share
    decided, wins, brought = (np.bincount(kind, one, size) for one in (share, share * won, value))
    rate = wins.sum() / max(decided.sum(), 1e-12)
    each = brought.sum() / max(wins.sum(), 1e-12)
    if not each > 0:
        return np.ones(size), np.ones(size)
    rates = (wins + DRAWN_TO * rate) / (decided + DRAWN_TO)
    sizes = np.maximum((brought + DRAWN_TO * each) / (wins + DRAWN_TO), each / 100)
    return rates * sizes, sizes


def split_gap(
    own: Side, reference: Side, target: float, elapsed: float = 1.0, in_hand: bool = True, beside: bool = True
) -> Gap:
    """Split actual − target.

    Args:
        own: the period. reference: what it is compared with, scaled to one whole period like it.
        target: for the whole period. elapsed: the part of the period that is over.
        in_hand: whether deals in hand are known; else the first factor is the deals decided.
        beside: whether what came beside deals is known apart (orders); else totals are those of deals.

    Raises:
        AssertionError: the parts do not add up; it would be a fault here.
    """
    base = reference.cases.copy()
    base[:, 1:] *= elapsed  # the deals in hand are all there, and so many of them decided
    first = 0 if in_hand else 1
    if not in_hand:
        own, base = own._replace(cases=own.cases[:, first:]), base[:, first:]
    names = ["hand", *FACTORS[1 + first :]]
    factors = _factors(base.sum(axis=0)), _factors(own.cases.sum(axis=0))
    split = shapley_product(*factors)
    lower, upper, n = _intervals(own.cases, base, reference.known, 1 - 0.05 / len(names))
    deals, deals_before = float(own.cases[:, -1].sum()), float(base[:, -1].sum())
    whole = reference.total
    parts: dict[str, tuple[float, ...]] = {"level": (whole - target,)}
    if elapsed < 1:
        parts["unfinished"] = (whole * (elapsed - 1),)
    for at, name in enumerate(names):
        value = float(split.parts[at])
        parts[name] = (value, lower[at], upper[at], factors[1][at], factors[0][at], n[at])
    if beside:
        parts["beside"] = ((own.total - deals) - (whole * elapsed - deals_before),)
    columns = ["value", "lower", "upper", "now", "reference", "n"]
    rows = [(*parts[name], *[np.nan] * (len(columns) - len(parts[name]))) for name in PARTS if name in parts]
    frame = pd.DataFrame(
        rows, columns=columns, index=pd.Index([name for name in PARTS if name in parts], name="part")
    )
    gap = own.total - target
    size = max(abs(own.total), abs(target), abs(whole), abs(deals), abs(deals_before), 1.0)
    assert abs(frame["value"].sum() - gap) <= 1e-9 * size, "the parts of a gap do not add up to it"
    return Gap(frame, gap)


def _factors(sums: Numbers) -> Numbers:
    """The first sum, and each further one ÷ that before it; NaN where that is 0."""
    below = sums[:-1]
    return np.append(sums[:1], np.divide(sums[1:], below, out=np.full(len(below), np.nan), where=below != 0))


def _intervals(own: Numbers, base: Numbers, known: bool, confidence: float) -> tuple[Numbers, Numbers, Numbers]:
    """Bounds of the factors' parts, and how many cases each rests on."""
    group = np.zeros(len(own), np.intp)
    if len(own) + len(base) * (not known) > MOST_DRAWN:
        return _by_gradient(own, base, known, confidence)
    if known:
        fixed = _factors(base.sum(axis=0))
        found = shapley_intervals(own, group, base=fixed, size=1, confidence=confidence).parts
    else:
        others = np.zeros(len(base), np.intp)
        found = shapley_intervals(
            own, group, base_values=base, base_groups=others, size=1, confidence=confidence
        ).parts
    return found.lower[0], found.upper[0], found.n[0]


def _by_gradient(own: Numbers, base: Numbers, known: bool, confidence: float) -> tuple[Numbers, Numbers, Numbers]:
    """The same of many cases: a part moves with the sums, and these by each case that is there or not."""
    sums = own.sum(axis=0), base.sum(axis=0)
    value = shapley_product(_factors(sums[1]), _factors(sums[0])).parts
    variance = np.zeros(len(value))
    for side, cases in enumerate((own, base)):
        if known and side:
            continue
        slope = np.zeros((len(value), cases.shape[1]))
        for at in range(cases.shape[1]):
            ends = []
            for way in (-1, 1):
                moved = [sums[0].copy(), sums[1].copy()]
                moved[side][at] *= 1 + way * 1e-5
                ends.append(shapley_product(_factors(moved[1]), _factors(moved[0])).parts)
            step = 2e-5 * sums[side][at]
            slope[:, at] = (ends[1] - ends[0]) / step if step else 0.0
        variance += ((cases @ slope.T) ** 2).sum(axis=0)
    reach = ndtri((1 + confidence) / 2) * np.sqrt(variance)
    there = [(cases != 0).sum(axis=0) for cases in ((own,) if known else (own, base))]
    least = np.min(there, axis=0).astype(float)
    n = least[[0, *range(len(value) - 1)]]
    return value - reach, value + reach, n
