"""Coaching rules: read, checked, added, and what they say."""

from pathlib import Path

import pytest

from salesreport import Dataset, Review
from salesreport.cli import app
from salesreport.errors import ConfigError
from salesreport.language import Quantity, text
from salesreport.report.extensions import load_extensions
from salesreport.report.sections.coaching.rules import Condition, Rule, built_in, load_rules, remove_rules, rules

OWN = """\
rules:
  - rule: big-fish
    evidence: deals
    when: {kind: largest, money: {above: 1}}
    about: the big fish
    say: "{deals} worth {money}"
    cause: will
"""


def written(folder: Path, content: str) -> Path:
    file = folder / "own.yml"
    file.write_text(content, encoding="utf-8")
    return file


def test_the_kits_own_rules_are_valid() -> None:
    names = [rule.rule for rule in built_in()]
    assert "below-peers" in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("wanted", "value", "holds"),
    [
        (Condition(above=1), 2, True),
        (Condition(above=1), 1, False),
        (Condition(below=0.35), None, False),
        (Condition(known=False), None, True),
        (Condition(known=True, below=3), 2.0, True),
        (Condition(above=1), "2", False),
    ],
)
def test_conditions(wanted: Condition, value: object, holds: bool) -> None:
    assert wanted.holds(value) is holds


def test_a_rule_sees_numbers_and_says_quantities() -> None:
    rule = Rule(rule="r", evidence="deals", when={"money": Condition(above=10), "kind": ["stale", "silent"]},
                about="{kind}", say=["{money} of {of}", "{money}"])  # fmt: skip
    row = {"kind": "stale", "money": Quantity(12.0, "EUR"), "of": None}
    assert rule.applies(row)
    assert not rule.applies(row | {"money": Quantity(float("nan"), "EUR")})
    assert not rule.applies(row | {"kind": "any"})
    # what is not known is not said
    assert [str(one) for one in rule.told(rule.say, row)] == ["€12"]


@pytest.mark.parametrize(
    ("change", "said", "near"),
    [
        (("evidence: deals", "evidence: deels"), "deels", "deals"),
        (("kind: largest", "kimd: largest"), "kimd", "kind"),
        (("{money}", "{mony}"), "mony", "money"),
        (("cause: will", "cause: wil"), "wil", "will"),
        (("rule: big-fish", "rule: big-fish\n    phase: ofer"), "ofer", "offer"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest(
    tmp_path: Path, change: tuple[str, str], said: str, near: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_rules(written(tmp_path, OWN.replace(*change)))
    assert said in str(caught.value)
    assert near in str(caught.value)
    assert caught.value.line is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kind: largest", "kind: huge"), "huge"),
        (("kind: largest", "kind: {above: 3}"), "one of some words"),
        (("{above: 1}", "{above: .nan}"), "nan"),
        (("{above: 1}", "{above: 5, below: 2}"), "above 5 and below 2"),
        (("{money}", "{money:99d}"), "without a format"),
        (("{money}", "{money!r}"), "without a format"),
        (('say: "{deals} worth {money}"', "say: []"), "say"),
    ],
)
def test_what_can_never_hold_or_be_said_is_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in OWN
    with pytest.raises(ConfigError) as caught:
        load_rules(written(tmp_path, OWN.replace(*change)))
    assert said in str(caught.value)


def test_a_brace_that_is_not_closed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="brace"):
        load_rules(written(tmp_path, OWN.replace("{money}", "{money")))


def test_two_rules_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Two rules"):
        load_rules(written(tmp_path, OWN + OWN.removeprefix("rules:\n")))


def test_a_rule_of_ones_own_comes_first_and_a_threshold_makes_no_finding(tmp_path: Path, sample: Dataset) -> None:
    file = written(tmp_path, OWN)
    try:
        load_extensions([file])
        assert rules()[0].rule == "big-fish"
        assert not rules()[0].finding
        rep = sample.table("deals")["rep_id"].iloc[0]
        told = Review(sample, "2025-Q4", rep=rep).talking_points.data.set_index("rule")
        assert told.index[int(told["finding"].sum())] == "big-fish"
        written(tmp_path, OWN.replace("big-fish", "stale-deals"))
        load_extensions([file])
        assert [rule.rule for rule in rules()].count("stale-deals") == 1
        assert rules()[0].about == "the big fish"
    finally:
        remove_rules(file.resolve())
    assert "big-fish" not in [rule.rule for rule in rules()]


def test_a_pack_with_a_wrong_rule_is_refused(tmp_path: Path, sample: Dataset) -> None:
    from typer.testing import CliRunner

    written(tmp_path, OWN.replace("kind: largest", "kimd: largest"))
    pack = tmp_path / "pack.yml"
    pack.write_text(
        f"notebook: rep_review\ndataset: {sample.path}\neach: rep\nperiod: 2025-Q4\noutput: out\n"
        "extensions: [own.yml]\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(app, ["pack", str(pack)])
    assert result.exit_code == 2
    assert "own.yml" in result.stderr
    assert "kimd" in result.stderr
    assert not (tmp_path / "out").exists()


def test_fields_of_texts_are_translated() -> None:
    rule = next(one for one in built_in() if one.rule == "open-deals")
    from salesreport.language import Language

    (said,) = rule.told(rule.say, {"deals": text("one")})
    assert Language("de").say(said).endswith("gemeinsamen Durchgehen")
