"""The table of figures: its shape, its groups, its errors, and what must never change it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from cases import Given, deal, value, values

from salesreport.errors import ConfigError
from salesreport.kpi import DIMENSIONS, METRICS, Facts, compute, contract
from salesreport.language import Text
from salesreport.period import Period

Q1 = Period.parse("2024-Q1")

DEALS = [
    deal(1, "ann", "won", "2024-01-01", "2024-02-01", amount=100.0, segment="X", product_line="P"),
    deal(2, "bob", "won", "2024-01-01", "2024-03-01", amount=60.0, segment=None, product_line="P"),
    deal(3, "bob", "lost", "2024-01-01", "2024-03-01", amount=60.0, segment="X", product_line=None),
    deal(4, "ann", "open", "2024-01-01", amount=5.0, segment="Y", product_line="Q"),
]


def test_the_table_has_exactly_the_promised_columns_and_types(given: Given):
    facts = given(deals=DEALS)
    for by in ((), ("rep_id",), ("segment", "product_line")):
        frame = compute(facts, Q1, by=by).frame
        assert list(frame.columns) == ["metric", *by, "period", "value", "n", "lower", "upper", "unit"]
        assert (frame.dtypes[["value", "n", "lower", "upper"]] == np.float64).all()
        assert all(frame[name].dtype == "str" for name in ("metric", *by, "period", "unit"))
        assert not frame.duplicated(["metric", *by]).any()
        assert set(frame["period"]) == {"2024-Q1"}
    nothing = compute(facts, Q1, ["satisfaction"], by=["rep_id"]).frame
    assert nothing.empty
    assert list(nothing.columns) == ["metric", "rep_id", "period", "value", "n", "lower", "upper", "unit"]


def test_metrics_come_in_the_order_asked_for(given: Given):
    frame = compute(given(deals=DEALS), Q1, ["win_rate", "revenue", "win_rate"]).frame
    assert list(frame["metric"]) == ["win_rate", "revenue"]


def test_what_is_missing_is_a_group_of_its_own_only_where_it_matters(given: Given):
    frame = compute(given(deals=DEALS), Q1, ["revenue", "deals_in_funnel"], by=["segment"]).frame
    revenue = frame[frame["metric"] == "revenue"]
    assert revenue["value"].sum() == 160
    assert revenue.loc[revenue["segment"].isna(), "value"].tolist() == [60]
    funnel = frame[frame["metric"] == "deals_in_funnel"]
    assert funnel["segment"].tolist() == ["X", "Y"]  # no open deal lacks a segment


def test_reps_at_work_are_there_with_nothing_and_others_are_not(given: Given):
    reps = [
        {"rep_id": "ann", "hired_on": None, "left_on": None},
        {"rep_id": "new", "hired_on": "2024-03-31", "left_on": None},
        {"rep_id": "later", "hired_on": "2024-04-01", "left_on": None},
        {"rep_id": "gone", "hired_on": None, "left_on": "2023-12-31"},
        {"rep_id": "left", "hired_on": None, "left_on": "2024-01-01"},
    ]
    table = compute(given(deals=DEALS, reps=reps), Q1, ["deals_won", "win_rate"], by=["rep_id"])
    assert values(table, "deals_won") == {"ann": 1, "bob": 1, "left": 0, "new": 0}
    assert np.isnan(values(table, "win_rate")["new"])
    selected = compute(given(deals=DEALS, reps=reps), Q1, ["deals_won"], by=["rep_id"], where={"rep_id": "new"})
    assert values(selected, "deals_won") == {"new": 0}


def test_selections_and_breakdowns_combine(given: Given):
    facts = given(deals=DEALS)
    table = compute(facts, Q1, ["deals_closed"], by=["rep_id", "product_line"], where={"segment": ["X"]})
    assert value(table, "deals_closed", rep_id="ann", product_line="P") == 1
    assert value(table, "deals_closed", rep_id="bob", product_line=None) == 1
    assert table.frame["value"].sum() == 2
    everything = compute(facts, Q1, ["deals_created"], by=["segment", "product_line", "rep_id"])
    assert everything.frame["value"].sum() == 4


def test_many_possible_groups_are_found_by_sorting_just_as_by_table(given: Given, monkeypatch: pytest.MonkeyPatch):
    facts = given(deals=DEALS)
    dense = compute(facts, Q1, by=["rep_id", "segment", "product_line"]).frame
    monkeypatch.setattr("salesreport.kpi.facts.groups._DENSE", 0)
    pd.testing.assert_frame_equal(compute(facts, Q1, by=["rep_id", "segment", "product_line"]).frame, dense)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"metrics": ["win_rat"]}, "There is no such metric. Found “win_rat”. Did you mean “win_rate”?"),
        ({"metrics": ["profit margin"]}, "There is no such metric. Found “profit margin”"),
        ({"metrics": ["win_rate:x"]}, "There is no such metric"),
        ({"metrics": ["activity:"]}, "There is no such metric"),
        ({"metrics": ["attainment:coverage"]}, "no target of its own"),
        ({"by": ["rep_idd"]}, "cannot be broken down by this. Found “rep_idd”.*Did you mean “rep_id”"),
        ({"where": {"sgment": ["X"]}}, "cannot be broken down by this. Found “sgment”"),
        ({"where": {"rep_id": ["anne"]}}, "no rep of this name in the data. Found “anne”. Did you mean “ann”"),
        (
            {"as_of": dt.date(2025, 1, 1)},
            "Nothing is known of that day yet. Found “2025-01-01”. Expected Dec 31, 2024",
        ),
        ({"as_of": dt.date(2023, 12, 31)}, "Nothing is known of this period yet"),
    ],
)
def test_mistakes_are_one_clear_error(given: Given, asked, message):
    with pytest.raises(ConfigError, match=message):
        compute(given(deals=DEALS), Q1, **asked)


def test_a_period_in_the_future_is_refused_and_one_before_the_data_is_unavailable(given: Given):
    facts = given(deals=DEALS)
    with pytest.raises(ConfigError, match=r"Nothing is known of this period yet\. Found “2025-Q1”"):
        compute(facts, Period.parse("2025-Q1"))
    table = compute(facts, Period.parse("2023-Q4"))
    assert table.frame.empty  # never a silent zero
    assert str(table.unavailable["deals_won"]) == "closed deals are known from Feb 1, 2024 only, after the period"


def test_facts_seen_from_an_earlier_day_know_nothing_later(given: Given):
    dataset = given(deals=DEALS).dataset
    facts = Facts.of(dataset, as_of=dt.date(2024, 2, 15))
    table = compute(facts, Q1, ["deals_won", "deals_lost", "deals_in_funnel"])
    assert value(table, "deals_won") == 1
    assert value(table, "deals_lost") == 0
    assert value(table, "deals_in_funnel") == 3
    with pytest.raises(ConfigError, match="Nothing is known of that day yet"):
        Facts.of(dataset, as_of=dt.date(2025, 2, 15))


def test_tables_that_are_absent_are_said(given: Given):
    table = compute(
        given(activities=[{"activity_id": "1", "rep_id": "ann", "type": "call", "done_at": "2024-02-01"}]), Q1
    )
    assert str(table.unavailable["win_rate"]) == "needs deals, which this export does not have"
    assert value(table, "activity") == 1
    teams = compute(given(deals=DEALS), Q1, ["deals_won"], by=["team"])
    assert str(teams.unavailable["deals_won"]) == "cannot be told by team, which is not known of closed deals"


def test_every_contract_is_complete():
    for key, metric in METRICS.items():
        assert metric.key == key
        assert metric.reference
        assert metric.minimum_n >= 1
        assert metric.needs
        for what in (metric.title, metric.formula, metric.numerator, metric.date_basis, metric.credit):
            assert isinstance(what, Text)
            assert str(what)
    assert METRICS["win_rate"].denominator is not None


def test_contracts_of_parameters(given: Given):
    facts = given(deals=DEALS)
    metric = contract("attainment:win_rate", facts)
    assert str(metric.title) == "Attainment: Win rate"
    assert metric.target == "win_rate"
    assert ("targets", "value") in metric.needs
    assert metric.unit == "share"


def test_public_frames_carry_all_dimensions_share_and_their_own_columns(given: Given):
    closed = given(deals=DEALS).closed(Q1)
    assert {*DIMENSIONS, "share", "on", "won", "cycle_days", "deal_id", "amount", "stage"} <= set(closed.columns)
    assert closed["cycle_days"].tolist() == [31, 60, 60]
    closed["share"] = 0  # what is done to a frame stays there
    assert given(deals=DEALS).closed(Q1)["share"].sum() == 3


def test_maven_agrees_with_the_published_figures(maven):
    period = Period.parse("2017-Q4")
    facts = Facts.of(maven)
    team = compute(facts, period)
    assert value(team, "deals_closed") == 1_985
    assert value(team, "deals_won") == 1_196
    assert value(team, "deals_lost") == 789
    assert value(team, "revenue") == 2_802_496
    assert value(team, "cycle_days") == 51
    assert (
        str(team.unavailable["win_rate_amount"]) == "needs amounts on lost deals; 789 of 789 lost deals carry none"
    )
    reps = compute(facts, period, by=["rep_id"])
    for name, won, closed in (("Versie Hillebrand", 51, 72), ("Garret Kinder", 16, 35)):
        assert value(reps, "deals_won", rep_id=name) == won
        assert value(reps, "deals_closed", rep_id=name) == closed
        assert value(reps, "win_rate", rep_id=name) == won / closed
    assert (pd.Series(values(reps, "deals_closed")) > 0).sum() == 30
    assert "500 open deals have no creation date" in " ".join(map(str, facts.credit_notes))


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"reps": [{"rep_id": "ann"}]},
        {"deals": [deal(1, "ann", "open", None)]},
        {"deals": [deal(1, "ann", "won", None)]},  # closed, and nobody knows when
        {"deals": DEALS, "deal_owners": [{"deal_id": "D1", "rep_id": "zoe", "share": 0.0}]},
        {"deals": DEALS, "rep_history": [{"rep_id": "ann", "from": "2024-01-01", "team": "T"}]},
        {"deals": DEALS, "stage_events": [{"deal_id": "D9", "stage": "s", "entered_at": "2024-01-01"}]},
        {"leads": [{"lead_id": "1", "created_at": "2024-01-01"}]},
        {"feedback": [{"on": "2024-01-02", "kind": "complaint"}]},
        {"targets": [{"metric": "attainment", "period": "2024-Q1", "value": 5.0}]},
    ],
)
@pytest.mark.parametrize("by", [(), ("rep_id",), ("team", "segment"), DIMENSIONS])
def test_almost_empty_exports_give_reasons_not_tracebacks(given: Given, tables, by):
    dataset = given(**tables).dataset
    for reopened in ("last_close", "first_close"):
        facts = Facts.of(dataset, reopened=reopened)
        table = compute(facts, Q1, by=by)
        # a metric that takes a milestone is told of each there is
        told = {key.partition(":")[0] for key in (*table.frame["metric"], *table.unavailable)}
        assert told >= set(METRICS)
        assert all(str(note) for note in facts.credit_notes)
        assert list(facts.open().columns[: len(DIMENSIONS)]) == list(DIMENSIONS)
