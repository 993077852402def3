"""Texts from data and programs, made fit to be shown in one line of a page or a terminal."""

import re

from salesreport.language.readable import ANSI

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, marks that turn the direction of writing round, halves of characters."""
_ISOLATES = re.compile("[\u2068\u2069]")
"""What sets texts from right to left apart in a page; terminals do that by themselves, or not at all."""


def one_line(written: str, longest: int | None = None) -> str:
    r"""A text without colours and line ends; other control characters are spelt out.

    Args:
        written: any text. longest: characters after which it is cut.

    Examples:
        >>> one_line("\x1b[31mNo such\n  file\x1b[0m \x07")
        'No such file \\x07'
    """
    joined = re.sub(r"\s*[\r\n]+\s*", " ", _ISOLATES.sub("", ANSI.sub("", written))).strip()
    shown = _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), joined)
    return shown if longest is None or len(shown) <= longest else shown[: longest - 1].rstrip() + "…"
