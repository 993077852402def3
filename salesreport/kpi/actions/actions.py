"""Which actions go with deals that go on: every activity type at every milestone, in one frame."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.actions.family import Cells, compare_actions, suggestions
from salesreport.kpi.actions.moments import Done, Watched, window_of
from salesreport.kpi.actions.watched import (
    Activities,
    Stays,
    activities_of,
    months_since,
    narrow,
    rep_codes,
    stays_of,
    taken_of,
)
from salesreport.kpi.anomalies.comparisons import like_columns
from salesreport.kpi.anomalies.decided import Decisions, Step
from salesreport.kpi.anomalies.likeness import MONTH
from salesreport.kpi.facts.checks import check_dimensions, check_level
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import store_of_process
from salesreport.language import text
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.stats.holds import assert_holds

LEVEL = 0.1
"""The part of what is reported that may be chance."""


class Family(NamedTuple):
    """What was compared.

    Attributes:
        tested: comparisons that could be made. untold: those with too few stays on one side.
        stays: stays that were decided. types: activity types. left_out: types too seldom to be looked at.
        of_deals, all: activities that belong to a deal, of all.
    """

    tested: int
    untold: int
    stays: int
    types: int
    left_out: int
    of_deals: int
    all: int


@dataclass(frozen=True, eq=False)
class Actions:
    """What goes with going on, in a period.

    Attributes:
        facts: whose deals. period: when the stays were decided. level: the false discovery rate allowed.
        family: what was compared. steps: of the process.
        frame: a row per activity type and step, those worth planning first, then by p: `type`; `step`: its key;
            `window`: days of the window, and of the gap after it; `stays`: decided in the period and looked at;
            `exposed`, `unexposed`: of these, with and without the activity in a window; `rate`: share of those
            with it that went on, `expected`: of like ones without, `effect`: the difference with its 95 % interval
            `lower`, `upper`; `odds_ratio`, `odds_lower`, `odds_upper`: the same as a ratio; `p`, `q`;
            `suggestion`: see `suggestions`; `far`: the effect when the gap before the decision is twice as long,
            of what may be useful; `raw` with `raw_lower`, `raw_upper`, `raw_q`: the difference of raw rates;
            `raw_with`, `raw_without`: decided stays with such an activity, whenever, and without.
        watched, done: the stays and activities as numbers. rep: whose each stay was.
    """

    facts: Facts
    period: Period
    level: float
    family: Family
    steps: tuple[Step, ...]
    frame: pd.DataFrame
    watched: Watched
    done: Done
    types: tuple[str, ...]
    rep: pd.Categorical

    def step(self, key: str) -> Step:
        """A step by its key."""
        return next(step for step in self.steps if step.key == key)

    def of(self, suggestion: str) -> pd.DataFrame:
        """The rows with a suggestion."""
        return self.frame[self.frame["suggestion"] == suggestion]

    @property
    def misleading(self) -> pd.DataFrame:
        """Of what could be told, that which raw rates claim beyond chance and like with like does not confirm."""
        claimed = (self.frame["raw_q"] <= self.level) & self.frame["p"].notna()
        confirmed = (self.frame["q"] <= self.level) & (self.frame["effect"] * self.frame["raw"] > 0)
        return self.frame[claimed & ~confirmed]


def actions(
    facts: Facts,
    file: ProcessFile,
    period: Period | None = None,
    milestones: Sequence[str] = (),
    level: float = LEVEL,
    where: Mapping[str, Sequence[str]] | None = None,
) -> Actions:
    """Look which actions go with deals that go on; worked out once.

    Args:
        facts: whose deals. file: the processes they follow. period: when stays were decided; by default ever.
        milestones: keys of the steps to look at; by default all.
        level: the part of what is reported that may be chance.
        where: dimension → values; only deals that have one of them.

    Raises:
        ConfigError: no such milestone, dimension or level. Unavailable: the data cannot tell.
    """
    check_dimensions(tuple(where or {}))
    check_level(level)
    only = tuple(sorted((name, tuple(sorted(values))) for name, values in (where or {}).items() if values))
    span = None if period is None else (period.start, period.end)
    key = ("actions", period, span, tuple(sorted(set(milestones))), level, only)
    return store_of_process(facts, file, key, lambda: _look(facts, file, period, tuple(milestones), level, only))


def ever(facts: Facts, file: ProcessFile, period: Period) -> Period:
    """The longest span up to a period's end, and the as-of date, of which the data know decisions.

    Raises:
        Unavailable: the data cannot tell.
    """
    activities_of(facts)  # what lacks them has no such span
    stays = stays_of(facts, file)
    first: dt.date = stays.decided.day[0].astype(object)
    if first > period.end:
        raise Unavailable(text("no deal was decided in {period}", period=period))
    return Period.span(first.replace(day=1), min(period.end, facts.as_of), period.fiscal_year_start)


def _look(
    facts: Facts, file: ProcessFile, period: Period | None, milestones: tuple[str, ...], level: float,
    only: tuple[tuple[str, tuple[str, ...]], ...],
) -> Actions:  # fmt: skip
    known, stays = activities_of(facts), stays_of(facts, file)
    check_milestones(stays.steps, milestones)
    if period is None:
        first: dt.date = stays.decided.day[0].astype(object)
        period = Period.span(first.replace(day=1), facts.as_of, facts.dataset.settings.fiscal_year_start)
    decided, watched = chosen_stays(stays, period, milestones, only)
    if not len(decided):
        raise Unavailable(text("no deal was decided in {period}", period=period))
    columns = {name: codes for name, codes in like_columns(decided, "rep_id").items() if name != MONTH}
    base = int(min(watched.entered.min(), watched.until.min()))
    shifted = watched._replace(
        entered=watched.entered - base, until=watched.until - base, decided=watched.decided - base
    )
    done = known.done._replace(day=known.done.day - base)
    last = int(max(shifted.until.max(), shifted.entered.max())) + int(window_of(watched.expected).max())
    cells = compare_actions(
        shifted, rep_codes(decided.rep), columns, done, len(known.types), months_since(base, base + last)
    )
    frame = _frame(cells, stays.steps, known, window_of(_expected(watched, len(stays.steps))), level)
    return Actions(
        facts, period, level, _family(cells, known, decided), stays.steps, frame, narrow(watched),
        narrow(known.done), known.types, decided.rep,
    )  # fmt: skip


def check_milestones(steps: Sequence[Step], milestones: Sequence[str]) -> None:
    """Make sure that there are steps of these keys.

    Raises:
        ConfigError: there is none of one of them; it names the nearest.
    """
    keys = [step.key for step in steps]
    for key in milestones:
        if key not in keys:
            raise ConfigError(
                text("There is no such milestone."),
                key="milestone",
                found=key,
                expected=text("one of {names}", names=keys),
                nearest=nearest(key, keys),
            )


def chosen_stays(
    stays: Stays, period: Period, milestones: Sequence[str], only: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[Decisions, Watched]:
    """The stays that were decided in a period, at some milestones, with some values."""
    day = stays.decided.day
    inside = (day >= np.datetime64(period.start, "D")) & (day <= np.datetime64(period.end, "D"))
    if milestones:
        numbers = [number for number, step in enumerate(stays.steps) if step.key in milestones]
        inside &= np.isin(stays.decided.step, numbers)
    for name, values in only:
        inside &= np.asarray(stays.decided.dimension(name).isin(list(values)), bool)
    chosen = np.flatnonzero(inside)
    # days that follow each other are one slice, which copies nothing
    in_one = len(chosen) > 0 and chosen[-1] - chosen[0] + 1 == len(chosen)
    rows = slice(int(chosen[0]), int(chosen[-1]) + 1) if in_one else chosen
    return stays.decided.take(rows), taken_of(stays.watched, rows)


def _expected(watched: Watched, steps: int) -> npt.NDArray[np.int64]:
    """The days within which the next milestone is expected, of each step."""
    found = np.ones(steps, np.int64)
    found[watched.step] = watched.expected
    return found


def _family(cells: Cells, known: Activities, decided: Decisions) -> Family:
    tested = int((~np.isnan(cells.found.p)).sum())
    return Family(
        tested, len(cells.q) - tested, len(decided), len(known.types), known.left_out, known.of_deals, known.all
    )  # fmt: skip


def _frame(
    cells: Cells, steps: Sequence[Step], known: Activities, window: npt.NDArray[np.int64], level: float
) -> pd.DataFrame:
    """All comparisons as `Actions.frame` has them."""
    found, raw = cells.found, cells.raw
    assert_holds(found.lower, found.effect, found.upper)
    assert_holds(cells.ratio_lower, cells.ratio, cells.ratio_upper)
    assert_holds(raw.lower, raw.effect, raw.upper)
    keys, types = np.array([step.key for step in steps], object), np.array(known.types, object)
    frame = pd.DataFrame(
        {
            "type": pd.Series(types[cells.type], dtype="str"),
            "step": pd.Series(keys[cells.step], dtype="str"),
            "window": window[cells.step],
            "stays": cells.stays,
            "exposed": cells.exposed,
            "unexposed": cells.unexposed,
            "rate": found.rate,
            "expected": found.expected,
            "effect": found.effect,
            "lower": found.lower,
            "upper": found.upper,
            "odds_ratio": cells.ratio,
            "odds_lower": cells.ratio_lower,
            "odds_upper": cells.ratio_upper,
            "p": found.p,
            "q": cells.q,
            "suggestion": pd.Series(suggestions(cells, level), dtype="str"),
            "far": cells.far,
            "raw": raw.effect,
            "raw_lower": raw.lower,
            "raw_upper": raw.upper,
            "raw_q": raw.q,
            "raw_with": raw.having,
            "raw_without": raw.lacking,
        }
    )
    rank = frame["suggestion"].map({"plan": 0, "untold": 2}).fillna(1).to_numpy()
    order = np.lexsort((frame["type"].to_numpy(str), cells.step, frame["p"].fillna(2.0), rank))
    frame = frame.iloc[order]
    return frame[frame["stays"] > 0].reset_index(drop=True)
