"""Cells → texts: trimmed, translated, with one sign for "nothing here"."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

NOTHING = ("NULL", "null", "<null>", "N/A", "n/a")
"""Texts that mean an empty cell, in any column. `Null` is not among them: it is a surname. See also `ERRORS`."""

NO_NUMBER_OR_DATE = frozenset({"-", "–", "—", "na", "n.a.", "none", "nan", "nat", "null", "n/a", "(null)", "?"})
"""What means an empty cell in a column of numbers or dates, without regard to case."""


def read_texts(texts: Any, values: Mapping[str, str]) -> Any:
    """Texts with the values translated that a source spec translates.

    Args:
        texts: Arrow strings, trimmed, with nulls; or an Arrow dictionary of them, which stays one. values: value
            seen → value wanted.

    Returns:
        Arrow strings, null where the cell is empty or means nothing.
    """
    if pa.types.is_dictionary(texts.type):
        return pa.DictionaryArray.from_arrays(texts.indices, read_texts(texts.dictionary, values))
    translation = dict.fromkeys(NOTHING) | {
        seen.strip(): wanted.strip() or None for seen, wanted in values.items()
    }
    shortest = pc.min(pc.binary_length(texts)).as_py()
    if shortest is None or shortest > max(len(seen.encode()) for seen in translation):
        return texts
    at = pc.index_in(texts, value_set=pa.array(list(translation), pa.string()))
    if at.null_count == len(at):
        return texts
    wanted = pa.array(list(translation.values()), pa.string())
    return pc.if_else(pc.is_valid(at), wanted.take(at), texts)


def choose(
    encoded: Any, meanings: Mapping[str, str], otherwise: str | None, coded: bool = False
) -> tuple[pd.Series, np.ndarray[Any, Any]]:
    """Texts → the few values they stand for, without regard to case.

    Args:
        encoded: texts as an Arrow dictionary, see `RawColumn.encoded`. meanings: text → value. otherwise: the
            value of all other texts; None: they are unknown. coded: give the values as categories.

    Returns:
        The values (missing where the text is null or unknown), and which texts are unknown.
    """
    meant = {seen.strip().casefold(): value for seen, value in meanings.items()}
    distinct = encoded.dictionary.to_pylist()
    values = [None if seen is None else meant.get(seen.casefold(), otherwise) for seen in distinct]
    unknown = [seen is not None and value is None for seen, value in zip(distinct, values, strict=True)]
    chosen = pa.DictionaryArray.from_arrays(encoded.indices, pa.array(values, pa.string()))
    if not any(unknown):
        return as_series(chosen, coded), np.zeros(len(encoded), dtype=bool)
    return as_series(chosen, coded), np.array([*unknown, False])[np.asarray(pc.fill_null(encoded.indices, -1))]


def counted(encoded: Any) -> dict[str, int]:
    """How often each text occurs, of texts as an Arrow dictionary (see `RawColumn.encoded`).

    Examples:
        >>> counted(pa.array(["a", "b", None, "a"]).dictionary_encode())
        {'a': 2, 'b': 1}
    """
    numbers = np.bincount(np.asarray(encoded.indices.drop_null()), minlength=len(encoded.dictionary))
    counts: dict[str, int] = {}
    for seen, number in zip(encoded.dictionary.to_pylist(), numbers, strict=True):
        if seen is not None and number:
            counts[seen] = counts.get(seen, 0) + int(number)
    return counts


def never_seen(distinct: Any, wanted: Sequence[str]) -> list[str]:
    """Those of some texts that are not among the distinct ones, without regard to case."""
    seen = {value.casefold() for value in distinct.to_pylist() if value is not None}
    return [value for value in wanted if value.strip().casefold() not in seen]


def as_array(values: Any) -> Any:
    """One Arrow array, of one or several chunks."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def as_series(values: Any, coded: bool = False) -> pd.Series:
    """Arrow strings, or a dictionary of them, as a pandas series.

    Args:
        values: the texts. coded: leave a dictionary one, as pandas’ categories.
    """
    if coded:
        distinct = values.dictionary.dictionary_encode()
        codes = values.indices
        if len(distinct.dictionary) < len(distinct):  # a text may be in it twice, or be null
            codes = distinct.indices.take(codes)
        codes = np.asarray(pc.fill_null(codes, -1))
        names = pd.Index(distinct.dictionary.to_pylist(), dtype="str")
        return pd.Series(pd.Categorical.from_codes(codes, names, validate=False))
    if pa.types.is_dictionary(values.type):
        values = values.dictionary.cast(pa.large_string()).take(values.indices)  # as pandas keeps them
    return pd.Series(pd.array(values, dtype="str"))
