"""Groups against the ordinary ones among the others: those truly different are no fair measure for the rest.

Where three of twenty groups are much worse, the seventeen others are all a little better than "the rest", and
with enough trials that is found, group by group: differences that nobody asked about. So the groups that differ
are left out of what the others are compared with.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.stats.intervals import Array
from salesreport.stats.multiplicity import benjamini_hochberg
from salesreport.stats.stratified import Comparison, against_the_rest, compare


class Referenced(NamedTuple):
    """Groups against the ordinary ones.

    Attributes:
        comparison: of each group with all ordinary ones but itself. What groups have more than expected adds up to
            nothing only where all are ordinary.
        q: q-values of these comparisons, among themselves.
        ordinary: which groups the others are compared with.
    """

    comparison: Comparison
    q: Array
    ordinary: npt.NDArray[np.bool_]


def compare_with_ordinary(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    level: float = 0.1,
    confidence: float = 0.95,
    criterion: float = 5.0,
) -> Referenced:
    """Compare groups with the rest; leave out the one that differs most; compare again, until none more differs.

    Of more than a hundred groups, one in a hundred is left out at a time. At most half of the groups are left out:
    beyond that it could not be said which are the ordinary ones.

    Args:
        successes, trials: groups × strata.
        level: groups whose q-value is at most this are left out of the reference.
        confidence, criterion: as for `salesreport.stats.stratified.compare`.

    References:
        Jones and Spiegelhalter (2011), The American Statistician 65, 154–163, on keeping unusual groups out of
        what groups are compared with; the steps are those of forward outlier tests, as in Hadi and Simonoff
        (1993), Journal of the American Statistical Association 88, 1264–1272.

    Examples:
        >>> won = [[20], [60], [61], [58], [62], [59]]
        >>> found = compare_with_ordinary(won, [[100]] * 6)
        >>> found.ordinary
        array([False,  True,  True,  True,  True,  True])
        >>> found.comparison.difference.round(3)  # 0.2 less the five's 0.6; 0.6 less the four others' 0.6; …
        array([-0.4  ,  0.   ,  0.012, -0.025,  0.025, -0.012])
    """
    won, n = np.asarray(successes, float), np.asarray(trials, float)
    ordinary = np.ones(len(won), bool)
    while True:
        found = compare(*against_the_rest(won, n, ordinary), confidence=confidence, criterion=criterion)
        q = benjamini_hochberg(found.p)
        different = np.flatnonzero((q <= level) & ordinary)
        room = len(won) // 2 - int((~ordinary).sum())
        batch = min(max(len(won) // 100, 1), room)
        if len(different) == 0 or batch <= 0:
            return Referenced(found, q, ordinary)
        # of p-values too small to tell apart, the farther odds ratio
        with np.errstate(divide="ignore"):
            far = -np.abs(np.log(found.odds_ratio[different]))
        order = np.lexsort((far, found.p[different]))
        ordinary[different[order[:batch]]] = False
