"""An export's cells before anybody interprets them: texts, and the numbers and dates that a file itself types."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.errors import DataError
from salesreport.ingest.cells.parse_texts import as_array
from salesreport.language import Text

EARLIEST = np.datetime64("1900-01-01")
"""Dates before are typing errors (0217-03-01), not dates."""

LATEST = np.datetime64("2200-01-01")
"""Dates from this one on are typing errors, or mean "never" (9999-12-31)."""

NO_DATE = np.datetime64("0001-01-01")
"""The day that .NET and Dynamics write where there is no date."""

_SPACE, _BEYOND_ASCII = 0x20, 0x7F
"""The last byte that could be trimmed, and the first that may belong to another kind of space."""

_A_DAY = 86_400
_TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
"""How many of a unit of time a second has."""


@dataclass(frozen=True)
class RawColumn:
    """The cells of one column.

    Attributes:
        cells: Arrow array; strings, a dictionary of them, or what the file declares. Empty cells are null.
        typed_numbers: of a column of texts (Excel), the cells that are numbers by type.
        signs: of these, the currency that their number format shows, `[$SIGN-COUNTRY]`; None where none does.
    """

    cells: Any
    typed_numbers: Any = None
    signs: Any = None

    @classmethod
    def of_cells(cls, cells: Sequence[Any], signs: Sequence[str | None] | None = None) -> "RawColumn":
        """From Python values of any mixture, as a spreadsheet or a database gives them; `signs` as above."""
        numbers = [cell if _is_number(cell) else None for cell in cells]
        return cls(
            pa.array([_shown(cell) for cell in cells], pa.string()),
            pa.array([None if cell is None else float(cell) for cell in numbers], pa.float64()),
            None if signs is None else pa.array(signs, pa.string()),
        )

    @property
    def is_coded(self) -> bool:
        """Whether its cells are an Arrow dictionary: every text once, and a number per row."""
        return bool(pa.types.is_dictionary(self.cells.type))

    @property
    def is_text(self) -> bool:
        """Whether its cells are texts."""
        return self.is_coded or bool(pa.types.is_string(self.cells.type))

    @cached_property
    def texts(self) -> Any:
        """The cells as trimmed strings; null where empty."""
        if self.is_coded:
            return decoded(self.encoded)
        texts = _as_strings(self.cells)
        if _holds_no_space(texts):
            return pc.if_else(pc.equal(texts, ""), None, texts) if _has_empty(texts) else texts
        trimmed = pc.utf8_trim_whitespace(texts)
        lengths = pc.binary_length(trimmed)
        if pc.sum(lengths).as_py() == pc.sum(pc.binary_length(texts)).as_py():
            trimmed = texts  # nothing was trimmed: one copy is enough
        return pc.if_else(pc.equal(lengths, 0), None, trimmed) if pc.min(lengths).as_py() == 0 else trimmed

    @cached_property
    def encoded(self) -> Any:
        """The texts as an Arrow dictionary; cheaper than `texts` where they repeat. A text may be in it twice."""
        encoded = as_array(self.cells if self.is_text else self.texts)
        encoded = encoded if self.is_coded else encoded.dictionary_encode()
        return pa.DictionaryArray.from_arrays(encoded.indices, RawColumn(encoded.dictionary).texts)

    @cached_property
    def dates(self) -> Any:
        """The cells as dates, where all are plain ISO dates (2024-01-31); None otherwise."""
        if self.moments is not None:
            return None
        if self.is_coded:
            distinct = RawColumn(self.cells.dictionary).dates
            return None if distinct is None else distinct.take(self.cells.indices)
        dates = _as_dates(self.cells) if pa.types.is_string(self.cells.type) else None
        return _as_dates(self.texts) if dates is None else dates

    @property
    def empty(self) -> Any:
        """Which cells hold nothing (Arrow booleans)."""
        if self.is_coded:
            return pc.is_null(decoded(self.encoded))
        return pc.is_null(self.texts if self.is_text else self.cells)

    @property
    def spaced(self) -> np.ndarray[Any, Any]:
        """Which cells have spaces around their text."""
        if self.is_coded:
            spaced = RawColumn(self.cells.dictionary).spaced
            if spaced.any():
                return np.asarray(pc.fill_null(pa.array(spaced).take(self.cells.indices), False))
        if self.is_coded or not self.is_text or self.texts is self.cells:
            return np.zeros(len(self.cells), dtype=bool)
        changed = pc.not_equal(pc.binary_length(self.cells), pc.binary_length(self.texts))
        return np.asarray(pc.fill_null(changed, False))

    @cached_property
    def numbers(self) -> Any:
        """The cells that are numbers by type (float64); None where no cell is typed so."""
        if self.typed_numbers is not None:
            return self.typed_numbers
        kind = self.cells.type
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            numbers = self.cells.cast(pa.float64(), safe=False)
            return pc.if_else(pc.is_nan(numbers), None, numbers)
        return None

    @cached_property
    def moments(self) -> Any:
        """The cells as timestamps, where the file declares them as dates or instants; else None.

        Null where a cell is empty, or holds a moment that is `beyond` what can be.
        """
        kind = self.cells.type
        if not pa.types.is_date(kind) and not pa.types.is_timestamp(kind):
            return None
        cells = pc.if_else(self.beyond, None, self.cells)
        if pa.types.is_date(kind):
            return cells.cast(pa.timestamp("ms")).cast(pa.timestamp("us"))
        return cells.cast(pa.timestamp("us", tz=kind.tz), safe=False)

    @cached_property
    def beyond(self) -> Any:
        """Which typed dates and instants lie before the year 1 or after `LATEST` (Arrow booleans)."""
        kind = self.cells.type
        if pa.types.is_date32(kind):
            counted, ticks = self.cells.cast(pa.int32()).cast(pa.int64()), 1 / _A_DAY
        else:
            counted = self.cells.cast(pa.int64())
            ticks = _TICKS["ms" if pa.types.is_date(kind) else kind.unit]
        first, last = (int(int(day.astype("datetime64[s]").astype("int64")) * ticks) for day in (NO_DATE, LATEST))
        first = max(first, np.iinfo("int64").min)
        outside = pc.or_(pc.less(counted, pa.scalar(first)), pc.greater_equal(counted, pa.scalar(last)))
        return pc.fill_null(outside, False)

    def shown(self, positions: Any) -> list[str]:
        """Some cells as they stand in the file, '' where empty."""
        if not len(positions):
            return []  # even taking none joins the parts of a column
        return [cell or "" for cell in _as_strings(self.cells.take(pa.array(positions))).to_pylist()]

    @classmethod
    def first_filled(cls, columns: Sequence["RawColumn"]) -> "RawColumn":
        """Of several columns the first that is filled, cell by cell."""
        kinds = {column.cells.type for column in columns}
        if len(kinds) == 1 and not columns[0].is_text:
            return cls(pc.coalesce(*(column.cells for column in columns)))
        typed: Any = None
        if any(column.numbers is not None for column in columns):
            nothing = pa.nulls(len(columns[0].cells), pa.float64())
            typed = nothing
            for column in reversed(columns):
                numbers = nothing if column.numbers is None else column.numbers
                typed = pc.if_else(pc.is_valid(column.texts), numbers, typed)
        signs: Any = None
        if any(column.signs is not None for column in columns):
            signs = pa.nulls(len(columns[0].cells), pa.string())
            for column in reversed(columns):
                own = pa.nulls(len(column.cells), pa.string()) if column.signs is None else column.signs
                signs = pc.if_else(pc.is_valid(column.texts), own, signs)
        return cls(pc.coalesce(*(column.texts for column in columns)), typed, signs)

    @classmethod
    def stacked(cls, columns: Sequence["RawColumn"]) -> "RawColumn":
        """Several columns one under the other."""
        columns = [RawColumn(decoded(column.cells)) if column.is_coded else column for column in columns]
        kinds = {column.cells.type for column in columns}
        typed = [column.typed_numbers for column in columns]
        if len(kinds) > 1 or any((one is None) != (typed[0] is None) for one in typed):
            return cls(pa.concat_arrays([as_array(column.texts) for column in columns]))
        cells = pa.concat_arrays([as_array(column.cells) for column in columns])
        return cls(cells, None if typed[0] is None else pa.concat_arrays([as_array(one) for one in typed]))

    def with_texts(self, texts: Any) -> "RawColumn":
        """The column with other texts; a cell whose text stays keeps its number."""
        if self.typed_numbers is None:
            return RawColumn(texts)
        same = pc.fill_null(pc.equal(texts, self.texts), False)
        return RawColumn(texts, pc.if_else(same, self.typed_numbers, None), self.signs)

    def take(self, positions: Any) -> "RawColumn":
        """Some rows of it."""
        at = pa.array(positions)
        others = (None if part is None else part.take(at) for part in (self.typed_numbers, self.signs))
        # what no row has any more is not to be found among the distinct texts
        cells = decoded(self.cells.take(at)) if self.is_coded else self.cells.take(at)
        return RawColumn(cells, *others)


@dataclass(frozen=True)
class Raw:
    """A file's rows below its heading.

    Attributes:
        file: as messages name it. headings: as they stand in the file, trimmed. columns: their cells.
        rows: the number of each row in the file, as a spreadsheet counts (a heading on top is row 1).
        overflow: position of a row that does not fit the heading → what stood in cells beyond the last one.
        sha256, bytes: of the file. notes: what is to be known of how it was read.
    """

    file: str
    headings: Sequence[str]
    columns: Sequence[RawColumn]
    rows: np.ndarray[Any, Any]
    overflow: dict[int, str] = field(default_factory=dict)
    sha256: str = ""
    bytes: int = 0
    notes: tuple[Text, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def without_empty_rows(self) -> "Raw":
        """Without the rows that have no text in any cell: they carry nothing to lose."""
        empty = self.columns[0].empty
        for column in self.columns[1:]:
            if not pc.any(empty).as_py():
                return self
            empty = pc.and_(empty, column.empty)
        gone = np.asarray(empty)
        gone[list(self.overflow)] = False
        if not gone.any():
            return self
        stay = np.flatnonzero(~gone)
        overflow = {int(np.searchsorted(stay, at)): cells for at, cells in self.overflow.items()}
        columns = [column.take(stay) for column in self.columns]
        return replace(self, columns=columns, rows=self.rows[stay], overflow=overflow)


@dataclass(frozen=True)
class Place:
    """Where a column's cells come from, for messages about them."""

    file: str
    table: str
    column: str
    rows: np.ndarray[Any, Any]

    def error(self, problem: Text, positions: Sequence[int] = (), **fields: Any) -> DataError:
        """A `DataError` about some cells."""
        rows = [int(self.rows[at]) for at in positions]
        return DataError(problem, file=self.file, table=self.table, column=self.column, rows=rows, **fields)


def decoded(encoded: Any) -> Any:
    """The texts of an Arrow dictionary, one per row.

    Examples:
        >>> decoded(pa.array(["a", None, "a"]).dictionary_encode()).to_pylist()
        ['a', None, 'a']
    """
    return encoded.dictionary.take(encoded.indices)


def joined_texts(texts: Sequence[Any], by: str) -> Any:
    """Texts of several columns as one, row by row; what is empty is left out.

    Examples:
        >>> joined_texts([pa.array(["Ilka", None, None]), pa.array(["Moor", "Sand", None])], " ").to_pylist()
        ['Ilka Moor', 'Sand', None]
    """
    # one by one: with null_handling="skip" a row that is null in all columns is dropped (pyarrow 26.0.1; see
    # findings/pyarrow-join-drops-rows.sh)
    joined = texts[0]
    for further in texts[1:]:
        both = pc.binary_join_element_wise(joined, further, by)
        joined = pc.coalesce(both, joined, further)
    return joined


def on_distinct(
    texts: Any, convert: Callable[[Any], Sequence[np.ndarray[Any, Any]]]
) -> list[np.ndarray[Any, Any]]:
    """Convert each different text once: the distinct ones go in, full-length arrays come out.

    Args:
        texts: Arrow strings, with nulls.
        convert: takes the distinct texts (Arrow, without null), gives equally long numpy arrays.

    Returns:
        The same arrays, one value per text. Where a text is null, floats are NaN, dates NaT, objects None and
        booleans False.
    """
    encoded = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    encoded = encoded.dictionary_encode()
    codes = np.asarray(pc.fill_null(encoded.indices, -1))
    full = []
    for result in convert(encoded.dictionary):
        # the missing value stands at the end, where -1 finds it
        missing = np.array([_MISSING[result.dtype.kind]]).astype(result.dtype)
        full.append(np.concatenate([result, missing])[codes])
    return full


_MISSING: dict[str, Any] = {"b": False, "O": None, "f": np.nan, "M": "NaT", "m": "NaT"}


def _holds_no_space(texts: Any) -> bool:
    """Whether all texts are ASCII without spaces and control characters, by the bytes of them all."""
    for chunk in texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]:
        _, offsets, content = chunk.buffers()
        if content is None or not len(chunk):
            continue
        bounds = np.frombuffer(offsets, dtype=np.int32)
        letters = np.frombuffer(content, dtype=np.uint8)[bounds[chunk.offset] : bounds[chunk.offset + len(chunk)]]
        if len(letters) and (letters.min() <= _SPACE or letters.max() >= _BEYOND_ASCII):
            return False
    return True


def _has_empty(texts: Any) -> bool:
    return pc.min(pc.binary_length(texts)).as_py() == 0


def _as_dates(texts: Any) -> Any:
    try:
        dates = texts.cast(pa.date32())
    except pa.ArrowInvalid:
        return None
    early = pc.less(dates, pa.scalar(EARLIEST.astype(object), pa.date32()))
    late = pc.greater_equal(dates, pa.scalar(LATEST.astype(object), pa.date32()))
    return None if pc.any(early).as_py() or pc.any(late).as_py() else dates


def _as_strings(cells: Any) -> Any:
    kind = cells.type
    if pa.types.is_string(kind):
        return cells
    if pa.types.is_dictionary(kind):
        return decoded(cells)
    if not any(shows_itself(kind) for shows_itself in _SHOW_THEMSELVES):
        return pa.array([_shown(_plain(cell)) for cell in cells], pa.string())
    return cells.cast(pa.string())


_SHOW_THEMSELVES = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_date, pa.types.is_time)
"""Types whose values Arrow writes as people do."""


def _plain(cell: Any) -> Any:
    """A typed cell as a Python value; as Arrow shows it where Python has no such value (the year 148,000)."""
    try:
        return cell.as_py()
    except (ArithmeticError, TypeError, ValueError):
        return cell.cast(pa.string()).as_py()


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) and cell == cell


def _shown(cell: Any) -> str | None:
    """A typed cell as text: whole numbers without decimals, midnight without time."""
    if cell is None or cell == "" or cell != cell:
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, Decimal) and cell.is_finite():
        # 1.0000000000 is 1: a column of a database has as many decimals as it declares
        plain = f"{cell:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time() and cell.tzinfo is None
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
