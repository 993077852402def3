"""Growth, by hand."""

from salesreport import Dataset, Review


def test_growth_by_hand(tiny: Dataset) -> None:
    section = Review(tiny, "2025-Q2", rep="Ann").growth
    assert section.data[["group", "now", "before", "change"]].to_numpy().tolist() == [["Lamps", 1000, 300, 700]]
    rows = [[cell.text for cell in row] for row in section.tables[0].rows]
    assert rows[0] == ["Revenue", "€300", "€1K", "+233%"]
    assert rows[3] == ["Win rate", "50%", "25%", "−25 points"]
