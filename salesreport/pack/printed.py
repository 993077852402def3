"""The PDFs of a pack: printed from its finished reports, by one browser, when all of them are there."""

import hashlib
from collections.abc import Iterable
from typing import Protocol

from salesreport.documents.formats import PRINTED
from salesreport.documents.printing import CannotPrint, Printer
from salesreport.files import write_bytes
from salesreport.language import Language
from salesreport.pack.make import Document, Job, Outcome
from salesreport.pack.manifest import ReportEntry, whole


class PrintWatcher(Protocol):
    """Somebody who is told how printing gets on."""

    def printing(self, reports: int) -> None:
        """So many reports are going to be printed."""

    def printed(self, outcome: Outcome) -> None:
        """A report is printed; or is not, and has failed."""


def print_reports(
    jobs: Iterable[Job], entries: dict[str, ReportEntry], watcher: PrintWatcher, language: Language
) -> None:
    """Print the reports that are done and have no PDF; an entry is put in the place of each one's.

    A report that cannot be printed has failed, like one whose page cannot be made.

    Args:
        jobs: those of the reports. entries: by the stem of the job. watcher: is told. language: of the manifest.

    Raises:
        OSError: a PDF cannot be written.
    """
    waiting = [job for job in jobs if job.paper and job.stem in entries and not _has(job, entries[job.stem])]
    if not waiting:
        return
    watcher.printing(len(waiting))
    try:
        with Printer(waiting[0].paper) as printer:
            for job in waiting:
                entries[job.stem], outcome = _print(printer, job, entries[job.stem], language)
                watcher.printed(outcome)
    except CannotPrint as problem:  # no browser, no PDF
        for job in waiting:
            if not _has(job, entries[job.stem]):
                entries[job.stem], outcome = _given_up(job, entries[job.stem], problem, language)
                watcher.printed(outcome)


def _print(printer: Printer, job: Job, entry: ReportEntry, language: Language) -> tuple[ReportEntry, Outcome]:
    try:
        content = printer.print(job.folder / job.report)
    except CannotPrint as problem:
        return _given_up(job, entry, problem, language)
    file = job.document(PRINTED)
    write_bytes(job.folder / file, content)
    made = Document(format=PRINTED, file=file, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    others = [one for one in entry.documents if one.format != PRINTED]
    return entry.model_copy(update={"documents": [made, *others]}), Outcome(job)


def _given_up(
    job: Job, entry: ReportEntry, problem: CannotPrint, language: Language
) -> tuple[ReportEntry, Outcome]:
    job.remove_report()
    failed = Outcome(job, problem.reason, has_notebook=(job.folder / job.executed).is_file())
    return entry.after(failed, language), failed


def _has(job: Job, entry: ReportEntry) -> bool:
    """Whether there is nothing to print: the report was not made, or its PDF is there, whole."""
    if entry.status != "done" or entry.outdated:
        return True
    return any(one.format == PRINTED and whole(job.folder / one.file, one.sha256) for one in entry.documents)
