"""Tables written as Parquet files, sorted, so that the order of the input leaves no trace."""

import itertools
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from salesreport.tables import Table

_TWO = 2
_WORD = 8
_DIGIT = 16
"""So many bits are sorted at a time: numpy counts numbers of that size instead of comparing them."""

_SAMPLE = 10_000
"""How many values of a column are looked at to see whether they repeat."""

_ROW_GROUP = 65_536
"""How many rows of a file lie together, and are read together."""

_ROWS_PER_GROUP = 100
"""From how many rows per rep on, on average, each rep's rows are sorted by themselves."""


def write_sorted(frame: pd.DataFrame, schema: pa.Schema, declared: Table, file: Path) -> None:
    """Rows by rep, then key: a rep's slice lies together, and the order of the input leaves no trace.

    Texts that repeat are ranked and moved as small numbers, which takes a fraction of the time. Sorted rows are
    made a group at a time: the whole table once more would take as much memory as the frame.
    """
    table = pa.table({field.name: _compact(_as_arrow(frame[field.name], field.type)) for field in schema})
    order = _sorting(table, declared)
    first = table.take(order[:_SAMPLE]).cast(schema)
    repeating = [name for name in schema.names if _repeats(first[name])]
    written: Future[None] | None = None
    with (
        pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=repeating) as writer,
        ThreadPoolExecutor(1) as pool,
    ):
        for start in range(0, len(order), _ROW_GROUP):
            group = table.take(order.slice(start, _ROW_GROUP)).cast(schema)
            if written is not None:  # it was encoded while the next one was gathered
                written.result()
            written = pool.submit(writer.write_table, group, _ROW_GROUP)
        if written is not None:
            written.result()


def _sorting(table: pa.Table, declared: Table) -> pa.Array:
    """The positions that sort a table's rows: by rep, then key; without a key by all columns."""
    names = table.column_names
    by = [name for name in ("rep_id", *declared.key, *(() if declared.key else names)) if name in names]
    return _order([_ranks(table[name].combine_chunks()) for name in dict.fromkeys(by)])


def _as_arrow(series: pd.Series, kind: pa.DataType) -> pa.Array:
    """A column as it is stored."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy()
        codes = pa.array(codes, mask=codes < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(series.cat.categories, kind))
    values = pa.array(series, type=kind, from_pandas=True)
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _repeats(column: pa.Array | pa.ChunkedArray) -> bool:
    """Whether each value of a column occurs at least twice, by its first ones."""
    sample = column.slice(0, _SAMPLE)
    return pc.count_distinct(sample).as_py() * 2 <= len(sample)


def _compact(column: pa.Array) -> pa.Array:
    return column.dictionary_encode() if pa.types.is_string(column.type) and _repeats(column) else column


def _ranks(column: pa.Array) -> pa.Array:
    """What sorts like a column: of texts that repeat the rank of each."""
    if not pa.types.is_dictionary(column.type):
        return column
    return pc.rank(column.dictionary, tiebreaker="dense").take(column.indices)


def _order(keys: list[pa.Array]) -> pa.Array:
    """The positions that sort some columns, the first one first; missing values last, ties as they came."""
    if len(keys) == _TWO and pa.types.is_integer(keys[0].type) and (words := _words(keys[1])) is not None:
        return _order_by_words(keys[0], words)
    order = pc.sort_indices(keys[0])
    rest = pa.RecordBatch.from_arrays(keys[1:], [str(at) for at in range(1, len(keys))])
    if not rest.num_columns:
        return order
    ends = pc.run_end_encode(keys[0].take(order)).run_ends.to_pylist()
    if len(ends) * _ROWS_PER_GROUP > len(order):
        rest = pa.RecordBatch.from_arrays(keys, [str(at) for at in range(len(keys))])
        return pc.sort_indices(rest, [(name, "ascending") for name in rest.schema.names])
    rest, parts = rest.take(order), []
    for start, end in itertools.pairwise([0, *ends]):  # many small sorts are quicker than a large one
        within = pc.sort_indices(
            rest.slice(start, end - start), [(name, "ascending") for name in rest.schema.names]
        )
        parts.append(order.slice(start, end - start).take(within))
    return pa.concat_arrays(parts)


def _words(texts: pa.Array) -> np.ndarray[Any, Any] | None:
    """Short texts of one length as numbers that sort like them; None where they are not that."""
    if not pa.types.is_string(texts.type) or texts.null_count or not len(texts) or sys.byteorder != "little":
        return None
    least_most = pc.min_max(pc.binary_length(texts)).as_py()
    size = int(least_most["max"])
    if least_most["min"] != size or not 0 < size <= _WORD:
        return None
    _, offsets, content = texts.buffers()
    start = int(np.frombuffer(offsets, dtype=np.int32)[texts.offset])
    letters = np.frombuffer(content, dtype=np.uint8)[start : start + size * len(texts)].reshape(-1, size)
    if size < _WORD:
        padded = np.zeros((len(texts), _WORD), dtype=np.uint8)
        padded[:, :size] = letters
        letters = padded
    return letters.view(">u8").ravel().astype(np.uint64)


def _order_by_words(first: pa.Array, words: np.ndarray[Any, Any]) -> pa.Array:
    """The positions that sort by a small number, missing ones last, then by a word; ties as they came."""
    last = (pc.max(first).as_py() or 0) + 1
    ranks = np.asarray(pc.fill_null(first.cast(pa.uint64()), last))
    packed = _packed(ranks, words)
    if packed is not None:
        return pa.array(packed)
    order = np.arange(len(words), dtype=np.int32)
    for key in (words, ranks):
        for shift in range(0, 64, _DIGIT):
            digits = ((key >> np.uint64(shift)) & np.uint64(0xFFFF)).astype(np.uint16)
            if digits.min() != digits.max():
                order = order[np.argsort(digits[order], kind="stable")]
    return pa.array(order)


def _packed(ranks: np.ndarray[Any, Any], words: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """The same where words differ only by their digits, and all that counts fits into one number; None elsewhere.

    Rank, digits and position are sorted as that number, which takes a third of the time.
    """
    if np.bitwise_or.reduce((words ^ words[0]) & ~_DIGITS):
        return None
    numbers = words & _DIGITS
    for shift, mask in _CLOSE_UP:
        numbers |= numbers >> np.uint64(shift)
        numbers &= np.uint64(mask)
    numbers -= numbers.min()
    digits, places = int(numbers.max()).bit_length(), len(numbers).bit_length()
    if int(ranks.max()).bit_length() + digits + places > _WORD * 8:
        return None
    numbers |= ranks << np.uint64(digits)
    numbers <<= np.uint64(places)
    numbers |= np.arange(len(numbers), dtype=np.uint64)
    numbers.sort()
    numbers &= np.uint64(2**places - 1)
    return numbers.view(np.int64)


_DIGITS = np.uint64(0x0F0F0F0F0F0F0F0F)
"""The bits of eight signs in which digits differ."""

_CLOSE_UP = ((4, 0x00FF00FF00FF00FF), (8, 0x0000FFFF0000FFFF), (16, 0x00000000FFFFFFFF))
"""How half bytes are brought together: by so many bits, and what is kept of it."""
