"""The cells that a canonical column comes from: one heading or several, numbered rows, ids looked up."""

from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.headings import find_heading, positions
from salesreport.ingest.cells.parse_texts import read_texts
from salesreport.ingest.cells.raw import Raw, RawColumn, joined_texts
from salesreport.ingest.spec.spec_parts import ColumnSpec
from salesreport.ingest.table.lookups import Lookups
from salesreport.language import Text


class Cells(NamedTuple):
    """What a column's spec points at.

    Attributes:
        column: the cells. heading: how messages name where they stand. notes: what is to be known of them.
    """

    column: RawColumn
    heading: str
    notes: list[Text]


EMPTY_IDS = ("000000000000000", "000000000000000AAA", "000000000000000000")
"""How Salesforce writes an id of nothing."""


def nobody(spec: ColumnSpec, raw: Raw) -> dict[str, str]:
    """The empty ids that stand in the cells of a column, as values that mean nothing."""
    wanted = pa.array(EMPTY_IDS, pa.string())
    found: set[str] = set()
    for at in (at for heading in spec.headings for at in positions(heading, raw.headings)):
        texts = raw.columns[at].encoded.dictionary if raw.columns[at].is_coded else raw.columns[at].texts
        if (pc.max(pc.binary_length(texts)).as_py() or 0) < min(map(len, EMPTY_IDS)):
            continue
        found |= set(pc.unique(texts.filter(pc.is_in(texts, value_set=wanted))).to_pylist())
    return {one: "" for one in EMPTY_IDS if one in found}


def cells_of(
    spec: ColumnSpec, raw: Raw, table: str, name: str, lookups: Lookups, values: Mapping[str, str]
) -> Cells:
    """The cells of a canonical column.

    Args:
        spec: where they come from. raw: the file. table, name: the canonical table and column. lookups: the files
            that explain ids. values: value seen in the file → value wanted; an empty text seen stands for
            cells that hold nothing.

    Raises:
        DataError: no such heading, or several; or the file of a lookup is not as it should be.
    """
    column, heading = _origin(spec, raw, table)
    if values:
        texts = read_texts(column.texts, values)
        # last of all, as what was seen may mean nothing: `values` say so too
        empty = next((wanted.strip() for seen, wanted in values.items() if not seen.strip()), "")
        column = column.with_texts(pc.fill_null(texts, empty) if empty else texts)
    if spec.lookup is None:
        return Cells(column, heading, [])
    meant, notes = lookups.meanings(column, spec.lookup, table, name)
    return Cells(meant, heading, notes)


def _origin(spec: ColumnSpec, raw: Raw, table: str) -> tuple[RawColumn, str]:
    if spec.row is not None:
        return RawColumn(pa.array([f"{spec.row}{row}" for row in raw.rows.tolist()], pa.string())), spec.row
    if spec.heading is not None:
        at = find_heading(spec.heading, raw, table, spec.occurrence)
        return raw.columns[at], raw.headings[at]
    if spec.join is not None:
        parts = [raw.columns[find_heading(heading, raw, table)].texts for heading in spec.join]
        return RawColumn(joined_texts(parts, spec.by)), spec.shown
    wanted = spec.first or ()
    there = [heading for heading in wanted if positions(heading, raw.headings)] or wanted[:1]
    found = [raw.columns[find_heading(heading, raw, table)] for heading in there]
    return (found[0] if len(found) == 1 else RawColumn.first_filled(found)), " / ".join(there)
