"""What became of each row: kept, repaired, or set aside with its reason; read = kept + repaired + set aside."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from salesreport.ingest.cells.raw import Raw
from salesreport.language import Text
from salesreport.provenance import Counts, Tally, some

Mask = np.ndarray[Any, Any]
Examples = Callable[[Mask], Sequence[str]]
"""Gives some of the values that stood in some rows."""

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")


class Ledger:
    """The account of one table's rows; the first reason to set a row aside stays.

    Args:
        rows: how many rows were read.
    """

    def __init__(self, rows: int) -> None:
        self._reason: Mask = np.zeros(rows, dtype="int16")
        self._reasons: dict[str, Text] = {}
        self._repairs: dict[str, tuple[Text, Mask, list[tuple[Mask, Examples]]]] = {}

    @property
    def live(self) -> Mask:
        """Which rows are not set aside so far."""
        return self._reason == 0

    def set_aside(self, rows: Mask, reason: Text) -> None:
        """Leave rows out, unless they already are."""
        rows = rows & self.live
        if rows.any():
            sentence = str(reason)
            self._reasons.setdefault(sentence, reason)
            self._reason[rows] = list(self._reasons).index(sentence) + 1

    def because(self, reason: Text) -> Mask:
        """Which rows were set aside for a reason."""
        reasons = list(self._reasons)
        sentence = str(reason)
        at = reasons.index(sentence) + 1 if sentence in reasons else -1
        return self._reason == at

    def repair(self, rows: Mask, what: Text, examples: Examples | None = None) -> None:
        """Note that rows were changed; those that are set aside do not count.

        Args:
            rows: which. what: was done to them. examples: of the values it was done to, as they stood; asked for
                once it is known which rows stay.
        """
        if rows.any():
            sentence = str(what)
            _, before, shown = self._repairs.get(sentence, (what, np.zeros_like(rows), []))
            self._repairs[sentence] = what, before | rows, [*shown, *([(rows, examples)] if examples else [])]

    @property
    def changed(self) -> Mask:
        """Which rows were changed and stay."""
        changed = np.zeros(len(self._reason), dtype=bool)
        for _, rows, _ in self._repairs.values():
            changed |= rows
        return changed & self.live

    @property
    def repaired(self) -> dict[str, Mask]:
        """What was done → to which of the rows that stay."""
        return {sentence: rows[self.live] for sentence, (_, rows, _) in self._repairs.items()}

    def counts(self) -> Counts:
        """The account: every row in exactly one of kept, repaired, set aside."""
        live, repaired = self.live, self.changed
        number = np.bincount(self._reason[~live], minlength=len(self._reasons) + 1)
        return Counts(
            read=len(live),
            kept=int((live & ~repaired).sum()),
            repaired=int(repaired.sum()),
            set_aside=int((~live).sum()),
            repairs=tuple(
                Tally(what, int((rows & live).sum()), some(_values(shown, live)))
                for what, rows, shown in self._repairs.values()
                if (rows & live).any()
            ),
            reasons=tuple(Tally(reason, int(number[at])) for at, reason in enumerate(self._reasons.values(), 1)),
        )

    def aside(self, raw: Raw) -> pd.DataFrame:
        """The rows set aside as they stand in the file, for a spreadsheet to open without running them.

        Returns:
            Columns `row` (its number in the file), `reason`, and the file's own (headings may repeat).
        """
        at = np.flatnonzero(~self.live)
        reasons = list(self._reasons)
        parts = {
            "row": pd.Series(raw.rows[at]),
            "reason": pd.Series([reasons[number - 1] for number in self._reason[at]], dtype="str"),
        }
        cells = [pd.Series([harmless(cell) for cell in column.shown(at)], dtype="str") for column in raw.columns]
        headings = [harmless(heading) for heading in raw.headings]
        if any(raw.overflow.get(int(position)) for position in at):
            cells.append(
                pd.Series([harmless(raw.overflow.get(int(position), "")) for position in at], dtype="str")
            )
            headings.append("further cells")
        frame = pd.concat([*parts.values(), *cells], axis=1)
        frame.columns = pd.Index([*parts, *headings])
        return frame


def _values(shown: Sequence[tuple[Mask, Examples]], live: Mask) -> list[str]:
    return [value for rows, examples in shown for value in examples(rows & live)]


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what could be one.

    Examples:
        >>> harmless("=HYPERLINK(A1)"), harmless("-12,50"), harmless("Ann")
        ("'=HYPERLINK(A1)", '-12,50', 'Ann')
    """
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) and not _PLAIN_NUMBER.fullmatch(cell) else cell
