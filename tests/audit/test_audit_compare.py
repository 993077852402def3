"""Two audits compared: movement beyond chance, and none where the definition is another."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import dataset_of, deal
from scipy.stats import norm

from salesreport.audit import CHECKS, Audit, audit
from salesreport.audit.command import look
from salesreport.audit.compare import compare, digest, earlier, read
from salesreport.audit.output import as_json
from salesreport.errors import ConfigError
from salesreport.language import Language, text

BACKDATED = next(one for one in CHECKS if one.key == "backdated")


def of(path: Path, bad: int, good: int) -> Audit:
    deals = [deal(n, "Ann", "won", "2025-03-10", "2025-02-10") for n in range(bad)]
    deals += [deal(1000 + n, "Ann", "won", "2025-01-10", "2025-02-10") for n in range(good)]
    return audit(dataset_of(path, "2025-06-30", {"deals": deals}), checks=[BACKDATED])


def test_a_share_moves_where_the_interval_of_the_difference_leaves_out_none(tmp_path: Path) -> None:
    few, many, more = (of(tmp_path / str(n), n, 300 - n) for n in (10, 40, 14))
    (change,) = compare(many, earlier(few))
    assert change.what == "more"
    assert change.difference is not None
    # 40 of 300 less 10 of 300; at no difference the score interval is the pooled test: z = 5.7
    assert change.difference.value == pytest.approx(0.1)
    pooled = (50 / 600 * 550 / 600 * 2 / 300) ** 0.5
    assert (change.difference.lower > 0) == (0.1 / pooled > norm.ppf(0.975))
    assert compare(few, earlier(many))[0].what == "less"
    assert compare(more, earlier(few))[0].what == "same"  # z = 0.8


def test_another_definition_or_method_is_no_movement(tmp_path: Path) -> None:
    few, many = of(tmp_path / "a", 10, 290), of(tmp_path / "b", 40, 260)
    for changed in (
        replace(BACKDATED, definition=text("Something else ÷ all.")),
        replace(BACKDATED, version=2),
        replace(BACKDATED, limit=(0.1, None)),
    ):
        other = replace(many, findings=(replace(many.findings[0], check=changed),))
        assert compare(other, earlier(few))[0].what == "redefined"
    assert digest(BACKDATED) == digest(replace(BACKDATED, title=text("Another title")))


def test_checks_that_one_of_them_lacks_or_cannot_tell(tmp_path: Path) -> None:
    now = of(tmp_path / "a", 10, 290)
    assert compare(now, {})[0].what == "new"
    assert [one.what for one in compare(replace(now, findings=()), earlier(now))] == ["gone"]
    nothing = audit(dataset_of(tmp_path / "b", "2025-06-30", {"deals": [deal(1, "Ann", "open", "2025-01-10")]}))
    assert {one.key: one.what for one in compare(now, earlier(nothing))}["backdated"] == "untold"


def test_what_was_written_is_what_is_compared(tmp_path: Path) -> None:
    made = of(tmp_path / "a", 10, 290)
    (tmp_path / "audit.json").write_text(as_json(made, Language("de")), encoding="utf-8")
    assert read(tmp_path / "audit.json") == earlier(made)


NO_AUDITS = (
    "", "[]", "{}", '{"audit": 1}', '{"audit": {"format": 1}}', '{"audit": {"format": 1}, "findings": [1]}',
    '{"audit": {"format": 1}, "findings": [{"key": "a"}]}', "\x00",
)  # fmt: skip


@pytest.mark.parametrize("content", NO_AUDITS)
def test_a_file_that_is_no_audit_is_one_clear_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="--against"):
        read(tmp_path / "x.json")


def test_another_version_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"audit": {"format": 99}, "findings": []}), encoding="utf-8")
    with pytest.raises(ConfigError, match="another version"):
        read(tmp_path / "x.json")


def test_a_dataset_may_be_the_earlier_one(tmp_path: Path) -> None:
    of(tmp_path / "a", 10, 290)
    of(tmp_path / "b", 40, 260)
    made, changes = look(tmp_path / "b", None, tmp_path / "a")
    moved: dict[str, Any] = {one.key: one.what for one in changes or ()}
    assert moved["backdated"] == "more"
    assert len(moved) == len(made.findings)
