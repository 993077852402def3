"""What can be chosen, and how a state stays valid."""

import pytest
from cases import dataset_of
from hypothesis import given, settings
from hypothesis import strategies as st
from three_reps import HOSTILE, company_tables

from salesreport.errors import ConfigError, DataError
from salesreport.explore.state import FILTERS, State, checked, choices, facts_of, fitted, period_of, step_of
from salesreport.kpi.facts.unavailable import Unavailable


def test_periods_are_those_in_which_something_was_decided(facts):
    names = [period.name for period in choices(facts).periods]
    # deals were closed in August and November alone
    assert names == ["2024-Q4", "2024-Q3", "2024", "2024-11", "2024-08"]


def test_values_and_reps(facts):
    there = choices(facts)
    assert there.values == {
        "product_line": ("Lamps", "Poles"),
        "segment": ("A",),
        "team": ("North", "South"),
        "lead_source": (),
    }
    assert there.reps == {"R3": HOSTILE, "R1": "Ann", "R2": "Bob"}  # by name: < comes before letters
    assert there.reps_in("North") == {"R1": "Ann", "R2": "Bob"}
    assert [step.key for step in there.steps] == ["win"]


def test_reps_of_one_name_are_told_apart(tmp_path):
    tables = company_tables()
    tables["reps"][1]["name"] = "Ann"
    facts = facts_of(State(str(dataset_of(tmp_path / "twins", "2024-12-31", tables).path)))
    assert list(choices(facts).reps.values())[1:] == ["Ann (R1)", "Ann (R2)"]


def test_the_usual_period_is_the_last_year_that_is_over_else_the_last_quarter(facts, tmp_path):
    tables = company_tables()
    tables["deals"][0] |= {"created_on": "2024-01-10", "closed_on": "2024-02-10"}  # so the year is known
    whole = facts_of(State(str(dataset_of(tmp_path / "year", "2024-12-31", tables).path)))
    assert period_of(whole, State("x")).name == "2024"
    assert period_of(facts, State("x")).name == "2024-Q4"
    earlier = facts_of(State(str(dataset_of(tmp_path / "early", "2024-11-30", company_tables()).path)))
    assert period_of(earlier, State("x")).name == "2024-Q3"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"period": "2024-Q5"}, None),
        ({"period": "2020"}, "period"),
        ({"compare_to": "never"}, None),
        ({"step": "wn"}, "step"),
        ({"team": "Nort"}, "team"),
        ({"rep": "R9"}, "rep"),
        ({"view": "funel"}, "view"),
    ],
)
def test_what_is_not_there_is_an_error_that_says_what(facts, state, changes, key):
    with pytest.raises(ConfigError) as caught:
        checked(facts, state.but(**changes))
    assert caught.value.key == key


def test_nearest_names_are_suggested(facts, state):
    with pytest.raises(ConfigError) as caught:
        checked(facts, state.but(team="Nort"))
    assert caught.value.nearest == "North"


def test_a_rep_may_be_called_by_name(facts, state):
    assert checked(facts, state.but(rep="Bob")).rep == "R2"


def test_a_team_without_the_rep_lets_go_of_the_rep_and_keeps_the_rest(facts, state):
    before = state.but(team="North", rep="R1", product_line="Lamps", step="win", view="trend")
    assert fitted(facts, before) == before
    after = fitted(facts, before.but(team="South"))
    assert after == before.but(team="South", rep="")


def test_what_a_dataset_does_not_have_is_not_chosen(facts, state):
    wild = state.but(period="2031", compare_to="x", product_line="Ropes", rep="R7", step="s")
    assert fitted(facts, wild) == state.but(period="2024-Q4")


@given(
    st.fixed_dictionaries(
        {name: st.sampled_from(["", "Lamps", "A", "North", "South", "x"]) for name in FILTERS}
        | {
            "rep": st.sampled_from(["", "R1", "R3", "Bob", "?"]),
            "period": st.sampled_from(["", "2024", "2024-q4", "2019", "nonsense", "2024-08-01..2024-08-31"]),
            "compare_to": st.sampled_from(["previous", "year_before", "2024-Q3", "nonsense"]),
            "step": st.sampled_from(["", "win", "lose"]),
        }
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_the_fitted_state_is_valid(folder, changes):
    wanted = State(str(folder), **changes)
    facts = facts_of(wanted)
    made = fitted(facts, wanted)
    assert checked(facts, made) == made
    assert fitted(facts, made) == made
    assert step_of(facts, made) == 0


def test_without_deals_it_cannot_be_told(orders_only):
    facts = facts_of(State(str(orders_only.path)))
    with pytest.raises(Unavailable):
        choices(facts)
    with pytest.raises(DataError):
        facts_of(State(str(orders_only.path / "nowhere")))
