"""Since when a group differs: the month from which on its successes are best told by odds of its own."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.stats.numbering import numbered

SURE = 0.95
"""The probability of the months between which the change lies."""


class Since(NamedTuple):
    """When a difference began, in months counted from 1970.

    Attributes:
        month: the likeliest. earliest, latest: between them it lies with probability `SURE`.
        always: whether the difference may be as old as the data.
    """

    month: int
    earliest: int
    latest: int
    always: bool


class Strata(NamedTuple):
    """All that were decided alike: by stratum, decisions and successes, anybody's."""

    n: Numbers
    won: Numbers

    @classmethod
    def of(cls, stratum: npt.NDArray[np.integer], success: Flags) -> "Strata":
        """Those of some decisions; strata are numbered from 0."""
        return cls(np.bincount(stratum).astype(float), np.bincount(stratum, success).astype(float))


def excess_by_month(
    everybody: Strata, success: Flags, stratum: npt.NDArray[np.integer], month: npt.NDArray[np.integer]
) -> tuple[Positions, Numbers, Numbers]:
    """By month: a group's successes more than expected with the margins of the strata given, and their variance.

    The variance of a stratum is shared out by the group's decisions.

    Args:
        everybody: what was decided alike, the group's own included.
        success, stratum, month: of each of the group's decisions.

    Examples:
        A stratum of 4 with 2 successes: of the group's 2, one is expected, and both succeeded.

        >>> month, excess, variance = excess_by_month(
        ...     Strata(np.array([4.0]), np.array([2.0])), np.array([True, True]), np.zeros(2, int), np.full(2, 600)
        ... )
        >>> month.tolist(), excess.tolist(), variance.round(3).tolist()  # 2 · 2 · 2 · 2 ÷ (4² · 3)
        ([600], [1.0], [0.333])
    """
    n, won = everybody
    own = np.bincount(stratum, minlength=len(n))
    variance = own * (n - own) * won * (n - won) / np.where(n > 1, n**2 * (n - 1), np.inf)
    months, at = numbered(month)
    excess = np.bincount(at, success - won[stratum] / n[stratum])
    return months, excess.astype(float), np.bincount(at, variance[stratum] / own[stratum]).astype(float)


def since(month: Positions, excess: Numbers, variance: Numbers) -> Since | None:
    """The month from which on the group has differed, up to the last month.

    Before it the odds are taken to be the others', from it on to differ by a constant factor. Each month's
    likelihood is that of the score statistic of all months from it on, excess² ÷ 2 variance; the interval is that
    of the posterior with every month equally likely beforehand.

    Args:
        month, excess, variance: from `excess_by_month`, in order of time.

    Returns:
        None where the months say nothing at all.

    References:
        Worsley (1983), doi 10.1093/biomet/70.2.455 (a change in a binomial rate, by likelihood).

    Examples:
        >>> excess = np.array([0.2, -0.1, 0.0, -2.1, -1.8, -2.2])
        >>> since(np.arange(600, 606), excess, np.ones(6))
        Since(month=603, earliest=601, latest=604, always=False)
    """
    total, spread = excess[::-1].cumsum()[::-1], variance[::-1].cumsum()[::-1]
    told = spread > 0
    if not told.any():
        return None
    height = np.where(told, total**2 / np.where(told, spread, 1.0) / 2, -np.inf)
    chance = np.exp(height - height.max())
    chance = chance / chance.sum()
    likeliest = np.argsort(-chance, kind="stable")
    enough = int(np.searchsorted(chance[likeliest].cumsum(), SURE)) + 1
    inside = likeliest[:enough]
    return Since(
        int(month[likeliest[0]]), int(month[inside.min()]), int(month[inside.max()]), bool(inside.min() == 0)
    )
