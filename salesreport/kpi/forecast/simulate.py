"""Possible futures: which open deals are won in which period, and what comes on top, cell by cell."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Numbers, Positions

Samples = npt.NDArray[np.float64]

_AT_A_TIME = 4_000_000
"""So many pairs of deal and path are drawn at a time: 16 MB of single-precision numbers."""


class Open(NamedTuple):
    """Open deals, by cell; a deal that reps share has a part for each.

    Attributes:
        chance: deals × K, of being won in each period. amount: mean if won. spread: its coefficient of variation.
        part: the row of the deal of each part. cell: where its money goes. share: of the deal.
        rep: the rep's number of each deal, for the shocks that all deals of a rep share.
    """

    chance: Numbers
    amount: Numbers
    spread: Numbers
    part: Positions
    cell: Positions
    share: Numbers
    rep: Positions


class New(NamedTuple):
    """Deals that will come.

    Attributes:
        wins: cells × K, expected wins. amount: cells × K, mean amount of them. spread: coefficient of variation.
        rep: the rep's number of each cell.
    """

    wins: Numbers
    amount: Numbers
    spread: float
    rep: Positions


class Shocks(NamedTuple):
    """What all paths draw once: relative standard deviations around 1.

    Attributes:
        common: of all wins. rep: of each rep's. arrivals: of the number of deals that come.
    """

    common: float
    rep: float
    arrivals: float


def simulate(
    opened: Open, new: New, shocks: Shocks, cells: int, reps: int, paths: int, seed: int
) -> tuple[Samples, Samples]:
    """Draw paths.

    On each path the chance of every deal is moved alike: its cumulative hazard of being won is multiplied with
    the shocks of that path and of its rep. Amounts vary by a gamma distribution around their mean.

    Returns:
        Revenue from open deals and from new ones, each cells × K × paths.
    """
    shared, from_open, from_new = (np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(3))
    factor = _factors(shared, shocks, reps, paths).astype(np.float32)
    coming = _around_one(shared, shocks.arrivals, (1, paths))
    first = _from_open(from_open, opened, factor, cells, paths)
    second = _from_new(from_new, new, factor * coming, cells, paths)
    return first, second


def factors(shocks: Shocks, reps: int, paths: int, seed: int) -> Samples:
    """The shocks by which `simulate` moves the chances of each rep's deals on each path: reps × paths, mean 1."""
    return _factors(np.random.default_rng(np.random.SeedSequence(seed).spawn(3)[0]), shocks, reps, paths)


def _factors(shared: np.random.Generator, shocks: Shocks, reps: int, paths: int) -> Samples:
    common = _around_one(shared, shocks.common, (1, paths))
    return common * _around_one(shared, shocks.rep, (reps, paths))


def _from_open(
    rng: np.random.Generator, opened: Open, factor: npt.NDArray[np.float32], cells: int, paths: int
) -> Samples:
    periods = opened.chance.shape[1]
    total = np.zeros(cells * periods * paths)
    reached = np.minimum(np.cumsum(opened.chance, axis=1), 1 - 1e-7)
    hazard = -np.log1p(-reached).astype(np.float32)  # cumulative, by the end of each period
    step = max(1, _AT_A_TIME // paths)
    order = np.argsort(opened.part, kind="stable")
    part, cell, share = opened.part[order], opened.cell[order], opened.share[order]
    begins = np.searchsorted(part, np.arange(len(opened.amount) + 1))
    for start in range(0, len(opened.amount), step):
        stop = min(start + step, len(opened.amount))
        threshold = rng.standard_exponential((stop - start, paths), dtype=np.float32)
        threshold /= factor[opened.rep[start:stop]]
        around = _around_amounts(rng, opened.spread[start:stop], threshold, hazard[start:stop, -1:])
        # a row for each owner of each deal
        rows = slice(begins[start], begins[stop])
        deal = part[rows]
        threshold = threshold[deal - start]
        wins = threshold < hazard[deal, -1:]
        count, won = np.count_nonzero(wins, axis=1), np.flatnonzero(wins)
        place = won + np.repeat((cell[rows] * periods - np.arange(len(deal))) * paths, count)
        drawn = threshold.ravel()[won]
        for end in range(periods - 1):
            place += (drawn >= np.repeat(hazard[deal, end], count)) * paths
        money = np.repeat(opened.amount[deal], count)
        if around is not None:
            money *= around[deal - start].ravel()[won]
        money *= np.repeat(share[rows], count)
        low = int(place.min(initial=0))
        added = np.bincount(place - low, weights=money)
        total[low : low + len(added)] += added
    return total.reshape(cells, periods, paths)


def _from_new(
    rng: np.random.Generator, new: New, factor: npt.NDArray[np.floating], cells: int, paths: int
) -> Samples:
    periods = new.wins.shape[1]
    total = np.zeros((cells, periods, paths))
    coming = np.flatnonzero(new.wins.sum(axis=1) > 0)
    # rep by rep, so that a breakdown by team draws the same as one by rep
    for cell in coming[np.argsort(new.rep[coming], kind="stable")]:
        number = rng.poisson(new.wins[cell][:, None] * factor[new.rep[cell]])
        if new.spread > 0:  # the sum of that many gamma distributed amounts
            money = rng.standard_gamma(number / new.spread**2) * new.spread**2
        else:
            money = number.astype(float)
        total[cell] = money * new.amount[cell][:, None]
    return total


def _around_amounts(
    rng: np.random.Generator, spread: Numbers, threshold: npt.NDArray[np.float32], hazard: npt.NDArray[np.float32]
) -> Numbers | None:
    """By what the amounts of deals that are won are multiplied: deals × paths; None where all are known."""
    deals = np.flatnonzero(spread > 0)
    if not len(deals):
        return None
    found = np.ones(threshold.shape)
    one, path = np.nonzero(threshold[deals] < hazard[deals])
    found[deals[one], path] = _gamma(rng, spread[deals[one]])
    return found


def _gamma(rng: np.random.Generator, spread: Numbers) -> Numbers:
    """Draws of mean 1 with given coefficients of variation."""
    varies = spread > 0
    drawn = np.ones(len(spread))
    squared = spread[varies] ** 2
    drawn[varies] = rng.standard_gamma(1 / squared) * squared
    return drawn


def _around_one(rng: np.random.Generator, spread: float, shape: tuple[int, int]) -> Numbers:
    """Log-normal draws of mean 1."""
    sigma = np.sqrt(np.log1p(spread**2))
    return np.exp(rng.normal(-(sigma**2) / 2, sigma, shape))
