"""The chances of deals in the hands of reps who have their own odds at milestones, quickly for many reps.

What `curves.compose` gives for `curves.tilted` hazards. With other odds of moving forward as many fewer deals are
lost as more go on or are won. So the chance to leave a milestone is that of an average deal, but for what is won,
which has a season of its own; and most of the work is done once for all reps.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import expit, logit

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.forecast.curves import ROUNDS_BACK, SHIFTS
from salesreport.kpi.forecast.hazards import CAUSES, Hazards
from salesreport.kpi.milestones.journeys import ADVANCED, BACK, LOST, WON

_FIRST_STEPS = (ADVANCED, BACK)
"""Causes after which a deal is somewhere else."""


class _Leaving(NamedTuple):
    """How deals of average odds leave a state.

    Attributes:
        rate: ages × causes. share: by age, of those that leave for good or go on the part that goes on. causes: by
            which it is ever left. total: days of entering × days, the chance to leave. staying: likewise, not to
            have left before.
    """

    rate: Numbers
    share: Numbers
    causes: frozenset[int]
    total: Numbers
    staying: Numbers


class OwnCurves:
    """Chances to be won in a period, by what differs from an average deal's odds at each milestone.

    Args:
        hazards: of an average deal. day: the as-of date, since 1970-01-01. period: first and last day, likewise.
    """

    def __init__(self, hazards: Hazards, day: int, period: tuple[int, int]) -> None:
        self._hazards = hazards
        calendar = np.arange(day, period[1] + 1)
        self._size = len(calendar)
        self._within = ((calendar >= max(period[0], day + 1)) & (calendar <= period[1])).astype(float)
        self._season = [(hazards.winning if cause == WON else hazards.other).of(calendar) for cause in CAUSES]
        self._leaving = [self._of_state(state) for state in range(len(hazards.rate))]
        self._average = [self._parts(one, one.rate, one.staying) for one in self._leaving]
        self._goes_back = bool(hazards.rate[..., BACK].max() > 0)

    def of(self, tilt: Numbers) -> Numbers:
        """Chances as `entering` of `Curves`, of the one period: shift × state × day from 0.

        Args:
            tilt: log-odds of moving forward against an average deal's, by milestone; 0 for those beyond.
        """
        states, milestones = len(self._leaving), self._hazards.milestones
        tilt = np.append(tilt, np.zeros(milestones - len(tilt)))
        order = [*reversed(range(milestones)), *range(milestones, states)]
        leave = {state: self._tilted(state, SHIFTS + tilt[state]) for state in order if state < milestones}
        leave |= {state: self._average[state] for state in order if state >= milestones}
        at_once = {
            state: one[WON] @ (self._within * self._season[WON]) if WON in one else 0.0
            for state, one in leave.items()
        }
        entering = np.zeros((len(SHIFTS), states, self._size))
        for _ in range(1 + ROUNDS_BACK * self._goes_back):
            for state in order:
                chance = at_once[state]
                for cause in _FIRST_STEPS:
                    if cause in leave[state]:
                        following = self._season[cause] * (self._hazards.goes_to[state, :, cause] @ entering)
                        chance = chance + (leave[state][cause] @ following[..., None])[..., 0]
                entering[:, state] = chance
        return entering

    def _of_state(self, state: int) -> _Leaving:
        rate = self._hazards.rate[state, self._hazards.bins(state, np.arange(self._size))]
        causes = frozenset(cause for cause in CAUSES if (self._hazards.rate[state, :, cause] > 0).any())
        forward = rate[:, ADVANCED] + rate[:, WON]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(forward > 0, forward / (forward + rate[:, LOST]), 0.0)
        parts = (self._by_days(rate[:, cause]) * self._season[cause] for cause in CAUSES)
        total = sum(parts, np.zeros((self._size, self._size)))
        return _Leaving(rate, share, causes, total, _staying(total.copy()))

    def _tilted(self, state: int, shift: Numbers) -> dict[int, Numbers]:
        """The chance to leave a milestone with other odds by each cause, but for its season: … × day × day."""
        leaving = self._leaving[state]
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = expit(logit(leaving.share) + shift[:, None])
            ahead = np.where(leaving.share > 0, moved / leaving.share, 1.0)
        rate = np.repeat(leaving.rate[None], len(shift), axis=0)
        rate[..., ADVANCED] *= ahead
        rate[..., WON] *= ahead
        staying = leaving.staying
        if WON in leaving.causes:
            more = self._by_days(rate[..., WON] - leaving.rate[:, WON])  # instead of other moves
            staying = _staying(more * (self._season[WON] - self._season[ADVANCED]) + leaving.total)
        return self._parts(leaving, rate, staying)

    def _parts(self, leaving: _Leaving, rate: Numbers, staying: Numbers) -> dict[int, Numbers]:
        return {
            cause: self._by_days(rate[..., cause]) * staying
            for cause in (*_FIRST_STEPS, WON)
            if cause in leaving.causes
        }

    def _by_days(self, by_age: Numbers) -> Numbers:
        """What goes by age as day of entering × day: the days of a row before that of entering have 0."""
        before = np.zeros((*by_age.shape[:-1], self._size - 1))
        ages = np.concatenate([before, by_age], axis=-1)
        found: Numbers = sliding_window_view(ages, self._size, axis=-1)[..., ::-1, :]
        return found


def _staying(total: Numbers) -> Numbers:
    """The chance not to have left before each day, from that to leave on each, which is lost; … × day."""
    most: Numbers | float = 1.0
    if total.max() > 1:  # nobody leaves with more than certainty
        most = np.maximum(total, 1.0)
        total /= most
    staying = np.ones(total.shape)
    np.cumprod(np.subtract(1, total, out=total)[..., :-1], axis=-1, out=staying[..., 1:])
    staying /= most
    return staying
