"""The family of comparisons: against statsmodels, rows counted one by one, and identities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests

from salesreport.kpi.anomalies.family import FEWEST, WHOLE, Cells, compare_family, in_one_family

NEVER = 0.0
"""A level at which no group is left out of what others are compared with."""


def decided(seed: int, rows: int, groups: int = 4, strata: int = 3) -> tuple[np.ndarray, ...]:
    """Group, step, success, stratum (one step has its own) and product of each decision."""
    random = np.random.default_rng(seed)
    step = random.integers(0, 2, rows)
    group, kind, product = (random.integers(0, size, rows) for size in (groups, strata, 3))
    success = random.random(rows) < expit(-0.5 + 0.4 * kind + 0.5 * (group == 0) - 0.3 * product)
    return group, step, success, step * strata + kind, product


def named(cells: Cells) -> dict[tuple[int, ...], int]:
    """Where each cell is, by level, step, part and group."""
    keys = zip(cells.level, cells.step, cells.part, cells.group, strict=True)
    return {tuple(int(code) for code in key): at for at, key in enumerate(keys)}


def test_every_cell_is_statsmodels_stratified_table_of_its_rows() -> None:
    group, step, success, stratum, product = decided(1, 6_000)
    cells = compare_family(group, step, success, stratum, (None, product), apart=NEVER)
    # 2 steps × 4 groups, as a whole and in each of 3 products
    assert len(cells.p) == 2 * 4 * (1 + 3)
    for (level, at_step, part, who), at in named(cells).items():
        here = (step == at_step) & ((product == part) if level else True)
        tables = []
        for one in np.unique(stratum[here]):
            rows = here & (stratum == one)
            own = rows & (group == who)
            others = rows & (group != who)
            tables.append(
                [
                    [(own & success).sum(), (own & ~success).sum()],
                    [(others & success).sum(), (others & ~success).sum()],
                ]
            )
        oracle = StratifiedTable([np.array(table, float) for table in tables])
        assert cells.p[at] == pytest.approx(oracle.test_null_odds(correction=False).pvalue, rel=1e-9)
        assert cells.odds_ratio[at] == pytest.approx(oracle.oddsratio_pooled, rel=1e-9)
        assert cells.n[at] == (here & (group == who)).sum()
        assert cells.observed[at] == (here & (group == who) & success).sum()
        # Mantel and Haenszel's difference: Σ (a m − c n) ÷ N, over Σ n m ÷ N
        (a, b), (c, d) = np.moveaxis(np.array(tables, float), 0, -1)
        n, m = a + b, c + d
        gap = ((a * m - c * n) / (n + m)).sum() / (n * m / (n + m)).sum()
        assert cells.effect[at] == pytest.approx(gap, rel=1e-9)
        assert cells.extra[at] == pytest.approx(gap * cells.n[at], rel=1e-9)


def test_q_is_that_of_statsmodels_after_weighing() -> None:
    group, step, success, stratum, product = decided(2, 3_000)
    cells = compare_family(group, step, success, stratum, (None, product, product % 2), apart=NEVER)
    whole = cells.level == 0
    # wholes share one half of the weight, all parts the other; 1 on average
    weight = np.where(whole, WHOLE / whole.sum(), (1 - WHOLE) / (~whole).sum()) * len(cells.p)
    oracle = multipletests(np.minimum(cells.p / weight, 1.0), method="fdr_bh")[1]
    # of those beyond 1, which multipletests is not given, q is 1 anyway
    np.testing.assert_allclose(cells.q, oracle, atol=1e-12)


def test_two_periods_in_one_family_weigh_the_same() -> None:
    group, step, success, stratum, product = decided(4, 3_000)
    levels = (None, product)
    late = np.arange(3_000) >= 2_000
    every = compare_family(group, step, success, stratum, levels, apart=NEVER)
    part = compare_family(
        group[late], step[late], success[late], stratum[late], (None, product[late]), apart=NEVER
    )
    found = in_one_family([part, every], [(None, product[late]), levels])
    p = np.concatenate([part.p, every.p])
    weight = []
    for cells in (part, every):  # of the half that a period has, wholes have `WHOLE`
        whole = cells.level == 0
        weight.append(np.where(whole, WHOLE / whole.sum(), (1 - WHOLE) / (~whole).sum()) / 2)
    oracle = multipletests(np.minimum(p / (np.concatenate(weight) * len(p)), 1.0), method="fdr_bh")[1]
    np.testing.assert_allclose(np.concatenate([one.q for one in found]), oracle, atol=1e-12)
    np.testing.assert_array_equal(found[0].p, part.p)
    assert (found[1].q <= 2 * every.q + 1e-12).all(), "another period at most doubles q"


def test_with_one_kind_of_level_all_weigh_alike() -> None:
    group, step, success, stratum, product = decided(3, 2_000)
    for levels in ((None,), (product,)):
        cells = compare_family(group, step, success, stratum, levels, apart=NEVER)
        np.testing.assert_allclose(cells.q, multipletests(cells.p, method="fdr_bh")[1], atol=1e-12)


@given(st.integers(0, 10_000), st.integers(30, 400))
@settings(max_examples=25, deadline=None)
def test_what_some_have_more_than_expected_others_have_less(seed: int, rows: int) -> None:
    group, step, success, stratum, product = decided(seed, rows)
    cells = compare_family(group, step, success, stratum, (None, product), apart=NEVER)
    assert cells.ordinary.all()
    pool = (cells.level * 10 + cells.step) * 10 + cells.part
    for one in np.unique(pool):
        # strata in which a group is alone cancel out: all of its successes are expected
        assert np.nansum(cells.excess[pool == one]) == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_neither_the_order_of_rows_nor_the_numbers_of_codes_matter(seed: int, chance: object) -> None:
    group, step, success, stratum, product = decided(seed, 300)
    random = np.random.default_rng(seed + 1)
    order = random.permutation(len(group))
    groups, strata, products = (
        random.permutation(50)[: int(codes.max()) + 1] for codes in (group, stratum, product)
    )
    plain = compare_family(group, step, success, stratum, (None, product))
    other = compare_family(
        groups[group][order], step[order], success[order], strata[stratum][order], (None, products[product][order])
    )
    place = named(other)
    for (level, at_step, part, who), at in named(plain).items():
        there = place[level, at_step, int(products[part]) if level else 0, int(groups[who])]
        for name in ("n", "observed", "effect", "lower", "upper", "p", "q", "ordinary"):
            one, two = getattr(plain, name)[at], getattr(other, name)[there]
            np.testing.assert_allclose(float(one), float(two), rtol=1e-8, atol=1e-10, err_msg=name)


def test_nobodys_decisions_are_compared_with_but_not_tested() -> None:
    # 12 of 40; with nobody's 24 of 40 and another's 30 of 40 it is compared with 54 of 80
    group = np.repeat([0, -1, 1], 40)
    success = np.concatenate([np.arange(40) < won for won in (12, 24, 30)])
    cells = compare_family(group, np.zeros(120, int), success, np.zeros(120, int), apart=NEVER)
    assert cells.group.tolist() == [0, 1]
    np.testing.assert_allclose(cells.effect, [12 / 40 - 54 / 80, 30 / 40 - 36 / 80])


def test_few_decisions_are_compared_but_not_tested() -> None:
    group = np.repeat([0, 1, 2], [FEWEST - 1, FEWEST, 40])
    success = np.arange(len(group)) % 3 > 0
    cells = compare_family(group, np.zeros(len(group), int), success, np.zeros(len(group), int))
    assert np.isnan(cells.p).tolist() == [True, False, False]
    assert np.isnan(cells.q).tolist() == [True, False, False]
    assert np.isfinite(cells.effect).all()


def test_who_is_alone_is_not_compared_and_what_is_in_no_part_counts_in_none() -> None:
    group, product = np.repeat([0, 1, 2], 20), np.repeat([0, 1, -1], 20)
    success = np.arange(60) % 2 == 0
    cells = compare_family(group, np.zeros(60, int), success, np.zeros(60, int), (None, product))
    parts = cells.level == 1
    assert cells.group[parts].tolist() == [0, 1]
    assert np.isnan(cells.effect[parts]).all()
    assert (cells.n[parts] == 0).all()
    assert np.isfinite(cells.effect[~parts]).all()


def test_what_is_only_tested_has_the_same_tests_and_effects() -> None:
    group, step, success, stratum, product = decided(6, 900)
    whole = compare_family(group, step, success, stratum, (None, product))
    tested = compare_family(group, step, success, stratum, (None, product), tests_only=True)
    for name in ("n", "observed", "effect", "extra", "excess", "variance", "ordinary", "p", "q"):
        np.testing.assert_array_equal(getattr(tested, name), getattr(whole, name), err_msg=name)
    assert np.isnan([tested.odds_ratio, tested.lower, tested.upper]).all()
    # a part of another level than the first has intervals where it is tested
    assert ((whole.n >= FEWEST) == np.isfinite(whole.lower))[whole.level == 1].all()


def test_only_wholes_and_findings_have_intervals_where_nobody_is_shown_others() -> None:
    group, step, success, stratum, product = decided(7, 3_000)
    every = compare_family(group, step, success, stratum, (None, product))
    found = compare_family(group, step, success, stratum, (None, product), found=0.1)
    shown = (every.level == 0) | (every.q <= 0.1)
    assert 0 < (every.q[every.level == 1] <= 0.1).sum() < (every.level == 1).sum()
    bounds = {"odds_ratio", "lower", "upper", "extra_lower", "extra_upper"}
    for name in Cells._fields:
        expected = np.where(shown, getattr(every, name), np.nan) if name in bounds else getattr(every, name)
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-12, err_msg=name)


def test_nothing_gives_nothing() -> None:
    none = np.zeros(0, int)
    assert len(compare_family(none, none, none.astype(bool), none, (None, none)).p) == 0
