"""A whole pack, in order: look at the folder, run the jobs, write manifest and index, tidy up."""

from pathlib import Path
from typing import Any

from salesreport.errors import DataError
from salesreport.files import write_text
from salesreport.language import text
from salesreport.pack.engine import Engine, Watcher
from salesreport.pack.index import index_html
from salesreport.pack.make import Job, Outcome
from salesreport.pack.manifest import (
    INDEX,
    DatasetEntry,
    Manifest,
    NotebookEntry,
    PackEntry,
    ReportEntry,
    package_version,
    read_manifest,
    relative,
)
from salesreport.pack.plan import Plan


def make_pack(plan: Plan, engine: Engine, watcher: Watcher) -> Manifest:
    """Make a pack: `index.html`, `reports/*.html`, `notebooks/*.ipynb`, `manifest.json`.

    The manifest is written before the first report and again after the last, so that a folder is known as a pack
    however the run ends. Stopped half-way (Ctrl-C), manifest and index say which reports were not made.

    Args:
        plan: what to make. engine: what runs the jobs. watcher: is told of each report.

    Returns:
        The manifest; `manifest.failed` are the reports that could not be made.

    Raises:
        DataError: the output folder holds something else than a pack, or cannot be written.
    """
    folder = plan.folder
    earlier = read_manifest(folder)
    about = _about(plan)
    entries = _entries(plan, engine, earlier if earlier is not None and earlier.pack == about else None)
    manifest = Manifest(pack=about, reports=list(entries.values()))
    stale = (earlier.files if earlier else set()) - manifest.files
    try:
        for name in ("reports", "notebooks"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        if earlier is not None and earlier.pack != about:
            _remove(
                folder, earlier.files | {INDEX}
            )  # reports of another period or dataset are no part of this pack
        manifest.left_over = sorted(stale)
        manifest.write(folder)
    except OSError as error:
        raise DataError(
            text("The pack cannot be written: {reason}.", reason=error.strerror or str(error)), file=folder
        ) from None
    recorder = _Recorder(plan, entries, watcher)
    try:
        engine.run(plan.jobs, recorder)
    finally:
        recorder.give_up_rest()
        _remove(folder, stale)
        manifest = Manifest(pack=about, reports=list(entries.values()))
        manifest.write(folder)
        write_text(folder / INDEX, index_html(manifest, plan.language))
    return manifest


class _Recorder:
    """Puts each outcome into its entry, then passes it on."""

    def __init__(self, plan: Plan, entries: dict[str, ReportEntry], watcher: Watcher) -> None:
        self.plan, self.entries, self.watcher = plan, entries, watcher
        self.rest = {job.stem: job for job in plan.jobs}

    def started(self, job: Job) -> None:
        self.watcher.started(job)

    def done(self, outcome: Outcome) -> None:
        stem = outcome.job.stem
        self.entries[stem] = self.entries[stem].after(outcome, self.plan.language)
        del self.rest[stem]
        self.watcher.done(outcome)

    def give_up_rest(self) -> None:
        """Note the jobs that were never finished; what an earlier run left of them goes."""
        for stem, job in self.rest.items():
            _remove(job.folder, {job.report, job.executed})
            stopped = Outcome(job, text("The run was stopped before this report was made."))
            self.entries[stem] = self.entries[stem].after(stopped, self.plan.language)


def _about(plan: Plan) -> PackEntry:
    settings, dataset = plan.pack.settings, plan.dataset
    return PackEntry(
        title=plan.language.say(plan.title),
        dataset=DatasetEntry(
            path=relative(Path(dataset.path).absolute(), plan.folder),
            name=dataset.settings.name,
            as_of=dataset.as_of.isoformat(),
            fingerprint=dataset.fingerprint,
            fiscal_year_start=dataset.settings.fiscal_year_start,
        ),
        notebook=NotebookEntry(name=plan.notebook.path.name, sha256=plan.notebook.sha256),
        each=settings.each,
        period=plan.period.name,
        compare_to=plan.comparison.name,
        language=settings.language,
        version=package_version(),
    )


def _entries(plan: Plan, engine: Engine, earlier: Manifest | None) -> dict[str, ReportEntry]:
    """An entry per report of the pack, by file name, in the order of the index.

    Where only some reports are made, the others keep what an earlier run of the very same pack made of them.
    """
    made: dict[str, ReportEntry] = {}
    if earlier is not None:
        made = {_key(entry): entry for entry in earlier.reports if entry.status == "done"}
    chosen = {job.stem for job in plan.jobs}
    entries = {}
    for job in plan.every:
        entry = ReportEntry.planned(job, engine.name)
        if job.stem in chosen:
            entries[job.stem] = entry
            continue
        kept = made.get(_key(entry))
        if kept is not None and (job.folder / job.report).is_file():
            entries[job.stem] = kept
    return entries


def _key(entry: ReportEntry) -> Any:
    """What makes two entries the same report: file and parameters."""
    return entry.file, entry.model_dump_json(include={"subject", "parameters"})


def _remove(folder: Path, files: set[str]) -> None:
    for file in files:
        (folder / file).unlink(missing_ok=True)
