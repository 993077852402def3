"""What a dataset can support, what is wrong with it, and what that does to which figure.

- `salesreport.audit.model`: the contract of a check, what it looks at and what it finds
- `salesreport.audit.checks`: the checks
- `salesreport.audit.verdict`: what is thought of a finding
- `salesreport.audit.audit`: all of them on one dataset
"""

from salesreport.audit.audit import Audit, Finding, audit
from salesreport.audit.checks import CHECKS
from salesreport.audit.model import Check, Found, Looked

__all__ = ["CHECKS", "Audit", "Check", "Finding", "Found", "Looked", "audit"]
