"""Which different numbers there are, how often, and which of these each one is."""

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
    if there.all():
        return np.arange(low, low + span), at
    return np.flatnonzero(there) + low, (np.cumsum(there) - 1)[at]


def counted(codes: npt.NDArray[np.integer]) -> tuple[Positions, Positions]:
    """The different codes in order, and how many there are of each: quicker than their places.

    Examples:
        >>> different, n = counted(np.array([7, -1, 7, 3]))
        >>> different.tolist(), n.tolist()
        ([-1, 3, 7], [1, 1, 2])
    """
    low = int(codes.min(initial=0))
    if int(codes.max(initial=0)) - low >= 4 * codes.size + _ROOM:
        different, place = numbered(codes)
        return different, np.bincount(place)
    n = np.bincount(codes if low == 0 else codes - low)
    different = np.flatnonzero(n)
    return different + low, n[different]


def quantiles(values: npt.NDArray[np.float64], n: Positions, shares: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """`np.quantile` of numbers of which each is there `n` times: only the different ones are sorted.

    Examples:
        >>> quantiles(np.array([3.0, 1.0]), np.array([1, 3]), [0.5, 0.75]).tolist()  # of 1, 1, 1, 3
        [1.0, 1.5]
    """
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(n[order])
    place = np.asarray(shares, float) * (ends[-1] - 1)
    below = np.floor(place)
    low, high = (values[order[np.searchsorted(ends, at, side="right")]] for at in (below, np.ceil(place)))
    found: npt.NDArray[np.float64] = low + (high - low) * (place - below)
    return found
