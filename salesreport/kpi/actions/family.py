"""Every activity type at every step, compared: those that had it with like ones that had not, at the same age.

The family is declared before anybody looks: all types at all steps that have enough stays of both kinds. The
q-values hold for all of it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.actions.moments import Done, Moments, Watched, ever_done, moments_of
from salesreport.kpi.anomalies.likeness import MONTH, likeness
from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.stats.adjusted import Adjusted, adjusted_difference
from salesreport.stats.multiplicity import benjamini_hochberg
from salesreport.stats.numbering import numbered
from salesreport.stats.rate_difference import rate_difference
from salesreport.stats.stratified import cochran_mantel_haenszel

FEWEST = 30
"""With fewer stays that had the activity, or that had it not, nothing is told."""

FEWEST_OUTCOMES = 10
"""So many stays of either kind must have gone on, and so many not."""

USEFUL = 0.05
"""An action that makes a smaller difference to the chance of going on is not worth planning."""

LASTING = 0.5
"""This part of a difference must still be there when twice as many days before the decision are left out.

What does not last so long may only announce the decision: where activities become frequent over a longer time than
the gap before deals go on, every type would be "useful" otherwise (measured: docs/validation.md)."""

LASTING_P = 0.1
"""And the difference that is left must be one by itself: p at most this (two-sided, so 5 % on its side)."""

LIKELY = 0.2
"""Of what may be useful (p at most this) it is asked whether it lasts; of the rest there is nothing to ask."""

LIVELY = "before"
"""The column of `likeness` for activities before the window: lively deals go on, and being lively is no action."""

Codes = npt.NDArray[np.integer]


class Cells(NamedTuple):
    """One element per activity type and step.

    Attributes:
        type, step: codes. stays: of the step, still open at the first age or later.
        exposed, unexposed: of these, those that had the activity in a window, and those that had it in none.
        found: how often those that had it went on, and like ones of the same age without; NaN: too few.
        ratio, ratio_lower, ratio_upper: the difference as a ratio of odds.
        q: of there being no difference, for all comparisons together.
        far, far_p: the difference when the gap before the decision is twice as long, and its p; NaN: too few,
            or not asked (`LIKELY`).
        raw: what is said by all decided stays with such an activity, whenever, against all without.
    """

    type: Positions
    step: Positions
    stays: Positions
    exposed: Positions
    unexposed: Positions
    found: Adjusted
    ratio: Numbers
    ratio_lower: Numbers
    ratio_upper: Numbers
    q: Numbers
    far: Numbers
    far_p: Numbers
    raw: "Raw"


class Raw(NamedTuple):
    """Raw rates of all decided stays with an activity, whenever it was done, against all without; by cell.

    No age, no mix, no before and after. Attributes: the difference with its 95 % interval, p and q; how many stays
    there are with and without.
    """

    effect: Numbers
    lower: Numbers
    upper: Numbers
    p: Numbers
    q: Numbers
    having: Positions
    lacking: Positions


def compare_actions(
    stays: Watched,
    rep: Codes,
    columns: Mapping[str, Codes],
    done: Done,
    types: int,
    months: Codes | None = None,
) -> Cells:
    """Compare stays with an activity in the window before an age, with like stays that had none in theirs.

    Compared are stays at the same step and age, which promise about the same (`likeness`, of the columns, the
    month and how many activities there were before the window), of the same rep. What columns may tell beyond that
    is taken out, too: a type that some segment gets more often must not be credited with that segment.

    Args:
        stays: stays that were decided. rep: whose each is, from 0. columns: codes of what tells how much its deal
            promises. done: activities. types: how many types there are.
        months: of each day (counted from 0), its month; None: months tell nothing.
    """
    moments = moments_of(stays, done, types)
    steps = int(stays.step.max(initial=-1)) + 1
    size = steps * types
    counts, found, far = np.zeros((3, size), np.intp), np.full((7, size), np.nan), np.full((2, size), np.nan)
    for step in range(steps):
        here = moments.take(np.flatnonzero(stays.step[moments.stay] == step))
        place = slice(step * types, (step + 1) * types)
        counts[:, place], told = _counts(stays, here, types)
        if told.any():
            cells = np.flatnonzero(told) + step * types
            found[:, cells], far[:, cells] = _compared(stays, rep, columns, here, told, months)
    kind, at_step = np.tile(np.arange(types), steps), np.repeat(np.arange(steps), types)
    made = Adjusted(*found)
    ratio, low, high = (_odds_ratio(made, effect) for effect in (made.effect, made.lower, made.upper))
    raw = _raw(stays, ever_done(stays, done, types), kind, at_step)
    q = benjamini_hochberg(made.p)
    return Cells(kind, at_step, counts[0], counts[1], counts[2], made, ratio, low, high, q, far[0], far[1], raw)


def suggestions(cells: Cells, level: float) -> npt.NDArray[np.str_]:
    """What to do about each action.

    Returns:
        `plan`: deals with it go on more often, beyond chance (q ≤ level), and it lasts (`LASTING`,
        `LASTING_P`); `fades`: beyond
        chance, but it does not last; `drop`: even the interval's upper end is below `USEFUL`; `open`: no evidence
        either way; `untold`: too few.
    """
    effect = cells.found.effect
    beyond = (cells.q <= level) & (effect > 0)
    lasts = (cells.far >= LASTING * effect) & (cells.far_p <= LASTING_P)
    return np.select(
        [np.isnan(cells.found.p), cells.found.upper < USEFUL, beyond & lasts, beyond],
        ["untold", "drop", "plan", "fades"],
        "open",
    )


def _counts(stays: Watched, here: Moments, types: int) -> tuple[npt.NDArray[np.intp], Flags]:
    """Of each type at a step: stays looked at, exposed, unexposed; and whether they are enough."""
    there = np.bincount(here.stay, minlength=len(stays.deal)) > 0
    success, place = stays.success[there], (np.cumsum(there) - 1)[here.stay]
    counts, told = np.zeros((3, types), np.intp), np.zeros(types, bool)
    counts[0] = len(success)
    for code in range(types):
        had = np.zeros(len(success), bool)
        had[place[here.exposed[code]]] = True
        outcomes = np.bincount(2 * had.astype(np.int8) + success, minlength=4).reshape(2, 2)  # had it × success
        counts[1:, code] = outcomes.sum(axis=1)[::-1]
        told[code] = counts[1:, code].min() >= FEWEST and outcomes.min() >= FEWEST_OUTCOMES
    return counts, told


def _compared(
    stays: Watched, rep: Codes, columns: Mapping[str, Codes], here: Moments, told: Flags, months: Codes | None
) -> tuple[Numbers, Numbers]:
    """The columns of `Adjusted` of the types that can be told at a step; difference and p with a longer gap."""
    success, whose = stays.success[here.stay], _dense(rep[here.stay])
    telling = {name: codes[here.stay] for name, codes in columns.items()} | {LIVELY: here.before}
    if months is not None:
        telling[MONTH] = months[here.day]
    like = likeness(whose, here.age, success, telling).stratum
    deal, exposed = _dense(stays.deal[here.stay]), here.exposed[told]
    mix = [_often(codes[here.stay]) for codes in columns.values()]
    fixed = [like, whose, *mix]
    found = adjusted_difference(success, exposed, fixed, deal)
    far = np.full((2, len(exposed)), np.nan)
    asked, late = np.flatnonzero((found.p <= LIKELY) & (found.effect > 0)), np.flatnonzero(here.lasting)
    if len(asked):
        again = adjusted_difference(
            success[late], exposed[asked][:, late], [_dense(codes[late]) for codes in fixed], _dense(deal[late])
        )
        far[:, asked] = again.effect, again.p
    return np.array(found), far


def _odds_ratio(found: Adjusted, effect: Numbers) -> Numbers:
    """A difference as a ratio of odds, about the middle of the two rates; it rises with the difference."""
    middle = np.clip((found.rate + found.expected) / 2, 0.0, 1.0)
    reach = 2 * np.minimum(middle, 1 - middle)
    half = np.clip(effect, -reach, reach) / 2
    having, lacking = middle + half, middle - half
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Numbers = having * (1 - lacking) / (lacking * (1 - having))
    return ratio


def _raw(stays: Watched, ever: Flags, kind: Positions, step: Positions) -> Raw:
    """The raw numbers of each cell: a single 2 × 2 table of all decided stays."""
    width = int(stays.step.max(initial=-1)) + 1
    place = 4 * stays.step.astype(np.intp) + 2 * stays.success
    counts = np.array([np.bincount(place + row, minlength=4 * width) for row in ever], float)
    # of each cell: without and with success × activity
    table = counts.reshape(len(ever), width, 2, 2)[kind, step][:, None]
    a, b, c, d = table[..., 1, 1], table[..., 0, 1], table[..., 1, 0], table[..., 0, 0]
    gap, having, lacking = rate_difference(a, b, c, d), (a + b)[:, 0], (c + d)[:, 0]
    both = np.minimum(having, lacking) >= FEWEST
    effect, lower, upper, p = (
        np.where(both, column, np.nan)
        for column in (gap.value, gap.lower, gap.upper, cochran_mantel_haenszel(a, b, c, d).p)
    )
    return Raw(effect, lower, upper, p, benjamini_hochberg(p), having.astype(np.intp), lacking.astype(np.intp))


def _often(codes: Codes) -> Positions:
    """Codes from 0 without gaps, the rare ones all the last."""
    number = _dense(codes)
    often = np.bincount(number) >= FEWEST
    return np.where(often, np.cumsum(often) - 1, often.sum())[number]


def _dense(codes: Codes) -> Positions:
    """Codes as numbers from 0 without gaps."""
    return numbered(codes)[1]
