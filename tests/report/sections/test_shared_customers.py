"""Customers that several reps sell to in turn: each rep sees the own ones, by the own sales, each sale once."""

from pathlib import Path

import pytest
from cases import dataset_of, deal

from salesreport import Dataset, Review
from salesreport.kpi import Facts
from salesreport.kpi.facts.part import part_of
from salesreport.plan.accounts.bought import bought_by
from salesreport.plan.accounts.chosen import Named
from salesreport.plan.accounts.plans import own_plans

DAY = "2025-12-31"


def shared(path: Path) -> Dataset:
    """Ten customers: A sold to the first six (100 × number, twice), B to all, C has one open deal with the ninth.

    A1 to A6 bought from A, B, A, then B, so that what came last is B's. A7 to A10 bought thrice from B only.
    D has a deal that names no customer, E nothing.
    """
    rows, number = [], 0
    for one in range(1, 11):
        for month, rep in enumerate("ABAB" if one <= 6 else "BBB", 1):
            number += 1
            rows.append(deal(number, rep, "won", "2025-01-01", f"2025-{month:02d}-10", account_id=f"A{one:02d}",
                             amount=100.0 * one if rep == "A" else 10.0, product_line="Lamps"))  # fmt: skip
    rows.append(deal(99, "C", "open", "2025-12-01", account_id="A09", amount=5.0, product_line="Lamps"))
    rows.append(deal(98, "D", "won", "2025-10-01", "2025-12-01", amount=5.0, product_line="Lamps"))
    people = {"A": "Ann", "B": "Bo", "C": "Cy", "D": "Di", "E": "Eve"}
    names = [{"rep_id": one, "name": name} for one, name in people.items()]
    return dataset_of(path, DAY, {"reps": names, "deals": rows})


def test_a_rep_has_the_customers_that_the_rep_sold_to(tmp_path: Path) -> None:
    review = Review(shared(tmp_path / "d"), "2025-Q4", rep="A")
    accounts = review.account_plans
    # 6 accounts: twice 100 + … + 600
    assert accounts.message == "6 accounts that matter ordered €4.2K in a year; only sales of Ann count"
    assert accounts.data["account_id"].unique().tolist() == ["A06", "A05", "A04", "A03", "A02", "A01"]
    assert accounts.data["ordered"].tolist() == [1200, 1000, 800, 600, 400, 200]
    assert any("most of them (6 of 10 with" in note for note in accounts.notes)
    assert not any("whoever sold them" in note for note in accounts.notes)
    base = review.customer_base
    assert base.data["n"].sum() == 6
    assert "No customers" not in base.message


def test_no_sheet_of_an_account_without_a_deal_of_the_rep(tmp_path: Path) -> None:
    review = Review(shared(tmp_path / "d"), "2025-Q4", rep="C")
    assert review.account_plans.data["account_id"].tolist() == ["A09"]
    assert review.account_plans.data["open_deals"].tolist() == [1]
    assert review.customer_base.data["n"].sum() == 1


@pytest.mark.parametrize("rep", ["D", "E"])
def test_a_rep_without_customers_has_none(tmp_path: Path, rep: str) -> None:
    review = Review(shared(tmp_path / "d"), "2025-Q4", rep=rep)
    assert review.account_plans.message == "No account has ordered anything in two years, or has an open deal."
    assert review.customer_base.message.startswith("No customers of ")


def test_reps_add_up_to_the_team(tmp_path: Path) -> None:
    facts = Facts.of(shared(tmp_path / "d"))
    everybody = bought_by(facts, facts.as_of).amount[:-1].sum()  # the last place: of no customer
    apart = [
        bought_by(part, facts.as_of).amount[:-1].sum()
        for part in (part_of(facts, "rep_id", rep) for rep in "AB")
    ]  # fmt: skip
    assert apart == pytest.approx([4200, 6 * 20 + 4 * 30])
    assert sum(apart) == pytest.approx(everybody)


def test_named_accounts_of_the_rep_come_first_and_others_do_not(tmp_path: Path) -> None:
    facts = Facts.of(shared(tmp_path / "d"))
    named = [Named("A08", "C", "agreed"), Named("A07", "A", "agreed")]
    made = own_plans(facts, "C", facts.as_of, None, named)
    assert made.accounts["account_id"].tolist() == ["A08", "A09"]
    assert made.accounts["ordered"].tolist()[0] == 30  # everybody's: the rep has none
