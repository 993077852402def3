"""The highest place of a function: each step as scipy's search makes it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from salesreport.stats.search import highest

SHAPES: list[Callable[[float, float], float]] = [
    lambda x, at: float(np.exp(-((x - at) ** 2))),
    lambda x, at: -(abs(x - at) ** 1.5),
    lambda x, at: float(np.sin(3 * x + at)) - 0.1 * x * x,
    lambda x, at: x * at,  # at a bound
    lambda x, at: 0.0,  # nowhere
]


@given(st.sampled_from(SHAPES), st.floats(-3, 3), st.floats(-4, 2), st.floats(0, 6))
def test_every_step_is_scipys(
    shape: Callable[[float, float], float], peak: float, low: float, width: float
) -> None:
    theirs, ours = [], []

    def depth(x: float) -> float:
        theirs.append(x)
        return -shape(x, peak)

    def height(x: float) -> float:
        ours.append(x)
        return shape(x, peak)

    truth = minimize_scalar(depth, bounds=(low, low + width), method="bounded", options={"xatol": 1e-9})
    at, top = highest(height, low, low + width, 1e-9)
    assert ours == theirs
    assert (at, top) == (truth.x, -truth.fun)


def test_bounds_are_finite_and_in_order() -> None:
    for low, high in ((1.0, 0.0), (0.0, np.inf)):
        with pytest.raises(ValueError, match="lower one first"):
            highest(lambda x: x, low, high, 1e-9)
