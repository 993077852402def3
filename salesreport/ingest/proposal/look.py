"""A data file without a source spec: its sheets, its headings, and what must be declared to read it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salesreport.errors import DataError
from salesreport.ingest.cells.raw import Raw
from salesreport.ingest.files.encodings import is_utf16, readings
from salesreport.ingest.files.file_kinds import declared_in_page
from salesreport.ingest.files.readers import opened, read
from salesreport.ingest.presets.presets import known_names, plainly
from salesreport.ingest.proposal.code_pages import told_by_headings
from salesreport.ingest.spec.spec import TableSpec
from salesreport.ingest.workbooks.workbooks import sheets_of
from salesreport.language import text

_TITLES = 10
"""Up to this row the headings are looked for."""


@dataclass(frozen=True)
class Sheet:
    """A file, or one sheet of a workbook, as it can be read.

    Attributes:
        file: its path, from the export's folder. options: what must be declared to read it so. raw: its cells.
        others: the other encodings that may read it, each with a sample.
    """

    file: str
    options: Mapping[str, Any]
    raw: Raw
    others: Sequence[str] = ()

    @property
    def shown(self) -> str:
        """How messages name it."""
        sheet = self.options.get("sheet")
        return f"{self.file} ({sheet})" if sheet else self.file


def look_into(path: Path, root: Path, declared: Mapping[str, Any] | None = None) -> list[Sheet]:
    """The sheets of a file that hold a table; one of a file that has no sheets.

    Args:
        path: the file. root: the export's folder. declared: settings that are known already, such as `encoding`.

    Raises:
        DataError: not one can be read.
    """
    file = path.relative_to(root).as_posix()
    declared = dict(declared or {})
    try:
        data, kind = opened(path.read_bytes(), file, "deals")
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(text("The file cannot be read: {reason}.", reason=reason), file=path) from None
    others: Sequence[str] = []
    if kind == "workbook":
        declared.pop("encoding", None)
    elif kind != "parquet" and "encoding" not in declared:
        options, others = _encoding(data)
        declared |= options
    names = sheets_of(data, file, page=kind == "page") if kind in ("workbook", "page") else []
    if len(names) > 1:
        return _readable([(file, {**declared, "sheet": name}) for name in names], root)
    return [_sheet(file, declared, root, others)]


def _readable(wanted: Sequence[tuple[str, dict[str, Any]]], root: Path) -> list[Sheet]:
    """The sheets that can be read: a workbook has empty ones and such with remarks."""
    sheets, failed = [], None
    for file, options in wanted:
        try:
            sheets.append(_sheet(file, options, root, []))
        except DataError as error:
            failed = failed or error
    if not sheets and failed is not None:
        raise failed
    return sheets


def _sheet(file: str, options: Mapping[str, Any], root: Path, others: Sequence[str]) -> Sheet:
    """A sheet, read from the row of its headings: the first with several cells."""
    failed: DataError | None = None
    found: Sheet | None = None
    for row in range(1, _TITLES + 1):
        declared = dict(options) if row == 1 else {**options, "header_row": row}
        try:
            raw = read(TableSpec(file=file, **declared), root, "deals", [])
        except DataError as error:
            failed = failed or error
            continue
        if found is not None and raw.headings != found.raw.headings:
            break
        if sum(map(bool, raw.headings)) > 1:
            found = Sheet(file, declared, raw, others)
            if row == 1:  # nothing need be declared: no later row can do better
                break
    if found is None:
        raise failed or DataError(text("The file has only one column."), file=file)
    return found


def _encoding(data: bytes) -> tuple[dict[str, Any], list[str]]:
    """The encoding that must be declared so that a text can be read, and others that may read it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or declared_in_page(data):
        return {}, []
    wide = is_utf16(data)
    if wide is not None:
        return {"encoding": wide}, []
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        offered = {reading.split(" ")[0]: reading for reading in readings(data)}
        told = told_by_headings(data, offered)
        if told is not None and told.certain:
            return {"encoding": told.page}, []
        page = told.page if told is not None else None
        names = sorted(offered, key=lambda name: (name != page, -_known_headings(data, name)))
        return ({"encoding": names[0]} if names else {}), [offered[name] for name in names[1:]]
    return {}, []


def _known_headings(data: bytes, encoding: str) -> int:
    """How many headings of the first line a CRM is known to write, where a text is read in an encoding."""
    first = data.split(b"\n", 1)[0].decode(encoding, "replace")
    known = known_names()
    return sum(plainly(one.strip(' "\r')) in known for one in re.split(r"[;,\t|]", first) if one)
