"""What rep and manager agreed, whether it was kept, and whether it helped.

- `salesreport.coach.recording`: commitments into a dataset
- `salesreport.coach.progress`: what became of a metric since something was agreed about it
- `salesreport.coach.effect`: over all reps and meetings
"""

from salesreport.coach.agreed import agreed_with
from salesreport.coach.effect import coaching
from salesreport.coach.progress import Progress, progress
from salesreport.coach.recording import close, record
from salesreport.coach.written import Written

__all__ = ["Progress", "Written", "agreed_with", "close", "coaching", "progress", "record"]
