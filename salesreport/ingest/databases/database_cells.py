"""What a database sends, a batch at a time → columns of cells; no value is held twice."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.raw import Raw, RawColumn

BATCH = 10_000
"""Rows fetched at a time."""

NUMBER_TEXT = "number"
"""The kind of a column of exact numbers that come as texts: `12345678901234567.89`, which is no float."""

Kind = Any
"""What a column holds: an Arrow type, `NUMBER_TEXT`, or None where only its values tell (SQLite)."""


class Gathered:
    """Columns that grow batch by batch.

    Args:
        headings: names of the columns.
    """

    def __init__(self, headings: Sequence[str]) -> None:
        self.headings = list(headings)
        self._chunks: list[list[RawColumn]] = [[] for _ in self.headings]
        self._digest = hashlib.sha256(repr(self.headings).encode("utf-8", "surrogatepass"))
        self._rows = 0

    def add(self, columns: Sequence[RawColumn]) -> None:
        """Add some rows, the cells of each column."""
        for chunks, column in zip(self._chunks, columns, strict=True):
            chunks.append(column)
        names = [str(at) for at in range(len(columns))]
        batch = pa.RecordBatch.from_arrays([column.cells for column in columns], names)
        self._digest.update(batch.serialize())
        self._rows += len(batch)

    def raw(self, file: str) -> Raw:
        """All rows; `file` is how messages name where they come from."""
        columns = []
        for chunks in self._chunks:
            columns.append(_joined(chunks))
            chunks.clear()
        return Raw(file, self.headings, columns, np.arange(2, self._rows + 2), sha256=self._digest.hexdigest())


def cells_of(values: Sequence[Any], kind: Kind) -> RawColumn:
    """Values as a driver gives them → cells.

    Args:
        values: of one column. kind: what it holds. Of dates and timestamps these are texts, as ISO 8601 writes
            them: one that neither Python nor Arrow can hold (`infinity`, `0044-03-15 BC`) stays a text, and is
            judged and shown as any text that is no date.
    """
    if kind is None:
        return RawColumn.of_cells(values)
    if isinstance(kind, str):
        return exact_numbers(pa.array(values, pa.string()))
    if not pa.types.is_date(kind) and not pa.types.is_timestamp(kind):
        return RawColumn(pa.array(values, kind))
    texts = pa.array(values, pa.string())
    try:
        return RawColumn(texts.cast(kind))
    except pa.ArrowInvalid:
        return RawColumn(texts)


def exact_numbers(texts: Any) -> RawColumn:
    """A column of exact numbers: whole ones without decimals, no digit lost, and beside them the nearest floats.

    Args:
        texts: Arrow strings as databases write numbers.

    Examples:
        >>> column = exact_numbers(pa.array(["12345678901234567.8900", "7.0000", "1200", "NaN", None]))
        >>> column.texts.to_pylist()
        ['12345678901234567.89', '7', '1200', None, None]
        >>> column.numbers.to_pylist()
        [1.2345678901234568e+16, 7.0, 1200.0, None, None]
    """
    texts = pc.if_else(pc.equal(texts, "NaN"), None, texts)
    shorter = pc.replace_substring_regex(texts, r"^(-?\d+)(?:\.0*|(\.\d*[1-9])0*)$", r"\1\2")
    return RawColumn(shorter, texts.cast(pa.float64()))


def _joined(chunks: list[RawColumn]) -> RawColumn:
    """Batches of one column as one; as texts where a batch holds a date that is none."""
    arrays = [chunk.cells for chunk in chunks]
    if not arrays:
        return RawColumn(pa.array([], pa.string()))
    if len({array.type for array in arrays}) > 1:
        arrays = [array.cast(pa.string()) for array in arrays]
    numbers = [chunk.typed_numbers for chunk in chunks]
    return RawColumn(pa.chunked_array(arrays), None if numbers[0] is None else pa.concat_arrays(numbers))
