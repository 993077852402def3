"""The heat map of a team, by hand."""

import pytest

from salesreport import Dataset, Review


def test_gaps_to_the_mean_of_the_step(tiny: Dataset) -> None:
    section = Review(tiny, "2025-Q2").conversion_heat_map
    data = section.data.set_index("rep_id")
    assert list(data["step"].unique()) == ["win"]  # without a history there are no milestones
    assert data.loc["Ann", "rate"] == pytest.approx(13 / 46)
    assert data["gap"].tolist() == pytest.approx((data["shrunken"] - data["mean"]).tolist())
    ann = data.loc["Ann"]
    assert ann["rate"] < ann["shrunken"] < ann["mean"]  # drawn towards the mean, for there are few deals
    assert data["flag"].tolist() == ["worse"] + ["none"] * 6
    assert section.message == "Who stands out at a step beyond chance: Ann"


def test_a_rep_s_report_shows_no_other_rep(tiny: Dataset) -> None:
    section = Review(tiny, "2025-Q2", rep="Ann").conversion_heat_map
    assert not section.available
    assert section.message == "A rep’s report shows no other rep."
