"""The deals behind a finding, by hand."""

from pathlib import Path

import numpy as np
from tiny import dataset, deals

from salesreport import Review


def test_lost_deals_of_who_wins_too_few_the_largest_first(tmp_path: Path) -> None:
    ann = deals("Ann", 10, 30)
    ann["amount"] = np.where(ann["status"] == "lost", 100.0 + np.arange(40), 5_000.0)
    made = dataset(tmp_path / "d", ann, *(deals(f"P{n}", 30, 10) for n in range(6)))
    section = Review(made, "2025-Q2", rep="Ann").conversion
    table = section.tables[-1]
    assert table.caption.endswith("Deal → Order (6 of 30, the largest first)")
    assert table.caption.startswith("Lost, July 2024 to June 2025")
    assert [row[0].text for row in table.rows] == [f"Ann-2025-05-20-{n}" for n in range(39, 33, -1)]


def test_won_deals_of_who_wins_more(tmp_path: Path) -> None:
    best = dataset(tmp_path / "d", deals("Ann", 38, 2), *(deals(f"P{n}", 12, 28) for n in range(6)))
    table = Review(best, "2025-Q2", rep="Ann").conversion.tables[-1]
    assert "6 of 38" in table.caption
    assert table.caption.startswith("Won")
