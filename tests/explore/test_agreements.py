"""The form for what is agreed with a rep: it writes what the command writes, and says what is wrong."""

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest

from salesreport.dataset import Dataset
from salesreport.explore import Agreements
from salesreport.report.review import Review

DAY = dt.date(2024, 12, 20)


@pytest.fixture
def folder(company: Dataset, tmp_path: Path) -> Path:
    """A copy of the company that may be written to."""
    return Path(shutil.copytree(company.path, tmp_path / "company"))


def commitments(folder: Path) -> pd.DataFrame:
    return Dataset.open(folder).table("commitments")


def test_what_is_filled_in_is_in_the_dataset_and_the_next_review_begins_with_it(folder: Path) -> None:
    form = Agreements(folder, "R1", today=DAY)
    form.said.value, form.metric.value, form.target.value = "Two more <b>offers</b>", "win_rate", "40%"
    form.due.value = dt.date(2025, 1, 31)
    form.record.click()
    row = commitments(folder).iloc[0]
    assert (row["rep_id"], row["text"], row["metric"], row["target"]) == (
        "R1",
        "Two more <b>offers</b>",
        "win_rate",
        0.4,
    )
    assert (row["agreed_on"].date(), row["due_on"].date(), row["status"]) == (DAY, dt.date(2025, 1, 31), "open")
    assert "1 commitment recorded" in form.told.value
    assert form.said.value == form.target.value == form.metric.value == ""
    assert form.due.value is None
    shown = form.open.children[0].children[2].value
    assert "Two more &lt;b&gt;offers" in shown
    assert "due on Jan 31, 2025" in shown
    assert "Two more" in Review(folder, "2024-Q4", rep="R1").commitments.data["text"].iloc[0]


@pytest.mark.parametrize(("button", "fate", "said"), [(0, "done", "Done: "), (1, "dropped", "Dropped: ")])
def test_a_click_closes_it(folder: Path, button: int, fate: str, said: str) -> None:
    form = Agreements(folder, "Ann", today=DAY)
    form.said.value = "Call"
    form.record.click()
    form.open.children[0].children[button].click()
    assert commitments(folder)["status"].tolist() == [fate]
    assert said in form.told.value
    assert not form.open.children


def test_what_is_wrong_is_one_sentence_and_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    form = Agreements(folder, "R1", today=DAY)
    form.said.value, form.target.value = "Call", "much"
    form.record.click()
    assert 'class="warning" role="alert"' in form.told.value
    assert form.said.value == "Call"  # to be put right, not typed again
    assert commitments(folder).empty
    assert "warning" in Agreements(folder, "nobody", today=DAY).told.value
    assert "warning" in Agreements(tmp_path / "nothing", "R1", today=DAY).told.value


def test_it_speaks_the_language_and_offers_what_there_is(folder: Path) -> None:
    form = Agreements(folder, "R1", language="de", today=DAY)
    assert form.record.description == "Festhalten"
    assert ("Abschlussquote", "win_rate") in form.metric.options
    assert form.metric.options[0] == ("keine", "")
