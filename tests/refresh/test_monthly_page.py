"""What docs/monthly.md tells people to type works as it stands there, from zero to the archive."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesreport.archive.found import find_packs
from salesreport.cli import app
from salesreport.pack.rounds import STOPS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "monthly.md").read_text(encoding="utf-8")


def export(file: Path, months: range) -> None:
    """Deals of two reps, six a month, of which four are closed in the month after."""
    lines = ["Id,Owner,Account,Stage,Product,Created,Closed,Amount"]
    for month in months:
        for n in range(6):
            closed = n < 4 and month < months[-1]
            stage = ("Won" if n % 2 else "Lost") if closed else "Offer"
            day = f"2025-{month + 1:02d}-{10 + n}" if closed else ""
            owner = ("Ann Berg", "Bob Czerny")[n // 2 % 2]
            lines.append(
                f"{month}-{n},{owner},A{n},{stage},Lamps,2025-{month:02d}-{n + 1:02d},{day},{100 * n + 50}"
            )
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("params/packs", "data"):
        (tmp_path / folder).mkdir(parents=True)
    source, pack = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "params" / "source.yml").write_text(source, encoding="utf-8")
    # the data of this test are of a day that is over; on the page they are not
    (tmp_path / "params" / "packs" / "reviews.yml").write_text(
        pack.replace("  max_age: 10\n", ""), encoding="utf-8"
    )
    export(tmp_path / "data" / "deals_2025-12-03.csv", range(1, 12))
    commands = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    assert len(commands) == 7
    said = []
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "salesreport"
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, (command, done.output)
        said.append(done.stdout)
    assert [line.split()[2] for line in said[0].splitlines()] == ["export:", "audit:", "reports:", "archive:"]
    steps = {line["step"]: line for line in map(json.loads, said[1].splitlines())}
    assert steps["pack"]["counts"] == {"period": "2025-11", "made": 0, "unchanged": 2, "failed": 0}
    (series,) = find_packs(tmp_path / "outputs" / "reviews").series
    assert [kept.period.name for kept in series.packs] == ["2025-11"]
    report = (tmp_path / "outputs" / "reviews" / "2025-11" / "reports" / "ann-berg.html").read_text(
        encoding="utf-8"
    )
    assert "Period: “last-month” as of Dec 3, 2025, the day of the data." in report
    assert (tmp_path / "outputs" / "reviews" / "archive" / "subjects" / "bob-czerny.html").is_file()


def test_the_page_tells_what_the_code_does() -> None:
    about = {
        "set_aside": "rows set aside", "test_deals": "test deals", "duplicates": "duplicates",
        "unmapped_ends": "ends that count as open", "no_losses": "no losses", "undated": "no creation",
        "far_amounts": "amounts far from their", "backdated": "closed before they were",
        "spelled": "people spelled two ways",
        "no_person": "owners who are no person",
        "vanished": "no longer in it",
    }  # fmt: skip
    assert set(about) == set(STOPS)
    plain = " ".join(PAGE.split())
    assert all(words in plain for words in about.values())
    assert all(f"| {code} | " in PAGE for code in range(4))
