import numpy as np
import pandas as pd


def test_orders_of_a_won_deal_add_up_to_it(company):
    deals, orders = company.tables["deals"], company.tables["orders"]
    won = deals[deals["status"] == "won"].set_index("deal_id").sort_index()
    by_deal = orders.dropna(subset="deal_id").groupby("deal_id")
    for column in ("amount", "gross_profit", "units"):
        added = by_deal[column].sum()
        assert added.index.equals(won.index)
        assert np.abs(added - won[column]).max() < 0.03  # each of at most three orders is rounded to the cent
    assert (by_deal["ordered_on"].min() == won["closed_on"]).all()
    assert set(by_deal.size()) == {1, 2, 3}
    for column in ("rep_id", "account_id", "product_line"):
        joined = orders.dropna(subset="deal_id").merge(deals, on="deal_id", suffixes=("", "_deal"))
        same = joined[column] == joined[f"{column}_deal"]
        assert same.all() if column != "rep_id" else same.mean() > 0.99  # a rep may leave between two deliveries


def test_repeat_orders_belong_to_no_deal_but_to_an_old_customer(company):
    orders, deals = company.tables["orders"], company.tables["deals"]
    repeat = orders[orders["deal_id"].isna()]
    assert 0.1 < len(repeat) / len(orders) < 0.4
    first_won = deals[deals["status"] == "won"].groupby("account_id")["closed_on"].min()
    assert (repeat["ordered_on"].to_numpy() >= first_won[repeat["account_id"]].to_numpy()).all()
    assert repeat["amount"].median() < orders.dropna(subset="deal_id")["amount"].median() / 2


def test_an_order_is_units_times_unit_price(company):
    orders = company.tables["orders"]
    assert np.abs(orders["units"] * orders["unit_price"] - orders["amount"]).max() < 0.006
    assert (orders["unit_price"] <= orders["list_price"] + 0.005).all()


def test_some_customers_pay_late_and_some_not_yet(company):
    orders = company.tables["orders"]
    paid = orders.dropna(subset="paid_on")
    late = (paid["paid_on"] - paid["due_on"]).dt.days
    assert (paid["paid_on"] >= paid["ordered_on"]).all()
    assert 0.1 < (late > 7).mean() < 0.5
    # late payers are the same customers again and again: a customer's payments resemble each other
    several = late.groupby(paid["account_id"]).transform("size") > 1
    within = late[several].groupby(paid["account_id"]).transform(lambda days: days - days.mean()).std()
    assert within < 0.8 * late.std()
    unpaid = orders[orders["paid_on"].isna()]
    assert len(unpaid) > 50
    assert (unpaid["due_on"] > pd.Timestamp(company.settings.as_of)).mean() > 0.4
