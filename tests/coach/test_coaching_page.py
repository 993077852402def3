"""What docs/coaching.md tells people to type works as it stands there, and says what it quotes."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "coaching.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_commands_and_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_company(tmp_path / "outputs" / "datasets" / "sample")
    (tmp_path / "agreed.csv").write_text(re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)[0], encoding="utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines += [line for line in readme.splitlines() if line.startswith("salesreport commit")]
    lines.append("salesreport commit --from agreed.csv --dataset outputs/datasets/sample")
    assert len(lines) == 7
    said = ""
    for line in lines:
        done = CliRunner().invoke(app, shlex.split(line)[1:], env={"SALESREPORT_LANGUAGE": "en", "COLUMNS": "100"})
        assert done.exit_code == 0, done.output
        said += done.output
    quoted = re.findall(r"^> (“.*)$", PAGE, re.MULTILINE)
    assert quoted
    assert all(sentence in said for sentence in quoted)
    assert "2 commitments recorded." in said
