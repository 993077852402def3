"""What accounts that are alike buy: tests of kinds of accounts × product lines, numbers only.

A kind of accounts are those with the same traits. For each line the accounts that buy something else are looked
at: how many of a kind buy the line as well, against all the others. So an account that does not buy the line is
asked about among accounts of which it is one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.stats.conditional import exact_conditional
from salesreport.stats.intervals import median_order_statistic
from salesreport.stats.multiplicity import benjamini_hochberg
from salesreport.stats.numbering import numbered
from salesreport.stats.rate_ratio import rate_ratio
from salesreport.stats.shrinkage import shrunken

FEWEST = 20
"""Accounts of a kind; of fewer nothing is said, and a wider kind is asked for."""

FEWEST_BUYING = 6
"""Of these so many must buy the line: fewer are a handful."""

FALSE = 0.1
"""The expected share of false ones among what is claimed, at most."""


class Kinds(NamedTuple):
    """Kinds of accounts × product lines that were tested; arrays have an element each.

    Attributes:
        line: the product line's number. depth: by how many of the traits the kind is made. traits: kinds × traits,
            the value of each (−1: not by this one). n: accounts of the kind. buying: those that buy the line.
        base: the share of all other accounts looked at that buy the line.
        lift, lower, upper: the kind's share ÷ base (NaN: no other buys it), with an interval that holds both the
            95 % interval of the ratio and that of the drawn share ÷ base: the one lies too high where a kind was
            lucky, the other too low where it differs much.
        drawn: the kind's share, drawn towards those of the other kinds as far as it has too few accounts.
        p: of an exact test of the kind against all others. q: the false discovery rate at which it is claimed.
        claimed: whether clearly more of the kind buy the line than of the others, by test and by what is drawn.
        worth, worth_lower, worth_upper: median of what those that buy it spend on it a year, and its interval;
            NaN where nothing is claimed or too few have an amount. worth_n: how many have.
        of: accounts × lines, the number of the kind that an account which does not buy a line is of; −1: none.
    """

    line: Positions
    depth: Positions
    traits: Positions
    n: Numbers
    buying: Numbers
    base: Numbers
    lift: Numbers
    lower: Numbers
    upper: Numbers
    drawn: Numbers
    p: Numbers
    q: Numbers
    claimed: Flags
    worth: Numbers
    worth_lower: Numbers
    worth_upper: Numbers
    worth_n: Numbers
    of: Positions

    @property
    def gap(self) -> Flags:
        """Accounts × lines: whether a gap is claimed."""
        return np.append(self.claimed, False)[self.of]


class _Tested(NamedTuple):
    line: int
    depth: int
    traits: tuple[int, ...]
    n: float
    buying: float
    others: float
    others_buying: float
    drawn: float
    at_least: float
    at_most: float
    who: Flags


def kinds_of(
    buys: Flags, a_year: Numbers, traits: Sequence[npt.NDArray[np.integer]], fewest: int = FEWEST
) -> Kinds:
    """Compare every kind of accounts with all others, for every product line.

    Args:
        buys: accounts × lines, whether an account buys a line. a_year: likewise, what it spends on it a year.
        traits: what likeness goes by, the first the most important: values from 0 (−1: not known) by account, or
            by account × line. An account's kind is by as many of the first ones as leave `fewest` accounts.
        fewest: accounts of a kind.

    References:
        Benjamini and Hochberg (1995), doi 10.1111/j.2517-6161.1995.tb02031.x. The tests are mid-p exact ones, see
        `exact_conditional`, the rates empirical Bayes, see `shrunken`.
    """
    accounts, lines = buys.shape
    tested: list[_Tested] = []
    of = np.full((accounts, lines), -1)
    total = buys.sum(axis=1)
    for line in range(lines):
        values = [np.asarray(one if one.ndim == 1 else one[:, line], np.intp) for one in traits]
        other, has = total - buys[:, line] > 0, buys[:, line]
        _look(line, values, other, has, other & ~has, fewest, tested, of)
    for line in range(lines):  # those that buy nothing yet, among all that buy anything
        values = [np.asarray(one, np.intp) for one in traits if one.ndim == 1]
        _look(line, values, total > 0, buys[:, line], total == 0, fewest, tested, of)
    return _judged(tested, a_year, of, len(traits))


def _look(
    line: int, traits: list[Positions], among: Flags, has: Flags, asked: Flags, fewest: int,
    tested: list[_Tested], of: Positions,
) -> None:  # fmt: skip
    """Find the kind of every account that is asked about, from the finest to the widest."""
    waiting = asked.copy()
    for depth in range(len(traits), 0, -1):
        if not waiting.any():
            return
        known = np.all([one >= 0 for one in traits[:depth]], axis=0)
        kind = np.full(len(known), -1)
        kinds, kind[known] = _distinct([one[known] for one in traits[:depth]])
        size = len(kinds)
        here = among & known
        n = np.bincount(kind[here], minlength=size).astype(float)
        buying = np.bincount(kind[here & has], minlength=size).astype(float)
        enough = (n >= fewest) & (n < among.sum())
        mine = waiting & known
        mine[mine] = enough[kind[mine]]
        used = np.unique(kind[mine])
        if not len(used):
            continue
        rates = shrunken(buying, n)
        number = np.full(size, -1)
        for one in used.tolist():
            number[one] = len(tested)
            tested.append(
                _Tested(line, depth, tuple(kinds[one].tolist()), n[one], buying[one], among.sum() - n[one],
                        (among & has).sum() - buying[one], rates.value[one], rates.lower[one],
                        rates.upper[one], here & has & (kind == one))
            )  # fmt: skip
        of[mine, line] = number[kind[mine]]
        waiting &= ~mine


def _distinct(columns: Sequence[Positions]) -> tuple[Positions, Positions]:
    """The rows that differ, in order, and which one each is."""
    code = np.zeros(len(columns[0]), np.intp)
    for column in columns:
        code = numbered(code * (int(column.max(initial=0)) + 1) + column)[1]
    some = np.zeros(int(code.max(initial=-1)) + 1, np.intp)
    some[code] = np.arange(len(code))
    return np.stack([column[some] for column in columns], axis=1), code


def _judged(tested: list[_Tested], a_year: Numbers, of: Positions, traits: int) -> Kinds:
    def column(name: str) -> Numbers:
        return np.array([getattr(one, name) for one in tested], float)

    n, buying, others, others_buying = map(column, ("n", "buying", "others", "others_buying"))
    lift = rate_ratio(buying, n, others_buying, others)
    base = others_buying / others
    average = (buying + others_buying) / (n + others)
    yes, no, other_yes, other_no = (
        one[:, None] for one in (buying, n - buying, others_buying, others - others_buying)
    )
    p = exact_conditional(yes, no, other_yes, other_no, test_only=True).p
    q = benjamini_hochberg(p)
    drawn, at_least, at_most = map(column, ("drawn", "at_least", "at_most"))
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = np.minimum(lift.lower, at_least / base), np.maximum(lift.upper, at_most / base)
    # where no other buys it there is no ratio, and the test alone tells
    claimed = (q <= FALSE) & ~(lower <= 1) & (at_least > average) & (buying >= FEWEST_BUYING)
    worth = np.full((4, len(tested)), np.nan)
    worth[3] = 0
    for place in np.flatnonzero(claimed).tolist():
        spent = a_year[tested[place].who, tested[place].line]
        middle = median_order_statistic(spent[spent > 0])
        if middle.n[0] >= FEWEST_BUYING:
            worth[:, place] = [middle.value[0], middle.lower[0], middle.upper[0], middle.n[0]]
    return Kinds(
        np.array([one.line for one in tested], np.intp),
        np.array([one.depth for one in tested], np.intp),
        np.array([[*one.traits, *[-1] * (traits - one.depth)] for one in tested], np.intp).reshape(-1, traits),
        n, buying, base, lift.value, lower, upper, drawn, p, q, claimed, worth[0], worth[1], worth[2],
        worth[3], of,
    )  # fmt: skip
