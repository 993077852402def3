"""Office files are ZIP archives: the same content gives the same bytes, whenever and wherever it is written."""

import io
import zipfile
from typing import Any

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first time that a ZIP archive knows."""


def same_bytes(content: bytes) -> bytes:
    """An archive with its files in their order, without times, rights and names of the system that wrote it."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            made.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED, 6)
    return written.getvalue()


def forget(relations: Any, *kinds: str) -> None:
    """Leave out what the libraries' empty templates bring along: a picture of them, somebody's printer.

    Args:
        relations: of a package or part, by id. kinds: how the names of the kinds to leave out end.
    """
    for name in [name for name, one in relations.items() if one.reltype.endswith(kinds)]:
        relations.pop(name)
