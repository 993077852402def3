"""What is known of open deals on an earlier day."""

from pathlib import Path

from tiny import dataset, deals

from salesreport import Review


def test_what_is_not_known_of_an_earlier_day_is_not_missing_from_the_data(tmp_path: Path) -> None:
    review = Review(
        dataset(tmp_path / "d", deals("Ann", 3, 3), deals("Ann", 1, 1, 5, closed_on="2025-06-20")),
        "2025-05",
        rep="Ann",
    )
    # all ten deals carry an amount; on 31 May nobody had written it down yet
    why = "what open deals were worth on May 31, 2025 is not known: no snapshots up to then."
    for notes in (review.pipeline.notes, review.order_book.notes):
        assert f"Open deals are counted, not valued; {why}" in notes
        assert not any("carr" in note for note in notes)
