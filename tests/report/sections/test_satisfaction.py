"""What customers said, by hand."""

from pathlib import Path

import pandas as pd
import pytest
from tiny import dataset, deals

from salesreport import Review
from salesreport.report.section import Section


def answers(path: Path, scores: list[float], before: list[float]) -> Section:
    days = ["2025-05-01"] * len(scores) + ["2025-01-05"] * len(before)
    said = pd.DataFrame({"on": pd.to_datetime(days), "rep_id": "Ann", "kind": "satisfaction"})
    first = deals("Ann", 1, 1, closed_on="2024-12-20").assign(created_on="2024-12-01")
    made = dataset(path, deals("Ann", 1, 1), first, feedback=said.assign(score=[*scores, *before]))
    return Review(made, "2025-Q2", rep="Ann").satisfaction


def test_the_mean_of_the_scores_and_how_many_they_are(tmp_path: Path) -> None:
    section = answers(tmp_path / "d", [4.0] * 6 + [5.0] * 6, [1.0])
    now = section.data[(section.data["metric"] == "satisfaction") & (section.data["period"] == "2025-Q2")].iloc[0]
    assert (now["value"], now["n"]) == (4.5, 12)
    # t with 11 degrees of freedom: 2.201 × 0.5222 ÷ √12
    assert now["upper"] == pytest.approx(4.5 + 2.200985 * 0.522233 / 12**0.5, abs=1e-5)
    assert section.message == "Satisfaction of 4.5 in 12 answers (1.0 in Q1 2025: too few to tell)"
    assert len(section.charts) == 1


def test_few_answers_are_said_to_be_few_and_not_drawn(tmp_path: Path) -> None:
    section = answers(tmp_path / "d", [4.0, 5.0], [])
    assert not section.available
    assert section.message == "Too few customers answered in these periods to show a figure."
    assert answers(tmp_path / "e", [], [4.0] * 12).message == "No scores in Q2 2025"
