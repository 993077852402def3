"""Whose brand a deck or document is in: a name, an accent colour, a logo."""

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field, field_validator

from salesreport.config import Settings, TextError
from salesreport.errors import ConfigError
from salesreport.language import text

ACCENT, PAPER = "#0b5fa5", "#ffffff"
"""The report's own accent colour, and white; as in `report.chart`, which takes long to import."""

LEAST_CONTRAST = 3.0
"""Contrast of the accent colour against white, by WCAG 2: less and headings and lines are not seen."""

LARGEST_LOGO = 2_000_000
"""Bytes of a logo's file."""

LARGEST_SIDE = 6_000
"""Pixels of a logo's longer side."""


class Brand(Settings):
    """The brand of decks and documents.

    Attributes:
        name: shown at the foot of each page. accent: colour of headings' marks, lines and charts, such as #0b5fa5.
        logo: a PNG or JPEG file; a relative path starts at the file that says so.
    """

    name: str = Field(default="", max_length=60)
    accent: str = ACCENT
    logo: str | None = None

    @field_validator("accent")
    @classmethod
    def _seen(cls, value: str) -> str:
        expected = text("a colour such as {example}, dark enough to be read on white", example=ACCENT)
        try:
            seen = len(value) == 7 and value.isascii() and contrast(value, PAPER) >= LEAST_CONTRAST
        except ValueError:
            raise TextError(text("This is no colour."), expected) from None
        if not seen:
            raise TextError(text("This colour cannot be used."), expected)
        return value.lower()


PANEL = "#f6f7f8"
"""A shade of paper, as in the report's style sheet."""


@dataclass(frozen=True)
class Look:
    """A brand whose logo was read.

    Attributes:
        name, accent: as in `Brand`. logo: the picture's file, PNG or JPEG; None: there is none.
    """

    name: str = ""
    accent: str = ACCENT
    logo: bytes | None = field(default=None, repr=False)

    @property
    def digest(self) -> str:
        """The checksum of all that it is."""
        logo = "" if self.logo is None else hashlib.sha256(self.logo).hexdigest()
        return hashlib.sha256(repr((self.name, self.accent, logo)).encode("utf-8")).hexdigest()


def look_of(brand: Brand | None, logo: Path | None, **where: object) -> Look:
    """A brand with its logo.

    Args:
        brand: as it was set; None: none. logo: where its logo lies. where: file, line and key, for the error.

    Raises:
        ConfigError: the logo cannot be read, or is no picture that Office shows.
    """
    if brand is None:
        return Look()
    return Look(brand.name, brand.accent, None if logo is None else _logo(logo, **where))


def _logo(path: Path, **where: object) -> bytes:
    from PIL import Image

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            text("The file cannot be read: {reason}.", reason=error.strerror or str(error)),
            **where,  # type: ignore[arg-type]
            found=str(path),
        ) from None
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            fits = len(content) <= LARGEST_LOGO and max(picture.size) <= LARGEST_SIDE
            if fits:
                picture.verify()
    except Exception:  # whatever a damaged picture may raise
        fits = False
    if not fits:
        raise ConfigError(
            text("This is no picture that can be a logo."),
            **where,  # type: ignore[arg-type]
            found=str(path),
            expected=text(
                "a PNG or JPEG file of at most {size} MB, no side longer than {side} px",
                size=LARGEST_LOGO / 1e6, side=LARGEST_SIDE,
            ),
        ) from None  # fmt: skip
    return content


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.1, relative luminance).

    Examples:
        >>> contrast("#000000", "#ffffff"), round(contrast("#767676", "#ffffff"), 2)
        (21.0, 4.54)
    """
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def tint(colour: str, share: float) -> str:
    """A colour mixed with white; `share` is the colour's part.

    Examples:
        >>> tint("#0b5fa5", 1.0), tint("#0b5fa5", 0.0)
        ('#0b5fa5', '#ffffff')
    """
    return "#" + "".join(f"{round(255 + share * (part - 255)):02x}" for part in _parts(colour))


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
