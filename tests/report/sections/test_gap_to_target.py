"""The gap to target in a report: what the heading claims, and that it contradicts no other section."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from quarters import LAST, company, old, rows

from salesreport import Dataset, Review
from salesreport.plan import PlanRead
from salesreport.report.agreed import Agreed
from salesreport.report.sections.conversion import found_in_conversion
from salesreport.report.sections.gap_to_target import _way, gap_to_target, goal_of


def targets(**values: float) -> list[dict[str, object]]:
    return [
        {"metric": "revenue", "period": "2025-Q2", "value": value, "rep_id": rep} for rep, value in values.items()
    ]


def year(rep: str, won: int, lost: int) -> list[dict[str, object]]:
    return [row for day in LAST for row in rows(rep, day, won, lost)]


def test_the_heading_names_what_is_clear(tmp_path: Path) -> None:
    # 80 a quarter before, half won; now 20, half won: 60 deals fewer, nothing else differs
    deals = old("Ann") + year("Ann", 40, 40) + rows("Ann", "2025-05-15", 10, 10)
    made = company(tmp_path, deals, targets=targets(Ann=4000.0))
    section = Review(made, "2025-Q2", rep="Ann").gap_to_target
    assert section.message == (
        "€3K short of the target of €4K: fewer deals in hand −€3K; the rest cannot be told from chance"
    )
    assert section.data.set_index("part")["value"].drop("hand").abs().max() == pytest.approx(0)
    assert "own year before (Q2 2024 to Q1 2025)" in section.notes[1]


def test_of_them_stands_behind_the_deals_alone() -> None:
    # “them” are the deals that the part before spoke of
    assert str(_way("timing", -1.0, True, "hand")) == "fewer of them decided in time"
    assert str(_way("timing", 1.0, True, "hand")) == "more of them decided in time"
    assert str(_way("timing", -1.0, True, None)) == "fewer deals decided in time"
    assert str(_way("timing", 1.0, True, "win")) == "more deals decided in time"


def test_nothing_clear_is_a_result(tmp_path: Path) -> None:
    deals = old("Ann") + year("Ann", 5, 5) + rows("Ann", "2025-05-15", 4, 6)
    made = company(tmp_path, deals, targets=targets(Ann=800.0))
    section = Review(made, "2025-Q2", rep="Ann").gap_to_target
    # a quarter brought 500 the year before
    assert section.message == (
        "€400 short of the target of €800, which asks €300 more than such a period brought the year before; what "
        "else made the difference cannot be told from chance"
    )


def test_an_unfinished_period_says_so(tmp_path: Path) -> None:
    deals = old("Ann") + year("Ann", 20, 20) + rows("Ann", "2025-05-15", 20, 20)
    goal = [{"metric": "revenue", "period": "2025", "value": 8000.0, "rep_id": "Ann"}]
    section = Review(company(tmp_path, deals, targets=goal), "2025", rep="Ann").gap_to_target
    # January to June: 20 won in February, 20 in May; half of the year (184 of 365 days) is to come
    assert section.message.startswith("€4K short so far of the target of €8K for 2025")
    assert "the days still to come" in section.message
    assert section.data["value"].sum() == pytest.approx(4000 - 8000)


def test_without_a_target_there_is_nothing_to_explain(tmp_path: Path) -> None:
    section = Review(company(tmp_path, year("Ann", 5, 5)), "2025-Q1", rep="Ann").gap_to_target
    assert not section.available
    assert section.message == "No target for Q1 2025: there is no gap to explain"


def test_a_plan_stands_in_for_a_target(tmp_path: Path) -> None:
    review = Review(company(tmp_path, old("Ann") + year("Ann", 5, 5) + rows("Ann", "2025-05-15", 5, 5)), "2025-Q2",
                    rep="Ann")  # fmt: skip
    goals = pd.DataFrame({"rep_id": ["Ann", "Bob"], "goal": [700.0, 900.0]})
    none = pd.DataFrame()
    plan = PlanRead(goals, none, none, none, none, review.context.period, dt.date(2025, 3, 31), "revenue", "EUR")
    context = replace(review.context, agreed=Agreed(plan=plan))
    goal = goal_of(context)
    assert goal is not None
    assert (goal.value, goal.planned) == (700.0, True)
    section = gap_to_target(context)
    assert section.message.startswith("€200 short of the target of €700")
    assert "the goal is that of the period’s plan" in section.notes[-1]


def test_the_parts_add_up_and_the_table_says_so(sample: Dataset) -> None:
    for subject in ({"rep": "R000001"}, {"team": "South"}, {"segment": "A"}, {}):
        review = Review(sample, "2025-Q4", **subject)
        section = review.gap_to_target
        context = review.context
        gap = context.figure("revenue").value - context.target("revenue")
        assert section.data["value"].sum() == pytest.approx(gap, rel=1e-9)
        assert len(section.tables[0].rows) == len(section.data) + 1
        assert section._repr_html_()


def test_the_weakest_step_is_what_conversion_found(sample: Dataset) -> None:
    seen = set()
    for rep in Review(sample, "2025-Q4").context.shared.reps.index:
        review = Review(sample, "2025-Q4", rep=rep)
        worse = [row for _, row in found_in_conversion(review.context) if row["flag"] == "worse"]
        note = review.gap_to_target.notes[0] if review.gap_to_target.notes else ""
        assert ("The weakest step is" in note) == bool(worse)
        assert ("no step is clearly below" in note) == (bool(note) and not worse)
        seen.add(bool(worse))
    assert False in seen
    assert "weakest" not in " ".join(Review(sample, "2025-Q4").gap_to_target.notes)  # nobody to compare with


def test_reports_in_german_say_the_same(sample: Dataset) -> None:
    section = Review(sample, "2025-Q4", rep="R000001", language="de").gap_to_target
    assert "Ziel von" in section.message
    assert "target" not in section.message
