"""Plans worked out by hand, from the data to what is paid."""

from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from cases import deal
from companies import ACCELERATOR, facts_of, order, paid, plan_of, statements, target

from salesreport.errors import ConfigError
from salesreport.plan.pay import pay, payout_of
from salesreport.plan.pay.reversals import reversals

QUARTERS = [f"2025-Q{n}" for n in (1, 2, 3)]


def test_accelerator_threshold_and_cap(tmp_path: Path) -> None:
    sold = {"A": 49_999.99, "B": 50_000, "C": 110_000, "D": 150_000, "E": 200_000, "F": 100_000, "G": 120_000}
    facts = facts_of(
        tmp_path,
        "2025-03-31",
        list(sold),
        orders=[order(n, rep, "2025-02-03", amount) for n, (rep, amount) in enumerate(sold.items())],
        targets=[target(rep, 100_000) for rep in sold],
    )
    plan = plan_of(ACCELERATOR)
    assert paid(facts, plan, "2025-Q1") == {
        "A": D("0"),  # a cent below half the quota
        "B": D("2500.00"),  # 50 % × 5,000: from the threshold on all of it counts
        "C": D("5750.00"),  # 5,000 + 10 % × 1.5 × 5,000
        "D": D("9500.00"),  # 5,000 + 20 % × 1.5 × 5,000 + 30 % × 2 × 5,000
        "E": D("10000.00"),  # 5,000 + 1,500 + 80 % × 2 × 5,000 = 14,500, and the cap is 200 % of 5,000
        "F": D("5000.00"),
        "G": D("6500.00"),
    }
    made = statements(facts, plan, "2025-Q1")
    lines = [(line.kind, line.quantity, line.of, line.rate, line.base, line.amount) for line in made["E"].lines]
    assert lines == [
        ("level", D(100_000), D(100_000), D(1), D(5000), D(5000)),
        ("level", D(20_000), D(100_000), D("1.5"), D(5000), D(1500)),
        ("level", D(80_000), D(100_000), D(2), D(5000), D(8000)),
        ("cap", None, None, None, None, D(-4500)),
    ]
    assert [part.level for part in (made[rep].parts[0] for rep in "ABCDE")] == [0, 1, 2, 3, 3]
    above = plan_of(ACCELERATOR.replace("threshold: 50 %", "threshold: {at: 50 %, then: above}"))
    # only what is above half the quota counts: 60 % less 50 % … 110 %: 50 % + 10 % × 1.5
    assert paid(facts, above, "2025-Q1")["B"] == 0
    assert paid(facts, above, "2025-Q1")["C"] == D("3250.00")


def test_a_split_deal(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        "2025-03-31",
        ["A", "B"],
        deals=[
            deal(1, "A", "won", "2025-01-02", "2025-02-03", amount=100_000.0),
            deal(2, "B", "won", "2025-01-02", "2025-02-03", amount=10.01),
        ],
        deal_owners=[
            {"deal_id": "D1", "rep_id": "A", "from": "2025-01-01", "share": 0.6},
            {"deal_id": "D1", "rep_id": "B", "from": "2025-01-01", "share": 0.4},
            {"deal_id": "D2", "rep_id": "A", "from": "2025-01-01", "share": 0.5},
            {"deal_id": "D2", "rep_id": "B", "from": "2025-01-01", "share": 0.5},
        ],
    )
    plan = plan_of("""
name: Commission
currency: EUR
components:
  - {key: sales, metric: revenue, levels: [{to: 50000, rate: 3 %}, {rate: 5 %}]}
""")
    made = statements(facts, plan, "2025-Q1")
    # half of 10.01 is 5.005, rounded once, when all is added up: 60,005.01 and 40,005.01
    assert [made[rep].parts[0].quantity for rep in "AB"] == [D("60005.01"), D("40005.01")]
    # A: 50,000 × 3 % + 10,005.01 × 5 % = 1,500 + 500.2505; B: 40,005.01 × 3 % = 1,200.1503
    assert [made[rep].payout for rep in "AB"] == [D("2000.25"), D("1200.15")]
    assert [(item.id, item.value, item.share) for item in made["A"].parts[0].items] == [
        ("D1", D(100_000), D("0.6")),
        ("D2", D("10.01"), D("0.5")),
    ]


def test_a_draw_that_is_recovered_and_one_that_is_not(tmp_path: Path) -> None:
    days = ("2025-02-03", "2025-05-05", "2025-08-04")
    orders = [
        order(n, "A", day, amount) for n, (day, amount) in enumerate(zip(days, (15e3, 24e3, 30e3), strict=True))
    ]
    facts = facts_of(tmp_path, "2025-09-30", ["A"], orders=orders)
    rules = """
name: Draw
currency: EUR
from: 2025-Q1
draw: {amount: 2000, recoverable: true}
components: [{key: sales, metric: revenue, rate: 10 %}]
"""
    plan = plan_of(rules)
    made = [statements(facts, plan, period)["A"] for period in QUARTERS]
    # earned 1,500, 2,400, 3,000. Q1: 500 in advance. Q2: 400 above the draw pays off, 100 left. Q3: 100 pays off.
    assert [one.earned for one in made] == [D(1500), D(2400), D(3000)]
    assert [one.payout for one in made] == [D(2000), D(2000), D(2900)]
    assert [one.balance for one in made] == [D(500), D(100), D(0)]
    assert [one.balance_before for one in made] == [D(0), D(500), D(100)]
    assert [one.lines[-1].kind for one in made] == ["draw", "recovered", "recovered"]
    gift = plan_of(rules.replace("true", "false"))
    made = [statements(facts, gift, period)["A"] for period in QUARTERS]
    assert [one.payout for one in made] == [D(2000), D(2400), D(3000)]
    assert not any(one.balance for one in made)
    # somebody who owes 700 from before: 400 and 300 are paid back
    owing = plan_of(rules + "people: [{rep: name a, balance: 700}]\n")
    made = [statements(facts, owing, period)["A"] for period in QUARTERS]
    assert [(one.payout, one.balance) for one in made] == [
        (D(2000), D(1200)),
        (D(2000), D(800)),
        (D(2200), D(0)),
    ]


CLAWBACK = """
name: Clawback
currency: EUR
from: 2025-Q1
target_pay: 10000
clawback: {within: 60}
components:
  - {key: sales, metric: revenue, weight: 1, quota: 100000, levels: [{to: 1, rate: 1}, {rate: 2}]}
"""


def reversing(second: float = 80_000) -> list[dict[str, Any]]:
    """Two orders in the first quarter; in the second one is reversed in part, the other one too late."""
    return [
        order(1, "A", "2025-02-10", 60_000.0, deal_id="D1"),
        order(2, "A", "2025-03-20", 60_000.0, deal_id="D2"),
        order(3, "A", "2025-04-15", -30_000.0, deal_id="D2"),  # 26 days
        order(4, "A", "2025-05-20", -10_000.0, deal_id="D1"),  # 99 days
        order(5, "A", "2025-05-21", second, deal_id="D3"),
    ]


DEALS = [
    {"deal_id": f"D{n}", "rep_id": "A", "status": "won", "created_on": "2025-01-01", "closed_on": "2025-02-01"}
    for n in (1, 2, 3)
]


def test_clawback_of_reversed_orders(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "2025-06-30", ["A"], orders=reversing(), deals=DEALS)
    assert [(one.note, one.order, one.days) for one in reversals(facts)] == [("O3", "O2", 26), ("O4", "O1", 99)]
    plan = plan_of(CLAWBACK)
    # Q1: 120 % → 10,000 + 20 % × 2 × 10,000
    assert paid(facts, plan, "2025-Q1")["A"] == D(14_000)
    # Q2: 80 % → 8,000; Q1 with 90,000 instead of 120,000 would have earned 9,000, so 5,000 are taken back; the
    # note of 99 days takes nothing off
    made = statements(facts, plan, "2025-Q2")["A"]
    assert (made.earned, made.taken_back, made.payout) == (D(8000), D(5000), D(3000))
    assert made.parts[0].quantity == D(80_000)
    assert "120,000 → 90,000" in str(made.lines[-1].what)
    assert "1 credit note came later than 60 days" in str(made.notes[0])
    # without the rule, credit notes count where they stand: 80,000 − 40,000
    plain = plan_of(CLAWBACK.replace("clawback: {within: 60}\n", ""))
    assert paid(facts, plain, "2025-Q2")["A"] == D(4000)
    # a plan that does not say since when it holds looks back as far as it must
    assert paid(facts, plan_of(CLAWBACK.replace("from: 2025-Q1\n", "")), "2025-Q2")["A"] == D(3000)


def test_more_is_taken_back_than_was_earned(tmp_path: Path) -> None:
    orders = [*reversing(20_000), order(6, "A", "2025-08-01", 70_000.0, deal_id="D3")]
    facts = facts_of(tmp_path, "2025-09-30", ["A"], orders=orders, deals=DEALS)
    made = [statements(facts, plan_of(CLAWBACK), period)["A"] for period in QUARTERS]
    # Q2: 2,000 − 5,000: nothing is paid, 3,000 are owed; Q3: 7,000 − 3,000
    assert [one.payout for one in made] == [D(14_000), D(0), D(4000)]
    assert [one.balance for one in made] == [D(0), D(3000), D(0)]
    # paid in all = earned with the orders as they are now: 9,000 + 2,000 + 7,000
    assert sum(one.payout for one in made) == D(18_000)


def test_a_shared_order_is_taken_back_by_its_shares(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        "2025-06-30",
        ["A", "B"],
        deals=DEALS,
        orders=[
            order(1, "A", "2025-03-20", 50_000.0, deal_id="D2"),
            order(2, "A", "2025-04-15", -25_000.0, deal_id="D2"),
            order(3, "B", "2025-05-01", 90_000.0, deal_id="D3"),
        ],
        deal_owners=[
            {"deal_id": "D2", "rep_id": "A", "from": "2025-01-01", "share": 0.6},
            {"deal_id": "D2", "rep_id": "B", "from": "2025-01-01", "share": 0.4},
        ],
    )
    plan = plan_of(CLAWBACK)
    assert paid(facts, plan, "2025-Q1") == {"A": D(3000), "B": D(2000)}
    made = statements(facts, plan, "2025-Q2")
    # half of it is reversed: A had 30,000 and has 15,000, B 20,000 and 10,000
    assert [(made[rep].payout, made[rep].balance) for rep in "AB"] == [(D(0), D(1500)), (D(8000), D(0))]


def test_which_order_a_credit_note_belongs_to(tmp_path: Path) -> None:
    orders = [
        order(1, "A", "2025-01-10", 900.0, deal_id="D1"),
        order(2, "A", "2025-01-20", 500.0, deal_id="D1"),
        order(3, "A", "2025-01-30", 700.0, deal_id="D1"),
        order(4, "A", "2025-02-20", 500.0, deal_id="D1"),
        order(5, "A", "2025-02-10", -500.0, deal_id="D1"),  # just the amount of the second
        order(6, "A", "2025-02-11", -800.0, deal_id="D1"),  # only the first is as big
        order(7, "A", "2025-02-12", -2000.0, deal_id="D1"),  # none is: the last one before it
        order(8, "A", "2025-02-13", -5.0, deal_id="D2"),  # of another deal
        order(9, "A", "2025-01-05", 60.0, account_id="C1", product_line="Lamps"),
        order(10, "A", "2025-01-06", 60.0, account_id="C1", product_line="Poles"),
        order(11, "A", "2025-02-14", -60.0, account_id="C1", product_line="Lamps"),
        order(12, "A", "2025-02-15", -60.0),
        order(13, "A", "2025-02-21", -500.0, deal_id="D1"),  # nothing is left of the second
    ]
    facts = facts_of(tmp_path, "2025-03-31", ["A"], orders=orders)
    assert {one.note: one.order for one in reversals(facts)} == {
        "O5": "O2",
        "O6": "O1",
        "O7": "O3",
        "O11": "O9",
        "O13": "O4",
    }


def test_levels_that_pay_the_whole_or_a_flat_amount(tmp_path: Path) -> None:
    sold = {"A": 9_999.0, "B": 10_000.0, "C": 25_000.0}
    orders = [order(n, rep, "2025-02-03", amount, units=n + 1.0) for n, (rep, amount) in enumerate(sold.items())]
    facts = facts_of(tmp_path, "2025-03-31", list(sold), orders=orders)
    rules = "name: x\ncurrency: EUR\ncomponents: [{key: x, metric: revenue, pays: PAYS, levels: LEVELS}]"
    levels = "[{to: 10000, rate: 1 %}, {to: 20000, rate: 2 %}, {rate: 4 %}]"
    whole = plan_of(rules.replace("PAYS", "whole").replace("LEVELS", levels))
    assert paid(facts, whole, "2025-Q1") == {"A": D("99.99"), "B": D(200), "C": D(1000)}
    flat = plan_of(
        rules.replace("PAYS", "flat").replace("LEVELS", "[{from: 10000, to: 20000, rate: 500}, {rate: 750}]")
    )
    assert paid(facts, flat, "2025-Q1") == {"A": D(0), "B": D(500), "C": D(750)}
    units = plan_of("name: x\ncurrency: EUR\ncomponents: [{key: x, metric: units, rate: 1.5}]")
    assert paid(facts, units, "2025-Q1") == {"A": D("1.5"), "B": D(3), "C": D("4.5")}


def test_who_comes_in_the_middle_has_a_part(tmp_path: Path) -> None:
    # 15 February to 31 March is 45 of the 90 days
    reps = [
        {"rep_id": "A", "name": "Ann", "hired_on": "2025-02-15"},
        {"rep_id": "B", "name": "Bob", "hired_on": "2020-01-01"},
        {"rep_id": "C", "name": "Cid", "hired_on": "2020-01-01", "left_on": "2024-12-31"},
    ]
    orders = [order(1, "A", "2025-03-03", 50_000.0), order(2, "B", "2025-03-03", 50_000.0)]
    facts = facts_of(tmp_path, "2025-03-31", reps, orders=orders)
    rules = """
name: x
currency: EUR
target_pay: 8000
draw: {amount: 3000, recoverable: false}
components: [{key: sales, metric: revenue, weight: 1, quota: 100000, threshold: 60 %}]
"""
    # Ann: 50,000 of 50,000 × 4,000; Bob: half his quota, below the threshold, so the guarantee
    assert paid(facts, plan_of(rules), "2025-Q1") == {"A": D(4000), "B": D(3000)}
    made = statements(facts, plan_of(rules + "prorate: false\n"), "2025-Q1")
    assert made["A"].payout == D(3000)
    assert made["A"].notes == ()
    own = "people: [{rep: Bob, target_pay: 12000, quotas: {sales: 25000}, draw: {amount: 1, recoverable: true}}]\n"
    assert paid(facts, plan_of(rules + own), "2025-Q1")["B"] == D(24_000)


def test_caps_of_all_and_rounding_of_what_is_paid(tmp_path: Path) -> None:
    orders = [order(1, "A", "2025-03-03", 123_456.78, gross_profit=1111.11)]
    facts = facts_of(tmp_path, "2025-03-31", ["A"], orders=orders)
    rules = """
name: x
currency: EUR
target_pay: 1000
rounding: {payout: 5}
components:
  - {key: sales, metric: revenue, weight: 1, quota: 100000}
  - {key: margin, metric: gross_profit, rate: 10 %}
"""
    made = statements(facts, plan_of(rules), "2025-Q1")["A"]
    # 1,234.5678 → 1,234.57; 111.111 → 111.11; together 1,345.68, to a multiple of 5: 1,345
    assert [line.amount for line in made.lines] == [D("1234.57"), D("111.11"), D("-0.68")]
    assert made.payout == D(1345)
    made = statements(facts, plan_of(rules.replace("rounding: {payout: 5}", "cap: 1.3")), "2025-Q1")["A"]
    assert (made.payout, made.lines[-1].kind, made.lines[-1].amount) == (D(1300), "cap_all", D("-45.68"))


def test_what_is_not_known_is_said_and_pays_nothing(tmp_path: Path) -> None:
    deals = [
        deal(1, "A", "won", "2025-01-02", "2025-02-03", amount=5.0),
        deal(2, "A", "lost", "2025-01-02", "2025-02-03", amount=5.0),
    ]
    facts = facts_of(tmp_path, "2025-03-31", ["A", "B"], deals=deals, targets=[target("A", 10)])
    plan = plan_of("""
name: x
currency: EUR
target_pay: 1000
components:
  - {key: sales, metric: attainment, weight: 50 %}
  - {key: wins, metric: win_rate, weight: 50 %, quota: 40 %}
""")
    made = statements(facts, plan, "2025-Q1")
    # A: 5 of 10 × 500, and half of the deals won of 40 % × 500
    assert made["A"].payout == D("250.00") + D("625.00")
    assert made["B"].payout == 0
    assert "no target for Revenue fits" in str(made["B"].lines[0].what)
    assert made["B"].parts[1].quantity is None  # no deal closed: no win rate, and that is no zero


def test_nothing_of_anybody_else_is_in_a_statement(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        "2025-06-30",
        [{"rep_id": "ANNIE", "name": "Annie Somebody"}, {"rep_id": "ROBERT", "name": "Robert Else"}],
        deals=[dict(one, rep_id="ANNIE") for one in DEALS],
        orders=[
            order(1, "ANNIE", "2025-03-20", 50_000.0, deal_id="D2"),
            order(2, "ANNIE", "2025-04-15", -50_000.0, deal_id="D2"),
            order(77, "ROBERT", "2025-05-01", 90_777.0, deal_id="D3"),
        ],
        deal_owners=[
            {"deal_id": "D2", "rep_id": "ANNIE", "from": "2025-01-01", "share": 0.6},
            {"deal_id": "D2", "rep_id": "ROBERT", "from": "2025-01-01", "share": 0.4},
        ],
    )
    own = "people: [{rep: ROBERT, target_pay: 31337}]\n"
    period = facts.dataset.period("2025-Q2")
    said = repr(payout_of(facts, plan_of(CLAWBACK + own), period, "annie somebody"))
    assert "ANNIE" in said
    assert not [one for one in ("ROBERT", "Robert", "31337", "90777", "O77") if one in said]
    with pytest.raises(ConfigError, match="Nobody of this name"):
        pay(facts, plan_of(CLAWBACK), period).payout_of("Carl")


def test_of_a_period_that_has_not_begun_nothing_is_due(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "2025-03-31", ["A"], orders=[order(1, "A", "2025-02-03", 1000.0)])
    rules = """
name: x
currency: EUR
from: 2025-Q1
draw: {amount: 3000, recoverable: true}
components: [{key: sales, metric: revenue, rate: 10 %}]
"""
    # the first quarter: 100 earned and an advance of 2,900, which is owed; the second one: nothing, no advance
    assert paid(facts, plan_of(rules), "2025-Q1") == {"A": D(3000)}
    made = statements(facts, plan_of(rules), "2025-Q2")["A"]
    assert (made.payout, made.balance_before, made.balance) == (0, 2900, 2900)
    assert sum(line.amount for line in made.lines) == 0
