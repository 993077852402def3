"""The one form that each meaning has in every chart, the key that explains it, and names that leave room."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from salesreport.drawing import Area, Part
from salesreport.drawing.letters import width
from salesreport.drawing.palette import ACCENT, FAINT, INK, MUTED, PAPER, PEERS
from salesreport.drawing.shapes import Form
from salesreport.language.readable import brief
from salesreport.report.canvas import text_width


class Look(NamedTuple):
    """How a mark looks: form, size and width of its edge in points, fill, edge."""

    form: Form
    size: float
    fill: str
    edge: str
    edge_width: float = 1.0


FORMS = {
    "value": Look("o", 6, ACCENT, ACCENT),
    "before": Look("o", 6, PAPER, FAINT),
    "plan": Look("|", 9, INK, INK, 1.4),
    "tick": Look("|", 9, FAINT, FAINT, 3),
    "solid": Look("s", 6, ACCENT, ACCENT),
    "hollow": Look("s", 6, PAPER, FAINT),
    "band": Look("s", 7, PEERS, PEERS),
    "middle": Look("o", 6, PAPER, ACCENT),
}
"""The one form that each meaning has."""

SIZE = 8.0
"""Of a key's letters, in points."""

_MARK, _GAP, _BETWEEN, _EDGE = 7.2, 3.2, 9.6, 3.2
"""Points that a mark of a key takes, between it and its text, between entries, and at the key's ends."""

_UP = 8.0
"""Points of a key's middle above the drawing."""

_MOST = 3
"""Entries in a line of a key."""


def form_key(area: Area, entries: Sequence[tuple[str, str]], left: bool = False, up: float = _UP) -> None:
    """Say what forms mean, at the right end of the drawing's upper edge or at its left; (form, text) each.

    Args:
        area: where. entries: what to explain. left: at the left end.
        up: points of the last line above the drawing.
    """
    for line in reversed(range(0, len(entries), _MOST)):
        _key_line(area, entries[line : line + _MOST], left, up)
        up += 1.5 * SIZE


def _key_line(area: Area, entries: Sequence[tuple[str, str]], left: bool, up: float) -> None:
    widths = [_MARK + _GAP + width(text, SIZE) for _, text in entries]
    whole = sum(widths) + _BETWEEN * (len(entries) - 1)
    at = _EDGE if left else area.right - area.left - _EDGE - whole
    for (form, text), each in zip(entries, widths, strict=True):
        area.sign((Part(0.0), Part(1.0)), (at + _MARK / 2, up), *FORMS[form])
        area.words(text, (Part(0.0), Part(1.0)), away=(at + _MARK + _GAP, up), size=SIZE, colour=MUTED)
        at += each + _BETWEEN


def short_name(name: str, longest: int = 26) -> str:
    """A label that leaves room for the chart."""
    return brief(name, longest)


def wrapped(name: str, letters: int, most: int) -> str:
    """A name in so many lines at most, of so many letters each."""
    lines = textwrap.wrap(name, letters) or [""]
    return "\n".join(
        [*lines[: most - 1], short_name(" ".join(lines[most - 1 :]), letters)] if len(lines) > most else lines
    )


def name_width(name: str) -> float:
    """Inches that a row's name or text takes."""
    return text_width(short_name(name))
