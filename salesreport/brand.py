"""Whose brand reports are in: a name, colours, a logo, and what stands on every page."""

import base64
import hashlib
import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from salesreport.config import Settings, TextError, load, read_yaml
from salesreport.drawing.palette import ACCENT, PAPER
from salesreport.errors import ConfigError
from salesreport.language import text

PANEL, DARK_PANEL = "#f6f7f8", "#1d2125"
"""What stands out least from an accent: the shade of paper below tiles, on light and dark pages (style sheet)."""

LEAST_CONTRAST = 4.5
"""Contrast of an accent colour against what it stands on: WCAG 2, level AA, for text."""

LARGEST_LOGO = 2_000_000
"""Bytes of a logo's file."""

LARGEST_EMBEDDED = 50_000
"""Bytes of a logo that goes into every page as it is; a larger picture is made smaller first."""

LARGEST_SIDE = 6_000
"""Pixels of a logo's longer side."""

LogoType = Literal["png", "jpeg", "svg"]


class Brand(Settings):
    """The brand of reports, decks and documents.

    Attributes:
        name: shown at the head of reports and at the foot of each slide and page.
        accent: colour of marks, links, lines and charts, such as #0b5fa5, that can be read on white.
        accent_dark: the same on dark pages; by default as much lighter as is needed to be read there.
        logo: an SVG, PNG or JPEG file; a relative path starts at the file that says so.
        footer: what stands at the end of each report. confidential: what stands on each printed page and slide,
            such as “Confidential: for the named rep and the manager”.
    """

    name: str = Field(default="", max_length=60)
    accent: str = ACCENT
    accent_dark: str | None = None
    logo: str | None = None
    footer: str = Field(default="", max_length=300)
    confidential: str = Field(default="", max_length=100)

    @field_validator("accent", mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        """A colour that is not in quotes is a comment to YAML, and nothing is left of it."""
        if value is None:
            raise TextError(
                text("There is no colour here."), text('a colour in quotes, such as "{example}"', example=ACCENT)
            )
        return value

    @field_validator("accent")
    @classmethod
    def _seen(cls, value: str) -> str:
        return _accent(value, PANEL, darker)

    @field_validator("accent_dark")
    @classmethod
    def _seen_in_the_dark(cls, value: str | None) -> str | None:
        return None if value is None else _accent(value, DARK_PANEL, lighter)


@dataclass(frozen=True)
class Look:
    """A brand whose logo was read.

    Attributes:
        name, accent, footer, confidential: as in `Brand`. accent_dark: empty: found from the accent.
        logo: the picture's file; None: there is none. logo_type: what kind of file it is.
    """

    name: str = ""
    accent: str = ACCENT
    logo: bytes | None = field(default=None, repr=False)
    accent_dark: str = ""
    footer: str = ""
    confidential: str = ""
    logo_type: LogoType = "png"

    @property
    def on_dark(self) -> str:
        """The accent colour of dark pages."""
        return self.accent_dark or lighter(self.accent, DARK_PANEL)

    @property
    def digest(self) -> str:
        """The checksum of all that it is."""
        logo = "" if self.logo is None else hashlib.sha256(self.logo).hexdigest()
        said = (self.name, self.accent, logo, self.accent_dark, self.footer, self.confidential)
        return hashlib.sha256(repr(said).encode("utf-8")).hexdigest()

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing of a brand, so that pages stay as they are."""
        return self == Look()

    @property
    def foot(self) -> str:
        """What stands at the foot of slides and pages."""
        return " · ".join(one for one in (self.name, self.confidential) if one)

    @property
    def data_uri(self) -> str:
        """The logo as an address that holds it; empty where there is none."""
        if self.logo is None:
            return ""
        kind = "svg+xml" if self.logo_type == "svg" else self.logo_type
        return f"data:image/{kind};base64,{base64.b64encode(self.logo).decode('ascii')}"


PLAIN = Look()
"""No brand."""


def look_of(brand: Brand | None, logo: Path | None, **where: object) -> Look:
    """A brand with its logo.

    Args:
        brand: as it was set; None: none. logo: where its logo lies. where: file, line and key, for the error.

    Raises:
        ConfigError: the logo cannot be read, is no picture, or is an SVG that does more than show something.
    """
    if brand is None:
        return PLAIN
    made = Look(brand.name, brand.accent, None, brand.accent_dark or "", brand.footer, brand.confidential)
    if logo is None:
        return made
    content, kind = _logo(logo, **where)
    return replace(made, logo=content, logo_type=kind)


def load_look(file: Path) -> Look:
    """The brand that a file says, with its logo, which lies relative to that file.

    Raises:
        ConfigError: no such file, a setting that does not exist or does not fit, a logo that is none.
    """
    brand = load(file, Brand)
    if brand.logo is None:
        return look_of(brand, None)
    logo = Path(os.path.normpath(file.absolute().parent / Path(brand.logo).expanduser()))
    return look_of(brand, logo, file=file, line=read_yaml(file)[1].get(("logo",)), key="logo")


def _logo(path: Path, **where: object) -> tuple[bytes, LogoType]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            text("The file cannot be read: {reason}.", reason=error.strerror or str(error)),
            **where,  # type: ignore[arg-type]
            found=str(path),
        ) from None
    if b"<svg" in content[:2000].lower() and len(content) <= LARGEST_LOGO:
        problem = _more_than_a_picture(content)
        if problem is None:
            return content, "svg"
        raise ConfigError(
            text("This SVG cannot be a logo: it is damaged, or has more than shapes in it."),
            **where,  # type: ignore[arg-type]
            found=problem,
            expected=text("no script, no links, nothing fetched from elsewhere"),
        )
    kind = _picture(content)
    if kind is None:
        raise ConfigError(
            text("This is no picture that can be a logo."),
            **where,  # type: ignore[arg-type]
            found=str(path),
            expected=text(
                "an SVG, PNG or JPEG file of at most {size} MB, no side longer than {side} px",
                size=LARGEST_LOGO / 1e6, side=LARGEST_SIDE,
            ),
        )  # fmt: skip
    return (content, kind) if len(content) <= LARGEST_EMBEDDED else (_smaller(content), "png")


def _picture(content: bytes) -> LogoType | None:
    """What kind of picture it is; None: none that is whole and of a size that can be shown."""
    from PIL import Image

    if len(content) > LARGEST_LOGO:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            kind: LogoType = "png" if picture.format == "PNG" else "jpeg"
            if max(picture.size) > LARGEST_SIDE:
                return None
            picture.verify()
    except Exception:  # whatever a damaged picture may raise
        return None
    return kind


def _smaller(content: bytes) -> bytes:
    """A picture no higher than a page's head needs on a sharp screen."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as picture:
        picture.thumbnail((800, 160))
        made = io.BytesIO()
        picture.save(made, "PNG", optimize=True)
    return made.getvalue()


_SHAPES = frozenset({
    "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline",
    "polygon", "text", "tspan", "lineargradient", "radialgradient", "stop", "clippath", "mask", "pattern",
    "metadata", "style",
})  # fmt: skip
"""Elements that only show something; those in other name spaces (of drawing programs) are left alone."""

_SVG = "{http://www.w3.org/2000/svg}"


def _more_than_a_picture(content: bytes) -> str | None:
    """What an SVG has in it that is no shape, as it is called there; None: nothing."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(content, forbid_dtd=True)
    except ParseError as error:
        return str(error)
    except DefusedXmlException:
        return "<!DOCTYPE>"
    for one in root.iter():
        if not isinstance(one.tag, str):
            return "<?"
        name = one.tag.removeprefix(_SVG)
        if name.startswith("{"):
            continue
        if name.lower() not in _SHAPES:
            return f"<{name}>"
        for key, value in one.attrib.items():
            plain = key.rpartition("}")[2].lower()
            if plain.startswith("on") or (plain in ("href", "src") and not value.strip().startswith("#")):
                return f"{plain}="
            if _reaches_out(value):
                return f"{plain}="
        if name.lower() == "style" and (_reaches_out(one.text or "") or "@import" in (one.text or "").lower()):
            return "<style>"
    return None


def _reaches_out(style: str) -> bool:
    """Whether a style names something that lies elsewhere."""
    return any(not found.strip(" \"'").startswith("#") for found in re.findall(r"url\(([^)]*)", style, re.I))


# --- colours


def _accent(value: str, ground: str, towards: Callable[[str, str], str]) -> str:
    example = ACCENT if ground == PANEL else lighter(ACCENT, DARK_PANEL)
    try:
        if len(value) != 7 or not value.isascii():
            raise ValueError(value)
        seen = contrast(value, ground) >= LEAST_CONTRAST
    except ValueError:
        raise TextError(text("This is no colour."), text("a colour such as {example}", example=example)) from None
    if not seen:
        raise TextError(
            text("This colour cannot be read on the page (WCAG AA)."),
            text("such as {colour}, the nearest that can", colour=towards(value.lower(), ground)),
        )
    return value.lower()


def darker(colour: str, ground: str) -> str:
    """The nearest darker shade of a colour that can be read on a light ground.

    Examples:
        >>> darker("#ff9900", "#ffffff"), darker("#0b5fa5", "#ffffff")
        ('#a86500', '#0b5fa5')
    """
    return _mixed_until_seen(colour, "#000000", ground)


def lighter(colour: str, ground: str) -> str:
    """The nearest lighter shade of a colour that can be read on a dark ground.

    Examples:
        >>> lighter("#0b5fa5", "#1d2125"), lighter("#6cb4f2", "#1d2125")
        ('#528dbf', '#6cb4f2')
    """
    return _mixed_until_seen(colour, "#ffffff", ground)


def _mixed_until_seen(colour: str, other: str, ground: str) -> str:
    made = (mixed(other, colour, step / 100) for step in range(101))
    return next(one for one in made if contrast(one, ground) >= LEAST_CONTRAST)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.1, relative luminance).

    Examples:
        >>> contrast("#000000", "#ffffff"), round(contrast("#767676", "#ffffff"), 2)
        (21.0, 4.54)
    """
    darkest, lightest = sorted(map(_luminance, (one, other)))
    return (lightest + 0.05) / (darkest + 0.05)


def tint(colour: str, share: float) -> str:
    """A colour mixed with white; `share` is the colour's part.

    Examples:
        >>> tint("#0b5fa5", 1.0), tint("#0b5fa5", 0.0)
        ('#0b5fa5', '#ffffff')
    """
    return mixed(colour, PAPER, share)


def mixed(colour: str, other: str, share: float) -> str:
    """Two colours mixed; `share` is the first one's part.

    Examples:
        >>> mixed("#000000", "#ffffff", 0.5)
        '#808080'
    """
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(there + share * (part - there)):02x}" for part, there in parts)


def _luminance(colour: str) -> float:
    linear = [
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _parts(colour: str) -> list[int]:
    """Red, green and blue of `#rrggbb`, 0 to 255.

    Raises:
        ValueError: it is none.
    """
    if not colour.startswith("#"):
        raise ValueError(colour)
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
