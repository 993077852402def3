"""Cash plans: a customer whose payments are known by hand, the sample company's past plans, and no look ahead."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import Given, Rows, dataset_of, deal

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.kpi.customers.cash import (
    cash_backtest,
    cash_haircuts,
    cash_notes,
    cash_plan,
    cash_sources,
    cash_total,
)
from salesreport.kpi.customers.cash_history import Past, profile_of
from salesreport.kpi.customers.payments import FIRST_DUE, PARTS, months_after, owed, paid, without_date
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.process import ProcessFile, process_of

FILE = ProcessFile()
"""The seven categories; no milestones."""

DECEMBER = dt.date(2024, 12, 31)


def order(number: int, on: Any, due: Any, paid_on: Any, amount: float = 100.0, **more: Any) -> dict[str, Any]:
    return {"order_id": f"O{number}", "rep_id": "ann", "account_id": "x", "ordered_on": on, "amount": amount,
            "due_on": due, "paid_on": paid_on, **more}  # fmt: skip


def steady(until: dt.date = DECEMBER, begin: str = "2023-06-15", months: int = 19) -> Rows:
    """Two orders on the 15th of each month, due on the 5th of the next; one paid then, the other a month later."""
    rows: Rows = []
    for month in range(months):
        on = pd.Timestamp(begin) + pd.DateOffset(months=month)
        for late in (0, 1):
            due = on + pd.DateOffset(months=1) - pd.Timedelta(days=10)
            pays = due + pd.DateOffset(months=late)
            rows.append(order(2 * month + late, on, due, pays if pays.date() <= until else None))
    return rows


def test_a_steady_customer_by_hand(given: Given):
    facts = given(orders=steady())
    total = cash_total(facts, FILE, DECEMBER)
    # at the end of December: both of December are due in January, one comes then and one in February;
    # November's second is overdue and comes in January. Of the orders to come, January's first pays in February,
    # its second and February's first in March.
    assert [month.name for month in total["month"]] == ["2025-01", "2025-02", "2025-03"]
    assert total["due"].tolist() == [300.0, 0.0, 0.0]
    assert total["from_due"].tolist() == pytest.approx([200.0, 100.0, 0.0])
    assert total["from_other"].tolist() == pytest.approx([0.0, 100.0, 200.0])
    assert total["expected"].tolist() == pytest.approx([200.0] * 3)
    assert total["lower"].tolist() == pytest.approx([200.0] * 3)  # it was never otherwise
    assert total["upper"].tolist() == pytest.approx([200.0] * 3)
    plan = cash_plan(facts, FILE, DECEMBER)
    assert plan[plan["expected"] > 0]["category"].unique().tolist() == ["A"]  # with something overdue, always A
    assert plan["category"].notna().all()

    cuts = cash_haircuts(facts, FILE, DECEMBER)
    whole = cuts[cuts["category"].isna()].set_index("kind")
    # the ends of July 2023 (the first payment was on the 5th) … November 2024: 17 with two due and one overdue
    assert whole.loc["due", "share"] == pytest.approx(0.5)
    assert whole.loc["due", "n"] == 34
    assert whole.loc["overdue", ["share", "n"]].tolist() == [pytest.approx(1.0), 17]
    shares = cash_sources(facts, FILE, DECEMBER).set_index(["category", "ahead"])
    assert shares.loc[[("A", 1), ("A", 2), ("A", 3)], "share"].tolist() == pytest.approx([0.0, 0.5, 1.0])
    assert shares.loc[("A", 3), "n"] == 12
    assert "earlier days" in str(cash_notes(facts, FILE, DECEMBER)[0])


def test_its_backtest_by_hand(given: Given):
    tested = cash_backtest(given(orders=steady()), FILE, folds=3)
    # due: 300, 0, 0; came: 200 each month: (100 + 200 + 200) ÷ 600
    assert tested.frame["actual"].tolist() == [200.0] * 9
    overall = tested.scores.iloc[-1]
    assert overall["wape_naive"] == pytest.approx(5 / 6)
    assert overall["wape"] == pytest.approx(0.0, abs=1e-9)
    assert tested.scores["n"].tolist() == [3, 3, 3, 9]


def test_in_the_middle_of_a_month_the_first_is_the_rest_of_it(given: Given):
    day = dt.date(2024, 12, 20)
    total = cash_total(given(orders=steady()), FILE, day)
    assert [month.name for month in total["month"]] == ["2024-12-21..2024-12-31", "2025-01", "2025-02"]
    # nothing comes before the 5th of January; then as above
    assert total["expected"].tolist() == pytest.approx([0.0, 200.0, 200.0])
    assert total["due"].tolist() == [100.0, 200.0, 0.0]


def test_what_is_owed_by_hand(given: Given):
    facts = given(
        deals=[
            deal(1, "ann", "won", "2024-01-01", "2024-12-01", account_id="y", amount=500.0),
            deal(2, "ann", "won", "2024-01-01", "2024-06-01", account_id="y", amount=80.0),
            deal(3, "ann", "won", "2024-01-01", "2024-06-01", account_id="y", amount=70.0),
            deal(4, "ann", "open", "2024-01-01", account_id="y", amount=900.0),
        ],
        orders=[
            order(1, "2024-12-01", "2024-12-31", None, 1.0),  # overdue 0 days
            order(2, "2024-01-01", "2024-11-30", None, 2.0),  # overdue 31 days
            order(3, "2024-01-01", "2024-01-01", None, 4.0),  # overdue for long
            order(4, "2024-12-01", "2025-01-10", None, 8.0),  # January has 31 days: thirds from 1, 12, 22
            order(5, "2024-12-01", "2025-01-12", None, 16.0),
            order(6, "2024-12-01", "2025-02-28", None, 32.0),
            order(7, "2024-12-01", "2025-03-01", None, 64.0),  # after the two months
            order(8, "2024-12-01", None, None, 128.0),
            order(9, "2024-12-01", "2024-12-15", "2024-12-31", 256.0),  # paid that very day
            order(10, "2024-12-01", "2024-12-15", "2025-01-01", 512.0, deal_id="D1", account_id=None),
            order(11, "2024-06-01", "2024-06-15", "2024-06-15", 70.0, deal_id="D3", account_id=None),
        ],
    )
    money = owed(facts, DECEMBER, 2)
    found = sorted(zip(money.amount.tolist(), money.kind.tolist(), money.stated.tolist(), strict=True))
    later = FIRST_DUE + 2 * PARTS
    assert found == [
        (1.0, 0, 0), (2.0, 1, 0), (4.0, 2, 0), (8.0, FIRST_DUE, 0), (16.0, FIRST_DUE + 1, 0),
        (32.0, FIRST_DUE + PARTS + 2, 1), (64.0, later, -1),
        (80.0, without_date(2) + 2, -1),  # D2 was signed long ago and never ordered; D1 is ordered in full
        (128.0, without_date(2), -1), (512.0, 0, 0),
    ]  # fmt: skip


def test_payments_of_the_sample_add_up(sample: Dataset):
    facts = Facts.of(sample)
    day = dt.date(2025, 6, 30)
    of_it, beside = paid(facts, owed(facts, day, 3), day, 3)
    orders = sample.table("orders")
    for number, month in enumerate(months_after(day, 3)):
        raw = orders[month.mask(orders["paid_on"])]
        assert of_it[:, number].sum() + beside[:, number].sum() == pytest.approx(raw["amount"].sum())
        known = raw[raw["ordered_on"] <= pd.Timestamp(day)]
        assert of_it[:, number].sum() >= known["amount"].sum() - 1e-6  # and follow-up orders of signed deals


def test_a_category_counts_with_enough_cases_only():
    # by category, one kind, one month: 240 of 300 in 30 cases, 20 of 100 in 10: together 0.65.
    # the first: 30 ÷ 50 × 0.8 + 20 ÷ 50 × 0.65 = 0.74; the second has too few. A kind never owed: as all.
    risk = np.array([[[300.0, 0.0], [100.0, 0.0]]])[..., None]
    came = np.array([[[240.0, 0.0], [20.0, 0.0]]])[..., None]
    cases = np.array([[[30.0, 0.0], [10.0, 0.0]]])
    past = Past([DECEMBER], np.ones((1, 1), bool), risk, came, cases, np.zeros((1, 2, 1)), np.ones((1, 2)))
    found = profile_of(past, np.ones((1, 1)))[0, ..., 0]
    np.testing.assert_allclose(found, [[0.74, 0.65], [0.65, 0.65]])


def test_categories_add_up_to_the_total(sample: Dataset):
    facts, file = Facts.of(sample), process_of(sample)
    for day in (facts.as_of, dt.date(2025, 5, 17)):
        plan, total = cash_plan(facts, file, day), cash_total(facts, file, day)
        names = ["due", "from_due", "from_signed", "from_other", "expected"]
        parts = (
            plan.assign(month=[month.name for month in plan["month"]]).groupby("month", sort=False)[names].sum()
        )
        np.testing.assert_allclose(parts, total[names])
        assert (plan["lower"] <= plan["upper"]).all()
        assert ((total["lower"] <= total["expected"]) & (total["expected"] <= total["upper"])).all()
        orders = sample.table("orders")
        on = pd.Timestamp(day)
        unpaid = orders[(orders["ordered_on"] <= on) & ~(orders["paid_on"] <= on)]
        until = pd.Timestamp(total["month"].iloc[-1].end)
        assert total["due"].sum() == pytest.approx(unpaid[unpaid["due_on"] <= until]["amount"].sum())


def test_past_plans_of_the_sample_beat_due_dates(sample: Dataset):
    tested = cash_backtest(Facts.of(sample), process_of(sample))
    scores = tested.scores.set_index(tested.scores["ahead"].fillna(0))
    assert (scores["wape"] < scores["wape_naive"]).all()
    assert scores.loc[0, "n"] == 36
    # 80 % intervals over 12 days, whose months overlap: what is not far from it
    assert 0.6 <= scores.loc[0, "covered"] <= 0.97
    orders = sample.table("orders")
    first = tested.frame.iloc[0]
    assert first["actual"] == pytest.approx(orders[first["month"].mask(orders["paid_on"])]["amount"].sum())


def test_changing_the_future_changes_no_plan(sample: Dataset, tmp_path):
    day, rng = dt.date(2025, 6, 30), np.random.default_rng(11)
    on = pd.Timestamp(day)
    tables = {name: sample.table(name) for name in ("orders", "deals", "activities", "equipment", "accounts")}
    orders = tables["orders"]
    orders = orders[(orders["ordered_on"] <= on) | (rng.random(len(orders)) < 0.5)].reset_index(drop=True)
    orders["paid_on"] = orders["paid_on"].where(orders["paid_on"] <= on, on + pd.Timedelta(days=3))
    deals = tables["deals"]
    deals = deals[(deals["created_on"] <= on) | (rng.random(len(deals)) < 0.5)].reset_index(drop=True)
    later = ~(deals["closed_on"] <= on)
    deals["status"] = deals["status"].where(~later, "open")
    deals["closed_on"] = deals["closed_on"].where(~later)
    acts = tables["activities"]
    acts = acts[(acts["done_at"].dt.tz_localize(None) < on + pd.Timedelta(days=1)) | (rng.random(len(acts)) < 0.2)]
    loans = tables["equipment"]
    loans["returned_on"] = loans["returned_on"].where(loans["returned_on"] <= on)
    changed = tables | {"orders": orders, "deals": deals, "activities": acts, "equipment": loans}
    plans = []
    for name, content in (("plain", tables), ("scrambled", changed)):
        facts = Facts.of(dataset_of(tmp_path / name, str(sample.as_of), content))
        plans.append(cash_plan(facts, FILE, day).drop(columns="month"))
    assert plans[0]["expected"].sum() > 1e6
    pd.testing.assert_frame_equal(plans[0], plans[1])


def test_what_cannot_be_planned_is_said(given: Given, maven: Dataset, adventureworks: Dataset):
    with pytest.raises(Unavailable, match="orders"):
        cash_plan(Facts.of(maven), FILE, maven.as_of)
    with pytest.raises(Unavailable, match="the due dates of orders"):
        cash_plan(Facts.of(adventureworks), FILE, adventureworks.as_of)
    facts = given(orders=steady(dt.date(2023, 12, 31), months=7), as_of="2023-12-31")
    with pytest.raises(Unavailable, match="6"):  # July, August and September have all three months behind them
        cash_plan(facts, FILE, facts.as_of)
    with pytest.raises(Unavailable):
        cash_backtest(facts, FILE)
    with pytest.raises(ConfigError):
        cash_plan(facts, FILE, dt.date(2024, 1, 1))
