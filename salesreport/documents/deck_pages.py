"""Pieces on slides: which stand beside each other, which below, and where the next slide begins."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from salesreport.documents.deck_parts import GAP, Drawn, Table, Words
from salesreport.documents.deck_template import BODY_BOTTOM, BODY_TOP, LEFT, RIGHT

BODY = RIGHT - LEFT
"""Width of what stands on a slide, in inches."""

_SMALL_PRINT = 12.0
"""Words smaller than this are with the speaker's notes as well."""

_SCALES = (1.2, 1.0, 0.9)
"""How much bigger than in the report a chart is tried that shares a slide with a table below it."""


class Piece(Protocol):
    """Something that stands on slides."""

    @property
    def least(self) -> float:
        """The narrowest width it can be read in."""

    def height(self, width: float) -> float:
        """How high it is at a width."""

    def parts(self, width: float, height: float) -> "tuple[Piece, Piece] | None":
        """Itself as far as fits, and the rest."""

    def draw(self, slide: Any, left: float, top: float, width: float, language: str) -> None:
        """Put it on a slide."""


Placed = tuple[Piece, float, float, float]
"""A piece, its left and upper edge and its width, in inches."""


def pages_of(pieces: Sequence[Piece]) -> list[list[Placed]]:
    """Pieces on slides: two side by side where both can be read, else one below the other; at least a slide."""
    pages: list[list[Placed]] = [[]]
    top, waiting = BODY_TOP, list(pieces)
    while waiting:
        piece = waiting.pop(0)
        beside = _beside(piece, waiting[0]) if waiting else None
        if beside is not None:
            high = max(one.height(width) for one, width in zip((piece, waiting[0]), beside, strict=True))
            if top + high > BODY_BOTTOM and pages[-1]:
                pages.append([])
                top = BODY_TOP
            other = waiting.pop(0)
            if isinstance(piece, Table) and isinstance(other, Table):  # both in letters of one size
                size = min(piece.size(beside[0]), other.size(beside[1]))
                piece, other = replace(piece, largest=size), replace(other, largest=size)
            pages[-1] += [(piece, LEFT, top, beside[0]), (other, LEFT + beside[0] + 2 * GAP, top, beside[1])]
            top += high + GAP
            continue
        high = piece.height(BODY)
        shared = _below(piece, waiting[0]) if waiting and top == BODY_TOP else None
        if shared is not None:
            piece, waiting = shared[0], [shared[1], *waiting[1:]]
            high = piece.height(BODY)
        if top + high > BODY_BOTTOM:
            small = isinstance(piece, Words) and piece.size < _SMALL_PRINT and pages[-1]
            if small:  # the small print is with the speaker's notes anyhow
                break
            parts = piece.parts(BODY, BODY_BOTTOM - top)
            whole = high <= BODY_BOTTOM - BODY_TOP
            if pages[-1] and (parts is None or whole):
                pages.append([])
                top, waiting = BODY_TOP, [piece, *waiting]
                continue
            if parts is not None:
                piece, high, waiting = parts[0], parts[0].height(BODY), [parts[1], *waiting]
        pages[-1].append((piece, LEFT, top, BODY))
        top += high + GAP
    return pages


def _beside(piece: Piece, other: Piece) -> tuple[float, float] | None:
    """The widths of two pieces that can stand beside each other; None where they cannot."""
    room = BODY - 2 * GAP
    if piece.least + other.least > room or not isinstance(other, Table) or not isinstance(piece, Drawn | Table):
        return None
    spare = room - piece.least - other.least
    share = 0.5 if isinstance(piece, Drawn) else piece.least / (piece.least + other.least)
    widths = piece.least + share * spare, other.least + (1 - share) * spare
    high = BODY_BOTTOM - BODY_TOP
    if any(one.height(width) > high for one, width in zip((piece, other), widths, strict=True)):
        return None
    return widths


def _below(piece: Piece, other: Piece) -> tuple[Piece, Piece] | None:
    """A chart and the table below it in sizes that one slide has room for; None where they need two."""
    if not isinstance(piece, Drawn) or not isinstance(other, Table):
        return None
    for scale in _SCALES:
        for size in (12.0, 11.0, 10.0):
            chart, table = replace(piece, scale=scale), replace(other, largest=size)
            if chart.height(BODY) + GAP + table.height(BODY) <= BODY_BOTTOM - BODY_TOP:
                return chart, table
    return None
