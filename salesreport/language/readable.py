"""Texts from data, made fit to be read: short enough, and with nothing in them that cannot be seen."""

import re
import unicodedata

MOST = 1_000
"""Up to so many characters a text from data stands in a message as it is; a longer one is not read by anybody."""

BRIEF = 120
"""To so many characters a longer one is cut, and each value that a message quotes."""

_BLANK = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and signs that look like nothing though Unicode does not count them among the invisible ones."""

_JOINERS = "\u200c\u200d"
"""Invisible between letters and in emoji, where they belong."""

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_ISOLATE, _END = "\u2068", "\u2069"
_SET_APART = re.compile(f"{_ISOLATE}[^{_ISOLATE}{_END}]*{_END}")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
"""What colours a terminal's writing, or moves its cursor."""

_NAMED = 4
"""So many of the signs of a text that cannot be seen are named."""


def readable(written: str) -> str:
    r"""A text from data as it stands in a message or report.

    A text without anything to see is named by its signs, and so are marks within a text that turn the direction of
    writing round and control characters. What is written from right to left is set apart, so that the numbers
    beside it stay where they are. A text of more than `MOST` characters is cut. Doing it again changes nothing.

    Examples:
        >>> readable("Ann"), readable("\u200b\u200b"), readable("A\u202eB"), readable("")
        ('Ann', '\\u200b\\u200b', 'A\\u202eB', '')
        >>> len(readable("x" * 30_000))
        120
    """
    if "\x1b" in written:
        written = ANSI.sub("", written)
    if len(written) > MOST:
        written = brief(written)
    if written.isprintable() and written.isascii():
        return written
    if written and not written.isspace() and not any(map(_seen, written)):
        return "".join(map(_escaped, written[:_NAMED])) + "…" * (len(written) > _NAMED)
    rest = _SET_APART.sub("", written)
    if not rest.isprintable():
        # what is set apart already stays so, and closes what it opens
        parts = zip(_SET_APART.split(written), [*_SET_APART.findall(written), ""], strict=True)
        written = "".join(
            _spelt(between) + (apart and _ISOLATE + _spelt(apart[1:-1]) + _END) for between, apart in parts
        )
    return f"{_ISOLATE}{written}{_END}" if _RIGHT_TO_LEFT.search(rest) else written


def in_picture(written: str) -> str:
    r"""A text from data as it stands in a picture: readable; each is a line of its own, so none is set apart.

    Examples:
        >>> in_picture("A\u202eB"), in_picture("مرحبا") == "مرحبا"
        ('A\\u202eB', True)
    """
    if written.isprintable() and written.isascii() and len(written) <= MOST:
        return written
    return readable(written).replace(_ISOLATE, "").replace(_END, "")


def without_unseen(written: str) -> str:
    r"""Any text, markup too, with the control characters and marks named that XML forbids or that cannot be seen.

    Examples:
        >>> without_unseen("<text>A\x1fB</text>")
        '<text>A\\x1fB</text>'
    """
    return _UNSEEN.sub(lambda match: _escaped(match[0]), written)


def brief(written: str, most: int = BRIEF) -> str:
    """A text cut to so many characters.

    Examples:
        >>> brief("abcdef", 4)
        'abc…'
    """
    return written if len(written) <= most else written[: most - 1] + "…"


def printable(line: str) -> str:
    """A line without characters that steer a terminal."""
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(one)[0] == "C" else one for one in line)


def _seen(sign: str) -> bool:
    """Whether a character shows anything."""
    return sign.isprintable() and not sign.isspace() and sign not in _BLANK


def _spelt(written: str) -> str:
    """A text with the signs named that may not stand in a line; spaces of all kinds and joiners may."""
    if written.isprintable():
        return written
    return "".join(sign if _harmless(sign) else _escaped(sign) for sign in written)


def _escaped(sign: str) -> str:
    """How programmers write a character that cannot be seen; a space stays one."""
    return sign if sign == " " else sign.encode("unicode_escape").decode()


def _harmless(sign: str) -> bool:
    # Python counts some control characters (\x1f) among the spaces
    return sign.isprintable() or sign in _JOINERS or sign in "\t\n\r" or (sign.isspace() and sign >= "\xa0")
