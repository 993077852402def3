"""What is behind a difference: a mix of deals, the time of closing, one part of the deals, a begin."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from salesreport.kpi.anomalies.comparisons import Comparisons, like_decisions
from salesreport.kpi.anomalies.decided import Decisions
from salesreport.kpi.anomalies.likeness import strata
from salesreport.kpi.anomalies.since import Since, Strata, excess_by_month, since
from salesreport.kpi.facts.columns import Numbers, Positions

EVEN = 0.05
"""A difference is called uneven where chance would make its parts as different in at most this share of cases."""

_FEWEST_VARIANCE = 1.0
"""A part counts where its successes vary by at least this much; those of a handful of deals follow no χ²."""


HALF = 0.5
"""A difference is explained where at most this part of it is left between like deals."""


class Crude(NamedTuple):
    """Comparisons of raw rates, by cell; only those of the first level are made again.

    Attributes:
        effect: the group's raw rate less the others'; NaN on other levels.
        explained: where raw rates differ beyond chance, those of like deals do not, and at most `HALF` of the
            difference is left between them: `timing` if so little is left already between deals decided in the
            same month, else `mix`; empty elsewhere.
    """

    effect: Numbers
    explained: npt.NDArray[np.object_]


def crude(made: Comparisons) -> Crude:
    """What the raw rates say, and what explains a difference that like deals do not show."""
    step = made.decided.step
    raw = made.again(strata(step, ()))
    first = np.flatnonzero(made.cells.level == 0)
    most = HALF * np.abs(raw.effect)
    vanishes = (raw.q <= made.level) & ~(made.cells.q[first] <= made.level)
    vanishes &= np.abs(made.cells.effect[first]) <= most
    by_time = np.zeros(len(first), bool)
    if vanishes.any():
        by_time = np.abs(made.again(strata(step, (made.decided.months,))).effect) <= most
    effect, explained = np.full(len(made.cells.n), np.nan), np.full(len(made.cells.n), "", object)
    effect[first] = raw.effect
    explained[first] = np.where(vanishes, np.where(by_time, "timing", "mix"), "")
    return Crude(effect, explained)


def uneven(made: Comparisons, cell: int) -> str | None:
    """The dimension in whose parts the difference of a whole is not the same; None: in none, as far as is known.

    Parts are compared by the score statistic, excess ÷ variance; several dimensions are allowed for.
    """
    cells, tested = made.cells, []
    for number, names in enumerate(made.parts):
        if len(names) != 1:
            continue
        here = made.rows_of(number, cells.step[cell], cells.group[cell])
        here = here[cells.variance[here] >= _FEWEST_VARIANCE]
        if len(here) >= 2:
            excess, variance = cells.excess[here], cells.variance[here]
            statistic = (excess**2 / variance).sum() - excess.sum() ** 2 / variance.sum()
            tested.append((float(chdtrc(len(here) - 1, statistic)), names[0]))
    if not tested:
        return None
    smallest = min(tested)
    return smallest[1] if smallest[0] * len(tested) <= EVEN else None


class Past:
    """The decisions of the months before and of the period, sorted into like ones.

    Args:
        made: the comparisons of the period. everything: all decisions of whom they are about.
        start, end: the first and last day that is looked at.
    """

    def __init__(self, made: Comparisons, everything: Decisions, start: dt.date, end: dt.date) -> None:
        self._decided = everything.between(start, end)
        # of the longest span nothing lies before: what is alike is known already
        whole = len(self._decided) == len(made.decided)
        self._stratum = (made.like if whole else like_decisions(self._decided, made.by)).stratum
        self._strata: dict[tuple[tuple[str, str], ...], Strata] = {}
        groups = self._decided.dimension(made.by)
        self._number = {name: number for number, name in enumerate(groups.categories)}
        # each group's decisions are looked up, for many groups are asked for
        self._order = np.argsort(groups.codes, kind="stable").astype(np.int32)
        self._ends = np.cumsum(np.bincount(groups.codes.astype(np.intp) + 1, minlength=len(groups.categories) + 1))

    def since(self, step: int, group: str, part: dict[str, str]) -> Since | None:
        """When a group began to differ at a step, within a part (dimension → value)."""
        decided, number = self._decided, self._number[group]
        mine = self._order[self._ends[number] : self._ends[number + 1]]
        mine = mine[decided.step[mine] == step]
        for name, value in part.items():
            values = decided.dimension(name)
            mine = mine[values.codes[mine] == values.categories.get_loc(value)]
        everybody = self._everybody(part)
        return since(*excess_by_month(everybody, decided.success[mine], self._stratum[mine], decided.months[mine]))

    def _everybody(self, part: dict[str, str]) -> Strata:
        """What was decided alike within a part, at all steps; found once for all groups."""
        key = tuple(part.items())
        if key not in self._strata:
            rows: slice | Positions = slice(None)
            if part:
                rows = np.flatnonzero(np.all([self._decided.has(*one) for one in key], axis=0))
            self._strata[key] = Strata.of(self._stratum[rows], self._decided.success[rows])
        return self._strata[key]
