"""How wide words are, by the metrics of one font: that of a page is another on each system, and much alike.

The font is the one that matplotlib brings; neither matplotlib nor any system font is asked.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_AT = 100
"""Points at which letters are measured."""


def font_folder() -> Path:
    """Where the fonts are that come with matplotlib, found without importing it."""
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@lru_cache(maxsize=20_000)
def width(words: str, size: float = 9.0) -> float:
    """Points that words take in a line.

    Examples:
        >>> round(width("Win rate", 10), 1)
        42.5
    """
    return float(_font().getlength(words)) * size / _AT


@lru_cache
def _font() -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(font_folder() / "DejaVuSans.ttf"), _AT, layout_engine=ImageFont.Layout.BASIC)
