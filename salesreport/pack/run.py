"""A whole pack, in order: look at the folder, keep what is right, run the other jobs, write manifest and index.

A run may be killed at any moment. So whatever is not known to be right is removed before the first report is made,
each report appears in one step, and is noted in the journal at once: the next run keeps it. What is right already
and is made again all the same (`force`) stays until the new one is there.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from salesreport.documents.formats import PRINTED
from salesreport.errors import DataError
from salesreport.files import make_folder, remove_partials, write_text
from salesreport.language import ntext, text
from salesreport.lock import locked
from salesreport.pack.engine import Engine, Watcher
from salesreport.pack.index import index_html
from salesreport.pack.journal import Journal, with_journal
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
    whole,
)
from salesreport.pack.owner import forget_earlier_runs
from salesreport.pack.packfile import PERIOD
from salesreport.pack.plan import Plan
from salesreport.pack.printed import PrintWatcher, print_reports

FOLDERS = ("reports", "notebooks")
"""What a pack's folder holds beside index and manifest."""


class PackWatcher(Watcher, PrintWatcher, Protocol):
    """Somebody who is told how a whole pack gets on."""

    def planned(self, making: int, unchanged: int) -> None:
        """Of the reports asked for, so many are going to be made; the others are there already."""


def make_pack(
    plan: Plan, engine: Engine, watcher: PackWatcher, *, force: bool = False, replace: bool = False
) -> Manifest:
    """Make a pack: `index.html`, `reports/*.html`, `notebooks/*.ipynb`, `manifest.json`; PDFs where asked for.

    A report that an earlier run made from the very same inputs is not made again. Stopped half-way (Ctrl-C),
    manifest and index say which reports were not made; however the run ends, the next one makes the rest.

    Args:
        plan: what to make. engine: what runs the jobs. watcher: is told of each report.
        force: also make the reports that are unchanged; each stays until it is made again. replace: the folder may
            hold another period's reports, which are then removed.

    Returns:
        The manifest; `manifest.failed` are the reports that could not be made.

    Raises:
        DataError: the output folder holds something else than a pack, or another period's; another pack is being
            made there, or it cannot be written.
    """
    folder = plan.folder
    earlier = read_manifest(folder)  # nothing, not even a lock, is put into a folder that is not a pack's
    if earlier is not None and not replace:
        _keep_other_periods(plan, earlier)
    with ExitStack() as stack:
        with _writing(folder):
            make_folder(folder)
            stack.enter_context(locked(folder, text("Another pack is being made in this folder")))
            forget_earlier_runs(folder)
        # another run may have made them meanwhile
        if (earlier := read_manifest(folder)) is not None and not replace:
            _keep_other_periods(plan, earlier)
        return _make(plan, engine, watcher, force)


def _keep_other_periods(plan: Plan, earlier: Manifest) -> None:
    """Refuse to put reports where those of another period are, for these would be removed."""
    there = sum(entry.status == "done" for entry in with_journal(earlier, plan.folder).reports)
    if there and earlier.pack.period != plan.period.name:
        raise DataError(
            ntext(
                "This folder holds {n} report of {there}; that of {period} would take its place.",
                "This folder holds {n} reports of {there}; those of {period} would take their place.",
                n=there,
                there=earlier.pack.period,
                period=plan.period.name,
            ),
            file=plan.folder,
            hint=text(
                "Let “output” end in /{sign}, so that each period has a folder of its own; or give --replace.",
                sign=PERIOD,
            ),
        )


def _make(plan: Plan, engine: Engine, watcher: PackWatcher, force: bool) -> Manifest:
    folder, about = plan.folder, _about(plan)
    earlier = read_manifest(folder)
    done = {} if earlier is None else {entry.file: entry for entry in with_journal(earlier, folder).reports}
    right = _right(plan, done)
    waiting = [job for job in plan.jobs if force or job.stem not in right]
    planned = {job.stem: ReportEntry.planned(job, engine.name) for job in waiting}
    kept = right
    if earlier is not None and earlier.pack.dataset.name == plan.dataset.settings.name:
        kept = _outdated(plan, done, right) | right
    known = planned | kept  # one that is made again counts as it is, until it is
    entries = {job.stem: known[job.stem] for job in plan.every if job.stem in known}  # in the index's order
    with _writing(folder):
        _tidy(folder, {file for entry in kept.values() for file in entry.files})
        Manifest(pack=about, reports=list(entries.values())).write(folder)
        for name in FOLDERS:
            (folder / name).mkdir(exist_ok=True)
        journal = Journal(folder)
    watcher.planned(len(waiting), len(plan.jobs) - len(waiting))
    recorder = _Recorder(plan, waiting, planned, entries, journal, watcher)
    try:
        if waiting:
            engine.run(waiting, recorder)
        with _writing(folder):
            print_reports(plan.jobs, entries, watcher, plan.language)
    finally:
        with _writing(folder):
            journal.close()
            _remove_partials(folder)  # of reports that took too long
            recorder.give_up_rest()
            recorder.keep_printed()
            manifest = Manifest(pack=about, reports=list(entries.values()))
            manifest.write(folder)
            write_text(folder / INDEX, index_html(manifest, plan.language, plan.look))
            journal.remove()
    return manifest


class _Recorder:
    """Puts each outcome into its entry and into the journal, then passes it on.

    `planned` are the entries of what is made, `entries` what there is, first of all those that are right.
    """

    def __init__(
        self,
        plan: Plan,
        waiting: list[Job],
        planned: Mapping[str, ReportEntry],
        entries: dict[str, ReportEntry],
        journal: Journal,
        watcher: Watcher,
    ) -> None:
        self.plan, self.planned, self.entries, self.journal, self.watcher = (
            plan,
            planned,
            entries,
            journal,
            watcher,
        )
        self.rest = {job.stem: job for job in waiting}
        self.right = {stem: entries[stem] for stem in planned if entries[stem].status == "done"}

    def started(self, job: Job) -> None:
        self.watcher.started(job)

    def done(self, outcome: Outcome) -> None:
        stem = outcome.job.stem
        entry = self.planned[stem].after(outcome, self.plan.language)
        if entry.status == "done":
            with _writing(self.plan.folder):
                self.journal.add(entry)
        self.entries[stem] = entry
        del self.rest[stem]
        self.watcher.done(outcome)

    def give_up_rest(self) -> None:
        """Note the jobs that were never finished; what is left of them goes, unless it is still right."""
        for stem, job in self.rest.items():
            if stem in self.right and self.right[stem].is_of(job):
                continue
            job.remove()
            stopped = Outcome(job, text("The run was stopped before this report was made."))
            self.entries[stem] = self.planned[stem].after(stopped, self.plan.language)

    def keep_printed(self) -> None:
        """The PDF of a report that was made again, and not printed: it stays if the page is the same."""
        for stem, before in self.right.items():
            pdfs = [one for one in before.documents if one.format == PRINTED]
            entry = self.entries[stem]
            if not pdfs or entry.status != "done" or any(one.format == PRINTED for one in entry.documents):
                continue
            if entry.sha256 == before.sha256 and all(
                whole(self.plan.folder / one.file, one.sha256) for one in pdfs
            ):
                self.entries[stem] = entry.model_copy(update={"documents": [*pdfs, *entry.documents]})
            else:
                _remove(self.plan.folder, {one.file for one in pdfs})


Done = Mapping[str | None, ReportEntry]
"""Report's file → its entry of an earlier run."""


def _right(plan: Plan, made: Done) -> dict[str, ReportEntry]:
    """File name → entry of an earlier run, for the reports that would come out the same."""
    right = {}
    for job in plan.every:
        entry = made.get(job.report)
        if entry is not None and entry.is_of(job):
            # what people call the subject and where the dataset lies may have changed, and change no report
            planned = ReportEntry.planned(job, entry.engine)
            right[job.stem] = entry.model_copy(
                update={"subject": planned.subject, "parameters": planned.parameters}
            )
    return right


def _outdated(plan: Plan, made: Done, right: Mapping[str, ReportEntry]) -> dict[str, ReportEntry]:
    """File name → entry of an earlier run, where only others are asked for now: kept, and said to be outdated.

    Only where the data (or the notebook) changed: reports on another period or parameter never stand together.
    """
    others = {job.stem for job in plan.every} - {job.stem for job in plan.jobs} - set(right)
    kept = {}
    for job in plan.every:
        entry = made.get(job.report)
        if entry is None or entry.status != "done" or job.stem not in others:
            continue
        same = _questions(entry) == _questions(ReportEntry.planned(job, entry.engine))
        if same and (job.folder / job.report).is_file():
            kept[job.stem] = entry.model_copy(update={"outdated": True})
    return kept


def _questions(entry: ReportEntry) -> tuple[object, ...]:
    """What a report was asked: about whom, with which parameters; not of which state of the data."""
    asked = {name: value for name, value in entry.parameters.items() if name != "dataset"}
    return entry.subject.kind, entry.subject.id, asked


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
        period_asked=plan.asked.written,
        compare_to=(plan.comparison.whole or plan.comparison).name,
        language=settings.own_language,
        version=package_version(),
        without_change=len(plan.every) - len(plan.jobs) if settings.only else 0,
    )


def _tidy(folder: Path, right: set[str]) -> None:
    """Remove what earlier runs left and what is not known to be right; files that are not a pack's stay."""
    _remove_partials(folder)
    earlier = read_manifest(folder)
    stale = earlier.files - right if earlier is not None else set()
    if any((folder / file).is_file() for file in stale):
        _remove(folder, {INDEX})  # it tells of them
    _remove(folder, stale)


def _remove_partials(folder: Path) -> None:
    for place in (folder, *(folder / name for name in FOLDERS)):
        remove_partials(place)


def _remove(folder: Path, files: set[str]) -> None:
    for file in files:
        (folder / file).unlink(missing_ok=True)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(text("The pack cannot be written: {reason}.", reason=reason), file=folder) from None
