"""Combinations of values, numbered: the groups that figures are told for."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Positions, recoded

_DENSE = 2_000_000
"""Up to so many possible combinations of values, groups are found in a table instead of by sorting."""


def grouped(
    by: Sequence[str], lists: list[list[pd.Categorical]], picks: list[Positions | None]
) -> tuple[list[Positions], pd.DataFrame]:
    """Number the combinations of values that occur, in order.

    Args:
        by: what the columns are called; without any there is one group.
        lists: the columns of each list of rows.
        picks: which rows of each count; None: all, where there are columns.

    Returns:
        The number of each row of each list, and the combinations; missing values come last.

    Examples:
        >>> people = [pd.Categorical(["bob", "ann", None, "bob"])], [pd.Categorical(["cleo"])]
        >>> numbers, groups = grouped(["rep_id"], list(people), [None, None])
        >>> [one.tolist() for one in numbers], groups["rep_id"].tolist()
        ([[1, 0, 3, 1], [2]], ['ann', 'bob', 'cleo', nan])
    """
    if not by:
        sizes = [len(pick) if pick is not None else 0 for pick in picks]
        return [np.zeros(size, np.intp) for size in sizes], pd.DataFrame(index=range(1))
    categories = [_union(columns[place].categories for columns in lists) for place in range(len(by))]
    coded = []
    for columns, pick in zip(lists, picks, strict=True):
        codes = [recoded(column, categories[place]) for place, column in enumerate(columns)]
        codes = [np.where(code < 0, len(categories[place]), code) for place, code in enumerate(codes)]
        coded.append([code if pick is None else code[pick] for code in codes])
    widths = [len(index) + 1 for index in categories]  # the last code of each is "missing"
    if np.prod(widths, dtype=float) <= _DENSE:
        keys = [np.ravel_multi_index(codes, widths) for codes in coded]
        there = np.zeros(int(np.prod(widths)), bool)
        for key in keys:
            there[key] = True
        number = np.cumsum(there) - 1
        numbers = [number[key] for key in keys]
        found = np.unravel_index(np.flatnonzero(there), widths)
    else:
        rows = pd.DataFrame({place: np.concatenate([one[place] for one in coded]) for place in range(len(by))})
        number = rows.groupby(list(rows.columns), sort=True).ngroup().to_numpy()
        first = np.unique(number, return_index=True)[1]
        found = tuple(rows[place].to_numpy()[first] for place in range(len(by)))
        numbers = np.split(number, np.cumsum([len(one[0]) for one in coded])[:-1])
    groups = {
        name: pd.Series(pd.Index([*index, None], dtype="str").take(codes))
        for name, index, codes in zip(by, categories, found, strict=True)
    }
    return numbers, pd.DataFrame(groups)


def _union(indexes: Iterable[pd.Index]) -> pd.Index:
    values: set[str] = set()
    for index in indexes:
        values.update(index)
    return pd.Index(sorted(values), dtype="str")
