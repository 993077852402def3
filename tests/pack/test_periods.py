"""Relative periods in pack files, a folder per period, and reports of another period that stay."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner
from workshop import Rehearsal, Silent, write_pack

from salesreport import Dataset, Review
from salesreport.cli import app
from salesreport.errors import ConfigError, DataError
from salesreport.pack.manifest import Manifest
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import Plan, make_plan
from salesreport.pack.run import make_pack
from salesreport.report.asked import asking_for


@pytest.fixture
def monthly(folder: Path, company: Dataset) -> Path:
    """A pack of the last quarter, in a folder per period; the company's data are of 31 December 2017, a Sunday."""
    return write_pack(
        folder / "packs" / "monthly.yml",
        company.path,
        period="last-quarter",
        title="Reviews {of} {period}",
        output="'../out/{period}/reviews'",
    )


def plan(file: Path, *changes: str) -> Plan:
    return make_plan(load_pack(file, changes))


def make(made: Plan, *, replace: bool = False) -> Manifest:
    return make_pack(made, Rehearsal(), Silent(), replace=replace)


def test_the_period_is_that_of_the_data_and_names_folder_and_title(folder: Path, monthly: Path) -> None:
    made = plan(monthly)
    assert (made.period.name, made.asked.written) == ("2017-Q4", "last-quarter")
    assert made.folder == folder / "out" / "2017-Q4" / "reviews"
    assert {job.folder for job in made.jobs} == {made.folder}
    assert {job.parameters["period"] for job in made.jobs} == {"2017-Q4"}  # so that it can be run again
    assert made.pack.shelf == folder / "out"
    # a span's name is made fit for a folder; the 31st is a Sunday, so the week is complete
    weeks = plan(monthly, "period=last-4-weeks", "output=../out/{period}")
    assert weeks.period.name == "2017-12-04..2017-12-31"
    assert weeks.folder.name == "2017-12-04_2017-12-31"
    assert str(make(made).pack.title) == "Reviews {of} Q4 2017"


def test_manifest_and_index_say_that_it_was_relative(monthly: Path) -> None:
    made = plan(monthly)
    make(made)
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["pack"]["period"], manifest["pack"]["period_asked"]) == ("2017-Q4", "last-quarter")
    index = (made.folder / "index.html").read_text(encoding="utf-8")
    assert "Period: “last-quarter” as of Dec 31, 2017, the day of the data." in index
    # asked for by its name it is no other report, but one that says another thing
    named = plan(monthly, "period=2017-Q4")
    assert named.folder == made.folder
    assert {job.inputs for job in named.jobs}.isdisjoint(job.inputs for job in made.jobs)
    make(named)
    assert "as of Dec 31, 2017, the day" not in (made.folder / "index.html").read_text(encoding="utf-8")


def test_a_report_says_it_too(sample: Dataset) -> None:
    # as the pack asks for it: the notebook gets the name, and how it was asked for beside it
    with asking_for("last-quarter"):
        told = Review(sample, "2025-Q4", team="North")
        other = Review(sample, "2025-Q3", team="North")
    said = "Period: “last-quarter” as of Dec 31, 2025, the day of the data."
    assert said in told.data_notes.notes
    assert said not in told._repr_html_()  # of no use to who reads the head
    # nothing is said of a period that it does not mean, nor outside
    for one in (other, Review(sample, "2025-Q4", team="North")):
        assert not any(note.startswith("Period:") for note in one.data_notes.notes)
    # in a notebook of one's own
    own = Review(sample, "last-month", rep="R000001")
    assert (own.context.period.name, own.asked) == ("2025-12", "last-month")
    assert "Period: “last-month” as of Dec 31, 2025, the day of the data." in own.data_notes.notes


@pytest.mark.parametrize(
    ("changes", "key", "near"),
    [
        (["period=last-moth"], "--set period", "last-month"),
        (["output=out/{perod}"], "output", "period"),
    ],
)
def test_a_mistake_is_named(monthly: Path, changes: list[str], key: str, near: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(monthly, *changes)
    assert (caught.value.key, caught.value.nearest) == (key, near)


def test_another_periods_reports_stay_unless_they_are_to_go(folder: Path, pack_file: Path) -> None:
    make(plan(pack_file))
    there = sorted(folder.joinpath("out").rglob("*"))
    content = (folder / "out" / "reports" / "ann-berg.html").read_bytes()
    with pytest.raises(DataError) as caught:
        make(plan(pack_file, "period=2017-12"))
    assert "holds 3 reports of 2017-Q4; those of 2017-12 would take their place" in str(caught.value)
    assert "{period}" in str(caught.value)
    assert sorted(folder.joinpath("out").rglob("*")) == there
    assert (folder / "out" / "reports" / "ann-berg.html").read_bytes() == content
    manifest = make(plan(pack_file, "period=2017-12"), replace=True)
    assert manifest.pack.period == "2017-12"
    # a pack of which no report could be made holds nothing that could be lost
    failing = Rehearsal({"R1": ValueError(), "R2": ValueError(), "R4": ValueError()})
    made = plan(pack_file, "period=2017-11", f"output={folder / 'other'}", "where.rep=[R1, R2]")
    make_pack(made, failing, Silent())
    assert make(plan(pack_file, f"output={folder / 'other'}")).pack.period == "2017-Q4"


def test_the_command_line_says_which_period_it_is(sample: Dataset) -> None:
    done = CliRunner().invoke(app, ["kpi", str(sample.path), "--period", "last month", "--metric", "deals_won"])
    named = CliRunner().invoke(app, ["kpi", str(sample.path), "--period", "2025-12", "--metric", "deals_won"])
    assert done.exit_code == named.exit_code == 0
    assert done.stdout == named.stdout
    assert done.stderr.startswith("December 2025: “last-month” as of Dec 31, 2025, the day of the data\n")
    # seen from an earlier day it is another one
    words = ["kpi", str(sample.path), "--period", "last-month", "--metric", "deals_won", "--as-of", "2025-11-29"]
    assert CliRunner().invoke(app, words).stderr.startswith("October 2025: “last-month” as of Nov 29, 2025")
    wrong = CliRunner().invoke(app, ["anomalies", str(sample.path), "--period", "last-yaer"])
    assert (wrong.exit_code, "Did you mean “last-year”?" in wrong.stderr) == (2, True)
    assert wrong.stderr.startswith("Error: key “--period”: This is not a period.")
