"""An export's files and queries → cells, whatever they are: CSV, Excel, Parquet or a database."""

import hashlib
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from salesreport.errors import DataError, SalesreportError, nearest
from salesreport.ingest.addresses import shown, with_environment, without_secrets
from salesreport.ingest.broken_cells import broken_cells
from salesreport.ingest.csv_files import read_csv
from salesreport.ingest.raw import Raw, RawColumn
from salesreport.ingest.spec import TableSpec
from salesreport.language import text

WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
PARQUETS = {".parquet", ".pq"}
"""Endings of files, by who reads them; all others are CSV."""


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
        raise DataError(text("There are no rows below the heading."), file=raw.file, table=table)
    return raw


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
    if path.suffix.lower() in WORKBOOKS:
        raw = _read_workbook(data, spec, file, table)
    elif path.suffix.lower() in PARQUETS:
        raw = _read_parquet(data, file, table)
    else:
        raw = read_csv(data, spec, wanted, file, table)
    return Raw(
        file, raw.headings, raw.columns, raw.rows, raw.overflow, hashlib.sha256(data).hexdigest(), len(data)
    )


def _neighbours(path: Path) -> list[str]:
    return [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []


def sheets_of(path: Path) -> list[str]:
    """The visible sheets of a workbook.

    Raises:
        DataError: it cannot be read.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        return [
            sheet.name
            for sheet in CalamineWorkbook.from_path(path).sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
    except (CalamineError, OSError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise DataError(text("The workbook cannot be read: {reason}.", reason=reason), file=path) from None


def _read_workbook(data: bytes, spec: TableSpec, file: str, table: str) -> Raw:
    import io

    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        if spec.sheet is None and len(sheets) != 1:
            raise DataError(
                text("The workbook has several sheets; declare “sheet”."),
                file=file,
                table=table,
                expected=text("one of {names}", names=sheets),
            )
        if spec.sheet is not None and spec.sheet not in workbook.sheet_names:
            near = nearest(spec.sheet, workbook.sheet_names)
            raise DataError(
                text("The workbook has no such sheet."),
                file=file,
                table=table,
                found=spec.sheet,
                expected=text("one of {names}", names=list(workbook.sheet_names)),
                hint=text("Did you mean “{name}”?", name=near) if near else None,
            )
        sheet = spec.sheet or sheets[0]
        cells = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise DataError(
            text("The workbook cannot be read: {reason}.", reason=reason), file=file, table=table
        ) from None
    for broken in broken_cells(data, sheet):
        if broken.row < len(cells) and broken.column < len(cells[broken.row]):
            cells[broken.row][broken.column] = broken.shown
    filled = (at for at, row in enumerate(cells) if any(cell not in ("", None) for cell in row))
    heading = spec.header_row - 1 if spec.header_row else next(filled, 0)
    if heading >= len(cells):
        raise DataError(text("The sheet is empty."), file=file, table=table)
    headings = [text_ or "" for text_ in RawColumn.of_cells(cells[heading]).texts.to_pylist()]
    below = cells[heading + 1 :]
    columns = [
        RawColumn.of_cells([None if row[at] == "" else row[at] for row in below]) for at in range(len(headings))
    ]
    return Raw(file, headings, columns, np.arange(heading + 2, heading + 2 + len(below)))


def _read_parquet(data: bytes, file: str, table: str) -> Raw:
    try:
        content = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        reason = str(error).split("\n", 1)[0].rstrip(".")
        raise DataError(
            text("The Parquet file cannot be read: {reason}.", reason=reason), file=file, table=table
        ) from None
    return _of_arrow(content, file)


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


def _of_arrow(content: Any, file: str) -> Raw:
    columns = []
    for column in content.columns:
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_large_string(column.type) or pa.types.is_null(column.type) or _is_view(column.type):
            column = column.cast(pa.string())
        if pa.types.is_binary_view(column.type):
            column = column.cast(pa.binary())
        columns.append(RawColumn(column))
    return Raw(file, [name.strip() for name in content.column_names], columns, np.arange(2, len(content) + 2))


def _is_view(kind: Any) -> bool:
    return bool(pa.types.is_string_view(kind))
