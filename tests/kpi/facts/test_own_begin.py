"""Since when a rep is in the data: by hand, for who is called late and who is not."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from cases import dataset_of, deal

from salesreport.kpi import Facts
from salesreport.kpi.facts.own_begin import first_days, own_begins

OTHERS = [
    deal(n, rep, "lost", day, "2025-12-01")
    for n, (rep, day) in enumerate([("Ann", "2025-01-01"), ("Bob", "2025-01-05"), ("Cid", "2025-02-01")])
]
"""With a fourth who comes later the middle of the first days lies between 5 January and 1 February: 18 January."""


@pytest.mark.parametrize(
    ("created", "late"),
    [
        ("2025-07-19", False),  # 182 days after 18 January 12:00 are 19 July 12:00
        ("2025-07-20", True),
        ("2025-02-10", False),
    ],
)
def test_who_comes_half_a_year_after_most(tmp_path: Path, created: str, late: bool) -> None:
    facts = Facts.of(
        dataset_of(tmp_path / "d", "2026-06-30", {"deals": [*OTHERS, deal(9, "Eva", "open", created)]})
    )
    assert own_begins(facts) == ({"Eva": dt.date.fromisoformat(created)} if late else {})
    days = dict(zip(facts.reps["rep_id"], first_days(facts).tolist(), strict=True))
    assert {rep: day for rep, day in days.items() if day is not None} == own_begins(facts)


def test_anything_of_theirs_counts(tmp_path: Path) -> None:
    # her first deal is of October, and of September an activity
    tables = {
        "deals": [*OTHERS, deal(9, "Eva", "open", "2025-10-11")],
        "activities": [{"activity_id": "A1", "rep_id": "Eva", "type": "call", "done_at": "2025-09-02"}],
    }
    assert own_begins(Facts.of(dataset_of(tmp_path / "d", "2026-06-30", tables))) == {"Eva": dt.date(2025, 9, 2)}


def test_a_starting_date_tells_more(tmp_path: Path) -> None:
    reps = pd.DataFrame({"rep_id": ["Ann", "Bob", "Cid", "Eva"], "hired_on": [None, None, None, "2025-03-01"]})
    tables = {"deals": [*OTHERS, deal(9, "Eva", "open", "2025-10-11")], "reps": reps.to_dict("records")}
    facts = Facts.of(dataset_of(tmp_path / "d", "2026-06-30", tables))
    assert own_begins(facts) == {}
    assert first_days(facts).tolist() == [None, None, None, dt.date(2025, 3, 1)]
