"""Useful actions of a dataset: planted ones are found, the future counts for nothing, what is missing is said."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helping import helping_company
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.kpi.actions import find_actions, output, sentences
from salesreport.kpi.actions.actions import Actions
from salesreport.kpi.actions.by_rep import by_rep, habits
from salesreport.language import Language
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

EN = Language("en")


@pytest.fixture(scope="module")
def helps(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Visits help at the second stage, and rep 3 hardly makes any."""
    return helping_company(tmp_path_factory.mktemp("helps") / "d", helps=0.9, deals=4000, lazy=3)


@pytest.fixture(scope="module")
def found(helps: Dataset) -> Actions:
    return find_actions(Facts.of(helps))


def test_what_helps_is_found_and_nothing_else_and_raw_numbers_claim_nearly_all(found: Actions) -> None:
    plan = found.of("plan")
    assert plan[["type", "step"]].to_numpy().tolist() == [["visit", "second"]]
    row = plan.iloc[0]
    assert 0.05 < row["lower"] < row["effect"] < row["upper"] < 0.25
    assert row["q"] < 0.01
    assert row["odds_lower"] > 1
    assert len(found.misleading) >= 6
    assert str(sentences.message(found)).startswith("Deals with “visit” at Second go on more often, by ")
    assert "on like deals" not in str(sentences.message(found))


def test_every_row_adds_up(found: Actions) -> None:
    frame = found.frame
    assert len(frame) == 4 * 3
    assert (frame["exposed"] + frame["unexposed"] == frame["stays"]).all()
    told = frame[frame["p"].notna()]
    np.testing.assert_allclose(told["rate"] - told["expected"], told["effect"], atol=1e-9)
    # an odds ratio is 1 just where the difference is nothing, and its bounds say the same
    assert ((told["odds_ratio"] > 1) == (told["effect"] > 0)).all()
    assert ((told["odds_lower"] > 1) == (told["lower"] > 0)).all()
    assert (told["suggestion"][(told["upper"] < 0.05)] == "drop").all()


def test_who_does_less_of_it_than_others_is_told(found: Actions) -> None:
    table = by_rep(found)
    lazy = table[table["rep_id"] == "R03"].iloc[0]
    assert lazy["flag"] == "less"
    assert lazy["share"] < lazy["others"] / 1.5
    assert set(table["rep_id"]) == {f"R{number:02d}" for number in range(12)}
    # 4 of 40 and 20 of 40: 10 % and 50 %
    one = habits(np.repeat([0, 1], 40), np.arange(80) % 40 < np.repeat([4, 20], 40))
    assert one.effect.round(3).tolist() == [-0.4, 0.4]
    assert one.others.round(3).tolist() == [0.5, 0.1]


def scrambled(helps: Dataset, path: Path) -> Dataset:
    """The same, with every activity after the deal's closing day, or on it, given another type and many more."""
    tables = {name: helps.table(name) for name in helps.rows}
    closed = tables["deals"].set_index("deal_id")["closed_on"]
    activities = tables["activities"]
    late = activities["done_at"].dt.tz_localize(None).dt.normalize() >= activities["deal_id"].map(closed).astype(
        "datetime64[ns]"
    )
    more = activities[late].assign(type="visit", activity_id=lambda rows: rows["activity_id"] + "x")
    tables["activities"] = pd.concat([activities, more], ignore_index=True)
    return write_dataset(path, tables, helps.settings, Provenance("test"))


def test_what_is_done_after_the_decision_changes_nothing(helps: Dataset, found: Actions, tmp_path: Path) -> None:
    again = find_actions(Facts.of(scrambled(helps, tmp_path / "d")))
    names = ["type", "step", "exposed", "unexposed", "effect", "lower", "upper", "p", "suggestion"]
    pd.testing.assert_frame_equal(again.frame[names], found.frame[names])


def test_only_a_milestone_a_period_some_deals(helps: Dataset) -> None:
    facts = Facts.of(helps)
    second = find_actions(facts, milestones=["second"])
    assert second.frame["step"].unique().tolist() == ["second"]
    assert second.family.tested == 4
    year = find_actions(facts, helps.period("2023"), where={"segment": ["S1"]})
    assert year.family.stays < find_actions(facts, helps.period("2023")).family.stays
    with pytest.raises(ConfigError, match="no such milestone") as caught:
        find_actions(facts, milestones=["secnd"])
    assert caught.value.nearest == "second"
    with pytest.raises(ConfigError, match="no deal was decided"):
        find_actions(facts, helps.period("2019"))


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ("activities", "needs activities"),
        ("activities.deal_id", "needs the deals of activities"),
        ("stage_events", "needs the history of stages"),
        ("deals", "needs "),
    ],
)
def test_what_is_missing_is_said(helps: Dataset, tmp_path: Path, lacking: str, said: str) -> None:
    table, _, column = lacking.partition(".")
    tables = {name: helps.table(name) for name in helps.rows}
    if column:
        tables[table] = tables[table].drop(columns=column)
    else:
        del tables[table]
    made = write_dataset(tmp_path / "d", tables, helps.settings, Provenance("test"))
    with pytest.raises(ConfigError, match=f"cannot be told: {said}"):
        find_actions(Facts.of(made))


def test_the_command_prints_a_table_csv_and_json(helps: Dataset, found: Actions) -> None:
    runner = CliRunner()
    shown = runner.invoke(app, ["actions", str(helps.path)])
    assert shown.exit_code == 0
    assert "plan it" in shown.stdout
    assert "association, not proof" in " ".join(shown.stderr.split())
    as_csv = runner.invoke(app, ["actions", str(helps.path), "--format", "csv"]).stdout
    assert as_csv.splitlines()[0].split(",") == list(found.frame.columns)
    assert len(as_csv.splitlines()) == 1 + len(found.frame)
    as_json = json.loads(runner.invoke(app, ["actions", str(helps.path), "--format", "json"]).stdout)
    assert len(as_json["actions"]) == len(found.frame)
    assert as_json["findings"][0].startswith("“visit” at Second: of deals that had one in a window of 15 days")
    assert as_json["message"] == EN.say(sentences.message(found))
    assert output.as_json(found, EN) == json.dumps(as_json, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize(
    "arguments", [["--milestone", "thrid"], ["--q", "1"], ["--period", "soon"], ["--where", "segment=none"]]
)
def test_bad_arguments_end_with_2(helps: Dataset, arguments: list[str]) -> None:
    made = CliRunner().invoke(app, ["actions", str(helps.path), *arguments])
    assert made.exit_code == 2
    assert made.stdout == ""
