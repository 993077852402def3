"""Columns of texts ↔ arrays of numbers, as Arrow has them in memory: read from a mapped file they are no copy."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Numbers = npt.NDArray[Any]


def to_arrays(texts: pd.arrays.ArrowStringArray) -> tuple[Numbers, Numbers, Numbers]:
    """What n texts consist of.

    Returns:
        Where each begins in the bytes and where the last one ends, n + 1 numbers; the bytes of all, in UTF-8; a
        bit for each that is there, eight to a byte, or nothing at all where none is missing.
    """
    said: Any = texts.__arrow_array__().cast(pa.large_string())
    array = pa.concat_arrays(said.chunks) if said.num_chunks else pa.array([], said.type)
    if not len(array):
        return np.zeros(1, np.int64), np.empty(0, np.uint8), np.empty(0, np.uint8)
    _, starts, content = array.buffers()
    ends = np.frombuffer(starts, np.int64)[array.offset : array.offset + len(array) + 1]
    held = np.frombuffer(content or b"", np.uint8)[ends[0] : ends[-1]]
    there = np.packbits(array.is_valid().to_numpy(zero_copy_only=False), bitorder="little")
    return (ends - ends[0] if ends[0] else ends), held, there if array.null_count else np.empty(0, np.uint8)


def from_arrays(ends: Numbers, held: Numbers, there: Numbers, nullable: bool) -> Any:
    """The texts of `to_arrays`, as views of these arrays.

    Args:
        ends, held, there: what it gave. nullable: whether a missing one is `pd.NA`, and not NaN.

    Raises:
        ValueError: these arrays are no texts.
    """
    if ends.dtype != np.int64 or held.dtype != np.uint8 or there.dtype != np.uint8 or not len(ends):
        raise ValueError("no texts")
    buffers = [pa.py_buffer(there) if len(there) else None, pa.py_buffer(ends), pa.py_buffer(held)]
    array = pa.Array.from_buffers(pa.large_string(), len(ends) - 1, buffers)
    array.validate(full=True)
    kind: Any = pd.StringDtype("pyarrow", na_value=pd.NA if nullable else np.nan)
    return pd.array(array, dtype=kind)
