"""The client diagnostic as one object of a notebook: what a managing director and a consultant talk about."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from salesreport.errors import ConfigError
from salesreport.language import Text, text
from salesreport.report.review import Review
from salesreport.report.sections import SECTIONS, Listed, Make
from salesreport.report.sections.diagnosis.chapters import (
    concentration,
    data_defects,
    forecast_honesty,
    pipeline_health,
    stages_checked,
)
from salesreport.report.sections.diagnosis.conclusions import closing_gaps, diagnosis, ninety_days, told
from salesreport.report.sections.diagnosis.fitness import ask_for_next, data_fitness
from salesreport.report.sections.diagnosis.funnel import funnel_adds_up
from salesreport.report.sections.diagnosis.quarters import quarter_ends


def _of_review(name: str, point: str) -> Listed:
    """A section of reviews, under a point of the diagnostic."""
    return replace(SECTIONS[name], point=point)


def _new(make: Make, point: str = "") -> Listed:
    return Listed(make, point)


DIAGNOSTIC: dict[str, Listed] = {
    "diagnosis": _new(diagnosis),
    "tiles": _of_review("tiles", ""),
    "data_fitness": _new(data_fitness, "fitness"),
    "data_defects": _new(data_defects, "fitness"),
    "definitions_compared": _new(SECTIONS["definitions_compared"].make, "fitness"),
    "maturity": _new(SECTIONS["maturity"].make, "process"),
    "funnel_adds_up": _new(funnel_adds_up, "process"),
    "milestones": _of_review("milestones", "process"),
    "stages_checked": _new(stages_checked, "process"),
    "conversion_heat_map": _of_review("conversion_heat_map", "process"),
    "conversion_funnel_plot": _of_review("conversion_funnel_plot", "process"),
    "conversion_anomalies": _of_review("conversion_anomalies", "process"),
    "pipeline_health": _new(pipeline_health, "health"),
    "pipeline_changes": _of_review("pipeline_changes", "health"),
    "forecast_honesty": _new(forecast_honesty, "health"),
    "forecast": _of_review("forecast", "health"),
    "concentration": _new(concentration, "risks"),
    "quarter_ends": _new(quarter_ends, "risks"),
    "growth": _of_review("growth", "risks"),
    "results_crossed": _of_review("results_crossed", "risks"),
    "satisfaction": _of_review("satisfaction", "risks"),
    "closing_gaps": _new(closing_gaps, "act"),
    "ninety_days": _new(ninety_days, "act"),
    "ask_for_next": _new(ask_for_next, "act"),
    "maturity_sheet": _new(SECTIONS["maturity_sheet"].make),
    "definitions": _of_review("definitions", ""),
    "data_notes": _of_review("data_notes", ""),
}
"""The sections of a diagnostic, by name, in its order; a notebook shows those that it names."""


class Diagnostic(Review):
    """A diagnostic of a company, or of one of its segments, teams, product lines …: its sections are attributes.

    Arguments are those of `Review`. It is about no single rep: a process is the company's.

    Raises:
        ConfigError: it is to be about a rep; and as `Review`. DataError: as `Review`.

    Examples:
        A notebook has one line per section::

            diagnostic = Diagnostic(dataset, period)
            diagnostic.diagnosis
            diagnostic.ninety_days

        The sections there are: `salesreport.report.diagnostic.DIAGNOSTIC`.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        if settings.get("rep"):
            raise ConfigError(text("A diagnostic is about a company or a part of it, not about a rep."), key="rep")
        super().__init__(*arguments, **settings)

    @classmethod
    def listed(cls) -> Mapping[str, Listed]:
        """The sections there are, by name, in the order of the diagnostic."""
        return DIAGNOSTIC

    @cached_property
    def talk(self) -> str:
        """The first finding, in a sentence; empty where there is none."""
        every = told(self.context)
        return self.context.heading(every[0].say) if every else ""

    def _title(self) -> Text:
        return text("Diagnostic")
