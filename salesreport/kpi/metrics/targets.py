"""Which target a group has in a period: never a part of one, and never the same twice.

A target stands for a rep, a team or everybody, as a whole or for a segment or product line. For each group the
nearest level counts: its own rows, else the sum of the rows below it; levels are not mixed within a group. Its
period must be the one asked for, or periods that make it up exactly.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

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
) -> Targets:
    """The target that each group has for a metric in a period.

    Args:
        facts: where the targets are.
        period: as asked; targets are not spread over other periods.
        metric: its key, as table `targets` has it.
        by: the dimensions that make the groups.
        where: dimension → the values that count; a target must be there for each.
        additive: whether targets of parts may be added up (a win rate's may not).

    Raises:
        Unavailable: no target for this metric, period or breakdown.
    """
    chosen = {name: tuple(values) for name, values in (where or {}).items()}
    key = (period, metric, tuple(by), tuple(chosen.items()), additive)
    return facts.store(("targets", key), lambda: _find(facts, period, metric, by, chosen, additive))


def _find(
    facts: Facts,
    period: Period,
    metric: str,
    by: Sequence[str],
    where: Mapping[str, tuple[str, ...]],
    additive: bool,
) -> Targets:
    dimensions = [*dict.fromkeys([*by, *where])]
    rows = facts.targets
    rows = rows[rows["metric"] == metric]
    if rows.empty:
        raise Unavailable(text("needs a target for {metric}; this export has none", metric=metric))
    for name in dimensions:
        if name not in _SET_BY:
            raise Unavailable(text("targets are not set by {dimension}", dimension=TITLES[name]))
    inside = (rows["start"] >= pd.Timestamp(period.start)) & (rows["end"] <= pd.Timestamp(period.end))
    misfit = text(
        "no target for {metric} fits {period}, and targets are not spread over other periods",
        metric=metric,
        period=period,
    )
    rows = rows[inside]
    if rows.empty:
        raise Unavailable(misfit)

    known: pd.DataFrame | None = None
    for level in _levels(dimensions, additive):
        found = _at(facts, rows, period, level, dimensions, additive)
        for name, values in where.items():
            found = found[found[name].isin(list(values))]
        if found.empty:
            continue
        if known is None:
            known = found
        elif dimensions:
            lacking = found.merge(known[dimensions].drop_duplicates(), how="left", indicator=True)
            known = pd.concat([known, found[(lacking["_merge"] == "left_only").to_numpy()]], ignore_index=True)
            better = known[dimensions].merge(found, how="left", on=dimensions)["value"].to_numpy()
            known["value"] = known["value"].where(known["value"].notna(), better)
        elif known["value"].isna().all():
            known = found
        if not dimensions and known["value"].notna().any():
            break  # a single target that is known; no other level can add to it
    if known is None:
        raise Unavailable(text("no target for {metric} is set for these groups", metric=metric))
    for name, values in where.items():
        if name not in by and not set(values) <= set(known[name].dropna()):
            known = known.assign(value=np.nan)  # the actual counts them all, so the target must as well
    return Targets(_summed(known, list(by)), misfit)


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
    facts: Facts, rows: pd.DataFrame, period: Period, level: _Level, dimensions: list[str], additive: bool
) -> pd.DataFrame:
    """The targets stated at a level, by dimensions (`value` NaN: there are rows, but they do not fit)."""
    who = np.select([rows["rep_id"].notna(), rows["team"].notna()], ["rep_id", "team"], "all")
    here = who == level.who
    for name in ("segment", "product_line"):
        here &= (rows[name].notna() == getattr(level, name)).to_numpy()
    rows = rows[here]
    if rows.empty:
        return pd.DataFrame(columns=[*dimensions, "value"])
    found = _tiled(facts, rows, period, level.columns, additive)
    if level.who == "rep_id" and {"team", "manager"} & set(dimensions):
        found = facts.placed(found, period.end)
        for name in ("team", "manager"):
            found[name] = found[name].astype("str")
    return _summed(found, dimensions)


def _tiled(facts: Facts, rows: pd.DataFrame, period: Period, columns: list[str], additive: bool) -> pd.DataFrame:
    """The sum of each one's targets whose periods make up the period exactly; NaN where none do.

    Where several people set targets (budget, plan …), one of them counts, in the order of `SOURCES`. Two targets
    for the same thing leave it open which one is meant, so neither counts. A rep needs none for months in which he
    was not yet, or no longer, there.
    """
    order = {name: place for place, name in enumerate(SOURCES, start=1)}
    spans = rows[["start", "end"]].drop_duplicates().sort_values(["start", "end"], ignore_index=True)
    rows = rows.merge(spans.reset_index(names="span")).assign(everybody=0)
    keys = columns or ["everybody"]
    results: pd.Series | None = None
    for _, some in rows.groupby(rows["source"].map(order).fillna(0)):
        twice = some.duplicated([*keys, "span"], keep=False)
        some = some.assign(value=some["value"].mask(twice)).drop_duplicates([*keys, "span"])
        table = some.set_index([*keys, "span"])["value"].unstack("span")  # noqa: PD010 (pivot_table drops the empty)
        needed = _needed(facts, period, table.index.to_frame(index=False))
        there = table.notna().to_numpy()
        values = pd.Series(np.nan, index=table.index)
        # few people differ in the periods they have, so the choice is made once for all who are alike
        alike = pd.DataFrame(there).assign(**needed).groupby([*range(there.shape[1]), *needed], sort=False)
        for place in alike.indices.values():
            first, last = (needed[name].iloc[place[0]].date() for name in ("first", "last"))
            chosen = _tiles(spans.loc[table.columns[there[place[0]]]], first, last)
            whole = len(chosen) == 1 and _spans(spans.loc[chosen[0]], period)
            if chosen and (additive or whole):
                values.iloc[place] = table[chosen].iloc[place].sum(axis=1, skipna=False)
        results = values if results is None else results.combine_first(values)
    assert results is not None, "there are rows"
    return results.rename("value").reset_index()[[*columns, "value"]]


def _needed(facts: Facts, period: Period, people: pd.DataFrame) -> dict[str, pd.Series]:
    """The first and last day of the period on which each one was there (reps; everybody else always is)."""
    first, last = (pd.Series(pd.Timestamp(day), index=people.index) for day in (period.start, period.end))
    if "rep_id" in people:
        reps = people[["rep_id"]].merge(facts.reps, how="left", on="rep_id")
        first = first.where(~(reps["hired_on"] > first), reps["hired_on"])
        last = last.where(~(reps["left_on"] < last), reps["left_on"])
    return {"first": first, "last": last}


def _tiles(spans: pd.DataFrame, first: dt.date, last: dt.date) -> list[int]:
    """The spans (`start`, `end`) that hold the days from first to last without gap or overlap; [] where none do.

    Of several ways the one that covers most, and of those the one with the fewest spans.
    """
    chains: dict[dt.date, tuple[dt.date, list[int]]] = {}
    for span in spans.sort_values(["start", "end"]).itertuples():
        start, after = span.start.date(), span.end.date() + dt.timedelta(1)
        ways = [(chains[start][0], [*chains[start][1], span.Index])] if start in chains else []
        if start <= first:
            ways.append((start, [span.Index]))
        for way in ways:
            known = chains.get(after)
            if known is None or (way[0], len(way[1])) < (known[0], len(known[1])):
                chains[after] = way
    ends = [after for after in chains if after > last]
    return chains[max(ends)][1] if ends else []


def _spans(span: pd.Series, period: Period) -> bool:
    return bool(span["start"].date() == period.start and span["end"].date() == period.end)


def _summed(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Values added up by some columns; a sum with a missing part is missing."""
    if not by:
        return pd.DataFrame({"value": [frame["value"].sum(skipna=False)]})
    return frame.groupby(by, dropna=False)["value"].sum(skipna=False).reset_index()
