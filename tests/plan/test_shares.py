"""A strategy is shared out without losing a cent, whoever is there and whatever is zero."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.errors import ConfigError
from salesreport.period import Period
from salesreport.plan import Strategy, share_out
from salesreport.plan.capacity import days_carried
from salesreport.plan.money import apportion, controlled
from salesreport.plan.strategy import Ramp

QUARTERS = [Period.parse(f"2026-Q{number}") for number in (1, 2, 3, 4)]


def people(*hired: str | None, left: dict[int, str] | None = None) -> pd.DataFrame:
    """R1, R2 …, hired on days."""
    return pd.DataFrame(
        {
            "rep_id": [f"R{number}" for number in range(1, len(hired) + 1)],
            "hired_on": pd.to_datetime(pd.Series(hired, dtype=object)),
            "left_on": pd.to_datetime(
                pd.Series([(left or {}).get(n) for n in range(1, len(hired) + 1)], dtype=object)
            ),
        }
    )


def plan(**more: Any) -> Strategy:
    return Strategy.model_validate({"name": "S", "goal": {"2026": 1000}, **more})


# --- money


@settings(deadline=None)
@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_apportioned_parts_add_up_and_are_fair(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)
    if not sum(weights):
        assert parts is None or total == 0
        return
    assert parts is not None
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_a_table_is_rounded_in_both_directions_at_once(rows: int, columns: int, data: st.DataObject) -> None:
    cell = st.fractions(0, 50, max_denominator=7)
    exact = data.draw(st.lists(st.lists(cell, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    whole = controlled(exact)
    for lines, sums in ((whole, exact), (list(zip(*whole, strict=True)), list(zip(*exact, strict=True)))):
        for line, one in zip(lines, sums, strict=True):
            assert floor(sum(one)) <= sum(line) <= ceil(sum(one))
            assert all(floor(a) <= b <= ceil(a) for a, b in zip(one, line, strict=True))


# --- capacity


def test_a_rep_hired_in_mid_quarter_counts_from_that_day_and_in_part_at_first() -> None:
    ramp = [Ramp(days=30, share="0.25"), Ramp(days=60, share="0.5")]
    quarter = QUARTERS[0]
    # 15 February: 14 days of February and 31 of March; the first 30 at a quarter, 15 at a half
    assert days_carried(dt.date(2026, 2, 15), None, quarter, ramp) == 30 * Fraction(1, 4) + 15 * Fraction(1, 2)
    assert days_carried(dt.date(2026, 4, 1), None, quarter, ramp) == 0
    assert days_carried(None, dt.date(2026, 1, 10), quarter, ramp) == 10
    assert days_carried(dt.date(2025, 12, 2), None, quarter, ramp) == Fraction(30, 2) + 60  # days 31–60 at a half


# --- by hand


def test_seasons_and_mix_by_hand() -> None:
    made = plan(
        goal={"2026": 1000}, seasonality=[0.1, 0.2, 0.2, 0.5], segments={"A": 0.35, "B": 0.25, "C": 0.4},
        weights={"R1": 3},
    )  # fmt: skip
    shared = share_out(made, people(None, None), QUARTERS[3])
    told = shared.frame.set_index(["rep_id", "segment"])["value"]
    assert shared.total == 50_000
    assert told.to_dict() == {
        ("R1", "A"): 131.25, ("R1", "B"): 93.75, ("R1", "C"): 150.0,
        ("R2", "A"): 43.75, ("R2", "B"): 31.25, ("R2", "C"): 50.0,
    }  # fmt: skip


def test_specialists_carry_only_what_they_sell_and_what_nobody_sells_is_a_gap() -> None:
    made = plan(
        segments={"A": 0.5, "B": 0.3, "C": 0.2}, organisation="specialists",
        specialists={"R1": {"segments": ["A"]}, "R2": {"segments": ["B"]}},
    )  # fmt: skip
    shared = share_out(made, people(None, None, None), QUARTERS[0])
    assert shared.frame.set_index(["rep_id", "segment"])["value"].to_dict() == {
        ("R1", "A"): 125.0,
        ("R2", "B"): 75.0,
    }
    (gap,) = shared.gaps.to_dict("records")
    assert (gap["segment"], gap["value"], str(gap["reason"])) == ("C", 50.0, "nobody is named to sell this")


def test_a_team_in_which_nobody_is_there_leaves_all_as_a_gap() -> None:
    shared = share_out(plan(), people("2026-07-01", "2026-08-01"), Period.parse("2026"))
    by_part = share_out(plan(seasonality=[0.25] * 4), people("2026-07-01"), Period.parse("2026"))
    assert shared.gaps.empty
    assert by_part.gaps["period"].tolist() == ["2026-Q1", "2026-Q2"]
    assert by_part.gaps["value"].sum() == by_part.frame["value"].sum() == 500


def test_units_stay_whole() -> None:
    shared = share_out(plan(metric="units", goal={"2026": 100}), people(None, None, None), Period.parse("2026"))
    assert shared.frame["value"].tolist() == [34.0, 33.0, 33.0]


def test_a_fiscal_year() -> None:
    made = plan(goal={"2026": 400}, seasonality=[0.1, 0.2, 0.3, 0.4])
    first = Period.parse("2026-Q1", fiscal_year_start=4)
    assert first.start == dt.date(2025, 4, 1)
    assert share_out(made, people(None), first).frame["value"].tolist() == [40.0]


# --- properties


@st.composite
def strategies(draw: st.DrawFn) -> tuple[Strategy, pd.DataFrame]:
    def shares(names: str) -> dict[str, str]:
        kept = names[: draw(st.integers(1, len(names)))]
        cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=len(kept) - 1, max_size=len(kept) - 1)))
        edges = [0, *cuts, 1000]
        return {name: str(Decimal(b - a) / 1000) for name, a, b in zip(kept, edges, edges[1:], strict=False)}

    number = draw(st.integers(1, 5))
    day = st.one_of(st.none(), st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)).map(str))
    reps = people(*draw(st.lists(day, min_size=number, max_size=number)))
    content: dict[str, Any] = {
        "name": "S", "metric": draw(st.sampled_from(["revenue", "gross_profit", "units"])),
        "goal": {"2026": str(Decimal(draw(st.integers(0, 10**9))) / 100)},
        "seasonality": list(shares("abcd").values()), "segments": shares("ABC"), "product_lines": shares("XYZ"),
        "weights": {f"R{one}": draw(st.integers(0, 3)) for one in range(1, number + 1)},
        "ramp_up": [{"days": 90, "share": draw(st.sampled_from(["0", "0.3", "1"]))}],
    }  # fmt: skip
    if len(content["seasonality"]) != 4:
        content["seasonality"] = []
    if draw(st.booleans()):
        content["organisation"] = "specialists"
        content["specialists"] = {
            f"R{one}": {"segments": draw(st.lists(st.sampled_from(sorted(content["segments"])), max_size=2))}
            for one in range(1, number + 1)
        }
    return Strategy.model_validate(content), reps


@settings(deadline=None)
@given(strategies())
def test_plans_and_gaps_add_up_to_the_strategy(drawn: tuple[Strategy, pd.DataFrame]) -> None:
    made, reps = drawn
    unit = Decimal(1) if made.metric == "units" else Decimal("0.01")
    total, year = 0, 0
    for quarter in QUARTERS:
        shared = share_out(made, reps, quarter)
        both = pd.concat([shared.frame, shared.gaps])
        assert both["quanta"].sum() == shared.total
        assert (both["quanta"] >= 0).all()
        total += shared.total
        year += int(both["quanta"].sum())
        # the mix is the strategy's, to a cent
        for key, shares in (("segment", made.segments), ("product_line", made.product_lines)):
            sums = both.groupby(key)["quanta"].sum()
            for name, share in shares.items():
                assert abs(Fraction(int(sums.get(name, 0))) - shared.total * Fraction(share)) < 2
    goal = next(iter(made.goal.values()))
    assert total == year == int((goal / unit).quantize(Decimal(1)))
    assert abs(Decimal(total) * unit - goal) <= unit / 2


@settings(deadline=None)
@given(strategies())
def test_territories_have_the_same_mix_and_nobody_drifts(drawn: tuple[Strategy, pd.DataFrame]) -> None:
    made, reps = drawn
    if made.organisation != "territory":
        return
    shared = share_out(made, reps, QUARTERS[2])
    sums = shared.frame.groupby("rep_id")["quanta"].sum()
    carry = {
        row.rep_id: days_carried(
            None if pd.isna(row.hired_on) else row.hired_on.date(), None, QUARTERS[2], made.ramp_up
        ) * Fraction(made.weights[row.rep_id])
        for row in reps.itertuples()
    }  # fmt: skip
    whole = sum(carry.values())
    for rep, part in sums.items():
        assert abs(part - shared.total * carry[rep] / whole) < 1


# --- what cannot be


@pytest.mark.parametrize(
    ("goal", "weights", "asked", "said"),
    [
        ({"2026": 10}, [0.25] * 4, "2026-02", "The strategy plans longer parts than this period."),
        ({"2026": 10}, [], "2027-Q1", "The strategy has no goal for all of this period."),
        ({"2026-Q1": 10}, [], "2026", "The strategy has no goal for all of this period."),
        ({"2026-01": 10}, [0.25] * 4, "2026-01", "A goal cannot be spread over so many parts."),
    ],
)
def test_periods_without_a_goal(goal: dict[str, int], weights: list[float], asked: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        share_out(plan(goal=goal, seasonality=weights), people(None), Period.parse(asked))
