"""An empty deck in a brand: theme, master and layouts, so that whoever edits it finds them set."""

import copy
import io
import re
from typing import Any

from salesreport.brand import PANEL, Look, tint
from salesreport.documents.archive import forget
from salesreport.documents.measure import FONT
from salesreport.documents.pictures import logo_of
from salesreport.drawing.palette import ATTENTION, FAINT, INK, LINE, MUTED, PEERS

WIDTH, HEIGHT = 13.333, 7.5
"""A slide, in inches: 16 to 9."""

LEFT, RIGHT = 0.6, WIDTH - 0.6
"""Where a slide's content begins and ends."""

TITLE_TOP, TITLE_HEIGHT = 0.62, 0.95
"""The box of the message."""

BODY_TOP, BODY_BOTTOM = 1.72, 6.72
"""Where what the message rests on may stand."""

FOOT_TOP, FOOT_HEIGHT = 6.93, 0.3
"""The source line and the slide's number."""

TITLE, SECTION, CONTENT = "Title Slide", "Section Header", "Title Only"
"""The layouts that are kept of those python-pptx brings."""

_STRIP = 0.09
"""The accent's strip along a slide's upper edge."""

LOGO = 1.5, 0.36
"""Room for the logo at a slide's upper right edge, above the message."""

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def new_deck(look: Look) -> Any:
    """A presentation without slides, 16:9, with the layouts `TITLE`, `SECTION` and `CONTENT`."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    forget(deck.part.package._rels, "/thumbnail")
    forget(deck.part.rels, "/printerSettings")
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name not in (TITLE, SECTION, CONTENT):
            deck.slide_layouts.remove(layout)
    _theme(deck, look)
    master = deck.slide_master
    _strip(master)
    logo = logo_of(look)
    if logo is not None:
        width, height = fitting(logo, *LOGO)
        _logo(master, logo, RIGHT - width, 0.2, width, height)
    _title_style(master)
    for layout in (master, *deck.slide_layouts):
        _places(layout)
    return deck


def layout_of(deck: Any, name: str) -> Any:
    """A layout by its name."""
    return next(one for one in deck.slide_layouts if one.name == name)


def number_slides(slide: Any) -> None:
    """Give a slide the number that its layout has a place for."""
    for place in slide.slide_layout.placeholders:
        if place.placeholder_format.type is not None and place.placeholder_format.type.name == "SLIDE_NUMBER":
            slide.shapes._spTree.append(copy.deepcopy(place._element))


def fitting(picture: bytes, width: float, height: float) -> tuple[float, float]:
    """The size (inches) in which a picture fits into a box."""
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as opened:
        wide, high = opened.size
    scale = min(width / wide, height / high)
    return wide * scale, high * scale


def _theme(deck: Any, look: Look) -> None:
    """The brand's colours and the font, in the theme: changed there, they change in the whole deck."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    colours = {
        "dk1": INK, "lt1": "#ffffff", "dk2": MUTED, "lt2": PANEL, "accent1": look.accent,
        "accent2": tint(look.accent, 0.55), "accent3": FAINT, "accent4": PEERS, "accent5": ATTENTION,
        "accent6": LINE,
        "hlink": look.accent, "folHlink": MUTED,
    }  # fmt: skip
    part = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = part.blob.decode("utf-8")
    for name, colour in colours.items():
        theme = re.sub(
            rf"<a:{name}>.*?</a:{name}>",
            f'<a:{name}><a:srgbClr val="{colour[1:].upper()}"/></a:{name}>',
            theme,
            flags=re.DOTALL,
        )
    theme = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=)"[^"]*"', rf'\1"{FONT}"', theme)
    part._blob = re.sub(r'(<a:theme [^>]*name=)"[^"]*"', r'\1"salesreport"', theme, count=1).encode("utf-8")


def _title_style(master: Any) -> None:
    """Messages: bold, to the left, from the top of their box."""
    for level in master._element.iter(f"{{{_A}}}lvl1pPr"):
        parent = level.getparent().tag.rpartition("}")[2]
        if parent == "titleStyle":
            level.set("algn", "l")
            letters = level.find(f"{{{_A}}}defRPr")
            letters.set("sz", "2400")
            letters.set("b", "1")


def _places(layout: Any) -> None:
    """Put a layout's places where they belong on a wide slide; date and footer go."""
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Inches

    for place in list(layout.placeholders):
        kind = place.placeholder_format.type
        name = "" if kind is None else kind.name
        box = None
        if name in ("DATE", "FOOTER"):
            place._element.getparent().remove(place._element)
        elif name == "SLIDE_NUMBER":
            box = RIGHT - 1.0, FOOT_TOP, 1.0, FOOT_HEIGHT
        elif name in ("TITLE", "CENTER_TITLE"):
            middle = layout.name in (TITLE, SECTION)
            box = (LEFT, 2.3, 10.6, 1.2) if middle else (LEFT, TITLE_TOP, RIGHT - LEFT, TITLE_HEIGHT)
            place.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM if middle else MSO_ANCHOR.TOP
        elif name in ("SUBTITLE", "BODY") and layout.name in (TITLE, SECTION):
            box = LEFT, 3.65, 10.6, 1.5
            place.text_frame.vertical_anchor = MSO_ANCHOR.TOP
        elif name == "BODY":
            box = LEFT, BODY_TOP, RIGHT - LEFT, BODY_BOTTOM - BODY_TOP
        if box is not None:
            place.left, place.top, place.width, place.height = map(Inches, box)
            frame = place.text_frame
            frame.margin_left = frame.margin_right = 0
            _as_it_is(frame, number=name == "SLIDE_NUMBER")


def _as_it_is(frame: Any, number: bool) -> None:
    """Texts of a place neither shrink nor shout; whoever writes decides on their size."""
    from pptx.enum.text import MSO_AUTO_SIZE

    frame.auto_size = MSO_AUTO_SIZE.NONE
    for level in frame._txBody.iter(f"{{{_A}}}lvl1pPr"):
        level.set("algn", "r" if number else "l")
        letters = level.find(f"{{{_A}}}defRPr")
        if letters is not None:
            letters.attrib.pop("cap", None)
            if number:
                letters.set("sz", "1000")


def _strip(master: Any) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls
    from pptx.util import Inches

    shape = parse_xml(
        f"<p:sp {nsdecls('p', 'a')}><p:nvSpPr><p:cNvPr id='90' name='Accent' descr=''/><p:cNvSpPr/>"
        "<p:nvPr userDrawn='1'/></p:nvSpPr><p:spPr><a:xfrm><a:off x='0' y='0'/>"
        f"<a:ext cx='{Inches(WIDTH)}' cy='{Inches(_STRIP)}'/></a:xfrm>"
        "<a:prstGeom prst='rect'><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val='accent1'/></a:solidFill>"
        "<a:ln><a:noFill/></a:ln></p:spPr><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr/></a:p></p:txBody></p:sp>"
    )
    tree = master.shapes._spTree
    tree.insert(2, shape)  # behind everything else


def _logo(master: Any, logo: bytes, left: float, top: float, width: float, height: float) -> None:
    """A picture on the master: python-pptx adds pictures to slides only."""
    from pptx.oxml.shapes.picture import CT_Picture
    from pptx.util import Inches

    _, relation = master.part.get_or_add_image_part(io.BytesIO(logo))
    places = map(Inches, (left, top, width, height))
    made: Any = CT_Picture
    master.shapes._spTree.append(made.new_pic(91, "Logo", "logo", relation, *places))
