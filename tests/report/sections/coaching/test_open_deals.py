"""Which open deals are named first."""

from pathlib import Path

import pandas as pd
from cases import dataset_of, deal

from salesreport import Review
from salesreport.report.sections.coaching.open_deals import furthest


def test_without_a_history_of_stages_old_deals_are_not_taken_for_the_furthest(tmp_path: Path) -> None:
    """Forty deals took forty days to be won; of the open ones the largest has been there for over a year."""
    begun = pd.date_range("2024-08-01", periods=40, freq="7D")
    rows = [
        deal(n, "Ann", "won", f"{on:%Y-%m-%d}", f"{on + pd.Timedelta(days=40):%Y-%m-%d}", amount=100.0)
        for n, on in enumerate(begun)
    ]
    rows += [
        deal(90, "Ann", "open", "2024-05-01", amount=900.0), deal(91, "Ann", "open", "2025-06-10", amount=50.0),
        deal(92, "Ann", "open", "2025-06-12", amount=80.0), deal(93, "Ann", "lost", "2025-05-01", "2025-05-20"),
    ]  # fmt: skip
    context = Review(dataset_of(tmp_path / "d", "2025-06-30", {"deals": rows}), "2025-Q2", rep="Ann").context
    assert [one["deal_id"] for one in furthest(context)] == ["D92", "D91", "D90"]
