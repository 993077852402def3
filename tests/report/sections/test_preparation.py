"""The page to write on."""

from salesreport import Dataset, Review
from salesreport.report.sections.preparation import QUESTIONS


def test_it_asks_and_leaves_room(sample: Dataset) -> None:
    review = Review(sample, "2025-Q4", rep=sample.table("deals")["rep_id"].iloc[0], language="de")
    section = review.preparation
    assert (section.place, section.point) == ("sheet", "")
    assert section.data["question"].tolist() == [review.context.say(one) for one in QUESTIONS]
    html = section._repr_html_()
    assert html.count('<div class="line">') == 2 * len(QUESTIONS) + 5
    assert "Vereinbart" in html
    assert review.context.subject.name in section.message
