"""What is still to come in a period: simulated revenue of every rep, from the forecast."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from salesreport.kpi.compute import contract
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast.forecast import SEED, SIMULATIONS, Forecast, forecast
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.pay.model import Component, PayPlan
from salesreport.plan.pay.rule import Numbers

FORECAST = "revenue"
"""The metric that has a forecast."""


class Futures(NamedTuple):
    """What may still come, on simulated paths; a path of all reps belongs together.

    Attributes:
        to_come: component → reps × paths, what comes on top of what is there; a component without a forecast is
            not in it. paths: how many there are. notes: what a reader should know.
    """

    to_come: Mapping[str, Numbers]
    paths: int
    notes: tuple[Text, ...]


def futures(
    facts: Facts,
    plan: PayPlan,
    period: Period,
    reps: Sequence[str],
    simulations: int = SIMULATIONS,
    seed: int = SEED,
) -> Futures:
    """Simulate what is still to come for each component of a plan.

    Only revenue has a forecast, of deals won in the rest of the period; other metrics stay where they are, and a
    note says so. The same seed gives two plans the same paths, so that their cost can be compared path by path.

    Args:
        facts: what happened, seen from a day. period: one that is not over on that day. reps: ids, in the order
            of the rows wanted. simulations: number of paths.
    """
    to_come, notes = {}, []
    stays = []
    for one in plan.components:
        if one.counted != FORECAST:
            stays.append(one)
            continue
        try:
            made = _made(facts, period, one, simulations, seed)
        except Unavailable as problem:
            notes.append(text("There is no forecast of “{component}”: {reason}.",
                              component=one.title or one.key, reason=problem.reason))  # fmt: skip
            continue
        to_come[one.key] = _of_reps(made, one, period, reps)
        notes += [note for note in made.notes if note not in notes]
    if stays:
        names = [contract(one.counted, facts).title for one in stays]
        notes.insert(0, text("Without a forecast, and so taken as they are today: {metrics}.", metrics=names))
    return Futures(to_come, simulations if to_come else 1, tuple(notes))


def _made(facts: Facts, period: Period, component: Component, simulations: int, seed: int) -> Forecast:
    """The forecast by rep and by what the component is narrowed to; made once for a dataset and day."""
    by = ("rep_id", *component.where)
    first = Period.of(facts.as_of + dt.timedelta(1), period.kind, period.fiscal_year_start)
    periods = [period]
    while periods[0].start > first.start:  # what is won before the period is not won in it
        periods.insert(0, periods[0].previous())
    key = ("pay: forecast", period.name, by, simulations, seed)
    return facts.remember(
        key, lambda: forecast(facts, process_file(facts), facts.as_of, periods, by, simulations, seed)
    )


def _of_reps(made: Forecast, component: Component, period: Period, reps: Sequence[str]) -> Numbers:
    """What is to come for each rep: what the forecast has beyond what is booked, narrowed like the component."""
    frame = made.frame
    chosen = (frame["period"] == period.name).to_numpy() & frame["rep_id"].notna().to_numpy()
    for name, values in component.where.items():
        chosen &= frame[name].isin(list(values)).to_numpy()
    rows = np.flatnonzero(chosen)
    place = {rep: number for number, rep in enumerate(reps)}
    whose = [place.get(str(rep), -1) for rep in frame["rep_id"].to_numpy(object)[rows]]
    rest = made.samples[rows] - frame["booked"].to_numpy(np.float64)[rows, None]
    found = np.zeros((len(reps), made.samples.shape[1]))
    known = np.array(whose, np.intp) >= 0
    np.add.at(found, np.array(whose, np.intp)[known], rest[known])
    return np.maximum(found, 0)
