"""A file's rows as a table has them: rows of other tables left out, a column per stage turned into rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.errors import DataError
from salesreport.ingest.cells.headings import find_heading
from salesreport.ingest.cells.raw import Raw, RawColumn
from salesreport.ingest.rows.ledger import Mask
from salesreport.ingest.spec.spec import PIPELINE, STAGE, TableSpec
from salesreport.ingest.spec.spec_parts import ANYTHING, ColumnSpec
from salesreport.language import Text, ntext, text
from salesreport.titles import table_title

_TRUE = frozenset({"true", "yes", "y", "t", "1", "-1", "wahr", "ja", "vrai", "oui", "sí", "si", "igen", "да"})
_FALSE = frozenset({"false", "no", "n", "f", "0", "falsch", "nein", "faux", "non", "não", "nem", "нет"})
"""How exports write what a source spec calls true and false."""


_ENTERED = "{entered_at}"
"""Heading of the days, in rows made of a column per stage."""


class NothingKept(DataError):
    """No row of a file belongs to a table."""


class Reshaped(NamedTuple):
    """A file as its table takes it: its rows, its spec (which names columns made here), and notes."""

    raw: Raw
    spec: TableSpec
    notes: list[Text]


def reshape(raw: Raw, spec: TableSpec, table: str) -> Reshaped:
    """Leave out what belongs to other tables, and turn columns per stage into rows.

    Args:
        raw: the file. spec: of the table's file. table: the canonical table, for messages.

    Raises:
        DataError: a heading is not there; no heading fits the pattern, or not one row belongs to the table.
    """
    notes: list[Text] = []
    if spec.keep:
        raw, notes = _kept(raw, spec.keep, table)
    if spec.per_stage is None:
        return Reshaped(raw, spec, notes)
    raw = _a_row_per_stage(raw, _staged(raw, spec, table))
    made = {"stage": ColumnSpec(heading=STAGE), "entered_at": ColumnSpec(heading=_ENTERED)}
    columns = {**spec.columns, **made}
    return Reshaped(raw, spec.model_copy(update={"columns": columns, "per_stage": None}), notes)


def meets(raw: Raw, conditions: Mapping[str, Sequence[str]], table: str) -> Mask:
    """Which rows meet all of some conditions.

    Args:
        raw: the file. conditions: heading → the values it may have; see `matches`. table: for messages.

    Raises:
        DataError: a heading is not there.
    """
    met = np.ones(len(raw), dtype=bool)
    for heading, values in conditions.items():
        encoded = raw.columns[find_heading(heading, raw, table)].encoded
        fits = [any(matches(value, seen) for value in values) for seen in encoded.dictionary.to_pylist()]
        empty = any(matches(value, None) for value in values)
        met &= np.array([*fits, empty])[np.asarray(pc.fill_null(encoded.indices, -1))]
    return met


def matches(wanted: str, seen: str | None) -> bool:
    """Whether a cell has the value that a condition asks for, however an export writes it.

    Examples:
        >>> matches("005*", "0058c00000AbCdE"), matches("005*", "Ilka Moor")
        (True, False)
        >>> matches("true", "Yes"), matches("false", "0"), matches("0", "0.00"), matches("Won", "won")
        (True, True, True, True)
        >>> matches("", None), matches("*", "anything"), matches("*", None), matches("true", "maybe")
        (True, True, False, False)
    """
    if seen is None:
        return wanted.strip() == ""
    wanted, seen = wanted.strip().casefold(), seen.strip().casefold()
    if wanted == seen or (wanted.endswith(ANYTHING) and seen.startswith(wanted.removesuffix(ANYTHING))):
        return True
    if wanted in ("true", "false"):
        return seen in (_TRUE if wanted == "true" else _FALSE)
    try:
        return float(wanted) == float(seen.removesuffix("%").replace(",", "."))
    except ValueError:
        return False


def never_there(raw: Raw, conditions: Mapping[str, Sequence[str]], table: str) -> list[tuple[str, str]]:
    """The values of conditions that no cell has, each with its heading: a slip, or nothing like it happened."""
    absent = []
    for heading, values in conditions.items():
        seen = raw.columns[find_heading(heading, raw, table)].encoded
        cells = [*pc.unique(seen).to_pylist()]
        absent += [(heading, value) for value in values if not any(matches(value, cell) for cell in cells)]
    return absent


def _kept(raw: Raw, keep: Mapping[str, Sequence[str]], table: str) -> tuple[Raw, list[Text]]:
    stays = meets(raw, keep, table)
    headings = list(keep)
    if not stays.any():
        heading = headings[0]
        seen = raw.columns[find_heading(heading, raw, table)].texts
        raise NothingKept(
            text("Not one row belongs to the table, by “keep”."),
            file=raw.file,
            table=table,
            column=heading,
            found=[value or "" for value in pc.unique(seen).to_pylist()[:10]],
            expected=text("one of {names}", names=list(keep[heading])),
        )
    left = int((~stays).sum())
    if not left:
        return raw, []
    note = ntext(
        "{n} row of {file} is of another kind, by {columns}, and was not read into {table}.",
        "{n} rows of {file} are of another kind, by {columns}, and were not read into {table}.",
        n=left,
        file=raw.file,
        columns=[f"“{heading}”" for heading in headings],
        table=table_title(table),
    )
    at = np.flatnonzero(stays)
    overflow = {int(np.searchsorted(at, row)): cells for row, cells in raw.overflow.items() if stays[row]}
    columns = [column.take(at) for column in raw.columns]
    return replace(raw, columns=columns, rows=raw.rows[at], overflow=overflow), [note]


def _staged(raw: Raw, spec: TableSpec, table: str) -> list[tuple[int, str]]:
    """The columns that hold the days deals entered a stage, with the stage's name."""
    if isinstance(spec.per_stage, dict):
        return [(find_heading(heading, raw, table), stage) for heading, stage in spec.per_stage.items()]
    names = names_of_stages(raw.headings, spec.per_stage or ())
    found = [(at, names[heading]) for at, heading in enumerate(raw.headings) if heading in names]
    if not found:
        raise DataError(
            text("No heading names a stage as “per_stage” writes it."),
            file=raw.file,
            table=table,
            found=[heading for heading in raw.headings if heading],
            expected=text("headings such as {names}", names=list(spec.per_stage or ())),
        )
    return found


def names_of_stages(headings: Sequence[str], patterns: Sequence[str]) -> dict[str, str]:
    """The headings that are written as one of some patterns → the stage that each names.

    Examples:
        >>> names_of_stages(['Date entered "Talk (Sales)"', "Amount"], ['Date entered "{stage} ({pipeline})"'])
        {'Date entered "Talk (Sales)"': 'Talk'}
    """
    compiled = [_pattern(one) for one in patterns]
    matches_ = {one: next((m for p in compiled if (m := p.fullmatch(one.strip()))), None) for one in headings}
    return {heading: match["stage"].strip() for heading, match in matches_.items() if match is not None}


def _pattern(written: str) -> re.Pattern[str]:
    """What matches the headings of a pattern; a pipeline in brackets may be missing."""
    held = re.escape(written).replace(re.escape(STAGE), "(?P<stage>.+?)")
    bracketed = re.escape(f" ({PIPELINE})")
    if bracketed in held:
        held = held.replace(bracketed, r"(?:\s*\((?P<pipeline>[^()]*)\))?")
    held = held.replace(re.escape(PIPELINE), "(?P<pipeline>.+?)")
    return re.compile(held.replace(r"\ ", r"\s+"), re.IGNORECASE)


def _a_row_per_stage(raw: Raw, staged: Sequence[tuple[int, str]]) -> Raw:
    """One row per stage that a deal entered: the deal's other cells, the stage, the day."""
    filled = [np.flatnonzero(np.asarray(pc.is_valid(raw.columns[at].texts))) for at, _ in staged]
    rows = np.concatenate(filled) if filled else np.array([], dtype="int64")
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    stages = np.repeat(np.arange(len(staged)), [len(one) for one in filled])[order]
    names = pa.array([stage for _, stage in staged], pa.string())
    entered = RawColumn.stacked(
        [raw.columns[at].take(found) for (at, _), found in zip(staged, filled, strict=True)]
    )
    taken = {at for at, _ in staged}
    others = [at for at in range(len(raw.columns)) if at not in taken]
    return replace(
        raw,
        headings=[*(raw.headings[at] for at in others), STAGE, _ENTERED],
        columns=[
            *(raw.columns[at].take(rows) for at in others),
            RawColumn(names.take(pa.array(stages))),
            entered.take(order),
        ],
        rows=raw.rows[rows],
        overflow={},
    )
