"""What views say and show; on data that has everything, little, or nothing."""

import re
import xml.etree.ElementTree as ET

import pytest
from by_month import trend_facts
from cases import dataset_of
from three_reps import HOSTILE

from salesreport.errors import ConfigError
from salesreport.explore import show
from salesreport.explore.state import VIEWS, State, choices, facts_of
from salesreport.explore.views import needs_comparison, view
from salesreport.language import LANGUAGES, Language
from salesreport.report.section import Section

EN = Language("en")


def message(state: State, **changes: str) -> str:
    return show(state.but(**changes)).message


def test_messages_by_hand(state):
    # all 30 of the quarter, 14 of them won, were decided in November
    assert message(state, compare_to="2024-11") == (
        "47% of 30 decided deals were won, no clear change from the 47% of November 2024"
    )
    assert message(state, compare_to="2024-08-10..2024-09-30") == (
        "47% of 30 decided deals were won; the days from Aug 10, 2024 to Sep 30, 2024 cannot be compared: deals "
        "created before Jul 1, 2024 are missing"
    )
    assert message(state) == (
        "47% of 30 decided deals were won; Q3 2024 cannot be compared: the data begin on Aug 10, 2024"
    )
    assert message(state, view="funnel_plot") == "Deal → Order: all 3 reps lie within the limits"
    assert (
        message(state, view="funnel_plot", rep="R1") == "Deal → Order: Ann with 20% of 10 lies within the limits"
    )
    assert message(state, view="trend") == (
        "Deal → Order, all reps: what is usual cannot be told, for only 2 months have decisions"
    )


@pytest.mark.parametrize(
    ("won", "each", "period", "said"),
    [
        ([20] * 24, 40, "2025-Q4", "no month was unusual"),
        ([20] * 22 + [8, 20], 40, "2025-Q4", "20% of 40 in Nov 2025, unusually few (usual: 50%)"),
        ([20] * 15 + [4] + [20] * 8, 40, "2025-Q4", "as usual in Q4 2025; unusual was Apr 2025"),
        # half of two a month: neither none nor all of two is unusual at 99.8%
        (
            [1] * 24, 2, "2025-Q4",
            "in Q4 2025 no month has enough decisions to tell whether it was unusual (at most 2)",
        ),
        (
            [20] * 22 + [1, 1], [40] * 22 + [2, 2], "2025-Q4",
            "in 2 of 3 months of Q4 2025 too few deals were decided to tell; the others were as usual",
        ),
        ([20, 20, 20, 20, 20], 40, "2024-Q2", "what is usual cannot be told, for only 5 months have decisions"),
    ],
)  # fmt: skip
def test_the_trend_says_what_can_be_told(tmp_path, won, each, period, said):
    facts = trend_facts(tmp_path, won, each=each)
    shown = view(facts, State("x", period, view="trend"), EN)
    assert shown.message == f"Deal → Order, all reps: {said}"
    assert ("too few to tell" in shown._repr_html_()) == (each != 40 or len(won) < 6)


def test_ten_deals_are_no_finding(state):
    # 2 of 10 against 12 of 20 is chance in about 1 of 20 cases, and there are nine comparisons
    shown = show(state.but(view="anomalies"))
    assert shown.data.empty
    assert message(state, rep="R1") in (
        "Ann is not distinguishable from others with like deals at any step",
        "Ann has too few deals to tell",  # how many are enough to be tested is for the comparison to say
    )


def test_topic_says_what_is_looked_at(state):
    assert show(state.but(rep="R1", product_line="Lamps")).topic == (
        "Funnel · Q4 2024, compared with Q3 2024 · Product line: Lamps · Rep: Ann"
    )
    # other views than the funnel compare with no other period
    assert show(state.but(view="funnel_plot")).topic == "Reps by number of deals · Q4 2024"
    assert show(state.but(view="trend")).topic == "Trend · Q4 2024"


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_is_sound_html(year, name, language):
    facts = facts_of(year)
    rep = next(iter(choices(facts).reps))
    for state in (year.but(view=name), year.but(view=name, rep=rep, step="proposal")):
        section = show(state, language)
        assert section.available
        html = section._repr_html_()
        for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
            ET.fromstring(svg)
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        assert "nan" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL).lower().replace("finan", "")
        assert section.message[0] == section.message[0].upper()


@pytest.mark.parametrize("name", VIEWS)
def test_what_the_data_says_is_escaped(state, name):
    for rep in ("", "R3"):
        html = show(state.but(view=name, rep=rep))._repr_html_()
        assert "<img" not in html
        assert HOSTILE not in html


@pytest.mark.parametrize("name", VIEWS)
def test_without_names_nobody_but_the_rep_is_named(year, name):
    facts = facts_of(year)
    reps = choices(facts).reps
    html = view(facts, year.but(view=name, rep=next(iter(reps))), EN, named=False)._repr_html_()
    others = [one for one in list(reps.values())[1:] if one in html]
    assert others == []


def test_reps_are_named_otherwise(year):
    facts = facts_of(year)
    html = view(facts, year.but(view="reps_by_step", rep=next(iter(choices(facts).reps))), EN)._repr_html_()
    assert sum(name in html for name in choices(facts).reps.values()) > 5


def test_an_impatient_view_is_shown_without_what_takes_long(tmp_path):
    from salesreport.sample import write_company

    state = State(str(write_company(tmp_path / "new", reps=12, deals=600).path), "2025", view="reps_by_step")
    facts = facts_of(state)
    early = view(facts, state, EN, patient=False)
    assert early.message.startswith("Rates of")
    assert set(early.data["flag"]) == {"none"}
    waiting = view(facts, state.but(view="anomalies"), EN, patient=False)
    assert not waiting.available
    assert view(facts, state, EN).message != early.message
    assert view(facts, state, EN, patient=False).message == view(facts, state, EN).message


def test_which_views_need_the_comparison(state):
    needing = [name for name in VIEWS if needs_comparison(state.but(view=name))]
    assert needing == ["reps_by_step", "anomalies"]
    assert needs_comparison(state.but(rep="R1"))


TWO_MILESTONES = """
processes:
- name: All
  milestones:
  - {key: prospecting, title: Prospecting, stages: [Prospecting], within: 30}
  - {key: engaging, title: Engaging, stages: [Engaging], within: 90}
"""


@pytest.fixture
def begun_late(tmp_path):
    """Twelve deals that begin with the second milestone, and go on from there or not."""
    deals = [
        {
            "deal_id": f"D{at:02}", "rep_id": ("R1", "R2")[at % 2], "status": "won" if at % 3 else "lost",
            "created_on": "2024-10-01", "closed_on": "2024-11-20",
        }
        for at in range(12)
    ]  # fmt: skip
    events = [{"deal_id": one["deal_id"], "stage": "Engaging", "entered_at": "2024-10-01"} for one in deals]
    tables = {"deals": deals, "stage_events": events}
    dataset = dataset_of(tmp_path / "begun_late", "2024-12-31", tables, process=TWO_MILESTONES)
    return State(str(dataset.path), "2024-Q4")


@pytest.mark.parametrize("name", ["funnel", "reps_by_step"])
def test_steps_at_which_nothing_was_decided_are_named_and_not_shown(begun_late, name):
    shown = show(begun_late.but(view=name))
    assert "Not shown, for no deal was decided there: Prospecting → Engaging." in shown.notes
    (table,), (chart,) = shown.tables, shown.charts
    said = str(table.headings) + str(table.rows) + chart.svg()
    assert "Deal → Order" in said
    assert "Prospecting" not in said


def test_whose_a_shared_deal_is_is_said_where_it_matters(year, state):
    # 39 of 110 of the rep's decisions; by shares the win rate is that of 106.9: both are right, and one says so
    said = "A deal that several reps share counts once, for who has the largest share"
    for changes in ({"rep": "R000001"}, {"team": "North"}, {"view": "funnel_plot"}, {"view": "reps_by_step"}):
        assert any(note.startswith(said) for note in show(year.but(**changes)).notes), changes
    assert not any(said in note for note in show(year).notes)  # of the whole company both are one number
    assert not any(said in note for note in show(state.but(rep="R1")).notes)  # nobody shares a deal


def test_the_funnel_says_how_many_were_won_and_where_fewest_go_on(begun_late, year):
    # two of three are won, all within the 90 days
    shown = show(begun_late)
    assert shown.message == "67% of 12 decided deals were won; at Engaging → Order 67% of 12 went on in time"
    assert [row[0].plus for row in shown.tables[0].rows] == ["within 90 days", "won in the end"]
    # of more steps the worst; how many were won is counted from the deals themselves
    deals = facts_of(year).dataset.table("deals")
    closed = deals[deals["status"].isin(["won", "lost"]) & (deals["closed_on"].dt.year == 2025)]
    share, n = (closed["status"] == "won").mean(), len(closed)
    said = (
        f"{share:.0%} of {n:,} decided deals were won; step by step fewest go on at Proposal → Equipment on trial:"
    )
    assert show(year).message.startswith(said)


def bold(svg: str) -> set[str]:
    """The texts of a picture that are bold."""
    marked = [one for one in ET.fromstring(svg).iter() if "font-weight: 700" in one.get("style", "")]
    return {part.strip() for one in marked for part in one.itertext() if part.strip()}


def test_the_picture_of_reps_and_steps_speaks_of_the_chosen_rep_first(weak):
    state = State(str(weak.path), "2024-Q4", view="reps_by_step")
    ann, bob = message(state, rep="R1"), message(state, rep="R2")
    assert ann.startswith("Different from others with like deals: Ann at Deal → Order")
    assert bob.startswith("Bob stands out at no step. Different from others with like deals: ")
    assert "Ann at Deal → Order" in bob


def test_the_chosen_rep_is_set_off(weak):
    state = State(str(weak.path), "2024-Q4", view="reps_by_step")
    plain, chosen = show(state), show(state.but(rep="R2"))
    assert not any("Bob" in one for one in bold(plain.charts[0].svg()))
    assert "Bob" in bold(chosen.charts[0].svg())
    assert chosen.tables[0].rows[chosen.tables[0].here][0].text == "Bob"
    assert plain.tables[0].here is None


def test_a_period_without_decisions_is_compared_with_in_one_sentence(begun_late, state):
    shown = show(begun_late)
    assert "Nothing was decided here in Q3 2024: there is nothing to compare with." in shown.notes
    assert [one.text for one in shown.tables[0].headings] == ["Step", "decided", "went on", "rate"]
    shown = show(state)  # 16 deals were decided in the quarter before
    assert not any("nothing to compare with" in note for note in shown.notes)
    assert [one.text for one in shown.tables[0].headings][4:] == ["decided in Q3 2024", "rate then"]


def test_nothing_left_is_said(state):
    shown = show(state.but(period="2024-Q3", team="South"))
    assert not shown.available
    assert shown.message == "Nothing was decided here in Q3 2024: choose less narrowly."


@pytest.mark.parametrize("name", VIEWS)
def test_without_deals_it_says_so(orders_only, name):
    shown = show(State(str(orders_only.path), view=name))
    assert isinstance(shown, Section)
    assert not shown.available
    assert shown.message == "This cannot be told: needs deals, which this export does not have."


def test_a_wrong_state_is_an_error(state):
    with pytest.raises(ConfigError):
        show(state.but(rep="nobody"))


def test_the_step_decides_what_is_drawn_but_not_what_is_compared(year):
    other = show(year.but(view="funnel_plot", step="proposal"))
    assert "Proposal" in other.message
    assert other.message != show(year.but(view="funnel_plot")).message


def test_reps_left_out_of_the_picture_are_counted(facts, state, monkeypatch):
    monkeypatch.setattr("salesreport.report.sections.rep_steps.MOST_ROWS", 2)
    shown = state.but(view="reps_by_step")
    report = view(facts, shown, EN, named=False)
    assert "1 rep with fewer decisions is not shown." in report.notes
    assert any(note.startswith("Shown are 2 of 3 reps: who stands out") for note in view(facts, shown, EN).notes)
