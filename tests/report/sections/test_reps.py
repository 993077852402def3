"""A team's reps by name, by hand."""

from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint
from tiny import dataset, deals

from salesreport import Dataset, Review


def test_who_differs_from_the_common_rate(tiny: Dataset) -> None:
    section = Review(tiny, "2025-Q2").reps
    data = section.data.set_index("rep_id")
    assert list(data.index) == ["Ann", "P0", "P1", "P2", "P3", "P4", "P5"]  # by name, no ranking
    assert data.loc["Ann", ["deals_won", "deals_closed", "rate"]].tolist() == [10, 40, 0.25]
    lower, upper = proportion_confint(10, 40, method="wilson")
    assert data.loc["Ann", ["lower", "upper"]].tolist() == pytest.approx([lower, upper], abs=1e-6)
    # together 190 of 280, 68 %: 30 of 40 are well within what chance gives when seven are compared
    assert section.message == "Win rates that differ from the common one beyond chance: Ann"
    assert "the list is no ranking" in section.notes[0]


def test_nobody_and_one_alone(tmp_path: Path) -> None:
    alone = Review(dataset(tmp_path / "one", deals("Ann", 3, 3)), "2025-Q2").reps
    assert alone.message == "There is one rep to show, and nobody to compare with"
    nothing = Review(dataset(tmp_path / "none", deals("Ann", 3, 3), deals("Bob", 0, 0, 1)), "2025-01").reps
    assert nothing.message == "No rep closed a deal in January 2025."
