"""What an export is read from, as a checksum: while it stays the same, there is nothing to read."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import salesreport
from salesreport.files import file_checksum
from salesreport.ingest.spec.dated_files import DATE, find_dated_files
from salesreport.ingest.spec.spec import SourceSpec
from salesreport.refresh.journal import checksum


def inputs_of(spec: SourceSpec, source: Path, root: Path) -> str:
    """The checksum of a source: spec, process file, every file that is read, this version.

    Of dated exports all names count, of the newest the content too: the others are in the dataset already.

    Returns:
        64 hexadecimal digits; empty where it is not known, for databases can only be asked.

    Raises:
        DataError: dated exports that are not there, or not as they should be.
    """
    plain = spec.model_dump(mode="json")
    if any(key == "sql" for key, _ in _texts(plain)):
        return ""
    parts: list[object] = [salesreport.__version__, source.read_bytes()]
    if spec.process is not None:
        parts.append(_content(Path(os.path.normpath(source.parent / spec.process))))
    for name in sorted({text for key, text in _texts(plain) if key in ("file", "rates")}):
        if DATE in name:
            dated = find_dated_files(name, root, "deals").files
            parts += [name, [one.file for one in dated], _content(root / dated[-1].file)]
        else:
            parts += [name, _content(root / name)]
    return checksum(*parts)


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every text of a spec, with its key."""
    if isinstance(value, dict):
        for key, one in value.items():
            if isinstance(one, str):
                yield str(key), one
            else:
                yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _content(file: Path) -> str:
    try:
        return file_checksum(file)
    except OSError:
        return "missing"  # reading it says so
