"""Intervals of concentration: leaving out by hand, and how often they hold what is true of simulated years."""

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import t

from salesreport.stats.concentration import POINTS, concentration, concentration_bounds


def sold(seed: int, holders: int, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows sold: amounts, holders, purchases of up to three rows."""
    random = np.random.default_rng(seed)
    return random.lognormal(0, 1, rows), random.integers(0, holders, rows), np.sort(random.integers(0, rows, rows))


def by_leaving_out(amounts: np.ndarray, holder: np.ndarray, left_out: np.ndarray, figure: str, k: int) -> list:
    """The interval the long way: every figure anew without each part."""

    def value(rows: np.ndarray) -> float:
        made = concentration(np.bincount(holder[rows], amounts[rows]), k)
        return made.herfindahl / POINTS if figure == "herfindahl" else getattr(made, figure)

    whole = value(np.ones(len(amounts), bool))
    gaps = np.array([logit(value(left_out != one)) - logit(whole) for one in np.unique(left_out)])
    squares = gaps**2
    freedom = max(squares.sum() ** 2 / (squares**2).sum(), 2)
    half = t.ppf(0.975, freedom) * np.sqrt(squares.sum())
    return [expit(logit(whole) - half), expit(logit(whole) + half)]


@pytest.mark.parametrize("seed", range(4))
def test_they_are_those_of_leaving_out_one_purchase_at_a_time(seed: int) -> None:
    amounts, holder, purchase = sold(seed, 8, 60)
    made = concentration_bounds(amounts, holder, purchase, 3)
    expected = by_leaving_out(amounts, holder, purchase, "herfindahl", 3)
    assert made.herfindahl == pytest.approx([one * POINTS for one in expected], rel=1e-6)
    # of the largest only what one of them loses matters: what was bought together of two counts twice
    for figure in ("largest", "few"):
        each = np.unique(purchase * 8 + holder, return_inverse=True)[1]
        assert getattr(made, figure) == pytest.approx(by_leaving_out(amounts, holder, each, figure, 3), rel=1e-6)


def test_neither_order_nor_currency_matters() -> None:
    amounts, holder, purchase = sold(5, 20, 200)
    made = concentration_bounds(amounts, holder, purchase)
    mixed = np.random.default_rng(1).permutation(200)
    again = concentration_bounds(amounts[mixed] * 1.1, holder[mixed], 199 - purchase[mixed])
    np.testing.assert_allclose(np.array(made), np.array(again))


def test_who_has_all_has_all_and_few_purchases_tell_nothing() -> None:
    one = concentration_bounds(np.ones(30), np.zeros(30, int), np.arange(30))
    assert one == ((1.0, 1.0), (1.0, 1.0), (POINTS, POINTS))
    assert np.isnan(np.array(concentration_bounds(np.ones(9), np.arange(9) % 7, np.arange(9)))).all()
    assert np.isnan(np.array(concentration_bounds([], [], []))).all()


def test_they_hold_what_is_true_of_such_years() -> None:
    """40 product lines or reps of unequal size, 400 purchases a year: 300 years, whose mean is the truth."""
    random = np.random.default_rng(3)
    usual = random.gamma(1.5, 10 / 1.5, 40)
    figures, bounds = [], []
    for _ in range(300):
        holder = np.repeat(np.arange(40), random.poisson(usual))
        amounts = random.lognormal(0, 0.8, len(holder))
        made = concentration(np.bincount(holder, amounts), 7)
        figures.append([made.largest, made.few, made.herfindahl])
        bounds.append(np.array(concentration_bounds(amounts, holder, np.arange(len(holder)), 7)))
    truth, low, high = np.mean(figures, axis=0), *np.moveaxis(np.array(bounds), 2, 0)
    held = ((low <= truth) & (truth <= high)).mean(axis=0)
    assert (held > 0.90).all(), held
    assert (held < 0.995).all(), held
