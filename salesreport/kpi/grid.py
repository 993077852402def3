"""Tables for a terminal, laid out so that eighty columns are enough: nothing is cut off."""

import textwrap
from collections.abc import Callable, Sequence
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
    shown = _Grid(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        shown.add_column(Cell(column.heading), justify="right" if column.numbers else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Cell("\n".join(_lines(content))) for content in row))
    shown.widths = [_widths(column, place, rows) for place, column in enumerate(columns)]
    return shown


class Widths(NamedTuple):
    """How many characters a column wants: for its longest line, at least, and when there is little room.

    Attributes:
        numbers: whether it holds numbers. whole: its longest line. least: its longest word, or line of numbers.
        word: the longest word; of numbers with what must not be parted from it, such as a unit.
        part: the longest word where even numbers and units are parted.
    """

    numbers: bool
    whole: int
    least: int
    word: int
    part: int


class _Grid(Table):
    """A table that shares out a line's characters itself: rich would break words that have room elsewhere."""

    widths: list[Widths]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        given = shares(self.widths, options.max_width - _GAP * (len(self.columns) - 1))
        shown = Table(box=None, header_style="bold", pad_edge=False)
        folded = []
        for column, wants, wide in zip(self.columns, self.widths, given, strict=True):
            cells = [cell for cell in (column.header, *column.cells) if isinstance(cell, Cell)]
            heading, *rest = [_folded(cell, wide) for cell in cells] if wants.numbers else cells
            shown.add_column(heading, justify=column.justify, overflow="fold", width=wide)
            folded.append(rest)
        for row in zip(*folded, strict=True):
            shown.add_row(*row)
        yield shown


def _folded(cell: Cell, wide: int) -> Cell:
    """Numbers on lines of so many characters; parted from their units only where there is no other way."""
    lines: list[str] = []
    for line in cell.plain.split("\n"):
        parted = line if _longest(line.split(" ")) <= wide else " ".join(line.split())
        lines += textwrap.wrap(parted, wide, break_on_hyphens=False) or [""]
    return Cell("\n".join(lines))


_FEW, _SOME, _WORD = 3, 6, 12
"""Characters that a column of texts keeps before numbers are broken; before these lose their units; and for a
word of the columns that say what a line is about."""


def shares(columns: Sequence[Widths], room: int) -> list[int]:
    """How wide each column is: its longest word at least, where that is possible.

    Where it is not, texts behind the numbers give way, and intervals stand on two lines; the texts before the
    numbers say what a line is about, and keep a word of twelve letters as long as that can be.

    Args:
        columns: what they want, from left to right. room: characters there are for all of them.

    Examples:
        >>> name, period = Widths(False, 20, 6, 6, 6), Widths(False, 7, 4, 4, 4)
        >>> shares([name, period, Widths(True, 5, 5, 5, 5)], 30)
        [19, 6, 5]
        >>> band, said = Widths(True, 23, 23, 10, 4), Widths(False, 16, 16, 16, 16)
        >>> shares([name, band, said], 40), shares([name, band, said], 30), shares([name, band, said], 20)
        ([6, 22, 12], [6, 12, 12], [6, 8, 6])
        >>> shares([name, band], 8)  # a column of one character would be lost
        [4, 4]
    """
    widths = [min(one.least, one.whole) for one in columns]
    texts = [place for place, one in enumerate(columns) if not one.numbers]
    numbers = [place for place, one in enumerate(columns) if one.numbers]
    behind = [place for place in texts if numbers and place > numbers[0]]
    while texts and sum(widths) < room:
        place = max(texts, key=lambda one: columns[one].whole - widths[one])
        if columns[place].whole <= widths[place]:
            break
        widths[place] += 1

    def give(places: Sequence[int], left: Callable[[Widths], int]) -> None:
        """Take from the widest of some columns what is too much, down to what is left to each."""
        while sum(widths) > room:
            able = [place for place in places if widths[place] > left(columns[place])]
            if not able:
                return
            widths[max(able, key=lambda one: widths[one])] -= 1

    give(texts, lambda one: _WORD)
    give(numbers, lambda one: one.word)
    give(behind, lambda one: _SOME)
    give(numbers, lambda one: one.part)
    give(behind, lambda one: _FEW)
    give(range(len(columns)), lambda one: _FEW)
    give(texts, lambda one: 1)
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
    return _widths(column, place, rows).least


def _widths(column: Column, place: int, rows: Sequence[Sequence[Content]]) -> Widths:
    heading, lines = column.heading.split(" "), _parts(place, rows)
    whole = _longest([column.heading, *lines])
    if not column.numbers:
        word = _longest([*heading, *(word for line in lines for word in line.split())])
        return Widths(False, whole, word, word, word)
    return Widths(
        True,
        whole,
        _longest([*heading, *lines]),
        _longest([*heading, *(word for line in lines for word in line.split(" "))]),
        _longest([*heading, *(word for line in lines for word in line.split())]),
    )


def _longest(words: Sequence[str]) -> int:
    return max([*map(cell_len, words), 1])


def _parts(place: int, rows: Sequence[Sequence[Content]]) -> list[str]:
    """The lines of a column's cells."""
    return [line for row in rows for line in _lines(row[place])]


def _lines(content: Content) -> list[str]:
    return [printable(line) for line in ([content] if isinstance(content, str) else content)]
