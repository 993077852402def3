"""An interval holds its estimate: asserted wherever one is made, for one that does not is a wrong method."""

import numpy as np
import numpy.typing as npt

_ROUNDING = 1e-9
"""Bounds may miss their estimate by this part of it, and by a thousandth of that where it is next to nothing."""


def assert_holds(lower: npt.ArrayLike, value: npt.ArrayLike, upper: npt.ArrayLike) -> None:
    """Assert that every lower bound ≤ its estimate ≤ its upper bound, but for rounding.

    Whatever is NaN is not looked at: an estimate without bounds, or a single bound, contradicts nothing.

    Raises:
        AssertionError: names the first that is not held.

    Examples:
        >>> assert_holds([0.1, np.nan], [0.2, 0.3], [0.4, np.nan])
        >>> assert_holds(0.09, -0.46, 0.09)
        Traceback (most recent call last):
        ...
        AssertionError: the interval 0.09 … 0.09 does not hold its estimate, -0.46
    """
    low, middle, high = np.broadcast_arrays(*(np.asarray(one, float) for one in (lower, value, upper)))
    with np.errstate(invalid="ignore"):
        slack = _ROUNDING * np.nan_to_num(np.abs(middle), posinf=0.0) + _ROUNDING / 1000
        missed = (low > middle + slack) | (middle > high + slack)
    if missed.any():
        first = tuple(np.argwhere(missed)[0])
        found = (float(one[first]) for one in (low, high, middle))
        raise AssertionError("the interval {:g} … {:g} does not hold its estimate, {:g}".format(*found))
