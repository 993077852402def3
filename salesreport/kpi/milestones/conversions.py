"""Whether deals get from a milestone to the next one in time: cumulative incidence with competing risks."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.dimensions import PEOPLE
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.gaps import no_losses
from salesreport.kpi.facts.groups import grouped
from salesreport.kpi.milestones.reached import ON, Place, places_of, shown, watched_in
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.stats.competing_risks import ROUNDING, CumulativeIncidence
from salesreport.stats.incidence_on_day import incidence_on_day
from salesreport.stats.interval_censoring import interval_incidence
from salesreport.stats.intervals import Interval, median_order_statistic

ENDS = ("advanced", "lost", "back")
"""How a stay at a milestone ends; `advanced` is every way on: the next milestone, one after it, or the order."""


NOBODY = text(
    "no deal is known to have been at this milestone in the period; those that passed over it, or are there "
    "nobody knows since when, do not count"
)
"""Why there is no share where nobody was watched; deals said to have reached the milestone may be either."""

_MARGIN = 3
"""So many times the widest interval of an end stays are followed beyond the days asked about."""


class Watched(NamedTuple):
    """Stays at one milestone and the part of them that was watched, sorted into groups; see `watched_in`.

    Attributes:
        entry, last, cause, shortest, longest: of each. share: of the group in it. group: from 0.
        size: the number of groups.
    """

    entry: Numbers
    last: npt.NDArray[Any]
    cause: npt.NDArray[Any]
    shortest: npt.NDArray[Any]
    longest: npt.NDArray[Any]
    share: Numbers
    group: Positions
    size: int

    @classmethod
    def of(cls, events: Events, rows: Positions, group: Positions, size: int) -> "Watched":
        """Some rows of `watched_in`, and the group of each of them."""
        extra = events.extra
        return cls(
            extra["entry"][rows], extra["last"][rows], extra["cause"][rows], extra["shortest"][rows],
            extra["longest"][rows], events.share[rows], group, size,
        )  # fmt: skip

    @property
    def by_day(self) -> bool:
        """Whether every end is known to the day."""
        return bool((self.shortest == self.longest).all())

    def take(self, rows: Positions | Flags) -> "Watched":
        """Some of them, as one group."""
        return Watched(
            self.entry[rows], self.last[rows], self.cause[rows], self.shortest[rows], self.longest[rows],
            self.share[rows], np.zeros(len(self.last[rows]), np.intp), 1,
        )  # fmt: skip

    def parts(self) -> list["Watched"]:
        """Each group by itself."""
        order = np.argsort(self.group, kind="stable")
        ends = np.cumsum(np.bincount(self.group, minlength=self.size))
        return [self.take(rows) for rows in np.split(order, ends[:-1])]


class Conversion(NamedTuple):
    """How stays at a milestone end within so many days.

    Attributes:
        interval: groups × `ENDS`; NaN where it cannot be told; `n` counts the deals watched.
        days: the median number of days of those that went on, whenever they came; `n` counts them.
        missing: group → why it has no figure.
    """

    interval: Interval
    days: Interval
    missing: dict[int, Text]


def conversion(stays: Watched, within: int) -> Conversion:
    """How stays end within so many days, group by group.

    What is watched from a period is stays that went on at some time of it: those that were there before are
    watched from their age at its start on, those still there or handed over count until then. Where nobody was
    watched at some age, the share cannot be told. Moves known only within an interval are taken as such.

    Args:
        stays: at one milestone. within: the days.
    """
    n = np.bincount(stays.group, stays.share, stays.size).astype(np.float64)
    value, lower, upper, gap, going = (_by_day if stays.by_day else _within_intervals)(stays, within)
    nobody = np.bincount(stays.group, minlength=stays.size) == 0
    untold = ~nobody & (gap >= 0) & going
    for column in (value, lower, upper):
        column[nobody | untold] = np.nan
    missing = dict.fromkeys(np.flatnonzero(nobody).tolist(), NOBODY)
    missing |= {group: _not_watched(int(gap[group]), within) for group in np.flatnonzero(untold).tolist()}
    return Conversion(
        Interval.of(value, lower, upper, np.repeat(n[:, None], len(ENDS), 1)), stay_days(stays), missing
    )


Told = tuple[Numbers, Numbers, Numbers, Positions, Flags]
"""Groups × `ENDS`: value, lower and upper; by group the first age at which nobody was watched (−1: none), and
whether any stay was still going on, as far as is known, before it."""


def _by_day(stays: Watched, within: int) -> Told:
    known = stays.shortest <= within
    cause, last = np.where(known, stays.cause, 0), np.where(known, stays.last, within)
    found = incidence_on_day(
        last, cause, stays.group, stays.size, within, stays.entry, stays.share, len(ENDS)
    )  # fmt: skip
    value, lower, upper = (np.array(column) for column in found.interval[:3])
    return value, lower, upper, found.gap, found.going


def _within_intervals(stays: Watched, within: int) -> Told:
    shape = (stays.size, len(ENDS))
    value, lower, upper = (np.full(shape, np.nan) for _ in range(3))
    gap, going = np.full(stays.size, -1, np.intp), np.zeros(stays.size, bool)
    for group, part in enumerate(stays.parts() if stays.size else []):
        if not len(part.last):
            continue
        curve = _curve(part, within)
        first = _first_gap(part, within)
        if first is not None:
            gap[group], going[group] = first, _goes_on(curve, first)
        found = curve.incidence_at(within)
        value[group], lower[group], upper[group] = found.value, found.lower, found.upper
    return value, lower, upper, gap, going


def _not_watched(age: int, within: int) -> Text:
    """Why the share that goes on within some days cannot be told, where nobody was watched at an age."""
    if not age:
        return text("no deal was watched from the day it came: all had come before the period, or were taken over")
    return ntext(
        "deals were not watched long enough: none was seen there on day {day} of {n}",
        "deals were not watched long enough: none was seen there on day {day} of {n}",
        n=within,
        day=age,
    )


def stay_days(stays: Watched) -> Interval:
    """The median number of days at a milestone, over the deals that went on from it; by group.

    A stay whose days are known only within an interval counts with the middle of it.
    """
    on = stays.cause == ON
    middle = (stays.shortest[on] + stays.longest[on]) / 2
    return median_order_statistic(middle, weights=stays.share[on], groups=stays.group[on], size=stays.size)


def conversions(facts: Facts, file: ProcessFile, period: Period, by: Sequence[str] = ("rep_id",)) -> pd.DataFrame:
    """How deals left each milestone: on, lost or back, within the days in which the next one is expected.

    Args:
        facts: whose deals. file: the processes. period: when they were watched, up to the facts' as-of date.
        by: dimensions; none: all deals.

    Returns:
        A row per group, milestone and way it may end, for the processes in which the group had deals: `by`,
        `process`, `milestone`, `to` (`advanced`, `lost`, `back`), `within` (days), `n` (stays watched, by share;
        by rep, team or manager one that is handed over counts with both, for it is watched with both),
        `value`, `lower`, `upper` (95 %), `median_days` (at the milestone, of those that went on in the period),
        `advanced` (how many did), and `reason`: why there is no value (a text; None where there is one).

    Raises:
        Unavailable: the deals show no milestones, or nobody knows since when they are there.
    """
    by, end = tuple(dict.fromkeys(by)), min(period.end, facts.as_of)
    shown(facts, file, end)

    def make() -> pd.DataFrame:
        events = watched_in(facts, file, period.start, end, cut=bool(PEOPLE & set(by)))
        frame = _frame(events, places_of(file), by)
        why = no_losses(facts)
        return frame if why is None else frame.assign(value=np.nan, lower=np.nan, upper=np.nan, reason=why)

    return facts.remember(("conversions", id(file), period.start, end, by), make)


def _frame(events: Events, places: list[Place], by: tuple[str, ...]) -> pd.DataFrame:
    [number], groups = grouped(by, [[events.dimension(name) for name in by]], [np.arange(len(events))])
    process_of_place = pd.factorize(pd.Series([place.process.name for place in places]))[0]
    whose = process_of_place[events.extra["place"]]
    frames = []
    for place in places:
        here = np.flatnonzero(events.extra["place"] == place.number)
        there = np.unique(number[whose == process_of_place[place.number]])  # groups with deals in the process
        stays = Watched.of(events, here, np.searchsorted(there, number[here]), len(there))
        found = conversion(stays, place.milestone.within)
        frame = groups.iloc[np.repeat(there, len(ENDS))].reset_index(drop=True)
        reasons = [found.missing.get(group) for group in range(len(there)) for _ in ENDS]
        frames.append(
            frame.assign(
                process=pd.Series(place.process.name, index=frame.index, dtype="str"),
                milestone=pd.Series(place.milestone.key, index=frame.index, dtype="str"),
                to=pd.Series(np.tile(ENDS, len(there)), dtype="str"),
                within=place.milestone.within,
                n=found.interval.n.ravel(),
                value=found.interval.value.ravel(),
                lower=found.interval.lower.ravel(),
                upper=found.interval.upper.ravel(),
                median_days=np.repeat(found.days.value, len(ENDS)),
                advanced=np.repeat(found.days.n, len(ENDS)),
                reason=pd.Series(reasons, dtype=object, index=frame.index),
                _group=np.repeat(there, len(ENDS)),
            )
        )
    full = pd.concat(frames, ignore_index=True)
    return full.sort_values("_group", kind="stable", ignore_index=True).drop(columns="_group")


def _curve(part: Watched, within: int) -> CumulativeIncidence:
    """The incidence up to some days, where ends are known within intervals only.

    What comes much later does not matter, and costs time.
    """
    # ends that may lie on either side of the days are weighed against those a little later
    until = within + _MARGIN * int((part.longest - part.shortest).max(initial=0))
    known = part.shortest <= until
    cause, last = np.where(known, part.cause, 0), np.where(known, part.last, until)
    ended = cause > 0
    # what was seen to end in the period ended after the age from which it was watched
    upper = np.maximum(part.longest, np.nan_to_num(part.entry, nan=-1.0) + 1)
    return interval_incidence(
        np.where(ended, part.shortest - 1, last), np.where(ended, upper, last), cause, part.entry, part.share,
        len(ENDS),
    )  # fmt: skip


def _first_gap(part: Watched, within: int) -> int | None:
    """The first age up to so many days at which nobody was watched; None: somebody was at every age."""
    entry = np.nan_to_num(part.entry, nan=-1.0)
    order = np.argsort(entry, kind="stable")
    begin, reach = entry[order], np.maximum.accumulate(part.last[order].astype(np.float64))
    before = np.append(-1.0, reach[:-1])
    gaps = np.flatnonzero((begin > before) & (before < within))
    if len(gaps):
        return int(before[gaps[0]]) + 1
    return int(reach[-1]) + 1 if reach[-1] < within else None


def _goes_on(curve: CumulativeIncidence, age: int) -> bool:
    """Whether any stay is still going on, as far as is known, before an age."""
    before = np.searchsorted(curve.times, age, side="left") - 1
    return bool(before < 0 or curve.survival[before] > ROUNDING)
