"""How often one weak rep is found, by like-for-like comparison and by the rules people use today."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from validity_company import Array, Codes, Team, Year, simulate, strata

from salesreport.kpi.anomalies.anomalies import LEVEL
from salesreport.kpi.anomalies.family import compare_family

SIZES = (50, 100, 200)
"""How many decisions reps have; about a third of them each."""

REPS = 25

RATIOS = (0.7, 0.5)

CONDITIONS = {
    "chance": "Chance only: alike mixes, no timing",
    "mix": "Different mixes: product, segment and source matter",
    "timing": "Quarter-end timing: reps decide in different months",
}

Task = tuple[str, float | None, int | None]
"""Condition, odds ratio of the weak rep and how many decisions it has; None: nobody differs."""


class Rule(NamedTuple):
    """What a rule does.

    Attributes:
        title: its name. alarms: false ones per year in which nobody differs. power: how often the weak rep is
            found, by odds ratio and decisions.
    """

    title: str
    alarms: float
    power: dict[tuple[float, int], float]


def team(condition: str, ratio: float | None, n: int | None) -> Team:
    """The team of a task; the first rep is the weak one."""
    more: dict[str, Any] = {
        "chance": {"matter": 0.0},
        "mix": {"alike": 3.0, "matter": 0.6},
        "timing": {"matter": 0.0, "timing": True},
    }[condition]
    sizes = [SIZES[rep * len(SIZES) // REPS] for rep in range(REPS)]
    if n is not None:
        sizes.insert(0, sizes.pop(sizes.index(n)))
    return Team(reps=REPS, sizes=tuple(sizes), steps=False, effects=() if ratio is None else (ratio,), **more)


def alarms_and_power(task: Task, seeds: Iterable[int]) -> Array:
    """What each rule makes of each rep: runs × (rules · reps)."""
    condition, ratio, n = task
    start = [list(CONDITIONS).index(condition), int(100 * (ratio or 0)), n or 0]
    return np.array(
        [scores(simulate(team(*task), np.random.default_rng([*start, seed]))).ravel() for seed in seeds]
    )


def scores(year: Year, stratum: Codes | None = None) -> Array:
    """Rules × reps: the lower, the weaker.

    The two of today are z-scores. Ours are p, and q among the reps as a whole, doubled; 1 where the rep does
    better than others. In the default family wholes have half of the weight, so that what is at most 0.1 here is
    reported there (and sometimes more, where parts are reported too).
    """
    n = np.bincount(year.rep, minlength=REPS)
    won = np.bincount(year.rep, year.success, REPS)
    rate, pooled = won / n, won.sum() / n.sum()
    rest = (won.sum() - won) / (n.sum() - n)
    cells = compare_family(year.rep, year.step, year.success, strata(year) if stratum is None else stratum)
    worse = np.flatnonzero((cells.effect < 0) & ~np.isnan(cells.p))
    p, q = np.ones(REPS), np.ones(REPS)
    p[cells.group[worse]] = cells.p[worse]
    q[cells.group[worse]] = np.minimum(2 * cells.q[worse], 1.0)
    return np.stack(
        [
            (rate - rate.mean()) / rate.std(ddof=1),
            (rate - rest) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / (n.sum() - n))),
            p,
            q,
        ]
    )


def rules(found: Mapping[Task, Array], condition: str) -> list[Rule]:
    """All rules, ours with cut-offs that give as many false alarms as those of today."""
    nobody = _split(found[condition, None, None])
    effects = {(ratio, n): _split(found[condition, ratio, n])[:, :, 0] for ratio in RATIOS for n in SIZES}

    def rule(title: str, number: int, cut: float) -> Rule:
        alarms = float((nobody[:, number] <= cut).sum(axis=1).mean())
        return Rule(title, alarms, {key: float((runs[:, number] <= cut).mean()) for key, runs in effects.items()})

    listed = []
    for title, number, cut in (("2 sd", 0, -2.0), ("z ≤ −3", 1, -3.0)):
        alarms = int((nobody[:, number] <= cut).sum())
        ours = np.sort(nobody[:, 2].ravel())
        same = float(ours[alarms - 1]) if alarms else float(ours[0]) / 2
        listed += [rule(title, number, cut), rule(f"like for like at as many (p ≤ {same:.2g})", 2, same)]
    return [*listed, rule("like for like, q ≤ 0.1", 3, LEVEL)]


def _split(runs: Array) -> Array:
    """Runs × rules × reps."""
    return runs.reshape(len(runs), -1, REPS)
