"""`salesreport plan --against` and `--actual` as people use them."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from salesreport.cli import app
from salesreport.dataset import Dataset


def run(*arguments: object, language: str = "en") -> Result:
    return CliRunner().invoke(
        app, [str(one) for one in arguments], env={"SALESREPORT_LANGUAGE": language, "COLUMNS": "120"}
    )


@pytest.fixture(scope="module")
def plan_file(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("plans") / "plan-2025-Q4.yml"
    done = run("plan", sample.path, "--period", "2025-Q4", "--as-of", "2025-09-30", "--out", file)
    assert done.exit_code == 0, done.output
    return file


def test_a_line_per_rep_and_the_lines_of_one(sample: Dataset, plan_file: Path) -> None:
    done = run("plan", sample.path, "--against", plan_file)
    assert done.exit_code == 0, done.output
    assert "off plan by more than chance" in done.stdout
    one = run("plan", sample.path, "--against", plan_file, "--rep", "R000001")
    assert "may be chance" in one.stdout
    assert "Deals won" in one.stdout
    german = run("plan", sample.path, "--against", plan_file, "--rep", "R000001", language="de")
    assert "kann Zufall sein" in german.stdout


def test_csv_and_json_hold_the_same(sample: Dataset, plan_file: Path, tmp_path: Path) -> None:
    given = ("plan", sample.path, "--against", plan_file, "--rep", "R000001")
    for form in ("csv", "json"):
        done = run(*given, "--format", form, "--out", tmp_path / f"a.{form}")
        assert done.exit_code == 0, done.output
        assert (tmp_path / f"a.{form}").read_text(encoding="utf-8") == done.stdout
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8"))))
    told = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert len(rows) == len(told["lines"])
    assert {row["rep_id"] for row in rows} == {"R000001"}
    assert told["planned_on"] == "2025-09-30"
    revenue = next(row for row in rows if (row["what"], row["part"]) == ("revenue", "all"))
    assert float(revenue["planned"]) - float(revenue["actual"]) == pytest.approx(-float(revenue["deviation"]))


def test_targets_alone(sample: Dataset) -> None:
    done = run("plan", sample.path, "--actual", "--period", "2025-Q4", "--format", "csv")
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["source"] for row in rows} == {"", "targets"}


def test_whatever_is_wrong_is_one_error(sample: Dataset, plan_file: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(plan_file.read_text(encoding="utf-8").replace("R000001", "R00001"), encoding="utf-8")
    broken = tmp_path / "broken.yml"
    broken.write_text("plan: 2\n", encoding="utf-8")
    for arguments, said in (
        (["--against", wrong], "no such rep"),
        (["--against", broken], "broken.yml"),
        (["--against", tmp_path / "none.yml"], "none.yml"),
        (["--against", plan_file, "--period", "2025-Q3"], "another period"),
        (["--against", plan_file, "--format", "yaml"], "--format"),
        (["--against", plan_file, "--out", tmp_path / "a.yml"], "--out"),
        (["--against", plan_file, "--out", tmp_path / "no" / "a.csv"], "no such folder"),
        (["--against", plan_file, "--rep", "Nobody"], "Nobody"),
        (["--against", plan_file, "--as-of", "2025-09-30"], "Nothing is known"),
        (["--actual", "--period", "2025-W02"], "Nothing was planned"),
        (["--actual"], "period is missing"),
        ([], "period is missing"),
    ):
        done = run("plan", sample.path, *arguments)
        assert done.exit_code == 2, (arguments, done.output)
        assert said in done.output, (arguments, done.output)
        assert "Traceback" not in done.output
    assert not (tmp_path / "a.yml").exists()
