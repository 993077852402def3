"""The least an export can hold: what the report then says is right, and what nobody knows it does not say."""

import datetime as dt
from pathlib import Path

import pytest
from cases import Rows, dataset_of, deal, least_of

from salesreport import Dataset, Review
from salesreport.errors import ConfigError
from salesreport.explore import ConversionReview
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.report.section import Section

ROWS = """\
No,Who,Step,Begun,Ended,Worth
1,Ann,Signed,2025-01-10,2025-02-10,1000
2,Ann,Off,2025-01-11,2025-02-12,500
3,Ann,Signed,2025-01-12,2025-03-10,700
4,Bob,Signed,2025-01-10,2025-02-20,800
5,Bob,Off,2025-01-20,2025-03-01,900
6,Bob,Offer,2025-02-01,,400
"""
WON = [
    deal(1, "Ann", "won", "2025-01-10", "2025-02-10", amount=1000.0),
    deal(3, "Ann", "won", "2025-01-12", "2025-03-10", amount=700.0),
]
LOST = [deal(2, "Ann", "lost", "2025-01-11", "2025-02-12", amount=500.0)]
OPEN = [deal(6, "Ann", "open", "2025-02-01", amount=400.0), deal(7, "Bob", "open", "2025-03-01", amount=100.0)]


@pytest.fixture(scope="module")
def least(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Six deals of two reps, by id, rep, stage, both dates and amount: no product line, segment, history."""
    return least_of(tmp_path_factory.mktemp("least"), ROWS)


def review(tmp_path: Path, rows: Rows, **subject: str) -> Review:
    """A review of the first quarter of 2025, seen from its last day."""
    return Review(dataset_of(tmp_path / "dataset", "2025-03-31", {"deals": rows}), "2025-Q1", **subject)


def shown(made: Review) -> dict[str, Section]:
    """All sections by key, each shown as HTML."""
    for section in made.sections():
        assert section._repr_html_() or section.silent
    return {section.key: section for section in made.sections()}


def test_the_least_export_rep_by_rep(least: Dataset) -> None:
    # Ann won 1 and 3, lost 2; Bob won 4, lost 5
    ann, bob = (shown(Review(least, "2025-Q1", rep=rep)) for rep in ("Ann", "Bob"))
    assert ann["results"].message == "2 deals won, 1 lost"
    assert bob["results"].message == "1 deal won, 1 lost"
    for sections in (ann, bob):
        assert sections["results"].charts == ()
        assert sections["results"].tables == ()
        assert len(sections["results"].data) == 0
    # one quarter is one point, which the tiles show already; what is listed has columns with values only
    assert ann["trend"].charts == ()
    assert [heading.text for heading in ann["deals"].tables[0].headings] == ["Deal", "Stage", "Why", "Amount"]
    assert ann["base"].message == "The customer base cannot be told: this export names no customers."


def test_the_least_export_as_a_company(least: Dataset) -> None:
    made = Review(least, "2025-Q1")
    sections = shown(made)
    # 1000 + 700 + 800; 3 of 5 closed ones
    assert made.verdict == (
        "Revenue in Q1 2025 is €2.5K (Q4 2024 cannot be compared: the data begin on Feb 10, 2025); "
        "3 of 5 closed deals were won (60%)."
    )
    assert sections["results"].message == "3 deals won, 2 lost"
    # five decisions are no comparison: that nobody differs is not known
    assert sections["conversion-anomalies"].message == "Too few deals were decided to compare like with like"
    assert sections["conversion-heat-map"].message == "Too few deals were decided to compare like with like"


def test_the_least_export_in_the_explorer(least: Dataset) -> None:
    said = ConversionReview(least, "2025-Q1").in_words().splitlines()
    assert said[1] == "Reps by step · Q1 2025: Too few deals were decided to compare like with like"
    assert said[4] == "Anomalies · Q1 2025: Too few deals were decided to compare like with like"


@pytest.mark.parametrize("each", ["rep", "segment"])
def test_a_pack_for_each_of_what_the_export_does_not_have(least: Dataset, tmp_path: Path, each: str) -> None:
    file = tmp_path / "pack.yml"
    file.write_text(
        f"notebook: {each}_review\ndataset: {least.path.as_posix()}\neach: {each}\nperiod: 2025-Q1\noutput: out\n",
        encoding="utf-8",
    )
    if each == "rep":
        assert [job.subject.id for job in make_plan(load_pack(file)).jobs] == ["Ann", "Bob"]
        return
    with pytest.raises(ConfigError) as caught:
        make_plan(load_pack(file))
    assert (caught.value.line, caught.value.key, caught.value.found) == (3, "each", "segment")
    assert "has nothing of this kind" in str(caught.value)


def test_won_deals_only(tmp_path: Path) -> None:
    sections = shown(review(tmp_path, WON, rep="Ann"))
    assert sections["results"].message.startswith("2 deals won")
    assert sections["deals"].message == "needs all deals; this export has only those that were won"


def test_open_deals_only(tmp_path: Path) -> None:
    made = review(tmp_path, OPEN)
    sections = shown(made)
    assert sections["pipeline"].message == "2 open deals worth €500"
    assert not sections["results"].available
    assert not sections["conversion"].available
    assert list(sections["figures"].data["metric"]) == ["pipeline_value"]
    assert "Revenue" not in made.verdict


def test_one_rep(tmp_path: Path) -> None:
    made = review(tmp_path, WON + LOST, rep="Ann")
    sections = shown(made)
    # 2 of 3; nobody to compare with
    assert made.verdict == (
        "Revenue in Q1 2025 is €1.7K (Q4 2024 cannot be compared: the data begin on Feb 10, 2025); "
        "2 of 3 closed deals were won (67%)."
    )
    assert sections["conversion"].message == "Of the 3 deals decided in April 2024 to March 2025, 67% were won"


def test_one_deal(tmp_path: Path) -> None:
    made = review(tmp_path, LOST, rep="Ann")
    sections = shown(made)
    assert sections["results"].message.endswith("1 lost")
    assert sections["deals"].data["deal_id"].tolist() == ["D2"]
    assert sections["changes"].data.query("value != 0")["value"].tolist() == [1.0, -1.0, 500.0, -500.0]


def test_one_day(tmp_path: Path) -> None:
    rows = [{**row, "created_on": "2025-02-10", "closed_on": "2025-02-10"} for row in WON + LOST]
    made = review(tmp_path, rows, rep="Ann")
    assert shown(made)["results"].message == "2 deals won, 1 lost"
    # created and won on one day: a cycle of 0 days is known, not missing
    cycle = made.tiles.data.set_index("metric").loc["cycle_days"]
    assert (cycle["value"], cycle["n"]) == (0, 2)


def test_no_stage_history(tmp_path: Path) -> None:
    rows = [{**row, "stage": stage} for row, stage in zip(WON + LOST + OPEN, "WWLTT", strict=True)]
    sections = shown(review(tmp_path, rows))
    assert not sections["milestones"].available
    assert "only the current stage" in sections["results"].notes[0]


def test_without_ages_the_pipeline_is_shown_by_stage(tmp_path: Path) -> None:
    rows = [{**row, "created_on": None, "stage": "Talk"} for row in OPEN]
    section = review(tmp_path, rows).pipeline
    svg = section._repr_html_()
    assert "Open deals by stage: number and value" in svg
    assert "Open deals by age in days" not in svg


UNDATED = [{**row, "created_on": None} for row in WON[:1] + LOST] + WON[1:]
"""One deal won and one lost without a creation date; one won from 12 January to 10 March: 57 days."""


def test_closed_deals_without_creation_date_count_and_have_no_cycle(tmp_path: Path) -> None:
    made = review(tmp_path, UNDATED, rep="Ann")
    assert shown(made)["results"].message == "2 deals won, 1 lost"
    figures = made.tiles.data.set_index("metric")
    assert (figures.loc["win_rate", "value"], figures.loc["win_rate", "n"]) == (pytest.approx(2 / 3), 3)
    assert (figures.loc["cycle_days", "value"], figures.loc["cycle_days", "n"]) == (57, 1)
    said = "2 closed deals have no creation date: they are counted, but have no cycle time."
    assert f"Whole company: {said}" in made.data_notes.notes
    # nobody knows whether they were open when the quarter began
    assert not made.pipeline_changes.available
    assert made.order_book.message == "No open deals on Mar 31, 2025."


def test_no_creation_dates_at_all(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "created_on"} for row in WON + LOST + OPEN]
    made = review(tmp_path, rows)
    sections = shown(made)
    assert sections["results"].message == "2 deals won, 1 lost"
    assert "cycle_days" not in set(made.tiles.data["metric"])
    assert any("Sales cycle: needs" in note for note in sections["figures"].notes)
    assert not sections["changes"].available
    said = "3 closed deals have no creation date: they are counted, but have no cycle time."
    assert said in made.data_notes.notes


def test_a_deal_that_does_not_say_when_it_began_is_not_said_to_have_skipped_the_milestones(tmp_path: Path) -> None:
    from salesreport.kpi import Facts
    from salesreport.kpi.milestones.journeys import Journeys
    from salesreport.process import Milestone, Process, ProcessFile

    begun = Milestone(key="begun", title="Begun", field="created_on")
    file = ProcessFile(processes=(Process(name="Deals", milestones=(begun,)),))
    facts = Facts.of(dataset_of(tmp_path / "dataset", "2025-03-31", {"deals": UNDATED}))
    journeys = Journeys.of(facts, file, dt.date(2025, 3, 31))
    assert journeys.direct.tolist() == [False, False, False]
    assert len(journeys.stays.deal) == 1  # of the one that says when
