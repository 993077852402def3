"""What is PostgreSQL's own: a session that reads only, values as exact texts, queries that are a single SELECT."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from salesreport.ingest.databases.database_cells import NUMBER_TEXT, Kind

_KINDS: dict[str, Kind] = {
    "bool": pa.bool_(),
    "int2": pa.int64(),
    "int4": pa.int64(),
    "int8": pa.int64(),
    "oid": pa.int64(),
    "float4": pa.float64(),
    "float8": pa.float64(),
    "numeric": NUMBER_TEXT,
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "bytea": pa.binary(),
}
"""PostgreSQL's name of a type → what its values become; all others are texts, as PostgreSQL shows them."""

_FROM_DRIVER = ("bool", "int2", "int4", "int8", "oid", "float4", "float8", "bytea")
"""Types whose values psycopg hands over without loss."""


def loads_texts(connection: Any) -> None:
    """Have a psycopg connection hand over texts where its Python values would lose something, or not exist at all.

    A date may be `infinity` or before the year 1; of an array, JSON or a range the text is wanted, not an object.
    """
    from psycopg.types.string import TextLoader

    for info in connection.adapters.types:
        if info.name not in _FROM_DRIVER:
            connection.adapters.register_loader(info.oid, TextLoader)
        if info.array_oid:
            connection.adapters.register_loader(info.array_oid, TextLoader)


def prepare_session(connection: Any, timezone: str) -> None:
    """Days are meant in the dataset's time zone, also those that a query makes of instants; dates are ISO.

    Args:
        connection: SQLAlchemy's. timezone: an IANA name.
    """
    settings = {"TimeZone": timezone, "DateStyle": "ISO", "extra_float_digits": "3"}
    for name, value in settings.items():
        # for this transaction only: a pool of connections may hand the session to somebody else
        connection.exec_driver_sql("select set_config(%(name)s, %(value)s, true)", {"name": name, "value": value})


def check_query(connection: Any, query: str) -> None:
    """Have the server parse a query without running it: it is one statement, and names what exists.

    Args:
        connection: SQLAlchemy's, through psycopg. query: to be checked.

    Raises:
        psycopg.Error: what the server says of it.
    """
    from psycopg import errors, pq

    server = connection.connection.driver_connection.pgconn
    prepared = server.prepare(b"", query.encode())
    if prepared.status != pq.ExecStatus.COMMAND_OK:
        raise errors.error_from_result(prepared, encoding="utf-8")


def is_no_reading(error: Exception) -> bool:
    """Whether a query that the server could parse was refused because it is no SELECT."""
    from psycopg import errors

    return isinstance(error, errors.SyntaxError | errors.FeatureNotSupported)


def kinds(description: Sequence[Any]) -> list[Kind]:
    """What each column of a result holds.

    Args:
        description: the cursor's, of psycopg.
    """
    from psycopg import postgres

    names = {info.oid: info.name for info in postgres.types}
    return [_KINDS.get(names.get(column.type_code, ""), pa.string()) for column in description]
