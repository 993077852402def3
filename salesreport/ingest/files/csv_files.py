"""CSV files → cells: PyArrow reads the even ones, the csv module the others."""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from salesreport.errors import DataError
from salesreport.ingest.cells.parse_texts import as_array
from salesreport.ingest.cells.raw import Raw, RawColumn, decoded
from salesreport.ingest.files.detect import as_utf8, find_separator
from salesreport.ingest.spec.spec import TableSpec
from salesreport.language import text

_SEPARATOR_LINE = re.compile(rb"\s*\"?sep=(.)\"?\r?\n", re.IGNORECASE)
"""What Excel accepts as a first line to name the separator."""

_LARGE = 4_000_000
"""From so many bytes on, columns whose values repeat are read as numbers of their different values."""

_SAMPLE_ROWS = 2_000
"""So many rows tell which columns these are."""


def read_csv(data: bytes, spec: TableSpec, wanted: Sequence[str], file: str, table: str) -> Raw:
    """Read a CSV file's content.

    Args:
        data: its bytes. spec: what is declared about it. wanted: the headings that will be looked for.
        file, table: for messages.

    Returns:
        All cells as strings. Short rows are filled up; `overflow` has what stands beyond the last heading, and
        the short rows that run over several lines (a quotation mark too many).

    Raises:
        DataError: empty, nothing below the heading, unknown encoding or separator, a quotation never closed.
    """
    content = as_utf8(data, spec.encoding, file, table)
    if not content or content.isspace():
        raise DataError(text("The file is empty."), file=file, table=table)
    heading = spec.header_row
    named = _SEPARATOR_LINE.match(content)
    if heading is None and named is not None:
        heading = 2
    start = content if heading is None else b"\n".join(content.splitlines()[heading - 1 : heading + 200])
    separator = spec.separator or (
        named[1].decode() if named else find_separator(start, wanted, file, table, heading or 1)
    )
    raw = _read_even(content, separator, file) if heading in (None, 1) else None
    return raw or _read_uneven(content.decode("utf-8"), separator, heading, file, table)


def _read_even(content: bytes, separator: str, file: str) -> Raw | None:
    """The rows of a file that has as many cells in each, or None: it is not even."""
    if content.endswith((b"\n\n", b"\n\r\n")):
        content = content.rstrip(b"\r\n")
    quotes = content.count(b'"') if b'"' in content else 0  # looking for one takes a quarter of the time
    if quotes % 2 or content[:1] in (b"\r", b"\n"):
        return None
    sample = csv.reader(
        io.StringIO(content[:1_000_000].decode("utf-8", "ignore"), newline=""), delimiter=separator
    )
    first = next(sample)
    names = [str(at) for at in range(len(first))]
    kinds = dict.fromkeys(names, pa.string())
    if len(content) >= _LARGE:
        repeating = _repeating(itertools.islice(sample, _SAMPLE_ROWS), len(first))
        kinds |= {str(at): pa.dictionary(pa.int32(), pa.string()) for at in repeating}
    uneven: list[object] = []

    def note(row: object) -> str:
        uneven.append(row)
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.BufferReader(content),
            read_options=pacsv.ReadOptions(column_names=names, skip_rows_after_names=1),
            parse_options=pacsv.ParseOptions(
                delimiter=separator,
                newlines_in_values=quotes > 0,
                invalid_row_handler=note,
                ignore_empty_lines=False,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=kinds,
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,  # it is UTF-8
            ),
        )
    except pa.ArrowInvalid:
        return None
    if uneven:
        return None
    columns = [RawColumn(_cells(column)) for column in table.columns]
    rows = np.arange(2, len(table) + 2)
    del table
    pa.default_memory_pool().release_unused()  # the reader's buffers
    return Raw(file, [heading.strip() for heading in first], columns, rows)


def _repeating(rows: Iterable[Sequence[str]], width: int) -> list[int]:
    """The columns whose values occur at least twice, on average of some rows."""
    whole = [row for row in rows if len(row) == width]
    return [at for at in range(width) if len({row[at] for row in whole}) * 2 <= len(whole)]


def _cells(column: Any) -> Any:
    """A column's cells; a dictionary only where it is one for all rows, and shorter than these."""
    if not pa.types.is_dictionary(column.type):
        return column
    cells = as_array(column.unify_dictionaries())
    return cells if len(cells.dictionary) * 2 <= len(cells) else decoded(cells)


def _read_uneven(content: str, separator: str, heading: int | None, file: str, table: str) -> Raw:
    """The rows of any file, one by one."""
    headings: list[str] = []
    records: list[list[str]] = []
    numbers: list[int] = []
    overflow: dict[int, str] = {}
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    number = before = after = 0
    try:
        for number, record in enumerate(reader, 1):
            before, after = after, reader.line_num
            if number < (heading or 1) or not any(cell.strip() for cell in record):
                continue
            if not headings:
                headings = [cell.strip() for cell in record]
                continue
            beyond = record[len(headings) :]
            if any(cell.strip() for cell in beyond):
                overflow[len(records)] = separator.join(beyond)
            elif len(record) < len(headings) and reader.line_num - before > 1:
                overflow[len(records)] = ""
            records.append(record[: len(headings)] + [""] * (len(headings) - len(record)))
            numbers.append(number)
    except csv.Error as error:
        raise DataError(
            text("The file cannot be read as CSV: {reason}.", reason=str(error)),
            file=file,
            table=table,
            rows=[number + 1],
        ) from None
    if _is_left_open(content, separator, before):
        raise DataError(
            text("A quotation mark is opened and never closed; the rest of the file would be one cell."),
            file=file,
            table=table,
            rows=[number],
        )
    columns = [
        RawColumn(pa.array([cell or None for cell in cells], pa.string()))
        for cells in (zip(*records, strict=True) if records else [[] for _ in headings])
    ]
    return Raw(file, headings, columns, np.array(numbers, dtype="int64"), overflow)


def _is_left_open(content: str, separator: str, lines_before: int) -> bool:
    """Whether the last record, which starts after some lines, has a quotation mark that is never closed."""
    if content.count('"') % 2 == 0:
        return False
    last = itertools.islice(io.StringIO(content, newline=""), lines_before, None)
    try:
        for _ in csv.reader(last, delimiter=separator, strict=True):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False
