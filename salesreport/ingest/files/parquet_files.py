"""Parquet files → cells."""

import uuid
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from salesreport.errors import DataError
from salesreport.ingest.cells.raw import Raw, RawColumn
from salesreport.ingest.workbooks.workbooks import Limits, too_large
from salesreport.language import text

_A_CELL = 4
"""Bytes of memory that a cell takes at the least; a file of a few kilobytes may repeat one without end."""


def read_parquet(data: bytes, file: str, table: str) -> Raw:
    """Read a Parquet file's content.

    Args:
        data: its bytes. file, table: for messages.

    Raises:
        DataError: it cannot be read, or says itself that it takes more memory than `Limits` allows.
    """
    limits = Limits.of(len(data))
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data))
        if parquet.metadata.num_rows * parquet.metadata.num_columns * _A_CELL > limits.memory:
            raise too_large(limits, {"file": file, "table": table})
        content = parquet.read()
        content.validate(full=True)
        names = _uuids(parquet.schema)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).split("\n", 1)[0].rstrip(".")
        raise DataError(
            text("The Parquet file cannot be read: {reason}.", reason=reason), file=file, table=table
        ) from None
    columns = [
        RawColumn(_plain(column, is_uuid=name in names))
        for name, column in zip(content.column_names, content.columns, strict=True)
    ]
    return Raw(file, [name.strip() for name in content.column_names], columns, np.arange(2, len(content) + 2))


def _uuids(schema: Any) -> set[str]:
    """The columns that the file declares to be UUIDs; older versions of Arrow only hand over their bytes."""
    declared = (schema.column(at) for at in range(len(schema)))
    return {column.path for column in declared if column.logical_type.type == "UUID"}


def _plain(column: Any, *, is_uuid: bool) -> Any:
    """A column in a type that `RawColumn` knows."""
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type), is_uuid=is_uuid)
    if is_uuid and pa.types.is_fixed_size_binary(kind) and kind.byte_width == _UUID:
        return pa.array(
            [None if cell is None else str(uuid.UUID(bytes=cell)) for cell in column.to_pylist()], pa.string()
        )
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_binary_view(kind):
        return column.cast(pa.binary())
    return column


_UUID = 16
"""Bytes of a UUID."""
