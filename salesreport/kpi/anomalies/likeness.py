"""Which deals are alike in what a rep does not control: product, customer, source, size, month of the decision.

To compare only deals with the same values of everything leaves few to compare with; to leave a column out compares
what is unlike. So deals are alike that *promise* the same: a model of all columns together says how often such
deals succeed, and deals of about the same chance are compared (a prognostic score; Hansen 2008, doi
10.1093/biomet/asn004). It knows nothing of reps: what it takes of their differences for those of their deals makes
comparisons cautious, never rash. Win rates that peak when quarters end are nobody's skill: the month is a column.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.stats.logistic import Design, fit
from salesreport.stats.numbering import counted, numbered, quantiles, ticked
from salesreport.stats.poisson_binomial import by_group

MONTH = "month"
"""The column of the month of the decision."""

KEPT = 0.9
"""At least this part of what the data could tell without telling deals apart must be left, if it can be had."""

BANDS = (20, 15, 10, 7, 5)
"""Into how many bands of about equal size deals are sorted by what they promise: as many as `KEPT` allows.

With fewer than five, deals in a band are not alike: false discoveries rose to 16 % in a small team (measured)."""

RARE = 5.0
"""Values, or pairs of values, of fewer decisions at a step are taken together."""

SIZES = 3
"""Deals are small, middling or large: so many parts of about the same number."""

MOST_UNPRICED = 0.1
"""The part of the decisions of either outcome that may lack an amount; beyond it, sizes tell of gaps."""


class Likeness(NamedTuple):
    """Decisions sorted into strata of like ones.

    Attributes:
        stratum: of each decision, from 0.
        columns: what tells how much deals promise, at any step.
        bands: into how many the decisions of a step are sorted at most.
    """

    stratum: Positions
    columns: tuple[str, ...]
    bands: int


def likeness(
    group: npt.NDArray[np.integer],
    step: npt.NDArray[np.integer],
    success: Flags,
    columns: Mapping[str, npt.NDArray[np.integer]],
    kept: float = KEPT,
) -> Likeness:
    """Sort decisions into strata: within a step, those that promise about the same.

    Args:
        group: whose each is, from 0. step: at which step. success: how it ended.
        columns: codes of each column; −1 (not known) is a value of its own. Pairs of columns may matter beyond
            either, but for those with `MONTH`.
        kept: see `KEPT`.

    Examples:
        Easy deals are won in three of four cases, hard ones in one of four; the region tells nothing:

        >>> rep, product = np.repeat([0, 1], 40), np.tile([0, 1], 40)
        >>> won = np.tile([True, False, True, False, True, True, False, False], 10)
        >>> columns = {"product": product, "region": np.repeat([0, 1, 0, 1], 20)}
        >>> found = likeness(rep, np.zeros(80, int), won, columns)
        >>> found.columns, np.bincount(found.stratum).tolist()
        (('product',), [40, 40])
    """
    at_step = _narrow(_dense(np.asarray(step)))
    names = [name for name in sorted(columns) if len(columns[name]) and np.ptp(columns[name]) > 0]
    rows, made, used = _by_step(at_step), list[Promised](), set[str]()
    for here in rows:
        made.append(promised(success[here], {name: np.asarray(columns[name])[here] for name in names}))
        used |= made[-1].columns
    whole = _told(group, at_step)
    found, number = at_step, 1
    for number in BANDS if used else ():
        band = np.zeros(len(at_step), np.int8)
        for here, (rate, kind, _) in zip(rows, made, strict=True):
            edges = quantiles(rate, np.bincount(kind), np.arange(1, number) / number)
            band[here] = np.searchsorted(edges, rate, side="left")[kind]
        found = _dense(_crossed(at_step, band))
        if _told(group, found) >= kept * whole:
            break
    return Likeness(found, tuple(name for name in columns if name in used), number)


class Promised(NamedTuple):
    """What decisions at a step promise.

    Attributes:
        rate: the chance of success of each kind of decision, those that have all columns in common.
        kind: of each decision, from 0. columns: those that tell the chance.
    """

    rate: Numbers
    kind: Positions
    columns: set[str]


def promised(success: Flags, columns: Mapping[str, npt.NDArray[np.integer]]) -> Promised:
    """The chance of success of decisions at a step, by a ridge logistic model, and the columns that tell it.

    A column, or a pair of them beyond each, is in the model where it raises twice the log likelihood by more than
    twice its freedom: what only fits chance would take away from what the groups differ by. All of that is
    counted by kind of decision, of which there are few even among millions.

    References:
        Akaike (1974), doi 10.1109/TAC.1974.1100705.
    """
    kind = strata(np.zeros(len(success), np.intp), list(columns.values()))
    n, won = np.bincount(kind).astype(float), np.bincount(kind, success).astype(float)
    some = np.zeros(len(n), np.intp)
    some[kind] = np.arange(len(kind))  # a decision of each kind
    codes = {name: _dense(np.asarray(column)[some]) for name, column in columns.items()}
    alone = {name: _gain(n, won, column) for name, column in codes.items()}
    names = {name for name, (gain, freedom) in alone.items() if gain > 2 * freedom}
    used = [codes[name] for name in codes if name in names]
    for one, other in combinations([name for name in codes if name != MONTH], 2):
        pair = _dense(_crossed(codes[one], codes[other]))
        gain, freedom = _gain(n, won, pair)
        if gain - alone[one][0] - alone[other][0] > 2 * (freedom - alone[one][1] - alone[other][1]):
            used.append(pair)
            names |= {one, other}
    if not used:
        return Promised(np.full(len(n), success.mean() if len(success) else np.nan), kind, names)
    design, pattern = Design.of(used, (), n, RARE, 1)
    found = fit(design, design.counts(pattern, won), design.counts(pattern, n), 1.0, None)
    return Promised(
        np.round(found.rates[pattern], 9), _narrow(kind), names
    )  # what is equal but for rounding is equal


def strata(step: npt.NDArray[np.integer], columns: Sequence[npt.NDArray[np.integer]]) -> Positions:
    """Decisions at the same step with the same values of all columns, numbered from 0."""
    found = _dense(np.asarray(step))
    span = int(found.max(initial=-1)) + 1
    for column in map(np.asarray, columns):
        width = int(column.max(initial=0)) - min(int(column.min(initial=0)), 0) + 1
        if not ticked(span * width, len(found)):  # numbered only where numbers get too large to be ticked off
            found = _dense(found)
            span = int(found.max(initial=-1)) + 1
        found, span = _crossed(found, column), span * width
    return _dense(found)


def size_bands(amount: Numbers, step: npt.NDArray[np.integer], success: Flags) -> npt.NDArray[np.int8] | None:
    """Small, middling, large: thirds of the amounts decided on at each step; −1 without an amount.

    Returns:
        None where sizes cannot be compared: too many decisions, of either outcome, lack an amount.
    """
    priced = amount > 0
    for outcome in (success, ~success):
        if outcome.any() and (~priced[outcome]).mean() > MOST_UNPRICED:
            return None
    band = np.full(len(amount), -1, np.int8)
    for one in np.unique(step):
        here = (step == one) & priced
        if here.any():
            edges = np.quantile(amount[here], np.arange(1, SIZES) / SIZES)
            band[here] = np.searchsorted(edges, amount[here], side="left")
    return band


def _by_step(step: Positions) -> list[Positions]:
    """The rows of each step, numbered from 0 without gaps."""
    if not len(step):
        return []
    order = np.argsort(step, kind="stable").astype(np.min_scalar_type(-1 - len(step)))
    return np.split(order, np.cumsum(np.bincount(step))[:-1])


def _told(group: npt.NDArray[np.integer], stratum: Positions) -> float:
    """How many deals' worth of comparison is left: Σ own × others ÷ all, over groups and strata."""
    size = int(stratum.max(initial=-1)) + 1
    key = group.astype(np.int64)  # in place: of millions each copy is felt
    key *= size
    key += stratum
    own, n = counted(key)
    everybody = np.bincount(stratum, minlength=size)[own % max(size, 1)]
    return float((n * (everybody - n) / everybody).sum())


def _gain(n: Numbers, won: Numbers, column: Positions) -> tuple[float, float]:
    """What a column adds to twice the log likelihood, and how many free numbers that takes.

    Args:
        n, won: decisions and successes of each kind. column: its code, from 0 without gaps.
    """
    gain = _log_likelihood(by_group(n, column, 0), by_group(won, column, 0)) - _log_likelihood(n.sum(), won.sum())
    return 2 * gain, float(column.max(initial=0))


def _log_likelihood(n: npt.ArrayLike, won: npt.ArrayLike) -> float:
    """Of cells of decisions, each at its own rate."""
    n, won = np.asarray(n, float), np.asarray(won, float)
    rate = won / np.where(n > 0, n, 1.0)
    return float((xlogy(won, rate) + xlogy(n - won, 1 - rate)).sum())


def _crossed(one: Positions, other: npt.NDArray[np.integer]) -> Positions:
    """A number for each pair of codes, the second of which may be −1."""
    low = min(int(other.min(initial=0)), 0)
    pair = one.astype(np.int64, copy=False) * (int(other.max(initial=0)) - low + 1)
    pair += other
    if low:
        pair -= low
    return pair


def _narrow(numbers: Positions) -> Positions:
    """Numbers from 0 in as few bytes as hold them: of millions of decisions each byte more is felt."""
    return numbers.astype(np.min_scalar_type(-1 - int(numbers.max(initial=0))))


def _dense(codes: npt.NDArray[np.integer]) -> Positions:
    """Codes as numbers from 0 without gaps."""
    return numbered(codes)[1]
