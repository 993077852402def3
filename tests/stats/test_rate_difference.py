"""Differences of rates: against a published table, a plain search, by what they promise, at the extremes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import brentq, minimize_scalar

from salesreport.stats.rate_difference import rate_difference
from salesreport.stats.stratified import cochran_mantel_haenszel

Z = 1.959963984540054


# Newcombe (1998), Statistics in Medicine 17, 873–890, table II, method 6 (Miettinen and Nurminen)
PUBLISHED = [
    (56, 70, 48, 80, 0.0528, 0.3382),
    (9, 10, 3, 10, 0.1700, 0.8406),
    (6, 7, 2, 7, 0.0342, 0.8534),
    (5, 56, 0, 29, -0.0326, 0.1933),
    (0, 10, 0, 20, -0.1658, 0.2844),
    (10, 10, 0, 20, 0.7156, 1.0),
]


@pytest.mark.parametrize(("a", "n", "c", "m", "lower", "upper"), PUBLISHED)
def test_one_stratum_equals_the_published(a: int, n: int, c: int, m: int, lower: float, upper: float) -> None:
    found = rate_difference([a], [n - a], [c], [m - c])
    assert found.value == pytest.approx(a / n - c / m)
    assert (found.lower, found.upper) == (pytest.approx(lower, abs=6e-5), pytest.approx(upper, abs=6e-5))
    assert found.n == n


def searched(tables: list[tuple[int, int, int, int]], end: float) -> float:
    """The bound by a plain search: the likeliest pair of rates at each difference, stratum by stratum."""
    weights = [(a + b) * (c + d) / (a + b + c + d) for a, b, c, d in tables]
    value = sum(w * (a / (a + b) - c / (c + d)) for w, (a, b, c, d) in zip(weights, tables, strict=True))
    value /= sum(weights)

    def beyond(gap: float) -> float:
        variance = 0.0
        for weight, (a, b, c, d) in zip(weights, tables, strict=True):

            def unlikely(base: float, cells: tuple[int, int, int, int] = (a, b, c, d)) -> float:
                rates = np.array([base + gap, 1 - base - gap, base, 1 - base])
                return -float((np.array(cells) * np.log(np.maximum(rates, 1e-300))).sum())

            least, most = max(0.0, -gap), min(1.0, 1 - gap)
            base = minimize_scalar(unlikely, bounds=(least, most), options={"xatol": 1e-10}).x
            rate, n, m = base + gap, a + b, c + d
            spread = rate * (1 - rate) / n + base * (1 - base) / m
            variance += (weight / sum(weights)) ** 2 * spread * (n + m) / (n + m - 1)
        return abs(gap - value) - Z * np.sqrt(variance)

    return float(brentq(beyond, value, end * 0.9999))


def test_strata_equal_a_plain_search() -> None:
    tables = [(12, 8, 3, 2), (8, 22, 2, 5), (1, 30, 1, 1)]  # most of the trials are the group's
    found = rate_difference(*np.array(tables).T)
    # d = (5·12/20·… : weights 4, 210/37, 62/33; rates 12/20−3/5 = 0, 8/30−2/7 = −4/210, 1/31−1/2 = −29/62
    assert found.value == pytest.approx((210 / 37 * -4 / 210 + 62 / 33 * -29 / 62) / (4 + 210 / 37 + 62 / 33))
    assert found.lower == pytest.approx(searched(tables, -1), abs=1e-5)
    assert found.upper == pytest.approx(searched(tables, 1), abs=1e-5)


COUNTS = arrays(float, (4, 6, 5), elements=st.integers(0, 12).map(lambda x: x / 2))


@given(COUNTS)
@settings(max_examples=100, deadline=None)
def test_an_interval_holds_its_estimate_and_turns_round_with_its_sides(cells: np.ndarray) -> None:
    found, turned = rate_difference(*cells), rate_difference(*cells[[2, 3, 0, 1]])
    known = ~np.isnan(found.value)
    assert (known == ((cells[0] + cells[1] > 0) & (cells[2] + cells[3] > 0)).any(axis=1)).all()
    assert (np.isnan(found.lower) == ~known).all()
    assert (found.lower[known] <= found.value[known]).all()
    assert (found.value[known] <= found.upper[known]).all()
    assert (found.lower[known] >= -1).all()
    assert (found.upper[known] <= 1).all()
    np.testing.assert_allclose(turned.lower, -found.upper, atol=1e-7)
    failures = rate_difference(*cells[[1, 0, 3, 2]])
    np.testing.assert_allclose(failures.upper, -found.lower, atol=1e-7)


@given(arrays(float, (4, 6, 5), elements=st.integers(0, 15).map(float)))
@settings(max_examples=100, deadline=None)
def test_it_leaves_out_nothing_where_the_test_says_so(cells: np.ndarray) -> None:
    p = cochran_mantel_haenszel(*cells).p
    found = rate_difference(*cells)
    clear = ~np.isnan(p) & (np.abs(p - 0.05) > 1e-6)
    left_out = (found.lower > 0) | (found.upper < 0)
    np.testing.assert_array_equal(left_out[clear], (p < 0.05)[clear])


def test_few_deals_of_the_others_widen_it_as_much_as_few_of_the_group() -> None:
    # 450 of 900 against 19 of 20: what others do is known from 20 deals only, ± 10 points at least
    found = rate_difference([450], [450], [19], [1])
    assert found.value == pytest.approx(-0.45)
    assert found.lower < -0.5
    assert found.upper > -0.35
    same = rate_difference([19], [1], [450], [450])
    assert (same.lower, same.upper) == (pytest.approx(-found.upper), pytest.approx(-found.lower))


def test_where_one_side_has_no_trials_nothing_is_told() -> None:
    found = rate_difference([[3, 0], [0, 2]], [[4, 0], [0, 1]], [[0, 2], [0, 1]], [[0, 2], [0, 4]])
    assert np.isnan(found.value[0])
    assert np.isnan(found.lower[0])
    assert found.n.tolist() == [0, 3]
    assert found.value[1] == pytest.approx(2 / 3 - 1 / 5)
    assert rate_difference(*np.zeros((4, 0, 3))).value.shape == (0,)
    assert np.isnan(rate_difference(*np.zeros((4, 2, 0))).value).all()
