"""Who gets what: reps their own reports, managers those of their own people; addresses from the dataset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from salesreport.deliver.people import People
from salesreport.deliver.problems import RecipientsError
from salesreport.errors import ConfigError, DataError, nearest
from salesreport.kpi.facts.called import matching
from salesreport.language import Text, ntext, text
from salesreport.pack.manifest import Manifest, ReportEntry
from salesreport.pack.subjects import some

Gets = Literal["report", "bundle"]
Edition = Literal["own", "manager"]

REPS, MANAGERS = "reps", "managers"
"""Whom a pack can be sent to by name."""


class About(NamedTuple):
    """Whom a delivery is about: a report's subject, or the manager whose people a bundle is about."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True)
class Recipient:
    """Somebody who gets one mail.

    Attributes:
        address: where to. about: whom the mail is about. gets: one report, or a bundle with an index.
        edition: `own`, as the report was made, or `manager`, without what is the rep's alone.
        entries: the reports, in the index's order. failed: those of the bundle that could not be made.
        called: who reads it, for the mail's first line; may be empty. language: of the mail's own words.
    """

    address: str
    about: About
    gets: Gets
    edition: Edition
    entries: tuple[ReportEntry, ...]
    failed: tuple[ReportEntry, ...] = ()
    called: str = ""
    language: str = "en"

    @property
    def key(self) -> tuple[str, ...]:
        """What tells deliveries of one period apart."""
        return (self.gets, self.edition, self.about.kind, self.about.id, self.address.casefold())


class Found(NamedTuple):
    """Recipients, what is to be said about those who get nothing, and the reports that could not be made."""

    recipients: list[Recipient]
    notes: list[Text]
    failed: list[ReportEntry]


def to_reps(manifest: Manifest, people: People, only: Sequence[str], source: Path) -> Found:
    """Each rep and the rep's own report.

    Args:
        manifest: of the pack. people: of its dataset. only: ids or names; none: everybody. source: for messages.

    Raises:
        DataError: the pack's reports are not about reps. ConfigError: `only` names nobody.
        RecipientsError: addresses are missing, malformed or those of several.
    """
    if manifest.pack.each != "rep":
        raise DataError(
            text("These reports are not about reps, and name more than one; nothing is sent."), file=source,
            hint=text("Name who gets them in a CSV file: {form}", form="--to FILE.csv"),
        )  # fmt: skip
    entries = chosen(manifest.reports, only)
    problems: list[Text] = []
    found: list[Recipient] = []
    notes: list[Text] = []
    for entry in _done(entries):
        rep = people.reps.get(entry.subject.id)
        if rep is not None and rep.left:
            notes.append(text("{name} has left, and gets no mail.", name=rep.name))
            continue
        if entry.parameters.get("mask_names") is False:
            problems.append(text("The report on {name} names other reps (mask_names).", name=entry.subject.name))
        address = people.address_of_rep(entry.subject.id)
        if isinstance(address, Text):
            problems.append(address)
            continue
        found.append(_report(entry, address, manifest, entry.subject.name))
    _raise_if([*problems, *shared_addresses(found)], source)
    return Found(found, notes, _not_made(entries))


def to_managers(manifest: Manifest, people: People, only: Sequence[str], source: Path) -> Found:
    """Each manager and a bundle of the own people's reports; of a pack about managers, each one's own report.

    Raises:
        DataError, ConfigError, RecipientsError: as `to_reps`.
    """
    problems: list[Text] = []
    found: list[Recipient] = []
    notes: list[Text] = []
    if manifest.pack.each == "manager":
        entries = chosen(manifest.reports, only)
        for entry in _done(entries):
            address = people.address_of_manager(entry.subject.id)
            if isinstance(address, Text):
                problems.append(address)
            else:
                found.append(_report(entry, address, manifest, entry.subject.name))
        _raise_if([*problems, *shared_addresses(found)], source)
        return Found(found, notes, _not_made(entries))
    if manifest.pack.each != "rep":
        raise DataError(
            text("These reports are about neither reps nor managers; nothing is sent."), file=source,
            hint=text("Name who gets them in a CSV file: {form}", form="--to FILE.csv"),
        )  # fmt: skip
    teams = people_of(manifest, people)
    alone = [entry.subject.name for entry in _done(manifest.reports) if not _manager(entry, people)]
    if alone and not only:
        notes.append(
            ntext(
                "{n} report is in no manager’s bundle, for the data name no manager: {names}.",
                "{n} reports are in no manager’s bundle, for the data name no manager: {names}.",
                n=len(alone),
                names=some(alone),
            )
        )
    wanted = named(only, {one: one for one in teams}) if only else list(teams)
    for manager in wanted:
        address = people.address_of_manager(manager)
        if isinstance(address, Text):
            problems.append(address)
        else:
            found.append(bundle_for(manager, teams[manager], address, manifest, manager))
    _raise_if([*problems, *shared_addresses(found)], source)
    failed = [entry for one in found for entry in one.failed] if only else manifest.failed
    return Found([one for one in found if one.entries], notes, failed)


def people_of(manifest: Manifest, people: People) -> dict[str, list[ReportEntry]]:
    """Manager → the reports on the own people, in the order of names; managers without any are left out."""
    teams: dict[str, list[ReportEntry]] = {}
    if manifest.pack.each == "rep":
        for entry in manifest.reports:
            manager = _manager(entry, people)
            if manager:
                teams.setdefault(manager, []).append(entry)
    return {name: teams[name] for name in sorted(teams, key=str.casefold)}


def bundle_for(
    manager: str, entries: Sequence[ReportEntry], address: str, manifest: Manifest, called: str, language: str = ""
) -> Recipient:
    """A manager's bundle of some reports."""
    return Recipient(
        address=address,
        about=About("manager", manager, manager),
        gets="bundle",
        edition="manager",
        entries=tuple(_done(entries)),
        failed=tuple(_not_made(entries)),
        called=called,
        language=language or manifest.pack.language,
    )


def rep_of(entry: ReportEntry) -> str:
    """The id of the rep whom a report is about, also where a row of a file says so; empty: it is about no rep."""
    subject = entry.subject
    if subject.kind == "row":
        return str(entry.parameters.get("rep") or "")
    return subject.id if subject.kind == "rep" else ""


def chosen(entries: Sequence[ReportEntry], only: Sequence[str]) -> list[ReportEntry]:
    """The reports on whom `--only` names, by id or name; all where it names nobody."""
    if not only:
        return list(entries)
    ids = set(named(only, {entry.subject.id: entry.subject.name for entry in entries}))
    return [entry for entry in entries if entry.subject.id in ids]


def named(only: Sequence[str], known: dict[str, str]) -> list[str]:
    """The ids that names on the command line mean.

    Raises:
        ConfigError: there is nobody of a name.
    """
    ids: list[str] = []
    for one in only:
        found = matching(one, known)
        if not found:
            near = nearest(one, {*known, *known.values()})
            raise ConfigError(
                text("Nobody of this name gets anything."), key="--only", found=one, nearest=near,
                expected=None if near or not known else text("one of {names}", names=some(known.values())),
            )  # fmt: skip
        ids.extend(found)
    return list(dict.fromkeys(ids))


def shared_addresses(recipients: Iterable[Recipient]) -> list[Text]:
    """What is wrong where one address stands for several: somebody would get another's report."""
    by_address: dict[str, list[Recipient]] = {}
    for one in recipients:
        by_address.setdefault(one.address.casefold(), []).append(one)
    return [
        text("{address} is the address of several: {names}.", address=several[0].address, names=_names(several))
        for several in by_address.values()
        if len(several) > 1
    ]


def _names(recipients: Iterable[Recipient]) -> list[str | Text]:
    return some(one.about.name for one in recipients)


def _report(entry: ReportEntry, address: str, manifest: Manifest, called: str) -> Recipient:
    subject = entry.subject
    return Recipient(
        address=address,
        about=About(subject.kind, subject.id, subject.name),
        gets="report",
        edition="own",
        entries=(entry,),
        called=called,
        language=entry.language or manifest.pack.language,
    )


def _done(entries: Iterable[ReportEntry]) -> list[ReportEntry]:
    return [entry for entry in entries if entry.status == "done"]


def _not_made(entries: Iterable[ReportEntry]) -> list[ReportEntry]:
    return [entry for entry in entries if entry.status == "failed"]


def _manager(entry: ReportEntry, people: People) -> str:
    rep = people.reps.get(entry.subject.id)
    return rep.manager if rep is not None else ""


def _raise_if(problems: Sequence[Text], source: Path) -> None:
    if problems:
        raise RecipientsError(
            problems, source,
            hint=text("Mend them in the CRM or the export, or name the recipients in a CSV file."),
        )  # fmt: skip
