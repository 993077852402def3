"""Forecasts of the past: baselines worked by hand, folds that see no future, scores that can be checked."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from cases import Given, deal

from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast import Backtest, backtest
from salesreport.kpi.forecast.baselines import actual, baselines
from salesreport.kpi.forecast.horizon import Horizon
from salesreport.period import Period
from salesreport.process import parse_process, process_of

PROCESS = parse_process(
    "processes: [{name: P, milestones: [{key: talk, title: Talk, stages: [Talk]}, "
    "{key: offer, title: Offer, stages: [Offer]}]}]"
)


def test_baselines_by_hand(given: Given) -> None:
    rows = [
        deal(1, "ann", "won", "2023-01-10", "2023-03-10", amount=80.0, stage="Won"),
        deal(2, "ann", "won", "2023-07-01", "2023-11-30", amount=120.0, stage="Won"),
        deal(3, "bob", "lost", "2023-08-01", "2023-12-05", amount=50.0, stage="Lost"),
        deal(4, "ann", "open", "2023-12-01", amount=1000.0, stage="Offer"),
        deal(5, "bob", "open", "2023-12-01", amount=500.0, stage="Talk"),
        deal(6, "bob", "won", "2023-12-02", "2024-02-01", amount=70.0, stage="Won"),  # open on the day
    ]
    moves = []
    for number, way in {
        1: [("Talk", "2023-01-10"), ("Offer", "2023-02-01"), ("Won", "2023-03-10")],
        2: [("Talk", "2023-07-01"), ("Offer", "2023-08-01"), ("Won", "2023-11-30")],
        3: [("Talk", "2023-08-01"), ("Lost", "2023-12-05")],
        4: [("Talk", "2023-12-01"), ("Offer", "2023-12-10")],
        5: [("Talk", "2023-12-01")],
        6: [("Talk", "2023-12-02"), ("Won", "2024-02-01")],
    }.items():
        moves += [{"deal_id": f"D{number}", "stage": stage, "entered_at": f"{at} 09:00"} for stage, at in way]
    snapshots = [
        {"taken_on": pd.Timestamp("2023-12-31"), "deal_id": f"D{number}", "stage": stage, "status": "open",
         "amount": amount, "expected_close_on": pd.Timestamp(close), "crm_probability": chance}
        for number, stage, amount, close, chance in [
            (4, "Offer", 900.0, "2024-03-31", 0.6), (5, "Talk", 500.0, "2024-04-30", 0.2),
            (6, "Talk", 60.0, "2024-01-31", 0.3),
        ]
    ]  # fmt: skip
    facts = given("2024-06-30", deals=rows, stage_events=moves, snapshots=snapshots)
    day, quarter = dt.date(2023, 12, 31), Period.parse("2024-01-01..2024-03-31")
    found = baselines(facts, PROCESS, day, quarter)
    # expected by March: 0.6 × 900 of ann's and 0.3 × 60 of bob's; amounts and dates are those of the snapshot
    assert found["crm"].to_dict() == pytest.approx({"ann": 540.0, "bob": 18.0})
    # too few stays have ended to tell milestones apart: of 3 closed deals 2 are won
    assert found["stage"].to_dict() == pytest.approx({"ann": 2 / 3 * 900, "bob": 2 / 3 * 60})
    # the quarters from April on have been seen whole (the first order came in March): 0, 0 and 120
    assert found["run_rate"].to_dict() == pytest.approx({"ann": 40.0, "bob": 0.0})
    assert found["last_year"].isna().all()  # January 2023 lies before the first order
    assert actual(facts, quarter).to_dict() == {"bob": 70.0}


@pytest.mark.parametrize(
    ("written", "every", "end"),
    [
        ("1Q", "month", "2024-05-31"),
        ("1M", "month", "2024-03-31"),
        ("1M", "week", "2024-03-27"),
        ("2W", "week", "2024-03-13"),
    ],
)
def test_what_a_fold_is_about(written: str, every: str, end: str) -> None:
    assert Horizon.parse(written).span(
        dt.date(2024, 2, 28) + dt.timedelta(written[1] != "W" and every == "month"), every
    ) == (
        Period.span(dt.date(2024, 3, 1) - dt.timedelta(0 if every == "month" else 1), dt.date.fromisoformat(end))
    )


@pytest.fixture(scope="module")
def tried(sample: Dataset) -> Backtest:
    return backtest(Facts.of(sample), process_of(sample), "1Q", folds=5, simulations=200)


def test_beats_the_crm_and_the_stages(tried: Backtest) -> None:
    company = tried.scores[tried.scores["level"] == "company"].set_index("method")
    assert company.loc["milestones", "wape"] < 0.2
    for baseline in ("crm", "stage"):
        assert company.loc[baseline, "wape"] > company.loc["milestones", "wape"]
        assert company.loc[baseline, "beaten"] >= 0.8


def test_what_came_is_the_sum_of_amounts_won(sample: Dataset, tried: Backtest) -> None:
    deals = sample.table("deals")
    won = deals[deals["status"] == "won"]
    company = tried.frame[tried.frame["level"] == "company"]
    for row in company.to_dict("records"):
        period = Period.parse(row["period"])
        assert row["actual"] == pytest.approx(won.loc[period.mask(won["closed_on"]), "amount"].sum())
        assert period.start == row["as_of"].date() + dt.timedelta(1)


def test_scores_are_those_of_the_folds(tried: Backtest) -> None:
    company = tried.frame[tried.frame["level"] == "company"]
    score = tried.scores[tried.scores["level"] == "company"].set_index("method")
    error = (company["actual"] - company["milestones"]).abs()
    assert score.loc["milestones", "wape"] == pytest.approx(error.sum() / company["actual"].sum())
    held = (company["lower_80"] <= company["actual"]) & (company["actual"] <= company["upper_80"])
    assert score.loc["milestones", "coverage_80"] == pytest.approx(held.mean())
    assert score.loc["crm", "beaten"] == pytest.approx((error < (company["actual"] - company["crm"]).abs()).mean())


def test_a_fold_sees_what_a_forecast_of_that_day_sees(sample: Dataset, tried: Backtest) -> None:
    """Folds share what they have learnt through the facts; it must be the same as learnt alone."""
    from salesreport.kpi.forecast import forecast

    fold = tried.frame[tried.frame["level"] == "company"].iloc[2]
    alone = forecast(
        Facts.of(sample),
        process_of(sample),
        fold["as_of"].date(),
        [Period.parse(fold["period"])],
        ("rep_id",),
        200,
    )
    assert np.median(alone.total()[0]) == fold["milestones"]


def test_without_history_there_is_no_fold(given: Given) -> None:
    facts = given(deals=[deal(1, "ann", "won", "2024-01-01", "2024-02-01", amount=1.0)])
    with pytest.raises(Unavailable, match="30 deals won"):
        backtest(facts, process_of(facts.dataset))
