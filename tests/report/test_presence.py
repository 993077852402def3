"""A newcomer is said to be new, and half a period to be half."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from salesreport import Dataset, Review
from salesreport.dataset import DatasetSettings
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

AS_OF = dt.date(2025, 12, 31)


def company(
    path: Path, hired: str | None = None, left: str | None = None, first: str = "2025-01-10",
    as_of: dt.date = AS_OF, own: tuple[str, ...] = (),
) -> Dataset:  # fmt: skip
    """Five peers who each win 12 deals of 100 a month in 2025, and Ann, who wins one on each of some days."""
    months = pd.date_range(first, as_of, freq="MS").union([pd.Timestamp(first)])
    days = [(rep, day) for rep in ("P1", "P2", "P3", "P4", "P5") for day in months for _ in range(12)]
    days += [("Ann", pd.Timestamp(day)) for day in own]
    deals = pd.DataFrame(
        {
            "deal_id": [f"D{n:04}" for n in range(len(days))],
            "rep_id": [rep for rep, _ in days],
            "status": "won",
            "product_line": "Lamps",
            "created_on": [day - pd.Timedelta(days=8) for _, day in days],
            "closed_on": [day for _, day in days],
            "amount": 100.0,
        }
    )
    still_open = {"deal_id": "D9999", "rep_id": "P5", "status": "open", "created_on": pd.Timestamp("2024-12-01")}
    deals = pd.concat([deals, pd.DataFrame([still_open])], ignore_index=True)  # not an export of won deals only
    reps = pd.DataFrame({"rep_id": ["Ann", "P1", "P2", "P3", "P4", "P5"]})
    reps["name"] = reps["rep_id"]
    reps["hired_on"] = [hired, *["2020-01-01"] * 5]
    reps["left_on"] = [left, *[None] * 5]
    targets = pd.DataFrame(
        {"metric": "revenue", "period": ["2025-Q4", "2025-Q4"], "value": 1000.0, "rep_id": ["Ann", "P1"]}
    )
    settings = DatasetSettings(name="Tiny", as_of=as_of, currency="EUR")
    return write_dataset(path, {"deals": deals, "reps": reps, "targets": targets}, settings, Provenance("test"))


def test_a_newcomer(tmp_path: Path) -> None:
    review = Review(company(tmp_path / "d", hired="2025-09-09", own=("2025-12-01",)), "2025-Q4", rep="Ann")
    # one deal of 100 against a target of 1,000
    assert review.verdict.startswith(
        "Ann started on Sep 9, 2025. Revenue of €100 is 10% of the target for Q4 2025"
    )
    assert "here since Sep 9, 2025" in review._repr_html_()
    assert review.tiles.extra["tiles"][0].said[0] == "10% of target, here since Sep 9, 2025"
    # the peers' deals are won 8 days after they were created
    assert any("deals of a typical peer take 8 days at the median" in note for note in review.tiles.notes)
    assert review.growth.message == "Growth against Q3 2025 cannot be told: Ann started on Sep 9, 2025."
    # one period is no line: nothing before her first day is a trend
    assert review.trend.message == "No earlier periods: Ann started on Sep 9, 2025"


@pytest.mark.parametrize(
    ("hired", "new"),
    [
        ("2025-10-02", True),  # within the period
        ("2025-07-03", True),  # 181 days before its end
        ("2025-07-02", False),  # 182: no longer new
        ("2026-01-02", False),  # not there yet: the data contradict themselves, and nothing is claimed
        (None, False),
    ],
)
def test_who_is_new(tmp_path: Path, hired: str | None, new: bool) -> None:
    review = Review(company(tmp_path / "d", hired=hired, own=("2025-12-01",)), "2025-Q4", rep="Ann")
    assert ("Ann started on" in review.verdict) == new
    assert ("here since" in review._repr_html_()) == new


def test_who_left(tmp_path: Path) -> None:
    made = company(tmp_path / "d", hired="2025-09-09", left="2025-11-15", own=("2025-11-01",))
    review = Review(made, "2025-Q4", rep="Ann")
    assert review.verdict.startswith("Ann started on Sep 9, 2025 and left on Nov 15, 2025. Revenue")
    assert "here since Sep 9, 2025 · left on Nov 15, 2025" in review._repr_html_()
    long = Review(company(tmp_path / "e", "2020-01-01", "2025-11-15", own=("2025-11-01",)), "2025-Q4", rep="Ann")
    assert long.verdict.startswith("Ann left on Nov 15, 2025. Revenue")
    assert long.tiles.extra["tiles"][0].said[0] == "10% of target, left on Nov 15, 2025"


def test_others_and_teams_have_no_such_words(tmp_path: Path) -> None:
    made = company(tmp_path / "d", hired="2025-09-09")
    for review in (Review(made, "2025-Q4", rep="P1"), Review(made, "2025-Q4")):
        assert "started" not in review.in_words()
        assert "here since" not in review._repr_html_()


def test_a_team_names_its_newcomers(tmp_path: Path) -> None:
    made = company(tmp_path / "d", hired="2025-09-09", own=("2025-12-01",))
    assert "New: Ann (since Sep 9, 2025)." in Review(made, "2025-Q4").reps.notes
    old = company(tmp_path / "e", hired="2020-01-01", own=("2025-12-01",))
    assert not any("New:" in note for note in Review(old, "2025-Q4").reps.notes)


def test_half_a_period_is_said_to_be_half(tmp_path: Path) -> None:
    # the first deal is won on 15 February: 45 of 90 days are not known, and nothing is compared with the others
    review = Review(company(tmp_path / "d", first="2025-02-15"), "2025-Q2", rep="P1")
    caveat = "Q1 2025 cannot be compared: the data begin on Feb 15, 2025"
    assert review.verdict.startswith(f"Revenue in Q2 2025 is €3.6K ({caveat}); 36 deals were won.")
    assert review.growth.message == "Growth against Q1 2025 cannot be told: the data begin on Feb 15, 2025."
    assert review.tiles.extra["tiles"][0].said[0] == caveat
    # on 15 January: 14 of 90 days, as may be where deals come once a month; 12 in January, February and March
    review = Review(company(tmp_path / "f", first="2025-01-15"), "2025-Q2", rep="P1")
    caveat = "(the data begin on Jan 15, 2025)"
    assert review.verdict.startswith(f"Revenue of €3.6K is as in Q1 2025 {caveat}")
    assert review.growth.message == f"Revenue is as in Q1 2025 {caveat}"
    assert review.tiles.extra["tiles"][0].said[0] == f"as in Q1 2025 {caveat}"
    # from 10 January on a tenth of the quarter (nine days) is not missing: nothing is said from the 9th on
    whole = Review(company(tmp_path / "e", first="2025-01-09"), "2025-Q2", rep="P1")
    assert "the data begin" not in whole.in_words()


def test_a_period_that_is_not_over(tmp_path: Path) -> None:
    # 24 in October and November, as in July and August; the peers' third dozen of Q3 is of September
    made = company(tmp_path / "d", as_of=dt.date(2025, 11, 20))
    review = Review(made, "2025-Q4", rep="P1")
    assert "Revenue of €2.4K is 240% of the target for Q4 2025, which is not over" in review.verdict
    assert review.tiles.extra["tiles"][0].said[0] == "so far 240% of the whole period’s target"
    assert review.growth.message == "Revenue is as in Q3 2025 up to August 20 (Q4 2025 is not over)"


def test_who_has_closed_nothing(tmp_path: Path) -> None:
    made = company(tmp_path / "d", own=("2025-10-03",))  # created on 25 September, won on 3 October
    assert Review(made, "2025-Q3", rep="Ann").verdict == (
        "Ann won and lost nothing in Q3 2025, and had no orders; 1 deal was created."
    )
    assert Review(made, "2025-Q2", rep="Ann").verdict == "No deals or orders of Ann in Q2 2025."


def test_a_heading_begins_with_a_capital(tmp_path: Path) -> None:
    made = company(tmp_path / "d")
    assert Review(made, "2025-W50", rep="P1").tiles.message == "Week 50, 2025, compared with week 49, 2025"


def test_with_who_left_there_is_nothing_to_talk_about(tmp_path: Path) -> None:
    days = ("2025-02-03", "2025-03-03", "2025-05-05")
    gone = Review(company(tmp_path / "gone", left="2025-05-15", own=days), "2025-Q4", rep="Ann")
    assert gone.talk == gone.talking_points.message == "Left on May 15, 2025"
    assert gone.talking_points.data.empty
    assert gone.preparation.message == "No talk to prepare: Ann left on May 15, 2025."
    assert not gone.preparation.available
    in_it = Review(company(tmp_path / "in it", left="2025-10-01", own=days), "2025-Q4", rep="Ann")
    assert in_it.talk == "Left on Oct 1, 2025"  # nor with who left within it
    assert not in_it.preparation.available
    day_after = Review(company(tmp_path / "after", left="2026-01-01", own=days), "2025-Q4", rep="Ann")
    assert len(day_after.talking_points.data) > 0  # still there on the last day that is known
    assert day_after.preparation.available


def test_open_deals_of_who_left_need_an_owner(tmp_path: Path) -> None:
    dataset = company(tmp_path / "d", left="2025-05-15", own=("2025-02-03",))
    deals = dataset.table("deals")
    deals.loc[deals["deal_id"] == "D9999", "rep_id"] = "Ann"
    dataset = write_dataset(
        tmp_path / "kept", {"deals": deals, "reps": dataset.table("reps")}, dataset.settings, Provenance("test")
    )
    points = Review(dataset, "2025-Q4", rep="Ann").talking_points.data
    assert list(points["deals"]) == [["D9999"]]
