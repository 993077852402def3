"""A rep who closes as many deals every month; what is unusual can be counted by hand."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from cases import dataset_of

from salesreport.explore.state import State, facts_of
from salesreport.kpi import Facts


def trend_facts(
    tmp_path: Path, rates: Sequence[int], as_of: str = "2025-12-31", each: int | Sequence[int] = 40
) -> Facts:
    """Facts of one rep who closes so many deals each month, from January 2024 on, of which so many are won."""
    closed, deals = [each] * len(rates) if isinstance(each, int) else each, []
    for at, (won, count) in enumerate(zip(rates, closed, strict=True)):
        day = dt.date(2024 + at // 12, at % 12 + 1, 15).isoformat()
        deals += [
            {
                "deal_id": f"D{at:02}{one:02}",
                "rep_id": "R1",
                "status": "won" if one < won else "lost",
                "created_on": "2024-01-01",
                "closed_on": day,
            }
            for one in range(count)
        ]
    return facts_of(State(str(dataset_of(tmp_path / "trend", as_of, {"deals": deals}).path)))
