"""The command as people use it: exit codes, messages, where results and remarks go."""

import csv
import gc
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook, new_output
from typer.testing import CliRunner, Result

import salesreport
from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.language import Language
from salesreport.later import loading
from salesreport.pack import load_pack
from salesreport.pack.make import REPORT_MIME, Job, make_report
from salesreport.pack.notebook import find_notebook, project_folder, read_notebook
from salesreport.sample import write_company

COMMANDS = ("demo", "ingest", "kpi", "anomalies", "forecast", "plan", "pay", "pack", "explore")

DIES = """
dataset: str = ""
period: str = ""
team: str = ""
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A small sample company."""
    return write_company(tmp_path_factory.mktemp("cli") / "company", reps=12, deals=300)


@pytest.fixture
def pack_file(tmp_path: Path, company: Dataset) -> Path:
    """A pack per team on a notebook that cannot run."""
    cells = [
        new_code_cell(DIES, metadata={"tags": ["parameters"]}),
        new_code_cell("raise ValueError('no ' + team)"),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "tiny.ipynb")
    content = {
        "notebook": "./tiny.ipynb",
        "dataset": str(company.path),
        "each": "team",
        "period": "2025-Q4",
        "output": "out",
    }
    (tmp_path / "pack.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return tmp_path / "pack.yml"


class Rehearsal:
    """An engine without kernels; the reports of some subjects fail."""

    name = "rehearsal"

    def __init__(self, *failing: str) -> None:
        self.failing = failing

    def execute(self, job: Job) -> nbformat.NotebookNode:
        if job.subject.id in self.failing:
            raise RuntimeError("a bad day")
        about = {
            "subject": {"kind": job.subject.kind, "id": job.subject.id},
            "period": job.period,
            "fingerprint": job.fingerprint,
            "verdict": "Fine.",
        }
        shown = new_output("display_data", {REPORT_MIME: about})
        return new_notebook(cells=[new_code_cell("x", execution_count=1, outputs=[shown])])

    def run(self, jobs: Sequence[Job], watcher: Any) -> None:
        for job in jobs:
            watcher.started(job)
            watcher.done(make_report(job, self.execute, lambda notebook, language: "<html>"))


def run(*arguments: object, engine: Rehearsal | None = None, **environment: str) -> Result:
    variables = {"SALESREPORT_LANGUAGE": "en", "COLUMNS": "200", **environment}
    with pytest.MonkeyPatch.context() as patch:
        if engine is not None:
            patch.setattr("salesreport.pack.engines.make_engine", lambda name, workers, limits: engine)
        return CliRunner().invoke(app, [str(one) for one in arguments], env=variables)


def refused(*arguments: object, **environment: str) -> str:
    """The one message of a command that ends with exit code 2."""
    result = run(*arguments, **environment)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stderr


def test_version_and_help() -> None:
    assert run("--version").stdout == f"salesreport {salesreport.__version__}\n"
    helped = run("--help").stdout
    for command in COMMANDS:
        assert command in helped
        examples = run(command, "--help").stdout
        assert f"  salesreport {command}" in examples, "each command shows an example, on a line of its own"


def test_libraries_are_loaded_without_searching_for_garbage() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_usage_errors() -> None:
    for arguments in (
        ["fly"],
        ["kpi"],
        ["pack", "x.yml", "--engine", "fast"],
        ["pack", "x.yml", "--workers", "0"],
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "Traceback" not in result.output


def test_a_pack_that_is_done(pack_file: Path) -> None:
    result = run("pack", pack_file, engine=Rehearsal())
    assert result.exit_code == 0
    index = pack_file.parent / "out" / "index.html"
    assert result.stdout == f"Index: {index}\n"
    assert index.is_file()
    lines = result.stderr.splitlines()  # one at the start, one at the end, where there is no terminal
    assert lines[0] == "Making 4 reports"
    assert re.fullmatch(r"4 made, 0 unchanged, in \d+\.\d s", lines[1])
    assert run("pack", pack_file, engine=Rehearsal()).stderr.startswith("0 made, 4 unchanged")
    assert run("pack", pack_file, "--force", engine=Rehearsal()).stderr.startswith("Making 4 reports\n4 made")


def test_some_reports_failed(pack_file: Path, company: Dataset) -> None:
    team = sorted(company.table("reps")["team"].dropna().unique())[0]
    result = run("pack", pack_file, engine=Rehearsal(team))
    assert result.exit_code == 1
    assert f"{team}: not made. a bad day (RuntimeError)" in result.stderr
    assert "Index:" in result.stdout
    manifest = json.loads((pack_file.parent / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["subject"]["id"] for entry in manifest["reports"] if entry["status"] == "failed"] == [team]


def test_stopped_with_ctrl_c(pack_file: Path) -> None:
    class Stopped(Rehearsal):
        def run(self, jobs: Sequence[Job], watcher: Any) -> None:
            raise KeyboardInterrupt

    result = run("pack", pack_file, engine=Stopped())
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "Stopped."


def test_bad_packs_are_one_message(pack_file: Path, tmp_path: Path) -> None:
    assert "no such file" in refused("pack", tmp_path / "none.yml")
    assert "Did you mean “period”?" in refused("pack", pack_file, "--set", "perod=2025")
    assert "has no data" in refused("pack", pack_file, "--set", "period=1999")
    assert "no dataset" in refused("pack", pack_file, "--set", f"dataset={tmp_path / 'none'}")
    assert "no report for this subject" in refused("pack", pack_file, "--only", "Nobody")
    assert "no such notebook" in refused("pack", pack_file, "--set", "notebook=nothing_like_it")
    assert "something else" in refused("pack", pack_file, "--set", f"output={tmp_path}")
    pack_file.write_text("notebook: [x\n", encoding="utf-8")
    assert "not valid YAML" in refused("pack", pack_file)
    assert not (tmp_path / "out").exists()


def test_texts_from_the_data_cannot_steer_the_terminal(pack_file: Path) -> None:
    said = refused("pack", pack_file, "--only", "\x1b[2J[bold]x[/bold]\x07\nError: forged")
    assert "\x1b" not in said
    assert "[bold]x[/bold]\\x07 Error: forged" in said


def test_the_language_of_messages(pack_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Language, "say", _shouted(Language.say))
    assert "de:" in run("--language", "de", "pack", "none.yml").stderr
    assert "de:" in run("pack", "none.yml", SALESREPORT_LANGUAGE="de").stderr
    assert "en:" in run("--language", "en", "pack", "none.yml", SALESREPORT_LANGUAGE="de").stderr
    assert "en, de, fr, and hu" in refused("--language", "xx", "pack", "none.yml")


def _shouted(say: Any) -> Any:
    return lambda self, what: f"{self.code}:{say(self, what)}"


def test_kpi_prints_only_data_on_standard_output(company: Dataset) -> None:
    result = run(
        "kpi", company.path, "--period", "2025", "--by", "team", "--metric", "deals_won", "--format", "csv"
    )
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert list(rows[0]) == ["metric", "team", "period", "value", "n", "lower", "upper", "unit", "caveat"]
    assert {row["metric"] for row in rows} == {"deals_won"}
    teams = company.table("reps")["team"].dropna().unique()
    assert {row["team"] for row in rows} == set(teams)
    assert "Credit" in result.stderr  # the notes go elsewhere
    as_json = run("kpi", company.path, "--period", "2025", "--metric", "deals_won", "--format", "json")
    (figure,) = json.loads(as_json.stdout)["figures"]
    assert figure["value"] == pytest.approx(sum(float(row["value"]) for row in rows))  # teams add up


def test_kpi_of_some(company: Dataset) -> None:
    reps = company.table("reps").dropna(subset=["team"])
    rep, name, team = reps.iloc[0][["rep_id", "name", "team"]]
    asked = ("kpi", company.path, "--period", "2025", "--metric", "deals_closed", "--format", "csv")
    by_id, by_name = (run(*asked, "--where", f"rep={one}").stdout for one in (rep, name))
    assert by_id == by_name
    assert run(*asked, "--by", "team", "--where", f"team={team}").stdout.count(f",{team},") == 1
    assert "Deals closed" in run(*asked[:-1], "table").stdout


def test_bad_questions_about_kpis_are_one_message(company: Dataset, tmp_path: Path) -> None:
    asked = ("kpi", company.path, "--period")
    assert "no dataset" in refused("kpi", tmp_path, "--period", "2025")
    assert "not a period" in refused(*asked, "2025-Q5")
    assert "has no data" in refused(*asked, "1999")
    assert "Did you mean “team”?" in refused(*asked, "2025", "--by", "rep,tema")
    assert "Did you mean “win_rate”?" in refused(*asked, "2025", "--metric", "winrate")
    assert "nothing of this name" in refused(*asked, "2025", "--where", "team=Atlantis")
    assert "team=North" in refused(*asked, "2025", "--where", "team")
    assert "not a date" in refused(*asked, "2025", "--as-of", "yesterday")


SOURCE = """\
name: tiny
as_of: 2017-12-31
currency: USD
tables:
  deals:
    file: deals.csv
    columns: {deal_id: id, rep_id: rep, stage: stage, created_on: from, closed_on: to, amount: value}
    status: {from: stage, won: [Won], lost: [Lost]}
"""

EXPORT = """\
id,rep,stage,from,to,value
1,[red]Ann,Won,2017-01-02,2017-02-03,100
2,[red]Ann,Lost,2017-01-02,2017-02-03,0
3,Bob,Won,2017-03-02,2017-02-03,100
"""


def test_ingest_says_what_became_of_every_row(tmp_path: Path) -> None:
    (tmp_path / "source.yml").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "deals.csv").write_text(EXPORT, encoding="utf-8")
    result = run("ingest", tmp_path / "source.yml", "--out", tmp_path / "dataset")
    assert result.exit_code == 0, result.output
    # three rows read, two kept; the third closes before it was created
    assert re.search(r"deals +3 +2 +0 +1 +1 × ", result.stdout)
    file = Path(re.search(r"set aside: (.+)$", result.stdout, re.MULTILINE)[1])  # type: ignore[index]
    assert "Bob" in file.read_text(encoding="utf-8")
    assert f"Dataset: {tmp_path / 'dataset'}" in result.stdout


def test_ingest_says_what_it_emptied_and_what_it_noticed(tmp_path: Path) -> None:
    spec = "name: x\nas_of: 2025-12-31\ncurrency: EUR\ntables:\n  deals:\n    file: d.csv\n"
    spec += "    columns: {deal_id: Id, rep_id: Rep, stage: Stage, amount: Sum}\n"
    spec += "    status: {from: stage, won: [Won], lost: [Lost]}\n"
    (tmp_path / "source.yml").write_text(spec, encoding="utf-8")
    rows = "Id,Rep,Stage,Sum\n1,Ann Berg,Lead,5\n2,ANN BERG,Offer,ten\n3,Ann Berg,Lead,#N/A\n"
    (tmp_path / "d.csv").write_text(rows, encoding="utf-8")
    result = run("ingest", tmp_path / "source.yml", "--out", tmp_path / "dataset")
    assert result.exit_code == 0, result.output
    # three rows read and kept, of which two lost the value of one column each
    assert re.search(r"deals +3 +1 +2 +0 +1 × ", result.stdout)
    assert "1 × “Sum” is not a number: emptied (“ten”)" in result.stdout
    assert "1 × “Sum” is an error of the spreadsheet: emptied (“#N/A”)" in result.stdout
    assert "Taken as open, by column “Stage”: Lead (2 ×) and Offer (1 ×)." in result.stdout
    assert "“ANN BERG” (1 ×) / “Ann Berg” (2 ×)" in result.stdout


def test_ingest_fails_with_one_message_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "source.yml").write_text(SOURCE, encoding="utf-8")
    result = run("ingest", tmp_path / "source.yml", "--out", tmp_path / "dataset")
    assert result.exit_code == 2
    assert "deals.csv" in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "dataset").exists()


def test_a_file_that_is_not_there_is_what_is_said(tmp_path: Path) -> None:
    for name in ("none.yml", "none.xlsx"):
        result = run("ingest", tmp_path / name)
        assert (result.exit_code, result.stderr.strip()) == (
            2,
            f"Error: {tmp_path / name}: There is no such file.",
        )


def test_demo_makes_dataset_and_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it works from anywhere
    result = run("demo", "--reps", 12, "--deals", 300, "--language", "de", engine=Rehearsal())
    assert result.exit_code == 0, result.output
    assert Dataset.open("outputs/datasets/sample").as_of.year == 2025
    manifest = json.loads(Path("outputs/sample-2025-Q4/manifest.json").read_text(encoding="utf-8"))
    assert (manifest["pack"]["period"], manifest["pack"]["language"]) == ("2025-Q4", "de")
    assert len(manifest["reports"]) >= 8
    assert result.stdout == f"Index: {tmp_path / 'outputs' / 'sample-2025-Q4' / 'index.html'}\n"


PACKS = sorted((project_folder("params") / "packs").glob("*.yml"))


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.stem)
def test_the_packs_that_come_with_the_kit_are_right(file: Path) -> None:
    pack = load_pack(file)
    notebook = read_notebook(find_notebook(pack))
    assert (pack.settings.each is None) == (pack.settings.notebook == "client_diagnostic")
    for name in filter(None, ("dataset", "period", "compare_to", "language", pack.settings.each)):
        assert notebook.declares(name)
    assert pack.file("output").parent == file.parent.parent.parent / "outputs"


def shell(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from salesreport.cli import main; main()", *map(str, arguments)]
    variables = {**os.environ, "SALESREPORT_LANGUAGE": "en", **environment}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=variables, check=False)


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    heavy = {"pandas", "papermill", "matplotlib", "nbformat"}
    code = f"import sys, salesreport.cli; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_reading_an_export_imports_nothing_that_works_out_figures(tmp_path: Path) -> None:
    export = tmp_path / "deals.csv"
    export.write_text("id,rep,stage,created,closed,amount\n1,Ann,Won,2025-01-02,2025-02-03,10\n")
    given = ["ingest", export, "--preset", "auto", "--as-of", "2025-03-01", "--currency", "EUR"]
    code = (
        "import sys, salesreport.cli as cli\n"
        "try: cli.main()\n"
        "finally: print('loaded', *{'scipy', 'salesreport.kpi', 'papermill'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, *map(str, given), "--out", str(tmp_path / "dataset")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (tmp_path / "dataset" / "dataset.json").exists(), done.stderr
    assert done.stdout.splitlines()[-1] == "loaded"


def test_in_a_shell_messages_are_plain_even_where_the_terminal_knows_no_such_letters() -> None:
    done = shell("pack", "nirgendwo…\u202e.yml", PYTHONIOENCODING="ascii:strict")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: nirgendwo\\u2026\\u202e.yml")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_in_a_shell_with_the_real_engine_a_failing_pack_ends_with_1(pack_file: Path, company: Dataset) -> None:
    team = sorted(company.table("reps")["team"].dropna().unique())[0]
    done = shell("pack", pack_file, "--only", team, "--workers", 1)
    assert done.returncode == 1
    assert f"{team}: not made. no {team} (ValueError)" in done.stderr
    assert "Traceback" not in done.stderr
    assert f"no {team} (ValueError)" in (pack_file.parent / "out" / "index.html").read_text(encoding="utf-8")
