"""Which column of a file a heading means."""

import re
import unicodedata
from collections.abc import Sequence

from salesreport.errors import DataError, nearest
from salesreport.ingest.cells.raw import Raw
from salesreport.language import Text, text

LOOKED_AT = 20
"""In how many rows below the first headings are looked for."""


def loosely(heading: str) -> str:
    """A heading without regard to case, spaces and accents.

    Examples:
        >>> loosely("Deal  Ówner") == loosely("dealowner")
        True
    """
    return re.sub(r"\s+", "", _plain(heading))


def plain_words(written: str) -> tuple[str, ...]:
    """The words of a text without regard to case, accents and punctuation.

    Examples:
        >>> plain_words("Nicht-zugewiesen (É)")
        ('nicht', 'zugewiesen', 'e')
    """
    return tuple(re.findall(r"[^\W_]+", _plain(written)))


def _plain(written: str) -> str:
    """A text without letter case and accents; a sign that stands for letters, such as №, is those."""
    plain = unicodedata.normalize("NFKD", written).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def positions(wanted: str, headings: Sequence[str]) -> list[int]:
    """Where a heading stands: exactly so, or else loosely so."""
    exact = [at for at, heading in enumerate(headings) if heading == wanted.strip()]
    if exact:
        return exact
    loose = loosely(wanted)
    return [at for at, heading in enumerate(headings) if heading and loosely(heading) == loose]


def find_heading(wanted: str, raw: Raw, table: str, occurrence: int | None = None) -> int:
    """The position of the column that a heading means.

    Args:
        wanted: the heading. raw: the file. table: for messages. occurrence: which one of several that are alike,
            from the left, from 1.

    Raises:
        DataError: no such heading (with the nearest one), or several and it is not said which.
    """
    found = positions(wanted, raw.headings)
    if found and occurrence is not None:
        if occurrence > len(found):
            raise DataError(
                text("This heading does not stand over so many columns."),
                file=raw.file,
                table=table,
                column=wanted,
                found=len(found),
                expected=text("“occurrence” up to that"),
            )
        return found[occurrence - 1]
    if len(found) == 1:
        return found[0]
    if found:
        setting = f"{{heading: {wanted}, occurrence: 1}}"
        raise DataError(
            text("This heading stands over several columns."),
            file=raw.file,
            table=table,
            column=wanted,
            found=[raw.headings[at] for at in found],
            expected=text("one column"),
            hint=text("Say which, from the left: “{setting}”.", setting=setting),
        )
    near = nearest(wanted, [heading for heading in raw.headings if heading])
    below = _row_below(wanted, raw)
    hint = declare_header_row(below) if below else text("Did you mean “{name}”?", name=near) if near else None
    raise DataError(
        text("The file has no such column."),
        file=raw.file,
        table=table,
        column=wanted,
        expected=None if hint else text("one of {names}", names=[heading for heading in raw.headings if heading]),
        hint=hint,
    )


def declare_header_row(row: int) -> Text:
    """What to do about a title above the headings."""
    return text(
        "The headings seem to stand in row {row}: declare “{setting}”.", row=row, setting=f"header_row: {row}"
    )


def _row_below(wanted: str, raw: Raw) -> int | None:
    """The row that has the wanted heading as a cell, where a title or remarks stand above it."""
    for at in range(min(LOOKED_AT, len(raw))):
        cells = [column.shown([at])[0] for column in raw.columns]
        cells += re.split(r"[,;|\t]", raw.overflow.get(at, ""))
        if positions(wanted, [cell.strip().strip('"') for cell in cells]):
            return int(raw.rows[at])
    return None
