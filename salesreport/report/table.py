"""Small number tables: the figures behind a chart, and lists of deals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: what it shows. plus: a second, smaller line, such as an interval. numeric: aligned to the right.
    """

    text: str
    plus: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class NumberTable:
    """A table as a reader sees it: texts that are formatted already, escaped when they are rendered.

    Attributes:
        caption: what it is. headings: one per column. rows: cells. here: index of the row to stress.
    """

    caption: str
    headings: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    here: int | None = None


def number_table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str | tuple[str, str]]],
    texts: int = 1,
    here: int | None = None,
) -> NumberTable:
    """Build a table whose first `texts` columns are texts and whose others are numbers.

    Args:
        caption: what it is.
        headings: one per column.
        rows: cells as texts, or as (text, second line).
        texts: how many columns hold texts.
        here: index of the row to stress.
    """

    def cell(content: str | tuple[str, str], column: int) -> Cell:
        shown, plus = (content, "") if isinstance(content, str) else content
        return Cell(shown, plus, numeric=column >= texts)

    return NumberTable(
        caption,
        tuple(cell(heading, column) for column, heading in enumerate(headings)),
        tuple(tuple(cell(content, column) for column, content in enumerate(row)) for row in rows),
        here,
    )
