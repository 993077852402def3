"""`salesreport anomalies` as people use it."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from cases import dataset_of, deal
from typer.testing import CliRunner, Result

from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.language import LANGUAGES

CONTRACT = ["step", "n", "rate", "expected", "effect", "lower", "upper", "p", "q", "flag", "at_stake", "deals"]


def run(*words: str, language: str = "en", columns: int = 200) -> Result:
    return CliRunner().invoke(app, [*words], env={"SALESREPORT_LANGUAGE": language, "COLUMNS": str(columns)})


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Two reps with names that a terminal, a spreadsheet or markup could trip over."""
    deals = [
        deal(number, rep, "won" if number % 100 < won else "lost", "2024-01-01", "2024-02-01", amount=10.0)
        for rep, first, won in (("=cmd()", 0, 10), ("[red]x[/red]\x1b[31m", 100, 40))
        for number in range(first, first + 60)
    ]
    return dataset_of(tmp_path / "dataset", "2024-12-31", {"deals": deals}).path


def test_csv_has_the_columns_of_the_contract(sample: Dataset) -> None:
    said = run("anomalies", str(sample.path), "--period", "2025", "--format", "csv")
    assert said.exit_code == 0, said.output
    rows = list(csv.DictReader(io.StringIO(said.stdout)))
    assert list(rows[0])[:17] == ["rep_id", "rep", "product_line", "segment", "lead_source", *CONTRACT]
    assert {row["flag"] for row in rows} <= {"worse", "better", "none"}
    for row in rows:
        ids = row["deals"].split(";") if row["deals"] else []
        assert len(ids) <= float(row["n"]), "a deal may be decided more than once"
        assert bool(ids) == (float(row["n"]) > 0)
    assert "comparisons, made whatever they show" in said.stderr


def test_json_lists_ids_and_says_it_in_words(sample: Dataset) -> None:
    said = run("anomalies", str(sample.path), "--period", "2025", "--by", "rep,product_line", "--format", "json")
    content = json.loads(said.stdout)
    assert set(content) == {"message", "findings", "anomalies", "notes"}
    assert list(content["anomalies"][0])[:14] == ["rep_id", "product_line", *CONTRACT]
    assert all(isinstance(row["deals"], list) for row in content["anomalies"])
    assert len(content["findings"]) == sum(row["flag"] != "none" for row in content["anomalies"])


def test_deals_that_did_not_go_on_say_what_became_of_them(tmp_path: Path) -> None:
    deals = [deal(n, "ann", "won" if n < 12 else "lost", "2024-01-01", "2024-02-01") for n in range(40)]
    deals += [deal(100 + n, "bob", "won" if n < 30 else "lost", "2024-01-01", "2024-02-03") for n in range(40)]
    path = str(dataset_of(tmp_path / "dataset", "2024-12-31", {"deals": deals}).path)
    said = run("anomalies", path, "--period", "2024", "--by", "rep", "--format", "json")
    (ann,) = [row for row in json.loads(said.stdout)["anomalies"] if row["rep_id"] == "ann"]
    assert ann["within"] is None  # won or lost has no days
    assert len(ann["did_not_go_on"]) == 28
    assert ann["did_not_go_on"][0] == {
        "deal_id": "D12", "decided_on": "2024-02-01", "now": "lost", "closed_on": "2024-02-01",
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(run("anomalies", path, "--period", "2024", "--format", "csv").stdout)))
    assert rows[0]["did_not_go_on"].startswith("D12 lost 2024-02-01;D13 lost 2024-02-01")


def test_an_interval_that_leaves_out_0_and_is_no_finding_is_explained(tmp_path: Path) -> None:
    # 16 of 40 against 24 of 40 each: p = 0.01 of ten
    deals = [
        deal(100 * rep + n, f"rep{rep}", "won" if n < (24 if rep else 16) else "lost", "2024-01-01", "2024-02-01")
        for rep in range(10)
        for n in range(40)
    ]
    path = str(dataset_of(tmp_path / "dataset", "2024-12-31", {"deals": deals}).path)
    said = run("anomalies", path, "--period", "2024", "--by", "rep")
    assert "An interval that leaves out 0 is one of 10 comparisons" in said.stderr
    strict = run("anomalies", path, "--period", "2024", "--by", "rep", "--q", "0.9")
    assert "An interval that leaves out 0" not in strict.stderr


def test_table_shows_names_as_they_are(hostile: Path) -> None:
    said = run("anomalies", str(hostile), "--period", "2024")
    assert said.exit_code == 0, said.output
    assert "[red]x[/red]" in said.stdout
    assert "\x1b" not in said.output
    assert "worse" in said.stdout
    assert "50 points fewer" in said.stderr or "of like deals of others" in said.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_eighty_columns_hold_a_finding_whole(tmp_path: Path, language: str) -> None:
    # 12 of 40 against 30 of 40, deal by deal alike: 45 points fewer
    deals = [
        deal(number, rep, "won" if number < won else "lost", "2024-01-01", "2024-02-01", amount=1e6)
        for rep, first, won in (("ann", 0, 12), ("bob", 100, 130))
        for number in range(first, first + 40)
    ]
    reps = [{"rep_id": "ann", "name": "Anna-Maria Wintersteiner"}, {"rep_id": "bob", "name": "Bob"}]
    path = str(dataset_of(tmp_path / "dataset", "2024-12-31", {"deals": deals, "reps": reps}).path)
    shown = run("anomalies", path, "--period", "2024", "--by", "rep", language=language, columns=80).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown.replace(" … ", "")  # but between the ends of intervals
    first = re.sub("[\u00a0\u202f]", " ", shown)
    of = {"en": "30% of 40", "de": "30 % von 40", "fr": "30 % sur 40", "hu": "30% "}[language]
    for whole in ("Anna-Maria", "Wintersteiner", of, "−45"):
        assert whole in first
    assert re.search(r"\(−\d+ … −\d+\)", shown)  # on one line


def test_csv_names_reps_beside_their_ids(tmp_path: Path) -> None:
    deals = [deal(n, f"r{n % 2}", "won" if n % 3 else "lost", "2024-01-01", "2024-02-01") for n in range(80)]
    reps = [{"rep_id": "r0", "name": "Ann Müller"}]
    path = str(dataset_of(tmp_path / "dataset", "2024-12-31", {"deals": deals, "reps": reps}).path)
    rows = list(csv.DictReader(io.StringIO(run("anomalies", path, "--period", "2024", "--format", "csv").stdout)))
    assert {(row["rep_id"], row["rep"]) for row in rows} == {("r0", "Ann Müller"), ("r1", "r1")}


def test_csv_holds_no_formula(hostile: Path) -> None:
    rows = list(
        csv.DictReader(io.StringIO(run("anomalies", str(hostile), "--period", "2024", "--format", "csv").stdout))
    )
    assert {row["rep_id"][:5] for row in rows} == {"'=cmd", "[red]"}
    assert {row["rep"][:5] for row in rows} == {"'=cmd", "[red]"}


def test_in_german(sample: Dataset) -> None:
    said = run("anomalies", str(sample.path), "--period", "2025-Q4", language="de")
    assert said.exit_code == 0, said.output
    assert "Meilenstein" in said.stdout
    assert "Vergleiche" in said.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--period", "2025", "--by", "weather"), "Figures cannot be broken down by this"),
        (("--period", "2125"), "has no data for the period"),
        (("--period", "2025", "--q", "0"), "no false discovery rate"),
        (("--period", "2025", "--where", "rep=Nobody"), "has nothing of this name"),
    ],
)
def test_what_cannot_be_is_one_message(sample: Dataset, words: tuple[str, ...], problem: str) -> None:
    said = run("anomalies", str(sample.path), *words)
    assert said.exit_code == 2
    assert problem in said.stderr
    assert said.stdout == ""


def test_a_dataset_without_deals_says_so(tmp_path: Path) -> None:
    orders = [{"order_id": "O", "rep_id": "ann", "ordered_on": "2024-01-01", "amount": 1.0}]
    path = dataset_of(tmp_path / "dataset", "2024-12-31", {"orders": orders}).path
    said = run("anomalies", str(path), "--period", "2024")
    assert said.exit_code == 2
    assert "needs" in said.stderr
