"""The order of a CRM's stages, as the history of its deals shows it; what it does not show has none."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

_ENOUGH_DEALS = 100_000
"""Of more deals than these, a regular sample shows the order of the stages."""

_MOST_STAGES = 200
"""More stages than these are no stages, and nobody could read them in any order."""


class Order(NamedTuple):
    """Stages in the order deals enter them.

    Attributes:
        stages: those whose order is known, the first one first. unknown: the others, by name.
    """

    stages: tuple[str, ...]
    unknown: tuple[str, ...]


class Entries(NamedTuple):
    """The first time a deal was seen in each of its stages, a row per deal and stage, by deal and time.

    Attributes:
        deal: number of the deal. stage: number of the stage in `stages`. at: when, in microseconds.
        stages: the names.
    """

    deal: npt.NDArray[np.int64]
    stage: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]
    stages: list[str]


def stage_order(seen: pd.DataFrame | None, stages: Sequence[str]) -> Order:
    """The order of some stages.

    A stage stands before another when most deals that were in both entered it earlier, or when others stand
    between them. Where neither holds, the stage that fewer deals were in has no known order: it is not given one.

    Args:
        seen: deals in stages, columns deal_id, stage, at; None: the data have no history.
        stages: their names.

    Examples:
        >>> day = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-01", "2024-01-05"])
        >>> seen = pd.DataFrame({"deal_id": ["1", "1", "2", "2"], "stage": ["b", "a", "b", "a"], "at": day})
        >>> stage_order(seen, ["a", "b", "c"])
        Order(stages=('b', 'a'), unknown=('c',))
    """
    entries = None if seen is None else first_entries(seen)
    if entries is None or not 0 < len(entries.stages) <= _MOST_STAGES:
        return Order((), tuple(sorted(stages)))
    share, met = _before(entries)
    after = _reachable((met > 0) & (share > 0.5))
    deals = np.bincount(entries.stage, minlength=len(entries.stages))
    number = {name: place for place, name in enumerate(entries.stages)}
    chosen: list[int] = []
    for stage in sorted((one for one in stages if one in number), key=lambda one: (-deals[number[one]], one)):
        place = number[stage]
        if all(after[place, other] or after[other, place] for other in chosen):
            chosen.append(place)
    # where no deal was in both, those between decide
    share = np.where(met > 0, share, 0.5 + 0.5 * after - 0.5 * after.T)
    score = {place: share[place, chosen].mean() for place in chosen}
    chosen.sort(key=lambda place: (-round(score[place], 9), entries.stages[place]))
    known = tuple(entries.stages[place] for place in chosen)
    return Order(known, tuple(sorted(set(stages) - set(known))))


def first_entries(seen: pd.DataFrame) -> Entries:
    """When deals first entered their stages; `seen` as in `stage_order`."""
    stage, stages = pd.factorize(seen["stage"], sort=True)
    deal, deals = pd.factorize(seen["deal_id"])
    at = seen["at"].to_numpy("datetime64[us]").astype(np.int64)
    step = -(-len(deals) // _ENOUGH_DEALS)
    keep = (stage >= 0) & (deal % max(step, 1) == 0)
    order = np.lexsort((at[keep], stage[keep], deal[keep]))
    deal, stage, at = deal[keep][order], stage[keep][order], at[keep][order]
    first = np.ones(len(deal), dtype=bool)
    first[1:] = (deal[1:] != deal[:-1]) | (stage[1:] != stage[:-1])
    deal, stage, at = deal[first], stage[first], at[first]
    order = np.lexsort((stage, at, deal))
    return Entries(deal[order], stage[order], at[order], list(map(str, stages)))


def _before(entries: Entries) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Of the deals that were in two stages, the share that entered the first (row) earlier; and their number.

    Pairs are compared, not positions: a stage many deals begin in may still be the last for those that pass all.
    """
    size = len(entries.stages)
    before = np.zeros((size, size))
    for gap in range(1, size):  # rows of one deal lie together, in the order of entry
        one, other = slice(None, -gap), slice(gap, None)
        pair = entries.deal[one] == entries.deal[other]
        if not pair.any():
            break
        first, second = entries.stage[one][pair], entries.stage[other][pair]
        tied = np.where(entries.at[one][pair] == entries.at[other][pair], 0.5, 1.0)
        np.add.at(before, (first, second), tied)
        np.add.at(before, (second, first), 1.0 - tied)
    met = before + before.T
    return np.where(met > 0, before / np.maximum(met, 1), 0.5), met


def _reachable(edge: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which places can be got to from which, by any number of edges (Warshall's algorithm)."""
    reach = edge.copy()
    for between in range(len(reach)):
        reach |= np.outer(reach[:, between], reach[between])
    return reach
