"""Sales figures, each with how many observations it rests on and how far it can be trusted.

- `salesreport.kpi.metrics.metric`: the contract of a metric
- `salesreport.kpi.facts.facts`: what happened, credited to reps and placed in teams, segments and product lines
- `salesreport.kpi.compute`: every metric for every group in one table
- `salesreport.kpi.output`: the table as text, CSV or JSON

Behind them: `columns` (columns), `dimensions`, `credit`, `closing`, `events`, `notes` (the facts); `question`
(groups); `funnel`, `revenue`, `pipeline`, `targets`, `attainment`, `activity`, `leads`, `service` (the metrics).

Milestones: `journeys` (stays of deals), `progress` (reached, watched), `movement`, `conversions`, `milestones`
(the metrics), `slippage` (put off, stale), `waterfall` (the pipeline's).

Customers: `customers` (which there are), `categories` (who is in which), `base` (states and moves), `equipment`;
`payments` (what is owed), `cash_history` (what became of it), `cash` (plans).
"""

from salesreport.kpi.compute import METRICS, KpiTable, compute, contract
from salesreport.kpi.facts.dimensions import DIMENSIONS
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.metrics.metric import Metric
from salesreport.kpi.output import as_table, render

__all__ = ["DIMENSIONS", "METRICS", "Facts", "KpiTable", "Metric", "as_table", "compute", "contract", "render"]
