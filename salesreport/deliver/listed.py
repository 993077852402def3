"""Recipients from a CSV file: whose report goes to which address."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from salesreport.config import TextError
from salesreport.deliver.people import People
from salesreport.deliver.problems import RecipientsError, said_with_nearest
from salesreport.deliver.recipients import (
    About,
    Edition,
    Found,
    Gets,
    Recipient,
    bundle_for,
    named,
    people_of,
    rep_of,
    shared_addresses,
)
from salesreport.deliver.settings import ADDRESS
from salesreport.errors import ConfigError, DataError, nearest
from salesreport.kpi.facts.called import matching
from salesreport.language import LANGUAGES, Text, text
from salesreport.pack.manifest import Manifest, ReportEntry
from salesreport.pack.packfile import known_language
from salesreport.pack.rows import csv_lines

HEADINGS = ("subject", "address", "name", "language", "gets")
"""The headings there are; the first two must be there."""


class Row(NamedTuple):
    """A row of the file: its number (the heading is row 1) and its cells by heading."""

    number: int
    cells: dict[str, str]


def from_file(file: Path, manifest: Manifest, people: People, only: Sequence[str] = ()) -> Found:
    """The recipients that a CSV file names.

    Args:
        file: with headings subject (id or name of whom a report is about, or a manager), address (several with
            semicolons between, where all are meant), and perhaps name, language, gets (`report`, `bundle`).
        manifest: of the pack. people: of its dataset; nobody where there is none. only: subjects to leave it at.

    Raises:
        DataError: no such file, no CSV. ConfigError: an unknown heading, or `only` names nobody.
        RecipientsError: rows that cannot be used, all of them.
    """
    reader = _Reader(manifest, people)
    recipients: list[Recipient] = []
    for row in read_rows(file):
        recipients += reader.read(row)
    problems = reader.problems
    if not problems:
        problems = shared_addresses(_one_each(recipients))
    if problems:
        raise RecipientsError(problems, file)
    if only:
        wanted = set(named(only, {one.about.id: one.about.name for one in recipients}))
        recipients = [one for one in recipients if one.about.id in wanted]
    failed = {str(entry.subject): entry for one in recipients for entry in one.failed}
    return Found(recipients, [], list(failed.values()))


def read_rows(file: Path) -> list[Row]:
    """The rows of a file of recipients, without a look at what stands in them.

    Raises:
        DataError: no such file, no CSV, no rows. ConfigError: an unknown heading.
    """
    lines = csv_lines(file)
    headings = [heading.strip().casefold() for heading in lines[0]] if lines else []
    for heading in headings:
        where: dict[str, Any] = {"file": file, "line": 1, "key": heading}
        if heading not in HEADINGS:
            near = nearest(heading, HEADINGS)
            expected = None if near else text("one of {names}", names=list(HEADINGS))
            raise ConfigError(text("There is no such heading."), **where, nearest=near, expected=expected)
        if headings.count(heading) > 1:
            raise ConfigError(text("This key stands twice."), **where)
    for heading in HEADINGS[:2]:
        if heading not in headings:
            raise DataError(text("This column is required but missing."), file=file, column=heading)
    rows = [
        Row(number, dict(zip(headings, (cell.strip() for cell in cells), strict=False)))
        for number, cells in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    if not rows:
        raise DataError(text("The file has no rows."), file=file)
    return rows


class _Reader:
    """Rows → recipients; keeps what is wrong with them."""

    def __init__(self, manifest: Manifest, people: People) -> None:
        self.manifest, self.people = manifest, people
        self.entries = {entry.subject.id: entry for entry in manifest.reports}
        self.teams = people_of(manifest, people)
        self.problems: list[Text] = []
        self.seen: dict[tuple[str, str], int] = {}

    def read(self, row: Row) -> list[Recipient]:
        problems: list[Text] = []
        about = self._about(row, problems)
        addresses = self._addresses(row, problems)
        language = row.cells.get("language", "")
        try:
            language = language and known_language(language)
        except TextError:
            problems.append(
                text("There is no language “{name}”; there are {names}.", name=language, names=list(LANGUAGES))
            )
        if about is not None:
            earlier = self.seen.setdefault(about, row.number)
            if earlier != row.number:
                problems.append(
                    text(
                        "The subject stands in row {row}, too; where both addresses are meant, write them in one "
                        "row with a semicolon between.",
                        row=str(earlier),
                    )
                )
        if about is not None and not problems:
            made = [self._recipient(*about, one, row.cells.get("name", ""), language) for one in addresses]
            problems += [problem for one in made if (problem := self._of_somebody_else(one)) is not None]
        if problems or about is None:
            self.problems += [text("Row {row}: {problem}", row=str(row.number), problem=one) for one in problems]
            return []
        return made

    def _about(self, row: Row, problems: list[Text]) -> tuple[str, str] | None:
        """What the row's subject gets, and its id."""
        written, gets = row.cells.get("subject", ""), row.cells.get("gets", "").casefold()
        if not written:
            problems.append(text("There is no subject."))
            return None
        if gets not in ("", "report", "bundle"):
            problems.append(text("“{found}” is nothing to get; there are report and bundle.", found=gets))
            return None
        names = {one: entry.subject.name for one, entry in self.entries.items()}
        reports = matching(written, names) if gets != "bundle" else []
        bundles = matching(written, {one: one for one in self.teams}) if gets != "report" else []
        found = [("report", one) for one in reports] + [("bundle", one) for one in bundles]
        if len(found) > 1:
            both = bool(reports and bundles)
            problems.append(
                text("“{name}” has a report and a bundle; a column “gets” says which is meant.", name=written)
                if both
                else text("Several are called “{name}”; name one by the id.", name=written)
            )
            return None
        if not found:
            valid = {*names, *names.values(), *self.teams}
            problems.append(
                said_with_nearest(text("The pack has nothing on “{name}”.", name=written), nearest(written, valid))
            )
            return None
        if reports and self.entries[reports[0]].status == "failed":
            problems.append(text("The report on {name} could not be made.", name=names[reports[0]]))
            return None
        return found[0]

    def _addresses(self, row: Row, problems: list[Text]) -> list[str]:
        found = [one for one in re.split(r"\s*[;,]\s*", row.cells.get("address", "")) if one]
        if not found:
            problems.append(text("{name} has no address.", name=row.cells.get("subject", "")))
        problems += [
            text("“{address}” is no mail address.", address=one) for one in found if not ADDRESS.fullmatch(one)
        ]
        if len({one.casefold() for one in found}) < len(found):
            problems.append(text("An address stands twice."))
        return found

    def _recipient(self, gets: str, one: str, address: str, called: str, language: str) -> Recipient:
        if gets == "bundle":
            return bundle_for(one, self.teams[one], address, self.manifest, called, language)
        entry = self.entries[one]
        edition: Edition = "manager" if self._goes_to_manager(entry, address) else "own"
        return Recipient(
            address=address,
            about=About(entry.subject.kind, entry.subject.id, entry.subject.name),
            gets=cast(Gets, gets),
            edition=edition,
            entries=(entry,),
            called=called,
            language=language or entry.language or self.manifest.pack.language,
        )

    def _goes_to_manager(self, entry: ReportEntry, address: str) -> bool:
        return self.people.is_manager_of(address, rep_of(entry))

    def _of_somebody_else(self, one: Recipient) -> Text | None:
        """That an address is, by the dataset, that of another rep or manager than the report is for."""
        owners, managers = self.people.whose(one.address), self.people.managers_at(one.address)
        about = one.about.id if one.gets == "bundle" else rep_of(one.entries[0])
        if not (owners or managers) or not about:
            return None
        rep = self.people.reps.get(about)
        allowed = {about, one.about.name, *((rep.name, rep.manager) if rep is not None else ())} - {""}
        if any({owner.id, owner.name} & allowed for owner in owners) or allowed & set(managers):
            return None
        return text(
            "{address} is the address of {other} in the dataset, not of {name}.",
            address=one.address,
            other=owners[0].name if owners else managers[0],
            name=one.about.name,
        )


def _one_each(recipients: Sequence[Recipient]) -> list[Recipient]:
    """All recipients, but of those who are one person by name and address only the first."""
    people: dict[tuple[str, str], Recipient] = {}
    rest: list[Recipient] = []
    for one in recipients:
        if not one.called:
            rest.append(one)
        else:
            people.setdefault((one.called, one.address.casefold()), one)
    return [*rest, *people.values()]
