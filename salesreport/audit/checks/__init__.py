"""Every check, in the order of an audit: is the data clean, how much of the pipeline is stale, what is left of it.

A new check is a `Check` in one of these modules, in its `CHECKS`; docs/audit.md lists them.
"""

from salesreport.audit.model import Check

CHECKS: tuple[Check, ...] = ()
"""All of them."""
