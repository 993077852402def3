"""An export's files and queries → cells, whatever they are: CSV, Excel, a web page, Parquet or a database."""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from salesreport.errors import DataError, SalesreportError, nearest
from salesreport.ingest.addresses import shown, with_environment, without_secrets
from salesreport.ingest.archives import unpacked
from salesreport.ingest.csv_files import read_csv
from salesreport.ingest.file_kinds import Kind, kind_of
from salesreport.ingest.parquet_files import read_parquet
from salesreport.ingest.raw import Raw, RawColumn
from salesreport.ingest.sheet_tables import read_page, read_workbook
from salesreport.ingest.spec import TableSpec
from salesreport.language import text


def read(spec: TableSpec, root: Path, table: str, wanted: Sequence[str]) -> Raw:
    """Read what a table's spec points at.

    Args:
        spec: file or query, and what is declared about it. root: folder that relative paths start from.
        table: the canonical table, for messages. wanted: the headings that will be looked for.

    Raises:
        DataError: missing, unreadable, empty, or nothing below the heading.
    """
    if spec.sql is not None:
        address = with_environment(spec.sql, f"tables.{table}.sql")
        raw = _read_sql(address, spec.query or "", root, table)
    else:
        raw = _read_file(spec, root, table, wanted)
    raw = raw.without_empty_rows() if len(raw) else raw
    if not len(raw):
        raise _no_rows(raw.file, table)
    return raw


def _no_rows(file: str, table: str) -> DataError:
    return DataError(text("There are no rows below the heading."), file=file, table=table)


def _read_file(spec: TableSpec, root: Path, table: str, wanted: Sequence[str]) -> Raw:
    file = spec.file or ""
    path = root / file
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        near = nearest(path.name, _neighbours(path))
        raise DataError(
            text("There is no such file."),
            file=path,
            table=table,
            hint=text("Did you mean “{name}”?", name=near) if near else None,
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(
            text("The file cannot be read: {reason}.", reason=reason), file=path, table=table
        ) from None
    if not data:
        raise DataError(text("The file is empty."), file=file, table=table)
    content, kind = opened(data, file, table)
    if kind == "workbook":
        raw = read_workbook(content, spec, file, table)
    elif kind == "page":
        raw = read_page(content, spec, file, table)
    elif kind == "parquet":
        raw = read_parquet(content, file, table)
    else:
        try:
            raw = read_csv(content, spec, wanted, file, table)
            if not len(raw):
                raise _no_rows(file, table)
        except DataError as error:
            if Path(file).suffix.lower() in WORKBOOKS:
                error.hint = text("It cannot be read as a workbook, which its name says it is.")
            raise
    return replace(raw, file=file, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def opened(data: bytes, file: str, table: str) -> tuple[bytes, Kind]:
    """A file's content, unpacked where it is an archive, and what it is.

    Raises:
        DataError: an archive that cannot be unpacked within the limits, or holds another one.
    """
    kind = kind_of(data, Path(file).suffix)
    if kind not in ("zip", "gzip"):
        return data, kind
    content, name = unpacked(data, kind, file, table)
    kind = kind_of(content, Path(name).suffix)
    if kind in ("zip", "gzip"):
        raise DataError(
            text("The archive holds another archive."), file=file, table=table, hint=text("Unpack it by hand.")
        )
    return content, kind


def _neighbours(path: Path) -> list[str]:
    return [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []


def _read_sql(address: str, query: str, root: Path, table: str) -> Raw:
    try:
        import sqlalchemy  # noqa: F401 # an optional part
    except ImportError:
        raise DataError(
            text("Reading from a database needs the optional part “sql”."),
            table=table,
            hint=text("Install it with: {command}", command="pip install 'salesreport[sql]'"),
        ) from None
    file = shown(address)
    # drivers warn programmers, naming lines of code: nothing that people who ingest can mend
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        headings, records = _queried(address, query, root, table)
    columns = [RawColumn.of_cells([record[at] for record in records]) for at in range(len(headings))]
    digest = hashlib.sha256(repr([headings, *map(tuple, records)]).encode("utf-8", "surrogatepass")).hexdigest()
    return Raw(file, headings, columns, np.arange(2, len(records) + 2), sha256=digest)


def _queried(address: str, query: str, root: Path, table: str) -> tuple[list[str], list[Any]]:
    """The headings and rows that a query gives."""
    import sqlalchemy

    try:
        url = sqlalchemy.make_url(address)
        if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
            # relative paths are relative to the export's folder, and SQLite must not make a new file
            path = root / url.database
            if not path.is_file():
                raise DataError(text("There is no such file."), file=path, table=table)
            url = url.set(database=str(path))
        engine = sqlalchemy.create_engine(url)
        try:
            with engine.connect() as connection:
                result = connection.execute(sqlalchemy.text(query))
                return list(result.keys()), list(result.fetchall())
        finally:
            engine.dispose()
    except SalesreportError:
        raise
    except Exception as error:  # each driver has its own errors
        reason = without_secrets(str(getattr(error, "orig", None) or error), address).split("\n", 1)[0].rstrip(".")
        raise DataError(
            text("The database cannot be read: {reason}.", reason=reason), file=shown(address), table=table
        ) from None
