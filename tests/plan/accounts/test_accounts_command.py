"""`salesreport accounts` as people use it."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.language import LANGUAGES
from salesreport.plan.accounts import read_account_plans


def accounts(data: Dataset, *arguments: object, language: str = "en", columns: int = 120) -> Result:
    return CliRunner().invoke(
        app, ["accounts", str(data.path), *map(str, arguments)],
        env={"SALESREPORT_LANGUAGE": language, "COLUMNS": str(columns)},
    )  # fmt: skip


def test_a_line_per_account_and_one_in_full(planted: Dataset) -> None:
    done = accounts(planted)
    assert done.exit_code == 0, done.output
    assert "Sensors €" in done.stdout
    assert "Alike are accounts with the same segment, industry, and size." in done.stderr
    one = accounts(planted, "--rep", "R0")
    assert one.exit_code == 0
    assert "Sensors" in one.stdout
    assert "How far does our offer meet the need?" in one.stdout
    assert "Rep R1" not in one.stdout
    assert accounts(planted, "--rep", "Rep R0").stdout == one.stdout


def test_eighty_columns_are_enough(planted: Dataset) -> None:
    for arguments in ((), ("--rep", "R0")):
        for language in LANGUAGES:
            shown = accounts(planted, *arguments, columns=80, language=language).stdout
            assert max(map(len, shown.splitlines())) <= 80


def test_an_account_by_name_whatever_the_rule(planted: Dataset) -> None:
    small = planted.table("accounts")["account_id"].iloc[-1]
    name = planted.table("accounts")["name"].iloc[-1]
    by_id, by_name = accounts(planted, "--account", small), accounts(planted, "--account", name)
    assert by_id.exit_code == 0
    assert by_id.stdout == by_name.stdout
    assert f"{name} ({small})" in by_id.stdout
    assert "asked for" in by_id.stdout


def test_files_and_what_is_printed(planted: Dataset, tmp_path: Path) -> None:
    for form in ("yml", "csv", "json"):
        done = accounts(planted, "--out", tmp_path / f"a.{form}", "--format", "csv")
        assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == done.stdout
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert content["period"] == "2026-Q1"
    assert len(content["lines"]) == len(rows)
    assert sum(one["gaps"] for one in content["white_space"])
    read = read_account_plans(tmp_path / "a.yml", Facts.of(planted))
    assert list(read.by_account()) == [one["account_id"] for one in content["accounts"]]


def test_what_people_filled_in_is_not_written_over(planted: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    assert accounts(planted, "--out", file).exit_code == 0
    assert accounts(planted, "--out", file).exit_code == 0  # nothing filled in yet
    filled = file.read_text(encoding="utf-8").replace("fit: ''", "fit: well", 1)
    file.write_text(filled, encoding="utf-8")
    done = accounts(planted, "--out", file)
    assert done.exit_code == 2
    assert "filled in" in done.stderr
    assert file.read_text(encoding="utf-8") == filled


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rep", "Nobody At All"], "--rep"),
        (["--account", "Company 8999"], "There is no such account."),
        (["--account", "A0001", "--rep", "R0"], "The rep does not serve this account."),
        (["--strategy", "nowhere.yml"], "There is no such file."),
        (["--period", "2026-Q9"], "This is not a period."),
        (["--period", "2025-Q1"], "This period is over."),
        (["--out", "a.xlsx"], "Plans are not written in this form."),
        (["--out", "no/such/a.yml"], "There is no such folder."),
    ],
)
def test_bad_input_is_one_message(planted: Dataset, arguments: list[str], said: str) -> None:
    done = accounts(planted, *arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
