"""What reps said of their deals against what came: in the report, and on the command line."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from salesreport import Review
from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.sample import make_company, write_company


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_company(tmp_path_factory.mktemp("data") / "company", activities_per_deal=0)


@pytest.fixture(scope="module")
def optimist() -> str:
    return make_company(deals=100, activities_per_deal=0, snapshot_every=None).truth.optimist_rep


def said_of(company: Dataset, rep: str) -> pd.Series:
    """Mean probability said and share won of a rep's closed deals, by plain pandas, from month-end snapshots."""
    snapshots = company.table("snapshots")
    said = snapshots[snapshots["rep_id"] == rep].groupby("deal_id")["crm_probability"].mean()
    status = company.table("deals").set_index("deal_id")["status"].reindex(said.index)
    closed = status[status != "open"].index
    return pd.Series({"said": said[closed].mean(), "won": (status[closed] == "won").mean(), "n": len(closed)})


def test_an_optimist_s_report_says_so(company: Dataset, optimist: str) -> None:
    section = Review(company.path, "2025-Q4", rep=optimist).forecast
    assert any("plan with less" in note for note in section.notes)
    row = section.tables[-1].rows[0]
    told = said_of(company, optimist)
    # the same deals, but for shared ones and those whose rep changed, which count for the one who said it
    assert math.isclose(float(row[1].text.rstrip("%")) / 100, told["said"], abs_tol=0.03)
    assert math.isclose(float(row[2].text.rstrip("%")) / 100, told["won"], abs_tol=0.03)
    assert math.isclose(float(row[4].text), told["n"], rel_tol=0.15)


def test_only_a_rep_has_said_anything(company: Dataset) -> None:
    assert len(Review(company.path, "2025-Q4").forecast.tables) == 2
    assert len(Review(company.path, "2025-Q4", team="North").forecast.tables) == 2


def test_without_snapshots_nobody_knows_what_was_said(tmp_path: Path, optimist: str) -> None:
    silent = write_company(tmp_path / "silent", activities_per_deal=0, snapshot_every=None)
    assert len(Review(silent.path, "2025-Q4", rep=optimist).forecast.tables) == 2
    done = CliRunner().invoke(app, ["forecast", str(silent.path), "--stated"])
    assert done.exit_code == 2
    assert "needs snapshots" in done.output


def test_on_the_command_line(company: Dataset, optimist: str) -> None:
    done = CliRunner().invoke(app, ["forecast", str(company.path), "--stated", "--format", "json"])
    assert done.exit_code == 0, done.output
    verdicts = {row["rep_id"]: row["verdict"] for row in json.loads(done.output)["reps"]}
    assert verdicts[optimist] == "optimist"
    assert sum(verdict != "neither" for verdict in verdicts.values()) <= 6  # the two there are, and who is too new
    done = CliRunner().invoke(app, ["forecast", str(company.path), "--stated"])
    assert "cautious" in done.output
