"""Many comparisons at once: how large a part of what is called a difference would be chance."""

import numpy as np
import numpy.typing as npt

from salesreport.stats.intervals import Array


def benjamini_hochberg(p: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Array:
    """The q-value of each test of a family: the smallest false discovery rate at which it would be reported.

    To report every test with q ≤ 0.1 keeps the expected share of false ones among those reported at 10 % at most,
    where tests are independent or depend positively, as comparisons of groups with the rest roughly do.

    Args:
        p: p-values of the whole declared family, in any shape; NaN where nothing could be tested, which then
            does not count as a test.
        weights: how much each test matters, set before looking at the data: one of twice the weight is judged as
            if its p were half as large. Only their proportions count; 1 by default.

    Returns:
        q-values in the shape of `p`, NaN where p is.

    Raises:
        ValueError: a p-value is not between 0 and 1, or a weight of a test is not positive.

    References:
        Benjamini and Hochberg (1995), doi 10.1111/j.2517-6161.1995.tb02031.x; as adjusted p-values: Yekutieli and
        Benjamini (1999), doi 10.1016/S0378-3758(99)00041-5; with weights: Genovese, Roeder and Wasserman (2006),
        doi 10.1093/biomet/93.3.509.

    Examples:
        >>> benjamini_hochberg([0.01, 0.20, 0.03, float("nan")]).round(3)  # × 3/1, × 3/3, × 3/2
        array([0.03 , 0.2  , 0.045,   nan])
        >>> benjamini_hochberg([0.01, 0.03], weights=[3, 1]).round(3)  # p ÷ 1.5 × 2/1, p ÷ 0.5 × 2/2
        array([0.013, 0.06 ])
    """
    given = np.asarray(p, float)
    _check(given)
    if weights is not None:
        weight = np.where(np.isnan(given), np.nan, np.broadcast_to(np.asarray(weights, float), given.shape))
        if (weight <= 0).any():
            raise ValueError("weights are positive")
        given = given / (weight / np.nanmean(weight)) if np.isfinite(weight).any() else given
    return _step_up(given, dependent=False)


def benjamini_yekutieli(p: npt.ArrayLike) -> Array:
    """q-values that hold however the tests depend on each other: Benjamini and Hochberg's × (1 + ½ + … + 1/m).

    Args and Returns are those of `benjamini_hochberg`.

    References:
        Benjamini and Yekutieli (2001), doi 10.1214/aos/1013699998, theorem 1.3.

    Examples:
        >>> benjamini_yekutieli([0.01, 0.20, 0.03]).round(4)  # × 11/6
        array([0.055 , 0.3667, 0.0825])
    """
    given = np.asarray(p, float)
    _check(given)
    return _step_up(given, dependent=True)


def by_family(p: Array, sizes: npt.NDArray[np.intp]) -> Array:
    """The q-values of several families of tests, each by itself (`benjamini_hochberg`), in one go.

    Args:
        p: p-values, family after family; NaN where nothing could be tested. sizes: how many each family has.

    Examples:
        >>> by_family(np.array([0.01, 0.20, 0.03, np.nan]), np.array([2, 2])).round(3)
        array([0.02, 0.2 , 0.03,  nan])
    """
    rank = np.arange(1, int(sizes.max(initial=0)) + 1)
    inside = rank <= sizes[:, None]
    table = np.full(inside.shape, np.nan)
    table[inside] = p
    order = np.argsort(table, axis=1, kind="stable")  # NaN comes last
    tested = np.count_nonzero(~np.isnan(table), axis=1)
    raised = np.take_along_axis(table, order, axis=1) * tested[:, None] / rank
    raised[np.isnan(raised)] = np.inf
    adjusted = np.minimum.accumulate(raised[:, ::-1], axis=1)[:, ::-1]
    q = np.empty_like(table)
    np.put_along_axis(q, order, np.minimum(adjusted, 1.0), axis=1)
    q[np.isnan(table)] = np.nan
    found: Array = q[inside]
    return found


def _check(p: Array) -> None:
    if ((p < 0) | (p > 1)).any():
        raise ValueError("p-values lie between 0 and 1")


def _step_up(given: Array, dependent: bool) -> Array:
    q = np.full(given.shape, np.nan)
    tested = ~np.isnan(given)
    values = given[tested]
    if len(values) == 0:
        return q
    order = np.argsort(values, kind="stable")
    rank = np.arange(1, len(values) + 1)
    factor = (1 / rank).sum() if dependent else 1.0
    raised = values[order] * (len(values) * factor) / rank
    # a test is reported wherever one with a larger p is
    adjusted = np.minimum.accumulate(raised[::-1])[::-1]
    back = np.empty(len(values))
    back[order] = np.minimum(adjusted, 1.0)
    q[tested] = back
    return q
