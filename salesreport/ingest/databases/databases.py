"""Databases → cells: address and driver, a query that only reads, streamed; errors without secrets."""

import importlib.util
import re
import warnings
from pathlib import Path
from typing import Any, NamedTuple

from salesreport.errors import DataError, SalesreportError, nearest
from salesreport.ingest.cells.raw import Raw
from salesreport.ingest.databases import postgres
from salesreport.ingest.databases.addresses import shown, without_secrets
from salesreport.ingest.databases.database_cells import BATCH, Gathered, cells_of
from salesreport.ingest.databases.duckdb_files import NotOneSelect, query_duckdb
from salesreport.language import Text, text

KNOWN = ("postgresql", "sqlite", "duckdb", "mysql", "mariadb", "mssql", "oracle")
"""Kinds of databases that SQLAlchemy knows by itself, and DuckDB."""

_PACKAGES = {
    "duckdb": "duckdb",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
}
"""Module of a driver → the package that brings it, where it is called otherwise or brings less than is needed."""

_READ_ONLY = re.compile(r"read-?only", re.IGNORECASE)
"""What databases say to a statement that would change something."""


class Source(NamedTuple):
    """What is read.

    Attributes:
        address: of the database, with secrets. query: that is run on it. root: folder that paths start from.
        table: the canonical table, for messages. timezone: where the days of the dataset are meant.
    """

    address: str
    query: str
    root: Path
    table: str
    timezone: str

    def error(self, problem: Text, **fields: Any) -> DataError:
        """An error about it."""
        return DataError(problem, file=shown(self.address), table=self.table, **fields)

    @property
    def writes(self) -> DataError:
        """The error that its query is none that only reads."""
        return self.error(
            text("The query must be a single SELECT: databases are only read, never changed."),
            hint=text("Make views or tables with the database's own tools, and select from them."),
        )


def read_database(address: str, query: str, root: Path, table: str, timezone: str) -> Raw:
    """Read what a query gives.

    The rows come in batches, each turned into Arrow at once. The query runs in a transaction that only reads, in
    the time zone of the dataset, and nothing is ever committed.

    Args:
        address: of the database, as SQLAlchemy writes it. query: a single SELECT. root: folder that relative paths
            of SQLite and DuckDB files start from. table: the canonical table, for messages.
        timezone: where the dataset's days are meant, an IANA name.

    Raises:
        DataError: a package is missing, the database cannot be reached or read, or the query is no SELECT.
    """
    if importlib.util.find_spec("sqlalchemy") is None:
        raise DataError(
            text("Reading from a database needs the optional part “sql”."),
            table=table,
            hint=text("Install it with: {command}", command="pip install 'salesreport[sql]'"),
        )
    source = Source(address, query, root, table, timezone)
    # drivers warn programmers, naming lines of code: nothing that people who ingest can mend
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            gathered = _gathered(source)
        except SalesreportError:
            raise
        except NotOneSelect:
            raise source.writes from None
        except Exception as error:  # each driver has its own errors
            raise _told(error, source) from None
    return gathered.raw(shown(address))


def _gathered(source: Source) -> Gathered:
    import sqlalchemy

    url = sqlalchemy.make_url(source.address)
    if url.get_backend_name() == "duckdb":
        return query_duckdb(_file(url, source), source.query, source.timezone)
    options: dict[str, Any] = {}
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername=f"postgresql+{_postgres_driver()}")
    if url.drivername == "postgresql+psycopg":
        options = {"client_encoding": "utf8", "use_native_hstore": False}
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        url = url.set(database=str(_file(url, source)))
    engine = sqlalchemy.create_engine(url, **options)
    try:
        with engine.connect() as connection:
            return _streamed(connection, source)
    finally:
        engine.dispose()


def _streamed(connection: Any, source: Source) -> Gathered:
    """The result of the query, fetched and turned into cells batch by batch."""
    dialect = connection.dialect
    # the query goes to the driver as it is written: a colon or percent sign in it means nothing to SQLAlchemy
    options = {"stream_results": True, "no_parameters": True, "sqlite_raw_colnames": True}
    through_psycopg = dialect.name == "postgresql" and dialect.driver == "psycopg"
    if dialect.name == "postgresql":
        connection = connection.execution_options(postgresql_readonly=True)
    if dialect.name == "sqlite":
        connection.exec_driver_sql("pragma query_only = 1")
    if through_psycopg:
        postgres.loads_texts(connection.connection.driver_connection)
        postgres.prepare_session(connection, source.timezone)
        postgres.check_query(connection, source.query)
    try:
        result = connection.exec_driver_sql(source.query, execution_options=options)
    except Exception as error:
        if through_psycopg and postgres.is_no_reading(getattr(error, "orig", error)):
            raise source.writes from None
        raise
    if not result.returns_rows:
        raise source.writes
    headings = list(result.keys())
    kinds = postgres.kinds(result.cursor.description) if through_psycopg else [None] * len(headings)
    gathered = Gathered(headings)
    # the option yield_per would not be heeded: the statement is a text, and all rows would come at once
    for rows in result.partitions(BATCH):
        columns = zip(*rows, strict=True)
        gathered.add([cells_of(values, kind) for values, kind in zip(columns, kinds, strict=True)])
    return gathered


def _postgres_driver() -> str:
    """The driver of `postgresql://`; psycopg 3 unless only its predecessor is installed."""
    older = importlib.util.find_spec("psycopg") is None and importlib.util.find_spec("psycopg2") is not None
    return "psycopg2" if older else "psycopg"


def _file(url: Any, source: Source) -> Path:
    """The file of a database; relative paths are relative to the export's folder, and no new file is made."""
    path = source.root / (url.database or "")
    if path.is_file():
        return path
    others = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    near = nearest(path.name, others)
    hint = text("Did you mean “{name}”?", name=near) if near else None
    raise DataError(text("There is no such file."), file=path, table=source.table, hint=hint)


def _told(error: Exception, source: Source) -> DataError:
    """What a driver says, in one line and without secrets."""
    if isinstance(error, ImportError):
        return _no_driver(error, source)
    reason = without_secrets(str(getattr(error, "orig", None) or error), source.address)
    reason = " ".join(reason.strip().split("\n", 1)[0].split()).rstrip(".")
    if type(error).__name__ == "NoSuchModuleError":  # of SQLAlchemy, which is an optional part
        kind = source.address.partition(":")[0].partition("+")[0]
        near = nearest(kind, KNOWN)
        hint = text("Did you mean “{name}”?", name=near) if near else None
        return source.error(text("There is no driver for this kind of database."), found=kind, hint=hint)
    if _READ_ONLY.search(reason):
        return source.error(text("The query would change the database, which is only read."), found=reason)
    return source.error(text("The database cannot be read: {reason}.", reason=reason))


def _no_driver(error: ImportError, source: Source) -> DataError:
    module = (error.name or "psycopg").partition(".")[0]
    package = _PACKAGES.get(module, module)
    return source.error(
        text("The driver of this database is not installed: {name}.", name=module),
        hint=text("Install it with: {command}", command=f"pip install '{package}'"),
    )
