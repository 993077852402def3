"""A CSV file of parameter rows: one report per row."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from salesreport.errors import ConfigError, DataError, nearest
from salesreport.language import Text, ntext, text
from salesreport.pack.languages import LANGUAGE, languages_in
from salesreport.pack.notebook import Notebook
from salesreport.pack.notes import checked
from salesreport.pack.packfile import DIMENSIONS
from salesreport.pack.subjects import Subject

ID, NAME, NOTE = "id", "name", "note"
"""The columns with a row's key, with what its report is called, and with a word of one's own to the subject."""

TELLING = (*DIMENSIONS, "period")
"""The parameters that say whom and when a report is about."""

COMMON = ("dataset",)
"""Parameters that are the same for all reports of a pack."""


class Row(NamedTuple):
    """A row: what its report is called, the parameters it gives, its place for errors, and its note."""

    subject: Subject
    parameters: dict[str, Any]
    where: dict[str, Any]
    note: str = ""


def read_rows(file: Path, notebook: Notebook) -> list[Row]:
    """Read parameter rows; the headings are names of parameters, an empty cell leaves a parameter as it is.

    Column `language` says the language of a row's report. A report's key is in column `id`; without it, it is what
    the row says of whom and when (`rep`, `period` …), or all of its parameters where that is not enough to tell
    rows apart. `name` and `note` never are part of a key.

    Raises:
        ConfigError: a heading that is no parameter, a value that does not fit.
        DataError: no such file, not a CSV file, no rows, two rows of one id, a language without a catalogue.
    """
    lines = csv_lines(file)
    headings = [heading.strip() for heading in lines[0]] if lines else []
    numbered = [(number, cells) for number, cells in enumerate(lines[1:], start=2) if any(cells)]
    if not numbered:
        raise DataError(text("The file has no rows."), file=file)
    _check_headings(headings, notebook, file)
    own = {one for one in (NAME, NOTE) if not notebook.declares(one)}
    parts = _parts([dict(zip(headings, cells, strict=False)) for _, cells in numbered], own)
    languages = _languages(headings, numbered, file)
    rows: dict[str, Row] = {}
    for number, cells in numbered:
        if len(cells) > len(headings):
            raise DataError(text("The row is longer than the heading."), file=file, rows=[number])
        given = {heading: cell for heading, cell in zip(headings, cells, strict=False) if cell != ""}
        key = given.pop(ID, None) or " · ".join(given[one] for one in parts if one in given)
        name = given.pop(NAME, key) if NAME in own else key
        note = given.pop(NOTE, "") if NOTE in own else ""
        if key in rows:
            raise DataError(
                text("Two rows have the same key."), file=file, column=ID, rows=[number], found=key,
                hint=text("Give each row a name of its own in a column “{name}”.", name=ID),
            )  # fmt: skip
        parameters = {}
        for heading, cell in given.items():
            where = {"file": file, "line": number, "key": heading}
            parameters[heading] = notebook.read(heading, cell, where)
            if heading == LANGUAGE:
                parameters[heading] = languages[number]
        note = checked(note, {"file": file, "line": number, "key": NOTE})
        rows[key] = Row(Subject("row", key, name), parameters, {"file": file, "line": number}, note)
    return list(rows.values())


def _languages(headings: list[str], numbered: list[tuple[int, list[str]]], file: Path) -> dict[int, str]:
    """Number of a row → its language, of those that say one."""
    if LANGUAGE not in headings:
        return {}
    at = headings.index(LANGUAGE)
    written = {number: cells[at] for number, cells in numbered if cells[at : at + 1] not in ([], [""])}
    return languages_in(written, _numbers, {"file": file, "column": LANGUAGE})


def _numbers(rows: Sequence[int]) -> Text:
    return ntext("row {rows}", "rows {rows}", n=len(rows), rows=[str(row) for row in rows])


def csv_lines(file: Path) -> list[list[str]]:
    """The cells of a CSV file that somebody filled in, with commas or, as spreadsheets write it, semicolons.

    Raises:
        DataError: no such file, or not a CSV file.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline()
            stream.seek(0)
            separator = ";" if first.count(";") > first.count(",") else ","
            return list(csv.reader(stream, delimiter=separator, strict=True))
    except FileNotFoundError:
        raise DataError(text("There is no such file."), file=file) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(text("The file cannot be read: {reason}.", reason=str(error)), file=file) from None


def _parts(rows: list[dict[str, str]], own: set[str]) -> list[str]:
    """The columns whose values are a row's key, where no column is."""
    every = [one for one in rows[0] if one not in {ID, *own}]
    telling = [one for one in every if one in TELLING]
    keys = [tuple(row.get(one, "") for one in telling) for row in rows]
    return telling if telling and len(set(keys)) == len(keys) else every


def _check_headings(headings: list[str], notebook: Notebook, file: Path) -> None:
    known = [ID, NAME, NOTE, *notebook.names]
    for heading in headings:
        where: dict[str, Any] = {"file": file, "line": 1, "key": heading}
        if heading not in known and heading not in COMMON:
            near = nearest(heading, known)
            raise ConfigError(
                text("There is no such heading."),
                **where,
                nearest=near,
                expected=None if near else text("one of {names}", names=known),
            )
        if heading in COMMON:
            raise ConfigError(text("This is a setting of the whole pack, not of a row."), **where)
        if headings.count(heading) > 1:
            raise ConfigError(text("This key stands twice."), **where)
