"""A rep's plan of the coming period in a report."""

from pathlib import Path

import pandas as pd
import pytest
from planning import context_of, strategy, without

from salesreport import Dataset, Review
from salesreport.plan.sentences import heading_of, titles_of
from salesreport.report.ahead import ahead
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.forecast import chance_of, outlook
from salesreport.report.sections.next_period import next_period

ASKED = {
    "activities": [{"segment": "A", "status": "customer", "type": "call", "a_year": 8, "outcome": "A referral"}],
    "accounts": [{"account": "A000001", "outcome": "A first site", "until": "2026-06-30", "contacts": ["buyer"]}],
}


def captions(section: Section) -> list[str]:
    return [table.caption.split(",")[0] for table in section.tables]


def some_rep(dataset: Dataset, verdict: str) -> Context:
    """The context of the first rep whose plan is judged so."""
    wanted = strategy(**ASKED)
    reps = ahead(context_of(dataset, wanted)).plan.reps
    return context_of(dataset, wanted, rep=reps.loc[reps["verdict"] == verdict, "rep_id"].iloc[0])


def test_what_to_do_differently(sample: Dataset) -> None:
    context = some_rep(sample, "unrealistic")
    section, plan = next_period(context), ahead(context).plan
    rep = context.subject.id
    row = plan.reps[plan.reps["rep_id"] == rep].iloc[0]
    assert section.data["goal"].tolist() == [row["goal"]]
    chance = section.data["chance_usual"].iloc[0]
    titles = titles_of(context.shared.process)
    assert section.message == context.heading(heading_of(plan, rep, titles, chance))
    assert section.message.startswith("To reach ")
    assert captions(section)[:2] == [
        "Deals that must get there for an even chance",
        "Activities until Mar 31",
    ]
    assert "How often accounts are to be met until Mar 31" in captions(section)
    assert section._repr_html_()


def test_the_chance_is_the_forecasts(sample: Dataset) -> None:
    context = some_rep(sample, "unrealistic")
    section, row = next_period(context), outlook(context).data.iloc[0]
    goal = section.data["goal"].iloc[0]
    assert section.data["chance_usual"].iloc[0] == chance_of(context, context.subject, goal)
    assert row["target"] == goal  # the agreed target counts, and the forecast says its chance
    assert section.data["chance_usual"].iloc[0] == row["chance"]


def test_where_what_is_open_is_enough_no_steps_are_asked(sample: Dataset) -> None:
    section = next_period(some_rep(sample, "enough"))
    assert "what is open is enough" in section.message
    assert not any(one.startswith("Deals that must") for one in captions(section))


def test_a_rep_report_names_no_other_rep(sample: Dataset) -> None:
    for rep in ("R000001", "R000003"):
        context = context_of(sample, strategy(**ASKED), rep=rep)
        html = next_period(context)._repr_html_()
        others = context.shared.reps["name"].drop(rep)
        assert not [name for name in others if name in html]


def test_no_goal_says_what_would_be_needed(sample: Dataset, tmp_path: Path) -> None:
    made = without(sample, tmp_path, "targets")
    section = Review(made, "2025-Q4", rep="R000001").next_period
    assert not section.available
    assert section.message == (
        "No plan can be made for Q1 2026: there are neither targets for Q1 2026 nor a strategy that plans it"
    )
    assert next_period(context_of(made, strategy(), rep="R000001")).available  # a strategy is enough


def test_without_stage_history_and_activities_it_says_what_is_missing(sample: Dataset, tmp_path: Path) -> None:
    made = without(sample, tmp_path, "stage_events", "snapshots", "activities")
    section = Review(made, "2025-Q4", rep="R000001").next_period
    said = " ".join(section.notes)
    assert "milestones: cannot be told" in said
    assert "activities: cannot be told" in said
    assert not any(one.startswith("Activities") for one in captions(section))
    assert section._repr_html_()


def test_a_new_rep_has_a_plan_at_the_teams_rates(sample: Dataset, tmp_path: Path) -> None:
    reps = sample.table("reps")
    new = reps.head(1).assign(
        rep_id="R999999", name="Nova Quist", hired_on=pd.Timestamp("2026-02-15"), left_on=None
    )
    made = without(sample, tmp_path, reps=pd.concat([reps, new], ignore_index=True))
    wanted = strategy(ramp_up=[{"days": 180, "share": "0.3"}])
    context = context_of(made, wanted, rep="R999999")
    section = next_period(context)
    # February 15 to March 31 are 45 days, each a third of a day: far below the others' goals
    others = ahead(context).plan.reps.set_index("rep_id")["derived"]
    assert section.data["goal"].iloc[0] < 0.25 * others.drop("R999999").median()
    assert "whether that is within reach: cannot be told" in " ".join(section.notes)


@pytest.mark.parametrize("about", [{"product_line": "Street lighting"}, {"lead_source": "Website"}])
def test_other_parts_have_no_plan_of_their_own(sample: Dataset, about: dict[str, str]) -> None:
    section = Review(sample, "2025-Q4", **about).next_period
    assert section.message == "Plans are made by rep and segment: there is none for this part alone"


def test_in_german(sample: Dataset) -> None:
    context = some_rep(sample, "unrealistic")
    section = Review(sample, "2025-Q4", rep=context.subject.id, language="de").next_period
    assert section.message.startswith("Um ")
    assert "die Chance ist derzeit" in section.message
