"""Round values of a scale, held against matplotlib's."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.ticker import MaxNLocator

from salesreport.drawing import round_values
from salesreport.drawing.ticks import USUAL

NICE = (1, 2, 2.5, 5, 10)
LOW, SPAN, MOST = st.integers(-5000, 5000), st.integers(1, 4000), st.integers(2, 8)
STEPS = st.sampled_from([USUAL, NICE])


@settings(max_examples=400, deadline=None)
@given(LOW, SPAN, MOST, STEPS, st.booleans())
def test_they_are_matplotlib_s(low: int, span: int, most: int, steps: tuple[float, ...], whole: bool) -> None:
    low = int(
        math.fmod(low, 50 * span)
    )  # farther from zero it moves the origin of a scale; no scale of ours is there
    theirs = MaxNLocator(most, steps=list(steps), integer=whole).tick_values(low, low + span).tolist()
    assert round_values(low, low + span, most, steps, whole) == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(LOW, SPAN, MOST, STEPS, st.integers(-6, 9))
def test_of_a_thousand_times_as_much_they_are_a_thousand_times_as_big(
    low: int, span: int, most: int, steps: tuple[float, ...], power: int
) -> None:
    values = round_values(low, low + span, most, steps)
    unit = float(f"1e{power}")
    assert round_values(low * unit, (low + span) * unit, most, steps) == pytest.approx([v * unit for v in values])


def test_whole_ones_are_whole_in_a_narrow_range() -> None:
    assert round_values(0.0, 0.5, 5, whole=True) == [0.0, 1.0]


@pytest.mark.parametrize("value", [0.0, 3.0, -2.5])
def test_a_range_without_width_has_values_all_the_same(value: float) -> None:
    values = round_values(value, value, 4)
    assert values[0] <= value <= values[-1]
    assert len(values) > 1
