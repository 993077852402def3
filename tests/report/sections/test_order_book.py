"""The order book, by hand."""

from pathlib import Path

from moves import tables, write

from salesreport import Review


def test_the_order_book_by_hand(ann: Review) -> None:
    section = ann.order_book
    assert section.message.startswith("2 open deals, 4 at the start")
    rows = [[(cell.text, cell.plus) for cell in row] for row in section.tables[0].rows]
    assert rows == [
        [("Offer", ""), ("3", "€800"), ("1", "€100")],
        [("Trial", ""), ("1", "€400"), ("1", "€200")],
        [("all", ""), ("4", "€1.2K"), ("2", "€300")],
    ]
    # of the four that were open only A5 was lost; A3 came and went in between
    assert section.data["deal_id"].tolist() == ["A5"]
    assert str(section.data["lost"].iloc[0]) == "lost on May 1, 2025"
    assert "needs" in " ".join(section.notes)  # what is put off or stale cannot be told here


def test_today_s_milestone_is_not_that_of_the_start(tmp_path: Path) -> None:
    # a process is given, but no history: where deals stood on March 31 nobody knows
    review = Review(write(tmp_path / "plain", deals=tables()["deals"]), "2025-Q2", rep="Ann")
    assert not review.order_book.charts
    summary = review.order_book.tables[0]
    assert [one.text for one in summary.headings] == ["Milestone", "Jun 30, 2025"]
    assert [row[1].text for row in summary.rows] == ["1", "1", "2"]
