"""The forecast in a report."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from moves import tables, write
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.kpi.forecast import Forecast
from salesreport.language import Text, text
from salesreport.report.sections import forecast as forecast_section
from salesreport.report.sections.forecast import middle_shown


def test_no_forecast_from_a_day_whose_open_deals_nobody_knows(tmp_path: Path) -> None:
    frame = deals("Ann", 30, 10, 20)
    frame.loc[frame["status"] == "open", "created_on"] = None
    made = dataset(tmp_path / "d", frame)
    assert Review(made, "2025-Q2", rep="Ann").forecast.available
    assert Review(made, "2025-05", rep="Ann").forecast.message == (
        "No forecast can be made: 20 deals have no creation date, so nobody knows whether they were open on "
        "May 31, 2025."
    )


def faked(samples: list[list[float]], note: Text) -> Forecast:
    """A forecast of Ann's next two quarters."""
    values = np.array(samples, float)
    frame = pd.DataFrame({"rep_id": "Ann", "period": ["2025-Q3", "2025-Q4"], "booked": 0.0, "n_open": 2.0})
    parts = {"mean": values.mean(axis=1), "median": np.median(values, axis=1)}
    bounds = {f"{side}_{band}": values.mean(axis=1) for band in (50, 80, 95) for side in ("lower", "upper")}
    frame = frame.assign(**parts, **bounds, from_open=1.0, from_arrivals=1.0)
    return Forecast(frame, values, (note,))


def test_the_chance_is_the_share_of_paths_that_reach_the_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = pd.DataFrame({"metric": "revenue", "period": ["2025-Q3"], "value": [30.0], "rep_id": "Ann"})
    made = faked([[10, 20, 30, 40], [1, 2, 3, 4]], text("a note"))
    monkeypatch.setattr(forecast_section, "forecast", lambda *_: made)
    section = Review(write(tmp_path / "d", targets=targets, **tables()), "2025-Q2", rep="Ann").forecast
    assert section.data["chance"].iloc[0] == 0.5  # 30 and 40 of four
    assert pd.isna(section.data["chance"].iloc[1])  # no target for the fourth quarter
    assert section.message.endswith("the chance to reach the target of €30 is 50%")
    assert "borrowed from the team" in section.notes[0]
    assert "a note" in section.notes


def test_a_forecast_is_turned_into_orders_where_revenue_counts_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # won in Q2: 400; orders of Q2: 600; so each path is taken 1.5 times
    orders = pd.DataFrame({"order_id": ["1"], "rep_id": "Bob", "ordered_on": "2025-06-20", "amount": 600.0})
    made = faked([[10, 20, 30, 40], [1, 2, 3, 4]], forecast_section._DEALS_ONLY)
    monkeypatch.setattr(forecast_section, "forecast", lambda *_: made)
    section = Review(write(tmp_path / "d", orders=orders, **tables()), "2025-Q2", rep="Ann").forecast
    assert section.data["median"].tolist() == [37.5, 3.75]
    assert any("150%" in note for note in section.notes)
    assert str(forecast_section._DEALS_ONLY) not in section.notes


def test_an_unfinished_period_is_forecast_itself(sample: Dataset) -> None:
    review = Review(sample, "2025-Q4")
    assert [one.name for one in forecast_section.coming(review.context)] == ["2026-Q1", "2026-Q2"]
    later = replace(review.context, period=review.context.period.previous(-1))
    assert [one.name for one in forecast_section.coming(later)] == ["2026-Q1", "2026-Q2"]


def test_next_to_nothing_is_shown_as_nothing() -> None:
    # a hundredth of the upper end of 34,000 is 340
    shown = [
        middle_shown({"median": middle, "upper_80": 34_000.0}) for middle in (0.0, 3.2, 339.9, 340.0, 5_000.0)
    ]
    assert shown == [0.0, 0.0, 0.0, 340.0, 5_000.0]
    assert middle_shown({"median": 0.0, "upper_80": 0.0}) == 0.0
    assert middle_shown({"median": -10.0, "upper_80": 1.0}) == -10.0  # returns are none of it
