"""A sheet of a workbook, or a table of a web page → cells below their headings."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from salesreport.errors import DataError
from salesreport.ingest.cells.currency_names import shown_currency
from salesreport.ingest.cells.raw import Raw, RawColumn
from salesreport.ingest.files.detect import as_utf8
from salesreport.ingest.files.file_kinds import declared_in_page
from salesreport.ingest.spec.spec import TableSpec
from salesreport.ingest.workbooks.workbooks import Sheet, read_sheet
from salesreport.language import Text, text


def read_workbook(data: bytes, spec: TableSpec, file: str, table: str) -> Raw:
    """Read a sheet of a workbook.

    Args:
        data: its bytes. spec: what is declared about it. file, table: for messages.

    Raises:
        DataError: see `read_sheet`; or the sheet is empty.
    """
    return _table(read_sheet(data, spec.sheet, file, table), spec, file, table)


def read_page(data: bytes, spec: TableSpec, file: str, table: str) -> Raw:
    """Read a table of a web page, in the encoding that the spec or else the page declares.

    Raises:
        DataError: see `read_sheet` and `as_utf8`; or the table is empty.
    """
    content = as_utf8(data, spec.encoding or declared_in_page(data), file, table)
    return _table(read_sheet(content, spec.sheet, file, table, page=True), spec, file, table)


def _table(sheet: Sheet, spec: TableSpec, file: str, table: str) -> Raw:
    heading = spec.header_row or sheet.heading or next(iter(sheet.rows), 0)
    rows = _unmerged(sheet, heading)
    below = {row: cells for row, cells in rows.items() if row > heading}
    if not below and heading not in rows:
        raise DataError(text("The sheet is empty."), file=file, table=table)
    top = rows.get(heading, [])
    width = max(len(cells) for cells in (top, *below.values()))
    headings = RawColumn.of_cells(top + [None] * (width - len(top))).texts.to_pylist()
    signs = _signs(sheet, list(below))
    columns = [
        RawColumn.of_cells([cells[at] if at < len(cells) else None for cells in below.values()], signs.get(at))
        for at in range(width)
    ]
    notes = () if sheet.far is None else (_far(sheet, file),)
    return Raw(file, [one or "" for one in headings], columns, np.array(list(below), dtype="int64"), notes=notes)


def _unmerged(sheet: Sheet, heading: int) -> dict[int, list[Any]]:
    """The rows with headings and names in all the rows that their cell is merged over.

    Numbers, dates and all else with a digit are not repeated: a price for three rows is not three prices.
    """
    if not sheet.merged:
        return sheet.rows
    rows = dict(sheet.rows)
    for first, column, last in sheet.merged:
        top = sheet.rows.get(first, [])
        value = top[column] if column < len(top) else None
        if value is None or (last > heading and not _is_name(value)):
            continue
        for row in range(first + 1, last + 1):
            cells = rows.get(row)
            if cells is not None and (column >= len(cells) or cells[column] is None):
                before = [*cells[:column], *[None] * (column - len(cells))]
                rows[row] = [*before, value, *cells[column + 1 :]]
    return rows


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and any(map(str.isalpha, value)) and not any(map(str.isdigit, value))


def _signs(sheet: Sheet, rows: Sequence[int]) -> dict[int, list[str | None]]:
    """By column, the currency that the number format of each cell shows, where any does."""
    if not sheet.signs:
        return {}
    seen = {
        written for shown in {id(one): one for one in sheet.signs.values()}.values() for written in shown.items()
    }
    known = {written: shown_currency(written[1]) for written in seen}
    columns = {column for (column, _), sign in known.items() if sign is not None}
    signs: dict[int, list[str | None]] = {column: [None] * len(rows) for column in columns}
    for at, row in enumerate(rows):
        for written in sheet.signs.get(row, {}).items():
            if written[0] in columns:
                signs[written[0]][at] = known[written]
    return signs


def _far(sheet: Sheet, file: str) -> Text:
    return text(
        "{file}: sheet “{sheet}” is nearly empty but reaches to cell {cell}; only its filled cells were read.",
        file=file,
        sheet=sheet.name,
        cell=sheet.far,
    )
