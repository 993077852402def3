"""The numbers of a view: a state and a dataset's facts → a tidy frame. Only what the view shows is worked out.

Decisions are sorted by day, so a period is a slice of them; filters are comparisons of small codes, and everything
else is counting. What takes longer, the comparison of like with like, does not depend on rep and step and is
remembered: to look at another of them costs nothing more.
"""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.explore.state import State, all_decisions, choices, compared_period, period_of, step_of
from salesreport.kpi import Facts
from salesreport.kpi.anomalies.anomalies import Anomalies, anomalies, is_remembered
from salesreport.kpi.anomalies.comparisons import PARTS
from salesreport.kpi.anomalies.decided import Decisions
from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import process_file
from salesreport.stats.funnel_limits import Funnel, Limits, funnel_limits
from salesreport.stats.funnel_limits import funnel as funnel_of
from salesreport.stats.intervals import wilson
from salesreport.stats.shrinkage import shrunken_rates

MOST_KEPT = 8
"""Of how many selections the reps' rates are kept: to look at another rep or step needs no new ones."""

MONTHS = 24
"""How many months a trend shows at most."""

FEWEST_MONTHS = 6
"""With fewer months before the period the usual rate is that of all months shown; with fewer of these, none is."""

FEWEST_ALIKE = 3
"""So many first, second and third months of quarters it takes to tell what is usual of each."""

WIDEST = 0.8
"""Limits that hold more than this part of all rates tell nothing, unless a month lies outside them after all."""

_QUARTER = 3

INNER, OUTER = 0.95, 0.998
"""What the two pairs of limits hold of what does not differ."""


class Counts(NamedTuple):
    """Decisions at every step.

    Attributes:
        n: how many. successes: how many of them went on.
    """

    n: Numbers
    successes: Numbers


class PlotFigures(NamedTuple):
    """Reps' rates at one step against their number of decisions.

    Attributes:
        frame: a row per rep with decisions: rep_id, name, n, successes, rate, p, flag (`worse`, `better`, `none`:
            whether it lies outside the outer limits). found: target, dispersion and all else of the funnel.
        grid: numbers of decisions to draw limits at. inner, outer: the limits there.
    """

    frame: pd.DataFrame
    found: Funnel
    grid: Numbers
    inner: Limits
    outer: Limits


class TrendFigures(NamedTuple):
    """One step's rate by month.

    Attributes:
        frame: a row per month: month (first day), n, successes, rate, centre (the usual rate), lower, upper
            (control limits), out, usual (whether the month counts for the centre), before (whether it lies before
            the period). Limits are missing where so few were decided that nearly any rate would lie within them;
            they and the centre where too few months have decisions to tell what is usual.
        seasonal: whether the usual rate is that of the same month of the quarter.
    """

    frame: pd.DataFrame
    seasonal: bool


class _Usual(NamedTuple):
    """The usual rate of each month, the variance beyond chance, and whether the months of a quarter differ."""

    centre: Numbers
    tau2: float
    seasonal: bool


def picked(facts: Facts, state: State, start: Any, end: Any, rep: bool = False) -> Decisions:
    """The decisions from a day to a day that the filters leave; with `rep` only the chosen rep's, if one is."""
    span = all_decisions(facts).between(start, end)
    names = [*state.where, *(["rep_id"] if rep and state.rep else [])]
    keep: Flags | None = None
    for name in names:
        wanted = state.rep if name == "rep_id" else getattr(state, name)
        same = span.has(name, wanted)
        keep = same if keep is None else keep & same
    return span if keep is None else span.take(keep)


def shared_deals(facts: Facts) -> bool:
    """Whether reps share deals; a decision is one rep's all the same (`salesreport.kpi.anomalies.decided`)."""
    columns = facts.columns
    return columns.has("deal_owners", "share") and bool((columns.numbers("deal_owners", "share") < 1).any())


def counts(decided: Decisions) -> Counts:
    """How many decisions at each step, and how many went on."""
    size = len(decided.steps)
    n = np.bincount(decided.step, minlength=size)
    successes = np.bincount(decided.step, decided.success, minlength=size)
    return Counts(n.astype(float), successes.astype(float))


def counts_by_rep(decided: Decisions) -> Counts:
    """The same by rep (rows, in the order of the codes) and step; the last row is of decisions of nobody known."""
    steps, reps = len(decided.steps), len(decided.rep.categories)
    cell = np.where(decided.rep.codes < 0, reps, decided.rep.codes).astype(np.intp) * steps + decided.step
    n = np.bincount(cell, minlength=(reps + 1) * steps)
    successes = np.bincount(cell, decided.success, minlength=(reps + 1) * steps)
    grid = Counts(n.reshape(-1, steps).astype(float), successes.reshape(-1, steps).astype(float))
    whole = counts(decided)
    assert (grid.n.sum(axis=0) == whole.n).all(), "reps add up to everybody"
    assert (grid.successes.sum(axis=0) == whole.successes).all(), "reps add up to everybody"
    return grid


def funnel(facts: Facts, state: State, compared: Anomalies | None = None) -> pd.DataFrame:
    """Per step how many decisions there were and how many went on, now and in the period compared with.

    Args:
        facts, state: what is looked at. compared: the comparisons (`found`), for a chosen rep's.

    Returns:
        A row per step: step, title, following, within, n, successes, rate with its 95 % Wilson interval (`lower`,
        `upper`); before_n, before_rate, before_lower, before_upper; and where a rep is chosen that rep's
        comparison with like decisions of others: compared (how many had such), expected, effect, effect_lower,
        effect_upper, q, flag, else missing.

    Raises:
        ConfigError, Unavailable: as `salesreport.explore.state.period_of`.
    """
    now, before = period_of(facts, state), compared_period(facts, state)
    steps = choices(facts).steps
    frame = pd.DataFrame(
        {
            "step": [step.key for step in steps],
            "title": [step.title for step in steps],
            "following": [step.following for step in steps],
            "within": pd.array([step.within for step in steps], dtype="Int64"),
        }
    )
    for prefix, when in (("", now), ("before_", before)):
        decided = counts(picked(facts, state, when.start, when.end, rep=True))
        rate = wilson(decided.successes, decided.n)
        columns = {"n": decided.n, "successes": decided.successes, "rate": rate.value}
        columns |= {"lower": rate.lower, "upper": rate.upper}
        frame = frame.assign(**{prefix + name: column for name, column in columns.items()})
    return frame.drop(columns="before_successes").merge(_of_rep(compared, state.rep), on="step", how="left")


_COMPARISON = {
    "n": "compared",
    "expected": "expected",
    "effect": "effect",
    "lower": "effect_lower",
    "upper": "effect_upper",
    "q": "q",
    "flag": "flag",
    "explained": "explained",
}


def _of_rep(compared: Anomalies | None, rep: str) -> pd.DataFrame:
    """A rep's comparisons as a whole, by step."""
    types = dict.fromkeys(_COMPARISON.values(), "float") | dict.fromkeys(("step", "flag", "explained"), "str")
    if compared is None or not rep:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})
    whole = compared.whole(compared.frame)
    mine = whole[(whole["rep_id"] == rep).to_numpy(bool)]
    return mine[["step", *_COMPARISON]].rename(columns=_COMPARISON)


def found(facts: Facts, state: State) -> Anomalies:
    """All comparisons of reps with like decisions of others, of the period and under the filters.

    Neither rep nor step changes them, so that they are the same whichever of these is looked at; the last ones
    are remembered. Intervals are those of reps as a whole and of findings: no view shows others.

    Raises:
        Unavailable: there is nothing or nobody to compare; found out once, too.
    """
    key = _selection(facts, state)
    if key in _impossible(facts):
        raise _impossible(facts)[key]
    try:
        return anomalies(facts, process_file(facts), period_of(facts, state), where=state.where, shown=True)
    except Unavailable as problem:
        _impossible(facts)[key] = problem
        raise


def is_found(facts: Facts, state: State) -> bool:
    """Whether the comparisons are there already, or known not to be possible."""
    if _selection(facts, state) in _impossible(facts):
        return True
    return is_remembered(facts, process_file(facts), period_of(facts, state), state.where, shown=True)


def _impossible(facts: Facts) -> dict[Hashable, Unavailable]:
    return facts.remember("impossible comparisons", dict)


def _selection(facts: Facts, state: State) -> Hashable:
    """Whatever comparisons depend on."""
    return period_of(facts, state), *((name, *values) for name, values in state.where.items())


def reps_by_step(facts: Facts, state: State, compared: Anomalies | None = None) -> pd.DataFrame:
    """Every rep's rate at every step, drawn towards that of all reps as far as there are few decisions.

    Returns:
        A row per rep with decisions and step: rep_id, name, step, n, successes, rate, lower, upper (Wilson),
        shrunken (the rate by empirical Bayes), mean (of all reps), gap (the one less the other), flag (of the
        comparison of like with like, `none` without `compared`). Reps by name.
    """
    kept: dict[Hashable, pd.DataFrame] = facts.remember("explored rates", dict)
    key = _selection(facts, state)
    if key not in kept:
        while len(kept) >= MOST_KEPT:
            del kept[next(iter(kept))]
        kept[key] = _rates_by_step(facts, state)
    frame = kept[key]
    if compared is None:
        return frame.assign(flag="none")
    flags = compared.whole(compared.frame)[["rep_id", "step", "flag"]]
    frame = frame.merge(flags, on=["rep_id", "step"], how="left")
    return frame.assign(flag=frame["flag"].astype("str").fillna("none"))


def _rates_by_step(facts: Facts, state: State) -> pd.DataFrame:
    """What of `reps_by_step` depends on neither rep nor step nor the comparison."""
    period = period_of(facts, state)
    decided = picked(facts, state, period.start, period.end)
    grid, steps = counts_by_rep(decided), choices(facts).steps
    names = choices(facts).reps
    codes = decided.rep.categories.get_indexer(list(names))
    there = codes[grid.n[codes].sum(axis=1) > 0]
    n, successes = grid.n[there], grid.successes[there]
    rates = [shrunken_rates(successes[:, at], n[:, at]) for at in range(len(steps))]
    shrunken = np.column_stack([one.value for one in rates]) if len(there) else np.empty((0, len(steps)))
    mean = np.array([one.mean for one in rates])
    raw = wilson(successes, n)
    ids = decided.rep.categories[there]
    frame = pd.DataFrame(
        {
            "rep_id": np.repeat(ids, len(steps)),
            "name": np.repeat([names[one] for one in ids], len(steps)),
            "step": np.tile([step.key for step in steps], len(there)),
            "n": n.ravel(),
            "successes": successes.ravel(),
            "rate": raw.value.ravel(),
            "lower": raw.lower.ravel(),
            "upper": raw.upper.ravel(),
            "shrunken": shrunken.ravel(),
            "mean": np.tile(mean, len(there)),
        }
    )
    return frame.assign(gap=frame["shrunken"] - frame["mean"])


def funnel_plot(facts: Facts, state: State) -> PlotFigures:
    """All reps' rates at the chosen step against their number of decisions; see `PlotFigures`."""
    period, step = period_of(facts, state), step_of(facts, state)
    decided = picked(facts, state, period.start, period.end)
    at = decided.step == step
    reps = len(decided.rep.categories)
    codes = decided.rep.codes[at].astype(np.intp)
    known = codes >= 0
    n = np.bincount(codes[known], minlength=reps).astype(float)
    successes = np.bincount(codes[known], decided.success[at][known], minlength=reps)
    there = np.flatnonzero(n)
    shown = funnel_of(successes[there], n[there])
    limits = funnel_limits(shown.n, shown.target, shown.tau2, OUTER)
    flag = np.where(shown.value < limits.lower, "worse", np.where(shown.value > limits.upper, "better", "none"))
    names = choices(facts).reps
    ids = decided.rep.categories[there]
    frame = pd.DataFrame(
        {
            "rep_id": ids,
            "name": [names[one] for one in ids],
            "n": shown.n,
            "successes": successes[there],
            "rate": shown.value,
            "p": shown.p,
            "flag": flag,
        }
    )
    most = float(n.max(initial=1.0))
    grid = np.unique(np.round(np.geomspace(1, max(most * 1.02, 2), 80)))
    inner, outer = (funnel_limits(grid, shown.target, shown.tau2, part) for part in (INNER, OUTER))
    return PlotFigures(frame, shown, grid, inner, outer)


def trend(facts: Facts, state: State) -> TrendFigures:
    """The chosen step's rate by month up to the period's end, of the chosen rep or of everybody.

    The usual rate is that of the months before the period, where months of a quarter differ that of the same ones;
    months scatter about it by chance, and as far as they always did beyond (`salesreport.stats.funnel_limits`).
    """
    period, step = period_of(facts, state), step_of(facts, state)
    everything = all_decisions(facts)
    last = _month(min(period.end, facts.as_of))
    first = max(last - MONTHS + 1, _month(everything.day[0]))
    months = np.arange(first, last + 1)
    days = months.astype("datetime64[M]").astype("datetime64[D]")
    end = (months[-1:] + 1).astype("datetime64[M]").astype("datetime64[D]")[0] - np.timedelta64(1, "D")
    decided = picked(facts, state, days[0].astype(object), end.astype(object), rep=True)
    at = decided.step == step
    place = decided.months[at] - first
    n = np.bincount(place, minlength=len(months)).astype(float)
    successes = np.bincount(place, decided.success[at], minlength=len(months)).astype(float)
    usual = (days < np.datetime64(period.start, "D")) & (n > 0)
    if usual.sum() < FEWEST_MONTHS:
        usual = n > 0
    found = _usual(n, successes, usual, (months - facts.dataset.settings.fiscal_year_start + 1) % _QUARTER)
    rate = np.where(n > 0, successes / np.maximum(n, 1), np.nan)
    lower, upper = _limits(rate, n, found, usual)
    frame = pd.DataFrame(
        {
            "month": days.astype("datetime64[s]"),
            "n": n,
            "successes": successes,
            "rate": rate,
            "centre": found.centre,
            "lower": lower,
            "upper": upper,
            "out": (rate < lower) | (rate > upper),
            "usual": usual,
            "before": days < np.datetime64(period.start, "M"),
        }
    )
    begin = int(np.argmax(n > 0))  # months before anything was decided at the step say nothing
    return TrendFigures(frame.iloc[begin:].reset_index(drop=True), found.seasonal)


def _usual(n: Numbers, successes: Numbers, usual: Flags, place: Positions) -> _Usual:
    """The usual rate of every month, by its place in the quarter if that explains how months scatter.

    Missing where fewer than `FEWEST_MONTHS` months tell it.

    Deals are won when quarters end: then months scatter widely about a common rate, and closely about that of the
    same months of other quarters. That is taken where it explains at least half of the variance beyond chance.
    """
    if usual.sum() < FEWEST_MONTHS:
        return _Usual(np.full(len(n), np.nan), 0.0, False)
    whole = funnel_of(successes[usual], n[usual])
    centre, tau2, parts = np.full(len(n), np.nan), 0.0, 0
    for one in range(_QUARTER):
        mine = usual & (place == one)
        if mine.sum() < FEWEST_ALIKE:
            return _Usual(np.full(len(n), whole.target), whole.tau2, False)
        part = funnel_of(successes[mine], n[mine])
        centre[place == one] = part.target
        tau2, parts = tau2 + part.tau2 * mine.sum(), parts + int(mine.sum())
    if whole.tau2 > 0 and tau2 / parts <= whole.tau2 / 2:
        return _Usual(centre, tau2 / parts, True)
    return _Usual(np.full(len(n), whole.target), whole.tau2, False)


def _limits(rate: Numbers, n: Numbers, found: _Usual, usual: Flags) -> Limits:
    """The control limits of every month; missing where they tell nothing (`WIDEST`).

    None (or all) of a few decisions does not tell that none ever goes on: limits are at least those of half a
    decision that did.
    """
    lower, upper = np.full(len(n), np.nan), np.full(len(n), np.nan)
    for target in np.unique(found.centre[~np.isnan(found.centre)]).tolist():
        same = found.centre == target
        half = 0.5 / (n[same & usual].sum() + 1)
        lower[same], upper[same] = funnel_limits(
            n[same], float(np.clip(target, half, 1 - half)), found.tau2, OUTER
        )
    telling = (upper - lower <= WIDEST) | (rate < lower) | (rate > upper)
    return Limits(np.where(telling, lower, np.nan), np.where(telling, upper, np.nan))


def _month(day: Any) -> int:
    return int(np.datetime64(day, "M").astype(int))


def finding_key(row: pd.Series) -> str:
    """What tells a finding from all others of its period and filters: its dimensions and step.

    Examples:
        >>> finding_key(pd.Series({"rep_id": "R1", "product_line": None, "segment": "A", "step": "win"}))
        'rep_id=R1;segment=A;step=win'
    """
    names = [name for name in ("rep_id", *PARTS, "step") if name in row.index and pd.notna(row[name])]
    return ";".join(f"{name}={_escaped(str(row[name]))}" for name in names)


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace(";", "%3B").replace("=", "%3D")


def finding_of(compared: Anomalies, key: str) -> pd.Series | None:
    """The row of the frame that a key names; None where there is none."""
    for _, row in compared.findings.iterrows():
        if finding_key(row) == key:
            return row
    return None
