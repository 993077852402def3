"""Where a function of one number is highest: as scipy searches, without its import, which takes longer."""

from collections.abc import Callable
from math import copysign, inf, isfinite, sqrt

_GOLDEN = 0.5 * (3 - sqrt(5))
_ROUNDING = sqrt(2.2e-16)
_MOST = 500
"""So many looks at most."""


def highest(height: Callable[[float], float], low: float, high: float, exact: float) -> tuple[float, float]:
    """Where between two bounds a function with a single peak is highest, and how high it is there.

    Brent's search: the peak of a parabola through the three best places, where that is of use, else a golden
    section. Its steps are those of `scipy.optimize.minimize_scalar(method="bounded")`, to the last digit.

    Args:
        height: the function. low, high: the bounds, which are not looked at themselves.
        exact: how far off the place may be.

    Raises:
        ValueError: the bounds are not finite or in the wrong order.

    References:
        Brent (1973), Algorithms for Minimization without Derivatives, chapter 5.

    Examples:
        >>> at, height = highest(lambda x: 3 - (x - 2) ** 2, 0.0, 5.0, 1e-9)
        >>> round(at, 6), round(height, 6)
        (2.0, 3.0)
    """
    if not (isfinite(low) and isfinite(high) and low <= high):
        raise ValueError("the bounds are finite, the lower one first")
    at = second = third = low + _GOLDEN * (high - low)
    top = second_top = third_top = height(at)
    move = before = 0.0
    for _ in range(_MOST - 1):
        middle = 0.5 * (low + high)
        fine = _ROUNDING * abs(at) + exact / 3
        if abs(at - middle) <= 2 * fine - 0.5 * (high - low):
            break
        peak = inf
        if abs(before) > fine:
            peak = _to_peak((at, top), (second, second_top), (third, third_top), (low, high), before)
            before = move
        if isfinite(peak):
            move = peak
            if at + move - low < 2 * fine or high - at - move < 2 * fine:
                move = copysign(fine, middle - at) if middle != at else fine
        else:
            before = low - at if at >= middle else high - at
            move = _GOLDEN * before
        there = at + (copysign(max(abs(move), fine), move) if move else fine)
        found = height(there)
        if found >= top:
            low, high = (at, high) if there >= at else (low, at)
            third, third_top, second, second_top = second, second_top, at, top
            at, top = there, found
            continue
        low, high = (there, high) if there < at else (low, there)
        if found >= second_top or second == at:
            third, third_top, second, second_top = second, second_top, there, found
        elif found >= third_top or third in (at, second):
            third, third_top = there, found
    return at, top


Point = tuple[float, float]
"""A place, and how high it is there."""


def _to_peak(best: Point, second: Point, third: Point, bounds: Point, before: float) -> float:
    """How far from the best place the parabola's peak lies; infinite where that is of no use.

    Args:
        best, second, third: what it goes through. bounds: it must lie between them. before: the move before the
            last one; it must be less than half of that.
    """
    r = (best[0] - second[0]) * (third[1] - best[1])
    q = (best[0] - third[0]) * (second[1] - best[1])
    p = (best[0] - third[0]) * q - (best[0] - second[0]) * r
    q = 2 * (q - r)
    if q > 0:
        p = -p
    q = abs(q)
    useful = abs(p) < abs(0.5 * q * before) and q * (bounds[0] - best[0]) < p < q * (bounds[1] - best[0])
    return p / q if useful else inf
