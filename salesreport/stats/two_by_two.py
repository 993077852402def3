"""2×2 tables, many at a time: what their margins tell of one group's successes against those of others."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.stats.intervals import Array

TINY = 1e-9
"""Counts below this are none; parts of trials do not add up exactly."""


class Tables(NamedTuple):
    """2×2 tables: a, b successes and failures of the group, c, d of the others; the last axis is the strata."""

    a: Array
    b: Array
    c: Array
    d: Array


def tables_of(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Tables:
    """The four cells as tables of one shape."""
    return Tables(*np.broadcast_arrays(*(np.asarray(cell, float) for cell in (a, b, c, d))))


def comparable(t: Tables) -> Tables:
    """The tables, emptied where one side has no trials."""
    both = (t.a + t.b > 0) & (t.c + t.d > 0)
    return Tables(*(np.where(both, cell, 0.0) for cell in t))


def tells(t: Tables) -> npt.NDArray[np.bool_]:
    """Which tables say something of the odds: no margin is zero."""
    told: npt.NDArray[np.bool_] = (t.a + t.b > TINY) & (t.c + t.d > TINY) & (t.a + t.c > TINY) & (t.b + t.d > TINY)
    return told


def known(n: Array) -> Array:
    """Counts; NaN where there are none."""
    return np.where(n > 0, n, np.nan)


def share(t: Tables) -> Array:
    """The group's share, by trials, of each stratum's successes."""
    n = t.a + t.b + t.c + t.d
    shares: Array = (t.a + t.b) * (t.a + t.c) / np.where(n > 0, n, 1.0)
    return shares


def moments(t: Tables) -> tuple[Array, Array, Array]:
    """Observed successes of the group, and their expectation and variance given all margins, over the strata."""
    n = t.a + t.b + t.c + t.d
    # parts of trials can make a stratum of one or less, of which nothing can be told
    told = tells(t) & (n > 1)
    spread = (t.a + t.b) * (t.c + t.d) * (t.a + t.c) * (t.b + t.d) / np.where(told, n**2 * (n - 1), np.inf)
    return t.a.sum(axis=-1), share(t).sum(axis=-1), spread.sum(axis=-1)


def fitted_successes(t: Tables, ratio: Array) -> Array:
    """The group's successes in each stratum at which its odds ratio is `ratio`, margins as they are."""
    one, total, n = t.a + t.b, t.a + t.c, t.a + t.b + t.c + t.d
    # (1 − ψ) e² + linear · e − ψ one total = 0, solved such that neither ψ = 1 nor cancellation does harm
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        linear = n + (ratio - 1) * (one + total)
        root = np.sqrt(np.maximum(linear**2 + 4 * (1 - ratio) * ratio * one * total, 0.0))
        return np.where(linear > 0, 2 * ratio * one * total / (linear + root), (root - linear) / (2 * (1 - ratio)))
