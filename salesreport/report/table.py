"""Small number tables: the figures behind a chart, and lists of deals."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from salesreport.language.readable import readable

LONGEST_WORD = 24
"""Letters of a word that may not be broken; a longer one may, lest it push all else off the page."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: what it shows. plus: a second, smaller line, such as an interval. numeric: aligned to the right.
        tone: how it stands out: `lead` (to be read first), `faint` (nothing there), `same` (nothing changed);
            empty: not at all.
    """

    text: str
    plus: str = ""
    numeric: bool = False
    tone: Literal["", "lead", "faint", "same"] = ""

    @property
    def long(self) -> bool:
        """Whether it holds a word that may be broken anywhere, such as a name of eighty letters.

        Examples:
            >>> Cell("Angebotsnachverfolgung").long, Cell("Donaudampfschifffahrtsgesellschaft").long
            (False, True)
        """
        if len(self.text) + len(self.plus) < LONGEST_WORD:
            return False
        return any(len(word) > LONGEST_WORD for word in re.split(r"[\s-]", f"{self.text} {self.plus}"))


Content = str | tuple[str, str] | Cell
"""What a cell may be made of."""


@dataclass(frozen=True)
class NumberTable:
    """A table as a reader sees it: texts that are formatted already, escaped when they are rendered.

    Attributes:
        caption: what it is. headings: one per column. rows: cells. here: index of the row to stress.
        wide: whether it wants the page's whole width. folded: whether only its caption is seen until somebody
            opens it; on paper it is open.
    """

    caption: str
    headings: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    here: int | None = None
    wide: bool = False
    folded: bool = False

    @property
    def texts(self) -> int | None:
        """How many columns hold texts, where all that follow them are numbers; None where these stand between."""
        texts = sum(not one.numeric for one in self.headings)
        return texts if all(one.numeric for one in self.headings[texts:]) else None


def number_table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Content]],
    texts: int = 1,
    here: int | None = None,
    wide: bool = False,
    folded: bool = False,
) -> NumberTable:
    """Build a table whose first `texts` columns are texts and whose others are numbers.

    Args:
        caption: what it is.
        headings: one per column.
        rows: cells as texts, as (text, second line), or as a cell whose alignment is yet to be set.
        texts: how many columns hold texts.
        here: index of the row to stress.
        wide: whether it wants the page's whole width.
        folded: whether only its caption is seen until somebody opens it.
    """

    def cell(content: Content, column: int) -> Cell:
        if isinstance(content, Cell):
            return replace(content, text=readable(content.text), numeric=column >= texts)
        shown, plus = (content, "") if isinstance(content, str) else content
        return Cell(readable(shown), readable(plus), numeric=column >= texts)

    return NumberTable(
        caption,
        tuple(cell(heading, column) for column, heading in enumerate(headings)),
        tuple(tuple(cell(content, column) for column, content in enumerate(row)) for row in rows),
        here,
        wide,
        folded,
    )


def shown_with(table: NumberTable, show: Callable[[str], str]) -> NumberTable:
    """A table with each of its texts shown by a function."""

    def cells(row: Sequence[Cell]) -> tuple[Cell, ...]:
        return tuple(replace(cell, text=show(cell.text), plus=cell.plus and show(cell.plus)) for cell in row)

    rows = tuple(map(cells, table.rows))
    return replace(table, caption=show(table.caption), headings=cells(table.headings), rows=rows)
