"""What a file is, by its content: a name that ends in `.xls` may be a workbook, a web page or a text."""

import codecs
import io
import re
import zipfile
from pathlib import Path
from typing import Literal

from salesreport.ingest.files.encodings import is_utf16
from salesreport.ingest.workbooks.excel_xml import is_excel_xml

Kind = Literal["workbook", "parquet", "page", "zip", "gzip", "text"]

WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
PARQUETS = {".parquet", ".pq"}
ARCHIVES = {".zip", ".gz"}
PAGES = {".htm", ".html"}
"""Endings of names, which decide only what the content leaves open."""

DATA_FILES = {*WORKBOOKS, *PARQUETS, *ARCHIVES, *PAGES, ".csv", ".tsv", ".tab", ".txt"}
"""Endings of files that hold data."""

_OF_WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin", "content.xml", "mimetype", "[Content_Types].xml"}
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|meta|body|table|style|title|div|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 65_536
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a]")


def is_data_file(path: Path) -> bool:
    """Whether a file's name says that it holds data, not a source spec."""
    return path.suffix.lower() in DATA_FILES


def kind_of(data: bytes, suffix: str) -> Kind:
    """What a file is; `page` is what is read as text and has tables: HTML, and workbooks in one XML file.

    Args:
        data: its content. suffix: the ending of its name, which counts where the content tells nothing.

    Examples:
        >>> kind_of(b"Id,Owner", ".xls"), kind_of(b" <html><table><tr><td>Id", ".xls"), kind_of(b"PAR1", ".csv")
        ('text', 'page', 'parquet')
    """
    if data.startswith(b"PK\x03\x04"):
        return "workbook" if _is_workbook(data, suffix) else "zip"
    if data.startswith(b"\x1f\x8b"):
        return "gzip"
    if data.startswith(b"PAR1") or suffix.lower() in PARQUETS:
        return "parquet"
    if data.startswith(_COMPOUND):
        return "workbook"
    beginning = _beginning(data)
    if _PAGE.match(beginning) or is_excel_xml(beginning):
        return "page"
    return "workbook" if suffix.lower() in WORKBOOKS and not _is_text(data) else "text"


def declared_in_page(data: bytes) -> str | None:
    """The name of the Python codec that a page declares; None where it declares none, or nothing Python knows.

    Examples:
        >>> declared_in_page(b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">')
        'cp1251'
        >>> declared_in_page(b'<meta charset="iso-8859-1">'), declared_in_page(b"<table>")
        ('cp1252', None)
    """
    match = _CHARSET.search(data[:_LOOKED_AT])
    try:
        name = codecs.lookup(match[1].decode("ascii")).name if match else None
    except LookupError:
        return None
    # what every browser makes of Latin-1
    return {"iso8859-1": "cp1252", "ascii": "cp1252", "utf-16": None, "utf-16-le": None}.get(name or "", name)


def _is_workbook(data: bytes, suffix: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return not _OF_WORKBOOKS.isdisjoint(archive.namelist())
    except Exception:  # damaged: who reads it will say how
        return suffix.lower() in WORKBOOKS


def _beginning(data: bytes) -> bytes:
    """The first part of a file, as UTF-8 where it says that it is UTF-16."""
    first = data[:_LOOKED_AT]
    if first.startswith(_MARKS[1:]):
        return first[: len(first) // 2 * 2].decode("utf-16", "replace").encode("utf-8", "replace")
    return first.removeprefix(_MARKS[0])


def _is_text(data: bytes) -> bool:
    """Whether a file may be a text: no control characters, and zeros only in UTF-16."""
    first = data[:_LOOKED_AT]
    wide = "utf-16" if first.startswith(_MARKS[1:]) else is_utf16(data)
    if wide is not None:
        first = first[: len(first) // 2 * 2].decode(wide, "replace").encode("utf-8", "replace")
    return b"\0" not in first and not _CONTROL.search(first)
