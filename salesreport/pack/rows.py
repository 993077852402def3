"""A CSV file of parameter rows: one report per row."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

from salesreport.errors import ConfigError, DataError
from salesreport.language import text
from salesreport.pack.notebook import Notebook
from salesreport.pack.subjects import Subject

ID = "id"
"""The column that names a row's report; without it, the row's values do."""

COMMON = ("dataset", "language")
"""Parameters that are the same for all reports of a pack."""


class Row(NamedTuple):
    """A row: what its report is called, the parameters it gives, and its place for errors."""

    subject: Subject
    parameters: dict[str, Any]
    where: dict[str, Any]


def read_rows(file: Path, notebook: Notebook) -> list[Row]:
    """Read parameter rows; the headings are names of parameters, an empty cell leaves a parameter as it is.

    Raises:
        ConfigError: a heading that is no parameter, a value that does not fit.
        DataError: no such file, not a CSV file, no rows, two rows of one id.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream, strict=True))
    except FileNotFoundError:
        raise DataError(text("There is no such file."), file=file) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(text("The file cannot be read: {reason}.", reason=str(error)), file=file) from None
    headings = [heading.strip() for heading in lines[0]] if lines else []
    numbered = [(number, cells) for number, cells in enumerate(lines[1:], start=2) if any(cells)]
    if not numbered:
        raise DataError(text("The file has no rows."), file=file)
    _check_headings(headings, file)
    rows: dict[str, Row] = {}
    for number, cells in numbered:
        if len(cells) > len(headings):
            raise DataError(text("The row is longer than the heading."), file=file, rows=[number])
        given = {heading: cell for heading, cell in zip(headings, cells, strict=False) if cell != ""}
        name = given.pop(ID, None) or " · ".join(given.values())
        if name in rows:
            raise DataError(
                text("Two rows have the same key."), file=file, column=ID, rows=[number], found=name,
                hint=text("Give each row a name of its own in a column “{name}”.", name=ID),
            )  # fmt: skip
        parameters = {}
        for heading, cell in given.items():
            where = {"file": file, "line": number, "key": heading}
            parameters[heading] = notebook.read(heading, cell, where)
        rows[name] = Row(Subject("row", name, name), parameters, {"file": file, "line": number})
    return list(rows.values())


def _check_headings(headings: list[str], file: Path) -> None:
    for heading in headings:
        where: dict[str, Any] = {"file": file, "line": 1, "key": heading}
        if heading in COMMON:
            raise ConfigError(text("This is a setting of the whole pack, not of a row."), **where)
        if headings.count(heading) > 1:
            raise ConfigError(text("This key stands twice."), **where)
