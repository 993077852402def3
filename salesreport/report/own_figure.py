"""A figure that somebody drew with matplotlib or seaborn, as inline SVG: in the page's own colours, light or dark.

It is drawn in the light palette; its SVG then refers to the style sheet's variables (`#0b5fa5` becomes
`var(--accent, #0b5fa5)`), so that the page decides the colours. Text stays text. matplotlib is imported by whoever
has such a figure, and not otherwise: our own charts do without it (`drawing/`).
"""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from cycler import cycler
from markupsafe import Markup
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text as Written

from salesreport.drawing.palette import ACCENT, ATTENTION, FAINT, INK, LINE, MUTED, colours, in_page
from salesreport.drawing.svg import framed
from salesreport.language.readable import in_picture, without_unseen

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # names from the data may hold dollar signs
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "axes.unicode_minus": True,
}

_BLACKS = ("#000000", "#262626", "#333333")
"""What matplotlib and seaborn draw lines and letters in, if nobody says otherwise."""

_WHOLE: dict[str, Any] = {"transparent": True, "bbox_inches": "tight", "pad_inches": 0.05}
"""How a figure of one's own is written: all of it, though its labels reach beyond its edges."""

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
ET.register_namespace("", _SVG)
ET.register_namespace("xlink", _XLINK)


def _texts(artist: Artist) -> Iterator[Written]:
    """The texts of a figure but those of ticks, which are made, and written anew, only when it is drawn."""
    if isinstance(artist, Written):
        yield artist
    parts = [artist.label, artist.offsetText] if isinstance(artist, Axis) else artist.get_children()
    for part in parts:
        yield from _texts(part)


def _keep_contrast(figure: Figure) -> None:
    """What is written over coloured cells keeps its colour in dark mode, as the cells do theirs."""
    for axes in figure.axes:
        if any(isinstance(one, QuadMesh) for one in axes.collections) or axes.images:
            for written in axes.texts:
                colour = to_hex(written.get_color())
                if colour in _BLACKS or colour in colours():
                    # a shade beside it is none of the palette's, so no colour of the page takes its place
                    blue = int(colour[5:], 16)
                    written.set_color(f"{colour[:5]}{blue - 1 if blue else 1:02x}")


@contextmanager
def own_style() -> Iterator[None]:
    """matplotlib's settings for a figure of one's own (see `Chart.of`), with its colours in the report's order."""
    with mpl.rc_context({**_STYLE, "axes.prop_cycle": cycler(color=[ACCENT, ATTENTION, FAINT, INK, MUTED])}):
        yield


def inline(
    figure: Figure, key: str, title: str, description: str, say: Callable[[str], str] | None = None
) -> Markup:
    """A figure as an accessible `<svg>` element for HTML; see the module's docstring, and `Chart` for the rest."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": key}):
        for written in _texts(figure):
            written.set_text(in_picture(written.get_text()))
        _keep_contrast(figure)
        drawn = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing, **_WHOLE)
    svg = without_unseen(drawn.getvalue())  # labels of ticks are written while it is drawn
    for colour in _BLACKS:
        svg = svg.replace(colour, INK)
    return _inline(svg, key, title, description, say)


def _inline(svg: str, key: str, title: str, description: str, say: Callable[[str], str] | None) -> Markup:
    """matplotlib's SVG document → an element of the page."""
    root = ET.fromstring(svg)  # noqa: S314 - made by matplotlib a line ago
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    referred = re.findall(r"""(?:url\(#|href=["']#)([^)"']+)""", svg)
    called = {name: f"{key}-{number}" for number, name in enumerate(dict.fromkeys(referred))}

    def renamed(reference: re.Match[str]) -> str:
        return f"url(#{called[reference[1]]})"

    for element in root.iter():
        name = element.attrib.pop("id", None)
        if name and name.startswith("QuadMesh"):  # its cells lie side by side: those of one colour become one run
            element[:] = sorted(element, key=lambda cell: cell.get("style", ""))
        if name in called:
            element.set("id", called[name])
        if say is not None and element.text and element.tag == f"{{{_SVG}}}text":
            element.text = say(element.text)
        for attribute, value in list(element.attrib.items()):
            if attribute == f"{{{_XLINK}}}href":
                # HTML and every browser of the last years know plain href
                del element.attrib[attribute]
                element.set("href", f"#{called[value[1:]]}" if value.startswith("#") else value)
            elif attribute == "style":
                element.set("style", _URL.sub(renamed, _style(value)))
            elif "url(#" in value:
                element.set(attribute, _URL.sub(renamed, value))
            elif value.startswith("rotate(-0 "):
                del element.attrib[attribute]
            elif attribute in _GEOMETRY:
                element.set(attribute, re.sub(r"(\d\.\d)\d+|(?<= )\s+| $", r"\1", value))
    for defs in root.findall(f"{{{_SVG}}}defs"):
        for style in defs.findall(f"{{{_SVG}}}style"):
            defs.remove(style)  # it would hold for the whole page
    width, height = (float(root.attrib.pop(side).removesuffix("pt")) for side in ("width", "height"))
    text = "".join(ET.tostring(part, encoding="unicode") for part in root).replace(f' xmlns="{_SVG}"', "")
    for pattern, short in _SHORTER:
        text = pattern.sub(short, text)
    title, description = (one if say is None else say(one) for one in (title, description))
    return framed(key, title, description, width, height, _RUN.sub(_one_style, text).strip())


_URL = re.compile(r"url\(#([^)]+)\)")
"""A reference to another part of the picture."""

_GEOMETRY = {"d", "x", "y", "width", "height", "transform", "points"}
"""Attributes whose numbers need no more than tenths of a point."""

_SHORTER = [
    (re.compile(r'<path [^>]*style="fill: none" ?/>'), ""),
    (re.compile(r"<g />|<g>\s*</g>|<defs />"), ""),
    (re.compile(r"\s*\n\s*"), "\n"),
    (re.compile(r"\n+"), "\n"),
    (re.compile(r"<g>\n(<(?:use|path)[^>]*/>|<text[^>]*>[^<]*</text>)\n</g>"), r"\1"),
]
"""What a picture does not need: paths that nobody sees, empty groups, indents, groups of one."""

_SAME = r"""^<(?:use|path|text)[^>\n]*%s[^>\n]*(?:/>|>[^<\n]*</text>)\n"""
_RUN = re.compile(
    _SAME % r"""(?P<style> style="(?![^"]*(?<!-)opacity)[^"]*")""" + f"(?:{_SAME % '(?P=style)'}){{2,}}",
    re.MULTILINE,
)
"""Three and more elements of one style, one after the other. Opacity is left alone: a group's is another thing."""


def _one_style(run: re.Match[str]) -> str:
    """Say a style once, for a group, instead of once for each of its elements."""
    return f"<g{run['style']}>\n{run[0].replace(run['style'], '')}</g>\n"


def _style(value: str) -> str:
    """An element's style in the page's colours and font."""
    for colour in colours():
        value = value.replace(colour, in_page(colour))
    return re.sub(r"font-family: [^;]+;? ?|text-anchor: start; ?", "", value)
