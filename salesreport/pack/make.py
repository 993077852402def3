"""One job → one checked report: execute, compare with the job, export, write in one step."""

import hashlib
import math
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from pydantic import BaseModel, Field, ValidationError, field_validator

from salesreport.brand import PLAIN, Look
from salesreport.documents.formats import PRINTED
from salesreport.files import write_bytes
from salesreport.language import Language, Text, text
from salesreport.pack.complete import remark, why_not_whole
from salesreport.pack.kept import file_names, tidy
from salesreport.pack.notebook import without_forms
from salesreport.pack.plain import one_line
from salesreport.pack.subjects import Subject

REPORT_MIME = "application/vnd.salesreport.report+json"
"""The output of a notebook that says what its report is about."""

REPORT_FORMAT = 1
"""The newest version of that output that we know; docs/schemas/report-1.json describes it."""

LONGEST_REASON = 300


class Figure(BaseModel):
    """A key figure of a report, as the index shows it; all texts are in one language.

    `brief` is what stands below the value: share of the target, interval; `note` what it rests on, in full.
    """

    key: str
    label: str
    shown: str
    value: float | None = None
    unit: str = ""
    note: str = ""
    brief: str = ""

    @field_validator("value")
    @classmethod
    def _missing(cls, value: float | None) -> float | None:
        return value if value is not None and math.isfinite(value) else None


class Document(BaseModel):
    """A deck, document or workbook beside a report: its file in the pack's folder, and what is in it."""

    format: str
    file: str
    bytes: int
    sha256: str


class ShownSubject(BaseModel):
    """Whom a report says it is about."""

    kind: str
    id: str
    name: str = ""


class Told(BaseModel):
    """What a report says in short: its verdict, what to talk about, what is due, what changed, its key figures."""

    verdict: str = ""
    talk: str = ""
    due: str = ""
    changed: str = ""
    figures: list[Figure] = []


class Shown(Told):
    """What a report says about itself, in the notebook's output of the type `REPORT_MIME`.

    `format` is the version of this description; `period_asked` how the period was asked for, where that was
    relative to the as-of date; `index` the same in short in the language of the pack's index, where that is
    another than the report's.
    """

    format: int = Field(default=REPORT_FORMAT, ge=1)
    subject: ShownSubject
    period: str
    period_asked: str = ""
    fingerprint: str
    language: str = "en"
    title: str = ""
    index: Told | None = None


@dataclass(frozen=True)
class Job:
    """A report to make.

    Attributes:
        subject: what it is about. notebook: the file to run. parameters: what the notebook is given, the dataset's
            folder among it.
        folder: the pack's. stem: name of its files, without ending.
        fingerprint: of the dataset. period: its written form. language: of the report.
        inputs: checksum of all that the report is made from (`salesreport.pack.inputs`).
        content: the notebook as it was when the pack was begun, whatever becomes of its file; None: as it is.
        asked: how the period was asked for, where that is relative (`last-month`).
        formats: what else is made of the executed notebook, of `documents.formats.DOCUMENTS`. look: their brand.
        paper: what the finished report is printed on, see `salesreport.pack.printed`; empty: it is not.
        index_language: of the pack's index, where that is another than the report's; else empty.
    """

    subject: Subject
    notebook: Path
    parameters: Mapping[str, Any]
    folder: Path
    stem: str
    fingerprint: str
    period: str
    language: str
    inputs: str = ""
    content: bytes | None = field(default=None, repr=False)
    asked: str = ""
    formats: tuple[str, ...] = ()
    look: Look = field(default=PLAIN, repr=False)
    paper: str = ""
    index_language: str = ""

    @property
    def source(self) -> bytes:
        """The notebook that is run, as a file has it; nobody is there to fill in forms."""
        return without_forms(self.notebook.read_bytes() if self.content is None else self.content)

    @property
    def report(self) -> str:
        """The report's file, in the pack's folder."""
        return f"reports/{self.stem}.html"

    @property
    def executed(self) -> str:
        """The executed notebook's file, in the pack's folder."""
        return f"notebooks/{self.stem}.ipynb"

    def document(self, name: str) -> str:
        """A document's file beside the report, in the pack's folder, by its format."""
        return f"reports/{self.stem}.{name}"

    @property
    def files(self) -> tuple[str, ...]:
        """All that is made, in the pack's folder: report, executed notebook, documents, PDF."""
        printed = (PRINTED,) if self.paper else ()
        return self.report, self.executed, *map(self.document, (*printed, *self.formats))

    def remove(self) -> None:
        """Remove what was made for it, now or earlier."""
        self.remove_report()
        (self.folder / self.executed).unlink(missing_ok=True)

    def remove_report(self) -> None:
        """Remove the report, its documents and its PDF; the executed notebook tells why there is none."""
        for file in set(self.files) - {self.executed}:
            (self.folder / file).unlink(missing_ok=True)


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes:
        job: the job. reason: why there is no report; None when there is one. seconds: how long it took.
        bytes, sha256: of the report. told: what it says in short, in the language of the pack's index. own: the
            same in the report's, where that is another.
        has_notebook: whether the executed notebook was kept. documents: what else was made, in their order.
    """

    job: Job
    reason: Text | None = None
    seconds: float = 0.0
    bytes: int = 0
    sha256: str = ""
    told: Told = field(default_factory=Told)
    own: Told | None = None
    has_notebook: bool = False
    documents: list[Document] = field(default_factory=list)


class ReportFailed(Exception):
    """A report that could not be made; `notebook` is as far as it came."""

    def __init__(self, reason: Text, notebook: NotebookNode | None = None) -> None:
        super().__init__(reason, notebook)
        self.reason, self.notebook = reason, notebook


Execute = Callable[[Job], NotebookNode]
"""Runs a job's notebook; raises `ReportFailed` with the notebook as far as it came."""

Exporter = Callable[[NotebookNode, str], str]
"""An executed notebook and a language → the report's HTML."""


def default_exporter(notebook: NotebookNode, language: str) -> str:
    """The report's HTML by the kit's own template."""
    from salesreport.report.export import to_html

    return to_html(notebook, language)


def make_report(
    job: Job,
    execute: Execute,
    export: Exporter = default_exporter,
    still_wanted: Callable[[], None] | None = None,
) -> Outcome:
    """Make one report, whatever happens.

    The report is written only when its notebook was run to the end, the dataset is still the job's, and it says
    itself that it is the job's: same subject, period and dataset. Where it fails, the report of an earlier run is
    removed: nobody shall take it for today's. Documents are made of the same notebook, written before the report.

    Args:
        still_wanted: called at the last moment, when the report lacks but its name; may raise `RunIsOver`.
    """
    started = time.perf_counter()
    notebook: NotebookNode | None = None
    shown: Shown | None = None
    reason: Text | None = None
    html = b""
    documents: dict[str, bytes] = {}
    try:
        notebook = _tidy(_executed(job, execute), job)
        unfinished = why_not_whole(notebook)
        if unfinished is not None:
            raise ReportFailed(unfinished, notebook)
        check_dataset(job)
        shown = what_it_shows(notebook)
        check_identity(job, shown)
        html = _in_its_brand(export(notebook, job.language), job.look).encode("utf-8", "xmlcharrefreplace")
        documents = _documents(job, notebook)
    except ReportFailed as failure:
        reason = failure.reason
        notebook = notebook if failure.notebook is None else _tidy(failure.notebook, job)
    except Exception as error:
        # whatever a notebook's engine or template may raise is this one report's failure
        reason = in_words(type(error).__name__, str(error))
    if reason is not None and notebook is not None:
        remark(notebook, Language(job.language).say(reason))
    try:
        _keep(job, notebook)
        if reason is None:
            for name, content in documents.items():
                write_bytes(job.folder / job.document(name), content)
            write_bytes(job.folder / job.report, html, still_wanted)
    except OSError as error:
        reason = text("The report cannot be written: {reason}.", reason=error.strerror or str(error))
    seconds = time.perf_counter() - started
    has_notebook = (job.folder / job.executed).is_file()
    if reason is not None or shown is None:
        job.remove_report()
        return Outcome(job, reason, seconds, has_notebook=has_notebook)
    digest = hashlib.sha256(html).hexdigest()
    made = [
        Document(format=name, file=job.document(name), bytes=len(one), sha256=hashlib.sha256(one).hexdigest())
        for name, one in documents.items()
    ]
    own = Told(**{name: getattr(shown, name) for name in Told.model_fields})
    told, own_words = (own, None) if shown.index is None else (shown.index, own)
    return Outcome(
        job, None, seconds, len(html), digest, told=told, own=own_words, has_notebook=has_notebook, documents=made
    )


def _in_its_brand(page: str, look: Look) -> str:
    if look.is_plain:
        return page
    from salesreport.report.dressed import dressed

    return dressed(page, look)


def _executed(job: Job, execute: Execute) -> NotebookNode:
    """The job's notebook, run; its outputs hold what documents need only where some are wanted."""
    with ExitStack() as told:
        if job.formats:
            from salesreport.report.content import asking

            told.enter_context(asking(job.formats))
        if job.asked:
            from salesreport.report.asked import asking_for

            told.enter_context(asking_for(job.asked))
        if job.index_language:
            from salesreport.report.asked import indexed_in

            told.enter_context(indexed_in(job.index_language))
        return execute(job)


def _documents(job: Job, notebook: NotebookNode) -> dict[str, bytes]:
    """Format → the file, made of an executed notebook."""
    if not job.formats:
        return {}
    from salesreport.documents.make import make_documents

    return make_documents(notebook, job.formats, job.language, job.look)


def what_it_shows(notebook: NotebookNode) -> Shown:
    """What an executed notebook's report says about itself.

    Raises:
        ReportFailed: it shows no review, or more than one.
    """
    found = [
        output["data"][REPORT_MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if REPORT_MIME in output.get("data", {})
    ]
    if len(found) != 1:
        problem = (
            text("The notebook shows no review.") if not found else text("The notebook shows several reviews.")
        )
        raise ReportFailed(problem, notebook)
    version = found[0].get("format", 1) if isinstance(found[0], dict) else 1
    if isinstance(version, int) and version > REPORT_FORMAT:
        raise ReportFailed(
            text(
                "What the report says about itself is of version {found}; this salesreport knows {known}.",
                found=str(version),
                known=str(REPORT_FORMAT),
            ),
            notebook,
        )
    try:
        return Shown.model_validate(found[0])
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ReportFailed(
            text(
                "What the report says about itself cannot be read: {place}: {reason}.",
                place=place,
                reason=first["msg"],
            ),
            notebook,
        ) from None


def check_dataset(job: Job) -> None:
    """Make sure that the dataset is still the job's, so that no report is made of two, however often it is opened.

    Raises:
        ReportFailed: it is another one now.
        DataError: there is none now.
    """
    from salesreport.dataset import Dataset  # here, for the command line imports this module, and that is heavy

    if Dataset.open(job.parameters["dataset"]).fingerprint != job.fingerprint:
        raise ReportFailed(text("The dataset was replaced while the pack was made; make it again."))


def check_identity(job: Job, shown: Shown) -> None:
    """Make sure that a report is the job's: subject, period, dataset.

    Raises:
        ReportFailed: it is another one.
    """
    kind = shown.subject.kind
    wanted: dict[str, tuple[str, str]] = {
        "period": (job.period, shown.period),
        "fingerprint": (job.fingerprint, shown.fingerprint),
    }
    if job.subject.kind not in ("row", "company"):
        wanted["kind"] = (job.subject.kind, kind)
        wanted[job.subject.kind] = (job.subject.id, shown.subject.id)
    elif kind in job.parameters:
        wanted[kind] = (str(job.parameters[kind]), shown.subject.id)
    for what, (expected, found) in wanted.items():
        if expected != found:
            raise ReportFailed(
                text(
                    "Wrong report: its {what} is “{found}”, and should be “{expected}”.",
                    what=what,
                    found=one_line(found, 80),
                    expected=one_line(expected, 80),
                )
            )


def in_words(kind: str, message: str) -> Text:
    """An exception as a sentence; files are named without the folders they lie in."""
    said = one_line(file_names(message), LONGEST_REASON)
    return text("{message} ({kind})", message=said, kind=kind) if said else Text(kind)


def _tidy(notebook: NotebookNode, job: Job) -> NotebookNode:
    return tidy(notebook, job.parameters, job.notebook, job.folder, job.executed)


def _keep(job: Job, notebook: NotebookNode | None) -> None:
    """Write the executed notebook, or remove that of an earlier run.

    Unlike `nbformat.writes` without looking for what is against its schema, which it would but log.
    """
    file = job.folder / job.executed
    if notebook is None:
        file.unlink(missing_ok=True)
        return
    try:
        content = nbformat.v4.writes(notebook, allow_nan=False)
    except ValueError:  # a cell showed a number that JSON does not know
        content = nbformat.v4.writes(_finite(notebook), allow_nan=False)
    # lone surrogates come out as \udc80, which is how JSON spells them
    write_bytes(file, content.encode("utf-8", "backslashreplace"))


def _finite(value: Any) -> Any:
    """A notebook, or a part of it, with nothing (null) in the place of NaN and infinity."""
    if isinstance(value, dict):
        return type(value)({key: _finite(one) for key, one in value.items()})
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
