"""What a finished report says for machines about itself, read from its very bytes, and what it should say."""

import io
from collections.abc import Callable
from html.parser import HTMLParser
from typing import NamedTuple

from salesreport.pack.manifest import PackEntry, ReportEntry

PREFIX = "salesreport:"
"""How the names of a report's meta elements begin, and of a PDF's entries made of them."""


NAMES = ("subject-kind", "subject", "period", "fingerprint")
"""What they tell."""


class Identity(NamedTuple):
    """Whom and which days a report is about, and from which state of the data it is."""

    kind: str
    id: str
    period: str
    fingerprint: str


class NoReport(Exception):
    """Bytes that do not say what they are."""


def html_identity(content: bytes) -> Identity:
    """What an HTML report says in its head.

    Raises:
        NoReport: it says nothing, or one thing twice.
    """
    head, closed, _ = content.partition(b"</head>")
    if not closed:
        raise NoReport
    reader = _Meta()
    try:
        reader.feed(head.decode("utf-8"))
    except UnicodeDecodeError:
        raise NoReport from None
    if any(len(reader.found.get(name, [])) != 1 for name in NAMES):
        raise NoReport
    return Identity(*(reader.found[name][0] for name in NAMES))


def pdf_identity(content: bytes) -> Identity:
    """What a PDF that was printed from a report says in its document information.

    Raises:
        NoReport: it says nothing, or what reads it is not installed.
    """
    try:
        import pikepdf
    except ImportError:
        raise NoReport from None
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return Identity(*(str(pdf.docinfo[f"/{PREFIX}{name}"]) for name in NAMES))
    except (pikepdf.PdfError, KeyError):
        raise NoReport from None


READERS: dict[str, Callable[[bytes], Identity]] = {"html": html_identity, "pdf": pdf_identity}
"""Format → what reads who a report of it is about. Only what can be read can be sent."""


def is_right(found: Identity, entry: ReportEntry, pack: PackEntry) -> bool:
    """Whether a report is the one that its entry in the manifest says: subject, period, state of the data."""
    subject, given = entry.subject, entry.parameters
    if found.period != given.get("period", pack.period) or found.fingerprint != pack.dataset.fingerprint:
        return False
    if subject.kind not in ("row", "company"):
        return (found.kind, found.id) == (subject.kind, subject.id)
    # the row of a file has a name of its own; whom it is about stands among its parameters
    return str(given.get(found.kind, "")) == found.id


class _Meta(HTMLParser):
    """Collects the meta elements of ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            return
        said = dict(attrs)
        name = said.get("name") or ""
        if name.startswith(PREFIX):
            self.found.setdefault(name.removeprefix(PREFIX), []).append(said.get("content") or "")
