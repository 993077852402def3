"""The decisions of a period, compared: who with whom, within what, and which decisions each comparison counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.anomalies.decided import Decisions
from salesreport.kpi.anomalies.family import (
    Cells,
    Tested,
    compare_family,
    in_one_family,
    is_shown,
    judged_family,
)
from salesreport.kpi.anomalies.likeness import MONTH, Likeness, likeness, size_bands
from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.stats.numbering import numbered

PARTS = ("product_line", "segment", "lead_source")
"""What groups are looked at within, besides as a whole."""

_TELLING = (*PARTS, "pipeline")
"""What a deal is about, of which is learnt what it promises."""

SIZE = "size"
"""The column of `likeness` for bands of amounts."""


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Decisions of a period and every comparison of the family.

    Attributes:
        decided: the decisions. by: the dimension whose values are compared.
        parts: within what, one tuple of dimensions per level; () is the whole.
        like: which decisions are alike. cells: the comparisons. level: the false discovery rate allowed.
        codes: by level, the part each decision is in; see `part_codes`.
    """

    decided: Decisions
    by: str
    parts: tuple[tuple[str, ...], ...]
    like: Likeness
    cells: Cells
    level: float
    codes: list[Positions | None]

    @classmethod
    def of(
        cls, periods: Sequence[Decisions], by: str, parts: tuple[tuple[str, ...], ...], level: float,
        shown: bool = False,
    ) -> tuple["Comparisons", ...]:  # fmt: skip
        """Compare the values of a dimension, as a whole or within parts, in some periods; see `compare_family`.

        Args:
            periods: the decisions of each; the q-values hold for the comparisons of all of them together.
            shown: make odds ratios and intervals only of wholes and of what is found.
        """
        made, tests = list[Comparisons](), list[Tested]()
        for decided in periods:
            group, like = decided.dimension(by).codes, like_decisions(decided, by)
            codes = [part_codes(decided, names) for names in parts]
            tests.append(judged_family(group, decided.step, decided.success, like.stratum, codes))
            made.append(cls(decided, by, parts, like, tests[-1].cells, level, codes))
        together = in_one_family([one.cells for one in made], [one.codes for one in made])
        found = level if shown else None
        return tuple(
            replace(one, cells=tested.with_bounds(cells.q, is_shown(cells, found)))
            for one, tested, cells in zip(made, tests, together, strict=True)
        )

    @property
    def groups(self) -> pd.Categorical:
        """Whose each decision is."""
        return self.decided.dimension(self.by)

    def again(self, stratum: Positions) -> Cells:
        """The tests of the first level with other strata; the cells are the same, in the same order."""
        decided = self.decided
        return compare_family(
            self.groups.codes, decided.step, decided.success, stratum, self.codes[:1], tests_only=True
        )

    def sums(self, values: Numbers) -> Numbers:
        """The sum of a number of each decision, by cell; of all decisions of the group, like others or not."""
        found = np.full(len(self.cells.n), np.nan)
        for number, part in enumerate(self.codes):
            cells = np.flatnonzero(self.cells.level == number)
            inside = np.zeros(len(self.decided), np.intp) if part is None else part
            rows = np.flatnonzero((inside >= 0) & (self.groups.codes >= 0))
            width = int(inside.max(initial=0)) + 1
            key = self.decided.step[rows].astype(np.int64) * width + inside[rows]
            _, cell = numbered(key * len(self.groups.categories) + self.groups.codes[rows])
            # there is a cell for each key that occurs, and they come by level, step, part and group
            found[cells] = np.bincount(cell, values[rows], len(cells))
        return found

    def rows_of(self, level: int, step: int, group: int) -> Positions:
        """The cells of a group at a step, on a level."""
        keys, order = self._by_group
        key = self._key(level, step, group)
        return order[slice(*np.searchsorted(keys, [key, key + 1]).tolist())]

    @cached_property
    def _by_group(self) -> tuple[Positions, Positions]:
        """The numbers of level, step and group of the cells, in order, and where each stands."""
        key = self._key(self.cells.level, self.cells.step, self.cells.group)
        order = np.argsort(key, kind="stable")
        return key[order], order

    def _key(self, level: Any, step: Any, group: Any) -> Any:
        return (level * len(self.decided.steps) + step) * len(self.groups.categories) + group

    def names(self, cells: Cells) -> dict[str, pd.Series]:
        """Who and within what some of the cells are, as columns; missing: all."""
        columns = {self.by: pd.Series(self.groups.categories.take(cells.group), dtype="str")}
        parts = dict.fromkeys(name for names in self.parts for name in names)
        codes = {name: np.full(len(cells.n), -1, np.intp) for name in parts}
        for number, names in enumerate(self.parts):
            here = np.flatnonzero(cells.level == number)
            rest = cells.part[here]
            for name in reversed(names):
                size = len(self.decided.dimension(name).categories)
                codes[name][here] = rest % size
                rest = rest // size
        for name, found in codes.items():
            values = self.decided.dimension(name).categories.astype("str")
            columns[name] = pd.Series(values.array.take(found, allow_fill=True))
        return columns


def like_decisions(decided: Decisions, by: str) -> Likeness:
    """Decisions sorted into those that promise the same, whoever of a dimension has them."""
    return likeness(decided.dimension(by).codes, decided.step, decided.success, like_columns(decided, by))


def like_columns(decided: Decisions, by: str) -> dict[str, npt.NDArray[np.integer]]:
    """The columns that tell what deals promise: what is sold, to whom, whence, how large, decided when."""
    facts = decided.facts
    names = [name for name in _TELLING if name != by and facts.dimensions.carries("deals", name)]
    columns: dict[str, npt.NDArray[np.integer]] = {name: decided.dimension(name).codes for name in names}
    columns[MONTH] = decided.months
    sizes = size_bands(decided.amount, decided.step, decided.success)
    return columns if sizes is None else {**columns, SIZE: sizes}


def part_codes(decided: Decisions, names: Sequence[str]) -> Positions | None:
    """One number for each combination of values; −1 where one of them is not known. None: no parts."""
    if not names:
        return None
    found = np.zeros(len(decided), np.intp)
    for name in names:
        values = decided.dimension(name)
        found = np.where((found < 0) | (values.codes < 0), -1, found * len(values.categories) + values.codes)
    return found.astype(np.min_scalar_type(-1 - int(found.max(initial=0))))  # kept as long as its comparisons are
