"""The sections of a report, by the name that a notebook calls them, in the order of a report.

`SECTIONS` is one list for all: notebooks, the rehearsal of a pack, the report in words. A section of one's own
that an extension lists is added at its end.
"""

from collections.abc import Callable
from dataclasses import dataclass

from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.account_plans import account_sheet
from salesreport.report.sections.activity import activity
from salesreport.report.sections.anomalies import conversion_anomalies
from salesreport.report.sections.commitments import commitments
from salesreport.report.sections.conversion import conversion
from salesreport.report.sections.customer_base import customer_base
from salesreport.report.sections.deals_to_look_at import deals_to_look_at
from salesreport.report.sections.definitions import definitions
from salesreport.report.sections.definitions_compared import definitions_compared
from salesreport.report.sections.forecast import outlook
from salesreport.report.sections.gap_to_target import gap_to_target
from salesreport.report.sections.growth import growth
from salesreport.report.sections.maturity import maturity
from salesreport.report.sections.maturity_sheet import maturity_sheet
from salesreport.report.sections.movement import milestones
from salesreport.report.sections.next_period import next_period
from salesreport.report.sections.notes import data_notes
from salesreport.report.sections.order_book import order_book
from salesreport.report.sections.pay import variable_pay
from salesreport.report.sections.pipeline import pipeline
from salesreport.report.sections.plan import plan
from salesreport.report.sections.plan_vs_actual import plan_vs_actual
from salesreport.report.sections.preparation import preparation
from salesreport.report.sections.rep_rates import conversion_funnel_plot
from salesreport.report.sections.rep_steps import conversion_heat_map
from salesreport.report.sections.reps import reps
from salesreport.report.sections.results import results
from salesreport.report.sections.results_crossed import results_crossed
from salesreport.report.sections.satisfaction import satisfaction
from salesreport.report.sections.talking_points import talking_points
from salesreport.report.sections.tiles import tiles
from salesreport.report.sections.trend import trend
from salesreport.report.sections.useful_actions import useful_actions
from salesreport.report.sections.waterfall import changes
from salesreport.report.sections.whom_first import whom_first
from salesreport.report.subject import KINDS, Kind

Make = Callable[[Context], Section]
"""Makes a section of what a report knows."""


@dataclass(frozen=True)
class Listed:
    """A section in the list.

    Attributes:
        make: makes it. point: of the agenda, a key of `agenda.POINTS`; empty: as the section says itself.
        told: the kinds of subjects in whose report its message is worth a line on the agenda.
    """

    make: Make
    point: str = ""
    told: tuple[Kind, ...] = KINDS


SECTIONS: dict[str, Listed] = {
    "whom_first": Listed(whom_first, "measures", told=("team", "manager", "company")),
    "commitments": Listed(commitments, "measures", told=("rep", "team", "manager", "company")),
    "talking_points": Listed(talking_points, "measures"),
    "tiles": Listed(tiles),
    "preparation": Listed(preparation, told=()),
    "trend": Listed(trend, "sales"),
    "gap_to_target": Listed(gap_to_target, "sales"),
    "plan": Listed(plan, "sales"),
    "milestones": Listed(milestones, "done"),
    "conversion": Listed(conversion, "done"),
    "activity": Listed(activity, "done"),
    "plan_vs_actual": Listed(plan_vs_actual, "done"),
    "useful_actions": Listed(useful_actions, "done"),
    "pipeline": Listed(pipeline, "orders"),
    "pipeline_changes": Listed(changes, "orders"),
    "order_book": Listed(order_book, "orders"),
    "customer_base": Listed(customer_base, "orders"),
    "forecast": Listed(outlook, "orders"),
    "results": Listed(results, "sales"),
    "results_crossed": Listed(results_crossed, "sales"),
    "growth": Listed(growth, "sales"),
    "satisfaction": Listed(satisfaction, "sales"),
    "next_period": Listed(next_period, "next"),
    "account_plans": Listed(account_sheet, "next"),
    "pay": Listed(variable_pay, "sales"),
    "deals_to_look_at": Listed(deals_to_look_at, "measures"),
    "reps": Listed(reps, "sales", told=()),
    "conversion_funnel_plot": Listed(conversion_funnel_plot, "done", told=()),
    "conversion_heat_map": Listed(conversion_heat_map, "done", told=()),
    "conversion_anomalies": Listed(
        conversion_anomalies, "done", told=tuple(kind for kind in KINDS if kind != "rep")
    ),
    "maturity": Listed(maturity, told=()),
    "maturity_sheet": Listed(maturity_sheet, told=()),
    "definitions_compared": Listed(definitions_compared, told=()),
    "definitions": Listed(definitions, told=()),
    "data_notes": Listed(data_notes, told=()),
}
"""The sections, by name."""


def add_section(make: Make) -> None:
    """Let notebooks show a section of one's own by the name of its function.

    Raises:
        ConfigError: a section has its name already.
    """
    name = make.__name__
    if name in SECTIONS:
        raise ConfigError(text("There is a section of this name already."), key="section", found=name)
    SECTIONS[name] = Listed(make)
