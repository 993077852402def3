"""What was sold, worked by hand: from orders, else from won deals."""

import datetime as dt

import numpy as np
import pytest
from cases import Given, deal, value, values

from salesreport.kpi import compute
from salesreport.period import Period

Q1, Q2 = Period.parse("2024-Q1"), Period.parse("2024-Q2")

DEALS = [
    deal(1, "ann", "won", "2024-01-01", "2024-01-21", amount=100.0, units=2, gross_profit=30.0, product_line="A"),
    deal(2, "ann", "lost", "2024-01-01", "2024-03-31", amount=60.0, units=9, gross_profit=9.0, product_line="A"),
    deal(3, "bob", "won", "2024-01-01", "2024-04-01", amount=40.0, units=1, gross_profit=-5.0, product_line="B"),
    deal(4, "ann", "won", "2024-04-01", "2024-06-30", amount=150.0, product_line="A"),
]

EARLIER = deal(0, "ann", "lost", "2023-12-01", "2023-12-20", amount=1.0)
"""With it, the data know of all of Q1."""


def order(number: int, rep: str, day: str, amount: float, **more: object) -> dict[str, object]:
    return {"order_id": f"O{number}", "rep_id": rep, "ordered_on": day, "amount": amount, **more}


def test_won_deals_are_sales_where_there_are_no_orders(given: Given):
    table = compute(given(deals=DEALS), Q2, ["revenue", "units", "gross_profit"])
    assert value(table, "revenue") == 190
    assert value(table, "units") == 1
    assert value(table, "gross_profit") == -5
    assert value(table, "gross_profit", "n") == 1  # deal 4 has none
    assert str(table.notes[0]) == "Revenue is counted from won deals: the export has no orders."
    assert table.frame.set_index("metric")["unit"].to_dict() == {
        "revenue": "EUR", "units": "units", "gross_profit": "EUR"
    }  # fmt: skip


def test_orders_are_sales_where_there_are_any(given: Given):
    orders = [
        order(1, "ann", "2024-01-31", 70.0),
        order(2, "bob", "2024-03-31", -20.0),
        order(3, "bob", "2024-04-01", 5.0),
    ]
    table = compute(given(deals=DEALS, orders=orders), Q1, ["revenue", "units"], by=["rep_id"])
    assert values(table, "revenue") == {"ann": 70.0, "bob": -20.0}  # a credit note is negative
    lacking = "needs the numbers of pieces of orders, which this export does not have"
    assert str(table.unavailable["units"]) == lacking
    assert str(table.notes[0]) == "Revenue is counted from orders."


def test_orders_take_from_their_deal_what_they_do_not_say(given: Given):
    orders = [
        order(1, "ann", "2024-01-31", 70.0, deal_id="D1"),
        order(2, "ann", "2024-02-01", 20.0, deal_id="D1", product_line="C"),
        order(3, "ann", "2024-02-01", 10.0),
    ]
    table = compute(given(deals=DEALS, orders=orders), Q1, ["revenue"], by=["product_line"])
    assert value(table, "revenue", product_line="A") == 70
    assert value(table, "revenue", product_line="C") == 20
    assert value(table, "revenue", product_line=None) == 10  # unknown is a group of its own: 100 in all


def test_growth(given: Given):
    facts = given(deals=[EARLIER, *DEALS])
    table = compute(facts, Q2, ["growth"], by=["rep_id"])
    assert value(table, "growth", rep_id="ann") == pytest.approx(0.5)  # 150 after 100
    assert np.isnan(value(table, "growth", rep_id="bob"))  # 40 after nothing
    assert value(compute(facts, Q2, ["growth"]), "growth") == pytest.approx(0.9)  # 190 after 100
    january = compute(facts, Q2, ["growth"], compare_to=Period.parse("2024-01"))
    assert value(january, "growth") == pytest.approx(0.9)


def test_a_period_that_is_not_over_is_compared_up_to_the_same_day(given: Given):
    # up to 10 April, ten days of the quarter: 40 against none in ten days of January; up to 21 April: against 100
    facts = given(deals=[EARLIER, *DEALS])
    cut = compute(facts, Q2, ["growth", "revenue"], as_of=dt.date(2024, 4, 21))
    assert value(cut, "growth") == pytest.approx(40 / 100 - 1)
    assert value(cut, "revenue") == 40
    assert any("the period is not over" in str(note) for note in cut.notes)
    by_rep = compute(facts, Q2, ["growth"], as_of=dt.date(2024, 4, 21), by=["rep_id"])
    assert np.isnan(value(by_rep, "growth", rep_id="bob"))
    assert np.isnan(value(compute(facts, Q2, ["growth"], as_of=dt.date(2024, 4, 10)), "growth"))
    early = compute(given(deals=DEALS), Q2, ["growth"], as_of=dt.date(2024, 4, 10))
    assert (
        str(early.unavailable["growth"])
        == "closed deals are known from Jan 21, 2024 only, after the comparison period"
    )


def test_growth_is_unavailable_where_the_data_begin_within_the_comparison_period(given: Given):
    # 30 of 91 days of Q1 are not known: more than a quarter of them
    later = [*DEALS[1:], deal(5, "ann", "won", "2024-01-01", "2024-01-31", amount=100.0)]
    assert (
        str(compute(given(deals=later), Q2, ["growth"]).unavailable["growth"])
        == "closed deals are known from Jan 31, 2024 only, within the comparison period"
    )


def test_growth_is_unavailable_where_the_data_begin_later(given: Given):
    table = compute(given(deals=DEALS), Q1, ["growth", "revenue"])
    assert (
        str(table.unavailable["growth"])
        == "closed deals are known from Jan 21, 2024 only, after the comparison period"
    )
    assert value(table, "revenue") == 100
