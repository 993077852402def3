"""What makes a deal better or quicker than others at the same milestone and age: its rep, and what it is about."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import logit

from salesreport.kpi.facts.columns import Numbers, Positions, recoded
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.forecast.hazards import WINDOW, Hazards
from salesreport.kpi.forecast.shrink import Effect, log_odds_effects, shrunk_ratio
from salesreport.kpi.forecast.ways import Ways
from salesreport.kpi.milestones.journeys import ADVANCED, LOST, WON

MIX = ("product_line", "segment", "lead_source")
"""What a deal is about, beside whose it is."""


@dataclass(frozen=True)
class Effects:
    """Effects on the log-odds of moving forward rather than being lost, and on the pace, shrunk to the team's.

    Attributes:
        facts: whose. reps: the reps the effects by rep are of. rep: by rep; mix: by what deals are about.
        pace: by rep, how quickly deals leave milestones; 1 is the team's.
    """

    facts: Facts
    reps: pd.Index
    rep: Effect
    mix: dict[str, Effect]
    pace: Numbers

    def shift(self, deals: Positions, rep: pd.Categorical) -> Numbers:
        """The log-odds of some deals (rows of table `deals`) in some reps' hands, against an average deal's."""
        total = self.rep.of(self._codes(rep))
        for name, effect in self.mix.items():
            total = total + effect.of(self.facts.dimensions.of("deals", name).codes[deals])
        return total

    def paces(self, rep: pd.Categorical) -> Numbers:
        """The pace of some reps' deals."""
        return self.pace[self._codes(rep)]

    def _codes(self, rep: pd.Categorical) -> Positions:
        places = np.append(self.reps.get_indexer(rep.categories), -1)
        return places[rep.codes]


def learn(facts: Facts, ways: Ways, hazards: Hazards) -> Effects:
    """Learn from every milestone left within the window."""
    reps = ways.rep.categories
    seen = ways.dated & (ways.state < ways.milestones) & (ways.last > ways.day - WINDOW)
    left = np.flatnonzero(seen & np.isin(ways.outcome, (ADVANCED, LOST, WON)))
    bins = np.empty(len(left), np.intp)
    for state in np.unique(ways.state[left]):
        mine = np.flatnonzero(ways.state[left] == state)
        bins[mine] = hazards.bins(int(state), ways.age[left[mine]])
    rate = hazards.rate[ways.state[left], bins]
    forward = rate[:, ADVANCED] + rate[:, WON]
    share = np.clip(forward / np.maximum(forward + rate[:, LOST], 1e-12), 0.001, 0.999)
    moved = ways.outcome[left] != LOST
    groups = [(recoded(ways.rep, reps)[left], len(reps))]
    names = [name for name in MIX if facts.dimensions.carries("deals", name)]
    for name in names:
        values = facts.dimensions.of("deals", name)
        groups.append((values.codes[ways.deal[left]], len(values.categories)))
    effects, _ = log_odds_effects(moved, logit(share), groups)
    return Effects(facts, reps, effects[0], dict(zip(names, effects[1:], strict=True)), _pace(ways, hazards, seen))


def _pace(ways: Ways, hazards: Hazards, seen: np.ndarray) -> Numbers:
    """How many milestones were left by reps' deals against how many the team's hazards would have had left."""
    size = len(ways.rep.categories)
    rows = np.flatnonzero(seen)
    since = np.maximum(ways.day - WINDOW + 1 - ways.entered[rows], 0)
    expected = np.zeros(len(rows))
    for state in np.unique(ways.state[rows]):
        mine = np.flatnonzero(ways.state[rows] == state)
        age = ways.age[rows[mine]]
        expected[mine] = _cumulated(hazards, int(state), age + 1)
        expected[mine] -= _cumulated(hazards, int(state), np.minimum(since[mine], age + 1))
    left = np.isin(ways.outcome[rows], (ADVANCED, LOST, WON))
    codes = np.where(ways.rep.codes[rows] < 0, size, ways.rep.codes[rows])
    had = np.bincount(codes, weights=left, minlength=size + 1)[:size].astype(float)
    could = np.bincount(codes, weights=expected, minlength=size + 1)[:size].astype(float)
    return np.append(shrunk_ratio(had, could * (had.sum() / max(could.sum(), 1e-12))), 1.0)


def _cumulated(hazards: Hazards, state: int, age: np.ndarray) -> Numbers:
    """The sum of a state's daily hazards below each age."""
    edges = hazards.edges[state]
    rate = hazards.rate[state, : len(edges)].sum(axis=-1)
    until = np.append(0.0, np.cumsum(rate[:-1] * np.diff(edges)))
    place = np.searchsorted(edges, age, side="right") - 1
    return until[place] + (age - edges[place]) * rate[place]
