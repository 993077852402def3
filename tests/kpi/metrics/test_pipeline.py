"""What was open on a day, worked by hand."""

import datetime as dt

import pandas as pd
import pytest
from cases import Given, deal, value, values

from salesreport.kpi import compute
from salesreport.period import Period

Q1 = Period.parse("2024-Q1")

DEALS = [
    deal(1, "ann", "won", "2024-01-01", "2024-01-21", amount=100.0),  # 20 days
    deal(2, "ann", "lost", "2024-01-01", "2024-03-31", amount=60.0),
    deal(3, "ann", "won", "2024-01-01", "2024-04-01", amount=40.0),  # still open at the end of March
    deal(4, "ann", "open", "2024-02-01", amount=500.0),
    deal(5, "bob", "open", "2024-04-01", amount=700.0),
    deal(6, "bob", "open", None, amount=900.0),  # counts only today and where a snapshot shows it
    deal(7, "bob", "open", "2024-03-01"),
    deal(8, "bob", "won", "2024-02-01", "2024-02-11", amount=50.0),  # 10 days
]


SEEN = [
    {"taken_on": pd.Timestamp("2024-03-31"), "deal_id": f"D{number}", "status": "open", "amount": amount}
    for number, amount in ((3, 30.0), (4, 450.0), (6, 880.0), (7, None))
]
"""The pipeline as it was at the end of March: amounts have changed since."""


def test_open_on_a_day(given: Given):
    facts = given(deals=DEALS, snapshots=SEEN)
    then = compute(facts, Q1, ["deals_in_funnel", "pipeline_value"])
    assert value(then, "deals_in_funnel") == 4  # 3, 4, 6, 7
    assert value(then, "pipeline_value") == 30 + 450 + 880
    assert value(then, "pipeline_value", "n") == 3  # 7 carries no amount
    assert str(then.caveats["pipeline_value",]) == "1 of 4 carries no amount"
    now = compute(facts, Q1, ["deals_in_funnel", "pipeline_value"], as_of=dt.date(2024, 12, 31))
    assert value(now, "deals_in_funnel") == 4  # 4, 5, 6, 7
    assert value(now, "pipeline_value") == 2_100


def test_today_s_amounts_and_deals_do_not_stand_in_for_an_earlier_day(given: Given):
    table = compute(given(deals=DEALS), Q1, ["deals_in_funnel", "pipeline_value", "velocity"])
    # 3, 4 and 7 were open; whether 6 was, one of four, nobody knows
    assert "nobody knows whether it was open on Mar 31, 2024" in str(table.unavailable["deals_in_funnel"])
    assert set(table.unavailable) == {"deals_in_funnel", "pipeline_value", "velocity"}
    dated = [one for one in DEALS if one["deal_id"] != "D6"]
    table = compute(given(deals=dated), Q1, ["deals_in_funnel", "pipeline_value"])
    assert value(table, "deals_in_funnel") == 3
    assert str(table.unavailable["pipeline_value"]) == (
        "what open deals were worth on Mar 31, 2024 is not known: no snapshots up to then"
    )


def test_the_day_a_deal_closes_it_is_no_longer_open(given: Given):
    opened = given(deals=DEALS)
    assert set(opened.open(dt.date(2024, 3, 30))["deal_id"]) == {"D2", "D3", "D4", "D7"}
    assert set(opened.open(dt.date(2024, 3, 31))["deal_id"]) == {"D3", "D4", "D7"}
    assert set(opened.open(dt.date(2024, 4, 1))["deal_id"]) == {"D4", "D5", "D7"}


def test_age_is_counted_from_creation_and_missing_without_it(given: Given):
    ages = given(deals=DEALS).open().set_index("deal_id")["age_days"]
    assert ages["D5"] == 274  # 1 April to 31 December: 366 − 91 − 1
    assert ages.isna().to_dict() == {"D4": False, "D5": False, "D6": True, "D7": False}


def test_velocity(given: Given):
    facts = given(deals=[one for one in DEALS if one["deal_id"] != "D6"])
    table = compute(facts, Q1, ["velocity"], by=["rep_id"])
    # ann: 2 open (3, 4) × mean won 100 × 1 of 2 ÷ 20 days = 5 a day; bob: 1 open (7) × 50 × 1 of 1 ÷ 10 = 5 a day
    assert values(table, "velocity") == {"ann": 5.0, "bob": 5.0}
    assert set(table.frame["unit"]) == {"EUR/day"}
    # both: 3 open × mean 75 × 2 of 3 ÷ mean 15 days = 10
    assert value(compute(facts, Q1, ["velocity"]), "velocity") == pytest.approx(10)


def test_no_amounts_on_open_deals_is_said(given: Given):
    deals = [
        deal(1, "ann", "open", "2024-01-01"),
        deal(2, "ann", "open", "2024-01-01", amount=0.0),
        deal(3, "ann", "won", "2024-01-01", "2024-01-02", amount=5.0),
    ]
    table = compute(given(as_of="2024-03-31", deals=deals), Q1, ["pipeline_value", "deals_in_funnel"])
    reason = str(table.unavailable["pipeline_value"])
    assert reason == "needs amounts on open deals; none of the 2 open deals carries one"
    assert value(table, "deals_in_funnel") == 2


def test_deals_without_any_creation_date_are_open_today(given: Given):
    table = compute(given(deals=[deal(1, "ann", "open", None, amount=5.0)]), Period.parse("2024-Q4"))
    assert value(table, "deals_in_funnel") == 1
    assert "deals_created" in table.unavailable
