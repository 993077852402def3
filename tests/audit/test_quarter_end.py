"""Quarters' ends: the calendar's share, reps who wait, discounts; and dates that only an import has chosen."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pasts import finding, past_of

from salesreport.audit.checks.quarter_end import calendar_share
from salesreport.period import Period

QUARTERS = pd.period_range("2024Q1", "2025Q4", freq="Q")


def wins(shares: list[float], seed: int, each: int = 8, price: float = 0.0) -> list[dict]:
    """Deals won by reps who win such a part of them in quarters' last months, on any day of the months."""
    random = np.random.default_rng(seed)
    rows = []
    for rep, share in enumerate(shares):
        for quarter in QUARTERS:
            for number in range(each):
                month = 2 if random.random() < share else random.integers(0, 2)
                start = quarter.start_time + pd.DateOffset(months=int(month))
                closed = start + pd.Timedelta(days=int(random.integers(0, start.days_in_month)))
                late = quarter.end_time.normalize() - closed < pd.Timedelta(days=14)
                discount = 0.10 + 0.02 * random.normal() + (price if late else 0.0)
                rows.append(
                    {
                        "deal_id": f"{rep}-{quarter}-{number}",
                        "rep_id": f"R{rep}",
                        "status": "won",
                        "created_on": "2023-06-01",
                        "closed_on": str(closed.date()),
                        "list_price": 100.0,
                        "amount": 100.0 * (1 - discount),
                        "product_line": f"P{number % 2}",
                    }
                )
    return rows


@pytest.mark.parametrize("name", ["2025-Q1", "2024-Q2", "2025-Q4"])
def test_working_days_are_those_of_pandas(name: str) -> None:
    one = Period.parse(name)
    days = pd.bdate_range(one.start, one.end)
    assert calendar_share(one) == pytest.approx((days.month == one.end.month).mean())


def test_one_rep_who_waits_is_found(tmp_path: Path) -> None:
    looked = past_of(tmp_path / "d", deals=wins([0.33] * 9 + [0.75], 1))
    found = finding(looked, "sandbagging").found
    assert (found.ids, found.count, found.of) == (("R9",), 1, 10)
    assert found.kind is None
    assert "where the calendar gives 33%" in str(found.detail)


def test_where_all_do_nobody_stands_out_and_it_may_be_demand(tmp_path: Path) -> None:
    looked = past_of(tmp_path / "d", deals=wins([0.7] * 10, 2))
    assert finding(looked, "sandbagging").found.count == 0
    found = finding(looked, "linearity").found
    assert found.figure.value == pytest.approx(0.7, abs=0.06)
    assert found.kind == "demand"
    assert finding(looked, "linearity").verdict.level == "look"


def test_reps_who_do_not_wait_are_not_found(tmp_path: Path) -> None:
    found = [
        finding(past_of(tmp_path / str(seed), deals=wins([1 / 3] * 12, seed)), "sandbagging").found.count
        for seed in range(10, 20)
    ]
    assert sum(one > 0 for one in found) <= 2


def test_wins_all_on_ends_of_months_are_an_import(tmp_path: Path) -> None:
    deals = pd.DataFrame(wins([0.33] * 5 + [0.9], 3))
    deals["closed_on"] = pd.to_datetime(deals["closed_on"]) + pd.offsets.MonthEnd(0)
    looked = past_of(tmp_path / "d", deals=deals)
    found = finding(looked, "sandbagging").found
    assert found.count == 1
    assert found.kind == "data"
    assert "only months may have been kept" in str(found.instead)
    assert finding(looked, "linearity").found.kind == "data"


def test_linearity_by_hand(tmp_path: Path) -> None:
    """Of the last four quarters' 1,000 in each, 400 in the last month."""
    deals = [
        {
            "deal_id": f"{quarter}{month}{n}",
            "rep_id": "R",
            "status": "won",
            "created_on": "2023-01-01",
            "closed_on": f"{quarter.year}-{3 * (quarter.quarter - 1) + month + 1:02d}-{10 + n}",
            "amount": (30.0, 30.0, 40.0)[month],
        }
        for quarter in pd.period_range("2023Q4", "2025Q4", freq="Q")
        for month in range(3)
        for n in range(10)
    ]
    found = finding(past_of(tmp_path / "d", deals=deals), "linearity").found
    assert found.figure.value == pytest.approx(0.4)
    assert (found.count, found.of) == (40, 120)
    assert found.money == 1600
    assert found.baseline.value == pytest.approx(0.4)


def test_discounts_that_buy_the_quarter_are_found_with_their_size(tmp_path: Path) -> None:
    """The planted extra discount is five points; standard deviation 2 points, some 90 deals late."""
    found = finding(past_of(tmp_path / "d", deals=wins([0.5] * 8, 4, price=0.05)), "quarter_end_discount")
    assert found.verdict.level == "look"
    figure = found.found.figure
    assert figure.lower < 0.05 < figure.upper
    assert figure.value == pytest.approx(0.05, abs=0.01)
    held = 0
    for seed in range(20):
        looked = past_of(tmp_path / f"no{seed}", deals=wins([0.4] * 4, seed))
        one = finding(looked, "quarter_end_discount").found.figure
        held += one.lower <= 0 <= one.upper
    assert held >= 17
