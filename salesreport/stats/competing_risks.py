"""How long until one of several ends: cumulative incidence with competing risks, for tied days and late entry.

A spell is watched until it ends for one of several causes, or until the watch ends first (it is *censored*). The
cumulative incidence of a cause at a time is the share of all spells that have ended for that cause by then, as if
all had been watched so long. The incidences of all causes and the share still going on add up to 1.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.stats.intervals import Array, Interval, normal_quantile, wilson


class CumulativeIncidence(NamedTuple):
    """How spells end, over time: the Aalen–Johansen estimate.

    Attributes:
        times: distinct times at which a spell ended or its watch did, ascending; T of them.
        at_risk: how many spells were watched and going on just before each time.
        events: how many ended at each time, by cause; T × K.
        incidence: the share that has ended by each time, by cause; T × K.
        survival: the share still going on after each time.
        errors: standard errors of `incidence`; T × K.
        n: the number of spells (the sum of their weights).
    """

    times: Array
    at_risk: Array
    events: Array
    incidence: Array
    survival: Array
    errors: Array
    n: float

    def incidence_at(self, time: float, confidence: float = 0.95) -> Interval:
        """The share of spells that have ended by a time, per cause, with its interval; `n` counts the spells.

        The interval is built on log(−log) of the incidence, so that it stays within 0 and 1. Where no spell, or
        every one, has ended for a cause, that says nothing about its error: there the interval is Wilson's on the
        number of spells whose fate by then is known. Past the last time that was watched nothing can be said
        (NaN), unless no spell was going on any more.

        Args:
            time: the time, in the unit of the durations.
            confidence: how often the interval is to hold the true share.

        References:
            Choudhury (2002), Statistics in Medicine 21, 1129–1144.
        """
        causes = self.incidence.shape[1]
        n = np.full(causes, self.n)
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        over = len(self.times) > 0 and time > self.times[-1] and self.survival[-1] > ROUNDING
        if len(self.times) == 0 or over:
            nothing = np.full(causes, np.nan)
            return Interval.of(nothing, nothing, nothing, n)
        if place < 0:
            value, error, known = np.zeros(causes), np.zeros(causes), self.n
        else:
            value, error = self.incidence[place], self.errors[place]
            known = self.events[:place].sum() + self.at_risk[place]
        return interval_of(value, error, np.full(causes, known), n, confidence)


ROUNDING = 1e-12
"""Sums of weights differ from whole numbers, and shares from 0 and 1, by no more than this."""


def cumulative_incidence(
    duration: npt.ArrayLike,
    cause: npt.ArrayLike,
    entry: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    causes: int | None = None,
) -> CumulativeIncidence:
    """How spells end, when each end is known to the day.

    At one time ends count before censorings: a spell censored on a day could have ended on it. The standard errors
    are of Greenwood's type for tied times, equal to statsmodels' `CumIncidenceRight`, but 0 ÷ 0 at a time when all
    that are left end together counts as 0.

    Args:
        duration: how long each spell was watched, from its start.
        cause: why it ended, 1 to K; 0 where the watch ended first.
        entry: its age when the watch began: it is at risk after this age, up to and including `duration`. NaN, and
            no entry at all: watched from the start, so that an end at age 0 counts.
        weights: how many spells each stands for, or the part of it that counts; 1 by default.
        causes: K; by default the highest cause there is.

    Raises:
        ValueError: lengths differ, or a cause is out of range.

    References:
        Aalen and Johansen (1978), Scand. J. Statist. 5, 141–150; Marubini and Valsecchi (1995), Analysing Survival
        Data from Clinical Trials and Observational Studies, 10.2 (the standard error).

    Examples:
        Of four deals one moves on after 10 days, two are lost after 20, one is still there after 30.

        >>> found = cumulative_incidence([10, 20, 20, 30], [1, 2, 2, 0])
        >>> found.incidence.tolist(), found.survival.tolist()
        ([[0.25, 0.0], [0.25, 0.5], [0.25, 0.5]], [0.75, 0.25, 0.25])
        >>> found.incidence_at(20).upper.round(2)
        array([0.67, 0.84])
    """
    length, why, late, weight, number = spells(duration, cause, entry, weights, causes)
    watched = length > late
    length, why, late, weight = length[watched], why[watched], late[watched], weight[watched]
    times, end = np.unique(length, return_inverse=True)
    size = len(times)
    by_cause = added(end * (number + 1) + why, weight, size * (number + 1)).reshape(size, number + 1)
    entered = np.cumsum(added(np.searchsorted(times, late, side="right"), weight, size))
    gone = np.cumsum(by_cause.sum(axis=1))
    at_risk = entered - (gone - by_cause.sum(axis=1))
    return estimate(times.astype(np.float64), at_risk, by_cause[:, 1:], float(weight.sum()))


def interval_of(value: Array, error: Array, known: Array, n: Array, confidence: float = 0.95) -> Interval:
    """The interval of incidences with their standard errors, see `CumulativeIncidence.incidence_at`.

    Args:
        value, error: of each incidence. known: of how many spells the fate is known by then. n: how many spells.
    """
    inner = (value > ROUNDING) & (value < 1 - ROUNDING) & (error > 0)
    share = np.where(inner, value, 0.5)
    spread = normal_quantile(confidence) * error / (share * np.log(share))  # negative, for the logarithm is
    certain = np.where(value < ROUNDING, 0.0, np.where(value > 1 - ROUNDING, 1.0, value))
    plain = wilson(certain * known, np.broadcast_to(known, value.shape), confidence)
    lower = np.where(inner, share ** np.exp(-spread), plain.lower)
    upper = np.where(inner, share ** np.exp(spread), plain.upper)
    return Interval.of(value, lower, upper, n)


def added(places: npt.NDArray[Any], weights: Array, size: int) -> Array:
    """The sum of the weights at each place."""
    return np.bincount(places, weights=weights, minlength=size).astype(np.float64, copy=False)


def spells(
    duration: npt.ArrayLike,
    cause: npt.ArrayLike,
    entry: npt.ArrayLike | None,
    weights: npt.ArrayLike | None,
    causes: int | None,
) -> tuple[Array, npt.NDArray[np.int64], Array, Array, int]:
    """Durations, causes, entries (−∞: none), weights, and the number of causes, checked."""
    length, why = np.asarray(duration, float).ravel(), np.asarray(cause, np.int64).ravel()
    late = np.full(len(length), -np.inf) if entry is None else np.asarray(entry, float).ravel()
    late = np.where(np.isnan(late), -np.inf, late)
    weight = np.ones(len(length)) if weights is None else np.asarray(weights, float).ravel()
    if not len(length) == len(why) == len(late) == len(weight):
        raise ValueError("durations, causes, entries and weights must be equally many")
    highest = int(why.max(initial=0))
    number = highest if causes is None else causes
    if why.min(initial=0) < 0 or highest > number:
        raise ValueError("a cause is out of range")
    return length, why, late, weight, number


def mass_at_risk(at_risk: Array, events: Array) -> tuple[Array, Array, Array]:
    """The share that ends at each time, by cause; the share going on before, and after it.

    Args:
        at_risk: … × times. events: … × times × causes.
    """
    total = events.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > 0, total / at_risk, 0.0)
        per_event = np.where(at_risk > 0, 1.0 / at_risk, 0.0)
    hazard = np.where(hazard > 1 - ROUNDING, 1.0, hazard)
    after = np.asarray(np.cumprod(1.0 - hazard, axis=-1), float)
    before = np.ones_like(after)
    before[..., 1:] = after[..., :-1]
    return np.asarray(events * (before * per_event)[..., None], float), before, after


def estimate(times: Array, at_risk: Array, events: Array, n: float) -> CumulativeIncidence:
    """The Aalen–Johansen estimate with its standard errors; of many groups at once where they come first.

    Args:
        times: T. at_risk: … × T. events: … × T × K. n: see `CumulativeIncidence`.
    """
    mass, before, after = mass_at_risk(at_risk, events)
    reached = np.cumsum(mass, axis=-2)
    risk, going, ends = at_risk[..., None], before[..., None], events.sum(axis=-1)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        # when all that are left end, nothing comes after, and their term is multiplied by zero
        left = risk - ends
        overall = np.where(left > ROUNDING * np.maximum(risk, 1.0), ends / (risk * left), 0.0)
        own = np.where(risk > 0, going**2 * (risk - events) * events / risk**3, 0.0)
        both = np.where(risk > 0, going * events / risk**2, 0.0)
    variance = (
        reached**2 * np.cumsum(overall, axis=-2)
        - 2 * reached * np.cumsum(reached * overall, axis=-2)
        + np.cumsum(reached**2 * overall, axis=-2)
        + np.cumsum(own, axis=-2)
        - 2 * reached * np.cumsum(both, axis=-2)
        + 2 * np.cumsum(reached * both, axis=-2)
    )
    return CumulativeIncidence(times, at_risk, events, reached, after, np.sqrt(np.maximum(variance, 0.0)), n)
