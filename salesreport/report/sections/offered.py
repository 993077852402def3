"""What a report of orders alone has to talk about: deals there are none, but sections that say something else."""

from collections.abc import Callable

from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.account_plans import account_sheet
from salesreport.report.sections.customer_base import customer_base
from salesreport.report.sections.gap_to_target import gap_to_target
from salesreport.report.sections.results_crossed import results_crossed

OFFERED: tuple[Callable[[Context], Section], ...] = (gap_to_target, account_sheet, results_crossed, customer_base)
"""What is offered, the first first."""

MOST = 3
"""So many are offered at most, as points are."""


def offered(context: Context) -> list[Section]:
    """Sections of the report that have something to say; none where there are deals, which are talked about."""
    if context.facts.columns.has("deals"):
        return []
    made = [context.made(one) for one in OFFERED]
    return [one for one in made if one.available and not one.silent][:MOST]
