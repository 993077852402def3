"""A generated company whose true effects are known.

`make_company` makes up a seller of industrial lighting with all canonical tables and tells the truth behind them;
`write_company` writes the same as a dataset. Stories in it: a rep who is truly weak at one milestone, one who only
looks weak because of what he is given to sell, a new one, one with hardly any deals, an optimist and a sandbagger,
reps who left or changed team, and deals that come back, are shared, change hands, slip or appear only when won.

- `market`: products, customers, the process, and the true effects
- `names`, `organisation`: people, teams, customers
- `seasons`, `journeys`: when things happen, and how deals go through the milestones
- `prices`, `deals`, `orders`: what deals are worth, and the tables that follow from them
- `leads`, `activities`, `aftermath`, `plans`: what surrounds them
- `truth`, `company`: what an analysis should find, and the whole
"""

from salesreport.sample.company import Company, make_company, write_company
from salesreport.sample.truth import Truth

__all__ = ["Company", "Truth", "make_company", "write_company"]
