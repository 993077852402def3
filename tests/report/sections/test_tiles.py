"""Key figures, by hand."""

from pathlib import Path

import pytest
from tiny import dataset, deals

from salesreport import Dataset, Review


def test_tiles_by_hand(tiny: Dataset) -> None:
    data = Review(tiny, "2025-Q2", rep="Ann").tiles.data.set_index("metric")
    assert data.loc["revenue", ["value", "before"]].tolist() == [1000, 300]
    assert data.loc["deals_won", "value"] == 10
    assert data.loc["win_rate", "value"] == 0.25
    # Wilson 95 % of 10 in 40, from a published calculator: 0.1419 to 0.4019
    assert data.loc["win_rate", ["lower", "upper"]].tolist() == pytest.approx([0.1419, 0.4019], abs=5e-5)
    assert data.loc["avg_deal_size", "value"] == 100
    assert data.loc["cycle_days", "value"] == 80  # 1 March to 20 May
    assert data.loc["pipeline_value", ["value", "n"]].tolist() == [500, 5]


def test_few_cases_are_not_placed_among_peers_who_have_enough(tmp_path: Path) -> None:
    # ten closed deals are enough for a rate: the four peers' are, Ann's two are not
    peers = [deals(f"P{n}", 30, 10) for n in range(6)]
    few = Review(dataset(tmp_path / "d", deals("Ann", 0, 2), *peers), "2025-Q2", rep="Ann")
    rate = next(tile for tile in few.tiles.extra["tiles"] if tile.name == "Win rate")
    assert not any("middle half" in line for line in rate.said)
    assert rate.base == "2 closed deals: too few to tell"
    won = next(tile for tile in few.tiles.extra["tiles"] if tile.name == "Deals won")
    assert "below the middle half of peers (30 – 30)" in won.said


def test_changes_of_counts_and_of_money(tmp_path: Path) -> None:
    first = deals("Ann", 0, 1, closed_on="2024-12-10").assign(created_on="2024-12-01")
    frames = first, deals("Ann", 10, 30, closed_on="2025-03-31"), deals("Ann", 50, 30)
    review = Review(dataset(tmp_path / "d", *frames), "2025-Q2", rep="Ann")
    told = {tile.name: tile.said for tile in review.tiles.extra["tiles"]}
    assert "5.0 times as many as in Q1 2025" in " ".join(told["Deals won"])
    assert "5.0 times as much as in Q1 2025" in " ".join(told["Revenue"])
    (table,) = review.growth.tables
    # 1,000 → 5,000 is 400 % more, and no chance
    assert [str(row[-1].text) for row in table.rows[:2]] == ["+400%", "+400%"]
