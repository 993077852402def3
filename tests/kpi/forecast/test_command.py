"""`salesreport forecast` as people use it."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner, Result

from salesreport.cli import app
from salesreport.dataset import Dataset


def run(*words: str, columns: int = 160) -> Result:
    return CliRunner().invoke(app, [*words], env={"SALESREPORT_LANGUAGE": "en", "COLUMNS": str(columns)})


def test_csv_has_a_row_per_rep_and_period(sample: Dataset) -> None:
    said = run("forecast", str(sample.path), "--as-of", "2025-08-15", "--horizon", "2Q", "--by", "rep", "--format",
               "csv", "--simulations", "50")  # fmt: skip
    assert said.exit_code == 0, said.output
    rows = list(csv.DictReader(io.StringIO(said.stdout)))
    assert {row["period"] for row in rows} == {"2025-Q3", "2025-Q4"}
    assert len({row["rep_id"] for row in rows}) * 2 == len(rows)
    assert list(rows[0])[:4] == ["rep_id", "rep", "period", "booked"]
    reps = sample.table("reps").set_index("rep_id")["name"]
    assert all(row["rep"] == reps[row["rep_id"]] for row in rows)
    assert all(float(row["lower_80"]) <= float(row["median"]) <= float(row["upper_80"]) for row in rows)
    assert "by milestone and age alone" in said.stderr


def test_table_names_the_period_and_the_money(sample: Dataset) -> None:
    said = run("forecast", str(sample.path), "--by", "team", "--simulations", "50")
    assert said.exit_code == 0, said.output
    assert "Q1 2026" in said.stdout
    # what the report calls so is called so here, and nothing "expected" is either of two numbers
    order = [said.stdout.index(heading) for heading in ("middle", "average")]
    assert order == sorted(order)
    assert "expected" not in said.stdout
    assert "€" in said.stdout


@pytest.mark.slow
def test_backtest_as_json_holds_folds_and_scores(sample: Dataset) -> None:
    said = run(
        "forecast", str(sample.path), "--horizon", "1Y", "--backtest", "--format", "json", "--simulations", "20"
    )
    assert said.exit_code == 0, said.output
    content = json.loads(said.stdout)
    assert {"folds", "scores", "notes"} == set(content)
    assert {row["method"] for row in content["scores"]} == {"milestones", "crm", "stage", "run_rate", "last_year"}


@pytest.mark.slow
def test_backtest_in_eighty_columns_says_what_its_words_mean(sample: Dataset) -> None:
    said = run("forecast", str(sample.path), "--horizon", "1Y", "--backtest", "--simulations", "20", columns=80)
    assert said.exit_code == 0, said.output
    assert max(map(len, said.stdout.splitlines())) <= 80
    assert "…" not in said.stdout.replace(" … ", "")  # but between the ends of intervals
    assert "company: CRM probability × amount" in said.stdout
    for word in ("Fold: ", "WAPE: ", "Milestones closer: ", "80% interval held: "):
        assert sum(line.startswith(word) for line in said.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("--by", "rep"), ("--stated",)])
def test_eighty_columns_hold_every_name_and_interval_whole(sample: Dataset, words: tuple[str, ...]) -> None:
    few = () if "--stated" in words else ("--simulations", "50")
    said = run("forecast", str(sample.path), *words, *few, columns=80)
    assert said.exit_code == 0, said.output
    assert max(map(len, said.stdout.splitlines())) <= 80
    assert "…" not in said.stdout.replace(" … ", "")  # but between the ends of intervals
    assert any(name in said.stdout for name in sample.table("reps")["name"])


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--horizon", "9X"], "This is no horizon"),
        (["--as-of", "2027-01-01"], "Nothing is known of that day yet"),
        (["--by", "colour"], "cannot be broken down"),
    ],
)
def test_what_is_not_understood_is_said_in_one_line(sample: Dataset, words: list[str], problem: str) -> None:
    said = run("forecast", str(sample.path), *words)
    assert said.exit_code == 2
    assert problem in said.stderr
    assert "Traceback" not in said.output


def test_orders_alone_are_refused_with_the_reason(adventureworks: Dataset) -> None:
    said = run("forecast", str(adventureworks.path))
    assert said.exit_code == 2
    assert "There can be no forecast: needs deals, which this export does not have." in said.stderr
