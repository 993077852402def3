"""How much room words take, before anybody lays them out: Office tells only when it is too late.

Letters are measured in DejaVu Sans, which runs wider than the documents' own font, so what fits here fits there.
"""

import math
import re
from collections.abc import Sequence

from salesreport.drawing import letters

FONT = "Arial"
"""The font of decks and documents: every Windows and Mac has it, LibreOffice one of the same widths."""

LINE = 1.2
"""Height of a line, in sizes of its letters."""

_NARROWER = 0.97
"""Width of a text in `FONT`, of its width in DejaVu Sans; at most: measured on words, figures and capitals."""

_BOLDER = 1.08
"""Width of bold letters, of that of others."""


def width_of(written: str, size: float, bold: bool = False) -> float:
    """The width of a line in inches.

    Args:
        written: the line. size: of its letters, in points. bold: whether they are.
    """
    if not written:
        return 0.0
    wide = sum(1 for one in written if ord(one) > 0x2E7F)  # signs as wide as they are high
    return (letters.width(written, size) * _NARROWER * (_BOLDER if bold else 1.0) + 0.4 * size * wide) / 72


def lines_of(written: str, size: float, width: float, bold: bool = False) -> int:
    """How many lines a paragraph takes in a box so many inches wide."""
    if width <= 0:
        return max(1, len(written))
    lines, used = 1, 0.0
    for word in re.findall(r"\S+\s*", written):
        whole = width_of(word, size, bold)
        seen = width_of(word.rstrip(), size, bold)
        if used and used + seen > width:
            lines, used = lines + 1, 0.0
        if seen > width:  # a word without a place to break is broken anywhere
            pieces = math.ceil(seen / width)
            lines, used = lines + pieces - 1, seen - (pieces - 1) * width
        else:
            used += whole
    return lines


def height_of(
    paragraphs: Sequence[str], size: float, width: float, bold: bool = False, after: float = 0.0
) -> float:
    """The height of some paragraphs in inches; `after` is the space below each, in points."""
    lines = sum(lines_of(one, size, width, bold) for one in paragraphs)
    return (lines * size * LINE + len(paragraphs) * after) / 72


def largest(written: str, sizes: Sequence[float], width: float, height: float, bold: bool = False) -> float:
    """The largest of some sizes in which a paragraph fits into a box (inches); the smallest where none does."""
    return next((one for one in sizes if height_of([written], one, width, bold) <= height), sizes[-1])


def columns_of(texts: Sequence[Sequence[str]], size: float, width: float, padding: float) -> list[float]:
    """The widths of a table's columns (inches) that use all of its width.

    A column gets what its longest text needs, as long as there is room; columns that want much share what is left
    by what they want, but none gets less than its longest word needs, where that is possible.

    Args:
        texts: of each column the texts in it. size: of letters. width: of the table. padding: of a cell.
    """
    wanted = [max([width_of(one, size, True) for one in column], default=0) + padding for column in texts]
    least = [
        min(max([width_of(word, size, True) for one in column for word in one.split()], default=0), width / 4)
        + padding
        for column in texts
    ]
    if sum(wanted) <= width:
        spare = width - sum(wanted)
        return [one + spare * one / sum(wanted) for one in wanted]
    if sum(least) >= width:
        return [width * one / sum(least) for one in least]
    found, rest, open_ones = (
        list(least),
        width - sum(least),
        [i for i in range(len(texts)) if wanted[i] > least[i]],
    )
    while rest > 1e-9 and open_ones:
        asked = sum(wanted[i] - found[i] for i in open_ones)
        given = min(rest, asked)
        for i in open_ones:
            found[i] += given * (wanted[i] - found[i]) / asked
        rest -= given
        open_ones = [i for i in open_ones if wanted[i] - found[i] > 1e-9]
    return found
