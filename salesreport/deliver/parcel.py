"""What a recipient gets: the attachment's bytes, made of the pack's files."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from salesreport.deliver.bundle import FOLDER, make_bundle
from salesreport.deliver.editions import hidden_sections, managers_edition
from salesreport.deliver.ready import content_of, file_of
from salesreport.deliver.recipients import Recipient
from salesreport.deliver.settings import MailSettings
from salesreport.files import make_folder, safe_names, write_bytes
from salesreport.language import Language
from salesreport.pack.index import index_dress
from salesreport.pack.manifest import Manifest, ReportEntry

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Parcel:
    """One mail's recipient and attachment.

    Attributes:
        recipient: who gets it. name: of the attached file. content: its bytes.
        sums: each report's file in the pack's folder → checksum of the reader's edition of it.
    """

    recipient: Recipient
    name: str
    content: bytes = field(repr=False)
    sums: dict[str, str] = field(repr=False)

    @property
    def sha256(self) -> str:
        """The attachment's checksum."""
        return hashlib.sha256(self.content).hexdigest()


def make_parcels(
    folder: Path, manifest: Manifest, recipients: Sequence[Recipient], settings: MailSettings
) -> list[Parcel]:
    """The attachments of some recipients, in their order.

    Raises:
        DataError: a report is missing, or another one now; a manager's edition cannot be made.
    """
    hidden = hidden_sections(settings.managers_see_pay)
    editions: dict[str, bytes] = {}

    def for_manager(entry: ReportEntry) -> bytes:
        file = str(entry.file)
        if file not in editions:
            editions[file] = managers_edition(folder, entry, entry.language or manifest.pack.language, hidden)
        return editions[file]

    dress = index_dress(folder, manifest, Language(manifest.pack.language))
    bundles = safe_names(one.about.id for one in recipients if one.gets == "bundle")
    period = _UNSAFE.sub("-", manifest.pack.period).strip("-")
    parcels = []
    for one in recipients:
        if one.gets == "report" and one.edition == "own":
            (entry,) = one.entries
            contents = {file_of(entry, settings.attach): content_of(folder, entry, settings.attach)}
        else:
            contents = {str(entry.file): for_manager(entry) for entry in one.entries}
        sums = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
        if one.gets == "bundle":
            name = f"{bundles[one.about.id]}-{period}.zip"
            content = make_bundle(manifest, one.entries, one.failed, contents, dress)
        else:
            ((file, content),) = contents.items()
            name = f"{PurePosixPath(file).stem}-{period}{PurePosixPath(file).suffix}"
        parcels.append(Parcel(one, name, content, sums))
    return parcels


def write_bundles(folder: Path, parcels: Sequence[Parcel], everybody: bool) -> list[Path]:
    """Write the bundles to the pack's folder, for whoever hands them on by hand.

    Args:
        folder: the pack's. parcels: of this delivery. everybody: whether nobody was left out, so that bundles of
            others are of an earlier one and go.
    """
    bundles = [one for one in parcels if one.recipient.gets == "bundle"]
    place = folder / FOLDER
    if not bundles:
        return []
    make_folder(place)
    names = safe_names(one.recipient.about.id for one in bundles)
    written = {place / f"{names[one.recipient.about.id]}.zip": one.content for one in bundles}
    if everybody:
        for file in place.glob("*.zip"):
            if file not in written:
                file.unlink()
    for file, content in written.items():
        write_bytes(file, content)
    return list(written)
