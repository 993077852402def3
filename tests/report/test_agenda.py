"""The agenda of a report, and what stands where."""

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.language import Language
from salesreport.report.agenda import POINTS, agenda_html, points_of
from salesreport.report.export import to_html


def shown(review: Review, *names: str) -> str:
    """The page of a notebook that shows a review and some sections of it."""
    bundles = [review._repr_mimebundle_(), *(getattr(review, name)._repr_mimebundle_() for name in names)]
    cells = [new_code_cell("", outputs=[new_output("execute_result", data=one)]) for one in bundles]
    return to_html(nbformat.from_dict(new_notebook(cells=cells)))


def test_points_come_in_their_order_and_sections_in_the_notebooks() -> None:
    def one(key: str, point: str, place: str = "fold", available: bool = True) -> dict[str, object]:
        common = {"topic": key, "message": "says", "available": available}
        return {"key": key, "point": point, "place": place, **common}

    sections = [one("b", "sales"), one("a", "done"), one("c", "sales"), one("t", "sales", "first"),
                one("n", "done", available=False), one("x", ""), one("own", "no such point")]  # fmt: skip
    told = [(str(point.title), [entry.key for entry in point.entries]) for point in points_of(sections)]
    assert told == [(str(POINTS["done"]), ["a"]), (str(POINTS["sales"]), ["b", "c"]), ("Also", ["own"])]
    assert agenda_html([], Language("en")) == ""


def test_what_stands_first_what_folds_and_what_is_lacking(sample: Dataset) -> None:
    review = Review(sample, "2025-Q4", rep=sample.table("deals")["rep_id"].iloc[0])
    page = shown(review, "talking_points", "tiles", "preparation", "trend", "pipeline", "definitions")
    places = [page.index(f'id="{one}"') for one in ("talking-points", "figures", "preparation", "trend-part")]
    assert places == sorted(places)
    assert places[1] < page.index('class="agenda"') < places[2]
    assert "<details open" not in page
    # each line of the agenda leads to a heading that is there; definitions are no point of a talk
    links = re.findall(r'<a href="#([^"]+)">', page)
    assert links == ["pipeline-heading", "trend-heading"]
    assert all(page.count(f'id="{one}"') == 1 for one in links)
    assert "Definitions" in page


def test_what_these_data_do_not_tell_stands_once_at_the_end(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", deals("Ann", 3, 3, 4))
    review = Review(data, "2025-Q2", rep="Ann")
    assert not review.activity.available
    page = shown(review, "tiles", "activity", "pipeline")
    assert page.count(review.activity.message) == 1
    assert page.index('class="lacking"') > page.index('id="pipeline-part"')
    assert 'id="activity"' not in page


def test_in_jupyterlab_a_section_is_open(sample: Dataset) -> None:
    review = Review(sample, "2025-Q4", rep=sample.table("deals")["rep_id"].iloc[0])
    assert review.pipeline._repr_html_().count("<details open id=") == 1
