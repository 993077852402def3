"""Trends over the periods that are known."""

from pathlib import Path

from tiny import dataset, deals

from salesreport import Review


def test_a_trend_counts_the_periods_that_are_known(tmp_path: Path) -> None:
    # the company sells since 2024-Q3; Ann's first deal was created in March, so that her revenue is known of two
    first = deals("Bob", 1, 0, closed_on="2024-07-01").assign(created_on="2024-07-01")
    review = Review(dataset(tmp_path / "d", first, deals("Ann", 1, 1)), "2025-Q2", rep="Ann")
    assert len(review.context.trend) == 4
    assert review.trend.message == "Only 2 periods are known: too few for a trend"


def test_without_amounts_trend_and_growth_speak_of_what_there_is(tmp_path: Path) -> None:
    frames = [
        deals("Ann", 3, 2, 7, closed_on=day).drop(columns="amount")
        for day in ("2025-05-20", "2025-02-10", "2024-11-10")
    ]
    review = Review(dataset(tmp_path / "d", *frames), "2025-Q2", rep="Ann")
    assert review.trend.message == "Deals won and Win rate over 2 periods"
    reason = "needs the amounts of deals, which this export does not have"
    assert review.growth.message == f"Growth of revenue cannot be told: {reason}."
