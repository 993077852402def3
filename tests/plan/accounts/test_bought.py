"""What accounts ordered: the sums are those of the orders, whatever the orders lack."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cases import dataset_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.plan.accounts.bought import Bought, bought_by
from salesreport.plan.accounts.plans import market_of
from salesreport.plan.accounts.space import white_space

AS_OF = "2025-12-31"

ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": st.sampled_from(["A", "B", "C", None]),
            "product_line": st.sampled_from(["Lamps", "Poles", None]),
            "amount": st.one_of(st.integers(-500, 5000).map(float)),
            "ordered_on": st.dates(dt.date(2022, 6, 1), dt.date(2025, 12, 31)).map(str),
        }
    ),
    min_size=1,
    max_size=25,
)


def bought(path: Path, **tables: list[dict[str, object]]) -> Bought:
    facts = Facts.of(dataset_of(path, AS_OF, tables))
    return bought_by(facts, facts.as_of)


def order(number: int, day: str, amount: float | None, **more: object) -> dict[str, object]:
    return {"order_id": f"O{number}", "rep_id": "R", "ordered_on": day, "amount": amount, **more}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ORDERS)
def test_sums_are_those_of_the_orders(
    rows: list[dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    orders = [{"order_id": f"O{number}", "rep_id": "R", **row} for number, row in enumerate(rows)]
    path = tmp_path_factory.mktemp("orders") / "d"
    accounts = [{"account_id": "A", "segment": "X"}, {"account_id": "B", "segment": "Y"}]
    facts = Facts.of(dataset_of(path, AS_OF, {"orders": orders, "accounts": accounts}))
    frame = pd.DataFrame(orders)
    if frame["account_id"].isna().all():
        with pytest.raises(Unavailable):
            bought_by(facts, facts.as_of)
        return
    made = bought_by(facts, facts.as_of)
    frame["day"] = pd.to_datetime(frame["ordered_on"])
    here = frame[frame["day"] > pd.Timestamp("2023-12-31")]
    year = frame[frame["day"] > pd.Timestamp("2024-12-31")]
    assert made.amount.sum() == pytest.approx(here["amount"].sum())
    for place, account in enumerate(made.ids):
        mine = here[here["account_id"] == account]
        assert made.amount[place].sum() == pytest.approx(mine["amount"].sum())
        assert made.year[place] == pytest.approx(year.loc[year["account_id"] == account, "amount"].sum())
        for number, line in enumerate(made.lines):
            assert made.amount[place, number] == pytest.approx(
                mine.loc[mine["product_line"] == line, "amount"].sum()
            )
    assert made.amount[-1].sum() == pytest.approx(here.loc[here["account_id"].isna(), "amount"].sum())
    if frame["day"].min() <= pd.Timestamp("2024-01-01"):
        assert (made.year + made.before).sum() == pytest.approx(here["amount"].sum())
    else:
        assert np.isnan(made.before).all()
    if made.lines:  # white space adds up to what accounts ordered of a line
        space = white_space(market_of(facts, facts.as_of))
        assert space["ordered"].sum() == pytest.approx(made.amount[:-1, :-1].sum())
        assert (space["buying"] <= space["accounts"]).all()


def test_credit_notes_and_orders_without_an_amount(tmp_path: Path) -> None:
    rows = [
        order(1, "2025-03-01", 100.0, account_id="A", product_line="Lamps"),
        order(2, "2025-04-01", -100.0, account_id="A", product_line="Lamps"),  # all of it was credited
        order(3, "2025-03-01", 100.0, account_id="B", product_line="Lamps"),
        order(4, "2025-04-01", -40.0, account_id="B", product_line="Lamps"),
        order(5, "2023-01-01", 7.0, account_id="B", product_line="Poles"),  # too long ago
    ]
    made = bought(tmp_path / "d", orders=rows)
    assert made.buys.tolist() == [[False, False], [True, False]]
    assert made.amount[:-1].tolist() == [[0, 0, 0], [60, 0, 0]]
    assert made.orders[1].tolist() == [1, 0, 0]
    assert made.years == 2
    assert made.a_year[1].tolist() == [30, 0]


def test_deals_won_where_there_are_no_orders(tmp_path: Path) -> None:
    deals = [
        {"deal_id": "D1", "rep_id": "R", "status": "won", "created_on": "2025-01-01", "closed_on": "2025-02-01",
         "account_id": "A", "product_line": "Lamps", "amount": 10.0},
        {"deal_id": "D2", "rep_id": "R", "status": "lost", "created_on": "2025-01-01", "closed_on": "2025-02-01",
         "account_id": "A", "product_line": "Poles", "amount": 99.0},
        {"deal_id": "D3", "rep_id": "R", "status": "won", "created_on": "2025-01-01", "closed_on": "2025-02-01",
         "account_id": "B", "product_line": "Poles", "amount": None},
    ]  # fmt: skip
    made = bought(tmp_path / "d", deals=deals)
    assert not made.by_orders
    assert made.buys.tolist() == [[True, False], [False, True]]  # what it was worth is not known, that it was is
    assert made.amount.sum() == 10
    said = " ".join(map(str, made.notes))
    assert "50% of what was sold carries no amount" in said
    assert "The data begin on Feb 1, 2025" in said
    assert made.years == 1  # eleven months are not scaled up to a year
    assert np.isnan(made.before).all()


@pytest.mark.parametrize(("begin", "days"), [("2025-07-01", 184), ("2025-01-20", None), ("2024-03-01", None)])
def test_less_than_a_year_is_not_called_one(tmp_path: Path, begin: str, days: int | None) -> None:
    made = bought(
        tmp_path, orders=[order(1, begin, 5.0, account_id="A"), order(2, "2025-12-30", 5.0, account_id="A")]
    )
    # July to December: 31 + 31 + 30 + 31 + 30 + 31
    assert made.days == days
    assert (None if made.short is None else str(made.short)) == (None if days is None else "in 184 days")


def test_orders_that_name_no_customer(tmp_path: Path) -> None:
    orders = [order(1, "2025-03-01", 100.0)]
    deals = [{"deal_id": "D1", "rep_id": "R", "status": "won", "created_on": "2025-01-01",
              "closed_on": "2025-02-01", "account_id": "A", "amount": 10.0}]  # fmt: skip
    made = bought(tmp_path / "d", orders=orders, deals=deals)
    assert made.amount.sum() == 10
    assert "No order names its customer, so deals won are counted." in map(str, made.notes)
    with pytest.raises(Unavailable, match="customers"):
        bought(tmp_path / "e", orders=orders)


def test_an_earlier_day_knows_nothing_of_later_ones(tmp_path: Path) -> None:
    rows = [order(1, "2024-03-01", 5.0, account_id="A"), order(2, "2025-06-01", 7.0, account_id="A")]
    facts = Facts.of(dataset_of(tmp_path / "d", AS_OF, {"orders": rows}))
    assert bought_by(facts, dt.date(2025, 5, 31)).amount.sum() == 5
    assert bought_by(facts, dt.date(2025, 6, 1)).amount.sum() == 12
