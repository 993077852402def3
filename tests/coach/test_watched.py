"""Metrics in any days are what `compute` makes of them."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from meetings import closed, company

from salesreport.coach.agreed import MONTH
from salesreport.coach.watched import at_work, watched
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, Unavailable, compute
from salesreport.period import Period

START, END = dt.date(2025, 3, 3), dt.date(2025, 8, 20)


@pytest.mark.parametrize(
    "key",
    [
        "win_rate", "lead_conversion", "deals_created", "deals_won", "deals_lost", "deals_closed", "activity",
        "activity:meeting", "leads_processed", "leads_converted", "complaints_count", "avg_deal_size",
        "cycle_days_mean", "satisfaction",
    ],
)  # fmt: skip
def test_the_figures_of_some_days_are_those_of_the_metric(sample: Dataset, key: str) -> None:
    facts = Facts.of(sample)
    kept = watched(key, facts)
    found = kept.look(START, END)
    table = compute(facts, Period.span(START, END), [key], by=("rep_id",)).frame.set_index("rep_id")
    expected = table["value"].reindex(facts.reps["rep_id"]).to_numpy(float)
    if kept.family == "count":
        assert found.seen.total == pytest.approx(np.nan_to_num(expected))
        days = at_work(facts, START, END)
        assert found.shown[days > 0] == pytest.approx(
            (np.nan_to_num(expected) / np.maximum(days, 1) * MONTH)[days > 0]
        )
    else:
        assert found.shown == pytest.approx(expected, nan_ok=True)
        n = table["n"].reindex(facts.reps["rep_id"]).fillna(0).to_numpy(float)
        assert found.n == pytest.approx(n)
    if kept.family == "mean":  # the interval is Student's t, so its half is the quantile times the error
        from scipy import stats

        half = (table["upper"] - table["value"]).reindex(facts.reps["rep_id"]).to_numpy(float)
        enough = found.n >= 10
        if key == "satisfaction" and not enough.any():
            enough = found.n >= 3
        reach = stats.t.ppf(0.975, found.n[enough] - 1) * found.seen.size[enough]
        whole = found.n[enough] % 1 == 0  # of shared deals the number of cases is another
        assert reach[whole] == pytest.approx(half[enough][whole], rel=0.02)


def test_what_stands_on_a_day_and_what_adds_up(sample: Dataset) -> None:
    facts = Facts.of(sample)
    pipeline = watched("pipeline_value", facts)
    there = compute(facts, Period.span(END, END), ["pipeline_value"], by=("rep_id",)).frame.set_index("rep_id")
    assert not pipeline.monthly
    expected = there["value"].reindex(facts.reps["rep_id"]).to_numpy(float)
    assert pipeline.look(START, END).shown == pytest.approx(expected, nan_ok=True)
    revenue = watched("revenue", facts)
    came = compute(facts, Period.span(START, END), ["revenue"], by=("rep_id",)).frame.set_index("rep_id")["value"]
    days = at_work(facts, START, END)
    expected = came.reindex(facts.reps["rep_id"]).to_numpy(float)[days > 0] / days[days > 0] * MONTH
    assert revenue.monthly
    assert revenue.look(START, END).shown[days > 0] == pytest.approx(expected, nan_ok=True)


def test_conversion_counts_what_was_decided(sample: Dataset) -> None:
    from salesreport.kpi.anomalies.decided import decisions
    from salesreport.kpi.milestones.reached import process_file

    facts = Facts.of(sample)
    found = watched("conversion:proposal", facts).look(START, END)
    decided = decisions(facts, process_file(facts)).between(START, END)
    keys = np.array([step.key for step in decided.steps])[decided.step]
    frame = pd.DataFrame({"rep": decided.rep, "went": decided.success})[keys == "proposal"]
    n = frame.groupby("rep", observed=True)["went"].agg(["sum", "size"]).reindex(facts.reps["rep_id"]).fillna(0)
    assert found.seen.total.tolist() == n["sum"].tolist()
    assert found.n.tolist() == n["size"].tolist()


def test_days_at_work_by_hand(tmp_path) -> None:
    reps = pd.DataFrame(
        {
            "rep_id": ["R1", "R2", "R3"],
            "hired_on": pd.to_datetime([None, "2025-03-11", "2020-01-01"]),
            "left_on": pd.to_datetime([None, None, "2025-03-15"]),
        }
    )
    facts = Facts.of(company(tmp_path / "d", [closed("R1", 1, 1, "2025-06-01")], reps=reps))
    # 1 to 20 March; from the 11th; up to the 15th
    assert at_work(facts, dt.date(2025, 3, 1), dt.date(2025, 3, 20)).tolist() == [20, 10, 15]


def test_what_cannot_be_told(tmp_path) -> None:
    facts = Facts.of(company(tmp_path / "d", [closed("R1", 3, 0, "2025-06-01")]))
    for key in ("win_rate", "activity", "leads_processed", "conversion:x"):
        with pytest.raises((Unavailable, ConfigError)):
            watched(key, facts)
        with pytest.raises((Unavailable, ConfigError)):  # remembered
            watched(key, facts)
    with pytest.raises(ConfigError):
        watched("nothing", facts)
