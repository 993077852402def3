"""A dataset's tables, read column by column when somebody asks, as the arrays that figures are made of.

A KPI by rep of millions of deals needs half a dozen of a table's twenty columns, so nothing else is read. Texts
that repeat (reps, teams, stages) become pandas categoricals, days `datetime64[D]`, numbers `float64`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.dataset import Dataset
from salesreport.tables import TABLES

Days = npt.NDArray[np.datetime64]
Numbers = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

_OFTEN = 8
"""Texts that are there more often than this, on average, are read once each; of others that takes longer."""


class Columns:
    """The columns of a dataset's tables; each is read once. All arrays of a table have its rows in one order.

    Args:
        dataset: where they are.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._read: dict[tuple[str, ...], Any] = {}
        self._columns: dict[str, frozenset[str]] = {}

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table is there, with these columns."""
        if table not in self._columns:
            self._columns[table] = frozenset(self.dataset.columns(table))
        return table in self.dataset.rows and self._columns[table].issuperset(columns)

    def size(self, table: str) -> int:
        """How many rows a table has."""
        return self.dataset.rows.get(table, 0)

    def series(self, table: str, column: str) -> pd.Series:
        """A column as it is; missing in every row where the table has none."""
        key = (table, column)
        if key not in self._read:
            if self.has(table, column):
                # in one piece: of a column of texts in many pieces all are joined whenever some rows are taken
                whole = pa.table({column: self.dataset.array(table, column)})
                self._read[key] = whole.to_pandas(date_as_object=False)[column]
            else:
                empty = TABLES[table].empty(self.dataset.settings.timezone)[column]
                self._read[key] = empty.reindex(range(self.size(table)))
        return self._read[key]

    def coded(self, table: str, column: str) -> pd.Categorical:
        """A text column as a categorical, its categories sorted."""
        key = (table, column, "coded")
        if key not in self._read:
            self._read[key] = self.read_coded(table, column)
        return self._read[key]

    def read_coded(self, table: str, column: str) -> pd.Categorical:
        """`coded`, of which nothing is kept: for columns of many texts that are looked at once."""
        if self.has(table, column):
            return _categorical(self.dataset.array(table, column, coded=True))
        return pd.Categorical(self.series(table, column))

    def numbers(self, table: str, column: str) -> Numbers:
        """A numeric column; missing is NaN."""
        key = (table, column, "numbers")
        if key not in self._read:
            self._read[key] = (
                self.dataset.array(table, column).to_numpy(zero_copy_only=False)
                if self.has(table, column)
                else np.full(self.size(table), np.nan)
            )
        return self._read[key]

    def days(self, table: str, column: str) -> Days:
        """A column of dates or instants as days in the dataset's time zone; missing is NaT."""
        key = (table, column, "days")
        if key not in self._read:
            if not self.has(table, column):
                self._read[key] = np.full(self.size(table), np.datetime64("NaT"), dtype="datetime64[D]")
            elif TABLES[table][column].kind == "date":
                self._read[key] = self.dataset.array(table, column).to_numpy(zero_copy_only=False)
            else:
                instants = self.dataset.table(table, [column])[column]  # of which nobody else asks for more
                self._read[key] = instants.dt.tz_localize(None).to_numpy().astype("datetime64[D]")
        return self._read[key]

    def ids(self, table: str, column: str) -> pa.Array:
        """A text column as Arrow has it: quick to look up; missing in every row where the table has none."""
        key = (table, column, "ids")
        if key not in self._read:
            self._read[key] = (
                self.dataset.array(table, column)
                if self.has(table, column)
                else pa.nulls(self.size(table), pa.string())
            )
        return self._read[key]

    def texts(self, table: str, column: str, rows: Positions) -> pd.Series:
        """A text column of some rows; missing where the table has none, or the row is −1.

        The column is kept as Arrow has it: of millions of rows a third of what pandas makes of them.
        """
        if not self.has(table, column):
            return pd.Series(np.nan, range(len(rows)), dtype="str")
        return pd.Series(pd.array(self.ids(table, column).take(pa.array(rows, mask=rows < 0)), dtype="str"))

    def find(self, table: str, column: str, of: str) -> Positions:
        """For each row of a table, the row of another table that it points to with a column; −1: none.

        Args:
            table: the table that points. column: its column, which is the other table's key.
            of: the other table; where the export has none, no row points to any.
        """
        key = (table, column, of, "found")
        if key not in self._read:
            self._read[key] = self.look_up(table, column, of)
        return self._read[key]

    def look_up(self, table: str, column: str, of: str) -> Positions:
        """`find`, of which nothing is kept: for large tables that are looked up once."""
        if not (self.has(table, column) and self.has(of, column)):
            return np.full(self.size(table), -1)
        few = not self.size(of) <= self.size(table) <= _OFTEN * self.size(of)
        return positions_in(self.dataset.array(table, column, coded=few), self.ids(of, column))


def positions_in(values: pa.Array, keys: pa.Array) -> Positions:
    """Where each value stands among keys, which are all different; −1: missing or nowhere.

    Of an Arrow dictionary each different value is looked up once. The shorter side is hashed and the longer one
    looked up in it, which is quicker than the other way round.

    Examples:
        >>> positions_in(pa.array(["c", "x", None, "c"]), pa.array(["a", "b", "c", "d", "e"])).tolist()
        [2, -1, -1, 2]
    """
    coded = pa.types.is_dictionary(values.type)
    if not coded and len(values) >= len(keys):
        return _numbers(pc.index_in(values, value_set=keys))
    encoded = values if coded else values.dictionary_encode()
    different = encoded.dictionary
    position = np.full(len(different) + 1, -1, dtype=np.intp)
    if len(different) >= len(keys):
        position[:-1] = _numbers(pc.index_in(different, value_set=keys))
    else:
        there = _numbers(pc.index_in(keys, value_set=different))
        hits = np.flatnonzero(there >= 0)
        position[there[hits]] = hits
    return position[_numbers(encoded.indices)]


def _numbers(values: pa.Array) -> Positions:
    """Arrow integers; missing is −1."""
    return pc.fill_null(values, -1).to_numpy(zero_copy_only=False).astype(np.intp)


def _categorical(encoded: pa.DictionaryArray) -> pd.Categorical:
    """An Arrow dictionary of texts as a categorical, its categories sorted."""
    order = pc.sort_indices(encoded.dictionary)
    rank = np.full(len(order) + 1, -1, dtype=np.int32)
    rank[np.asarray(order)] = np.arange(len(order))
    categories = pd.Index(pd.array(encoded.dictionary.take(order), dtype="str"))
    codes = rank[_numbers(encoded.indices)]
    return pd.Categorical.from_codes(codes, categories=categories, validate=False)


def taken(values: pd.Categorical, positions: Positions) -> pd.Categorical:
    """The values at some positions; missing where the position is −1."""
    if not len(values):
        return pd.Categorical.from_codes(np.full(len(positions), -1), categories=values.categories)
    codes = np.where(positions < 0, -1, values.codes[positions])
    return pd.Categorical.from_codes(codes, categories=values.categories, validate=False)


def filled(first: pd.Categorical, second: pd.Categorical) -> pd.Categorical:
    """The first's values, and where they are missing the second's."""
    if not (first.codes < 0).any():
        return first
    categories = first.categories.union(second.categories)
    codes = np.where(first.codes >= 0, recoded(first, categories), recoded(second, categories))
    return pd.Categorical.from_codes(codes, categories=categories, validate=False)


def recoded(values: pd.Categorical, categories: pd.Index) -> Positions:
    """The codes that values have among other categories, which must hold all of theirs; missing stays −1."""
    there = np.append(categories.get_indexer(values.categories), -1)
    return there[values.codes].astype(np.intp)
