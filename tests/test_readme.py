"""What the README tells people to type works as it stands there."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from salesreport.dataset import Dataset
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(page: str = README) -> list[str]:
    """The lines of a page's shell examples."""
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def run(command: str, folder: Path, home: Path, *more: str) -> subprocess.CompletedProcess[str]:
    program, *words = shlex.split(command.replace("~", str(home)))
    assert program == "salesreport"
    return subprocess.run(
        [sys.executable, "-m", program, *words, *more], cwd=folder, capture_output=True, text=True, timeout=240
    )


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert {"demo", "test"} <= named <= targets
    ci = (ROOT / ".ci" / "run").read_text()
    assert "make test" in ci
    assert "make demo" in ci


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.mark.slow
def test_from_export_to_pack(public_data: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(public_data / "maven_crm", home / "maven_crm")
    for folder in ("params", "notebooks"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    ingest, kpi, pack = [line for line in commands() if line.startswith("salesreport") and "maven" in line]
    done = run(ingest, tmp_path, home)
    assert done.returncode == 0, done.stderr
    dataset = Dataset.open(tmp_path / "outputs" / "datasets" / "maven")
    assert dataset.provenance.counts["deals"].kept == 8800
    done = run(kpi, tmp_path, home)
    assert done.returncode == 0, done.stderr
    assert "Versie Hillebrand" in done.stdout
    # one report of the thirty, for the sake of time
    done = run(pack, tmp_path, home, "--only", "Versie Hillebrand")
    assert done.returncode == 0, done.stderr
    report = tmp_path / "outputs" / "maven-2017-Q4" / "reports" / "versie-hillebrand.html"
    assert "72 closed deals, 95% interval" in report.read_text(encoding="utf-8")


@pytest.mark.slow
def test_forecasts(tmp_path: Path) -> None:
    write_company(tmp_path / "outputs" / "datasets" / "sample")
    for command in [line for line in commands() if line.startswith("salesreport forecast")]:
        done = run(command, tmp_path, tmp_path)
        assert done.returncode == 0, done.stderr
        assert "Q1 2026" in done.stdout or "WAPE" in done.stdout


def test_in_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_company(tmp_path / "outputs" / "datasets" / "sample", reps=14, deals=2500)
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)
    assert len(names["review"].pipeline.data)


@pytest.mark.slow
def test_anomalies(tmp_path: Path) -> None:
    write_company(tmp_path / "outputs" / "datasets" / "sample")
    page = (ROOT / "docs" / "anomalies.md").read_text(encoding="utf-8")
    quoted = re.findall(r"^> (.*)$", page, re.MULTILINE)
    said = ""
    for command in dict.fromkeys(
        line for line in commands() + commands(page) if line.startswith("salesreport anomalies")
    ):
        done = run(command, tmp_path, tmp_path)
        assert done.returncode == 0, done.stderr
        said += done.stderr
    assert quoted
    assert all(sentence in said for sentence in quoted)


@pytest.mark.slow
def test_the_tour(tmp_path: Path) -> None:
    for folder in ("params", "notebooks"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    page = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    said = ""
    for command in commands(page):
        more = ["--reps", "35"] if command == "salesreport demo" else []
        done = run(command, tmp_path, tmp_path, *more)
        assert done.returncode == 0, (command, done.stderr)
        said += done.stdout + done.stderr
    # what the page says of the weak rep is what the command says
    assert "39% of 148" in said
    assert "39 % of 148" in page.replace("Of her 148 proposals 39 %", "39 % of 148")
    report = tmp_path / "outputs" / "sample-2025-Q4" / "reports" / "fatima-palfrey.html"
    assert "Name place and day of the trial before the offer is sent" in report.read_text(encoding="utf-8")


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "pictures").glob("*.png"))
    assert len(pictures) == 3
    assert all(picture.stat().st_size <= 150_000 for picture in pictures)
