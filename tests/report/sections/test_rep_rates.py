"""The funnel plot of a team, by hand."""

from pathlib import Path

import pytest
from tiny import dataset, deals

from salesreport import Dataset, Review


def test_rates_and_who_lies_outside(tiny: Dataset) -> None:
    section = Review(tiny, "2025-Q2").conversion_funnel_plot
    data = section.data.set_index("rep_id")
    # the twelve months up to the quarter's end: 13 of Ann's 46 were won, 30 of 40 of each other
    assert data.loc["Ann", ["n", "successes"]].tolist() == [46, 13]
    assert data.loc["Ann", "rate"] == pytest.approx(13 / 46)
    assert (data.drop("Ann")["rate"] == 0.75).all()
    assert data["outside"].tolist() == [True] + [False] * 6
    assert data["flag"].tolist() == ["worse"] + ["none"] * 6
    assert (data["lower"] < 193 / 286).all()
    assert (data["upper"] > 193 / 286).all()
    assert section.message.endswith("beyond chance: Ann")
    assert len(section.charts) == 1


def test_two_reps_are_no_picture(tmp_path: Path) -> None:
    section = Review(dataset(tmp_path / "d", deals("Ann", 20, 20), deals("Bob", 20, 20)), "2025-Q2")
    shown = section.conversion_funnel_plot
    assert not shown.available
    assert shown.message.startswith("Too few reps decided deals")
