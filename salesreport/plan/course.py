"""What will come without any plan: booked, what open deals bring, orders without a deal, deals yet to come."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.forecast.forecast import SEED, Forecast, forecast
from salesreport.kpi.forecast.shrink import shrunk_ratio
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.process import ProcessFile

PATHS = 2000
"""How many futures are simulated."""

Samples = npt.NDArray[np.float64]

_YEAR = 365
_TWO_YEARS = 730
_ALIKE = 8.0
"""What a rep's deals bring per unit of amount is drawn to the team's with the weight of so many deals."""

_LINKED = 0.1
"""With a smaller part of the orders naming their deal, orders without a deal cannot be told from the others."""


class Course(NamedTuple):
    """What comes by itself, one row per rep and segment, in the metric's unit.

    Attributes:
        rep, segment: of each row; segment None: all of them.
        booked: won (or ordered without a deal) in the period by the as-of date.
        opened, usual, repeat: rows × paths: what open deals bring, deals yet to come as they usually do, and
            orders without a deal.
        factor: rows × paths: the shock that all chances of a rep share; mean 1.
        per_amount: what a unit of a deal's amount is in the metric (1 for revenue).
        notes: what a reader should know.
    """

    rep: list[str]
    segment: list[str | None]
    booked: Numbers
    opened: Samples
    usual: Samples
    repeat: Samples
    factor: Samples
    per_amount: Numbers
    notes: tuple[Text, ...]

    def take(self, rows: list[int]) -> "Course":
        """Some of the rows."""
        return Course(
            [self.rep[row] for row in rows], [self.segment[row] for row in rows], self.booked[rows],
            self.opened[rows], self.usual[rows], self.repeat[rows], self.factor[rows], self.per_amount[rows],
            self.notes,
        )  # fmt: skip


def course_of(
    facts: Facts,
    file: ProcessFile,
    rows: list[tuple[str, str | None]],
    period: Period,
    metric: str,
    seed: int = SEED,
    paths: int = PATHS,
) -> Course:
    """Look ahead for reps, by segment where the rows have one.

    Args:
        facts: seen from the day to look from. file: the process. rows: rep and segment (None: all).
        period: it ends after the as-of date. metric: revenue, gross_profit or units.

    Raises:
        Unavailable: the data cannot tell what will come.
    """
    by = ("rep_id", "segment") if any(segment is not None for _, segment in rows) else ("rep_id",)
    made = forecast(facts, file, facts.as_of, [period], by=by, simulations=paths, seed=seed)
    place = _places(rows, made.frame, by)
    assert made.opened is not None
    assert made.factor is not None
    per_amount = _per_amount(facts, rows, metric)
    empty = np.zeros((1, paths))
    opened = np.vstack([made.opened, empty])[place] * per_amount[:, None]
    whole = np.vstack([made.samples - made.frame["booked"].to_numpy()[:, None], empty])[place]
    usual = np.maximum(whole * per_amount[:, None] - opened, 0.0)
    repeat, notes = _repeated(facts, rows, period, metric, seed, paths)
    booked = booked_alone(facts, rows, period, metric)
    factor = _factor_of(rows, made, seed, paths)
    return Course(
        [rep for rep, _ in rows], [segment for _, segment in rows], booked, opened, usual, repeat, factor,
        per_amount, (*made.notes, *notes),
    )  # fmt: skip


def summed(place: Positions, value: Numbers, size: int) -> Numbers:
    """Sums by row; what has none (place `size`) is left out."""
    return np.bincount(place, weights=value, minlength=size + 1)[:size].astype(np.float64)


def place_of(rows: list[tuple[str, str | None]], rep: pd.Categorical, segment: pd.Categorical) -> Positions:
    """The row of each event; the last place, after all rows: none."""
    with_segment = any(one is not None for _, one in rows)
    keys = pd.DataFrame(rows, columns=["rep_id", "segment"]).assign(place=np.arange(len(rows)))
    seen = pd.DataFrame({"rep_id": pd.Series(rep).astype(object), "segment": pd.Series(segment).astype(object)})
    on = ["rep_id", "segment"] if with_segment else ["rep_id"]
    keys, seen = (one.astype({"rep_id": object, "segment": object}) for one in (keys, seen))
    found = seen[on].merge(keys[[*on, "place"]], how="left", on=on)["place"]
    return found.fillna(len(rows)).to_numpy(np.intp)


def _row_of(rows: list[tuple[str, str | None]], events: Events) -> Positions:
    """`place_of` events."""
    return place_of(rows, events.dimension("rep_id"), events.dimension("segment"))


def _column_of(metric: str) -> str:
    """What a metric is called as a column of deals and orders."""
    return "amount" if metric == "revenue" else metric


def _brought(events: Events, metric: str) -> Numbers:
    """What each rep's part of events brought; what is not known counts nothing."""
    return np.nan_to_num(events.number(_column_of(metric))) * events.share


def _won_in(facts: Facts, period: Period) -> Events:
    """The deals won in a period."""
    events = facts.events("closed", period)
    return events.take(np.flatnonzero(events.extra["won"]))


def _places(rows: list[tuple[str, str | None]], frame: pd.DataFrame, by: tuple[str, ...]) -> Positions:
    """The row of the forecast of each of our rows; −1: it has nothing."""
    known = {tuple(values): place for place, values in enumerate(frame[list(by)].astype(object).to_numpy())}
    return np.array([known.get((rep, segment)[: len(by)], -1) for rep, segment in rows], np.intp)


def _factor_of(rows: list[tuple[str, str | None]], made: Forecast, seed: int, paths: int) -> Samples:
    """Each row's shocks; of a rep without any deals those of somebody like the others."""
    assert made.factor is not None
    reps = pd.Index(sorted(made.frame["rep_id"].dropna().unique()))
    place = reps.get_indexer([rep for rep, _ in rows])
    known = made.factor
    drawn = np.random.default_rng([seed, 5]).permuted(known, axis=0) if len(known) else np.ones((1, paths))
    return np.where((place >= 0)[:, None], known[np.maximum(place, 0)], drawn[0])


def _per_amount(facts: Facts, rows: list[tuple[str, str | None]], metric: str) -> Numbers:
    """What deals won in two years brought per unit of their amount; a rep's drawn to the team's."""
    if metric == "revenue":
        return np.ones(len(rows))
    won = _won_in(facts, Period.span(facts.as_of - dt.timedelta(_TWO_YEARS), facts.as_of))
    won = won.take(np.flatnonzero((won.number("amount") > 0) & ~np.isnan(won.number(metric))))
    if not len(won):
        return np.zeros(len(rows))
    amount, value = won.number("amount") * won.share, won.number(metric) * won.share
    team, usual = float(value.sum() / amount.sum()), float(amount.sum() / won.share.sum())
    place = _row_of(rows, won)
    own, whole = summed(place, value, len(rows)), summed(place, amount, len(rows))
    return (own + _ALIKE * usual * team) / (whole + _ALIKE * usual)


def booked_alone(facts: Facts, rows: list[tuple[str, str | None]], period: Period, metric: str) -> Numbers:
    """What deals won in a period by the as-of date brought, and orders without a deal, by row."""
    found = [_won_in(facts, period)] if facts.columns.has("deals") else []
    if facts.columns.has("orders", _column_of(metric)) and _deals_are_named(facts):
        found.append(_without_deal(facts, period))
    sums = (summed(_row_of(rows, events), _brought(events, metric), len(rows)) for events in found)
    return sum(sums, np.zeros(len(rows)))


def _deals_are_named(facts: Facts) -> bool:
    """Whether orders without a deal can be told from the others; without any deals they all are."""
    if not facts.columns.has("deals"):
        return True
    if not facts.columns.has("orders", "deal_id"):
        return False
    return bool((facts.columns.find("orders", "deal_id", "deals") >= 0).mean() >= _LINKED)


def _without_deal(facts: Facts, period: Period) -> Events:
    """The orders of a period that belong to no deal."""
    events = facts.events("orders", period)
    if not facts.columns.has("deals"):
        return events
    return events.take(np.flatnonzero(facts.columns.find("orders", "deal_id", "deals")[events.rows] < 0))


def _repeated(
    facts: Facts, rows: list[tuple[str, str | None]], period: Period, metric: str, seed: int, paths: int
) -> tuple[Samples, tuple[Text, ...]]:
    """Orders without a deal that will come: rows × paths; and notes."""
    size = len(rows)
    nothing = np.zeros((size, paths))
    if not facts.columns.has("orders", _column_of(metric)):
        return nothing, ()
    if not _deals_are_named(facts):
        return nothing, (text("Orders do not name the deals they come from: only deals count here."),)
    orders = _without_deal(facts, Period.span(facts.as_of - dt.timedelta(_YEAR - 1), facts.as_of))
    place, value = _row_of(rows, orders), _brought(orders, metric)
    count, money = summed(place, orders.share, size), summed(place, value, size)
    if not count.sum():
        return nothing, ()
    expected = np.full(size, count.sum() / size)
    number = expected * shrunk_ratio(count, expected)
    by_segment = pd.Series([segment or "" for _, segment in rows])
    sums = pd.DataFrame({"money": money, "count": count}).groupby(by_segment).transform("sum")
    mean = sums["money"] / sums["count"].clip(lower=1e-9)
    spread = float(value.std() / max(value.mean(), 1e-9))
    days = (period.end - max(facts.as_of, period.start - dt.timedelta(1))).days
    rng = np.random.default_rng([seed, 11])
    drawn = rng.poisson((number * max(days, 0) / _YEAR)[:, None], (size, paths))
    return sums_of(rng, drawn, spread) * mean.to_numpy()[:, None], ()


def sums_of(rng: np.random.Generator, number: npt.NDArray[np.int64], spread: float) -> Samples:
    """Sums of so many gamma distributed amounts of mean 1 with a coefficient of variation."""
    if spread <= 0:
        return number.astype(np.float64)
    return rng.standard_gamma(number / spread**2) * spread**2
