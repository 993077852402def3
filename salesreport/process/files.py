"""Process files: read, checked by themselves and against the data they speak of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from salesreport.config import Place, explain, parse_yaml, read_yaml
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, nearest
from salesreport.language import Text, text
from salesreport.process.model import Process, ProcessFile

Tables = Dataset | Mapping[str, pd.DataFrame]
"""Where names are looked up: a dataset, or frames of canonical tables by name."""

_STAGES = (("deals", "stage"), ("stage_events", "stage"), ("snapshots", "stage"))
_VALUES = {
    "pipeline": (("deals", "pipeline"),),
    "product_line": (("deals", "product_line"),),
    "segment": (("deals", "segment"), ("accounts", "segment")),
    "lead_source": (("deals", "lead_source"), ("leads", "source")),
    "kind": (("deals", "kind"),),
}


def load_process(path: Path | str) -> ProcessFile:
    """Read a process file.

    Raises:
        ConfigError: no such file, not YAML, or not a process file; it names the line and the nearest valid name.
    """
    return _validated(*read_yaml(path), Path(path))


def parse_process(content: str, path: Path | None = None) -> ProcessFile:
    """Read a process file's text; `path` is only named in errors.

    Raises:
        ConfigError: it is not YAML, or not a process file.

    Examples:
        >>> file = parse_process("processes: [{name: All, milestones: [{key: offer, title: Offer, stages: O}]}]")
        >>> file.keys
        ('offer',)
        >>> parse_process(file.text) == file
        True
    """
    return _validated(*parse_yaml(content, path), path)


def check_process(file: ProcessFile, tables: Tables, path: Path | str | None = None) -> list[Text]:
    """Make sure that the data have the stages, activity types, columns and values a process speaks of.

    A name is only looked for where a table is there that could have it. Where the data show just today's stages
    (no stage history) and each of them is named, a stage no deal is in is no error but a note.

    Args:
        file: the process. tables: the data: a dataset, or frames of canonical tables.
        path: the file it was read from, named in errors together with the line.

    Returns:
        Notes on what could not be told.

    Raises:
        ConfigError: a name that the data do not have.
    """
    notes: list[Text] = []
    try:
        for number, process in enumerate(file.processes):
            place: Place = ("processes", number)
            _check_where(process, tables, place)
            notes += _check_signs(process, file, tables, place)
    except _Unknown as unknown:
        lines = read_yaml(path)[1] if path is not None else {}
        place = unknown.place
        raise ConfigError(
            unknown.problem,
            file=path,
            line=next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None),
            key=".".join(str(part) for part in place),
            found=unknown.found,
            expected=None if unknown.near or not unknown.valid else text("one of {names}", names=unknown.valid),
            nearest=unknown.near,
        ) from None
    return notes


class _Unknown(Exception):
    """A name the data do not have; becomes a `ConfigError` once its line is known."""

    def __init__(self, place: Place, problem: Text, found: str, valid: set[str]) -> None:
        super().__init__(str(problem))
        self.place, self.problem, self.found, self.valid = place, problem, found, sorted(valid)
        self.near = nearest(found, self.valid)


def _validated(data: Any, lines: dict[Place, int], path: Path | None) -> ProcessFile:
    try:
        file = ProcessFile.model_validate(data)
    except ValidationError as error:
        raise explain(error, ProcessFile, path, lines) from None
    if not file.processes and "base" not in file.model_fields_set:
        raise ConfigError(
            text("There is neither a process nor a category of customers."),
            file=path,
            expected=text("at least one of {names}", names=["processes", "base"]),
        )
    return file


def _check_where(process: Process, tables: Tables, place: Place) -> None:
    if not _has(tables, "deals"):
        return
    for column, wanted in process.where.items():
        known = [_found(tables, *source) for source in _VALUES[column] if _has(tables, source[0])]
        found = set().union(*known)
        if not found:
            columns = {name for name, sources in _VALUES.items() if any(_found(tables, *one) for one in sources)}
            raise _Unknown((*place, "where", column), text("The deals have no such column."), column, columns)
        for number, value in enumerate(wanted):
            if value not in found:
                problem = text("No deal has this value.")
                raise _Unknown((*place, "where", column, number), problem, value, found)


def _check_signs(process: Process, file: ProcessFile, tables: Tables, place: Place) -> list[Text]:
    stages = set().union(*(_found(tables, *source) for source in _STAGES))
    can_show_stages = any(_has(tables, table) for table, _ in _STAGES)
    types = _found(tables, "activities", "type")
    unseen = []
    for number, milestone in enumerate(process.milestones):
        here: Place = (*place, "milestones", number)
        for position, sign in enumerate(milestone.stages):
            if sign.name not in stages and can_show_stages:
                if not _could_be_empty(file, tables):
                    problem = text("No deal has ever been in this stage.")
                    raise _Unknown((*here, "stages", position), problem, sign.name, stages)
                unseen.append(sign.name)
        for position, name in enumerate(milestone.activities):
            if name not in types and _has(tables, "activities"):
                problem = text("No activity is of this type.")
                raise _Unknown((*here, "activities", position), problem, name, types)
        if milestone.field and _has(tables, "deals") and not _found(tables, "deals", milestone.field):
            columns = {"created_on"} if _found(tables, "deals", "created_on") else set()
            problem = text("The deals have no such column.")
            raise _Unknown((*here, "field"), problem, milestone.field, columns)
    if not unseen:
        return []
    return [text("No deal is in these stages of the process now: {names}.", names=unseen)]


def _could_be_empty(file: ProcessFile, tables: Tables) -> bool:
    """Whether a stage that nobody is in may exist: nothing but today's is known, and all of that is named."""
    if _found(tables, "stage_events", "stage") and _found(tables, "stage_events", "origin") != {"snapshot"}:
        return False
    if not (_found(tables, "deals", "stage") and _found(tables, "deals", "status")):
        return False
    deals = _columns(tables, "deals", "stage", "status")
    today = set(deals.loc[deals["status"] == "open", "stage"].dropna())
    named = {sign.name for process in file.processes for one in process.milestones for sign in one.stages}
    return bool(today) and today <= named


def _has(tables: Tables, table: str) -> bool:
    return table in (tables.rows if isinstance(tables, Dataset) else tables)


def _found(tables: Tables, table: str, column: str) -> set[str]:
    """The values a column has; none where table or column are absent."""
    if isinstance(tables, Dataset):
        known = tables.has(table, column)
    else:
        known = table in tables and column in tables[table]
    return set(map(str, _columns(tables, table, column)[column].dropna().unique())) if known else set()


def _columns(tables: Tables, table: str, *columns: str) -> pd.DataFrame:
    return tables.table(table, columns) if isinstance(tables, Dataset) else tables[table][list(columns)]
