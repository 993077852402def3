"""Plan files that people changed: what does not fit is one message with file, line, key and what was expected."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.plan import read_plan
from salesreport.plan.checks import check_plan

ROOT = Path(__file__).resolve().parent.parent.parent

GOOD = """\
plan: 1
period: 2025-Q4
as_of: 2025-09-30
metric: revenue
unit: EUR
reps:
- rep_id: R000001
  goal: 441000
  gap: -5
  segments:
  - {goal: 300000, segment: A}
  steps:
  - {kind: begin, step: begin, by: 2025-05-17, verdict: too_late}
  - kind: milestone
    step: proposal
    by: 2025-11-20
    needed: 12
  - kind: activity
    step: call
    by: 2025-12-31
    needed: 80
  - {kind: won, step: won, by: 2025-12-31, needed: 3}
  cadence:
  - {type: call, accounts: 3, a_year: 8, planned: 6}
"""


def read(file: Path, facts: Facts) -> None:
    check_plan(read_plan(file), facts, file)


@pytest.fixture(scope="module")
def facts(sample: Dataset) -> Facts:
    return Facts.of(sample)


def test_the_file_itself_is_right(tmp_path: Path, facts: Facts) -> None:
    (tmp_path / "p.yml").write_text(GOOD, encoding="utf-8")
    read(tmp_path / "p.yml", facts)
    assert len(read_plan(ROOT / "params" / "plans" / "lumina_2025-Q4.yml").reps) > 20


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("goal: 441000", "goal: .nan", 8, "“reps.0.goal”: This is not a number. Found “nan”."),
        ("goal: 441000", "goal: .inf", 8, "“reps.0.goal”: This is not a number."),
        ("goal: 441000", "goal: true", 8, "“reps.0.goal”: This is not a number."),
        ("goal: 441000", "goal: -1", 8, "“reps.0.goal”: A number here is never negative. Found “-1”."),
        ("gap: -5", "gap: nan", 9, "“reps.0.gap”: This is not a number."),
        ("goal: 300000", "goal: -3", 11, "“reps.0.segments.0.goal”: A number here is never negative."),
        ("needed: 12", "needed: -12", 17, "“reps.0.steps.1.needed”: A number here is never negative."),
        ("needed: 12", "needed: -.inf", 17, "“reps.0.steps.1.needed”: This is not a number."),
        ("accounts: 3", "accounts: -3", 24, "“reps.0.cadence.0.accounts”:"),
        ("a_year: 8", "a_year: .nan", 24, "“reps.0.cadence.0.a_year”: This is not a number."),
        ("kind: activity", "kind: activty", 18, "There is no such kind of step. Found “activty”. Did you mean"),
        ("kind: activity", "kind: dance", 18, "Expected one of begin, won, milestone, and activity."),
        ("{kind: begin, step: begin", "{kind: activity, step: call", 18, "“reps.0.steps.2”: This stands twice in"),
        ("segment: A}", "segment: A}\n  - {goal: 1, segment: A}", 12, "“reps.0.segments.1”: This stands twice"),
        ("step: proposal", "step: proposl", 15, "There is no such milestone. Found “proposl”. Did you mean “prop"),
        ("step: call", "step: cal", 19, "No activity is of this type. Found “cal”. Did you mean “call”?"),
        ("step: won", "step: win", 22, "There is no such step. Found “win”."),
        ("segment: A}", "segment: AA}", 11, "“reps.0.segments.0.segment”: No deal or account is of this segment."),
        ("by: 2025-11-20", "by: 2025-09-29", 16, "This day is before the plan was made. Found “2025-09-29”. Exp"),
        ("by: 2025-11-20", "by: 2026-01-01", 16, "This is after the plan's period. Found “2026-01-01”. Expected"),
        ("by: 2025-05-17", "by: 2026-05-17", 13, "This is after the plan's period."),
        ("as_of: 2025-09-30", "as_of: 2026-01-01", 3, "“as_of”: This is after the plan's period."),
        ("unit: EUR", "unit: USD", 5, "“unit”: The dataset's money is in another currency. Found “USD”."),
        ("metric: revenue", "metric: revenu", 4, "“metric”: Goals are not set for this metric. Found “revenu”."),
        ("metric: revenue", "metric: deals", 4, "Expected one of revenue, gross_profit, and units."),
        ("period: 2025-Q4", "period: 2025-Q9", 2, "“period”: This is not a period."),
        ("rep_id: R000001", "rep_id: R00001", 7, "“reps.0.rep_id”: The data have no such rep. Found “R00001”."),
        ("reps:\n", "reps:\n- {rep_id: R000001, goal: 1}\n", 8, "“reps.1.rep_id”: A rep has two plans."),
    ],
)  # fmt: skip
def test_what_a_plan_file_may_not_say(
    tmp_path: Path, facts: Facts, was: str, becomes: str, line: int, said: str
) -> None:
    assert GOOD.count(was) == 1, was
    file = tmp_path / "p.yml"
    file.write_text(GOOD.replace(was, becomes), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read(file, facts)
    message = str(caught.value)
    assert said in message
    assert (caught.value.file, caught.value.line) == (file, line)
    assert "\n" not in message


def test_a_plan_of_nobody(tmp_path: Path) -> None:
    (tmp_path / "p.yml").write_text(GOOD[: GOOD.index("reps:")] + "reps: []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 6, key “reps”: This is a plan of nobody"):
        read_plan(tmp_path / "p.yml")


def test_the_command_says_it_once(tmp_path: Path, sample: Dataset) -> None:
    (tmp_path / "p.yml").write_text(GOOD.replace("needed: 12", "needed: .nan"), encoding="utf-8")
    given = ["plan", str(sample.path), "--against", str(tmp_path / "p.yml")]
    done = CliRunner().invoke(app, given, env={"SALESREPORT_LANGUAGE": "de"})
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Das ist keine Zahl" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
