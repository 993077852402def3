"""Single deals worth a talk, by hand."""

from pathlib import Path

import pandas as pd
from tiny import dataset, deals

from salesreport import Review


def test_overdue_biggest_open_and_biggest_lost(tmp_path: Path) -> None:
    frame = deals("Ann", 2, 3, 4)  # 0, 1 won; 2, 3, 4 lost; 5 to 8 open on 30 June
    frame["expected_close_on"] = pd.to_datetime([None] * 5 + ["2025-06-01", "2025-07-31", None, None])
    frame["loss_reason"] = [None, None, None, "Price", *[None] * 5]
    frame.loc[[3, 8], "amount"] = 900.0
    frame.loc[7, "amount"] = None
    section = Review(dataset(tmp_path / "d", frame), "2025-Q2", rep="Ann").deals_to_look_at
    listed = [(row["deal_id"][-1], row["why"]) for _, row in section.data.iterrows()]
    # an overdue deal is not listed again among the biggest; one without an amount is none of these
    assert listed == [
        ("5", "overdue"), ("8", "biggest_open"), ("6", "biggest_open"),
        ("3", "biggest_lost"), ("2", "biggest_lost"), ("4", "biggest_lost"),
    ]  # fmt: skip
    assert section.message == "1 open deal is past the closing date that was expected"
    why = [row[3].text for row in section.tables[0].rows]
    assert why[0] == "was expected to close on Jun 1, 2025"
    assert why[3] == "among the biggest deals lost in Q2 2025: Price"


def test_nothing_stands_out(tmp_path: Path) -> None:
    frames = deals("Ann", 2, 0), deals("Ann", 0, 1, closed_on="2025-03-20")
    none = Review(dataset(tmp_path / "none", *frames), "2025-Q2", rep="Ann").deals_to_look_at
    assert none.message == "No deals are open, and none were lost in Q2 2025."
    bare = deals("Ann", 2, 2, 2).drop(columns="amount")
    section = Review(dataset(tmp_path / "bare", bare), "2025-Q2", rep="Ann").deals_to_look_at
    assert section.message == "No single deal stands out; open and lost deals carry no amounts or closing dates."
    assert not section.available
