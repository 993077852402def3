"""What docs/accounts.md says is so: its file, its questions, its commands."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.config import load
from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.plan.accounts import read_account_plans
from salesreport.plan.accounts.plans import LINES
from salesreport.plan.accounts.questions import QUESTIONS
from salesreport.plan.accounts.written import AccountPlansFile
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")


def test_the_file_shown_is_one_and_asks_the_questions(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "a.yml").write_text(shown, encoding="utf-8")
    file = load(tmp_path / "a.yml", AccountPlansFile)
    assert file.reps[0].accounts[0].actions[0].what == "Show the control in the first market"
    for key, question in QUESTIONS.items():
        assert re.search(rf"^      {key}: .*# {re.escape(str(question))}$", shown, re.MULTILINE)


def test_every_column_of_lines_is_explained() -> None:
    for name in LINES[3:]:
        assert f"`{name}`" in PAGE


@pytest.mark.slow
def test_the_commands_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_company(tmp_path / "outputs" / "datasets" / "sample")
    (tmp_path / "params").symlink_to(ROOT / "params")
    monkeypatch.chdir(tmp_path)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in (PAGE + readme).splitlines() if line.startswith("salesreport accounts")]
    assert len(commands) == 5
    for command in commands:
        done = CliRunner().invoke(app, shlex.split(command)[1:], env={"SALESREPORT_LANGUAGE": "en"})
        assert done.exit_code == 0, done.output
    facts = Facts.of(Dataset.open(tmp_path / "outputs" / "datasets" / "sample"))
    assert "A000605" in read_account_plans(tmp_path / "accounts-2026-Q1.yml", facts).by_account()
    assert (facts.names["R000001"], facts.own("accounts").set_index("account_id")["name"]["A000605"]) == (
        "Filip Jankovar",
        "Brenner Markets Birkholm",
    )
