"""Round values for a scale."""

import math
from collections.abc import Sequence

USUAL = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""What a step may be, times a power of ten."""

_NEARLY = 1e-10
"""A value this close to a step, as a part of it, lies on it."""


def round_values(
    low: float, high: float, most: int, steps: Sequence[float] = USUAL, whole: bool = False
) -> list[float]:
    """Round values from the last one not above `low` to the first one not below `high`, evenly apart.

    The step is the smallest of those that make `most` intervals or fewer of the range, and a smaller one where
    fewer than two values would lie in the range itself (the rule of matplotlib's `MaxNLocator`).

    Args:
        low, high: the range; where it is empty, one on either side of it. most: intervals.
        steps: what a step may be, times a power of ten, ascending from 1 to 10. whole: whole numbers only.

    Examples:
        >>> round_values(0, 510, 3, (1, 2, 2.5, 5, 10))
        [0.0, 200.0, 400.0, 600.0]
        >>> round_values(0, 2, 5, whole=True)
        [0.0, 1.0, 2.0]
    """
    if low == high:
        low, high = low - 1.0, high + 1.0
    wanted = (high - low) / most
    power = math.floor(math.log10(wanted))
    sizes = [10.0**exponent * step for exponent in (power - 1, power, power + 1) for step in steps if step < 10]
    if whole:
        sizes = [size for size in sizes if size < 1 or abs(size - round(size)) < 1e-3]
    first = next(number for number, size in enumerate(sizes) if size >= wanted * (1 - _NEARLY))
    for size in sizes[first::-1]:
        step = max(size, 1.0) if whole else size
        from_, to = math.floor(low / step + _NEARLY), math.ceil(high / step - _NEARLY)
        values = [number * step for number in range(from_, to + 1)]
        if sum(low <= value <= high for value in values) >= 2:
            break
    return [float(f"{value:.12g}") for value in values]


def inner_values(
    low: float, high: float, most: int, steps: Sequence[float] = USUAL, whole: bool = False
) -> list[float]:
    """The round values that lie in the range itself; see `round_values`.

    Examples:
        >>> inner_values(0, 510, 3, (1, 2, 2.5, 5, 10))
        [0.0, 200.0, 400.0]
    """
    return [value for value in round_values(low, high, most, steps, whole) if low <= value <= high]
