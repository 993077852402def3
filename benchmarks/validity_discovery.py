"""False discoveries of conversion anomalies in teams whose truth is known.

A cell of the family is true where an effect of the rep itself touches the rep's deals in it, and a finding must
point the same way. A rep who differs at one step differs, by less, in what is won overall; one who differs in one
product line differs, by less, in every segment in which that product was sold. Whoever only looks different
because others differ, does not differ. That is strict: a part of what counts as false here is merely imprecise.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from validity_company import Array, Codes, Team, family, simulate, truth

from salesreport.kpi.anomalies.anomalies import LEVEL
from salesreport.kpi.anomalies.family import Cells

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
