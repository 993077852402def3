"""How long until one of several ends, when ends are only known to lie between two days, as snapshots show them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.stats.competing_risks import (
    ROUNDING,
    CumulativeIncidence,
    added,
    estimate,
    mass_at_risk,
    spells,
)
from salesreport.stats.intervals import Array


def interval_incidence(
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    cause: npt.ArrayLike,
    entry: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    causes: int | None = None,
    *,
    seed: int = 0,
    imputations: int = 10,
    settled: float | None = None,
) -> CumulativeIncidence:
    """How spells end, when ends are only known to lie between two days.

    The self-consistent estimate on whole days: each end is spread over the days it may have happened on, in
    proportion to what the estimate itself holds likely there, in rounds that begin with an even spread. Ends known
    to the day give `cumulative_incidence`. Standard errors come from imputed days, drawn from the estimate, by
    Rubin's rules.

    The maximum-likelihood estimate, to which the rounds tend, heaps the ends on few days, and its value at a given
    time scatters up to twice as much as its standard error says. So the rounds stop once they move no incidence by
    more than a twentieth of its possible sampling error (1 ÷ √n); the intervals then hold as often as they claim
    (tests/stats/test_interval_censoring.py).

    Args:
        lower, upper: each end lies in (lower, upper], in whole days of age; an end known to be on day d has
            (d − 1, d]. For spells that were censored `lower` is the last day watched, and `upper` plays no part.
        cause, entry, weights, causes: as in `cumulative_incidence`.
        seed: of the imputations. imputations: how many.
        settled: the rounds stop when one moves no incidence by more than this; default 0.05 ÷ √n, see above.

    Returns:
        As `cumulative_incidence`, at every day from 0 to the last; numbers at risk and ends are expected ones.

    Raises:
        ValueError: lengths differ, a cause is out of range, or an end has no day it can lie on.

    References:
        Turnbull (1976), J. R. Statist. Soc. B 38, 290–295; Hudgens, Satten and Longini (2001), Biometrics 57,
        74–80 (competing risks); Rubin (1987), Multiple Imputation for Nonresponse in Surveys, 3.1.

    Examples:
        >>> weekly = interval_incidence([0, 0, 7, 14], [7, 7, 14, 14], [1, 2, 1, 0])
        >>> weekly.incidence[[7, 14]].round(3).tolist()
        [[0.25, 0.25], [0.5, 0.25]]
    """
    after, why, late, weight, number = spells(lower, cause, entry, weights, causes)
    until = np.where(why > 0, np.asarray(upper, float).ravel(), after)
    late = np.where(np.isfinite(late), late, -1.0)
    after = np.where(why > 0, np.maximum(after, late), after)
    if np.any((why > 0) & ~(until > after)) or not np.all(np.isfinite(until)):
        raise ValueError("an end must lie in (lower, upper] and after entry")
    watched = until > late
    days = _Days.of(after[watched], until[watched], why[watched], late[watched], weight[watched], number)
    if days.size == 0:
        return estimate(np.zeros(0), np.zeros(0), np.zeros((0, number)), 0.0)
    mass = days.mass_of(days.evenly())
    settled = _SETTLED / np.sqrt(days.n) if settled is None else settled
    for _ in range(_MOST_ROUNDS):
        before, mass = mass, days.mass_of(days.expected(mass))
        if np.abs(np.cumsum(mass - before, axis=0)).max(initial=0.0) <= settled:
            break
    found = days.estimate(days.expected(mass))
    if not days.uncertain:
        return found
    draws = np.random.default_rng(seed)
    drawn = [days.estimate(days.drawn(mass, draws)) for _ in range(imputations)]
    within = np.mean([one.errors**2 for one in drawn], axis=0)
    between = np.var([one.incidence for one in drawn], axis=0, ddof=1) if imputations > 1 else 0.0
    return found._replace(errors=np.sqrt(within + (1 + 1 / imputations) * between))


_MOST_ROUNDS, _SETTLED = 10_000, 0.05
"""When the rounds stop: after so many, or at this part of the possible sampling error."""


class _Days(NamedTuple):
    """Spells whose ends lie between days, the same ones merged, and what days they speak of.

    Attributes:
        after, until: each end lies in (after, until]; why: its cause, from 0. weight: how many such spells.
        entered: spells that came under watch before each day, less those censored before it.
        size: number of days. causes: number of causes. n: number of spells.
    """

    after: npt.NDArray[np.int64]
    until: npt.NDArray[np.int64]
    why: npt.NDArray[np.int64]
    weight: Array
    entered: Array
    size: int
    causes: int
    n: float

    @classmethod
    def of(
        cls, after: Array, until: Array, why: npt.NDArray[np.int64], late: Array, weight: Array, causes: int
    ) -> "_Days":
        last = int(until.max(initial=-1.0))
        size = last + 1
        ended = why > 0
        change = added(np.minimum(late.astype(np.int64) + 1, size), weight, size + 1)
        change -= added(until[~ended].astype(np.int64) + 1, weight[~ended], size + 1)
        kinds = (size + 1, size + 1, causes + 1)
        keys = (after[ended].astype(np.int64) + 1, until[ended].astype(np.int64), why[ended])
        different, place = np.unique(np.ravel_multi_index(keys, kinds), return_inverse=True)
        merged = added(place, weight[ended], len(different))
        first, last_, cause = np.unravel_index(different, kinds)
        entered = np.cumsum(change)[:size]
        return cls(first - 1, last_, cause - 1, merged, entered, size, causes, float(weight.sum()))

    @property
    def uncertain(self) -> bool:
        """Whether any end may lie on more than one day."""
        return bool(np.any(self.until - self.after > 1))

    def evenly(self) -> Array:
        """Ends by day and cause, each spread evenly over its days."""
        return self._spread(self.weight / (self.until - self.after))

    def expected(self, mass: Array) -> Array:
        """Ends by day and cause, each spread in proportion to what is held likely."""
        reached = np.vstack((np.zeros(self.causes), np.cumsum(mass, axis=0)))
        likely = reached[self.until + 1, self.why] - reached[self.after + 1, self.why]
        impossible = likely <= ROUNDING * ROUNDING  # where nobody is left by the estimate: spread evenly
        ends = mass * self._spread(np.where(impossible, 0.0, self.weight / np.where(impossible, 1.0, likely)))
        if impossible.any():
            ends = ends + self._spread(np.where(impossible, self.weight / (self.until - self.after), 0.0))
        return ends

    def drawn(self, mass: Array, draws: np.random.Generator) -> Array:
        """Ends by day and cause, each on one of its days, drawn by what is held likely."""
        often = np.maximum(np.rint(self.weight).astype(np.int64), 1)
        row = np.repeat(np.arange(len(often)), often)
        after, until, why = self.after[row], self.until[row], self.why[row]
        reached = np.vstack((np.zeros(self.causes), np.cumsum(mass, axis=0)))
        low, high = reached[after + 1, why], reached[until + 1, why]
        aim = low + draws.random(len(row)) * (high - low)
        day = np.empty(len(row), np.int64)
        for cause in range(self.causes):
            those = why == cause
            day[those] = np.searchsorted(reached[1:, cause], aim[those], side="right")
        day = np.clip(day, after + 1, until)
        weight = (self.weight / often)[row]
        return added(day * self.causes + why, weight, self.size * self.causes).reshape(self.size, self.causes)

    def mass_of(self, ends: Array) -> Array:
        """The share of spells that end on each day, by cause, when so many do."""
        return mass_at_risk(self._at_risk(ends), ends)[0]

    def estimate(self, ends: Array) -> CumulativeIncidence:
        """The whole estimate when so many spells end on each day, by cause."""
        return estimate(np.arange(self.size, dtype=np.float64), self._at_risk(ends), ends, self.n)

    def _at_risk(self, ends: Array) -> Array:
        gone = np.concatenate(([0.0], np.cumsum(ends.sum(axis=1))[:-1]))
        return np.maximum(self.entered - gone, 0.0)

    def _spread(self, each: Array) -> Array:
        """Adds a number to every day of each end, by cause."""
        flat = (self.size + 1) * self.causes
        begin = added((self.after + 1) * self.causes + self.why, each, flat)
        end = added((self.until + 1) * self.causes + self.why, each, flat)
        return np.cumsum((begin - end).reshape(self.size + 1, self.causes), axis=0)[:-1]
