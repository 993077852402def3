"""A rep who came later than most and of whom no starting date is known has no earlier periods; by hand."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cases import dataset_of, deal

from salesreport import Dataset, Review
from salesreport.coach.since import moved_since
from salesreport.kpi import Facts

REPS = ("Ann", "Bob", "Cid", "Dan", "Fay", "Gus", "Hal")


def rows(own: tuple[str, ...]) -> list[dict[str, Any]]:
    """Seven reps with four deals a month from July 2024 on, of which one is won; Eva's are won on some days."""
    made = []
    for month in pd.date_range("2024-07-01", "2025-11-01", freq="MS"):
        for rep in REPS:
            for place, status in enumerate(("lost", "won", "lost", "lost")):
                days = (str((month + pd.Timedelta(days=late + place)).date()) for late in (0, 15))
                made.append(deal(len(made), rep, status, *days, amount=100.0))
    for day in own:
        made.append(deal(len(made), "Eva", "won", day, day, amount=100.0))
    return made


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """As of 30 November 2025; Eva has ten deals since 11 October."""
    own = tuple(str(day.date()) for day in pd.date_range("2025-10-11", periods=10, freq="3D"))
    return dataset_of(tmp_path_factory.mktemp("new") / "d", "2025-11-30", {"deals": rows(own)})


def test_there_is_nothing_to_compare_with(company: Dataset) -> None:
    review = Review(company, "2025-Q4", rep="Eva")
    assert "in the data since Oct 11, 2025" in review._repr_html_()
    reason = "the data of Eva begin on Oct 11, 2025"
    assert f"Revenue in Q4 2025 is €1K (Q3 2025 up to August 31 cannot be compared: {reason})" in review.verdict
    assert review.growth.message == f"Growth against Q3 2025 up to August 31 cannot be told: {reason}."
    assert not review.trend.available
    assert review.trend.message == "No earlier periods: the data of Eva begin on Oct 11, 2025"
    assert "New: Eva (in the data since Oct 11, 2025)." in Review(company, "2025-Q4").reps.notes


def test_nothing_before_is_no_change(company: Dataset) -> None:
    # ten new deals in seven weeks after none: of who was there they would be beyond chance
    review = Review(company, "2025-Q4", rep="Eva")
    assert review.changed == "in the data since Oct 11, 2025 · 10 new · 0 lost"
    assert not review.has_changed
    facts = Facts.of(company)
    moved = moved_since(facts, review.context.eve, company.as_of)
    assert "Ann" in set(moved["rep_id"])
    assert "Eva" not in set(moved["rep_id"])


def test_later_the_trend_begins_with_the_rep(tmp_path: Path) -> None:
    # she came on 3 April, within the tenth of the quarter that may be missing: Q2, Q3 and Q4 are hers
    own = ("2025-04-03", "2025-08-01", "2025-10-20")
    made = dataset_of(tmp_path / "d", "2025-11-30", {"deals": rows(own)})
    trend = Review(made, "2025-Q4", rep="Eva").trend
    assert trend.data["period"].unique().tolist() == ["2025-Q2", "2025-Q3", "2025-Q4"]
    assert "The data of Eva begin on Apr 3, 2025." in trend.notes
    others = Review(made, "2025-Q4", rep="Ann").trend
    assert others.data["period"].unique().tolist()[0] == "2024-Q4"


def test_who_sold_nothing_all_the_time_gets_no_range(tmp_path: Path) -> None:
    deals = [*rows(()), *(deal(900 + n, "Fil", "open", f"2024-0{n + 7}-03") for n in range(3))]
    made = dataset_of(tmp_path / "d", "2025-11-30", {"deals": deals})
    assert Review(made, "2025-Q4", rep="Fil").trend.message == (
        "No revenue in Q4 2025, nor in the 4 periods before, each up to the same day"
    )
