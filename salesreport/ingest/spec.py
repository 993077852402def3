"""The source spec: how an export maps to the canonical tables."""

import codecs
import datetime as dt
import re
import zoneinfo
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from babel.numbers import list_currencies
from pydantic import BeforeValidator, Field, field_validator, model_validator

from salesreport.config import Day, Place, Settings, TextError, load, read_yaml
from salesreport.dataset import DatasetSettings
from salesreport.errors import ConfigError, nearest
from salesreport.ingest.dated_files import DATE
from salesreport.ingest.headings import positions
from salesreport.ingest.month_names import LANGUAGES
from salesreport.language import Text, text
from salesreport.tables import TABLES, Table

DateOrder = Literal["dmy", "mdy", "ymd"]
Mark = Literal[".", ","]
LENGTH = re.compile(r"(?P<count>[1-9]\d*) (?P<unit>day|week|month|quarter|year)s?")
"""How the length of a period is written: `3 months`."""

_CLOSING = "closed_on"
"""What closed deals need."""


def _word(value: Any) -> Any:
    """A value of an export as the text it shows as: YAML reads 1 as a number and true as a boolean."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Word = Annotated[str, BeforeValidator(_word)]


def _listed(value: Any) -> Any:
    """A single value needs no brackets."""
    return [value] if isinstance(value, str | int | float) else value


class StatusSpec(Settings):
    """Which values of a column mean won and lost; everything else is open.

    Attributes:
        source: written `from`: a canonical column that is mapped, or a heading. won: its values of deals that are
            won. lost: of those that are lost.
        open: where given, these values are open and any other is unknown, and its row is set aside. A value that
            looks like an end (cancelled) is open only where it stands here.
        neither: values of deals that are not decided and will not be (cancelled); their rows are set aside, and
            counted.
    """

    source: str = Field(alias="from")
    won: tuple[Word, ...]
    lost: tuple[Word, ...]
    open: tuple[Word, ...] | None = None
    neither: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _disjoint(self) -> "StatusSpec":
        seen: set[str] = set()
        for value in (*self.won, *self.lost, *(self.open or ()), *self.neither):
            if value.strip().casefold() in seen:
                raise TextError(text("The value “{value}” stands for two states.", value=value))
            seen.add(value.strip().casefold())
        return self


class PeriodSpec(Settings):
    """Turns a first day into a period.

    Attributes:
        starts: heading of the first day. until: `next` (the day before the metric's next first day), or a length
            such as `3 months`. last: the length of the last one, with `until: next`.
    """

    starts: str
    until: str
    last: str | None = None

    @field_validator("until", "last")
    @classmethod
    def _is_length(cls, value: str | None) -> str | None:
        if value is not None and value != "next" and not LENGTH.fullmatch(value):
            raise TextError(
                text("This is not the length of a period."), text("next, or a length such as 3 months")
            )
        return value

    @model_validator(mode="after")
    def _last_has_a_length(self) -> "PeriodSpec":
        if self.until == "next" and (self.last is None or self.last == "next"):
            raise TextError(text("With “until: next” the last period needs a length."), "last: 3 months")
        return self


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
        columns: canonical column → heading. constants: canonical column → a value for all rows.
        values: canonical column → value seen → value wanted.
        status: where the state of a deal comes from. period: where the period of a target comes from.
        drop: heading → values of rows that are no data, such as test deals; they are set aside.

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
    columns: dict[str, Word] = Field(default_factory=dict)
    constants: dict[str, Word] = Field(default_factory=dict)
    values: dict[str, dict[Word, Word]] = Field(default_factory=dict)
    status: StatusSpec | None = None
    period: PeriodSpec | None = None
    drop: dict[Word, tuple[Word, ...]] = Field(default_factory=dict)

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
            column: heading
            for column, heading in self.columns.items()
            if column not in needed and not positions(heading, headings)
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
        preset: reserved for headings that a CRM always uses.
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
    not_people: Annotated[tuple[Word, ...], BeforeValidator(_listed)] = ()
    tables: dict[str, TableSpec] = Field(min_length=1)

    @field_validator("preset")
    @classmethod
    def _no_presets_yet(cls, value: str | None) -> None:
        if value is not None:
            raise TextError(text("This version has no presets; list the columns instead."), "null")

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
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise TextError(
                text("There is no such time zone."),
                text("an IANA name such as Europe/Budapest"),
                nearest(value, zoneinfo.available_timezones()),
            ) from None
        return value

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
        words: tuple[str, ...] = getattr(deals.status, state)
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
        for problem in _problems(name, table):
            place, what, fields = problem
            _, lines = read_yaml(path)
            line = next(lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in lines)
            key = ".".join(str(part) for part in place)
            raise ConfigError(what, file=path, line=line, key=key, **fields)
    return spec


Problem = tuple[Place, Text, dict[str, Any]]


def _problems(name: str, spec: TableSpec) -> list[Problem]:
    """What is wrong with one table's spec, beyond the types of its settings."""
    here: Place = ("tables", name)
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
        if column not in spec.columns
    ]
    given = {*spec.columns, *spec.constants}
    if spec.status is not None:
        if name != "deals":
            problems.append(((*here, "status"), text("Only deals take a status."), {}))
        if "status" in given and spec.status.source != "status":
            problems.append(((*here, "status"), text("The status is also mapped in “columns”."), {}))
        given.add("status")
    if spec.period is not None:
        if name != "targets":
            problems.append(((*here, "period"), text("Only targets take a period."), {}))
        if "period" in given:
            problems.append(((*here, "period"), text("The period is also mapped in “columns”."), {}))
        given.add("period")
    problems += [
        (here, text("The required column {column} is neither mapped nor constant.", column=column), {})
        for column in table.required
        if column not in given
    ]
    return problems


def _one_of(name: str, valid: list[str] | tuple[str, ...]) -> dict[str, Any]:
    near = nearest(name, valid)
    return {"nearest": near} if near else {"expected": text("one of {names}", names=list(valid))}
