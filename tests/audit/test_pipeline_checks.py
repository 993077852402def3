"""Coverage, shape and age of the pipeline: worked by hand, and against the metric of the same name."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from pasts import finding, past_of

from salesreport.audit.checks.pipeline import coverage_on
from salesreport.audit.model import Looked
from salesreport.dataset import Dataset
from salesreport.kpi import Facts, compute
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.period import Period


def test_coverage_within_a_quarter_is_the_metric(sample: Dataset) -> None:
    """On a day in mid-quarter the check has the number that metric `coverage` has."""
    day = dt.date(2025, 10, 31)
    looked = Looked.at(sample, day)
    table = compute(looked.facts, Period.parse("2025-Q4"), ["coverage"], as_of=day)
    assert coverage_on(looked, day)[0] == pytest.approx(float(table.frame["value"].iloc[0]))


def test_coverage_by_hand(tmp_path: Path) -> None:
    """On the last day of the year the pipeline is for the coming quarter: 600 of 250; without a dead deal 400."""
    deals = [
        {"deal_id": "a", "rep_id": "R", "status": "open", "created_on": "2025-11-01", "amount": 400.0},
        {"deal_id": "dead", "rep_id": "R", "status": "open", "created_on": "2023-01-01", "amount": 200.0},
    ] + [
        {
            "deal_id": f"W{n}",
            "rep_id": "R",
            "status": "won",
            "created_on": "2025-01-01",
            "closed_on": "2025-03-02",
            "amount": 10.0,
        }
        for n in range(20)
    ]
    targets = [{"metric": "revenue", "period": "2026-Q1", "value": 250.0}]
    looked = past_of(tmp_path / "d", deals=deals, targets=targets)
    found = finding(looked, "coverage").found
    assert found.figure.value == pytest.approx(600 / 250)
    assert found.baseline is None
    honest = finding(looked, "honest_coverage").found
    assert honest.ids == ("dead",)  # older than twice the mean cycle, 60 days
    assert honest.figure.value == pytest.approx(400 / 250)
    assert str(honest.detail) == "With them it is 2.4."
    # at a win rate of 20 of 20 that is more than enough; a contested threshold alone is a fact
    assert finding(looked, "honest_coverage").verdict.level == "fact"


def test_coverage_without_a_target_cannot_be_told(tmp_path: Path) -> None:
    deals = [{"deal_id": "a", "rep_id": "R", "status": "open", "created_on": "2025-11-01", "amount": 400.0}]
    targets = [{"metric": "revenue", "period": "2024-Q1", "value": 250.0}]
    made = finding(past_of(tmp_path / "d", deals=deals, targets=targets), "coverage")
    assert made.found is None
    assert "no target for Revenue fits" in str(made.why)


def test_shape_and_youth_by_hand(tmp_path: Path) -> None:
    """Stages A → B → C by a deal that passed them; open: A 10, B 30, C 40, no stage 20."""
    deals = [
        {
            "deal_id": "W",
            "rep_id": "R",
            "status": "won",
            "created_on": "2025-01-01",
            "closed_on": "2025-04-01",
            "stage": "Won",
            "amount": 1.0,
        }
    ]
    events = [
        {"deal_id": "W", "stage": stage, "entered_at": at}
        for stage, at in (("A", "2025-01-01"), ("B", "2025-02-01"), ("C", "2025-03-01"), ("Won", "2025-04-01"))
    ]
    for name, stage, amount, created in (
        ("a", "A", 10.0, "2025-12-05"),
        ("b", "B", 30.0, "2025-10-01"),
        ("c", "C", 40.0, "2025-09-30"),
        ("n", None, 20.0, "2025-09-01"),
    ):
        deals.append(
            {
                "deal_id": name,
                "rep_id": "R",
                "status": "open",
                "created_on": created,
                "stage": stage,
                "amount": amount,
            }
        )
        if stage is not None:
            events.append({"deal_id": name, "stage": stage, "entered_at": created})
    looked = past_of(tmp_path / "d", deals=deals, stage_events=events)
    early = finding(looked, "shape_early").found
    assert (early.ids, early.of) == (("a", "b"), 3)
    assert early.figure.value == pytest.approx(40 / 80)
    one = finding(looked, "shape_one_stage").found
    assert one.ids == ("c",)
    assert one.figure.value == pytest.approx(40 / 80)
    assert str(one.detail) == "Stage C."
    young = finding(looked, "young_pipeline").found
    assert (young.ids, young.of) == (("a", "b"), 4)
    assert young.figure.value == pytest.approx(40 / 100)
    assert str(young.detail) == "10% in the month of the as-of date."


def test_coverage_on_a_day_of_which_amounts_are_not_known(tmp_path: Path) -> None:
    deals = [{"deal_id": "a", "rep_id": "R", "status": "open", "created_on": "2025-01-01", "amount": 400.0}]
    deals.append(
        {
            "deal_id": "b",
            "rep_id": "R",
            "status": "won",
            "created_on": "2025-01-01",
            "closed_on": "2025-10-05",
            "amount": 40.0,
        }
    )
    targets = [{"metric": "revenue", "period": period, "value": 250.0} for period in ("2025-Q4", "2026-Q1")]
    looked = past_of(tmp_path / "d", deals=deals, targets=targets)
    with pytest.raises(Unavailable, match="what open deals were worth"):
        coverage_on(looked, dt.date(2025, 11, 1))
    assert np.isfinite(coverage_on(looked, dt.date(2025, 12, 31))[0])
    assert Facts.of(looked.dataset).as_of == dt.date(2025, 12, 31)
