"""The currency that only a cell's number format says, in an `.xlsx`: `#,##0.00 "Ft"`, `[$€-407]`, `[$$-409]`.

Imported by the process that reads workbooks (`workbook_child`), so nothing but the standard library is used.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree

from salesreport.ingest.workbooks.sheet_xml import place_of

_OF_PROGRAMS = dict.fromkeys((5, 6, 7, 8, 42, 44), "[$$-0]")
"""Formats that have numbers and may have no text: libraries mean the sign $ by them. Excel writes their text."""

_OTHER = re.compile(rb'\bt="(?!n")')
_TOKEN = re.compile(
    r"""\[\$(?P<sign>[^\]-]*)(?:-(?P<country>[0-9A-Fa-f]*)[^\]]*)?\]|\[[^\]]*\]|"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)
    |[_*].|(?P<end>;)|(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)


class Shown(NamedTuple):
    """A cell whose number format says something beside the number: row and column from 0, and what it may say."""

    row: int
    column: int
    signs: str


def signs_of(code: str) -> str:
    """What a number format shows beside a number that may be a currency: `[$SIGN-COUNTRY]`, a line each.

    Examples:
        >>> [signs_of(code) for code in ('#,##0.00\\\\ [$€-407]', '#,##0 "Ft"', '_("$"* #,##0_);(0)', "[$$-409]0")]
        ['[$€-407]', '[$Ft-0]', '[$$-0]', '[$$-409]']
        >>> [signs_of(code) for code in ("General", "0.00%", "[$-409]d\\\\-mmm", "[Red]0;[>5]$0", 'yyyy"."mm')]
        ['', '', '', '', '']
    """
    found: list[str] = []
    literal = ""
    for match in _TOKEN.finditer(code):
        piece = match["quoted"] or match["escaped"] or ""
        other = match["other"] or ""
        if other and unicodedata.category(other) == "Sc":
            piece = other
        literal += piece
        if not piece or match["end"]:
            found += _named(literal)
            literal = ""
        if match["sign"]:
            country = int(match["country"] or "0", 16) & 0xFFFF
            found.append(f"[${match['sign'].strip()}-{country:X}]")
        if match["end"]:
            break
    return "\n".join([*found, *_named(literal)])


def _named(literal: str) -> list[str]:
    """A text within a format that has a letter or the sign of a currency."""
    literal = literal.strip()
    return (
        [f"[${literal}-0]"]
        if any(sign.isalpha() or unicodedata.category(sign) == "Sc" for sign in literal)
        else []
    )


def styles_with_signs(xml: bytes) -> dict[int, str]:
    """The styles of a workbook whose number format may say a currency: style → see `signs_of`."""
    codes: dict[int, str] = {}
    styles: dict[int, str] = {}
    for element in ElementTree.fromstring(xml):  # noqa: S314
        if element.tag.endswith("}numFmts"):
            codes = {int(one.get("numFmtId", "-1")): one.get("formatCode", "") for one in element}
        elif element.tag.endswith("}cellXfs"):
            known: Mapping[int, str] = _OF_PROGRAMS | {number: signs_of(code) for number, code in codes.items()}
            for at, style in enumerate(element):
                signs = known.get(int(style.get("numFmtId", "0")), "")
                if signs:
                    styles[at] = signs
    return styles


def shown_with_signs(xml: bytes, styles: Mapping[int, str]) -> Iterator[Shown]:
    """The numbers of a sheet whose format may say a currency; none of cells that do not say where they are."""
    if not styles:
        return
    numbers = b"|".join(b"%d" % style for style in styles)
    space = re.search(
        rb"<(\w+:)?sheetData\b", xml
    )  # a pattern that begins with a fixed text is three times as fast
    begin = b"<" + (space[1] if space and space[1] else b"") + b"c"
    for match in re.finditer(begin + rb'\s[^>]*?\bs="(' + numbers + rb')"[^>]*>', xml):
        if b't="' not in match[0] or not _OTHER.search(match[0]):
            place = place_of(match[0])
            if place is not None:
                yield Shown(*place, styles[int(match[1])])
