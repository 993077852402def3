"""docs/deliver.md says what there is, and its commands work as they stand there."""

import csv
import re
import shlex
from pathlib import Path

import pytest
from postoffice import write_small_pack
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.deliver.listed import HEADINGS
from salesreport.deliver.log import Line, State
from salesreport.deliver.settings import PASSWORD, USER, MailSettings, load_settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "deliver.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_a_look_works_as_it_is_written(people: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_small_pack(tmp_path / "outputs" / "sample-2025-Q4", people)
    monkeypatch.chdir(tmp_path)
    commands = [line for block in blocks("sh") for line in block.splitlines() if "--dry-run" in line]
    assert len(commands) == 2
    for command in commands:
        done = CliRunner().invoke(app, shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "outputs" / "sample-2025-Q4" / "outbox").glob("*.eml"))) == 5
    assert len(list((tmp_path / "look").glob("*.eml"))) == 2


def test_every_setting_and_state_is_there(tmp_path: Path) -> None:
    (tmp_path / "deliver.yml").write_text(blocks("yaml")[0], encoding="utf-8")
    assert load_settings(tmp_path / "deliver.yml").at == 587
    rows = re.findall(r"^\| (`[^|]*`) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert set(MailSettings.model_fields) <= named
    assert set(State.__args__) <= named  # type: ignore[attr-defined]
    assert {USER, PASSWORD} <= set(re.findall(r"`(\w+)`", PAGE))
    assert all(name in PAGE for name in Line.model_fields)
    listed = re.search(r"```\n(subject,.*?)```", PAGE, re.DOTALL)
    assert listed is not None
    assert tuple(next(csv.reader(listed[1].splitlines()))) == HEADINGS
