"""How often the intervals of concentration hold what is true of such years: a table of docs/validation.md."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from page import markdown, say

from salesreport.stats.concentration import FEWEST, concentration, concentration_bounds

COMPANIES, YEARS = 20, 100
"""Companies of each kind, and years of each."""


class Market(NamedTuple):
    """Who buys, or what is bought.

    Attributes:
        holders: customers, products or reps. each: purchases of one in a year, on average. unequal: variance of
            that average, relative to its square. spread: of the logarithm of purchases. k: how many are the few.
    """

    holders: int
    each: float
    unequal: float
    spread: float
    k: int = 5


MARKETS = {
    "300 customers, 1.5 purchases each": Market(300, 1.5, 1.0, 1.0),
    "300 customers, 1.5 purchases each, much alike": Market(300, 1.5, 0.3, 0.5),
    "1,000 customers, every other one buys, very unequal": Market(1000, 0.5, 1.0, 1.2),
    "60 customers, 8 purchases each": Market(60, 8, 1.2, 0.8),
    "2,000 customers, 10 purchases each": Market(2000, 10, 1.5, 1.0),
    "5 product lines, 100 purchases each": Market(5, 100, 0.7, 1.0, 1),
    "20 reps, 40 purchases each": Market(20, 40, 0.5, 0.8, 3),
}


def years_held(market: Market, random: np.random.Generator, years: int) -> tuple[np.ndarray, np.ndarray]:
    """Of one company: how often each interval holds the mean of its years, and how wide it is (upper ÷ lower)."""
    usual = random.gamma(1 / market.unequal, market.each * market.unequal, market.holders)
    size = random.lognormal(0, np.sqrt(market.unequal) / 2, market.holders)
    figures, bounds = [], []
    while len(figures) < years:
        holder = np.repeat(np.arange(market.holders), random.poisson(usual))
        if len(holder) < FEWEST:
            continue
        amounts = random.lognormal(0, market.spread, len(holder)) * size[holder]
        made = concentration(np.bincount(holder, amounts), market.k)
        figures.append([made.largest, made.few, made.herfindahl])
        bounds.append(np.array(concentration_bounds(amounts, holder, np.arange(len(holder)), market.k)))
    low, high = np.moveaxis(np.array(bounds), 2, 0)
    truth = np.mean(figures, axis=0)
    return ((low <= truth) & (truth <= high)).mean(axis=0), np.median(high / low, axis=0)


def concentration_holds(folder: Path) -> str:
    """The table."""
    say("audit: concentration")
    rows = []
    for number, (name, market) in enumerate(MARKETS.items()):
        each = [years_held(market, np.random.default_rng([number, one]), YEARS) for one in range(COMPANIES)]
        held, width = (np.mean([one[at] for one in each], axis=0) for at in (0, 1))
        rows.append([name, *(f"{share:.0%} ({times:.1f})" for share, times in zip(held, width, strict=True))])
    head = ["what is sold to, or of", "the largest", "the few largest", "Herfindahl"]
    return "\n".join(
        [
            "### Intervals of concentration",
            "",
            f"{COMPANIES} companies of each kind, {YEARS} years of each: how often the 95 % interval of a year's "
            "figure holds the mean of all its years, and in brackets how many times its lower end the upper one "
            "is (median). The few are five customers, one product line, three reps. Where customers buy once or "
            "not at all and a single large purchase decides, a year cannot tell: intervals are wide, and of the "
            "largest customer, or of very unequal purchases, hold less often than they say.",
            "",
            markdown(head, rows),
        ]
    )
