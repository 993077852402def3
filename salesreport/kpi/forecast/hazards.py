"""How deals leave each state by their age there: daily hazards of moving on, falling back, being lost and won."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.forecast import seasonality
from salesreport.kpi.forecast.seasonality import Season
from salesreport.kpi.forecast.ways import Ways
from salesreport.kpi.milestones.journeys import ADVANCED, BACK, LOST, OPEN, WON

CAUSES = (ADVANCED, BACK, LOST, WON)
"""How a state can be left, in the order of the last axis of hazards."""

WINDOW = 3 * 365
"""How many days before the as-of date are learnt from; of longer sojourns the part that lies in it."""

_MOVES_PER_BIN, _MOST_BINS = 15, 24
_LAST_BIN = 0.97
"""Ages beyond this quantile of those at leaving have one hazard: there are too few to tell more."""

_PRIOR = 1.0
"""Ages are drawn towards the state's mean hazard with as much weight as so many moves would have."""

_HALF_LIFE = 730.0
"""Days after which what happened counts half: customers and markets change."""

_ROUNDS = 2

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """Days at risk and moves, all that hazards are learnt from.

    Attributes:
        first: the first day counted, since 1970-01-01; the last is the day of the ways.
        edges: of each state the ages at which a bin begins; the first bin is age 0 alone, the last has no end.
        at_risk: state × bin × day. moves: state × bin × cause × day.
        goes_to: moves by state left, state entered and cause (advanced, back).
        milestones: how many of the states are milestones.
    """

    first: int
    edges: list[Whole]
    at_risk: npt.NDArray[np.float32]
    moves: npt.NDArray[np.float32]
    goes_to: Numbers
    milestones: int


class Hazards(NamedTuple):
    """The chance of leaving each state on a day of average season, given the deal is still there.

    Attributes:
        edges: as in `Counts`. rate: state × bin × cause. goes_to: where those that advance or go back go:
            state left × state entered × (advanced, back), adding up to 1.
        winning, other: seasons of being won, and of every other move.
        won: how many deals won it rests on. milestones: how many of the states are milestones.
    """

    edges: list[Whole]
    rate: Numbers
    goes_to: Numbers
    winning: Season
    other: Season
    won: float
    milestones: int

    def bins(self, state: int, ages: Whole) -> Positions:
        """The bin of each age at a state."""
        return np.searchsorted(self.edges[state], ages, side="right") - 1


def count(ways: Ways) -> Counts:
    """Count days at risk and moves by state, age and day; sojourns without a known beginning are left out."""
    use = np.flatnonzero(ways.dated)
    state, entered, last, outcome = ways.state[use], ways.entered[use], ways.last[use], ways.outcome[use]
    first = int(max(ways.day - WINDOW + 1, entered.min(initial=ways.day)))
    days = ways.day - first + 1
    here = last >= first
    state, entered, last, outcome = state[here], entered[here], last[here], outcome[here]
    left = outcome != OPEN
    edges = [_edges((last - entered)[left & (state == one)]) for one in range(ways.states)]
    size = max(len(one) for one in edges)
    at_risk = np.zeros((ways.states, size, days), np.float32)
    moves = np.zeros((ways.states, size, len(CAUSES), days), np.float32)
    order = np.argsort(state, kind="stable")
    begins = np.searchsorted(state[order], np.arange(ways.states + 1))
    for one in range(ways.states):
        mine = order[begins[one] : begins[one + 1]]
        lasted = last[mine] - entered[mine]
        longest = int(lasted.max(initial=0))
        # the longest first, for a bin is reached by these only; numbers so small are sorted by radix
        shorter = (longest - lasted).astype(np.uint16 if longest < 2**16 else np.int64)
        by_length = np.argsort(shorter, kind="stable")
        mine, shorter = mine[by_length], shorter[by_length]
        reached = np.searchsorted(shorter, longest - edges[one], side="right").tolist()
        start, end, how = entered[mine], last[mine] - first, outcome[mine]
        for number, edge in enumerate(edges[one]):
            # the days it spends in the bin, as steps up and down
            some = slice(reached[number])
            up = np.maximum(start[some] + (edge - first), 0)
            following = edges[one][number + 1] if number + 1 < len(edges[one]) else None
            down = end[some] if following is None else np.minimum(start[some] + (following - 1 - first), end[some])
            spent = up <= down
            steps = np.bincount(up[spent], minlength=days + 1) - np.bincount(down[spent] + 1, minlength=days + 1)
            at_risk[one, number] = np.cumsum(steps)[:days]
        gone = how != OPEN
        place = np.searchsorted(edges[one], (last[mine] - start)[gone], side="right") - 1
        key = (place * len(CAUSES) + how[gone]) * days + end[gone]
        found = np.bincount(key, minlength=size * len(CAUSES) * days)
        moves[one] = found.reshape(size, len(CAUSES), days)
    went = (outcome == ADVANCED) | (outcome == BACK)
    key = (state[went] * ways.states + ways.to[use][here][went]) * 2 + outcome[went]
    goes_to = np.bincount(key, minlength=ways.states**2 * 2).reshape(ways.states, ways.states, 2)
    return Counts(first, edges, at_risk, moves, goes_to.astype(float), ways.milestones)


def fit(counts: Counts, until: int | None = None, fiscal_year_start: int = 1) -> Hazards:
    """Hazards from what was counted up to the end of a day.

    Args:
        counts: days at risk and moves. until: the last day to learn from, since 1970-01-01; by default all.
        fiscal_year_start: the month a year starts in, for the seasons of quarters.
    """
    days = counts.at_risk.shape[-1] if until is None else max(until - counts.first + 1, 0)
    at_risk, moves = counts.at_risk[..., :days], counts.moves[..., :days]
    calendar = np.arange(counts.first, counts.first + days)
    winning, other = seasonality.flat(fiscal_year_start), seasonality.flat(fiscal_year_start)
    won = np.array([cause == WON for cause in CAUSES])
    fade = (0.5 ** ((calendar[-1:] - calendar) / _HALF_LIFE)).astype(np.float32)
    total = (moves @ fade).astype(np.float64)
    # on the day it is created a deal moves on whatever the season
    inner = slice(0, counts.milestones)
    daily = moves[inner].sum(axis=(0, 1), dtype=np.float64)
    rate = _rates(total, (at_risk @ fade).astype(np.float64)[..., None])
    for _ in range(_ROUNDS):
        could = [
            np.einsum("sb,sbt->t", rate[inner, :, causes].sum(axis=-1), at_risk[inner]) for causes in (won, ~won)
        ]
        winning = seasonality.learn(calendar, daily[won].sum(axis=0), could[0], fiscal_year_start)
        other = seasonality.learn(calendar, daily[~won].sum(axis=0), could[1], fiscal_year_start)
        risk = [at_risk @ (fade * season.of(calendar)).astype(np.float32) for season in (other, winning)]
        rate = _rates(total, np.stack([risk[int(one)] for one in won], axis=-1).astype(np.float64))
    goes_to = counts.goes_to + 1e-9 * np.eye(len(counts.goes_to))[..., None]
    goes_to = goes_to / goes_to.sum(axis=1, keepdims=True)
    return Hazards(counts.edges, rate, goes_to, winning, other, float(total[..., won].sum()), counts.milestones)


def _edges(ages: Whole) -> Whole:
    """Ages at which bins begin, with about as many moves in each."""
    later = ages[ages > 0]
    number = int(np.clip(len(later) // _MOVES_PER_BIN, 1, _MOST_BINS))
    inner = np.quantile(later, np.linspace(0, _LAST_BIN, number + 1)[1:]) if len(later) else np.array([])
    return np.unique(np.concatenate(([0, 1], np.ceil(inner).astype(np.int64) + 1)))


def _rates(moves: Numbers, at_risk: Numbers) -> Numbers:
    """Moves per day at risk by state, bin and cause, drawn towards those of the state, and these to all's."""
    everywhere = moves.sum(axis=(0, 1)) / np.maximum(at_risk.sum(axis=(0, 1)), 1.0)
    by_state = (moves.sum(axis=1) + _PRIOR * everywhere) / (at_risk.sum(axis=1) + _PRIOR)
    by_state = by_state[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        pull = np.where(by_state > 0, _PRIOR / by_state, 0.0)
        rate = np.where(by_state > 0, (moves + _PRIOR) / (at_risk + pull), 0.0)
    return np.minimum(rate, 1.0)
