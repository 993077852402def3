"""A dataset: a folder of Parquet tables with provenance and a fingerprint.

Layout::

    DATASET/dataset.json          settings, provenance, counts, fingerprint, the folder that holds the tables
    DATASET/tables-DIGEST/        deals.parquet, reps.parquet, … and set_aside/deals.csv, …
    DATASET/.kept/                what packs worked out of it, for the next one; goes when the data change

`dataset.json` is replaced in one step after its tables are complete, so a dataset is always whole: a writer that
dies leaves what was there before (`salesreport.writing`). Whoever opened a dataset before it was replaced goes on
reading the old tables, which stay until it is replaced again. Tables are read only through `Dataset`.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from salesreport.config import Settings
from salesreport.errors import DataError
from salesreport.language import text
from salesreport.period import Period
from salesreport.picking import picked
from salesreport.provenance import Provenance
from salesreport.relative import Asked, asked_period
from salesreport.tables import TABLES

if TYPE_CHECKING:
    import pyarrow.dataset as pads

FORMAT = 1
"""Version of the folder's layout."""

KEPT = ".kept"
"""The folder in a dataset's with what was worked out of it; see `salesreport.stored`."""


class DatasetSettings(Settings):
    """What holds for a whole dataset.

    Attributes:
        name: what people call it. as_of: the day the data was true; nothing after it is known.
        currency: ISO code all money is in. timezone: IANA name of the zone that dates are meant in.
        fiscal_year_start: the month a fiscal year starts in.
        process: the process file (milestones, customer base) its deals follow, as YAML text; empty: none given.
        won_stages, lost_stages: the stages that the source spec names as won and lost; they are no milestones.
        not_people: ids or names of owners who are no person: they count in totals, never as a peer.
    """

    name: str
    as_of: dt.date
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    timezone: str = "UTC"
    fiscal_year_start: int = Field(default=1, ge=1, le=12)
    process: str = ""
    won_stages: tuple[str, ...] = ()
    lost_stages: tuple[str, ...] = ()
    not_people: tuple[str, ...] = ()

    def is_no_person(self, rep: str, name: str) -> bool:
        """Whether an owner is declared to be no person, by id or name; letter case does not matter."""
        return bool({rep.casefold(), name.casefold()} & {one.casefold() for one in self.not_people})

    def closes_as(self, stage: str) -> Literal["won", "lost"] | None:
        """How a stage closes deals, where the source spec says so; letter case does not matter, as in the spec."""
        name = stage.strip().casefold()
        if name in {one.strip().casefold() for one in self.won_stages}:
            return "won"
        return "lost" if name in {one.strip().casefold() for one in self.lost_stages} else None


@dataclass(frozen=True)
class Dataset:
    """An opened dataset; tables are read when they are asked for.

    Attributes:
        path: its folder. settings: name, as-of date, currency, time zone, fiscal calendar.
        fingerprint: changes when any table or setting does, and only then.
        provenance: where it comes from. rows: number of rows per table.
    """

    path: Path
    settings: DatasetSettings
    fingerprint: str
    provenance: Provenance
    rows: Mapping[str, int]
    folder: Path

    @classmethod
    def open(cls, path: Path | str) -> "Dataset":
        """Open a dataset's folder.

        Raises:
            DataError: there is none, or it is of another version of the layout.
        """
        path = Path(path)
        try:
            description = json.loads((path / "dataset.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise DataError(
                text("There is no dataset in this folder."),
                file=path,
                hint=text("Make one with “salesreport ingest” or “salesreport demo”."),
            ) from None
        except (OSError, ValueError) as error:
            raise DataError(text("The dataset cannot be read: {reason}.", reason=str(error)), file=path) from None
        if description.get("format") != FORMAT:
            raise DataError(
                text("The dataset was made by another version."),
                file=path,
                found=description.get("format"),
                expected=str(FORMAT),
                hint=text("Ingest it again."),
            )
        return cls(
            path=path,
            settings=DatasetSettings.model_validate(description["settings"]),
            fingerprint=description["fingerprint"],
            provenance=Provenance.from_json(description["provenance"]),
            rows=description["rows"],
            folder=path / description["folder"],
        )

    @property
    def as_of(self) -> dt.date:
        """The day the data was true."""
        return self.settings.as_of

    @property
    def currency(self) -> str:
        """The currency all money is in."""
        return self.settings.currency

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """The tables it has."""
        return tuple(self.rows)

    def period(self, written: str | int) -> Period:
        """Read a period in this dataset's fiscal calendar.

        Raises:
            ConfigError: it is not written like a period.
        """
        return Period.parse(written, self.settings.fiscal_year_start)

    def asked_period(self, written: str | int, as_of: dt.date | None = None) -> Asked:
        """Read a period that somebody asks for; it may be relative (`last-month`), seen from this dataset's day.

        Args:
            written: see `relative.asked_period`. as_of: an earlier day to see it from.

        Raises:
            ConfigError: it is not written like a period.
        """
        return asked_period(written, as_of or self.as_of, self.settings.fiscal_year_start)

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns a table has here; none when the table is absent. A column without any value is absent."""
        return tuple(self._source(table).schema.names) if table in self.rows else ()

    def array(self, table: str, column: str, coded: bool = False) -> pa.Array:
        """One column that a table has, as it is stored: the quickest way to read it.

        Args:
            table: a table that is there. column: a column it has, see `has`.
            coded: give texts as an Arrow dictionary, every text once and a number per row.
        """
        source = self._source(table, (column,) if coded else ())
        with self._there(table):
            return source.to_table(columns=[column]).unify_dictionaries()[column].combine_chunks()

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table is there, with these columns."""
        return table in self.rows and set(columns) <= set(self.columns(table))

    def table(
        self,
        name: str,
        columns: Iterable[str] | None = None,
        where: Mapping[str, Iterable[str]] | None = None,
    ) -> pd.DataFrame:
        """Read a table, or a slice of it.

        Args:
            name: a canonical table. An absent one comes back empty, with all its columns.
            columns: only these; absent ones come back empty (missing in every row).
            where: column → values; only rows that have one of the values. Cheap for `rep_id`.

        Returns:
            A frame with canonical dtypes and all asked-for columns (default: all the table could have).
        """
        declared = TABLES[name]
        wanted = list(declared.names if columns is None else columns)
        timezone = self.settings.timezone
        if name not in self.rows:
            return declared.empty(timezone)[wanted]
        source = self._source(name)
        present = [column for column in wanted if column in source.schema.names]
        condition = None
        for column, values in (where or {}).items():
            if column not in source.schema.names:
                return declared.empty(timezone)[wanted]
            one = pc.field(column).isin(pa.array(list(values), pa.string()))
            condition = one if condition is None else condition & one
        with self._there(name):
            found = source.to_table(columns=present, filter=condition)
        return self._whole(name, wanted, found)

    def some(self, name: str, columns: Iterable[str], rows: npt.NDArray[np.intp]) -> pd.DataFrame:
        """Some rows of a table, by their numbers in the file; the others are not held in memory.

        Args:
            name, columns: as in `table`. rows: numbers from 0; −1: a row in which everything is missing.
        """
        if name not in self.rows:
            return self.table(name, columns).reindex(range(len(rows)))
        wanted, there, file = list(columns), np.flatnonzero(rows >= 0), self.folder / f"{name}.parquet"
        with self._there(name):
            taken = picked(file, [one for one in wanted if self.has(name, one)], rows[there])
        return self._whole(name, wanted, taken).set_axis(there, axis=0).reindex(range(len(rows)))

    def _whole(self, name: str, wanted: list[str], found: pa.Table) -> pd.DataFrame:
        """What was read of a table as a frame; absent columns are missing in every row."""
        frame: pd.DataFrame = found.to_pandas(date_as_object=False)
        if absent := [column for column in wanted if column not in found.schema.names]:
            empty = TABLES[name].empty(self.settings.timezone)[absent].reindex(frame.index)
            frame = pd.concat([frame, empty], axis=1)[wanted]
        return frame

    def _source(self, table: str, coded: tuple[str, ...] = ()) -> "pads.Dataset":
        """The table's file, opened once for every way to read it."""
        import pyarrow.dataset as pads  # who writes a dataset reads nothing: it takes 20 ms

        if (table, coded) not in self._sources:
            form = pads.ParquetFileFormat(dictionary_columns=coded)
            with self._there(table):
                self._sources[table, coded] = pads.dataset(self.folder / f"{table}.parquet", format=form)
        return self._sources[table, coded]

    @contextmanager
    def _there(self, table: str) -> Iterator[None]:
        """Read a table's file; one error if it is gone: whoever replaces the tables twice removes those read.

        Raises:
            KeyError: the dataset never had this table: whoever reads it has to ask `has` before.
        """
        if table not in self.rows:
            raise KeyError(table)
        try:
            yield
        except FileNotFoundError:
            if self.folder.exists():
                file = self.folder / f"{table}.parquet"
                raise DataError(text("This file is missing."), file=file, hint=text("Ingest it again.")) from None
            replaced = text("The dataset was replaced while it was read.")
            raise DataError(replaced, file=self.path, hint=text("Run it again.")) from None

    @cached_property
    def _sources(self) -> dict[tuple[str, tuple[str, ...]], "pads.Dataset"]:
        return {}
