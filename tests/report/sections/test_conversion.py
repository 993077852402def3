"""Conversion in reports: the numbers by hand, mix told from skill, nobody else's name, gaps in words."""

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from salesreport import Dataset, Review
from salesreport.dataset import DatasetSettings
from salesreport.provenance import Provenance
from salesreport.report.section import Section
from salesreport.report.sections.compared import counted
from salesreport.report.sections.rep_rates import conversion_funnel_plot
from salesreport.report.sections.rep_steps import conversion_heat_map
from salesreport.writing import write_dataset

TEAM = ("conversion_funnel_plot", "conversion_heat_map", "conversion_anomalies")


def closed(rep: str, won: int, lost: int, line: str = "Lamps", day: str = "2025-05-20", amount: float = 100.0,
           segment: str = "A") -> pd.DataFrame:  # fmt: skip
    """Deals of a rep that were won or lost on a day."""
    status = ["won"] * won + ["lost"] * lost
    return pd.DataFrame(
        {
            "deal_id": [f"{rep}-{line}-{segment}-{day}-{n}" for n in range(len(status))],
            "rep_id": rep,
            "status": status,
            "created_on": "2024-03-01",
            "closed_on": day,
            "product_line": line,
            "segment": segment,
            "stage": [one.title() for one in status],
            "amount": amount,
        }
    )


def write(path: Path, *frames: pd.DataFrame, **tables: pd.DataFrame) -> Dataset:
    settings = DatasetSettings(name="Tiny", as_of=dt.date(2025, 6, 30), currency="EUR")
    return write_dataset(
        path, {"deals": pd.concat(frames, ignore_index=True), **tables}, settings, Provenance("test")
    )


def html_of(section: Section) -> str:
    return section._repr_html_()


def cells(section: Section, table: int = 0) -> list[list[tuple[str, str]]]:
    return [[(cell.text, cell.plus) for cell in row] for row in section.tables[table].rows]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Ann won 10 of 40 in Q2 (a year before 3 of 6), P0 to P5 30 of 40, Zoe 1 of 4; Ann, Zoe and P0 are North."""
    names = ["Ann", "Zoe", *(f"P{n}" for n in range(6))]
    reps = pd.DataFrame(
        {
            "rep_id": names,
            "name": [name if len(name) > 2 else f"Peer number {name}" for name in names],
            "team": ["North" if name in ("Ann", "Zoe", "P0") else "South" for name in names],
        }
    )
    frames = [closed("Ann", 10, 30), closed("Ann", 3, 3, day="2024-06-20"), closed("Zoe", 1, 3)]
    return write(
        tmp_path_factory.mktemp("tiny") / "d", *frames, *(closed(f"P{n}", 30, 10) for n in range(6)), reps=reps
    )


def test_a_rep_who_differs(tiny: Dataset) -> None:
    section = Review(tiny, "2025-Q2", rep="Ann").conversion
    (row,) = section.data.to_dict("records")
    # like deals are those of May; whoever differs beyond chance is no measure: 181 of 244 with Zoe's 1 of 4
    assert (row["decided"], row["n"], row["rate"], row["judged"]) == (40, 40, 0.25, "worse")
    assert row["expected"] == pytest.approx(181 / 244)
    assert row["effect"] == pytest.approx(0.25 - 181 / 244)
    assert section.message.startswith(
        "Ann: 25% of 40 decided deals were won (July 2024 to June 2025); of like deals of others, 74% were: 49 po"
    )
    (shown,) = cells(section)
    assert shown[:5] == [
        ("Deal → Order", ""),
        ("fewer than like deals of peers", ""),
        ("40", ""),
        ("25%", ""),
        ("74%", ""),
    ]
    assert shown[5][0] == "−49"
    assert shown[6] == ("–", "")  # six deals before are too few to show a rate
    assert section.tables[1].caption == ("Lost, July 2024 to June 2025: Deal → Order (6 of 30, the largest first)")
    assert len(section.tables[1].rows) == 6
    # 0.25 less 0.7418 of 40 deals are 19.67 orders of €100
    assert any("cost about €1.97K of orders" in note for note in section.notes)
    assert not re.search(r"P\d|Peer|Zoe", html_of(section))


def test_reps_who_do_not_differ_and_one_with_too_few_deals(tiny: Dataset) -> None:
    alike = Review(tiny, "2025-Q2", rep="P3").conversion
    assert alike.message == (
        "At the one step with enough deals, conversion is not distinguishable from like deals of peers"
    )
    assert cells(alike)[0][1] == ("not distinguishable", "")
    assert len(alike.tables) == 1
    few = Review(tiny, "2025-Q2", rep="Zoe").conversion
    assert few.message == "Too few deals were decided to tell whether conversion differs from peers"
    assert cells(few)[0][1] == ("too few deals to tell", "")
    assert "25% of 4: few" in html_of(few)
    assert few.data["q"].isna().all()
    nothing = Review(tiny, "2025-Q1", rep="P3").conversion
    assert not nothing.available
    assert nothing.message == "No deal was decided in April 2024 to March 2025."


def test_the_rate_is_that_of_all_decided_and_says_what_is_compared(tmp_path: Path) -> None:
    # three are like nobody else's: of the 8 decided 4 were won (50 %), of the 5 that others have alike 1 (20 %)
    others = [closed(f"P{n}", 30, 10) for n in range(4)]
    unlike = closed("Ann", 3, 0, "Rare", day="2024-08-20", segment="Z")
    data = write(tmp_path / "d", closed("Ann", 1, 4), unlike, *others)
    section = Review(data, "2025-Q2", rep="Ann").conversion
    (shown,) = cells(section)
    assert shown[2:5] == [("8", ""), ("50%", "20% of the 5 compared"), ("75%", "")]
    assert "20% of the 5 compared" in html_of(section)  # the chart has what is compared, too
    year = Review(data, "2024-07-01..2025-06-30", rep="Ann")
    assert (year.context.figure("win_rate").value, year.context.figure("win_rate").n) == (0.5, 8)


def test_the_title_counts_the_steps_that_its_rows_call_told(tmp_path: Path) -> None:
    # in the year Ann and Bob decided 4 deals each, too few; two years before 40 each, half of them won
    frames = [
        closed(rep, won, lost, day=day)
        for rep in ("Ann", "Bob", "Cleo")
        for won, lost, day in ((2, 2, "2025-05-20"), (20, 20, "2023-05-20"))
    ]
    section = Review(write(tmp_path / "d", *frames), "2025-Q2", rep="Ann").conversion
    assert cells(section)[0][1] == ("too few deals to tell", "since May 2023: not distinguishable")
    assert section.message == (
        "Too few deals were decided in July 2024 to June 2025 to tell whether conversion differs from peers; "
        "since May 2023: not distinguishable"
    )


def test_a_mix_of_hard_deals_is_not_skill(tmp_path: Path) -> None:
    # everybody wins 25 % of the hard deals and 75 % of the easy ones; Max has only hard ones: 25 % against 50 %
    others = [closed(f"P{n}", won, 40 - won, line) for n in range(4) for line, won in (("Easy", 30), ("Hard", 10))]
    review = Review(write(tmp_path / "d", closed("Max", 20, 60, "Hard"), *others), "2025-Q2", rep="Max")
    section = review.conversion
    (row,) = section.data.to_dict("records")
    assert row["crude"] == pytest.approx(0.25 - 0.5)
    assert (row["expected"], row["judged"], row["explained"]) == (pytest.approx(0.25), "alike", "mix")
    assert "not distinguishable" in section.message
    assert any(
        note.startswith("Deal → Order: The raw rate is 25 points lower") and "mix of deals, not skill" in note
        for note in section.notes
    )
    company = Review(review.context.facts.dataset, "2025-Q2")
    assert any("Max" in note and "mix of deals" in note for note in company.conversion_anomalies.notes)


def test_a_segment_is_compared_with_other_segments(tmp_path: Path) -> None:
    frames = [
        closed(rep, won, 40 - won, segment=name) for rep in ("P", "Q") for name, won in (("A", 30), ("B", 10))
    ]
    data = write(tmp_path / "d", *frames)
    section = Review(data, "2025-Q2", segment="B").conversion
    (row,) = section.data.to_dict("records")
    assert (row["n"], row["rate"], row["expected"], row["judged"]) == (80, 0.25, pytest.approx(0.75), "worse")
    company = Review(data, "2025-Q2").conversion
    assert company.message == "Of the 160 deals decided in July 2024 to June 2025, 50% were won"
    assert company.data["judged"].isna().all()


def test_the_funnel_plot_of_a_team(tiny: Dataset) -> None:
    section = Review(tiny, "2025-Q2", team="North").conversion_funnel_plot
    data = section.data.set_index("rep_id")
    assert section.message == "Win rates that differ from those of like deals of others beyond chance: Ann"
    assert len(data) == 8  # everybody is in the picture
    assert data.index[data["mine"]].tolist() == ["Ann", "P0", "Zoe"]  # by name: Ann, Peer number P0, Zoe
    assert data["rate"].to_dict() == {"Ann": 0.25, "Zoe": 0.25, **{f"P{n}": 0.75 for n in range(6)}}
    assert data.loc["Ann", "flag"] == "worse"
    html = html_of(section)
    assert {"Ann", "Zoe", "Peer number P0"} <= set(re.findall(r">([^<>]+)</text>", html))
    assert "Peer number P1" not in html
    assert any("grey and without names" in note for note in section.notes)
    whole = Review(tiny, "2025-Q2").conversion_funnel_plot
    assert "Peer number P5" in html_of(whole)
    assert not any("without names" in note for note in whole.notes)


def test_the_heat_map_shows_shrunken_rates(tiny: Dataset) -> None:
    won, n = np.array([10, 1, *[30] * 6]), np.array([40, 4, *[40] * 6])

    def likelihood(parameters: np.ndarray) -> float:
        return -float(stats.betabinom.logpmf(won, n, *np.exp(parameters)).sum())

    best = optimize.minimize(likelihood, [0.5, 0.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    alpha, beta = np.exp(best.x)
    section = Review(tiny, "2025-Q2", team="North").conversion_heat_map
    data = section.data.set_index("rep_id")
    assert data.index.tolist() == ["Ann", "P0", "Zoe"]
    for rep, (r, m) in {"Ann": (10, 40), "P0": (30, 40), "Zoe": (1, 4)}.items():
        assert data.loc[rep, "shrunken"] == pytest.approx((r + alpha) / (m + alpha + beta), abs=1e-4)
        assert data.loc[rep, "gap"] == pytest.approx(
            (r + alpha) / (m + alpha + beta) - alpha / (alpha + beta), abs=2e-4
        )
    points = round(100 * ((10 + alpha) / (40 + alpha + beta) - alpha / (alpha + beta)))
    assert f"▼ −{abs(points)}" in html_of(section)
    assert [row[1][0] for row in cells(section)] == ["25% of 40", "75% of 40", "25% of 4"]
    assert "Peer number P1" not in html_of(section)


def test_the_list_of_anomalies(tiny: Dataset) -> None:
    north = Review(tiny, "2025-Q2", team="North").conversion_anomalies
    assert north.message == "1 conversion differs from like deals of others by more than chance"
    (row,) = cells(north)
    assert row[0][0].startswith("Ann: 25% of 40 decided deals were won (July 2024 to June 2025)")
    assert row[2][0] == "€1.97K"
    assert north.data["rep_id"].tolist() == ["Ann"]
    # eight reps at one step, Zoe with too few; within a product line and a segment the same seven again
    assert any(note.startswith("7 comparisons, made whatever they show: rep (8)") for note in north.notes)
    assert "Everybody was compared; listed is what concerns North." in north.notes
    south = Review(tiny, "2025-Q2", team="South").conversion_anomalies
    assert south.message == "No rep’s conversion differs from like deals of others by more than chance"
    assert south.available
    assert not south.tables
    assert "Ann" not in html_of(south)


def test_a_rep_s_report_has_no_pictures_of_the_team(tiny: Dataset) -> None:
    review = Review(tiny, "2025-Q2", rep="Ann")
    for name in TEAM:
        section = getattr(review, name)
        assert not section.available
        assert section.message == "A rep’s report shows no other rep."
    assert "Conversion anomalies" not in review.in_words()
    assert "Conversion anomalies" in Review(tiny, "2025-Q2", team="North").in_words()


def test_one_rep_alone_is_compared_with_nobody(tmp_path: Path) -> None:
    review = Review(write(tmp_path / "d", closed("Ann", 10, 30)), "2025-Q2", rep="Ann")
    section = review.conversion
    assert section.message == "Of the 40 deals decided in July 2024 to June 2025, 25% were won"
    assert "No comparison with peers: there is nobody to compare with." in section.notes
    assert section.data["expected"].isna().all()
    # Wilson's interval of 10 of 40: 14.2 % to 40.2 %
    assert section.data[["lower", "upper"]].to_numpy()[0] == pytest.approx([0.142, 0.402], abs=5e-4)
    for name in TEAM:
        assert "nobody to compare with" in getattr(Review(review.context.facts.dataset, "2025-Q2"), name).message


def test_without_deals_there_are_words(tmp_path: Path) -> None:
    orders = pd.DataFrame({"order_id": ["1"], "rep_id": "Ann", "ordered_on": "2025-05-01", "amount": 5.0})
    settings = DatasetSettings(name="Tiny", as_of=dt.date(2025, 6, 30), currency="EUR")
    review = Review(write_dataset(tmp_path / "d", {"orders": orders}, settings, Provenance("test")), "2025-Q2")
    for name in ("conversion", *TEAM):
        section = getattr(review, name)
        assert not section.available
        assert "needs deals" in section.message


def test_reps_add_up_to_the_company(sample: Dataset) -> None:
    company = Review(sample, "2025-Q4").context
    whole = counted(company).set_index("step")
    parts = [
        counted(Review(sample, "2025-Q4", rep=rep).context).set_index("step")
        for rep in sample.table("reps")["rep_id"]
    ]
    pd.testing.assert_frame_equal(sum(parts[1:], parts[0]), whole, check_exact=False)
    deals = sample.table("deals", ["closed_on", "status"])
    in_2025 = deals[deals["closed_on"].between("2025-01-01", "2025-12-31")]  # a quarter is too short
    assert whole.loc["win", "decided"] == len(in_2025)
    assert whole.loc["win", "successes"] == (in_2025["status"] == "won").sum()


def test_all_steps_of_the_sample(sample: Dataset) -> None:
    section = Review(sample, "2025").conversion_heat_map
    assert section.data.groupby("rep_id").size().eq(6).all()
    assert section.tables[0].headings[1].text == "Lead qualified → Meeting with minutes"
    rates = conversion_funnel_plot(Review(sample, "2025").context, "proposal")
    assert "Proposal → Equipment on trial" in rates.message
    one = conversion_heat_map(Review(sample, "2025", segment="A").context)
    assert one.data["n"].sum() < section.data["n"].sum()


PROCESS = """
processes:
- name: All
  milestones:
  - {key: offer, title: Offer, stages: [Offer], within: 30}
"""

QUARTERS = ["2023-07-01", "2023-10-01", "2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01", "2025-01-01",
            "2025-04-01"]  # fmt: skip


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Offers of two years, 12 a rep and quarter: of Ann's 5 are won in 20 days, of the three others' 8.

    Of Ann's other seven, in the quarter's order: two are won after 50 days, one is open, four are lost on day 20;
    of the others' four, all are lost on day 20.
    """
    deals, events = [], []
    for start in map(pd.Timestamp, QUARTERS):
        for rep in ("Ann", "Bob", "Cleo", "Dan"):
            good = 5 if rep == "Ann" else 8
            for n in range(12):
                after, status = (20, "won") if n < good else (20, "lost")
                if rep == "Ann" and good <= n < good + 3:
                    after, status = (50, "won") if n < good + 2 else (0, "open")
                name, end = f"{rep}-{start.date()}-{n}", start + pd.Timedelta(days=after)
                deals.append(
                    {
                        "deal_id": name, "rep_id": rep, "status": status, "created_on": start, "amount": 100.0 + n,
                        "closed_on": end if after else None, "stage": status.title() if after else "Offer",
                    }
                )  # fmt: skip
                events.append({"deal_id": name, "stage": "Offer", "entered_at": start, "origin": "history"})
                if after:
                    events.append(
                        {"deal_id": name, "stage": status.title(), "entered_at": end, "origin": "history"}
                    )
    reps = pd.DataFrame({"rep_id": ["Ann", "Bob", "Cleo", "Dan"], "team": ["North", "North", "South", "South"]})
    settings = DatasetSettings(name="Slow", as_of=dt.date(2025, 6, 30), currency="EUR", process=PROCESS)
    return write_dataset(
        tmp_path_factory.mktemp("slow") / "d",
        {"deals": pd.DataFrame(deals), "stage_events": pd.DataFrame(events), "reps": reps},
        settings,
        Provenance("test"),
    )


def test_a_finding_over_the_longest_span_stands_in_the_report_and_says_so(slow: Dataset) -> None:
    section = Review(slow, "2025-Q2", rep="Ann").conversion
    offer = section.data.set_index("step").loc["offer"]
    # twelve months: 20 of 48 against 96 of 144, 25 points; two years: 40 of 96 against 192 of 288, 25 points
    assert (offer["n"], offer["long_n"]) == (48, 96)
    assert offer["effect"] == pytest.approx(20 / 48 - 96 / 144) == pytest.approx(offer["long_effect"])
    assert offer["long_q"] < offer["q"]
    assert offer["long_judged"] == "worse"
    assert section.message.startswith(
        "Ann: 42% of 96 deals at Offer went on within 30 days (July 2023 to June 2025); of like deals of others, "
        "67% did: 25 points fewer (95%: "
    )
    row = cells(section)[0]
    assert row[0][0] == "Offer → Order"
    assert "since July 2023: fewer than like deals of peers" in row[1]
    assert row[6][0] == "−25"
    # what the year alone says stands beside it
    assert any(note.startswith("July 2024 to June 2025: ") for note in section.notes)
    assert any("are of the same family, declared before looking" in note for note in section.notes)


def test_deals_that_did_not_go_on_in_time_say_what_became_of_them(slow: Dataset) -> None:
    section = Review(slow, "2025-Q2", rep="Ann").conversion
    listed = section.tables[1]
    # of the year's 28, the largest are those numbered last; the offers of a quarter are decided on the 31st day
    assert listed.caption == (
        "Did not go on within 30 days, July 2024 to June 2025: Offer → Order (6 of 28, the largest first)"
    )
    assert [heading.text for heading in listed.headings] == [
        "Deal", "Customer", "Product line", "Decided on", "Since then, by Jun 30, 2025", "Amount",
    ]  # fmt: skip
    assert listed.rows[0][0].text == "Ann-2025-04-01-11"
    assert listed.rows[0][4].text == "lost on Apr 21, 2025"
    note = next(note for note in section.notes if "did not go on within" in note)
    # of 56: two of seven were won later, one is open, four are lost
    assert (
        "Of the 56 deals that did not go on within 30 days, 16 have been won since, 8 are open, and 32 are" in note
    )


def test_no_section_says_nothing_differs_above_one_that_says_what(slow: Dataset) -> None:
    review = Review(slow, "2025-Q2", rep="Ann")
    assert "points fewer" in review.conversion.message
    assert "distinguishable" not in review.milestones.message
    bob = Review(slow, "2025-Q2", rep="Bob")
    assert "distinguishable" in bob.conversion.message
    north = Review(slow, "2025-Q2", team="North")
    assert "Ann" in north.conversion_heat_map.message
    assert north.conversion_anomalies.data["rep_id"].unique().tolist() == ["Ann"]
    assert set(north.conversion_anomalies.data["span"]) <= {
        "2024-07-01..2025-06-30", "2023-07-01..2025-06-30",
    }  # fmt: skip


def test_an_interval_that_leaves_out_0_says_in_the_report_why_it_is_no_finding(tmp_path: Path) -> None:
    # Ann 16 of 40 against nine others' 24 of 40: p = 0.014 of ten, q = 0.14
    others = [closed(f"P{n}", 24, 16) for n in range(9)]
    section = Review(write(tmp_path / "d", closed("Ann", 16, 24), *others), "2025-Q2", rep="Ann").conversion
    (row,) = section.data.to_dict("records")
    assert row["judged"] == "alike"
    assert row["effect_upper"] < 0
    assert section.message.endswith(
        "; where an interval leaves out 0, it is one of 10 comparisons, and may be chance"
    )
    assert cells(section)[0][1] == ("not distinguishable", "one of 10 comparisons: may be chance")
    plain = Review(Dataset.open(tmp_path / "d"), "2025-Q2", rep="P1").conversion
    assert plain.message.endswith("like deals of peers")


def test_in_german_no_message_contradicts_its_rows(slow: Dataset) -> None:
    review = Review(slow, "2025-Q2", rep="Ann", language="de")
    assert "kein" not in review.milestones.message
    assert review.conversion.message.startswith(
        "Ann: 42\N{NO-BREAK SPACE}% von 96 Deals bei Offer kamen innerhalb von 30 Tagen weiter (Juli 2023 bis Juni"
    )
    assert review.conversion.tables[1].caption.startswith("Nicht innerhalb von 30 Tagen weitergekommen, Juli 2024")
    assert any("16 seither gewonnen, 8 offen und 32 verloren" in note for note in review.conversion.notes)


def test_public_data_is_noise_and_timing(public_data: Path, tmp_path: Path) -> None:
    deals = pd.read_csv(public_data / "maven_crm" / "sales_pipeline.csv")
    closed_ones = deals[deals["deal_stage"].isin(["Won", "Lost"])]
    frame = pd.DataFrame(
        {
            "deal_id": closed_ones["opportunity_id"],
            "rep_id": closed_ones["sales_agent"],
            "status": closed_ones["deal_stage"].str.lower(),
            "created_on": closed_ones["engage_date"],
            "closed_on": closed_ones["close_date"],
            "product_line": closed_ones["product"],
            "stage": closed_ones["deal_stage"],
            "amount": closed_ones["close_value"].astype(float).where(closed_ones["deal_stage"] == "Won"),
        }
    )
    settings = DatasetSettings(name="Maven", as_of=dt.date(2017, 12, 31), currency="USD")
    review = Review(write_dataset(tmp_path / "d", {"deals": frame}, settings, Provenance("test")), "2017")
    # win rates per rep are noise (χ² of reps by result: p about 0.26), those per month of the quarter are not
    assert review.conversion_anomalies.data.empty
    assert "No rep’s win rate differs" in review.conversion_funnel_plot.message
    assert any("That is timing" in note for note in review.conversion_anomalies.notes)
    rep = Review(review.context.facts.dataset, "2017", rep=str(frame["rep_id"].iloc[0])).conversion
    assert "not distinguishable from like deals of peers" in rep.message
