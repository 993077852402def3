"""Elements → an `<svg>` for HTML: small, the same each time, accessible, and nothing in it reaches beyond it."""

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from salesreport.language.readable import in_picture

Point = tuple[float, float]

FEWEST = 3
"""So many elements of one style, one after the other, say it once."""


class Element(NamedTuple):
    """A piece of a picture.

    Attributes:
        tag: `path`, `circle`, `text`. place: its attributes of geometry, as they are written.
        style: in CSS. words: what a text says.
    """

    tag: str
    place: str
    style: str
    words: str = ""


def number(value: float) -> str:
    """A length in points: tenths are enough.

    Examples:
        >>> number(12.04), number(-0.02), number(3.25)
        ('12', '0', '3.2')
    """
    said = f"{value:.1f}"
    return "0" if said == "-0.0" else said.removesuffix(".0")


def course(points: Iterable[Point], closed: bool = False) -> str:
    """The course of a line through points, level and upright parts by where they end.

    Examples:
        >>> course([(1, 2), (3, 2), (3, 4.04), (5, 6)])
        'M1 2H3V4L5 6'
    """
    parts: list[str] = []
    at_x = at_y = ""
    for left, down in points:
        x, y = number(left), number(down)
        if not parts:
            parts.append(f"M{x} {y}")
        elif y == at_y:
            parts.append(f"H{x}")
        elif x == at_x:
            parts.append(f"V{y}")
        else:
            parts.append(f"L{x} {y}")
        at_x, at_y = x, y
    return "".join(parts) + ("z" if closed else "")


def picture(
    key: str, title: str, description: str, width: float, height: float, elements: Sequence[Element]
) -> Markup:
    """The whole element, ready to stand in HTML.

    Args:
        key: unique on its page; its ids begin with it. title, description: for those who cannot see it.
        width, height: in points. elements: from the undermost to the uppermost.
    """
    return framed(key, title, description, width, height, "\n".join(_grouped(elements)))


def framed(key: str, title: str, description: str, width: float, height: float, inner: str) -> Markup:
    """What is inside of a picture, in the frame that all of a report's pictures have; see `picture`.

    Args:
        key, title, description, width, height: as in `picture`. inner: markup.
    """
    widest = width / 72 * 96 * 1.15  # beyond that its texts would be bigger than the page's
    name = escape(key)
    return Markup(  # noqa: S704 - what is not written here is escaped
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" '
        f'style="stroke-linejoin: round; stroke-linecap: butt; max-width: {widest:.0f}px" '
        f'aria-labelledby="{name}-title {name}-desc">\n'
        f'<title id="{name}-title">{_written(title)}</title>'
        f'<desc id="{name}-desc">{_written(description)}</desc>\n{inner}\n</svg>'
    )


def _grouped(elements: Sequence[Element]) -> Iterable[str]:
    """The elements as markup; a style that several have, one after the other, is said once."""
    for style, run in itertools.groupby(elements, key=lambda element: element.style):
        alike = list(run)
        if len(alike) < FEWEST:
            yield from (_element(one, f' style="{style}"') for one in alike)
        else:
            yield f'<g style="{style}">'
            yield from (_element(one, "") for one in alike)
            yield "</g>"


def _element(one: Element, style: str) -> str:
    if one.tag == "text":
        return f"<text{style} {one.place}>{_written(one.words)}</text>"
    return f"<{one.tag} {one.place}{style} />"


def _written(words: str) -> str:
    """Words escaped as in any element's text; quotes may stay."""
    return str(escape(in_picture(words))).replace("&#34;", '"').replace("&#39;", "'")
