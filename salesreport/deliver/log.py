"""Who got what: a line of JSON for each thing that happened to a mail, on the disk before the next one is done.

The line `sending` is written before the server is told that a mail is complete. A process that dies after it, or a
connection that breaks, leaves it as the last word: whether the mail arrived nobody here can tell.
"""

import datetime as dt
import os
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from salesreport.deliver.parcel import Parcel

FILE = "deliveries.jsonl"
"""The log's file in a pack's folder."""

State = Literal["sending", "sent", "refused", "deferred", "unknown"]
"""What is known of a mail: on its way, taken by the server, refused, put off, or on its way and not heard of."""


class Sent(BaseModel):
    """A report in a mail: its file, whom it is about, and the checksum of what the reader got of it."""

    file: str
    kind: str
    id: str
    sha256: str


class Line(BaseModel):
    """Something that happened to a mail.

    Attributes:
        at: when (UTC). state: what is known then. to: the address. gets: `report` or `bundle`. edition: `own` or
            `manager`. kind, id, name: whom it is about. period: of the pack. attachment, sha256: the attached
            file.
        reports: in it. message_id: of the mail. server: that took it. reply: what the server said, or what
            happened.
    """

    at: dt.datetime
    state: State
    to: str
    gets: str
    edition: str
    kind: str
    id: str
    name: str
    period: str
    attachment: str
    sha256: str
    reports: list[Sent]
    message_id: str
    server: str
    reply: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What tells deliveries apart: see `Recipient.key`; and the period."""
        return (self.gets, self.edition, self.kind, self.id, self.to.casefold(), self.period)


def line_of(parcel: Parcel, state: State, period: str, message_id: str, server: str, reply: str = "") -> Line:
    """A line about a parcel's mail, as of now."""
    one = parcel.recipient
    reports = [
        Sent(file=file, kind=entry.subject.kind, id=entry.subject.id, sha256=digest)
        for (file, digest), entry in zip(parcel.sums.items(), one.entries, strict=True)
    ]
    return Line(
        at=dt.datetime.now(dt.UTC),
        state=state,
        to=one.address,
        gets=one.gets,
        edition=one.edition,
        kind=one.about.kind,
        id=one.about.id,
        name=one.about.name,
        period=period,
        attachment=parcel.name,
        sha256=parcel.sha256,
        reports=reports,
        message_id=message_id,
        server=server,
        reply=reply,
    )


def key_of(parcel: Parcel, period: str) -> tuple[str, ...]:
    """The key of a parcel's lines."""
    return (*parcel.recipient.key, period)


def read_log(folder: Path) -> dict[tuple[str, ...], Line]:
    """The last line about each delivery.

    A last word `sending` is `unknown`. A line that was cut off says nothing: what it was about is told by the line
    before, which is complete.
    """
    try:
        content = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return {}
    last: dict[tuple[str, ...], Line] = {}
    for written in content.splitlines():
        with suppress(ValidationError):
            line = Line.model_validate_json(written)
            last[line.key] = line
    return {
        key: line.model_copy(update={"state": "unknown"}) if line.state == "sending" else line
        for key, line in last.items()
    }


class Log:
    """Writes lines at the end of the log, each on the disk before it goes on.

    Raises:
        OSError: it cannot be written (also when a line is added).
    """

    def __init__(self, folder: Path) -> None:
        file = folder / FILE
        new = not file.exists()
        self.stream = file.open("ab+", buffering=0)
        if new:
            _keep_name(folder)
        self.stream.seek(0, os.SEEK_END)
        if self.stream.tell():
            self.stream.seek(-1, os.SEEK_END)
            if self.stream.read(1) != b"\n":  # a line that was cut off
                self.stream.write(b"\n")

    def add(self, line: Line) -> None:
        """Write a line, and wait until it is on the disk."""
        content = line.model_dump_json().encode("utf-8", "backslashreplace") + b"\n"
        written = self.stream.write(content)
        if written is not None and written < len(content):
            raise OSError("the line was not written in full")
        os.fsync(self.stream.fileno())

    def close(self) -> None:
        """Write no more."""
        self.stream.close()


def _keep_name(folder: Path) -> None:
    """Have the file's name on the disk, too, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
