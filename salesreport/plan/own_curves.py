"""The chances of deals in the hands of reps who have their own odds at milestones, quickly for many reps.

What `curves.compose` gives for `curves.tilted` hazards. With other odds of moving forward as many fewer deals are
lost as more go on: how many stay does not change. So when deals leave a milestone is worked out once for all reps,
and by rep only how many of those that leave go on. Where deals are won, which has a season of its own, all is.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import expit, logit

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.forecast.curves import SHIFTS
from salesreport.kpi.forecast.hazards import CAUSES, Hazards
from salesreport.kpi.milestones.journeys import ADVANCED, BACK, LOST, WON

_ROUNDS_BACK = 2
"""As `curves.compose` has it."""

_FIRST_STEPS = (ADVANCED, BACK)
"""Causes after which a deal is somewhere else."""


class _Leaving(NamedTuple):
    """How deals of average odds leave a state: by cause (none: never) days of entering × days of leaving.

    Attributes:
        by_cause: the chance of each. bins: of each age. won: whether any are won here, a milestone.
    """

    by_cause: dict[int, Numbers]
    bins: npt.NDArray[np.intp]
    won: bool


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
        leave |= {state: self._leaving[state].by_cause for state in order if state >= milestones}
        at_once = {state: one[WON] @ self._within if WON in one else 0.0 for state, one in leave.items()}
        entering = np.zeros((len(SHIFTS), states, self._size))
        for _ in range(1 + _ROUNDS_BACK * self._goes_back):
            for state in order:
                chance = at_once[state]
                for cause in _FIRST_STEPS:
                    if cause in leave[state]:
                        following = self._hazards.goes_to[state, :, cause] @ entering
                        chance = chance + (leave[state][cause] @ following[..., None])[..., 0]
                entering[:, state] = chance
        return entering

    def _of_state(self, state: int) -> _Leaving:
        bins = self._hazards.bins(state, np.arange(self._size))
        rate = self._hazards.rate[state, bins]
        found = self._left({cause: rate[:, cause] for cause in CAUSES if (rate[:, cause] > 0).any()})
        return _Leaving(found, bins, WON in found and state < self._hazards.milestones)

    def _tilted(self, state: int, shift: Numbers) -> dict[int, Numbers]:
        """As `_Leaving.by_cause`, each shift × day × day (or the same for all shifts)."""
        leaving = self._leaving[state]
        rate = self._hazards.rate[state]
        forward = rate[:, ADVANCED] + rate[:, WON]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(forward > 0, forward / (forward + rate[:, LOST]), 0.0)
            moved = expit(logit(share) + shift[:, None])
            ahead = np.where(share > 0, moved / share, 1.0)[:, leaving.bins]
            behind = np.where(share < 1, (1 - moved) / (1 - share), 1.0)[:, leaving.bins]
        if not leaving.won:
            found = {cause: leaving.by_cause[cause] for cause in _FIRST_STEPS if cause in leaving.by_cause}
            if ADVANCED in found:
                found[ADVANCED] = found[ADVANCED] * self._by_days(ahead)
            return found
        changed = {ADVANCED: ahead, WON: ahead, LOST: behind}
        rates = {cause: rate[leaving.bins, cause] * changed.get(cause, 1.0) for cause in leaving.by_cause}
        return self._left(rates)

    def _left(self, rates: dict[int, Numbers]) -> dict[int, Numbers]:
        """The chance to leave by each cause, … × day of entering × day; from rates by age, … × age."""
        parts = {cause: self._by_days(rate) * self._season[cause] for cause, rate in rates.items()}
        if not parts:
            return parts
        total = sum(parts.values(), np.zeros(1))
        most = np.maximum(total, 1.0)  # nobody leaves with more than certainty
        staying = np.ones(np.shape(total))
        np.cumprod(1 - (total / most)[..., :-1], axis=-1, out=staying[..., 1:])
        staying /= most
        return {cause: part * staying for cause, part in parts.items()}

    def _by_days(self, by_age: Numbers) -> Numbers:
        """What goes by age as day of entering × day: the days of a row before that of entering have 0."""
        before = np.zeros((*by_age.shape[:-1], self._size - 1))
        ages = np.concatenate([before, by_age], axis=-1)
        found: Numbers = sliding_window_view(ages, self._size, axis=-1)[..., ::-1, :]
        return found
