"""The first step of a round: the export is read into the dataset; a dated one is added as a snapshot."""

import datetime as dt
from pathlib import Path

from salesreport.dataset import Dataset
from salesreport.errors import DataError
from salesreport.ingest import SourceSpec, ingest, load_source
from salesreport.ingest.databases.addresses import kept
from salesreport.ingest.spec.dated_files import find_dated_files
from salesreport.language import ntext, text
from salesreport.pack.packfile import Pack
from salesreport.pack.rounds import Refresh
from salesreport.refresh.inputs import inputs_of
from salesreport.refresh.journal import Journal, checksum
from salesreport.refresh.outcome import Outcome
from salesreport.refresh.vanished import vanished


def bring_in(pack: Pack, wanted: Refresh, journal: Journal, state: Path) -> Outcome:
    """Read what is new.

    Of dated exports those after the dataset's day are added in their order; where the source spec was changed, or
    the newest was replaced, the dataset is made anew from all of them as long as they are all there.

    Raises:
        ConfigError, DataError: the source or the export is not what it should be; the dataset stays as it was.
    """
    source = pack.beside("refresh", wanted.source)
    root = source.parent if wanted.root is None else pack.beside("refresh", wanted.root)
    out = pack.file("dataset")
    spec = load_source(source)
    if not root.is_dir():
        raise DataError(text("There is no such folder."), file=root)
    before = _opened(out)
    inputs = inputs_of(spec, source, root)
    if before is not None and journal.has("ingest", inputs, _made_of(before)):
        said = text("No new export; the dataset is of {day}", day=before.as_of)
        return Outcome("ingest", "unchanged", said, _counts(before))
    journal.forget(state, "ingest")
    dated = spec.tables["deals"].dated if "deals" in spec.tables else False
    if dated:
        made = _add_dated(spec, source, root, out, before)
    elif wanted.snapshot:
        made = ingest(source, out, root, snapshot_date=_changed_on(spec, root))
    else:
        made = ingest(source, out, root)
    journal.note(state, "ingest", inputs, _made_of(made))
    counts = _counts(made)
    aside = sum(one.set_aside for one in made.provenance.counts.values())
    said = text(
        "{deals}, as of {day}; {aside}",
        deals=ntext("{n} deal", "{n} deals", n=made.rows.get("deals", 0)),
        day=made.as_of,
        aside=ntext("{n} row set aside", "{n} rows set aside", n=aside),
    )
    lost = vanished(made, journal)
    if lost is not None:
        counts |= lost.counts
        if lost.gone:
            said = text("{said}; {vanished}", said=said, vanished=lost.said)
    same = before is not None and before.fingerprint == made.fingerprint
    return Outcome("ingest", "unchanged" if same else "done", said, {**counts, "set_aside": aside})


def _add_dated(spec: SourceSpec, source: Path, root: Path, out: Path, before: Dataset | None) -> Dataset:
    file = spec.tables["deals"].file
    assert file is not None
    days = [one.taken_on for one in find_dated_files(file, root, "deals").files]
    if spec.stated_as_of is not None:
        days = [day for day in days if day <= spec.stated_as_of]
    if before is None or not days:
        return ingest(source, out, root)
    newer = [day for day in days if day > before.as_of]
    told = before.provenance.source == kept(spec, source.read_text(encoding="utf-8-sig"))
    if newer and told:
        for day in newer:
            made = ingest(source, out, root, snapshot_date=day)
        return made
    if set(_snapshots(before)) <= set(days):
        return ingest(source, out, root)
    for day in newer or days[-1:]:
        made = ingest(source, out, root, snapshot_date=day)
    return made


def _snapshots(dataset: Dataset) -> list[dt.date]:
    """The days of the exports that a dataset holds."""
    if not dataset.has("snapshots", "taken_on"):
        return [dataset.as_of]
    return list(dataset.table("snapshots", ["taken_on"])["taken_on"].drop_duplicates().dt.date)


def _changed_on(spec: SourceSpec, root: Path) -> dt.date:
    """The day that the file of the deals was last changed, here."""
    file = spec.tables["deals"].file if "deals" in spec.tables else None
    if file is None:
        raise DataError(text("A snapshot of the day of a file needs a file of deals."), table="deals")
    try:
        changed = (root / file).stat().st_mtime
    except OSError:
        raise DataError(text("There is no such file."), file=root / file, table="deals") from None
    return dt.datetime.fromtimestamp(changed).date()


def _opened(out: Path) -> Dataset | None:
    return Dataset.open(out) if (out / "dataset.json").exists() else None


def _made_of(dataset: Dataset) -> str:
    """What a dataset was made of; commitments that people add to it later do not count."""
    provenance = dataset.provenance
    return checksum(provenance.made_by, provenance.source, provenance.files, dataset.as_of)


def _counts(dataset: Dataset) -> dict[str, int | str]:
    return {"deals": dataset.rows.get("deals", 0), "as_of": dataset.as_of.isoformat()}
