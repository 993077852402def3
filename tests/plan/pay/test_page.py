"""What docs/pay.md says is so: its plan, its numbers, its commands."""

import re
import shlex
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from companies import facts_of
from pydantic import BaseModel
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.plan.pay import check_pay_plan, parse_pay_plan
from salesreport.plan.pay import model as models
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "pay.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample company where the commands expect it."""
    folder = tmp_path_factory.mktemp("page")
    write_company(folder / "outputs" / "datasets" / "sample")
    (folder / "params").symlink_to(ROOT / "params")
    return folder


def test_the_plan_shown_is_one(outputs: Path) -> None:
    (content,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    plan = parse_pay_plan(content)
    check_pay_plan(plan, Facts.of(Dataset.open(outputs / "outputs" / "datasets" / "sample")))
    assert plan.components[0].levels[1].rate == Decimal("1.5")


def test_every_setting_is_explained() -> None:
    for one in (models.PayPlan, models.Component, models.Level, models.Draw, models.Clawback, models.Rounding,
                models.Person, models.Threshold):  # fmt: skip
        assert issubclass(one, BaseModel)
        for name, field in one.model_fields.items():
            assert re.search(rf"`{field.alias or name}`|\b{field.alias or name}:", PAGE), name


@pytest.mark.slow
def test_the_commands_work(outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(outputs)
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines():
        program, *words = shlex.split(line)
        assert program == "salesreport"
        done = CliRunner().invoke(app, words, env={"SALESREPORT_LANGUAGE": "en"})
        assert done.exit_code == 0, done.output
        assert done.stdout


def test_in_python(outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(outputs)
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)
    assert names["statement"].rep_id == "R000001"


def test_metrics_that_the_page_names_can_be_paid(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "2025-03-31", ["A"])
    for metric in ("revenue", "units", "gross_profit", "deals_won", "win_rate", "activity", "growth"):
        check_pay_plan(
            parse_pay_plan(f"name: x\ncurrency: EUR\ncomponents: [{{key: a, metric: {metric}, rate: 1}}]"), facts
        )
