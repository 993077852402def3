"""DuckDB databases → cells, by the package `duckdb` itself, which hands over Arrow.

SQLAlchemy's dialects for DuckDB would make Python objects of every value, and lose infinite dates.
"""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.raw import RawColumn
from salesreport.ingest.databases.database_cells import BATCH, Gathered, exact_numbers


class NotOneSelect(Exception):
    """A query that is no single SELECT."""


def query_duckdb(path: Path, query: str, timezone: str) -> Gathered:
    """Run a query on a DuckDB database, which is opened for reading only.

    Args:
        path: the file. query: a single SELECT. timezone: where the days are meant that a query makes of instants.

    Raises:
        NotOneSelect: the query is something else.
        ImportError: there is no package `duckdb`.
        duckdb.Error: what DuckDB says of the query or the file.
    """
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        statements = [statement.type.name for statement in connection.extract_statements(query)]
        if statements != ["SELECT"]:
            raise NotOneSelect
        connection.execute("set TimeZone = $1", [timezone])
        relation = connection.sql(query)
        # version 2 has a new name for it
        batches = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
        gathered = Gathered(relation.columns)
        for batch in batches(BATCH):
            gathered.add([_column(cells) for cells in batch.columns])
        return gathered


def _column(cells: Any) -> RawColumn:
    kind = cells.type
    if pa.types.is_decimal(kind):
        return exact_numbers(cells.cast(pa.string()))
    if pa.types.is_dictionary(kind):
        return RawColumn(cells.cast(kind.value_type))
    if pa.types.is_nested(kind):
        return RawColumn(pa.array([_as_json(cell) for cell in cells], pa.string()))
    if pa.types.is_null(kind) or pa.types.is_large_string(kind):
        return RawColumn(cells.cast(pa.string()))
    if pa.types.is_date32(kind) or pa.types.is_timestamp(kind):
        return RawColumn(_named_infinities(cells))
    return RawColumn(cells)


def _as_json(cell: Any) -> str | None:
    value = cell.as_py()
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _named_infinities(cells: Any) -> Any:
    """Dates and instants; as texts where one is infinite, which in DuckDB is the largest number there is."""
    numbers = cells.cast(pa.int32()).cast(pa.int64()) if pa.types.is_date32(cells.type) else cells.cast(pa.int64())
    largest = 2**31 - 1 if pa.types.is_date32(cells.type) else 2**63 - 1
    later, earlier = pc.equal(numbers, largest), pc.equal(numbers, -largest)
    infinite = pc.or_(later, earlier)
    if not pc.any(infinite).as_py():
        return cells
    finite = pc.if_else(infinite, None, cells).cast(pa.string())
    return pc.if_else(later, "infinity", pc.if_else(earlier, "-infinity", finite))
