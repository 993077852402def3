"""A metric of every rep in any days: successes of trials, events of days at work, means, or whatever it is."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.coach.agreed import MONTH
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, Metric, Unavailable, compute
from salesreport.kpi.anomalies.decided import decisions
from salesreport.kpi.compute import contract
from salesreport.kpi.facts.columns import Days, Numbers
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Dated
from salesreport.kpi.facts.gaps import need_losses
from salesreport.kpi.facts.kinds import OPEN
from salesreport.kpi.facts.ordering import begins_run
from salesreport.kpi.facts.own_begin import first_days
from salesreport.kpi.metrics.metric import AS_OF
from salesreport.kpi.milestones.reached import places_of, process_file
from salesreport.language import text
from salesreport.period import Period
from salesreport.stats.after import Family, Seen

_COUNTED: dict[str, tuple[Dated, str]] = {
    "deals_created": ("created", ""),
    "deals_closed": ("closed", ""),
    "deals_won": ("closed", "won"),
    "deals_lost": ("closed", "lost"),
    "activity": ("activities", ""),
    "leads_processed": ("leads", ""),
    "leads_converted": ("leads", "converted"),
    "complaints_count": ("feedback", "complaint"),
    "win_rate": ("closed", "won"),
    "lead_conversion": ("leads", "converted"),
}
"""Metrics that count events one by one: of which kind, and which of them."""

_RATES = ("win_rate", "lead_conversion")
_MEANS: dict[str, tuple[Dated, str]] = {
    "avg_deal_size": ("closed", "amount"),
    "cycle_days_mean": ("closed", "cycle_days"),
    "satisfaction": ("feedback", "score"),
}
_STANDING = ("stale", "coverage", "velocity", "base_state", "equipment_out", "equipment_value", "equipment_days")
"""What stands at the end of a day, beside the metrics of open deals."""

_FEW = 3
"""A mean of fewer has no error that could be trusted."""


class Looked(NamedTuple):
    """A metric of every rep in some days, in the order of `Facts.reps`.

    Attributes:
        seen: for `stats.after`. shown: the figure, of counts for a month; NaN where there is none.
        n: on how many cases it rests.
    """

    seen: Seen
    shown: Numbers
    n: Numbers


@dataclass(frozen=True, eq=False)
class Watched:
    """A metric that can be looked at in any days.

    Attributes:
        metric: its contract. family: what its figures are. monthly: whether they are shown for a month.
        begin: the first day of which anything is known; None: not known.
        look: first and last day → the figures.
    """

    metric: Metric
    family: Family
    monthly: bool
    begin: dt.date | None
    look: Callable[[dt.date, dt.date], Looked]


def watched(key: str, facts: Facts) -> Watched:
    """How a metric is looked at; worked out once.

    Raises:
        ConfigError: there is no such metric. Unavailable: the data cannot give it.
    """

    def find() -> Watched | Unavailable | ConfigError:
        try:
            return _watched(key, facts)
        except (Unavailable, ConfigError) as problem:
            return problem

    found = facts.remember(("watched", key), find)
    if isinstance(found, Unavailable | ConfigError):
        raise found
    return found


def at_work(facts: Facts, start: dt.date, end: dt.date) -> Numbers:
    """How many of some days each rep worked here, in the order of `Facts.reps`."""
    first, last = np.datetime64(start, "D"), np.datetime64(end, "D")
    hired, left = facts.remember("days at work", lambda: _days_at_work(facts))
    days = np.fmin(left, last) - np.fmax(hired, first)
    return np.maximum(days.astype(float) + 1, 0.0)


def _days_at_work(facts: Facts) -> tuple[Days, Days]:
    """The first and the last day of each rep here, as far as these or the data tell; missing: not known."""
    return first_days(facts), facts.reps["left_on"].to_numpy("datetime64[D]")


def _watched(key: str, facts: Facts) -> Watched:
    metric, (name, _, parameter) = contract(key, facts), key.partition(":")
    for table, column in metric.needs:
        _need(facts, table, column)
    if name in _COUNTED:
        kind, which = _COUNTED[name]
        if (kind == "closed" and which != "won") or name == "win_rate":
            need_losses(facts)
        days = facts.store(("days", key), lambda: _counted(facts, kind, which, parameter))
        if name in _RATES:
            return Watched(metric, "rate", False, days.begin, lambda a, b: _rate(days, a, b))
        return Watched(metric, "count", True, days.begin, lambda a, b: _count(facts, days, a, b))
    if name == "conversion" and parameter:
        days = facts.store(("days", key), lambda: _converted(facts, parameter))
        return Watched(metric, "rate", False, days.begin, lambda a, b: _rate(days, a, b))
    if name in _MEANS:
        days = facts.store(("days", key), lambda: _measured(facts, *_MEANS[name]))
        return Watched(metric, "mean", False, days.begin, lambda a, b: _mean(days, a, b))
    standing = metric.facts[0] == OPEN or metric.date_basis == AS_OF or name in _STANDING
    monthly = metric.additive and not standing
    begin = _first_day(facts)
    return Watched(metric, "level", monthly, begin, lambda a, b: _level(facts, metric, standing, monthly, a, b))


def _counted(facts: Facts, kind: Dated, which: str, of_type: str) -> "_Days":
    """All events of a kind, of which some are chosen."""
    events = _events(facts, kind)
    chosen = events.equals("type", of_type) if of_type else _chosen(events, which)
    return _Days.of(facts, facts.begin(kind), events.rep, events.day, events.share, chosen.astype(float), 2)


def _converted(facts: Facts, milestone: str) -> "_Days":
    """All decisions at a milestone, and which went on."""
    decided = decisions(facts, process_file(facts))
    step = {place.milestone.key: place.number for place in places_of(process_file(facts))}[milestone]
    here = decided.take(decided.step == step)
    if not len(here):
        raise Unavailable(text("nothing was decided at this milestone"))
    return _Days.of(
        facts, here.day[0].item(), here.rep, here.day, np.ones(len(here)), here.success.astype(float), 2
    )


def _measured(facts: Facts, kind: Dated, column: str) -> "_Days":
    """All events of a kind that have a number."""
    events = _events(facts, kind)
    value = events.number(column)
    counts = ~np.isnan(value)
    if kind == "closed":
        counts &= events.extra["won"].astype(bool) & (value > 0 if column == "amount" else True)
    else:
        counts &= events.equals("kind", "satisfaction")
    share, value = events.share * counts, np.where(counts, value, 0.0)
    return _Days.of(facts, facts.begin(kind), events.rep, events.day, share, value, 3)


def _need(facts: Facts, table: str, column: str) -> None:
    from salesreport.kpi.facts.lacking import lacks

    if table in ("sales", "customers"):
        return  # `compute` knows
    if not facts.columns.has(table):
        raise lacks(table)
    if not facts.columns.has(table, column):
        raise lacks(table, column)


def _first_day(facts: Facts) -> dt.date | None:
    kinds: tuple[Dated, ...] = ("closed", "orders")
    days = [facts.begin(name) for name in kinds if facts.columns.has("deals" if name == "closed" else "orders")]
    return min((day for day in days if day is not None), default=None)


def _events(facts: Facts, kind: Dated) -> Events:
    """All events of a kind that are known."""
    begin = facts.begin(kind)
    if begin is None or begin > facts.as_of:
        raise Unavailable(text("nothing of it is in the data"))
    return facts.events(kind, Period.span(begin, facts.as_of))


def _chosen(events: Events, which: str) -> Numbers:
    if which in ("won", "lost"):
        return np.asarray(events.extra["won"].astype(bool) == (which == "won"), float)
    if which == "converted":
        return events.equals("outcome", which).astype(float)
    if which == "complaint":
        return events.equals("kind", which).astype(float)
    return np.ones(len(events))


@dataclass(frozen=True, eq=False)
class _Days:
    """Events by rep and day, added up from the first on, so that any days cost two look-ups a rep.

    Of all events of a rep on a day there is one row: of millions of events that is a small part.

    Attributes:
        begin: the first day of which anything is known; None: not known.
        keys: rep and day of each row, ascending. sums: up to each row, a line per power of the value; the first
            column is nothing. reps: how many there are.
    """

    begin: dt.date | None
    keys: npt.NDArray[np.int64]
    sums: Numbers
    reps: int

    _SPAN = 1_000_000

    @classmethod
    def of(
        cls, facts: Facts, begin: dt.date | None, rep: pd.Categorical, day: Days, share: Numbers, value: Numbers,
        powers: int,
    ) -> "_Days":  # fmt: skip
        """Events with their credit and a value each, of which so many powers are asked for: 1, 2 or 3."""
        place = pd.Index(facts.reps["rep_id"]).get_indexer(rep.categories)
        whose = np.append(place, -1)[rep.codes]
        counts = np.flatnonzero((whose >= 0) & (share > 0) & ~np.isnat(day))
        keys = whose[counts] * cls._SPAN + day[counts].astype("datetime64[D]").astype(np.int64)
        within = np.argsort(keys, kind="stable")
        order, keys = counts[within], keys[within]
        last = np.flatnonzero(np.roll(begins_run(keys), -1))
        sums = np.zeros((powers, len(last) + 1))
        for power in range(powers):
            sums[power, 1:] = (share * value**power)[order].cumsum()[last]
        return cls(begin, keys[last], sums, len(facts.reps))

    def between(self, start: dt.date, end: dt.date) -> Numbers:
        """Of each rep in some days: Σ share, Σ share × value, Σ share × value² (as far as they are there)."""
        first, last = (np.datetime64(day, "D").astype(np.int64) for day in (start, end))
        whose = np.arange(self.reps) * self._SPAN
        found: Numbers = (
            self.sums[:, np.searchsorted(self.keys, whose + last, side="right")]
            - self.sums[:, np.searchsorted(self.keys, whose + first)]
        )
        return np.where(np.abs(found) < 1e-9, 0.0, found)


def _rate(days: _Days, start: dt.date, end: dt.date) -> Looked:
    n, won = days.between(start, end)
    shown = np.divide(won, n, out=np.full(len(n), np.nan), where=n > 0)
    return Looked(Seen(np.minimum(won, n), n), shown, n)


def _count(facts: Facts, days: _Days, start: dt.date, end: dt.date) -> Looked:
    _, count = days.between(start, end)
    there = at_work(facts, start, end)
    shown = np.divide(count * MONTH, there, out=np.full(len(count), np.nan), where=there > 0)
    return Looked(Seen(count, there), shown, count)


def _mean(days: _Days, start: dt.date, end: dt.date) -> Looked:
    n, total, squares = days.between(start, end)
    mean = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    enough = n >= _FEW
    spread = np.maximum(squares - n * np.where(enough, mean, 0.0) ** 2, 0.0)
    error = np.sqrt(np.divide(spread, (n - 1) * n, out=np.zeros(len(n)), where=enough))
    return Looked(Seen(mean, np.where(enough, error, 0.0)), mean, n)


def _level(facts: Facts, metric: Metric, standing: bool, monthly: bool, start: dt.date, end: dt.date) -> Looked:
    """Figures as `compute` gives them; of what adds up over time for a month."""
    period = Period.span(end if standing else start, end)
    table = compute(facts, period, [metric.key], by=("rep_id",))
    if metric.key in table.unavailable:
        raise Unavailable(table.unavailable[metric.key])
    rows = table.frame.dropna(subset="rep_id").set_index("rep_id").reindex(facts.reps["rep_id"])
    value, n = rows["value"].to_numpy(float), np.nan_to_num(rows["n"].to_numpy(float))
    if not metric.additive:
        value = np.where(n >= metric.minimum_n, value, np.nan)
    if monthly:
        there = at_work(facts, start, end)
        value = np.divide(value * MONTH, there, out=np.full(len(value), np.nan), where=there > 0)
    sound = value if np.nanmin(value, initial=0.0) >= 0 else np.full(len(value), np.nan)
    return Looked(Seen(sound, np.ones(len(sound))), value, n)
