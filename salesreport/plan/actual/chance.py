"""How much a line varies anyway, and what it may be on average: by one's own earlier stretches of as many days."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.customers.occasions import occasions_of
from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions
from salesreport.kpi.facts.dimensions import PEOPLE
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.own_begin import first_days
from salesreport.period import Period
from salesreport.plan.actual.doings import Doings, doings
from salesreport.plan.past import FEWEST, MOST, YEARS
from salesreport.stats.dispersion import Dispersion, count_jeffreys, moderated, successive
from salesreport.stats.numbering import numbered

Unit = tuple[str, str | None]
"""Who, and which part of the whole (None: all of it, or not stated)."""


class Measured(NamedTuple):
    """What was done in some days, by unit.

    Attributes:
        units: whose. actual: how much. lower, upper: the 95 % interval of what it may be on average.
        dispersion: variance ÷ mean. freedom: the degrees of freedom it rests on. stretches: of how
            many earlier ones of their own (0: none).
    """

    units: list[Unit]
    actual: Numbers
    lower: Numbers
    upper: Numbers
    dispersion: Numbers
    freedom: Numbers
    stretches: Numbers


def measured(
    facts: Facts, metric: str, period: Period, start: dt.date, end: dt.date, dimension: str | None, part: str,
    also: list[Unit],
) -> Measured:  # fmt: skip
    """Count or sum a metric up, and tell how far that may be chance.

    Args:
        facts: what happened. metric: what is counted. period: of the report. start, end: the days of the line.
        dimension: who (None: the company). part: `all`, or the dimension that parts it further.
        also: units that are wanted whether anything was done or not.
    """
    since = period.start - dt.timedelta(YEARS)
    found = doings(facts, metric, Period.span(since, min(period.end, facts.as_of)))
    cells = _cells(found, dimension, part, also)
    inside = (found.day >= np.datetime64(start, "D")) & (found.day <= np.datetime64(end, "D"))
    actual = np.bincount(cells.of[inside], found.weight[inside], len(cells.who))
    active = (actual > 0) | cells.wanted
    varies = _dispersion(facts, found, start, end, dimension, cells, active)
    bounds = count_jeffreys(actual, varies.value, varies.freedom)
    named = np.flatnonzero(cells.who != _NOBODY)
    units: list[Unit] = [(cells.who[at], cells.group[at] or None) for at in named]
    own = np.where(varies.pairs > 0, varies.pairs + 1, 0.0)
    numbers = (bounds.value, bounds.lower, bounds.upper, varies.value, varies.freedom, own)
    return Measured(units, *(one[named] for one in numbers))


_NOBODY = "\x1f"
"""Where an event names nobody of the dimension: it belongs to the whole only."""


class _Cells(NamedTuple):
    """Units of everything that happened: the unit of each event, and of each unit who, which part (or "") and if
    it is wanted."""

    of: Positions
    who: np.ndarray
    group: np.ndarray
    wanted: Flags


def _cells(found: Doings, dimension: str | None, part: str, also: list[Unit]) -> _Cells:
    who, whos = _coded(found, dimension, [one for one, _ in also], _NOBODY)
    named = [of if isinstance(of, str) else "" for _, of in also]
    group, groups = _coded(found, None if part == "all" else part, [of for of in named if of], "")
    place_of_who, place_of_group = ({name: place for place, name in enumerate(one)} for one in (whos, groups))
    wanted_who = np.array([place_of_who[one] for one, _ in also], np.intp)
    wanted = wanted_who * len(groups) + np.array([place_of_group[of] for of in named], np.intp)
    used, place = numbered(np.concatenate((who * len(groups) + group, wanted)))
    names = (whos[used // len(groups)], groups[used % len(groups)])
    return _Cells(place[: len(who)], *names, np.isin(used, wanted))


def _coded(
    found: Doings, dimension: str | None, also: list[str], missing: str
) -> tuple[Positions, npt.NDArray[np.object_]]:
    """A dimension of each event as numbers, and what they stand for; the last one for what is not stated."""
    if dimension is None:
        return np.zeros(len(found.day), np.intp), np.array([""], object)
    values = found.of(dimension)
    known = values.categories.tolist()
    there = set(known)
    every = [*known, *(one for one in dict.fromkeys(also) if one not in there)]
    codes = np.where(values.codes < 0, len(every), values.codes).astype(np.intp)
    return codes, np.array([*every, missing], object)


def _dispersion(
    facts: Facts, found: Doings, start: dt.date, end: dt.date, dimension: str | None, cells: _Cells, active: Flags
) -> Dispersion:
    """Of each unit: from its reps' stretches before, drawn to what is usual among all units."""
    size, length = len(cells.who), (end - start).days + 1
    ago = (np.datetime64(start, "D") - found.day).astype(np.int64)  # 1: the day before
    before = np.flatnonzero((ago >= 1) & (ago <= MOST * length))
    rep, reps = _coded(found, "rep_id", [], _NOBODY)
    people = dimension is None or dimension in PEOPLE
    if not people:
        rep, reps = np.zeros(len(rep), np.intp), np.array([_NOBODY], object)
    # a rep's doings are those of his units of today, whatever he was in then
    unit = _units_of_today(facts, found, rep, reps, end, dimension, cells) if people else cells.of
    before = before[unit[before] >= 0]
    member, place = numbered(unit[before] * len(reps) + rep[before])
    counts = np.bincount(place * MOST + (ago[before] - 1) // length, found.weight[before], len(member) * MOST)
    counts = counts.reshape(-1, MOST).astype(np.float64)
    first, last = _there(facts, found, start, length, reps)
    number, at = np.arange(MOST), member % len(reps)
    counts[(number < last[at, None]) | (number >= first[at, None])] = np.nan
    row = member // len(reps)
    seen = successive(counts, row, size)
    # of those who do nothing now it is not known that they were there all the time
    few = (seen.pairs + 1 < FEWEST) | ~active
    seen = Dispersion(np.where(few, np.nan, seen.value), np.where(few, 0.0, seen.freedom), seen.pairs)
    total = np.bincount(row, np.nansum(counts, axis=1), size)
    return moderated(seen, _floor(found, cells), total)


def _units_of_today(
    facts: Facts,
    found: Doings,
    rep: Positions,
    reps: npt.NDArray[np.object_],
    day: dt.date,
    dimension: str | None,
    cells: _Cells,
) -> Positions:
    """The unit of each event by whom its rep belongs to on a day; −1: to none that there is."""
    if dimension in (None, "rep_id"):
        return cells.of
    placed = facts.placed(pd.DataFrame({"rep_id": pd.Series(reps[:-1], dtype="str")}), day)[dimension].astype(
        object
    )
    team = np.append(np.where(placed.isna(), _NOBODY, placed), _NOBODY)
    units = pd.MultiIndex.from_arrays([cells.who, cells.group])
    group = cells.group[cells.of]
    return units.get_indexer(pd.MultiIndex.from_arrays([team[rep], group])).astype(np.intp)


def _there(
    facts: Facts, found: Doings, start: dt.date, length: int, reps: npt.NDArray[np.object_]
) -> tuple[Positions, Positions]:
    """In which stretches before the start each rep was there: up to which, and from which, counted backwards."""
    begin, on = np.datetime64(found.begin or start, "D"), np.datetime64(start, "D")
    known, *days = facts.remember("days of reps", lambda: _days_of_reps(facts))
    hired, left = (one[known.get_indexer(reps)] for one in days)
    first = np.clip((on - np.fmax(hired, begin)).astype(np.int64) // length, 0, MOST)
    gone = np.where(np.isnat(left), on, left + 1)
    return first, np.clip(-((gone - on).astype(np.int64) // length), 0, MOST)


def _days_of_reps(facts: Facts) -> tuple[pd.Index, Days, Days]:
    """The reps' ids, and when each came and left; behind these, for others, nothing."""
    once = ~facts.reps["rep_id"].duplicated().to_numpy()
    none = np.array(["NaT"], "datetime64[D]")
    days = (first_days(facts), facts.reps["left_on"].to_numpy("datetime64[D]"))
    came, left = (np.append(one[once], none) for one in days)
    return pd.Index(facts.reps["rep_id"][once], dtype=object), came, left


def _floor(found: Doings, cells: _Cells) -> Numbers:
    """Variance ÷ mean of independent events as large as a unit's are, else as all are; of orders, occasions."""
    weight = np.maximum(found.weight, 0.0)
    each, place = numbered(occasions_of(found.facts, found.events)[found.rows] * len(cells.who) + cells.of)
    of, weight = each % len(cells.who), np.bincount(place, weight, len(each))
    every = float((weight**2).sum() / weight.sum()) if weight.sum() > 0 else 1.0
    squares, sums = (np.bincount(of, one, len(cells.who)) for one in (weight**2, weight))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums > 0, squares / sums, every)
