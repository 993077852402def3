"""Which target a group has in a period: never a part of one, and never the same twice.

A target stands for a rep, a team or everybody, as a whole or for a segment or product line. For each group the
nearest level counts: its own rows, else the sum of the rows below it; levels are not mixed within a group. Its
period must be the one asked for, or periods that make it up exactly.
"""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions
from salesreport.kpi.facts.dimensions import TITLES
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text
from salesreport.period import Period

_SET_BY = ("rep_id", "team", "manager", "segment", "product_line")
"""The dimensions targets are set by."""

SOURCES = ("budget", "plan", "strategy")
"""Who may have set a target; where there are several the first one counts, one without a source before them."""


class Targets(NamedTuple):
    """The targets of groups.

    Attributes:
        frame: the by-columns and `value`, one row per group that has a target row; NaN where none fits.
        missing: why, for groups without a fitting target.
    """

    frame: pd.DataFrame
    missing: Text


class _Level(NamedTuple):
    """A way to state targets: for whom, whether by segment and product line; `sums`: what must be added up.

    People are added up before segments and product lines: a team's reps make up the team, but targets for a few
    segments seldom make up the whole.
    """

    who: str
    segment: bool
    product_line: bool
    sums: tuple[int, int]

    @property
    def columns(self) -> list[str]:
        who = [] if self.who == "all" else [self.who]
        return who + [name for name in ("segment", "product_line") if getattr(self, name)]


def targets_for(
    facts: Facts,
    period: Period,
    metric: str,
    by: Sequence[str] = (),
    where: Mapping[str, Iterable[str]] | None = None,
    additive: bool = True,
    called: Text | None = None,
) -> Targets:
    """The target that each group has for a metric in a period.

    Args:
        facts: where the targets are.
        period: as asked; targets are not spread over other periods.
        metric: its key, as table `targets` has it.
        by: the dimensions that make the groups.
        where: dimension → the values that count; a target must be there for each.
        additive: whether targets of parts may be added up (a win rate's may not).
        called: the metric's title, for what is said where there is none; missing: its key.

    Raises:
        Unavailable: no target for this metric, period or breakdown.
    """
    chosen = {name: tuple(values) for name, values in (where or {}).items()}
    key = (period, metric, tuple(by), tuple(chosen.items()), additive, str(called))
    return facts.store(("targets", key), lambda: _find(facts, period, metric, by, chosen, additive, called))


def _find(
    facts: Facts,
    period: Period,
    metric: str,
    by: Sequence[str],
    where: Mapping[str, tuple[str, ...]],
    additive: bool,
    called: Text | None,
) -> Targets:
    title = metric if called is None else called
    dimensions = [*dict.fromkeys([*by, *where])]
    if metric not in _metrics(facts)[0]:
        raise Unavailable(text("needs a target for {metric}; this export has none", metric=title))
    for name in dimensions:
        if name not in _SET_BY:
            raise Unavailable(text("targets are not set by {dimension}", dimension=TITLES[name]))
    misfit = text(
        "no target for {metric} fits {period}, and targets are not spread over other periods",
        metric=title,
        period=period,
    )
    within = facts.remember(("targets within", period), lambda: _within(facts, period))
    if metric not in within.places:
        raise Unavailable(misfit)
    rows = within.places[metric]

    known: pd.DataFrame | None = None
    for level in _levels(dimensions, additive):
        found = _at(facts, within, rows, period, level, dimensions, additive)
        for name, values in where.items():
            found = found[found[name].isin(list(values))]
        if found.empty:
            continue
        known = found if known is None else _completed(known, found, dimensions)
        if not dimensions and known["value"].notna().any():
            break  # a single target that is known; no other level can add to it
    if known is None:
        raise Unavailable(text("no target for {metric} is set for these groups", metric=title))
    for name, values in where.items():
        if name not in by and not set(values) <= set(known[name].dropna()):
            known = known.assign(value=np.nan)  # the actual counts them all, so the target must as well
    return Targets(_summed(known, list(by)), misfit)


def _completed(known: pd.DataFrame, more: pd.DataFrame, dimensions: list[str]) -> pd.DataFrame:
    """What is known, and of groups without a target what a further level has; by dimensions, with `value`."""
    if not dimensions:
        return more if known["value"].isna().all() else known
    further = more.merge(known[dimensions].drop_duplicates(), how="left", indicator=True)["_merge"] == "left_only"
    every = pd.concat([known, more[further.to_numpy()]], ignore_index=True)
    instead = every[dimensions].merge(more, how="left", on=dimensions)["value"].to_numpy()
    return every.assign(value=every["value"].where(every["value"].notna(), instead))


class _Within(NamedTuple):
    """The targets whose periods lie within one, an element each.

    Attributes:
        places: by metric, which are its own.
        who, segment, product_line: as `_Level` has them, the level each is stated at.
        codes: by column the number of each one's value in `names`, which are sorted.
        start, end: first and last day of each one's period. order: who comes first of those who set targets.
    """

    places: Mapping[Hashable, Positions]
    who: npt.NDArray[np.str_]
    segment: Flags
    product_line: Flags
    codes: Mapping[str, Positions]
    names: Mapping[str, pd.Index]
    start: Days
    end: Days
    order: Positions
    value: Numbers


def _within(facts: Facts, period: Period) -> _Within:
    """Told apart once for all metrics and breakdowns that are asked for."""
    rows = facts.targets
    rows = rows[(rows["start"] >= pd.Timestamp(period.start)) & (rows["end"] <= pd.Timestamp(period.end))]
    order = {name: place for place, name in enumerate(SOURCES, start=1)}
    coded = {name: pd.factorize(rows[name], sort=True) for name in ("rep_id", "team", "segment", "product_line")}
    codes = {name: both[0].astype(np.intp) for name, both in coded.items()}
    return _Within(
        rows.groupby("metric").indices,
        np.select([codes["rep_id"] >= 0, codes["team"] >= 0], ["rep_id", "team"], "all"),
        codes["segment"] >= 0,
        codes["product_line"] >= 0,
        codes,
        {name: pd.Index(both[1]) for name, both in coded.items()},
        rows["start"].to_numpy("datetime64[D]"),
        rows["end"].to_numpy("datetime64[D]"),
        rows["source"].map(order).fillna(0).to_numpy(np.intp),
        rows["value"].to_numpy(np.float64),
    )


def _metrics(facts: Facts) -> tuple[frozenset[str], frozenset[str]]:
    """The metrics that have targets at all, and those that have some by segment."""
    targets = facts.targets

    def find() -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(targets["metric"]), frozenset(targets.loc[targets["segment"].notna(), "metric"])

    return facts.remember("metrics with targets", find)


def set_by_segment(facts: Facts, metric: str) -> bool:
    """Whether any target for a metric, of whatever period, is set by segment."""
    return metric in _metrics(facts)[1]


def _levels(dimensions: Sequence[str], additive: bool) -> list[_Level]:
    """The levels that can give a target by some dimensions, those that need the least adding up first."""
    if "rep_id" in dimensions:
        people = [("rep_id", 0)]
    elif "manager" in dimensions:
        people = [("rep_id", 1)]
    elif "team" in dimensions:
        people = [("team", 0), ("rep_id", 1)]
    else:
        people = [("all", 0), ("rep_id", 1), ("team", 1)]
    ways = {
        name: [(True, 0)] if name in dimensions else [(False, 0), (True, 1)]
        for name in ("segment", "product_line")
    }
    levels = [
        _Level(who, segment, product_line, (more + most, sums))
        for who, sums in people
        for segment, more in ways["segment"]
        for product_line, most in ways["product_line"]
    ]
    return sorted((level for level in levels if additive or not any(level.sums)), key=lambda level: level.sums)


def _at(
    facts: Facts, within: _Within, rows: Positions, period: Period, level: _Level, dimensions: list[str],
    additive: bool,
) -> pd.DataFrame:  # fmt: skip
    """The targets stated at a level, by dimensions (`value` NaN: there are rows, but they do not fit)."""
    here = (within.who[rows] == level.who) & (within.segment[rows] == level.segment)
    rows = rows[here & (within.product_line[rows] == level.product_line)]
    if not len(rows):
        return pd.DataFrame(columns=[*dimensions, "value"])
    found = _tiled(facts, within, rows, period, level.columns, additive)
    if level.columns == dimensions != []:
        return found  # a row each already
    if level.who == "rep_id" and {"team", "manager"} & set(dimensions):
        found = facts.placed(found, period.end)
        for name in ("team", "manager"):
            found[name] = found[name].astype("str")
    return _summed(found, dimensions)


def _tiled(
    facts: Facts, within: _Within, rows: Positions, period: Period, columns: list[str], additive: bool
) -> pd.DataFrame:
    """The sum of each one's targets whose periods make up the period exactly; NaN where none do.

    Where several people set targets (budget, plan …), one of them counts, in the order of `SOURCES`. Two targets
    for the same thing leave it open which one is meant, so neither counts. A rep needs none for months in which he
    was not yet, or no longer, there.

    Returns:
        The columns and `value`, a row each, sorted.
    """
    days = np.stack([within.start[rows], within.end[rows]], axis=1)
    spans, span = np.unique(days, axis=0, return_inverse=True)
    code = np.zeros(len(rows), np.intp)
    for name in columns:
        code = code * len(within.names[name]) + within.codes[name][rows]
    different, one = np.unique(code, return_index=True)
    people = {name: within.names[name][within.codes[name][rows[one]]] for name in columns}
    cell = np.searchsorted(different, code) * len(spans) + span.ravel()
    needed = _needed(facts, period, people.get("rep_id"), len(different))
    value = np.full(len(different), np.nan)
    for order in np.unique(within.order[rows]):
        some = within.order[rows] == order
        stated = np.full((len(different), len(spans)), np.nan)
        stated.flat[cell[some]] = within.value[rows[some]]
        stated[np.bincount(cell[some], minlength=stated.size).reshape(stated.shape) > 1] = np.nan
        made = _made_up(stated, spans, needed, period, additive)
        value = np.where(np.isnan(value), made, value)
    return pd.DataFrame({**people, "value": value})


def _made_up(stated: Numbers, spans: Days, needed: Days, period: Period, additive: bool) -> Numbers:
    """What each one's targets make up.

    Args:
        stated: people × spans, NaN: none. spans: first and last day of each, sorted. needed: likewise, of the days
            on which each one was there. period: asked for. additive: whether they may be added up.
    """
    there = ~np.isnan(stated)
    # few people differ in the periods they have, so the choice is made once for all who are alike
    _, some, kind = np.unique(
        np.column_stack([there, needed.astype(np.int64)]), axis=0, return_index=True, return_inverse=True
    )
    value = np.full(len(stated), np.nan)
    for number, person in enumerate(some.tolist()):
        first, last = needed[person].tolist()
        chosen = _tiles(spans[there[person]], first, last)
        at = np.flatnonzero(there[person])[chosen]
        whole = len(at) == 1 and spans[at[0]].tolist() == [period.start, period.end]
        if len(at) and (additive or whole):
            mine = kind.ravel() == number
            value[mine] = stated[mine][:, at].sum(axis=1)
    return value


def _needed(facts: Facts, period: Period, reps: pd.Index | None, size: int) -> Days:
    """The first and last day of the period on which each one was there (reps; everybody else always is)."""
    days = np.tile(np.array([period.start, period.end], "datetime64[D]"), (size, 1))
    if reps is not None:
        known = facts.reps.drop_duplicates("rep_id").set_index("rep_id")[["hired_on", "left_on"]].reindex(reps)
        hired, left = (known[name].to_numpy("datetime64[D]") for name in known)
        days[:, 0], days[:, 1] = np.fmax(days[:, 0], hired), np.fmin(days[:, 1], left)
    return days


def _tiles(spans: Days, first: dt.date, last: dt.date) -> list[int]:
    """The spans (first and last day, sorted) that hold the days from first to last without gap or overlap.

    Of several ways the one that covers most, and of those the one with the fewest spans; [] where there is none.
    """
    chains: dict[dt.date, tuple[dt.date, list[int]]] = {}
    for number, (start, end) in enumerate(spans.tolist()):
        after = end + dt.timedelta(1)
        ways = [(chains[start][0], [*chains[start][1], number])] if start in chains else []
        if start <= first:
            ways.append((start, [number]))
        for way in ways:
            known = chains.get(after)
            if known is None or (way[0], len(way[1])) < (known[0], len(known[1])):
                chains[after] = way
    ends = [after for after in chains if after > last]
    return chains[max(ends)][1] if ends else []


def _summed(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Values added up by some columns; a sum with a missing part is missing."""
    if not by:
        return pd.DataFrame({"value": [frame["value"].sum(skipna=False)]})
    return frame.groupby(by, dropna=False)["value"].sum(skipna=False).reset_index()
