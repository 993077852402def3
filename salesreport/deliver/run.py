"""A delivery, in order: look at the pack, find who gets what, make and check every attachment, then send them.

Nothing is sent before all of it was checked. A delivery may be killed at any moment: the next one reads the log,
and goes on where nothing was sent.
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from salesreport.deliver.editions import hidden_sections
from salesreport.deliver.guard import Guard
from salesreport.deliver.listed import from_file
from salesreport.deliver.log import Line, Log, State, key_of, line_of, read_log
from salesreport.deliver.mail import make_mail, message_id
from salesreport.deliver.parcel import Parcel, make_parcels, write_bundles
from salesreport.deliver.people import NOBODY, People
from salesreport.deliver.post import NoServer, Outcome, Post
from salesreport.deliver.ready import check_current, ready_pack
from salesreport.deliver.recipients import MANAGERS, REPS, Found, Recipient, to_managers, to_reps
from salesreport.deliver.settings import Login, MailSettings
from salesreport.errors import ConfigError, DataError, nearest
from salesreport.files import make_folder, safe_names, write_bytes
from salesreport.language import Text, ntext, text
from salesreport.lock import locked
from salesreport.pack.manifest import Manifest, ReportEntry

OUTBOX = "outbox"
"""Where in a pack's folder mails are written that are only looked at."""

BUSY = text("This pack is being made or delivered")


class Watcher(Protocol):
    """Somebody who is told how a delivery gets on."""

    def planned(self, sending: int, delivered: int) -> None:
        """So many mails are going to be sent; so many recipients have theirs already."""

    def noted(self, note: Text) -> None:
        """Something to know that stops nothing."""

    def started(self, recipient: Recipient) -> None:
        """A recipient's turn has come."""

    def done(self, recipient: Recipient, outcome: Outcome) -> None:
        """What became of a recipient's mail."""

    def waiting(self, seconds: float, mails: int) -> None:
        """Some mails were put off, and are tried again then."""


@dataclass(frozen=True)
class Prepared:
    """A delivery of which everything is checked and nothing is sent.

    Attributes:
        folder: the pack's. manifest: of the pack. parcels: what each recipient gets. waiting: those of them that
            were not delivered yet. guard: looks at each mail before it goes. failed: reports that could not be
            made.
        unknown: earlier mails of which nobody knows whether they arrived. outdated: who has what was delivered
            before it changed. notes: what is to be said.
    """

    folder: Path
    manifest: Manifest
    parcels: list[Parcel]
    waiting: list[Parcel]
    guard: Guard
    failed: list[ReportEntry]
    unknown: list[Line]
    outdated: list[Recipient]
    notes: list[Text]
    log: dict[tuple[str, ...], Line]

    @property
    def delivered(self) -> int:
        """How many recipients have theirs already."""
        return len(self.parcels) - len(self.waiting) - len(self.unknown)


@dataclass
class Summary:
    """What became of a delivery.

    Attributes:
        delivered: how many recipients had theirs before. sent, refused, unknown, left: recipients by what became
            of their mails; `left` are for the next run. failed: reports that could not be made, so that nobody
            got them.
        outdated: of those who had theirs before, who has what changed since.
        files: mails that were written instead of being sent.
    """

    delivered: int = 0
    sent: list[Recipient] = field(default_factory=list)
    refused: list[Recipient] = field(default_factory=list)
    unknown: list[Recipient] = field(default_factory=list)
    left: list[Recipient] = field(default_factory=list)
    failed: list[ReportEntry] = field(default_factory=list)
    outdated: list[Recipient] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everybody has what is theirs."""
        return not (self.refused or self.unknown or self.left or self.failed)


def deliver(
    folder: Path,
    to: str,
    settings: MailSettings,
    login: Login | None,
    watcher: Watcher,
    *,
    only: Sequence[str] = (),
    again: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Summary:
    """Send a pack's reports by mail, each recipient one mail.

    Args:
        folder: the pack's. to: `reps`, `managers`, or a CSV file of recipients. settings: of the mail server.
        login: user and password (`settings.login`). watcher: is told of each mail.
        only: whom reports are about, by id or name; none: everybody.
        again: also to those who have theirs, and where it is unknown. sleep: how it is waited.

    Raises:
        SalesreportError: the pack, the recipients or the settings cannot be used: nothing was sent. A report that
            is not its recipient's (`WrongReport`): nothing more was sent.
    """
    with _held(folder):
        prepared = prepare(folder, to, settings, only, again=again)
        for note in prepared.notes:
            watcher.noted(note)
        write_bundles(folder, prepared.parcels, everybody=not only)
        watcher.planned(len(prepared.waiting), prepared.delivered)
        run = _Run(prepared, settings, Post(settings, login), Log(folder), watcher, again, sleep)
        try:
            return run.all()
        finally:
            run.close()


def preview(
    folder: Path,
    to: str,
    settings: MailSettings,
    out: Path,
    watcher: Watcher,
    *,
    only: Sequence[str] = (),
    again: bool = False,
) -> Summary:
    """Write the mails that `deliver` would send to a folder, one `.eml` file each, and send nothing.

    Mails of an earlier look that the folder holds are removed.
    """
    with _held(folder):
        prepared = prepare(folder, to, settings, only, again=again)
        for note in prepared.notes:
            watcher.noted(note)
        write_bundles(folder, prepared.parcels, everybody=not only)
        make_folder(out)
        for file in out.glob("*.eml"):
            file.unlink()
        names = safe_names(map(_shown, prepared.waiting), longest=120)
        summary = _begun(prepared)
        for parcel in prepared.waiting:
            mail = _mail(parcel, prepared, settings, again)
            prepared.guard.check_mail(parcel, mail[1])
            file = out / f"{names[_shown(parcel)]}.eml"
            write_bytes(file, mail[1])
            summary.files.append(file)
            summary.sent.append(parcel.recipient)
        return summary


def prepare(
    folder: Path, to: str, settings: MailSettings, only: Sequence[str], *, again: bool = False
) -> Prepared:
    """Everything that can be checked before the first mail is sent; see `deliver`."""
    manifest = ready_pack(folder)
    people, notes = _people(folder, manifest, optional=to not in (REPS, MANAGERS))
    found = _found(folder, to, manifest, people, only)
    recipients = found.recipients
    entries = {str(entry.file): entry for one in recipients for entry in one.entries}
    check_current(list(entries.values()), folder)
    parcels = make_parcels(folder, manifest, recipients, settings)
    guard = Guard(manifest, recipients, hidden_sections(settings.managers_see_pay))
    for parcel in parcels:
        guard.check_parcel(parcel)
    log = read_log(folder)
    states = {id(one): log.get(key_of(one, manifest.pack.period)) for one in parcels}
    unknown = [line for line in states.values() if line is not None and line.state == "unknown" and not again]
    closed = () if again else ("sent", "unknown")
    waiting = [one for one in parcels if (line := states[id(one)]) is None or line.state not in closed]
    outdated = [
        one.recipient
        for one in parcels
        if (line := states[id(one)]) is not None
        and line.state == "sent"
        and line.sha256 != one.sha256
        and not again
    ]
    if outdated:
        notes.append(
            ntext(
                "{n} recipient has what was delivered before it changed; {option} sends it anew: {names}.",
                "{n} recipients have what was delivered before it changed; {option} sends it anew: {names}.",
                n=len(outdated),
                option="--again",
                names=[one.about.name for one in outdated],
            )
        )
    notes += [_unknown(line) for line in unknown]
    notes = [*found.notes, *notes]
    return Prepared(folder, manifest, parcels, waiting, guard, found.failed, unknown, outdated, notes, log)


class _Run:
    """Sends what is waiting, and writes down what becomes of it."""

    def __init__(
        self,
        prepared: Prepared,
        settings: MailSettings,
        post: Post,
        log: Log,
        watcher: Watcher,
        again: bool,
        sleep: Callable[[float], None],
    ) -> None:
        self.prepared, self.settings, self.post = prepared, settings, post
        self.log, self.watcher, self.again, self.sleep = log, watcher, again, sleep
        self.summary = _begun(prepared)
        self.period = prepared.manifest.pack.period

    def all(self) -> Summary:
        """Send all mails; those that were put off again after a pause."""
        waiting, left = list(self.prepared.waiting), self.settings.retries
        while waiting:
            later = self._round(waiting)
            if later is None or not later or not left:
                self.summary.left += [one.recipient for one in later or ()]
                break
            left -= 1
            self._wait(self.settings.retry_pause, len(later))
            waiting = later
        self.post.quit()
        return self.summary

    def close(self) -> None:
        """Let go of log and connection, whatever happened."""
        self.post.close()
        self.log.close()

    def _round(self, parcels: list[Parcel]) -> list[Parcel] | None:
        """Send some mails; those to try again. None: the server is gone, and what is left is noted."""
        later: list[Parcel] = []
        for position, parcel in enumerate(parcels):
            if position and self.settings.pause:
                self.sleep(self.settings.pause)
            self.watcher.started(parcel.recipient)
            try:
                outcome = self._one(parcel)
            except NoServer as error:
                self.watcher.noted(self._unreachable(error))
                self.summary.left += [one.recipient for one in (*later, *parcels[position:])]
                return None
            if outcome.state in ("deferred", "lost"):
                later.append(parcel)
            elif outcome.state == "sent":
                self.summary.sent.append(parcel.recipient)
            elif outcome.state == "refused":
                self.summary.refused.append(parcel.recipient)
            else:
                self.summary.unknown.append(parcel.recipient)
            self.watcher.done(parcel.recipient, outcome)
        return later

    def _one(self, parcel: Parcel) -> Outcome:
        """Send one mail; a connection that is lost before the mail is complete is made anew."""
        identity, mail = _mail(parcel, self.prepared, self.settings, self.again)
        self.prepared.guard.check_mail(parcel, mail)
        for chance in range(self.settings.retries + 1):
            try:
                outcome = self.post.send(
                    parcel.recipient.address, mail, lambda: self._note(parcel, "sending", identity)
                )
            except NoServer as error:
                if chance == self.settings.retries:
                    raise
                self.watcher.noted(self._unreachable(error))
                self._wait(self.settings.retry_pause, 1)
                continue
            if outcome.state != "lost":
                break
        state: State = "deferred" if outcome.state == "lost" else outcome.state
        self._note(parcel, state, identity, outcome.reply)
        return outcome

    def _note(self, parcel: Parcel, state: State, identity: str, reply: str = "") -> None:
        try:
            self.log.add(line_of(parcel, state, self.period, identity, self.post.server, reply))
        except OSError as error:
            raise DataError(
                text("The log of deliveries cannot be written: {reason}.", reason=error.strerror or str(error)),
                file=self.prepared.folder,
                hint=text("Nothing more is sent. Run the command again once there is room."),
            ) from None

    def _unreachable(self, error: NoServer) -> Text:
        return text(
            "The mail server {server} cannot be reached: {reason}.", server=self.post.server, reason=error.reason
        )

    def _wait(self, seconds: float, mails: int) -> None:
        self.post.quit()  # servers do not like to be kept waiting
        self.watcher.waiting(seconds, mails)
        self.sleep(seconds)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder of a pack, so that nobody makes or delivers it meanwhile."""
    ready_pack(folder)  # nothing, not even a lock, is put into a folder that is no pack's
    try:
        with locked(folder, BUSY):
            yield
    except OSError as error:
        raise DataError(
            text("The delivery cannot be written: {reason}.", reason=error.strerror or str(error)), file=folder
        ) from None


def _people(folder: Path, manifest: Manifest, optional: bool) -> tuple[People, list[Text]]:
    """The people of the pack's dataset as it is now, and what is to be said about it."""
    try:
        people = People.read((folder / manifest.pack.dataset.path).resolve())
    except DataError as error:
        if not optional:
            error.hint = text("Addresses and managers come from the pack’s dataset, or name a CSV file with --to.")
            raise
        return NOBODY, [
            text("The pack’s dataset is not there: whose addresses these are was not compared with it.")
        ]
    if people.fingerprint != manifest.pack.dataset.fingerprint:
        return people, [text("The dataset changed since the pack was made; addresses and managers are today’s.")]
    return people, []


def _found(folder: Path, to: str, manifest: Manifest, people: People, only: Sequence[str]) -> Found:
    if to == REPS:
        return to_reps(manifest, people, only, folder)
    if to == MANAGERS:
        return to_managers(manifest, people, only, folder)
    if not to.casefold().endswith(".csv"):
        near = nearest(to, (REPS, MANAGERS))
        raise ConfigError(
            text("Reports go to reps, to managers, or to those whom a CSV file names."), key="--to", found=to,
            nearest=near, expected=None if near else text("one of {names}", names=[REPS, MANAGERS, "FILE.csv"]),
        )  # fmt: skip
    return from_file(Path(to), manifest, people, only)


def _mail(parcel: Parcel, prepared: Prepared, settings: MailSettings, again: bool) -> tuple[str, bytes]:
    """The id and the bytes of a parcel's mail."""
    key = key_of(parcel, prepared.manifest.pack.period)
    before = prepared.log.get(key)
    # where it may have arrived already, receivers who compare ids drop the second one
    fresh = uuid.uuid4().hex if again and before is not None and before.state == "sent" else ""
    identity = message_id(settings, *key, parcel.sha256, fresh)
    if again and before is not None and before.state == "unknown":
        identity = before.message_id
    mail = make_mail(parcel, prepared.manifest, settings, identity, dt.datetime.now().astimezone())
    return identity, mail.as_bytes()


def _shown(parcel: Parcel) -> str:
    """What the file of a mail that is only looked at is called after."""
    one = parcel.recipient
    return f"{one.about.name} {one.address} {one.gets} {one.about.id}"


def _begun(prepared: Prepared) -> Summary:
    """What is known before the first mail."""
    return Summary(
        prepared.delivered,
        unknown=_recipients(prepared),
        failed=prepared.failed,
        outdated=prepared.outdated,
    )


def _recipients(prepared: Prepared) -> list[Recipient]:
    """The recipients of whose earlier mails nobody knows whether they arrived."""
    keys = {line.key for line in prepared.unknown}
    return [one.recipient for one in prepared.parcels if key_of(one, prepared.manifest.pack.period) in keys]


def _unknown(line: Line) -> Text:
    return text(
        "{name}: a mail to {address} was on its way when the delivery of {day} broke off; whether it arrived is "
        "unknown. Ask, or send it with {option}.",
        name=line.name, address=line.to, day=line.at.date(), option="--again",
    )  # fmt: skip
