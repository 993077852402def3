"""Errors of spreadsheets: `#N/A` as a text, and in workbooks the cells that the reader hands over as empty.

The reader of workbooks gives an empty cell for an error and for a formula that no program has ever calculated.
In `.xlsx` and `.xlsm` the cells' own XML tells these from cells that are empty (`sheet_xml`). In `.xls`, `.xlsb`
and `.ods` it cannot be told: there an error looks like an empty cell.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.raw import RawColumn, decoded
from salesreport.ingest.workbooks.sheet_xml import NOT_CALCULATED

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


def without_errors(cells: RawColumn) -> tuple[RawColumn, np.ndarray[Any, Any] | None]:
    """A column with its error cells emptied, and which these were; None where there are none."""
    if not cells.is_text:
        return cells, None
    distinct = cells.cells.dictionary if cells.is_coded else cells.cells
    if not pc.any(pc.starts_with(distinct, "#")).as_py():
        return cells, None
    broken = pc.is_in(pc.utf8_upper(cells.texts), value_set=pa.array(ERRORS, pa.string()))
    if not pc.any(broken).as_py():
        return cells, None
    whole = decoded(cells.cells) if cells.is_coded else cells.cells
    return replace(cells, cells=pc.if_else(broken, None, whole)), np.asarray(broken)
