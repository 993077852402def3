"""A dataset: a folder of Parquet tables with provenance and a fingerprint.

Layout::

    DATASET/dataset.json          settings, provenance, counts, fingerprint, the folder that holds the tables
    DATASET/tables-FINGERPRINT/   deals.parquet, reps.parquet, … and set_aside/deals.csv, …

`dataset.json` is replaced in one step after its tables are complete, so a dataset is always whole: a writer that
dies leaves what was there before. Tables are read only through `Dataset`.
"""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq
from pydantic import Field

from salesreport.config import Settings
from salesreport.errors import DataError
from salesreport.files import write_text
from salesreport.language import text
from salesreport.period import Period
from salesreport.provenance import Provenance
from salesreport.tables import TABLES

FORMAT = 1
"""Version of the folder's layout."""


class DatasetSettings(Settings):
    """What holds for a whole dataset.

    Attributes:
        name: what people call it. as_of: the day the data was true; nothing after it is known.
        currency: ISO code all money is in. timezone: IANA name of the zone that dates are meant in.
        fiscal_year_start: the month a fiscal year starts in.
        process: the process file (milestones, customer base) its deals follow, as YAML text; empty: none given.
    """

    name: str
    as_of: dt.date
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    timezone: str = "UTC"
    fiscal_year_start: int = Field(default=1, ge=1, le=12)
    process: str = ""


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

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns a table has here; none when the table is absent. A column without any value is absent."""
        return tuple(self._source(table).schema.names) if table in self.rows else ()

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
        frame: pd.DataFrame = source.to_table(columns=present, filter=condition).to_pandas(date_as_object=False)
        absent = [column for column in wanted if column not in present]
        if absent:
            empty = declared.empty(timezone)[absent].reindex(frame.index)
            frame = pd.concat([frame, empty], axis=1)[wanted]
        return frame

    def _source(self, table: str) -> pads.Dataset:
        return pads.dataset(self.folder / f"{table}.parquet", format="parquet")


def write_dataset(
    path: Path | str,
    tables: Mapping[str, pd.DataFrame],
    settings: DatasetSettings,
    provenance: Provenance,
    set_aside: Mapping[str, pd.DataFrame] | None = None,
) -> Dataset:
    """Write a dataset, replacing the one that was there in a single step.

    Args:
        path: its folder; made where missing.
        tables: frames by canonical table name; they are conformed and validated. Empty ones are left out.
        settings: name, as-of date, currency, time zone, fiscal calendar.
        provenance: where it comes from.
        set_aside: rows left out, per table, with their reason.

    Raises:
        DataError: a table that breaks its schema; what was there before stays.
    """
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise DataError(text("A dataset is a folder, and this is a file."), file=path)
    if path.is_dir() and any(path.iterdir()) and not (path / "dataset.json").exists():
        raise DataError(text("This folder holds something else than a dataset; nothing was written."), file=path)
    path.mkdir(parents=True, exist_ok=True)
    partial = path / ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        rows, digest = {}, hashlib.sha256(settings.model_dump_json().encode())
        for name, declared in TABLES.items():
            frame = tables.get(name)
            if frame is None or frame.empty:
                continue
            frame = _sorted(declared.validate(frame, settings.timezone), name)
            file = partial / f"{name}.parquet"
            schema = declared.arrow_schema(list(frame.columns), settings.timezone)
            table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False).replace_schema_metadata()
            pq.write_table(table, file, compression="zstd", row_group_size=65_536)
            rows[name] = len(frame)
            digest.update(name.encode() + _sha256(file).encode())
        for name, frame in (set_aside or {}).items():
            (partial / "set_aside").mkdir(exist_ok=True)
            # with a byte-order mark, for without one Excel garbles accents
            frame.to_csv(partial / "set_aside" / f"{name}.csv", index=False, encoding="utf-8-sig")
        fingerprint = digest.hexdigest()
        folder = f"tables-{fingerprint[:16]}"
        if (path / folder).exists():  # the very same tables: only the description is new
            shutil.rmtree(path / folder / "set_aside", ignore_errors=True)
            if (partial / "set_aside").exists():
                (partial / "set_aside").rename(path / folder / "set_aside")
        else:
            partial.rename(path / folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    description = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "folder": folder,
        "settings": settings.model_dump(mode="json"),
        "rows": rows,
        "provenance": provenance.to_json(),
    }
    write_text(path / "dataset.json", json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    for stale in path.glob("tables-*"):
        if stale.name != folder:
            shutil.rmtree(stale, ignore_errors=True)
    return Dataset.open(path)


def _sorted(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows by rep, then key: a rep's slice lies together, and the order of the input leaves no trace."""
    by = [column for column in ("rep_id", *TABLES[name].key) if column in frame.columns]
    by = list(dict.fromkeys(by)) if TABLES[name].key else list(dict.fromkeys([*by, *frame.columns]))
    return frame.sort_values(by, kind="stable", ignore_index=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
