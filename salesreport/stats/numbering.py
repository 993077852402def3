"""Which different numbers there are, and which of these each one is."""

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.intp]

_ROOM = 1 << 16
"""Numbers that reach up to so many, or a few times their count, are ticked off in a list."""


def numbered(codes: npt.NDArray[np.integer]) -> tuple[Positions, Positions]:
    """The different codes in order, and the place of each among them, as `np.unique` tells, which sorts them all.

    Where they are dense they are ticked off in a list, else only the different ones are sorted.

    Examples:
        >>> different, place = numbered(np.array([7, -1, 7, 3]))
        >>> different.tolist(), place.tolist()
        ([-1, 3, 7], [2, 0, 2, 1])
    """
    if not codes.size:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    low = int(codes.min())
    span = int(codes.max()) - low + 1
    if span > 4 * codes.size + _ROOM:
        import pandas as pd  # only here: the statistics start without it

        place, different = pd.factorize(codes.ravel(), sort=True)
        return different.astype(np.intp), place.astype(np.intp).reshape(codes.shape)
    at = np.subtract(codes, low, dtype=np.intp)
    there = np.zeros(span, bool)
    there[at] = True
    return np.flatnonzero(there) + low, (np.cumsum(there) - 1)[at]
