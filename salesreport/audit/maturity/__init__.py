"""How mature a sales process is: random, informal, formal or dynamic, with evidence and its uncertainty.

- `salesreport.audit.maturity.levels`: the four levels, by both their names
- `salesreport.audit.maturity.criteria`: what is asked, and measured by `moves`, `records`, `foresight`, `people`
- `salesreport.audit.maturity.place`: how criteria combine, a rule of our own, on plain values
- `salesreport.audit.maturity.maturity`: all of it for a dataset
- `salesreport.audit.maturity.sentences`: what is said of it
"""

from salesreport.audit.maturity.criteria import CRITERIA
from salesreport.audit.maturity.levels import LEVELS
from salesreport.audit.maturity.maturity import Maturity, maturity
from salesreport.audit.maturity.sentences import notes, verdict

__all__ = ["CRITERIA", "LEVELS", "Maturity", "maturity", "notes", "verdict"]
