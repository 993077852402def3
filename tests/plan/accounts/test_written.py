"""Account plans as a file: written, filled in, read back; what is wrong is one message with its line."""

from pathlib import Path

import pytest
import yaml

from salesreport import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.language import Language
from salesreport.plan.accounts import account_plans, account_plans_yaml, read_account_plans
from salesreport.plan.accounts.questions import QUESTIONS
from salesreport.plan.accounts.written import Answers


@pytest.fixture(scope="module")
def written(planted: Dataset) -> str:
    facts = Facts.of(planted)
    return account_plans_yaml(account_plans(facts, facts.as_of), planted.period("2026-Q1"), facts.names)


def changed(folder: Path, content: str, *changes: tuple[str, str]) -> Path:
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    (folder / "a.yml").write_text(content, encoding="utf-8")
    return folder / "a.yml"


def test_every_question_has_its_place() -> None:
    assert set(Answers.model_fields) == set(QUESTIONS)


def test_out_and_back(planted: Dataset, written: str, tmp_path: Path) -> None:
    file = changed(
        tmp_path, written,
        ("fit: ''", "fit: <b>Well</b>, 80 %"), ("missing: ''", "missing: 3"), ("rivals: ''", "rivals:"),
        ("actions: []", "actions: [{what: Invite to the fair, who: Ann, until: 2026-02-01, status: done}]"),
    )  # fmt: skip
    facts = Facts.of(planted)
    read = read_account_plans(file, facts)
    made = account_plans(facts, facts.as_of)
    assert [account for _, account in read.accounts] == made.accounts["account_id"].tolist()
    first = read.by_account()[made.accounts["account_id"][0]]
    assert first.anything
    assert dict(first.answers) == {
        "fit": "<b>Well</b>, 80 %",
        "missing": "3",
        "rivals": "",
        "promotions": "",
        "selling": "",
    }
    assert [(one.what, one.who, str(one.until), one.status) for one in first.actions] == [
        ("Invite to the fair", "Ann", "2026-02-01", "done")
    ]
    assert read.period == planted.period("2026-Q1")
    assert not any(one.anything for one in list(read.accounts.values())[1:])
    # who has a plan because it was agreed: these again, whatever the rule says now
    again = account_plans(facts, facts.as_of, named=read.named)
    assert again.accounts["account_id"].tolist() == made.accounts["account_id"].tolist()
    assert set(again.accounts["why"]) == {"agreed"}


def test_the_file_says_what_is_known_and_asks_the_rest(written: str) -> None:
    content = yaml.safe_load(written)
    account = content["reps"][0]["accounts"][0]
    assert list(account)[:4] == ["account_id", "name", "answers", "actions"]
    assert {"ordered", "lines", "why"} <= set(account)
    assert "last_contact" not in account  # the data have no activities
    for question in QUESTIONS.values():
        assert str(question) in written


def test_questions_in_the_readers_language(planted: Dataset) -> None:
    facts = Facts.of(planted)
    made = account_plans(facts, facts.as_of)
    said = account_plans_yaml(made, planted.period("2026-Q1"), facts.names, Language("de"))
    assert "#   fit: Wie weit deckt unser Angebot den Bedarf?" in said


@pytest.mark.parametrize(
    ("old", "new", "key", "near"),
    [
        ("account_id: A0", "account_id: B0", "reps.0.accounts.0.account_id", True),
        ("rep_id: R0", "rep_id: R77", "reps.0.rep_id", True),
        ("fit: ''", "fitt: ''", "reps.0.accounts.0.answers.fitt", "fit"),
        ("actions: []", "actions: [{wat: x}]", "reps.0.accounts.0.actions.0.wat", "what"),
        ("actions: []", "actions: [{what: x, status: later}]", "reps.0.accounts.0.actions.0.status", None),
        ("actions: []", "actions: [{what: x, until: soon}]", "reps.0.accounts.0.actions.0.until", None),
        ("fit: ''", "fit: [a]", "reps.0.accounts.0.answers.fit", None),
        ("fit: ''", "fit: .nan", "reps.0.accounts.0.answers.fit", None),
        ("rivals: ''", "rivals: -.inf", "reps.0.accounts.0.answers.rivals", None),
        ("actions: []", "actions: [{what: x, who: .nan}]", "reps.0.accounts.0.actions.0.who", None),
        ("actions: []", "actions: [{what: .nan}]", "reps.0.accounts.0.actions.0.what", None),
        ("ordered: ", "ordered: .nan #", "reps.0.accounts.0.ordered", None),
        ("currency: EUR", "currency: USD", "currency", None),
        ("period: 2026-Q1", "period: 2026-Q9", "period", None),
        ("account_plans: 1", "account_plans: 2", "account_plans", None),
    ],
)
def test_what_is_wrong_is_one_message(
    planted: Dataset, written: str, tmp_path: Path, old: str, new: str, key: str, near: str | bool | None
) -> None:
    file = changed(tmp_path, written, (old, new))
    with pytest.raises(ConfigError) as caught:
        read_account_plans(file, Facts.of(planted))
    assert caught.value.file == file
    assert caught.value.key == key
    if near is True:
        assert caught.value.nearest is not None or caught.value.expected is not None
    elif near is not None:
        assert caught.value.nearest == near
    line = next(number for number, one in enumerate(written.splitlines(), 1) if old in one)
    assert caught.value.line == line


def test_no_account_has_two_plans(planted: Dataset, written: str, tmp_path: Path) -> None:
    content = yaml.safe_load(written)
    content["reps"][1]["accounts"].append(content["reps"][0]["accounts"][0])
    file = tmp_path / "a.yml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigError, match="two plans") as caught:
        read_account_plans(file, Facts.of(planted))
    assert caught.value.line is not None
