"""A changed rule, tried on the same team and the same futures: what it costs, who gains, who loses."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Text, text
from salesreport.plan.pay.outlook import Outlooks
from salesreport.plan.pay.payouts import Payouts
from salesreport.plan.pay.rule import Numbers
from salesreport.stats.scores import sample_interval

SAME = 0.005
"""Money: two payouts that differ by less are the same."""


class Change(NamedTuple):
    """What another plan would change.

    Attributes:
        frame: a row per rep: `rep_id`, `now`, `now_other` (payouts as of today), `mean`, `mean_other`,
            `difference`, `lower_80`, `upper_80` (at the forecast: the other plan less this one; where nothing is
            left to chance those of today), `gains`, `loses` (chances).
        levels: a row per plan, component and level: `plan` (0: this one, 1: the other), `component`, `level` (0:
            none), `begins` (on its scale), `chance` (average over the reps).
        cost, cost_other, difference: what all are paid together: mean, lower, upper (80 %).
        gaining, losing: on average, how many reps gain and lose. notes: what a reader should know.
    """

    frame: pd.DataFrame
    levels: pd.DataFrame
    cost: tuple[float, float, float]
    cost_other: tuple[float, float, float]
    difference: tuple[float, float, float]
    gaining: float
    losing: float
    notes: tuple[Text, ...]


def compare(facts: Facts, this: tuple[Payouts, Outlooks], other: tuple[Payouts, Outlooks]) -> Change:
    """What a plan would change against another one, path by path.

    Who is on one of the plans only is paid nothing by the other.

    Args:
        facts: of the dataset. this, other: payouts and outlooks of the same period, day and seed.

    Raises:
        ConfigError: they are of different periods.
    """
    if this[0].period != other[0].period:
        raise ConfigError(text("The two pay plans are settled by different periods."), key="against")
    paths = max(len(one.total) for _, one in (this, other))
    reps = sorted({*this[0].statements, *other[0].statements}, key=lambda rep: (facts.names.get(rep, rep), rep))
    ours, theirs = (
        np.array([_samples(made, rep, paths) for rep in reps]).reshape(len(reps), paths)
        for _, made in (this, other)
    )
    change = theirs - ours
    low, high = sample_interval(change, 0.8) if len(reps) else (np.zeros(0), np.zeros(0))
    gains, loses = change > SAME, change < -SAME
    frame = pd.DataFrame(
        {
            "rep_id": pd.Series(reps, dtype="str"),
            "now": [_now(this[0], rep) for rep in reps],
            "now_other": [_now(other[0], rep) for rep in reps],
            "mean": ours.mean(axis=1),
            "mean_other": theirs.mean(axis=1),
            "difference": change.mean(axis=1),
            "lower_80": low,
            "upper_80": high,
            "gains": gains.mean(axis=1),
            "loses": loses.mean(axis=1),
        }
    )
    notes = (*this[1].notes, *(note for note in other[1].notes if note not in this[1].notes))
    return Change(
        frame,
        pd.concat([_levels(0, *this), _levels(1, *other)], ignore_index=True),
        _described(ours.sum(axis=0)),
        _described(theirs.sum(axis=0)),
        _described(change.sum(axis=0)),
        float(gains.sum(axis=0).mean()),
        float(loses.sum(axis=0).mean()),
        notes,
    )


def _samples(made: Outlooks, rep: str, paths: int) -> Numbers:
    """A rep's payouts on all paths; without chance the same on each."""
    if rep not in made.by_rep:
        return np.zeros(paths)
    return np.broadcast_to(made.by_rep[rep].samples, (paths,))


def _now(payouts: Payouts, rep: str) -> float:
    return float(payouts.statements[rep].payout) if rep in payouts.statements else 0.0


def _described(samples: Numbers) -> tuple[float, float, float]:
    low, high = sample_interval(samples, 0.8)
    return float(samples.mean()), float(low), float(high)


def _levels(number: int, payouts: Payouts, made: Outlooks) -> pd.DataFrame:
    """The chance of each level of each component, averaged over the reps."""
    rows = []
    for one in payouts.plan.components:
        chances = np.array([outlook.chances[one.key] for outlook in made.by_rep.values()])
        begins = [0.0, *(float(max(band.start, one.scale.threshold)) for band in one.scale.bands)]
        for level, begin in enumerate(begins):
            chance = float(chances[:, level].mean()) if len(chances) else np.nan
            rows.append((number, one.key, level, begin, chance))
    return pd.DataFrame(rows, columns=["plan", "component", "level", "begins", "chance"])
