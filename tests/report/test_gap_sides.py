"""What a period is compared with: the own year before, by the company's season, else the peers' rates."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import deal
from hypothesis import given, settings
from hypothesis import strategies as st
from quarters import LAST, company, old, rows

from salesreport import Review
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.report.gap_sides import LEAST, sides_of


def test_the_own_year_before_by_the_companys_season(tmp_path: Path) -> None:
    # Ann decides 10 a quarter; Bob 10, but 40 in the second quarter: a season of 50 in 110
    deals = old("Ann", "Bob") + rows("Ann", "2025-05-15", 6, 6)
    for day in LAST:
        deals += rows("Ann", day, 5, 5) + rows("Bob", day, 5, 35 if day == LAST[0] else 5)
    context = Review(company(tmp_path, deals), "2025-Q2", rep="Ann").context
    sides = sides_of(context, "revenue", 600.0, 1000.0)
    assert (sides.kind, sides.season) == ("own", True)
    # of the company's 110 decided 50 fell to that quarter: so 40 × 50/110 deals are the reference
    assert sides.reference.cases[:, 1].sum() == pytest.approx(40 * 50 / 110)
    assert sides.reference.total == pytest.approx(2000 * 50 / 110)
    assert sides.own.cases[:, 1].sum() == 12


def test_a_new_rep_is_measured_at_the_rates_of_peers(tmp_path: Path) -> None:
    deals = old("Bob", "Cem") + rows("Ann", "2025-05-15", 2, 2)
    for rep in ("Bob", "Cem"):
        deals += rows(rep, "2025-05-20", 10, 30, 200.0)
    reps = [{"rep_id": rep, "hired_on": "2025-04-20" if rep == "Ann" else None} for rep in ("Ann", "Bob", "Cem")]
    context = Review(company(tmp_path, deals, reps=reps), "2025-Q2", rep="Ann").context
    sides = sides_of(context, "revenue", 200.0, 500.0)
    assert sides.kind == "peers"
    # peers win 20 of 80 at 200: 4,000; a target of 500 takes an eighth of that, 10 deals
    assert sides.reference.cases[0, 1] == pytest.approx(10)
    assert sides.reference.total == 500.0
    assert sides.reference.known


def test_with_too_little_before_and_nobody_else_nothing_is_said(tmp_path: Path) -> None:
    deals = rows("Ann", "2025-05-15", 6, LEAST)
    with pytest.raises(Unavailable, match="too little is known"):
        sides_of(Review(company(tmp_path, deals), "2025-Q2").context, "revenue", 600.0, 1000.0)


def test_deals_in_hand_need_known_ends(tmp_path: Path) -> None:
    deals = old("Ann") + rows("Ann", "2025-05-15", 6, 6)
    for day in LAST:
        deals += rows("Ann", day, 5, 5)
    deals += [deal(90 + n, "Ann", "open", "2025-05-01", amount=100.0) for n in range(3)]
    sides = sides_of(Review(company(tmp_path / "a", deals), "2025-Q2").context, "revenue", 600.0, 1000.0)
    assert sides.in_hand
    assert sides.own.cases[:, 0].sum() == 12 + 3  # decided, and three still open
    unknown = [row | {"created_on": None} if row["status"] == "open" else row for row in deals]
    context = Review(company(tmp_path / "b", unknown), "2025-05").context
    assert not sides_of(context, "revenue", 600.0, 1000.0).in_hand
    assert not sides_of(Review(company(tmp_path / "c", deals), "2025-W20").context, "revenue", 1.0, 1.0).in_hand


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Up to three reps, some of them new, some with nothing won or nothing at all; a target each."""
    deals = old("Z")
    targets = {}
    for rep in ("Ann", "Bob", "Cem"):
        targets[rep] = draw(st.floats(1, 1e6))
        begun = draw(st.integers(0, 4))
        for day in [*LAST, "2025-05-15"][begun:]:
            won, lost = draw(st.integers(0, 12)), draw(st.integers(0, 12))
            deals += rows(rep, day, won, lost, draw(st.floats(0, 1e5)))
    for row in deals:
        row["segment"] = draw(st.sampled_from(["A", "B", None]))
        row["product_line"] = draw(st.sampled_from(["X", "Y"]))
    return deals, targets


@settings(max_examples=12, deadline=None)
@given(companies())
def test_the_parts_of_any_company_add_up(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[list[dict[str, Any]], dict[str, float]]
) -> None:
    deals, goals = made
    targets = [
        {"metric": "revenue", "period": "2025-Q2", "value": value, "rep_id": rep} for rep, value in goals.items()
    ]
    dataset = company(tmp_path_factory.mktemp("any"), deals, targets=targets)
    here = {row["rep_id"] for row in deals}
    for rep in sorted(here & set(goals)):
        review = Review(dataset, "2025-Q2", rep=rep)
        section = review.gap_to_target
        revenue = np.nan_to_num(review.context.figure("revenue").value)
        if len(section.data):
            size = max(revenue, goals[rep], section.data["value"].abs().max(), 1.0)
            assert abs(section.data["value"].sum() - (revenue - goals[rep])) <= 1e-9 * size
        assert section.message
