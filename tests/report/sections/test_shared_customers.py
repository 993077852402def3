"""Customers that several reps sell to in turn: each rep sees the own ones, by the own sales, each sale once."""

from pathlib import Path

import pytest
from sold_in_turn import sold_in_turn as shared

from salesreport import Review
from salesreport.kpi import Facts, compute
from salesreport.kpi.customers.states import base_moves
from salesreport.kpi.facts.part import part_of
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import process_file
from salesreport.plan.accounts.bought import bought_by
from salesreport.plan.accounts.chosen import Named
from salesreport.plan.accounts.plans import own_plans
from salesreport.plan.action import action_plan
from salesreport.plan.strategy import Strategy


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


def test_a_team_has_the_customers_that_its_people_sold_to(tmp_path: Path) -> None:
    data = shared(tmp_path / "d")
    north, south = (Review(data, "2025-Q4", team=team) for team in ("North", "South"))
    # North is A, who sold to A1 to A6, and C, who has an open deal with A9; South is B, who sold to all
    assert [one.customer_base.data["n"].sum() for one in (north, south)] == [7, 10]
    for one, sold in ((north, 4200), (south, 6 * 20 + 4 * 30)):
        assert one.account_plans.data["ordered"].sum() == sold
        assert one.account_plans.message.endswith(f"; only sales of {one.context.subject.name} count")
        assert any("most of them (6 of 10 with" in note for note in one.account_plans.notes)
        assert not any("served now" in note for note in one.account_plans.notes)


def test_figures_by_people_say_that_they_cannot_be_told(tmp_path: Path) -> None:
    facts = Facts.of(shared(tmp_path / "d"))
    period = facts.dataset.period("2025-Q4")
    for by in (["rep_id"], ["team"]):
        told = compute(facts, period, ["base_state"], by)
        assert told.frame.empty
        assert "several reps sold in turn to most customers (6 of 10" in str(told.unavailable["base_state"])
    assert compute(facts, period, ["base_state"], where={"rep_id": "A"}).unavailable
    assert compute(facts, period, ["base_state"]).frame["value"].tolist() == [10]
    with pytest.raises(Unavailable, match="in turn"):
        base_moves(facts, process_file(facts), period.start, period.end)


def test_visits_are_planned_for_the_last_rep_and_this_is_said(tmp_path: Path) -> None:
    facts = Facts.of(shared(tmp_path / "d"))
    each = {"type": "visit", "a_year": 4, "outcome": "seen"}
    strategy = Strategy(name="S", goal={"2026": 1}, activities=[each])
    plan = action_plan(facts, strategy, facts.dataset.period("2026-Q1"))
    # A9 is C's by its open deal; the other nine bought last from B
    assert dict(zip(plan.cadence["rep_id"], plan.cadence["accounts"], strict=True)) == {"B": 9, "C": 1}
    assert sum("does not say whose it is" in str(note) for note in plan.notes) == 1
    without = action_plan(facts, Strategy(name="S", goal={"2026": 1}), facts.dataset.period("2026-Q1"))
    assert not any("whose it is" in str(note) for note in without.notes)
