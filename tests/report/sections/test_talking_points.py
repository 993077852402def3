"""What a report proposes to talk about."""

from pathlib import Path

import pandas as pd
import pytest
from cases import dataset_of, deal, least_of
from test_least import ROWS
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.sample import make_company, write_company


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The sample company as `salesreport demo` makes it."""
    return write_company(tmp_path_factory.mktemp("points") / "company")


def test_the_points_name_what_is_truly_so(company: Dataset) -> None:
    truth = make_company().truth
    weak = Review(company, "2025-Q4", rep=truth.weak_rep).talking_points.data
    assert weak["rule"].iloc[0] == "below-peers"
    assert f"“{truth.weak_milestone}”" in weak["say"].iloc[0]
    assert int(weak["finding"].sum()) == 1, "fewer orders are the consequence of the one weakness"
    unlucky = Review(company, "2025-Q4", rep=truth.unlucky_mix_rep).talking_points.data
    assert (unlucky["rule"].iloc[0], unlucky["cause"].iloc[0]) == ("mix", "system")
    assert "the mix of deals, not skill" in unlucky["say"].iloc[0]
    newcomer = company.table("reps").sort_values("hired_on")["rep_id"].iloc[-1]
    assert not Review(company, "2025-Q4", rep=newcomer).talking_points.data["finding"].any()


def test_a_rep_like_the_others_has_facts_to_talk_about(sample: Dataset) -> None:
    told = [Review(sample, "2025-Q4", rep=rep) for rep in sample.table("deals")["rep_id"].unique()[:6]]
    for review in told:
        section = review.talking_points
        assert section.available
        assert 1 <= len(section.data) <= 3
        if not section.data["finding"].any():
            assert "; talk about " in section.message
        # findings first
        assert section.data["finding"].tolist() == sorted(section.data["finding"], reverse=True)


def test_every_deal_listed_is_open_and_the_reps_own(sample: Dataset) -> None:
    for rep in sample.table("deals")["rep_id"].unique()[:4]:
        review = Review(sample, "2025-Q4", rep=rep)
        own = set(review.context.open["deal_id"])
        for listed in review.talking_points.data["deals"]:
            assert set(listed) <= own


def test_the_least_export_has_something_to_talk_about(tmp_path: Path) -> None:
    data = least_of(tmp_path, ROWS)
    bob = Review(data, "2025-Q1", rep="Bob").talking_points
    assert bob.data["rule"].tolist() == ["largest-deals"]
    assert bob.data["say"].tolist() == ["1 open deal worth €400"]
    ann = Review(data, "2025-Q1", rep="Ann").talking_points
    assert (
        ann.message
        == "Too few deals were decided to compare with others; talk about where the next deals come from"
    )


def test_deals_without_amounts_are_counted(tmp_path: Path) -> None:
    data = dataset(
        tmp_path / "d", deals("Ann", 3, 3, 4).drop(columns="amount"), deals("Bob", 3, 3).drop(columns="amount")
    )
    section = Review(data, "2025-Q2", rep="Ann").talking_points
    assert section.data["say"].tolist() == ["4 open deals to go through together"]
    assert [len(one) for one in section.data["deals"]] == [3]


def test_what_is_known_of_today_is_not_told_of_an_earlier_day(sample: Dataset) -> None:
    rep = sample.table("deals")["rep_id"].iloc[0]
    rules = set(Review(sample, "2025-Q2", rep=rep).talking_points.data["rule"])
    assert not rules & {"no-next-step", "silent-deals"}


def test_overdue_deals_by_hand(tmp_path: Path) -> None:
    rows = [
        deal(1, "Ann", "open", "2025-02-01", amount=400.0, expected_close_on="2025-03-01"),
        deal(2, "Ann", "open", "2025-02-01", amount=100.0, expected_close_on="2025-05-01"),
        deal(3, "Ann", "won", "2025-01-01", "2025-02-01", amount=50.0),
    ]
    data = dataset_of(tmp_path / "d", "2025-03-31", {"deals": rows})
    section = Review(data, "2025-Q1", rep="Ann").talking_points
    # as of Mar 31, 2025 one of two is past its date
    assert "1 open deal past the closing date that was expected: €400" in section.data["say"].tolist()
    assert section.data.set_index("rule").loc["overdue-deals", "deals"] == ["D1"]


def test_what_is_hostile_is_escaped(tmp_path: Path) -> None:
    frame = deals("Ann", 3, 3, 2).assign(name="<script>alert(1)</script>", amount=100.0)
    html = Review(dataset(tmp_path / "d", frame), "2025-Q2", rep="Ann").talking_points._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_german(sample: Dataset) -> None:
    rep = sample.table("deals")["rep_id"].iloc[0]
    section = Review(sample, "2025-Q4", rep=rep, language="de").talking_points
    assert "besprechen: " in section.message
    assert "Questions" not in section._repr_html_()


def test_who_decides_nothing_is_told_so(tmp_path: Path) -> None:
    # others won 25 deals, each in 10 days: so four of five took at most 10; of Ann's seven six are 200 days old
    rows = [deal(n, "Bob", "won", "2025-06-01", "2025-06-11", amount=10.0) for n in range(25)]
    rows += [deal(100 + n, "Ann", "open", "2025-06-14", amount=100.0) for n in range(6)]
    rows += [deal(200, "Ann", "open", "2025-12-30", amount=900.0)]
    rows += [deal(300, "Cleo", "lost", "2025-06-01", "2025-12-01", amount=10.0)]
    rows += [deal(301 + n, "Cleo", "open", "2025-06-14" if n < 2 else "2025-12-30", amount=1.0) for n in range(5)]
    data = dataset_of(tmp_path / "d", "2025-12-31", {"deals": rows})
    for period in ("2025-Q4", "2025-12", "2025"):  # what is old on a day does not depend on the period
        section = Review(data, period, rep="Ann").talking_points
        assert section.data["rule"].tolist()[0] == "nothing-decided"
        assert "old-deals" not in section.data["rule"].tolist()  # the same deals are no second point
        said = section.data["say"].iloc[0]
        assert said.startswith("7 open deals, most of them old, and not one was won or lost in ")
        assert said.endswith(": €1.5K")
        assert "€100 · open since Jun 14, 2025" in section._repr_html_()
        cleo = Review(data, period, rep="Cleo").talking_points.data.set_index("rule")
        assert cleo.loc["old-deals", "say"] == (
            "2 open deals for longer than four of five won deals took (10 days), 40% of all: €2"
        )


def test_deals_closed_since_are_none_to_talk_about(tmp_path: Path) -> None:
    rows = [deal(n, "Ann", "open", "2025-08-01", amount=10.0) for n in range(2)]
    rows += [
        deal(10, "Ann", "won", "2025-08-01", "2025-11-15", amount=500.0),
        deal(11, "Ann", "lost", "2025-08-01", "2025-10-23", amount=700.0),
        deal(12, "Ann", "won", "2025-07-01", "2025-09-01", amount=5.0),
        deal(13, "Bob", "lost", "2025-08-01", "2025-10-23", amount=5.0),
        deal(14, "Bob", "won", "2025-07-01", "2025-09-01", amount=5.0),
    ]
    data = dataset_of(tmp_path / "d", "2025-11-30", {"deals": rows})
    ann = Review(data, "2025-Q3", rep="Ann")
    # four were open on 30 September, two of them still are
    assert ann.context.open["deal_id"].nunique() == 4
    assert [sorted(one) for one in ann.talking_points.data["deals"]] == [["D0", "D1"]]
    assert ann.talking_points.data["say"].tolist() == ["2 open deals to go through together"]
    assert "Open on Sep 30, 2025: 4; closed since: 1 won, 1 lost" in ann.talking_points._repr_html_()
    bob = Review(data, "2025-Q3", rep="Bob").talking_points
    assert bob.message == "The deals that were open on Sep 30, 2025 have been won or lost since"
    assert "closed since" not in Review(data, "2025-Q4", rep="Ann").talking_points._repr_html_()


def exported_on(path: Path, day: str) -> Dataset:
    """Ann's deals as an export of a day in December shows them: one was won on 1 December, one begun."""
    about = {"stage": "Offer", "next_step": None, "next_step_on": None}
    rows = [
        deal(1, "Ann", "open", "2025-11-01", amount=400.0, expected_close_on="2025-11-30", name="Late", **about),
        deal(2, "Ann", "open", "2025-11-01", amount=100.0, expected_close_on="2026-02-01", name="Soon", **about),
        deal(3, "Ann", "won", "2025-11-01", "2025-12-01", amount=900.0, name="Gone"),
        deal(4, "Ann", "open", "2025-12-01", amount=50.0, name="New", **about | {"next_step": "Call"}),
        deal(5, "Ann", "won", "2025-10-01", "2025-11-10", amount=20.0),
    ]
    return dataset_of(path, day, {"deals": rows})


def test_what_to_do_is_told_of_the_day_the_data_end(tmp_path: Path) -> None:
    ann = Review(exported_on(tmp_path / "d", "2025-12-03"), "2025-11", rep="Ann")
    section = ann.talking_points
    said = section.data.set_index("rule")["say"].to_dict()
    # of D1, D2 and D4, which are open on 3 December: D1 was to close on 30 November; D1 and D2 have no next step
    assert said == {
        "overdue-deals": "1 open deal past the closing date that was expected: €400",
        "no-next-step": (
            "2 open deals without a next step, or with one overdue for more than a week, 67% of all: €500"
        ),
    }
    page = section._repr_html_()
    assert "Late (D1) · €400 · Offer · expected to close on Nov 30, 2025" in page
    labelled = "Open deals as of Dec 3, 2025, when the data end; figures as of Nov 30, 2025."
    assert labelled in page
    assert ann.deals_to_look_at.data["deal_id"].tolist() == ["D1", "D2", "D4"]
    assert labelled in ann.deals_to_look_at._repr_html_()
    assert labelled in Review(ann.context.facts.dataset, "2025-11").whom_first.notes
    # figures are those of the month: D1, D2 and D3 were open at its end, what they were worth is not known
    assert ann.context.figure("deals_in_funnel").value == 3
    assert not ann.context.figure("pipeline_value").known
    assert sorted(ann.context.open["deal_id"]) == ["D1", "D2", "D3"]
    assert ann.context.open["amount"].isna().all()


def test_on_the_same_day_nothing_is_labelled(tmp_path: Path) -> None:
    ann = Review(exported_on(tmp_path / "d", "2025-12-31"), "2025-12", rep="Ann")
    assert "when the data end" not in ann.talking_points._repr_html_()


@pytest.mark.parametrize(("day", "today"), [("2025-12-31", True), ("2026-01-01", False)])
def test_a_month_later_todays_state_is_none_of_the_report(tmp_path: Path, day: str, today: bool) -> None:
    ann = Review(exported_on(tmp_path / "d", day), "2025-11", rep="Ann")
    assert ("€400" in ann.talking_points._repr_html_()) == today
    assert ("when the data end" in ann.talking_points._repr_html_()) == today


def test_undated_deals_are_open_today_though_not_known_before(tmp_path: Path) -> None:
    rows = [
        deal(1, "Ann", "open", None, amount=400.0),
        deal(2, "Ann", "won", "2025-10-01", "2025-11-10", amount=9.0),
    ]
    ann = Review(dataset_of(tmp_path / "d", "2025-12-03", {"deals": rows}), "2025-11", rep="Ann")
    assert ann.context.unavailable("deals_in_funnel") is not None
    assert ann.talking_points.data["say"].tolist() == ["1 open deal worth €400"]


def test_who_left_since_is_gone_today(tmp_path: Path) -> None:
    data = exported_on(tmp_path / "d", "2025-12-03")
    reps = pd.DataFrame({"rep_id": ["Ann"], "left_on": [pd.Timestamp("2025-12-02")]})
    tables = {"deals": data.table("deals"), "reps": reps}
    ann = Review(dataset_of(tmp_path / "e", "2025-12-03", tables), "2025-11", rep="Ann")
    assert ann.talk == "€550 in 3 open deals needs a new owner"
    assert not ann.preparation.available


def test_what_to_begin_with_names_its_amount(tmp_path: Path) -> None:
    ann = Review(exported_on(tmp_path / "d", "2025-12-03"), "2025-11", rep="Ann")
    assert ann.talking_points.data["rule"].iloc[0] == "overdue-deals"
    assert ann.talk == "1 open deal past the expected closing date (€400)"
    german = Review(ann.context.facts.dataset, "2025-11", rep="Ann", language="de")
    assert german.talk == "1 offener Deal mit überschrittenem Abschlusstermin (400\xa0€)"
