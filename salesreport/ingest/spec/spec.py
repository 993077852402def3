"""The source spec: how an export maps to the canonical tables."""

import codecs
import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from babel.numbers import list_currencies
from pydantic import Field, field_validator, model_validator

from salesreport.config import Day, Place, Settings, TextError, load, read_yaml
from salesreport.dataset import DatasetSettings
from salesreport.errors import ConfigError, nearest
from salesreport.ingest.cells.headings import positions
from salesreport.ingest.cells.month_names import LANGUAGES
from salesreport.ingest.spec.dated_files import DATE
from salesreport.ingest.spec.doubts import Doubt
from salesreport.ingest.spec.spec_parts import AnyColumn, PeriodSpec, StatusSpec, Word, Words
from salesreport.language import Text, text
from salesreport.tables import TABLES, Table

DateOrder = Literal["dmy", "mdy", "ymd"]
Mark = Literal[".", ","]
STAGE, PIPELINE = "{stage}", "{pipeline}"
"""What stands in a heading's pattern where the names of a stage and of a pipeline are."""

_CLOSING = "closed_on"
"""What closed deals need."""


def known_timezone(value: str) -> str:
    """A time zone's name, where there is such a zone.

    Raises:
        TextError: there is none; it names the nearest.
    """
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise TextError(
            text("There is no such time zone."),
            text("an IANA name such as Europe/Budapest"),
            nearest(value, zoneinfo.available_timezones()),
        ) from None
    return value


class TableSpec(Settings):
    """Where a canonical table comes from, and what its columns are called there.

    Attributes:
        file: CSV, Excel, a web page with a table, Parquet, or one of these in a zip or gzip; relative to the
            export's folder. Its content says what it is, not its name. sheet: of a workbook with several, or
            `Table 2` of a page.
            header_row: number of the row with the headings (default: the first that is not empty).
        encoding: a Python codec; with the next four, declared only where it cannot be told for certain.
        separator: of the columns of a CSV file, one character or `tab`. decimal: the decimal mark.
        thousands: what separates thousands. date_order: the order of day, month and year.
        month_names: code of the language that months are named in, where languages read a name differently.
        sql: address of a database, as SQLAlchemy writes it, instead of a file. query: what is read from it.
        timezone: where its times of day without an offset are meant, if not where the dataset's days are: many
            systems write UTC. Columns of days without a time of day stay as they are.
        columns: canonical column → heading, or see Column. constants: canonical column → a value for all rows.
        values: canonical column → value seen → value wanted.
        status: where the state of a deal comes from. period: where the period of a target comes from.
        keep: heading → values of the rows that belong to this table, where a file has rows of several kinds; the
            others are not read.
        drop: heading → values of rows that are no data, such as test deals; they are set aside.
        signs: `ignore` where the currency sign of an amount is not that of the deal.
        rows: of what has several rows (a product each): `sum` adds the amounts of a deal up, `same` takes the
            first row, where each repeats the whole.
        doubts: what readers of reports should know of the mapping, as `salesreport ingest --write-spec` writes it.
        per_stage: of table stage_events, where a column per stage holds the day a deal entered it: how these
            headings are written, such as `Date entered "{stage} ({pipeline})"`; or heading → stage.
        before: of tables stage_events and deal_owners, where rows are changes: heading of the value before the
            change. It is what a deal began with, on the day it was created.
        also: further files of the same table, each with settings of its own. Several files that are alike can be
            a list in `file`.

    A file with `{date}` in its name means all exports of the table: of deals each becomes a snapshot, of other
    tables the newest is read.
    """

    file: str | None = None
    sheet: str | None = None
    header_row: int | None = Field(default=None, ge=1)
    encoding: str | None = None
    separator: str | None = None
    decimal: Mark | None = None
    thousands: Literal[".", ",", " ", "'", "’"] | None = None
    date_order: DateOrder | None = None
    month_names: Literal[LANGUAGES] | None = None  # type: ignore[valid-type]
    sql: str | None = None
    query: str | None = None
    timezone: str | None = None
    columns: dict[str, AnyColumn] = Field(default_factory=dict)
    constants: dict[str, Word] = Field(default_factory=dict)
    values: dict[str, dict[Word, Word]] = Field(default_factory=dict)
    status: StatusSpec | None = None
    period: PeriodSpec | None = None
    keep: dict[Word, Words] = Field(default_factory=dict)
    drop: dict[Word, Words] = Field(default_factory=dict)
    signs: Literal["ignore"] | None = None
    rows: Literal["sum", "same"] | None = None
    doubts: tuple[Doubt, ...] = ()
    per_stage: Words | dict[Word, Word] | None = None
    before: Word | None = None
    also: tuple["TableSpec", ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _file_by_file(cls, value: Any) -> Any:
        """Several files that are alike are one with others beside it."""
        if not isinstance(value, Mapping) or not isinstance(value.get("file"), list | tuple):
            return value
        files = list(value["file"])
        if len(set(map(str, files))) < max(len(files), 1):
            raise TextError(text("Each file once, and at least one."), place=("file",))
        rest = {name: setting for name, setting in value.items() if name not in ("file", "also")}
        more = [{**rest, "file": file} for file in files[1:]]
        return {**rest, "file": files[0], "also": [*more, *value.get("also", [])]}

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, value: str | None) -> str | None:
        try:
            "".encode(value or "utf-8")
            return codecs.lookup(value).name if value else None
        except (LookupError, ValueError):
            known = ("utf-8", "utf-16", "cp1250", "cp1251", "cp1252", "iso-8859-1", "iso-8859-2")
            raise TextError(
                text("There is no such encoding."),
                text("one such as {names}", names=list(known)),
                nearest(str(value), known),
            ) from None

    @field_validator("separator")
    @classmethod
    def _is_one_character(cls, value: str | None) -> str | None:
        value = "\t" if value in ("tab", "\\t") else value
        if value is not None and (len(value) != 1 or value in '"\r\n'):
            raise TextError(text("A separator is one character."), text("a comma, a semicolon, “tab” or “|”"))
        return value

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, value: str | None) -> str | None:
        return None if value is None else known_timezone(value)

    @field_validator("per_stage")
    @classmethod
    def _names_stages(cls, value: Any) -> Any:
        if isinstance(value, tuple) and not all(pattern.count(STAGE) == 1 for pattern in value):
            raise TextError(
                text("The place of the stage is not marked."),
                text("a heading with “{sign}” in it, once", sign=STAGE),
            )
        return value

    @property
    def parts(self) -> tuple["TableSpec", ...]:
        """One spec per file: itself, and those of further files."""
        return (self.model_copy(update={"also": ()}), *self.also) if self.also else (self,)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings that a file must have, as far as they are named one by one."""
        named = [heading for column in self.columns.values() for heading in column.headings]
        status = self.status.headings if self.status else ()
        period = [self.period.starts] if self.period else []
        staged = list(self.per_stage) if isinstance(self.per_stage, dict) else []
        before = [self.before] if self.before else []
        return tuple(dict.fromkeys([*named, *self.keep, *self.drop, *status, *period, *staged, *before]))

    @property
    def dated(self) -> bool:
        """Whether its file means several dated exports."""
        return self.file is not None and DATE in self.file

    def without_absent(self, table: Table, headings: Sequence[str]) -> tuple["TableSpec", list[str]]:
        """The same without the optional columns that a file does not have, and the headings of these.

        Args:
            table: the canonical table. headings: of the file.
        """
        needed = {*table.required, _CLOSING, self.status.source if self.status else None}
        absent = {
            column: its.shown
            for column, its in self.columns.items()
            if column not in needed and its.headings and not any(positions(one, headings) for one in its.headings)
        }
        undropped = [heading for heading in self.drop if not positions(heading, headings)]
        if not absent and not undropped:
            return self, []
        less = {
            "columns": {column: heading for column, heading in self.columns.items() if column not in absent},
            "values": {column: values for column, values in self.values.items() if column not in absent},
            "drop": {heading: values for heading, values in self.drop.items() if heading not in undropped},
        }
        return self.model_copy(update=less), sorted({*absent.values(), *undropped})

    @model_validator(mode="after")
    def _one_origin(self) -> "TableSpec":
        if (self.file is None) == (self.sql is None):
            raise TextError(text("A table comes either from a file or from a database (sql and query)."))
        if (self.sql is None) != (self.query is None):
            raise TextError(text("A database needs both “sql” and “query”."))
        if any(part.dated for part in (self, *self.also)) and self.also:
            raise TextError(
                text("Files with “{sign}” in their names cannot be read together with others.", sign=DATE)
            )
        if any(part.also for part in self.also):
            raise TextError(text("The settings of a further file cannot name further files."))
        if self.decimal is not None and self.decimal == self.thousands:
            raise TextError(text("The decimal mark cannot also separate thousands."))
        return self


class SourceSpec(Settings):
    """A whole export.

    Attributes:
        name: of the dataset, as reports show it. currency: ISO code of the currency it is in.
        stated_as_of: written `as_of`: the day the data was true; may be left out where files are dated, and is
            then the newest day.
        timezone: where its days are meant, an IANA name such as Europe/Budapest.
        fiscal_year_start: the month a fiscal year starts in. A fiscal year is named after the calendar year it
            ends in: with 4, `2025-Q1` is April to June 2024.
        preset: left empty; `salesreport ingest FILE… --preset` makes a spec of files that have none.
        process: the process file (milestones, customer base), relative to the source spec.
        rates: file of dated rates, with the columns currency, from (first day) and rate (dataset's currency per 1
            unit).
        not_people: owners who are no person (a queue, an integration, nobody), by id or name: they count in
            totals, never as a peer, and get no report.
        tables: per canonical table, where it comes from.
    """

    name: str = Field(min_length=1)
    stated_as_of: Day | None = Field(default=None, alias="as_of")
    currency: str
    timezone: str = "UTC"
    fiscal_year_start: int = Field(default=1, ge=1, le=12)
    preset: str | None = None
    process: str | None = None
    rates: str | None = None
    not_people: Words = ()
    tables: dict[str, TableSpec] = Field(min_length=1)

    @field_validator("preset")
    @classmethod
    def _no_presets_yet(cls, value: str | None) -> None:
        if value is not None:
            raise TextError(
                text(
                    "A source spec takes no presets: it lists the columns. "
                    "“salesreport ingest FILE… --preset” writes one."
                ),
                "null",
            )

    @field_validator("currency")
    @classmethod
    def _is_currency(cls, value: str) -> str:
        known = list_currencies()
        if value not in known:
            near = value.upper() if value.upper() in known else None
            raise TextError(text("There is no such currency."), text("an ISO code such as EUR"), near)
        return value

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, value: str) -> str:
        return known_timezone(value)

    @property
    def as_of(self) -> dt.date:
        """The day the data was true; `exports.choose_exports` decides it where it is left out."""
        assert self.stated_as_of is not None, "choose_exports comes first"
        return self.stated_as_of

    @property
    def settings(self) -> DatasetSettings:
        """The settings of the dataset it describes."""
        return DatasetSettings(
            name=self.name,
            as_of=self.as_of,
            currency=self.currency,
            timezone=self.timezone,
            fiscal_year_start=self.fiscal_year_start,
            won_stages=self._stages_of("won"),
            lost_stages=self._stages_of("lost"),
            not_people=self.not_people,
        )

    def _stages_of(self, state: Literal["won", "lost"]) -> tuple[str, ...]:
        """The values that mean won, or lost, as table `deals` shows them where they are stages."""
        deals = self.tables.get("deals")
        if deals is None or deals.status is None:
            return ()
        words = deals.status.words(state)
        shown = deals.values.get("stage", {})
        return tuple(dict.fromkeys([*words, *(shown[word] for word in words if word in shown)]))


def load_source(path: Path | str) -> SourceSpec:
    """Read and check a source spec.

    Raises:
        ConfigError: no such file, not YAML, an unknown setting, table or canonical column, or a required column
            that is neither mapped nor constant; it names the line and the nearest valid name.
    """
    spec = load(path, SourceSpec)
    for name, table in spec.tables.items():
        parts: list[tuple[Place, TableSpec]] = [(("tables", name), table.parts[0])]
        parts += [(("tables", name, "also", at), part) for at, part in enumerate(table.also)]
        for place, what, fields in [one for here, part in parts for one in _problems(name, part, here)]:
            _, lines = read_yaml(path)
            line = next(lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in lines)
            key = ".".join(str(part) for part in place)
            raise ConfigError(what, file=path, line=line, key=key, **fields)
    return spec


Problem = tuple[Place, Text, dict[str, Any]]


def _problems(name: str, spec: TableSpec, here: Place) -> list[Problem]:
    """What is wrong with the spec of one table's file, beyond the types of its settings."""
    if name not in TABLES:
        return [(here, text("There is no such table."), _one_of(name, list(TABLES)))]
    table = TABLES[name]
    problems: list[Problem] = [
        ((*here, part, column), text("The table has no such column."), _one_of(column, table.names))
        for part in ("columns", "constants", "values")
        for column in getattr(spec, part)
        if column not in table.names
    ]
    problems += [
        ((*here, "constants", column), text("This column is both mapped and constant."), {})
        for column in spec.constants
        if column in spec.columns
    ]
    problems += [
        ((*here, "values", column), text("Values are translated for a column that is not mapped."), {})
        for column in spec.values
        if column not in spec.columns and not (spec.per_stage and column == "stage")
    ]
    made = _made_columns(name, spec)
    for setting, (tables, columns) in made.items():
        if name not in tables:
            what = text("Only {tables} take “{key}”.", tables=list(tables), key=setting)
            problems.append(((*here, setting), what, {}))
        problems += [
            ((*here, setting), text("Column {column} is also mapped in “columns”.", column=column), {})
            for column in columns
            if column in spec.columns or column in spec.constants
        ]
    given = {*spec.columns, *spec.constants, *(column for _, columns in made.values() for column in columns)}
    problems += [
        (here, text("The required column {column} is neither mapped nor constant.", column=column), {})
        for column in table.required
        if column not in given
    ]
    return problems


def _made_columns(name: str, spec: TableSpec) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The settings given that only some tables take → these tables, and the columns that the setting makes."""
    told = spec.status is not None and not (spec.status.source == "status" and "status" in spec.columns)
    status = ("status",) if told else ()
    settings: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "status": (("deals",), status),
        "period": (("targets",), ("period",)),
        "rows": (tuple(one for one in TABLES if TABLES[one].key) if spec.rows == "same" else ("deals",), ()),
        "per_stage": (("stage_events",), ("stage", "entered_at")),
        "before": (("stage_events", "deal_owners"), ()),
    }
    return {key: value for key, value in settings.items() if getattr(spec, key) is not None}


def _one_of(name: str, valid: list[str] | tuple[str, ...]) -> dict[str, Any]:
    near = nearest(name, valid)
    return {"nearest": near} if near else {"expected": text("one of {names}", names=list(valid))}
