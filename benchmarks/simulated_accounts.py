"""Companies whose accounts buy by known chances."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Simulated(NamedTuple):
    """Accounts × lines: whether each buys, and what it spends a year; segment and industry by account."""

    buys: npt.NDArray[np.bool_]
    a_year: npt.NDArray[np.float64]
    segment: npt.NDArray[np.intp]
    industry: npt.NDArray[np.intp]

    @property
    def size(self) -> npt.NDArray[np.intp]:
        """Halves by what is spent on the other lines, as `around` makes them."""
        halves = np.full(self.buys.shape, -1)
        for line in range(self.buys.shape[1]):
            other = self.a_year.sum(axis=1) - self.a_year[:, line]
            known = other > 0
            halves[known, line] = other[known] > np.median(other[known])
        return halves

    @property
    def traits(self) -> list[npt.NDArray[np.intp]]:
        return [self.segment, self.industry, self.size]


def company(
    seed: int,
    accounts: int = 900,
    planted: tuple[tuple[int, int, int, float], ...] = (),
    chances: tuple[float, ...] = (0.4, 0.3, 0.2, 0.15, 0.1),
) -> Simulated:
    """Accounts of 3 segments and 5 industries that buy each line by its chance, whoever they are.

    Args:
        planted: (segment, industry, line, chance): accounts of these buy the line by another chance.
    """
    rng = np.random.default_rng(seed)
    segment, industry = rng.integers(0, 3, accounts), rng.integers(0, 5, accounts)
    chance = np.tile(np.array(chances), (accounts, 1))
    for where, trade, line, other in planted:
        chance[(segment == where) & (industry == trade), line] = other
    buys = rng.random(chance.shape) < chance
    return Simulated(buys, np.where(buys, rng.lognormal(10, 1, chance.shape), 0.0), segment, industry)
