"""Writing datasets: whole, in one step, by one process at a time; see `salesreport.dataset` for the layout."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd

from salesreport.dataset import FORMAT, KEPT, Dataset, DatasetSettings
from salesreport.errors import DataError
from salesreport.files import file_checksum, link_file, make_folder, remove_partials, write_text
from salesreport.language import text
from salesreport.lock import locked
from salesreport.provenance import Provenance
from salesreport.sorting import write_sorted
from salesreport.tables import TABLES

PATIENCE = 20.0
"""For so many seconds a small change of a dataset waits for another who writes."""


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
    with _writing(path):
        _write(path, tables, settings, provenance, set_aside or {}, unique, replaces)
        return Dataset.open(path)


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
    with _writing(path, patience):
        before = Dataset.open(path)
        tables, provenance = change(before)
        _write(path, tables, before.settings, provenance, {}, (), None, same=before)
        return Dataset.open(path)


@contextmanager
def _writing(path: Path, patience: float = 0) -> Iterator[None]:
    """Have a folder to oneself, made where missing; one error if it cannot be written."""
    try:
        make_folder(path)
        with locked(path, text("Another dataset is being written to this folder"), patience):
            yield
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
