"""What the tests of deliveries share: small packs, and a mail server on this computer that fails on demand."""

import asyncio
import contextlib
import datetime as dt
import hashlib
import html
import io
import re
import ssl
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pandas as pd
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.deliver.settings import MailSettings
from salesreport.language import Text
from salesreport.pack.make import Figure
from salesreport.pack.manifest import (
    DatasetEntry,
    Manifest,
    NotebookEntry,
    PackEntry,
    ReportEntry,
    SubjectEntry,
    relative,
)
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

AUTHORITY = trustme.CA()
"""Whose certificates only those trust who name it."""

PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="salesreport:subject-kind" content="{kind}">
<meta name="salesreport:subject" content="{id}">
<meta name="salesreport:period" content="{period}">
<meta name="salesreport:fingerprint" content="{fingerprint}">
</head><body><p>secret-of-{id}-in-{period}.</p>
.
..</body></html>
"""


def write_people(folder: Path, reps: int = 35, managers: int = 6, **columns: list[Any]) -> Dataset:
    """A dataset of reps R00, R01 … called Rep 00 …; the one numbered n is led by manager n modulo `managers`."""
    at = range(reps)
    table = {
        "rep_id": [f"R{n:02}" for n in at],
        "name": [f"Rep {n:02}" for n in at],
        "team": [f"Team {n % managers}" for n in at],
        "manager": [f"Boss {n % managers}" for n in at],
        "email": [f"r{n:02}@lumen.example" for n in at],
        "manager_email": [f"boss{n % managers}@lumen.example" for n in at],
        **columns,
    }
    tables = {"reps": pd.DataFrame({name: cells for name, cells in table.items() if any(cells)})}
    settings = DatasetSettings(name="Lumen", as_of=dt.date(2026, 3, 31), currency="EUR")
    return write_dataset(folder, tables, settings, Provenance("test"))


def write_small_pack(
    folder: Path, dataset: Dataset, period: str = "2026-01", each: str = "rep", language: str = "en"
) -> Manifest:
    """A finished pack of tiny reports, one for each rep (or manager) of a dataset."""
    reps = dataset.table("reps", ["rep_id", "name", "team", "manager"])
    named = dict(zip(reps["rep_id"], reps["name"].fillna(reps["rep_id"]), strict=True))
    if each == "manager":
        named = {one: one for one in sorted(reps["manager"].dropna().unique())}
    (folder / "reports").mkdir(parents=True)
    entries = [
        write_report(folder, number, SubjectEntry(kind=each, id=one, name=name), period, dataset.fingerprint)
        for number, (one, name) in enumerate(named.items())
    ]
    about = PackEntry(
        title="Reviews",
        dataset=DatasetEntry(
            path=relative(Path(dataset.path), folder), name="Lumen", as_of="2026-03-31",
            fingerprint=dataset.fingerprint,
        ),
        notebook=NotebookEntry(name="tiny.ipynb", sha256="0" * 64),
        each=each,
        period=period,
        compare_to="2025-12",
        language=language,
        version="0.0",
    )  # fmt: skip
    manifest = Manifest(pack=about, reports=entries)
    manifest.write(folder)
    return manifest


def write_report(folder: Path, number: int, subject: SubjectEntry, period: str, fingerprint: str) -> ReportEntry:
    about = {"kind": subject.kind, "id": subject.id, "period": period, "fingerprint": fingerprint}
    content = PAGE.format_map({name: html.escape(said) for name, said in about.items()}).encode()
    file = f"reports/no-{number}.html"
    (folder / file).write_bytes(content)
    figure = Figure(key="revenue", label="Revenue", shown="€1.2M", brief="104% of target", value=1.2e6)
    return ReportEntry(
        subject=subject, file=file, parameters={subject.kind: subject.id, "period": period}, inputs="0" * 64,
        status="done", sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), engine="test",
        verdict=f"All well with {subject.name}.", talk="Offers in Website", due="2 things agreed",
        changed="3 new", figures=[figure],
    )  # fmt: skip


def mail_settings(port: int, **more: Any) -> MailSettings:
    """Settings for the server on this computer, without patience."""
    told = {"security": "none", "timeout": 2.0, "retry_pause": 0.0, "per_connection": 30, **more}
    return MailSettings(host="127.0.0.1", port=port, sender="reports@lumen.example", **told)


class Killed(BaseException):
    """The process is gone: nothing that it would still do is done."""


class Silent:
    """Watches a delivery, and keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[Text] = []
        self.outcomes: list[tuple[str, str, str]] = []
        self.waits: list[float] = []
        self.counts = (0, 0)

    def planned(self, sending: int, delivered: int) -> None:
        self.counts = (sending, delivered)

    def noted(self, note: Text) -> None:
        self.notes.append(note)

    def started(self, recipient: Any) -> None:
        pass

    def done(self, recipient: Any, outcome: Any) -> None:
        self.outcomes.append((recipient.about.id, outcome.state, outcome.reply))

    def waiting(self, seconds: float, mails: int) -> None:
        self.waits.append(seconds)


@dataclass(frozen=True)
class Letter:
    """A mail that the server took: its address and bytes."""

    to: str
    content: bytes = field(repr=False)

    @property
    def message(self) -> Any:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def attachment(self) -> bytes:
        (part,) = self.message.iter_attachments()
        return bytes(part.get_payload(decode=True))

    @property
    def secrets(self) -> set[str]:
        """Whose reports on which days are in it: looked for in the bytes, not by what the kit reads them with."""
        pages = [self.attachment]
        if pages[0][:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(pages[0])) as bundle:
                pages = [bundle.read(name) for name in bundle.namelist()]
        return {found.decode() for page in pages for found in re.findall(rb"secret-of-([\w-]+)\.", page)}


Fault = Callable[[str, "Door", str], str | None]
"""Stage (`connect`, `mail`, `rcpt`, `data`, `taking`, `taken`), the connection and the address → a reply to give
instead of going on; None: go on. It may drop the connection."""


class Door(SMTP):
    """aiosmtpd's server, with a fault before each of its steps."""

    office: "Office"

    async def smtp_MAIL(self, arg: str) -> None:
        await self._or("mail", "", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str) -> None:
        await self._or("rcpt", arg.partition("<")[2].partition(">")[0], super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg: str) -> None:
        to = self.envelope.rcpt_tos[0] if self.envelope and self.envelope.rcpt_tos else ""
        await self._or("data", to, super().smtp_DATA, arg)

    def drop(self) -> None:
        """Break the connection off, as a network does."""
        assert self.transport is not None
        self.transport.abort()

    async def _or(self, stage: str, to: str, go_on: Callable[..., Any], arg: str) -> None:
        reply = self.office.fault(stage, self, to)
        if reply is not None:
            await self.push(reply)
        elif self.transport is not None and not self.transport.is_closing():
            await go_on(arg)


class Office:
    """Keeps what was delivered; `fault` decides what goes wrong."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.fault: Fault = lambda stage, door, to: None
        self.connections = 0
        self.slow = 0.0
        self.logins: list[tuple[str, str]] = []
        self.port = 0

    async def handle_DATA(self, server: Door, session: Any, envelope: Any) -> str:
        (to,) = envelope.rcpt_tos
        reply = self.fault("taking", server, to)
        if reply is not None or server.transport is None or server.transport.is_closing():
            return reply or "451 nobody hears it"
        self.letters.append(Letter(to, envelope.content))
        if self.slow:
            await asyncio.sleep(self.slow)
        return self.fault("taken", server, to) or "250 taken as 4711"

    def log_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"geheim", handled=data.password == b"geheim")

    @contextlib.contextmanager
    def open(self, **how: Any) -> Iterator["Office"]:
        """Have the server run, on a port of its own."""
        loop, ready = asyncio.new_event_loop(), threading.Event()

        def door() -> Door:
            self.connections += 1
            made = Door(self, loop=loop, hostname="here", ident="post", **how)
            made.office = self
            return made

        def run() -> None:
            asyncio.set_event_loop(loop)
            server = loop.run_until_complete(loop.create_server(door, "127.0.0.1", 0))
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            loop.run_forever()
            server.close()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0.01))
            loop.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        ready.wait(10)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)


def own_certificate() -> ssl.SSLContext:
    """The server's side of an encrypted connection."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def trusted(folder: Path) -> str:
    """A file that names the server's authority."""
    AUTHORITY.cert_pem.write_to_path(str(folder / "authority.pem"))
    return str(folder / "authority.pem")


def addresses(letters: Sequence[Letter]) -> list[str]:
    """Where mails went, in order."""
    return [one.to for one in letters]
