"""An export's files and queries → cells, whatever they are: CSV, Excel, Parquet or a database."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from salesreport.errors import DataError, nearest
from salesreport.ingest.addresses import with_environment
from salesreport.ingest.csv_files import read_csv
from salesreport.ingest.databases import read_database
from salesreport.ingest.parquet_files import read_parquet
from salesreport.ingest.raw import Raw, RawColumn
from salesreport.ingest.spec import TableSpec
from salesreport.ingest.workbooks import Sheet, read_sheet
from salesreport.language import Text, text

WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
PARQUETS = {".parquet", ".pq"}
"""Endings of files, by who reads them; all others are CSV."""


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
        raw = read_parquet(data, file, table)
    else:
        raw = read_csv(data, spec, wanted, file, table)
    return replace(raw, file=file, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def _neighbours(path: Path) -> list[str]:
    return [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []


def _read_workbook(data: bytes, spec: TableSpec, file: str, table: str) -> Raw:
    sheet = read_sheet(data, spec.sheet, file, table)
    heading = spec.header_row or next(iter(sheet.rows), 0)
    below = {row: cells for row, cells in sheet.rows.items() if row > heading}
    if not below and heading not in sheet.rows:
        raise DataError(text("The sheet is empty."), file=file, table=table)
    top = sheet.rows.get(heading, [])
    width = max(len(cells) for cells in (top, *below.values()))
    headings = RawColumn.of_cells(top + [None] * (width - len(top))).texts.to_pylist()
    columns = [
        RawColumn.of_cells([cells[at] if at < len(cells) else None for cells in below.values()])
        for at in range(width)
    ]
    notes = () if sheet.far is None else (_far(sheet, file),)
    rows = np.array(list(below), dtype="int64")
    return Raw(file, [one or "" for one in headings], columns, rows, notes=notes)


def _far(sheet: Sheet, file: str) -> Text:
    return text(
        "{file}: sheet “{sheet}” is nearly empty but reaches to cell {cell}; only its filled cells were read.",
        file=file,
        sheet=sheet.name,
        cell=sheet.far,
    )
