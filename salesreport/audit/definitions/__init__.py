"""Every rate under the definitions that people use: which one a CRM shows, which one the report uses.

- `salesreport.audit.definitions.cohort`: which deals a rate is about, and whose
- `salesreport.audit.definitions.win_rates`, `sizes`, `steps`, `offers`, `owners`: the definitions
- `salesreport.audit.definitions.shown`: which of them each CRM shows, with where that was read
- `salesreport.audit.definitions.definitions`: all of them in one table
- `salesreport.audit.definitions.sentences`: what is said of them
"""

from salesreport.audit.definitions.definitions import Compared, definitions
from salesreport.audit.definitions.sentences import how_far, notes

__all__ = ["Compared", "definitions", "how_far", "notes"]
