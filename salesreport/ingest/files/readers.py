"""An export's files and queries → cells, whatever they are: CSV, Excel, a web page, Parquet or a database."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from salesreport.errors import DataError, nearest
from salesreport.ingest.cells.raw import Raw
from salesreport.ingest.databases.addresses import with_environment
from salesreport.ingest.databases.databases import read_database
from salesreport.ingest.files.archives import unpacked
from salesreport.ingest.files.csv_files import read_csv
from salesreport.ingest.files.file_kinds import WORKBOOKS, Kind, kind_of
from salesreport.ingest.files.parquet_files import read_parquet
from salesreport.ingest.files.sheet_tables import read_page, read_workbook
from salesreport.ingest.spec.spec import TableSpec
from salesreport.language import text


def read(spec: TableSpec, root: Path, table: str, wanted: Sequence[str], timezone: str = "UTC") -> Raw:
    """Read what a table's spec points at.

    Args:
        spec: file or query, and what is declared about it. root: folder that relative paths start from.
        table: the canonical table, for messages. wanted: the headings that will be looked for.
        timezone: where the dataset's days are meant; a database is told.

    Raises:
        DataError: missing, unreadable, empty, or nothing below the heading.
    """
    if spec.sql is not None:
        address = with_environment(spec.sql, f"tables.{table}.sql")
        raw = read_database(address, spec.query or "", root, table, timezone)
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
    with ThreadPoolExecutor(1) as pool:
        digest = pool.submit(lambda: hashlib.sha256(data).hexdigest())
        raw = _read_content(data, spec, table, wanted)
        return replace(raw, file=file, sha256=digest.result(), bytes=len(data))


def _read_content(data: bytes, spec: TableSpec, table: str, wanted: Sequence[str]) -> Raw:
    file = spec.file or ""
    content, kind = opened(data, file, table)
    if kind == "workbook":
        return read_workbook(content, spec, file, table)
    if kind == "page":
        return read_page(content, spec, file, table)
    if kind == "parquet":
        return read_parquet(content, file, table)
    try:
        raw = read_csv(content, spec, wanted, file, table)
        if not len(raw):
            raise _no_rows(file, table)
    except DataError as error:
        if Path(file).suffix.lower() in WORKBOOKS:
            error.hint = text("It cannot be read as a workbook, which its name says it is.")
        raise
    return raw


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
