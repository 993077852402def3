"""Payouts at the forecast, and a changed rule: worked by hand on futures made up."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from companies import ACCELERATOR, facts_of, order, plan_of, target

from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.kpi.forecast import forecast
from salesreport.kpi.milestones.reached import process_file
from salesreport.plan.pay import compare, load_pay_plan, outlooks, pay
from salesreport.plan.pay.futures import Futures, futures
from salesreport.sample import write_company

LUMINA = Path(__file__).resolve().parents[3] / "params" / "pay" / "lumina.yml"

STEEP = ACCELERATOR.replace("threshold: 50 %", "threshold: 100 %").replace("rate: 2}", "rate: 4}")


@pytest.fixture
def half_way(tmp_path: Path) -> Facts:
    orders = [order(1, "A", "2025-02-03", 40_000.0), order(2, "B", "2025-02-03", 120_000.0)]
    return facts_of(
        tmp_path, "2025-02-15", ["A", "B"], orders=orders, targets=[target("A", 100_000), target("B", 100_000)]
    )


COMING = np.array([[0.0, 60_000.0, 100_000.0, 10_000.0], [0.0, 0.0, 20_000.0, 20_000.0]])


def test_every_future_is_paid(half_way: Facts) -> None:
    payouts = pay(half_way, plan_of(ACCELERATOR), half_way.dataset.period("2025-Q1"))
    assert not payouts.over
    made = outlooks(half_way, payouts, Futures({"revenue": COMING}, 4, ()))
    # A ends at 40, 100, 140 and 50 %; B at 120, 120, 140, 140 %
    assert made.by_rep["A"].samples.tolist() == [0, 5000, 8500, 2500]
    assert made.by_rep["B"].samples.round(6).tolist() == [6500, 6500, 8500, 8500]
    assert made.by_rep["A"].mean == 4000  # at the mean of 82.5 % it would be 4,125
    assert made.by_rep["A"].chances["revenue"] == (0.25, 0.25, 0.25, 0.25)
    assert made.by_rep["B"].chances["revenue"] == (0, 0, 0, 1)
    assert made.total.round(6).tolist() == [6500, 11500, 17000, 11000]


def test_what_is_taken_back_and_the_cap_of_all_hold_in_the_future(tmp_path: Path) -> None:
    orders = [
        order(1, "A", "2025-03-20", 60_000.0, deal_id="D1"),
        order(2, "A", "2025-04-15", -30_000.0, deal_id="D1"),
        order(3, "A", "2025-04-16", 10_000.0, deal_id="D2"),
    ]
    facts = facts_of(tmp_path, "2025-05-15", ["A"], orders=orders)
    plan = plan_of("""
name: x
currency: EUR
target_pay: 1000
cap: 1.5
clawback: {within: 60}
components: [{key: revenue, metric: revenue, weight: 1, quota: 100000}]
""")
    payouts = pay(facts, plan, facts.dataset.period("2025-Q2"))
    made = outlooks(facts, payouts, Futures({"revenue": np.array([[0.0, 40_000.0, 290_000.0]])}, 3, ()))
    # 10, 50 and 300 % of 1,000, at most 1,500, less 300 taken back of the quarter before
    assert made.by_rep["A"].samples.tolist() == [0, 200, 1200]


def test_a_changed_rule_is_tried_path_by_path(half_way: Facts) -> None:
    period = half_way.dataset.period("2025-Q1")
    both = []
    for rules in (ACCELERATOR, STEEP):
        payouts = pay(half_way, plan_of(rules), period)
        both.append((payouts, outlooks(half_way, payouts, Futures({"revenue": COMING}, 4, ()))))
    made = compare(half_way, *both)
    # steep: A 0, 5,000, 10,000 (10,500 is above the cap), 0; B 6,500, 6,500, 10,000, 10,000
    ann, bob = made.frame.to_dict("records")
    assert (ann["mean"], ann["mean_other"], ann["difference"]) == (4000, 3750, -250)
    assert (ann["gains"], ann["loses"], bob["gains"], bob["loses"]) == (0.25, 0.25, 0.5, 0)
    assert made.difference[0] == pytest.approx(-250 + 750)
    assert made.cost[0] == pytest.approx(11_500)
    assert (made.gaining, made.losing) == (0.75, 0.25)
    # paths of the difference: 0, 0, 3,000, −1,000; the middle 80 % by linear interpolation
    assert made.difference[1:] == pytest.approx(tuple(np.quantile([0, 0, 3000, -1000], [0.1, 0.9])))
    none = made.levels[(made.levels["plan"] == 1) & (made.levels["level"] == 0)]
    assert none["chance"].tolist() == [0.25]  # A below 100 % on two of four paths, B on none


def test_a_period_that_is_over_has_no_chance(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        "2025-03-31",
        ["A"],
        orders=[order(1, "A", "2025-02-03", 140_000.0)],
        targets=[target("A", 100_000)],
    )
    this, other = (pay(facts, plan_of(rules), facts.dataset.period("2025-Q1")) for rules in (ACCELERATOR, STEEP))
    made = outlooks(facts, this)
    assert not made.chance
    assert made.by_rep["A"].mean == float(this.statements["A"].payout) == 8500
    change = compare(facts, (this, made), (other, outlooks(facts, other)))
    assert change.difference == (1500, 1500, 1500)


def test_nothing_to_come_is_what_is_paid_now(sample: Dataset) -> None:
    facts = Facts.of(sample, dt.date(2025, 11, 15))
    payouts = pay(facts, load_pay_plan(LUMINA), sample.period("2025-Q4"))
    made = outlooks(facts, payouts, Futures({"revenue": np.zeros((len(payouts.statements), 1))}, 1, ()))
    for rep, one in payouts.statements.items():
        assert abs(made.by_rep[rep].mean - float(one.payout)) <= 0.005 * len(one.lines)


def test_futures_are_those_of_the_forecast(sample: Dataset) -> None:
    day = dt.date(2025, 11, 15)
    facts, period = Facts.of(sample, day), sample.period("2025-Q4")
    payouts = pay(facts, load_pay_plan(LUMINA), period)
    made = futures(facts, payouts.plan, period, list(payouts.statements), simulations=200, seed=3)
    assert set(made.to_come) == {"revenue"}
    said = forecast(facts, process_file(facts), day, [period], ("rep_id",), 200, 3)
    rest = said.frame.assign(rest=said.frame["mean"] - said.frame["booked"]).set_index("rep_id")["rest"]
    for rep, coming in zip(payouts.statements, made.to_come["revenue"], strict=True):
        assert coming.mean() == pytest.approx(rest.get(rep, 0.0), abs=0.01)
    assert "Without a forecast" in str(made.notes[0])
    assert made.to_come["revenue"].min() >= 0


def test_a_period_to_come(sample: Dataset) -> None:
    facts, period = Facts.of(sample), sample.period("2026-Q1")
    payouts = pay(facts, load_pay_plan(LUMINA), period)
    assert {one.earned for one in payouts.statements.values()} == {0}
    assert "has not begun" in str(payouts.notes[0])
    made = outlooks(facts, payouts)
    assert made.chance
    assert made.total.mean() > float(payouts.total)


def test_without_a_history_there_is_no_forecast_and_it_is_said(half_way: Facts) -> None:
    payouts = pay(half_way, plan_of(ACCELERATOR), half_way.dataset.period("2025-Q1"))
    made = outlooks(half_way, payouts)
    assert not made.chance
    assert any("There is no forecast of “revenue”" in str(note) for note in made.notes)


@pytest.mark.slow
def test_the_band_holds_what_comes_to_be_paid(tmp_path: Path) -> None:
    dataset = write_company(tmp_path / "company")
    plan, held = plan_of(ACCELERATOR), []
    for quarter, day in (("2025-Q1", 2), ("2025-Q2", 5), ("2025-Q3", 8), ("2025-Q4", 11)):
        period = dataset.period(quarter)
        final = pay(Facts.of(dataset), plan, period)
        facts = Facts.of(dataset, dt.date(2025, day, 15))
        for rep, one in outlooks(facts, pay(facts, plan, period)).by_rep.items():
            paid = float(final.statements[rep].payout)
            held.append(one.lower_80 - 0.01 <= paid <= one.upper_80 + 0.01)
    assert len(held) > 100
    assert 0.7 <= np.mean(held) <= 0.95
