"""Which target counts: worked by hand, and against plain pandas on public data."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import Given, deal, value, values

from salesreport.errors import ConfigError, DataError
from salesreport.kpi import Facts, compute
from salesreport.period import Period

Q1, H1 = Period.parse("2024-Q1"), Period.parse("2024-H1")

DEALS = [
    deal(1, "ann", "won", "2024-01-01", "2024-02-01", amount=100.0, segment="X", product_line="P"),
    deal(2, "bob", "won", "2024-01-01", "2024-03-01", amount=60.0, segment="Y", product_line="P"),
    deal(3, "bob", "lost", "2024-01-01", "2024-03-01", amount=60.0, segment="X", product_line="Q"),
    deal(4, "cleo", "won", "2024-01-01", "2024-05-01", amount=20.0, segment="X", product_line="Q"),
    deal(5, "ann", "open", "2024-01-01", amount=150.0, segment="X", product_line="P"),
]
REPS = [
    {"rep_id": "ann", "team": "North", "manager": "M1"},
    {"rep_id": "bob", "team": "North", "manager": "M1"},
    {"rep_id": "cleo", "team": "South", "manager": "M2"},
]


def target(amount: float, period: str = "2024-Q1", metric: str = "revenue", **whom: Any) -> dict[str, Any]:
    return {"metric": metric, "period": period, "value": amount, **whom}


def attained(facts: Facts, period: Period = Q1, by: tuple[str, ...] = (), **more: Any) -> dict[str, float]:
    table = compute(facts, period, ["attainment"], by=by, **more)
    if not by:
        return {"": value(table, "attainment")} if "attainment" not in table.unavailable else {}
    return values(table, "attainment", by[0])


def test_each_group_has_the_nearest_level_and_levels_are_never_mixed(given: Given):
    facts = given(
        deals=DEALS,
        reps=REPS,
        targets=[
            target(200, rep_id="ann"),
            target(100, rep_id="bob"),
            target(50, rep_id="cleo"),
            target(400, team="North"),  # more than its reps' 300
            target(1000),  # more than everything below
            target(80, segment="X"),
        ],
    )
    assert attained(facts, by=("rep_id",)) == {"ann": 0.5, "bob": 0.6, "cleo": 0.0}
    assert attained(facts, by=("team",)) == {"North": 0.4, "South": 0.0}  # South: the sum of its reps
    assert attained(facts) == {"": 0.16}
    by_segment = attained(facts, by=("segment",))
    assert by_segment["X"] == 1.25
    assert np.isnan(by_segment["Y"])
    assert attained(facts, by=("manager",)) == {"M1": pytest.approx(160 / 300), "M2": 0.0}


def test_without_a_total_the_reps_make_it_up_and_without_reps_the_teams(given: Given):
    reps = [target(200, rep_id="ann"), target(120, rep_id="bob")]
    teams = [target(1000, team="North"), target(600, team="South")]
    assert attained(given(deals=DEALS, reps=REPS, targets=[*reps, *teams])) == {"": 0.5}
    assert attained(given(deals=DEALS, reps=REPS, targets=teams)) == {"": 0.1}
    assert attained(given(deals=DEALS, targets=[target(320, segment="X")])) == {"": 0.5}


def test_a_selection_has_the_targets_of_all_it_selects(given: Given):
    facts = given(
        deals=DEALS, reps=REPS, targets=[target(200, rep_id="ann"), target(120, rep_id="bob"), target(9)]
    )
    assert attained(facts, where={"rep_id": ["ann"]}) == {"": 0.5}
    assert attained(facts, where={"rep_id": ["ann", "bob"]}) == {"": 0.5}
    assert (
        attained(facts, where={"rep_id": ["ann", "cleo"]}) == {}
    )  # cleo has none: his actual without it would flatter
    assert attained(facts, by=("rep_id",), where={"team": ["North"]}) == {"ann": 0.5, "bob": 0.5}


def test_periods_that_make_up_the_one_asked_for(given: Given):
    months = [target(10, "2024-01"), target(20, "2024-02"), target(50, "2024-03")]
    assert attained(given(deals=DEALS, targets=months)) == {"": 2.0}
    assert attained(given(deals=DEALS, targets=months[:2])) == {}  # never a part of it
    assert attained(given(deals=DEALS, targets=[target(1000, "2024-H1")])) == {}  # and never pro rata
    both = [*months, target(160, "2024-Q1"), target(90, "2024-Q2")]
    assert attained(given(deals=DEALS, targets=both)) == {"": 1.0}  # the quarter itself, not its months
    assert attained(given(deals=DEALS, targets=both), H1) == {"": pytest.approx(180 / 250)}
    overlapping = [target(10, "2024-01-01..2024-02-15"), target(10, "2024-02-01..2024-03-31")]
    assert attained(given(deals=DEALS, targets=overlapping)) == {}


def test_the_reason_is_said(given: Given):
    facts = given(
        deals=DEALS,
        reps=REPS,
        targets=[target(200, rep_id="ann"), target(9, "2024-02", rep_id="bob"), target(0, rep_id="cleo")],
    )
    table = compute(facts, Q1, ["attainment"], by=["rep_id"])
    assert {key: str(reason) for key, reason in table.missing.items()} == {
        ("attainment", "bob"): "no target for Revenue fits Q1 2024, and targets are not spread over other periods",
        ("attainment", "cleo"): "the target is zero",
    }
    later = compute(facts, Period.parse("2024-Q3"), ["attainment", "attainment:deals_won"])
    assert "no target for Revenue fits Q3 2024" in str(later.unavailable["attainment"])
    assert str(later.unavailable["attainment:deals_won"]) == "needs a target for Deals won; this export has none"
    by_source = compute(facts, Q1, ["attainment"], by=["product_line"])
    assert "for these groups" in str(by_source.unavailable["attainment"])


def test_two_targets_for_the_same_thing_count_neither(given: Given):
    assert attained(given(deals=DEALS, targets=[target(100), target(200)])) == {}


def test_the_budget_counts_before_the_plan_and_is_not_added_to_it(given: Given):
    several = [target(320, source="budget"), target(100, source="plan"), target(1, source="strategy")]
    assert attained(given(deals=DEALS, targets=several)) == {"": 0.5}
    assert attained(given(deals=DEALS, targets=several[1:])) == {"": 1.6}


def test_a_rep_needs_no_target_for_months_before_he_came_or_after_he_left(given: Given):
    reps = [
        {"rep_id": "ann", "hired_on": "2024-02-12", "left_on": None},
        {"rep_id": "bob", "hired_on": None, "left_on": "2024-02-20"},
        {"rep_id": "cleo", "hired_on": "2024-01-15", "left_on": None},
    ]
    targets = [
        target(20, "2024-02", rep_id="ann"), target(30, "2024-03", rep_id="ann"),
        target(40, "2024-01", rep_id="bob"), target(80, "2024-02", rep_id="bob"),
        target(1, "2024-02", rep_id="cleo"), target(1, "2024-03", rep_id="cleo"),  # was there in January, too
    ]  # fmt: skip
    found = attained(given(deals=DEALS, reps=reps, targets=targets), by=("rep_id",))
    assert (found["ann"], found["bob"]) == (2.0, 0.5)
    assert np.isnan(found["cleo"])


def test_attainment_of_other_metrics(given: Given):
    facts = given(
        deals=DEALS,
        activities=[
            {"activity_id": id, "rep_id": "ann", "type": "meeting", "done_at": "2024-01-05 10:00"} for id in "123"
        ],
        targets=[
            target(4, metric="deals_won"), target(0.5, metric="win_rate"), target(6, metric="activity:meeting"),
            target(1, metric="golf rounds"),
        ],
    )  # fmt: skip
    table = compute(facts, Q1)
    assert value(table, "attainment:deals_won") == 0.5
    assert value(table, "attainment:activity:meeting") == 0.5
    assert value(table, "attainment:win_rate") == pytest.approx(2 / 3 / 0.5)
    # the interval of the rate goes with it: Wilson's of 2 of 3, twice
    assert value(table, "attainment:win_rate", "upper") == pytest.approx(2 * value(table, "win_rate", "upper"))
    assert str(table.unavailable["attainment"]) == "needs a target for Revenue; this export has none"
    assert not table.frame["metric"].str.contains("golf").any()
    with pytest.raises(ConfigError, match="no such metric"):
        compute(facts, Q1, ["attainment:golf rounds"])


def test_targets_of_rates_are_not_added_up(given: Given):
    rates = [target(0.5, metric="win_rate", rep_id=rep) for rep in ("ann", "bob")]
    facts = given(deals=DEALS, reps=REPS, targets=rates)
    assert "attainment:win_rate" in compute(facts, Q1, ["attainment:win_rate"]).unavailable
    found = values(compute(facts, Q1, ["attainment:win_rate"], by=["rep_id"]), "attainment:win_rate")
    assert (found["ann"], found["bob"]) == (2.0, 1.0)


def test_coverage(given: Given):
    facts = given(
        deals=DEALS,
        reps=REPS,
        targets=[target(200, rep_id="ann"), target(50, rep_id="bob"), target(30, rep_id="cleo")],
        snapshots=[
            {"taken_on": pd.Timestamp(day), "deal_id": f"D{number}", "status": "open", "amount": amount}
            for day, open_then in (
                ("2024-02-15", {2: 60.0, 3: 60.0, 4: 20.0, 5: 150.0}),
                ("2024-03-31", {4: 20.0, 5: 150.0}),
            )
            for number, amount in open_then.items()
        ],
    )
    table = compute(facts, Q1, ["coverage"], by=["rep_id"])
    # at the end of March: ann 150 open ÷ (200 − 100); bob is through; cleo 20 open ÷ (30 − 0)
    assert value(table, "coverage", rep_id="ann") == 1.5
    assert value(table, "coverage", rep_id="cleo") == pytest.approx(2 / 3)
    assert np.isnan(value(table, "coverage", rep_id="bob"))
    assert str(table.missing["coverage", "bob"]) == "the target is reached already"
    mid = compute(facts, Q1, ["coverage"], as_of=dt.date(2024, 2, 15), where={"rep_id": "bob"})
    assert value(mid, "coverage") == pytest.approx(120 / 50)  # 2 and 3 are open still, nothing is booked
    done = compute(facts, Q1, ["coverage"], where={"rep_id": "bob"})
    assert str(done.unavailable["coverage"]) == "the target is reached already"


def test_a_rep_with_a_target_and_nothing_else_is_at_zero(given: Given):
    facts = given(deals=DEALS, targets=[target(10, rep_id="zoe"), target(100, rep_id="ann")])
    assert attained(facts, by=("rep_id",))["zoe"] == 0


def test_a_period_that_is_none_is_one_clear_error(given: Given):
    facts = given(deals=DEALS, targets=[target(10, "next spring")])
    with pytest.raises(
        DataError, match=r"table targets, column “period”: This is not a period. Found “next spring”"
    ):
        compute(facts, Q1, ["attainment"])


def test_adventureworks_attainment_agrees_with_plain_pandas(adventureworks, public_data):
    table = compute(
        Facts.of(adventureworks), Period.parse("2011-05-31..2011-08-30"), ["attainment", "revenue"], by=["rep_id"]
    )
    folder = public_data / "adventureworks"
    orders = pd.read_csv(folder / "salesorderheader.csv", parse_dates=["orderdate"])
    orders = orders[(orders["orderdate"] >= "2011-05-31") & (orders["orderdate"] < "2011-08-31")]
    sold = orders.dropna(subset="salespersonid").groupby("salespersonid")["subtotal"].sum()
    quotas = pd.read_csv(folder / "SalesPersonQuotaHistory.csv")
    quotas = quotas[quotas["QuotaDate"] == "2011-05-31 00:00:00"].set_index("BusinessEntityID")["SalesQuota"]
    expected = (sold / quotas).dropna()
    found = pd.Series(values(table, "attainment"))
    found.index = found.index.astype(int)
    assert len(expected) == 10
    np.testing.assert_allclose(found.loc[expected.index.astype(int)], expected)
    assert set(found.index) == set(quotas.index) | set(sold.index.astype(int))
