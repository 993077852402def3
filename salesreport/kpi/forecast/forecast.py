"""The revenue of coming periods, from milestones and ages alone (S10), as simulated distributions."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError
from salesreport.kpi.facts.checks import check_day, check_dimensions
from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.facts.dimensions import TITLES
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.gaps import need_losses
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast import arrivals, drift, effects, hazards, inputs, sizes
from salesreport.kpi.forecast.arrivals import Arrivals
from salesreport.kpi.forecast.cells import Cells, cells_of
from salesreport.kpi.forecast.curves import compose
from salesreport.kpi.forecast.drift import Drift
from salesreport.kpi.forecast.effects import Effects
from salesreport.kpi.forecast.hazards import Hazards
from salesreport.kpi.forecast.simulate import New, Open, Samples, Shocks, factors, simulate
from salesreport.kpi.forecast.sizes import Sizes
from salesreport.kpi.forecast.ways import Ways, ways_of
from salesreport.kpi.milestones.reached import own_id, store_of_process
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.stats.holds import assert_holds
from salesreport.stats.scores import sample_interval

BANDS = (50, 80, 95)
"""How often, in per cent, the intervals of a forecast are to hold what comes."""

SIMULATIONS, SEED = 1000, 7

FEWEST_WON = 10
"""With fewer deals won before the as-of date there is nothing to learn from."""

ASSUMED = text("The history is too short to look back on earlier forecasts: the intervals rest on an assumption.")
"""Said where nobody knows how far earlier forecasts were off."""

CYCLES = 3
"""In a history shorter than so many median cycles quick deals are over-represented: slow ones are not won yet."""


class Forecast(NamedTuple):
    """Revenue of coming periods: the amounts of deals won in them.

    Attributes:
        frame: one row per group and period: the by-columns, `period` (as written), `booked` (won in the period by
            the as-of date), `mean` and `median` of what the whole period brings, `lower_80`, `upper_80` … (booked
            included), `from_open` and `from_arrivals` (means: from deals open now, from deals yet to come),
            `n_open` (open deals of the group, shared ones by their share).
        samples: the simulated revenue, booked included: rows of `frame` × simulations. The same path of all
            groups belongs together: adding them up gives a path of the team.
        notes: what a reader should know.
        opened: likewise what deals open now bring of it; None where nobody kept it.
        factor: reps (sorted by id, as far as they have deals) × simulations: the shock of each path, by which all
            chances of a rep's deals are moved together.
    """

    frame: pd.DataFrame
    samples: Samples
    notes: tuple[Text, ...]
    opened: Samples | None = None
    factor: Samples | None = None

    def total(self) -> Samples:
        """The simulated revenue of all groups together: period × simulations, periods in the frame's order."""
        periods, place = np.unique(self.frame["period"].to_numpy(), return_inverse=True)
        order = pd.unique(self.frame["period"])
        summed = np.zeros((len(periods), self.samples.shape[1]))
        np.add.at(summed, place, self.samples)
        return summed[np.searchsorted(periods, order)]


@dataclass(frozen=True)
class Learnt:
    """What was learnt of the past, as known at the as-of date; the same for all periods and breakdowns.

    Attributes:
        ways: of all deals. counts, hazards, effects, sizes, arrivals: the parts of the model.
    """

    ways: Ways
    counts: hazards.Counts
    hazards: Hazards
    effects: Effects
    sizes: Sizes
    arrivals: Arrivals


def forecast(
    facts: Facts,
    file: ProcessFile,
    as_of: dt.date,
    periods: Sequence[Period],
    by: Sequence[str] = (),
    simulations: int = SIMULATIONS,
    seed: int = SEED,
) -> Forecast:
    """Forecast revenue.

    Revenue is the sum of the amounts of deals won, dated by the day they are won: the metric `revenue` of a
    dataset without orders. Where there are orders, that metric counts those, and a note says so.

    Args:
        facts: what happened. file: the process deals follow. as_of: the day to look from; nothing later is used.
        periods: in order, not overlapping; each ends after the as-of date. What is won in one by then is booked.
        by: dimensions to break down by. simulations: number of paths. seed: the same seed, the same forecast.

    Raises:
        Unavailable: the data cannot tell: no deals, no amounts, or too few deals won by then.
        ConfigError: periods that are over or overlap, an unknown dimension, or a day that is not known yet.
    """
    _check(facts, as_of, periods, by, simulations)
    model = learn(facts, file, as_of)
    ways = model.ways
    spans = [(_number(period.start), _number(period.end)) for period in periods]
    horizon = max(last for _, last in spans) - ways.day
    off = drift_of(facts, file, as_of, horizon)
    standing = ways.going
    oldest = np.zeros(ways.states, np.int64)
    np.maximum.at(oldest, ways.state[standing], ways.age[standing])
    curves = compose(model.hazards, ways.day, spans, oldest)
    rep = facts.known(as_of).rep.take(ways.deal[standing])
    chance = curves.of(
        ways.state[standing],
        ways.age[standing],
        model.effects.shift(ways.deal[standing], rep),
        model.effects.paces(rep),
    )
    new = model.arrivals
    number = new.expected(ways.day, horizon)
    total = float(number.sum())
    arriving = curves.arriving(new.state, model.effects.shift(new.deal, new.rep), number / max(total, 1e-12))
    chance, arriving = chance * off.level, arriving * off.level

    cells = cells_of(facts, ways, model.arrivals, as_of, standing, periods, by)
    known = facts.known(as_of)
    amount, own = model.sizes.expected(ways.deal[standing], known.amount[ways.deal[standing]])
    opened = Open(
        chance,
        amount,
        np.where(own, model.sizes.change_spread, model.sizes.spread),
        cells.part,
        cells.of_part,
        cells.share,
        np.zeros(len(standing), np.intp),
    )
    lead = np.zeros(len(standing), np.intp)
    lead[cells.part[::-1]] = cells.rep[cells.of_part[::-1]]
    opened = opened._replace(rep=lead)
    weight = (arriving * new.weight[:, None]) * total
    wins = _summed(weight, cells.of_new, cells.number)
    worth = _summed(weight * model.sizes.usual[new.deal][:, None], cells.of_new, cells.number)
    mean = np.divide(worth, wins, out=np.zeros_like(worth), where=wins > 0)
    shocks = Shocks(off.spread, off.rep_spread, new.spread)
    first, second = simulate(
        opened,
        New(wins, mean, model.sizes.spread, cells.rep),
        shocks,
        cells.number,
        int(cells.rep.max(initial=0)) + 1,
        simulations,
        seed,
    )
    made = _result(facts, as_of, periods, by, cells, first, second, _notes(facts, model, off, as_of, periods[0]))
    return made._replace(factor=factors(shocks, int(cells.rep.max(initial=0)) + 1, simulations, seed))


def drift_of(facts: Facts, file: ProcessFile, as_of: dt.date, horizon: int) -> Drift:
    """How far forecasts of so many days were off that were made before a day; worked out once.

    Raises:
        Unavailable: the data cannot tell.
    """

    def find() -> Drift:
        model, fiscal = learn(facts, file, as_of), facts.dataset.settings.fiscal_year_start
        return drift.learn(facts, model.ways, model.counts, model.effects, horizon, fiscal)

    return store_of_process(facts, file, ("forecast drift", as_of, min(horizon, 92)), find)


def learn(facts: Facts, file: ProcessFile, as_of: dt.date) -> Learnt:
    """Learn from what was known at the end of a day; once.

    Raises:
        Unavailable: the data cannot tell.
    """
    return facts.remember(("forecast learnt", own_id(facts, file), as_of), lambda: _learn(facts, file, as_of))


def _learn(facts: Facts, file: ProcessFile, as_of: dt.date) -> Learnt:
    if not facts.columns.has("deals"):
        raise lacks("deals")
    for column in ("amount", "created_on", "closed_on"):
        if not facts.columns.has("deals", column):
            raise lacks("deals", column)
    known = facts.known(as_of)
    won = int((known.won & (known.amount > 0)).sum())
    if won < FEWEST_WON:
        raise Unavailable(
            ntext(
                "needs {fewest} deals won with an amount by {day}; there is {n}",
                "needs {fewest} deals won with an amount by {day}; there are {n}",
                n=won,
                fewest=FEWEST_WON,
                day=as_of,
            )
        )
    need_losses(facts)
    fiscal = facts.dataset.settings.fiscal_year_start
    ways = ways_of(facts, file, as_of)
    counts = hazards.count(ways)
    learnt = hazards.fit(counts, fiscal_year_start=fiscal)
    return Learnt(
        ways,
        counts,
        learnt,
        effects.learn(facts, ways, learnt),
        sizes.learn(facts, as_of),
        arrivals.learn(facts, ways, ways.day, fiscal),
    )


def enough_history(facts: Facts, day: dt.date) -> bool:
    """Whether the history before a day is as long as three times the median days from creation to winning."""
    known = facts.known(day)
    created = facts.columns.days("deals", "created_on")
    won = known.won & ~np.isnat(created)
    if not won.any():
        return False
    cycle = float(np.median((known.closed_on[won] - created[won]).astype(np.int64)))
    return _number(day) - int(np.fmin.reduce(created[known.there]).astype(np.int64)) >= CYCLES * cycle


def _result(
    facts: Facts,
    as_of: dt.date,
    periods: Sequence[Period],
    by: Sequence[str],
    cells: Cells,
    first: Samples,
    second: Samples,
    notes: tuple[Text, ...],
) -> Forecast:
    groups, size = len(cells.groups), len(periods)
    shape = (groups, size, first.shape[-1])
    from_open, from_new, booked = np.zeros(shape), np.zeros(shape), np.zeros(shape[:2])
    np.add.at(from_open, cells.group, first)
    np.add.at(from_new, cells.group, second)
    np.add.at(booked, cells.group, cells.booked)
    samples = from_open + from_new + booked[..., None]
    team = (first + second + cells.booked[..., None]).sum(axis=0)
    assert np.allclose(samples.sum(axis=0), team, rtol=1e-9, atol=1e-6), "groups do not add up to the team"
    bands, median = {}, np.median(samples, axis=-1)
    for band in BANDS:
        low, high = bands[f"lower_{band}"], bands[f"upper_{band}"] = sample_interval(samples, band / 100)
        assert_holds(low, median, high)
    n_open = np.bincount(cells.group, weights=cells.n_open, minlength=groups)
    rows = np.repeat(np.arange(groups), size)
    frame = pd.DataFrame(
        {
            **{name: cells.groups[name].array.take(rows) for name in by},
            "period": pd.Series([period.name for period in periods] * groups, dtype="str"),
            "booked": booked.ravel(),
            "mean": samples.mean(axis=-1).ravel(),
            "median": median.ravel(),
            **{name: bound.ravel() for name, bound in bands.items()},
            "from_open": from_open.mean(axis=-1).ravel(),
            "from_arrivals": from_new.mean(axis=-1).ravel(),
            "n_open": n_open[rows],
        }
    )
    flat = (groups * size, samples.shape[-1])
    return Forecast(frame, samples.reshape(flat), notes, from_open.reshape(flat))


def _notes(facts: Facts, model: Learnt, off: Drift, as_of: dt.date, period: Period) -> tuple[Text, ...]:
    known, ways = facts.known(as_of), model.ways
    followed = np.zeros(len(known.open), bool)
    followed[ways.deal[ways.going]] = True
    aside = int((known.open & ~followed).sum())
    unpriced = int((known.open & followed & ~(known.amount > 0)).sum())
    notes = [
        ntext(
            "Learnt from {n} deal won by {day}, by milestone and age alone: no CRM probability, no stated date.",
            "Learnt from {n} deals won by {day}, by milestone and age alone: no CRM probability, no stated date.",
            n=int(known.won.sum()),
            day=as_of,
        )
        if ways.by_milestone
        else ntext(
            "Learnt from {n} deal won by {day}, by age alone: no history of stages tells milestones.",
            "Learnt from {n} deals won by {day}, by age alone: no history of stages tells milestones.",
            n=int(known.won.sum()),
            day=as_of,
        )
    ]
    if facts.columns.has("orders"):
        notes.append(
            text("Revenue here is the amounts of deals on the day they are won; the metric revenue counts orders.")
        )
    if unpriced:
        notes.append(
            ntext(
                "{n} open deal has no known amount and is taken at what such deals brought.",
                "{n} open deals have no known amount and are taken at what such deals brought.",
                n=unpriced,
            )
        )
    if aside:
        notes.append(
            ntext(
                "{n} open deal has no creation date and no dated milestone: it counts among deals yet to come.",
                "{n} open deals have no creation date and no dated milestone: they count among deals yet to come.",
                n=aside,
            )
        )
    if not enough_history(facts, as_of):
        notes.append(
            text(
                "The history is shorter than {n} median cycles: the deals won so far are the quick ones, "
                "and the forecast may be too high.",
                n=CYCLES,
            )
        )
    if not off.looks:
        notes.append(ASSUMED)
    return (*notes, *inputs.new_deals(model.ways, model.arrivals, as_of, period), *inputs.looked_back(off))


def _check(facts: Facts, as_of: dt.date, periods: Sequence[Period], by: Sequence[str], simulations: int) -> None:
    check_day(as_of, facts.as_of)
    check_dimensions(by)
    for name in by:
        if not facts.dimensions.carries("deals", name) and facts.columns.has("deals"):
            raise Unavailable(
                text(
                    "cannot be told by {dimension}, which is not known of {events}",
                    dimension=TITLES[name],
                    events=text("open deals"),
                )
            )
    if simulations < 1:
        raise ConfigError(text("This is no number of simulations."), key="simulations", found=str(simulations))
    if not periods:
        raise ConfigError(text("There is no period to forecast."), key="periods")
    for one, following in pairwise(periods):
        if following.start <= one.end:
            raise ConfigError(text("Periods overlap or are not in order."), key="periods", found=following.name)
    for period in periods:
        if period.end <= as_of:
            raise ConfigError(
                text("This period is over."),
                key="periods",
                found=period.name,
                expected=text("a period that ends after {day}", day=as_of),
            )


def _summed(values: Numbers, place: Positions, size: int) -> Numbers:
    """Sums of rows by place."""
    total = np.zeros((size, values.shape[1]))
    np.add.at(total, place, values)
    return total


def _number(day: dt.date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))
