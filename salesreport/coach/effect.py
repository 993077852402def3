"""Did coaching on a metric help? Over all reps and meetings, against those who were not coached on it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from salesreport.coach.agreed import MONTH, agreed_with
from salesreport.coach.progress import LEVEL, around, why_untold
from salesreport.coach.watched import watched
from salesreport.coach.written import metric_meant
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, Metric, Unavailable
from salesreport.language import Text, text
from salesreport.stats.after import Change, Family, Together, changed, shifted, together

FOLLOW = 182
"""For so many days at most a rep is followed after something was agreed."""

POWER = 0.8
"""The least effect that shows is one that is found with this probability."""

Said = Literal["helped", "hurt", "moved", "none"]
"""What came of coaching on a metric: beyond chance to the better, to the worse, at all; or not distinguishable."""


class Episode(NamedTuple):
    """A stretch in which a rep was coached on a metric: from the first agreement to the last day it is followed.

    Attributes:
        rep_id: who. agreed, end: the day of the first agreement, the last day. number: how many agreements lie in
            it. done: how many of these were done.
    """

    rep_id: str
    agreed: dt.date
    end: dt.date
    number: int
    done: int


class Told(NamedTuple):
    """An episode that tells something: the figures before and after, and what was expected."""

    episode: Episode
    before: float
    change: Change


@dataclass(frozen=True)
class Coaching:
    """What came of coaching.

    Attributes:
        frame: a row per metric: `metric`; `commitments`, `reps`, `done` (how many); `told` (episodes that tell
            something); `before`, `now`, `expected` (means over these; expected: if nothing had been agreed);
            `effect` (now less expected) with `lower`, `upper` (95 % interval), `p`; `least` (the least effect that
            would be found four times of five); `unit`, `monthly`; `verdict`.
        untold: metric → the reasons of the episodes that tell nothing, as clauses. unavailable: metric → why
            nothing is said.
        contracts: metric → its contract. day: the last day that counts.
    """

    frame: pd.DataFrame
    untold: dict[str, list[Text]]
    unavailable: dict[str, Text]
    contracts: dict[str, Metric]
    day: dt.date


def coaching(facts: Facts, metrics: Sequence[str] = ()) -> Coaching:
    """What came of coaching on each metric that something was agreed about.

    A rep coached on a metric is followed from the first agreement on it. What is expected of the rep without
    coaching follows from the rep's own figures before, drawn towards the peers', and from how those peers moved in
    the same days of whom nothing was agreed on the metric (`stats/after.py`): a difference in differences with
    regression to the mean allowed for. Everything agreed counts, whether it was done or not.

    Args:
        facts: of the dataset, seen from a day. metrics: only these; by default all that were agreed about.

    Raises:
        ConfigError: there is no such metric.
    """
    day = facts.as_of
    agreed = agreed_with(facts, day)
    wanted = [metric_meant(one, facts, {"key": "--metric"}).key for one in metrics]
    about = wanted or sorted(agreed["metric"].dropna().unique())
    rows, untold, unavailable, contracts = [], dict[str, list[Text]](), dict[str, Text](), dict[str, Metric]()
    for metric in about:
        mine = agreed[agreed["metric"] == metric]
        try:
            kept = watched(metric, facts)
            contracts[metric] = kept.metric
            told, reasons = _told(facts, metric, episodes(mine, day))
        except Unavailable as problem:
            unavailable[metric] = problem.reason
            continue
        except ConfigError:
            unavailable[metric] = text("there is no such metric")
            continue
        untold[metric] = reasons
        per = MONTH if kept.family == "count" else 1.0
        row = {
            "metric": metric,
            "commitments": len(mine),
            "reps": mine["rep_id"].nunique(),
            "done": int((mine["status"] == "done").sum()),
            "told": len(told),
            "unit": kept.metric.unit_in(facts.dataset.currency),
            "monthly": kept.monthly,
        }
        rows.append(row | (_found(told, kept.metric, kept.family, per) if told else {"verdict": "untold"}))
    columns = [
        "metric", "commitments", "reps", "done", "told", "before", "now", "expected", "effect", "lower", "upper",
        "p", "least", "unit", "monthly", "verdict",
    ]  # fmt: skip
    return Coaching(pd.DataFrame(rows, columns=columns), untold, unavailable, contracts, day)


def episodes(agreed: pd.DataFrame, day: dt.date) -> list[Episode]:
    """The stretches in which reps were coached on one metric; a rep has a second one only after the first is over.

    Args:
        agreed: about that metric, of `agreed_with`. day: the last day that counts.

    Examples:
        >>> agreed = pd.DataFrame({"rep_id": "R1", "status": ["done", "open", "open"],
        ...     "agreed_on": pd.to_datetime(["2025-01-10", "2025-02-10", "2025-09-10"])})
        >>> found = episodes(agreed, dt.date(2025, 10, 1))
        >>> [(one.agreed.isoformat(), one.end.isoformat(), one.number) for one in found]
        [('2025-01-10', '2025-07-11', 2), ('2025-09-10', '2025-10-01', 1)]
    """
    found: list[Episode] = []
    for rep, rows in agreed.sort_values("agreed_on").groupby("rep_id", sort=True):
        for on, status in zip(rows["agreed_on"].dt.date, rows["status"], strict=True):
            done = int(status == "done")
            if found and found[-1].rep_id == rep and on <= found[-1].end:
                last = found[-1]
                found[-1] = last._replace(number=last.number + 1, done=last.done + done)
            else:
                found.append(Episode(str(rep), on, min(day, on + dt.timedelta(FOLLOW)), 1, done))
    return found


def _told(facts: Facts, metric: str, every: Sequence[Episode]) -> tuple[list[Told], list[Text]]:
    """The episodes that tell something, and why the others do not."""
    told, reasons = list[Told](), list[Text]()
    places = pd.Index(facts.reps["rep_id"])
    for episode in every:
        place = int(places.get_indexer([episode.rep_id])[0])
        if place < 0 or episode.end <= episode.agreed:
            reasons.append(text("too early to tell"))
            continue
        setting = around(facts, metric, episode.agreed, episode.end, place)
        why = why_untold(facts, setting, place, episode.agreed, episode.end, least=1)
        if why is None and setting.everybody:
            why = text("too few peers who were not coached on it")
        seen = setting.after.seen
        change = changed(setting.expected, place, float(seen.total[place]), float(seen.size[place]))
        if why is not None or change is None:
            reasons.append(why or text("too few cases to tell"))
            continue
        told.append(Told(episode, float(setting.before.shown[place]), change))
    return told, reasons


def _found(told: Sequence[Told], metric: Metric, family: Family, per: float) -> dict[str, object]:
    """What the episodes tell together."""
    changes = [one.change for one in told]
    mean: Together = together(changes)
    weight = np.array([1 / (one.own + one.common) for one in changes])
    expected = float(np.average([one.expected for one in changes], weights=weight))
    now, lower, upper = (shifted(family, expected, by) for by in (mean.value, mean.lower, mean.upper))
    sign = -1.0 if metric.direction == "lower" else 1.0
    reach = float(ndtri(1 - LEVEL / 2) + ndtri(POWER)) * mean.error * sign
    return {
        "before": float(np.average([one.before for one in told], weights=weight)),
        "now": now * per,
        "expected": expected * per,
        "effect": (now - expected) * per,
        "lower": (lower - expected) * per,
        "upper": (upper - expected) * per,
        "p": mean.p,
        "least": abs(shifted(family, expected, reach) - expected) * per,
        "verdict": _said(mean, metric.direction),
    }


def _said(mean: Together, direction: str) -> Said:
    if not mean.p < LEVEL:
        return "none"
    if direction == "neither":
        return "moved"
    return "helped" if (mean.value > 0) == (direction == "higher") else "hurt"
