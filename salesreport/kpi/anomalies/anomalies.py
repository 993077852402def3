"""The list of conversion anomalies: who moves deals on less or more often than others do with like deals.

Every group (rep, team …) is compared with the others at every step of the process, as a whole and within each
product line, segment and lead source, on deals that promise the same whoever has them (`likeness`). What is
reported holds for all comparisons together (`family`). Most teams have few or no anomalies.
"""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies.comparisons import PARTS, Comparisons
from salesreport.kpi.anomalies.decided import Decisions, Step, decisions, of_people
from salesreport.kpi.anomalies.explain import Past, crude, uneven
from salesreport.kpi.anomalies.timing import Timing, timing
from salesreport.kpi.anomalies.worth import worth
from salesreport.kpi.facts.checks import check_dimensions, check_level
from salesreport.kpi.facts.columns import Flags, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import store_of_process
from salesreport.language import text
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.stats.holds import assert_holds

LEVEL = 0.1
"""The part of what is reported that may be chance."""

MOST_KEPT = 16
"""How many comparisons are remembered: who explores makes many."""

MOST_DECISIONS = 3_000_000
"""How many decisions those may have together that are remembered beside the last: each takes 30 bytes."""

LONGER = 1.25
"""A longer span is looked at, too, where it holds at least so many times the decisions: else it says the same."""

PAST = 730
"""Days before the period's end in which the begin of a difference is looked for."""

Row = Mapping[str, Any]
"""A row of `Anomalies.frame`, as a mapping or as a Series."""

Only = tuple[tuple[str, tuple[str, ...]], ...]


class Family(NamedTuple):
    """What was compared, declared before looking.

    Attributes:
        by: whom. parts: within what, one tuple of dimensions per level; () is the whole.
        tested: comparisons. too_few: those of the first level that have too few deals to be tested.
        periods: those that were looked at together, this one among them. all_tested: comparisons in all of them.
        groups, steps: how many were compared. decisions: how many these had.
        like: what tells which deals promise the same. bands: how many bands of these there are at a step.
    """

    by: str
    parts: tuple[tuple[str, ...], ...]
    tested: int
    too_few: int
    groups: int
    steps: int
    decisions: int
    like: tuple[str, ...]
    bands: int
    periods: tuple[Period, ...]
    all_tested: int


@dataclass(frozen=True, eq=False)
class Anomalies:
    """Conversion anomalies of a period.

    Attributes:
        facts: whose deals. period: when they were decided. family: what was compared.
        level: the false discovery rate allowed.
        frame: a row per comparison, those least likely to be chance first. Who it is (`rep_id` or another
            dimension) and within what (`product_line`, `segment`, `lead_source`; missing: all), then `step`: the
            step's key; `n`: decisions that others had alike; `rate`: share of them that went on in time,
            `expected`: that of like deals of the others, `effect`: their difference with its 95 % interval
            `lower`, `upper`; `p`, `q`: missing where n is below 20; `flag`: worse, better, none; `at_stake`: the
            amount that the difference cost or brought in the period, with `at_stake_lower`, `at_stake_upper`;
            `observed`: decisions that went on; `odds_ratio`. Of the first level `crude`: difference of raw rates,
            and `explained`: `mix` or `timing` where that is all there is to one beyond chance. Of flagged rows
            `since`: the first day of the month in which the difference began, likely between `since_from` and
            `since_until`; `since_always`: whether it may be as old as the data; `uneven`: the dimension in whose
            parts the difference is not the same.
        timing: how win rates depend on the month of the quarter; None where that cannot be told.
    """

    facts: Facts
    period: Period
    level: float
    family: Family
    frame: pd.DataFrame
    timing: Timing | None
    _made: Comparisons

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the process; the last one is `win`."""
        return self._made.decided.steps

    @property
    def findings(self) -> pd.DataFrame:
        """The flagged rows, those with most at stake first; unknown amounts last."""
        found = self.frame[self.frame["flag"] != "none"]
        return found.sort_values(["at_stake", "q"], ascending=[False, True], kind="stable")

    def step(self, key: str) -> Step:
        """A step by its key."""
        return next(step for step in self.steps if step.key == key)

    def whole(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Of some rows of `frame` those about all decisions of a group at a step, not about a part of them."""
        parts = [name for names in self.family.parts for name in names]
        return rows[rows[parts].isna().all(axis=1).to_numpy(bool)]

    def part(self, row: Row) -> dict[str, str]:
        """Within what a row of `frame` is: dimension → value; empty for a whole."""
        names = dict.fromkeys(name for names in self.family.parts for name in names)
        return {name: row[name] for name in names if isinstance(row[name], str)}

    def decisions(self, row: Row) -> Decisions:
        """The decisions that a row of `frame` counts: those that others had alike, in order of time."""
        decided, cells = self._made.decided, self._made.cells
        rows = np.flatnonzero(self._inside(row))
        whose = self._made.groups.codes[rows]
        group = self._made.groups.categories.get_loc(row[self.family.by])
        # those truly different are no measure for others
        names = tuple(self.part(row))
        level = next(number for number, one in enumerate(self.family.parts) if set(one) == set(names))
        part = self._made.codes[level]
        pool = (cells.level == level) & (cells.step == _number(self.steps, row["step"]))
        pool &= cells.part == (0 if part is None else part[rows[0]])
        measure = np.ones(len(self._made.groups.categories) + 1, bool)  # the last for those without a group
        measure[cells.group[pool & ~cells.ordinary]] = False
        others = measure[whose] & (whose != group)
        stratum = self._made.like.stratum[rows]
        counts = np.bincount(stratum, others, int(stratum.max(initial=-1)) + 1)
        return decided.take(rows[(whose == group) & (counts[stratum] > 0)])

    def _inside(self, row: Row) -> Flags:
        """Which decisions of the period, anybody's, are at a row's step and within its part."""
        decided = self._made.decided
        found: Flags = np.asarray(decided.step == _number(self.steps, row["step"]))
        for name, value in self.part(row).items():
            found = found & decided.has(name, value)
        return found


def anomalies(
    facts: Facts,
    file: ProcessFile,
    period: Period,
    by: Sequence[str] | None = None,
    level: float = LEVEL,
    where: Mapping[str, Sequence[str]] | None = None,
    shown: bool = False,
) -> Anomalies:
    """Look for conversion anomalies; worked out once.

    Args:
        facts: whose deals. file: the processes they follow. period: when they were decided.
        by: whom to compare, and within what: `("rep_id", "product_line")` compares reps within each product line.
            By default reps, as a whole and within each product line, segment and lead source.
        level: the part of what is reported that may be chance.
        where: dimension → values; only decisions that have one of them, on both sides of each comparison.
        shown: leave out (NaN) the odds ratios and intervals of parts that are no anomalies: where nobody is shown
            them they are not worth their time.

    Raises:
        ConfigError: no such dimension, or no such level. Unavailable: nothing was decided, or there is nobody to
            compare with.
    """
    return in_one_family(facts, file, (period,), by, level, where, shown)[0]


def in_one_family(
    facts: Facts,
    file: ProcessFile,
    periods: Sequence[Period],
    by: Sequence[str] | None = None,
    level: float = LEVEL,
    where: Mapping[str, Sequence[str]] | None = None,
    shown: bool = False,
) -> tuple[Anomalies, ...]:
    """`anomalies` of several periods that are looked at together: q-values hold for all of their comparisons.

    Raises:
        ConfigError, Unavailable: as `anomalies`, of whichever of the periods.
    """
    chosen = tuple(dict.fromkeys(by or ()))
    check_dimensions((*chosen, *(where or {})))
    check_level(level)
    only = _only(where)
    kept, key = _kept(facts), _key(file, periods, chosen, level, only, shown)
    made = kept.get(key)
    if made is None:
        made = store_of_process(
            facts,
            file,
            ("anomalies looked for", tuple(periods), chosen, level, only, shown),
            lambda: _look(facts, file, tuple(periods), chosen, level, only, shown),
            remembered=False,
        )
        while kept and (len(kept) >= MOST_KEPT or sum(map(_decisions, kept.values())) > MOST_DECISIONS):
            kept.pop(next(iter(kept)), None)
        kept[key] = made
    return made


def is_remembered(
    facts: Facts,
    file: ProcessFile,
    period: Period,
    where: Mapping[str, Sequence[str]] | None = None,
    shown: bool = False,
) -> bool:
    """Whether `anomalies` by rep are there already; arguments as there."""
    return _key(file, (period,), (), LEVEL, _only(where), shown) in _kept(facts)


def _kept(facts: Facts) -> dict[Hashable, tuple[Anomalies, ...]]:
    return facts.remember("anomalies", dict)


def _key(
    file: ProcessFile, periods: Sequence[Period], chosen: tuple[str, ...], level: float, only: Only, shown: bool
) -> Hashable:
    return id(file), tuple((one.start, one.end) for one in periods), chosen, level, only, shown


def _only(where: Mapping[str, Sequence[str]] | None) -> Only:
    return tuple(sorted((name, tuple(sorted(values))) for name, values in (where or {}).items() if values))


def _decisions(found: tuple[Anomalies, ...]) -> int:
    return sum(one.family.decisions for one in found)


def longest(facts: Facts, file: ProcessFile, period: Period) -> Period | None:
    """The longest span up to a period's end of which the data know decisions.

    Returns:
        None where it holds hardly more decisions than the period itself.

    Raises:
        Unavailable: no deal was ever decided.
    """
    everything = decisions(facts, file)
    if len(everything.between(dt.date.min, period.end)) < LONGER * max(len(everything.during(period)), 1):
        return None
    begin: dt.date = everything.day[0].astype(object)
    return Period.span(begin.replace(day=1), period.end, period.fiscal_year_start)


def _look(
    facts: Facts,
    file: ProcessFile,
    periods: tuple[Period, ...],
    chosen: tuple[str, ...],
    level: float,
    only: Only,
    shown: bool,
) -> tuple[Anomalies, ...]:
    everything = decisions(facts, file)
    for name in (*(chosen or ("rep_id",)), *(name for name, _ in only)):
        if not facts.dimensions.carries("deals", name):
            raise lacks("deals", name)
    if only:
        everything = everything.take(_chosen(everything, only))
    group, *within = chosen or ("rep_id",)
    if group == "rep_id":
        everything = of_people(everything)
    carried = [name for name in PARTS if facts.dimensions.carries("deals", name)]
    parts = (tuple(within),) if chosen else ((), *((name,) for name in carried))
    decided = [_decided(everything, period, group) for period in periods]
    together = Comparisons.of(decided, group, parts, level, shown)
    tested = sum(int((~np.isnan(made.cells.p)).sum()) for made in together)
    return tuple(
        Anomalies(
            facts, period, level, _family(made, periods, tested), _frame(made, everything, period),
            timing(facts, everything, period.start, period.end), replace(made, decided=made.decided.apart()),
        )
        for period, made in zip(periods, together, strict=True)
    )  # fmt: skip


def _decided(everything: Decisions, period: Period, group: str) -> Decisions:
    """A period's decisions, of at least two values of a dimension."""
    decided = everything.during(period)
    if not len(decided):
        raise Unavailable(text("no deal was decided in {period}", period=period))
    codes = decided.dimension(group).codes
    if len(np.unique(codes[codes >= 0])) < 2:
        raise Unavailable(text("there is nobody to compare with"))
    return decided


def _family(made: Comparisons, periods: tuple[Period, ...], all_tested: int) -> Family:
    """What was compared, and what of it could be."""
    untested, codes = np.isnan(made.cells.p), made.groups.codes
    return Family(
        made.by, made.parts, int((~untested).sum()), int((untested & (made.cells.level == 0)).sum()),
        len(np.unique(codes[codes >= 0])), len(np.unique(made.decided.step)), len(made.decided), made.like.columns,
        made.like.bands, periods, all_tested,
    )  # fmt: skip


def _chosen(decided: Decisions, only: Only) -> Flags:
    found = np.ones(len(decided), bool)
    for name, wanted in only:
        values = decided.dimension(name)
        found &= np.isin(values.codes, [code for code in values.categories.get_indexer(list(wanted)) if code >= 0])
    return found


def _frame(made: Comparisons, everything: Decisions, period: Period) -> pd.DataFrame:
    """All comparisons as `Anomalies.frame` has them."""
    cells = made.cells
    kept = np.flatnonzero(~np.isnan(cells.p) | (cells.level == 0))  # within parts only what could be tested
    raw, stake = crude(made), worth(made, everything, period.end)
    assert_holds(cells.lower, cells.effect, cells.upper)
    assert_holds(stake["at_stake_lower"], stake["at_stake"], stake["at_stake_upper"])
    rows = cells.take(kept)
    rate = rows.observed / np.where(rows.n > 0, rows.n, np.nan)
    flag = np.where(rows.q <= made.level, np.where(rows.effect < 0, "worse", "better"), "none")
    steps = pd.Index([step.key for step in made.decided.steps], dtype="str")
    frame = pd.DataFrame(
        {
            **made.names(rows),
            "step": pd.Series(steps.take(rows.step), dtype="str"),
            "n": rows.n,
            "rate": rate,
            "expected": rate - rows.effect,
            "effect": rows.effect,
            "lower": rows.lower,
            "upper": rows.upper,
            "p": rows.p,
            "q": rows.q,
            "flag": pd.Series(flag, dtype="str"),
            **{name: values[kept] for name, values in stake.items()},
            "observed": rows.observed,
            "odds_ratio": rows.odds_ratio,
            "crude": raw.effect[kept],
            "explained": pd.Series(raw.explained[kept], dtype="str"),
        }
    )
    frame = pd.concat([frame, _told_more(made, everything, period, frame, kept)], axis=1)
    return frame.sort_values(["q", "p", made.by, "step"], kind="stable", ignore_index=True)


def _told_more(
    made: Comparisons, everything: Decisions, period: Period, frame: pd.DataFrame, cells: Positions
) -> pd.DataFrame:
    """Of the flagged: since when, and whether the difference is the same everywhere; `cells` are those of rows."""
    size = len(frame)
    days = {name: np.full(size, "NaT", "datetime64[D]") for name in ("since", "since_from", "since_until")}
    always, places = np.zeros(size, bool), np.full(size, None, object)
    flagged = np.flatnonzero(frame["flag"] != "none")
    if len(flagged):
        start = min(period.start, period.end - dt.timedelta(days=PAST - 1))
        past = Past(made, everything, start.replace(day=1), period.end)
        names = [name for parts in made.parts for name in parts]
        for at in flagged.tolist():
            row, cell = frame.iloc[at], int(cells[at])
            part = {name: row[name] for name in names if isinstance(row[name], str)}
            begun = past.since(int(made.cells.step[cell]), row[made.by], part)
            if begun is not None:
                for name, month in zip(days, (begun.month, begun.earliest, begun.latest), strict=True):
                    days[name][at] = np.datetime64(month, "M").astype("datetime64[D]")
                always[at] = begun.always
            if not part:
                places[at] = uneven(made, cell)
    return pd.DataFrame(
        {
            **{name: values.astype("datetime64[ms]") for name, values in days.items()},
            "since_always": always,
            "uneven": pd.Series(places, dtype="str"),
        },
        index=frame.index,
    )


def _number(steps: Sequence[Step], key: str) -> int:
    return next(number for number, step in enumerate(steps) if step.key == key)
