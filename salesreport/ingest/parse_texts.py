"""Cells → texts: trimmed, translated, with one sign for "nothing here"."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

NOTHING = ("NULL", "null", "<null>", "N/A", "n/a", "#N/A", "#REF!", "#VALUE!")
"""Texts that mean an empty cell, in any column. `Null` is not among them: it is a surname."""

NO_NUMBER_OR_DATE = frozenset(
    {"-", "–", "—", "na", "n.a.", "none", "nan", "nat", "null", "n/a", "(null)", "?", "#num!"}
)
"""What means an empty cell in a column of numbers or dates, without regard to case."""


def read_texts(texts: Any, values: Mapping[str, str]) -> Any:
    """Texts with the values translated that a source spec translates.

    Args:
        texts: Arrow strings, trimmed, with nulls. values: value seen → value wanted.

    Returns:
        Arrow strings, null where the cell is empty or means nothing.
    """
    translation = dict.fromkeys(NOTHING) | {
        seen.strip(): wanted.strip() or None for seen, wanted in values.items()
    }
    at = pc.index_in(texts, value_set=pa.array(list(translation), pa.string()))
    if at.null_count == len(at):
        return texts
    wanted = pa.array(list(translation.values()), pa.string())
    return pc.if_else(pc.is_valid(at), wanted.take(at), texts)


def choose(
    texts: Any, meanings: Mapping[str, str], otherwise: str | None
) -> tuple[pd.Series, np.ndarray[Any, Any]]:
    """Texts → the few values they stand for, without regard to case.

    Args:
        texts: Arrow strings with nulls. meanings: text → value. otherwise: the value of all other texts; None:
            they are unknown.

    Returns:
        The values (missing where the text is null or unknown), and which texts are unknown.
    """
    meant = {seen.strip().casefold(): value for seen, value in meanings.items()}
    encoded = as_array(texts).dictionary_encode()
    distinct = [meant.get(seen.casefold(), otherwise) for seen in encoded.dictionary.to_pylist()]
    values = pa.array(distinct, pa.string()).take(encoded.indices)
    unknown = pc.and_(pc.is_null(values), pc.is_valid(texts))
    return as_series(values), np.asarray(unknown)


def never_seen(distinct: Any, wanted: Sequence[str]) -> list[str]:
    """Those of some texts that are not among the distinct ones, without regard to case."""
    seen = {value.casefold() for value in distinct.to_pylist() if value is not None}
    return [value for value in wanted if value.strip().casefold() not in seen]


def as_array(values: Any) -> Any:
    """One Arrow array, of one or several chunks."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def as_series(values: Any) -> pd.Series:
    """Arrow strings as a pandas series."""
    return pd.Series(pd.array(values, dtype="str"))
