"""What the figures of a report mean."""

from salesreport import Dataset, Review
from salesreport.kpi import METRICS


def test_each_figure_that_the_data_give_is_defined(tiny: Dataset, sample: Dataset) -> None:
    without = Review(tiny, "2025-Q2", rep="Ann").definitions
    assert "satisfaction" not in set(without.data["metric"])  # there is no feedback
    section = Review(sample, "2025-Q4").definitions
    assert {"win_rate", "satisfaction", "complaints"} <= set(section.data["metric"])
    row = section.data.set_index("metric").loc["win_rate"]
    assert row["formula"] == str(METRICS["win_rate"].formula)
    said = dict(section.extra["entries"])
    assert said["Win rate"].startswith(str(METRICS["win_rate"].formula))
    assert "Peers are reps in the same role;" in said["Middle half of peers"]
