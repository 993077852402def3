"""Every check, in the order of an audit: is the data clean, how much of it is stale, what is left of it.

A new check is a `Check` in the `CHECKS` of one of these modules; a new module is named here. docs/checks.md lists
them.
"""

from salesreport.audit.checks import (
    concentration,
    conservation,
    forecasts,
    overdue,
    pipeline,
    quarter_end,
    same_day,
    slips,
    stages,
    stale,
    targets,
)
from salesreport.audit.model import Check

CHECKS: tuple[Check, ...] = (
    *stale.CHECKS,
    *overdue.CHECKS,
    *slips.CHECKS,
    *pipeline.CHECKS,
    *same_day.CHECKS,
    *stages.CHECKS,
    *conservation.CHECKS,
    *forecasts.CHECKS,
    *quarter_end.CHECKS,
    *concentration.CHECKS,
    *targets.CHECKS,
)
"""All of them."""
