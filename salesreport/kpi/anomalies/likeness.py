"""Which deals are alike in what a rep does not control: product, customer, source, size, month of the decision.

The finer deals are told apart, the fairer the comparison, and the fewer others there are to compare with. So the
columns are taken one after the other, those that tell most about success first, as long as enough deals still have
others like them. That looks at all deals together, never at who does well.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.ledger import Flags, Numbers, Positions

MONTH = "month"
"""The column that is always among those compared: win rates that peak when quarters end are nobody's skill."""

KEPT = 0.8
"""At least this part of what the data could tell without telling deals apart must be left."""

BANDS = 3
"""Deals are small, middling or large: so many parts of about the same number."""

MOST_UNPRICED = 0.1
"""The part of the decisions of either outcome that may lack an amount; beyond it, sizes tell of gaps."""


class Likeness(NamedTuple):
    """Decisions sorted into strata of like ones.

    Attributes:
        stratum: of each decision, from 0.
        columns: what like decisions have in common, in the order taken.
        left_out: what had to be left out, for too few deals would have had others like them.
    """

    stratum: Positions
    columns: tuple[str, ...]
    left_out: tuple[str, ...]


def likeness(
    group: npt.NDArray[np.integer],
    step: npt.NDArray[np.integer],
    success: Flags,
    columns: Mapping[str, npt.NDArray[np.integer]],
    kept: float = KEPT,
) -> Likeness:
    """Sort decisions into strata: within a step, those with the same values of as many columns as can be had.

    Args:
        group: whose each is, from 0. step: at which step. success: how it ended.
        columns: codes of each column; −1 (not known) is a value of its own. `MONTH` is taken first.
        kept: see `KEPT`.

    Examples:
        Two reps sell both products, but one only in the north and the other only in the south: by region, nobody
        would be left to compare them with.

        >>> rep, product = np.repeat([0, 1], 40), np.tile([0, 1], 40)
        >>> success = np.tile([True, True, True, False], 20)
        >>> found = likeness(rep, np.zeros(80, int), success, {"product": product, "region": rep})
        >>> found.columns, found.left_out, np.bincount(found.stratum).tolist()
        (('product',), ('region',), [40, 40])
    """
    at_step = _dense(np.asarray(step))
    taken, left_out, stratum = [], [], at_step
    whole = _told(group, stratum)
    telling = sorted(columns, key=lambda name: (name != MONTH, -_explains(at_step, columns[name], success), name))
    for name in telling:
        finer = _dense(_crossed(stratum, np.asarray(columns[name])))
        if finer.max(initial=0) == stratum.max(initial=0):
            continue  # it tells nothing apart
        if name == MONTH or _told(group, finer) >= kept * whole:
            stratum = finer
            taken.append(name)
        else:
            left_out.append(name)
    return Likeness(stratum, tuple(taken), tuple(left_out))


def strata(step: npt.NDArray[np.integer], columns: Sequence[npt.NDArray[np.integer]]) -> Positions:
    """Decisions at the same step with the same values of all columns, numbered from 0."""
    found = _dense(np.asarray(step))
    for column in columns:
        found = _dense(_crossed(found, np.asarray(column)))
    return found


def size_bands(amount: Numbers, step: npt.NDArray[np.integer], success: Flags) -> Positions | None:
    """Small, middling, large: thirds of the amounts decided on at each step; −1 without an amount.

    Returns:
        None where sizes cannot be compared: too many decisions, of either outcome, lack an amount.
    """
    priced = amount > 0
    for outcome in (success, ~success):
        if outcome.any() and (~priced[outcome]).mean() > MOST_UNPRICED:
            return None
    band = np.full(len(amount), -1, np.intp)
    for one in np.unique(step):
        here = (step == one) & priced
        if here.any():
            edges = np.quantile(amount[here], np.arange(1, BANDS) / BANDS)
            band[here] = np.searchsorted(edges, amount[here], side="left")
    return band


def _told(group: npt.NDArray[np.integer], stratum: Positions) -> float:
    """How many deals' worth of comparison is left: Σ own × others ÷ all, over groups and strata."""
    size = int(stratum.max(initial=-1)) + 1
    own = np.unique(group.astype(np.int64) * size + stratum, return_counts=True)
    everybody = np.bincount(stratum, minlength=size)[own[0] % max(size, 1)]
    return float((own[1] * (everybody - own[1]) / everybody).sum())


def _explains(step: Positions, column: npt.NDArray[np.integer], success: Flags) -> float:
    """How much better successes are told with the column than without: likelihood ratio less twice its freedom."""
    cell = _dense(_crossed(step, np.asarray(column)))
    whole, part = _log_likelihood(step, success), _log_likelihood(cell, success)
    return 2 * (part - whole) - 2 * float(cell.max(initial=0) - step.max(initial=0))


def _log_likelihood(cell: Positions, success: Flags) -> float:
    n, won = np.bincount(cell), np.bincount(cell, success)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = won * np.log(won / n), (n - won) * np.log(1 - won / n)
    return float(sum(np.nansum(part) for part in parts))


def _crossed(one: Positions, other: npt.NDArray[np.integer]) -> Positions:
    """A number for each pair of codes, the second of which may be −1."""
    codes = other.astype(np.int64) - min(int(other.min(initial=0)), 0)
    return one.astype(np.int64) * (int(codes.max(initial=0)) + 1) + codes


def _dense(codes: npt.NDArray[np.integer]) -> Positions:
    """Codes as numbers from 0 without gaps."""
    if not len(codes):
        return codes.astype(np.intp)
    low, span = int(codes.min()), int(codes.max() - codes.min()) + 1
    if span <= 4 * len(codes) + 1000:
        there = np.zeros(span, bool)
        there[codes - low] = True
        return (np.cumsum(there) - 1)[codes - low]
    return np.unique(codes, return_inverse=True)[1].astype(np.intp)
