"""What is wrong with a pay plan is one message, with file, line and the nearest valid name."""

from fractions import Fraction
from pathlib import Path

import pytest
from companies import facts_of, order, target

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.plan.pay import check_pay_plan, load_pay_plan, parse_pay_plan

PAY = Path(__file__).resolve().parents[3] / "params" / "pay"

RULES = """\
name: Rules
currency: EUR
every: quarter
from: 2025-Q1
target_pay: 9000
where: {team: [North]}
components:
  - key: sales
    metric: revenue
    weight: 60 %
    where: {segment: [A]}
    quota: 100000
    threshold: 50 %
    levels:
      - {to: 100 %, rate: 1}
      - {to: 120 %, rate: 1.5}
      - {rate: 2}
    cap: 200 %
  - key: calls
    metric: activity:call
    weight: 40 %
    quota: targets
  - key: units
    metric: units
    levels: [{to: 100, rate: 1}, {rate: 3}]
    cap_amount: 500
cap: 220 %
draw: {amount: 2000, recoverable: true}
clawback: {within: 90}
rounding: {payout: 1}
people:
  - {rep: Ann Berg, target_pay: 5000, quotas: {sales: 50000}}
"""


def test_the_plan_itself_is_right() -> None:
    plan = parse_pay_plan(RULES)
    assert [one.whose_quota for one in plan.components] == [100_000, "targets", None]
    assert parse_pay_plan(RULES.replace("60 %", "0.6").replace("40 %", "0.40")).components == plan.components


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("weight: 40 %", "weight: 41 %", 21, "The weights add up to 1.01, not to 1."),
        ("weight: 40 %", "wieght: 40 %", 21, "Did you mean “weight”?"),
        ("weight: 40 %", "weight: -40 %", 21, "This may not be negative. Found “-40 %”."),
        ("weight: 40 %", "weight: 0", 21, "This may not be zero."),
        ("weight: 40 %", "weight: forty", 21, "a number such as 0.6, 60% or 2000"),
        ("weight: 40 %", "weight: true", 21, "This is no number."),
        ("target_pay: 9000", "target_pay: -9000", 5, "This may not be negative."),
        ("target_pay: 5000, ", "balance: -1, ", 32, "This may not be negative."),
        ("{to: 120 %", "{from: 90 %, to: 120 %", 16, "Level 2 begins before level 1 ends."),
        ("{to: 120 %", "{from: 105 %, to: 120 %", 16, "Nothing is said of what lies between level 1 and level 2."),
        ("{to: 120 %", "{to: 80 %", 16, "It ends before it begins."),
        ("{rate: 2}", "{to: 3, rate: 2}", 17, "The last level has no end"),
        ("rate: 1.5", "rate: -1.5", 16, "This may not be negative."),
        ("    cap: 200 %", "    cap: 120 %", 18, "The cap is below what level 3 pays where it begins."),
        ("    cap: 200 %", "    cap_amount: 7000", 18, "The cap is below what level 3 of “sales” pays"),
        ("cap_amount: 500", "cap_amount: 100", 26, "The cap is below what level 2 pays where it begins."),
        ("cap_amount: 500", "cap: 2", 26, "It has no weight."),
        ("cap: 220 %", "cap: 90 %", 27, "The cap is below what is paid at every quota."),
        (
            "weight: 40 %",
            "weight: 40 %\n    pays: flat",
            22,
            "It would pay all of it at any attainment. Found “flat”",
        ),
        (
            "levels: [{to: 100, rate: 1}, {rate: 3}]",
            "pays: flat\n    rate: 3",
            25,
            "Expected levels, or a threshold.",
        ),
        (
            "levels: [{to: 100, rate: 1}",
            "levels: [{to: 100 %, rate: 1}",
            25,
            "A percentage of what? The component",
        ),
        (
            "    levels: [{to: 100, rate: 1}",
            "    threshold: 50 %\n    levels: [{to: 100, rate: 1}",
            25,
            "A percenta",
        ),
        (
            "levels: [{to: 100, rate: 1}, {rate: 3}]",
            "levels: []",
            25,
            "Nothing stands here. Expected one level or",
        ),
        (
            "target_pay: 9000",
            "target_pay: 10000000000000",
            5,
            "too large. Found “10000000000000”. Expected at most 1000000000000.",
        ),
        ("target_pay: 5000", "target_pay: 1000000000001", 32, "This number is too large."),
        ("quota: 100000", "quota: 1.0e+30", 12, "This number is too large."),
        ("quota: targets", "quota: tragets", 22, "Did you mean “targets”?"),
        ("quota: targets", "quota: 0", 22, "This may not be zero."),
        ("quota: targets", "rate: 3", 22, "It has a weight and a rate"),
        ("key: units", "key: sales", 23, "Two components have the key “sales”."),
        ("key: units", "key: Unit s", 23, "This is no key."),
        ("where: {segment", "where: {segmnet", 11, "Did you mean “segment”?"),
        ("where: {team", "where: {taem", 6, "Did you mean “team”?"),
        ("every: quarter", "every: week", 3, "Input should be"),
        ("recoverable: true", "recoverable: maybe", 28, "should be a valid boolean"),
        ("within: 90", "within: 0", 29, "greater than or equal to 1"),
        ("{sales: 50000}", "{slaes: 50000}", 32, "Did you mean “sales”?"),
        ("{sales: 50000}", "{units: 50000}", 32, "This component has no quota."),
    ],
)
def test_what_a_plan_may_not_say(tmp_path: Path, was: str, becomes: str, line: int, said: str) -> None:
    assert RULES.count(was) == 1, was
    file = tmp_path / "pay.yml"
    file.write_text(RULES.replace(was, becomes), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_pay_plan(file)
    assert said in str(caught.value)
    assert (caught.value.file, caught.value.line) == (file, line)


def test_two_components_of_one_title() -> None:
    rules = RULES
    for key in ("sales", "calls"):
        rules = rules.replace(f"key: {key}", f"key: {key}\n    title: Sales")
    with pytest.raises(
        ConfigError, match=r"line 21, key “components.1.title”: Two components have the title “Sales”"
    ):
        parse_pay_plan(rules)


def test_shares_and_flat_pay_that_mean_something() -> None:
    # half of all deals won: a quantity that is a share itself needs no quota; a threshold is a level, too
    plan = parse_pay_plan("""
name: x
currency: EUR
components:
  - {key: wins, metric: win_rate, pays: flat, levels: [{from: 50 %, rate: 500}]}
  - {key: sales, metric: revenue, pays: flat, rate: 500, threshold: 10000}
  - {key: reached, metric: attainment, pays: flat, rate: 500, threshold: 110 %}
""")
    assert [float(one.scale.value(Fraction(6, 10))) for one in plan.components] == [500, 0, 0]


def test_weights_of_no_target_pay() -> None:
    rules = RULES.replace("target_pay: 9000\n", "").replace("target_pay: 5000, ", "")
    with pytest.raises(ConfigError, match=r"line 9.*Weights are shares of a target pay, and there is none"):
        parse_pay_plan(rules)


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return facts_of(
        tmp_path,
        "2025-03-31",
        [
            {"rep_id": "R1", "name": "Ann Berg", "team": "North"},
            {"rep_id": "R2", "name": "Bob", "team": "South"},
            {"rep_id": "R3", "name": "Bob", "team": "South"},
        ],
        accounts=[{"account_id": "C1", "segment": "A"}, {"account_id": "C2", "segment": "B"}],
        orders=[order(1, "R1", "2025-02-03", 10.0, account_id="C1", units=2.0)],
        activities=[{"activity_id": "1", "rep_id": "R1", "type": "call", "done_at": "2025-02-03"}],
        targets=[
            target("R1", 5, metric="activity:call"),
            target("R1", 5, metric="activity:call", period="2025-Q2"),
        ],
    )


def test_a_plan_that_fits_the_data(facts: Facts) -> None:
    check_pay_plan(parse_pay_plan(RULES), facts)


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("currency: EUR", "currency: USD", 2, "Found “USD”. Expected EUR."),
        ("from: 2025-Q1", "from: 2025-01", 4, "Expected a period such as 2025-Q1."),
        ("from: 2025-Q1", "from: 2025-Q9", 4, "This is not a period."),
        ("team: [North]", "team: [Nroth]", 6, "Did you mean “North”?"),
        ("team: [North]", "rep: [Ann Brg]", 6, "Did you mean “Ann Berg”?"),
        ("metric: revenue", "metric: revenues", 9, "Did you mean “revenue”?"),
        ("metric: revenue", "metric: conversion", 9, "none is named"),
        ("metric: revenue", "metric: complaints", 9, "Less of this metric is better"),
        ("metric: activity:call", "metric: activity:cal", 20, "Did you mean “activity:call”?"),
        ("segment: [A]", "segment: [AA]", 11, "There is no segment of this name in the data."),
        (
            "    metric: units",
            "    metric: units\n    quota: targets",
            25,
            "Table targets has no row for this metric",
        ),
        ("rep: Ann Berg", "rep: Anna Berg", 32, "Did you mean “Ann Berg”?"),
        ("rep: Ann Berg", "rep: bob", 32, "Several reps have this name"),
        ("people:", "people:\n  - {rep: R1}", 33, "This rep stands twice."),
    ],
)
def test_what_the_data_do_not_have(
    facts: Facts, tmp_path: Path, was: str, becomes: str, line: int, said: str
) -> None:
    assert RULES.count(was) == 1, was
    file = tmp_path / "pay.yml"
    file.write_text(RULES.replace(was, becomes), encoding="utf-8")
    plan = load_pay_plan(file)
    with pytest.raises(ConfigError) as caught:
        check_pay_plan(plan, facts, file)
    assert said in str(caught.value)
    assert (caught.value.file, caught.value.line) == (file, line)


@pytest.mark.parametrize("file", sorted(PAY.glob("*.yml")), ids=lambda file: file.stem)
def test_the_plans_that_come_with_the_kit_fit_the_sample_company(file: Path, sample: Dataset) -> None:
    check_pay_plan(load_pay_plan(file), Facts.of(sample), file)
