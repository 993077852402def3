"""All comparisons that are made, and no others: every group at every step, as a whole and in each part.

The family is declared before anybody looks at the results, and the q-values hold for all of it: to report
everything with q ≤ 0.1 means that a tenth of what is reported is chance, however many comparisons there are.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.stats.multiplicity import benjamini_hochberg
from salesreport.stats.reference import Judged, Pools
from salesreport.stats.stratified import Departure

FEWEST = 20
"""With fewer decisions a group is not tested: hardly anything could be found, and it would cost the others."""

WHOLE = 0.7
"""The weight of the groups as a whole in the family; the rest is that of all their parts together.

With these two numbers more reps are found than with 10 and 0.5, at the same false discovery rate (measured)."""


SPARSE = 10.0
"""Comparisons whose expected successes lie nearer than this to the fewest or most possible are made exactly.

With 5, the usual number, far tails are a little too likely: 11 % of what was reported was false where nobody
differed, with 10 it was 9 % (measured).
"""


APART = 0.02
"""Groups with at most this q-value among their like are no measure for the others.

With 0.1, what is reported with, others were left out by mistake too often: of groups with nearly all the deals,
intervals held the truth in 91 % of cases only, now in 94 %; as many are found, as few falsely (measured)."""


class Cells(NamedTuple):
    """One element per comparison: a group at a step, as a whole or in a part.

    Attributes:
        level: which list of parts. step, part, group: codes; the part of a whole is 0.
        size: the group's decisions there.
        n: decisions that had others like them; with none the others are NaN. observed: successes among them.
        effect, lower, upper: the group's rate less that of like decisions of others, with its 95 % interval.
        odds_ratio: that of the group to the others; like the intervals NaN on all levels but the first where there
            are fewer than `FEWEST` decisions.
        extra, extra_lower, extra_upper: successes more than at the others' rates.
        excess, variance: successes more than expected of the group and the others together, and their variance.
        ordinary: whether the group is among those that the others are compared with.
        p, q: of the odds being the others'; NaN where there are fewer than `FEWEST`, and where a part holds all
            that the group has at the step: the whole says that already.
    """

    level: Positions
    step: Positions
    part: Positions
    group: Positions
    size: Positions
    n: Numbers
    observed: Numbers
    effect: Numbers
    lower: Numbers
    upper: Numbers
    odds_ratio: Numbers
    extra: Numbers
    extra_lower: Numbers
    extra_upper: Numbers
    excess: Numbers
    variance: Numbers
    ordinary: Flags
    p: Numbers
    q: Numbers

    def take(self, rows: Positions) -> "Cells":
        """Some of them."""
        return Cells._make(column[rows] for column in self)


class Tested(NamedTuple):
    """Comparisons that are tested, and what it takes to tell more of them.

    Attributes:
        cells: the comparisons, without q-values, odds ratios and intervals. pools: the groups, counted.
        ordinary: which of them the others are compared with.
    """

    cells: Cells
    pools: Pools
    ordinary: Flags

    def with_bounds(self, q: Numbers, shown: Flags) -> Cells:
        """The comparisons with q-values, those that are shown with odds ratios and intervals, too."""
        cells = self.cells._replace(q=q)
        rows = np.flatnonzero(shown)
        found = self.pools.compared(_rows(self.pools.group)[rows], self.ordinary, criterion=SPARSE)

        def spread(values: Numbers) -> Numbers:
            column = np.full(len(cells.n), np.nan)
            column[rows] = values
            return column

        return cells._replace(
            odds_ratio=spread(found.odds_ratio), lower=spread(found.difference_lower),
            upper=spread(found.difference_upper), extra_lower=spread(found.extra_lower),
            extra_upper=spread(found.extra_upper),
        )  # fmt: skip


def compare_family(
    group: npt.NDArray[np.integer],
    step: npt.NDArray[np.integer],
    success: Flags,
    stratum: npt.NDArray[np.integer],
    levels: Sequence[npt.NDArray[np.integer] | None] = (None,),
    apart: float = APART,
    tests_only: bool = False,
    found: float | None = None,
) -> Cells:
    """Compare every group with like decisions of the others, in the whole and in the parts of each level.

    Args:
        group: whose each decision is, from 0; −1: nobody's, who is compared with but not tested.
        step: at which step. success: how it ended. stratum: which decisions are alike, within a step.
        levels: what to break down by: codes of each decision (−1: in no part), or None for the whole.
        apart: groups with at most this q-value are left out of what the others are compared with, see
            `salesreport.stats.reference`.
        tests_only: leave out odds ratios and intervals (NaN), which take most of the time.
        found: leave them out on all levels but the first where q is larger than this; nobody is shown them.

    Examples:
        Of three reps one wins 12 of 40, the others 24 of 40 each:

        >>> rep, won = np.repeat([0, 1, 2], 40), np.tile(np.arange(40) < 24, 3)
        >>> won[24 - 12 : 24] = False
        >>> cells = compare_family(rep, np.zeros(120, int), won, np.zeros(120, int))
        >>> cells.effect.round(2), cells.q.round(3)  # (12 − 20)² ÷ 6.72 = 9.52: p = 0.002, of three
        (array([-0.3,  0. ,  0. ]), array([0.006, 1.   , 1.   ]))
    """
    tested = judged_family(group, step, success, stratum, levels, apart)
    cells = in_one_family([tested.cells], [levels])[0]
    if tests_only:
        return cells
    return tested.with_bounds(cells.q, is_shown(cells, found))


def judged_family(
    group: npt.NDArray[np.integer],
    step: npt.NDArray[np.integer],
    success: Flags,
    stratum: npt.NDArray[np.integer],
    levels: Sequence[npt.NDArray[np.integer] | None],
    apart: float = APART,
) -> Tested:
    """The tests of `compare_family`, with the same arguments."""
    made = [_pools(group, step, success, stratum, part) for part in levels]
    pools = Pools.together([one for one, _ in made])
    judged = pools.tested(apart, SPARSE)
    cells = _cells(made, pools.group, pools.trials, judged)
    return Tested(cells._replace(p=np.where(_repeats(cells, levels), np.nan, cells.p)), pools, judged.ordinary)


def is_shown(cells: Cells, found: float | None) -> Flags:
    """Of which comparisons odds ratios and intervals are told, see `compare_family`."""
    return (cells.level == 0) | (cells.n >= FEWEST if found is None else cells.q <= found)


def in_one_family(
    found: Sequence[Cells], levels: Sequence[Sequence[npt.NDArray[np.integer] | None]]
) -> tuple[Cells, ...]:
    """The comparisons of several periods as one family, in which every period weighs the same.

    Args:
        found: the comparisons of each. levels: what each was broken down by, as in `compare_family`.

    Returns:
        The same with q-values that hold for all of them together.

    References:
        Benjamini and Yekutieli (2001), doi 10.1214/aos/1013699998: the procedure holds where tests depend
        positively, as those of a period and of a longer one that contains it do.
    """
    weights = [_weights(cells, parts) for cells, parts in zip(found, levels, strict=True)]
    q = benjamini_hochberg(np.concatenate([cells.p for cells in found]), np.concatenate(weights))
    ends = np.cumsum([len(cells.p) for cells in found])[:-1]
    return tuple(cells._replace(q=part) for cells, part in zip(found, np.split(q, ends), strict=True))


def _pools(
    group: npt.NDArray[np.integer], step: npt.NDArray[np.integer], success: Flags,
    stratum: npt.NDArray[np.integer], part: npt.NDArray[np.integer] | None,
) -> tuple[Pools, int]:  # fmt: skip
    """The groups of a level, counted in its pools, which are steps × parts; and how many parts there are."""
    inside = np.zeros(len(step), np.int64) if part is None else np.asarray(part, np.int64)
    rows = np.flatnonzero(inside >= 0)
    width = int(inside.max(initial=0)) + 1
    pool = np.asarray(step, np.int64)[rows] * width + inside[rows]
    return Pools.of(pool, group[rows], stratum[rows], success[rows]), width


def _rows(group: Positions) -> Positions:
    """The rows of groups; what is nobody's is only compared with."""
    return np.flatnonzero(group >= 0)


def _cells(made: Sequence[tuple[Pools, int]], group: Positions, trials: Positions, judged: Judged) -> Cells:
    """The comparisons of all levels, without odds ratios and intervals, and without q-values."""
    sizes = [len(one.pool) for one, _ in made]
    here, nothing = _rows(group), np.full(int((group >= 0).sum()), np.nan)
    level = np.repeat(np.arange(len(made)), sizes)
    step, part = (
        np.concatenate([divided(one.pool, width) for one, width in made])
        for divided in (np.floor_divide, np.remainder)
    )
    found = Departure(*(column[here] for column in judged.departure))
    n = found.n
    return Cells(
        level[here], step[here], part[here], group[here], trials[here], n, np.where(n > 0, found.observed, np.nan),
        found.difference, nothing, nothing, nothing, found.difference * n, nothing, nothing,
        found.observed - found.expected, found.variance, judged.ordinary[here],
        np.where(n >= FEWEST, found.p, np.nan), nothing,
    )  # fmt: skip


def _repeats(cells: Cells, levels: Sequence[object]) -> Flags:
    """Which cells are parts that hold all the decisions their group has at the step."""
    whole = np.array([one is None for one in levels])[cells.level]
    if not whole.any():
        return np.zeros(len(whole), bool)
    width = int(cells.group.max(initial=0)) + 1
    key = cells.step * width + cells.group
    total = np.bincount(key[whole], cells.size[whole], int(key.max(initial=0)) + 1)
    return ~whole & (cells.size >= total[key])


def _weights(cells: Cells, levels: Sequence[object]) -> Numbers:
    """Wholes together weigh as much as `WHOLE`, parts together the rest; what there is of either, 1."""
    whole = np.array([one is None for one in levels])[cells.level]
    tested = ~np.isnan(cells.p)
    wholes, parts = (tested & whole).sum(), (tested & ~whole).sum()
    if not (wholes and parts):
        return np.full(len(whole), 1 / max(wholes + parts, 1))
    return np.where(whole, WHOLE / wholes, (1 - WHOLE) / parts)
