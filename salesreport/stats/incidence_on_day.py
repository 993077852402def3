"""Cumulative incidences of many groups on one day, all at once, where every spell is known to the day.

The estimate is that of `salesreport.stats.competing_risks`; here it is made of tables of groups × days, without a
pass per group.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.stats.competing_risks import ROUNDING, added, estimate, interval_of, spells
from salesreport.stats.intervals import Array, Groups, Interval

_AT_A_TIME = 200_000
"""Groups × days × causes that are looked at together: few enough to stay in the processor's own memory."""


class OnDay(NamedTuple):
    """How the spells of groups have ended by a day.

    Attributes:
        interval: groups × causes, as `CumulativeIncidence.incidence_at` of each group; its `n` counts the spells.
        gap: the first day up to the one asked about on which nobody of the group was watched; −1: none.
        going: whether any spell was going on, as far as is known, before that first day.
    """

    interval: Interval
    gap: npt.NDArray[np.intp]
    going: npt.NDArray[np.bool_]


def incidence_on_day(
    duration: npt.ArrayLike,
    cause: npt.ArrayLike,
    groups: Groups,
    size: int,
    day: int,
    entry: npt.ArrayLike,
    weights: npt.ArrayLike,
    causes: int,
) -> OnDay:
    """The incidence of each cause by a day, group by group.

    Args:
        duration, entry: whole days; entries may be NaN. cause, weights, causes: as in `cumulative_incidence`.
        groups: of each spell, from 0. size: how many there are. day: what comes later does not matter.

    Examples:
        Of four deals one moves on after 10 days, two are lost after 20, one is still there after 30; of another
        group one deal was watched for 5 days:

        >>> found = incidence_on_day([10, 20, 20, 30, 5], [1, 2, 2, 0, 0], np.repeat([0, 1], [4, 1]), 2, 20,
        ...                          np.full(5, np.nan), np.ones(5), 2)
        >>> found.interval.value.tolist(), found.gap.tolist()
        ([[0.25, 0.5], [nan, nan]], [-1, 6])
    """
    length, why, late, weight, number = spells(duration, cause, entry, weights, causes)
    begin = np.where(np.isfinite(late), np.maximum(late, -1.0) + 1, 0.0).astype(np.int64)
    known = length <= day
    end = np.minimum(length, day).astype(np.int64)
    gap = _first_gaps(begin, length.astype(np.int64), groups, size, day)
    watched = np.flatnonzero(end >= begin)
    code = (end * (number + 1) + np.where(known, why, 0))[watched]
    whose, begin, weight = groups[watched], begin[watched], weight[watched]
    parts = [
        _of_some(whose[rows] - first, begin[rows], code[rows], weight[rows], gap[first:last], day, number)
        for first, last, rows in _in_turn(whose, size, (day + 1) * (number + 1))
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else []
    return OnDay(Interval.of(*columns[:4]), gap, columns[4]) if parts else _of_nobody(number)


def _of_nobody(causes: int) -> OnDay:
    nothing = np.zeros((0, causes))
    return OnDay(Interval.of(nothing, nothing, nothing, nothing), np.zeros(0, np.intp), np.zeros(0, bool))


def _in_turn(groups: Groups, size: int, width: int) -> Iterator[tuple[int, int, Groups]]:
    """Some groups after the others: the first, the one after the last, and the spells of these."""
    step = max(_AT_A_TIME // width, 1)
    order = np.argsort(groups // step, kind="stable") if size > step else np.arange(len(groups))
    ends = np.searchsorted(groups[order] // step, np.arange(1, -(-size // step) + 1))
    begin = 0
    for number, end in enumerate(ends.tolist()):
        yield number * step, min((number + 1) * step, size), order[begin:end]
        begin = end


def _of_some(
    groups: Groups, begin: Groups, code: Groups, weight: Array, gap: Groups, day: int, causes: int
) -> tuple[Array, Array, Array, Array, npt.NDArray[np.bool_]]:
    """Value, lower, upper, n and `OnDay.going` of some groups.

    Args:
        groups, begin, code, weight: of each spell its group, the first day it was watched, its last day × causes
            and its cause, its weight. gap: of each group.
    """
    size, days = len(gap), day + 1
    shape, cells = (size, days, causes + 1), size * days * (causes + 1)
    place = groups * (days * (causes + 1)) + code
    by_cause = added(place, weight, cells).reshape(shape)
    there = np.bincount(place, minlength=cells).reshape(shape).sum(axis=2) > 0
    entered = np.cumsum(added(groups * days + begin, weight, size * days).reshape(size, days), axis=1)
    total = by_cause.sum(axis=2)
    at_risk = entered - (np.cumsum(total, axis=1) - total)
    curve = estimate(np.arange(days, dtype=np.float64), at_risk, by_cause[..., 1:], 0.0)

    each, last = np.arange(size), day - np.argmax(there[:, ::-1], axis=1)  # the last day of a spell's watch
    events = curve.events.sum(axis=2)
    known = (np.cumsum(events, axis=1) - events)[each, last] + at_risk[each, last]
    n = np.repeat(added(groups, weight, size)[:, None], causes, 1)
    found = interval_of(curve.incidence[:, -1], curve.errors[:, -1], known[:, None], n)
    over = ~there.any(axis=1) | ((last < day) & (curve.survival[:, -1] > ROUNDING))
    value, lower, upper = (
        np.where(over[:, None], np.nan, column) for column in (found.value, found.lower, found.upper)
    )
    going = (gap <= 0) | (curve.survival[each, np.maximum(gap - 1, 0)] > ROUNDING)
    return value, lower, upper, n, going


def _first_gaps(begin: Groups, last: Groups, groups: Groups, size: int, day: int) -> Groups:
    """The first day up to one on which nobody of a group was watched, from `begin` to `last`; −1: none."""
    span = int(last.max(initial=0)) + 2
    order = np.argsort(groups * (span + 1) + np.minimum(begin, span), kind="stable")
    whose = groups[order]
    reach = (
        np.maximum.accumulate(last[order] + whose * span) - whose * span
    )  # up to which day, of the group so far
    new = np.append(True, whose[1:] != whose[:-1])[: len(whose)]
    before = np.where(new, -1, np.append(-1, reach[:-1])[: len(whose)])
    found = np.full(size, -1, np.intp)
    ends = np.append(new[1:], True)[: len(whose)] & (reach < day)
    found[whose[ends]] = reach[ends] + 1
    gaps = np.flatnonzero((begin[order] > before + 1) & (before < day))[::-1]  # the first one is said last
    found[whose[gaps]] = before[gaps] + 1
    return found
