"""Deals won and lost, and what lies open, by hand."""

from pathlib import Path

from tiny import dataset, deals

from salesreport import Dataset, Review


def test_results_and_pipeline_by_hand(tiny: Dataset) -> None:
    review = Review(tiny, "2025-Q2", rep="Ann")
    row = review.results.data.iloc[0]
    assert row[["group", "won", "lost", "rate", "peers"]].tolist() == ["Lamps", 10, 30, 0.25, 0.75]
    assert "needs stage history" in " ".join(review.results.notes)
    assert review.pipeline.data["age"].tolist() == [121] * 5  # 1 March to 30 June
    # four of five won deals took at most 80 days, so all five are old
    assert (
        review.pipeline.message
        == "5 open deals worth €500, 5 of them older than four of five won deals took (80 days)"
    )


def won_by_line(path: Path, **won: int) -> Review:
    """Ann's review: so many deals won per product line, and one lost in each."""
    frames = [
        deals("Ann", n, 1).assign(product_line=line, deal_id=lambda frame, line=line: line + frame["deal_id"])
        for line, n in won.items()
    ]
    return Review(dataset(path, *frames), "2025-Q2", rep="Ann")


def test_most_wins_come_from_where_there_are_more_than_elsewhere(tmp_path: Path) -> None:
    assert won_by_line(tmp_path / "a", Lamps=2, Poles=1).results.message == (
        "3 deals won, 2 lost; most wins came from Lamps (2)"
    )
    assert won_by_line(tmp_path / "b", Lamps=1, Poles=1).results.message == "2 deals won, 2 lost"
    assert won_by_line(tmp_path / "c", Lamps=0, Poles=0).results.message == "0 deals won, 2 lost"
    assert won_by_line(tmp_path / "d", Lamps=1, Poles=0).results.message == (
        "1 deal won, 2 lost; most wins came from Lamps (1)"
    )
