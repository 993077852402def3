"""Errors of spreadsheets: `#N/A` as a text, and in workbooks the cells that the reader hands over as empty.

The reader of workbooks gives an empty cell for an error and for a formula that no program has ever calculated.
In `.xlsx` and `.xlsm` the cells' own XML tells these from cells that are empty. In `.xls`, `.xlsb` and `.ods` it
cannot be told: there an error looks like an empty cell.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.raw import RawColumn

NOT_CALCULATED = "#NOT CALCULATED"
"""What a formula without a value is shown as."""

ERRORS = (
    "#N/A", "#REF!", "#VALUE!", "#NUM!", "#DIV/0!", "#NAME?", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!",
    "#GETTING_DATA", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", NOT_CALCULATED,
    "#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#ÜBERLAUF!",
    "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!",
    "#¡VALOR!", "#¡REF!", "#¡NUM!", "#¡DIV/0!", "#¿NOMBRE?", "#¡NULO!", "#N/D", "#VALOR!", "#NOME?", "#NÚM!",
    "#VALORE!", "#RIF!", "#WAARDE!", "#VERW!", "#GETAL!", "#NAAM?", "#N/B", "#DEEL/0!",
    "#ARG!", "#ADR!", "#LICZBA!", "#DZIEL/0!", "#NAZWA?", "#HODNOTA!", "#ODKAZ!", "#ČÍSLO!", "#NÁZEV?",
    "#ÉRTÉK!", "#HIV!", "#SZÁM!", "#ZÉRÓOSZTÓ!", "#NÉV?", "#HIÁNYZIK",
    "#Н/Д", "#ССЫЛКА!", "#ЗНАЧ!", "#ЧИСЛО!", "#ДЕЛ/0!", "#ИМЯ?", "#ПУСТО!",
)  # fmt: skip
"""How spreadsheets write an error, in the languages that write it their own way."""

_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*>')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b(?P<attributes>[^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_AT = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Broken(NamedTuple):
    """A cell of a sheet without a value: its row and column, from 0, and what it shows."""

    row: int
    column: int
    shown: str


def without_errors(cells: RawColumn) -> tuple[RawColumn, np.ndarray[Any, Any] | None]:
    """A column with its error cells emptied, and which these were; None where there are none."""
    if not pa.types.is_string(cells.cells.type) or not pc.any(pc.starts_with(cells.cells, "#")).as_py():
        return cells, None
    broken = pc.is_in(pc.utf8_upper(cells.texts), value_set=pa.array(ERRORS, pa.string()))
    if not pc.any(broken).as_py():
        return cells, None
    return RawColumn(pc.if_else(broken, None, cells.cells), cells.typed_numbers), np.asarray(broken)


def broken_cells(data: bytes, sheet: str) -> list[Broken]:
    """The errors and the formulas never calculated of a sheet, as far as its file tells them.

    Args:
        data: the workbook. sheet: the sheet's name.

    Returns:
        None of a file that is no `.xlsx`, and none of cells that do not say where they are.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = _part_of(archive, sheet)
            return [] if part is None else list(_found(archive.read(part)))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, OSError):
        return []


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of a sheet's part in the archive."""
    relations = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    }
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            target = relations.get(element.get(_RELATION, ""), "")
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return None


def _found(xml: bytes) -> Iterator[Broken]:
    if b't="e"' in xml:
        for match in _ERROR.finditer(xml):
            value = _VALUE.search(xml, match.end(), xml.find(b"c>", match.end()))
            yield from _at(match[0], value[1].decode("utf-8", "replace") if value else "#N/A")
    if b"f>" in xml or b"<f" in xml:
        for match in _FORMULA.finditer(xml):
            # a formula whose result is the empty text is calculated
            if b't="str"' not in match["attributes"] and b't="e"' not in match["attributes"]:
                yield from _at(match["attributes"], NOT_CALCULATED)


def _at(attributes: bytes, shown: str) -> Iterator[Broken]:
    place = _AT.search(attributes)
    if place is not None:
        column = 0
        for letter in place[1].decode():
            column = column * 26 + ord(letter) - ord("A") + 1
        yield Broken(int(place[2]) - 1, column - 1, shown)
