"""Cells that are not what their column should hold: a few are odd values, most of them a wrong mapping."""

from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc

from salesreport.config import setting_line
from salesreport.ingest.cells.raw import Place, RawColumn
from salesreport.ingest.rows.ledger import Mask
from salesreport.language import Text, text
from salesreport.provenance import some
from salesreport.tables import Column

_MANY = 10
"""From how many rows on a column that mostly cannot be read is taken for a wrong mapping."""

_FEW_WORDS = 5
"""Up to so many different texts that cannot be read are taken for words with a meaning."""

_LOOKED_AT = 50
"""In how many rows examples are looked for."""


class Unreadable(NamedTuple):
    """Cells of a column that are not what they should be; in the frame they are empty.

    Attributes:
        column: the canonical column. place: where its cells are. cells: all of them. rows: which are odd.
        reason: what is wrong with them. expected: what they should be. hint: what to do about most of them.
    """

    column: Column
    place: Place
    cells: RawColumn
    rows: Mask
    reason: Text
    expected: Text
    hint: Text | None = None


def refuse_wrong_mapping(found: Unreadable, rows: Mask) -> None:
    """A column that mostly cannot be read is not what the spec says it is: no heap of rows, one error.

    Args:
        found: the cells that cannot be read. rows: those that the judgement is about.

    Raises:
        DataError: most of the rows hold what cannot be read, or all that hold anything.
    """
    at = np.flatnonzero(found.rows & rows)
    if rows.sum() < _MANY or not len(at):
        return
    filled = rows & ~np.asarray(found.cells.empty)
    if len(at) * 2 < rows.sum() and not (len(at) >= _MANY and len(at) == filled.sum()):
        return
    raise found.place.error(
        text("Most values of this column cannot be read; the source spec probably maps it wrongly."),
        list(at),
        found=list(dict.fromkeys(found.cells.shown(at[:20])))[:5],
        expected=found.expected,
        hint=found.hint or _values_hint(found.column, found.cells, at),
    )


def refuse_unknown_currencies(rows: Mask, cells: RawColumn, place: Place) -> None:
    """Amounts that mostly are in an unknown currency are no amounts, or their sign must be said.

    Raises:
        DataError: more than half of many amounts.
    """
    filled = int((~np.asarray(cells.empty)).sum())
    if filled < _MANY or rows.sum() * 2 <= filled:
        return
    at = np.flatnonzero(rows)
    raise place.error(
        text("Most amounts of this column are in a currency that is not known, or are no amounts."),
        list(at),
        found=list(dict.fromkeys(cells.shown(at[:20])))[:5],
        expected=text("amounts such as 1234.56, €1,234.56 or USD 1,234"),
        hint=text("Map a column of currencies, or see “signs”."),
    )


def _values_hint(column: Column, cells: RawColumn, at: Mask) -> Text | None:
    """Where a few words stand in place of values, how the source spec says what they mean."""
    if not cells.is_text:
        return None
    words = pc.unique(cells.take(at).texts).to_pylist()
    if len(words) > _FEW_WORDS or any(sign.isdigit() for word in words for sign in word):
        return None
    meant = column.values[0] if column.values else ""
    line = setting_line("values", {column.name: dict.fromkeys(words, meant)})
    return text("If these words have a meaning, say which: {line}", line=line)


def examples_of(cells: RawColumn, rows: Mask) -> tuple[str, ...]:
    """Some of a column's values in some rows, as they stand in the file."""
    return some(cells.shown(np.flatnonzero(rows)[:_LOOKED_AT]))
