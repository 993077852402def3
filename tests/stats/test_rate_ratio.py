"""The ratio of two rates: against statsmodels' score interval, and how often it holds the true ratio."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from salesreport.stats.rate_ratio import rate_ratio


@pytest.mark.parametrize("counts", [(45, 100, 90, 900), (5, 20, 30, 300), (12, 40, 3, 50), (30, 60, 60, 120)])
def test_close_to_the_score_interval(counts: tuple[int, int, int, int]) -> None:
    made = rate_ratio(*counts)
    low, high = confint_proportions_2indep(*counts, compare="ratio", method="score")
    assert float(made.value) == pytest.approx(counts[0] / counts[1] / (counts[2] / counts[3]))
    assert float(made.lower) == pytest.approx(low, rel=0.03)
    assert float(made.upper) == pytest.approx(high, rel=0.03)


@pytest.mark.parametrize(("p", "q", "n", "m"), [(0.4, 0.1, 40, 400), (0.3, 0.3, 25, 300), (0.15, 0.2, 60, 80)])
def test_it_holds_the_true_ratio_about_as_often_as_it_says(p: float, q: float, n: int, m: int) -> None:
    # every outcome with its probability, so no simulation; where the other has none there is no ratio
    a, c = (grid.ravel() for grid in np.meshgrid(np.arange(n + 1), np.arange(1, m + 1), indexing="ij"))
    chance = stats.binom.pmf(a, n, p) * stats.binom.pmf(c, m, q)
    made = rate_ratio(a, n, c, m)
    held = (made.lower <= p / q) & (p / q <= made.upper)
    assert 0.935 <= chance[held].sum() / chance.sum() <= 0.975


def test_none_of_one_and_none_of_the_other() -> None:
    none = rate_ratio(0, 30, 40, 200)
    assert (float(none.value), float(none.lower)) == (0.0, 0.0)
    assert 0.5 < float(none.upper) < 0.7
    for counts in ((3, 30, 0, 40), (0, 0, 4, 40), (3, 30, 0, 0)):
        made = rate_ratio(*counts)
        assert np.isnan([made.value, made.lower, made.upper]).all()
    assert float(rate_ratio(20, 20, 50, 100).value) == 2
