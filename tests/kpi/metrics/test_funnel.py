"""Deals created, won and lost, worked by hand."""

import numpy as np
import pytest
from cases import Given, deal, value, values
from scipy import stats

from salesreport.kpi import compute
from salesreport.period import Period

Q1 = Period.parse("2024-Q1")

DEALS = [
    deal(1, "ann", "won", "2024-01-01", "2024-01-11", amount=100.0),  # 10 days
    deal(2, "ann", "won", "2024-01-05", "2024-02-04", amount=300.0),  # 30 days
    deal(3, "ann", "lost", "2023-12-01", "2024-03-31", amount=50.0),
    deal(4, "bob", "lost", "2024-02-01", "2024-02-02", amount=150.0),
    deal(5, "bob", "won", "2023-06-01", "2024-04-01", amount=999.0),  # closed a day after the quarter
    deal(6, "bob", "open", "2024-03-31", amount=70.0),
]


def test_deals_are_counted_in_the_period_of_their_date(given: Given):
    table = compute(given(deals=DEALS), Q1)
    assert value(table, "deals_created") == 4  # 1, 2, 4 and 6; 3 and 5 were created earlier
    assert value(table, "deals_won") == 2
    assert value(table, "deals_lost") == 2
    assert value(table, "deals_closed") == 4
    assert value(table, "revenue") == 400
    assert value(table, "revenue", "n") == 2


def test_rates_sizes_and_cycles(given: Given):
    table = compute(given(deals=DEALS), Q1)
    assert value(table, "win_rate") == 0.5
    assert value(table, "win_rate", "n") == 4
    # Wilson for 2 of 4: symmetric; half = z√(0.25/4 + z²/64)/(1 + z²/4), z² = 3.8415
    half = 1.959964 * np.sqrt(0.25 / 4 + 3.841459 / 64) / (1 + 3.841459 / 4)
    assert value(table, "win_rate", "lower") == pytest.approx(0.5 - half, abs=1e-6)
    assert value(table, "win_rate_amount") == pytest.approx(400 / 600)
    assert value(table, "avg_deal_size") == 200
    # t with one degree of freedom: 12.7062 · sd 141.42 / √2 = 12.7062 · 100
    assert value(table, "avg_deal_size", "upper") == pytest.approx(200 + stats.t.ppf(0.975, 1) * 100)
    assert value(table, "median_deal_size") == 200
    assert np.isnan(value(table, "median_deal_size", "lower"))  # two deals bound no median
    assert value(table, "cycle_days") == 20
    assert value(table, "cycle_days_mean") == 20


def test_wins_without_losses_are_a_rate_of_one_and_no_certainty(given: Given):
    deals = [deal(number, "ann", "won", "2024-01-01", "2024-02-01", amount=10.0) for number in range(3)]
    deals.append(deal(9, "ann", "lost", "2024-01-01", "2024-05-01"))  # later: the export knows lost deals
    table = compute(given(deals=deals), Q1, ["win_rate", "win_rate_amount", "deals_lost"], by=["rep_id"])
    assert values(table, "win_rate") == {"ann": 1.0}
    assert value(table, "win_rate", "lower", rep_id="ann") == pytest.approx(3 / (3 + 3.841459), abs=1e-6)
    assert value(table, "win_rate", "upper", rep_id="ann") == 1
    assert values(table, "deals_lost") == {"ann": 0.0}
    assert values(table, "win_rate_amount") == {"ann": 1.0}


def test_losses_without_wins_are_a_rate_of_zero(given: Given):
    table = compute(given(deals=[deal(1, "ann", "lost", "2024-01-01", "2024-02-01")]), Q1, ["win_rate"])
    assert value(table, "win_rate") == 0
    assert value(table, "win_rate", "upper") == pytest.approx(1 - 1 / (1 + 3.841459), abs=1e-6)


def test_nothing_closed_is_no_rate(given: Given):
    reps = [{"rep_id": "ann"}, {"rep_id": "idle"}]
    table = compute(given(deals=DEALS, reps=reps), Q1, by=["rep_id"])
    assert value(table, "deals_won", rep_id="idle") == 0
    assert value(table, "deals_won", "n", rep_id="idle") == 0
    for metric in ("win_rate", "avg_deal_size", "median_deal_size", "cycle_days", "velocity", "win_rate_amount"):
        assert np.isnan(value(table, metric, rep_id="idle")), metric
        assert value(table, metric, "n", rep_id="idle") == 0


def test_win_rate_by_amount_is_unavailable_where_lost_deals_carry_nothing(given: Given):
    # 9 lost deals with an amount and 1 without are 10 %, which is still allowed; one more without is too many
    lost = [deal(number, "ann", "lost", "2024-01-01", "2024-02-01", amount=10.0) for number in range(9)]
    lost.append(deal(10, "ann", "lost", "2024-01-01", "2024-02-01", amount=0.0))
    won = [deal(20, "ann", "won", "2024-01-01", "2024-02-01", amount=30.0)]
    alone = [deal(21, "bob", "won", "2024-01-01", "2024-02-01", amount=30.0)]
    table = compute(given(deals=[*lost, *won]), Q1, ["win_rate_amount"])
    assert value(table, "win_rate_amount") == pytest.approx(30 / 120)
    assert value(table, "win_rate_amount", "n") == 10

    lost.append(deal(11, "ann", "lost", "2024-01-01", "2024-02-01"))
    facts = given(deals=[*lost, *won, *alone])
    for where in ({}, {"rep_id": "bob"}):  # bob lost nothing: that is no reason to show him 100 %
        table = compute(facts, Q1, ["win_rate_amount"], where=where)
        assert table.frame.empty
        reason = str(table.unavailable["win_rate_amount"])
        assert reason == "needs amounts on lost deals; 2 of 11 lost deals carry none"


def test_won_deals_without_amount_are_counted_and_not_averaged(given: Given):
    deals = [
        deal(1, "ann", "won", "2024-01-01", "2024-02-01", amount=100.0),
        deal(2, "ann", "won", "2024-01-01", "2024-02-01"),
        deal(3, "ann", "won", "2024-01-01", "2024-02-01", amount=0.0),
    ]
    facts = given(deals=deals)
    table = compute(facts, Q1)
    assert value(table, "deals_won") == 3
    assert value(table, "avg_deal_size") == 100
    assert value(table, "avg_deal_size", "n") == 1
    assert "2 won deals have no amount: they are counted, but not priced." in map(str, facts.credit_notes)


def test_no_amounts_at_all_is_said(given: Given):
    deals = [
        deal(1, "ann", "won", "2024-01-01", "2024-02-01"),
        deal(2, "ann", "won", "2024-01-01", "2024-05-01", amount=5.0),
    ]
    table = compute(given(deals=deals), Q1, ["avg_deal_size", "revenue", "velocity"])
    assert str(table.unavailable["avg_deal_size"]) == "needs amounts on won deals; the 1 deal won carries none"
    assert str(table.unavailable["revenue"]) == "nothing sold in the period carries an amount"
    assert "velocity" in table.unavailable


def test_a_deal_closed_before_it_was_created_has_no_cycle(given: Given):
    deals = [
        deal(1, "ann", "won", "2024-02-10", "2024-02-01", amount=5.0),
        deal(2, "ann", "won", "2024-02-01", "2024-02-09", amount=5.0),
    ]
    facts = given(deals=deals)
    table = compute(facts, Q1, ["cycle_days", "deals_won"])
    assert value(table, "cycle_days") == 8
    assert value(table, "cycle_days", "n") == 1
    assert value(table, "deals_won") == 2
    assert (facts.closed(Q1)["cycle_days"].dropna() >= 0).all()
    assert any("closed before it was created" in str(note) for note in facts.credit_notes)
