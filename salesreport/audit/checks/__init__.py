"""Every check, in the order of an audit: is the data clean, how much of it is stale, what is left of it.

A new check is a `Check` in the `CHECKS` of one of these modules; a new module is named here. docs/checks.md lists
them.
"""

from salesreport.audit.checks import amounts, dates, fields, people, records, states
from salesreport.audit.model import Check

CHECKS: tuple[Check, ...] = (
    *records.CHECKS,
    *states.CHECKS,
    *amounts.CHECKS,
    *dates.CHECKS,
    *people.CHECKS,
    *fields.CHECKS,
)
"""All of them."""
