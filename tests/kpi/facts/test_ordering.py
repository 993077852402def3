"""The order is that of numpy's sort by several columns, however finely times are known."""

import numpy as np
import pytest

from salesreport.kpi.facts.ordering import in_order


@pytest.mark.parametrize("step", [60_000_000, 1_000_000, 1])
def test_the_order_is_that_of_a_sort_by_each_column(step: int) -> None:
    rng = np.random.default_rng(1)
    deal, rank = rng.integers(-1, 50, 500), rng.integers(-1, 3, 500)
    at = (np.datetime64("2024-01-01", "us") + rng.integers(0, 2_000, 500) * step).astype("datetime64[us]")
    np.testing.assert_array_equal(in_order(deal, at, rank), np.lexsort((rank, at, deal)))


def test_what_makes_no_single_number_is_in_the_same_order() -> None:
    rng = np.random.default_rng(2)
    deal, large = rng.integers(0, 9, 200), rng.integers(0, 2**62, 200)
    at = np.where(rng.random(200) < 0.2, np.datetime64("NaT", "us"), np.datetime64("2024-01-01", "us"))
    np.testing.assert_array_equal(in_order(deal, large), np.lexsort((large, deal)))
    np.testing.assert_array_equal(in_order(deal, at), np.lexsort((at, deal)))


def test_no_rows_have_an_order() -> None:
    assert in_order(np.zeros(0, int), np.zeros(0, "datetime64[us]")).tolist() == []
