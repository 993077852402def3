"""From hazards to chances: how likely a deal at a milestone, at an age, is won in each of the coming periods."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import expit, logit

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.forecast.hazards import CAUSES, Hazards
from salesreport.kpi.milestones.journeys import ADVANCED, BACK, LOST, WON

Whole = npt.NDArray[np.int64]

SHIFTS = np.array([-1.2, -0.6, 0.0, 0.6, 1.2])
"""The log-odds of moving forward, against an average deal's, at which chances are worked out; between, by line."""

PACES = np.array([0.7, 1.0, 1.4])
"""How quickly deals leave milestones, likewise, against an average deal's."""

ROUNDS_BACK = 2
"""Deals that fall back and come again do so up to this many times within the horizon."""


class Curves(NamedTuple):
    """Chances to be won in each of K periods.

    Attributes:
        entering: of a deal that enters a state at the end of a day: shift × state × day from 0 (the as-of date)
            to the horizon × K.
        standing: of a deal that stands in a state at an age: by state an array shift × age × K; ages beyond the
            last have its chance. Empty where nobody asked.
        paced: likewise, by state pace × age × K, of deals of average odds.
    """

    entering: Numbers
    standing: list[Numbers]
    paced: list[Numbers]

    def of(self, state: Positions, age: Whole, shift: Numbers, pace: Numbers) -> Numbers:
        """The chances of deals: deals × K.

        Args:
            state, age: where each is, and for how many days. shift: its log-odds of moving forward, against an
            average deal's. pace: how quickly it does, likewise.
        """
        periods = self.entering.shape[-1]
        chance = np.zeros((len(state), periods))
        for one in np.unique(state):
            mine = np.flatnonzero(state == one)
            table = self.standing[one]
            ages = np.minimum(age[mine], table.shape[1] - 1)
            chance[mine] = between(table, SHIFTS, shift[mine], ages)
            if (pace[mine] != 1).any():
                quick, usual = self.paced[one], table[len(SHIFTS) // 2][ages]
                quicker = between(quick, np.log(PACES), np.log(pace[mine]), ages)
                chance[mine] *= np.divide(quicker, usual, out=np.ones_like(usual), where=usual > 0)
        total = chance.sum(axis=1, keepdims=True)
        return np.where(total > 1, chance / np.maximum(total, 1e-12), chance)

    def arriving(self, state: Positions, shift: Numbers, weight: Numbers) -> Numbers:
        """The chances of deals that arrive some day: deals × K.

        Args:
            state: where each arrives. shift: its log-odds of moving forward. weight: of each day, adding up to 1.
        """
        table = np.einsum("xstk,t->xsk", self.entering, weight)
        return between(table, SHIFTS, shift, state)


def compose(
    hazards: Hazards, day: int, periods: list[tuple[int, int]], oldest: Whole | None, paces: bool = True
) -> Curves:
    """Work out the chances of every state and age by going backwards from the horizon.

    Args:
        hazards: learnt. day: the as-of date, since 1970-01-01. periods: first and last day of each, likewise.
        oldest: the greatest age looked for in each state; None: only deals that enter.
        paces: whether other paces than the usual are wanted.
    """
    horizon = max(last for _, last in periods) - day
    calendar = np.arange(day, day + horizon + 1)
    within = np.stack([(calendar >= max(first, day + 1)) & (calendar <= last) for first, last in periods], axis=1)
    season = np.stack(
        [(hazards.winning if cause == WON else hazards.other).of(calendar) for cause in CAUSES], axis=-1
    )
    tilts = [(shift, 1.0) for shift in SHIFTS]
    if paces:
        tilts += [(0.0, pace) for pace in PACES if pace != 1]
    runs = [_changed(hazards, *tilt) for tilt in tilts]
    every, by_state = _compose(runs, season, within.astype(float), oldest)
    entering, standing = every[: len(SHIFTS)], [table[: len(SHIFTS)] for table in by_state]
    usual = len(SHIFTS) // 2
    order = [len(SHIFTS), usual, len(SHIFTS) + 1] if paces else [usual] * len(PACES)
    return Curves(entering, standing, [table[order] for table in by_state])


def reaching(
    hazards: Hazards, day: int, until: int, oldest: Whole, goals: npt.NDArray[np.bool_]
) -> tuple[Numbers, list[Numbers]]:
    """Chances to get to certain milestones, or past them to the order, by the end of a day.

    Args:
        hazards: learnt. day: the as-of date, since 1970-01-01. until: the last day that counts, likewise.
        oldest: the greatest age looked for in each state. goals: of each state, whether it is one that counts;
            who stands there already does not get there any more.

    Returns:
        As `entering` (shift × state × day from 0; 1 for a deal that enters one of the goals) and `standing` (by
        state shift × age; 0 for the goals) of `Curves`, without periods.
    """
    calendar = np.arange(day, until + 1)
    season = np.stack(
        [(hazards.winning if cause == WON else hazards.other).of(calendar) for cause in CAUSES], axis=-1
    )
    within = (calendar > day).astype(float)[:, None]
    runs = [tilted(hazards, shift) for shift in SHIFTS]
    entering, standing = _compose(runs, season, within, oldest, goals)
    return entering[..., 0], [table[..., 0] for table in standing]


def tilted(hazards: Hazards, shift: float | Numbers, pace: float = 1.0) -> Hazards:
    """Hazards of a deal with other odds of moving forward, or one that leaves milestones more quickly.

    Args:
        hazards: of an average deal. shift: log-odds against it, one for all milestones or one for each.
        pace: against it.
    """
    return _changed(hazards, shift, pace)


def between(table: Numbers, nodes: Numbers, at: Numbers, row: Positions) -> Numbers:
    """Values between nodes, by line.

    Args:
        table: nodes × rows × K. nodes: ascending. at: where, one each. row: which row, one each.
    """
    place = np.clip(np.searchsorted(nodes, at, side="right") - 1, 0, len(nodes) - 2)
    part = np.clip((at - nodes[place]) / (nodes[place + 1] - nodes[place]), 0, 1)[:, None]
    return table[place, row] * (1 - part) + table[place + 1, row] * part


def _changed(hazards: Hazards, shift: float | Numbers, pace: float) -> Hazards:
    """See `tilted`."""
    if not np.any(shift) and pace == 1:
        return hazards
    rate = hazards.rate.copy()
    inner = slice(0, hazards.milestones)
    one = rate[inner]
    forward = one[..., ADVANCED] + one[..., WON]
    leaving = forward + one[..., LOST]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(leaving > 0, forward / leaving, 0.0)
        moved = expit(logit(share) + np.reshape(shift, (-1, 1)))
        ahead = np.where(share > 0, moved / share, 1.0)
        behind = np.where(share < 1, (1 - moved) / (1 - share), 1.0)
    one[..., ADVANCED] *= ahead
    one[..., WON] *= ahead
    one[..., LOST] *= behind
    one[:, 1:] *= pace  # what happens on the very day does not depend on it
    return hazards._replace(rate=rate)


def _compose(
    runs: list[Hazards], season: Numbers, within: Numbers, oldest: Whole | None,
    goals: npt.NDArray[np.bool_] | None = None,
) -> tuple[Numbers, list[Numbers]]:  # fmt: skip
    """Chances of entering: run × state × day × K; of standing, by state: run × age × K (none without `oldest`).

    The runs differ in their rates alone. With `goals` (of each state whether it is one) they are of getting to one
    of these, or being won.
    """
    hazards, rate = runs[0], np.stack([run.rate for run in runs])
    goals = np.zeros(len(hazards.rate), bool) if goals is None else goals
    states, size, periods = len(hazards.rate), len(within), within.shape[1]
    entering = np.zeros((len(runs), states, size, periods))
    goes_back = bool(hazards.rate[..., BACK].max() > 0)
    order = [*reversed(range(hazards.milestones)), *range(hazards.milestones, states)]
    order = [state for state in order if not goals[state]]
    leave = {state: _leaving(hazards, rate, state, size, season) for state in order}
    at_once = {state: _at_once(leave[state], within) for state in order}
    entering[:, goals] = within
    for _ in range(1 + ROUNDS_BACK * goes_back):
        for state in order:
            entering[:, state] = _won(hazards, state, leave[state], at_once[state], entering)
    standing: list[Numbers] = []
    if oldest is None:
        return entering, standing
    for state in range(states):
        last = min(int(oldest[state]), int(hazards.edges[state][-1]))
        chance: Numbers | float = 0.0
        if not goals[state]:
            left = _leaving(hazards, rate, state, size, season, last)
            chance = _won(hazards, state, left, _at_once(left, within), entering)
        standing.append(np.zeros((len(runs), last + 1, periods)) + chance)
    return entering, standing


def _leaving(
    hazards: Hazards, rate: Numbers, state: int, size: int, season: Numbers, oldest: int | None = None
) -> list[Numbers]:
    """The chance to leave a state on each day by each cause: run × rows × day; empty where it is never left so.

    Rows are the days on which deals enter it; with `oldest` the ages, up to this one, that deals have on day 0, on
    which nobody leaves any more. There is one run where all are alike at this state.
    """
    bins = hazards.bins(state, np.arange(size + (oldest or 0)))
    if (rate[1:, state] == rate[0, state]).all():  # a tilt moves milestones only
        rate = rate[:1]
    if oldest is not None:
        season = np.where(np.arange(size)[:, None] > 0, season, 0.0)
    parts = []
    for cause in range(len(CAUSES)):
        by_age = rate[:, state, bins, cause]
        if not (rate[:, state, :, cause] > 0).any():
            parts.append(np.zeros((0, 0)))
        elif oldest is None:  # the age on day v of those that enter on day t is v − t; before that nobody leaves
            before = np.zeros((len(rate), size - 1))
            ages = sliding_window_view(np.concatenate([before, by_age], axis=1), size, axis=1)[:, ::-1]
            parts.append(np.multiply(ages, season[:, cause], order="C"))
        else:
            parts.append(np.multiply(sliding_window_view(by_age, size, axis=1), season[:, cause], order="C"))
    there = [part for part in parts if part.size]
    if not there:
        return parts
    total = sum(there[1:], there[0])
    staying = np.ones(total.shape)
    if total.max() > 1:  # nobody leaves with more than certainty
        most = np.maximum(total, 1.0)
        np.cumprod(1 - (total / most)[..., :-1], axis=-1, out=staying[..., 1:])
        staying /= most
    else:
        np.cumprod(1 - total[..., :-1], axis=-1, out=staying[..., 1:])
    for part in there:
        part *= staying
    return parts


def _at_once(leave: list[Numbers], within: Numbers) -> Numbers | float:
    """The chance to be won on leaving."""
    return leave[WON] @ within if leave[WON].size else 0.0


def _won(
    hazards: Hazards, state: int, leave: list[Numbers], at_once: Numbers | float, entering: Numbers
) -> Numbers | float:
    """Won at once on leaving, or later from where it goes: run × rows × K; 0 where it is never left so."""
    chance = at_once
    runs, states, size, periods = entering.shape
    for cause in (ADVANCED, BACK):
        if leave[cause].size:
            following = hazards.goes_to[state, :, cause] @ entering.reshape(runs, states, size * periods)
            chance = chance + leave[cause] @ following.reshape(runs, size, periods)
    return chance
