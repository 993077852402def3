"""What became of a metric since something was agreed about it: before, after, and whether by more than chance."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.coach.agreed import MONTH, agreed_with
from salesreport.coach.watched import Looked, Watched, at_work, watched
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, Unavailable
from salesreport.kpi.facts.columns import Days, Positions
from salesreport.kpi.facts.source import PASSING
from salesreport.language import Text, ntext, text
from salesreport.stats.after import FEWEST, Change, Expected, changed, expect

BEFORE = 365
"""Days up to the meeting that tell what a rep did before."""

LEAST_BEFORE, LEAST_AFTER = 56, 28
"""With fewer days nothing is said."""

LIKE_ENOUGH = 8
"""With fewer peers of whom nothing was agreed on the metric, all peers tell how everybody moved."""

Verdict = Literal["better", "worse", "moved", "chance", "untold"]
"""What became of a metric: beyond chance to the better, the worse or (where neither is better) at all; or not."""

LEVEL = 0.05
"""A change is beyond chance when less than this part of the changes by chance is as large."""


class Progress(NamedTuple):
    """A metric before and after something was agreed.

    Attributes:
        metric: its key. unit: what it is measured in. monthly: whether the figures are for a month.
        start, agreed, end: first day before, day of the meeting (the last of before), last day after.
        before, n_before, now, n_now: the figures (NaN: none) and on how many cases they rest.
        change: what came, held against what would have come by itself; None where that cannot be told.
        why: the reason, as a clause, where there is none. reached: whether the target is reached; None: no target,
            no figure, or one for a month from fewer days than `LEAST_AFTER`.
        verdict: in one word. everybody: whether peers with the same commitment are among those it is held
            against, for there are too few others. counted: whether the figures of `change` are for a day.
    """

    metric: str
    unit: str
    monthly: bool
    start: dt.date
    agreed: dt.date
    end: dt.date
    before: float
    n_before: float
    now: float
    n_now: float
    change: Change | None
    why: Text | None
    reached: bool | None
    verdict: Verdict
    everybody: bool = False
    counted: bool = False

    @property
    def per(self) -> float:
        """By what the figures of `change` are multiplied to be shown like the others."""
        return MONTH if self.counted else 1.0


class Setting(NamedTuple):
    """A metric around a day: how it is watched, what was seen, and what is expected of everybody."""

    watched: Watched
    start: dt.date
    before: Looked
    after: Looked
    expected: Expected
    everybody: bool


def progress(
    facts: Facts,
    rep: str,
    metric: str,
    agreed: dt.date,
    end: dt.date,
    target: float | None = None,
    groups: pd.Series | None = None,
) -> Progress:
    """What became of a rep's metric since a day.

    Args:
        facts: of the dataset. rep: id. metric: key. agreed: the day of the meeting. end: the last day that counts.
        target: where the metric should be. groups: rep_id → peer group; by default the role.

    Raises:
        ConfigError: there is no such metric. Unavailable: the data cannot give it.
    """
    kept = watched(metric, facts)
    place = _places(facts).get(rep, -1)
    unit = kept.metric.unit_in(facts.dataset.currency)
    start = start_before(kept, agreed)
    nothing = Progress(
        metric, unit, kept.monthly, start, agreed, end, np.nan, 0, np.nan, 0, None, None, None, "untold"
    )
    if place < 0 or end <= agreed:
        return nothing._replace(why=_too_early())
    setting = around(facts, metric, agreed, end, place, groups)
    before, after = setting.before, setting.after
    now = float(after.shown[place])
    early = at_work(facts, agreed + dt.timedelta(1), end)[place] < LEAST_AFTER
    found = nothing._replace(
        before=float(before.shown[place]),
        n_before=float(before.n[place]),
        now=now,
        n_now=float(after.n[place]),
        reached=None if early and kept.monthly else _reached(kept, target, float(before.shown[place]), now),
        everybody=setting.everybody,
        counted=kept.family == "count",
    )
    why = why_untold(facts, setting, place, agreed, end)
    if why is not None:
        return found._replace(why=why)
    change = changed(setting.expected, place, float(after.seen.total[place]), float(after.seen.size[place]))
    if change is None:
        return found._replace(why=text("too few cases to tell"))
    return found._replace(change=change, verdict=verdict_of(change, kept.metric.direction))


def start_before(kept: Watched, agreed: dt.date) -> dt.date:
    """The first of the days that tell what was before a meeting."""
    first = agreed - dt.timedelta(BEFORE - 1)
    return first if kept.begin is None else min(max(first, kept.begin), agreed)


def around(
    facts: Facts, metric: str, agreed: dt.date, end: dt.date, place: int, groups: pd.Series | None = None
) -> Setting:
    """A metric of a rep's peer group before and after a day, and what is expected of each after it.

    Peers are those of the group who are people and about whom nothing was agreed on the metric in these days; with
    fewer than `LIKE_ENOUGH` of these, all of the group.
    """
    kept = watched(metric, facts)
    start = start_before(kept, agreed)
    before = kept.look(start, agreed)
    after = kept.look(agreed + dt.timedelta(1), end)
    group = groups_of(facts, groups)
    like = np.ones(len(group), bool) if pd.isna(group[place]) else group == group[place]
    like &= there_all_along(facts, start, agreed, end)
    others = like.copy()
    others[place] = False
    whose, when = facts.remember(("agreed, by metric", end), lambda: _by_metric(facts, end))[metric]
    alone = others.copy()
    alone[whose[when > np.datetime64(start)]] = False
    everybody = bool(alone.sum() < LIKE_ENOUGH)
    peers = others if everybody else alone
    like[place] = True
    seen = before.seen._replace(size=np.where(like, before.seen.size, 0.0))
    expected = expect(kept.family, seen, after.seen, peers)
    return Setting(kept, start, before, after, expected, everybody and bool((others & ~alone).any()))


def groups_of(facts: Facts, groups: pd.Series | None) -> npt.NDArray[np.object_]:
    """The peer group of each rep, in the order of `Facts.reps`; by default the role; NaN: compared with all."""
    given = facts.reps.set_index("rep_id")["role"] if groups is None else groups
    return given.reindex(facts.reps["rep_id"]).to_numpy(object)


def _places(facts: Facts) -> dict[str, int]:
    """Where each rep stands in `Facts.reps`."""
    return facts.remember("places of reps", lambda: {rep: at for at, rep in enumerate(facts.reps["rep_id"])})


def _by_metric(facts: Facts, end: dt.date) -> Mapping[str, tuple[Positions, Days]]:
    """Metric → with whom something was agreed about it by a day (places among `Facts.reps`), and when."""
    agreed = agreed_with(facts, end)
    place = pd.Index(facts.reps["rep_id"]).get_indexer(agreed["rep_id"])
    when = agreed["agreed_on"].to_numpy("datetime64[D]")
    found = {}
    for metric, rows in agreed.groupby("metric").indices.items():
        rows = rows[place[rows] >= 0]
        found[str(metric)] = (place[rows], when[rows])
    return defaultdict(lambda: (place[:0], when[:0]), found)


def there_all_along(facts: Facts, start: dt.date, day: dt.date, end: dt.date) -> npt.NDArray[np.bool_]:
    """Who is a person and worked here long enough both before and after a day, in the order of `Facts.reps`."""
    people = facts.remember("people", lambda: ~facts.reps["rep_id"].isin(list(facts.not_people)).to_numpy())
    after = at_work(facts, day + dt.timedelta(1), end) >= LEAST_AFTER
    there: npt.NDArray[np.bool_] = people & after & (at_work(facts, start, day) >= LEAST_BEFORE)
    return there


def why_untold(
    facts: Facts, setting: Setting, place: int, agreed: dt.date, end: dt.date, least: int | None = None
) -> Text | None:
    """Why it cannot be told whether a rep's change is beyond chance; None where it can.

    Args:
        facts, setting, place, agreed, end: as in `around`. least: the fewest cases after the day; by default the
            metric's own.
    """
    if at_work(facts, agreed + dt.timedelta(1), end)[place] < LEAST_AFTER:
        return _too_early()
    if at_work(facts, setting.start, agreed)[place] < LEAST_BEFORE:
        return text("too little is known of the time before")
    if setting.expected.peers < FEWEST:
        return text("too few peers to tell")
    least = setting.watched.metric.minimum_n if least is None else least
    if setting.watched.family in ("rate", "mean") and setting.after.n[place] < least:
        n = round(float(setting.after.n[place]))
        return ntext("{n} case since then: too few to tell", "{n} cases since then: too few to tell", n=n)
    return None


def verdict_of(change: Change, direction: str) -> Verdict:
    """A change in one word."""
    if not change.p < LEVEL:
        return "chance"
    if direction == "neither":
        return "moved"
    return "better" if (change.surplus > 0) == (direction == "higher") else "worse"


def prepare(facts: Facts) -> None:
    """Look once at all metrics that something was agreed about, so that no report adds up all events again."""

    def look() -> bool:
        with facts.forgetting(*PASSING):  # all events there are, of which sums are kept
            for metric in facts.dataset.table("commitments", ["metric"])["metric"].dropna().unique():
                with suppress(Unavailable, ConfigError):
                    watched(metric, facts)
        return True

    facts.remember("metrics agreed about", look)


def safe_progress(
    facts: Facts,
    rep: str,
    metric: str,
    agreed: dt.date,
    end: dt.date,
    target: float | None,
    groups: pd.Series | None = None,
) -> Progress | Text:
    """As `progress`; or why there is nothing to be said, as a clause."""
    try:
        return progress(facts, rep, metric, agreed, end, target, groups)
    except Unavailable as problem:
        return problem.reason
    except ConfigError:
        return text("there is no such metric")


def _too_early() -> Text:
    return text("too early to tell")


def _reached(kept: Watched, target: float | None, before: float, now: float) -> bool | None:
    if target is None or np.isnan(target) or np.isnan(now):
        return None
    lower = kept.metric.direction == "lower" or (kept.metric.direction == "neither" and target < before)
    return bool(now <= target if lower else now >= target)
