"""A mail: what the report says in short, as text and as a small page, and the report itself attached."""

import datetime as dt
import hashlib
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, NamedTuple

from salesreport.brand import Look, look_of
from salesreport.deliver.parcel import Parcel
from salesreport.deliver.settings import MailSettings
from salesreport.language import Language, Text, ntext, text
from salesreport.pack.manifest import Manifest, ReportEntry
from salesreport.pack.plain import one_line
from salesreport.period import Period
from salesreport.report.page import environment

LARGEST_BODY = 100_000
"""Bytes that the text and the page of a mail have at most, together."""

MOST_PEOPLE = 60
"""So many of a bundle's reports a mail tells of; the others are in the bundle's index."""

LONGEST = 600
"""Characters of a sentence in a mail, after which it is cut; the report has it in full."""

MOST_FIGURES = 12
"""So many key figures a mail has."""

POLICY = SMTP.clone(cte_type="7bit", max_line_length=78)
"""Mails that every server takes: plain ASCII on the line, lines of at most 78 characters, ended by CR LF."""

_WORDS = {
    "talk": text("To talk about"),
    "agreed": text("Agreed"),
    "changed": text("Since the last review"),
    "figures": text("Key figures"),
    "failed": text("Could not be made"),
}


class Part(NamedTuple):
    """What a mail says of one report; empty where there is nothing to say."""

    name: str
    verdict: str
    talk: str
    due: str
    changed: str
    figures: list[tuple[str, str, str]]


def make_mail(
    parcel: Parcel, manifest: Manifest, settings: MailSettings, message_id: str, now: dt.datetime
) -> EmailMessage:
    """The mail of a parcel.

    Args:
        parcel: recipient and attachment. manifest: of the pack. settings: sender, subject prefix.
        message_id: with its angle brackets. now: the mail's date, with its zone.
    """
    one = parcel.recipient
    language = Language(one.language)
    about, written, page = _body(parcel, manifest, language, look_of(settings.brand, None))
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = one_line(f"{settings.subject_prefix} {about['subject']}", 200)
    mail["From"] = settings.sender
    mail["To"] = Address(addr_spec=one.address)
    if settings.reply_to:
        mail["Reply-To"] = settings.reply_to
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office notes in return
    mail.set_content(written, cte="quoted-printable")
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    kind, _, rest = (mimetypes.guess_type(parcel.name)[0] or "application/octet-stream").partition("/")
    more: dict[str, Any] = {"params": {"charset": "utf-8"}} if kind == "text" else {}
    mail.add_attachment(parcel.content, kind, rest, filename=parcel.name, **more)
    mail["Content-Language"] = language.locale.language  # last, for whatever sets content takes such headers away
    return mail


def message_id(settings: MailSettings, *parts: str) -> str:
    """The id of a mail: the same for the same parts, so that receivers who compare ids show a mail once.

    Examples:
        >>> settings = MailSettings(host="mail.example.com", sender="reports@example.com")
        >>> message_id(settings, "2025-Q4", "R1", "ann@example.com")
        '<5d9e80735f78570a4c8d85653304a36c@example.com>'
    """
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"<{digest[:32]}@{settings.sender.rpartition('@')[2]}>"


def _body(parcel: Parcel, manifest: Manifest, language: Language, look: Look) -> tuple[dict[str, Any], str, str]:
    """What a mail says by part, as text and as a page: of as many people as there is room for."""
    template = environment(language, "salesreport.deliver").get_template("mail.html.j2")
    look = replace(
        look, name=_clean(look.name), footer=_clean(look.footer), confidential=_clean(look.confidential)
    )
    people = MOST_PEOPLE
    while True:
        about = {**_about(parcel, manifest, language, people), "look": look}
        written, page = _as_text(about, language), template.render(**about)
        if len(written.encode()) + len(page.encode()) <= LARGEST_BODY or not people:
            return about, written, page
        people //= 2


def _about(parcel: Parcel, manifest: Manifest, language: Language, people: int) -> dict[str, Any]:
    """What the mail says, by part."""
    one, pack = parcel.recipient, manifest.pack
    period = Period.parse(pack.period, pack.dataset.fiscal_year_start)
    bundle = one.gets == "bundle"
    own = pack.each == "rep" and one.edition == "own"
    subject = text("Review of {name}, {period}", name=one.about.name, period=period)
    if bundle:
        subject = text("Reviews of your people, {period}", period=period)
    elif own:
        subject = text("Your review, {period}", period=period)
    parts = [_part(entry, language, brief=bundle) for entry in one.entries[:people]]
    more = len(one.entries) - len(parts)
    return {
        "subject": _clean(language.say(subject)),
        "title": _clean(pack.dataset.name),
        "hello": _clean(language.say(text("Hello {name},", name=one.called))) if one.called else "",
        "period": _clean(language.show(period)),
        "parts": parts,
        "several": bundle,
        "more": language.say(ntext("{n} more is in the bundle.", "{n} more are in the bundle.", n=more))
        if more
        else "",
        "failed": [_clean(entry.subject.name, 80) for entry in one.failed[:people]],
        "attached": language.say(_attached(bundle)),
        "file": parcel.name,
        "made": language.say(
            text(
                "Data: {dataset}, as of {day}",
                dataset=pack.dataset.name,
                day=dt.date.fromisoformat(pack.dataset.as_of),
            )
        ),
        "words": {name: language.say(said) for name, said in _WORDS.items()},
    }


def _attached(bundle: bool) -> Text:
    if bundle:
        return text(
            "The reports are attached as one file: unpack it and open index.html. They are for you and for each "
            "person’s own talk; please do not pass them on."
        )
    return text(
        "The whole report is attached; it opens in any browser and loads nothing from elsewhere. It is meant for "
        "you: please do not pass it on."
    )


def _part(entry: ReportEntry, language: Language, brief: bool) -> Part:
    """What a report says in short, in the mail's language where it was said in that, else in the pack's."""
    told = entry if entry.own is None or entry.language != language.code else entry.own
    return Part(
        _clean(entry.subject.name, 120),
        _clean(told.verdict),
        _clean(told.talk),
        _clean(told.due),
        "" if brief else _clean(told.changed),
        [
            (_clean(one.label, 80), _clean(one.shown, 80), _clean(one.brief, 120))
            for one in told.figures[:MOST_FIGURES]
        ],
    )


def _clean(said: str, longest: int = LONGEST) -> str:
    return one_line(said, longest).encode("utf-8", "backslashreplace").decode()


def _as_text(about: dict[str, Any], language: Language) -> str:
    """The mail without a page: short paragraphs, figures in a column."""
    words = about["words"]
    told = ["\n".join(_lines(part, words, about["several"])) for part in about["parts"]]
    look = about["look"]
    first = " · ".join(one for one in (look.name or about["title"], about["period"]) if one)
    blocks = [about["hello"], first, *told, about["more"]]
    if about["failed"]:
        blocks.append(f"{words['failed']}: {language.listing(about['failed'])}")
    blocks += [f"{about['attached']} ({about['file']})", about["made"], look.confidential, look.footer]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _lines(part: Part, words: dict[str, str], several: bool) -> Sequence[str]:
    lines = [part.name] if several else []
    lines.append(part.verdict)
    for name, said in (("talk", part.talk), ("agreed", part.due), ("changed", part.changed)):
        if said:
            lines.append(f"{words[name]}: {said}")
    if part.figures and several:
        lines.append(" · ".join(f"{label} {shown}" for label, shown, _ in part.figures))
    elif part.figures:
        widest = max(len(label) for label, _, _ in part.figures)
        lines += ["", f"{words['figures']}:"]
        lines += [
            f"  {label.ljust(widest)}  {shown}{f'  ({brief})' if brief else ''}"
            for label, shown, brief in part.figures
        ]
    return [re.sub(r"\s+$", "", line) for line in lines]
