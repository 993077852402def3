"""The section on process maturity: levels, evidence, and where it keeps silent."""

from pathlib import Path

import pytest
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.audit.maturity import CRITERIA, maturity
from salesreport.audit.maturity.levels import LEVELS
from salesreport.kpi import Facts


def test_levels_and_evidence(sample: Dataset) -> None:
    section = Review(sample, "2025-Q4").maturity
    found = maturity(Facts.of(sample))
    assert section.data["criterion"].tolist() == [one.key for one in CRITERIA]
    low, high = found.span
    assert str(LEVELS[low - 1].name) in section.message
    assert str(LEVELS[high - 1].name) in section.message
    measured = section.data[section.data["measured"]]
    table = section.tables[0]
    assert len(table.rows) == len(measured) == len(found.known)
    assert "All together" in section._repr_html_()
    assert section.data.loc[~section.data["measured"], "reason"].notna().all()


def test_why_something_is_not_in_the_data_is_said_to_its_end(sample: Dataset) -> None:
    section = Review(sample, "2025-Q4").maturity
    unknown = section.data.loc[~section.data["measured"]]
    asked = [one for one in section.notes if "interview sheet" in one]
    assert len(asked) == unknown["reason"].nunique()
    for reason in unknown["reason"]:
        assert sum(f"({reason})." in one for one in asked) == 1


def test_in_german(sample: Dataset) -> None:
    section = Review(sample, "2025-Q4", language="de").maturity
    assert section.message.startswith("Der Vertriebsprozess")


def test_seen_from_the_reports_day(sample: Dataset) -> None:
    review = Review(sample, "2025-Q2")
    assert "Jun 30, 2025" in review.maturity.notes[-1]


def test_a_rep_has_no_process_of_their_own(sample: Dataset) -> None:
    rep = sample.table("deals")["rep_id"].iloc[0]
    review = Review(sample, "2025-Q4", rep=rep)
    assert review.maturity.silent
    assert review.maturity_sheet.silent


def test_a_segment(sample: Dataset) -> None:
    whole, part = (Review(sample, "2025-Q4", **one).maturity.data for one in ({}, {"segment": "A"}))
    n = [frame.set_index("criterion").loc["skips", "n"] for frame in (whole, part)]
    assert 0 < n[1] < n[0]


@pytest.mark.parametrize("count", [12, 1])
def test_with_few_deals_of_one_rep_it_says_what_cannot_be_told(tmp_path: Path, count: int) -> None:
    made = dataset(tmp_path / "d", deals("Ann", count, count, count))
    review = Review(made, "2025-Q2")
    assert not review.maturity.available or "does not narrow down" in review.maturity.message
    assert len(review.maturity_sheet.data) >= len(CRITERIA) - 2
