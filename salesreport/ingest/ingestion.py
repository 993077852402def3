"""The whole way from an export to a dataset: read, parse, judge each row, price, write in one step."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from salesreport.config import read_yaml
from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import ConfigError, DataError
from salesreport.ingest.databases.addresses import kept, shown
from salesreport.ingest.history.additions import Existing
from salesreport.ingest.history.beginnings import BEFORE, owners_from_changes, stages_from_changes, without_repeats
from salesreport.ingest.history.history import Grown, grow
from salesreport.ingest.history.recorded import keep_recorded
from salesreport.ingest.rows.noticed import about_names
from salesreport.ingest.rows.outcome import Ingested
from salesreport.ingest.rows.people import about_owners
from salesreport.ingest.spec.dated_files import DatedFile
from salesreport.ingest.spec.exports import choose_exports
from salesreport.ingest.spec.spec import SourceSpec, TableSpec, load_source
from salesreport.ingest.spec.spec_parts import StatusSpec
from salesreport.ingest.table.currency import read_rates
from salesreport.ingest.table.lookups import Lookups
from salesreport.ingest.table.one_table import ingest_table
from salesreport.ingest.table.reshape import NothingKept
from salesreport.ingest.table.several_files import joined
from salesreport.ingest.table.states import closing_stages
from salesreport.language import Text, ntext, text
from salesreport.provenance import Provenance, SourceFile
from salesreport.titles import table_title
from salesreport.writing import write_dataset

_MUST_HAVE_ROWS = ("deals", "orders")
_HISTORIES = {"stage_events", "deal_owners"}


def ingest(
    source: Path | str,
    out: Path | str,
    root: Path | str | None = None,
    progress: Callable[[Text], None] | None = None,
    snapshot_date: dt.date | None = None,
) -> Dataset:
    """Turn an export, or a folder of dated ones, into a dataset; or add today's export to a dataset.

    Every row read is kept, repaired or set aside; the counts and reasons stand in the dataset's provenance, the
    rows set aside in `set_aside/TABLE.csv` beside its tables.

    Args:
        source: the source spec, a YAML file.
        out: folder of the dataset; one that is there is replaced in a single step, or not at all.
        root: folder that holds the export's files; default the source spec's own.
        progress: told what is being done, a sentence per step.
        snapshot_date: adds the export of this day to the dataset at `out`, see docs/snapshots.md; adding it again
            changes nothing.

    Raises:
        ConfigError, DataError: the spec or the export is not what it should be; nothing was written.
    """
    source = Path(source)
    tell = progress or (lambda step: None)
    spec = load_source(source)
    process_path = None if spec.process is None else Path(os.path.normpath(source.parent / spec.process))
    process = None
    if process_path is not None:
        from salesreport.process import check_process, load_process  # few specs name one

        process = load_process(process_path)
    folder = source.parent if root is None else Path(root)
    if not folder.is_dir():
        raise DataError(text("There is no such folder."), file=folder)
    try:
        exports = choose_exports(spec, source, folder, snapshot_date)
    except ConfigError as error:
        raise _with_line(error, source) from None
    spec = exports.spec
    existing = None if snapshot_date is None else Existing.open(Path(out), spec)
    rates, files = None, []
    if spec.rates is not None:
        tell(text("Reading {file}", file=spec.rates))
        rates, raw = read_rates(spec.rates, folder)
        files.append(SourceFile("rates", raw.file, raw.sha256, raw.bytes))

    lookups, left_out = Lookups(folder), list[Text]()
    coded = not exports.snapshots and existing is None and not _HISTORIES & spec.tables.keys()

    def read(name: str, older: DatedFile | None = None) -> Ingested | None:
        table, whole = spec.tables[name], spec
        if older is not None:
            table = table.model_copy(update={"file": older.file})
            whole = spec.model_copy(update={"stated_as_of": older.taken_on})
        parts, alone = [], len(table.parts) == 1
        for part in table.parts:
            tell(text("Reading {file}", file=part.file or shown(part.sql or "")))
            try:
                parts.append(
                    ingest_table(name, part, whole, folder, rates, lookups, older is not None, coded and alone)
                )
            except ConfigError as error:
                raise _with_line(error, source) from None
            except NothingKept as error:
                if name in _MUST_HAVE_ROWS:
                    raise
                left_out.append(
                    text("Nothing of {table} was read: {problem}", table=table_title(name), problem=error.problem)
                )
            except DataError as error:
                raise _with_also(error, part, table) from None
        if not parts:
            return None
        ingested = joined(name, parts)
        if name in _MUST_HAVE_ROWS and ingested.frame.empty:
            raise _nothing_kept(name, ingested)
        return ingested

    tables = _from_changes({name: one for name in spec.tables if (one := read(name)) is not None}, spec)
    files += lookups.files
    settings = spec.settings.model_copy(update={"process": "" if process is None else process.text})
    if (told := spec.tables["deals"].status if "deals" in spec.tables else None) and told.conditions:
        settings = settings.model_copy(update=_closing_stages(told, settings, tables["deals"].frame))
    if existing is not None and existing.holds(tables):
        tell(text("The dataset already holds this export."))
        return existing.with_settings(settings)
    if exports.snapshots:
        grown = grow(exports, tables, existing, lambda older: _some(read("deals", older)))
    else:
        grown = Grown.of(tables)
    frames = grown.frames
    frames["reps"], notes = _complete_reps(frames)
    notes += about_owners(frames, settings)
    notes = [
        *(note for one in tables.values() for note in _mostly_set_aside(one)),
        *(hint for one in tables.values() for hint in one.hints),
        *exports.notes,
        *left_out,
        *(note for ingested in tables.values() for note in ingested.notes),
        *grown.notes,
        *notes,
    ]
    if process is not None and process_path is not None:
        notes += check_process(process, frames, process_path)
    kept_before = keep_recorded(Path(out), frames.get("commitments"), settings)
    if kept_before.frame is not None:
        frames["commitments"] = kept_before.frame
    tell(text("Writing {file}", file=str(out)))
    return write_dataset(
        out,
        frames,
        settings,
        Provenance(
            made_by="salesreport ingest",
            source=kept(spec, source.read_text(encoding="utf-8-sig")),
            files=(*files, *grown.files),
            counts=grown.counts,
            notes=(*notes, *kept_before.notes),
            noticed=(*(one for ingested in tables.values() for one in ingested.noticed), *about_names(frames)),
        ),
        grown.set_aside,
        replaces=kept_before.replaces if existing is None else existing.dataset.fingerprint,
        unique=[name for name, ingested in tables.items() if frames.get(name) is ingested.frame],
    )


def _some(ingested: Ingested | None) -> Ingested:
    """Deals, which every export has."""
    assert ingested is not None
    return ingested


def _from_changes(tables: dict[str, Ingested], spec: SourceSpec) -> dict[str, Ingested]:
    """The tables, with what deals began with where a history tells only changes."""
    for name, ingested in tables.items():
        if name == "stage_events" and BEFORE not in ingested.frame:
            frame, notes = without_repeats(ingested.frame)
            tables = {**tables, name: ingested._replace(frame=frame, notes=[*ingested.notes, *notes])}
        if BEFORE not in ingested.frame:
            continue
        if name == "deal_owners":
            frame, notes = owners_from_changes(ingested.frame), list[Text]()
        else:
            deals = tables["deals"].frame if "deals" in tables else pd.DataFrame({"deal_id": []})
            frame, notes = stages_from_changes(ingested.frame, deals, spec.timezone)
        tables = {**tables, name: ingested._replace(frame=frame, notes=[*ingested.notes, *notes])}
    return tables


def _closing_stages(
    told: StatusSpec, settings: DatasetSettings, deals: pd.DataFrame
) -> dict[str, tuple[str, ...]]:
    """The stages that mean won and lost, where conditions tell the state."""
    return {
        f"{state}_stages": getattr(settings, f"{state}_stages") or closing_stages(deals, state)
        for state in ("won", "lost")
    }


def _with_line(error: ConfigError, source: Path) -> ConfigError:
    """An error about a key of the spec, with the nearest line that is written there."""
    place = tuple((error.key or "").split("."))
    _, lines = read_yaml(source)
    error.file = source
    error.line = next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None)
    return error


def _with_also(error: DataError, part: TableSpec, table: TableSpec) -> DataError:
    """An error about a heading of one of several files that are said to be alike: they need not be."""
    alike = part.file != table.parts[0].file and part.columns == table.columns
    if alike and error.column in part.headings and error.file == part.file:
        setting = text("Where its headings are others, it stands below “also” with “columns” of its own.")
        error.hint = setting if error.hint is None else text("{one} {other}", one=error.hint, other=setting)
    return error


def _mostly_set_aside(ingested: Ingested) -> list[Text]:
    """A warning where most rows of a file go, with the reason of most of them, or those that tie."""
    counts = ingested.counts
    most = max((one.rows for one in counts.reasons), default=0)
    if counts.set_aside * 2 <= counts.read:
        return []
    return [
        text(
            "Warning: most rows of {file} were set aside, {n} of {read}; most of all: {reason}.",
            file=ingested.sources[0].file,
            n=counts.set_aside,
            read=counts.read,
            reason=[one.what for one in counts.reasons if one.rows == most],
        )
    ]


def _nothing_kept(name: str, ingested: Ingested) -> DataError:
    reasons = sorted(ingested.counts.reasons, key=lambda one: -one.rows)
    return DataError(
        text("Not one row can be kept."),
        file=ingested.sources[0].file,
        table=name,
        rows=[int(row) for row in ingested.aside["row"]],
        found=[one.what for one in reasons],
        hint=next(iter(ingested.hints), None),
    )


def _complete_reps(frames: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[Text]]:
    """The reps, with those that only other tables know; their id is their name."""
    used = [frame["rep_id"].dropna() for name, frame in frames.items() if name != "reps" and "rep_id" in frame]
    seen = pd.concat([pd.Series(ids.unique(), dtype="str") for ids in used]).unique() if used else []
    listed = frames.get("reps")
    known = set() if listed is None else set(listed["rep_id"])
    added = sorted(rep for rep in seen if rep not in known)
    more = pd.DataFrame({"rep_id": pd.Series(added, dtype="str"), "name": pd.Series(added, dtype="str")})
    if listed is None:
        return more, [
            ntext(
                "{n} rep was taken from the other tables.",
                "{n} reps were taken from the other tables.",
                n=len(added),
            )
        ]
    if "name" in listed:
        listed = listed.assign(name=listed["name"].fillna(listed["rep_id"]))
    if not added:
        return listed, []
    shown = [*added[:10], *(["…"] if len(added) > 10 else [])]
    note = ntext(
        "{n} rep is not in the list of reps and was added: {names}.",
        "{n} reps are not in the list of reps and were added: {names}.",
        n=len(added),
        names=shown,
    )
    return pd.concat([listed, more], ignore_index=True), [note]
