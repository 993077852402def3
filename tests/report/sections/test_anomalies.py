"""Anomalies of a team, by hand."""

from pathlib import Path

import pytest
from tiny import dataset, deals

from salesreport import Dataset, Review


def test_the_one_who_differs(tiny: Dataset) -> None:
    section = Review(tiny, "2025-Q2").conversion_anomalies
    (row,) = [row for _, row in section.data.iterrows()]
    assert (row["rep_id"], row["step"], row["flag"], row["n"], row["observed"]) == ("Ann", "win", "worse", 46, 13)
    assert row["effect"] == pytest.approx(13 / 46 - 0.75)
    assert row["at_stake"] == pytest.approx(46 * (0.75 - 13 / 46) * 100)  # every deal is worth 100
    assert row["lower"] < row["effect"] < row["upper"] < 0
    assert section.message == "1 conversion differs from like deals of others by more than chance"
    assert "47 points fewer" in section.tables[0].rows[0][0].text
    assert any("7 comparisons" in note for note in section.notes)


def test_equals_are_not_told_apart(tmp_path: Path) -> None:
    made = dataset(tmp_path / "d", *(deals(f"P{n}", 20, 20) for n in range(4)))
    section = Review(made, "2025-Q2").conversion_anomalies
    assert section.data.empty
    assert section.message == "No rep’s conversion differs from like deals of others by more than chance"


def test_too_few_deals_are_said_to_be_too_few(tmp_path: Path) -> None:
    made = dataset(tmp_path / "d", *(deals(f"P{n}", 2, 2) for n in range(4)))
    section = Review(made, "2025-Q2").conversion_anomalies
    assert not section.available
    assert section.message == "Too few deals were decided to compare like with like"
