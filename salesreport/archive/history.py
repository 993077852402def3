"""What each subject's reports said, period by period."""

from collections import Counter
from typing import NamedTuple

from salesreport.archive.found import Kept, Series
from salesreport.files import safe_names
from salesreport.pack.index import ordered
from salesreport.pack.manifest import ReportEntry, SubjectEntry


class Said(NamedTuple):
    """One report of a subject.

    Attributes:
        pack: the pack it is in. entry: what the manifest says of it.
    """

    pack: Kept
    entry: ReportEntry

    @property
    def link(self) -> str | None:
        """The report's file in the pack's folder; None where there is none."""
        file = self.entry.file
        return file if self.entry.status == "done" and file in self.pack.manifest.files else None


class History(NamedTuple):
    """A subject and its reports, the newest first.

    Attributes:
        subject: as it is called now. stem: a file name without ending, its own in an archive. said: its reports.
    """

    subject: SubjectEntry
    stem: str
    said: list[Said]

    def of(self, pack: Kept) -> Said | None:
        """The report in a pack."""
        return next((one for one in self.said if one.pack is pack), None)

    @property
    def labels(self) -> dict[str, str]:
        """The key figures that any of the reports has: key → what it is called now."""
        found: dict[str, str] = {}
        for one in self.said:
            for figure in one.entry.figures:
                found.setdefault(figure.key, figure.label)
        return found


def histories(every: list[Series]) -> list[list[History]]:
    """The subjects of each series by team and name, as in a pack's index, with their reports."""
    drafts = [(series, _of(series)) for series in every]
    called = Counter(entry.subject.name for _, found in drafts for entry, _ in found)

    def label(series: Series, one: SubjectEntry) -> str:
        return one.name if called[one.name] == 1 else "\n".join([one.name, one.kind, one.id, *series.key])

    stems = safe_names(label(series, entry.subject) for series, found in drafts for entry, _ in found)
    return [
        [History(entry.subject, stems[label(series, entry.subject)], said) for entry, said in found]
        for series, found in drafts
    ]


def _of(series: Series) -> list[tuple[ReportEntry, list[Said]]]:
    found: dict[tuple[str, str], list[Said]] = {}
    for pack in series.packs:
        for entry in pack.manifest.reports:
            found.setdefault((entry.subject.kind, entry.subject.id), []).append(Said(pack, entry))
    newest = ordered([said[0].entry for said in found.values()])
    return [(entry, found[entry.subject.kind, entry.subject.id]) for entry in newest]
