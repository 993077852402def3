"""Exact conditional inference over strata: against scipy for one table, whole numbers for several."""

from collections.abc import Callable
from itertools import product
from math import comb, log

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import hypergeom, nchypergeom_fisher
from scipy.stats.contingency import odds_ratio

from salesreport.stats import conditional
from salesreport.stats.conditional import exact_conditional


class Enumerated:
    """All tables with the margins of some strata, one by one."""

    def __init__(self, tables: np.ndarray) -> None:
        self.ways: dict[int, float] = {}
        supports = []
        for a, b, c, d in tables:
            supports.append(
                [(x, comb(a + b, x) * comb(c + d, a + c - x)) for x in range(max(0, a - d), min(a + b, a + c) + 1)]
            )
        for outcome in product(*supports):
            total = sum(x for x, _ in outcome)
            self.ways[total] = self.ways.get(total, 0) + np.prod([float(w) for _, w in outcome])
        self.observed = int(tables[:, 0].sum())

    def chances(self, psi: float) -> dict[int, float]:
        weight = {t: w * psi**t for t, w in self.ways.items()}
        return {t: w / sum(weight.values()) for t, w in weight.items()}

    def tail(self, psi: float) -> float:
        chances = self.chances(psi)
        return sum(p for t, p in chances.items() if t > self.observed) + chances[self.observed] / 2

    def mean(self, psi: float) -> float:
        return sum(t * p for t, p in self.chances(psi).items())

    def solved(self, what: str, target: float) -> float:
        return np.exp(brentq(lambda x: getattr(self, what)(np.exp(x)) - target, -20, 20, xtol=1e-13))


class Counted:
    """The ways of some strata in whole numbers of any length, and what brentq finds in them."""

    def __init__(self, tables: np.ndarray) -> None:
        self.ways, self.observed = [1], 0
        for a, b, c, d in tables.tolist():
            least = max(0, a - d)
            part = [comb(a + b, x) * comb(c + d, a + c - x) for x in range(least, min(a + b, a + c) + 1)]
            before, self.ways = self.ways, [0] * (len(self.ways) + len(part) - 1)
            for (i, w), (j, v) in product(enumerate(before), enumerate(part)):
                self.ways[i + j] += w * v
            self.observed += a - least
        self.log_ways = np.array([log(w) for w in self.ways])

    def p(self) -> float:
        above = 2 * sum(self.ways[self.observed + 1 :]) + self.ways[self.observed]
        return min(above, 2 * sum(self.ways) - above) / sum(self.ways)

    def chances(self, log_odds: float) -> np.ndarray:
        weight = self.log_ways + log_odds * np.arange(len(self.ways))
        chances = np.exp(weight - weight.max())
        return chances / chances.sum()

    def mean(self, log_odds: float) -> float:
        return self.chances(log_odds) @ np.arange(len(self.ways))

    def tail(self, log_odds: float) -> float:
        """The chance of more than observed, and of what was observed by half."""
        chances = self.chances(log_odds)
        return chances[self.observed + 1 :].sum() + chances[self.observed] / 2

    def odds(self, confidence: float) -> list[float]:
        """Odds ratio, lower and upper bound."""
        fewest, most = self.observed == 0, self.observed == len(self.ways) - 1

        def solved(what: Callable[[float], float], aim: float) -> float:
            return np.exp(brentq(lambda x: what(x) - aim, -40, 40, xtol=1e-13))

        return [
            0 if fewest else np.inf if most else solved(self.mean, self.observed),
            0 if fewest else solved(self.tail, (1 - confidence) / 2),
            np.inf if most else solved(self.tail, (1 + confidence) / 2),
        ]


def test_one_stratum_is_fishers_table() -> None:
    random = np.random.default_rng(1)
    tables = random.integers(1, 15, (40, 4))
    found = exact_conditional(*(cell[:, None] for cell in tables.T))
    for i, (a, b, c, d) in enumerate(tables):
        null = hypergeom(a + b + c + d, a + c, a + b)
        below = null.cdf(a - 1) + null.pmf(a) / 2
        assert found.p[i] == pytest.approx(2 * min(below, 1 - below), abs=1e-12)
        assert found.expected[i] == pytest.approx(null.mean())
        assert found.variance[i] == pytest.approx(null.var())
        if a in (max(0, a - d), min(a + b, a + c)):
            continue  # scipy's odds ratio is then 0 or infinite as well, see below
        assert found.odds_ratio[i] == pytest.approx(odds_ratio([[a, b], [c, d]]).statistic, rel=1e-7)
        # at the bounds, each tail with half of what was observed holds 2.5 %
        for bound, tail, mean in (
            (found.lower[i], "sf", found.expected_lower[i]),
            (found.upper[i], "cdf", found.expected_upper[i]),
        ):
            skewed = nchypergeom_fisher(a + b + c + d, a + c, a + b, bound)
            beyond = skewed.sf(a) if tail == "sf" else skewed.cdf(a - 1)
            assert beyond + skewed.pmf(a) / 2 == pytest.approx(0.025, abs=1e-9)
            assert mean == pytest.approx(skewed.mean(), rel=1e-7)


def test_several_strata_by_enumeration() -> None:
    random = np.random.default_rng(2)
    for _ in range(25):
        tables = random.integers(0, 5, (4, 4))
        truth = Enumerated(tables)
        found = exact_conditional(*tables.T, confidence=0.9)
        if len(truth.ways) == 1:
            assert np.isnan(found.p)
            continue
        tail = truth.tail(1.0)
        assert found.p == pytest.approx(2 * min(tail, 1 - tail), abs=1e-12)
        assert found.expected == pytest.approx(truth.mean(1.0))
        fewest, most = truth.observed == min(truth.ways), truth.observed == max(truth.ways)
        assert found.odds_ratio == (
            0 if fewest else np.inf if most else pytest.approx(truth.solved("mean", truth.observed), rel=1e-9)
        )
        assert found.lower == (0 if fewest else pytest.approx(truth.solved("tail", 0.05), rel=1e-9))
        assert found.upper == (np.inf if most else pytest.approx(truth.solved("tail", 0.95), rel=1e-9))
        assert found.expected_lower == pytest.approx(
            truth.mean(float(found.lower)) if not fewest else min(truth.ways)
        )
        assert found.expected_upper == pytest.approx(
            truth.mean(float(found.upper)) if not most else max(truth.ways)
        )


def test_pairs_that_never_met_tell_nothing() -> None:
    # one side has no trials in either stratum; then all succeed; then none
    found = exact_conditional(
        [[2, 0], [2, 3], [0, 0]], [[1, 0], [0, 0], [3, 2]], [[0, 4], [5, 1], [0, 0]], [[0, 3], [0, 0], [2, 6]]
    )
    for column in found:
        assert np.isnan(column).all()


def test_far_tails_keep_their_digits() -> None:
    # none of 1,500 against half of 3,000: P(0) at equal odds is below 1e-400, and the bound still has to be found.
    # At the upper bound, P(0)/2 = 2.5 %: P(0) = 1/20.
    found = exact_conditional([0], [1_500], [1_500], [1_500])
    assert found.p < 1e-200  # at equal odds what is likely is beyond the digits that are kept about none
    assert found.odds_ratio == 0
    skewed = nchypergeom_fisher(4_500, 1_500, 1_500, float(found.upper))
    assert skewed.mean() == pytest.approx(found.expected_upper, rel=1e-3)
    assert found.expected_upper == pytest.approx(-np.log(0.05), rel=0.01)  # rare: P(0) = exp(−mean)


def test_shares_of_trials_are_counted_whole_in_running_totals() -> None:
    # halves over four strata: 0.5, 1, 1.5, 2 make whole trials at the second and fourth stratum
    halves = np.full(4, 0.5)
    found = exact_conditional(halves, halves, [3, 3, 3, 3], [4, 4, 4, 4])
    assert found.p == exact_conditional([0, 1, 0, 1], [0, 1, 0, 1], [3] * 4, [4] * 4).p
    thirds = np.full(3, 1 / 3)  # rounding errors of thirds make no trial of their own, and lose none
    assert exact_conditional(thirds, [1, 0, 0], [3, 3, 3], [4, 4, 4]).p == pytest.approx(
        exact_conditional([0, 1, 0], [1, 0, 0], [3, 3, 3], [4, 4, 4]).p
    )


def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    cells = random.integers(0, 4, (4, 3, 7, 5))
    whole = exact_conditional(*cells)
    assert whole.p.shape == (3, 7)
    monkeypatch.setattr(conditional, "_ROOM", 1)
    for one, other in zip(whole, exact_conditional(*cells), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


TABLES = st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=1, max_size=6).map(np.array)


@given(TABLES)
@settings(max_examples=60, deadline=None)
def test_who_is_compared_with_whom_only_turns_the_ratio(tables: np.ndarray) -> None:
    a, b, c, d = tables.T
    one, other = exact_conditional(a, b, c, d), exact_conditional(c, d, a, b)
    np.testing.assert_allclose(one.p, other.p, rtol=1e-7, atol=1e-12)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(one.odds_ratio, 1 / other.odds_ratio, rtol=1e-7)
        np.testing.assert_allclose(one.lower, 1 / other.upper, rtol=1e-7)
    if not np.isnan(one.p):
        assert one.lower < one.odds_ratio or one.lower == one.odds_ratio == 0
        # the interval holds 1 exactly if p says so
        assert (one.p > 0.05) == (one.lower < 1 < one.upper) or one.p == pytest.approx(0.05)


MARGINS = st.integers(0, 3).flatmap(lambda size: st.integers(0, (2, 5, 12, 30)[size]))
LARGER = st.lists(st.tuples(*[MARGINS] * 4), min_size=1, max_size=5)


@given(st.lists(LARGER, min_size=1, max_size=8), st.sampled_from([0.5, 0.8, 0.95, 0.999]))
@example([[(0, 9, 5, 4)], [(9, 0, 5, 4)], [(3, 4, 0, 9)], [(3, 4, 9, 0)], [(0, 9, 9, 0)], [(9, 0, 0, 9)]], 0.95)
@example(
    [[(0, 0, 0, 0)], [(5, 0, 7, 0)], [(1, 0, 0, 1)], [(30, 30, 30, 30)], [(1, 29, 30, 0), (0, 1, 1, 0)]], 0.95
)
@example([[(0, 0, 0, 0)] * 3 + [(1, 7, 20, 1)]], 0.999)  # a bound beyond e^12
@settings(max_examples=60, deadline=None)
def test_pairs_of_any_kind_side_by_side(pairs: list[list[tuple[int, ...]]], confidence: float) -> None:
    """Zeros, all successes, one stratum or several: each of many pairs has what whole numbers and brentq say."""
    cells = np.zeros((len(pairs), 5, 4))
    for cell, tables in zip(cells, pairs, strict=True):
        cell[: len(tables)] = tables
    found = exact_conditional(*np.moveaxis(cells, 2, 0), confidence=confidence)
    for i, tables in enumerate(pairs):
        truth = Counted(np.array(tables))
        if len(truth.ways) == 1:
            assert np.isnan([column[i] for column in found]).all()
            continue
        assert found.p[i] == pytest.approx(truth.p(), rel=1e-9)
        odds = [found.odds_ratio[i], found.lower[i], found.upper[i]]
        assert odds == pytest.approx(truth.odds(confidence), rel=1e-8)
        least = sum(max(0, a - d) for a, _, _, d in tables)
        for bound, mean, end in zip(
            odds[1:], (found.expected_lower[i], found.expected_upper[i]), (0, len(truth.ways) - 1), strict=True
        ):
            expected = truth.mean(np.log(bound)) if 0 < bound < np.inf else end
            assert mean - least == pytest.approx(expected, rel=1e-8)


def test_large_counts_keep_their_digits() -> None:
    tables = np.array([[90, 99_910, 140, 100_360], [3, 5_000, 8, 4_000]])
    truth = Counted(tables[:1])
    assert exact_conditional(*tables[:1].T).p == pytest.approx(truth.p(), rel=1e-9)
    shares = exact_conditional(*tables[1:].T)
    assert [shares.odds_ratio, shares.lower, shares.upper] == pytest.approx(
        Counted(tables[1:]).odds(0.95), rel=1e-9
    )


def test_a_tail_beyond_rounding_is_not_nothing() -> None:
    # none of 27, where of the others 630 of 790 succeeded: one term of the hypergeometric distribution, halved
    found = exact_conditional([[0]], [[27]], [[630]], [[160]])
    assert found.p[0] == pytest.approx(hypergeom.pmf(0, 817, 630, 27), rel=1e-9)
    # all of 27, where none of 790 succeeded: 1 ÷ (817 over 27) – less than 1 less anything can tell
    sure = exact_conditional([[27]], [[0]], [[0]], [[790]])
    assert sure.p[0] == pytest.approx(1 / comb(817, 27), rel=1e-9)
    assert sure.p[0] > 0
