"""The interview sheet: what is not in the data is asked, with room to write."""

from pathlib import Path

from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.audit.maturity import CRITERIA


def test_it_asks_what_is_not_known(sample: Dataset) -> None:
    review = Review(sample, "2025-Q4", language="de")
    section = review.maturity_sheet
    assert (section.place, section.point) == ("sheet", "")
    untold = review.maturity.data.query("lowest == 1 and highest == 4")["criterion"].tolist()
    assert section.data["criterion"].tolist() == untold
    html = section._repr_html_()
    assert html.count('<div class="line">') == 2 * len(untold) + 1
    assert html.count("☐") == 4 * len(untold)
    assert review.context.subject.name in section.message


def test_every_criterion_has_a_question_and_evidence_to_ask_for(tmp_path: Path) -> None:
    section = Review(dataset(tmp_path / "d", deals("Ann", 3, 3)), "2025-Q2").maturity_sheet
    assert section.data["criterion"].tolist() == [one.key for one in CRITERIA]
    assert section.data["question"].str.contains(r"\?$").all()
    assert (section.data[["see", "reason"]] != "").all(axis=None)
