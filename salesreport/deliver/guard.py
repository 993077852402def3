"""The last look before a mail goes out: its very bytes are opened, and what is attached is the recipient's."""

import hashlib
import io
import zipfile
from email import message_from_bytes, policy
from email.utils import getaddresses
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import cast

from salesreport.deliver.editions import leaves_out
from salesreport.deliver.identity import READERS, Identity, NoReport, is_right
from salesreport.deliver.parcel import Parcel
from salesreport.deliver.ready import sums_of
from salesreport.deliver.recipients import Recipient
from salesreport.errors import DataError
from salesreport.language import Text, text
from salesreport.language.readable import readable
from salesreport.pack.manifest import INDEX, Manifest, ReportEntry


class WrongReport(DataError):
    """What was to be sent to somebody is not what the recipient gets; nothing more is sent."""


class Guard:
    """Compares mails with what the manifest says, and with whom addresses belong to.

    Args:
        manifest: of the pack, as it was read at first. recipients: who gets what, as it was found at first.
        hidden: keys of sections that manager's editions must not have.
    """

    def __init__(self, manifest: Manifest, recipients: list[Recipient], hidden: tuple[str, ...]) -> None:
        self.manifest, self.hidden = manifest, hidden
        self.book = {(one.address.casefold(), one.gets, one.about) for one in recipients}
        self.entries = {entry.file: entry for entry in manifest.reports if entry.status == "done"}

    def check_parcel(self, parcel: Parcel) -> None:
        """Make sure that an attachment is its recipient's.

        Raises:
            WrongReport: it is not.
        """
        self._check(parcel, parcel.name, parcel.content)

    def check_mail(self, parcel: Parcel, mail: bytes) -> None:
        """Make sure that a mail, as it goes over the line, is for the recipient alone and has the right
        attachment.

        Raises:
            WrongReport: it is not.
        """
        message = message_from_bytes(mail, policy=policy.compat32)
        to = [address for _, address in getaddresses(message.get_all("To", []))]
        if to != [parcel.recipient.address] or message["Cc"] or message["Bcc"]:
            raise self._wrong(parcel, text("the mail is addressed to {addresses}", addresses=to))
        attached = [part for part in message.walk() if part.get_content_disposition() == "attachment"]
        if len(attached) != 1:
            raise self._wrong(parcel, text("the mail has another number of attachments"))
        content = cast(bytes, attached[0].get_payload(decode=True))
        self._check(parcel, attached[0].get_filename() or "", content)

    def _check(self, parcel: Parcel, name: str, content: bytes) -> None:
        one = parcel.recipient
        if (one.address.casefold(), one.gets, one.about) not in self.book:
            raise self._wrong(parcel, text("nobody asked for it"))
        if name != parcel.name or hashlib.sha256(content).hexdigest() != parcel.sha256:
            raise self._wrong(parcel, text("the attachment is another file"))
        if one.gets == "bundle":
            self._check_bundle(parcel, content)
        elif len(one.entries) != 1 or one.entries[0].subject.id != one.about.id:
            raise self._wrong(parcel, text("the report is about somebody else"))
        else:
            self._check_report(parcel, one.entries[0], next(iter(parcel.sums), ""), content)

    def _check_bundle(self, parcel: Parcel, content: bytes) -> None:
        by_file = {str(entry.file): entry for entry in parcel.recipient.entries}
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                contents = {name: bundle.read(name) for name in bundle.namelist()}
                twice = len(bundle.namelist()) != len(contents)
        except (zipfile.BadZipFile, OSError):
            raise self._wrong(parcel, text("the bundle cannot be opened")) from None
        index = contents.pop(INDEX, b"")
        if twice or contents.keys() != by_file.keys():
            raise self._wrong(parcel, text("the bundle has other files than the reports of the own people"))
        for file, report in contents.items():
            self._check_report(parcel, by_file[file], file, report)
        self._check_index(parcel, index)

    def _check_index(self, parcel: Parcel, index: bytes) -> None:
        one = parcel.recipient
        page = _Listed()
        page.feed(index.decode("utf-8", "replace"))
        names = [readable(entry.subject.name) for entry in (*one.entries, *one.failed)]
        if sorted(page.links) != sorted(str(entry.file) for entry in one.entries):
            raise self._wrong(parcel, text("the index leads to other reports"))
        if sorted(map(_plain, page.names)) != sorted(map(_plain, names)):
            raise self._wrong(parcel, text("the index names others"))

    def _check_report(self, parcel: Parcel, wanted: ReportEntry, file: str, content: bytes) -> None:
        known = self.entries.get(wanted.file)
        made = {} if known is None else sums_of(known)
        if known is None or known.subject != wanted.subject or file not in made:
            raise self._wrong(parcel, text("the manifest has no such report"))
        reader = READERS.get(PurePosixPath(file).suffix.removeprefix("."))
        try:
            if reader is None:
                raise NoReport
            found = reader(content)
        except NoReport:
            raise self._wrong(parcel, text("the attached report does not say whom it is about")) from None
        if not is_right(found, known, self.manifest.pack):
            raise self._wrong(parcel, _said(found), known)
        digest = hashlib.sha256(content).hexdigest()
        own = parcel.recipient.edition == "own" or not self.hidden
        if digest != (made[file] if own else parcel.sums.get(file)):
            raise self._wrong(parcel, text("the report’s checksum is not the one that the manifest has"))
        if not own and known.subject.kind != "manager" and not leaves_out(content, self.hidden):
            raise self._wrong(parcel, text("the report has what is the rep’s alone"))

    def _wrong(self, parcel: Parcel, why: Text, entry: ReportEntry | None = None) -> WrongReport:
        one = parcel.recipient
        return WrongReport(
            text(
                "The mail to {address} is not what {name} gets: {why}. It was not sent, and nothing after it.",
                address=one.address, name=one.about.name, why=why,
            ),
            expected=None if entry is None else text("a report on {name}", name=entry.subject.name),
        )  # fmt: skip


def _said(found: Identity) -> Text:
    return text("the attached report is on “{id}” in {period}", id=found.id, period=found.period)


def _plain(name: str) -> str:
    return " ".join(name.split())


class _Listed(HTMLParser):
    """Collects where an index leads to, and the names that head its rows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.names: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "a":
            self.links.append(said.get("href") or "")
        if tag == "th" and said.get("scope") == "row":
            self.inside = True
            self.names.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "th":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.names[-1] += data
