"""On how few an amount rests, and how much of that is the year's chance.

What was sold in a year was counted, not sampled; yet another such year would have brought other purchases. A
figure's interval leaves out one purchase at a time: purchases come by chance, whoever makes them, and the
variance of any figure of them is at most what leaving out each one changes (Efron and Stein), so that it is
careful rather than bold.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, stdtrit

from salesreport.stats.intervals import Array, Groups

POINTS = 10_000

FEWEST = 10
"""With fewer purchases nothing is said of chance."""

LEAST_FREEDOM = 2.0
"""Where one purchase decides, Student's quantile with fewer degrees of freedom says nothing any more."""


class Concentration(NamedTuple):
    """How unevenly an amount is spread.

    Attributes:
        largest: share of the largest. few: share of the `k` largest. herfindahl: Σ share² × 10,000.
        effective: 1 ÷ Σ share²: as many of equal size were as concentrated. n: how many have a part in it.
    """

    largest: float
    few: float
    herfindahl: float
    effective: float
    n: int


class Bounds(NamedTuple):
    """Intervals of the figures, lower and upper; NaN where purchases are too few to tell."""

    largest: tuple[float, float]
    few: tuple[float, float]
    herfindahl: tuple[float, float]


def concentration(amounts: Array, k: int = 5) -> Concentration:
    """How unevenly amounts are spread over those who have them.

    Args:
        amounts: of each customer, product or rep; those without any do not count. k: how many are the few.

    References:
        Hirschman (1964), American Economic Review 54, 761 (the index); 1,000 and 2,500 points are the bounds by
        which practice calls it moderate and high.

    Examples:
        >>> concentration(np.array([50.0, 30.0, 20.0]), k=2)
        Concentration(largest=0.5, few=0.8, herfindahl=3800.0, effective=2.6315789473684212, n=3)
    """
    x = np.sort(amounts[amounts > 0])[::-1]
    if not len(x):
        return Concentration(*(float("nan"),) * 4, 0)
    shares = x / x.sum()
    index = float((shares**2).sum())
    points = float(np.round(index * POINTS, 6))
    return Concentration(float(shares[0]), float(shares[:k].sum()), points, 1 / index, len(x))


def concentration_bounds(
    amounts: npt.ArrayLike, holder: npt.ArrayLike, purchase: npt.ArrayLike, k: int = 5, confidence: float = 0.95
) -> Bounds:
    """What the figures of such years are on average: intervals for `concentration`.

    Args:
        amounts: of each row sold, above 0. holder: whose it is, from 0. purchase: a number from 0 for what was
            bought together, and would be missing together. k: how many are the few.
        confidence: how often the intervals are to hold.

    Returns:
        On the scale of log odds, with Student's quantile of as many degrees of freedom as purchases decide (the
        effective number, at least `LEAST_FREEDOM`). The figure itself where one has all; NaN with fewer purchases
        than `FEWEST`. How often they hold is measured in docs/validation.md.

    References:
        Efron and Stein (1981), doi 10.1214/aos/1176345462; Last and Penrose (2017), Lectures on the Poisson
        Process, theorem 18.7 (the same of a number of purchases that is itself chance).

    Examples:
        Forty purchases of ten customers, one of whom buys twice as much each time as the others:

        >>> sold = np.where(np.arange(40) % 10 == 0, 200.0, 100.0)
        >>> made = concentration_bounds(sold, np.arange(40) % 10, np.arange(40))
        >>> [round(one, 2) for one in made.largest]  # 800 of 4,400 is 0.18
        [0.04, 0.52]
    """
    x = np.asarray(amounts, float).ravel()
    g, p = np.asarray(holder, np.intp).ravel(), np.asarray(purchase, np.intp).ravel()
    width = int(g.max(initial=-1)) + 1
    key, at = np.unique(p * max(width, 1) + g, return_inverse=True)
    taken = np.bincount(at, x, len(key)).astype(float)
    whose, which = key % max(width, 1), np.unique(key // max(width, 1), return_inverse=True)[1]
    held = np.bincount(g, x, width).astype(float)
    if not len(key):
        return Bounds(*((float("nan"),) * 2,) * 3)
    total, ranked = held.sum(), np.sort(held)[::-1]
    one, few = (
        _bounds(ranked[:size].sum() / total, _few_without(held, whose, taken, size), confidence) for size in (1, k)
    )
    low, high = _bounds((held**2).sum() / total**2, _index_without(held, whose, taken, which), confidence)
    return Bounds(one, few, (low * POINTS, high * POINTS))


def _few_without(held: Array, whose: Groups, taken: Array, k: int) -> Array:
    """The share of the largest without each purchase: who loses it may no longer be one of them."""
    order = np.argsort(-held, kind="stable")
    among = np.zeros(len(held), bool)
    among[order[:k]] = True
    after = held[order[k]] if len(held) > k else 0.0
    left = held[whose] - taken
    lost = np.where(among[whose], held[whose] - np.maximum(left, after), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = (held[among].sum() - lost) / (held.sum() - taken)
    return found


def _index_without(held: Array, whose: Groups, taken: Array, which: Groups) -> Array:
    """Σ share² without each purchase, which may be of several holders."""
    less = np.bincount(which, 2 * held[whose] * taken - taken**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = ((held**2).sum() - less) / (held.sum() - np.bincount(which, taken)) ** 2
    return found


def _bounds(value: float, without: Array, confidence: float) -> tuple[float, float]:
    n = len(without)
    if value >= 1:
        return float(value), float(value)
    if n < FEWEST:
        return float("nan"), float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = (logit(np.clip(without, 0.0, 1.0)) - logit(value)) ** 2
    total = float(squares.sum())
    if not np.isfinite(total):
        return float("nan"), float("nan")
    if total <= 0:
        return float(value), float(value)
    effective = total**2 / float((squares**2).sum())
    half = float(stdtrit(max(effective, LEAST_FREEDOM), (1 + confidence) / 2)) * np.sqrt(total)
    return float(expit(logit(value) - half)), float(expit(logit(value) + half))
