"""`--format xlsx`: the CSV's figures, typed."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from salesreport import Dataset
from salesreport.cli import main  # noqa: F401 - all commands are there
from salesreport.cli.app import app

COMMANDS = {
    "kpi": ["--period", "2025-Q4", "--by", "team", "--metric", "win_rate", "--metric", "revenue"],
    "forecast": ["--horizon", "1Q", "--simulations", "50"],
    "anomalies": ["--period", "2025"],
}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["--language", "en", *arguments])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_workbook_has_the_figures_of_the_csv(command: str, sample: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "figures.xlsx"
    printed = run(command, str(sample.path), *COMMANDS[command], "--format", "csv")
    made = run(command, str(sample.path), *COMMANDS[command], "--format", "xlsx", "--out", str(out))
    assert (printed.exit_code, made.exit_code) == (0, 0), made.output
    assert str(out) in made.output.replace("\n", "")
    page, about = openpyxl.load_workbook(out).worksheets
    want = list(csv.reader(io.StringIO(printed.stdout)))
    found = list(page.iter_rows(values_only=True))
    assert list(found[0]) == want[0]
    rows = [row for row in want[1:] if len(row) == len(want[0])]
    assert len(found) == len(rows) + 1
    for cells, row in zip(found[1:], rows, strict=True):
        for cell, text in zip(cells, row, strict=True):
            if isinstance(cell, float | int) and not isinstance(cell, bool):
                assert cell == pytest.approx(float(text), rel=1e-14)
            elif cell is not None and not hasattr(cell, "year") and len(str(cell)) < 30_000:
                assert str(cell).lower() == text.lower()
    said = {row[0]: row[1] for row in about.iter_rows(values_only=True)}
    assert said["Dataset"] == sample.settings.name
    assert said["As-of date"].date() == sample.as_of
    assert any(row[0] == "Definitions" for row in about.iter_rows(values_only=True))


def test_each_metric_s_contract_stands_beside_it(sample: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "k.xlsx"
    run("kpi", str(sample.path), *COMMANDS["kpi"], "--as-of", "2025-11-30", "--format", "xlsx", "--out", str(out))
    said = {row[0]: row[1] for row in openpyxl.load_workbook(out).worksheets[1].iter_rows(values_only=True)}
    assert "open deals never count as lost" in said["win_rate"]
    assert said["As-of date"].isoformat() == "2025-11-30T00:00:00"


@pytest.mark.parametrize(
    ("more", "key"),
    [
        (["--format", "xlsx"], "--format"),
        (["--out", "x.xlsx"], "--out"),
        (["--format", "csv", "--out", "x.xlsx"], "--out"),
        (["--format", "xlsx", "--out", "x.csv"], "--out"),
        (["--format", "xlsx", "--out", "nowhere/x.xlsx"], "--out"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_worked_out(more: list[str], key: str, tmp_path: Path) -> None:
    said = run("kpi", str(tmp_path / "no dataset"), "--period", "2025", *more)
    assert said.exit_code == 2
    assert f"“{key}”" in said.output
    assert not Path("x.xlsx").exists()


def test_a_file_that_cannot_be_written_is_said(sample: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "taken.xlsx"
    out.mkdir()
    said = run("kpi", str(sample.path), *COMMANDS["kpi"], "--format", "xlsx", "--out", str(out))
    assert said.exit_code == 2
