"""The funnel plot of a team, by hand."""

from pathlib import Path

import pandas as pd
import pytest
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.report.sections.rep_steps import MOST_ROWS, most_telling


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


def test_of_many_reps_outside_the_limits_the_farthest_are_listed(tmp_path: Path) -> None:
    # 11 or 19 of 30 deals won by 180 reps, more spread than chance makes, and nearly all by twenty others
    usual = [deals(f"U{n}", 11 + 8 * (n % 2), 19 - 8 * (n % 2)) for n in range(180)]
    strange = [deals(f"S{n:02}", 27 + n % 3, 3 - n % 3) for n in range(20)]
    section = Review(dataset(tmp_path / "d", *usual, *strange), "2025-Q2").conversion_funnel_plot
    outside = section.data[section.data["outside"]].sort_values("p", kind="stable")
    assert len(outside) == 20
    names = [row[0].text for row in section.tables[0].rows]
    assert names[-1] == "5 more"
    assert names[:-1] == outside["name"].tolist()[:15]  # 29 of 30 before 28 before 27
    svg = section.charts[0].svg()
    assert [name for name in outside["name"] if f">{name}<" in svg] == outside["name"].tolist()[:12]
    assert any(note.startswith("The limits are wider than chance alone makes them") for note in section.notes)


def test_limits_of_chance_alone_are_not_called_wider(tmp_path: Path) -> None:
    section = Review(dataset(tmp_path / "d", *(deals(f"U{n}", 15, 15) for n in range(9))), "2025-Q2")
    assert not any("wider" in note for note in section.conversion_funnel_plot.notes)


def test_who_stands_out_is_in_the_picture_of_reps_and_steps() -> None:
    reps = [f"R{n:02}" for n in range(60)]
    data = pd.DataFrame({"rep_id": reps, "n": range(60, 0, -1), "flag": ["none"] * 58 + ["worse", "better"]})
    kept = most_telling(data, "R57")
    assert kept == ["R57", "R58", "R59", *reps[: MOST_ROWS - 3]]
