"""Concentration, targets, forecasts: worked by hand and against DuckDB."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pasts import finding, past_of, query
from scipy.stats import t, ttest_rel

from salesreport.audit.checks.forecasts import worse_than
from salesreport.audit.checks.targets import only_once
from salesreport.audit.model import share_of
from salesreport.dataset import Dataset
from salesreport.stats.concentration import concentration


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=50))
def test_concentration_of_anything(amounts: list[float]) -> None:
    made = concentration(np.array(amounts))
    index = made.herfindahl / 10_000
    assert 1 / len(amounts) - 1e-9 <= index <= 1 + 1e-9
    assert made.largest**2 <= index + 1e-9 <= made.largest + 2e-9
    assert made.effective == pytest.approx(1 / index)
    assert made.few >= made.largest
    doubled = concentration(np.array(amounts) * 2)
    assert doubled.herfindahl == pytest.approx(made.herfindahl)
    # two halves of each are half as concentrated
    assert concentration(np.array(amounts * 2)).herfindahl == pytest.approx(made.herfindahl / 2)


@pytest.mark.parametrize(
    ("key", "column", "figure"),
    [
        ("largest_customer", "account_id", "max(share)"),
        ("customers_herfindahl", "account_id", "10000 * sum(share * share)"),
        ("products_herfindahl", "product_line", "10000 * sum(share * share)"),
        ("five_customers", "account_id", "sum(share) filter (place <= 5)"),
    ],
)
def test_of_the_sample_by_a_query(sample: Dataset, key: str, column: str, figure: str) -> None:
    orders = sample.table("orders")
    assert column in orders
    oracle = query(
        f"""
        with sold as (select {column} as name, sum(amount) as amount from orders
            where ordered_on > date '{sample.as_of}' - interval 365 day and amount > 0 and {column} is not null
            group by 1),
        shares as (select amount / sum(amount) over () as share, row_number() over (order by amount desc) as place
            from sold)
        select {figure} from shares
        """,
        orders=orders,
    ).iloc[0, 0]
    assert finding(sample, key).found.figure.value == pytest.approx(oracle)


def test_its_interval_leaves_out_what_a_customer_bought_in_a_day_by_a_query(sample: Dataset) -> None:
    left_out = query(
        f"""
        with bought as (select account_id, ordered_on, sum(amount) as amount from orders
            where ordered_on > date '{sample.as_of}' - interval 365 day and amount > 0 and account_id is not null
            group by 1, 2),
        each as (select amount, sum(amount) over (partition by account_id) as theirs, sum(amount) over () as total
            from bought),
        squares as (select sum(theirs * amount) as squared from each)
        select squared / total ** 2 as index,
            (squared - theirs ** 2 + (theirs - amount) ** 2) / (total - amount) ** 2 as without from each, squares
        """,
        orders=sample.table("orders"),
    )
    index, without = left_out["index"].iloc[0], left_out["without"]
    squares = (np.log(without / (1 - without)) - np.log(index / (1 - index))) ** 2
    half = t.ppf(0.975, squares.sum() ** 2 / (squares**2).sum()) * np.sqrt(squares.sum())
    odds = index / (1 - index) * np.exp([-half, half])
    figure = finding(sample, "customers_herfindahl").found.figure
    assert [figure.lower, figure.upper] == pytest.approx(10_000 * odds / (1 + odds))
    assert figure.lower < figure.value < figure.upper


def test_few_reps_have_most_by_hand(tmp_path: Path) -> None:
    """Six reps, 17 % are one of them; he sold 500 of 1,000. The queue is nobody."""
    deals = [
        {
            "deal_id": f"D{n}",
            "rep_id": f"R{n}",
            "status": "won",
            "created_on": "2025-01-01",
            "closed_on": "2025-05-01",
            "amount": 500.0 if n == 3 else 100.0,
            "account_id": "A" if n < 4 else "B",
        }
        for n in range(6)
    ]
    looked = past_of(tmp_path / "d", deals=deals)
    found = finding(looked, "rep_concentration").found
    assert (found.ids, found.count, found.of) == (("R3",), 1, 6)
    assert found.figure.value == pytest.approx(0.5)
    assert finding(looked, "largest_customer").found.figure.value == pytest.approx(0.8)
    assert finding(looked, "customers_herfindahl").found.figure.value == pytest.approx(10_000 * (0.8**2 + 0.2**2))
    assert finding(looked, "products_herfindahl").found is None


def test_reps_at_target_by_a_query(sample: Dataset) -> None:
    """Orders of the quarter by rep against the rep's own targets, those of the months added up."""
    orders, targets = sample.table("orders"), sample.table("targets")
    found = finding(sample, "at_target").found
    assert str(found.detail).startswith("In Q4 2025")
    revenue = targets[(targets["metric"] == "revenue") & targets["rep_id"].notna()]
    if "product_line" in revenue:
        revenue = revenue[revenue["product_line"].isna()]
    months = revenue[revenue["period"].isin(["2025-10", "2025-11", "2025-12", "2025-Q4"])]
    quarter = months[months["period"] == "2025-Q4"]
    goal = (quarter if len(quarter) else months).groupby("rep_id")["value"].sum()
    sold = orders[orders["ordered_on"].between("2025-10-01", "2025-12-31")].groupby("rep_id")["amount"].sum()
    shared = sample.table("deal_owners").groupby("deal_id").size()
    assert found.of == len(goal)
    reached = sold.reindex(goal.index).fillna(0) / goal
    clear = (reached - 1).abs() > 0.15  # shared deals move a little between reps
    assert len(shared)
    missed = set(reached[clear & (reached < 1)].index)
    assert missed <= set(found.ids)
    assert not set(found.ids) & set(reached[clear & (reached >= 1)].index)


def test_forecast_error_by_hand(tmp_path: Path) -> None:
    """Each quarter the CRM said 100 × 60 % and 100 × 50 %, and one deal of 100 was won: 10 % above, always."""
    deals, snapshots = [], []
    for quarter in pd.period_range("2024Q1", "2025Q4", freq="Q"):
        for part, status, chance in (("a", "won", 0.6), ("b", "lost", 0.5)):
            name, closed = f"{quarter}{part}", str((quarter.start_time + pd.Timedelta(days=40)).date())
            eve = str((quarter.start_time - pd.Timedelta(days=1)).date())
            deals.append(
                {
                    "deal_id": name,
                    "rep_id": "R",
                    "status": status,
                    "created_on": "2023-10-01",
                    "closed_on": closed,
                    "amount": 100.0,
                    "expected_close_on": closed,
                }
            )
            snapshots.append(
                {
                    "taken_on": eve,
                    "deal_id": name,
                    "status": "open",
                    "amount": 100.0,
                    "expected_close_on": closed,
                    "crm_probability": chance,
                }
            )
    made = finding(past_of(tmp_path / "d", deals=deals, snapshots=snapshots), "forecast_error")
    assert made.found.figure.value == pytest.approx(0.1)
    assert made.found.of == 8
    assert made.found.count == 0
    assert str(made.found.detail).startswith("All quarters together, the CRM expected 10% more than came")


def test_no_next_step_by_a_query(sample: Dataset) -> None:
    deals = sample.table("deals")
    oracle = query(
        f"""
        select deal_id from deals where status = 'open'
        and (next_step_on is null or next_step_on < date '{sample.as_of}') order by 1
        """,
        deals=deals,
    )
    found = finding(sample, "no_next_step").found
    assert list(found.ids) == oracle["deal_id"].tolist()
    assert found.backtest.lift is None
    assert "its own day only" in str(found.backtest.why)


def test_a_forecast_is_worse_than_another_where_a_paired_test_says_so() -> None:
    random = np.random.default_rng(1)
    naive = random.uniform(0, 1, 8)
    error = naive + random.normal(0.1, 0.1, 8)
    for one in (error, error - 0.1, error + 0.2):
        made = ttest_rel(one, naive)
        assert worse_than(one, naive) == (made.pvalue <= 0.05 and made.statistic > 0)
    assert worse_than(error + 0.2, naive)
    assert not worse_than(naive[:3] + 1, naive[:3])  # too few quarters


def test_few_at_target_once_are_not_few_for_long() -> None:
    few, half = share_of(5, 40), share_of(19, 40)
    assert only_once(few, None) == "look"
    assert only_once(few, share_of(7, 10)) == "look"
    assert only_once(few, share_of(3, 10)) is None  # serious, by the limits
    assert only_once(half, share_of(7, 10)) is None  # up to 63 %: not surely below half
