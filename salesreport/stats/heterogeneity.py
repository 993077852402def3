"""Do several groups succeed equally often, like compared with like? One test for all of them together."""

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from salesreport.stats.intervals import Array
from salesreport.stats.stratified import ChiSquare

_NOTHING = 1e-9


def heterogeneity(group: npt.ArrayLike, stratum: npt.ArrayLike, success: npt.ArrayLike) -> ChiSquare:
    """The test that success does not depend on the group, within all strata, for any number of groups.

    Args:
        group: of each trial, a number from 0. stratum: likewise. success: whether it succeeded.

    Returns:
        The generalised Cochran–Mantel–Haenszel statistic, each an array of one element; with two groups it is that
        of Cochran, Mantel and Haenszel, in a single stratum Pearson's times (n − 1) ÷ n. NaN with nothing to test.

    References:
        Birch (1965), J. R. Statist. Soc. B 27, 111–124; Landis, Heyman and Koch (1978), doi 10.2307/1402373.

    Examples:
        >>> rep, won = np.repeat([0, 1, 2], 40), np.concatenate([np.arange(40) < k for k in (24, 12, 24)])
        >>> found = heterogeneity(rep, np.zeros(120, int), won)
        >>> found.statistic.round(2), found.freedom  # 119 ÷ 120 of Pearson's 9.6
        (array([9.52]), array([2.]))
    """
    g = np.unique(np.asarray(group, np.intp).ravel(), return_inverse=True)[1]
    s = np.unique(np.asarray(stratum, np.intp).ravel(), return_inverse=True)[1]
    y = np.asarray(success, bool).ravel()
    groups, strata = int(g.max(initial=-1)) + 1, int(s.max(initial=-1)) + 1
    n = np.bincount(s, minlength=strata).astype(float)
    won = np.bincount(s, y, strata)
    tells = (won > 0) & (won < n)
    rate = np.where(n > 0, won / np.maximum(n, 1), 0.0)
    gap = np.bincount(g, np.where(tells[s], y - rate[s], 0.0), groups)
    spread = np.where(tells, won * (n - won) / (n * np.maximum(n - 1, 1)), 0.0)  # n² ÷ n: of one trial
    own: Array = np.bincount(g * strata + s, minlength=groups * strata).reshape(groups, strata).astype(float)
    covariance = np.diag(own @ spread) - (own * (spread / np.maximum(n, 1))) @ own.T
    values, vectors = np.linalg.eigh(covariance) if groups else (np.zeros(0), np.zeros((0, 0)))
    kept = values > _NOTHING * max(float(values.max(initial=0.0)), 1.0)
    freedom = float(kept.sum())
    if not freedom:
        return ChiSquare(np.array([np.nan]), np.array([0.0]), np.array([np.nan]))
    along = vectors[:, kept].T @ gap
    statistic = np.array([float((along**2 / values[kept]).sum())])
    return ChiSquare(statistic, np.array([freedom]), chdtrc(freedom, statistic))
