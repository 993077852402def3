"""Whether deals that got somewhere in time were won in time as often as hazards say; by step, on earlier days.

Hazards take each milestone for itself. A deal that is quick at one is quick at the next as well, so more of the
late ones come in before a deadline than milestone by milestone would. How many more is learnt by looking back.
"""

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.forecast.curves import SHIFTS, between, compose
from salesreport.kpi.forecast.effects import Effects
from salesreport.kpi.forecast.hazards import WINDOW, Hazards
from salesreport.kpi.forecast.ways import Ways
from salesreport.kpi.milestones.journeys import WON
from salesreport.period import Period

_APART = 3
"""Earlier days are looked from that lie a third of the time that is left apart."""

_WEIGHT = 8.0
"""Had and expected wins are drawn together with the weight of so many: a standard deviation of a third."""


def ratios(
    ways: Ways, hazards: Hazards, effects: Effects, places: int, period: Period, last: npt.NDArray[np.int64]
) -> Numbers:
    """Wins in time ÷ what hazards expect, drawn to 1, of each step: beginning, then each milestone.

    Args:
        ways, hazards, effects: as known on the day to look from; hazards without deals won the moment they come.
        places: how many milestones. period: it ends after that day.
        last: of each step the last of the days from the as-of date that count.
    """
    before, days = number_of(period.start) - ways.day, number_of(period.end) - ways.day
    won_on = _won_on(ways)
    had, could = np.zeros(places + 1), np.zeros(places + 1)
    first = int(max(ways.entered[ways.dated].min(initial=ways.day), ways.day - WINDOW))
    by_day = [
        _by_day(ways, (ways.begins if step == 0 else ways.state == step - 1) & ways.dated)
        for step in range(places + 1)
    ]
    for day in range(ways.day - days, first, -max(days // _APART, 1)):
        start, end = day + before, day + days
        curves = compose(hazards, day, [(start, end)], None, paces=False).entering[..., 0]
        for step, (there, entered) in enumerate(by_day):
            within = slice(*np.searchsorted(entered, (day, day + last[step]), side="right"))
            rows = np.sort(there[within])
            win = won_on[ways.deal[rows]]
            if step == 0:  # entered when it was won
                rows, win = rows[win != ways.entered[rows]], win[win != ways.entered[rows]]
            if not len(rows):
                continue
            shift = effects.shift(ways.deal[rows], ways.rep_first.take(rows))
            table = curves[:, ways.state[rows], ways.entered[rows] - day]
            could[step] += between(table[..., None], SHIFTS, shift, np.arange(len(rows)))[:, 0].sum()
            had[step] += int(((win >= max(start, day + 1)) & (win <= end) & (win >= ways.entered[rows])).sum())
    return (had + _WEIGHT) / (could + _WEIGHT)


def _by_day(ways: Ways, some: npt.NDArray[np.bool_]) -> tuple[Positions, npt.NDArray[np.int64]]:
    """The rows of some sojourns, and the days on which these began, in the order of these days."""
    rows = np.flatnonzero(some)
    rows = rows[np.argsort(ways.entered[rows], kind="stable")]
    return rows, ways.entered[rows]


def number_of(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return int(np.datetime64(day, "D").astype(np.int64))


def _won_on(ways: Ways) -> npt.NDArray[np.int64]:
    """The day each deal (row of table `deals`) was won, since 1970-01-01; a day long ago: it was not."""
    won = pd.Series(ways.last[ways.outcome == WON], index=ways.deal[ways.outcome == WON])
    days = np.full(int(ways.deal.max(initial=0)) + 1, np.iinfo(np.int64).min, np.int64)
    days[won.index.to_numpy()] = won.to_numpy()
    return days
