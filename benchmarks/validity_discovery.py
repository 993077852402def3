"""False discoveries of conversion anomalies in teams whose truth is known.

A cell of the family is true where an effect of the rep itself touches the rep's deals in it, and a finding must
point the same way. A rep who differs at one step differs, by less, in what is won overall; one who differs in one
product line differs, by less, in every segment in which that product was sold. Whoever only looks different
because others differ, does not differ. That is strict: a part of what counts as false here is merely imprecise.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from validity_company import Array, Codes, Team, family, late, simulate, truth

from salesreport.kpi.anomalies.anomalies import LEVEL
from salesreport.kpi.anomalies.family import Cells, in_one_family

EFFECTS = (0.4, 0.55, 0.7, 1.6, 2.5)

SCENARIOS = {
    "nobody differs": Team(),
    "5 of 25 differ (odds × 0.4 to 2.5, at one step)": Team(effects=EFFECTS),
    "5 of 25 differ, in one product line only": Team(effects=EFFECTS, inside=True),
    "different mixes, nobody differs": Team(alike=3, matter=0.6),
    "very different mixes that matter much, nobody differs": Team(alike=1, matter=1.0),
    "very different mixes, 5 of 25 differ": Team(alike=1, matter=1.0, effects=EFFECTS),
    "quarter-end timing, nobody differs": Team(timing=True),
    "quarter-end timing, 5 of 25 differ": Team(timing=True, effects=EFFECTS),
    "small: 5 reps, 150 decisions": Team(reps=5, deals=46),
    "small, very different mixes": Team(reps=5, deals=46, alike=1, matter=1.0),
    "large: 60 reps, 20,000 decisions; 5 differ": Team(reps=60, deals=6200, effects=EFFECTS),
}
"""What teams are like, by the words of the table."""


YEARS, MONTHS = 3, 12

_LONG = Team(deals=3600, months=YEARS * MONTHS)

LONG = {
    "nobody differs": _LONG,
    "5 of 25 differ all the time": replace(_LONG, effects=EFFECTS),
    "5 of 25 differ in the last year only": replace(_LONG, effects=EFFECTS, since=(YEARS - 1) * MONTHS),
    "very different mixes, 5 of 25 differ": replace(_LONG, alike=1, matter=1.0, effects=EFFECTS),
}
"""What companies are like whose reports look at the last year and at all years."""


class Discoveries(NamedTuple):
    """What was reported in each run; one element per run.

    Attributes:
        reported: findings. false: those of them that are false. found: true ones, wholes only.
        tested: comparisons in the family.
        unlikely, plain: comparisons with p < 0.05, and all, of those in which nobody differs.
    """

    reported: Array
    false: Array
    found: Array
    tested: Array
    unlikely: Array
    plain: Array

    def false_rate(self) -> tuple[float, float]:
        """Mean of false ÷ reported, and its standard error."""
        part = self.false / np.maximum(self.reported, 1)
        return float(part.mean()), float(part.std(ddof=1) / np.sqrt(len(part)))

    def chance_level(self) -> float:
        """The part of comparisons that have p < 0.05, of those in which nobody differs; it should be 5 %."""
        return float(self.unlikely.sum() / max(self.plain.sum(), 1))


def discoveries(scenario: str, seeds: Iterable[int]) -> Array:
    """`Discoveries` of runs, runs × columns."""
    number = list(SCENARIOS).index(scenario)
    return np.array([_discoveries(SCENARIOS[scenario], np.random.default_rng([number, seed])) for seed in seeds])


def discoveries_of_both(scenario: str, seeds: Iterable[int]) -> Array:
    """`Discoveries` of the last year and all years in one family, of either alone; runs × (3 · columns)."""
    number = list(LONG).index(scenario)
    runs = []
    for seed in seeds:
        everything = simulate(LONG[scenario], np.random.default_rng([100 + number, seed]))
        spans = late(everything, (YEARS - 1) * MONTHS), everything
        alone = [family(span) for span in spans]
        together = in_one_family(alone, [(None, *span.columns.values()) for span in spans])
        true = [truth(span, cells) for span, cells in zip(spans, alone, strict=True)]
        both = [reported(cells, one) for cells, one in zip(together, true, strict=True)]
        single = [reported(cells, one) for cells, one in zip(alone, true, strict=True)]
        runs.append([*np.sum(both, axis=0), *single[0], *single[1]])
    return np.array(runs)


def _discoveries(team: Team, random: np.random.Generator) -> tuple[int, ...]:
    year = simulate(team, random)
    cells = family(year)
    return reported(cells, truth(year, cells))


def reported(cells: Cells, true: Codes) -> tuple[int, ...]:
    """One run's element of each column of `Discoveries`."""
    flagged = cells.q <= LEVEL
    wrong = flagged & (np.sign(cells.effect) != true)
    found = flagged & ~wrong & (cells.level == 0)
    tested = ~np.isnan(cells.p)
    plain = tested & (true == 0)
    counts = flagged, wrong, found, tested, plain & (np.nan_to_num(cells.p, nan=1.0) < 0.05), plain
    return tuple(int(count.sum()) for count in counts)
