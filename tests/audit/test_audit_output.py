"""An audit as people and programs read it: the same numbers everywhere, nothing of the data taken for markup."""

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from cases import dataset_of, deal
from rich.console import Console
from typer.testing import CliRunner

from salesreport.audit import CHECKS, Audit, audit
from salesreport.audit.compare import compare, earlier
from salesreport.audit.output import as_csv, as_json, as_tables
from salesreport.audit.sentences import summary
from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.language import Language
from salesreport.report.audit_page import audit_html

NASTY = "<script>alert('“x”')</script>"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """30 deals of two reps, two of them open in a stage that sounds like an end, one with a name to beware of."""
    rows = [
        deal(
            n,
            "Ann" if n % 2 else "=1+1",
            "won" if n % 3 else "lost",
            "2025-01-10",
            "2025-02-10",
            amount=100.0,
            name="L",
        )
        for n in range(28)
    ]
    rows += [
        deal(30, "Ann", "open", "2025-01-10", amount=70.0, name=NASTY, stage="Lost <b>"),
        deal(31, "Ann", "open", "2025-01-10", amount=30.0, name="=SUM(A1)", stage="Closed lost"),
    ]
    return dataset_of(tmp_path_factory.mktemp("audit") / "dataset", "2025-06-30", {"deals": rows})


@pytest.fixture(scope="module")
def made(dataset: Dataset) -> Audit:
    return audit(dataset)


def printed(made: Audit, language: str = "en") -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=80, color_system=None, highlight=False)
    for part in as_tables(made, Language(language)):
        screen.write(part) if isinstance(part, str) else console.print(part)
    return screen.getvalue()


def test_all_forms_say_the_same(made: Audit) -> None:
    plain = json.loads(as_json(made, Language("en")))
    one = next(each for each in plain["findings"] if each["key"] == "unmapped_ends")
    assert (one["count"], one["of"], one["money"], one["ids"]) == (2, 2, 100, ["D30", "D31"])
    assert one["level"] == "serious"
    row = next(
        each for each in csv.DictReader(io.StringIO(as_csv(made, Language("en")))) if each["key"] == one["key"]
    )
    assert (row["count"], row["of"], row["money"]) == ("2", "2", "100")
    assert float(row["lower"]) == one["measured"]["lower"] == pytest.approx(0.342, abs=1e-3)  # Wilson, 2 of 2
    said = printed(made)
    assert re.search(r"Ends that count as open +2 / 2 +100% +€100 +serious", said)
    assert "2 / 2" in audit_html(made, Language("en"))


def test_every_check_and_answer_is_in_every_form(made: Audit) -> None:
    language = Language("en")
    plain, page, said = json.loads(as_json(made, language)), audit_html(made, language), printed(made)
    assert len(plain["findings"]) == len(made.findings)
    for one in plain["findings"]:
        assert one["title"].split()[0] in said
        assert all(one[name] for name in ("definition", "digest", "version"))
        assert (one["measured"] is None) or 0 <= one["measured"]["lower"] <= one["measured"]["upper"] <= 1
    for finding in made.findings:
        assert Language("en").say(finding.check.title) in page
    for answer in plain["answers"]:
        assert answer["title"] in page
        assert answer["title"] in said
        assert answer["state"] == "yes" or answer["missing"]


def test_what_matters_stands_first(made: Audit) -> None:
    levels = [one["level"] for one in json.loads(as_json(made, Language("en")))["findings"] if one["why"] is None]
    order = {"serious": 0, "look": 1, "fact": 2, "untold": 3, "fine": 4}
    assert [order[one] for one in levels] == sorted(order[one] for one in levels)


def test_the_summary_counts_each_check_once(made: Audit) -> None:
    numbers = [int(one) for one in re.findall(r"\d+", str(summary(made)))]
    assert sum(numbers) == len(made.findings)


def test_nothing_of_the_data_is_markup_or_a_formula(made: Audit) -> None:
    page = audit_html(made, Language("en"))
    assert "<script" not in page
    assert "Lost <b>" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    rows = list(csv.reader(io.StringIO(as_csv(made, Language("en")))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


def test_the_page_compares_with_an_earlier_audit(made: Audit) -> None:
    page = audit_html(made, Language("en"), compare(made, earlier(made)))
    assert page.count("no difference beyond chance") >= 3
    assert "more than before" not in page


def test_german_has_no_english_left(made: Audit) -> None:
    said, page = printed(made, "de"), audit_html(made, Language("de")).partition("<body")[2]
    page = re.sub(r'class="[^"]*"', "", page)
    for word in ("worth a look", "serious", "Published", "deals:", "cannot be told"):
        assert word not in said
        assert word not in page
    assert "schwerwiegend" in said


# --- the command


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["audit", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_and_writes(dataset: Dataset, tmp_path: Path) -> None:
    code, out, _ = run(str(dataset.path))
    assert (code, "Ends that count as open" in out) == (0, True)
    for name, begins in (("a.json", "{"), ("a.csv", "key,"), ("a.html", "<!DOCTYPE html>")):
        code, out, _ = run(str(dataset.path), "--out", str(tmp_path / name))
        assert code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    code, out, _ = run(str(dataset.path), "--format", "csv", "--against", str(tmp_path / "a.json"))
    assert code == 0
    assert {row["change"] for row in csv.DictReader(io.StringIO(out))} <= {"same", "untold"}


def test_an_earlier_day_is_looked_at_as_it_was(dataset: Dataset) -> None:
    code, out, _ = run(str(dataset.path), "--as-of", "2025-01-31", "--format", "json")
    assert code == 0
    plain = json.loads(out)
    assert plain["audit"]["as_of"] == "2025-01-31"
    # on that day nothing was closed yet
    assert (
        next(one for one in plain["findings"] if one["key"] == "no_losses")["why"] == "there are no closed deals"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-of", "tomorrow"], "--as-of"),
        (["--as-of", "2030-01-01"], "2030-01-01"),
        (["--out", "audit.pdf"], "--out"),
        (["--out", "no/such/folder/audit.html"], "--out"),
        (["--against", "nothing.json"], "--against"),
    ],
)
def test_bad_input_is_one_message_and_writes_nothing(arguments: list[str], said: str, dataset: Dataset) -> None:
    code, out, error = run(str(dataset.path), *arguments)
    assert (code, out) == (2, "")
    assert said in error
    assert "Traceback" not in error


def test_a_dataset_without_deals_says_what_cannot_be_told(tmp_path: Path) -> None:
    reps = pd.DataFrame({"rep_id": ["R1"], "name": ["Ann"]})
    empty = dataset_of(tmp_path / "dataset", "2025-06-30", {"reps": reps})
    code, out, _ = run(str(empty.path))
    assert code == 0
    assert "0 findings are serious, 0 are worth a look, 0 checks found nothing" in out
    assert audit_html(audit(empty), Language("de"))


def test_the_workbook_has_the_rows_of_the_csv_and_what_checks_mean(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "audit.xlsx"
    assert run(str(dataset.path), "--out", str(file))[0] == 0
    book = openpyxl.load_workbook(file)
    first, about = book.worksheets
    rows = [[cell.value for cell in row] for row in first.iter_rows()]
    expected = list(csv.reader(io.StringIO(as_csv(audit(dataset), Language("en")))))
    assert rows[0] == expected[0]
    key, count = rows[0].index("key"), rows[0].index("count")
    assert [row[key] for row in rows[1:]] == [row[key] for row in expected[1:]]
    assert [row[count] for row in rows[1:]] == [float(row[count]) if row[count] else None for row in expected[1:]]
    assert not any(cell.data_type == "f" for row in first.iter_rows() for cell in row)
    said = [str(cell.value) for row in about.iter_rows() for cell in row]
    assert all(any(str(check.definition) == one for one in said) for check in CHECKS)
    code, _, error = run(str(dataset.path), "--format", "xlsx")
    assert (code, error.count("A workbook needs a file")) == (2, 1)


def test_definitions_and_maturity_stand_beside_the_findings(dataset: Dataset) -> None:
    shown = run(str(dataset.path))[1]
    assert "Win rate" in shown
    assert "mature the sales process is" in shown or "The sales process is" in shown
    assert ".." not in shown.replace("...", "")
