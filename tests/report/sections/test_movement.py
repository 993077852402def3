"""Moves at milestones: by hand, as sums, and how little chance is taken for a difference."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from moves import tables, write

from salesreport import Dataset, Review
from salesreport.report.sections.movement import FEWEST, _judged, counts_as, pooled
from salesreport.stats.competing_risks import cumulative_incidence
from salesreport.stats.intervals import Interval


def judged(row: dict[str, float], comparisons: int) -> str | None:
    return _judged([row], comparisons)[0]


def test_milestones_by_hand(ann: Review) -> None:
    data = ann.milestones.data.set_index("milestone")
    # at Offer there were A1, A2, A5; A3 came; A2 went on; A3 and A5 were lost; A1 is left
    columns = ["there_before", "entered", "advanced", "won", "lost", "back", "there_after"]
    assert data.loc["offer", columns].tolist() == [3, 1, 1, 0, 2, 0, 1]
    # at Trial there was A4; A2 came; A4 was won
    assert data.loc["trial", columns].tolist() == [1, 1, 0, 1, 0, 0, 1]
    assert ann.milestones.message.startswith("2 moves forward, 2 deals lost")
    assert set(data["judged"].dropna()) <= {"few"}


def test_a_share_of_all_beside_a_lost_deal_is_explained(tmp_path: Path) -> None:
    # A1 and A2 move on after 10 days, when nobody else is watched; A3, there since March 1, is lost
    moves = {
        "A1": [("Offer", "2025-04-05"), ("Trial", "2025-04-15")],
        "A2": [("Offer", "2025-04-08"), ("Trial", "2025-04-18")],
        "A3": [("Offer", "2025-03-01"), ("Lost", "2025-05-20")],
        "B1": [("Offer", "2025-01-05"), ("Trial", "2025-01-15"), ("Won", "2025-02-01")],
    }
    closed = {"A3": ("lost", "2025-05-20"), "B1": ("won", "2025-02-01")}
    deals = pd.DataFrame(
        {
            "deal_id": list(moves), "rep_id": ["Ann", "Ann", "Ann", "Bob"],
            "created_on": [stages[0][1] for stages in moves.values()],
            "stage": [stages[-1][0] for stages in moves.values()],
            "status": [closed.get(deal, ("open", ""))[0] for deal in moves],
            "closed_on": [closed.get(deal, ("", None))[1] for deal in moves],
        }
    )  # fmt: skip
    events = pd.DataFrame(
        [
            {"deal_id": deal, "stage": stage, "entered_at": since, "origin": "history"}
            for deal, stages in moves.items()
            for stage, since in stages
        ]
    )
    section = Review(write(tmp_path / "d", deals=deals, stage_events=events), "2025-Q2", rep="Ann").milestones
    offer = section.data.set_index("milestone").loc["offer"]
    assert (offer["value"], offer["n"], offer["lost"]) == (1.0, 3.0, 1.0)
    assert any(note.startswith("Offer: deals lost there do not lower the share") for note in section.notes)


def test_what_was_watched_counts_as_the_deals_that_its_error_tells_of() -> None:
    generator = np.random.default_rng(7)
    days, cause = generator.integers(1, 60, 80), generator.integers(0, 3, 80)
    curve = cumulative_incidence(days, cause, np.full(80, np.nan), np.ones(80), 2)
    found = curve.incidence_at(40)
    error = curve.errors[np.searchsorted(curve.times, 40, side="right") - 1]
    expected = found.value * (1 - found.value) / error**2  # of a share of m deals the error is √(p (1 − p) ÷ m)
    np.testing.assert_allclose(counts_as(found.value, found.lower, found.upper), expected, rtol=1e-9)
    # Wilson's interval of n of n is n ÷ (n + z²) … 1; of none of n mirrored
    for n in (4, 10, 14):
        end = n / (n + 1.959964**2)
        np.testing.assert_allclose(counts_as([1.0, 0.0], [end, 0.0], [1.0, 1 - end]), n, rtol=1e-5)


def test_peers_together_count_as_the_variance_of_their_mean_tells() -> None:
    # both watched to the end: 10 of 10 and 0 of 10 (Wilson's intervals) are as 10 of 20
    end = 10 / (10 + 1.959964**2)
    both = Interval(np.array([1.0, 0.0]), np.array([end, 0.0]), np.array([1.0, 1 - end]), np.array([10.0, 10.0]))
    assert pooled(both) == pytest.approx((0.5, 20.0, 20.0), rel=1e-5)
    # the second had 30 that tell as little as 10: weights ¼ and ¾, 1 ÷ ((1 ÷ 16 + 9 ÷ 16) ÷ 10) = 16
    assert pooled(both._replace(n=np.array([10.0, 30.0]))) == pytest.approx((0.25, 40.0, 16.0), rel=1e-5)
    nobody = pooled(Interval(*(np.array([np.nan]),) * 3, np.array([3.0])))
    assert np.isnan(nobody[0])
    assert nobody[1:] == (0.0, 0.0)


def test_a_difference_is_claimed_only_beyond_the_allowance() -> None:
    # 0.4 with an error of 0.0693, as of 20 of 50 deals; peers are known as from 10,000
    lower, upper = np.exp(
        -np.exp(np.log(-np.log(0.4)) + np.array([1, -1]) * 1.959964 * 0.0693 / 0.4 / -np.log(0.4))
    )
    row = {"n": 50.0, "value": 0.4, "lower": lower, "upper": upper, "peers": 0.55, "peers_n": 1e4,
           "peers_count_as": 1e4}  # fmt: skip
    # 0.15 ÷ √(0.55 × 0.45 ÷ 50) = 2.1 standard errors
    assert judged(row, 1) == "less"
    assert judged(row, 40) == "alike"  # one of forty will lie this far off by chance
    assert judged(row | {"peers": 0.9}, 40) == "less"
    assert judged(row | {"peers": 0.05}, 40) == "more"
    assert judged(row | {"n": FEWEST - 1.0, "peers": 0.9}, 40) == "few"
    assert judged(row | {"peers": np.nan}, 40) is None
    # what the peers rest on counts as well: as few deals tell little, and nothing below the fewest
    assert judged(row | {"peers_n": 50.0, "peers_count_as": 20.0}, 1) == "alike"
    assert judged(row | {"peers": 0.9, "peers_n": FEWEST - 1.0, "peers_count_as": FEWEST - 1.0}, 1) == "few"


@pytest.mark.parametrize(("size", "others"), [(17, 12), (40, 40), (100, 1000)])
def test_equals_seldom_differ_where_deals_are_watched_in_part(size: int, others: int) -> None:
    draws, claimed, runs = np.random.default_rng(size), 0, 400
    for _ in range(runs):
        rates = []
        for number in (size, others):
            # each moves on or is lost, half and half, on a day up to 60; the watch ends before on some
            day, watch = draws.integers(1, 60, number), draws.integers(20, 120, number)
            cause = np.where(day <= watch, draws.integers(1, 3, number), 0)
            curve = cumulative_incidence(
                np.minimum(day, watch), cause, np.full(number, np.nan), np.ones(number), 2
            )
            rates.append([float(column[0]) for column in curve.incidence_at(45)])
        (value, lower, upper, n), peers = rates
        together = pooled(Interval(*(np.array([one]) for one in peers)))
        row = {"value": value, "lower": lower, "upper": upper, "n": n}
        row |= dict(zip(("peers", "peers_n", "peers_count_as"), together, strict=True))
        claimed += judged(row, 1) in ("more", "less")
    assert claimed / runs <= 0.085  # 5 %, and three standard errors of 400 runs


def test_without_a_history_it_is_said_and_nothing_is_zero(tmp_path: Path, ann: Review) -> None:
    deals = tables()["deals"].assign(amount=[None, None, 0.0, 9.0, 0.0, None])
    review = Review(write(tmp_path / "plain", "", deals=deals), "2025-Q2", rep="Ann")
    assert not review.milestones.available
    assert "no history shows it" in review.milestones.message  # nor is the order of stages known
    # a deal that was won tells its amount; what it was worth while it was open, nobody knows
    assert "in deals, not in money" in " ".join(review.pipeline_changes.notes)
    assert [heading.text for heading in review.pipeline_changes.tables[0].headings] == ["", "Deals"]
    assert not review.order_book.charts  # without milestones there is nothing to draw
    assert "Milestone" not in [one.text for one in review.order_book.tables[0].headings][:1]
    assert review.order_book.data["amount"].isna().all()
    assert not ann.forecast.available
    assert ann.forecast.message.startswith("No forecast can be made: needs 10 deals won")


def test_without_deals_sections_are_short(tmp_path: Path) -> None:
    orders = pd.DataFrame({"order_id": ["1"], "rep_id": "Ann", "ordered_on": "2025-05-01", "amount": 5.0})
    review = Review(write(tmp_path / "orders", "", orders=orders), "2025-Q2", rep="Ann")
    for section in (review.milestones, review.pipeline_changes, review.order_book, review.forecast):
        assert not section.available
        assert "deals" in section.message
        assert not section.notes


def subjects(sample: Dataset) -> list[Review]:
    """The company, then each of its reps."""
    reps = sample.table("reps")["rep_id"]
    return [Review(sample, "2025-Q4"), *(Review(sample, "2025-Q4", rep=rep) for rep in reps)]


def test_reps_add_up_to_the_company(sample: Dataset) -> None:
    whole, *parts = subjects(sample)
    counts = ["there_before", "entered", "advanced", "won", "lost", "back", "there_after"]
    of_reps = pd.concat([one.milestones.data for one in parts]).groupby("milestone")[counts].sum()
    company = whole.milestones.data.set_index("milestone")[counts]
    pd.testing.assert_frame_equal(of_reps.loc[company.index], company)
    steps = pd.concat([one.pipeline_changes.data for one in parts]).groupby(["measure", "step"])["value"].sum()
    expected = whole.pipeline_changes.data.set_index(["measure", "step"])["value"].drop(
        ["taken_over", "handed_over"], level="step"
    )
    pd.testing.assert_series_equal(steps.loc[expected.index], expected, atol=1e-6)
    assert steps.loc[(slice(None), ["taken_over", "handed_over"])].groupby("measure").sum().abs().max() < 1e-6
    customers = (
        pd.concat([one.customer_base.data for one in parts]).groupby(["from", "to"], observed=True)["n"].sum()
    )
    company = whole.customer_base.data.set_index(["from", "to"])["n"]
    assert customers[customers > 0].to_dict() == company.to_dict()
    parts_of = (
        pd.concat([one.forecast.data.astype({"mean": float}) for one in parts]).groupby("period")["mean"].sum()
    )
    np.testing.assert_allclose(parts_of, whole.forecast.data.set_index("period")["mean"], rtol=1e-6)


def test_the_chart_counts_what_its_table_counts(tmp_path: Path) -> None:
    # P and Q are at Offer when they are first seen, nobody knows since when; R comes there in the quarter
    seen = [
        ("P", "2025-04-30"),
        ("Q", "2025-04-30"),
        ("P", "2025-05-31"),
        ("Q", "2025-05-31"),
        ("R", "2025-05-31"),
    ]
    snapshots = pd.DataFrame(seen, columns=["deal_id", "taken_on"])
    deals = pd.DataFrame({"deal_id": ["P", "Q", "R"], "created_on": [None, None, "2025-05-10"], "closed_on": None})
    alike = {"rep_id": "Ann", "amount": 10.0, "stage": "Offer", "status": "open"}
    snapshots, deals = snapshots.assign(**alike), deals.assign(**alike)
    all_ = tables()
    frames = {"deals": pd.concat([all_["deals"], deals]), "stage_events": all_["stage_events"],
              "snapshots": pd.concat([all_["snapshots"], snapshots])}  # fmt: skip
    section = Review(write(tmp_path / "d", **frames), "2025-Q2").milestones
    offer = dict(zip((one.text for one in section.tables[0].headings), section.tables[0].rows[0], strict=True))
    assert (offer["came"].text, offer["seen there first"].text) == ("3", "2")  # A3, B1 and R; P and Q
    written = re.findall(r"<text [^>]*>([^<]+)</text>", section.charts[0].svg())
    titles = ["came", "seen there", "moved on"]
    assert [one for one in written if one in titles] == titles
