"""Ends between two days: equal to exact days where they are exact, maximum-likelihood where they are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from salesreport.stats.competing_risks import cumulative_incidence
from salesreport.stats.interval_censoring import interval_incidence

SPELLS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(-1, 6)), min_size=1, max_size=40)


@given(SPELLS, st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_exact_days_give_the_exact_estimate(rows: list[tuple[int, int, int]], seed: int) -> None:
    day, cause, entry = (np.array(column) for column in zip(*rows, strict=True))
    keep = day > entry
    day, cause, entry = day[keep], cause[keep], entry[keep]
    weight = np.random.default_rng(seed).integers(1, 4, len(day))
    lower = np.where(cause > 0, day - 1, day)
    found = interval_incidence(lower, day, cause, entry, weight, causes=3)
    exact = cumulative_incidence(day, cause, entry, weight, causes=3)
    at = exact.times.astype(int)
    np.testing.assert_allclose(found.incidence[at], exact.incidence, atol=1e-9)
    np.testing.assert_allclose(found.errors[at], exact.errors, atol=1e-7)  # √(1e-16) where it is zero
    np.testing.assert_allclose(found.survival[at], exact.survival, atol=1e-9)


def test_the_likelihood_is_at_its_maximum() -> None:
    # few days, so that a general optimiser finds the best distribution over (day, cause) and "later" by itself
    rng = np.random.default_rng(4)
    n, days, causes = 60, 6, 2
    day, cause = rng.integers(1, days, n), rng.integers(0, causes + 1, n)
    lower = np.where(cause > 0, np.maximum(day - rng.integers(1, 4, n), -1), day)
    entry = np.where(rng.random(n) < 0.3, np.minimum(lower, rng.integers(0, 3, n)), -1)

    def chances(mass: np.ndarray) -> np.ndarray:
        """The likelihood of each spell, given that it had not ended when the watch began."""
        cells, later = mass[:-1].reshape(days, causes), mass[-1]
        total = cells.sum(axis=1)
        seen = [
            cells[low + 1 : high + 1, why - 1].sum() if why else total[high + 1 :].sum() + later
            for low, high, why in zip(lower, day, cause, strict=True)
        ]
        return np.array(seen) / np.array([total[late + 1 :].sum() + later for late in entry])

    def worse(free: np.ndarray) -> float:
        mass = np.exp(free - free.max())
        return -float(np.log(chances(mass / mass.sum())).sum())

    best = minimize(worse, np.zeros(days * causes + 1), method="BFGS", options={"maxiter": 4000, "gtol": 1e-7})
    found = interval_incidence(lower, day, cause, entry, causes=causes, settled=1e-12)
    steps = np.diff(np.vstack((np.zeros(causes), found.incidence)), axis=0)
    steps = np.vstack((steps, np.zeros((days - len(steps), causes))))
    mine = -float(np.log(chances(np.append(steps.ravel(), found.survival[-1]))).sum())
    assert mine == pytest.approx(best.fun, abs=1e-4)


def test_turnbulls_intervals_by_hand() -> None:
    # Ends in (0, 2], (1, 3], (4, 5]: the first two agree on day 2, where the likelihood puts both: 2/3 on day 2,
    # 1/3 on day 5.
    found = interval_incidence([0, 1, 4], [2, 3, 5], [1, 1, 1], settled=1e-10)
    np.testing.assert_allclose(found.incidence[:, 0], [0, 0, 2 / 3, 2 / 3, 2 / 3, 1], atol=1e-6)


def test_weekly_visits_give_nearly_what_days_would_and_admit_it() -> None:
    rng = np.random.default_rng(8)
    n = 3_000
    ends, watch, cause = rng.geometric(0.03, n), rng.integers(20, 150, n), rng.integers(1, 3, n)
    visit = rng.integers(0, 7, n)
    lower = (ends - 1 + visit) // 7 * 7 - visit
    upper = lower + 7
    last = (watch + visit) // 7 * 7 - visit
    seen = upper <= last
    weekly = interval_incidence(
        np.where(seen, np.maximum(lower, -1), last), upper, np.where(seen, cause, 0), causes=2
    )
    daily = cumulative_incidence(np.minimum(ends, watch), np.where(ends <= watch, cause, 0), causes=2)
    for horizon in (7, 10, 30, 60):
        one, other = weekly.incidence_at(horizon), daily.incidence_at(horizon)
        np.testing.assert_allclose(one.value, other.value, atol=0.012)
        assert (one.upper - one.lower >= 0.95 * (other.upper - other.lower)).all()
    again = interval_incidence(
        np.where(seen, np.maximum(lower, -1), last), upper, np.where(seen, cause, 0), causes=2
    )
    assert (again.errors == weekly.errors).all(), "the same seed, the same errors"


@pytest.mark.parametrize(("every", "n"), [(7, 60), (30, 60), (30, 400)])
def test_intervals_hold_as_often_as_they_say(every: int, n: int) -> None:
    # as in test_competing_risks: F1(60) = ½ (1 − 0.98⁶⁰), but looked at only every week or month
    rng, true, held, rounds = np.random.default_rng(every + n), 0.5 * (1 - 0.98**60), 0, 250
    for _ in range(rounds):
        ends, watch, visit = rng.geometric(0.02, n), rng.integers(1, 200, n), rng.integers(0, every, n)
        lower = (ends - 1 + visit) // every * every - visit
        last = np.maximum((watch + visit) // every * every - visit, 0)
        cause = np.where(lower + every <= last, rng.integers(1, 3, n), 0)
        low = np.where(cause > 0, np.maximum(lower, -1), last)
        at = interval_incidence(low, lower + every, cause, causes=2).incidence_at(60)
        held += bool(at.lower[0] <= true <= at.upper[0])
    assert held / rounds >= 0.905  # 95 % less three standard errors of the simulation


@pytest.mark.parametrize(("lower", "upper", "entry"), [(3, 3, -1), (3, 4, 4), (0, np.inf, -1)])
def test_an_end_that_fits_no_day_is_refused(lower: float, upper: float, entry: float) -> None:
    with pytest.raises(ValueError, match="an end must lie in"):
        interval_incidence([lower], [upper], [1], [entry])


def test_nothing_gives_nothing() -> None:
    assert interval_incidence([], [], [], causes=2).incidence.shape == (0, 2)
