"""What moved since the last review, of everybody, beyond chance: a declared family, so that few are false."""

import datetime as dt
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.coach.progress import (
    Setting,
    groups_of,
    start_before,
    there_all_along,
    verdict_of,
    why_untold,
)
from salesreport.coach.watched import watched
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, Unavailable
from salesreport.stats.after import Expected, Family, Seen, believed_of, changed, expect
from salesreport.stats.multiplicity import benjamini_hochberg

FAMILY = ("activity", "deals_created", "win_rate", "avg_deal_size")
"""The metrics looked at, whatever they show: what a rep does, begins, wins, and for how much."""

RATE = 0.10
"""Of all that is said to have moved, so much may be chance."""

MOST_APART = 60
"""In peer groups of up to so many each rep is held against all others; in larger ones against all.

Who moves much makes all seem restless, and so hides: of twelve, oneself among them, a doubling is not seen.
"""

COLUMNS = (
    "rep_id", "metric", "unit", "monthly", "before", "n_before", "now", "n_now", "p", "q", "verdict",
)  # fmt: skip
"""Columns of `moved_since`."""


def moved_since(facts: Facts, day: dt.date, end: dt.date, groups: pd.Series | None = None) -> pd.DataFrame:
    """What became of the metrics of `FAMILY` after a day, held against what would have come by itself.

    Args:
        facts: of the dataset. day: of the last review: the last day of before (365 days, or as many as are known).
        end: the last day after. groups: rep_id → peer group; by default the role.

    Returns:
        A row per rep and metric that can be told: `COLUMNS`. `before`, `now`: the figures, of counts for a month
        (`monthly`), on `n_before`, `n_now` cases; `p`: two-sided, with regression to the mean and the common
        movement of peers (`stats.after`); `q`: of the whole family (Benjamini and Hochberg); `verdict`: `better`,
        `worse` or `moved` where q is at most `RATE`, else `chance`.
    """
    rows = [row for metric in FAMILY for row in _moved(facts, metric, day, end, groups)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    if frame.empty:
        return frame
    frame["q"] = benjamini_hochberg(frame["p"].to_numpy(float))
    frame["verdict"] = frame["verdict"].where(frame["q"] <= RATE, "chance")
    return frame


def _moved(
    facts: Facts, metric: str, day: dt.date, end: dt.date, groups: pd.Series | None
) -> Iterator[tuple[object, ...]]:
    """Rows of one metric, without q."""
    try:
        kept = watched(metric, facts)
        start = start_before(kept, day)
        before, after = kept.look(start, day), kept.look(day + dt.timedelta(1), end)
    except (Unavailable, ConfigError):
        return
    unit, reps = kept.metric.unit_in(facts.dataset.currency), facts.reps["rep_id"].to_numpy(object)
    for like in _each(groups_of(facts, groups), there_all_along(facts, start, day, end)):
        seen = before.seen._replace(size=np.where(like, before.seen.size, 0.0))
        expected = expect_each(kept.family, seen, after.seen, like)
        for place in np.flatnonzero(like).tolist():
            setting = Setting(kept, start, before, after, expected(place), False)
            if why_untold(facts, setting, place, day, end) is not None:
                continue
            total, size = float(after.seen.total[place]), float(after.seen.size[place])
            change = changed(setting.expected, place, total, size)
            if change is None:
                continue
            figures = (float(side[place]) for side in (before.shown, before.n, after.shown, after.n))
            verdict = verdict_of(change._replace(p=0.0), kept.metric.direction)
            yield reps[place], metric, unit, kept.monthly, *figures, change.p, np.nan, verdict


def expect_each(
    family: Family, before: Seen, after: Seen, like: npt.NDArray[np.bool_]
) -> Callable[[int], Expected]:
    """What is expected of each of a peer group (`like`), by how the others of it moved; see `MOST_APART`."""
    believed = believed_of(family, before)
    if like.sum() > MOST_APART:
        together = expect(family, before, after, like, believed)
        return lambda place: together
    number = np.arange(len(like))
    return lambda place: expect(family, before, after, like & (number != place), believed)


def _each(group: npt.NDArray[np.object_], there: npt.NDArray[np.bool_]) -> Iterator[npt.NDArray[np.bool_]]:
    """Who is held against whom: each peer group; those without one belong to all and are judged with all."""
    known = ~pd.isna(group)
    if not known.all():
        yield there
        return
    for name in pd.unique(group):
        yield there & (group == name)
