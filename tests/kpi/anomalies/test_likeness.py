"""Like decisions: by hand, row by row, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from salesreport.kpi.anomalies.family import compare_family
from salesreport.kpi.anomalies.likeness import BANDS, MONTH, likeness, promised, size_bands


def company(seed: int, rows: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    random = np.random.default_rng(seed)
    product = random.integers(-1, 3, rows)
    success = random.random(rows) < np.where(product == 0, 0.8, 0.3)
    columns = {"product": product, "source": random.integers(0, 4, rows), MONTH: random.integers(600, 603, rows)}
    return random.integers(0, 5, rows), random.integers(0, 2, rows), success, columns


def same(stratum: np.ndarray) -> np.ndarray:
    """Which rows are together with which."""
    return stratum[:, None] == stratum


@given(st.integers(0, 10_000), st.integers(1, 300))
@settings(max_examples=30, deadline=None)
def test_strata_are_bands_of_what_decisions_promise(seed: int, rows: int) -> None:
    group, step, success, columns = company(seed, rows)
    found = likeness(group, step, success, columns)
    np.testing.assert_array_equal(np.unique(found.stratum), np.arange(found.stratum.max() + 1))
    alike = np.logical_and.reduce([same(codes) for codes in (step, *columns.values())])
    assert same(found.stratum)[alike].all(), "what is the same in everything is together"
    for one in np.unique(step):
        here = np.flatnonzero(step == one)
        made = promised(success[here], {name: codes[here] for name, codes in columns.items()})
        order = np.argsort(made.rate[made.kind], kind="stable")
        strata_in_order = found.stratum[here][order]
        assert (np.diff(strata_in_order) >= 0).all(), "a band is a stretch of chances"
        assert len(set(strata_in_order)) <= found.bands
    assert not set(found.stratum[step == 0]) & set(found.stratum[step == 1])


def test_what_is_promised_is_a_ridge_logistic_regression() -> None:
    """Against scipy's minimum of the penalised likelihood, with the design written out as a matrix."""
    random = np.random.default_rng(5)
    level = random.integers(0, 3, 600)
    success = random.random(600) < np.array([0.2, 0.5, 0.8])[level]
    rate, kind, used = promised(success, {"a": level})
    assert used == {"a"}
    matrix = np.column_stack([np.ones(600), *(level == one for one in range(3))])

    def cost(effects: np.ndarray) -> float:
        odds = matrix @ effects
        return float((np.logaddexp(0, odds) - success * odds).sum() + 0.5 * (effects[1:] ** 2).sum())

    best = optimize.minimize(cost, np.zeros(4), method="BFGS", options={"gtol": 1e-9}).x
    np.testing.assert_allclose(rate[kind], 1 / (1 + np.exp(-matrix @ best)), atol=1e-5)


def test_only_columns_that_tell_something_count() -> None:
    # product 0 wins 80 %, the others 30 %; the source and the month say nothing
    group, step, success, columns = company(1, 4_000)
    found = likeness(group, step, success, columns)
    assert found.columns[0] == "product"
    assert MONTH not in found.columns
    # product 0 never lies in a stratum with another one
    easy = columns["product"] == 0
    assert not set(found.stratum[easy]) & set(found.stratum[~easy])


def test_two_columns_may_tell_together_what_neither_tells_alone() -> None:
    a, b = np.arange(400) % 2, np.arange(400) // 2 % 2
    success = np.where(a == b, np.arange(400) % 10 < 9, np.arange(400) % 10 < 1)
    rate, kind, used = promised(success, {"a": a, "b": b})
    assert used == {"a", "b"}
    assert rate[kind][a == b].min() > 0.75
    assert rate[kind][a != b].max() < 0.25


def test_what_confounds_is_never_left_out() -> None:
    """Each rep has a region of its own, and regions differ: then nothing can be said of the reps."""
    group = np.repeat(np.arange(6), 100)
    success = np.tile(np.arange(100), 6) < np.repeat([10, 25, 40, 55, 70, 85], 100)
    found = likeness(group, np.zeros(600, int), success, {"region": group})
    assert found.columns == ("region",)
    assert found.bands == BANDS[-1]
    made = compare_family(group, np.zeros(600, int), success, found.stratum)
    assert np.nansum(made.q <= 0.1) <= 2, "only reps of neighbouring regions share a band"
    raw = compare_family(group, np.zeros(600, int), success, np.zeros(600, int))
    assert np.nansum(raw.q <= 0.1) >= 4


def test_what_tells_nothing_apart_makes_no_bands() -> None:
    group, step, success, _ = company(2)
    found = likeness(group, step, success, {"product": np.full(400, 3), "kind": step + 5})
    assert (found.columns, found.bands) == ((), 1)
    np.testing.assert_array_equal(same(found.stratum), same(step))


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_neither_order_nor_numbers_matter(seed: int) -> None:
    group, step, success, columns = company(seed)
    random = np.random.default_rng(seed)
    order = random.permutation(len(group))
    renamed = {name: random.permutation(2_000)[codes + 1][order] for name, codes in columns.items()}
    plain, other = (
        likeness(group, step, success, columns),
        likeness(random.permutation(9)[group][order], 7 - step[order], success[order], renamed),
    )
    assert (plain.columns, plain.bands) == (other.columns, other.bands)
    np.testing.assert_array_equal(same(plain.stratum)[np.ix_(order, order)], same(other.stratum))


def test_no_decisions_are_no_error() -> None:
    none = np.zeros(0, int)
    assert len(likeness(none, none, none.astype(bool), {MONTH: none}).stratum) == 0


def test_sizes_are_thirds_of_each_step() -> None:
    amount = np.array([10.0, 20, 30, 40, 50, 60, 1_000, 2_000, 3_000])
    step = np.repeat([0, 1], [6, 3])
    found = size_bands(amount, step, np.arange(9) % 2 == 0)
    assert found is not None
    assert found.tolist() == [0, 0, 1, 1, 2, 2, 0, 1, 2]


@pytest.mark.parametrize(("missing", "told"), [(1, True), (3, False)])
def test_sizes_are_not_told_where_amounts_of_one_outcome_are_missing(missing: int, told: bool) -> None:
    # 20 won, 20 lost; 1 of 20 lost without an amount is 5 %, 3 are 15 %
    amount = np.full(40, 100.0)
    amount[:missing] = np.nan
    found = size_bands(amount, np.zeros(40, int), np.arange(40) >= 20)
    assert (found is not None) == told
    if found is not None:
        assert found[0] == -1
