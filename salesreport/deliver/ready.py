"""A pack's folder → its manifest, where the pack is finished and everything in it is as it was made."""

import hashlib
import json
from pathlib import Path
from typing import get_args

from salesreport.errors import DataError
from salesreport.language import Text, text
from salesreport.pack import journal
from salesreport.pack.manifest import FILE, Manifest, ReportEntry, read_manifest
from salesreport.pack.subjects import some

KNOWN = get_args(Manifest.model_fields["format"].annotation)
"""The versions of the manifest that this package reads."""

AGAIN = text("Make the pack again with “{command}”.", command="salesreport pack")


def ready_pack(folder: Path) -> Manifest:
    """The manifest of a finished pack.

    Reports that could not be made are left in it; they are for whoever sends the others to say.

    Raises:
        DataError: no folder, no pack, one that is not finished, has outdated reports, or was made by a version
            that this one does not know.
    """
    if not folder.is_dir():
        raise DataError(text("There is no such folder."), file=folder)
    _check_version(folder)
    try:
        manifest = read_manifest(folder)
    except DataError as error:
        error.hint = None  # it speaks of outputs
        error.problem = text("This folder holds no pack.")
        raise
    if manifest is None or not _makes_sense(manifest):
        raise DataError(text("This folder holds no pack."), file=folder)
    pending = [entry for entry in manifest.reports if entry.status == "pending"]
    if pending or (folder / journal.FILE).exists():
        raise DataError(
            text("The pack is not finished; nothing is sent."),
            file=folder,
            found=_names(pending) or None,
            hint=AGAIN,
        )
    if not any(entry.status == "done" for entry in manifest.reports):
        raise DataError(text("The pack has no report; nothing is sent."), file=folder, hint=AGAIN)
    older = [one for one in manifest.reports if one.status == "done" and not (one.inputs and one.sha256)]
    if older:
        raise DataError(
            text("The pack was made by an older version; nothing is sent."), file=folder,
            found=manifest.pack.version, hint=AGAIN,
        )  # fmt: skip
    return manifest


def check_current(entries: list[ReportEntry], folder: Path) -> None:
    """Make sure that no report is of an earlier state of the data.

    Raises:
        DataError: some are.
    """
    outdated = [entry for entry in entries if entry.outdated]
    if outdated:
        raise DataError(
            text("Reports were made before data or settings changed; nothing is sent."), file=folder,
            found=_names(outdated), hint=AGAIN,
        )  # fmt: skip


def sums_of(entry: ReportEntry) -> dict[str, str]:
    """The files of a report in the pack's folder, the page first, and their checksums."""
    return {str(entry.file): entry.sha256, **{one.file: one.sha256 for one in entry.documents}}


def file_of(entry: ReportEntry, form: str) -> str:
    """A report's file of a format, in the pack's folder.

    Raises:
        DataError: the pack does not have it.
    """
    files = {"html": str(entry.file), **{one.format: one.file for one in entry.documents}}
    if form not in files:
        raise DataError(
            text("The pack has no “{format}” of the report on {name}.", format=form, name=entry.subject.name)
        )
    return files[form]


def content_of(folder: Path, entry: ReportEntry, form: str = "html") -> bytes:
    """A report's bytes in a format, as they were when it was made.

    Raises:
        DataError: the pack has no such file, or another one now.
    """
    name = file_of(entry, form)
    file = folder / name
    try:
        content = file.read_bytes()
    except OSError:
        raise DataError(text("The report is missing; nothing is sent."), file=file, hint=AGAIN) from None
    if hashlib.sha256(content).hexdigest() != sums_of(entry)[name]:
        raise DataError(
            text("The report on {name} is not the one that was made; nothing is sent.", name=entry.subject.name),
            file=file, hint=AGAIN,
        )  # fmt: skip
    return content


def _makes_sense(manifest: Manifest) -> bool:
    """Whether each report has a file and a subject of its own, where a pack puts them."""
    done = [entry for entry in manifest.reports if entry.status == "done"]
    files = {entry.file for entry in done}
    subjects = {(entry.subject.kind, entry.subject.id) for entry in done}
    return len(files) == len(subjects) == len(done) and files <= manifest.files


def _check_version(folder: Path) -> None:
    try:
        said = json.loads((folder / FILE).read_bytes())
        made_by, version = said["made_by"], int(said["format"])
    except (OSError, ValueError, TypeError, KeyError):
        return  # reading the manifest says it
    if made_by == "salesreport pack" and version > max(KNOWN):
        raise DataError(
            text("The pack was made by a newer version than this one; nothing is sent."), file=folder / FILE,
            found=str(version), expected=text("a manifest of format {format}", format=str(max(KNOWN))),
            hint=text("Install the version that made it."),
        )  # fmt: skip


def _names(entries: list[ReportEntry]) -> list[str | Text]:
    return some(entry.subject.name for entry in entries)
