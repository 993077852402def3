"""`salesreport pay` as people use it."""

import csv
import io
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from salesreport.cli import app
from salesreport.dataset import Dataset

PAY = Path(__file__).resolve().parents[3] / "params" / "pay"
LUMINA, CHANGED = PAY / "lumina.yml", PAY / "lumina_2026.yml"


def run(sample: Dataset, *arguments: object, plan: Path = LUMINA, **environment: str) -> Result:
    variables = {"SALESREPORT_LANGUAGE": "en", "COLUMNS": "80", **environment}
    words = ["pay", sample.path, "--plan", plan, *arguments]
    return CliRunner().invoke(app, [str(one) for one in words], env=variables)


def refused(sample: Dataset, *arguments: object, plan: Path = LUMINA) -> str:
    """The one message of a command that ends with exit code 2."""
    result = run(sample, *arguments, plan=plan)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stderr


def rows_of(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_components_and_payouts(sample: Dataset) -> None:
    rows = rows_of(run(sample, "--period", "2025-Q4", "--format", "csv"))
    assert {row["component"] for row in rows} == {"revenue", "margin", "deals", "meetings", "payout"}
    table = run(sample, "--period", "2025-Q4")
    names = {row["rep"] for row in rows}
    assert all(name.split()[0] in table.stdout for name in names)
    assert all(len(line) <= 80 for line in table.stdout.splitlines())
    assert "Every line is rounded to 0.01" in table.stderr


def test_lines_of_one_rep_add_up_and_name_nobody_else(sample: Dataset) -> None:
    payouts = {
        row["rep_id"]: (row["rep"], Decimal(row["amount"]))
        for row in rows_of(run(sample, "--period", "2025-Q4", "--format", "csv"))
        if row["component"] == "payout"
    }
    for name, amount in payouts.values():
        result = run(sample, "--period", "2025-Q4", "--rep", name, "--format", "csv")
        assert sum(Decimal(row["amount"]) for row in rows_of(result)) == amount
    rep, (name, _) = next(iter(payouts.items()))
    for format in ("table", "csv", "json"):
        said = run(sample, "--period", "2025-Q4", "--rep", rep, "--format", format).output
        others = [one for other, (one, _) in payouts.items() if other != rep]
        assert not [other for other in (*payouts, *others) if other in said and other not in (rep, name)]
    against = run(sample, "--period", "2026-Q1", "--rep", rep, "--against", CHANGED).output
    assert not [other for other in others if other in against]
    assert "of the reps gain" not in against


def test_as_json(sample: Dataset) -> None:
    made = json.loads(run(sample, "--period", "2025-Q4", "--as-of", "2025-11-15", "--format", "json").stdout)
    assert (made["plan"], made["currency"], made["over"]) == ("Field sales 2025", "EUR", False)
    for one in made["reps"]:
        lines = sum(Decimal(str(line["amount"])) for line in one["lines"])
        assert lines == Decimal(str(one["payout"]))
        assert one["forecast"]["lower_80"] <= one["forecast"]["upper_80"]
        for part in one["components"]:
            if part["items"]:
                assert sum(item["counts"] for item in part["items"]) == pytest.approx(part["quantity"], abs=0.006)


def test_a_changed_rule(sample: Dataset) -> None:
    asked = ("--period", "2026-Q1", "--against", CHANGED)
    made = run(sample, *asked)
    assert made.exit_code == 0, made.output
    assert "The other plan will pay" in made.stderr
    assert "level 1, from 80% of the quota" in run(sample, *asked, COLUMNS="160").stdout
    frame = rows_of(run(sample, *asked, "--format", "csv"))
    change = json.loads(run(sample, *asked, "--format", "json").stdout)["change"]
    whole = sum(float(row["difference"]) for row in frame)
    assert change["difference"]["mean"] == pytest.approx(whole)
    assert change["cost_other"]["mean"] - change["cost"]["mean"] == pytest.approx(whole)
    assert change["gaining"] == pytest.approx(sum(float(row["gains"]) for row in frame))
    chances: dict[tuple[int, str], float] = defaultdict(float)
    for row in change["levels"]:
        chances[row["plan"], row["component"]] += row["chance"]
    assert all(chance == pytest.approx(1) for chance in chances.values())
    same = run(sample, "--period", "2025-Q4", "--against", LUMINA)
    assert "a difference of €0; 0 of the reps gain and 0 lose" in same.stderr


def test_in_german(sample: Dataset) -> None:
    rep = rows_of(run(sample, "--period", "2025-Q4", "--format", "csv"))[0]["rep_id"]
    made = run(sample, "--period", "2025-Q4", "--rep", rep, SALESREPORT_LANGUAGE="de")
    assert "Auszahlung" in made.stdout
    assert "Jede Zeile ist auf 0,01 gerundet" in made.stderr


def test_bad_questions_are_one_message(sample: Dataset, tmp_path: Path) -> None:
    assert "no such file" in refused(sample, "--period", "2025-Q4", plan=tmp_path / "none.yml")
    assert "Expected a period such as 2025-Q1" in refused(sample, "--period", "2025")
    assert "begins later" in refused(sample, "--period", "2024-Q4")
    assert "has no data" in refused(sample, "--period", "1999-Q1")
    assert "Nothing is known of this period yet" in refused(sample, "--period", "2029-Q1")
    assert "key “--rep”" in refused(sample, "--period", "2025-Q4", "--rep", "Nobody")
    monthly = tmp_path / "monthly.yml"
    monthly.write_text("name: x\ncurrency: EUR\nevery: month\ncomponents: [{key: a, metric: revenue, rate: 1}]\n")
    assert "settled by other periods" in refused(sample, "--period", "2025-Q4", "--against", monthly)
    monthly.write_text("name: x\ncurrency: EUR\ncomponents:\n  - {key: a, metric: revenu, rate: 1}\n")
    said = refused(sample, "--period", "2025-Q4", plan=monthly)
    assert f"{monthly}, line 4" in said
    assert "Did you mean “revenue”?" in said
