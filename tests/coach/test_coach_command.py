"""`salesreport commit` and `salesreport coaching` as people use them."""

import csv
import io
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from meetings import closed, company
from typer.testing import CliRunner, Result

from salesreport.cli import app
from salesreport.dataset import Dataset


def run(*arguments: object, language: str = "en") -> Result:
    env = {"SALESREPORT_LANGUAGE": language, "COLUMNS": "100"}
    return CliRunner().invoke(app, [str(one) for one in arguments], env=env)


@pytest.fixture
def mine(sample: Dataset, tmp_path: Path) -> Path:
    """The sample company, to be written to."""
    shutil.copytree(sample.path, tmp_path / "mine")
    return tmp_path / "mine"


def test_recorded_listed_and_closed(mine: Path) -> None:
    rep = Dataset.open(mine).table("reps").iloc[0]
    made = run(
        "commit", rep["name"], "Ask <b>early</b>", "--dataset", mine, "--metric", "win_rate", "--target", "40%",
        "--due", "2026-01-31", "--agreed", "2025-12-30",
    )  # fmt: skip
    assert (made.exit_code, made.output) == (0, "1 commitment recorded.\n")
    later = run("commit", rep["rep_id"], "Later", "--dataset", mine, "--agreed", "2026-01-10")
    assert "The data end on Dec 31, 2025" in later.output
    shown = run("commit", "--list", rep["rep_id"], "--dataset", mine)
    assert "Ask <b>early</b>" in shown.output
    assert "Win rate → 40%" in shown.output
    assert "Dec 30, 2025" in shown.output
    assert "30.12.2025" in run("commit", "--list", "--dataset", mine, language="de").output
    rows = list(csv.DictReader(io.StringIO(run("commit", "--list", "--dataset", mine, "--format", "csv").output)))
    assert rows[-1]["text"] == "Later"  # by day
    whole = json.loads(run("commit", "--list", "--dataset", mine, "--format", "json").output)
    assert len(whole) == len(rows) == Dataset.open(mine).rows["commitments"]
    early = next(row for row in whole if row["text"].startswith("Ask <b>"))
    assert (early["target"], early["due_on"], early["status"]) == (0.4, "2026-01-31", "open")
    assert run("commit", early["id"], "--done", "--dataset", mine).output.startswith("Done: ")
    assert run("commit", rep["name"], "later", "--drop", "--dataset", mine).output.startswith("Dropped: ")
    again = run("commit", rep["name"], "later", "--drop", "--dataset", mine)
    assert again.exit_code == 2
    assert "There is no such open commitment. Found “later”." in again.output


def test_who_had_left_is_named(tmp_path: Path) -> None:
    reps = pd.DataFrame({"rep_id": ["R1"], "name": ["Ann Berg"], "left_on": [pd.Timestamp("2025-08-31")]})
    folder = company(tmp_path / "d", [closed("R1", 3, 2, "2025-06-10")], reps=reps).path
    warned = "Check it: Ann Berg left on Aug 31, 2025, before something was agreed."
    late = run("commit", "R1", "Call", "--dataset", folder, "--agreed", "2025-09-01")
    assert (late.exit_code, warned in " ".join(late.output.split())) == (0, True)
    assert "left on" not in run("commit", "R1", "Ask", "--dataset", folder, "--agreed", "2025-08-31").output
    nobody = company(tmp_path / "e", [closed("R1", 3, 2, "2025-06-10")], reps=reps.drop(columns="left_on")).path
    without = run("commit", "R1", "Call", "--dataset", nobody, "--agreed", "2025-09-01")
    assert (without.exit_code, "left on" in without.output) == (0, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "With whom was it agreed?"),
        (("R000001",), "There is no text: what was agreed?"),
        (("--done",), "Which commitment? Give the rep and the text, or the id."),
        (("R000001", "x", "--done", "--drop"), "One of these at a time. Found “--done” and “--drop”."),
        (
            ("R000001", "x", "--done", "--target", "4"),
            "no meaning together with --done. Found “--target”.",
        ),
        (("R000001", "x", "--list"), "This has no meaning together with --list. Found “TEXT”."),
        (("R000001", "x", "--metric", "winrate"), "Did you mean “win_rate”?"),
        (("--from", "nowhere.csv"), "nowhere.csv: There is no such file."),
    ],
)
def test_bad_input_is_one_error_and_exit_code_2(sample: Dataset, arguments: tuple[str, ...], message: str) -> None:
    made = run("commit", *arguments, "--dataset", sample.path)
    assert made.exit_code == 2
    assert message in made.output
    assert made.output.count("Error") == 1
    assert Dataset.open(sample.path).fingerprint == sample.fingerprint


def test_no_dataset_and_nothing_agreed(tmp_path: Path, acme: Path) -> None:
    assert run("commit", "--list", "--dataset", tmp_path / "none").exit_code == 2
    assert run("commit", "--list", "--dataset", acme).output == "Nothing was agreed.\n"
    assert run("coaching", acme).output == "Nothing was agreed about any metric.\n"


def test_coaching_in_every_form(sample: Dataset) -> None:
    shown = run("coaching", sample.path)
    assert shown.exit_code == 0
    assert "“Leads processed”: " in shown.output
    assert "Everything agreed counts, done or not." in shown.output
    rows = list(csv.DictReader(io.StringIO(run("coaching", sample.path, "--format", "csv").stdout)))
    whole = json.loads(run("coaching", sample.path, "--format", "json").output)
    assert [row["metric"] for row in rows] == [row["metric"] for row in whole["coaching"]]
    assert all(row["sentence"] for row in whole["coaching"])
    one = run("coaching", sample.path, "--metric", "leads_processed", "--as-of", "2025-11-30", "--format", "csv")
    assert [row["metric"] for row in csv.DictReader(io.StringIO(one.stdout))] == ["leads_processed"]
    unknown = run("coaching", sample.path, "--metric", "leads")
    assert unknown.exit_code == 2
    assert "There is no such metric. Found “leads”." in unknown.output
    assert "Alles Vereinbarte zählt" in run("coaching", sample.path, language="de").output
