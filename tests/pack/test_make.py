import hashlib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from workshop import HOSTILE, job_for, plain_export, shown, strict

from salesreport.dataset import Dataset
from salesreport.language import Language, text
from salesreport.pack.make import Job, Outcome, ReportFailed, make_report
from salesreport.pack.subjects import Subject

ANN = Subject("rep", "R1", "Ann Berg", "North")


def reason(outcome: Outcome) -> str:
    return Language("en").say(outcome.reason)


def test_a_right_report_is_written_with_its_notebook(company: Dataset, tmp_path: Path) -> None:
    job = job_for(company, tmp_path, ANN)
    outcome = make_report(job, shown, plain_export)
    content = (tmp_path / "reports" / "one.html").read_bytes()
    assert outcome.reason is None
    assert content == b'<html lang="en"><p>All well with Ann Berg</p></html>'
    assert (outcome.bytes, outcome.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert outcome.told.verdict == "All well with Ann Berg"
    assert [figure.shown for figure in outcome.told.figures] == ["2"]
    assert nbformat.read(tmp_path / "notebooks" / "one.ipynb", as_version=4).cells[0].source == "review"
    assert {path.name for path in tmp_path.rglob("*.*")} == {"one.html", "one.ipynb"}  # nothing half-written


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"subject": {"kind": "rep", "id": "R2"}}, "its rep is “R2”, and should be “R1”"),
        ({"subject": {"kind": "team", "id": "R1"}}, "its kind is “team”, and should be “rep”"),
        ({"period": "2017-Q3"}, "its period is “2017-Q3”, and should be “2017-Q4”"),
        ({"fingerprint": "other"}, "its fingerprint is “other”"),
        ({"subject": "R1"}, "cannot be read: subject"),
        ({"figures": [{"key": "won"}]}, "cannot be read: figures.0.label"),
    ],
)
def test_a_wrong_report_is_not_written_and_an_older_one_goes(
    company: Dataset, tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    job = job_for(company, tmp_path, ANN)
    (tmp_path / "reports" / "one.html").write_text("of an earlier run")
    outcome = make_report(job, lambda job: shown(job, **changes), plain_export)
    assert says in reason(outcome)
    assert not (tmp_path / "reports" / "one.html").exists()
    assert outcome.has_notebook  # so that somebody can look what it did


@pytest.mark.parametrize(("rep", "right"), [("R1", True), ("R2", False)])
def test_a_row_of_a_csv_file_is_checked_by_the_parameter_it_gives(
    company: Dataset, tmp_path: Path, rep: str, right: bool
) -> None:
    job = job_for(
        company, tmp_path, Subject("row", "first", "first"), parameters={"dataset": str(company.path), "rep": "R1"}
    )
    outcome = make_report(job, lambda job: shown(job, subject={"kind": "rep", "id": rep}), plain_export)
    assert (outcome.reason is None) is right


def test_a_whole_company_needs_no_subject(company: Dataset, tmp_path: Path) -> None:
    job = job_for(
        company, tmp_path, Subject("company", "", "Test & Co"), parameters={"dataset": str(company.path)}
    )
    assert (
        make_report(job, lambda job: shown(job, subject={"kind": "company", "id": ""}), plain_export).reason
        is None
    )


def test_a_notebook_that_shows_no_review_or_two(company: Dataset, tmp_path: Path) -> None:
    job = job_for(company, tmp_path, ANN)

    def twice(job: Job) -> nbformat.NotebookNode:
        notebook = shown(job)
        notebook.cells += shown(job).cells
        return notebook

    assert "no review" in reason(make_report(job, lambda job: nbformat.v4.new_notebook(), plain_export))
    assert "several reviews" in reason(make_report(job, twice, plain_export))


def raising(error: BaseException) -> Any:
    def raise_it(*_: object) -> Any:
        raise error

    return raise_it


def test_what_a_notebook_raises_is_one_readable_line(company: Dataset, tmp_path: Path) -> None:
    job = job_for(company, tmp_path, ANN)
    failure = ReportFailed(text("{message}", message="no"), shown(job))
    outcome = make_report(job, raising(failure), plain_export)
    assert (reason(outcome), outcome.has_notebook) == ("no", True)
    coloured = ValueError("\x1b[31mbad\x1b[0m\n  <b>thing</b>\x07" + "x" * 500)
    outcome = make_report(job, raising(coloured), plain_export)
    assert reason(outcome).startswith("bad <b>thing</b>\\x07xxx")
    assert reason(outcome).endswith("… (ValueError)")
    assert len(reason(outcome)) < 330
    assert not outcome.has_notebook  # that of the run before is gone
    assert reason(make_report(job, raising(RuntimeError()), plain_export)) == "RuntimeError"


def test_a_template_that_fails_is_this_reports_failure(company: Dataset, tmp_path: Path) -> None:
    outcome = make_report(job_for(company, tmp_path, ANN), shown, raising(KeyError("no such block")))
    assert reason(outcome) == "'no such block' (KeyError)"


def test_a_folder_that_cannot_be_written(company: Dataset, tmp_path: Path) -> None:
    job = job_for(company, tmp_path, ANN)
    (tmp_path / "notebooks").rmdir()
    outcome = make_report(job, shown, plain_export)
    assert "cannot be written" in reason(outcome)
    assert not (tmp_path / "reports" / "one.html").exists()


def test_hostile_and_broken_texts_are_written(company: Dataset, tmp_path: Path) -> None:
    hostile = HOSTILE + "\ud800\u202e"  # half a character, and a mark that turns the writing round
    job = job_for(company, tmp_path, Subject("rep", hostile, hostile))
    assert make_report(job, shown, plain_export).reason is None
    assert b"<script>" not in (tmp_path / "reports" / "one.html").read_bytes()
    kept = nbformat.read(tmp_path / "notebooks" / "one.ipynb", as_version=4)
    assert next(iter(kept.cells[0].outputs[0].data.values()))["subject"]["id"] == hostile


def test_a_figure_without_a_value(company: Dataset, tmp_path: Path) -> None:
    figure = {"key": "won", "label": "Won", "shown": "–", "value": float("nan")}
    outcome = make_report(
        job_for(company, tmp_path, ANN), lambda job: shown(job, figures=[figure]), plain_export
    )  # fmt: skip
    assert outcome.told.figures[0].value is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_the_kept_notebook_is_json_whatever_a_cell_shows(company: Dataset, tmp_path: Path, value: float) -> None:
    def showing(job: Job) -> nbformat.NotebookNode:
        notebook = shown(job, figures=[{"key": "won", "label": "Won", "shown": "–", "value": value}])
        output = nbformat.v4.new_output("display_data", {"application/json": {"values": [1.5, value]}})
        notebook.cells[0].outputs.append(output)
        return notebook

    outcome = make_report(job_for(company, tmp_path, ANN), showing, plain_export)
    assert (outcome.reason, outcome.told.figures[0].value) == (None, None)
    kept = strict((tmp_path / "notebooks" / "one.ipynb").read_bytes())
    assert kept.cells[0].outputs[1].data["application/json"] == {"values": [1.5, None]}


def test_a_notebook_that_was_not_run_to_its_end_is_no_report(company: Dataset, tmp_path: Path) -> None:
    def half(job: Job) -> nbformat.NotebookNode:
        notebook = shown(job)
        notebook.cells.append(nbformat.v4.new_code_cell("review.tiles"))
        return notebook

    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "one.html").write_text("of an earlier run")
    outcome = make_report(job_for(company, tmp_path, ANN, language="de"), half, plain_export)
    assert reason(outcome) == "The notebook ended itself half-way: 1 of its 2 cells were run to their end."
    assert not (tmp_path / "reports" / "one.html").exists()
    kept = strict((tmp_path / "notebooks" / "one.ipynb").read_bytes())
    assert kept.cells[1].outputs[0].text.startswith("Das Notebook hat sich selbst")  # in the report's language
