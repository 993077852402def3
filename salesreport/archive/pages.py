"""The archive as pages, without JavaScript and without any other file: an index, and one per subject."""

import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from salesreport.archive.found import ARCHIVE, Kept, Series
from salesreport.archive.history import History, Said, histories
from salesreport.config import language_of
from salesreport.errors import ConfigError
from salesreport.language import Language, Text, ntext, text
from salesreport.pack.index import COLUMN, groups
from salesreport.pack.make import Figure
from salesreport.pack.manifest import INDEX, ReportEntry
from salesreport.report.page import environment

SUBJECTS = "subjects"
"""The folder of the subjects' pages."""

SHOWN = 6
"""So many of the newest periods stand side by side in the index; a subject's page has all."""


class Part(NamedTuple):
    """What the index shows of one series.

    Attributes:
        series: the packs. column: what the subjects are. periods: the newest packs, one per period, oldest first.
        rows: the subjects, by team. figure: what the figures beside them are.
    """

    series: Series
    column: Text
    periods: list[Kept]
    rows: list[tuple[str, list[History]]]
    figure: str


def pages(folder: Path, every: list[Series]) -> dict[str, str]:
    """Every page of the archive of a folder: its path in the folder `archive/` → HTML.

    Args:
        folder: the folder that holds the packs. every: its packs.
    """
    made: dict[str, str] = {}
    parts = []
    for series, subjects in zip(every, histories(every), strict=True):
        parts.append(_part(series, subjects))
        language = language_in(series)
        for one in subjects:
            place = folder / ARCHIVE / SUBJECTS
            made[f"{SUBJECTS}/{one.stem}.html"] = _subject_html(series, one, language, place)
    newest = max(every, key=lambda one: (one.packs[0].as_of, one.key)) if every else None
    made[INDEX] = _index_html(parts, Language("en") if newest is None else language_in(newest), folder / ARCHIVE)
    return made


def language_in(series: Series) -> Language:
    """The language of the newest pack."""
    try:
        return language_of(series.packs[0].manifest.pack.language, "language")
    except ConfigError:  # one of a version that has more of them
        return Language("en")


def _part(series: Series, subjects: list[History]) -> Part:
    periods = list({pack.period: pack for pack in reversed(series.packs)}.values())[-SHOWN:]
    by_entry = {id(one.said[0].entry): one for one in subjects}
    entries: list[ReportEntry] = [one.said[0].entry for one in subjects]
    labels = next((one.labels for one in subjects if one.labels), {})
    return Part(
        series,
        COLUMN.get(series.key.each, text("Report")),
        periods,
        [(group.name, [by_entry[id(entry)] for entry in group.reports]) for group in groups(entries)],
        next(iter(labels.values()), ""),
    )


def _index_html(parts: list[Part], language: Language, here: Path) -> str:
    packs = sum(len(part.series.packs) for part in parts)
    return (
        environment(language, "salesreport.archive", "salesreport.pack")
        .get_template("archive.html.j2")
        .render(
            parts=parts,
            summary=ntext("{n} pack of reports", "{n} packs of reports", n=packs),
            link=lambda pack, file=INDEX: _link(here, pack, file),
            first=_first,
            counts=_counts,
            subjects=SUBJECTS,
            words=_WORDS,
        )
    )


def _subject_html(series: Series, one: History, language: Language, here: Path) -> str:
    return (
        environment(language, "salesreport.archive", "salesreport.pack")
        .get_template("subject.html.j2")
        .render(
            title=series.title,
            one=one,
            labels=one.labels,
            figures=lambda said: {figure.key: figure for figure in said.entry.figures},
            link=lambda said: None if said.link is None else _link(here, said.pack, said.link),
            summary=ntext("{n} report", "{n} reports", n=sum(said.link is not None for said in one.said)),
            words=_WORDS,
        )
    )


def _first(said: Said | None) -> Figure | None:
    """The figure that stands for a report in the index."""
    return said.entry.figures[0] if said is not None and said.link and said.entry.figures else None


def _counts(pack: Kept) -> Text:
    done = sum(entry.status == "done" for entry in pack.manifest.reports)
    failed = len(pack.manifest.failed)
    made = ntext("{n} report", "{n} reports", n=done)
    if not failed:
        return made
    return text("{made}, {failed} not made", made=made, failed=failed)


def _link(here: Path, pack: Kept, file: str) -> str:
    """The way from a page to a file of a pack."""
    way = os.path.relpath(pack.folder / file, here)
    return quote(Path(way).as_posix())


_WORDS = {
    "archive": text("Archive"),
    "period": text("Period"),
    "as_of": text("Data as of"),
    "reports": text("Reports"),
    "outdated": text("made before data or settings changed"),
    "not_made": text("not made"),
    "none": text("There are no packs here."),
    "no_team": text("Without a team"),
    "said": text("What the report said"),
    "to_index": text("All periods"),
    "history": text("History by subject"),
    "as_then": text("Figures are those of the reports, as they were known then; data may have been mended since."),
}
