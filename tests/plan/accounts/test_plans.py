"""Which accounts have a plan, what it says of them, and what it says is missing."""

from pathlib import Path
from typing import Any

import pytest
from cases import dataset_of

from salesreport import Dataset
from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.plan.accounts import AccountPlans, account_plans, white_space
from salesreport.plan.accounts.chosen import MOST, Named
from salesreport.plan.strategy import Strategy

AS_OF = "2025-12-31"


def order(number: int, account: str, amount: float, day: str = "2025-03-01", **more: Any) -> dict[str, Any]:
    return {"order_id": f"O{number}", "rep_id": "R1", "account_id": account, "ordered_on": day, "amount": amount,
            "product_line": "Lamps", **more}  # fmt: skip


def plans(
    path: Path, *named: Named, strategy: Strategy | None = None, **tables: list[dict[str, Any]]
) -> AccountPlans:
    facts = Facts.of(dataset_of(path, AS_OF, tables))
    return account_plans(facts, facts.as_of, strategy, named)


def notes(made: AccountPlans) -> str:
    return " ".join(map(str, made.notes))


def test_named_first_then_the_largest(tmp_path: Path) -> None:
    accounts = [{"account_id": f"A{n}", "rep_id": "R1", "name": f"Company {n}"} for n in range(9)]
    orders = [order(n, f"A{n}", 10.0 * n) for n in range(1, 9)]
    strategy = Strategy(name="S", goal={"2026": 1}, accounts=[{"account": "A0", "outcome": "A first order"}])
    made = plans(tmp_path / "d", Named("A2", "R1", "agreed"), strategy=strategy, accounts=accounts, orders=orders)
    # A0 is named and A2 was agreed, which leaves four places for the largest
    assert made.accounts["account_id"].tolist() == ["A0", "A2", "A8", "A7", "A6", "A5"]
    assert made.accounts["why"].tolist() == ["strategy", "agreed", *["orders"] * 4]
    assert made.accounts["outcome"].tolist()[0] == "A first order"
    assert len(made.accounts) == MOST


def test_who_is_named_always_has_a_plan_and_whose_it_is_can_be_said(tmp_path: Path) -> None:
    accounts = [{"account_id": f"A{n}", "rep_id": "R1"} for n in range(9)]
    orders = [order(n, f"A{n}", 10.0) for n in range(9)]
    every = [Named(f"A{n}", "R2" if n == 8 else None, "agreed") for n in range(9)]
    made = plans(tmp_path / "d", *every, accounts=accounts, orders=orders,
                 reps=[{"rep_id": "R1"}, {"rep_id": "R2"}])  # fmt: skip
    assert made.of("R1").accounts["account_id"].tolist() == [f"A{n}" for n in range(8)]
    assert made.of("R2").accounts["account_id"].tolist() == ["A8"]


def test_nobody_has_a_plan_for_accounts_where_nothing_happens(tmp_path: Path) -> None:
    accounts = [{"account_id": f"A{n}", "rep_id": "R1"} for n in range(3)]
    deals = [{"deal_id": "D", "rep_id": "R1", "status": "open", "created_on": "2025-12-01", "account_id": "A1",
              "amount": 70.0, "product_line": "Poles"}]  # fmt: skip
    made = plans(tmp_path / "d", accounts=accounts, orders=[order(1, "A2", 5.0)], deals=deals)
    assert made.accounts["account_id"].tolist() == ["A2", "A1"]
    assert made.accounts["open_value"].tolist() == [0, 70]
    lines = made.lines.set_index(["account_id", "product_line"])
    assert lines.loc[("A1", "Poles"), "open_deals"] == 1
    assert not lines.loc[("A1", "Poles"), "buys"]


def test_trend_contact_complaints_and_commitments(tmp_path: Path) -> None:
    made = plans(
        tmp_path / "d",
        accounts=[{"account_id": "A1", "rep_id": "R1", "name": "Nord & Sohn"}],
        orders=[
            order(1, "A1", 100.0),
            order(2, "A1", 40.0, "2024-12-31"),  # the last day of the year before
            order(3, "A1", 8.0, "2025-01-01"),  # the first of this one
            order(4, "A1", 9.0, "2023-06-01"),
        ],
        activities=[
            {"activity_id": "1", "rep_id": "R1", "type": "call", "done_at": "2025-11-03", "account_id": "A1"},
            {"activity_id": "2", "rep_id": "R1", "type": "call", "done_at": "2025-09-01", "account_id": "A1"},
        ],
        feedback=[
            {"on": "2025-05-01", "kind": "complaint", "account_id": "A1", "resolved_on": "2025-05-09"},
            {"on": "2025-06-01", "kind": "complaint", "account_id": "A1", "resolved_on": None},
            {"on": "2024-06-01", "kind": "complaint", "account_id": "A1", "resolved_on": None},
            {"on": "2025-06-01", "kind": "satisfaction", "account_id": "A1", "score": 9.0},
        ],
        commitments=[
            {
                "rep_id": "R1",
                "agreed_on": "2025-12-01",
                "text": "Visit nord & sohn with the engineer",
                "status": "open",
            },
            {"rep_id": "R1", "agreed_on": "2025-12-01", "text": "Call A1 back", "status": "done"},
            {"rep_id": "R1", "agreed_on": "2025-12-01", "text": "Write to A10", "status": "open"},
            {"rep_id": "R2", "agreed_on": "2025-12-01", "text": "Ask about A1", "status": "open"},
        ],
    )
    (row,) = made.accounts.to_dict("records")
    assert (row["ordered"], row["ordered_before"]) == (108, 40)
    assert str(row["last_contact"]) == "2025-11-03"
    assert (row["complaints"], row["unresolved"]) == (2, 1)
    assert row["commitments"] == ("Visit nord & sohn with the engineer",)


def test_lines_add_up_to_what_an_account_ordered(sample: Dataset) -> None:
    facts = Facts.of(sample)
    made = account_plans(facts, facts.as_of)
    orders = facts.own("orders")
    here = orders[orders["ordered_on"] >= str(made.market.bought.first)]
    ordered = made.lines.groupby("account_id")["ordered"].sum()
    wanted = here.groupby("account_id")["amount"].sum().reindex(ordered.index).fillna(0.0)
    assert ordered.tolist() == pytest.approx(wanted.tolist())
    assert made.market.bought.amount.sum() == pytest.approx(here["amount"].sum())
    # a rep's accounts are the rep's own, and no account has two plans
    served = facts.own("accounts").set_index("account_id")["rep_id"]
    assert (served[made.accounts["account_id"]].to_numpy() == made.accounts["rep_id"].to_numpy()).all()
    assert made.accounts["account_id"].is_unique
    assert made.accounts["rep_id"].value_counts().max() <= MOST


def test_the_sample_claims_nothing_for_nothing_is_there(sample: Dataset) -> None:
    facts = Facts.of(sample)
    made = account_plans(facts, facts.as_of)
    assert not made.market.gap.any()
    assert "No gap is claimed" in notes(made)


def test_planted_gaps_have_a_plan_and_add_up(planted: Dataset) -> None:
    facts = Facts.of(planted)
    made = account_plans(facts, facts.as_of)
    gaps = made.lines[made.lines["gap"].astype(bool)]
    assert set(gaps["product_line"]) <= {"Sensors", "Pumps"}
    assert "gap" in set(made.accounts["why"])
    assert (gaps["lift_lower"] > 1).all()
    assert (gaps["lift"] > 2).all()
    assert gaps["like"].str.startswith("segment, industry").all()
    space = white_space(made.market)
    assert space["gaps"].sum() == made.market.gap.sum()
    assert space["worth"].sum() == pytest.approx(made.market.worth.sum())
    assert (space["worth_lower"] <= space["worth"]).all()
    assert (space["worth"] <= space["worth_upper"]).all()


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        (("orders.product_line",), "needs the product lines of orders"),
        (("accounts.segment", "accounts.industry"), "Not known of accounts, and so not part of likeness: segment"),
        (("accounts",), "The data have no names of accounts"),
        (("orders.amount_all",), "Nothing that was sold carries an amount"),
    ],
)
def test_what_is_missing_is_said(planted: Dataset, tmp_path: Path, drop: tuple[str, ...], said: str) -> None:
    frames = {name: planted.table(name) for name in ("reps", "accounts", "orders")}
    for one in drop:
        table, _, column = one.partition(".")
        if not column:
            del frames[table]
        elif column == "amount_all":
            wanted = ["order_id", "rep_id", "account_id", "product_line", "ordered_on"]
            names = {"order_id": "deal_id", "ordered_on": "closed_on"}
            frames["deals"] = frames.pop("orders")[wanted].rename(columns=names)
            frames["deals"] = frames["deals"].assign(status="won", created_on="2023-01-01")
        else:
            frames[table] = frames[table].drop(columns=column)
    facts = Facts.of(dataset_of(tmp_path / "d", AS_OF, frames))
    made = account_plans(facts, facts.as_of)
    assert said in notes(made)
    assert len(made.accounts)


def test_a_handful_of_accounts_and_none(tmp_path: Path) -> None:
    accounts = [{"account_id": f"A{n}", "rep_id": "R1", "segment": "XY"[n % 2]} for n in range(8)]
    orders = [order(n, f"A{n}", 10.0, product_line=["Lamps", "Poles"][n % 3 == 0]) for n in range(8)]
    made = plans(tmp_path / "d", accounts=accounts, orders=orders)
    assert "of the accounts that ordered anything in two years (8) fewer than 20 are alike" in notes(made)
    assert not made.lines["gap"].any()
    one_line = [{**row, "product_line": "Lamps"} for row in orders]
    assert "there is only one product line" in notes(plans(tmp_path / "e", accounts=accounts, orders=one_line))
    with pytest.raises(Unavailable):
        plans(tmp_path / "f", accounts=accounts)
