"""What the goal is made of, in a report."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from planning import context_of, strategy

from salesreport import Dataset, Review
from salesreport.plan import PlanRead
from salesreport.plan.action import SEGMENTS
from salesreport.report.agreed import Agreed
from salesreport.report.made_of import exact_sum
from salesreport.report.sections.plan import plan

LINES = {"product_lines": {"Street lighting": "0.6", "Controls & service": "0.4"}}


def test_goals_add_up_to_the_strategy_or_the_gap_is_shown(sample: Dataset) -> None:
    section = plan(context_of(sample, strategy(**LINES)))
    assert exact_sum(section.data["value"]) == 3_200_000
    grid, by_rep, seasons = section.tables
    # half of 3.2 million is A's, and six tenths of it street lighting
    assert [cell.text for cell in grid.rows[0]] == ["A", "€960,000", "€640,000", "€1,600,000"]
    assert grid.rows[-1][-1].text == "€3,200,000"
    assert by_rep.rows[-1][2].text == "€3,200,000"
    assert [row[1].text for row in seasons.rows] == ["20%", "25%", "20%", "35%"]
    assert seasons.rows[-1][3].text == "€16,000,000"
    assert "than the strategy’s" in section.message  # the agreed targets are others
    assert "50% of it is to come from A" in section.message


def test_without_targets_they_are_the_strategys_to_the_cent(sample: Dataset) -> None:
    section = plan(context_of(sample, strategy(goal={"2028": 1_000_000}), "2028-Q1"))
    assert "the strategy’s to the cent" in section.message


def test_what_nobody_carries_is_named_with_its_place(sample: Dataset) -> None:
    wanted = strategy(organisation="specialists", specialists={"R000001": {"segments": ["A", "B"]}})
    section = plan(context_of(sample, wanted))
    assert any("Nobody carries €640K of the strategy (2026-Q1, C)" in note for note in section.notes)


def test_a_rep_sees_agreed_beside_derived_by_segment(sample: Dataset) -> None:
    context = context_of(sample, strategy(), rep="R000001")
    section = plan(context)
    rows = [[cell.text for cell in row] for row in section.tables[1].rows]
    assert [row[0] for row in rows] == ["A", "B", "C", "all together"]
    agreed = context.target("revenue")
    assert agreed > 0
    assert "what follows from the strategy" in section.message
    assert section._repr_html_()


@pytest.mark.parametrize(("period", "begun"), [("2025-Q4", 4), ("2025-Q2", 2)])
def test_the_year_to_date(sample: Dataset, period: str, begun: int) -> None:
    context = context_of(sample, strategy(goal={"2025": 16_000_000}), period, rep="R000001")
    section = plan(context)
    assert period[-2:] in section.message
    seasons = section.tables[-1]
    assert [cell.text for cell in seasons.headings][1:] == [
        "Weight", "Goal", "Reached", "Goal to date", "Reached to date",
    ]  # fmt: skip
    assert [bool(row[3].text) for row in seasons.rows] == [True] * begun + [False] * (4 - begun)
    quarters = [sample.period(f"2025-Q{n}") for n in range(1, begun + 1)]
    reached = sum(context.figure("revenue", one).value for one in quarters)
    assert seasons.rows[begun - 1][5].text == context.language.money(reached, "EUR", exact=True)


def test_a_product_line_has_its_share(sample: Dataset) -> None:
    section = plan(context_of(sample, strategy(**LINES), product_line="Street lighting"))
    assert section.message.startswith("The strategy wants €1.92M of this for Q1 2026, 60% of all")


def test_without_strategy_and_plan_a_short_line(sample: Dataset) -> None:
    section = Review(sample, "2025-Q4", rep="R000001").plan
    assert not section.available
    assert section.message == "What the goal is made of cannot be told: no strategy file is given"


def test_a_plan_file_alone_says_what_it_asked_for(sample: Dataset) -> None:
    review = Review(sample, "2025-Q4", rep="R000001")
    segments = pd.DataFrame({"rep_id": ["R000001", "R000003"], "segment": [None, None], "goal": [441_000.0, 1.0]})
    none = pd.DataFrame()
    read = PlanRead(none, segments.reindex(columns=list(SEGMENTS)), none, none, none, sample.period("2025-Q4"),
                    dt.date(2025, 9, 30), "revenue", "EUR")  # fmt: skip
    section = plan(replace(review.context, agreed=Agreed(plan=read)))
    assert section.message == "The plan for Q4 2025, made on Sep 30, 2025, asked for €441K"
    assert section.data["value"].tolist() == [441_000.0]
