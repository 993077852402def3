"""Every check, in the order of an audit: is the data clean, how much of it is stale, what is left of it.

A new check is a `Check` in the `CHECKS` of one of these modules; a new module is named here. docs/checks.md lists
them.
"""

from salesreport.audit.checks import (
    amounts,
    concentration,
    conservation,
    dates,
    fields,
    forecasts,
    overdue,
    people,
    pipeline,
    quarter_end,
    records,
    slips,
    stages,
    stale,
    states,
    targets,
)
from salesreport.audit.model import Check

CHECKS: tuple[Check, ...] = (
    *records.CHECKS,
    *states.CHECKS,
    *amounts.CHECKS,
    *dates.CHECKS,
    *people.CHECKS,
    *fields.CHECKS,
    *stale.CHECKS,
    *overdue.CHECKS,
    *slips.CHECKS,
    *pipeline.CHECKS,
    *stages.CHECKS,
    *conservation.CHECKS,
    *forecasts.CHECKS,
    *quarter_end.CHECKS,
    *concentration.CHECKS,
    *targets.CHECKS,
)
"""All of them."""
