"""Groups against the ordinary ones among the others: those truly different are no fair measure for the rest.

Where three of twenty groups are much worse, the seventeen others are all a little better than "the rest", and
with enough trials that is found, group by group: differences that nobody asked about. So the groups that differ
are left out of what the others are compared with.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.stats.intervals import Array
from salesreport.stats.multiplicity import by_family
from salesreport.stats.numbering import numbered
from salesreport.stats.stratified import Comparison, Departure, against_the_rest, compare, departure
from salesreport.stats.two_by_two import Tables

_AT_A_TIME = 200_000
"""So many tables are worked on at a time."""

_MEASURE = 2
"""At least so many groups are left as a measure, so that each of them still has another."""


class Referenced(NamedTuple):
    """Groups against the ordinary ones.

    Attributes:
        comparison: of each group with all ordinary ones but itself. What groups have more than expected adds up to
            nothing only where all are ordinary.
        q: q-values of these comparisons, among themselves.
        ordinary: which groups the others are compared with.
    """

    comparison: Comparison
    q: Array
    ordinary: npt.NDArray[np.bool_]


def compare_with_ordinary(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    level: float = 0.1,
    confidence: float = 0.95,
    criterion: float = 5.0,
) -> Referenced:
    """Compare groups with the rest; leave out the one that differs most; compare again, until none more differs.

    Of more than a hundred groups, one in a hundred is left out at a time. At most half of the groups are left out:
    beyond that it could not be said which are the ordinary ones. Of two groups each is compared with the other.

    Args:
        successes, trials: groups × strata.
        level: groups whose q-value is at most this are left out of the reference.
        confidence, criterion: as for `salesreport.stats.stratified.compare`.

    References:
        Jones and Spiegelhalter (2011), The American Statistician 65, 154–163, on keeping unusual groups out of
        what groups are compared with; the steps are those of forward outlier tests, as in Hadi and Simonoff
        (1993), Journal of the American Statistical Association 88, 1264–1272.

    Examples:
        >>> won = [[20], [60], [61], [58], [62], [59]]
        >>> found = compare_with_ordinary(won, [[100]] * 6)
        >>> found.ordinary
        array([False,  True,  True,  True,  True,  True])
        >>> found.comparison.difference.round(4)  # 0.2 less the five's 0.6; 0.6 less the four others' 0.6; …
        array([-0.4   ,  0.    ,  0.0125, -0.025 ,  0.025 , -0.0125])
    """
    tables = against_the_rest(successes, trials)
    group, stratum = np.nonzero(tables.a + tables.b)
    counts = _Counts(group, stratum, tables.a[group, stratum], tables.b[group, stratum])
    tested = _tested(counts, np.zeros(len(tables.a), np.intp), level, criterion)
    found = counts.compared(np.arange(len(tables.a)), tested.ordinary, confidence, criterion)
    return Referenced(found._replace(p=tested.departure.p), tested.q, tested.ordinary)


class Pooled(NamedTuple):
    """Groups of many pools, each compared within its pool; one element per pool and group that occur, in order.

    Attributes:
        pool, group: which. trials: how many it has, whether others have trials alike or not.
        comparison, q, ordinary: as in `Referenced`, within the pool.
    """

    pool: npt.NDArray[np.intp]
    group: npt.NDArray[np.intp]
    trials: npt.NDArray[np.intp]
    comparison: Comparison
    q: Array
    ordinary: npt.NDArray[np.bool_]


def compare_in_pools(
    pool: npt.ArrayLike,
    group: npt.ArrayLike,
    stratum: npt.ArrayLike,
    success: npt.ArrayLike,
    level: float = 0.1,
    confidence: float = 0.95,
    criterion: float = 5.0,
    fewest: float = 0.0,
) -> Pooled:
    """`compare_with_ordinary` for many pools at once, from single trials: much quicker than one after the other.

    Args:
        pool, group, stratum: whole numbers, of each trial. Groups and strata of different pools have nothing to do
            with each other, whatever their numbers.
        success: whether each trial succeeded.
        level, confidence, criterion: as for `compare_with_ordinary`.
        fewest: groups with fewer trials get no odds ratio and no intervals, see
            `salesreport.stats.stratified.compare`; they are tested, though.

    Examples:
        >>> group, won = np.repeat([0, 1, 2], 40), np.tile(np.arange(40) < 24, 3)
        >>> won[24 - 12 : 24] = False  # 12 of 40, where the others have 24
        >>> found = compare_in_pools(np.zeros(120, int), group, np.zeros(120, int), won)
        >>> found.comparison.difference.round(2), found.ordinary
        (array([-0.3,  0. ,  0. ]), array([False,  True,  True]))
    """
    pools = Pools.of(pool, group, stratum, success)
    everything = np.arange(len(pools.pool))
    tested = pools.tested(level, criterion)
    comparison = pools.compared(everything, tested.ordinary, confidence, criterion, fewest)
    comparison = comparison._replace(p=tested.departure.p)
    return Pooled(pools.pool, pools.group, pools.trials, comparison, tested.q, tested.ordinary)


class Judged(NamedTuple):
    """Tests of groups against the ordinary ones, one element per pool and group.

    Attributes:
        departure: of each from all ordinary ones but itself. q: q-values within the pool. ordinary: which groups
            the others are compared with.
    """

    departure: Departure
    q: Array
    ordinary: npt.NDArray[np.bool_]


class Pools(NamedTuple):
    """Groups of many pools, counted once for all that is asked of them; see `compare_in_pools`.

    Attributes:
        pool, group: those that occur together, in order. trials: how many each group has there.
        counts: successes and failures by stratum.
    """

    pool: npt.NDArray[np.intp]
    group: npt.NDArray[np.intp]
    trials: npt.NDArray[np.intp]
    counts: "_Counts"

    @classmethod
    def of(
        cls, pool: npt.ArrayLike, group: npt.ArrayLike, stratum: npt.ArrayLike, success: npt.ArrayLike
    ) -> "Pools":
        """Count single trials; the arguments are those of `compare_in_pools`."""
        pools, groups, strata = (np.asarray(codes, np.int64) for codes in (pool, group, stratum))
        won = np.asarray(success, float)
        rows, row = _pairs(pools, groups)
        columns, column = _pairs(pools, strata)
        # a row has columns of its pool alone: counted from the pool's first one the pairs lie close together
        first = np.searchsorted(columns[0], rows[0])
        cells, cell = _pairs(row, column - first[row])
        size = len(cells[0])
        wins = np.bincount(cell, won, size).astype(float)
        losses = np.bincount(cell, minlength=size) - wins
        counts = _Counts(cells[0], cells[1] + first[cells[0]], wins, losses)
        return cls(*rows, np.bincount(row, minlength=len(rows[0])), counts)

    @classmethod
    def together(cls, made: Sequence["Pools"]) -> "Pools":
        """Several as one, those of each after those before; pools of different ones have different numbers."""
        counts, pools = [], []
        row = stratum = pool = 0
        for one in made:
            counts.append(one.counts._replace(row=one.counts.row + row, stratum=one.counts.stratum + stratum))
            pools.append(one.pool + pool)
            row += len(one.pool)
            stratum += int(one.counts.stratum.max(initial=-1)) + 1
            pool += int(one.pool.max(initial=-1)) + 1
        joined = _Counts(*(np.concatenate(column) for column in zip(*counts, strict=True)))
        group, trials = np.concatenate([one.group for one in made]), np.concatenate([one.trials for one in made])
        return cls(np.concatenate(pools), group, trials, joined)

    def tested(self, level: float, criterion: float) -> Judged:
        """Which groups are ordinary, and the tests against these."""
        return _tested(self.counts, self.pool, level, criterion)

    def compared(
        self,
        rows: npt.NDArray[np.intp],
        ordinary: npt.NDArray[np.bool_],
        confidence: float = 0.95,
        criterion: float = 5.0,
        fewest: float = 0.0,
    ) -> Comparison:
        """Some groups against the ordinary ones; `p` is that of their test where they have an odds ratio."""
        return self.counts.compared(rows, ordinary, confidence, criterion, fewest)


class _Counts(NamedTuple):
    """Successes and failures of rows in the strata where they have trials, by row."""

    row: npt.NDArray[np.intp]
    stratum: npt.NDArray[np.intp]
    won: Array
    lost: Array

    def tables(self, rows: npt.NDArray[np.intp], ordinary: npt.NDArray[np.bool_]) -> Iterator[Tables]:
        """Some rows' tables against the ordinary rows but themselves, in the strata where they have trials.

        Most of many groups have trials in few of many strata; the others say nothing of them. Of many rows the
        tables of some come after those of others, so that they and all that is made of them stay small.
        """
        size = int(self.stratum.max(initial=-1)) + 1
        count = np.bincount(self.row, minlength=len(ordinary))
        first = np.cumsum(count) - count
        usual = ordinary[self.row]
        whole = [np.bincount(self.stratum, counts * usual, size) for counts in (self.won, self.lost)]
        most = max(int(count[rows].max(initial=0)), 1)
        for some in np.split(rows, range(_AT_A_TIME // most + 1, len(rows), _AT_A_TIME // most + 1)):
            if not len(self.row):
                yield Tables(*(np.zeros((len(some), 1)) for _ in range(4)))
                continue
            place = np.arange(max(int(count[some].max(initial=0)), 1))
            there = place < count[some, None]
            cell = np.where(there, first[some, None] + place, 0)
            own = [np.where(there, counts[cell], 0.0) for counts in (self.won, self.lost)]
            mine = ordinary[some, None]
            others = [
                np.where(there, np.maximum(all_[self.stratum[cell]] - one * mine, 0.0), 0.0)
                for all_, one in zip(whole, own, strict=True)
            ]
            yield Tables(*own, *others)

    def departed(self, rows: npt.NDArray[np.intp], ordinary: npt.NDArray[np.bool_], criterion: float) -> Departure:
        """How far some rows are from what is to be expected of the ordinary ones."""
        made = [departure(*tables, criterion) for tables in self.tables(rows, ordinary)]
        return Departure(*(np.concatenate(column) for column in zip(*made, strict=True)))

    def compared(
        self,
        rows: npt.NDArray[np.intp],
        ordinary: npt.NDArray[np.bool_],
        confidence: float,
        criterion: float,
        fewest: float = 0.0,
    ) -> Comparison:
        """Some rows against the ordinary ones."""
        made = [compare(*tables, confidence, criterion, fewest) for tables in self.tables(rows, ordinary)]
        return Comparison(*(np.concatenate(column) for column in zip(*made, strict=True)))


def _pairs(
    one: npt.NDArray[np.integer], other: npt.NDArray[np.integer]
) -> tuple[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], npt.NDArray[np.intp]]:
    """The pairs of numbers that occur, in order, and which one each is."""
    low, span = int(other.min(initial=0)), int(other.max(initial=0)) - int(other.min(initial=0)) + 1
    keys, number = numbered(one.astype(np.int64) * span + (other - low))
    return (keys // span, keys % span + low), number


def _tested(counts: _Counts, pool: npt.NDArray[np.intp], level: float, criterion: float) -> Judged:
    """The test of every row, and which rows the others were compared with; pools are in order."""
    ordinary, q = np.ones(len(pool), bool), np.full(len(pool), np.nan)
    ends = np.flatnonzero(np.append(np.diff(pool) != 0, True)) + 1
    pools = [np.arange(*span) for span in zip([0, *ends[:-1]], ends, strict=True)] if len(pool) else []
    everything = np.arange(len(pool))
    found = counts.departed(everything, ordinary, criterion)
    while pools:
        changed, every = [], np.concatenate(pools)
        q[every] = by_family(found.p[every], np.array([len(rows) for rows in pools]))
        different = (q <= level) & ordinary
        for rows in pools:
            if not different[rows].any():
                continue
            out = _next_out(found, q, ordinary, rows, level)
            if len(out):
                ordinary[out] = False
                changed.append(rows)
        pools = changed
        if changed:
            rows = np.concatenate(changed)
            again = counts.departed(rows, ordinary, criterion)
            for column, values in zip(found, again, strict=True):
                column[rows] = values
    return Judged(found, q, ordinary)


def _next_out(
    found: Departure, q: Array, ordinary: npt.NDArray[np.bool_], rows: npt.NDArray[np.intp], level: float
) -> npt.NDArray[np.intp]:
    """The rows of a pool that are left out next."""
    different = rows[(q[rows] <= level) & ordinary[rows]]
    room = min(len(rows) // 2, len(rows) - _MEASURE) - int((~ordinary[rows]).sum())
    batch = min(max(len(rows) // 100, 1), room)
    if len(different) == 0 or batch <= 0:
        return different[:0]
    # of p-values too small to tell apart, the farther from what is to be expected
    return different[np.lexsort((-np.abs(found.z[different]), found.p[different]))[:batch]]
