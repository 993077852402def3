"""`salesreport plan` as people use it."""

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.plan import load_strategy, read_plan
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parent.parent.parent
STRATEGY = (
    "name: S\ngoal: {2026: 16000000}\nseasonality: [0.2, 0.3, 0.2, 0.3]\nsegments: {A: 0.5, B: 0.3, C: 0.2}\n"
)


@pytest.fixture
def strategy(tmp_path: Path) -> Path:
    (tmp_path / "s.yml").write_text(STRATEGY, encoding="utf-8")
    return tmp_path / "s.yml"


def run(*arguments: object, language: str = "en") -> Result:
    return CliRunner().invoke(
        app, [str(one) for one in arguments], env={"SALESREPORT_LANGUAGE": language, "COLUMNS": "120"}
    )


def plan(sample: Dataset, strategy: Path, *more: object, language: str = "en") -> Result:
    given = ("plan", sample.path, "--strategy", strategy, "--period", "2026-Q1")
    return run(*given, *more, language=language)


def test_a_line_per_rep_and_the_steps_of_one(sample: Dataset, strategy: Path) -> None:
    done = plan(sample, strategy)
    assert done.exit_code == 0, done.output
    assert "more than ever" in done.stdout
    assert "apart" in done.stderr
    rep = sample.table("targets").query("period == '2026-Q1' and metric == 'revenue'")["rep_id"].dropna().iloc[0]
    one = plan(sample, strategy, "--rep", rep)
    assert "The chance to reach it:" in one.stdout
    assert "Proposal" in one.stdout
    assert "Equipment on trial" in one.stdout
    name = sample.table("reps").set_index("rep_id")["name"][rep]
    assert plan(sample, strategy, "--rep", name).stdout == one.stdout


def test_who_is_asked_for_changes_nobodys_figures(sample: Dataset, strategy: Path) -> None:
    whole = json.loads(plan(sample, strategy, "--format", "json").stdout)
    rep = whole["reps"][1]["rep_id"]
    alone = json.loads(plan(sample, strategy, "--format", "json", "--rep", rep).stdout)
    for name in ("reps", "segments", "steps"):
        assert [row for row in whole[name] if row["rep_id"] == rep] == alone[name]
    assert alone["said"][rep] == whole["said"][rep]


def test_files_and_what_is_printed(sample: Dataset, strategy: Path, tmp_path: Path) -> None:
    for form in ("yml", "csv", "json"):
        file = tmp_path / f"plan.{form}"
        done = plan(sample, strategy, "--out", file, "--format", "csv")
        assert done.exit_code == 0, done.output
        assert str(file) in done.stderr
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert {"metric", "period", "value", "rep_id", "segment", "source"} <= set(rows[0])
    assert (tmp_path / "plan.csv").read_text(encoding="utf-8") == done.stdout
    assert len(read_plan(tmp_path / "plan.yml").reps) == len(
        json.loads((tmp_path / "plan.json").read_text())["reps"]
    )
    assert plan(sample, strategy, "--format", "yaml").stdout == (tmp_path / "plan.yml").read_text(encoding="utf-8")


def test_a_file_that_holds_something_else_is_not_written_over(
    sample: Dataset, strategy: Path, tmp_path: Path
) -> None:
    file = tmp_path / "plan.yml"
    assert plan(sample, strategy, "--out", file).exit_code == 0
    made = file.read_text(encoding="utf-8")
    assert plan(sample, strategy, "--out", file).exit_code == 0  # the same again
    file.write_text(made.replace("goal:", "goal: 1 #", 1), encoding="utf-8")
    changed = file.read_bytes()
    done = plan(sample, strategy, "--out", file)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "holds what people filled in, and is not written over" in done.stderr
    assert "--force" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert file.read_bytes() == changed
    file.write_bytes(b"\xff\xfe")
    assert plan(sample, strategy, "--out", file).exit_code == 2
    assert plan(sample, strategy, "--out", file, "--force").exit_code == 0
    assert file.read_text(encoding="utf-8") == made


def test_in_german(sample: Dataset, strategy: Path) -> None:
    rep = sample.table("targets").query("period == '2026-Q1' and metric == 'revenue'")["rep_id"].dropna().iloc[0]
    told = plan(sample, strategy, "--rep", rep, language="de")
    assert "Das Ziel für Q1 2026 ist" in told.stdout
    assert not re.search(r"\b(goal|open deals|chance to|more)\b", told.stdout)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--period", "2026-Q9"], "This is not a period."),
        (["--period", "2025-Q4"], "This period is over."),
        (["--rep", "Nobody At All"], "--rep"),
        (["--strategy", "nowhere.yml"], "There is no such file."),
        (["--out", "plan.xlsx"], "Plans are not written in this form."),
        (["--out", "no/such/folder/plan.yml"], "There is no such folder."),
        (["--as-of", "2027-01-01"], "2027-01-01"),
        (["--as-of", "soon"], "This is not a date."),
        (["--period", "2027-Q1"], "The strategy has no goal for all of this period."),
    ],
)
def test_bad_input_is_one_message(sample: Dataset, strategy: Path, arguments: list[str], said: str) -> None:
    done = plan(sample, strategy, *arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_strategy_of_the_page_is_one(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "plan.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "s.yml").write_text(shown, encoding="utf-8")
    assert load_strategy(tmp_path / "s.yml").name == "North 2026"
    turned = shown.replace("organisation: territory", "#").replace("# organisation", "organisation")
    (tmp_path / "s.yml").write_text(turned.replace("# specialists", "specialists"), encoding="utf-8")
    assert load_strategy(tmp_path / "s.yml").organisation == "specialists"


@pytest.mark.slow
def test_the_commands_of_the_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_company(tmp_path / "outputs" / "datasets" / "sample")
    (tmp_path / "params").symlink_to(ROOT / "params")
    monkeypatch.chdir(tmp_path)
    said = ""
    page = (ROOT / "docs" / "plan.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in (page + readme).splitlines() if line.startswith("salesreport plan")]
    assert len(commands) >= 4
    for command in dict.fromkeys(commands):
        done = run(*shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
        said += done.stdout
    quoted = re.findall(r"^> (.*)$", page, re.MULTILINE)
    assert quoted
    assert all(sentence in said for sentence in quoted)
    assert (tmp_path / "plan-2026-Q1.yml").is_file()
