"""The page that opens a pack: every report with its verdict and key figures, and the ones that failed."""

import datetime as dt
from pathlib import Path
from typing import NamedTuple

from salesreport.brand import PLAIN, Look
from salesreport.language import Language, Text, ntext, text
from salesreport.pack.manifest import INDEX, Manifest, ReportEntry
from salesreport.period import Period
from salesreport.relative import said_relative
from salesreport.report.dressed import Dress, dressed
from salesreport.report.page import environment
from salesreport.spelling import by_name

COLUMN = {
    "rep": text("Rep"),
    "team": text("Team"),
    "manager": text("Manager"),
    "segment": text("Segment"),
    "product_line": text("Product line"),
    "account": text("Customer"),
    "lead_source": text("Lead source"),
    "pipeline": text("Pipeline"),
}
"""What the subjects of a pack's reports are, by its `each`."""


class Group(NamedTuple):
    """Reports that stand together: a team's, or all of them."""

    name: str
    reports: list[ReportEntry]


def index_html(manifest: Manifest, language: Language, look: Look = PLAIN) -> str:
    """The index as one HTML page, without JavaScript and without any other file.

    Reports stand by name, reps within their team: the order says nothing about how they did.

    Args:
        manifest: what there is. language: of the page. look: the brand it is in.
    """
    pack = manifest.pack
    done = [entry for entry in manifest.reports if entry.status == "done"]
    labels: dict[str, str] = {}
    for entry in done:
        for figure in entry.figures:
            labels.setdefault(figure.key, figure.label)
    start = pack.dataset.fiscal_year_start
    period, as_of = Period.parse(pack.period, start), dt.date.fromisoformat(pack.dataset.as_of)
    page = (
        environment(language, "salesreport.pack")
        .get_template("index.html.j2")
        .render(
            pack=pack,
            kicker=text(
                "{period}, compared with {comparison}",
                period=period,
                comparison=Period.parse(pack.compare_to, start).as_far_as(period, as_of),
            ),
            source=text("Data: {dataset}, as of {day}", dataset=pack.dataset.name, day=as_of),
            asked=text("Period: {asked}.", asked=said_relative(pack.period_asked, as_of))
            if pack.period_asked
            else None,
            summary=_summary(len(done), len(manifest.failed), pack.without_change),
            column=COLUMN.get(pack.each or "", text("Report")),
            labels=labels,
            since=_since(period) if any(entry.changed for entry in done) else None,
            groups=groups(done),
            by_key={entry.file: {figure.key: figure for figure in entry.figures} for entry in done},
            failed=ordered(manifest.failed),
            words=_WORDS,
        )
    )
    return dressed(page, look)


def index_dress(folder: Path, manifest: Manifest, language: Language) -> Dress | None:
    """What the brand put into a finished pack's own index; None where it cannot be told.

    Args:
        folder: of the pack. manifest: what is in it. language: of its index.
    """
    try:
        page = (folder / INDEX).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return Dress.of(index_html(manifest, language), page)


_WORDS = {
    "talk": text("To talk about"),
    "moved": text(
        "A metric is named as moved only where that is beyond chance: of activities, new deals, win rate and deal "
        "size of all reps, at most a tenth of what is named may be chance."
    ),
    "outdated": text("made before data or settings changed"),
    "failed": text("Not made"),
    "reason": text("Reason"),
    "no_team": text("Without a team"),
    "notebook": text("executed notebook"),
    "failed_caption": text("The executed notebook shows where it stopped."),
}


def _since(period: Period) -> Text:
    """Since when something changed: the end of the period before, which the review before told of."""
    return text("Since {day}", day=period.start - dt.timedelta(1))


def groups(reports: list[ReportEntry]) -> list[Group]:
    """Reports by team, in the order of the index; one nameless group where there are no teams."""
    grouped: dict[str, list[ReportEntry]] = {}
    for entry in ordered(reports):
        grouped.setdefault(entry.subject.team, []).append(entry)
    return [Group(team, entries) for team, entries in grouped.items()]


def ordered(reports: list[ReportEntry]) -> list[ReportEntry]:
    """Reports by team and name, without regard to case and accents; those without a team last."""
    return sorted(
        reports,
        key=lambda entry: (
            not entry.subject.team,
            by_name(entry.subject.team),
            by_name(entry.subject.name),
            entry.subject.id,
        ),
    )


def _summary(done: int, failed: int, without_change: int) -> Text:
    said = ntext("{n} report", "{n} reports", n=done)
    if failed:
        other = ntext("{n} could not be made", "{n} could not be made", n=failed)
        said = text("{done}, {failed}", done=said, failed=other)
    if without_change:
        other = ntext("of {n} other nothing changed", "of {n} others nothing changed", n=without_change)
        said = text("{done}; {others}", done=said, others=other)
    return said
