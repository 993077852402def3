"""Plan against actual: what is said of it, worked by hand, and what each kind of company is told."""

from pathlib import Path

import pandas as pd
import pytest
from planned import REPS, TARGETS, company, section, shown, target
from typer.testing import CliRunner

from salesreport import Dataset, Review
from salesreport.cli import app
from salesreport.kpi import Facts
from salesreport.language import LANGUAGES
from salesreport.plan import action_plan, plan_yaml


def test_by_hand(tmp_path: Path) -> None:
    made = section(company(tmp_path))
    # 3 of 12 calls: the interval of 3 ends at 8.0. Four deals of 100, dispersion 100: 400 may be 135 to 950
    assert made.message == (
        "Below plan by more than chance: call (−75%); Revenue −20% against plan, which may be chance"
    )
    rows = shown(made, "Planned and done")
    assert rows == [
        ["Revenue", "may be chance", "€500", "€400", "€135 – €951", "−20%"],
        ["call", "less, by more than chance", "12", "3", "0.8 – 8.0", "−75%"],
        ["visit", "as planned", "2", "2", "0.4 – 6.4", "0%"],
    ]
    assert ["mail", "10"] in shown(made, "Done without a plan")
    assert "Of 20 lines that follow their plan one looks otherwise by chance; 3 lines were judged." in made.notes
    assert any("those of independent events" in note for note in made.notes)
    # the same figures stand in the section before
    assert Review(company(tmp_path / "again"), "2025-Q2", rep="R1").activity.message.endswith("behind (25%)")


def test_nothing_is_called_short_that_may_be_chance(tmp_path: Path) -> None:
    dataset = company(tmp_path, targets=[target("revenue", 500), target("activity:call", 5)])
    made = section(dataset)
    assert made.message == (
        "Revenue −20% against plan, which may be chance; nothing else is off plan by more than chance either"
    )
    activity = Review(dataset, "2025-Q2", rep="R1").activity
    assert activity.message == "3 activities done, 5 planned; call is furthest behind (60%), which may be chance"


def test_a_team_of_two_by_name(tmp_path: Path) -> None:
    made = section(company(tmp_path, targets=[*TARGETS, target("revenue", 900, "R2")]), team="T")
    # 4 × 100 + 500 of 500 + 900
    assert shown(made, "Planned and done")[0][2:4] == ["€1.4K", "€900"]
    rows = shown(made, "Reps by name")
    assert [row[:2] for row in rows] == [["Ann", "€400"], ["Bob", "€500"]]


def test_a_rep_is_told_of_no_other(tmp_path: Path) -> None:
    assert "Bob" not in section(company(tmp_path))._repr_html_()


def test_without_activities(tmp_path: Path) -> None:
    made = section(company(tmp_path, activities=None))
    assert made.message == "Revenue −20% against plan, which may be chance"
    assert any(note.startswith("Activities: needs activities") for note in made.notes)
    # what is planned of them is not zero but unknown
    assert ["Activities: needs"] not in made.notes
    untold = made.data[made.data["what"] == "activity:call"]
    assert untold["verdict"].tolist() == ["untold"] * len(untold)


def test_without_any_plan_one_line_says_so(tmp_path: Path) -> None:
    for tables in ({"targets": None}, {"targets": [target("revenue", 5) | {"period": "2025-Q1"}]}):
        made = section(company(tmp_path / str(len(tables["targets"] or [])), **tables))
        assert not made.available
        assert made.message == "Nothing was planned for Q2 2025: no plan file, no target that fits."


def test_a_running_quarter(tmp_path: Path) -> None:
    made = section(company(tmp_path, as_of="2025-05-31"))
    # 61 of 91 days: 335 of 500, 8.0 of 12 calls
    assert made.message.startswith("By May 31, 2025: ")
    assert shown(made, "Planned and done")[0][2] == "€335"
    assert "Planned is what was due by May 31, 2025: by the days that are over." in made.notes


def test_a_rep_who_started_within_the_quarter(tmp_path: Path) -> None:
    reps = [REPS[0] | {"hired_on": "2025-05-01"}, REPS[1] | {"hired_on": "2020-01-01"}]
    made = section(company(tmp_path, reps=reps))
    assert "Ann started on May 1, 2025; a plan may be meant for the whole period." in made.notes


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"hired_on": "2025-06-29"}, "Here since Jun 29, 2025"),
        ({"left_on": "2025-04-03"}, "Left on Apr 3, 2025"),
        ({"hired_on": "2025-04-25", "left_on": "2025-05-30"}, "Here from Apr 25, 2025 to May 30, 2025"),
    ],
)
def test_who_was_there_for_a_part_is_not_called_below(tmp_path: Path, days: dict[str, str], said: str) -> None:
    review = Review(company(tmp_path, reps=[REPS[0] | days, REPS[1]]), "2025-Q2", rep="R1")
    made = review.plan_vs_actual
    # 2 of 2 visits are not less than planned
    assert made.message == (f"{said}, so less than planned is not judged; nothing is off plan by more than chance")
    assert [row[1] for row in shown(made, "Planned and done")] == ["cannot be told"] * 2 + ["as planned"]
    assert review.gap_to_target.message == (
        f"€100 short of the target of €500; why cannot be told: {said[0].lower()}{said[1:]}"
    )
    assert review.activity.message.endswith(f"planned; {said[0].lower()}{said[1:]}")
    command = ["plan", str(tmp_path / "d"), "--actual", "--period", "2025-Q2"]
    printed = CliRunner().invoke(app, command, env={"SALESREPORT_LANGUAGE": "en", "COLUMNS": "120"})
    assert "There for a part of these days, so less than planned is not judged: Ann" in printed.stderr
    assert "−75%" not in printed.stdout
    # of 91 days nine may be missing
    most = company(tmp_path / "most", reps=[REPS[0] | {"hired_on": "2025-04-09"}, REPS[1]])
    assert section(most).message.startswith("Below plan by more than chance: call (−75%)")
    team = section(company(tmp_path / "team", reps=[REPS[0] | days, REPS[1]]), team="T")
    assert team.message.startswith("Below plan by more than chance")


@pytest.fixture(scope="module")
def plan_file(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = action_plan(
        Facts.of(sample, pd.Timestamp("2025-09-30").date()), None, sample.period("2025-Q4"), paths=20
    )
    file = tmp_path_factory.mktemp("plans") / "p.yml"
    file.write_text(plan_yaml(made), encoding="utf-8")
    return file


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", [{"rep": "R000001"}, {"team": "North"}, {"segment": "B"}, {}])
def test_of_a_plan_file(sample: Dataset, plan_file: Path, subject: dict[str, str], language: str) -> None:
    strategy = plan_file.with_suffix(".strategy.yml")
    strategy.write_text(
        "name: S\ngoal: {2025: 1000000}\nactivities: [{type: call, a_year: 4}]\naccounts: [{account: A000001}]\n",
        encoding="utf-8",
    )
    review = Review(sample, "2025-Q4", plan=plan_file, strategy=strategy, language=language, **subject)
    made = review.plan_vs_actual
    assert made.available
    assert made._repr_html_()
    if subject != {"segment": "B"}:
        assert (made.data["source"] == "plan").any()
        # one report, one plan: the section before plans the same numbers
        planned = made.data[(made.data["part"] == "all") & (made.data["kind"] == "activity")]
        planned = planned.assign(type=planned["what"].str.partition(":")[2]).set_index("type")["whole"]
        other = review.activity.data.set_index("type")["plan"].dropna()
        assert (planned.reindex(other.index).round() == other).all()


def test_frequencies_and_named_accounts_alone(sample: Dataset, tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text(
        "name: S\ngoal: {2025: 1000000}\nactivities: [{type: call, a_year: 4, segment: A}]\n", encoding="utf-8"
    )
    made = Review(sample, "2025-Q4", rep="R000001", strategy=tmp_path / "s.yml").plan_vs_actual
    (table,) = [one for one in made.tables if one.caption == "Accounts met as often as planned"]
    for line in table.rows:
        # not at all, less, as, more often: together all accounts
        assert sum(int(cell.text) for cell in line[3:]) == int(line[2].text)
