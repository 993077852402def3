"""The one object of a notebook: a review of a rep, a team, a segment … whose sections are values."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from salesreport.config import language_of
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, nearest
from salesreport.language import text
from salesreport.language.language import Said
from salesreport.language.readable import readable
from salesreport.report import presence
from salesreport.report.context import Context, records
from salesreport.report.page import environment
from salesreport.report.section import Section
from salesreport.report.sections import (
    activity,
    anomalies,
    base,
    conversion,
    deals,
    definitions,
    forecast,
    growth,
    movement,
    notes,
    order_book,
    pipeline,
    rep_rates,
    rep_steps,
    reps,
    results,
    satisfaction,
    tiles,
    trend,
    verdict,
    waterfall,
)
from salesreport.report.shared import Shared
from salesreport.report.subject import KINDS, Kind, find_subject

MIME = "application/vnd.salesreport.report+json"
"""The part of the notebook's output that says, for machines, whom the report is about and what it found."""


class Review:
    """A review: its sections are attributes, each a `Section` that shows itself.

    Args:
        dataset: a dataset or its folder.
        period: the period, as written in `Period.parse`.
        compare_to: `previous`, `year_before`, or a period.
        language: `en` or `de`.
        mask_names: whether texts from the data (deals, customers, reasons …) show `[name]` where they name another
            rep than the one the review is about; see `salesreport.report.names`.
        **subject: at most one of rep, team, manager, segment, product_line, lead_source, pipeline; without one
            (or with an empty one) the whole company.

    Raises:
        DataError: there is no dataset. ConfigError: an unknown subject, period or language.

    Examples:
        A notebook has one line per section::

            review = Review(dataset, period, rep=rep)
            review.tiles
            review.pipeline
    """

    def __init__(
        self,
        dataset: Dataset | Path | str,
        period: str | int,
        *,
        compare_to: str = "previous",
        language: str = "en",
        mask_names: bool = True,
        **subject: str,
    ) -> None:
        opened = dataset if isinstance(dataset, Dataset) else Dataset.open(dataset)
        spoken = language_of(language)
        kind, wanted = _one_subject(subject)
        shared = Shared.of(opened)
        about = find_subject(shared.facts, kind, wanted)
        when = opened.period(period)
        self.context = Context(
            shared=shared,
            subject=about,
            period=when,
            compare=when.comparison(compare_to),
            language=shared.discreet(spoken, about) if mask_names else spoken,
        )

    @cached_property
    def verdict(self) -> str:
        """Where the subject stands, in one sentence."""
        return verdict.verdict(self.context)

    @cached_property
    def tiles(self) -> Section:
        """Key figures."""
        return tiles.tiles(self.context)

    @cached_property
    def trend(self) -> Section:
        """Main figures over the last periods."""
        return trend.trend(self.context)

    @cached_property
    def results(self) -> Section:
        """Deals won and lost by product line, segment and stage."""
        return results.results(self.context)

    @cached_property
    def milestones(self) -> Section:
        """Moves at every milestone, and how often deals move on."""
        return movement.milestones(self.context)

    @cached_property
    def conversion(self) -> Section:
        """How often deals go on at each step, like for like with peers."""
        return conversion.conversion(self.context)

    @cached_property
    def pipeline(self) -> Section:
        """Open deals: number, value, age, the oldest."""
        return pipeline.pipeline(self.context)

    @cached_property
    def pipeline_changes(self) -> Section:
        """From the opening to the closing pipeline, step by step."""
        return waterfall.changes(self.context)

    @cached_property
    def order_book(self) -> Section:
        """Open deals by milestone, and those that deviate most."""
        return order_book.order_book(self.context)

    @cached_property
    def customer_base(self) -> Section:
        """Customers by temperature and their moves; equipment on trial."""
        return base.customer_base(self.context)

    @cached_property
    def forecast(self) -> Section:
        """Revenue to be expected, against target."""
        return forecast.outlook(self.context)

    @cached_property
    def activity(self) -> Section:
        """Activities against plan."""
        return activity.activity(self.context)

    @cached_property
    def growth(self) -> Section:
        """Revenue against the comparison period."""
        return growth.growth(self.context)

    @cached_property
    def satisfaction(self) -> Section:
        """Satisfaction and complaints."""
        return satisfaction.satisfaction(self.context)

    @cached_property
    def deals_to_look_at(self) -> Section:
        """Deals worth a talk."""
        return deals.deals_to_look_at(self.context)

    @cached_property
    def reps(self) -> Section:
        """A team's reps, by name."""
        return reps.reps(self.context)

    @cached_property
    def conversion_funnel_plot(self) -> Section:
        """A team's reps: win rates against numbers of deals."""
        return rep_rates.conversion_funnel_plot(self.context)

    @cached_property
    def conversion_heat_map(self) -> Section:
        """A team's reps and the steps of the process."""
        return rep_steps.conversion_heat_map(self.context)

    @cached_property
    def conversion_anomalies(self) -> Section:
        """Where a team's reps convert less or more often than others do with like deals."""
        return anomalies.conversion_anomalies(self.context)

    @cached_property
    def definitions(self) -> Section:
        """What the figures mean."""
        return definitions.definitions(self.context)

    @cached_property
    def data_notes(self) -> Section:
        """Where the numbers come from."""
        return notes.data_notes(self.context)

    @property
    def summary(self) -> dict[str, Any]:
        """The report for machines: subject, period, verdict, key figures, the dataset's fingerprint."""
        context = self.context
        figures = []
        for tile, row in zip(self.tiles.extra["tiles"], records(self.tiles.data), strict=True):
            value = None if pd.isna(row["value"]) else float(row["value"])
            figure = {"key": row["metric"], "label": tile.name, "shown": tile.value, "value": value}
            figures.append({**figure, "unit": row["unit"], "note": tile.base})
        subject = context.subject
        return {
            "subject": {"kind": subject.kind, "id": subject.id, "name": subject.name},
            "period": context.period.name,
            "language": context.language.code,
            "title": f"{subject.name} · {context.say(context.period.label)}",
            "verdict": self.verdict,
            "fingerprint": context.facts.dataset.fingerprint,
            "figures": figures,
        }

    def sections(self) -> tuple[Section, ...]:
        """All sections, in the order of a report."""
        return (
            *self._told(),
            self.reps,
            self.conversion_funnel_plot,
            self.conversion_heat_map,
            self.conversion_anomalies,
            self.definitions,
            self.data_notes,
        )

    def in_words(self) -> str:
        """Everything the sections say, a line each: the report as text."""
        team = () if self.context.subject.kind == "rep" else (self.conversion_anomalies,)
        return "\n".join([self.verdict, *(repr(section) for section in (*self._told(), *team))])

    def _told(self) -> tuple[Section, ...]:
        """The sections whose message is worth a line."""
        return (
            self.tiles,
            self.trend,
            self.milestones,
            self.conversion,
            self.activity,
            self.pipeline,
            self.pipeline_changes,
            self.order_book,
            self.customer_base,
            self.forecast,
            self.results,
            self.growth,
            self.satisfaction,
            self.deals_to_look_at,
        )

    def __repr__(self) -> str:
        return self.verdict

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": self._repr_html_(), MIME: self.summary}

    def _repr_html_(self) -> str:
        context = self.context
        kicker = context.say(
            text(
                "{title} · {period}, compared with {compare}",
                title=context.subject.title,
                period=context.period,
                compare=context.compare,
            )
        )
        return (
            environment(context.language)
            .get_template("header.html.j2")
            .render(kicker=kicker, name=context.subject.name, details=self._details(), verdict=self.verdict)
        )

    def _details(self) -> str:
        """Team and manager of a rep, and since when somebody new is there."""
        context = self.context
        if context.subject.kind != "rep":
            return ""
        row = context.shared.reps.loc[context.subject.id]
        parts = []
        if isinstance(row["team"], str):
            parts.append(text("team {team}", team=row["team"]))
        if isinstance(row["manager"], str):
            # whom she answers to she knows, and it is no text that somebody wrote
            parts.append(text("manager {manager}", manager=Said(readable(row["manager"]))))
        parts += presence.in_short(context)
        return " · ".join(context.say(part) for part in parts)


def _one_subject(given: dict[str, str]) -> tuple[Kind, str]:
    """The one kind of subject that was asked for."""
    for name in given:
        if name not in KINDS:
            raise ConfigError(text("A review cannot be about this."), key=name, nearest=nearest(name, KINDS))
    wanted = [(kind, given[kind]) for kind in KINDS if given.get(kind)]
    if len(wanted) > 1:
        raise ConfigError(
            text("A review is about one subject."), found=[f"{kind}={value}" for kind, value in wanted]
        )
    return wanted[0] if wanted else ("company", "")
