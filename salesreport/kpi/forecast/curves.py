"""From hazards to chances: how likely a deal at a milestone, at an age, is won in each of the coming periods."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import expit, logit

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.forecast.hazards import Hazards
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
    calendar = np.arange(day, max(last for _, last in periods) + 1)
    within = np.stack([(calendar >= max(first, day + 1)) & (calendar <= last) for first, last in periods], axis=1)
    pace = np.append(np.ones(len(SHIFTS)), PACES[PACES != 1] if paces else [])
    shift = np.append(SHIFTS, np.zeros(len(pace) - len(SHIFTS)))
    rate = _rates(hazards, shift[:, None], pace[:, None])
    every, by_state = _compose(hazards, rate, calendar, within.astype(float), oldest)
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
    within = (calendar > day).astype(float)[:, None]
    rate = _rates(hazards, SHIFTS[:, None], np.ones((len(SHIFTS), 1)))
    entering, standing = _compose(hazards, rate, calendar, within, oldest, goals)
    return entering[..., 0], [table[..., 0] for table in standing]


def tilted(hazards: Hazards, shift: Numbers) -> Hazards:
    """Hazards of a deal with other odds of moving forward.

    Args:
        hazards: of an average deal. shift: log-odds against it at each milestone.
    """
    return hazards._replace(rate=_rates(hazards, shift[None], np.ones((1, 1)))[0])


def between(table: Numbers, nodes: Numbers, at: Numbers, row: Positions) -> Numbers:
    """Values between nodes, by line.

    Args:
        table: nodes × rows × K. nodes: ascending. at: where, one each. row: which row, one each.
    """
    place, part = placed(nodes, at)
    part = part[:, None]
    return table[place, row] * (1 - part) + table[place + 1, row] * part


def placed(nodes: Numbers, at: Numbers) -> tuple[Positions, Numbers]:
    """After which of some ascending nodes each value lies, and how far from it to the next one, 0–1.

    Examples:
        >>> place, part = placed(np.array([0.0, 2.0, 3.0]), np.array([-1.0, 0.5, 2.5]))
        >>> place.tolist(), part.tolist()
        ([0, 0, 1], [0.0, 0.25, 0.5])
    """
    place = np.clip(np.searchsorted(nodes, at, side="right") - 1, 0, len(nodes) - 2)
    return place, np.clip((at - nodes[place]) / (nodes[place + 1] - nodes[place]), 0, 1)


def _rates(hazards: Hazards, shift: Numbers, pace: Numbers) -> Numbers:
    """The rates of deals with other odds of moving forward, and of those that leave milestones more quickly.

    Args:
        hazards: of an average deal. shift: log-odds against it, run × milestone (or 1: all alike). pace: likewise.

    Returns:
        Run × state × bin × cause.
    """
    rate = np.repeat(hazards.rate[None], len(shift), axis=0)
    usual, one = hazards.rate[: hazards.milestones], rate[:, : hazards.milestones]
    forward = usual[..., ADVANCED] + usual[..., WON]
    leaving = forward + usual[..., LOST]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(leaving > 0, forward / leaving, 0.0)
        moved = expit(logit(share) + shift[..., None])
        ahead = np.where(share > 0, moved / share, 1.0)
        behind = np.where(share < 1, (1 - moved) / (1 - share), 1.0)
    one[..., ADVANCED] *= ahead
    one[..., WON] *= ahead
    one[..., LOST] *= behind
    one[:, :, 1:] *= pace[..., None, None]  # what happens on the very day does not depend on it
    return rate


def _compose(
    hazards: Hazards, rate: Numbers, calendar: Whole, within: Numbers, oldest: Whole | None,
    goals: npt.NDArray[np.bool_] | None = None,
) -> tuple[Numbers, list[Numbers]]:  # fmt: skip
    """Chances of entering: run × state × day × K; of standing, by state: run × age × K (none without `oldest`).

    Args:
        hazards: learnt. rate: of each run, see `_rates`. calendar: the days, from the as-of date to the horizon.
        within: day × K, whether a day counts. oldest: see `compose`. goals: see `reaching`; None: only being won.
    """
    runs, states = rate.shape[:2]
    goals = np.zeros(states, bool) if goals is None else goals
    other = hazards.other.of(calendar)
    season = {ADVANCED: other, BACK: other, LOST: other, WON: hazards.winning.of(calendar)}
    entering = np.zeros((runs, states, *within.shape))
    entering[:, goals] = within
    order = [*reversed(range(hazards.milestones)), *range(hazards.milestones, states)]
    order = [state for state in order if not goals[state]]
    leave = {state: _leaving(hazards, rate, state, season) for state in order}
    at_once = {state: _at_once(leave[state], season, within) for state in order}
    goes_back = bool(hazards.rate[..., BACK].max() > 0)
    for _ in range(1 + ROUNDS_BACK * goes_back):
        for state in order:
            entering[:, state] = at_once[state] + _later(leave[state], season, hazards.goes_to[state], entering)
    standing: list[Numbers] = []
    if oldest is None:
        return entering, standing
    season = {cause: np.append(0.0, weight[1:]) for cause, weight in season.items()}  # day 0 is over
    for state in range(states):
        last = min(int(oldest[state]), int(hazards.edges[state][-1]))
        chance = np.zeros((runs, last + 1, within.shape[1]))
        if not goals[state]:
            left = _leaving(hazards, rate, state, season, last)
            chance += _at_once(left, season, within) + _later(left, season, hazards.goes_to[state], entering)
        standing.append(chance)
    return entering, standing


def _leaving(
    hazards: Hazards, rate: Numbers, state: int, season: dict[int, Numbers], oldest: int | None = None
) -> dict[int, Numbers]:
    """The chance to leave a state on each day, but for the day's season, by cause: run × rows × day.

    Rows are the days on which deals enter it; with `oldest` the ages, up to this one, that deals have on day 0.
    There are the causes by which it is ever left for the order or another state, and one run where all are alike.
    """
    size = len(season[WON])
    if (rate[1:, state] == rate[0, state]).all():  # a tilt moves milestones only
        rate = rate[:1]
    by_age = np.moveaxis(rate[:, state, hazards.bins(state, np.arange(size + (oldest or 0)))], -1, 0)
    by_age = np.concatenate([by_age, by_age[[ADVANCED, BACK, LOST]].sum(axis=0, keepdims=True)])
    if oldest is None:  # the age on day v of those that enter on day t is v − t; before that nobody leaves
        before = np.zeros((*by_age.shape[:-1], size - 1))
        daily = sliding_window_view(np.concatenate([before, by_age], axis=-1), size, axis=-1)[..., ::-1, :]
    else:
        daily = sliding_window_view(by_age, size, axis=-1)
    there = [cause for cause in (ADVANCED, BACK, WON) if by_age[cause].any()]
    total = daily[-1] * season[ADVANCED]  # of all causes that have this season
    if WON in there:
        total += daily[WON] * season[WON]
    staying = _staying(total)
    return {cause: daily[cause] * staying for cause in there}


def _staying(total: Numbers) -> Numbers:
    """The chance not to have left before each day, from that to leave on each, which is lost: … × day."""
    most = np.maximum(total, 1.0) if total.max() > 1 else None  # nobody leaves with more than certainty
    if most is not None:
        total /= most
    staying = np.ones(total.shape)
    np.cumprod(np.subtract(1, total, out=total)[..., :-1], axis=-1, out=staying[..., 1:])
    if most is not None:
        staying /= most
    return staying


def _at_once(leave: dict[int, Numbers], season: dict[int, Numbers], within: Numbers) -> Numbers | float:
    """The chance to be won on leaving: run × rows × K; 0 where it is never left so."""
    return leave[WON] @ (season[WON][:, None] * within) if WON in leave else 0.0


def _later(
    leave: dict[int, Numbers], season: dict[int, Numbers], goes_to: Numbers, entering: Numbers
) -> Numbers | float:
    """The chance to be won from where it goes to (state × cause): run × rows × K; 0 where that is nowhere."""
    chance: Numbers | float = 0.0
    runs, states, size, periods = entering.shape
    for cause in (ADVANCED, BACK):
        if cause in leave:
            following = (goes_to[:, cause] @ entering.reshape(runs, states, -1)).reshape(runs, size, periods)
            chance = chance + leave[cause] @ (season[cause][:, None] * following)
    return chance
