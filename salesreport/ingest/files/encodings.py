"""Which encodings read a text file right, judged by its content; none is offered that gives nonsense."""

import re
from collections.abc import Callable, Sequence

from salesreport.language.readable import brief, printable

_CODE_PAGES = ("cp1250", "cp1251", "cp1252")
_SAMPLE = 65_536
_LONGEST = 40
_WORDS = 3

_PLAUSIBLE = 0.9
"""From this share of plausible characters on a reading may be right."""

_ZEROS = 0.25
"""In UTF-16 at least this share of one half of the bytes is zero: separators, digits, line ends."""

_COMMON_SIGNS = frozenset("€£¥§°²³½¼¾·×–—…‘’‚“”„«»‹›©®™ºª¿¡±µ№\u00a0\u00ad•´")


def is_utf16(data: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where every other byte of the text's own signs is zero; a stray zero is none.

    Examples:
        >>> is_utf16("Id;Name\\n1;Ann\\n".encode("utf-16-le")), is_utf16(b"Id;Name\\n1;A\\x00nn\\n")
        ('utf-16-le', None)
    """
    sample = data[:_SAMPLE]
    even, odd = sample[::2], sample[1::2]
    for name, low, high in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if high.count(0) >= _ZEROS * max(1, len(high)) and low.count(0) <= 0.01 * len(low):
            return name
    return None


def readings(data: bytes) -> list[str]:
    """The encodings that a file which is not UTF-8 may be in, each with the first words as it would read them.

    Where an East Asian encoding reads it as text of that language, it is offered and no code page is: bytes that
    come in such pairs are never letters of a European language.

    Args:
        data: the file's bytes.

    Examples:
        >>> readings("担当,製品\\n田中,ランプ\\n".encode("cp932"))
        ['cp932 (担当, 製品, 田中)']
        >>> readings("Név;Győr\\n".encode("cp1250"))[0]
        'cp1250 (Győr)'
    """
    sample = _whole_lines(data)
    eastern = {
        name: share for name, common in _EASTERN.items() if (share := _share(sample, name, common)) >= _PLAUSIBLE
    }
    best = max(eastern.values(), default=0.0)
    names = [name for name, share in eastern.items() if share >= best - 0.02]
    if not names:
        names = [name for name in _CODE_PAGES if _share(sample, name, _is_european) >= _PLAUSIBLE]
    return [f"{name} ({', '.join(_first_words(sample, name, names))})" for name in names]


def _whole_lines(data: bytes) -> bytes:
    """The beginning of a file, cut at the end of a line, so that no sign is cut in two."""
    if len(data) <= _SAMPLE:
        return data
    return data[: data.rfind(b"\n", 0, _SAMPLE) + 1] or data[:_SAMPLE]


def _share(sample: bytes, encoding: str, plausible: Callable[[str, str], bool]) -> float:
    """The share of a reading's signs beyond ASCII that are plausible; 0 where it cannot be read at all."""
    try:
        text_ = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    beyond = [(before, sign) for before, sign in zip(" " + text_, text_, strict=False) if sign > "\x7f"]
    return sum(plausible(before, sign) for before, sign in beyond) / len(beyond) if beyond else 0.0


def _is_european(before: str, sign: str) -> bool:
    """A letter or a usual sign; no capital letter behind a small one, and no two alphabets in a word."""
    if not sign.isalpha():
        return sign in _COMMON_SIGNS
    if not before.isalpha():
        return True
    return not (before.islower() and sign.isupper()) and (before < "\u0400") == (sign < "\u0400")


def _common_in(encoding: str, leads: range, also: str) -> Callable[[str, str], bool]:
    """Whether a sign is a frequent one, by its first byte in a national standard, which sorts signs by use."""

    def common(_: str, sign: str) -> bool:
        if re.match(also, sign):
            return True
        try:
            return sign.encode(encoding)[0] in leads
        except UnicodeEncodeError:
            return False

    return common


_WIDE = "[\u3000-\u303f\uff01-\uff5e]"
"""Punctuation and full-width signs of East Asian scripts."""

_EASTERN: dict[str, Callable[[str, str], bool]] = {
    # JIS X 0208 level 1, GB 2312 level 1, KS X 1001 Hangul, Big5 level 1: the signs of everyday texts
    "cp932": _common_in("euc_jp", range(0xB0, 0xD0), f"{_WIDE}|[\u3041-\u30ff]"),
    "euc_jp": _common_in("euc_jp", range(0xB0, 0xD0), f"{_WIDE}|[\u3041-\u30ff]"),
    "gb18030": _common_in("gb2312", range(0xB0, 0xD8), _WIDE),
    "euc_kr": _common_in("euc_kr", range(0xB0, 0xC9), f"{_WIDE}|[\uac00-\ud7a3]"),
    "big5": _common_in("big5", range(0xA4, 0xC7), _WIDE),
}


def _first_words(sample: bytes, encoding: str, names: Sequence[str]) -> list[str]:
    """The first words beyond ASCII, of which those that the encodings read differently are the telling ones."""
    readings_ = [_beyond_ascii(sample.decode(name)) for name in names]
    words = list(dict.fromkeys(_beyond_ascii(sample.decode(encoding))))
    shared = set.intersection(*map(set, readings_)) if len(readings_) > 1 else set()
    telling = [word for word in words if word not in shared] or words
    return [printable(brief(word, _LONGEST)) for word in telling[:_WORDS]]


def _beyond_ascii(written: str) -> list[str]:
    """The words that have a sign beyond ASCII."""
    return [word for word in re.findall(r"[^\s,;|\"<>]+", written) if not word.isascii()]
