"""A dataset: a folder of Parquet tables with provenance and a fingerprint.

Layout::

    DATASET/dataset.json          settings, provenance, counts, fingerprint, the folder that holds the tables
    DATASET/tables-DIGEST/        deals.parquet, reps.parquet, … and set_aside/deals.csv, …
    DATASET/.kept/                what packs worked out of it, for the next one; goes when the data change

`dataset.json` is replaced in one step after its tables are complete, so a dataset is always whole: a writer that
dies leaves what was there before. One process writes at a time; whoever opened a dataset before it was replaced
goes on reading the old tables, which stay until it is replaced again. Tables are read only through `Dataset`.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from salesreport.config import Settings
from salesreport.errors import DataError
from salesreport.files import file_checksum, link_file, make_folder, remove_partials, write_text
from salesreport.language import text
from salesreport.lock import locked
from salesreport.period import Period
from salesreport.picking import picked
from salesreport.provenance import Provenance
from salesreport.relative import Asked, asked_period
from salesreport.sorting import write_sorted
from salesreport.tables import TABLES

if TYPE_CHECKING:
    import pyarrow.dataset as pads

FORMAT = 1
"""Version of the folder's layout."""

KEPT = ".kept"
"""The folder in a dataset's with what was worked out of it; see `salesreport.stored`."""

PATIENCE = 20.0
"""For so many seconds a small change of a dataset waits for another who writes."""


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
        return self._whole(name, wanted, source.to_table(columns=present, filter=condition))

    def some(self, name: str, columns: Iterable[str], rows: npt.NDArray[np.intp]) -> pd.DataFrame:
        """Some rows of a table, by their numbers in the file; the others are not held in memory.

        Args:
            name, columns: as in `table`. rows: numbers from 0; −1: a row in which everything is missing.
        """
        if name not in self.rows:
            return self.table(name, columns).reindex(range(len(rows)))
        wanted, there, file = list(columns), np.flatnonzero(rows >= 0), self.folder / f"{name}.parquet"
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
            self._sources[table, coded] = pads.dataset(self.folder / f"{table}.parquet", format=form)
        return self._sources[table, coded]

    @cached_property
    def _sources(self) -> dict[tuple[str, tuple[str, ...]], "pads.Dataset"]:
        return {}


def write_dataset(
    path: Path | str,
    tables: Mapping[str, pd.DataFrame],
    settings: DatasetSettings,
    provenance: Provenance,
    set_aside: Mapping[str, pd.DataFrame] | None = None,
    unique: Collection[str] = (),
    replaces: str | None = None,
) -> Dataset:
    """Write a dataset, replacing the one that was there in a single step.

    Args:
        path: its folder; made where missing.
        tables: frames by canonical table name; they are conformed and validated. Empty ones are left out.
        settings: name, as-of date, currency, time zone, fiscal calendar.
        provenance: where it comes from.
        set_aside: rows left out, per table, with their reason.
        unique: tables in which the caller has just made sure that no two rows have the same key; by default all
            are looked through.
        replaces: the fingerprint of the dataset that this one was made from, where it was: if another has taken
            its place meanwhile, nothing is written.

    Raises:
        DataError: a table that breaks its schema, another process that writes there, a folder that cannot be
            written; what was there before stays.
    """
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise DataError(text("A dataset is a folder, and this is a file."), file=path)
    if _holds_something_else(path):
        raise DataError(text("This folder holds something else than a dataset; nothing was written."), file=path)
    try:
        make_folder(path)
        with locked(path, text("Another dataset is being written to this folder")):
            _write(path, tables, settings, provenance, set_aside or {}, unique, replaces)
            return Dataset.open(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(text("The dataset cannot be written: {reason}.", reason=reason), file=path) from None


def update_dataset(
    path: Path | str,
    change: Callable[[Dataset], tuple[Mapping[str, pd.DataFrame], Provenance]],
    patience: float = PATIENCE,
) -> Dataset:
    """Replace some tables of a dataset in a single step; the others stay the very files they are.

    Args:
        path: its folder.
        change: given the dataset as it is while nobody else can write, says which tables are to be others (an
            empty frame: none), and the provenance.
        patience: for so many seconds it is waited for another who writes.

    Raises:
        DataError: as `write_dataset`; or there is no dataset. What was there before stays, also when `change`
            raises anything.
    """
    path = Path(path)
    Dataset.open(path)  # a folder without one gets no lock
    try:
        with locked(path, text("Another dataset is being written to this folder"), patience):
            before = Dataset.open(path)
            tables, provenance = change(before)
            _write(path, tables, before.settings, provenance, {}, (), None, same=before)
            return Dataset.open(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(text("The dataset cannot be written: {reason}.", reason=reason), file=path) from None


def _write(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    settings: DatasetSettings,
    provenance: Provenance,
    set_aside: Mapping[str, pd.DataFrame],
    unique: Collection[str],
    replaces: str | None,
    same: Dataset | None = None,
) -> None:
    """Write into a folder whose lock is held; of `same` all files stay that are not given."""
    before = _description(path)
    if replaces is not None and (before is None or before["fingerprint"] != replaces):
        raise DataError(
            text("The dataset was replaced while the export was read; nothing was written."),
            file=path,
            hint=text("Run it again."),
        )
    _tidy(path)
    partial = path / f".partial-{os.getpid()}"
    make_folder(partial)
    try:
        rows, digest = {}, hashlib.sha256(settings.model_dump_json().encode())
        for name, declared in TABLES.items():
            frame, file = tables.get(name), partial / f"{name}.parquet"
            if frame is None and same is not None and name in same.rows:
                link_file(same.folder / file.name, file)
                rows[name] = same.rows[name]
            elif frame is None or frame.empty:
                continue
            else:
                frame = declared.validate(frame, settings.timezone, unique=name in unique)
                schema = declared.arrow_schema(list(frame.columns), settings.timezone)
                write_sorted(frame, schema, declared, file)
                rows[name] = len(frame)
            digest.update(name.encode() + file_checksum(file).encode())
        content = digest.copy()
        for name, frame in set_aside.items():
            (partial / "set_aside").mkdir(exist_ok=True)
            # with a byte-order mark, for without one Excel garbles accents; lines end with both signs, for then a
            # cell that holds either is quoted
            file = partial / "set_aside" / f"{name}.csv"
            frame.to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\r\n")
            content.update(name.encode() + file_checksum(file).encode())
        for left in [] if same is None else sorted((same.folder / "set_aside").glob("*.csv")):
            (partial / "set_aside").mkdir(exist_ok=True)
            link_file(left, partial / "set_aside" / left.name)
            content.update(left.stem.encode() + file_checksum(left).encode())
        folder = f"tables-{content.hexdigest()[:16]}"
        if not (path / folder).exists():  # else these very files are there: only the description is new
            partial.rename(path / folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    description = {
        "format": FORMAT,
        "fingerprint": digest.hexdigest(),
        "folder": folder,
        "settings": settings.model_dump(mode="json"),
        "rows": rows,
        "provenance": provenance.to_json(),
    }
    try:
        write_text(path / "dataset.json", json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    finally:  # also when there was no room for it
        named = [before, _description(path)]  # somebody may be reading what was there
        kept = {one["folder"] for one in named if one is not None}
        for stale in path.glob("tables-*"):
            if stale.name not in kept:
                _remove(stale, partial)
        if (now := named[1]) is None or before is None or now["fingerprint"] != before["fingerprint"]:
            _remove(path / KEPT, partial)


def tidy_dataset(path: Path) -> None:
    """Remove what killed writers left in a dataset's folder, unless somebody writes there just now."""
    with suppress(DataError, OSError), locked(path):
        _tidy(path)


def _tidy(path: Path) -> None:
    remove_partials(path)
    for left_behind in path.glob(".partial*"):
        shutil.rmtree(left_behind, ignore_errors=True)


def _remove(folder: Path, partial: Path) -> None:
    """Remove a folder of tables: first its name, so that what a killed process left of it passes for no whole one.

    Args:
        folder: the tables. partial: a name that is free, for a folder that is no dataset's.
    """
    with suppress(OSError):  # Windows: somebody reads them
        folder.rename(partial)
        shutil.rmtree(partial, ignore_errors=True)


def _holds_something_else(path: Path) -> bool:
    """Whether a folder has files and no dataset; what writers leave there does not count."""
    if not path.is_dir() or (path / "dataset.json").exists():
        return False
    return any(not one.name.startswith((".", "tables-")) for one in path.iterdir())


def _description(path: Path) -> dict[str, Any] | None:
    """What `dataset.json` says; None where there is none that can be read."""
    try:
        found = json.loads((path / "dataset.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) and {"fingerprint", "folder"} <= found.keys() else None
