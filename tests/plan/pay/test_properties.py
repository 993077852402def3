"""What holds for every pay plan: lines add up, more is never less, caps hold, balances conserve."""

from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from salesreport.language import Text
from salesreport.plan.pay.amounts import CENT, rounded
from salesreport.plan.pay.balance import settle
from salesreport.plan.pay.earning import Line, Terms, earn, total
from salesreport.plan.pay.model import Draw, PayPlan, Rounding
from salesreport.plan.pay.outlook import settled, worth
from salesreport.plan.pay.rule import Band, Scale

calm = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Plans are big, and a busy machine is slow to draw them."""

MONEY = st.decimals(0, 1_000_000, places=2)
QUOTA = st.decimals(1, 500_000, places=2)
RATE = st.decimals(0, 4, places=3)


@st.composite
def levels(draw: Any, rising: bool = False, ends: st.SearchStrategy[D] | None = None) -> list[dict[str, Any]]:
    """Levels without gap or overlap."""
    ends = st.decimals(D("0.1"), 3, places=2) if ends is None else ends
    borders = sorted(draw(st.lists(ends, max_size=4, unique=True)))
    rates = draw(st.lists(RATE, min_size=len(borders) + 1, max_size=len(borders) + 1))
    rates = sorted(rates) if rising else rates
    return [{"to": end, "rate": rate} for end, rate in zip([*borders, None], rates, strict=True)]


@st.composite
def plans(draw: Any, smooth: bool = False) -> PayPlan:
    """Plans of one or two components: an objective, and a commission beside it."""
    pays = "band" if smooth else draw(st.sampled_from(["band", "whole", "flat"]))
    first: dict[str, Any] = {"key": "a", "metric": "revenue", "weight": 1, "pays": pays}
    first["levels"] = draw(levels(rising=pays != "band"))
    if not smooth and draw(st.booleans()):
        then = draw(st.sampled_from(["all", "above"]))
        first["threshold"] = {"at": draw(st.decimals(D("0.1"), 2, places=2)), "then": then}
    components = [first]
    if draw(st.booleans()):
        ends = st.decimals(1, 500_000, places=2)
        components.append({"key": "b", "metric": "gross_profit", "levels": draw(levels(ends=ends))})
    how = draw(st.sampled_from(["half_up", "half_even", "down", "up"]))
    plan: dict[str, Any] = {"name": "x", "currency": "EUR", "target_pay": draw(QUOTA), "components": components}
    plan["rounding"] = {"lines": draw(st.sampled_from(["0.01", "0.05", "1"])), "how": how}
    return PayPlan.model_validate(plan)


@st.composite
def cases(draw: Any, smooth: bool = False) -> tuple[PayPlan, Terms, dict[str, D]]:
    """A plan, what it promises somebody, and what is counted."""
    plan = draw(plans(smooth))
    terms = Terms(plan.target_pay, {"a": draw(QUOTA)})
    return plan, terms, {one.key: draw(MONEY) for one in plan.components}


@calm
@given(cases())
def test_every_line_can_be_done_again_and_they_add_up(case: tuple[PayPlan, Terms, dict[str, D]]) -> None:
    plan, terms, quantities = case
    made = earn(plan, terms, quantities)
    step = plan.rounding.lines
    assert made.amount == sum(line.amount for line in made.lines)
    for line in made.lines:
        assert line.amount % step == 0
        if line.rate is not None:
            by_hand = Fraction(line.rate)
            by_hand *= Fraction(line.quantity) if line.quantity is not None else 1
            by_hand *= Fraction(line.base) if line.base is not None else 1
            by_hand /= Fraction(line.of) if line.of is not None else 1
            assert abs(Fraction(line.amount) - by_hand) < Fraction(step)
        else:
            assert line.kind == "nothing"
            assert not line.amount
    # what is paid for is all of the quantity, where levels begin at zero and nothing is lost below a threshold
    for one in plan.components:
        if one.pays == "band" and one.threshold is None:
            counted = sum((line.quantity or D(0)) for line in made.lines if line.component == one.key)
            assert counted == quantities[one.key]


@calm
@given(st.integers(0, 60), st.lists(st.integers(1, 50), max_size=4, unique=True), st.data())
def test_bands_are_the_area_under_the_rates(at: int, borders: list[int], data: Any) -> None:
    starts = [0, *sorted(borders)]
    rates = data.draw(st.lists(RATE, min_size=len(starts), max_size=len(starts)))
    ends = [*starts[1:], None]
    bands = tuple(
        Band(D(low), None if high is None else D(high), rate)
        for low, high, rate in zip(starts, ends, rates, strict=True)
    )
    # every unit is paid at the rate of the place it lies at
    area = sum(
        (Fraction(rates[max(n for n, low in enumerate(starts) if low <= unit)]) for unit in range(at)), Fraction(0)
    )
    assert Scale(bands).value(Fraction(at)) == area


@calm
@given(cases(), MONEY, MONEY)
def test_more_of_the_metric_is_never_less_pay(case: tuple[PayPlan, Terms, dict[str, D]], one: D, other: D) -> None:
    plan, terms, quantities = case
    less, more = sorted((one, other))
    paid = [earn(plan, terms, {**quantities, "a": value}).of("a") for value in (less, more)]
    assert paid[0] <= paid[1]
    exact = plan.components[0].scale
    at = [Fraction(value) / Fraction(terms.quotas["a"]) for value in (less, more)]
    assert exact.value(at[0]) <= exact.value(at[1])


@calm
@given(cases(), st.decimals(D("0.01"), 5000, places=2))
def test_a_cap_is_the_most(case: tuple[PayPlan, Terms, dict[str, D]], cap: D) -> None:
    plan, terms, quantities = case
    free = earn(plan, terms, quantities)
    parts = (plan.components[0].model_copy(update={"cap_amount": cap}), *plan.components[1:])
    capped = earn(plan.model_copy(update={"components": parts}), terms, quantities)
    most = rounded(cap, plan.rounding.lines, "down")
    assert capped.of("a") == min(free.of("a"), most)
    whole = earn(plan.model_copy(update={"cap_amount": cap}), terms, quantities)
    assert whole.amount == min(free.amount, most)


@calm
@given(cases(smooth=True))
def test_marginal_rates_have_no_jump_at_their_borders(case: tuple[PayPlan, Terms, dict[str, D]]) -> None:
    plan, _, _ = case
    scale = plan.components[0].scale
    most = max(band.rate for band in scale.bands)
    small = Fraction(1, 10**9)
    for band in scale.bands[1:]:
        below, above = (scale.value(Fraction(band.start) + move) for move in (-small, small))
        assert 0 <= above - below <= 2 * small * Fraction(most)


@calm
@given(plans())
def test_nothing_is_paid_for_nothing(plan: PayPlan) -> None:
    terms = Terms(plan.target_pay, {"a": D(100)})
    for none in (D(0), D(-5)):
        assert earn(plan, terms, {one.key: none for one in plan.components}).amount == 0
    assert earn(plan, terms, {}).amount == 0


@calm
@given(cases(), st.lists(st.floats(0, 1e6), min_size=1, max_size=5))
def test_futures_are_paid_by_the_same_rule(
    case: tuple[PayPlan, Terms, dict[str, D]], amounts: list[float]
) -> None:
    plan, terms, _ = case
    for one in plan.components:
        quota = terms.quotas.get(one.key, D(1))
        at = np.array([round(amount, 2) / float(quota) for amount in amounts])
        # of a place that is a border but for rounding, neither side is wrong
        borders = [float(band.start) for band in one.scale.bands] + [float(one.scale.threshold)]
        assume(not any(abs(place - border) < 1e-9 for place in at for border in borders if border))
        made = worth(one, terms, at)
        for place, value in zip(at, made, strict=True):
            exact = float(one.scale.value(Fraction(float(place))) * Fraction(terms.basis(one)))
            assert abs(value - exact) <= 1e-9 * max(1, abs(exact))


def take_back(amount: D) -> tuple[Line, ...]:
    return (Line("clawback", "", Text("x"), -amount),) if amount else ()


@calm
@given(
    st.lists(st.tuples(MONEY, MONEY), min_size=1, max_size=8),
    st.one_of(st.none(), st.tuples(st.decimals(D("0.01"), 5000, places=2), st.booleans())),
    st.decimals(0, 5000, places=2),
)
@example([(D(1500), D(0)), (D(2400), D(0)), (D(3000), D(0))], (D(2000), True), D(0))
def test_balances_conserve_over_periods(periods: list[tuple[D, D]], draws: tuple[D, bool] | None, owed: D) -> None:
    draw = Draw(amount=draws[0], recoverable=draws[1]) if draws else None
    balance, paid, given_away = owed, D(0), D(0)
    for earned, back in periods:
        made = settle(earned, take_back(back), draw, balance, Rounding())
        assert made.paid == earned + total(made.lines)
        assert made.paid >= (draw.amount if draw else 0)
        assert made.balance >= 0
        there = settled(np.array([float(earned - back)]), Terms(None, {}, draw), balance)[0]
        assert abs(there - float(made.paid)) < 0.006, "futures are settled by the same rule"
        balance, paid = made.balance, paid + made.paid
        given_away += sum(line.amount for line in made.lines if line.kind == "guarantee")
    earned_in_all = sum(earned - back for earned, back in periods)
    assert paid == earned_in_all + given_away + balance - owed
    if draw is None or draw.recoverable:
        assert given_away == 0


@calm
@given(
    st.fractions(-1000, 1000),
    st.sampled_from([CENT, D("0.05"), D(1), D(5)]),
    st.sampled_from(["half_up", "half_even", "down", "up"]),
)
def test_rounding_is_to_a_multiple_and_the_same_both_ways(value: Fraction, step: D, how: Any) -> None:
    made = rounded(value, step, how)
    assert made % step == 0
    assert abs(Fraction(made) - value) < Fraction(step) if "half" not in how else True
    if "half" in how:
        assert abs(Fraction(made) - value) <= Fraction(step) / 2
    assert rounded(-value, step, how) == -made
