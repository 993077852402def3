"""Account plans where customers are nobody's alone: the command, its file and reports say the same."""

import csv
import io
import json
from pathlib import Path

import pytest
from sold_in_turn import sold_in_turn
from typer.testing import CliRunner, Result

from salesreport import Dataset, Review
from salesreport.cli import app
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.plan.accounts import read_account_plans


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    return sold_in_turn(tmp_path / "data")


def accounts(data: Dataset, *arguments: object) -> Result:
    done = CliRunner().invoke(app, ["accounts", str(data.path), *map(str, arguments)], env={"COLUMNS": "160"})
    assert done.exit_code == 0, done.output
    return done


def test_each_rep_has_the_accounts_of_the_own_sales(data: Dataset) -> None:
    done = accounts(data, "--format", "csv")
    rows = [(row["rep_id"], row["account_id"]) for row in csv.DictReader(io.StringIO(done.stdout))]
    # A sold most to A6, B thrice 10 to A7 to A10 and twice to the others, C has an open deal with A9
    assert rows[:6] == [("A", f"A0{one}") for one in (6, 5, 4, 3, 2, 1)]
    assert [account for rep, account in rows if rep == "B"][:4] == ["A07", "A08", "A09", "A10"]
    assert rows[-1] == ("C", "A09")
    assert "several reps sold in turn to most of them (6 of 10" in done.stderr
    assert "only the rep’s own count" in done.stderr


@pytest.mark.parametrize("rep", ["A", "B", "C"])
def test_the_command_says_what_the_rep_s_report_says(data: Dataset, rep: str) -> None:
    lines = json.loads(accounts(data, "--rep", rep, "--format", "json").stdout)["lines"]
    report = Review(data, "2025-Q4", rep=rep).account_plans.data
    columns = ["rep_id", "account_id", "product_line", "ordered", "open_deals"]
    assert [tuple(line[name] for name in columns) for line in lines] == [
        tuple(row) for row in report[columns].itertuples(index=False)
    ]


def test_an_account_is_shown_with_each_rep_who_works_with_it(data: Dataset) -> None:
    shown = accounts(data, "--account", "A09").stdout
    assert [line.strip() for line in shown.splitlines() if line.startswith("  rep:")] == ["rep: Bo", "rep: Cy"]
    shown = accounts(data, "--account", "A09", "--rep", "C").stdout
    assert "rep: Cy" in shown
    assert "Bo" not in shown


def test_what_one_rep_filled_in_is_not_another_s(data: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    accounts(data, "--period", "2025-Q4", "--out", file)
    written = file.read_text(encoding="utf-8")
    assert written.count("account_id: A09") == 2
    before, own = written.split("rep_id: C")
    file.write_text(before + "rep_id: C" + own.replace("fit: ''", "fit: Lamps only"), encoding="utf-8")
    read = read_account_plans(file, Facts.of(data))
    assert read.accounts["C", "A09"].anything
    assert not read.accounts["B", "A09"].anything
    shown = {rep: Review(data, "2025-Q4", rep=rep, account_plans=file).account_plans for rep in "BC"}
    assert "Lamps only" in shown["C"]._repr_html_()
    assert "Lamps only" not in shown["B"]._repr_html_()
    assert set(shown["B"].data["account_id"]) == {account for rep, account in read.accounts if rep == "B"}


def test_a_rep_has_one_plan_of_an_account(data: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text(
        "account_plans: 1\nperiod: 2025-Q4\nas_of: 2025-12-31\ncurrency: EUR\n"
        "reps: [{rep_id: C, accounts: [{account_id: A09}, {account_id: A09}]}]\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match="two plans"):
        read_account_plans(file, Facts.of(data))
