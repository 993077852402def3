"""Files packed with zip or gzip → the one file in them, never larger than allowed."""

import gzip
import io
import math
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from salesreport.errors import DataError
from salesreport.ingest.workbooks.workbooks import MEMORY, from_environment
from salesreport.language import text

_MEGABYTE = 2**20
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 1
_SHOWN = 5


class Unpacked(NamedTuple):
    """What an archive holds.

    Attributes:
        data: the content of its only file. name: of that file; '' where the archive does not say.
    """

    data: bytes
    name: str


def most_unpacked(size: int, environment: Mapping[str, str] = os.environ) -> int:
    """How many bytes the file in an archive of so many may have.

    Examples:
        >>> most_unpacked(2**20, {}) // 2**20, most_unpacked(20 * 2**20, {}) // 2**20
        (512, 1000)
        >>> most_unpacked(2**20, {"SALESREPORT_READ_MEMORY": "100"}) // 2**20
        100
    """
    return int(from_environment(environment, MEMORY, max(512, 50 * size / _MEGABYTE)) * _MEGABYTE)


def unpacked(data: bytes, kind: str, file: str, table: str) -> Unpacked:
    """The one file in an archive.

    Args:
        data: the archive. kind: `zip` or `gzip`. file, table: for messages.

    Raises:
        DataError: it is damaged, locked, too large when unpacked, or holds no file or several.
    """
    place: dict[str, Any] = {"file": file, "table": table}
    most = most_unpacked(len(data))
    try:
        found = _of_zip(data, most, place) if kind == "zip" else _of_gzip(data, most, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise DataError(
            text("The archive cannot be read: {reason}.", reason=reason), **place, hint=text("Unpack it by hand.")
        ) from None
    if len(found.data) > most:
        raise DataError(
            text("Unpacked, the file is larger than {size} MB.", size=f"{math.ceil(most / _MEGABYTE)}"),
            **place,
            hint=text("Unpack it by hand, or allow more: {setting}.", setting=f"{MEMORY}=…"),
        )
    if not found.data:
        raise DataError(text("The file is empty."), **place)
    return found


def _of_gzip(data: bytes, most: int, file: str) -> Unpacked:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        return Unpacked(packed.read(most + 1), PurePosixPath(file).stem)


def _of_zip(data: bytes, most: int, place: dict[str, Any]) -> Unpacked:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one.filename)]
        if len(inside) != 1:
            raise DataError(
                text("The archive holds several files.") if inside else text("The archive holds no file."),
                **place,
                found=[one.filename for one in inside[:_SHOWN]] or None,
                expected=text("one file"),
            )
        only = inside[0]
        if only.flag_bits & _ENCRYPTED:
            raise DataError(text("The archive is locked with a password."), **place, found=only.filename)
        if only.compress_type not in _METHODS:
            raise NotImplementedError("compression method")
        with archive.open(only) as packed:
            return Unpacked(packed.read(most + 1), only.filename)


def _is_hidden(name: str) -> bool:
    """What systems leave in archives, beside the files that people put there."""
    path = PurePosixPath(name)
    return path.parts[0] == "__MACOSX" or path.name.startswith(".") if path.parts else True
