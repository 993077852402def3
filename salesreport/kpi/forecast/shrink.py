"""Borrowing strength: rates of groups drawn towards the common one, as far as they may differ by chance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from salesreport.kpi.facts.columns import Flags, Numbers

Codes = npt.NDArray[np.integer]

_ROUNDS = 4


class Effect(NamedTuple):
    """What groups add to a log-odds or a logarithm, one element per group; the last one (code −1): none known.

    Attributes:
        value: the estimate, shrunk; 0 for an average group. spread: standard deviation of the true effects.
    """

    value: Numbers
    spread: float

    def of(self, codes: Codes) -> Numbers:
        """The effect of each of some groups' codes; −1 has none."""
        return self.value[codes]


def shrunk_ratio(observed: Numbers, expected: Numbers, known: Numbers | None = None) -> Numbers:
    """Observed ÷ expected counts of groups, drawn towards 1 by how little they differ beyond chance.

    Counts are Poisson with a gamma-distributed ratio of mean 1, whose variance is found by moments.

    Args:
        observed, expected: counts by group. known: how far a group's ratio can be trusted beyond its counts, 0–1.

    Returns:
        One positive ratio per group; 1 where nothing was expected.

    References:
        Bühlmann and Straub (1970); Marshall (1991), doi 10.2307/2347593.

    Examples:
        >>> shrunk_ratio(np.array([104.0, 96.0]), np.array([100.0, 100.0]))  # as chance has it
        array([1., 1.])
        >>> shrunk_ratio(np.array([200.0, 0.0, 0.0]), np.array([100.0, 100.0, 0.0])).round(2)
        array([1.99, 0.01, 1.  ])
    """
    total = (expected**2).sum()
    variance = max(0.0, float(((observed - expected) ** 2 - expected).sum() / total)) if total > 0 else 0.0
    if variance <= 0:
        return np.ones(len(observed))
    ratio = (observed + 1 / variance) / (expected + 1 / variance)
    return ratio if known is None else ratio**known


def log_odds_effects(
    happened: Flags, offset: Numbers, groups: Sequence[tuple[Codes, int]]
) -> tuple[list[Effect], Numbers]:
    """Additive effects of several groupings on the log-odds that something happens, each normally distributed.

    Newton steps grouping by grouping (backfitting); each grouping's variance is found by moments, so that one
    that does not matter has no effects at all.

    Args:
        happened: of each observation. offset: its log-odds without the effects.
        groups: of each grouping the codes of the observations (−1: not known) and the number of groups.

    Returns:
        The effects of each grouping, and the log-odds of each observation with them.

    Examples:
        >>> happened = np.repeat([True, False, True, False], [150, 50, 50, 150])
        >>> effects, _ = log_odds_effects(happened, np.zeros(400), [(np.repeat([0, 1], 200), 2)])
        >>> effects[0].value.round(1)  # true odds 3 : 1 and 1 : 3
        array([ 1.1, -1.1,  0. ])
    """
    values = [np.zeros(size + 1) for _, size in groups]
    spreads = [0.0] * len(groups)
    log_odds = offset.copy()
    places = [np.where(codes < 0, size, codes) for codes, size in groups]
    for _ in range(_ROUNDS):
        for number, (place, (_, size)) in enumerate(zip(places, groups, strict=True)):
            chance = expit(log_odds)
            score = np.bincount(place, weights=happened - chance, minlength=size + 1)[:size]
            chance *= 1 - chance
            information = np.bincount(place, weights=chance, minlength=size + 1)[:size].astype(float)
            raw = values[number][:size] + score / np.maximum(information, 1e-9)
            raw = np.clip(raw, -4, 4)
            variance = _between(raw, information)
            spreads[number] = float(np.sqrt(variance))
            if variance > 0:
                new = information * raw / (information + 1 / variance)
                new -= np.average(new, weights=information) if information.sum() > 0 else 0.0
            else:
                new = np.zeros(size)
            new = np.append(new, 0.0)
            log_odds += (new - values[number])[place]
            values[number] = new
    return [Effect(value, spread) for value, spread in zip(values, spreads, strict=True)], log_odds


def _between(raw: Numbers, information: Numbers) -> float:
    """The variance between groups beyond that within (DerSimonian and Laird 1986)."""
    heard = information > 0.5
    weight, value = information[heard], raw[heard]
    if len(value) < 2:
        return 0.0
    mean = np.average(value, weights=weight)
    excess = (weight * (value - mean) ** 2).sum() - (len(value) - 1)
    return max(0.0, float(excess / (weight.sum() - (weight**2).sum() / weight.sum())))
