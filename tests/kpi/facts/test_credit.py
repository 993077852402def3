"""Who gets the credit: owners on the day, by their shares, in their team of that day."""

import datetime as dt

import pytest
from cases import Given, deal, value, values

from salesreport.kpi import compute
from salesreport.kpi.facts import credit
from salesreport.period import Period

Q1, Q2 = Period.parse("2024-Q1"), Period.parse("2024-Q2")


def test_credit_goes_to_the_owner_on_the_day_of_each_event(given: Given):
    facts = given(
        deals=[
            deal(1, "cleo", "won", "2024-01-10", "2024-02-20", amount=100.0),
            deal(2, "ann", "lost", "2023-01-10", "2023-02-20"),  # the export is not of won deals only
        ],
        deal_owners=[
            {"deal_id": "D1", "rep_id": "ann", "from": None, "to": "2024-01-31", "share": None},
            {"deal_id": "D1", "rep_id": "bob", "from": "2024-02-01", "to": None, "share": None},
        ],
    )
    table = compute(facts, Q1, ["deals_created", "deals_won", "revenue"], by=["rep_id"])
    assert values(table, "deals_created") == {"ann": 1, "bob": 0}
    assert values(table, "deals_won") == {"ann": 0, "bob": 1}
    assert values(table, "revenue") == {"ann": 0, "bob": 100}
    assert list(facts.open(dt.date(2024, 1, 31))["rep_id"]) == ["ann"]  # the last day is his
    assert list(facts.open(dt.date(2024, 2, 1))["rep_id"]) == ["bob"]
    assert str(facts.credit_notes[0]).startswith("Credit goes to the owners on the day of the event")


def test_a_shared_deal_is_split_and_stays_one_deal(given: Given):
    facts = given(
        deals=[
            deal(1, "ann", "won", "2024-01-10", "2024-02-20", amount=100.0, product_line="A"),
            deal(2, "ann", "won", "2024-01-10", "2024-02-20", amount=10.0),
            deal(3, "bob", "lost", "2024-01-10", "2024-02-20", amount=10.0),
        ],
        deal_owners=[
            {"deal_id": "D1", "rep_id": "ann", "share": 0.75},
            {"deal_id": "D1", "rep_id": "bob", "share": 0.25},
        ],
    )
    by_rep = compute(facts, Q1, by=["rep_id"])
    assert values(by_rep, "deals_won") == {"ann": 1.75, "bob": 0.25}
    assert values(by_rep, "revenue") == {"ann": 85.0, "bob": 25.0}
    assert values(by_rep, "win_rate") == {"ann": 1.0, "bob": 0.2}  # 0.25 of 1.25
    assert values(by_rep, "avg_deal_size") == {"ann": pytest.approx(85 / 1.75), "bob": 100.0}
    everybody = compute(facts, Q1)
    assert value(everybody, "deals_won") == 2
    assert value(everybody, "avg_deal_size") == 55  # two deals, not three
    assert value(everybody, "median_deal_size") == 55
    assert facts.closed(Q1).groupby("deal_id")["share"].sum().to_dict() == {"D1": 1.0, "D2": 1.0, "D3": 1.0}


def test_shares_that_do_not_add_up_are_scaled_and_said(given: Given):
    facts = given(
        deals=[deal(1, "ann", "won", "2024-01-10", "2024-02-20", amount=100.0)],
        deal_owners=[
            {"deal_id": "D1", "rep_id": "ann", "to": "2024-02-20"},
            {"deal_id": "D1", "rep_id": "bob", "from": "2024-02-20"},  # both on the closing day: 1 + 1
        ],
    )
    assert values(compute(facts, Q1, ["deals_won"], by=["rep_id"]), "deals_won") == {"ann": 0.5, "bob": 0.5}
    assert "The shares of 1 deal's owners do not add up to one and were scaled." in map(str, facts.credit_notes)


def test_without_owner_on_the_day_the_current_one_has_credit(given: Given):
    facts = given(
        deals=[
            deal(1, "cleo", "won", "2024-01-10", "2024-02-20"),
            deal(2, "dan", "won", "2024-01-10", "2024-02-20"),
        ],
        deal_owners=[
            {"deal_id": "D1", "rep_id": "ann", "from": "2024-03-01"},
            {"deal_id": "D9", "rep_id": "ghost", "from": None},  # a deal that is not in the export
        ],
    )
    assert values(compute(facts, Q1, ["deals_won"], by=["rep_id"]), "deals_won") == {"cleo": 1, "dan": 1}


def test_without_history_of_owners_the_current_one_has_credit_and_it_is_said(given: Given):
    facts = given(deals=[deal(1, "ann", "won", "2024-01-10", "2024-02-20")])
    assert str(facts.credit_notes[0]) == "Credit goes to the current owner: the export has no history of owners."


def test_an_order_of_a_shared_deal_is_shared_and_other_orders_are_their_reps(given: Given):
    facts = given(
        deals=[
            deal(1, "ann", "won", "2024-01-10", "2024-02-20"),
            deal(2, "ann", "won", "2024-01-10", "2024-02-20"),
        ],
        deal_owners=[
            {"deal_id": "D1", "rep_id": "ann", "share": 0.5},
            {"deal_id": "D1", "rep_id": "bob", "share": 0.5},
            {"deal_id": "D2", "rep_id": "cleo", "share": 1.0},
        ],
        orders=[
            {"order_id": "O1", "rep_id": "ann", "ordered_on": "2024-03-01", "amount": 60.0, "deal_id": "D1"},
            {"order_id": "O2", "rep_id": "ann", "ordered_on": "2024-03-01", "amount": 7.0, "deal_id": "D2"},
            {"order_id": "O3", "rep_id": "ann", "ordered_on": "2024-03-01", "amount": 3.0, "deal_id": None},
        ],
    )
    revenue = values(compute(facts, Q1, ["revenue", "deals_won"], by=["rep_id"]), "revenue")
    assert revenue == {"ann": 40.0, "bob": 30.0, "cleo": 0.0}


def test_reps_count_in_their_team_of_the_day(given: Given):
    facts = given(
        deals=[
            deal(1, "ann", "won", "2024-01-10", "2024-03-31"),
            deal(2, "ann", "won", "2024-01-10", "2024-04-01"),
            deal(3, "bob", "won", "2024-01-10", "2024-04-01"),
            deal(4, "stranger", "won", "2024-01-10", "2024-04-01"),
        ],
        reps=[
            {"rep_id": "ann", "team": "South", "manager": "M2"},
            {"rep_id": "bob", "team": "North", "manager": "M1"},
        ],
        rep_history=[
            {"rep_id": "ann", "from": "2023-01-01", "to": "2024-03-31", "team": "North", "manager": None},
            {"rep_id": "ann", "from": "2024-04-01", "to": None, "team": "South", "manager": "M2"},
        ],
    )
    assert values(compute(facts, Q1, ["deals_won"], by=["team"]), "deals_won", "team") == {"North": 1}
    later = compute(facts, Q2, ["deals_won"], by=["team"])
    assert value(later, "deals_won", team="South") == 1
    assert value(later, "deals_won", team="North") == 1
    assert value(later, "deals_won", team=None) == 1  # nobody knows the stranger's team; the total is still 3
    # the history does not say who led ann in Q1, so today's manager does
    assert values(compute(facts, Q1, ["deals_won"], by=["manager"]), "deals_won", "manager") == {"M1": 0, "M2": 1}
    assert "Reps count in the team they were in at the time of the event." in map(str, facts.credit_notes)


@pytest.mark.parametrize("at_a_time", [1, 2, 1_000])
def test_days_before_the_first_and_between_two_placements_take_todays(
    given: Given, monkeypatch: pytest.MonkeyPatch, at_a_time: int
):
    monkeypatch.setattr(credit, "_BLOCK", at_a_time)
    facts = given(
        deals=[
            deal(n, "ann", "won", "2022-01-01", day)
            for n, day in enumerate(["2022-12-31", "2023-06-30", "2023-07-01"])
        ],
        reps=[{"rep_id": "ann", "team": "now"}],
        rep_history=[
            {"rep_id": "ann", "from": "2023-01-01", "to": "2023-06-30", "team": "then"},
            {"rep_id": "zoe", "from": "2020-01-01", "to": None, "team": "other"},
        ],
    )
    closed = facts.closed(Period.parse("2022-01-01..2023-12-31")).set_index("deal_id")["team"]
    assert closed.astype(str).to_dict() == {"D0": "now", "D1": "then", "D2": "now"}
