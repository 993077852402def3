"""The archive as pages, without JavaScript and without any other file: an index, and one per subject."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from salesreport.archive.found import ARCHIVE, Kept, Series
from salesreport.archive.history import History, Said, histories
from salesreport.brand import Look
from salesreport.config import language_of
from salesreport.errors import ConfigError
from salesreport.language import Language, Text, ntext, text
from salesreport.pack.index import COLUMN, groups, index_dress
from salesreport.pack.make import Figure
from salesreport.pack.manifest import INDEX, ReportEntry
from salesreport.report.dressed import Dress, dressed
from salesreport.report.page import environment

SUBJECTS = "subjects"
"""The folder of the subjects' pages."""

SHOWN = 6
"""So many of the newest periods stand side by side in the index; a subject's page has all."""


class Part(NamedTuple):
    """What the index shows of one series.

    Attributes:
        series: the packs. title: what they are called. column: what the subjects are.
        periods: the newest packs, one per period, oldest first. rows: the subjects, by team.
        figure: what the figures beside them are.
    """

    series: Series
    title: str
    column: Text
    periods: list[Kept]
    rows: list[tuple[str, list[History]]]
    figure: str


def pages(folder: Path, every: list[Series], look: Look | None = None) -> dict[str, str]:
    """Every page of the archive of a folder: its path in the folder `archive/` → HTML.

    Args:
        folder: the folder that holds the packs. every: its packs. look: the brand that the pages are in; None:
            that of the newest pack.
    """

    def in_its_brand(page: str, worn: Dress | None) -> str:
        if look is not None:
            return dressed(page, look)
        return page if worn is None else worn.put_on(page)

    made: dict[str, str] = {}
    parts = []
    newest = max(every, key=lambda one: (one.packs[0].as_of, one.key)) if every else None
    for series, subjects in zip(every, histories(every), strict=True):
        parts.append(_part(series, subjects))
        language = language_in(series)
        worn = _worn([series, *every]) if look is None else None
        for one in subjects:
            place = folder / ARCHIVE / SUBJECTS
            page = _subject_html(parts[-1].title, one, language, place)
            made[f"{SUBJECTS}/{one.stem}.html"] = in_its_brand(page, worn)
    page = _index_html(parts, Language("en") if newest is None else language_in(newest), folder / ARCHIVE)
    made[INDEX] = in_its_brand(page, None if newest is None else _worn([newest, *every]))
    return made


def language_in(series: Series) -> Language:
    """The language of the newest pack."""
    try:
        return language_of(series.packs[0].manifest.pack.language, "language")
    except ConfigError:  # one of a version that has more of them
        return Language("en")


def title_of(series: Series, language: Language) -> str:
    """What the packs are called: the newest one's title; a period in it becomes all those from first to last.

    The dataset's name where each pack has a title of its own in which no period can be told.
    """
    titles = [pack.manifest.pack.title for pack in series.packs]
    newest, oldest = series.packs[0].period, series.packs[-1].period
    before, found, after = titles[0].rpartition(language.say(newest.label))
    if found and newest != oldest:
        span = text("{start} to {end}", start=oldest.label, end=newest.label)
        return f"{before}{language.say(span)}{after}"
    return titles[0] if titles.count(titles[0]) > 1 or len(titles) == 1 else series.key.dataset


def _worn(every: Sequence[Series]) -> Dress | None:
    """The brand that the newest pack's own index is in; where that cannot be told (a pack of another version of
    this program), that of the next series; None where none can be told.
    """
    for series in every:
        pack = series.packs[0]
        try:
            worn = index_dress(pack.folder, pack.manifest, language_in(series))
        except (ConfigError, ValueError):  # a manifest that says something an index cannot
            continue
        if worn is not None:
            return worn
    return None


def _part(series: Series, subjects: list[History]) -> Part:
    periods = list({pack.period: pack for pack in reversed(series.packs)}.values())[-SHOWN:]
    by_entry = {id(one.said[0].entry): one for one in subjects}
    entries: list[ReportEntry] = [one.said[0].entry for one in subjects]
    labels = next((one.labels for one in subjects if one.labels), {})
    return Part(
        series,
        title_of(series, language_in(series)),
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


def _subject_html(title: str, one: History, language: Language, here: Path) -> str:
    return (
        environment(language, "salesreport.archive", "salesreport.pack")
        .get_template("subject.html.j2")
        .render(
            title=title,
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
