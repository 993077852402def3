"""A report's own SVGs as pictures for Office: PNG, with letters of a known font, in a brand's accent colour.

Office shows PNG everywhere; SVG it draws only of late and with letters of its own, EMF keeps no transparency. So
the picture is drawn once, sharp enough for print, from the very SVG that the report shows: names masked there are
masked here.
"""

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache

from salesreport.brand import Look, tint
from salesreport.drawing.letters import font_folder
from salesreport.drawing.palette import ACCENT, ACCENT_SOFT, PAPER, colours

DOTS_PER_INCH = 220
"""Of a picture at the size that the report shows it in; print needs no more."""

_SOFT = 0.2
"""How much of the accent is in its soft shade."""

_LOGO_HEIGHT = 240
"""Pixels of a logo that was drawn as SVG."""

_FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf")
"""Those that come with matplotlib."""

_VARIABLE = re.compile(r"var\(--([a-z-]+)(?:, *(#[0-9a-f]{6}))?\)")
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_TITLE = re.compile(r"<(title|desc)[^>]*>(.*?)</\1>", re.DOTALL)
_TEXT = re.compile(r">([^<>]+)<")


@dataclass(frozen=True)
class Picture:
    """A picture.

    Attributes:
        png: its file. width, height: in inches, as the report shows it. title, description: in words.
    """

    png: bytes = field(repr=False)
    width: float
    height: float
    title: str
    description: str


@lru_cache(maxsize=64)
def picture(svg: str, accent: str = ACCENT, background: str = PAPER) -> Picture:
    """A report's SVG as a picture; the same SVG gives the same bytes.

    Args:
        svg: an element as `Chart.svg` makes it. accent: takes the place of the report's accent colour.
        background: what it stands on.

    Raises:
        ValueError: it is no SVG.
    """
    import resvg_py

    box = _BOX.search(svg)
    if box is None:
        raise ValueError("an SVG without a box to stand in")
    width, height = (float(side) / 72 for side in box.groups())
    said = {tag: html.unescape(words).strip() for tag, words in _TITLE.findall(svg)}
    start = svg.index("<svg") + len("<svg")
    whole = f'{svg[:start]} xmlns="http://www.w3.org/2000/svg" font-family="DejaVu Sans"{svg[start:]}'
    folder = font_folder()
    png = bytes(
        resvg_py.svg_to_bytes(
            svg_string=coloured(whole, accent),
            width=round(width * DOTS_PER_INCH),
            height=round(height * DOTS_PER_INCH),
            background=background,
            font_files=[str(folder / name) for name in _FONTS],
            skip_system_fonts=_has_letters_for(svg),
        )
    )
    return Picture(png, width, height, said.get("title", ""), said.get("desc", ""))


@lru_cache(maxsize=8)
def logo_of(look: Look) -> bytes | None:
    """A brand's logo as a picture that Office shows; None: it has none."""
    if look.logo is None or look.logo_type != "svg":
        return look.logo
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=look.logo.decode("utf-8"), height=_LOGO_HEIGHT))


def coloured(svg: str, accent: str) -> str:
    """An SVG whose colours are the page's variables, with the light page's colours in their place.

    Examples:
        >>> coloured('<path style="fill: var(--accent, #0b5fa5)"/>', "#7a1f5c")
        '<path style="fill: #7a1f5c"/>'
    """
    known = {name: colour for colour, name in colours().items()}
    known |= {"accent": accent, "accent-soft": ACCENT_SOFT if accent == ACCENT else tint(accent, _SOFT)}
    return _VARIABLE.sub(lambda found: known.get(found[1], found[2] or "#000000"), svg)


@lru_cache
def _letters() -> frozenset[int]:
    """The characters that the font has."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(font_folder() / _FONTS[0])).get_charmap())


def _has_letters_for(svg: str) -> bool:
    """Whether all that is written in a picture can be written in our font; else the system's help out."""
    written = {ord(one) for words in _TEXT.findall(svg) for one in html.unescape(words) if one.isprintable()}
    return written <= _letters()
