"""Sales figures, each with how many observations it rests on and how far it can be trusted.

Rooms, each of which imports only from those before it (`tests/test_house.py`):

- `salesreport.kpi.facts`: what happened, credited to reps and placed in teams, segments and product lines
- `salesreport.kpi.milestones`: where in the process deals are, and what moved there
- `salesreport.kpi.customers`: in which category each customer is, equipment lent, what is owed
- `salesreport.kpi.metrics`: the contract of a metric, the question it answers, a module per family of metrics
- `salesreport.kpi.forecast`, `salesreport.kpi.anomalies`: what may come; who converts unlike others
- `salesreport.kpi.compute`: every metric for every group in one table
- `salesreport.kpi.output`: the table as text, CSV or JSON

What a metric of one's own needs is here: `Metric`, `Figures`, `Question`, and the kinds of events it may count.
"""

from salesreport.kpi.compute import METRICS, KpiTable, compute, contract
from salesreport.kpi.facts.dimensions import DIMENSIONS
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.metric import Figures, Metric
from salesreport.kpi.metrics.question import Question
from salesreport.kpi.output import as_table, render

__all__ = [
    "DIMENSIONS",
    "METRICS",
    "Facts",
    "Figures",
    "KpiTable",
    "Metric",
    "Question",
    "Unavailable",
    "as_table",
    "compute",
    "contract",
    "render",
]
