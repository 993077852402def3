"""The coming period's plan: made once, with what was known on the report's day."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from planning import context_of, strategy

from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.plan import action_plan
from salesreport.provenance import Provenance
from salesreport.report.ahead import ahead, coming_period, facts_then, goals_of
from salesreport.writing import write_dataset


def test_the_running_period_or_the_one_after_it(sample: Dataset) -> None:
    assert coming_period(context_of(sample, None)).name == "2026-Q1"
    assert coming_period(context_of(sample, None, "2025-Q3")).name == "2025-Q4"
    assert coming_period(context_of(sample, None, "2026")).name == "2026"  # the data end in 2025


def test_it_is_made_once_for_everybody(sample: Dataset) -> None:
    wanted = strategy()
    one, other = (ahead(context_of(sample, wanted, rep=rep)) for rep in ("R000001", "R000003"))
    assert one.plan is other.plan
    assert one.strategy is wanted


def test_targets_stand_in_where_the_strategy_plans_another_year(sample: Dataset) -> None:
    goals, wanted = goals_of(context_of(sample, strategy(), "2025-Q3"), sample.period("2025-Q4"))
    assert wanted is None
    assert goals.frame["agreed"].notna().any()
    with pytest.raises(Unavailable, match="neither targets for 2029 nor a strategy"):
        goals_of(context_of(sample, strategy()), sample.period("2029"))


def test_a_past_report_plans_as_it_was_known_then(sample: Dataset, tmp_path: Path) -> None:
    day = dt.date(2025, 9, 30)
    context = context_of(sample, None, "2025-Q3")
    assert facts_then(context).as_of == day
    assert facts_then(context) is facts_then(context)
    made = ahead(context).plan
    # what happened later may have been anything: the deals that came later are gone here
    deals = sample.table("deals")
    later = set(deals.loc[deals["created_on"] > pd.Timestamp(day), "deal_id"])
    tables = {name: sample.table(name) for name in sample.tables}
    tables = {
        name: frame[~frame["deal_id"].isin(later)] if "deal_id" in frame and name != "orders" else frame
        for name, frame in tables.items()
    }
    tables["orders"] = tables["orders"][tables["orders"]["ordered_on"] <= pd.Timestamp(day)]
    other = write_dataset(tmp_path / "d", tables, sample.settings, Provenance("test"))
    again = action_plan(Facts.of(other, day), None, sample.period("2025-Q4"))
    pd.testing.assert_frame_equal(made.reps, again.reps)
