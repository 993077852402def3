"""A company of two reps with targets for a quarter, of which some was done."""

from pathlib import Path
from typing import Any

from cases import dataset_of, deal

from salesreport import Dataset, Review
from salesreport.report.section import Section

REPS = [{"rep_id": "R1", "name": "Ann", "team": "T"}, {"rep_id": "R2", "name": "Bob", "team": "T"}]
DEALS = [
    *(deal(n, "R1", "won", "2025-01-10", "2025-05-10", amount=100.0) for n in range(4)),
    deal(9, "R2", "won", "2025-01-10", "2025-05-10", amount=500.0),
]


def activities(number: int, kind: str, rep: str = "R1") -> list[dict[str, Any]]:
    day = {"rep_id": rep, "type": kind, "done_at": "2025-05-02"}
    return [{"activity_id": f"{rep}{kind}{n}", **day} for n in range(number)]


def target(metric: str, value: float, rep: str = "R1") -> dict[str, Any]:
    return {"metric": metric, "rep_id": rep, "value": float(value), "period": "2025-Q2"}


ACTIVITIES = [
    *activities(3, "call"),
    *activities(10, "mail"),
    *activities(2, "visit"),
    *activities(1, "call", "R2"),
]
TARGETS = [target("revenue", 500), target("activity:call", 12), target("activity:visit", 2)]


def company(folder: Path, as_of: str = "2025-07-31", **tables: Any) -> Dataset:
    given = {"reps": REPS, "deals": DEALS, "activities": ACTIVITIES, "targets": TARGETS} | tables
    return dataset_of(folder / "d", as_of, {name: rows for name, rows in given.items() if rows})


def section(dataset: Dataset, **subject: Any) -> Section:
    made = Review(dataset, "2025-Q2", **(subject or {"rep": "R1"})).plan_vs_actual
    assert made._repr_html_()
    return made


def shown(made: Section, caption: str) -> list[list[str]]:
    (table,) = [table for table in made.tables if table.caption.startswith(caption)]
    return [[cell.text for cell in row] for row in table.rows]
