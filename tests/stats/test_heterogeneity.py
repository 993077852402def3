"""The test for several groups: against scipy, against Cochran, Mantel and Haenszel, and by simulation."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from salesreport.stats.heterogeneity import heterogeneity
from salesreport.stats.stratified import cochran_mantel_haenszel


def test_in_one_stratum_it_is_pearsons_with_one_trial_less() -> None:
    random = np.random.default_rng(1)
    group, won = random.integers(0, 5, 300), random.random(300) < 0.4
    table = np.array([[(won & (group == one)).sum(), (~won & (group == one)).sum()] for one in range(5)])
    oracle = chi2_contingency(table, correction=False)
    found = heterogeneity(group, np.zeros(300, int), won)
    assert found.statistic[0] == pytest.approx(oracle.statistic * 299 / 300)
    assert found.freedom[0] == oracle.dof


def test_of_two_groups_it_is_cochran_mantel_and_haenszels() -> None:
    random = np.random.default_rng(2)
    group, stratum = random.integers(0, 2, 400), random.integers(0, 30, 400)
    won = random.random(400) < 0.2 + 0.02 * stratum
    cells = [
        np.bincount(stratum[(group == one) & (won == good)], minlength=30)
        for one in (0, 1)
        for good in (True, False)
    ]
    oracle = cochran_mantel_haenszel(*cells)
    found = heterogeneity(group, stratum, won)
    assert found.statistic[0] == pytest.approx(float(oracle.statistic))
    assert found.p[0] == pytest.approx(float(oracle.p))


def test_groups_that_never_meet_take_away_freedom() -> None:
    """Two and two that share no stratum: one degree of freedom each, and the statistics add up."""
    random = np.random.default_rng(3)
    stratum, won = np.repeat([0, 1], 60), random.random(120) < 0.5
    group = np.where(stratum == 0, random.integers(0, 2, 120), random.integers(2, 4, 120))
    parts = [heterogeneity(group[stratum == one], stratum[stratum == one], won[stratum == one]) for one in (0, 1)]
    found = heterogeneity(group, stratum, won)
    assert found.freedom[0] == 2
    assert found.statistic[0] == pytest.approx(sum(one.statistic[0] for one in parts))


def test_with_nothing_to_test_there_is_no_p() -> None:
    assert np.isnan(heterogeneity([], [], []).p[0])
    assert np.isnan(heterogeneity([0, 1, 2], [0, 0, 0], [1, 1, 1]).p[0])


def test_where_nobody_differs_it_says_so_as_often_as_it_should() -> None:
    random, p = np.random.default_rng(4), []
    for _ in range(1000):
        group, stratum = random.choice(12, 300, p=random.dirichlet(np.full(12, 4.0))), random.integers(0, 40, 300)
        p.append(heterogeneity(group, stratum, random.random(300) < 0.2 + 0.01 * stratum).p[0])
    assert 0.03 <= (np.array(p) < 0.05).mean() <= 0.07  # ± 3 standard errors of 5 %
