"""The deals behind a finding, or of rep and step: which, in which order, how many, and escaped."""

import numpy as np
import pandas as pd
import pytest
from cases import least_of
from three_reps import HOSTILE

from salesreport.explore.deal_table import COLUMNS, MOST, columns_of, deals, listed_deals
from salesreport.explore.figures import finding_key, found, funnel_plot
from salesreport.explore.state import OF_ONE_STEP, State, choices, facts_of
from salesreport.language import Language

EN = Language("en")


def test_of_a_rep(facts, state):
    listed = listed_deals(facts, state.but(rep="R1"))
    # Ann's ten of the quarter, of which two were won; her eight before are not asked for
    assert (listed.total, listed.went_on, len(listed.frame)) == (10, 2, 10)
    assert set(listed.frame["customer"]) == {"Acme", HOSTILE}
    assert listed.frame["deal"].tolist() == listed.frame["deal_id"].tolist()  # the deals have no names


def test_nothing_chosen_nothing_listed(facts, state):
    assert listed_deals(facts, state) is None
    assert not deals(facts, state, EN).available


def test_where_nothing_was_decided_it_says_so(facts, state):
    section = deals(facts, state.but(rep="R3", period="2024-Q3"), EN)  # who closed nothing before October
    assert not section.available
    assert section.message == f"{HOSTILE}, Deal → Order: nothing was decided in Q3 2024."


def test_beside_a_view_of_one_step_are_the_deals_of_that_step(year):
    facts = facts_of(year)
    rep = next(iter(choices(facts).reps))
    of_rep = year.but(rep=rep, view="funnel_plot")
    row = funnel_plot(facts, of_rep).frame.set_index("rep_id").loc[rep]
    for view in OF_ONE_STEP:
        listed = listed_deals(facts, of_rep.but(view=view))
        assert (listed.total, listed.went_on) == (row["n"], row["successes"])
        assert EN.say(listed.about).endswith(", Deal → Order")
    assert listed_deals(facts, of_rep.but(view="funnel")).total > row["n"]


def test_columns_that_the_data_do_not_have_are_not_listed(tmp_path):
    data = least_of(
        tmp_path, "No,Who,Step,Begun,Ended,Worth\nD1,Ann,Signed,2025-01-02,2025-01-20,10\n"
        "D2,Ann,Off,2025-01-02,2025-01-20,\n",
    )  # fmt: skip
    state = State(str(data.path), rep="Ann")
    facts = facts_of(state)
    assert columns_of(facts) == ["deal", "stage", "amount", "decided_on", "result", "since"]
    (table,) = deals(facts, state, EN).tables
    assert [one.text for one in table.headings] == [
        "Deal", "Stage", "Amount", "Decided on", "Result", "Since then"
    ]  # fmt: skip
    assert {len(row) for row in table.rows} == {6}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("descending", [False, True])
def test_sorted_by_every_column(year, column, descending):
    facts = facts_of(year)
    state = year.but(rep=next(iter(choices(facts).reps)), step="win", sort=column, descending=descending)
    listed = listed_deals(facts, state)
    assert listed.total < MOST, "else the order of the others is not seen"
    values = listed.frame[column].dropna()
    expected = sorted(values, reverse=descending)
    assert values.tolist() == expected
    missing = listed.frame[column].isna().to_numpy()
    assert not np.any(missing[:-1] & ~missing[1:]), "missing ones come last"


def test_no_more_than_the_first_are_listed(year):
    facts = facts_of(year)
    state = year.but(step="win", sort="amount")
    everything = listed_deals(facts, state)
    assert everything.total > MOST == len(everything.frame)
    section = deals(facts, state, EN)
    assert section.notes[0].startswith(f"{MOST} of {everything.total:,} decisions")
    # the largest of all, not of the first 200
    won_or_lost = facts.closing.closed & (facts.closing.day >= np.datetime64("2025-01-01"))
    assert everything.frame["amount"].iloc[0] == np.nanmax(facts.columns.numbers("deals", "amount")[won_or_lost])


def test_of_a_finding_they_are_those_that_it_counts(weak):
    state = State(str(weak.path), "2024-Q4", view="anomalies")
    compared = found(facts_of(state), state)
    rows = [row for _, row in compared.findings.iterrows()]
    for row in rows:
        listed = listed_deals(facts_of(state), state.but(finding=finding_key(row)))
        assert (listed.total, listed.went_on) == (row["n"], row["observed"])
    # Ann as a whole: 6 of her 60 deals; and in either product line 3 of 30
    assert {(row["rep_id"], row["n"], row["observed"]) for row in rows} >= {("R1", 60, 6), ("R1", 30, 3)}


def test_a_finding_that_is_gone_gives_way_to_rep_and_step(facts, state):
    listed = listed_deals(facts, state.but(finding="rep_id=R9;step=win", rep="R2", step="win"))
    assert (listed.total, listed.went_on) == (10, 6)


def test_as_html_it_is_escaped_and_says_results(facts, state):
    html = deals(facts, state.but(rep="R3"), EN)._repr_html_()
    assert "<img" not in html
    assert "&lt;img" in html
    assert html.count("<td>was won</td>") == 6
    assert html.count("<td>was lost</td>") == 4
    german = deals(facts, state.but(rep="R3"), Language("de"))._repr_html_()
    assert "10.11.2024" in german


def test_what_did_not_go_on_in_time_says_its_days_and_what_became_of_it(year):
    facts = facts_of(year)
    milestones = [step for step in choices(facts).steps if step.within is not None]
    step = milestones[0]
    state = year.but(step=step.key, sort="result", descending=False)  # those that did not go on come first
    listed = listed_deals(facts, state)
    assert not listed.frame["success"].iloc[0]
    deals_now = facts.dataset.table("deals", ["deal_id", "status", "closed_on"]).set_index("deal_id")
    for row in listed.frame.head(40).itertuples():
        now = deals_now.loc[row.deal_id]
        assert str(row.became).startswith(now["status"])  # "open", "won on …", "lost on …"
        assert pd.isna(row.since) if now["status"] == "open" else row.since == now["closed_on"]
    html = deals(facts, state, EN)._repr_html_()
    assert f"did not go on within {step.within} days" in html
    assert "in time" not in html
