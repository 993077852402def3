"""Some rows of a table's Parquet file, by their numbers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq


def picked(path: Path, columns: Sequence[str], rows: npt.NDArray[np.intp]) -> pa.Table:
    """Rows of a file in the order asked for; the others are held in memory part by part.

    Texts that the file holds once each, with numbers in their stead, are made only of the rows that are picked: to
    make those of all rows takes twice as long.

    Args:
        path: the file. columns: those to read. rows: numbers from 0.
    """
    order = np.argsort(rows, kind="stable")
    ascending, parts, begin = rows[order], list[pa.Table](), 0
    with pq.ParquetFile(path) as file:
        plain = pa.schema([file.schema_arrow.field(name) for name in columns])
        coded = _held_once(file)
    with pq.ParquetFile(path, read_dictionary=coded) as file:
        schema = pa.schema([file.schema_arrow.field(name) for name in columns])
        for number in range(file.num_row_groups):
            end = begin + file.metadata.row_group(number).num_rows
            first, last = np.searchsorted(ascending, [begin, end]).tolist()
            if first < last:
                part = file.read_row_group(number, list(columns), use_threads=False)
                parts.append(part.take(pa.array(ascending[first:last] - begin)))
            begin = end
    found = pa.concat_tables([schema.empty_table(), *parts]).unify_dictionaries().cast(plain)
    in_order = bool((order[1:] > order[:-1]).all())
    return found if in_order else found.take(pa.array(np.argsort(order, kind="stable")))


def _held_once(file: pq.ParquetFile) -> list[str]:
    """The columns of texts of a file that have each text once, and numbers in its stead."""
    if not file.num_row_groups:
        return []
    first = file.metadata.row_group(0)
    columns = [first.column(number) for number in range(first.num_columns)]
    held = [one.path_in_schema for one in columns if "RLE_DICTIONARY" in one.encodings]
    return [name for name in held if pa.types.is_string(file.schema_arrow.field(name).type)]
