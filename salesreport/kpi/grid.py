"""Tables for a terminal, laid out so that eighty columns are enough: nothing is cut off."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text as Cell

from salesreport.language.readable import printable

WIDTH = 80
"""Characters a line of a terminal holds at least."""

_GAP = 2


class Column(NamedTuple):
    """One column: what stands above it, and whether it holds numbers."""

    heading: str
    numbers: bool = False


Content = str | tuple[str, str]
"""What a cell holds: a text, or a text and what stands below it, such as a number's interval."""


def grid(columns: Sequence[Column], rows: Sequence[Sequence[Content]]) -> Table:
    """A table whose numbers keep their lines, and whose texts share what room the numbers leave.

    Args:
        columns: from left to right. rows: their cells, shown as they are, never as markup.

    Examples:
        >>> from rich.console import Console
        >>> made = grid([Column("rep"), Column("what it will bring", numbers=True)],
        ...             [["Ann-Marie Svensson", ("5", "(3 … 9)")]])
        >>> Console(width=19).print(made)
                    what it
                       will
        rep           bring
        Ann-Marie         5
        Svensson    (3 … 9)
    """
    least = [_least(column, place, rows) for place, column in enumerate(columns)]
    shown = _Grid(box=None, header_style="bold", pad_edge=False)
    for column, wide in zip(columns, least, strict=True):
        heading = column.heading
        if column.numbers:
            heading = "\n".join(textwrap.wrap(heading, wide, break_on_hyphens=False))
        shown.add_column(Cell(heading), justify="right" if column.numbers else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Cell("\n".join(_lines(content))) for content in row))
    whole = [
        wide if column.numbers else max(map(cell_len, [column.heading, *_parts(place, rows)]))
        for place, (column, wide) in enumerate(zip(columns, least, strict=True))
    ]
    shown.least, shown.whole, shown.texts = least, whole, [not column.numbers for column in columns]
    return shown


class _Grid(Table):
    """A table that shares out a line's characters itself: rich would break words that have room elsewhere."""

    least: list[int]
    whole: list[int]
    texts: list[bool]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.max_width - _GAP * (len(self.columns) - 1)
        for column, wide in zip(self.columns, shares(self.least, self.whole, self.texts, room), strict=True):
            column.width = wide
        yield from super().__rich_console__(console, options)


_FEW = 3
"""Characters that a column of texts keeps before numbers are broken."""


def shares(least: Sequence[int], whole: Sequence[int], texts: Sequence[bool], room: int) -> list[int]:
    """How wide each column is: its longest word at least, where that is possible; else the texts give way,
    and where next to nothing would be left of them, the numbers.

    Args:
        least, whole: characters of each column's longest word, and of its longest line. texts: which hold texts;
            the others stay as they are while they can. room: characters there are for all of them.

    Examples:
        >>> shares([4, 9, 5], [20, 12, 5], [True, True, False], 30)
        [16, 9, 5]
        >>> shares([4, 9, 5], [20, 12, 5], [True, True, False], 14)
        [4, 5, 5]
        >>> shares([9, 12], [9, 12], [True, False], 10)  # a column of one character would be lost
        [3, 7]
    """
    widths = [min(pair) for pair in zip(least, whole, strict=True)]
    text = [place for place, one in enumerate(texts) if one]
    while text and sum(widths) < room:
        place = max(text, key=lambda one: whole[one] - widths[one])
        if whole[place] <= widths[place]:
            break
        widths[place] += 1
    for giving, left in ((text, _FEW), (range(len(widths)), _FEW), (text, 1)):
        while giving and sum(widths) > room:
            place = max(giving, key=lambda one: widths[one])
            if widths[place] <= left:
                break
            widths[place] -= 1
    return widths


def fits(columns: Sequence[Column], rows: Sequence[Sequence[Content]], width: int = WIDTH) -> bool:
    """Whether a table can be so narrow without a word that is broken.

    Examples:
        >>> columns = [Column("rep"), Column("n", numbers=True)]
        >>> fits(columns, [["Ann-Marie Svensson", "12 … 14"]], 18), fits(columns, [["Svensson", "12 … 14"]], 16)
        (True, False)
    """
    gaps = _GAP * (len(columns) - 1)
    return gaps + sum(_least(column, place, rows) for place, column in enumerate(columns)) <= width


def _least(column: Column, place: int, rows: Sequence[Sequence[Content]]) -> int:
    """Characters that a column cannot do without: its longest word, or its longest line of numbers."""
    parts = _parts(place, rows)
    if not column.numbers:
        parts = [word for line in parts for word in line.split()]
    return max([*map(cell_len, parts), *map(cell_len, column.heading.split(" ")), 1])


def _parts(place: int, rows: Sequence[Sequence[Content]]) -> list[str]:
    """The lines of a column's cells."""
    return [line for row in rows for line in _lines(row[place])]


def _lines(content: Content) -> list[str]:
    return [printable(line) for line in ([content] if isinstance(content, str) else content)]
