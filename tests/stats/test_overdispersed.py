"""Counts with more than chance in them, held against scipy's distributions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from salesreport.stats.overdispersed import beta_binomial, negative_binomial

SHAPE = st.floats(0.05, 500)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 300), SHAPE, SHAPE, st.data())
def test_successes(trials: int, alpha: float, beta: float, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, trials))
    theirs, found = stats.betabinom(trials, alpha, beta), beta_binomial(trials, alpha, beta, count)
    assert found.below == pytest.approx(theirs.cdf(count) - 0.5 * theirs.pmf(count), abs=1e-9)
    check_ends(theirs, found.lower, found.upper)


@settings(max_examples=200, deadline=None)
@given(SHAPE, st.floats(0.001, 0.999), st.integers(0, 2000))
def test_events(shape: float, chance: float, count: int) -> None:
    theirs, found = stats.nbinom(shape, chance), negative_binomial(shape, chance, count)
    assert found.below == pytest.approx(theirs.cdf(count) - 0.5 * theirs.pmf(count), abs=1e-9)
    check_ends(theirs, found.lower, found.upper)


def check_ends(theirs: object, lower: int, upper: int) -> None:
    """They are scipy's, but where so much lies at or below a count that only rounding decides."""
    for end, tail, known in zip((lower, upper), (0.025, 0.975), theirs.interval(0.95), strict=True):  # type: ignore[attr-defined]
        close = min(abs(theirs.cdf(at) - tail) for at in (end, known))  # type: ignore[attr-defined]
        assert end == known or close < 1e-11
