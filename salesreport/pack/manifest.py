"""What is in a pack's folder: the manifest, and the care not to touch what is not ours."""

import hashlib
import os
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

import salesreport
from salesreport import lock
from salesreport.documents.formats import FORMATS, PRINTED
from salesreport.errors import DataError
from salesreport.files import file_checksum, is_partial, write_text
from salesreport.language import Language, text
from salesreport.pack.make import Document, Figure, Job, Outcome, Told

FILE = "manifest.json"
FORMAT: Literal[2] = 2
"""The newest version of a manifest's layout; older ones are read, newer ones refused."""

INDEX = "index.html"
_OURS = re.compile(rf"reports/[a-z0-9-]+\.(?:{'|'.join(FORMATS)})|notebooks/[a-z0-9-]+\.ipynb")
"""The names of files that a pack makes; a manifest that lists others is not believed."""


class DatasetEntry(BaseModel):
    """The dataset a pack was made from; its path is relative to the pack's folder."""

    path: str
    name: str
    as_of: str
    fingerprint: str
    fiscal_year_start: int = 1


class NotebookEntry(BaseModel):
    """The notebook that made the reports."""

    name: str
    sha256: str


class PackEntry(BaseModel):
    """What holds for every report of a pack.

    Attributes:
        title: of the index. dataset, notebook: what the reports were made from. each: what there is a report for
            each of. period: its name. period_asked: how it was asked for where that was relative to the as-of
            date, such as last-month; else empty. compare_to: what it is compared with. language: of the reports.
        version: of salesreport. without_change: of how many subjects nothing changed, so that they have no report.
    """

    title: str
    dataset: DatasetEntry
    notebook: NotebookEntry
    each: str | None
    period: str
    period_asked: str = ""
    compare_to: str
    language: str
    version: str
    without_change: int = 0


class SubjectEntry(BaseModel):
    """What a report is about."""

    kind: str
    id: str
    name: str
    team: str = ""


class ReportEntry(BaseModel):
    """One report.

    Attributes:
        subject: what it is about. file, notebook: its files in the pack's folder; None where there is none.
        parameters: what the notebook was given; the dataset's path is relative to the pack's folder.
        inputs: checksum of all that the report is made from; empty in manifests of earlier versions.
        outdated: whether it was made from other data, notebook or settings than the pack's are now.
        status: `pending` until it was tried. reason: why it failed, in the pack's language.
        documents: decks, documents and workbooks beside it.
        seconds, bytes, sha256, engine: how it was made and what came out. verdict, talk, due, changed, figures:
            what it says, proposes to talk about, what was agreed and is due, what changed since the last review;
            in the pack's language.
        language: of the report; empty: the pack's. own: what it says, in its language, where that is another.
    """

    subject: SubjectEntry
    file: str | None = None
    notebook: str | None = None
    parameters: dict[str, Any]
    inputs: str = ""
    status: Literal["pending", "done", "failed"] = "pending"
    outdated: bool = False
    reason: str = ""
    seconds: float = 0.0
    bytes: int = 0
    sha256: str = ""
    engine: str
    verdict: str = ""
    talk: str = ""
    due: str = ""
    changed: str = ""
    figures: list[Figure] = []
    documents: list[Document] = []
    language: str = ""
    own: Told | None = None

    @classmethod
    def planned(cls, job: Job, engine: str) -> "ReportEntry":
        """The entry of a job that was not tried yet."""
        parameters = dict(job.parameters)
        if isinstance(parameters.get("dataset"), str):
            parameters["dataset"] = relative(Path(parameters["dataset"]), job.folder)
        subject = SubjectEntry(**job.subject._asdict())
        return cls(
            subject=subject,
            file=job.report,
            notebook=job.executed,
            parameters=parameters,
            inputs=job.inputs,
            engine=engine,
            language=job.language if job.index_language else "",
        )

    def after(self, outcome: Outcome, language: Language) -> "ReportEntry":
        """The entry once its job was tried."""
        failed = outcome.reason is not None
        return self.model_copy(
            update={
                "status": "failed" if failed else "done",
                "reason": language.say(outcome.reason),
                "file": None if failed else self.file,
                "notebook": self.notebook if outcome.has_notebook else None,
                "seconds": round(outcome.seconds, 3),
                "bytes": outcome.bytes,
                "sha256": outcome.sha256,
                **{name: getattr(outcome.told, name) for name in Told.model_fields},
                "own": outcome.own,
                "documents": outcome.documents,
            }
        )

    def is_of(self, job: Job) -> bool:
        """Whether it is the finished report of a job: made from the very same, and its files are there, whole."""
        if self.status != "done" or self.file != job.report or not self.inputs or self.inputs != job.inputs:
            return False
        try:
            content = (job.folder / self.file).read_bytes()
        except OSError:
            return False
        made = [one for one in self.documents if one.format != PRINTED]  # that can still be printed
        if [one.file for one in made] != list(map(job.document, job.formats)):
            return False
        return hashlib.sha256(content).hexdigest() == self.sha256 and (
            (self.notebook is None or (job.folder / self.notebook).is_file())
            and all(whole(job.folder / one.file, one.sha256) for one in made)
        )

    @property
    def files(self) -> set[str]:
        """Its files in the pack's folder."""
        return {file for file in (self.file, self.notebook) if file} | {one.file for one in self.documents}


class Manifest(BaseModel):
    """What is in a pack's folder.

    Attributes:
        made_by: says that it is one. format: version of the layout, described in docs/schemas/.
        pack: what holds for every report. reports: in the order of the index.
    """

    made_by: Literal["salesreport pack"] = "salesreport pack"
    format: Literal[1, 2] = FORMAT
    pack: PackEntry
    reports: list[ReportEntry]

    @property
    def failed(self) -> list[ReportEntry]:
        """The reports that could not be made."""
        return [entry for entry in self.reports if entry.status == "failed"]

    @property
    def files(self) -> set[str]:
        """Every file of the pack that it made, but for manifest and index."""
        return {file for entry in self.reports for file in entry.files if _OURS.fullmatch(file)}

    def write(self, folder: Path) -> None:
        """Write it into the pack's folder, in one step."""
        write_text(folder / FILE, self.model_dump_json(indent=2) + "\n")


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of the pack that a folder holds; None where the folder is missing or holds nothing.

    A run that was killed before it wrote the manifest leaves its lock and perhaps a part of the manifest.

    Raises:
        DataError: the folder holds something else than a pack of ours.
    """
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise DataError(text("A pack is a folder, and this is a file."), file=folder)
    try:
        content = (folder / FILE).read_bytes()
    except FileNotFoundError:
        if any(file.name != lock.FILE and not is_partial(file.name) for file in folder.iterdir()):
            raise _something_else(folder) from None
        return None
    except OSError as error:
        raise DataError(text("The folder cannot be read: {reason}.", reason=str(error)), file=folder) from None
    try:
        return Manifest.model_validate_json(content)
    except ValidationError:
        raise _of_newer_version(folder, content) or _something_else(folder) from None


class _Version(BaseModel):
    """What every manifest says, of whatever version."""

    made_by: Literal["salesreport pack"]
    format: int


def _of_newer_version(folder: Path, content: bytes) -> DataError | None:
    """The error that says that the folder's pack was made by a newer salesreport; None where it was not."""
    try:
        told = _Version.model_validate_json(content)
    except ValidationError:
        return None
    if told.format <= FORMAT:
        return None
    return DataError(
        text("The pack was made by a newer version of salesreport; nothing was written."),
        file=folder / FILE,
        found=text("format {number}", number=str(told.format)),
        expected=text("format {number} or earlier", number=str(FORMAT)),
        hint=text("Install that version, or name another folder as output."),
    )


def whole(file: Path, sha256: str) -> bool:
    """Whether a file is there as it was made."""
    try:
        return file_checksum(file) == sha256
    except OSError:
        return False


def package_version() -> str:
    """The version of this package."""
    return salesreport.__version__


def relative(path: Path, folder: Path) -> str:
    """A path as seen from a folder, with forward slashes; absolute where there is no way (another drive)."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()


def _something_else(folder: Path) -> DataError:
    return DataError(
        text("This folder holds something else than a pack; nothing was written."),
        file=folder,
        hint=text("Name an empty or new folder as output."),
    )
