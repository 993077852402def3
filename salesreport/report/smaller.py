"""A page made smaller: what its pictures say again and again is said once, in the page's style sheet."""

import re
from collections import Counter

_FALLBACK = re.compile(r"var\((--[a-z-]+), #[0-9a-f]{6}\)")
"""A colour with what it is where no page says so; a whole page does."""

_TAG = re.compile(r"<[a-zA-Z]+ [^<>]*>")
"""A tag with attributes; what comes from data is escaped and holds no tag."""

_SAID = re.compile(r' (style|clip-path)="([^"]*)"')
"""Attributes that a class can say instead."""

_PATH = re.compile(r' d="([^"]*)"')
"""The course of a line."""

_RUN = re.compile(r'(<path d="[^"]*)(" class="[^"]*" />)(?:\n<path d="([^"]*)\2)+')
"""Lines of one class, one after the other."""

_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)

FEWEST = 3
"""A style that fewer tags have stays with them."""


def smaller(html: str) -> str:
    """A whole page with shared styles as classes; it looks the same.

    Args:
        html: the page; its first `<style>` element takes the classes.

    Examples:
        >>> page = "<style>p {}</style>" + 3 * '<path style="fill: var(--ink, #1b1f24)"/>'
        >>> smaller(page).count("fill"), smaller(page).count('class="_0"')
        (1, 3)
        >>> smaller('<style></style><path d="M 1 2 L 3 -4 z"/>')
        '<style></style><path d="M1 2L3 -4z"/>'
    """
    html = _FALLBACK.sub(r"var(\1)", html)
    counts = Counter(said for tag in _TAG.findall(html) if (said := _said(tag)))
    worth = [said for said, n in counts.most_common() if n >= FEWEST and n * len(said) > 40]
    names = {said: f"_{number:x}" for number, said in enumerate(worth)}

    def shorter(found: re.Match[str]) -> str:
        tag = _PATH.sub(lambda path: f' d="{_course(path[1])}"', found[0])
        said = _said(tag)
        if said not in names:
            return tag
        first = True

        def name(attribute: re.Match[str]) -> str:
            nonlocal first
            shown, first = f' class="{names[said]}"' if first else "", False
            return shown

        return _SAID.sub(name, tag)

    rules = "".join(f".{name}{{{said}}}\n" for said, name in names.items())
    before, style, after = html.partition("</style>")
    opening, start, sheet = before.rpartition("<style>")
    sheet = re.sub(r"\n\s+", "\n", _COMMENT.sub("", sheet))
    return opening + start + sheet + rules + style + _RUN.sub(_one_path, _TAG.sub(shorter, after))


def _one_path(run: re.Match[str]) -> str:
    """Several lines of one class as one."""
    courses = re.findall(r' d="([^"]*)"', run[0])
    return f'<path d="{"".join(courses)}{run[2]}'


def _said(tag: str) -> str:
    """What a class could say of a tag; nothing where it has one, or where its picture's own words are in it."""
    if " class=" in tag:
        return ""
    return "; ".join(value if name == "style" else f"{name}: {value}" for name, value in _SAID.findall(tag))


def _course(path: str) -> str:
    """A line's course without spaces that mean nothing."""
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", path).strip()
