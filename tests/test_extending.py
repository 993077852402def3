"""docs/extending.md: who does what stands there gets an own metric, section and chart into a pack."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from salesreport.sample import write_company

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "extending.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def run(command: str, folder: Path, *more: str) -> str:
    program, *words = shlex.split(command)
    assert program == "salesreport"
    done = subprocess.run(
        [sys.executable, "-m", program, *words, *more], cwd=folder, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_an_own_metric_section_chart_and_peers_in_an_empty_folder(tmp_path: Path) -> None:
    write_company(tmp_path / "data", reps=14, deals=2500)
    extension, *cells = blocks("python")
    (pack,) = blocks("yaml")
    kpi, make = (command for block in blocks("sh") for command in block.splitlines())
    (tmp_path / "my_figures.py").write_text(extension, encoding="utf-8")
    (tmp_path / "pack.yml").write_text(pack, encoding="utf-8")
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    (parameters,) = (cell for cell in notebook.cells if 'tagged "parameters"' in cell.source)
    parameters.metadata["tags"] = ["parameters"]
    nbformat.write(notebook, tmp_path / "my_review.ipynb")

    assert "Quick wins" in run(kpi, tmp_path)
    run(make, tmp_path, "--only", "R000001")
    (report,) = (tmp_path / "reviews" / "reports").glob("*.html")
    html = report.read_text(encoding="utf-8")
    assert "share of the deals won that took at most 30 days; dated by" in html
    assert "Peers are reps of the same team;" in html
    (chart,) = re.findall(r'<svg[^>]*aria-labelledby="weekdays-title weekdays-desc".*?</svg>', html, re.DOTALL)
    assert "Deals won by day of the week" in chart
    assert "var(--accent" in chart
    assert "<style" not in chart
    assert "Quick wins" in (tmp_path / "reviews" / "index.html").read_text(encoding="utf-8")

    # the same again is not made again; a changed extension makes it again
    again = [sys.executable, "-m", *shlex.split(make), "--only", "R000001"]
    said = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, timeout=240).stderr
    assert "0 made, 1 unchanged" in said
    (tmp_path / "my_figures.py").write_text(extension.replace("thirty", "30"), encoding="utf-8")
    said = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, timeout=240).stderr
    assert "1 made, 0 unchanged" in said
