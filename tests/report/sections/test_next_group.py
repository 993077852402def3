"""The plans of several reps side by side: sums to the cent, in the order of names."""

import math
from pathlib import Path

import pytest
from planning import context_of, strategy, without

from salesreport import Dataset
from salesreport.report.ahead import ahead
from salesreport.report.sections.next_group import EVEN, sums_of
from salesreport.report.sections.next_period import next_period


def test_teams_add_up_to_the_company(sample: Dataset) -> None:
    wanted = strategy()
    company = next_period(context_of(sample, wanted))
    teams = context_of(sample, wanted).facts.dimensions.members("team")
    parts = [next_period(context_of(sample, wanted, team=team)) for team in teams]
    total = sums_of(company.data)
    for name in ("goal", "booked", "gap"):
        assert math.fsum(sums_of(one.data)[name] for one in parts) == pytest.approx(total[name], abs=0.02)
    assert round(total["goal"], 2) == round(math.fsum(ahead(context_of(sample, wanted)).plan.reps["goal"]), 2)
    assert sorted(one for part in parts for one in part.data["rep_id"]) == sorted(company.data["rep_id"])
    shown = [row[0].text for row in company.tables[0].rows]
    assert shown[:-1] == sorted(shown[:-1])  # no ranking
    assert shown[-1] == "all together"


def test_chances_are_those_of_the_reps_own_reports(sample: Dataset) -> None:
    wanted = strategy()
    company = next_period(context_of(sample, wanted)).data.set_index("rep_id")
    for rep in company.index[:3]:
        own = next_period(context_of(sample, wanted, rep=rep)).data
        assert own["chance_usual"].iloc[0] == company.loc[rep, "chance_usual"]


def test_how_many_have_less_than_an_even_chance(sample: Dataset) -> None:
    section = next_period(context_of(sample, strategy()))
    low = int((section.data["chance_usual"] < EVEN).sum())
    assert f"{low} reps (of {len(section.data)}) have less than an even chance" in section.message


def test_a_segment_has_its_part_of_each_goal(sample: Dataset) -> None:
    wanted = strategy()
    parts = [next_period(context_of(sample, wanted, segment=one)) for one in ("A", "B", "C")]
    company = sums_of(next_period(context_of(sample, wanted)).data)
    assert math.fsum(sums_of(one.data)["goal"] for one in parts) == pytest.approx(company["goal"], abs=0.02)
    assert "even chance" not in parts[0].message
    plain = next_period(context_of(sample, None, segment="A"))
    assert plain.message == "Goals for Q1 2026 are not set by segment"


def test_a_team_of_two_without_stage_history(sample: Dataset, tmp_path: Path) -> None:
    reps = sample.table("reps")
    two = reps.head(2)["rep_id"].tolist()
    reps["team"] = ["Pair" if rep in two else "Rest" for rep in reps["rep_id"]]
    made = without(sample, tmp_path, "stage_events", "snapshots", "rep_history", reps=reps)
    section = next_period(context_of(made, strategy(), team="Pair"))
    assert len(section.data) <= 2
    assert section._repr_html_()
    assert any("milestones: cannot be told" in note for note in section.notes) or not section.available
