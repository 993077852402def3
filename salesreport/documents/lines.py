"""Texts as lines of a document: XML and Office take them as they are."""

import re

from salesreport.language.readable import without_unseen


def one_line(written: str) -> str:
    r"""A text as a line of a document: lines and tabs become spaces, signs that nobody sees are spelt out.

    Examples:
        >>> one_line("two\nlines"), one_line("bell\x07"), one_line("half \ud83d")
        ('two lines', 'bell\\x07', 'half \\ud83d')
    """
    if written.isprintable() and written.isascii():
        return written
    return without_unseen(_SET_APART.sub("", _BREAKS.sub(" ", written)))


_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029 ]+")
_SET_APART = re.compile("[\u2068\u2069]")
"""What keeps texts from right to left apart in HTML; Office knows paragraphs and cells of their own."""
