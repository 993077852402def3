"""Whether gaps of account plans are real: claims on companies of which it is known who buys what.

`python benchmarks/validity_accounts.py` prints the figures that docs/accounts.md quotes; it takes some minutes.
"""

import sys

import numpy as np
from page import say
from simulated_accounts import company

from salesreport.plan.accounts.likeness import Kinds, kinds_of

CLEAR = ((0, 0, 4, 0.5), (1, 2, 3, 0.5), (2, 4, 2, 0.6))
"""Affinities that are easily seen: (segment, industry, line, chance), instead of a tenth to a fifth."""

FAINT = ((0, 0, 4, 0.25), (1, 2, 3, 0.32), (2, 4, 2, 0.4))
"""Affinities at the edge of what can be told."""

CHANCES = (0.4, 0.3, 0.2, 0.15, 0.1)


def look(seed: int, planted: tuple[tuple[int, int, int, float], ...]) -> tuple[Kinds, np.ndarray]:
    """What is told of a company, and of each kind the true chance; NaN where the kind is of several chances."""
    made = company(seed, planted=planted, chances=CHANCES)
    kinds = kinds_of(made.buys, made.a_year, made.traits)
    true = {one[:3]: one[3] for one in planted}
    chance = np.array(
        [
            np.nan if depth < 2 else true.get((*kind[:2].tolist(), int(line)), CHANCES[line])
            for kind, line, depth in zip(kinds.traits, kinds.line, kinds.depth, strict=True)
        ]
    )
    # among those who buy anything, not something else, chances are higher than they were given
    nothing_yet = kinds.of[~made.buys.any(axis=1)]
    chance[np.unique(nothing_yet[nothing_yet >= 0])] = np.nan
    return kinds, chance


def measured(companies: int, planted: tuple[tuple[int, int, int, float], ...]) -> None:
    """Print how many affinities are found, how much of what is claimed is false, and what intervals hold."""
    found, false, held, claims = [], [], [], []
    true = {one[:3] for one in planted}
    for seed in range(companies):
        kinds, chance = look(1000 + seed, planted)
        claimed = np.flatnonzero(kinds.claimed)
        told = [(*kinds.traits[one, :2].tolist(), int(kinds.line[one])) for one in claimed]
        found.append(len(set(told) & true) / len(true))
        false.append(np.mean([one not in true for one in told]) if told else 0.0)
        base = np.array(CHANCES)[kinds.line]
        holds = (kinds.lower <= chance / base) & (chance / base <= kinds.upper)
        held += holds[~np.isnan(chance)].tolist()
        claims += holds[~np.isnan(chance) & kinds.claimed].tolist()
    say(
        f"found {np.mean(found):.0%}, false {np.mean(false):.1%} of what is claimed; intervals hold the truth: "
        f"{np.mean(held):.1%} of all {len(held)}, {np.mean(claims):.1%} of {len(claims)} claimed"
    )


def main(companies: int = 60) -> None:
    """Print all."""
    none = sum(bool(look(seed, ())[0].claimed.any()) for seed in range(companies))
    say(f"nothing to be found: {none} of {companies} companies are told of a gap")
    for planted in (CLEAR, FAINT):
        measured(companies, planted)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
