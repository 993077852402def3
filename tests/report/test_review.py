"""Reviews: the numbers by hand, gaps in words, nobody else's name, nothing from the data unescaped."""

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from salesreport import Dataset, Review
from salesreport.dataset import DatasetSettings, write_dataset
from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.provenance import Counts, Noticed, Provenance, Tally
from salesreport.report.review import MIME
from salesreport.report.section import Section
from salesreport.report.sections.verdict import differs

HOSTILE = "../../x<script>alert(1)</script>|*_[ ${7*7} $\\frac"

SECTIONS = (
    "tiles", "trend", "milestones", "conversion", "activity", "pipeline", "pipeline_changes", "order_book",
    "customer_base", "forecast", "results", "growth", "satisfaction", "deals_to_look_at", "reps",
    "conversion_funnel_plot", "conversion_heat_map", "conversion_anomalies", "definitions", "data_notes",
)  # fmt: skip


def deals(
    rep: str, won: int, lost: int, open_: int = 0, closed_on: str = "2025-05-20", amount: float = 100.0
) -> pd.DataFrame:
    """Deals of a rep: all created on 1 March 2025, the open ones with the same amount."""
    status = ["won"] * won + ["lost"] * lost + ["open"] * open_
    return pd.DataFrame(
        {
            "deal_id": [f"{rep}-{closed_on}-{n}" for n in range(len(status))],
            "rep_id": rep,
            "status": status,
            "created_on": "2025-03-01",
            "closed_on": [closed_on if one != "open" else None for one in status],
            "product_line": "Lamps",
            "stage": [one.title() for one in status],
            "amount": amount,
        }
    )


def dataset(path: Path, *frames: pd.DataFrame, **tables: pd.DataFrame) -> Dataset:
    settings = DatasetSettings(name="Tiny & Co", as_of=dt.date(2025, 6, 30), currency="EUR")
    return write_dataset(
        path, {"deals": pd.concat(frames, ignore_index=True), **tables}, settings, Provenance("test")
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Seven reps; Ann won 10 of 40 in Q2 (before: 3 of 6), the six others 30 of 40 each."""
    others = [deals(f"P{n}", 30, 10) for n in range(6)]
    before = deals("Ann", 3, 3, closed_on="2025-03-31")
    return dataset(tmp_path_factory.mktemp("tiny") / "d", deals("Ann", 10, 30, 5), before, *others)


def test_verdict_by_hand(tiny: Dataset) -> None:
    # 10 × 100 in Q2 against 3 × 100 in Q1: 3.3 times; 10 of 40 are 25 %, the others' 180 of 240 are 75 %
    review = Review(tiny, "2025-Q2", rep="Ann")
    assert review.verdict == (
        "Revenue of €1K is 3.3 times as much as in Q1 2025 (the data begin on Mar 31, 2025); "
        "10 of 40 closed deals were won (25%), less often than peers (75%)."
    )
    # the same rate out of four deals tells nothing
    assert "not distinguishable from" not in review.verdict


def test_verdict_claims_nothing_from_few_deals(tmp_path: Path) -> None:
    others = [deals(f"P{n}", 30, 10) for n in range(6)]
    few = Review(dataset(tmp_path / "few", deals("Ann", 1, 3), *others), "2025-Q2", rep="Ann")
    assert "too few to tell whether that differs from peers (75%)" in few.verdict
    # 21 of 40 (52 %) against 75 %: alone it would pass for a difference (95 % interval 37.5–67.1 %);
    # as one of seven compared it does too (99.3 %: 32–72 %); 24 of 40 does not (99.3 %: 39–78 %)
    near = Review(dataset(tmp_path / "near", deals("Ann", 24, 16), *others), "2025-Q2", rep="Ann")
    assert "not distinguishable from peers (75%)" in near.verdict


def test_verdict_claims_nothing_from_peers_with_few_deals(tmp_path: Path) -> None:
    few = Review(dataset(tmp_path / "few", deals("Ann", 6, 11), deals("Bob", 2, 1)), "2025-Q2", rep="Ann")
    assert (
        "6 of 17 closed deals were won (35%), too few to tell whether that differs from peers (67%)" in few.verdict
    )
    # 6 of 17 against 10 of 15: z = 0.314 ÷ √(0.5 × 0.5 × (1 ÷ 17 + 1 ÷ 15)) = 1.77; against 2,000 of 3,000 it is
    # 0.314 ÷ √(0.665 × 0.335 ÷ 17) = 2.74, more than the 2.24 that two who are compared need
    some = Review(dataset(tmp_path / "some", deals("Ann", 6, 11), deals("Bob", 10, 5)), "2025-Q2", rep="Ann")
    assert "not distinguishable from peers (67%)" in some.verdict
    many = Review(dataset(tmp_path / "many", deals("Ann", 6, 11), deals("Bob", 2000, 1000)), "2025-Q2", rep="Ann")
    assert "(35%), less often than peers (67%)" in many.verdict


@pytest.mark.parametrize("rate", [0.2, 0.5])
@pytest.mark.parametrize(("n", "m"), [(17, 3), (17, 15), (40, 40), (100, 1000)])
def test_equals_differ_in_no_more_than_one_of_twenty_verdicts(n: int, m: int, rate: float) -> None:
    # all that can happen, and how likely it is: no draw needed
    won, theirs = (grid.ravel() for grid in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
    likely = binom.pmf(won, n, rate) * binom.pmf(theirs, m, rate)
    heard = likely > 1e-7
    claimed = differs(won[heard], n, theirs[heard], m, comparisons=1) != 0
    assert likely[heard].sum() > 0.999
    assert 0 < (likely[heard] * claimed).sum() < 0.06  # 5 %, as near as counts of a few deals can come


def test_tiles_by_hand(tiny: Dataset) -> None:
    data = Review(tiny, "2025-Q2", rep="Ann").tiles.data.set_index("metric")
    assert data.loc["revenue", ["value", "before"]].tolist() == [1000, 300]
    assert data.loc["deals_won", "value"] == 10
    assert data.loc["win_rate", "value"] == 0.25
    # Wilson 95 % of 10 in 40, from a published calculator: 0.1419 to 0.4019
    assert data.loc["win_rate", ["lower", "upper"]].tolist() == pytest.approx([0.1419, 0.4019], abs=5e-5)
    assert data.loc["avg_deal_size", "value"] == 100
    assert data.loc["cycle_days", "value"] == 80  # 1 March to 20 May
    assert data.loc["pipeline_value", ["value", "n"]].tolist() == [500, 5]


def test_results_and_pipeline_by_hand(tiny: Dataset) -> None:
    review = Review(tiny, "2025-Q2", rep="Ann")
    row = review.results.data.iloc[0]
    assert row[["group", "won", "lost", "rate", "peers"]].tolist() == ["Lamps", 10, 30, 0.25, 0.75]
    assert "needs stage history" in " ".join(review.results.notes)
    assert review.pipeline.data["age"].tolist() == [121] * 5  # 1 March to 30 June
    # four of five won deals took at most 80 days, so all five are old
    assert (
        review.pipeline.message
        == "5 open deals worth €500, 5 of them older than four of five won deals took (80 days)"
    )


def test_growth_by_hand(tiny: Dataset) -> None:
    section = Review(tiny, "2025-Q2", rep="Ann").growth
    assert section.data[["group", "now", "before", "change"]].to_numpy().tolist() == [["Lamps", 1000, 300, 700]]
    rows = [[cell.text for cell in row] for row in section.tables[0].rows]
    assert rows[0] == ["Revenue", "€300", "€1K", "+233%"]
    assert rows[3] == ["Win rate", "50%", "25%", "−25 points"]


def test_missing_data_is_said_not_shown_as_zero(tiny: Dataset) -> None:
    review = Review(tiny, "2025-Q2", rep="Ann")
    assert not review.activity.available
    assert "activities" in review.activity.message
    assert not review.satisfaction.available
    assert "feedback" in review.satisfaction.message
    assert review.growth.available
    assert not Review(tiny, "2025-Q2", rep="P1").growth.available  # nothing sold in Q1
    notes = " ".join(review.data_notes.notes)
    assert "Satisfaction" in notes
    assert "Tiny & Co" in notes


def test_the_data_notes_say_why_rows_were_left_out_or_changed(tmp_path: Path) -> None:
    tallies = [Tally(text(f"reason {at}"), at) for at in range(1, 8)]
    counts = Counts(
        read=100,
        kept=60,
        repaired=12,
        set_aside=28,
        repairs=(Tally(text("amount is negative: emptied"), 12, ("-10", "-1")),),
        reasons=tuple(tallies),
    )
    noticed = Noticed(text("Reps with one name: 1."), text("Reps with one name: Bea and BEA."))
    made = write_dataset(
        tmp_path / "d",
        {"deals": deals("Ann", 3, 3)},
        DatasetSettings(name="Tiny", as_of=dt.date(2025, 6, 30), currency="EUR"),
        Provenance("test", counts={"deals": counts}, noticed=(noticed,)),
    )
    notes = Review(made, "2025-Q2", rep="Ann").data_notes.notes
    # 1 + 2 + … + 7 = 28 rows; the five most frequent reasons are said, the most frequent first
    assert (
        "28 rows of table deals were set aside on reading the export, of 100 in all: 7 × reason 7, 6 × reason 6, "
        "5 × reason 5, 4 × reason 4, 3 × reason 3, and 2 more reasons."
    ) in notes
    assert "12 rows of table deals were repaired on reading the export: 12 × amount is negative: emptied." in notes
    assert "Reps with one name: 1." in notes
    assert not [note for note in notes if "Bea" in note or "-10" in note]  # no examples: they are others' values


def test_subjects(tiny: Dataset) -> None:
    assert Review(tiny, "2025-Q2").context.subject.kind == "company"
    assert Review(tiny, "2025-Q2", team="").context.subject.kind == "company"
    assert Review(tiny, "2025-Q2", product_line="Lamps").tiles.data["value"].iloc[0] == 19_000
    with pytest.raises(ConfigError) as error:
        Review(tiny, "2025-Q2", rep="Anm")
    assert error.value.nearest == "Ann"
    with pytest.raises(ConfigError, match="cannot be about this"):
        Review(tiny, "2025-Q2", reps="Ann")
    with pytest.raises(ConfigError, match="about one subject"):
        Review(tiny, "2025-Q2", rep="Ann", product_line="Lamps")
    with pytest.raises(ConfigError, match="no catalogue"):
        Review(tiny, "2025-Q2", rep="Ann", language="fr")


def test_hostile_names_are_text(tmp_path: Path) -> None:
    mean = deals(HOSTILE, 8, 8, 3).assign(
        product_line=HOSTILE, name=HOSTILE, stage=HOSTILE, account_id="A1", loss_reason=HOSTILE, segment=HOSTILE
    )
    mean.loc[8:12, "product_line"] = "{name} %s"
    accounts = pd.DataFrame({"account_id": ["A1"], "name": [HOSTILE]})
    others = [deals(f"P{n}", 5, 5) for n in range(5)]
    review = Review(dataset(tmp_path / "d", mean, *others, accounts=accounts), "2025-Q2", rep=HOSTILE)
    html = review._repr_html_() + "".join(getattr(review, section)._repr_html_() for section in SECTIONS)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert review.summary["subject"]["name"] == HOSTILE


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\u200b\u200b", "\\u200b\\u200b"),
        ("A\x1f\u202eB", "A\\x1f\\u202eB"),
        ("مرحبا 5", "\u2068مرحبا 5\u2069"),
        ("x" * 30_000, "x" * 119 + "…"),
    ],
    ids=["nothing to see", "control characters", "right to left", "long"],
)
def test_names_that_nobody_can_read_as_they_are(tmp_path: Path, name: str, shown: str) -> None:
    odd = deals("R1", 8, 8, 3).assign(product_line=name, name=name, stage=name, account_id="A1", loss_reason=name)
    odd.loc[8:12, "product_line"] = "Lamps"
    tables = {
        "accounts": pd.DataFrame({"account_id": ["A1"], "name": [name]}),
        "reps": pd.DataFrame({"rep_id": ["R1", *(f"P{n}" for n in range(5))], "name": [name, *"abcde"]}),
    }
    others = [deals(f"P{n}", 5, 5) for n in range(5)]
    data = dataset(tmp_path / "d", odd, *others, **tables)
    html = ""
    for about in ({"rep": "R1"}, {}):
        review = Review(data, "2025-Q2", **about)
        html += review._repr_html_() + "".join(getattr(review, section)._repr_html_() for section in SECTIONS)
    assert f"<h1>{shown}</h1>" in html
    assert html.count(shown) > 5
    assert not set(html) & {"\x1f", "\u202e", "\u200b"}
    assert "x" * 200 not in html


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_section_of_the_sample_shows_itself(sample: Dataset, language: str) -> None:
    rep = sample.table("reps")["rep_id"].iloc[0]
    for subject in ({"rep": rep}, {"segment": "B"}, {"team": sample.table("reps")["team"].iloc[0]}, {}):
        review = Review(sample, "2025-Q4", language=language, **subject)
        for name in SECTIONS:
            section = getattr(review, name)
            assert isinstance(section, Section)
            html = section._repr_html_()
            assert section.topic
            assert "nan" not in re.sub(r"<[^>]*>", " ", html).lower().split()
            assert "{" not in re.sub(r"<style.*?</style>|<[^>]*>", "", html)
        ids = re.findall(r'\bid="([^"]+)"', "".join(getattr(review, name)._repr_html_() for name in SECTIONS))
        assert len(ids) == len(set(ids))


def test_a_rep_s_report_names_no_other_rep(sample: Dataset) -> None:
    reps = sample.table("reps")
    me = reps.iloc[0]
    review = Review(sample, "2025-Q4", rep=me["rep_id"])
    sections = [name for name in SECTIONS if name != "reps"]
    html = review._repr_html_() + "".join(getattr(review, name)._repr_html_() for name in sections)
    others = reps.loc[(reps["rep_id"] != me["rep_id"]) & (reps["name"] != me["manager"])]
    for name in [*others["name"], *others["rep_id"]]:
        assert name not in html


def test_the_summary_for_machines(sample: Dataset) -> None:
    rep = sample.table("reps")["rep_id"].iloc[0]
    review = Review(sample, "2025-Q4", rep=rep)
    bundle = review._repr_mimebundle_()
    summary = bundle[MIME]
    assert summary["subject"]["id"] == rep
    assert summary["fingerprint"] == sample.fingerprint
    assert summary["period"] == "2025-Q4"
    assert [figure["key"] for figure in summary["figures"]] == list(review.tiles.data["metric"])
    assert bundle["text/plain"] == review.verdict


def test_german_says_no_english(sample: Dataset) -> None:
    rep = sample.table("reps")["rep_id"].iloc[0]
    words = Review(sample, "2025-Q4", rep=rep, language="de").in_words()
    for english in (" the ", " of ", "deals won", "Revenue", "open deals"):
        assert english not in words


def test_activity_against_plan_by_hand(tmp_path: Path) -> None:
    done = pd.DataFrame(
        {
            "activity_id": ["1", "2", "3"],
            "rep_id": "Ann",
            "type": ["call", "call", "mail"],
            "done_at": "2025-05-02",
        }
    )
    # months make up the quarter: 2 + 2 + 1 calls; nothing done of a plan is no reason to hide the plan
    months = [("call", "2025-04", 2), ("call", "2025-05", 2), ("call", "2025-06", 1), ("visit", "2025-Q2", 4)]
    targets = pd.DataFrame(
        [{"metric": f"activity:{kind}", "period": month, "value": n, "rep_id": "Ann"} for kind, month, n in months]
    )
    visit = pd.DataFrame({"activity_id": ["9"], "rep_id": "Bob", "type": "visit", "done_at": "2025-05-02"})
    activities = pd.concat([done, visit], ignore_index=True)
    made = dataset(tmp_path / "d", deals("Ann", 1, 1), deals("Bob", 1, 1), activities=activities, targets=targets)
    section = Review(made, "2025-Q2", rep="Ann").activity
    data = section.data.set_index("type")
    assert data.loc["call", ["done", "plan", "attainment"]].tolist() == [2, 5, 0.4]
    assert data.loc["visit", ["done", "plan", "attainment"]].tolist() == [0, 4, 0]
    assert data.loc["mail", "done"] == 1
    assert pd.isna(data.loc["mail", "plan"])
    assert section.message == "2 activities done, 9 planned; visit is furthest behind (0%)"


def won_by_line(path: Path, **won: int) -> Review:
    """Ann's review: so many deals won per product line, and one lost in each."""
    frames = [
        deals("Ann", n, 1).assign(product_line=line, deal_id=lambda frame, line=line: line + frame["deal_id"])
        for line, n in won.items()
    ]
    return Review(dataset(path, *frames), "2025-Q2", rep="Ann")


def test_most_wins_come_from_where_there_are_more_than_elsewhere(tmp_path: Path) -> None:
    assert won_by_line(tmp_path / "a", Lamps=2, Poles=1).results.message == (
        "3 deals won, 2 lost; most wins came from Lamps (2)"
    )
    assert won_by_line(tmp_path / "b", Lamps=1, Poles=1).results.message == "2 deals won, 2 lost"
    assert won_by_line(tmp_path / "c", Lamps=0, Poles=0).results.message == "0 deals won, 2 lost"
    assert won_by_line(tmp_path / "d", Lamps=1, Poles=0).results.message == (
        "1 deal won, 2 lost; most wins came from Lamps (1)"
    )


def test_a_trend_counts_the_periods_that_are_known(tmp_path: Path) -> None:
    # the company sells since 2024-Q3; Ann's first deal was created in March, so that her revenue is known of two
    first = deals("Bob", 1, 0, closed_on="2024-07-01").assign(created_on="2024-07-01")
    review = Review(dataset(tmp_path / "d", first, deals("Ann", 1, 1)), "2025-Q2", rep="Ann")
    assert len(review.context.trend) == 4
    assert review.trend.message == "Only 2 periods are known: too few for a trend"


def test_few_cases_are_not_placed_among_peers_who_have_enough(tmp_path: Path) -> None:
    # ten closed deals are enough for a rate: the four peers' are, Ann's two are not
    peers = [deals(f"P{n}", 30, 10) for n in range(6)]
    few = Review(dataset(tmp_path / "d", deals("Ann", 0, 2), *peers), "2025-Q2", rep="Ann")
    rate = next(tile for tile in few.tiles.extra["tiles"] if tile.name == "Win rate")
    assert not any("middle half" in line for line in rate.said)
    assert rate.base == "2 closed deals: too few to tell"
    won = next(tile for tile in few.tiles.extra["tiles"] if tile.name == "Deals won")
    assert "below the middle half of peers (30 – 30)" in won.said


def test_without_amounts_trend_and_growth_speak_of_what_there_is(tmp_path: Path) -> None:
    frames = [
        deals("Ann", 3, 2, 7, closed_on=day).drop(columns="amount")
        for day in ("2025-05-20", "2025-02-10", "2024-11-10")
    ]
    review = Review(dataset(tmp_path / "d", *frames), "2025-Q2", rep="Ann")
    assert review.trend.message == "Deals won and Win rate over 2 periods"
    reason = "needs column amount of table deals; this export has none"
    assert review.growth.message == f"Growth of revenue cannot be told: {reason}."


def test_what_is_not_known_of_an_earlier_day_is_not_missing_from_the_data(tmp_path: Path) -> None:
    review = Review(
        dataset(tmp_path / "d", deals("Ann", 3, 3), deals("Ann", 1, 1, 5, closed_on="2025-06-20")),
        "2025-05",
        rep="Ann",
    )
    # all ten deals carry an amount; on 31 May nobody had written it down yet
    why = "what open deals were worth on May 31, 2025 is not known: no snapshots up to then."
    for notes in (review.pipeline.notes, review.order_book.notes):
        assert f"Open deals are counted, not valued; {why}" in notes
        assert not any("carr" in note for note in notes)


def test_no_forecast_from_a_day_whose_open_deals_nobody_knows(tmp_path: Path) -> None:
    frame = deals("Ann", 30, 10, 20)
    frame.loc[frame["status"] == "open", "created_on"] = None
    made = dataset(tmp_path / "d", frame)
    assert Review(made, "2025-Q2", rep="Ann").forecast.available
    assert Review(made, "2025-05", rep="Ann").forecast.message == (
        "No forecast can be made: 20 deals have no creation date, so nobody knows whether they were open on "
        "May 31, 2025."
    )


def test_changes_of_counts_and_of_money(tmp_path: Path) -> None:
    frames = deals("Ann", 1, 3, closed_on="2025-03-31"), deals("Ann", 5, 3)
    review = Review(dataset(tmp_path / "d", *frames), "2025-Q2", rep="Ann")
    told = {tile.name: tile.said for tile in review.tiles.extra["tiles"]}
    assert "5.0 times as many as in Q1 2025" in " ".join(told["Deals won"])
    assert "5.0 times as much as in Q1 2025" in " ".join(told["Revenue"])
    (table,) = review.growth.tables
    # 100 → 500 is 400 % more; one of four against five of eight is 37.5 points
    assert [str(row[-1].text) for row in table.rows[:2]] == ["+400%", "+400%"]
