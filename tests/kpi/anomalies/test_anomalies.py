"""Conversion anomalies: by hand, on companies whose truth is known, and on Maven, where there are none."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import Given, Rows, deal

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.kpi.anomalies import Anomalies, find_anomalies, sentences
from salesreport.kpi.anomalies.anomalies import in_one_family, longest
from salesreport.kpi.anomalies.since import since
from salesreport.kpi.milestones.reached import process_file
from salesreport.period import Period
from salesreport.sample import make_company

YEAR = Period.parse("2024")


def closed(rep: str, won: int, lost: int, day: str = "2024-02-10", start: int = 0, **more: Any) -> Rows:
    """Closed deals of a rep, all on one day."""
    return [
        deal(start + number, rep, "won" if number < won else "lost", more.pop("created", "2024-01-05"), day,
             **{"amount": 100.0, **more})
        for number in range(won + lost)
    ]  # fmt: skip


def numbered(*lists: Rows) -> Rows:
    """Deals with ids of their own."""
    return [dict(one, deal_id=f"D{place}") for place, one in enumerate(one for rows in lists for one in rows)]


def the(found: Anomalies, **wanted: str | None) -> dict[str, Any]:
    """The one row with these values; None: missing."""
    frame = found.frame
    for name, value in wanted.items():
        frame = frame[frame[name].isna() if value is None else frame[name] == value]
    assert len(frame) == 1, frame
    return frame.iloc[0].to_dict()


def test_a_weak_rep_by_hand(given: Given) -> None:
    """Ann wins 12 of 40, Bob and Cleo 24 of 40 each: 30 points fewer, 12 deals of 100 each."""
    facts = given(deals=numbered(closed("ann", 12, 28), closed("bob", 24, 16), closed("cleo", 24, 16)))
    found = find_anomalies(facts, YEAR)
    ann = the(found, rep_id="ann", step="win")
    assert (ann["n"], ann["observed"], ann["flag"]) == (40, 12, "worse")
    assert ann["rate"] == pytest.approx(0.3)
    assert ann["expected"] == pytest.approx(0.6)
    assert ann["effect"] == pytest.approx(-0.3) == ann["crude"]
    assert ann["lower"] < -0.3 < ann["upper"] < 0
    assert ann["odds_ratio"] == pytest.approx((12 / 28) / (48 / 32))
    # twelve wins fewer; a deal that is won brings 100
    assert ann["at_stake"] == pytest.approx(1200)
    assert ann["at_stake_lower"] < 1200 < ann["at_stake_upper"]
    # without her, who differs, the two others are alike
    assert [the(found, rep_id=rep)["flag"] for rep in ("bob", "cleo")] == ["none", "none"]
    assert the(found, rep_id="bob")["effect"] == pytest.approx(0)
    assert list(found.findings["rep_id"]) == ["ann"]
    assert len(found.decisions(ann).ids()) == 40
    assert str(sentences.claim(found, ann)).startswith(
        "ann: 30% of 40 decided deals were won; of like deals of others, 60% were: 30 points fewer (95%:"
    )
    assert str(sentences.message(found)) == "1 conversion is worse than that of like deals of others"


def test_an_owner_of_most_deals_has_an_interval_as_wide_as_the_others_few_deals_make_it(given: Given) -> None:
    """A queue wins 315 of 700; the two others 150 and 141 of 150 each: 52 points fewer, give or take."""
    facts = given(deals=numbered(closed("queue", 315, 385), closed("bob", 150, 0), closed("cleo", 141, 9)))
    queue = the(find_anomalies(facts, YEAR, ["rep_id"]), rep_id="queue")
    assert queue["effect"] == pytest.approx(315 / 700 - 291 / 300)
    # each side by itself: 1.96 · √(0.45 · 0.55 ÷ 700) = 3.7 points, 1.96 · √(0.97 · 0.03 ÷ 300) = 1.9: both, 4.1
    assert queue["effect"] - queue["lower"] == pytest.approx(0.041, abs=0.005)
    assert queue["upper"] - queue["effect"] == pytest.approx(0.041, abs=0.006)
    assert "52 points fewer (95%: 48 to 56)" in str(
        sentences.claim(find_anomalies(facts, YEAR, ["rep_id"]), queue)
    )


@pytest.mark.parametrize("rates", [(1, 49), (49, 1), (0, 50), (25, 50)])
def test_a_team_of_three_at_the_extremes_has_intervals_that_hold(given: Given, rates: tuple[int, int]) -> None:
    own, others = rates
    deals = numbered(
        *(closed(rep, won, 50 - won) for rep, won in (("ann", own), ("bob", others), ("cleo", others)))
    )
    frame = find_anomalies(given(deals=deals), YEAR).frame
    assert (frame["lower"] <= frame["effect"] + 1e-9).all()
    assert (frame["effect"] <= frame["upper"] + 1e-9).all()
    ann = frame[frame["rep_id"] == "ann"].iloc[0]
    assert ann["upper"] - ann["lower"] > 0.05, "fifty deals of either side never tell to the point"


def test_an_interval_that_leaves_out_0_says_why_that_is_no_finding(given: Given) -> None:
    """Ann wins 16 of 40, the others 220 of 360: 21 points fewer, p = 0.01; one of ten comparisons, q = 0.1."""
    deals = [*closed("ann", 16, 24), *(one for n in range(9) for one in closed(f"rep{n}", 24 + n % 2, 16 - n % 2))]
    found = find_anomalies(given(deals=numbered(deals)), YEAR, ["rep_id"], level=0.05)
    ann = the(found, rep_id="ann")
    assert ann["flag"] == "none"
    assert ann["upper"] < 0
    assert str(sentences.claim(found, ann)).endswith(
        ", but this is one of 10 comparisons: allowing for all of them, it may be chance"
    )


def two_years(given: Given) -> Facts:
    """Ann wins 25 of 60 in 2023 and 15 of 30 in 2024, three others two of three, in both years."""
    lists = []
    for rep, first, second in (("ann", 25, 15), ("bob", 40, 20), ("cleo", 40, 20), ("dan", 40, 20)):
        lists += [closed(rep, first, 60 - first, "2023-05-10"), closed(rep, second, 30 - second, "2024-05-10")]
    return given(deals=numbered(*lists))


def test_what_the_year_cannot_tell_the_longest_span_does(given: Given) -> None:
    facts = two_years(given)
    file = process_file(facts)
    more = longest(facts, file, YEAR)
    assert more is not None
    assert (more.start, more.end) == (dt.date(2023, 5, 1), dt.date(2024, 12, 31))
    year, whole = in_one_family(facts, file, (YEAR, more), ["rep_id"])
    assert (the(year, rep_id="ann")["n"], the(whole, rep_id="ann")["n"]) == (30, 90)
    assert the(year, rep_id="ann")["flag"] == "none"
    assert the(whole, rep_id="ann")["flag"] == "worse"
    # one p-value of eight of equal weight: the smallest, times eight, unless a larger one lowers it
    p = np.sort(np.concatenate([year.frame["p"], whole.frame["p"]]))
    q = min(p[k] * 8 / (k + 1) for k in range(8))
    assert the(whole, rep_id="ann")["q"] == pytest.approx(q)
    assert year.family.all_tested == whole.family.all_tested == 8
    assert year.family.tested == 4
    assert "ann: 44% of 90 decided deals were won (May 2023 to December 2024); of like" in str(
        sentences.claim(whole, the(whole, rep_id="ann"), dated=True)
    )
    assert any(
        "The 4 comparisons of May 2023 to December 2024 are of the same family" in str(n)
        for n in sentences.notes(year)
    )
    # the command tests the period asked for, and nothing else
    alone = find_anomalies(facts, YEAR, ["rep_id"])
    assert alone.family.all_tested == 4
    assert the(alone, rep_id="ann")["q"] <= the(year, rep_id="ann")["q"]


def test_a_span_that_is_hardly_longer_is_not_looked_at(given: Given) -> None:
    early = closed("ann", 10, 13, "2023-12-20")  # 23 of 103 decisions: not a quarter more than the year's 80
    facts = given(deals=numbered(early[:19], closed("ann", 20, 20), closed("bob", 20, 20)))
    assert longest(facts, process_file(facts), YEAR) is None
    facts = given(deals=numbered(early, closed("ann", 20, 20), closed("bob", 20, 20)))
    assert longest(facts, process_file(facts), YEAR) is not None


def test_a_mix_of_hard_deals_is_no_weakness(given: Given) -> None:
    """Everybody wins a quarter of the hard and three quarters of the easy deals; Ann has nearly only hard ones."""
    deals = numbered(
        *(closed(rep, hard, 3 * hard, product_line="hard") + closed(rep, 3 * easy, easy, product_line="easy")
          for rep, hard, easy in (("ann", 30, 1), ("bob", 6, 25), ("cleo", 6, 25), ("dan", 6, 25)))
    )  # fmt: skip
    found = find_anomalies(given(deals=deals), YEAR, ["rep_id"])
    ann = the(found, rep_id="ann")
    assert ann["effect"] == pytest.approx(0, abs=1e-9)
    # 33 of 124 against 3 × 81 of 124: 0.266 − 0.653
    assert ann["crude"] == pytest.approx(33 / 124 - 81 / 124)
    assert (ann["flag"], ann["explained"]) == ("none", "mix")
    assert any(
        "39 points lower" in str(one) and "the mix of deals" in str(one) for one in sentences.details(found, ann)
    )


def test_months_of_closing_are_no_strength(given: Given) -> None:
    """In March 80 % of deals are won, in January 20 %, whoever closes them; Ann closes hers in January."""
    deals = numbered(
        *(closed(rep, january, 4 * january, "2024-01-20") + closed(rep, 4 * march, march, "2024-03-20")
          for rep, january, march in (("ann", 24, 1), ("bob", 4, 21), ("cleo", 4, 21), ("dan", 4, 21)))
    )  # fmt: skip
    found = find_anomalies(given(deals=deals), Period.parse("2024-Q1"), ["rep_id"])
    ann = the(found, rep_id="ann")
    assert ann["effect"] == pytest.approx(0, abs=1e-9)
    assert (ann["flag"], ann["explained"]) == ("none", "timing")
    assert any("when deals are closed" in str(one) for one in sentences.details(found, ann))


def test_since_when(given: Given) -> None:
    """Ann wins half of her deals like the others until June, and one in ten from July on."""
    months = [f"2024-{month:02}-15" for month in range(1, 13)]
    deals = [
        one
        for day in months
        for rep in ("ann", "bob", "cleo", "dan")
        for one in (closed(rep, 2, 18, day) if rep == "ann" and day > "2024-06-30" else closed(rep, 10, 10, day))
    ]
    found = find_anomalies(given(deals=numbered(deals)), Period.parse("2024-H2"), ["rep_id"])
    ann = the(found, rep_id="ann")
    assert ann["flag"] == "worse"
    assert ann["since"] == pd.Timestamp("2024-07-01")
    assert ann["since_from"] >= pd.Timestamp("2024-06-01")
    assert not ann["since_always"]
    assert any("July 2024" in str(one) for one in sentences.details(found, ann))


def test_the_begin_is_the_month_of_largest_likelihood() -> None:
    """Brute force: of all months, the one from which on the sum of scores is largest for its variance."""
    rng = np.random.default_rng(3)
    for begin in (2, 7, 12):
        excess = rng.normal(0, 1, 15) - 2.5 * (np.arange(15) >= begin)
        variance = rng.uniform(0.5, 2.0, 15)
        heights = [excess[k:].sum() ** 2 / (2 * variance[k:].sum()) for k in range(15)]
        found = since(np.arange(600, 615), excess, variance)
        assert found is not None
        assert found.month == 600 + int(np.argmax(heights))
        weights = np.exp(heights) / np.exp(heights).sum()
        assert weights[found.earliest - 600 : found.latest - 600 + 1].sum() >= 0.95


def test_the_begin_is_found_as_often_as_said() -> None:
    """A rep with 20 decisions a month, others with 200, worse (0.3 instead of 0.5) for a random time."""
    rng, inside = np.random.default_rng(11), 0
    runs = 400
    for _ in range(runs):
        begin = int(rng.integers(1, 20))
        own = rng.binomial(20, np.where(np.arange(24) >= begin, 0.3, 0.5))
        won = own + rng.binomial(200, 0.5, 24)
        excess = own - won * 20 / 220
        variance = 20 * 200 * won * (220 - won) / (220**2 * 219)
        found = since(np.arange(24), excess, variance)
        assert found is not None
        inside += found.earliest <= begin <= found.latest
    # 95 % and three standard errors of 400 runs
    assert inside / runs >= 0.95 - 3 * (0.95 * 0.05 / runs) ** 0.5


def test_uneven_differences_are_said_to_be_so(given: Given) -> None:
    """Ann loses all deals of one product and wins the other like everybody."""
    lists = []
    for rep in ("ann", "bob", "cleo", "dan", "eve"):
        won = 0 if rep == "ann" else 20
        lists += [closed(rep, 20, 20, product_line="A"), closed(rep, won, 40 - won, product_line="B")]
    deals = numbered(*lists)
    found = find_anomalies(given(deals=deals), YEAR)
    whole = the(found, rep_id="ann", product_line=None)
    assert (whole["flag"], whole["uneven"]) == ("worse", "product_line")
    assert the(found, rep_id="ann", product_line="B")["flag"] == "worse"
    assert the(found, rep_id="ann", product_line="A")["flag"] == "none"
    said = " ".join(map(str, sentences.details(found, whole)))
    assert "not the same in every product line: from B −50 to A +0 points" in said


def test_with_few_deals_nothing_is_tested(given: Given) -> None:
    found = find_anomalies(given(deals=numbered(closed("ann", 0, 9), closed("bob", 60, 3))), YEAR)
    ann = (
        the(found, rep_id="ann", product_line=None) if "product_line" in found.frame else the(found, rep_id="ann")
    )
    assert np.isnan(ann["p"])
    assert ann["flag"] == "none"
    assert "too few deals to tell" in str(sentences.claim(found, ann))


def test_money_that_is_not_known_is_missing(given: Given) -> None:
    deals = numbered(closed("ann", 12, 28, amount=None), closed("bob", 24, 16, amount=None))
    ann = the(find_anomalies(given(deals=deals), YEAR), rep_id="ann")
    assert np.isnan(ann["at_stake"])
    assert ann["flag"] == "worse"


def test_only_what_was_asked_for_is_compared(given: Given) -> None:
    deals = numbered(
        closed("ann", 10, 30, segment="A"),
        closed("bob", 30, 10, segment="A"),
        closed("cleo", 20, 20, segment="B"),
        closed("dan", 20, 20, segment="B"),
    )
    facts = given(deals=deals)
    found = find_anomalies(facts, YEAR, ["rep_id"], where={"segment": ["B"]})
    assert set(found.frame["rep_id"]) == {"cleo", "dan"}
    assert (found.frame["effect"].abs() < 1e-9).all()
    by_segment = find_anomalies(facts, YEAR, ["segment"])
    assert set(by_segment.frame["segment"]) == {"A", "B"}
    within = find_anomalies(facts, YEAR, ["rep_id", "segment"])
    assert set(zip(within.frame["rep_id"], within.frame["segment"], strict=True)) == {
        ("ann", "A"), ("bob", "A"), ("cleo", "B"), ("dan", "B"),
    }  # fmt: skip
    assert the(within, rep_id="ann")["effect"] == pytest.approx(-0.5)


def test_what_cannot_be_compared_says_why(given: Given) -> None:
    facts = given(deals=numbered(closed("ann", 10, 10)))
    with pytest.raises(ConfigError, match="nobody to compare with"):
        find_anomalies(facts, YEAR)
    with pytest.raises(ConfigError, match="no deal was decided"):
        find_anomalies(facts, Period.parse("2023"))
    with pytest.raises(ConfigError, match="needs the lead sources of deals"):
        find_anomalies(facts, YEAR, ["lead_source"])
    with pytest.raises(ConfigError, match="more than 0 and less than 1"):
        find_anomalies(facts, YEAR, level=1.0)
    with pytest.raises(ConfigError, match="Figures cannot be broken down by this"):
        find_anomalies(facts, YEAR, ["weather"])


@pytest.mark.parametrize("seed", [7, 11, 12])
def test_the_weak_rep_is_found_where_he_is_weak_and_the_unlucky_one_is_not(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from salesreport.provenance import Provenance
    from salesreport.writing import write_dataset

    company = make_company(seed=seed)
    dataset = write_dataset(
        tmp_path_factory.mktemp("company"), company.tables, company.settings, Provenance("sample")
    )
    truth = company.truth
    facts = Facts.of(dataset)
    found = find_anomalies(facts, Period.parse("2023-01-01..2025-12-31"))
    titles = {str(step.title): step.key for step in found.steps}
    weak = the(
        found, rep_id=truth.weak_rep, step=titles[truth.weak_milestone], product_line=None, segment=None,
        lead_source=None,
    )  # fmt: skip
    assert weak["flag"] == "worse", weak
    elsewhere = found.findings[
        (found.findings["rep_id"] == truth.weak_rep) & ~found.findings["step"].isin([weak["step"], "win"])
    ]
    assert elsewhere.empty
    assert truth.unlucky_mix_rep not in set(found.findings["rep_id"])
    unlucky = the(
        found, rep_id=truth.unlucky_mix_rep, step="win", product_line=None, segment=None, lead_source=None
    )
    assert unlucky["crude"] < -0.05
    assert abs(unlucky["effect"]) < abs(unlucky["crude"]) / 2
    assert found.timing is not None
    assert found.timing.artefact


def test_every_row_names_its_decisions(sample: Dataset) -> None:
    facts = Facts.of(sample)
    found = find_anomalies(facts, sample.period("2025-H2"))
    for row in found.frame.to_dict("records"):
        counted = found.decisions(row)
        assert len(counted) == row["n"]
        assert int(counted.success.sum()) == (row["observed"] if row["n"] else 0)
        assert set(counted.rep) <= {row["rep_id"]}
        for name, value in found.part(row).items():
            assert set(counted.dimension(name)) <= {value}
    assert found.frame["effect"].dropna().between(-1, 1).all()
    tested = found.frame["p"].notna()
    assert int(tested.sum()) == found.family.tested
    assert (found.frame.loc[tested, "q"] >= found.frame.loc[tested, "p"] / 2).all()  # wholes weigh up to twice
    assert (found.frame["lower"].dropna() <= found.frame.loc[found.frame["lower"].notna(), "effect"] + 1e-9).all()


def test_maven_is_noise_and_its_quarter_ends_are_timing(maven: Dataset) -> None:
    facts = Facts.of(maven)
    for period in ("2017", "2017-Q2", "2017-Q3", "2017-Q4"):
        overall = find_anomalies(facts, maven.period(period), ["rep_id"])
        assert overall.findings.empty, period
        assert find_anomalies(facts, maven.period(period)).findings.empty, period
        assert str(sentences.message(overall)).startswith("No conversion differs")
    timing = overall.timing
    assert timing is not None
    assert timing.artefact
    # plain pandas: win rates by month of the quarter in which deals were closed
    deals = maven.table("deals", ["status", "closed_on"])
    done = deals[deals["status"] != "open"]
    place = (done["closed_on"].dt.month - 1) % 3
    rates = (done["status"] == "won").groupby(place).mean()
    np.testing.assert_allclose(timing.rate, rates.to_numpy(), atol=1e-12)
    assert "timing, when deals are closed, and not skill" in " ".join(map(str, sentences.notes(overall)))
    assert (timing.start, timing.end) == (dt.date(2017, 1, 1), dt.date(2017, 12, 31))
