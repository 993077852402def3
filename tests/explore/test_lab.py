"""The working copy of the notebook, and what is run on it."""

import os
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.errors import DataError
from salesreport.explore import lab


@pytest.fixture(autouse=True)
def own_signatures(tmp_path, monkeypatch):
    """Signatures go to a folder of the test."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


def test_a_copy_has_the_dataset_and_is_trusted(company, tmp_path):
    file = lab.working_copy(company.path, tmp_path, "de")
    assert file == tmp_path / "outputs" / "explorer" / "company.ipynb"
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    names: dict[str, str] = {}
    (cell,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    exec(cell.source, names)
    assert names["dataset"] == str(company.path.absolute())
    assert names["language"] == "de"
    assert names["packs"] == str(tmp_path / "params" / "packs")
    assert names["period"] == ""
    assert NotebookNotary().check_signature(notebook)


def test_what_people_added_stays(company, tmp_path):
    file = lab.working_copy(company.path, tmp_path)
    notebook = nbformat.read(file, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("mine = 1"))
    nbformat.write(notebook, file)
    again = nbformat.read(lab.working_copy(company.path, tmp_path, "de"), as_version=4)
    assert again.cells[-1].source == "mine = 1"
    assert "language: str = 'de'" in "".join(cell.source for cell in again.cells)


def test_a_copy_beyond_repair_is_made_anew(company, tmp_path):
    file = lab.working_copy(company.path, tmp_path)
    file.write_text("no notebook")
    assert nbformat.read(lab.working_copy(company.path, tmp_path), as_version=4).cells


def test_no_dataset_no_copy(tmp_path):
    with pytest.raises(DataError, match="no dataset"):
        lab.working_copy(tmp_path / "nowhere", tmp_path)
    assert list(tmp_path.glob("outputs/**/*.ipynb")) == []


def test_the_command_that_is_run(tmp_path, monkeypatch):
    called = []
    monkeypatch.setattr(os, "name", "nt")
    monkeypatch.setattr(lab.subprocess, "run", lambda command, check: called.append(command) or Done())
    assert lab.open_lab(tmp_path / "x.ipynb", 8899, browser=False) == 3
    assert called == [
        [
            sys.executable,
            "-m",
            "jupyterlab",
            str(tmp_path / "x.ipynb"),
            f"--ServerApp.root_dir={tmp_path}",
            "--LabApp.default_url=/lab/tree/x.ipynb",
            "--ServerApp.port=8899",
            "--no-browser",
        ]
    ]


def test_the_address_that_is_printed_opens_the_notebook(company, tmp_path):
    """What JupyterLab itself makes of the command: its address, with the token, has the notebook in it."""
    file = lab.working_copy(company.path, tmp_path).rename(tmp_path / "Ügyfél 1.ipynb")
    command = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "name", "nt")
        patched.setattr(lab.subprocess, "run", lambda words, check: command.extend(words) or Done())
        lab.open_lab(file, browser=False, allow_root=True)
    script = (
        "import sys; from jupyterlab.labapp import LabApp; "
        "app = LabApp.initialize_server(argv=sys.argv[1:]); print(app.display_url); print(app.root_dir)"
    )
    done = subprocess.run([command[0], "-c", script, *command[3:]], capture_output=True, text=True, timeout=120)
    address, folder = done.stdout.strip().splitlines()[0], done.stdout.strip().splitlines()[-1]
    assert re.search(r"/lab/tree/%C3%9Cgyf%C3%A9l%201\.ipynb\?token=", address), done.stderr
    assert folder == str(tmp_path)


def test_the_command_makes_the_copy_and_opens_it(company, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(lab, "open_lab", lambda *given: opened.append(given) or 0)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(
        app, ["explore", str(company.path), "--port", "8899", "--no-browser", "--allow-root"]
    )
    assert result.exit_code == 0, result.output
    assert opened == [(tmp_path / "outputs" / "explorer" / "company.ipynb", 8899, False, True)]
    assert opened[0][0].exists()


def test_without_a_dataset_the_sample_company_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(lab, "open_lab", lambda *given: 0)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["explore"]).exit_code == 0
    assert Dataset.open(tmp_path / "outputs" / "datasets" / "sample").rows["deals"] == 9000
    assert (tmp_path / "outputs" / "explorer" / "sample.ipynb").exists()


def test_a_missing_dataset_is_one_clear_message(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["--language", "en", "explore", "nowhere"])
    assert result.exit_code == 2
    assert "There is no dataset in this folder." in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "jupyter"])


class Done:
    returncode = 3
